"""Section 4.1 of the paper: showing cinemagraphs to people, and keeping what they said.

The public names are listed in ``__init__.pyi``. Each loads on first use, and nothing in here loads torch or
numba: a server of many raters could not afford it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
