"""What answers the items of a letter: a specification names one of these for each item."""

from __future__ import annotations

from collections.abc import Mapping

from surveil.reports.finra.items.accounts import unauthorized
from surveil.reports.finra.items.base import Builder, Content
from surveil.reports.finra.items.compensation import compensation
from surveil.reports.finra.items.complaints import complaints, whistleblowers
from surveil.reports.finra.items.controls import controls, escalation
from surveil.reports.finra.items.listed import listed
from surveil.reports.finra.items.pay import benefits, goals
from surveil.reports.finra.items.people import discipline
from surveil.reports.finra.items.programs import programs, revenue
from surveil.reports.finra.items.uit import BLOTTER_MODELS, RANKINGS_MODELS, uit_blotter, uit_rankings
from surveil.reports.finra.letter import Item, Letter
from surveil.reports.sources import Sources


def narrative(item: Item, sources: Sources) -> Content:
    """An item that only the firm's own words and documents can answer."""
    return Content(found=None)


BUILDERS: Mapping[str, Builder] = {
    "programs": programs,
    "narrative": narrative,
    "benefits": benefits,
    "goals": goals,
    "discipline": discipline,
    "unauthorized": unauthorized,
    "compensation": compensation,
    "revenue": revenue,
    "controls": controls,
    "escalation": escalation,
    "complaints": complaints,
    "whistleblowers": whistleblowers,
    "records": listed,
    "uit_rankings": uit_rankings,
    "uit_blotter": uit_blotter,
}
MODELS: Mapping[str, tuple[str, ...]] = {
    "programs": ("finra_openings", "finra_campaigns", "finra_sales", "finra_referrals"),
    "benefits": ("finra_payouts",),
    "goals": ("finra_goal_attainment",),
    "discipline": ("finra_discipline",),
    "unauthorized": ("finra_accounts", "finra_complaints", "finra_discipline"),
    "compensation": ("finra_complaints",),
    "revenue": ("finra_sales",),
    "complaints": ("finra_complaints",),
    "whistleblowers": ("finra_complaints",),
    "uit_rankings": RANKINGS_MODELS,
    "uit_blotter": BLOTTER_MODELS,
}
"""The SQL models that an answer reads, by the answer's name."""


def models(letter: Letter) -> tuple[str, ...]:
    """The SQL models that the answers of a letter read, each once."""
    return tuple(dict.fromkeys(name for item in letter.items for name in MODELS.get(item.answer, ())))
