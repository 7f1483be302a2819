"""The register of harm to credit: reports and inquiries to be corrected, and what a worse score has cost."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Context, Decimal
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from surveil.errors import UsageError

FILE = Path("remediation") / "credit.yml"
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
_YEAR_MONTHS = 12


class CreditHarm(BaseModel):
    """One account's harm to its customer's credit.

    Attributes:
        reference: the firm's own number of the finding; it is paid once.
        reported_on: when the account or the inquiry was reported.
        correction_asked_on, correction_confirmed_on: of the bureau; None is not done yet.
        borrowed_on, principal, months: a loan taken while the score was lower; `rate_paid` and `rate_due` are its yearly
            rate, and the one the score without the account would have brought, in percent.
        basis: how `rate_due` was found.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    reference: str = Field(min_length=1, max_length=60)
    account_id: str = Field(min_length=1)
    customer_id: str = Field(min_length=1)
    bureau: str = ""
    reported_on: dt.date
    correction_asked_on: dt.date | None = None
    correction_confirmed_on: dt.date | None = None
    borrowed_on: dt.date | None = None
    principal: Decimal | None = Field(default=None, gt=0, decimal_places=2)
    months: int | None = Field(default=None, ge=1, le=600)
    rate_paid: Decimal | None = Field(default=None, ge=0, le=100)
    rate_due: Decimal | None = Field(default=None, ge=0, le=100)
    basis: str = ""

    @model_validator(mode="after")
    def _whole(self) -> CreditHarm:
        loan = (self.borrowed_on, self.principal, self.months, self.rate_paid, self.rate_due)
        if any(value is not None for value in loan):
            if None in loan or not self.basis.strip():
                raise ValueError("a loan needs borrowed_on, principal, months, rate_paid, rate_due and basis")
            if self.rate_paid is not None and self.rate_due is not None and self.rate_due > self.rate_paid:
                raise ValueError("rate_due is higher than rate_paid: nothing was lost")
        return self

    def cost(self) -> tuple[int, str]:
        """Cents the loan has cost more than it should have, over its whole term, and how that was computed.

        The difference of the level monthly instalments of an annuity at the two rates, times the months. Future
        instalments are not discounted, in the customer's favour. Nothing where no loan is known.
        """
        if self.principal is None or self.months is None or self.rate_paid is None or self.rate_due is None:
            return 0, "no loan at a worse rate is known"
        paid = instalment(self.principal, self.rate_paid, self.months)
        due = instalment(self.principal, self.rate_due, self.months)
        cents = int(
            _EXACT.multiply(paid - due, Decimal(100 * self.months)).quantize(Decimal(1), ROUND_HALF_UP)
        )
        formula = (
            f"({self.months} × instalment of {self.principal:.2f} at {self.rate_paid} % − {self.months} × instalment at "
            f"{self.rate_due} %), annuity over {self.months} months; {self.basis.strip()}"
        )
        return cents, formula


def instalment(principal: Decimal, percent: Decimal, months: int) -> Decimal:
    """The level monthly instalment of a loan, unrounded: P × r ÷ (1 − (1 + r)^−n) with r the monthly rate."""
    if percent == 0:
        return _EXACT.divide(principal, Decimal(months))
    rate = _EXACT.divide(percent, Decimal(100 * _YEAR_MONTHS))
    factor = _EXACT.power(_EXACT.add(Decimal(1), rate), months)
    return _EXACT.divide(_EXACT.multiply(_EXACT.multiply(principal, rate), factor), factor - 1)


def read_register(workspace: Path) -> tuple[CreditHarm, ...]:
    """The workspace's register; empty where there is no file.

    Raises:
        UsageError: an entry is not as it should be, or a reference is there twice.
    """
    file = workspace / FILE
    if not file.is_file():
        return ()
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8")) or []
        entries = tuple(CreditHarm.model_validate(entry) for entry in content)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, TypeError) as error:
        raise UsageError(f"{file} can't be read as a list in YAML: {error}") from error
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise UsageError(f"{file}: {problems}") from error
    references = [entry.reference for entry in entries]
    if len(set(references)) != len(references):
        raise UsageError(f"{file}: a reference is there twice; each finding is listed once.")
    return entries
