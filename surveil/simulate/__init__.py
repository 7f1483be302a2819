"""A firm with an answer key: feeds in which every wrong is known, and every honest oddity too."""

from surveil.simulate.firmwide import SimulatedFirm, simulate

__all__ = ["SimulatedFirm", "simulate"]
