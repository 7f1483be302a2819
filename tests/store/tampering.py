"""Somebody who owns the database file: takes the guards away, changes the trail, puts the guards back."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rfc8785

Row = dict[str, Any]


def tamper(file: Path, change: Callable[[list[Row]], list[Row]]) -> bool:
    """Rewrite the events of a SQLite database; False when the change changed nothing."""
    connection = sqlite3.connect(file)
    connection.row_factory = sqlite3.Row
    guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    before = [dict(row) for row in connection.execute("SELECT * FROM audit_event ORDER BY seq")]
    after = change([dict(row) for row in before])
    for guard in guards:
        connection.execute(f"DROP TRIGGER {guard['name']}")
    connection.execute("DELETE FROM audit_event")
    for row in after:
        marks = ", ".join("?" * len(row))
        connection.execute(f"INSERT INTO audit_event ({', '.join(row)}) VALUES ({marks})", list(row.values()))
    for guard in guards:
        connection.execute(guard["sql"])
    connection.commit()
    connection.close()
    return before != after


def rehash(rows: list[Row]) -> list[Row]:
    """The whole chain computed anew, as only an owner of the database could."""
    previous = "0" * 64
    for seq, row in enumerate(rows, start=1):
        row["seq"], row["prev"] = seq, previous
        fields = {name: value for name, value in row.items() if name != "hash"}
        fields["payload"] = json.loads(row["payload"])
        previous = row["hash"] = hashlib.sha256(rfc8785.dumps(fields)).hexdigest()
    return rows
