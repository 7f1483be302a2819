"""A small simulated firm, loaded once for the tests of the engine."""

from __future__ import annotations

import pytest

from surveil.config import Workspace
from surveil.feeds.load import load
from surveil.simulate import simulate


@pytest.fixture(scope="session")
def small_firm(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with twenty-five representatives and eight months of data."""
    folder = tmp_path_factory.mktemp("small-firm")
    simulate(folder / "feeds", reps=25, months=8, seed=11, honest=True)
    workspace = Workspace.init(folder / "workspace")
    load(workspace, folder / "feeds")
    return workspace
