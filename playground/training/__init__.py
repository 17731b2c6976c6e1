"""Train: settings, the live view of a training, and its link; the same on every deep page."""

from playground.training.health import Reference
from playground.training.offers import Offer, offers
from playground.training.panel import Panel, draw, pool, warm_up

__all__ = ["Offer", "Panel", "Reference", "draw", "offers", "pool", "warm_up"]
