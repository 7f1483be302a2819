"""The cookie that keeps a sign-in: nothing that is guessed, late or used twice gets one, and no script can read it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from starlette.requests import Request

from dashboard import visits
from dashboard.visits import COOKIE, TICKET_FOR, TICKETS, Tickets

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def test_a_ticket_is_good_once_and_for_a_minute() -> None:
    book = Tickets()
    late, good = book.issue("token", NOW), book.issue("token", NOW)
    assert book.waits(good, NOW)
    assert book.exchange(good, NOW + TICKET_FOR) == "token"
    assert not book.waits(good, NOW)
    assert book.exchange(good, NOW) is None
    assert book.exchange(late, NOW + TICKET_FOR + timedelta(seconds=1)) is None


@pytest.mark.parametrize("wrong", ["", "x", "\udcff", "é" * 5_000])
def test_a_guessed_ticket_is_good_for_nothing(wrong: str) -> None:
    book = Tickets()
    book.issue("token", NOW)
    assert book.exchange(wrong, NOW) is None
    assert not book.waits(wrong, NOW)


def test_a_proof_of_the_firms_sign_in_is_good_once_and_forgotten_when_it_has_run_out() -> None:
    book = Tickets()
    minute = timedelta(minutes=1)
    assert book.first_use("issuer|anna|1", NOW, minute)
    assert not book.first_use("issuer|anna|1", NOW, minute)
    assert book.first_use("issuer|anna|2", NOW, minute)
    book.first_use("issuer|anna|3", NOW + 2 * minute, minute)
    assert len(vars(book)["_proofs"]) == 1


def _ask(query: str, scheme: str = "https") -> str:
    """The cookie that an answer sets, with all its flags; empty where it sets none."""
    request = Request(
        {"type": "http", "method": "GET", "path": "/visit", "query_string": query.encode(), "headers": [],
         "scheme": scheme, "server": ("desk.example", 443)}
    )  # fmt: skip
    return visits.answer(request, NOW).headers.get("set-cookie", "")


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites() -> None:
    given = _ask(f"ticket={TICKETS.issue('token', NOW)}")
    assert given.startswith(f"{COOKIE}=token;")
    assert all(flag in given for flag in ("HttpOnly", "SameSite=strict", "Secure", "Path=/"))
    assert "Max-Age" not in given, "closing the browser ends it"
    assert "Secure" not in _ask(f"ticket={TICKETS.issue('token', NOW)}", scheme="http")


def test_without_a_good_ticket_there_is_no_cookie_and_the_end_ends_it() -> None:
    assert _ask("ticket=guessed") == ""
    assert _ask("") == ""
    assert "Max-Age=0" in _ask("end")
