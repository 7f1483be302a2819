"""A response on paper: cover, front matter, the items in the letter's order, annexes, exhibits, certification."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surveil.reports import paper as kit
from surveil.reports.content import Chart, Listing
from surveil.reports.exhibits import Exhibit
from surveil.reports.finra.firm_file import FirmFile
from surveil.reports.finra.letter import Item
from surveil.reports.finra.response import Answer, Response, State
from surveil.reports.front import extent
from surveil.reports.pdf import fonts
from surveil.reports.pdf.document import Imprint, Story
from surveil.reports.pdf.table import Link, TableColumn
from surveil.reports.pdf.text import Typesetter
from surveil.reports.sources import Sources

CERTIFIED = (
    "To the best of my knowledge, after the search described in this document, the answers are complete and correct "
    "for the period stated, subject to the limits and the partial answers stated under each item."
)


@dataclass(frozen=True)
class Paper:
    """All that goes on paper. `exhibits` by number, masked where the copy is; `revealed` says who asked to reveal."""

    response: Response
    sources: Sources
    firm_file: FirmFile
    exhibits: Mapping[str, Exhibit]
    front: Sequence[Exhibit]
    revealed: bool
    code_version: str


def render(paper: Paper, typesetter: Typesetter | None = None) -> bytes:
    """The PDF. The same input, on a machine with the same fonts, gives the same bytes."""
    typesetter = typesetter or Typesetter(fonts.load())
    run, firm, letter = paper.sources.run, paper.sources.firm, paper.response.letter
    story = Story(
        typesetter,
        Imprint(
            title=f"Response: {letter.title}",
            author=firm.name,
            subject=f"{letter.regulator}, {letter.dated}",
            header=f"{firm.name} · Response to {letter.regulator}",
            footer=f"Confidential · Run {run.run_id} · Data as of {run.as_of.isoformat()}",
            as_of=run.as_of,
            control_prefix=paper.firm_file.control_prefix,
            first_number=paper.firm_file.first_number,
        ),
    )
    _cover(story, paper)
    _front_matter(story, paper)
    goes_on = False
    for item, answer in paper.response.answers:
        wide = kit.is_wide(paper.exhibits, answer.blocks)
        # An item of words only goes on under the one before, where the page is upright.
        if goes_on and not any(isinstance(block, Listing | Chart) for block in answer.blocks):
            story.gap(18)
        else:
            story.new_page(wide=wide)
        goes_on = not wide
        _item(story, paper, item, answer)
    for _, answer in paper.response.answers:
        if answer.annex:
            story.new_page(wide=kit.is_wide(paper.exhibits, answer.annex))
            story.heading(answer.annex_title)
            kit.blocks(story, paper.exhibits, answer.annex)
    kit.exhibit_list(story, [*paper.front, *paper.exhibits.values()])
    people = (
        ("Prepared by", paper.firm_file.preparer),
        ("Reviewed by (principal)", paper.firm_file.principal),
    )
    kit.signatures(story, CERTIFIED, people)
    kit.rendering_notes(story)
    return story.render()


def _cover(story: Story, paper: Paper) -> None:
    sources, letter = paper.sources, paper.response.letter
    story.gap(90)
    story.title(letter.title)
    story.text(f"Response of {sources.firm.name} to the {letter.regulator}")
    story.gap(12)
    kit.facts(
        story,
        [
            ("Firm", sources.firm.name),
            ("CRD number", sources.firm.crd_number or None),
            ("Matter", paper.firm_file.matter or None),
            ("Letter dated", letter.dated),
            ("Period of this response", str(sources.period)),
            ("Data as of", f"{sources.run.as_of.isoformat()} ({sources.firm.timezone})"),
            ("Copy", "personal data shown" if paper.revealed else "personal data masked"),
        ],
    )
    story.gap(12)
    for paragraph in _covering_letter(paper):
        story.text(paragraph)
    kit.incomplete(story, sources.run)
    if not paper.revealed:
        kit.masked(story)
    story.contents_page()


def _covering_letter(paper: Paper) -> list[str]:
    """What the receiver has before him, and how far it answers."""
    answers = paper.response.answers
    states = [
        f"{state.value.lower()}: {', '.join(numbers)}"
        for state in State
        if (numbers := [item.number for item, answer in answers if answer.state is state])
    ]
    attached = len(paper.response.attachments)
    documents = f" and {attached:,} document{'s' if attached != 1 else ''} of the firm" if attached else ""
    withheld = sum(len(answer.withheld) for _, answer in answers)
    log = (
        f" {withheld:,} document{'s are' if withheld != 1 else ' is'} withheld and listed in the privilege log."
        if withheld
        else ""
    )
    return [
        f"{paper.sources.firm.name} answers the letter named above, item by item and in the letter's order. "
        f"Items {'; '.join(states)}. What is missing stands under its item with the reason, and with the day by which the "
        "rest follows where one is set.",
        f"The answer rests on {len(paper.exhibits):,} exhibits{documents}, listed with their hashes at the end. Every "
        f"figure names the exhibit and the rows it is computed from.{log}",
        "What is confirmed and what is only potential stand in separate lists. What the firm's data do not say is stated as "
        "not known.",
    ]


def _front_matter(story: Story, paper: Paper) -> None:
    letter = paper.response.letter
    story.new_page()
    story.heading("About this response")
    story.heading("Items and how far each is answered", 1)
    story.table(
        [
            TableColumn("Item", 0.4),
            TableColumn("Subject", 3),
            TableColumn("State", 2),
            TableColumn("Exhibits", 1.6),
        ],
        [
            (
                Link.to(_anchor(item), item.number),
                item.title,
                answer.state.value if answer.state else None,
                _numbers(answer),
            )
            for item, answer in paper.response.answers
        ],
    )
    story.heading("Period", 1)
    story.text(_period(paper))
    story.heading("Definitions", 1)
    story.table(
        [TableColumn("Term", 1), TableColumn("Meaning in this response", 4)],
        [(definition.term, definition.meaning) for definition in letter.definitions],
    )
    _method(story, paper)
    story.heading("Sources", 1)
    for exhibit in paper.front[1:]:
        story.label(f"{exhibit.title} ({exhibit.number})")
        kit.listing(story, exhibit)


def _period(paper: Paper) -> str:
    asked = paper.response.letter.period
    by_firm = "the period the firm has set for the matter."
    covers = by_firm if paper.firm_file.period else "the period examined by the run named below."
    begins = (
        f"The letter asks about {asked.first.isoformat()} to {asked.last.isoformat()}."
        if asked
        else "The letter's specification names no period."
    )
    return f"{begins} This response covers {paper.sources.period}, {covers}"


def _method(story: Story, paper: Paper) -> None:
    story.heading("Method", 1)
    story.text(
        "The firm's feeds were loaded and checked; rows that failed a check were set aside with a reason. Detectors "
        "measured the accepted rows as of the day named, and raised alerts. Reviewers decided alerts, each with a "
        "written reason. "
        "Lists and figures were computed from the feeds and from decisions that stand. Every figure names the exhibit "
        "and rows it comes from (exhibit EX-00A)."
    )
    story.heading("Limits", 1)
    story.bullets(
        [
            "Status, names and roles are as of the extracts, not as of each event.",
            "Amounts of money are in the currency of the firm's extracts, which do not name it.",
            "What an extract does not cover is not known, and is not counted as absent.",
            "The text of the letter is given in our own words. How sure its numbering is stands under each item.",
            "An alert is an indication for review. Only decisions that stand are stated as findings.",
        ]
    )
    kit.identity(story, paper.sources, paper.code_version)


def _item(story: Story, paper: Paper, item: Item, answer: Answer) -> None:
    story.heading(f"Item {item.number}. {item.title}", room=kit.ITEM_ROOM, anchor=_anchor(item))
    story.text(f"Asked: {item.request}", "quote")
    story.text(f"Source of this item's text: {item.verification}. {_extracts(paper, item)}", "small")
    state = answer.state or State.ANSWERED_PARTIAL
    story.text(story.typesetter.markup(state.value, bold=True), "status")
    if answer.statement:
        story.text(answer.statement)
    if answer.reasons:
        story.bullets(answer.reasons)
    if answer.figures:
        kit.figures(story, answer.figures)
    kit.limits(story, answer.limits, of_figures=bool(answer.figures))
    kit.blocks(story, paper.exhibits, answer.blocks)
    if answer.attachments:
        story.label("Attachments")
        story.table(
            [TableColumn("Title", 2), TableColumn("File", 2), TableColumn("SHA-256", 3.5, whole=True)],
            [(a.title, a.path, hashlib.sha256(a.content).hexdigest()) for a in answer.attachments],
        )


def _anchor(item: Item) -> str:
    return f"item-{item.number}"


def _extracts(paper: Paper, item: Item) -> str:
    """Which feeds an item is answered from, and what they cover."""
    used = [paper.sources.feeds[name] for name in (*item.feeds, *item.also)]
    told = [f"{feed.name} ({extent(feed)})" for feed in used]
    return f"Data: {'; '.join(told)}." if told else ""


def _numbers(answer: Answer) -> str:
    return ", ".join(exhibit.number for exhibit in answer.exhibits) or "none"
