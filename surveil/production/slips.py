"""The page that stands in a production for a document that is withheld as a whole."""

from __future__ import annotations

from surveil.production.volume import Document, Facts
from surveil.reports.pdf import fonts
from surveil.reports.pdf.document import Imprint, Story
from surveil.reports.pdf.text import Typesetter


def slip(facts: Facts, document: Document, first: str, number: int) -> bytes:
    """A PDF of one page with the control number; it names the letter's item and nothing of the document itself."""
    story = Story(
        Typesetter(fonts.load()),
        Imprint(
            title=f"{first}: withheld",
            author=facts.firm,
            header=f"{facts.firm} · Matter {facts.matter}",
            footer=f"Confidential · Run {facts.run} · Data as of {facts.as_of.isoformat()}",
            as_of=facts.as_of,
            control_prefix=facts.prefix,
            first_number=number,
        ),
    )
    story.gap(200)
    story.title("Document withheld")
    items = ", ".join(document.items)
    story.text(
        f"Control number {first}. "
        + (f"The document belongs to item {items} of the letter." if items else "")
    )
    story.text("It is withheld as a whole. The production index says on what ground.")
    return story.render()
