"""The command line: ``semcine make``, ``semcine batch`` and ``semcine rate``."""
