"""Writes the feeds as the firm's systems would: its ids, its clock, its spelling, its gaps and its dirt."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from bench.third import tables
from bench.third.contract import FEEDS, OWN_KEY, POINTERS, WHEN
from bench.third.state import Row, World

_LETTER = {
    "accounts": "AC",
    "customers": "C",
    "transactions": "T",
    "sales": "S",
    "referrals": "RF",
    "contacts": "K",
}
_NUMBERED = (
    "profile_changes",
    "transactions",
    "sales",
    "referrals",
    "complaints",
    "quotas",
    "payouts",
    "campaigns",
    "discipline",
)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


class Writer:
    """One firm's export."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.habits = world.habits
        self.folder = folder
        self.dice: Random = world.dice("dirt")
        self.ids: dict[str, dict[int, str]] = {}
        self.sizes: dict[str, int] = {}
        self.bom = self.dice.random() < 0.15
        self.mixed_columns = self.dice.random() < 0.3
        self.extra = self.dice.random() < 0.25
        self.phones = self.dice.choice(["plain", "dash", "intl", "mixed"])
        self.cuts = self._cuts()

    def _cuts(self) -> dict[str, tuple[date, date]]:
        """Extracts that begin late or were cut before the last weeks were in."""
        first, last = self.world.start, self.world.end
        if self.dice.random() < 0.3:
            first += timedelta(days=self.dice.randint(20, 75))
        if self.dice.random() < 0.2:
            last -= timedelta(days=self.dice.randint(4, 25))
        return {"transactions": (first, last)}

    def write(self) -> None:
        """Every feed the firm has."""
        ready = {name: self._collect(name) for name in FEEDS if self._has(name)}
        for name, rows in ready.items():
            if name in OWN_KEY:
                self.ids[name] = self._number(name, rows)
        for name, rows in ready.items():
            if rows or name in ("accounts", "customers", "products", "reps"):
                self._file(name, rows)

    def _has(self, feed: str) -> bool:
        return feed not in self.habits.missing_feeds

    def _collect(self, feed: str) -> list[Row]:
        """The feed's rows that fall within the extract, in the order the systems would give them."""
        if feed == "coverage":
            return list(tables.coverage(self.world, self.cuts))
        if feed in _NUMBERED:
            rows: Iterable[Row] = self.world.rows.get(feed, [])
        else:
            rows = getattr(tables, feed)(self.world)
        when = WHEN.get(feed)
        if when is None:
            return list(rows)
        first, last = self.cuts.get(feed, (date.min, self.world.end))
        ends = feed not in ("quotas", "campaigns")
        kept = [r for r in rows if not ends or first <= _day(r[when]) <= last]
        # Between equal moments the number decides, which says nothing about right or wrong.
        return sorted(kept, key=lambda r: (_stamp(r[when]), r.get("_n", 0)))

    def _number(self, feed: str, rows: list[Row]) -> dict[int, str]:
        """Public ids in the order of time, with gaps, in the firm's own style."""
        style = self.habits.id_style.get(feed, self.habits.id_style["rows"])
        letters = _LETTER.get(feed, feed[:2].upper())
        number = self.dice.randint(1000, 90000)
        out = {}
        for row in rows:
            number += self.dice.choice((1, 1, 1, 2, 3))
            out[row["_n"]] = {
                "zero": f"{number:010d}",
                "prefix": f"{letters}{number}",
                "plain": str(number),
                "dash": f"{letters}-{number // 1000:04d}-{number % 1000:03d}",
            }[style]
        return out

    def _file(self, feed: str, rows: list[Row]) -> None:
        """One CSV, with what this firm's system does to it."""
        columns = [c for c in FEEDS[feed] if c not in self.habits.missing_columns.get(feed, frozenset())]
        if self.mixed_columns:
            Random(f"{self.world.seed}/{feed}").shuffle(columns)
        head = [*columns, "legacy_flag"] if self.extra and feed in ("accounts", "customers") else columns
        encoding = "utf-8-sig" if self.bom else "utf-8"
        self.sizes[feed] = len(rows)
        with (self.folder / f"{feed}.csv").open("w", newline="", encoding=encoding) as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(head)
            for row in rows:
                cells = self._cells(feed, row, columns)
                stale = self._stale(feed, columns, cells)
                if stale is not None:
                    out.writerow(stale + [""] * (len(head) - len(columns)))
                out.writerow(cells + ["0"] * (len(head) - len(columns)))

    def _stale(self, feed: str, columns: list[str], cells: list[str]) -> list[str] | None:
        """Now and then an older version of a row stands before the current one, under the same key."""
        if feed not in OWN_KEY or self.dice.random() > self.habits.dirt:
            return None
        soft = (
            "status",
            "closed_on",
            "closed_by",
            "outcome",
            "outcome_at",
            "note",
            "phone",
            "resolution",
            "settled_on",
        )
        before = {"status": "open", "outcome": "open" if feed == "referrals" else ""}
        return [before.get(c, "") if c in soft else v for c, v in zip(columns, cells, strict=True)]

    def _cells(self, feed: str, row: Row, columns: list[str]) -> list[str]:
        """The row as text."""
        placed = bool(row.get("branch_id")) and "branch_id" in columns
        zone = row.get("_zone", self.habits.home)
        out = []
        for column in columns:
            if column == OWN_KEY.get(feed):
                out.append(self.ids[feed][row["_n"]])
                continue
            value = row.get(column)
            if column in POINTERS:
                value = self.ids.get(POINTERS[column], {}).get(value, "") if value is not None else ""
            elif column == "co_owners":
                value = ";".join(x for n in value or [] if (x := self.ids["customers"].get(n)))
            elif isinstance(value, datetime):
                value = self._moment(value, zone, placed)
            text = self._text(value)
            out.append(self._spoil(feed, column, text) if text else text)
        return out

    def _moment(self, value: datetime, zone: str, placed: bool) -> str:
        """A moment in the firm's convention; without a branch it is never silently in branch time."""
        style = self.habits.clock
        sep = "T" if self.habits.id_style["rows"] in ("dash", "plain") else " "
        if placed and style in ("naive", "mixed"):
            return value.replace(microsecond=0).isoformat(sep)
        aware = value.replace(tzinfo=_zone(zone), microsecond=0)
        if style == "utc":
            return aware.astimezone(UTC).replace(tzinfo=None).isoformat(sep) + "Z"
        if style == "naive":
            return aware.astimezone(_zone(self.habits.home)).replace(tzinfo=None).isoformat(sep)
        return aware.isoformat(sep)

    def _text(self, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return self.habits.truth[0] if value else self.habits.truth[1]
        if isinstance(value, float):
            return f"{value:.2f}"
        return str(value)

    def _spoil(self, feed: str, column: str, text: str) -> str:
        """Blanks, spellings and slips, alike for the honest and for others."""
        if column == "phone" and feed in ("customers", "accounts", "reps"):
            text = _dial(
                text, self.dice.choice(["plain", "dash", "intl"]) if self.phones == "mixed" else self.phones
            )
        if feed in ("customers", "accounts"):
            if self.dice.random() < self.habits.blank.get(column, 0.0):
                return ""
            if column == "email" and self.dice.random() < 0.02:
                return text.upper() if self.dice.random() < 0.5 else f" {text}"
        if self.dice.random() >= self.habits.dirt:
            return text
        if column == "birth_on":
            return "1900-01-01"
        if column in ("kind", "channel", "outcome") and feed in ("contacts", "consents", "accounts"):
            # A branch's own word for it, which the contract does not list.
            return {"wet_signature": "paper", "e_signature": "esign", "branch": "BR", "visit": "walkin"}.get(
                text, text
            )
        return text


def _dial(text: str, style: str) -> str:
    if len(text) != 10 or not text.isdigit() or style == "plain":
        return text
    if style == "dash":
        return f"({text[:3]}) {text[3:6]}-{text[6:]}"
    return f"+1{text}"


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def _stamp(value: date | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
