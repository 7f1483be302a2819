"""The simulated firm: the same arguments give the same bytes, and the key names what is in the feeds."""

from __future__ import annotations

import filecmp
from pathlib import Path

import duckdb
import pytest

from surveil.errors import UsageError
from surveil.simulate import simulate


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        simulate(tmp_path / name, reps=20, months=6, seed=7)
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*.csv"))
    assert len(files) == 23
    _, mismatch, errors = filecmp.cmpfiles(
        tmp_path / "one", tmp_path / "two", [str(f) for f in files], shallow=False
    )
    assert (mismatch, errors) == ([], [])


def test_an_honest_firm_has_an_empty_key(tmp_path: Path) -> None:
    firm = simulate(tmp_path / "firm", reps=20, months=6, seed=7, honest=True)
    assert firm.typologies == {}
    for name in ("reps", "accounts", "items"):
        assert (
            len((tmp_path / "firm" / "answers" / f"{name}.csv").read_text(encoding="utf-8").splitlines()) == 1
        )


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"reps": 1}, "representatives"),
        ({"months": 1}, "months"),
        ({"preset": "x"}, "preset"),
        ({"seed": -1}, "seed"),
    ],
)
def test_wrong_arguments_are_explained(tmp_path: Path, changed: dict[str, object], says: str) -> None:
    arguments: dict[str, object] = {"reps": 20, "months": 6, "seed": 1} | changed
    with pytest.raises(UsageError, match=says):
        simulate(tmp_path / "firm", **arguments)  # type: ignore[arg-type]


def test_a_folder_with_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="not an empty folder"):
        simulate(tmp_path, reps=20, months=6, seed=1)


def test_every_name_in_the_key_is_in_the_feeds(tmp_path: Path) -> None:
    simulate(tmp_path / "firm", reps=40, months=9, seed=3)
    folder = tmp_path / "firm"
    keys = duckdb.read_csv(str(folder / "answers" / "accounts.csv"), all_varchar=True)
    accounts = duckdb.read_csv(str(folder / "accounts.csv"), all_varchar=True)
    known = {row[0] for row in accounts.project("account_id").fetchall()}
    named = {row[0] for row in keys.project("account_id").fetchall()}
    assert named
    assert named <= known
