"""What the answers to items share: what the data say to one item, and the numbers of its exhibits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from surveil.reports.content import Block, Figure
from surveil.reports.exhibits import Exhibit
from surveil.reports.finra.letter import Item
from surveil.reports.sources import Sources


@dataclass(frozen=True)
class Content:
    """What the data say to one item.

    Attributes:
        found: responsive records; None where the data hold nothing on the subject (a matter of narrative).
        gaps: why the answer is partial for a reason in the data, one sentence each.
        limits: what a reader must know of the figures though they are complete.
        annex: blocks that never stand in one list with the answer.
    """

    found: int | None
    gaps: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    blocks: tuple[Block, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    limits: tuple[str, ...] = ()
    annex_title: str = ""
    annex: tuple[Block, ...] = ()


Builder = Callable[[Item, Sources], Content]


def control_number(item: Item, letter: str) -> str:
    """The number of an item's exhibit: `EX-05A`."""
    return f"EX-{item.number.zfill(2)}{letter}"
