"""What only the notebooks use: clips and studies to open, and the method slowed down to be watched."""
