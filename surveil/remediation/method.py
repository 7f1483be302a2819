"""How compensation is computed: rates, day count, compounding, rounding and goodwill, as the firm has set them.

The file `remediation/method.yml` in the workspace. surveil ships no rate: which one is owed follows from law, order or
the firm's own policy, and the file says which::

    id: 2024-1
    authority: Board resolution of 2 May 2024
    compounding: none               # or daily
    year_days: 365
    rates:
      - {first: 2011-01-01, percent: "3.00", source: Federal short-term rate plus 3 points}
    goodwill_per_account: "25.00"
    usual_charges: false            # also give back charges that would probably have come anyway
    refunded_parts: true            # interest on what was refunded earlier, up to that day
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Context, Decimal
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from surveil.errors import UsageError

FILE = Path("remediation") / "method.yml"
ROUNDING = "each line to the nearest cent, half a cent up"
_HUNDRED = Decimal(100)
# Enough digits that no sum of money and no number of days is rounded on the way.
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rate(_Part):
    """A yearly rate from a day on, until the next one begins."""

    first: dt.date
    percent: Decimal = Field(ge=0, le=100, decimal_places=4)
    source: str = Field(min_length=1)


class Method(_Part):
    """All that decides an amount. `authority` is who laid it down; amounts are in the accounts' currency."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")
    authority: str = Field(min_length=1)
    compounding: Literal["none", "daily"] = "none"
    year_days: Literal[360, 365] = 365
    rates: tuple[Rate, ...] = Field(min_length=1)
    goodwill_per_account: Decimal = Field(default=Decimal("0.00"), ge=0, decimal_places=2)
    usual_charges: bool = False
    refunded_parts: bool = True

    @field_validator("rates")
    @classmethod
    def _in_order(cls, rates: tuple[Rate, ...]) -> tuple[Rate, ...]:
        days = [rate.first for rate in rates]
        if days != sorted(set(days)):
            raise ValueError("rates must be listed by their first day, each day once")
        return rates

    @property
    def goodwill_cents(self) -> int:
        return int(self.goodwill_per_account.scaleb(2))


class Interest(BaseModel):
    """Interest on a sum over a span, and how it was computed, in one line that can be followed by hand."""

    model_config = ConfigDict(frozen=True)
    cents: int
    formula: str


def interest(method: Method, cents: int, first: dt.date, last: dt.date) -> Interest:
    """Interest on a sum from `first` until `last`; the first day counts, the last does not.

    Without compounding it is cents × Σ(days × rate) ÷ year; with daily compounding cents × (Π(1 + rate ÷ year)^days − 1),
    over the spans in which each rate holds. Rounded once, half a cent up.

    Raises:
        UsageError: a day is before the first rate, or the span ends before it begins.
    """
    if last < first:
        raise UsageError(f"Interest can't be computed from {first} back to {last}.")
    spans = _spans(method, first, last)
    exact = _simple(method, cents, spans) if method.compounding == "none" else _daily(method, cents, spans)
    return Interest(
        cents=int(exact.quantize(Decimal(1), ROUND_HALF_UP)), formula=_formula(method, cents, spans)
    )


def read_method(workspace: Path) -> Method:
    """The method of a workspace.

    Raises:
        UsageError: there is none, or it is not as it should be.
    """
    file = workspace / FILE
    if not file.is_file():
        raise UsageError(
            f"There is no {file}: it says which rates, rounding and goodwill the firm pays by. docs/production.md shows one."
        )
    try:
        return Method.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{file} can't be read as YAML: {error}") from error
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise UsageError(f"{file}: {problems}") from error


def _spans(method: Method, first: dt.date, last: dt.date) -> list[tuple[int, Rate]]:
    """How many days each rate holds between two days."""
    if first < last and first < method.rates[0].first:
        raise UsageError(
            f"Interest is owed from {first.isoformat()} on, but the method's first rate begins on "
            f"{method.rates[0].first.isoformat()}. Add the rate before it."
        )
    spans = []
    ends = [*(rate.first for rate in method.rates[1:]), dt.date.max]
    for rate, end in zip(method.rates, ends, strict=True):
        days = (min(last, end) - max(first, rate.first)).days
        if days > 0:
            spans.append((days, rate))
    return spans


def _simple(method: Method, cents: int, spans: list[tuple[int, Rate]]) -> Decimal:
    weighted = sum((rate.percent * days for days, rate in spans), Decimal(0))
    return _EXACT.divide(_EXACT.multiply(Decimal(cents), weighted), _HUNDRED * method.year_days)


def _daily(method: Method, cents: int, spans: list[tuple[int, Rate]]) -> Decimal:
    factor = Decimal(1)
    for days, rate in spans:
        daily = _EXACT.add(Decimal(1), _EXACT.divide(rate.percent, _HUNDRED * method.year_days))
        factor = _EXACT.multiply(factor, _EXACT.power(daily, days))
    return _EXACT.multiply(Decimal(cents), _EXACT.subtract(factor, Decimal(1)))


def _formula(method: Method, cents: int, spans: list[tuple[int, Rate]]) -> str:
    amount = f"{Decimal(cents).scaleb(-2):.2f}"
    if not spans:
        return f"{amount} × 0 days"
    if method.compounding == "none":
        terms = " + ".join(f"{days} × {rate.percent} %" for days, rate in spans)
        return f"{amount} × ({terms}) ÷ {method.year_days}"
    terms = " × ".join(f"(1 + {rate.percent} % ÷ {method.year_days})^{days}" for days, rate in spans)
    return f"{amount} × ({terms} − 1)"
