"""Where a run begins to judge, and to whom it holds what a back office entered."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveil.alerts.runs import RunRecord, RunStatus
from surveil.config import Workspace
from surveil.engine import days, open_engine
from surveil.engine.window import first_whole_day
from tests.detectors.firm import snapshot_of
from tests.engine.test_engine import PEOPLE, account

WINDOW = dt.date(2016, 1, 1)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.init(tmp_path / "workspace")


def counts(*spells: tuple[str, str, int]) -> pd.DataFrame:
    """`n` rows on every day from a day to another, as often as given."""
    rows = [
        (days.to_day(day.date()), n)
        for first, last, n in spells
        for day in pd.date_range(first, last, freq="D")
    ]
    return pd.DataFrame(rows, columns=["day", "n"])


def opened(year: int, per_day: int, length: int, **more: Any) -> list[dict[str, object]]:
    start = dt.date(year, 1, 1)
    return [
        account(f"{year}-{i}-{k}", (start + dt.timedelta(days=i)).isoformat(), **more)
        for i in range(length)
        for k in range(per_day)
    ]


def test_years_of_which_only_survivors_are_left_are_not_judged_from() -> None:
    found = first_whole_day(counts(("2010-01-01", "2015-12-31", 1), ("2016-01-01", "2017-06-30", 30)))
    assert found == days.to_day(WINDOW)


def test_one_dead_month_does_not_cut_off_what_lies_before_it() -> None:
    found = first_whole_day(
        counts(
            ("2016-01-01", "2016-03-31", 30),
            ("2016-04-01", "2016-04-30", 1),
            ("2016-05-01", "2017-06-30", 30),
        )
    )
    assert found == days.to_day(WINDOW)


def test_a_firm_that_grows_is_judged_from_where_it_had_a_fifth_of_its_business() -> None:
    assert first_whole_day(
        counts(("2015-01-01", "2015-12-31", 6), ("2016-01-01", "2017-06-30", 30))
    ) == days.to_day(dt.date(2015, 1, 1))
    assert first_whole_day(
        counts(("2015-01-01", "2015-12-31", 5), ("2016-01-01", "2017-06-30", 30))
    ) == days.to_day(WINDOW)


def test_of_few_rows_nobody_can_tell() -> None:
    few = counts(("2010-03-04", "2010-03-04", 1), ("2016-01-01", "2016-12-31", 1))
    assert first_whole_day(few) is None
    assert first_whole_day(counts()) is None


def sale(identifier: str, date: str) -> dict[str, object]:
    return {
        "sale_id": identifier, "customer_id": "c1", "product_code": "CHK", "rep_id": "r1", "sold_at": date, "amount": 1,
    }  # fmt: skip


def test_a_handful_of_old_sales_does_not_move_the_beginning(workspace: Workspace, tmp_path: Path) -> None:
    accounts = [account("old", "2010-03-04"), *opened(2016, 4, 60)]
    sales = [sale("s0", "2005-05-05"), sale("s1", "2016-01-20")]
    with open_engine(
        workspace, snapshot_of({**PEOPLE, "accounts": accounts, "sales": sales}, tmp_path)
    ) as engine:
        assert days.iso(engine.window.from_day) == "2016-01-01"


def test_where_everything_is_few_a_run_begins_with_the_first_of_all(
    workspace: Workspace, tmp_path: Path
) -> None:
    feeds = {**PEOPLE, "accounts": [account("a", "2016-03-04")], "sales": [sale("s0", "2015-05-05")]}
    with open_engine(workspace, snapshot_of(feeds, tmp_path)) as engine:
        assert days.iso(engine.window.from_day) == "2015-05-05"


def test_without_accounts_a_run_begins_with_the_first_sale(workspace: Workspace, tmp_path: Path) -> None:
    feeds = {**PEOPLE, "sales": [sale("s0", "2015-05-05"), sale("s1", "2016-01-20")]}
    with open_engine(
        workspace, snapshot_of(feeds, tmp_path), as_of_day=days.to_day(dt.date(2016, 6, 1))
    ) as engine:
        assert days.iso(engine.window.from_day) == "2015-05-05"


@given(
    st.lists(
        st.tuples(st.integers(-700_000, 40_000), st.integers(1, 10_000)), min_size=1, unique_by=lambda x: x[0]
    )
)
def test_a_run_begins_on_a_day_with_rows_whatever_the_days_are(rows: list[tuple[int, int]]) -> None:
    found = first_whole_day(pd.DataFrame(rows, columns=["day", "n"]))
    assert found is None or found in {day for day, _ in rows}


def test_what_the_coverage_says_of_accounts_goes_before_what_they_look_like(
    workspace: Workspace, tmp_path: Path
) -> None:
    accounts = [account("old", "2012-05-01"), *opened(2016, 4, 60)]
    declared = {"feed": "accounts", "covers_from": "2016-01-15", "covers_to": "2016-12-31"}
    folders = [tmp_path / name for name in ("plain", "said")]
    for folder in folders:
        folder.mkdir()
    plain = snapshot_of({**PEOPLE, "accounts": accounts}, folders[0])
    said = snapshot_of({**PEOPLE, "accounts": accounts, "coverage": [declared]}, folders[1])
    with open_engine(workspace, plain) as engine:
        assert (days.iso(engine.window.from_day), engine.window.older) == ("2016-01-01", 1)
    with open_engine(workspace, said) as engine:
        assert (days.iso(engine.window.from_day), engine.window.older) == ("2016-01-15", 1 + 14 * 4)
    with open_engine(workspace, said, from_day=0) as engine:
        assert (engine.window.from_day, engine.window.older) == (0, 0)


def credited(keyer: str, sellers: int, mine: int = 0) -> list[dict[str, object]]:
    """Forty openings entered by one, of which `mine` have no credit to somebody else."""
    return [
        account(f"{keyer}{i}", f"2016-03-{1 + i % 28:02}", opened_by=keyer, credited_to=f"s{i % sellers}")
        if i >= mine
        else account(f"{keyer}{i}", "2016-03-01", opened_by=keyer)
        for i in range(40)
    ]


@pytest.mark.parametrize(
    ("accounts", "who"),
    [
        (credited("k1", sellers=5), ("k1",)),
        (credited("k1", sellers=5, mine=8), ("k1",)),
        (credited("k1", sellers=5, mine=9), ()),
        (credited("trainee", sellers=1), ()),
        (credited("k1", sellers=5)[:29], ()),
    ],
)
def test_what_a_back_office_enters_is_held_to_whoever_had_the_credit(
    accounts: list[dict[str, object]], who: tuple[str, ...], workspace: Workspace, tmp_path: Path
) -> None:
    snapshot = snapshot_of({**PEOPLE, "accounts": accounts}, tmp_path)
    with open_engine(workspace, snapshot, to_sellers=True) as engine:
        assert engine.window.keyers == who
        openers = engine.fetch("openings")["rep_id"].tolist()
        ranked = engine.fetch("staff_accounts")["rep_id"].tolist()
        active = set(engine.fetch("active_reps")["rep_id"])
        apart = engine.fetch("entered_accounts")
    entered = {str(row["opened_by"]) for row in accounts}
    held = {str(row.get("credited_to") or row["opened_by"]) for row in accounts}
    assert set(openers) == (held if who else entered)
    assert set(ranked) == entered, "the ranking of accounts names the opener, as promised"
    assert active >= entered | held
    assert set(apart["entered_by"]) == set(who)
    with open_engine(workspace, snapshot) as engine:
        assert set(engine.fetch("openings")["rep_id"]) == entered, (
            "an answer to a regulator states who opened"
        )


def test_what_is_entered_under_the_log_in_of_somebody_away_is_held_to_whoever_had_the_credit(
    workspace: Workspace, tmp_path: Path
) -> None:
    away = {"start_on": "2016-03-10", "end_on": "2016-03-20", "kind": "leave"}
    accounts = [
        account("in", "2016-03-10", opened_by="s1", credited_to="s2"),
        account("last", "2016-03-20", opened_by="s1", credited_to="s2"),
        account("back", "2016-03-21", opened_by="s1", credited_to="s2"),
        account("own", "2016-03-15", opened_by="s1"),
        account("cover", "2016-03-15", opened_by="s2", credited_to="s1"),
    ]
    feeds = {
        **PEOPLE,
        "accounts": accounts,
        "absences": [{"rep_id": "s1", **away}, {"rep_id": "s1", **away, "end_on": "2016-03-18"}],
    }
    snapshot = snapshot_of(feeds, tmp_path)
    with open_engine(workspace, snapshot, to_sellers=True) as engine:
        assert engine.window.away == 2
        held = engine.fetch("openings").set_index("account_id")["rep_id"].to_dict()
        ranked = engine.fetch("staff_accounts").set_index("account_id")["rep_id"].to_dict()
    assert held == {"in": "s2", "last": "s2", "back": "s1", "own": "s1", "cover": "s2"}
    assert ranked == {"in": "s1", "last": "s1", "back": "s1", "own": "s1", "cover": "s2"}
    with open_engine(workspace, snapshot) as engine:
        assert engine.fetch("openings").set_index("account_id")["rep_id"].to_dict() == ranked


def test_a_reader_is_told_what_the_run_did_not_judge_and_whom_it_holds_to_account() -> None:
    run = RunRecord(
        run_id="R-1", snapshot_id="S-1", as_of="2016-12-31", from_day="2016-01-01", version="1", config_hash="x",
        status=RunStatus.COMPLETE, coverage={"older": 1234, "keyers": 2, "away": 1},
    )  # fmt: skip
    older, keyers, away = run.limits
    assert away.startswith("1 account was opened under the log-in of somebody absent that day")
    assert older.startswith("Not judged: 1,234 accounts opened before 2016-01-01")
    assert keyers.startswith("2 people enter openings for others")
    assert RunRecord(
        run_id="R-1", snapshot_id="S-1", as_of="2016-12-31", version="1", config_hash="x", status=RunStatus.COMPLETE
    ).limits == ()  # fmt: skip
