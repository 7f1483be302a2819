"""A graph as SVG: the same drawing for screen and paper, with all text escaped and cut to fit."""

from __future__ import annotations

import unicodedata
from xml.sax.saxutils import escape, quoteattr

from surveil.links.graph import Edge, Graph, Node

WIDTH, LEFT, STEP, TOP = 900, (20, 320, 620), 30, 40
BOX_WIDTH, BOX_HEIGHT, CHARACTERS = 220, 22, 32
HEADS = ("Representatives", "Customers", "What they share")
#: Kind -> fill and outline; kinds differ by shape of the corner and by words too, not by colour alone.
COLOURS = {"rep": ("#dbeafe", "#1d4e89"), "customer": ("#f3f4f6", "#374151"), "hub": ("#e5e7eb", "#6b7280")}
SHARED_COLOURS = ("#fef3c7", "#92400e")


def svg(graph: Graph, title: str = "Links between customers, contacts and representatives") -> str:
    """The drawing as a text of SVG, `WIDTH` wide; an empty text where there is nothing to draw."""
    if not graph.nodes:
        return ""
    at = {node.id: node for node in graph.nodes}
    rows = max(node.row for node in graph.nodes) + 0.5
    height = round(TOP + rows * STEP + 10)
    lines = [_tie(edge, at[edge.source], at[edge.target]) for edge in graph.edges]
    heads = [
        f'<text x="{x}" y="20" font-weight="bold">{escape(head)}</text>'
        for x, head in zip(LEFT, HEADS, strict=True)
    ]
    boxes = [_box(node) for node in graph.nodes]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
            f' role="img" aria-label={quoteattr(shown(title, 200))} font-family="DejaVu Sans, sans-serif" font-size="12">',
            f"<title>{escape(shown(title, 200))}</title>",
            *lines,
            *heads,
            *boxes,
            "</svg>",
        ]
    )


def shown(text: str, most: int = CHARACTERS) -> str:
    """A text as a drawing can show it: characters that are not for display made visible, cut to `most` characters."""
    plain = "".join(c if _printable(c) else "\ufffd" for c in text)
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def _printable(character: str) -> bool:
    """Not a control, an override of the writing direction, a lone half of a pair, or anything else without a shape."""
    return character == " " or unicodedata.category(character)[0] in "LMNPS"


def _place(node: Node) -> tuple[int, int]:
    return LEFT[node.column], round(TOP + node.row * STEP - BOX_HEIGHT / 2)


def _tie(edge: Edge, source: Node, target: Node) -> str:
    """A line, the thicker the more accounts; dashed where it passes the customers by, as from somebody to his own number."""
    (x1, y1), (x2, y2) = _place(source), _place(target)
    half = BOX_HEIGHT // 2
    passing = ' stroke-dasharray="2 4"' if target.column - source.column > 1 else ""
    return (
        f'<line x1="{x1 + BOX_WIDTH}" y1="{y1 + half}" x2="{x2}" y2="{y2 + half}" stroke="#94a3b8"'
        f' stroke-width="{min(1 + 0.5 * len(edge.accounts), 4)}"{passing}/>'
    )


def _box(node: Node) -> str:
    x, y = _place(node)
    fill, outline = COLOURS.get(node.kind, SHARED_COLOURS)
    round_corner = 10 if node.kind == "customer" else 2
    dashed = ' stroke-dasharray="4 3"' if node.kind == "hub" else ""
    told = f"{shown(node.label, 200)}. {shown(node.note, 200)}" if node.note else shown(node.label, 200)
    return (
        f"<g><title>{escape(told)}</title>"
        f'<rect x="{x}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="{round_corner}"'
        f' fill="{fill}" stroke="{outline}"{dashed}/>'
        f'<text x="{x + 8}" y="{y + 15}">{escape(shown(node.label))}</text></g>'
    )
