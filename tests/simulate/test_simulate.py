"""The simulated firm as its users rely on it: same bytes, consistent feeds, a key that names what is there."""

from __future__ import annotations

import csv
import filecmp
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from surveil.errors import UsageError
from surveil.feeds.contract import FEEDS
from surveil.simulate import SimulatedFirm, simulate
from surveil.simulate.products import qualifies

Row = dict[str, str]
STATE_TERMS = {"S63", "S65", "S66", "IAR", "LIFE", "HEALTH", "VARIABLE", "PC", "MLO"}


def read(folder: Path, feed: str) -> list[Row]:
    with (folder / f"{feed}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> SimulatedFirm:
    return simulate(tmp_path_factory.mktemp("firm") / "feeds", reps=40, months=9, seed=3)


@pytest.fixture(scope="module")
def feeds(firm: SimulatedFirm) -> dict[str, list[Row]]:
    return {name: read(firm.folder, name) for name in FEEDS}


def test_the_same_arguments_give_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("one", 7), ("two", 7), ("other", 8)):
        simulate(tmp_path / name, reps=12, months=4, seed=seed)
    files = sorted(str(path.relative_to(tmp_path / "one")) for path in (tmp_path / "one").rglob("*.csv"))
    assert len(files) == len(FEEDS) + 3
    assert filecmp.cmpfiles(tmp_path / "one", tmp_path / "two", files, shallow=False)[1:] == ([], [])
    same = filecmp.cmpfiles(tmp_path / "one", tmp_path / "other", files, shallow=False)[0]
    assert {"products.csv"} <= set(same) <= {"products.csv", "coverage.csv"}


def test_an_honest_firm_has_an_empty_key(tmp_path: Path) -> None:
    made = simulate(tmp_path / "firm", reps=12, months=4, seed=7, honest=True)
    assert (made.typologies, made.unauthorized_accounts, made.planted_items) == ({}, 0, 0)
    for name in ("reps", "accounts", "items"):
        assert read(tmp_path / "firm" / "answers", name) == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"reps": 1}, "representatives"),
        ({"months": 1}, "months"),
        ({"preset": "x"}, "preset"),
        ({"seed": -1}, "seed"),
        ({"accounts": 3}, "at least as many accounts"),
    ],
)
def test_wrong_arguments_are_explained(tmp_path: Path, changed: dict[str, object], says: str) -> None:
    arguments: dict[str, object] = {"reps": 20, "months": 6, "seed": 1} | changed
    with pytest.raises(UsageError, match=says):
        simulate(tmp_path / "firm", **arguments)  # type: ignore[arg-type]
    assert not (tmp_path / "firm").exists()


def test_a_folder_with_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="not an empty folder"):
        simulate(tmp_path, reps=20, months=6, seed=1)


def test_feeds_hold_the_columns_and_values_of_the_contract(feeds: dict[str, list[Row]]) -> None:
    for name, feed in FEEDS.items():
        rows = feeds[name]
        assert rows, name
        assert list(rows[0]) == [column.name for column in feed.columns if column.name in rows[0]], name
        assert {column.name for column in feed.columns} == set(rows[0]), name
        for column in feed.columns:
            if column.required:
                assert all(row[column.name] for row in rows), f"{name}.{column.name}"
            if column.values:
                assert {row[column.name] for row in rows} <= {*column.values, ""}, f"{name}.{column.name}"
        keys = [tuple(row[part] for part in feed.key) for row in rows]
        assert len(set(keys)) == len(keys), name


def test_references_point_to_rows_that_are_there(feeds: dict[str, list[Row]]) -> None:
    known = {
        (name, column): {row[column] for row in rows} for name, rows in feeds.items() for column in rows[0]
    }
    for name, feed in FEEDS.items():
        for column in feed.columns:
            if column.references:
                target, key = column.references.split(".")
                used = {part for row in feeds[name] for part in row[column.name].split(";")} - {
                    "",
                    "customer",
                }
                assert used <= known[target, key], f"{name}.{column.name}"


def test_openers_work_there_on_that_day(feeds: dict[str, list[Row]]) -> None:
    spells: dict[str, list[tuple[str, str, str]]] = {}
    for row in feeds["assignments"]:
        spell = (row["start_on"], row["end_on"] or "9999", row["branch_id"])
        spells.setdefault(row["rep_id"], []).append(spell)
    first = min(row["period_start"] for row in feeds["quotas"])
    openings = [row for row in feeds["accounts"] if row["opened_by"] and row["opened_at"] >= first]
    assert len(openings) > 1000
    for row in openings:
        day = row["opened_at"][:10]
        places = {branch for start, end, branch in spells[row["opened_by"]] if start <= day <= end}
        assert row["branch_id"] in places


def test_transfers_are_two_legs_that_cancel(feeds: dict[str, list[Row]]) -> None:
    legs = [row for row in feeds["transactions"] if row["kind"] in ("transfer_in", "transfer_out")]
    seen = {
        (row["account_id"], row["counterparty_account_id"], row["amount"].lstrip("-"), row["kind"])
        for row in legs
    }
    assert legs
    for source, target, amount, kind in seen:
        assert (target, source, amount, "transfer_in" if kind == "transfer_out" else "transfer_out") in seen


def test_nothing_happens_to_an_account_before_it_is_open_or_after_it_is_closed(
    feeds: dict[str, list[Row]],
) -> None:
    accounts = {row["account_id"]: row for row in feeds["accounts"]}
    slack = timedelta(hours=4)  # transactions away from a branch are in the firm's own time zone
    for row in feeds["transactions"]:
        account, at = accounts[row["account_id"]], datetime.fromisoformat(row["posted_at"])
        assert at >= datetime.fromisoformat(account["opened_at"]) - slack
        if account["closed_on"]:
            assert at < datetime.fromisoformat(account["closed_on"]) + slack


def test_all_sales_without_a_licence_are_in_the_key(firm: SimulatedFirm, feeds: dict[str, list[Row]]) -> None:
    requires = {row["product_code"]: row["requires"] for row in feeds["products"]}
    planted = {row["key"] for row in read(firm.folder / "answers", "items") if row["feed"] == "sales"}
    held: dict[str, list[Row]] = {}
    for row in feeds["registrations"]:
        held.setdefault(row["rep_id"], []).append(row)
    for sale in feeds["sales"]:
        terms = set(_held(held.get(sale["rep_id"], []), sale["sold_at"][:10], sale["state"]))
        if not qualifies(requires[sale["product_code"]], terms):
            assert sale["sale_id"] in planted


def _held(spells: list[Row], day: str, state: str) -> Iterator[str]:
    for row in spells:
        in_force = row["status"] == "active" and row["granted_on"] <= day < (row["ended_on"] or "9999")
        if in_force and row["jurisdiction"] == (state if row["qualification"] in STATE_TERMS else "US"):
            yield row["qualification"]


def test_the_key_names_rows_of_the_feeds(firm: SimulatedFirm, feeds: dict[str, list[Row]]) -> None:
    answers = firm.folder / "answers"
    accounts, reps = ({row[f"{name}_id"] for row in feeds[f"{name}s"]} for name in ("account", "rep"))
    unauthorized = {row["account_id"] for row in read(answers, "accounts")}
    assert len(unauthorized) == firm.unauthorized_accounts > 0
    assert unauthorized <= accounts
    culprits = read(answers, "reps")
    assert {row["rep_id"] for row in culprits} <= reps
    assert {row["strength"] for row in culprits} <= {"mild", "severe", "grey"}
    keys = {name: {"|".join(row[part] for part in FEEDS[name].key) for row in feeds[name]} for name in FEEDS}
    for row in read(answers, "items"):
        assert row["key"] in keys[row["feed"]], row


def test_every_culprit_left_something_in_the_key(firm: SimulatedFirm, feeds: dict[str, list[Row]]) -> None:
    answers = firm.folder / "answers"
    planted = {row["typology"] for name in ("accounts", "items") for row in read(answers, name)}
    borrowed = {"identity_borrowed", "pressed_by_manager"}
    assert {row["typology"] for row in read(answers, "reps")} - borrowed <= planted
    assert planted - {"paid_despite_quality"} == set(firm.typologies)


def test_at_least_half_of_the_bad_are_mild(tmp_path: Path) -> None:
    simulate(tmp_path / "firm", reps=60, months=6, seed=2, preset="epidemic")
    worst: dict[str, str] = {}
    for row in read(tmp_path / "firm" / "answers", "reps"):
        if row["strength"] == "severe" or worst.get(row["rep_id"]) is None:
            worst[row["rep_id"]] = row["strength"]
    strengths = [strength for strength in worst.values() if strength != "grey"]
    assert len(strengths) >= 12
    assert strengths.count("mild") * 2 >= len(strengths)


def test_where_it_is_stopped_nothing_is_left(tmp_path: Path) -> None:
    def stop(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(tmp_path / "firm", reps=5, months=3, seed=1, progress=stop)
    assert not list(tmp_path.iterdir())


def test_large_firms_are_written_in_parts_with_keys_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("surveil.simulate.firm.GROUP_ACCOUNTS", 2_000)
    monkeypatch.setattr("surveil.simulate.firmwide.PARQUET_ABOVE", 5_000)
    made = simulate(tmp_path / "firm", reps=20, months=3, seed=5, accounts=12_000)
    parts = sorted((tmp_path / "firm").glob("accounts-*.parquet"))
    assert len(parts) >= 5
    tables = [pq.read_table(part) for part in parts]
    ids = [value for table in tables for value in table.column("account_id").to_pylist()]
    assert len(set(ids)) == len(ids) == made.rows["accounts"]
    assert 0.8 * 12_000 < len(ids) < 1.25 * 12_000
    customers = {
        v
        for p in (tmp_path / "firm").glob("customers-*.parquet")
        for v in pq.read_table(p)["customer_id"].to_pylist()
    }
    assert {value for table in tables for value in table.column("customer_id").to_pylist()} <= customers
