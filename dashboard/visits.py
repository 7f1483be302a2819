"""The cookie that keeps a sign-in over a reload: how the browser gets it and gives it up.

The framework's pages talk through a web socket, over which no cookie can be set that scripts can't read. So a page that
has signed somebody in shows an invisible picture whose address holds a ticket, good once and for a minute; the answer to
it sets the cookie. Whose a cookie is and how long it lasts is the desk's to say (`surveil.desk.sign_ins`).
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.requests import Request

COOKIE = "surveil_visit"
TICKET_FOR = timedelta(minutes=1)


class Tickets:
    """What browsers may exchange for a token, kept in the server's memory for as long as it takes them to do so."""

    def __init__(self) -> None:
        self._tokens: dict[str, tuple[str, datetime]] = {}
        self._proofs: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def issue(self, token: str, now: datetime) -> str:
        """A ticket for the token, good once and soon."""
        ticket = secrets.token_urlsafe(32)
        with self._lock:
            self._tokens = {key: kept for key, kept in self._tokens.items() if kept[1] >= now}
            self._tokens[_hash(ticket)] = (token, now + TICKET_FOR)
        return ticket

    def exchange(self, ticket: str, now: datetime) -> str | None:
        """The token for a ticket; None where it is used up, too old or none."""
        with self._lock:
            token, until = self._tokens.pop(_hash(ticket), ("", now))
        return token if token and now <= until else None

    def waits(self, ticket: str, now: datetime) -> bool:
        """Whether the browser has not fetched what this ticket is for, and still may."""
        with self._lock:
            return _hash(ticket) in self._tokens and now <= self._tokens[_hash(ticket)][1]

    def first_use(self, proof: str, now: datetime, good_for: timedelta) -> bool:
        """Whether nobody has come in with this proof of the firm's own sign-in before, in the time it is good for."""
        with self._lock:
            self._proofs = {key: until for key, until in self._proofs.items() if until >= now}
            new = _hash(proof) not in self._proofs
            self._proofs[_hash(proof)] = now + good_for
        return new


TICKETS = Tickets()


def answer(request: Request, now: datetime) -> Response:
    """What the invisible picture gets: the cookie for a good ticket; when somebody has signed out, the cookie's end."""
    token = TICKETS.exchange(request.query_params.get("ticket", ""), now)
    response = Response(_PICTURE, media_type="image/svg+xml")
    if token is not None:
        response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=_secure(request))
    elif "end" in request.query_params:
        response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=_secure(request))
    return response


_PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


def _secure(request: Request) -> bool:
    """Whether the reader came by TLS, here or at the firm's proxy."""
    return request.url.scheme == "https" or request.headers.get("x-forwarded-proto", "") == "https"


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
