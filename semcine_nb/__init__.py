"""Personalized cinemagraphs: from a short tripod clip to loops of the objects in it, ranked for a person.

The public names are listed in ``__init__.pyi``. Each loads on first use, so that a program which only rates
imports neither torch nor numba.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__all__ += ["__version__"]
