"""What a person touches: one widget a file, each with its ES module beside it."""
