"""A process of its own that writes to the desk while others do: for tests of concurrency."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

from surveil import desk
from surveil.alerts.errors import Conflict
from surveil.alerts.people import Role, User
from surveil.store import open_store
from tests.store.support import later


def main(url: str, name: str, alert_id: str, threads: int, rounds: int) -> None:
    """Several threads write notes and race for one alert; prints how often this process won."""
    store = open_store(url)
    user = User(name, Role.OFFICER)

    def work(thread: int) -> int:
        won = 0
        for number in range(rounds):
            desk.note(store, user, alert_id, f"Note {number} of thread {thread} of {name}.", later(hours=1))
            with store.read() as session:
                version = desk.alert_view(session, user, alert_id).alert.row_version
            try:
                desk.take(store, user, alert_id, later(hours=1), version)
                won += 1
            except Conflict:
                continue
        return won

    with ThreadPoolExecutor(threads) as pool:
        print(sum(pool.map(work, range(threads))))
    store.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
