"""What every report has on paper: figures with their origin, lists and charts from exhibits, who made it and how."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import zip_longest

from surveil.reports.content import Block, Bullets, Chart, Figure, Form, Heading, Listing, Text
from surveil.reports.exhibits import Exhibit, Value, shown
from surveil.reports.pdf import charts
from surveil.reports.pdf.document import Story
from surveil.reports.pdf.table import Link, TableColumn
from surveil.reports.sources import RunFacts, Sources

PAPER_ROWS = 500
WIDE_COLUMNS = 9
CHART_BARS = 12
NOT_KNOWN = "not known"
ITEM_ROOM = 160.0
"""Points that must be left on a page for an item or section to begin there."""
LIST_ROOM = 95.0
"""Points for what is said of a list, its head and its first rows."""
TITLE_ROOM = 45.0
"""Points of a heading, so that none stands at the foot of a page with its list on the next."""
EXHIBITS = "exhibits"
"""The anchor of the list of exhibits."""

Exhibits = Mapping[str, Exhibit]


def facts(story: Story, pairs: Sequence[tuple[str, str | None]]) -> None:
    """Names and values, two columns without a head; None is not known."""
    story.table([TableColumn("", 1), TableColumn("", 3)], pairs)


def figures(story: Story, listed: Sequence[Figure]) -> None:
    """Figures, each with the exhibit and rows it comes from."""
    story.label("Figures")
    story.table(
        [
            TableColumn("Figure", 3),
            TableColumn("Value", 1, "right"),
            TableColumn("Exhibit", 0.8),
            TableColumn("Computed as", 2.6),
        ],
        [(f.label, figure_text(f.value), Link.to(EXHIBITS, f.exhibit), f.how) for f in listed],
    )


def limits(story: Story, points: Sequence[str], *, of_figures: bool) -> None:
    """What to know of the figures above, if there are any, and the lists below, before anybody reads on."""
    if points:
        story.label("What to know of these figures" if of_figures else "What to know")
        story.bullets(points)


def figure_text(value: Value) -> str:
    """A figure for print."""
    return shown(value) or NOT_KNOWN


def blocks(story: Story, exhibits: Exhibits, written: Sequence[Block]) -> None:
    """Blocks one after the other."""
    for block, following in zip_longest(written, written[1:]):
        if isinstance(block, Heading):
            if isinstance(following, Listing):
                story.room(TITLE_ROOM + LIST_ROOM)
            story.heading(block.text, 1) if block.listed else story.label(block.text)
        elif isinstance(block, Text):
            if block.firm:
                story.label("The firm's account")
            story.text(block.text)
        elif isinstance(block, Bullets):
            story.bullets(block.points)
        elif isinstance(block, Form):
            facts(story, block.lines)
        elif isinstance(block, Listing):
            listing(story, exhibits[block.exhibit])
        else:
            _chart(story, exhibits[block.exhibit], block)


def is_wide(exhibits: Exhibits, written: Sequence[Block]) -> bool:
    """Whether a list among the blocks needs the landscape page."""
    listed = [exhibits[block.exhibit] for block in written if isinstance(block, Listing)]
    return any(len(_places(exhibit)) >= WIDE_COLUMNS for exhibit in listed)


def listing(story: Story, exhibit: Exhibit) -> None:
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
    further = [_in_sentence(field.title) for field in exhibit.fields if field.share == 0]
    beside = f" The exhibit has further columns: {', '.join(further)}." if further else ""
    story.room(LIST_ROOM)
    story.text(f"Exhibit {exhibit.number}: {extent}. {exhibit.about}{beside}", "small")
    story.table(columns, rows)


def _in_sentence(title: str) -> str:
    """The head of a column within a sentence: abbreviations stay as they are."""
    words = title.rstrip(".").split(" ")
    return " ".join(word if word.isupper() else word.lower() for word in words)


def _places(exhibit: Exhibit) -> list[int]:
    """The fields that are meant for paper."""
    return [place for place, field in enumerate(exhibit.fields) if field.share > 0]


def _chart(story: Story, exhibit: Exhibit, chart: Chart) -> None:
    bars = chart.bars(exhibit)
    highest = bars[-CHART_BARS:] if chart.in_order else bars[:CHART_BARS]
    if not any(value for _, value in highest):
        return
    story.label(chart.title)
    drawn = [(label, float(value), shown(value) or "") for label, value in highest]
    told = "; ".join(f"{label}: {printed}" for label, _, printed in drawn)
    story.figure(charts.bars(story.typesetter, drawn), f"Bar chart. {chart.title}. {told}")
    more = len(bars) - len(highest)
    which = "last" if chart.in_order else "highest"
    note = f" The {len(highest)} {which} of {len(bars)} are drawn." if more > 0 else ""
    story.text(f"Sums of '{chart.value}' in exhibit {exhibit.number}.{note}", "small")


def incomplete(story: Story, run: RunFacts) -> None:
    """A warning where detectors of the run failed; nothing else."""
    if not run.complete:
        story.text(
            f"INCOMPLETE RUN. These detectors failed: {', '.join(run.failed_detectors)}. What they would have found is "
            "not known, and is not in this document.",
            "warning",
        )


def masked(story: Story) -> None:
    """What a masked copy leaves out, and how to make the other one."""
    story.text(
        "Names are reduced to initials and free text is withheld, here and in the exhibits; the firm's own numbers stay. "
        "A copy with personal data shown is made by a named person, and is entered in the audit trail.",
        "status",
    )


def identity(story: Story, sources: Sources, code_version: str) -> None:
    """On which run, data, settings and trail the document rests."""
    run, trail = sources.run, sources.trail
    story.heading("Identity of the run", 1)
    facts(
        story,
        [
            ("Run", run.run_id),
            ("Data snapshot", run.snapshot_id),
            ("Window examined", str(run.window)),
            ("Complete", "yes" if run.complete else f"no: {', '.join(run.failed_detectors)} failed"),
            ("Run made on (UTC)", run.searched_on or None),
            ("surveil version of the run", run.version),
            ("surveil version of this document", code_version),
            ("Configuration (hash)", run.config_hash),
            ("Audit trail, events", f"{trail.events:,}"),
            ("Audit trail, last event (hash)", trail.head),
            ("Audit trail, last event (UTC)", trail.at or None),
        ],
    )


def exhibit_list(story: Story, exhibits: Sequence[Exhibit]) -> None:
    """Every exhibit with its rows and the hash of its file."""
    story.new_page()
    story.heading("Exhibits", anchor=EXHIBITS)
    story.text(
        "Each exhibit is a CSV file (UTF-8) in the folder exhibits; the workbook (XLSX) holds the same rows for reading. "
        "SHA256SUMS lists each file's hash; 'sha256sum --check SHA256SUMS' in its folder shows that none was changed. "
        "Where this is part of a production, the files are in its folder NATIVES under their control numbers; "
        "LOGS/production_index.csv says which is which exhibit."
    )
    story.table(
        [
            TableColumn("Exhibit", 0.7),
            TableColumn("Title", 2.2),
            TableColumn("Rows", 0.6, "right"),
            TableColumn("SHA-256", 3, whole=True),
        ],
        [
            (e.number, e.title, f"{len(e.rows):,}", hashlib.sha256(e.csv()).hexdigest())
            for e in sorted(exhibits, key=lambda e: e.number)
        ],
    )


def signatures(story: Story, statement: str, people: Sequence[tuple[str, str]]) -> None:
    """A statement and lines to sign: (as what, name or empty)."""
    story.heading("Certification", room=170)
    story.text(statement)
    story.table(
        [TableColumn("", 1.2), TableColumn("Name", 2.4), TableColumn("Signature", 2), TableColumn("Date", 1)],
        [(role, name or "to be named", "", "") for role, name in people],
    )


def rendering_notes(story: Story) -> None:
    """Fonts, and the characters that could not be drawn; known only when all else has been laid out."""
    story.heading("Rendering notes", room=110, joined=False)
    story.later(_write_notes)


def _write_notes(part: Story) -> None:
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
        "Control and format characters in the data are made visible by their code, such as \\u{202E}. Cells of more than "
        "2,000 characters are cut, and say so."
    )
    if typesetter.reordered:
        part.text("Right-to-left text was put in visual order.")
    elif typesetter.bidi is None:
        part.text(
            "Right-to-left text, if any, is drawn in the order of its storage (python-bidi is not installed)."
        )
