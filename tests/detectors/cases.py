"""Cases as data: what a `cases.yml` may say, and how a case is made into a firm and judged.

A file names the `detector`, perhaps the day `as_of`, the `firm` (feeds that every case starts from) and the `cases`.
A case has a `name` (a sentence), an `expect` (fires, quiet, boundary, insufficient, not run), and what differs from the
firm: `feeds` (rows added), `instead` (feeds replaced), `without` (feeds or `feed.column` taken away), `parameters`,
`as_of`, and `heard` (what a detector that this one hears said: its id, then subject: p-value). What must come out: `items`
(the keys found, exactly), `p_below` and `p_above` (subject: bound), `told` (subject: text in his sentence), `explained`
(subject: text in an innocent explanation of his own), `gap` (text in a reason why something could not be judged), `no_gap`
(text in none).

A row may say `repeat: 40`: it stands for forty rows, with `{i}` (0 to 39) in any text, `{i5}`, `{i7}`, `{i10}`, `{i20}` the
same modulo that number; and a date may be written `2016-03-01 +{i7}d` (days later; a time may follow the date).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
EXPECTATIONS = ("fires", "quiet", "boundary", "insufficient", "not run")
_KEYS = {
    "name", "expect", "feeds", "instead", "without", "parameters", "as_of", "items", "p_below", "p_above", "told",
    "explained", "gap", "no_gap", "heard",
}  # fmt: skip
_LATER = re.compile(r"^(\d{4}-\d\d-\d\d)(.*?)\s*\+(\d+)d$")


@dataclass(frozen=True)
class Case:
    """One case of a detector, its rows written out."""

    detector: str
    name: str
    expect: str
    feeds: Mapping[str, list[dict[str, Any]]]
    parameters: Mapping[str, Any]
    as_of: str | None
    items: list[str] | None
    p_below: Mapping[str, float]
    p_above: Mapping[str, float]
    told: Mapping[str, str]
    explained: Mapping[str, str]
    gap: str | None
    no_gap: str | None
    heard: Mapping[str, Mapping[str, float]]


def files() -> list[Path]:
    return sorted(FOLDER.glob("*/cases.yml"))


def cases_of(file: Path) -> Iterator[Case]:
    """The cases of a file; a key that means nothing is an error, so that no expectation is silently dropped."""
    loaded = yaml.safe_load(file.read_text(encoding="utf-8"))
    for raw in loaded["cases"]:
        unknown = set(raw) - _KEYS
        assert not unknown, f"{file}: {raw['name']}: unknown {unknown}"
        assert raw["expect"] in EXPECTATIONS, f"{file}: {raw['name']}: expect {raw['expect']!r}"
        feeds = {**loaded.get("firm", {}), **raw.get("instead", {})}
        for feed, rows in raw.get("feeds", {}).items():
            feeds[feed] = [*feeds.get(feed, []), *rows]
        written = {feed: [row for raw_row in rows for row in _rows(raw_row)] for feed, rows in feeds.items()}
        for name in raw.get("without", []):
            _take_away(written, name)
        yield Case(
            loaded["detector"],
            raw["name"],
            raw["expect"],
            written,
            raw.get("parameters", {}),
            _as_of(raw, loaded),
            raw.get("items"),
            raw.get("p_below", {}),
            raw.get("p_above", {}),
            raw.get("told", {}),
            raw.get("explained", {}),
            raw.get("gap"),
            raw.get("no_gap"),
            raw.get("heard", {}),
        )


def _as_of(raw: Mapping[str, Any], loaded: Mapping[str, Any]) -> str | None:
    day = raw.get("as_of", loaded.get("as_of"))
    return None if day is None else str(day)


def _take_away(feeds: dict[str, list[dict[str, Any]]], name: str) -> None:
    feed, _, column = name.partition(".")
    if not column:
        feeds.pop(feed, None)
        return
    feeds[feed] = [{k: v for k, v in row.items() if k != column} for row in feeds[feed]]


def _rows(raw: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    times = raw.get("repeat", 1)
    for i in range(times):
        values = {"i": i, **{f"i{n}": i % n for n in (5, 7, 10, 20)}}
        yield {key: _value(value, values) for key, value in raw.items() if key != "repeat"}


def _value(value: Any, values: Mapping[str, int]) -> Any:
    if not isinstance(value, str):
        return value
    text = value.format(**values)
    later = _LATER.match(text)
    if later is None:
        return text
    day = dt.date.fromisoformat(later[1]) + dt.timedelta(days=int(later[3]))
    return f"{day}{later[2]}"
