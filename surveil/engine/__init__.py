"""Stage a snapshot as of a day and run SQL models on it: DuckDB in the process, or the firm's own PostgreSQL or Spark."""

from surveil.engine.backends import shown
from surveil.engine.run import Engine, open_engine
from surveil.engine.tables import in_parts, read_frame, read_no_rows

__all__ = ["Engine", "in_parts", "open_engine", "read_frame", "read_no_rows", "shown"]
