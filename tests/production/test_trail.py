"""The audit extract: followed to its signed end, and found out when a line is changed, moved, cut or half withheld."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveil.alerts.people import SYSTEM
from surveil.errors import VerificationFailed
from surveil.production.trail import check, extract
from surveil.store import Store
from surveil.store.audit import record
from surveil.store.checkpoint import sign_checkpoint
from tests.production.support import KEY
from tests.store.support import migrated_sqlite, sqlite_store

__all__ = ["migrated_sqlite", "sqlite_store"]
NOW = dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    """Six events; the second and fifth are not to be produced, the last one comes after the production's head."""
    for number in range(1, 7):
        with sqlite_store.write(SYSTEM) as session:
            kind = "user" if number in (2, 5) else "alert"
            record(
                session,
                at=NOW,
                action="alert.noted",
                object_type=kind,
                object_id=f"Ķ-{number}",
                reason="because",
            )
    return sqlite_store


def made(store: Store) -> tuple[list[str], object]:
    found = extract(
        store.engine,
        KEY,
        ends=lambda event: event.seq == 5,
        reason=lambda event: "not produced" if event.object_type == "user" else "",
    )
    assert (found.shown, found.withheld) == (3, 2)
    return list(found.lines), found.checkpoint


def test_the_extract_ends_where_it_should_and_tells_nothing_of_withheld_events(store: Store) -> None:
    lines, checkpoint = made(store)
    assert check("".join(lines), checkpoint) == (3, 2)
    assert set(json.loads(lines[1])) == {"seq", "prev", "hash", "withheld"}
    assert checkpoint.events == 5
    assert checkpoint.at == "2024-07-01T12:00:00.000000Z"


def test_every_line_changed_moved_or_left_out_is_found(store: Store) -> None:
    lines, checkpoint = made(store)
    broken = [lines[:at] + lines[at + 1 :] for at in range(len(lines))]
    broken += [[lines[1], lines[0], *lines[2:]], [*lines, lines[-1]], [], lines[:-1]]
    for at in (0, 2, 3):
        broken.append([*lines[:at], lines[at].replace("because", "Because"), *lines[at + 1 :]])
    half = json.loads(lines[0]) | {"withheld": "not produced"}
    broken.append([json.dumps(half) + "\n", *lines[1:]])
    broken.append(["not json\n", *lines[1:]])
    broken.append(["[]\n", *lines[1:]])
    for changed in broken:
        with pytest.raises(VerificationFailed):
            check("".join(changed), checkpoint)


def test_an_extract_of_another_chain_does_not_pass(store: Store) -> None:
    lines, _ = made(store)
    with pytest.raises(VerificationFailed, match="does not end"):
        check("".join(lines), sign_checkpoint(5, "0" * 64, "", KEY))


def test_an_empty_trail_has_an_empty_extract(sqlite_store: Store) -> None:
    found = extract(sqlite_store.engine, KEY, ends=lambda _: True, reason=lambda _: "")
    assert check("", found.checkpoint) == (0, 0)


@given(st.text(max_size=200))
def test_text_that_is_no_extract_is_refused_and_not_a_crash(text: str) -> None:
    with pytest.raises(VerificationFailed):
        check(text, sign_checkpoint(3, "a" * 64, "", KEY))
