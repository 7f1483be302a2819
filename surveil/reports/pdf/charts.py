"""Small charts for paper, drawn as vectors by ReportLab. The numbers stand in the table beside each chart."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.graphics.charts.barcharts import HorizontalBarChart
from reportlab.graphics.shapes import STATE_DEFAULTS, Drawing
from reportlab.lib import colors

from surveil.reports.pdf.fonts import REGULAR
from surveil.reports.pdf.text import Typesetter

WIDTH = 500.0
BAR = 13.0
LABEL_CHARACTERS = 44
FILL = colors.HexColor("#3b6ea5")
# A drawing begins with the library's default font, which is not embedded; ours is.
STATE_DEFAULTS["fontName"] = REGULAR


def bars(typesetter: Typesetter, values: Sequence[tuple[str, float, str]]) -> Drawing:
    """Horizontal bars, first value on top, each with its label and number.

    Args:
        typesetter: makes labels drawable.
        values: label, value (0 or more) and the value in print of each bar; at least one.
    """
    height = BAR * 1.5 * len(values)
    drawing = Drawing(WIDTH, height + 8)
    chart = HorizontalBarChart()
    chart.x, chart.y, chart.width, chart.height = 190, 4, WIDTH - 250, height
    chart.data = [tuple(value for _, value, _ in values)]
    chart.reversePlotOrder = 1
    chart.barSpacing, chart.groupSpacing, chart.barWidth = 0, BAR * 0.5, BAR
    chart.bars[0].fillColor, chart.bars[0].strokeColor = FILL, None
    chart.categoryAxis.categoryNames = [_label(typesetter, label) for label, _, _ in values]
    chart.categoryAxis.reverseDirection = 1
    chart.categoryAxis.labels.fontName = typesetter.fonts.regular
    chart.categoryAxis.labels.fontSize = 7.5
    chart.categoryAxis.visibleTicks = 0
    chart.valueAxis.valueMin = 0
    chart.valueAxis.valueMax = max(1.0, *(value for _, value, _ in values)) * 1.02
    chart.valueAxis.visible = 0
    chart.barLabelFormat = "values"
    chart.barLabelArray = [[printed for _, _, printed in values]]
    chart.barLabels.fontName, chart.barLabels.fontSize = typesetter.fonts.regular, 7.5
    chart.barLabels.boxAnchor, chart.barLabels.nudge, chart.barLabels.dx = "w", 4, 0
    drawing.add(chart)
    return drawing


def _label(typesetter: Typesetter, label: str) -> str:
    """A label as a chart can draw it: one line, one font, short; else by character code."""
    text = typesetter.plain(label).replace("\n", " ")
    covered = typesetter.fonts.covered
    drawable = "".join(c if ord(c) in covered else f"[U+{ord(c):04X}]" for c in text)
    return drawable if len(drawable) <= LABEL_CHARACTERS else f"{drawable[: LABEL_CHARACTERS - 1]}…"
