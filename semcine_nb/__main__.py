"""``python -m semcine_nb`` is the command ``semcine``."""

from .cli.main import main

main()
