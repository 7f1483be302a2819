"""What the review desk takes with a million alerts: pages, search, acts, and the check of the whole trail.

`python -m bench.desk --alerts 1000000 --events 2000000 --database sqlite` (or `postgresql`, or an address) makes the
database, measures, and prints the tables in docs/desk.md. `--ready` measures one that was filled before. Ten million events
with 50,000 alerts take about 6 GB of disk; every million alerts take 7 GB more.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable

from sqlalchemy import func, select

from bench.desk.data import fill, size_of
from bench.desk.servers import database
from bench.desk.timing import Timed, timings
from bench.desk.trail import passes, requests
from surveil.store import Store, migrate, open_store
from surveil.store.audit import head
from surveil.store.tables import AlertRow


def main() -> None:
    """Make, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--database", default="sqlite")
    parser.add_argument("--ready", action="store_true", help="the database was filled before")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--part", choices=("all", "desk", "trail"), default="all", help="what is measured")
    asked = parser.parse_args()
    with database(asked.database) as url:
        migrate(url)
        if not asked.ready:
            fill(url, asked.alerts, asked.events, lambda text: print(text, flush=True))
        store = open_store(url)
        _head(store)
        if asked.part != "trail":
            _table(timings(store, asked.repeat))
        if asked.part != "desk":
            _table(requests(store, asked.repeat))
            _whole(store)
        store.close()


def _head(store: Store) -> None:
    with store.connection() as connection:
        alerts = connection.execute(select(func.count()).select_from(AlertRow)).scalar_one()
        events, _ = head(connection)
        print(f"\n{store.engine.dialect.name}, {alerts} alerts, {events} events, {size_of(connection)}")
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def _table(found: Iterable[Timed]) -> None:
    print("\n| request | median ms | worst ms | processor ms |\n|---|---:|---:|---:|")
    for timed in found:
        row = (f"{value:.0f}" for value in (timed.median_ms, timed.worst_ms, timed.cpu_ms))
        print(f"| {timed.what} | {' | '.join(row)} |", flush=True)


def _whole(store: Store) -> None:
    print("\n| the whole trail | seconds | processor seconds | peak GB |\n|---|---:|---:|---:|")
    for run in passes(store):
        print(f"| {run.what} | {run.seconds:.0f} | {run.busy:.0f} | {run.peak:.2f} |", flush=True)


if __name__ == "__main__":
    main()
