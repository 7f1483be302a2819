"""From a snapshot to what a run may see: each feed at its current version, as of a day, with unknown codes as not known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import pandas as pd
import pyarrow as pa

from surveil.feeds.model import Column, ColumnType, Feed

#: What decides the default as-of day: the last day with a transaction, account or contact.
AS_OF_FEEDS = ("transactions", "accounts", "contacts")
#: What staff do to customers; the first day with one is where the window begins unless told.
FROM_FEEDS = ("accounts", "sales", "referrals")
#: Stands for a value outside the list of a column in which an empty cell means something by the contract.
UNLISTED = "unlisted"
_ARROW = {"VARCHAR": pa.string(), "INTEGER": pa.int32(), "BIGINT": pa.int64()}


def stored_columns(feed: Feed) -> dict[str, str]:
    """Stored column name -> SQL type, for every column of a feed."""
    pairs = (zip(column.stored, column.stored_types, strict=True) for column in feed.columns)
    return {name: kind for columns in pairs for name, kind in columns}


def _day_of(column: Column) -> str:
    return f"{column.name}_day"


def empty_table(feed: Feed) -> pa.Table:
    """A table of a feed that was not handed in: all its columns, no rows."""
    schema = pa.schema([(name, _ARROW[kind]) for name, kind in stored_columns(feed).items()])
    return schema.empty_table()


def event_day(feed: Feed) -> str | None:
    """The stored column that says on what day a row happened; None where a row has no day of its own."""
    return None if feed.event is None else _day_of(feed.column(feed.event))


def replaced_sql(feed: Feed, table: str, first_load: int) -> str:
    """A SELECT of the rows, by load and key, that a later load brought again: small, as long as loads are.

    Args:
        table: all loads' rows of the feed.
        first_load: the number of the oldest load, which replaces nothing.
    """
    keys = ", ".join(f"e.{key}" for key in _key(feed))
    return (
        f"SELECT DISTINCT e._load, {keys} FROM {table} AS e JOIN {table} AS l "
        f"ON {_same_key(feed, 'e', 'l')} AND l._load > e._load WHERE l._load > {first_load}"
    )


def current_sql(feed: Feed, table: str, replaced: str | None) -> str:
    """A SELECT of the current version of each row: a later load's row stands for an earlier one with its key."""
    columns = ", ".join(f"e.{name}" for name in stored_columns(feed))
    absent = f"r._load = e._load AND {_same_key(feed, 'e', 'r')}"
    where = f" WHERE NOT EXISTS (SELECT 1 FROM {replaced} AS r WHERE {absent})" if replaced else ""
    return f"SELECT {columns} FROM {table} AS e{where}"


def _key(feed: Feed) -> list[str]:
    """The stored columns of a feed's key."""
    return [stored for name in feed.key for stored in feed.column(name).stored]


def _same_key(feed: Feed, left: str, right: str) -> str:
    """Two rows have the same key; a part of it that may be empty is equal to an empty one."""
    return " AND ".join(f"{left}.{key} IS NOT DISTINCT FROM {right}.{key}" for key in _key(feed))


def unlisted_sql(feed: Feed, table: str) -> str | None:
    """A SELECT of the columns (`name`) that hold a value outside their list; None where no column of the feed has a list."""
    coded = [column for column in feed.columns if column.values]
    return (
        " UNION ALL ".join(
            f"SELECT DISTINCT '{column.name}' AS name FROM {table} WHERE {column.name} NOT IN ({_listed(column)})"
            for column in coded
        )
        or None
    )


def _listed(column: Column) -> str:
    values = column.values or ()
    return ", ".join(map(quoted, values) if column.type is ColumnType.TEXT else values)


def as_of_sql(
    feed: Feed, table: str, as_of_day: int, mixed: Collection[str], values: Mapping[str, str] | None = None
) -> str:
    """A SELECT of a feed as it was known at the end of a day.

    Rows that happened later are left out (not those of which it is not known when, such as a branch without a day of
    opening); what came later to a row seen (a closing, an outcome) is taken back; a
    value outside the column's list is not known (`UNLISTED` where empty would stand for something).

    Args:
        mixed: the columns that may have such a value (see `unlisted_sql`). Others are read as they are: looking up every
            code of every row each time a model reads a long feed costs more than some models do.
        values: expressions that stand in a column's place.
    """
    instead = values or {}
    hidden: dict[str, tuple[str, str | None]] = {}
    for forget in feed.forgets:
        when = _day_of(feed.column(forget.when))
        for name in forget.columns:
            for stored in feed.column(name).stored:
                hidden[stored] = (when, None)
        for name, value in forget.reset.items():
            hidden[name] = (when, value)
    parts = [
        f"{instead[stored]} AS {stored}"
        if stored in instead
        else _seen(column, stored, hidden, as_of_day, stored in mixed)
        for column in feed.columns
        for stored in column.stored
    ]
    event = event_day(feed)
    where = f" WHERE {event} <= {as_of_day}" if event else ""
    if feed.event is not None and not feed.column(feed.event).required:
        where += f" OR {event} IS NULL"
    return f"SELECT {', '.join(parts)} FROM {table}{where}"


def _seen(
    column: Column, stored: str, hidden: Mapping[str, tuple[str, str | None]], as_of_day: int, mixed: bool
) -> str:
    value = stored
    if mixed:
        unlisted = f" WHEN {stored} IS NOT NULL THEN {quoted(UNLISTED)}" if column.empty_means else ""
        value = f"CASE WHEN {stored} IN ({_listed(column)}) THEN {stored}{unlisted} END"
    if stored in hidden:
        when, reset = hidden[stored]
        known = "NULL" if reset is None else quoted(reset)
        value = f"CASE WHEN {when} > {as_of_day} THEN {known} ELSE {value} END"
    return value if value == stored else f"{value} AS {stored}"


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def requirement_clauses(products: pd.DataFrame) -> pd.DataFrame:
    """`products.requires` taken apart: one row per product, clause and alternative.

    Columns: `product_code`, `clause` (number; each clause must be met), `qualification` (one alternative).
    """
    rows = [
        (code, number, alternative.strip())
        for code, text in zip(products["product_code"], products["requires"], strict=True)
        if isinstance(text, str)
        for number, clause in enumerate(part for part in text.split(";") if part.strip())
        for alternative in clause.split("|")
        if alternative.strip()
    ]
    frame = pd.DataFrame(rows, columns=["product_code", "clause", "qualification"])
    return frame.astype({"product_code": "string", "clause": "int64", "qualification": "string"})


#: The feeds of evidence whose absence says something about an opening; what they cover is known for each of them.
EVIDENCE_FEEDS = ("transactions", "consents", "contacts", "profile_changes", "complaints")
Span = tuple[int, int]


def coverage_spans(
    declared: pd.DataFrame, ranges: Mapping[str, Span | None], as_of_day: int
) -> dict[tuple[str, str], list[Span]]:
    """What each feed's extract covers: (feed, scope; '' = all) -> days from and to, apart from each other, in order.

    Args:
        declared: the `coverage` feed as of the day.
        ranges: first and last day in each feed, None where it has no rows; used where nothing is declared.
        as_of_day: where a span that was declared open ends.
    """
    spans: dict[tuple[str, str], list[Span]] = {}
    for row in declared.to_dict("records"):
        end = as_of_day if pd.isna(row["covers_to_day"]) else min(int(row["covers_to_day"]), as_of_day)
        scope = "" if pd.isna(row["scope"]) else str(row["scope"])
        spans.setdefault((str(row["feed"]), scope), []).append((int(row["covers_from_day"]), end))
    named = {feed for feed, _ in spans}
    for feed, span in ranges.items():
        if feed not in named and span is not None:
            spans[feed, ""] = [span]
    return {key: _joined(value) for key, value in sorted(spans.items())}


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] <= span[1]):
        if joined and start <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _common(left: list[Span], right: list[Span]) -> list[Span]:
    shared = [(max(a, c), min(b, d)) for a, b in left for c, d in right]
    return sorted(span for span in shared if span[0] <= span[1])


def covered(
    spans: Mapping[tuple[str, str], list[Span]], branches: Iterable[str], channels: Iterable[str]
) -> pd.DataFrame:
    """The days that each feed of evidence covers for a branch and a channel.

    A span with the scope of the branch or the channel replaces the general one; where both have one, the days
    that both cover. Columns: `feed`, `branch_id`, `channel`, `from_day`, `to_day`; no two spans of a row overlap.
    """
    channels = list(channels)
    rows = []
    for feed in EVIDENCE_FEEDS:
        general = spans.get((feed, ""), [])
        for branch in branches:
            for channel in channels:
                scoped = [
                    spans[feed, scope] for scope in (branch, channel) if scope and (feed, scope) in spans
                ]
                days = general if not scoped else scoped[0] if len(scoped) == 1 else _common(*scoped)
                rows += [(feed, branch, channel, start, end) for start, end in days]
    frame = pd.DataFrame(rows, columns=["feed", "branch_id", "channel", "from_day", "to_day"])
    text = dict.fromkeys(("feed", "branch_id", "channel"), "string")
    return frame.astype({**text, "from_day": "int64", "to_day": "int64"})
