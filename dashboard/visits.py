"""Sign-ins that survive a reload: the browser keeps a token in a cookie no script can read, the server knows whose it is.

The framework's pages talk through a web socket, over which no such cookie can be set. So a page that has signed somebody
in shows an invisible picture whose address holds a ticket, good once and for a minute; the answer to it sets the cookie.
Tokens live in the server's memory only: whoever restarts it signs everybody out.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.requests import Request

COOKIE = "surveil_visit"
IDLE = timedelta(minutes=15)
TICKET_FOR = timedelta(minutes=1)


@dataclass
class Visit:
    """Somebody who has signed in: who, and when he was last seen to do something."""

    name: str
    active_at: datetime


class Visits:
    """All visits to this server. Tokens are kept as hashes, so that a dump of the memory lets nobody in."""

    def __init__(self) -> None:
        self._visits: dict[str, Visit] = {}
        self._tickets: dict[str, tuple[str, datetime]] = {}
        self._seen: set[str] = set()
        self._lock = threading.Lock()

    def begin(self, name: str, now: datetime) -> str:
        """A token for somebody whose password has just been checked."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._visits = {key: visit for key, visit in self._visits.items() if not _idle(visit, now)}
            self._visits[_hash(token)] = Visit(name, now)
        return token

    def find(self, token: str | None, now: datetime) -> Visit | None:
        """Whose token it is; None where it is nobody's, or he did nothing for too long."""
        with self._lock:
            visit = self._visits.get(_hash(token or ""))
            if visit is not None and _idle(visit, now):
                del self._visits[_hash(token or "")]
                return None
            return visit

    def end(self, token: str | None) -> None:
        """Forget it, in every window of the browser."""
        with self._lock:
            self._visits.pop(_hash(token or ""), None)

    def ticket(self, token: str, now: datetime) -> str:
        """What the browser may exchange for the token, once and soon."""
        ticket = secrets.token_urlsafe(32)
        with self._lock:
            self._tickets = {key: kept for key, kept in self._tickets.items() if kept[1] >= now}
            self._tickets[_hash(ticket)] = (token, now + TICKET_FOR)
        return ticket

    def exchange(self, ticket: str, now: datetime) -> str | None:
        """The token for a ticket; None where it is used up, too old or none."""
        with self._lock:
            token, until = self._tickets.pop(_hash(ticket), ("", now))
        return token if token and now <= until else None

    def waits(self, ticket: str, now: datetime) -> bool:
        """Whether the browser has not fetched what this ticket is for, and still may."""
        with self._lock:
            _, until = self._tickets.get(_hash(ticket), ("", now - TICKET_FOR))
        return now <= until

    def first_use(self, mark: str) -> bool:
        """Whether nobody has come in with this proof of the firm's own sign-in before."""
        with self._lock:
            new = _hash(mark) not in self._seen
            self._seen.add(_hash(mark))
        return new


VISITS = Visits()


def answer(request: Request, now: datetime) -> Response:
    """What the invisible picture gets: the cookie for a good ticket; without one, the cookie's end."""
    token = VISITS.exchange(request.query_params.get("ticket", ""), now)
    response = Response(_PICTURE, media_type="image/svg+xml")
    if token is not None:
        response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=_secure(request))
    elif "end" in request.query_params:
        VISITS.end(request.cookies.get(COOKIE))
        response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=_secure(request))
    return response


_PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


def _secure(request: Request) -> bool:
    """Whether the reader came by TLS, here or at the firm's proxy."""
    return request.url.scheme == "https" or request.headers.get("x-forwarded-proto", "") == "https"


def _idle(visit: Visit, now: datetime) -> bool:
    return now - visit.active_at > IDLE


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
