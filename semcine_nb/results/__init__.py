"""The folder that ``semcine make`` writes, and its page."""
