"""For the notebooks only: clips and studies to open, and the method slowed down to be watched."""
