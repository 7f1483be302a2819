"""What still keeps the answer to a matter from being finished, item by item, in sentences; nothing is made or kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from surveil.config import Workspace
from surveil.reports.finra import answer
from surveil.reports.finra.letter import Item
from surveil.reports.making import Options, Request
from surveil.reports.matters.keeping import read_checked


@dataclass(frozen=True)
class GateItem:
    """An item of the letter: the state its answer would have (None: none yet), why it is in part, what stops it."""

    number: str
    title: str
    state: str | None
    reasons: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Gate:
    """Every item in the letter's order, answered from this run's data as they were on `as_of`."""

    run_id: str
    as_of: dt.date
    items: tuple[GateItem, ...]

    @property
    def open(self) -> tuple[GateItem, ...]:
        """The items that stop the answer; none when it can be made."""
        return tuple(item for item in self.items if item.problems)


def gate(workspace: Workspace, matter_id: str, run_id: str | None = None) -> Gate:
    """Try the answer to a matter without making it. The caller has made sure that whoever asks may have it.

    Raises:
        UsageError: there is no such matter or run, or the matter's file was edited past the audit trail.
    """
    matter = read_checked(workspace, matter_id)
    request = Request(workspace, run_id, options=Options(matter=matter_id))
    sources, examined = answer.examined(matter.letter.id, request)
    items = tuple(
        GateItem(
            one.item.number,
            one.item.title,
            one.answer.state.value if one.answer.state else None,
            one.answer.reasons,
            tuple(_short(problem, one.item) for problem in one.problems),
        )
        for one in examined
    )
    return Gate(sources.run.run_id, sources.run.as_of, items)


def _short(problem: str, item: Item) -> str:
    """The sentence without the item's name, which stands beside it here."""
    name = f"Item {item.number} ({item.title}) "
    return "It " + problem.removeprefix(name) if problem.startswith(name) else problem
