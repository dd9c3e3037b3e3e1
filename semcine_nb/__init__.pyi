from . import batch as batch
from .errors import SemcineError as SemcineError
from .looping import Cinemagraph as Cinemagraph
from .looping import LoopEnergy as LoopEnergy
from .looping import LoopParameters as LoopParameters
from .looping import LoopSolver as LoopSolver
from .looping import load_cinemagraph as load_cinemagraph
from .looping import loop_energy as loop_energy
from .pipeline import make_cinemagraphs as make_cinemagraphs
from .preference import ContextFeatures as ContextFeatures
from .preference import context_features as context_features
from .recipe import Recipe as Recipe
from .samples import make_sample as make_sample
from .semantics import Candidate as Candidate
from .semantics import Selection as Selection
from .semantics import SemanticResponse as SemanticResponse
from .semantics import register_category as register_category
from .semantics import segment as segment
from .semantics import select_candidates as select_candidates
from .study import RatingStore as RatingStore
from .video import Video as Video
from .video import read_video as read_video

__version__: str
