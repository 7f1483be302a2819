"""Searching gives the right alerts, whatever is typed, with the index, without it, and for words that nearly all have."""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, text

from surveil import desk
from surveil.alerts.model import Severity
from surveil.desk import QueueFilters, Sort
from surveil.desk.screen_queue import queue_by_subject
from surveil.store import Store, migrate, open_store
from surveil.store import search as searching
from surveil.store.database import writing
from surveil.store.mapping import search_key
from surveil.store.migrations import text_search
from tests.desk.people import ANN, SUE
from tests.store.support import NOW, draft, later, run

REASONS = (
    "R0 opened 5 of 9 accounts “without” a consent; 0.7 were expected",
    "100% of 5_5 openings, see ''quoted'' \"text\" and back\\slash",
    "客户王伟 同意书缺失 at the branch",
    "Āboliņš ŁÓDŹ Straße ＡＢＣ naïve",
    "لا توجد موافقة من العميل",
    "abcabcabd aaaa AND NEAR(x y) OR NOT * ^ {col}: -",
    "🙂🙂🙂 emoji 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 and e\u0301 combining",
    "tabs\tand\nlines � replaced",
)


def _filled(store: Store) -> None:
    drafts = [draft(number, reason=reason) for number, reason in enumerate(REASONS)]
    desk.record_scan(store, run(1), drafts, NOW)


def _ids(store: Store, words: str, **more: object) -> set[str]:
    with store.read() as session:
        page = desk.queue(session, ANN, QueueFilters(text=words), page_size=500, **more)  # type: ignore[arg-type]
        assert page.total == len(page.alerts)
        return {alert.subject_id for alert in page.alerts}


def _wanted(store: Store, words: str) -> set[str]:
    """The same, found by comparing every alert's text with every word."""
    with store.read() as session:
        everything = desk.queue(session, ANN, page_size=500).alerts
    texts = {
        one.subject_id: search_key(
            f"{one.alert_id} {one.detector} {one.typology} {one.subject_id} {one.rep_id} {one.branch_id} {one.reason}"
        )
        for one in everything
    }
    asked = search_key(searching.storable(words)).split()
    return {subject for subject, key in texts.items() if all(word in key for word in asked)}


@pytest.fixture(scope="module")
def read_only(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    file = shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("search") / "surveil.db")
    opened = open_store(f"sqlite+pysqlite:///{file}")
    _filled(opened)
    yield opened
    opened.close()


_PIECES = st.sampled_from(REASONS).flatmap(
    lambda reason: st.tuples(st.integers(0, len(reason)), st.integers(1, 12)).map(
        lambda at: reason[at[0] : at[0] + at[1]]
    )
)


@given(st.lists(_PIECES | st.text(max_size=6), max_size=4).map(" ".join), st.sampled_from([0, 2, 10_000]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_whatever_is_typed_finds_the_alerts_that_have_it(read_only: Store, words: str, few: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "FEW", few)
        assert _ids(read_only, words) == _wanted(read_only, words)


HOSTILE = (
    "%",
    "_",
    "5_5",
    "%%%",
    "''quoted''",
    '"text"',
    '"',
    'a"b"c',
    "back\\slash",
    "/",
    "' OR 1=1 --",
    "AND",
    "OR NOT",
    "NEAR(x y)",
    "search_key:consent",
    "con*",
    "^R0",
    "{col}:",
    "-",
    "王伟",
    "客",
    "同意书缺失",
    "العميل",
    "strasse",
    "🙂🙂🙂",
    "🙂",
    "𝔘𝔫𝔦",
    "naïve ABC",
    "aa",
    "aaaaa",
    "abcabd",
    "\x00",
    "\ud800",
    "\u200b",
    "é",
    "a b c d e",
)


@pytest.mark.parametrize("few", [0, 10_000])
def test_what_is_an_operator_elsewhere_is_only_text_here(
    store: Store, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    _filled(store)
    monkeypatch.setattr(searching, "FEW", few)
    for words in HOSTILE:
        assert _ids(store, words) == _wanted(store, words), words


@pytest.mark.parametrize(
    "words", ["x" * 100_000, "ab " * 5_000, " ".join(f"w{n}" for n in range(20_000)), "abc" * 1200]
)
def test_more_words_than_a_database_takes_are_in_no_alert(store: Store, words: str) -> None:
    _filled(store)
    expected = _wanted(store, words) if len(words) < 20_000 else set()
    assert _ids(store, words) == expected


def test_of_words_that_very_many_have_the_first_are_shown_in_order_and_it_is_said(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    severities = [*Severity] * 3
    desk.record_scan(
        store, run(1), [draft(number, severity=kind) for number, kind in enumerate(severities)], NOW
    )
    with store.read() as session:
        whole = [one.alert_id for one in desk.queue(session, ANN).alerts]
    monkeypatch.setattr(searching, "FEW", 4)
    monkeypatch.setattr(importlib.import_module("surveil.desk.queue"), "FIRST_FOUND", 5)
    with store.read() as session:
        page = desk.queue(session, ANN, QueueFilters(text="consent"), page_size=2, page=2)
        assert (page.more, page.total, page.pages) == (True, 5, 3)
        assert [one.alert_id for one in page.alerts] == whole[2:4]
        grouped = queue_by_subject(session, ANN, QueueFilters(text="consent"))
        assert (grouped.more, grouped.total) == (True, 5)
        low = desk.queue(session, ANN, QueueFilters(text="consent", severity=(Severity.LOW,)))
        assert (low.more, low.total) == (False, 3)
        rare = desk.queue(session, ANN, QueueFilters(text="R11"))
        assert (rare.more, rare.total) == (False, 1)
        filters = QueueFilters(text="consent")
        assert desk.bulk_preview(session, ANN, filters).count == 12
    desk.save_view(store, ANN, "Consents", QueueFilters(text="consent"), Sort.URGENCY, NOW)
    with store.read() as session:
        (mine,) = (view for view in desk.views(session, ANN, NOW.date()) if view.name == "Consents")
    assert (mine.count, mine.more) == (5, True)
    monkeypatch.setattr(importlib.import_module("surveil.desk.views"), "COUNTED_TO", 8)
    with store.read() as session:
        counted = {view.name: (view.count, view.more) for view in desk.views(session, SUE, NOW.date())}
        assert counted["Everything"] == (4, False), "of what there is for a supervisor"
    with store.read() as session:
        counted = {view.name: (view.count, view.more) for view in desk.views(session, ANN, NOW.date())}
        assert counted["Everything"] == (8, True)


def test_a_supervisor_finds_nothing_out_of_his_scope(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    _filled(store)
    for few in (0, 10_000):
        monkeypatch.setattr(searching, "FEW", few)
        with store.read() as session:
            found = desk.queue(session, SUE, QueueFilters(text="UA01"), page_size=500)
        assert {one.subject_id for one in found.alerts} == {"R1", "R4", "R7"}
        assert found.total == 3


def test_what_a_later_scan_says_is_found_and_what_it_said_before_no_longer(store: Store) -> None:
    desk.record_scan(store, run(1), [draft(1, reason="R1 opened three accounts")], NOW)
    desk.record_scan(store, run(2), [draft(1, reason="R1 opened seventeen accounts")], later(days=1))
    assert _ids(store, "seventeen") == {"R1"}
    assert _ids(store, "three") == set()


def test_compacting_the_file_changes_nothing(sqlite_store: Store) -> None:
    _filled(sqlite_store)
    with writing(sqlite_store.engine) as connection:
        connection.execute(text("DELETE FROM alert_hit"))
        connection.execute(text("DELETE FROM alert WHERE subject_id IN ('R0', 'R3')"))
    with sqlite_store.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("VACUUM")
        connection.exec_driver_sql("BEGIN")
    for words in ("openings", "abcabd", "王伟 同意书缺失", "consent"):
        assert _ids(sqlite_store, words) == _wanted(sqlite_store, words)


def _drop(connection: Connection) -> None:
    for name in ("insert", "update", "delete"):
        connection.execute(text(f"DROP TRIGGER IF EXISTS alert_search_{name}"))
    for table in (text_search.TABLE, text_search.NUMBERS):
        connection.execute(text(f"DROP TABLE {table}"))


def test_a_database_from_before_gets_the_index_with_all_it_holds(sqlite_store: Store) -> None:
    with writing(sqlite_store.engine) as connection:
        _drop(connection)
    _filled(sqlite_store)
    assert _ids(sqlite_store, "openings") == {"R1"}, "without an index it is slower, not wrong"
    migrate(str(sqlite_store.engine.url))
    with sqlite_store.connection() as connection:
        assert text_search.is_there(connection)
        assert searching._candidates(connection, ["openings"]), "found by the index"
    assert _ids(sqlite_store, "openings") == {"R1"}


@pytest.mark.postgres
def test_a_server_searches_by_its_index_where_it_has_pg_trgm_and_without_where_it_refuses(
    migrated_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = create_engine(migrated_postgres)
    with engine.connect() as connection:
        offered = connection.execute(text(text_search._EXTENSION_OFFERED)).first() is not None
        assert text_search.is_there(connection) is offered
    monkeypatch.setattr(text_search, "_EXTENSION_OFFERED", "SELECT 1")
    monkeypatch.setattr(text_search, "is_there", lambda _: False)
    monkeypatch.setattr(text_search, "_POSTGRESQL", ("CREATE INDEX ON no_such_table (nothing)",))
    migrate(migrated_postgres)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM alert")).scalar_one() >= 0, (
            "nothing else was lost"
        )
    engine.dispose()
