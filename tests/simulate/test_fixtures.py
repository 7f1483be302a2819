"""The committed small firm is what the simulator writes today, byte for byte."""

from __future__ import annotations

from pathlib import Path

from surveil.simulate import simulate

FIXTURES = Path(__file__).parents[2] / "fixtures"
ARGUMENTS = {"reps": 28, "months": 8, "seed": 8}
"""As in docs/simulate.md; a change of the simulator that changes these files writes them anew."""


def test_the_committed_firm_is_reproduced_byte_for_byte(tmp_path: Path) -> None:
    simulate(tmp_path / "firm", **ARGUMENTS)
    made = {path.relative_to(tmp_path / "firm") for path in (tmp_path / "firm").rglob("*") if path.is_file()}
    committed = {path.relative_to(FIXTURES) for path in FIXTURES.rglob("*.csv")}
    assert made == committed
    for path in sorted(made):
        assert (tmp_path / "firm" / path).read_bytes() == (FIXTURES / path).read_bytes(), path


def test_the_committed_firm_stays_small() -> None:
    assert sum(path.stat().st_size for path in FIXTURES.rglob("*.csv")) < 5_000_000
