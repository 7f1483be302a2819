"""A response on paper: cover, front matter, the items in the letter's order, annexes, exhibits, certification."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surveil.reports.exhibits import Exhibit, shown
from surveil.reports.finra.firm_file import FirmFile
from surveil.reports.finra.front import extent, figure_text
from surveil.reports.finra.letter import Item
from surveil.reports.finra.response import (
    Answer,
    Block,
    Chart,
    Heading,
    Listing,
    Response,
    State,
    Text,
)
from surveil.reports.pdf import charts, fonts
from surveil.reports.pdf.document import Imprint, Story
from surveil.reports.pdf.table import TableColumn
from surveil.reports.pdf.text import Typesetter
from surveil.reports.sources import Sources

PAPER_ROWS = 500
WIDE_COLUMNS = 9
CHART_BARS = 12


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
        ),
    )
    _cover(story, paper)
    _front_matter(story, paper)
    wordless = False
    for item, answer in paper.response.answers:
        # Items that only wait for the firm's words share a page.
        if wordless and not answer.blocks:
            story.gap(18)
        else:
            story.new_page(wide=_is_wide(paper, answer.blocks))
        wordless = not answer.blocks
        _item(story, paper, item, answer)
    for _, answer in paper.response.answers:
        if answer.annex:
            story.new_page(wide=_is_wide(paper, answer.annex))
            story.heading(answer.annex_title)
            _blocks(story, paper, answer.annex)
    _exhibit_list(story, paper)
    _certification(story, paper)
    _rendering_notes(story)
    return story.render()


def _cover(story: Story, paper: Paper) -> None:
    sources, letter = paper.sources, paper.response.letter
    story.gap(90)
    story.title(letter.title)
    story.text(f"Response of {sources.firm.name} to the {letter.regulator}")
    story.gap(12)
    _facts(
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
    if not sources.run.complete:
        failed = ", ".join(sources.run.failed_detectors)
        story.text(
            f"INCOMPLETE RUN. These detectors failed: {failed}. What they would have found is not known, and is not "
            "in this response.",
            "warning",
        )
    if not paper.revealed:
        story.text(
            "Names are reduced to initials and free text is withheld, here and in the exhibits; the firm's own numbers "
            "stay. Make the copy for the regulator with personal data revealed; that is entered in the audit trail.",
            "status",
        )
    story.new_page()
    story.text(story.typesetter.markup("Contents", bold=True))
    story.contents()


def _front_matter(story: Story, paper: Paper) -> None:
    sources, letter = paper.sources, paper.response.letter
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
            (item.number, item.title, answer.state.value if answer.state else None, _numbers(answer))
            for item, answer in paper.response.answers
        ],
    )
    story.heading("Period", 1)
    asked = f"{letter.period.first.isoformat()} to {letter.period.last.isoformat()}"
    story.text(
        f"The letter asks about {asked}. This response covers {sources.period}, the period "
        + (
            "the firm has set for the matter."
            if paper.firm_file.period
            else "examined by the run named below."
        )
    )
    story.heading("Definitions", 1)
    story.table(
        [TableColumn("Term", 1), TableColumn("Meaning in this response", 4)],
        [(definition.term, definition.meaning) for definition in letter.definitions],
    )
    _method(story, paper)
    story.heading("Sources", 1)
    for exhibit in paper.front[1:]:
        story.label(f"{exhibit.title} ({exhibit.number})")
        _listing(story, exhibit)


def _method(story: Story, paper: Paper) -> None:
    run, trail = paper.sources.run, paper.sources.trail
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
            "What an extract does not cover is not known, and is not counted as absent.",
            "The text of the letter is given in our own words. How sure its numbering is stands under each item.",
            "An alert is an indication for review. Only decisions that stand are stated as findings.",
        ]
    )
    story.heading("Identity of the run", 1)
    _facts(
        story,
        [
            ("Run", run.run_id),
            ("Data snapshot", run.snapshot_id),
            ("Window examined", str(run.window)),
            ("Complete", "yes" if run.complete else f"no: {', '.join(run.failed_detectors)} failed"),
            ("Run made on (UTC)", run.searched_on or None),
            ("surveil version of the run", run.version),
            ("surveil version of this document", paper.code_version),
            ("Configuration (hash)", run.config_hash),
            ("Audit trail, events", f"{trail.events:,}"),
            ("Audit trail, last event (hash)", trail.head),
            ("Audit trail, last event (UTC)", trail.at or None),
        ],
    )


def _item(story: Story, paper: Paper, item: Item, answer: Answer) -> None:
    story.heading(f"Item {item.number}. {item.title}")
    story.text(f"Asked: {item.request}", "quote")
    story.text(f"Source of this item's text: {item.verification}. {_extracts(paper, item)}", "small")
    state = answer.state or State.ANSWERED_PARTIAL
    story.text(story.typesetter.markup(state.value, bold=True), "status")
    if answer.statement:
        story.text(answer.statement)
    if answer.reasons:
        story.bullets(answer.reasons)
    if answer.figures:
        story.label("Figures")
        story.table(
            [
                TableColumn("Figure", 3),
                TableColumn("Value", 1, "right"),
                TableColumn("Exhibit", 0.8),
                TableColumn("Computed as", 2.6),
            ],
            [(f.label, figure_text(f.value), f.exhibit, f.how) for f in answer.figures],
        )
    _blocks(story, paper, answer.blocks)
    if answer.limits:
        story.label("What to know of these figures")
        story.bullets(answer.limits)
    if answer.attachments:
        story.label("Attachments")
        story.table(
            [TableColumn("Title", 2), TableColumn("File", 2), TableColumn("SHA-256", 3.5, whole=True)],
            [(a.title, a.path, hashlib.sha256(a.content).hexdigest()) for a in answer.attachments],
        )


def _extracts(paper: Paper, item: Item) -> str:
    """Which feeds an item is answered from, and what they cover."""
    used = [paper.sources.feeds[name] for name in (*item.feeds, *item.also)]
    told = [f"{feed.name} ({extent(feed)})" for feed in used]
    return f"Data: {'; '.join(told)}." if told else ""


def _blocks(story: Story, paper: Paper, blocks: Sequence[Block]) -> None:
    for block in blocks:
        if isinstance(block, Heading):
            story.heading(block.text, 1)
        elif isinstance(block, Text):
            if block.firm:
                story.label("The firm's account")
            story.text(block.text)
        elif isinstance(block, Listing):
            _listing(story, paper.exhibits[block.exhibit])
        else:
            _chart(story, paper.exhibits[block.exhibit], block)


def _listing(story: Story, exhibit: Exhibit) -> None:
    """The fields meant for paper, as many rows as paper is for, and where the rest is."""
    places = _places(exhibit)
    columns = [
        TableColumn(field.title, field.share, field.align, whole=field.name == "sha256")
        for field in (exhibit.fields[place] for place in places)
    ]
    rows = [[shown(row[p]) for p in places] for row in exhibit.rows[:PAPER_ROWS]]
    more = len(exhibit.rows) - len(rows)
    extent = (
        f"the first {len(rows):,} of {len(exhibit.rows):,} rows"
        if more > 0
        else "1 row"
        if len(rows) == 1
        else f"{len(rows):,} rows"
    )
    story.text(f"Exhibit {exhibit.number}: {extent}. {exhibit.about}", "small")
    if len(places) < len(exhibit.fields):
        story.text(f"The exhibit has further columns: {_further(exhibit)}.", "small")
    story.table(columns, rows)


def _places(exhibit: Exhibit) -> list[int]:
    """The fields that are meant for paper."""
    return [place for place, field in enumerate(exhibit.fields) if field.share > 0]


def _is_wide(paper: Paper, blocks: Sequence[Block]) -> bool:
    """Whether a list among the blocks needs the landscape page."""
    listed = [paper.exhibits[block.exhibit] for block in blocks if isinstance(block, Listing)]
    return any(len(_places(exhibit)) >= WIDE_COLUMNS for exhibit in listed)


def _further(exhibit: Exhibit) -> str:
    return ", ".join(field.title.lower() for field in exhibit.fields if field.share == 0)


def _chart(story: Story, exhibit: Exhibit, chart: Chart) -> None:
    bars = chart.bars(exhibit)
    highest = bars[:CHART_BARS]
    if not highest:
        return
    story.label(chart.title)
    drawn = [(label, float(value), shown(value) or "") for label, value in highest]
    story.flowable(charts.bars(story.typesetter, drawn))
    more = len(bars) - len(highest)
    note = f" The {len(highest)} highest of {len(bars)} are drawn." if more > 0 else ""
    story.text(f"Sums of '{chart.value}' in exhibit {exhibit.number}.{note}", "small")


def _exhibit_list(story: Story, paper: Paper) -> None:
    story.new_page()
    story.heading("Exhibits")
    story.text(
        "Each exhibit is a CSV file (UTF-8) in the folder exhibits. SHA256SUMS beside this document lists the hash of "
        "every file; 'sha256sum --check SHA256SUMS' proves that none was changed."
    )
    everything = [*paper.front, *paper.exhibits.values()]
    story.table(
        [
            TableColumn("Exhibit", 0.7),
            TableColumn("Title", 2.2),
            TableColumn("Rows", 0.6, "right"),
            TableColumn("SHA-256", 3, whole=True),
        ],
        [
            (e.number, e.title, f"{len(e.rows):,}", hashlib.sha256(e.csv()).hexdigest())
            for e in sorted(everything, key=lambda e: e.number)
        ],
    )


def _certification(story: Story, paper: Paper) -> None:
    story.heading("Certification", room=170)
    story.text(
        "To the best of my knowledge, after the search described in this document, the answers are complete and correct "
        "for the period stated, subject to the limits and the partial answers stated under each item."
    )
    story.table(
        [TableColumn("", 1.2), TableColumn("Name", 2.4), TableColumn("Signature", 2), TableColumn("Date", 1)],
        [
            ("Prepared by", paper.firm_file.preparer or "to be named", "", ""),
            ("Reviewed by (principal)", paper.firm_file.principal or "to be named", "", ""),
        ],
    )


def _rendering_notes(story: Story) -> None:
    story.heading("Rendering notes")

    def write(part: Story) -> None:
        typesetter = part.typesetter
        fallback = typesetter.fonts.fallback_title
        part.text(
            f"Fonts: DejaVu Sans{f'; {fallback} for East Asian text' if fallback else ''}. All are embedded."
        )
        if typesetter.missing:
            codes = ", ".join(f"U+{ord(c):04X}" for c in sorted(typesetter.missing))
            part.text(
                f"No font at hand could draw these characters; they are shown by their code, such as [U+738B]: {codes}. "
                "The exhibits hold them as they are."
            )
        else:
            part.text("Every character of the data in this document could be drawn.")
        part.text(
            "Control and format characters in the data are made visible by their code, such as \\u{202E}. Cells of more "
            "than 2,000 characters are cut, and say so."
        )
        if typesetter.reordered:
            part.text("Right-to-left text was put in visual order.")
        elif typesetter.bidi is None:
            part.text(
                "Right-to-left text, if any, is drawn in the order of its storage (python-bidi is not installed)."
            )

    story.later(write)


def _facts(story: Story, facts: Sequence[tuple[str, str | None]]) -> None:
    story.table([TableColumn("", 1), TableColumn("", 3)], facts)


def _numbers(answer: Answer) -> str:
    return ", ".join(exhibit.number for exhibit in answer.exhibits) or "none"
