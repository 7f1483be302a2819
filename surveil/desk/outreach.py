"""Ask customers: with a script that accuses nobody, over contact data from before any change in question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from surveil.alerts.cases import SCRIPTS, Answer, Channel, ClockKind, Visit, clock_due
from surveil.alerts.dispositions import checked_note
from surveil.alerts.errors import NotFound, Unacceptable
from surveil.alerts.people import User
from surveil.desk.cases import find_case_for, touch_case
from surveil.desk.firm_rows import FirmRows
from surveil.desk.masking import masked
from surveil.desk.triage import Revealed
from surveil.store import Store
from surveil.store.audit import next_number, record
from surveil.store.tables_cases import CaseClockRow, CaseOutreachRow

FIELDS = ("email", "phone", "address_line", "city", "state", "postal_code")


@dataclass(frozen=True)
class Contact:
    """How a customer could be reached at a moment. `values` has FIELDS and the name, masked unless revealed;
    `changed` names the fields that were changed after that moment, None where the history was not handed over.
    """

    customer_id: str
    as_of: datetime
    values: dict[str, Any]
    changed: tuple[str, ...] | None


def contact_then(
    rows: FirmRows, customer_id: str, as_of: datetime, revealed: Revealed | None = None
) -> Contact:
    """The customer's contact data as they stood just before a moment, such as the first change in question.

    Today's values, with every later change taken back. Without the feed `profile_changes` they are today's,
    and whether they were the same then is not known.

    Raises:
        NotFound: there is no such customer.
    """
    found = rows.find("customers", "customer_id", [customer_id])
    if not found:
        raise NotFound(f"There is no customer {customer_id} in the data.")
    values = {name: found[0].get(name) for name in ("name", *FIELDS)}
    changed: tuple[str, ...] | None = None
    if rows.present("profile_changes"):
        changes = [
            c for c in rows.find("profile_changes", "customer_id", [customer_id]) if c["field"] in FIELDS
        ]
        later = [c for c in changes if c["changed_at"] is not None and c["changed_at"] >= as_of]
        for change in sorted(later, key=lambda c: (c["changed_at"], c["change_id"]), reverse=True):
            values[change["field"]] = change["old_value"]
        changed = tuple(sorted({change["field"] for change in later}))
    plain = revealed is not None and revealed.what == f"contact of {customer_id}"
    return Contact(customer_id, as_of, values if plain else masked(values), changed)


def ask_customer(
    store: Store,
    user: User,
    case_id: str,
    customer_id: str,
    channel: Channel,
    script: str,
    now: datetime,
    contact_as_of: datetime | None = None,
) -> str:
    """Record that a customer is asked, with which question, and of when the contact data are; returns an id.

    A clock starts for asking again. The data themselves are not kept: they stay in the firm's feeds.

    Raises:
        Unacceptable: there is no such script, or no customer is named.
    """
    if script not in SCRIPTS or not customer_id.strip():
        raise Unacceptable(f"Name the customer and one of the scripts {', '.join(SCRIPTS)}.")
    with store.write(user) as session:
        case = find_case_for(session, user, case_id)
        number = next_number(session)
        row = CaseOutreachRow(
            outreach_id=f"O-{number}",
            case_id=case_id,
            customer_id=customer_id.strip(),
            channel=channel.value,
            script=script,
            question=SCRIPTS[script],
            contact_as_of=contact_as_of,
            asked_by=user.name,
            asked_at=now,
        )
        today = store.calendar.day(now)
        clock = CaseClockRow(
            clock_id=f"{case_id}-K{number}",
            case_id=case_id,
            kind=ClockKind.CUSTOMER_ANSWER.value,
            about=f"customer {customer_id.strip()}, asked on {today}",
            started_on=today,
            due_on=clock_due(ClockKind.CUSTOMER_ANSWER, today, store.calendar),
            started_by=user.name,
        )
        session.add_all([row, clock])
        touch_case(case, now)
        record(session, at=now, action="case.customer_asked", object_type="case", object_id=case_id)
        return row.outreach_id


def record_answer(
    store: Store,
    user: User,
    outreach_id: str,
    answer: Answer,
    visit: Visit,
    note: str,
    now: datetime,
) -> None:
    """Record what came back, in the customer's words, and whether the visit on record took place.

    No answer is recorded as no answer; only what the customer said counts for or against anybody.

    Raises:
        NotFound: nobody was asked under that id, or the answer is there already.
    """
    kept = checked_note(note, "answer")
    with store.write(user) as session:
        row = session.get(CaseOutreachRow, outreach_id)
        if row is None or row.answer is not None:
            raise NotFound(f"No answer is awaited under {outreach_id}.")
        case = find_case_for(session, user, row.case_id)
        row.answer, row.visit, row.answer_note = answer.value, visit.value, kept
        row.answered_by, row.answered_at = user.name, now
        clock = session.get(CaseClockRow, f"{row.case_id}-K{outreach_id.removeprefix('O-')}")
        if clock is not None and clock.met_at is None:
            clock.met_by, clock.met_at, clock.note = user.name, now, kept
        touch_case(case, now)
        record(
            session,
            at=now,
            action="case.customer_answered",
            object_type="case",
            object_id=row.case_id,
            reason=kept,
        )
