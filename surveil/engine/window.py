"""The window of a run; unless told it begins where the extract does: of older years that has only the accounts left."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from surveil.engine import days, staging
from surveil.engine.backends import Backend
from surveil.engine.keying import keyers, note_away
from surveil.engine.tables import to_frame
from surveil.errors import UsageError
from surveil.feeds.contract import FEEDS

#: From the first month with this share of a usual month's rows on, the extract is taken for whole. Of the years before it
#: has only what was never closed, or what something else refers to.
_WHOLE = 0.2
#: The usual month is the middle one of so many last ones.
_YEAR = 12
#: With fewer rows in the usual month nobody can tell where an extract begins.
_TELLING = 50


@dataclass(frozen=True)
class Window:
    """The days of a run: openings from `from_day` to `as_of_day` are judged; nothing after `as_of_day` is seen.

    Attributes:
        older: how many accounts were opened before it, where it was not told and the extract seems not whole there.
        keyers: who enters openings for others in it (see `keyers`), where these are to stand under whoever had the credit.
        away: how many openings were entered under the log-in of somebody absent (see `note_away`); likewise.
    """

    from_day: int
    as_of_day: int
    older: int = 0
    keyers: tuple[str, ...] = ()
    away: int = 0


def window_of(backend: Backend, as_of_day: int | None, from_day: int | None, to_sellers: bool) -> Window:
    """The window that was asked for, where not told else from the data; for the arguments see `open_engine`.

    Raises:
        UsageError: nothing is loaded, or the window is empty.
    """
    if as_of_day is None:
        spans = [event_span(backend, feed, f"all_{feed}") for feed in staging.AS_OF_FEEDS]
        last_days = [span[1] for span in spans if span]
        if not last_days:
            raise UsageError(
                "Nothing to scan: no transaction, account or contact is loaded. Use: surveil load FOLDER"
            )
        as_of_day = max(last_days)
    older = 0
    if from_day is None:
        from_day = _first_day(backend, as_of_day)
        before = f"SELECT COUNT(*) AS n FROM all_accounts WHERE {staging.event_day(FEEDS['accounts'])} < {from_day}"
        older = int(backend.query(before).to_pylist()[0]["n"])
    if from_day > as_of_day:
        raise UsageError(f"--from {days.to_date(from_day)} lies after --as-of {days.to_date(as_of_day)}")
    if not to_sellers:
        return Window(from_day, as_of_day, older)
    away = note_away(backend, from_day, as_of_day)
    return Window(from_day, as_of_day, older, keyers(backend, from_day, as_of_day), away)


def _first_day(backend: Backend, as_of_day: int) -> int:
    """The first day from which one of the extracts is whole: as declared, else as its rows show.

    Of accounts that are too few to tell it is the first; of others only where nothing tells: a handful of old sales does not
    say where a window of thousands of accounts begins.
    """
    whole: dict[str, int] = {}
    first: dict[str, int] = {}
    for feed in staging.FROM_FEEDS:
        day = staging.event_day(FEEDS[feed])
        sql = f"SELECT {day} AS day, COUNT(*) AS n FROM all_{feed} WHERE {day} <= {as_of_day} GROUP BY {day}"
        counts = to_frame(backend.query(sql))
        if counts.empty:
            continue
        first[feed] = int(counts["day"].min())
        spans = (
            f"SELECT MIN(covers_from_day) AS day FROM all_coverage WHERE feed = '{feed}' AND scope IS NULL"
        )
        declared = backend.query(spans).to_pylist()[0]["day"]
        begins = first_whole_day(counts) if declared is None else max(int(declared), first[feed])
        if begins is not None:
            whole[feed] = begins
    if whole and "accounts" in first:
        whole.setdefault("accounts", first["accounts"])
    return min((whole or first).values(), default=as_of_day)


def event_span(backend: Backend, feed: str, table: str) -> tuple[int, int] | None:
    """The first and the last day of a feed's rows in a table or view; None where it has none, or its rows have no day."""
    day = staging.event_day(FEEDS[feed])
    if day is None:
        return None
    row = backend.query(f"SELECT MIN({day}) AS low, MAX({day}) AS high FROM {table}").to_pylist()[0]
    return None if row["low"] is None else (row["low"], row["high"])


def first_whole_day(counts: pd.DataFrame) -> int | None:
    """The first day of a feed with rows in the first month that has a fair share of a usual month's.

    Args:
        counts: `day` (days since 1970) and `n`, how many rows of the feed the day has; the last days are those that the run
            may see.

    Returns:
        the day; None where the rows are too few to tell.
    """
    if counts.empty:
        return None
    rows = counts.sort_values("day")
    date = rows["day"].map(days.to_date)
    month = date.map(lambda day: day.year * 12 + day.month)
    by_month = rows["n"].astype(float).groupby(month).sum()
    # The last month may only have begun.
    usual = (by_month.iloc[-_YEAR - 1 : -1] if len(by_month) > 1 else by_month).median()
    whole = by_month.index[by_month >= _WHOLE * usual]
    if usual < _TELLING or whole.empty:
        return None
    return int(rows["day"][month >= whole[0]].iloc[0])
