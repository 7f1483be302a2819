"""What a run sees of a snapshot: the day it looks from, later corrections, and what an extract covers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, cast

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from surveil.config import EngineSettings, Workspace
from surveil.engine import days, in_parts, open_engine, read_frame, read_no_rows, staging
from surveil.engine.backends import DuckDB, connect
from surveil.engine.models import compile_model, parse_file
from surveil.errors import SurveilError, UsageError
from surveil.feeds.load import load
from surveil.feeds.snapshots import at, current
from tests.detectors.firm import snapshot_of

PEOPLE = {
    "reps": [
        {
            "rep_id": "r1",
            "name": "One",
            "role": "banker",
            "hired_on": "2015-01-01",
            "terminated_on": "2016-05-01",
        }
    ],
    "products": [{"product_code": "CHK", "name": "Checking", "family": "deposit"}],
    "customers": [{"customer_id": "c1", "name": "Customer", "created_on": "2014-01-01"}],
}


def account(name: str, opened: str, **more: object) -> dict[str, object]:
    return {
        "account_id": name,
        "customer_id": "c1",
        "product_code": "CHK",
        "opened_at": opened,
        "channel": "branch",
        **more,
    }


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.init(tmp_path / "workspace")


def test_an_engine_that_was_told_to_stop_makes_no_more_models(workspace: Workspace, tmp_path: Path) -> None:
    snapshot = snapshot_of({**PEOPLE, "accounts": [account("a1", "2016-03-01")]}, tmp_path)
    with open_engine(workspace, snapshot) as engine:
        engine.make("opener_branches")
        engine.interrupt()
        with pytest.raises(SurveilError, match="was not made: the engine was told to stop"):
            engine.make("openings")


def test_rows_read_from_the_file_they_were_written_to_are_those_fetched(
    workspace: Workspace, tmp_path: Path
) -> None:
    names = ["a'1", "A2", "ä3", "a10", ""]
    accounts = [account(name, f"2016-03-{day:02d}") for day, name in enumerate(names, 1)]
    accounts[1]["opened_by"] = "r1"
    snapshot = snapshot_of({**PEOPLE, "accounts": accounts}, tmp_path)
    for name in ("consent_lag", "openings", "home_branches", "absent_days"):
        file = tmp_path / f"the firm's {name}.parquet"
        with open_engine(workspace, snapshot) as engine, open_engine(workspace, snapshot) as other:
            engine.write(name, file)
            pd.testing.assert_frame_equal(read_frame(file), other.fetch(name))
            pd.testing.assert_frame_equal(read_no_rows(file), read_frame(file).iloc[:0])


def test_the_number_of_the_part_is_no_column_of_a_model_with_or_without_rows(
    workspace: Workspace, tmp_path: Path
) -> None:
    snapshot = snapshot_of({**PEOPLE, "accounts": [account("a1", "2016-03-01", opened_by="r1")]}, tmp_path)
    file = tmp_path / "openings.parquet"
    with open_engine(workspace, snapshot) as engine:
        branches = pd.DataFrame({"branch_id": ["b1"], "part": [0]})
        engine.split(pd.DataFrame({"rep_id": ["r1"], "part": [1]}), 2, branches, ())
        engine.write("openings", file)
        expected = engine.fetch("openings")
    assert in_parts(file)
    pd.testing.assert_frame_equal(read_frame(file, 1), expected)
    pd.testing.assert_frame_equal(read_no_rows(file), expected.iloc[:0])


def test_rows_about_branches_go_to_the_part_of_the_branch_whoever_opened_there(
    workspace: Workspace, tmp_path: Path
) -> None:
    accounts = [
        account("a1", "2016-03-01", opened_by="r1", branch_id="b0"),
        account("a2", "2016-03-02", opened_by="r2", branch_id="b0"),
        account("a3", "2016-03-03", opened_by="r1", branch_id="b1"),
        account("a4", "2016-03-04", opened_by="r2", branch_id="b1"),
    ]
    snapshot = snapshot_of({**PEOPLE, "accounts": accounts}, tmp_path)
    of_branches, of_people = tmp_path / "branches.parquet", tmp_path / "people.parquet"
    with open_engine(workspace, snapshot) as engine:
        people = pd.DataFrame({"rep_id": ["r1", "r2"], "part": [0, 1]})
        engine.split(people, 2, pd.DataFrame({"branch_id": ["b0", "b1"], "part": [0, 1]}), {"openings"})
        engine.write("openings", of_branches)
        engine.write("staff_accounts", of_people)
    assert [read_frame(of_branches, part)["account_id"].tolist() for part in (0, 1)] == [
        ["a1", "a2"],
        ["a3", "a4"],
    ]
    assert [read_frame(of_people, part)["account_id"].tolist() for part in (0, 1)] == [
        ["a1", "a3"],
        ["a2", "a4"],
    ]


def test_what_came_after_the_day_is_not_seen(workspace: Workspace, tmp_path: Path) -> None:
    accounts = [
        account("a1", "2016-03-01", status="closed", closed_on="2016-06-01", closed_by="customer"),
        account("a2", "2016-07-01", status="open"),
    ]
    snapshot = snapshot_of({**PEOPLE, "accounts": accounts}, tmp_path)
    with open_engine(workspace, snapshot, days.to_day(dt.date(2016, 4, 30))) as engine:
        seen = engine.feed("accounts")
        assert seen["account_id"].tolist() == ["a1"]
        assert seen["status"].tolist() == ["open"]
        assert seen["closed_on_day"].isna().all()
        assert engine.feed("reps")["terminated_on_day"].isna().all()
    with open_engine(workspace, snapshot) as engine:
        assert days.to_date(engine.window.as_of_day) == dt.date(2016, 7, 1)
        assert set(engine.feed("accounts")["status"]) == {"closed", "open"}


def test_only_the_rows_asked_for_leave_the_engine_whatever_they_are_called(
    workspace: Workspace, tmp_path: Path
) -> None:
    hostile = "b' OR 1=1 --"
    accounts = [
        account("a1", "2016-01-05", branch_id=hostile),
        account("a2", "2016-01-06", branch_id="b2"),
        account("a3", "2016-02-01", branch_id=hostile),
        account("a4", "2016-01-07"),
    ]
    taken = snapshot_of({**PEOPLE, "accounts": accounts}, tmp_path)
    first, last = days.to_day(dt.date(2016, 1, 1)), days.to_day(dt.date(2016, 1, 31))
    with open_engine(workspace, taken) as engine:

        def picked(**where: list[str]) -> list[str]:
            frame = engine.pick("accounts", ["account_id"], "opened_at_day", (first, last), where)
            assert list(frame.columns) == ["account_id"]
            return sorted(frame["account_id"])

        assert picked() == ["a1", "a2", "a4"]
        assert picked(branch_id=[hostile]) == ["a1"]
        assert picked(branch_id=[hostile, "b2"], account_id=["a2", "a3"]) == ["a2"]
        assert picked(branch_id=[]) == []


def test_a_branch_is_there_though_it_is_not_known_when_it_opened(
    workspace: Workspace, tmp_path: Path
) -> None:
    branches = [
        {"branch_id": "b1", "name": "Old", "region": "West", "opened_on": None},
        {"branch_id": "b2", "name": "New", "opened_on": "2016-05-01"},
    ]
    taken = snapshot_of({**PEOPLE, "branches": branches, "accounts": [account("a1", "2016-03-01")]}, tmp_path)
    with open_engine(workspace, taken, days.to_day(dt.date(2016, 3, 1))) as engine:
        seen = engine.feed("branches")
        assert list(zip(seen["branch_id"], seen["region"], strict=True)) == [("b1", "West")]


def test_a_code_outside_the_list_is_not_known(workspace: Workspace, tmp_path: Path) -> None:
    accounts = [account("a1", "2016-03-01", status="frozen")]
    with open_engine(workspace, snapshot_of({**PEOPLE, "accounts": accounts}, tmp_path)) as engine:
        assert engine.feed("accounts")["status"].isna().all()


def test_listed_codes_beside_one_outside_the_list_are_kept_whenever_that_one_came(
    workspace: Workspace, tmp_path: Path
) -> None:
    accounts = [
        account("a1", "2016-03-01", status="closed", channel="branch"),
        account("a2", "2016-03-02", status="frozen", channel="branch"),
        account("a3", "2016-09-01", status="open", channel="pigeon"),
        account("a4", "2016-03-03"),
    ]
    taken = snapshot_of({**PEOPLE, "accounts": accounts}, tmp_path)
    for as_of, statuses, channels in (
        (dt.date(2016, 4, 30), {"a1": "closed"}, {"a1": "branch", "a2": "branch", "a4": "branch"}),
        (None, {"a1": "closed", "a3": "open"}, {"a1": "branch", "a2": "branch", "a4": "branch"}),
    ):
        with open_engine(workspace, taken, None if as_of is None else days.to_day(as_of)) as engine:
            seen = engine.feed("accounts").set_index("account_id")
        assert seen["status"].dropna().to_dict() == statuses
        assert seen["channel"].dropna().to_dict() == channels


def test_nothing_to_scan_is_said(workspace: Workspace, tmp_path: Path) -> None:
    snapshot = snapshot_of({**PEOPLE, "accounts": []}, tmp_path)
    with pytest.raises(UsageError, match="Nothing to scan"), open_engine(workspace, snapshot):
        pass


def test_a_window_that_ends_before_it_begins_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    snapshot = snapshot_of({**PEOPLE, "accounts": [account("a1", "2016-03-01")]}, tmp_path)
    day = days.to_day(dt.date(2016, 3, 1))
    with pytest.raises(UsageError, match="lies after"), open_engine(workspace, snapshot, day, day + 1):
        pass


def test_a_later_load_corrects_and_the_earlier_one_stays_readable(
    workspace: Workspace, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    (first / "reps.csv").write_text("rep_id,name,role,hired_on\nr1,One,banker,2015-01-01\n")
    (first / "products.csv").write_text("product_code,name,family\nCHK,Checking,deposit\n")
    (first / "customers.csv").write_text("customer_id,name,created_on\nc1,Customer,2014-01-01\n")
    head = "account_id,customer_id,product_code,opened_at,opened_by,channel\n"
    (first / "accounts.csv").write_text(
        head + "a1,c1,CHK,2016-03-01,r1,branch\na2,c1,CHK,2016-03-02,r1,branch\n"
    )
    (second / "accounts.csv").write_text(head + "a1,c1,CHK,2016-03-05,r1,phone\n")
    load(workspace, first)
    load(workspace, second)
    with open_engine(workspace, current(workspace)) as engine:
        now = engine.feed("accounts").set_index("account_id")["channel"]
    with open_engine(workspace, at(workspace, 1)) as engine:
        before = engine.feed("accounts").set_index("account_id")["channel"]
    assert now.to_dict() == {"a1": "phone", "a2": "branch"}
    assert before.to_dict() == {"a1": "branch", "a2": "branch"}


def spans(*rows: tuple[str, str, int, int | None]) -> dict[tuple[str, str], list[staging.Span]]:
    frame = pd.DataFrame(rows, columns=["feed", "scope", "covers_from_day", "covers_to_day"])
    return staging.coverage_spans(frame, {"consents": (5, 9), "contacts": (1, 2)}, as_of_day=100)


def test_declared_coverage_stands_for_the_range_of_the_data() -> None:
    assert spans(("consents", "", 10, None))["consents", ""] == [(10, 100)]
    assert spans(("consents", "", 10, None))["contacts", ""] == [(1, 2)]
    assert spans(("consents", "", 10, 20), ("consents", "", 21, 30))["consents", ""] == [(10, 30)]
    assert spans(("consents", "", 10, 20), ("consents", "", 40, 50))["consents", ""] == [(10, 20), (40, 50)]


def test_a_scope_replaces_the_general_span_and_two_scopes_are_both_needed() -> None:
    found = spans(("consents", "", 10, 90), ("consents", "b1", 50, 90), ("consents", "phone", 10, 60))
    table = staging.covered(found, ["b1", "b2"], ["phone", "branch"])
    days_of = {
        (row.branch_id, row.channel): (row.from_day, row.to_day)
        for row in table[table["feed"] == "consents"].itertuples()
    }
    assert days_of == {
        ("b1", "branch"): (50, 90),
        ("b1", "phone"): (50, 60),
        ("b2", "branch"): (10, 90),
        ("b2", "phone"): (10, 60),
    }


def test_the_calendar_knows_holidays_and_goal_periods() -> None:
    calendar = days.calendar(days.to_day(dt.date(2016, 7, 1)), days.to_day(dt.date(2016, 8, 31)), "US")
    july = calendar.set_index("day")
    fourth = days.to_day(dt.date(2016, 7, 4))
    assert july.loc[fourth, "is_business"] == 0
    assert july.loc[days.to_day(dt.date(2016, 7, 29)), "business_left"] == 0
    assert july.loc[days.to_day(dt.date(2016, 7, 1)), "business_left"] == 19
    goals = pd.DataFrame({"period_start_day": [fourth], "period_end_day": [fourth + 13], "people": [1]})
    with_goals = days.with_goal_periods(calendar, goals).set_index("day")
    assert with_goals.loc[fourth, "period"] == fourth
    assert with_goals.loc[fourth, "period_left"] == 9
    assert with_goals.loc[fourth + 14, "period"] == days.to_day(dt.date(2016, 7, 1))
    assert with_goals.loc[fourth - 1, "period_left"] == 19


def test_the_goal_of_a_few_is_no_period_of_the_firm() -> None:
    first, joined, last = (days.to_day(dt.date(2016, 7, day)) for day in (1, 14, 31))
    calendar = days.calendar(first, days.to_day(dt.date(2016, 9, 30)), "US")
    quarter = days.to_day(dt.date(2016, 9, 30))
    goals = pd.DataFrame(
        {
            "period_start_day": [first, joined, first],
            "period_end_day": [last, last, quarter],
            "people": [100, 3, 100],
        }
    )
    july = days.with_goal_periods(calendar, goals).set_index("day").loc[first:last]
    assert set(july["period"]) == {first}
    assert july.loc[joined - 1, "period_left"] == 12
    assert july.loc[last, "period_left"] == 0
    many = days.with_goal_periods(calendar, goals.assign(people=[100, 60, 100])).set_index("day")
    assert many.loc[joined, "period"] == joined
    assert many.loc[joined - 1, "period_left"] == 12, "the rest of a month is not its end"
    assert many.loc[quarter, "period"] == first
    assert many.loc[days.to_day(dt.date(2016, 8, 31)), "period_left"] == 21


def test_what_does_not_fit_goes_to_the_spill_folder_and_is_gone_afterwards(tmp_path: Path) -> None:
    spill = tmp_path / "spill"
    settings = EngineSettings(memory_limit="60MB", spill_folder=str(spill), threads=1)
    engine = connect(settings, tmp_path / "run")
    rows = pa.table({"n": range(3_000_000)})
    engine.register_table("numbers", rows)
    for copy in range(4):
        engine.create(f"copy_{copy}", f"SELECT n, n * {copy + 7} AS many, n + {copy} AS more FROM numbers")
    assert sum(file.stat().st_size for file in spill.rglob("*") if file.is_file()) > 10_000_000
    total = engine.query("SELECT SUM(more - n) AS n FROM copy_3").to_pylist()
    assert total == [{"n": 9_000_000}]
    engine.close()
    assert not list(spill.iterdir())


def test_where_memory_runs_out_one_thread_tries_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = cast("DuckDB", connect(EngineSettings(threads=2), tmp_path))
    really, asked = backend._connection, []

    class Short:
        """A DuckDB that has not the memory for several threads."""

        def execute(self, sql: str, *more: Any) -> Any:
            asked.append(sql)
            threads = really.execute("SELECT current_setting('threads')").fetchall()[0][0]
            if sql.startswith(("CREATE TABLE", "COPY")) and threads > 1:
                raise duckdb.OutOfMemoryException("failed to pin block")
            return really.execute(sql, *more)

    monkeypatch.setattr(backend, "_connection", Short())
    backend.create("numbers", "SELECT 7 AS n")
    backend.write("SELECT n FROM numbers", tmp_path / "numbers.parquet")
    assert read_frame(tmp_path / "numbers.parquet")["n"].tolist() == [7]
    assert asked.count("SET threads=1") == 2
    assert really.execute("SELECT current_setting('threads')").fetchall() == [(2,)], (
        "the next one has all again"
    )
    monkeypatch.undo()
    backend.close()


def test_an_error_names_the_model_that_was_made(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = snapshot_of({**PEOPLE, "accounts": [account("a1", "2016-03-01")]}, tmp_path)
    with open_engine(workspace, snapshot) as engine:

        def broken(name: str, sql: str) -> None:
            raise RuntimeError("the disk is full")

        monkeypatch.setattr(engine._backend, "create", broken)
        with pytest.raises(RuntimeError) as raised:
            engine.make("openings")
    assert raised.value.__notes__[0].startswith("while the model ")


@pytest.mark.parametrize(
    "total",
    [
        "SUM(n)",
        "COALESCE(SUM(n), 0) * 100",
        "SUM(n) FILTER (WHERE n > 1)",
        "SUM(n) OVER (PARTITION BY n)",
        "SUM(n) - SUM(CASE WHEN n > 1 THEN n ELSE 0 END)",
        "CAST(SUM(n) AS BIGINT)",
    ],
)
def test_sums_are_written_down_as_64_bits(total: str, tmp_path: Path) -> None:
    path = tmp_path / "model.sql"
    path.write_text(f"-- model: totals\nSELECT {total} AS total FROM numbers WHERE n < :most\n")
    (model,) = parse_file(path)
    engine = connect(EngineSettings(), tmp_path / "run")
    engine.register_table("numbers", pa.table({"n": [1, 2, 9]}))
    engine.create("totals", compile_model(model, engine.dialect, {"most": 5}))
    described = engine.query(
        "SELECT DISTINCT data_type FROM information_schema.columns WHERE table_name = 'totals'"
    )
    engine.close()
    assert described["data_type"].to_pylist() == ["BIGINT"]


def test_a_memory_limit_that_is_none_is_refused_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "surveil.toml").write_text('[engine]\nmemory_limit = "plenty"\n')
    with pytest.raises(UsageError, match="memory_limit"):
        Workspace.open(tmp_path)
