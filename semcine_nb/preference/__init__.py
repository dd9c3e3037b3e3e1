"""Section 4: which cinemagraph a person will like. Context features, models, newcomers and their evaluation.

The public names are listed in ``__init__.pyi``. Each loads on first use, so that importing a model imports
neither torch nor OpenCV.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
