"""The exhibits every report begins with: its figures with their origin, and the sources it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from surveil.reports.content import Block, Chart, Figure
from surveil.reports.exhibits import Exhibit, Field
from surveil.reports.sources import FeedFacts, Sources


@dataclass(frozen=True)
class Part:
    """One part of a report that states figures: an item of a letter, a section."""

    name: str
    figures: Sequence[Figure]
    blocks: Sequence[Block]
    exhibits: Sequence[Exhibit]


def figures_exhibit(parts: Iterable[Part]) -> Exhibit:
    """Every number stated in the text, with the exhibit and the rows it is computed from."""
    return Exhibit(
        "EX-00A",
        "figures",
        "Figures of this document and where each comes from",
        "One row per figure stated or drawn.",
        (
            Field("item", "Item", 0.4),
            Field("figure", "Figure", 3),
            Field("value", "Value", 1, "right"),
            Field("exhibit", "Exhibit", 0.8),
            Field("computed_as", "Computed as", 3),
        ),
        tuple(
            (part.name, figure.label, figure.value, figure.exhibit, figure.how)
            for part in parts
            for figure in (*part.figures, *_drawn(part))
        ),
    )


def _drawn(part: Part) -> list[Figure]:
    """The bars of charts as figures."""
    exhibits = {exhibit.number: exhibit for exhibit in part.exhibits}
    return [
        Figure(
            f"{chart.title}: {label}",
            value,
            chart.exhibit,
            f"sum of {chart.value} where {chart.label} is {label}",
        )
        for chart in part.blocks
        if isinstance(chart, Chart)
        for label, value in chart.bars(exhibits[chart.exhibit])
    ]


def feeds_exhibit(sources: Sources) -> Exhibit:
    """Each feed: whether it was provided, its rows and what it covers."""
    return Exhibit(
        "EX-00B",
        "sources",
        "Feeds this document rests on",
        "One row per feed of the contract; rows are the accepted, current ones.",
        (
            Field("feed", "Feed", 1.1),
            Field("provided", "Provided", 0.8),
            Field("rows", "Rows", 0.8, "right"),
            Field("covers", "Covers", 2),
            Field("stated_by", "Coverage stated by", 1.4),
        ),
        tuple(_feed_row(feed) for feed in sources.feeds.values()),
    )


def files_exhibit(sources: Sources) -> Exhibit:
    """Each file that was loaded, with the hash of its bytes."""
    return Exhibit(
        "EX-00C",
        "files",
        "Files loaded, with their hashes",
        "One row per file as the firm handed it in.",
        (
            Field("file", "File", 1.3),
            Field("feed", "Feed", 0),
            Field("load", "Load", 0.4, "right"),
            Field("rows", "Rows", 0.7, "right"),
            Field("sha256", "SHA-256", 4),
        ),
        tuple(
            (file.name, feed.name, file.load_number, file.rows, file.sha256)
            for feed in sources.feeds.values()
            for file in feed.files
        ),
    )


def _feed_row(feed: FeedFacts) -> tuple[str | int | None, ...]:
    if not feed.present:
        return feed.name, "no", None, None, None
    covered = feed.spans or None
    stated = "the firm" if feed.declared else ("dates found in the feed" if covered else None)
    return feed.name, "yes", feed.rows, covered, stated


def extent(feed: FeedFacts) -> str:
    """What a feed covers, in words."""
    if not feed.present:
        return "not provided"
    if not feed.covered:
        return "coverage not declared"
    return feed.spans if feed.declared else f"dates found: {feed.spans}"
