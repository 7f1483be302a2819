"""Stage a snapshot as of a day and run SQL models on it: DuckDB in the process, or the firm's own Spark."""

from surveil.engine.backends import read_frame
from surveil.engine.run import Engine, open_engine

__all__ = ["Engine", "open_engine", "read_frame"]
