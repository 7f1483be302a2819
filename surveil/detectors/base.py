"""What every detector is: identity, typed parameters, a measure (SQL) and a decision (a pure function)."""

from __future__ import annotations

import inspect
import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.config import JsonDict

from surveil.alerts.model import Family, Severity, SubjectType
from surveil.errors import UsageError

#: The headings of a manual page, in order; a detector's module docstring has them all.
HEADINGS = (
    "What it finds", "Why it matters", "How it decides", "What it misses",
    "Innocent explanations", "What to check", "References",
)  # fmt: skip

#: Columns of `Decision.items`: one row per event found. `subject_id` is whom it counts for (the opener where not given),
#: `score` in 0..1, `detail` a dict of what was measured.
ITEM_COLUMNS = (
    "feed",
    "key",
    "subject_id",
    "rep_id",
    "customer_id",
    "account_id",
    "branch_id",
    "day",
    "score",
    "detail",
)

#: Columns of `Decision.tests`: one row per subject compared with what is expected of him. `explanation` is an innocent
#: explanation that speaks for just this subject (missing: only those of the manual page).
TEST_COLUMNS = (
    "subject_id", "p_value", "observed", "expected", "low", "high", "n", "peers", "peer_items", "peer_rate", "reason",
    "explanation",
)  # fmt: skip


def param(
    default: Any,
    *,
    unit: str,
    meaning: str,
    citation: str,
    ge: float | None = None,
    le: float | None = None,
    measured: bool = False,
) -> Any:
    """A detector's parameter.

    Args:
        unit: of the value, such as "days" or "share".
        meaning: one sentence for the manual page.
        citation: where the default comes from, or "our judgement" with the reason.
        ge, le: bounds, both included.
        measured: the SQL model uses it, so that a change means measuring again (a plain threshold does not).
    """
    extra: JsonDict = {"unit": unit, "citation": citation, "measured": measured}
    return Field(default, ge=ge, le=le, description=meaning, json_schema_extra=extra)


class Parameters(BaseModel):
    """Base of a detector's parameters; unknown names and values out of bounds are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def measured(self) -> dict[str, int]:
        """The parameters that models take, by name."""
        extras = {name: info.json_schema_extra for name, info in type(self).model_fields.items()}
        wanted = [name for name, extra in extras.items() if isinstance(extra, dict) and extra.get("measured")]
        return {name: int(getattr(self, name)) for name in wanted}


@dataclass(frozen=True)
class Gap:
    """Items that could not be judged: how many, and why, in words that name nobody.

    `people` are the numbers of those with whom it lies, for readers who may see everybody's alerts.
    """

    count: int
    reason: str
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decision:
    """What a detector says of its measurements.

    `items`: columns `ITEM_COLUMNS`. `tests`: columns `TEST_COLUMNS`; p_value is missing where there is not enough data.
    `examined`: how many items were judged. `gaps`: what could not be, and why. `accounts`: where the detector rates every
    account, `account_id`, `score` (0..1) and `reasons`.
    """

    items: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(ITEM_COLUMNS)))
    tests: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(TEST_COLUMNS)))
    examined: int = 0
    gaps: tuple[Gap, ...] = ()
    accounts: pd.DataFrame | None = None

    @property
    def found(self) -> int:
        """How many items there are."""
        return len(self.items)


class Detector(ABC):
    """One detector. Its module's docstring is its manual page, its attributes its identity.

    `needs` names feeds (`consents`) or columns (`accounts.opened_by`) without which it cannot run. `models` are the SQL
    models that `decide` gets, by name. `severity` is the highest one a single item may reach. `rule` says that an item
    alone is a breach to be alerted, whatever the rate; otherwise items support the test of a rate: the detector's own,
    or that of the detector that `supports` names. `listens` names detectors whose items it takes as evidence: it is judged
    after them, and finds the items of those that ran under `items_of(id)` among its measurements; so does `hears` those
    whose tests it takes, of all their subjects, under `verdicts_of(id)`. `weight` is how many tests its own stands for when
    all tests of a subject are joined. One that `ranks` only puts its subjects in order,
    and alerts nobody. `in_parts` says that a large firm may be judged part by part, each of many branches: then `decide`
    gets the rows of a part's representatives of every model that has `rep_id`, those of a part's branches of models named in
    `by_branch`, all rows of models named in `undivided`, and those of other models with the first part only. One that ranks
    is `RankedInParts`.
    """

    id: ClassVar[str]
    slug: ClassVar[str]
    name: ClassVar[str]
    version: ClassVar[str]
    status: ClassVar[str] = "production"
    family: ClassVar[Family]
    typology: ClassVar[str]
    severity: ClassVar[Severity]
    subject: ClassVar[SubjectType] = SubjectType.REP
    rule: ClassVar[bool] = False
    supports: ClassVar[str | None] = None
    ranks: ClassVar[bool] = False
    weight: ClassVar[float] = 1.0
    listens: ClassVar[tuple[str, ...]] = ()
    hears: ClassVar[tuple[str, ...]] = ()
    in_parts: ClassVar[bool] = False
    by_branch: ClassVar[tuple[str, ...]] = ()
    undivided: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]]
    models: ClassVar[tuple[str, ...]]
    parameter_type: ClassVar[type[Parameters]] = Parameters

    @property
    def kind(self) -> str:
        """What it does: lists events by a `rule`, `item`s in support of another's rate, tests a `rate`, or only `rank`s."""
        if self.ranks:
            return "rank"
        return "rule" if self.rule else "item" if self.supports else "rate"

    @abstractmethod
    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Any) -> Decision:
        """Judge measurements. Pure: the same measurements and parameters give the same decision.

        Args:
            measured: model name -> its rows, for every name in `models`.
            parameters: an instance of the detector's `parameter_type`.
        """

    def parameters(self, overrides: Mapping[str, Any]) -> Any:
        """The detector's parameters with a workspace's settings over the defaults.

        Raises:
            UsageError: an unknown name, or a value out of its bounds.
        """
        try:
            return self.parameter_type(**overrides)
        except ValidationError as error:
            told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise UsageError(f"surveil.toml, [detectors.{self.id}]: {told}") from error

    @classmethod
    def manual(cls, parameters: Parameters | None = None) -> str:
        """The manual page; `{parameter}` in the docstring is shown with its value in force, cents as an amount of money."""
        values = (parameters or cls.parameter_type()).model_dump()
        text = inspect.cleandoc(sys.modules[cls.__module__].__doc__ or "")
        text = re.sub(r"\{(\w+_cents)\}\s+cents", lambda match: f"{values[match[1]] / 100:,.2f}", text)
        return re.sub(r"\{(\w+)\}", lambda match: str(values[match[1]]), text)


class RankedInParts(Detector):
    """A detector that only puts its subjects in order, and does so part by part in a large firm."""

    ranks = True
    in_parts = True

    @abstractmethod
    def together(self, decisions: Sequence[Decision], parameters: Any) -> Decision:
        """The ranking of the whole firm from those of its parts.

        Args:
            decisions: what `decide` said of each part, in their order.
            parameters: an instance of the detector's `parameter_type`.
        """


def items_of(detector_id: str) -> str:
    """Under which name a detector that listens finds another's items among its measurements."""
    return f"items of {detector_id}"


def verdicts_of(detector_id: str) -> str:
    """Under which name a detector that hears another finds its tests among its measurements."""
    return f"tests of {detector_id}"


def one_a_reason(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Gaps of several parts of a firm as those of the whole: of every reason one, in the order they came in."""
    joined: dict[str, Gap] = {}
    for gap in gaps:
        before = joined.get(gap.reason, Gap(0, gap.reason))
        people = dict.fromkeys((*before.people, *gap.people))
        joined[gap.reason] = Gap(before.count + gap.count, gap.reason, tuple(people))
    return tuple(joined.values())


def frame(columns: tuple[str, ...], **values: Any) -> pd.DataFrame:
    """A frame with exactly these columns, those not given missing; for `Decision.items` and `.tests`."""
    made = pd.DataFrame(values)
    unknown = set(made.columns) - set(columns)
    if unknown:
        raise ValueError(f"unknown columns: {sorted(unknown)}")
    return made.reindex(columns=list(columns))


def about(rows: pd.DataFrame, feed: str, *, key: str, day: str, rep: str = "rep_id") -> dict[str, Any]:
    """The columns of `ITEM_COLUMNS` that say which row of a feed an item is and whose; `key`, `day` and `rep` are the
    model's columns for these, the others are named alike.
    """
    who = {"rep_id": rows[rep], **{name: rows[name] for name in ("customer_id", "account_id", "branch_id")}}
    return {"feed": feed, "key": rows[key], **who, "day": rows[day]}


def details(rows: pd.DataFrame, columns: list[str]) -> list[dict[str, Any]]:
    """What was measured on each row, as plain values, missing ones left out."""
    plain = rows[columns].astype(object)
    plain = plain.where(plain.notna(), None)
    return [{k: v for k, v in record.items() if v is not None} for record in plain.to_dict("records")]
