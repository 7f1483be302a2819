"""An engine with a snapshot staged as of a day: `fetch` a model and everything it reads is computed once."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyarrow as pa

from surveil.config import Workspace
from surveil.engine import days, staging
from surveil.engine.backends import Backend, connect
from surveil.engine.contact_keys import write_contact_keys
from surveil.engine.keying import accounts_sql, keyed_sql, seller_sql
from surveil.engine.models import Model, catalogue, compile_model, in_order
from surveil.engine.tables import PART, in_one_order, to_frame
from surveil.engine.window import Window, event_span, window_of
from surveil.errors import SurveilError, UsageError
from surveil.feeds.contract import FEEDS
from surveil.feeds.model import Feed
from surveil.feeds.snapshots import Snapshot

#: Days after the as-of day that the calendar still has, so that horizons and goal periods can be looked up.
CALENDAR_AHEAD = 400
#: The calendar starts here at the earliest: a mistyped year 0019 must not make it two thousand years long.
EARLIEST_DAY = days.to_day(dt.date(1950, 1, 1))
#: Accounts from which on what models make is written to files, and where memory asks for it made in parts.
_LARGE = 20_000_000
#: How many people have a goal for each period: their own, their role's, or that of a branch they were assigned to (a
#: branch counts for one where nobody is).
_GOAL_PERIODS = """
SELECT period_start_day, period_end_day, COUNT(*) AS people
FROM (
    SELECT period_start_day, period_end_day, COALESCE(rep_id, role, branch_id) AS who FROM quotas
    UNION
    SELECT q.period_start_day, q.period_end_day, r.rep_id
    FROM quotas AS q JOIN reps AS r ON r.role = q.role WHERE q.rep_id IS NULL
    UNION
    SELECT q.period_start_day, q.period_end_day, s.rep_id
    FROM quotas AS q JOIN assignments AS s ON s.branch_id = q.branch_id
    WHERE q.rep_id IS NULL AND q.role IS NULL
      AND s.start_on_day <= q.period_end_day AND (s.end_on_day IS NULL OR s.end_on_day >= q.period_start_day)
) AS held
GROUP BY period_start_day, period_end_day
"""


class Engine:
    """Models by name over one staged snapshot.

    Attributes:
        window: the days of the run.
        coverage: (feed, scope) -> the spans of days its extract covers.
    """

    def __init__(
        self,
        backend: Backend,
        snapshot: Snapshot,
        window: Window,
        coverage: Mapping[tuple[str, str], list[staging.Span]],
        parameters: Mapping[str, int],
        region: str,
        folder: Path,
    ) -> None:
        self._backend = backend
        self._folder = folder
        self._region = region
        self.coverage = coverage
        self.snapshot = snapshot
        self.window = window
        self._parameters = {"from_day": window.from_day, "as_of_day": window.as_of_day, **parameters}
        self._done: set[str] = set()
        self._readers: Counter[str] = Counter()
        self._compiled: dict[str, str] = {}
        self._picked: list[str] = []
        self._parts = 1
        self._by_branch: frozenset[str] = frozenset()
        self._broken_off = False

    def fetch(self, name: str, parameters: Mapping[str, int] | None = None) -> pd.DataFrame:
        """A model's rows, sorted; whole numbers as Int64, text as string.

        Args:
            parameters: further integer parameters of this and of the models it reads.
        """
        return to_frame(self.rows(name, parameters))

    def rows(self, name: str, parameters: Mapping[str, int] | None = None) -> pa.Table:
        """A model's rows as `fetch` gives them, not yet as pandas has them."""
        self.make(name, parameters)
        rows = self._backend.rows(f"SELECT * FROM {name}")
        self._read(name)
        return rows

    def write(self, name: str, file: Path) -> None:
        """Write a model's rows to a Parquet file; `read_frame` gives them as `fetch` does."""
        self.make(name)
        columns = catalogue()[name].columns
        split = self._parts > 1 and ("rep_id" in columns or name in self._by_branch)
        self._backend.write(self._by_part(name, columns) if split else f"SELECT * FROM {name}", file)
        self._read(name)

    def split(
        self, parts: pd.DataFrame, count: int, branches: pd.DataFrame, by_branch: Iterable[str]
    ) -> None:
        """From now on, write the rows of models about representatives, and of some about branches, in `count` parts.

        Args:
            parts: `rep_id` and `part` (0 to `count` - 1), one row per representative.
            branches: `branch_id` and `part`, one row per branch.
            by_branch: the models whose rows go by their `branch_id`, whoever is named in them.
        """
        self.stage(_PARTS, parts)
        self.stage(_BRANCH_PARTS, branches)
        self._parts, self._by_branch = count, frozenset(by_branch)

    def _by_part(self, name: str, columns: Sequence[str]) -> str:
        if name in self._by_branch:
            return (
                f"SELECT COALESCE(p.part, 0) AS {PART}, m.* FROM {name} AS m "
                f"LEFT JOIN {_BRANCH_PARTS} AS p ON p.branch_id = m.branch_id"
            )
        # What nobody is named for belongs to no part: it is dealt out by its day or month.
        dealt = next((f"MOD(m.{day}, {self._parts})" for day in _DEALT_BY if day in columns), "0")
        return (
            f"SELECT COALESCE(p.part, CASE WHEN m.rep_id IS NULL THEN {dealt} END, 0) AS {PART}, m.* FROM {name} AS m "
            f"LEFT JOIN {_PARTS} AS p ON p.rep_id = m.rep_id"
        )

    def interrupt(self) -> None:
        """Break off what another thread has this engine do; it makes no model after that."""
        self._broken_off = True
        self._backend.interrupt()

    def expect(self, names: Iterable[str]) -> None:
        """Say which models will be asked for, one entry each time.

        Then what is needed by none of them any more is given up at once: memory and spill hold what is still in use.
        """
        wanted = list(names)
        self._readers = Counter(wanted)
        for model in in_order(wanted, catalogue()):
            self._readers.update(model.reads)

    def _read(self, name: str) -> None:
        """One of the expected readers of a model is done with it."""
        if self._readers[name] > 0:
            self._readers[name] -= 1
            if not self._readers[name] and name in self._done and name in catalogue():
                self._backend.drop(name)
                self._done.remove(name)

    def make(self, name: str, parameters: Mapping[str, int] | None = None) -> None:
        """Compute a model and all it reads, each once a run."""
        pending = {key: model for key, model in catalogue().items() if key not in self._done}
        if name in self._done:
            return
        models = in_order([name], pending)
        if any(_CONTACT_KEYS in model.reads for model in models) and _CONTACT_KEYS not in self._done:
            self._normalise_contacts()
        for model in models:
            self._create(model, parameters or {})

    def compile(self, names: Iterable[str]) -> dict[str, str]:
        """The SQL of models and all they read, by name, as this engine runs it: an examiner can run it again."""
        return {model.name: self._text(model, {}) for model in in_order(names, catalogue())}

    def _text(self, model: Model, further: Mapping[str, int]) -> str:
        """A model's SQL; `further` parameters are those of a report, whose models nobody else reads."""
        if model.name not in self._compiled:
            values = {**self._parameters, **further}
            self._compiled[model.name] = compile_model(model, self._backend.dialect, values)
        return self._compiled[model.name]

    def _create(self, model: Model, further: Mapping[str, int]) -> None:
        if self._broken_off:
            raise SurveilError(f"model {model.name} was not made: the engine was told to stop")
        try:
            self._backend.create(model.name, self._text(model, further))
        except Exception as error:
            error.add_note(f"while the model {model.name} was made")
            raise
        self._done.add(model.name)
        for read in model.reads:
            self._read(read)

    def _normalise_contacts(self) -> None:
        """Spell all phone numbers and addresses alike; only for models that ask for it."""
        # Telephones and addresses as they are: gone also where the scan is stopped meanwhile.
        with tempfile.TemporaryDirectory(prefix="contacts-", dir=self._folder) as made:
            spellings, keys = (Path(made) / f"{name}.parquet" for name in ("spellings", "keys"))
            self._backend.write(_SPELLINGS, spellings)
            write_contact_keys(spellings, keys, self._region)
            self._backend.register_files(f"{_CONTACT_KEYS}_written", [keys])
            self._backend.create(_CONTACT_KEYS, f"SELECT * FROM {_CONTACT_KEYS}_written")
        self._done.add(_CONTACT_KEYS)

    def stage(self, name: str, frame: pd.DataFrame) -> None:
        """Hand over a table that models read by name, such as a list of accounts; before any of them is made.

        Raises:
            UsageError: a table of that name was handed over already.
        """
        if name in self._done:
            raise UsageError(f"this engine has a table {name!r} already: open another one")
        self._backend.register_table(name, pa.Table.from_pandas(frame, preserve_index=False))
        self._done.add(name)

    def feed(self, name: str) -> pd.DataFrame:
        """A whole feed as of the day; for small feeds."""
        return _frame(self._backend, f"SELECT * FROM {name}")

    def pick(
        self,
        feed: str,
        columns: Sequence[str],
        day: str,
        between: tuple[int, int],
        where: Mapping[str, Sequence[str]],
    ) -> pd.DataFrame:
        """Some rows of a feed as of the day: of a large one only these leave the engine.

        Args:
            columns: the stored columns wanted.
            day: a stored column of days; `between` the first and the last one wanted.
            where: text columns, each with the values wanted.
        """
        asked = [f"f.{day} BETWEEN {between[0]:d} AND {between[1]:d}"]
        for column, values in sorted(where.items()):
            table = f"picked_{len(self._picked)}"
            self._picked.append(table)
            wanted = pd.DataFrame({"value": pd.Series(sorted(set(values)), dtype="string")})
            self._backend.register_table(table, pa.Table.from_pandas(wanted, preserve_index=False))
            asked.append(f"f.{column} IN (SELECT value FROM {table})")
        listed = ", ".join(f"f.{column} AS {column}" for column in columns)
        return _frame(self._backend, f"SELECT {listed} FROM {feed} AS f WHERE {' AND '.join(asked)}")


@contextmanager
def open_engine(
    workspace: Workspace,
    snapshot: Snapshot,
    as_of_day: int | None = None,
    from_day: int | None = None,
    *,
    parameters: Mapping[str, int] | None = None,
    folder: Path | None = None,
    to_sellers: bool = False,
) -> Iterator[Engine]:
    """Stage a snapshot and give an engine on it.

    Args:
        as_of_day: the last day seen; by default the last day with a transaction, account or contact.
        from_day: the first day of the window judged; by default the first with accounts, sales or referrals from which on
            their extract is whole: what the coverage declares, else `first_whole_day`.
        folder: where intermediate tables may be written; by default a temporary folder.
        to_sellers: whether `accounts.opened_by` is whoever had the credit, where somebody enters openings for others, as to
            judge by; who entered an account is then in `keyed_accounts`. By default it is as the firm gave it, as to report.

    Raises:
        UsageError: nothing is loaded, or the window is empty.
    """
    with tempfile.TemporaryDirectory(prefix="surveil-") as temporary:
        large = snapshot.feeds["accounts"].rows >= _LARGE
        place = folder or Path(temporary)
        backend = connect(workspace.settings.engine, place, large=large)
        try:
            _register(backend, snapshot)
            window = window_of(backend, as_of_day, from_day, to_sellers)
            coverage = _stage(backend, workspace, window)
            region = workspace.settings.holidays
            yield Engine(backend, snapshot, window, coverage, parameters or {}, region, place)
        finally:
            backend.close()


def _register(backend: Backend, snapshot: Snapshot) -> None:
    """`all_FEED`: every feed at its current version, whole."""
    for feed in FEEDS.values():
        parts = [part for part in snapshot.feeds[feed.name].parts if part.files]
        if not parts:
            backend.register_table(f"all_{feed.name}", staging.empty_table(feed))
            continue
        every, replaced = f"every_{feed.name}", f"replaced_{feed.name}"
        backend.register_files(every, [file for part in parts for file in part.files])
        again = len(parts) > 1 and feed.key
        if again:
            backend.create(replaced, staging.replaced_sql(feed, every, parts[0].load_number))
        backend.view(f"all_{feed.name}", staging.current_sql(feed, every, replaced if again else None))


def _unlisted(backend: Backend, feed: Feed, table: str) -> frozenset[str]:
    """The columns of a feed with a value outside their list, at any time."""
    sql = staging.unlisted_sql(feed, table)
    return frozenset(backend.query(sql).column("name").to_pylist() if sql else ())


def _stage(
    backend: Backend, workspace: Workspace, window: Window
) -> dict[tuple[str, str], list[staging.Span]]:
    # Nobody's view of the accounts is made dearer where whoever opened them is whoever sold them.
    elsewhere = bool(window.keyers or window.away)
    values = {"accounts": {"opened_by": seller_sql(window.keyers, window.away)}} if elsewhere else {}
    backend.view("sold_accounts", accounts_sql(window.away))
    for feed in FEEDS.values():
        table = f"all_{feed.name}"
        mixed = _unlisted(backend, feed, table)
        source = "sold_accounts" if feed.name in values else table
        seen = staging.as_of_sql(feed, source, window.as_of_day, mixed, values.get(feed.name))
        backend.view(feed.name, seen)
    backend.view("keyed_accounts", keyed_sql(window.keyers, window.away))
    ranges = {feed: event_span(backend, feed, feed) for feed in FEEDS}
    declared = _frame(backend, "SELECT feed, scope, covers_from_day, covers_to_day FROM coverage")
    spans = staging.coverage_spans(declared, ranges, window.as_of_day)
    first = max(EARLIEST_DAY, min([window.from_day, *(span[0] for span in ranges.values() if span)]))
    products = _frame(backend, "SELECT product_code, requires FROM products")
    calendar = days.calendar(
        _month_start(first), window.as_of_day + CALENDAR_AHEAD, workspace.settings.holidays
    )
    goals = _frame(backend, _GOAL_PERIODS)
    tables = {
        "calendar": days.with_goal_periods(calendar, goals.astype("int64")),
        "covered": staging.covered(
            spans, _texts(backend, *_BRANCHES), _texts(backend, ("accounts", "channel"))
        ),
        "requirements": staging.requirement_clauses(products),
    }
    for name, frame in tables.items():
        backend.register_table(name, pa.Table.from_pandas(frame, preserve_index=False))
    return spans


_PARTS, _BRANCH_PARTS, _DEALT_BY = "firm_parts", "firm_branch_parts", ("opened_day", "month")
_CONTACT_KEYS = "contact_keys"
_CONTACTS = {
    "email": (("accounts", "email"), ("customers", "email"), ("reps", "email")),
    "phone": (("accounts", "phone"), ("customers", "phone"), ("reps", "phone")),
    "address": (("customers", "address_line"), ("reps", "address_line")),
}
#: Every spelling of each kind of contact, once.
_SPELLINGS = " UNION ALL ".join(
    f"SELECT '{kind}' AS kind, value AS raw FROM (SELECT DISTINCT value FROM ("
    + " UNION ALL ".join(f"SELECT {column} AS value FROM {table}" for table, column in columns)
    + ") AS every_value WHERE value IS NOT NULL) AS spellings"
    for kind, columns in _CONTACTS.items()
)
_BRANCHES = (("accounts", "branch_id"), ("assignments", "branch_id"))


def _frame(backend: Backend, sql: str) -> pd.DataFrame:
    return to_frame(in_one_order(backend.query(sql)))


def _texts(backend: Backend, *columns: tuple[str, str]) -> list[str]:
    """The distinct values of text columns, the empty one included."""
    return sorted({"", *_distinct(backend, *columns)})


def _distinct(backend: Backend, *columns: tuple[str, str]) -> pd.Series:
    """The distinct values of text columns, sorted."""
    selects = (
        f"SELECT {column} AS value FROM {table} WHERE {column} IS NOT NULL" for table, column in columns
    )
    rows = backend.query(f"SELECT DISTINCT value FROM ({' UNION ALL '.join(selects)}) AS every_value")
    return pd.Series(sorted(rows["value"].to_pylist()), dtype="string")


def _month_start(day: int) -> int:
    return days.to_day(days.to_date(day).replace(day=1))
