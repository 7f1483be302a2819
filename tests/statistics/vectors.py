"""Published and independently computed numbers beside the repository; tests skip where they are not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "vectors"


def vector(name: str) -> pd.DataFrame:
    """The table of that name, or the test skips."""
    path = FOLDER / f"{name}.csv"
    if not path.exists():
        pytest.skip(f"../shared/vectors/{name}.csv is not here")
    return pd.read_csv(path)
