"""A response to a letter: each item's state, text, tables and exhibits, before it is put on paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from surveil.reports.content import Block, Figure
from surveil.reports.exhibits import Exhibit
from surveil.reports.finra.letter import Item, Letter, WithheldDocument


class State(Enum):
    """How far an item is answered. An item in none of these states stops the response (`problems`)."""

    ANSWERED = "Answered"
    ANSWERED_PARTIAL = "Answered in part"
    NO_RESPONSIVE_MATERIAL = "No responsive documents or information"
    OBJECTION = "Objection"
    PRIVILEGED = "Withheld as privileged"


@dataclass(frozen=True)
class Attachment:
    """A document of the firm that goes with an item. `path` is its name in the response's folder."""

    item: str
    title: str
    path: str
    content: bytes


@dataclass(frozen=True)
class Answer:
    """What is said to one item.

    Attributes:
        state: None until somebody can say.
        reasons: why an answer is partial, or an objection or privilege is claimed; one sentence each.
        statement: the affirmative statement that nothing is responsive: who searched what, and when.
        annex: blocks that must never stand in one list with the answer.
        expected_on: when the rest of a partial answer follows.
        withheld: documents that are listed and not produced.
    """

    state: State | None
    reasons: tuple[str, ...] = ()
    statement: str = ""
    figures: tuple[Figure, ...] = ()
    blocks: tuple[Block, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    limits: tuple[str, ...] = ()
    annex_title: str = ""
    annex: tuple[Block, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    expected_on: dt.date | None = None
    withheld: tuple[WithheldDocument, ...] = ()


@dataclass(frozen=True)
class Response:
    """All items of a letter with their answers, in the letter's order."""

    letter: Letter
    answers: tuple[tuple[Item, Answer], ...]

    @property
    def exhibits(self) -> list[Exhibit]:
        return [exhibit for _, answer in self.answers for exhibit in answer.exhibits]

    @property
    def attachments(self) -> list[Attachment]:
        return [attachment for _, answer in self.answers for attachment in answer.attachments]


def problems(item: Item, answer: Answer, *, dated: bool = False) -> Sequence[str]:
    """Why a response cannot be finished with this answer, in sentences; none where it can.

    Args:
        dated: whether a partial answer has to say by when the rest follows, as one to a matter must.
    """
    name = f"Item {item.number} ({item.title})"
    if answer.state is None:
        return [
            f"{name} is neither answered, partly answered, objected to, privileged, nor affirmatively empty: "
            "say which."
        ]
    needs_reason = {State.ANSWERED_PARTIAL, State.OBJECTION, State.PRIVILEGED}
    if answer.state in needs_reason and not answer.reasons:
        return [f"{name} is '{answer.state.value}' without a reason."]
    if dated and answer.state is State.ANSWERED_PARTIAL and answer.expected_on is None:
        return [
            f"{name} is answered in part only, and it is not said by when the rest follows: "
            + " ".join(answer.reasons)
        ]
    if answer.state is State.NO_RESPONSIVE_MATERIAL and not answer.statement:
        return [f"{name} is said to have nothing responsive, but not who searched what and when."]
    return []
