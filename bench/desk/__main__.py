"""What the review desk takes with a million alerts: pages, search, acts, and the check of the whole trail.

`python -m bench.desk --alerts 1000000 --events 2000000 --database sqlite` (or `postgresql`, or an address) makes the
database, measures, and prints the tables in docs/desk.md. `--ready` measures one that was filled before.
"""

from __future__ import annotations

import argparse
import os
import resource
import time

from sqlalchemy import func, select

from bench.desk.data import fill, size_of
from bench.desk.servers import database
from bench.desk.timing import timings
from surveil.store import Store, migrate, open_store
from surveil.store.audit import audit_event
from surveil.store.export import export_jsonl
from surveil.store.tables import AlertRow
from surveil.store.verification import verify


def main() -> None:
    """Make, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--database", default="sqlite")
    parser.add_argument("--ready", action="store_true", help="the database was filled before")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--no-trail", action="store_true", help="leave the trail unmeasured")
    asked = parser.parse_args()
    with database(asked.database) as url:
        migrate(url)
        if not asked.ready:
            fill(url, asked.alerts, asked.events, lambda text: print(text, flush=True))
        store = open_store(url)
        _requests(store, asked.repeat)
        if not asked.no_trail:
            _trail(store)
        store.close()


def _requests(store: Store, repeat: int) -> None:
    with store.connection() as connection:
        alerts = connection.execute(select(func.count()).select_from(AlertRow)).scalar_one()
        print(f"\n{store.engine.dialect.name}, {alerts} alerts, {size_of(connection)}")
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print("| request | median ms | worst ms | processor ms |\n|---|---:|---:|---:|")
    for timed in timings(store, repeat):
        row = (f"{value:.0f}" for value in (timed.median_ms, timed.worst_ms, timed.cpu_ms))
        print(f"| {timed.what} | {' | '.join(row)} |", flush=True)


def _trail(store: Store) -> None:
    with store.connection() as connection:
        events = connection.execute(select(func.count()).select_from(audit_event)).scalar_one()
    print(f"\n| trail of {events} events | seconds | processor seconds | peak GB |\n|---|---:|---:|---:|")
    started, busy = time.perf_counter(), time.process_time()
    found = verify(store.engine)
    _line("verify, records too" if found.ok else f"verify: {found.problems[0].message}", started, busy)
    started, busy = time.perf_counter(), time.process_time()
    size = sum(len(line) for line in export_jsonl(store.engine))
    _line(f"export, {size / 1e9:.1f} GB of JSON lines", started, busy)


def _line(what: str, started: float, busy: float) -> None:
    spent = time.perf_counter() - started, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"| {what} | {spent[0]:.0f} | {spent[1]:.0f} | {peak:.2f} |", flush=True)


if __name__ == "__main__":
    main()
