"""What answers the items of a letter: a specification names one of these for each item."""

from __future__ import annotations

from collections.abc import Mapping

from surveil.reports.finra.items.accounts import unauthorized
from surveil.reports.finra.items.base import Builder, Content
from surveil.reports.finra.items.compensation import compensation
from surveil.reports.finra.items.complaints import complaints, whistleblowers
from surveil.reports.finra.items.controls import controls, escalation
from surveil.reports.finra.items.pay import benefits, goals
from surveil.reports.finra.items.people import discipline
from surveil.reports.finra.items.programs import programs, revenue
from surveil.reports.finra.letter import Item
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
}
