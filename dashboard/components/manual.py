"""Sections of a detector's manual page on the screen."""

from __future__ import annotations

from dashboard.components.markup import Html, joined, tag


def points(section: str) -> tuple[str, ...]:
    """The points of a list in a manual page, each on one line."""
    parts = ("\n" + section).split("\n- ")[1:]
    return tuple(" ".join(part.split()) for part in parts)


def section(words: str) -> Html:
    """A section: its paragraphs, and its points as a list."""
    lead = ("\n" + words).split("\n- ")[0]
    paragraphs = (" ".join(part.split()) for part in lead.split("\n\n"))
    made = [tag("p", part, css="sv-text") for part in paragraphs if part]
    listed = points(words)
    if listed:
        made.append(tag("ul", joined(tag("li", point) for point in listed), css="sv-list sv-text"))
    return joined(made)
