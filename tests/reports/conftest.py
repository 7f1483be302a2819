"""One small firm for all tests of reports; scanning takes its time."""

from __future__ import annotations

import pytest

from surveil.config import Workspace
from tests.reports.firm import make_workspace


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("firm"), tmp_path_factory.mktemp("work"))
