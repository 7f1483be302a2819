"""Officers at work, a few in one process: for the load test. Prints what each did as one line of JSON."""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from surveil import desk
from surveil.alerts.alert import Alert, Status
from surveil.alerts.dispositions import Disposition
from surveil.alerts.errors import DeskError
from surveil.alerts.people import Role, User
from surveil.desk import QueueFilters
from surveil.store import Store, open_store

NOTE = "Read the file and spoke with the branch manager."
THINK_SECONDS = 0.3


def main(url: str, first: int, officers: int, seconds: float) -> None:
    """Work as officers number `first`… for so many seconds."""
    until = time.time() + seconds
    store = open_store(url)
    with ThreadPoolExecutor(officers) as pool:
        counts = list(pool.map(lambda n: work(store, n, until), range(first, first + officers)))
    store.close()
    print(json.dumps(dict(sum(counts, Counter()))))


def work(
    store: Store,
    number: int,
    until: float,
    clock: Callable[[], float] = time.time,
    think: float = THINK_SECONDS,
) -> Counter[str]:
    """One officer's day: take the next, note, decide or put back; approve others' decisions; read the queue."""
    user, dice = User(f"officer-{number}", Role.OFFICER), random.Random(number)
    counts: Counter[str] = Counter()
    while clock() < until:
        act = dice.choices((_decide, _put_back, _approve, _look, _stale), (50, 10, 25, 10, 5))[0]
        started = time.perf_counter()
        try:
            counts[act(store, user, dice)] += 1
        except DeskError as refused:
            counts[f"refused: {type(refused).__name__}"] += 1
        counts["milliseconds"] += round((time.perf_counter() - started) * 1000)
        counts["acts"] += 1
        time.sleep(dice.random() * think)
    return counts


def _decide(store: Store, user: User, dice: random.Random) -> str:
    alert = _take(store, user)
    if alert is None:
        return "nothing to take"
    noted = desk.note(store, user, alert.alert_id, NOTE, _now())
    ends = (
        Disposition.CONFIRMED_UNAUTHORIZED,
        Disposition.FALSE_POSITIVE_EXPLAINED,
        Disposition.USEFUL_NO_BREACH,
    )
    desk.decide(store, user, alert.alert_id, dice.choice(ends), NOTE, _now(), noted.row_version)
    return "decided"


def _put_back(store: Store, user: User, _dice: random.Random) -> str:
    alert = _take(store, user)
    if alert is None:
        return "nothing to take"
    desk.release(store, user, alert.alert_id, _now(), alert.row_version)
    return "put back"


def _approve(store: Store, user: User, dice: random.Random) -> str:
    with store.read() as session:
        waiting = desk.queue(
            session, user, QueueFilters(status=(Status.PENDING_APPROVAL,)), page_size=20
        ).alerts
    if not waiting:
        return "nothing to approve"
    alert = dice.choice(waiting)
    desk.approve(store, user, alert.alert_id, _now(), alert.row_version, NOTE)
    return "approved"


def _look(store: Store, user: User, _dice: random.Random) -> str:
    with store.read() as session:
        page = desk.queue(session, user, desk.first_look(user, _now().date()))
    if page.alerts:
        with store.read() as session:
            desk.alert_view(session, user, page.alerts[0].alert_id, _now())
    return "looked"


def _stale(store: Store, user: User, _dice: random.Random) -> str:
    """Decide from a page that is older than the alert: it must never go through."""
    alert = _take(store, user)
    if alert is None:
        return "nothing to take"
    desk.note(store, user, alert.alert_id, NOTE, _now())
    desk.decide(store, user, alert.alert_id, Disposition.CANNOT_RULE_OUT, NOTE, _now(), alert.row_version)
    return "decided from a stale page"


def _take(store: Store, user: User) -> Alert | None:
    return desk.take_next(store, user, QueueFilters(), _now())


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
