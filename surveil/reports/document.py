"""A report other than a letter's answer: sections with figures and exhibits, built into PDF, CSV, XLSX and a manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from surveil import __version__
from surveil.reports import paper
from surveil.reports.content import Block, Figure
from surveil.reports.exhibits import MANIFEST, Exhibit, manifest
from surveil.reports.front import Part, feeds_exhibit, figures_exhibit, files_exhibit
from surveil.reports.making import Request
from surveil.reports.pdf import fonts
from surveil.reports.pdf.document import Imprint, Story
from surveil.reports.pdf.text import Typesetter
from surveil.reports.sources import Period, Sources
from surveil.reports.workbook import workbook

EVERYWHERE = (
    "What an extract does not cover is not known, and is not counted as absent.",
    "An alert is an indication for review. Only decisions that stand are stated as findings; confirmed and potential are "
    "never in one list.",
)


@dataclass(frozen=True)
class Section:
    """One part of a report; what its blocks show is among its exhibits. `wide` is for lists that need the landscape page."""

    title: str
    blocks: tuple[Block, ...] = ()
    figures: tuple[Figure, ...] = ()
    limits: tuple[str, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    same_page: bool = False
    wide: bool = False


@dataclass(frozen=True)
class Document:
    """A report before it is put on paper.

    Attributes:
        lead: what the report is, in a sentence or two, on its cover.
        facts: names and values for the cover.
        method: how figures were made, one paragraph each; `limits` what to know of them.
        period: where it is not that of the sources.
        statement: what those who sign say; `people` as what they sign, and their names.
    """

    name: str
    title: str
    lead: str
    sections: tuple[Section, ...]
    facts: tuple[tuple[str, str | None], ...] = ()
    method: tuple[str, ...] = ()
    limits: tuple[str, ...] = EVERYWHERE
    statement: str = ""
    people: tuple[tuple[str, str], ...] = ()
    prefix: str = "SURVEIL"
    period: Period | None = None
    further: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """All exhibits of the sections."""
        return tuple(exhibit for section in self.sections for exhibit in section.exhibits)


def build(document: Document, sources: Sources, request: Request) -> dict[str, bytes]:
    """Every file of the report by its path in the output folder, the manifest included."""
    masking = request.masking
    front = (_figures(document.sections), feeds_exhibit(sources), files_exhibit(sources))
    listed = [e if masking is None else e.masked(masking) for e in document.exhibits]
    exhibits = {exhibit.number: exhibit for exhibit in (*front, *listed)}
    files = {f"exhibits/{exhibit.file_name}": exhibit.csv() for exhibit in exhibits.values()}
    files |= document.further
    files[f"{document.name}.pdf"] = _render(document, sources, exhibits, revealed=masking is None)
    files[f"{document.name}.xlsx"] = workbook(list(exhibits.values()), sources.run.as_of)
    return {**files, MANIFEST: manifest(files)}


def _figures(sections: Sequence[Section]) -> Exhibit:
    return figures_exhibit(Part(s.title, s.figures, s.blocks, s.exhibits) for s in sections)


def _render(
    document: Document, sources: Sources, exhibits: Mapping[str, Exhibit], *, revealed: bool
) -> bytes:
    run, firm = sources.run, sources.firm
    story = Story(
        Typesetter(fonts.load()),
        Imprint(
            title=document.title,
            author=firm.name,
            subject=document.lead,
            header=f"{firm.name} · {document.title}",
            footer=f"Confidential · Run {run.run_id} · Data as of {run.as_of.isoformat()}",
            as_of=run.as_of,
            control_prefix=document.prefix,
        ),
    )
    _cover(story, document, sources, revealed)
    for section in document.sections:
        if section.same_page:
            story.gap(14)
        else:
            story.new_page(wide=section.wide or paper.is_wide(exhibits, section.blocks))
        _section(story, section, exhibits)
    _made(story, document, sources, exhibits)
    paper.exhibit_list(story, list(exhibits.values()))
    if document.people:
        paper.signatures(story, document.statement, document.people)
    paper.rendering_notes(story)
    return story.render()


def _cover(story: Story, document: Document, sources: Sources, revealed: bool) -> None:
    run, firm = sources.run, sources.firm
    story.gap(90)
    story.title(document.title)
    story.text(document.lead)
    story.gap(12)
    paper.facts(
        story,
        [
            ("Firm", firm.name),
            ("CRD number", firm.crd_number or None),
            ("Period", str(document.period or sources.period)),
            ("Data as of", f"{run.as_of.isoformat()} ({firm.timezone})"),
            *document.facts,
            ("Copy", "personal data shown" if revealed else "personal data masked"),
        ],
    )
    paper.incomplete(story, run)
    if not revealed:
        paper.masked(story)
    story.contents_page()


def _section(story: Story, section: Section, exhibits: Mapping[str, Exhibit]) -> None:
    story.heading(section.title, room=paper.ITEM_ROOM)
    if section.figures:
        paper.figures(story, section.figures)
    paper.limits(story, section.limits, of_figures=bool(section.figures))
    paper.blocks(story, exhibits, section.blocks)


def _made(story: Story, document: Document, sources: Sources, exhibits: Mapping[str, Exhibit]) -> None:
    story.new_page()
    story.heading("How this was made")
    if document.method:
        story.heading("Method", 1)
        for paragraph in document.method:
            story.text(paragraph)
    story.heading("Limits", 1)
    story.bullets(document.limits)
    paper.identity(story, sources, __version__)
    story.heading("Sources", 1)
    for number in ("EX-00B", "EX-00C"):
        story.label(f"{exhibits[number].title} ({number})")
        paper.listing(story, exhibits[number])
