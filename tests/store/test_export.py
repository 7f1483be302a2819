"""The exported trail can be checked and read without surveil."""

from __future__ import annotations

import hashlib
import json

import rfc8785

from surveil import desk
from surveil.alerts.people import Role, User
from surveil.store import Store
from surveil.store.export import export_jsonl, export_text
from surveil.store.trail import Wanted
from surveil.store.verification import verify
from tests.store.support import NOW, draft, later, run

OFFICER = User("ann", Role.OFFICER)


def test_every_exported_line_carries_the_hash_of_its_own_content_and_of_the_one_before(store: Store) -> None:
    desk.record_scan(store, run(1), [draft(n, reason=f"{n} consents missing — Jānis") for n in range(3)], NOW)
    previous = "0" * 64
    for line in export_jsonl(store.engine):
        event = json.loads(line)
        kept = event.pop("hash")
        assert hashlib.sha256(rfc8785.dumps(event)).hexdigest() == kept
        assert event["prev"] == previous
        previous = kept
    assert previous == verify(store.engine).head


def test_the_trail_of_one_record_holds_its_events_only(store: Store) -> None:
    ids = desk.record_scan(store, run(1), [draft(1), draft(2)], NOW)
    desk.note(store, OFFICER, ids["UA01|rep|R1"], "Asked the branch for the forms.", later(hours=1))
    events = [
        json.loads(line)
        for line in export_jsonl(store.engine, Wanted(object_type="alert", object_id=ids["UA01|rep|R1"]))
    ]
    assert [event["action"] for event in events] == ["alert.opened", "alert.noted"]


def test_the_trail_of_a_day_has_what_the_clock_said_on_that_day_even_where_it_went_back(store: Store) -> None:
    desk.record_scan(store, run(1), [draft(1)], NOW)
    alert_id = desk.record_scan(store, run(2), [draft(2)], later(days=3))["UA01|rep|R2"]
    desk.note(store, OFFICER, alert_id, "Written while the clock was wrong.", NOW)
    day = NOW.date()
    told = [json.loads(line) for line in export_jsonl(store.engine, Wanted(first=day, last=day))]
    assert {event["at"][:10] for event in told} == {day.isoformat()}
    assert told[-1]["action"] == "alert.noted"
    by_ann = [
        json.loads(line) for line in export_jsonl(store.engine, Wanted(actor="ann", first=day, last=day))
    ]
    assert [event["action"] for event in by_ann] == ["alert.noted"]


def test_the_readable_form_tells_before_and_after_in_words(store: Store) -> None:
    alert_id = desk.record_scan(store, run(1), [draft(1)], NOW)["UA01|rep|R1"]
    desk.take(store, OFFICER, alert_id, later(hours=1))
    text = "".join(export_text(store.engine, Wanted(object_type="alert", object_id=alert_id)))
    assert '"ann": alert.taken on alert' in text
    assert 'status: "open" -> "in_review"' in text
    assert "2026-03-04T16:00:00.000000Z (UTC)" in text


def test_a_note_cannot_pose_as_another_event_in_the_readable_form(store: Store) -> None:
    alert_id = desk.record_scan(store, run(1), [draft(1)], NOW)["UA01|rep|R1"]
    hostile = 'All clear now.\n\n99. 2026-03-04 "bob": alert.approved \u202egnp.tros \x1b[2J'
    desk.note(store, OFFICER, alert_id, hostile, later(hours=1))
    text = "".join(export_text(store.engine))
    assert not any(line.startswith("99.") for line in text.splitlines())
    assert "\u202e" not in text
    assert "\x1b" not in text
