"""From what the data say and what the firm says to the state of each item."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from surveil.errors import UsageError
from surveil.reports.content import Text
from surveil.reports.finra.firm_file import STATES, WITHHELD, FirmFile, ItemEntry, read_attachments
from surveil.reports.finra.items import BUILDERS
from surveil.reports.finra.items.base import Content
from surveil.reports.finra.letter import Item, Letter
from surveil.reports.finra.response import Answer, Attachment, Response, State, problems
from surveil.reports.sources import FeedFacts, Sources


def compose(letter: Letter, sources: Sources, firm: FirmFile, folder: Path) -> Response:
    """The response to a letter, every item in a state.

    Args:
        folder: where the firm's file and its attachments lie.

    Raises:
        UsageError: an item is in no state, or the firm's file contradicts the data.
    """
    looked_at = examine(letter, sources, firm, folder)
    if stops := [problem for one in looked_at for problem in one.problems]:
        raise UsageError("The response cannot be finished. " + " ".join(stops))
    return Response(letter, tuple((one.item, one.answer) for one in looked_at))


@dataclass(frozen=True)
class Examined:
    """An item, the answer it would get, and in sentences what keeps the response from being finished."""

    item: Item
    answer: Answer
    problems: tuple[str, ...]


def examine(letter: Letter, sources: Sources, firm: FirmFile, folder: Path) -> tuple[Examined, ...]:
    """Every item as it stands, finished or not; arguments as of `compose`."""
    return tuple(_examined(item, sources, firm, folder) for item in letter.items)


def _examined(item: Item, sources: Sources, firm: FirmFile, folder: Path) -> Examined:
    entry = firm.items.get(item.number, ItemEntry())
    try:
        attachments = read_attachments(folder, item.number, entry.attachments)
        answer = _answer(item, sources, entry, attachments)
    except UsageError as error:
        return Examined(item, Answer(None), (str(error),))
    return Examined(item, answer, tuple(problems(item, answer, dated=firm.dated)))


def _answer(item: Item, sources: Sources, entry: ItemEntry, attachments: tuple[Attachment, ...]) -> Answer:
    if entry.state in WITHHELD:
        return Answer(STATES[entry.state], reasons=_firm_reason(entry), withheld=entry.withheld)
    builder = BUILDERS.get(item.answer)
    if builder is None:
        return Answer(None)
    absent = sources.absent(*item.feeds)
    content = Content(found=None) if absent else builder(item, sources)
    reasons = [f"Not known: the feed {feed} was not provided." for feed in absent]
    reasons += content.gaps
    told = bool(entry.narrative.strip() or attachments)
    if item.narrative and not told and entry.state != "no_responsive_material":
        reasons.append(f"The firm's own account is outstanding: {item.narrative}.")
    if content.found is not None:
        reasons += _not_covered(item, sources)
    state, statement = _state(item, sources, entry, content, reasons)
    return Answer(
        state=state,
        reasons=(*_firm_reason(entry), *reasons),
        statement=statement,
        figures=content.figures,
        blocks=(*_narrative(entry), *content.blocks),
        exhibits=content.exhibits,
        limits=content.limits,
        annex_title=content.annex_title,
        annex=content.annex,
        attachments=attachments,
        expected_on=entry.expected_on,
        withheld=entry.withheld,
    )


def _state(
    item: Item, sources: Sources, entry: ItemEntry, content: Content, reasons: list[str]
) -> tuple[State, str]:
    if entry.state == "no_responsive_material" and entry.searched is not None:
        if content.found:
            raise UsageError(
                f"Item {item.number}: the firm says that nothing is responsive, but the data hold {content.found:,} "
                "responsive records. Correct what the firm says, or the data."
            )
        searched = entry.searched
        return State.NO_RESPONSIVE_MATERIAL, _nothing(
            sources, searched.by, searched.what, searched.date.isoformat()
        )
    if reasons or entry.state == "answered_partial":
        return State.ANSWERED_PARTIAL, ""
    if content.found == 0 and not entry.narrative.strip():
        extracts = "; ".join(_extract(sources.feeds[feed]) for feed in _searched_feeds(item, sources))
        by = sources.firm.signer or f"surveil {sources.run.version}, run {sources.run.run_id}"
        return State.NO_RESPONSIVE_MATERIAL, _nothing(
            sources, by, extracts, sources.run.searched_on or sources.run.as_of.isoformat()
        )
    return State.ANSWERED, ""


def _nothing(sources: Sources, by: str, what: str, when: str) -> str:
    return (
        "The firm states that it has no documents or information responsive to this item for the period "
        f"{sources.period}. Searched by: {by}. Searched: {what}. Searched on: {when}."
    )


def _searched_feeds(item: Item, sources: Sources) -> list[str]:
    return [feed for feed in (*item.feeds, *item.also) if sources.feeds[feed].present]


def _extract(feed: FeedFacts) -> str:
    files = ", ".join(f"{file.name} (SHA-256 {file.sha256[:16]}…)" for file in feed.files)
    if not feed.covered:
        cover = "the firm has not declared which days it covers"
    else:
        cover = f"covering {feed.spans}" + ("" if feed.declared else " by the dates found in it")
    return f"the extract {feed.name}, {files}, {cover}"


def _not_covered(item: Item, sources: Sources) -> list[str]:
    """Where an extract, as the firm declares it, does not reach over the whole period."""
    reasons = []
    for name in item.feeds:
        feed = sources.feeds[name]
        if feed.declared and not feed.covers(sources.period):
            reasons.append(
                f"The extract {name} covers only {feed.spans}; the rest of the period is not known."
            )
    return reasons


def _firm_reason(entry: ItemEntry) -> tuple[str, ...]:
    if not entry.reason.strip():
        return (f"The rest is expected by {entry.expected_on.isoformat()}.",) if entry.expected_on else ()
    when = f" Expected by {entry.expected_on.isoformat()}." if entry.expected_on else ""
    return (entry.reason.strip() + when,)


def _narrative(entry: ItemEntry) -> tuple[Text, ...]:
    return (Text(entry.narrative, firm=True),) if entry.narrative.strip() else ()
