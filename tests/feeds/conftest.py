"""Firms to load."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.feeds.firms import MINIMAL, Firm


@pytest.fixture
def empty_firm(tmp_path: Path) -> Firm:
    """No file yet."""
    return Firm(tmp_path)


@pytest.fixture
def firm(empty_firm: Firm) -> Firm:
    """The four required feeds, a row or two each."""
    empty_firm.write(MINIMAL)
    return empty_firm
