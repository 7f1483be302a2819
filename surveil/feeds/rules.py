"""Compiles the contract of a feed into one SQL statement that reads cells, and says what is wrong with each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from surveil.feeds.model import Column, ColumnType, Feed

BASE, AWARE, BARE, ROUNDED, PROBLEM = "base", "aware", "bare", "rounded", "_problem"

_SPACE = r"[\s\x{00a0}]"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
_TIMESTAMP = rf"{_DATE}(?:[ T]{_TIME}(?:Z|[+-](?:0[0-9]|1[0-5]):[0-5][0-9])?)?"
_DECIMAL = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_WHOLE = r"[+-]?[0-9]+(?:\.0*)?"
_FIRST_SECOND = "-2208902400"  # 1900-01-02, so that no offset leads out of the years 1900 to 2199
_LAST_SECOND = "7258032000"  # 2199-12-31
_REASONS = {
    ColumnType.DATE: "is not a date that exists, written like 2024-03-31",
    ColumnType.TIMESTAMP: "is not a date and time of the years 1900 to 2199, written like 2024-03-31 14:05:00 "
    "or 2024-03-31T14:05:00-05:00",
    ColumnType.MONEY: "is not a plain decimal such as 1234.50 (no separator of thousands, no currency sign, a point "
    "before the cents), or is ten trillion or more",
    ColumnType.INTEGER: "is not a whole number, or is too large",
    ColumnType.FRACTION: "is not a number from 0 to 1",
    ColumnType.BOOL: "is not one of true, false, 1, 0, Y, N, yes, no",
}


class Kind(Enum):
    """What a file holds in a column: text, or a value of a typed file."""

    TEXT = "text"
    NUMBER = "number"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOL = "bool"
    DATE = "date"
    TIMESTAMP = "timestamp"
    INSTANT = "instant"


@dataclass(frozen=True)
class Rules:
    """`sql` reads the table `raw` and gives, row by row and in order, values and a number `_problem`.

    The number is 0, or 1 + the place in `problems` of the first (column, reason) that applies. A text column keeps
    its name; the others are named as stored, but a timestamp `x` gives `x__base` (seconds since 1970, by its offset
    if it has one, else local), `x__aware` (it has one) and `x__bare` (it is a date alone). Money has `x__rounded`.
    """

    sql: str
    problems: tuple[tuple[str | None, str], ...]


def compile_rules(feed: Feed, kinds: Mapping[str, Kind], longest: int | None = None) -> Rules:
    """Rules for a file that has the columns in `kinds`. `longest` limits the bytes of a text where no reader has."""
    present = [column for column in feed.columns if column.name in kinds]
    cells = ", ".join(f"{_cell(column, kinds[column.name])} AS {_named(column)}" for column in present)
    values = ", ".join(["*", *(sql for column in present for sql in _values(column))])
    checks: list[tuple[str, str | None, str]] = []
    for column in present:
        checks += _checks(column, kinds[column.name], longest)
    if feed.exactly_one:
        filled = " + ".join(
            f"({_named(feed.column(name))} IS NOT NULL)::INTEGER" if name in kinds else "0"
            for name in feed.exactly_one
        )
        checks.append(
            (f"({filled}) <> 1", None, f"exactly one of {', '.join(feed.exactly_one)} must be filled")
        )
    cases = " ".join(f"WHEN {condition} THEN {i}" for i, (condition, _, _) in enumerate(checks, 1))
    outputs = ", ".join(
        f'{_named(column)} AS "{name}"' if column.type is ColumnType.TEXT else f'"{name}"'
        for column in present
        for name in outputs_of(column)
    )
    sql = (
        f"WITH cells AS (SELECT {cells} FROM raw), read AS (SELECT {values} FROM cells) "
        f'SELECT {outputs}, CASE {cases} ELSE 0 END AS "{PROBLEM}" FROM read'
    )
    return Rules(sql, tuple((name, reason) for _, name, reason in checks))


def outputs_of(column: Column) -> tuple[str, ...]:
    """Names of the values that the rules' statement gives for a column."""
    if column.type is ColumnType.TIMESTAMP:
        return tuple(f"{column.name}__{part}" for part in (BASE, AWARE, BARE))
    if column.type is ColumnType.MONEY:
        return (*column.stored, f"{column.name}__{ROUNDED}")
    return column.stored


def _named(column: Column) -> str:
    """The name of the trimmed text of a cell, quoted for SQL."""
    return f'"{column.name}__cell"'


def _cell(column: Column, kind: Kind) -> str:
    """SQL for the cell as trimmed text, NULL when empty."""
    name = f'"{column.name}"'
    if kind is Kind.TEXT:
        trimmed = f"regexp_replace({name}, '^{_SPACE}+|{_SPACE}+$', '', 'g')"
        return f"nullif(CASE WHEN regexp_matches({name}, '^{_SPACE}|{_SPACE}$') THEN {trimmed} ELSE {name} END, '')"
    if kind is Kind.INSTANT:
        return f"(make_timestamp(epoch_us({name}::TIMESTAMPTZ))::VARCHAR || 'Z')"
    if kind is Kind.TIMESTAMP and column.type is ColumnType.DATE:
        return f"regexp_replace({name}::VARCHAR, ' 00:00:00$', '')"
    return f"{name}::VARCHAR"


def _values(column: Column) -> list[str]:
    """SQL for the values read from a cell: NULL where it cannot be read."""
    name = _named(column)
    match column.type:
        case ColumnType.TEXT:
            return []
        case ColumnType.BOOL:
            lower = f"lower({name})"
            yes, no = "('true', '1', 'y', 'yes')", "('false', '0', 'n', 'no')"
            sql = [f"CASE WHEN {lower} IN {yes} THEN 1 WHEN {lower} IN {no} THEN 0 END"]
        case ColumnType.INTEGER:
            whole = f"regexp_replace({name}, '\\.0*$', '')"
            sql = [_when(name, _WHOLE, f"TRY_CAST({whole} AS INTEGER)")]
        case ColumnType.DATE:
            read = f"TRY_CAST({name} AS DATE)"
            days = f"({read} - DATE '1970-01-01')::INTEGER"
            sql = [f"CASE WHEN regexp_full_match({name}, '{_DATE}') AND {name} >= '0001' THEN {days} END"]
        case ColumnType.MONEY:
            # in 38 digits, as a product of decimals has the digits of both and must not overflow
            cents = f"(TRY_CAST({name} AS DECIMAL(15, 2))::DECIMAL(38, 2) * 100)::BIGINT"
            sql = [_when(name, _DECIMAL, cents), f"regexp_matches({name}, '\\.[0-9]{{2}}[0-9]*[1-9]')"]
        case ColumnType.FRACTION:
            millionths = f"(TRY_CAST({name} AS DECIMAL(18, 6))::DECIMAL(38, 6) * 1000000)::BIGINT"
            sql = [f"CASE WHEN {_when(name, _DECIMAL, millionths)} BETWEEN 0 AND 1000000 THEN "
                   f"{_when(name, _DECIMAL, millionths)}::INTEGER END"]  # fmt: skip
        case ColumnType.TIMESTAMP:
            aware = f"regexp_matches({name}, '(?:Z|[+-][0-9]{{2}}:[0-9]{{2}})$')"
            sql = [_base(name, aware), aware, f"length({name}) = 10"]
    return [f'{value} AS "{output}"' for value, output in zip(sql, outputs_of(column), strict=True)]


def _when(name: str, pattern: str, value: str) -> str:
    return f"CASE WHEN regexp_full_match({name}, '{pattern}') THEN {value} END"


def _base(name: str, aware: str) -> str:
    """Seconds since 1970 of a written timestamp less its offset, if it has one; NULL outside 1900 to 2199."""
    core = f"regexp_replace(left({name}, 19), '(?:Z|[+-][0-9]{{2}}(?::.*)?)$', '')"
    core = f"CASE WHEN length({name}) > 10 AND {aware} THEN {core} ELSE left({name}, 19) END"
    seconds = f"(epoch_us(TRY_CAST({core} AS TIMESTAMP)) // 1000000)"
    sign = f"CASE WHEN substr({name}, -6, 1) = '-' THEN -1 ELSE 1 END"
    hours, minutes = f"TRY_CAST(substr({name}, -5, 2) AS INTEGER)", f"TRY_CAST(right({name}, 2) AS INTEGER)"
    offset = f"CASE WHEN {aware} AND right({name}, 1) <> 'Z' THEN {sign} * ({hours} * 3600 + {minutes} * 60) ELSE 0 END"
    value = _when(name, _TIMESTAMP, f"{seconds} - {offset}")
    return f"CASE WHEN {value} BETWEEN {_FIRST_SECOND} AND {_LAST_SECOND} THEN {value} END"


def _checks(column: Column, kind: Kind, longest: int | None) -> list[tuple[str, str | None, str]]:
    name = _named(column)
    checks: list[tuple[str, str | None, str]] = []
    if column.required:
        checks.append((f"{name} IS NULL", column.name, f"{column.name} is empty; every row needs it"))
    if column.type is not ColumnType.TEXT:
        reason = f"{column.name} {_REASONS[column.type]}"
        unread = f'{name} IS NOT NULL AND "{outputs_of(column)[0]}" IS NULL'
        checks.append((unread, column.name, reason))
    elif kind in (Kind.DECIMAL, Kind.FLOAT):
        reason = f"{column.name} is stored as a decimal number; text and identifiers must be stored as text"
        checks.append((f"{name} IS NOT NULL", column.name, reason))
    elif longest is not None and kind is Kind.TEXT:
        checks.append((f"contains({name}, chr(0))", column.name, f"{column.name} contains a NUL byte"))
        checks.append(
            (
                f"strlen({name}) > {longest}",
                column.name,
                f"{column.name} is longer than the limit of {longest:,} bytes",
            )
        )
    return checks
