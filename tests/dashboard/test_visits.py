"""Sign-ins kept in a cookie: whose it is, how long, and that nothing that is guessed or used twice lets anybody in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from starlette.requests import Request

from dashboard import visits
from dashboard.visits import COOKIE, IDLE, TICKET_FOR, Visits

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def test_a_token_is_its_owners_until_he_was_idle_for_too_long() -> None:
    book = Visits()
    token = book.begin("anna", NOW)
    found = book.find(token, NOW + IDLE)
    assert found is not None
    assert found.name == "anna"
    assert book.find(token, NOW + IDLE + timedelta(seconds=1)) is None
    assert book.find(token, NOW) is None, "what has ended by idleness does not come back"


@pytest.mark.parametrize("wrong", [None, "", "x", "\udcff", "é" * 5_000])
def test_no_token_and_a_wrong_one_are_nobodys(wrong: str | None) -> None:
    book = Visits()
    book.begin("anna", NOW)
    assert book.find(wrong, NOW) is None
    book.end(wrong)


def test_signing_out_ends_it_everywhere_and_for_nobody_else() -> None:
    book = Visits()
    anna, bela = book.begin("anna", NOW), book.begin("bela", NOW)
    book.end(anna)
    assert book.find(anna, NOW) is None
    assert book.find(bela, NOW) is not None


def test_a_ticket_is_good_once_and_for_a_minute() -> None:
    book = Visits()
    token = book.begin("anna", NOW)
    late, good = book.ticket(token, NOW), book.ticket(token, NOW)
    assert book.waits(good, NOW)
    assert book.exchange(good, NOW + TICKET_FOR) == token
    assert not book.waits(good, NOW)
    assert book.exchange(good, NOW) is None
    assert book.exchange(late, NOW + TICKET_FOR + timedelta(seconds=1)) is None
    assert book.exchange("", NOW) is None


def test_no_token_stands_in_the_servers_memory() -> None:
    book = Visits()
    token = book.begin("anna", NOW)
    assert token not in repr(vars(book))


def test_a_proof_of_the_firms_sign_in_is_good_once() -> None:
    book = Visits()
    assert book.first_use("issuer|anna|1")
    assert not book.first_use("issuer|anna|1")
    assert book.first_use("issuer|anna|2")


def _ask(query: str, cookie: str = "", scheme: str = "https") -> str:
    """The cookie that an answer sets, with all its flags; empty where it sets none."""
    headers = [(b"cookie", f"{COOKIE}={cookie}".encode())] if cookie else []
    request = Request(
        {"type": "http", "method": "GET", "path": "/visit", "query_string": query.encode(), "headers": headers,
         "scheme": scheme, "server": ("desk.example", 443)}
    )  # fmt: skip
    return visits.answer(request, NOW).headers.get("set-cookie", "")


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites() -> None:
    token = visits.VISITS.begin("anna", NOW)
    given = _ask(f"ticket={visits.VISITS.ticket(token, NOW)}")
    assert given.startswith(f"{COOKIE}={token};")
    assert all(flag in given for flag in ("HttpOnly", "SameSite=strict", "Secure", "Path=/"))
    assert "Max-Age" not in given, "closing the browser ends it"
    assert "Secure" not in _ask(f"ticket={visits.VISITS.ticket(token, NOW)}", scheme="http")


def test_a_guessed_ticket_gets_nothing_and_the_end_ends_it_on_the_server_too() -> None:
    token = visits.VISITS.begin("anna", NOW)
    assert _ask("ticket=guessed") == ""
    assert _ask("") == ""
    assert "Max-Age=0" in _ask("end", cookie=token)
    assert visits.VISITS.find(token, NOW) is None
