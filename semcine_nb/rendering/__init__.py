"""Section 3.3: from labels to frames. Timing, gradient-domain blending, and the source's own size."""
