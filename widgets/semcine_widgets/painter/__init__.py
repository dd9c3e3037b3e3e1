"""The parts of the painter: tools, steps, what it learns, and how it solves again."""
