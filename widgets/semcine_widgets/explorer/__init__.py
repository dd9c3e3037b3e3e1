"""The parts of the explorer: its maps, panels, tables and time lines."""
