"""The exhibits every response begins with: its figures with their origin, and the sources it rests on."""

from __future__ import annotations

from surveil.reports.exhibits import Exhibit, Field, shown
from surveil.reports.finra.response import Answer, Chart, Figure, Response
from surveil.reports.sources import FeedFacts, Sources

NOT_KNOWN = "not known"


def figures_exhibit(response: Response) -> Exhibit:
    """Every number stated in the text, with the exhibit and the rows it is computed from."""
    return Exhibit(
        "EX-00A",
        "figures",
        "Figures of this response and where each comes from",
        "One row per figure stated or drawn under an item.",
        (
            Field("item", "Item", 0.4),
            Field("figure", "Figure", 3),
            Field("value", "Value", 1, "right"),
            Field("exhibit", "Exhibit", 0.8),
            Field("computed_as", "Computed as", 3),
        ),
        tuple(
            (item.number, figure.label, figure.value, figure.exhibit, figure.how)
            for item, answer in response.answers
            for figure in (*answer.figures, *_drawn(answer))
        ),
    )


def _drawn(answer: Answer) -> list[Figure]:
    """The bars of an answer's charts as figures."""
    exhibits = {exhibit.number: exhibit for exhibit in answer.exhibits}
    return [
        Figure(
            f"{chart.title}: {label}",
            value,
            chart.exhibit,
            f"sum of {chart.value} where {chart.label} is {label}",
        )
        for chart in answer.blocks
        if isinstance(chart, Chart)
        for label, value in chart.bars(exhibits[chart.exhibit])
    ]


def feeds_exhibit(sources: Sources) -> Exhibit:
    """Each feed: whether it was provided, its rows and what it covers."""
    return Exhibit(
        "EX-00B",
        "sources",
        "Feeds this response rests on",
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


def figure_text(value: object) -> str:
    """A figure for print."""
    return shown(value) or NOT_KNOWN  # type: ignore[arg-type]
