"""A response to a letter: each item's state, text, tables and exhibits, before it is put on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from surveil.errors import UsageError
from surveil.reports.exhibits import Exhibit, Value
from surveil.reports.finra.letter import Item, Letter


class State(Enum):
    """How far an item is answered. An item in none of these states stops the response."""

    ANSWERED = "Answered"
    ANSWERED_PARTIAL = "Answered in part"
    NO_RESPONSIVE_MATERIAL = "No responsive documents or information"
    OBJECTION = "Objection"
    PRIVILEGED = "Withheld as privileged"


@dataclass(frozen=True)
class Figure:
    """One number of the response, and the exhibit and rows it comes from."""

    label: str
    value: Value
    exhibit: str
    how: str


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Text:
    """A paragraph of ours, or (`firm`) of the firm."""

    text: str
    firm: bool = False


@dataclass(frozen=True)
class Listing:
    """An exhibit shown as a table: the fields with a share of the width, as many rows as paper is for."""

    exhibit: str


@dataclass(frozen=True)
class Chart:
    """Horizontal bars from two fields of an exhibit; rows with the same label are added up."""

    exhibit: str
    title: str
    label: str
    value: str

    def bars(self, exhibit: Exhibit) -> list[tuple[str, int | Decimal]]:
        """Label and sum of each bar, highest first."""
        sums: dict[str, int | Decimal] = {}
        for label, value in zip(exhibit.column(self.label), exhibit.column(self.value), strict=True):
            if isinstance(value, int | Decimal):
                sums[str(label)] = sums.get(str(label), 0) + value
        drawn = [(label, total) for label, total in sums.items() if total > 0]
        return sorted(drawn, key=lambda bar: (-bar[1], bar[0]))


Block = Heading | Text | Listing | Chart


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
        state: None until somebody can say; `Response.check` then refuses.
        reasons: why an answer is partial, or an objection or privilege is claimed; one sentence each.
        statement: the affirmative statement that nothing is responsive: who searched what, and when.
        annex: blocks that must never stand in one list with the answer.
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


@dataclass(frozen=True)
class Response:
    """All items of a letter with their answers, in the letter's order."""

    letter: Letter
    answers: tuple[tuple[Item, Answer], ...]

    def check(self) -> None:
        """Refuse a response with an item left open.

        Raises:
            UsageError: an item is in no state, or in one that is not explained; the message lists every such item.
        """
        problems = [text for item, answer in self.answers for text in _problems(item, answer)]
        if problems:
            raise UsageError("The response cannot be finished. " + " ".join(problems))

    @property
    def exhibits(self) -> list[Exhibit]:
        return [exhibit for _, answer in self.answers for exhibit in answer.exhibits]

    @property
    def attachments(self) -> list[Attachment]:
        return [attachment for _, answer in self.answers for attachment in answer.attachments]


def _problems(item: Item, answer: Answer) -> Sequence[str]:
    name = f"Item {item.number} ({item.title})"
    if answer.state is None:
        return [
            f"{name} is neither answered, partly answered, objected to, privileged, nor affirmatively empty: "
            "say which in the firm's response file."
        ]
    needs_reason = {State.ANSWERED_PARTIAL, State.OBJECTION, State.PRIVILEGED}
    if answer.state in needs_reason and not answer.reasons:
        return [f"{name} is '{answer.state.value}' without a reason."]
    if answer.state is State.NO_RESPONSIVE_MATERIAL and not answer.statement:
        return [f"{name} is said to have nothing responsive, but not who searched what and when."]
    return []
