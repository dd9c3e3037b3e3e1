"""The widgets that a person touches, each with its ES module beside it; each loads on first use.

The public names are listed in ``__init__.pyi``.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
