from .candidate_gallery import CandidateGallery as CandidateGallery
from .cinemagraph_player import CinemagraphPlayer as CinemagraphPlayer
from .loop_explorer import LoopExplorer as LoopExplorer
from .mask_painter import MaskPainter as MaskPainter
from .rating_session import RatingSession as RatingSession
