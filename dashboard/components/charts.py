"""Charts of one alert, each from plain rows that a table behind it shows too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import altair as alt
import streamlit as st

from dashboard.components.markup import visible
from dashboard.components.words import number
from surveil.alerts.alert import Alert
from surveil.alerts.model import Driver, Severity

ACCENT, DARK, BAND, WORDS = "#1d4e89", "#111827", "#94a3b8", "#374151"
ADDING_UNITS = frozenset({"log-likelihood"})
"""Log-likelihoods of independent signs add up to the score; -log10 p of several tests do not."""
_NAME_LIMIT = 260


def waterfall_rows(drivers: Sequence[Driver]) -> list[dict[str, Any]]:
    """One row a driver, the strongest first: where its bar starts and ends.

    In a unit that adds up each bar starts where the one before ended, and a last row is the sum; else every bar
    starts at nothing, because a sum would claim more than was measured.
    """
    adding = bool(drivers) and all(driver.unit in ADDING_UNITS for driver in drivers)
    rows: list[dict[str, Any]] = []
    reached = 0.0
    for driver in sorted(drivers, key=lambda driver: (-driver.contribution, driver.name)):
        start = reached if adding else 0.0
        reached = start + driver.contribution
        rows.append(_bar(visible(driver.name), start, reached, "reason"))
    if adding and len(rows) > 1:
        rows.append(_bar("All together", 0.0, reached, "sum"))
    return rows


def _bar(name: str, start: float, end: float, kind: str) -> dict[str, Any]:
    return {"name": name, "start": start, "end": end, "kind": kind, "label": number(end - start)}


def waterfall(drivers: Sequence[Driver]) -> None:
    """How strongly each reason speaks."""
    rows = waterfall_rows(drivers)
    names = [row["name"] for row in rows]
    most = max([row["end"] for row in rows], default=1.0)
    y = alt.Y(
        "name:N",
        sort=names,
        title=None,
        axis=alt.Axis(labelLimit=_NAME_LIMIT),
        scale=alt.Scale(paddingInner=0.4),
    )
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=y)
    bars = base.mark_bar(height=16).encode(
        x=alt.X(
            "start:Q",
            title="Strength of evidence",
            axis=alt.Axis(tickMinStep=1),
            scale=alt.Scale(domain=[0, most * 1.12]),
        ),
        x2="end:Q",
        color=alt.Color(
            "kind:N", scale=alt.Scale(domain=["reason", "sum"], range=[ACCENT, DARK]), legend=None
        ),
        tooltip=[alt.Tooltip("name:N", title="Reason"), alt.Tooltip("label:N", title="Strength")],
    )
    labels = base.mark_text(align="left", dx=5, color=DARK).encode(x="end:Q", text="label:N")
    _draw(bars + labels, 36 * max(len(rows), 1) + 70)


def expected_rows(alert: Alert) -> list[dict[str, Any]]:
    """The observed number, the expected one and its usual range as one row; empty where nothing was expected."""
    if alert.observed is None or alert.expected is None:
        return []
    low, high = alert.interval or (alert.expected, alert.expected)
    return [{"observed": alert.observed, "expected": alert.expected, "low": low, "high": high, "row": ""}]


def against_expected(alert: Alert) -> None:
    """Where the observed number lies beside the usual range."""
    base = alt.Chart(alt.InlineData(values=expected_rows(alert))).encode(
        y=alt.Y("row:N", title=None, axis=None)
    )
    row = expected_rows(alert)[0]
    # Room on the right for the words beside a mark at the edge.
    most = max(row["observed"], row["expected"], row["high"], 1.0)
    scale = alt.Scale(domain=[0, most * 1.15], nice=False)
    x = alt.X("low:Q", title="How many", scale=scale, axis=alt.Axis(tickMinStep=1))
    band = base.mark_bar(height=22, color=BAND).encode(x=x, x2="high:Q")
    expected = base.mark_tick(thickness=3, size=34, color=DARK).encode(x="expected:Q")
    observed = base.mark_point(size=170, shape="diamond", filled=True, color=ACCENT, opacity=1).encode(
        x="observed:Q"
    )
    words = {"text": alt.value(f"Observed {number(alert.observed)}")}
    above = base.mark_text(dy=-24, color=DARK, fontWeight=600).encode(x="observed:Q", **words)
    words = {"text": alt.value(f"Expected {number(alert.expected)}")}
    below = base.mark_text(dy=28, color=DARK).encode(x="expected:Q", **words)
    _draw(band + expected + observed + above + below, 130)


def timeline_rows(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Days on which items of each kind happened, and how many; items without a day are left out."""
    counts: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.get("at"):
            key = (str(row["at"])[:10], visible(str(row.get("feed") or "item")))
            counts[key] = counts.get(key, 0) + 1
    return [{"day": day, "feed": feed, "items": count} for (day, feed), count in sorted(counts.items())]


def timeline(days: Sequence[Mapping[str, Any]]) -> None:
    """When things happened, a line for each kind of record; the alert's own items filled, what is around them hollow."""
    rows = [{"kind": "of this alert", **row, "feed": visible(str(row["feed"]))} for row in days]
    feeds = sorted({row["feed"] for row in rows})
    own = alt.datum.kind == "of this alert"
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("day:T", title=None, axis=alt.Axis(format="%d %b %Y", labelAngle=0, labelOverlap="greedy")),
        y=alt.Y("feed:N", title=None, sort=feeds, axis=alt.Axis(labelLimit=_NAME_LIMIT)),
        size=alt.Size("items:Q", legend=None, scale=alt.Scale(range=[60, 500], domainMin=1)),
        tooltip=[
            alt.Tooltip("day:T", title="Day", format="%Y-%m-%d"),
            alt.Tooltip("feed:N", title="Record"),
            alt.Tooltip("items:Q", title="How many"),
            alt.Tooltip("kind:N", title="It is"),
        ],
    )
    around = base.transform_filter(~own).mark_point(color=WORDS, filled=False, opacity=0.8, strokeWidth=1.2)
    items = base.transform_filter(own).mark_circle(color=ACCENT, opacity=0.75, stroke=DARK, strokeWidth=0.5)
    kinds = {row["kind"] == "of this alert" for row in rows}
    if False in kinds:
        st.caption("Filled: items of this alert. Hollow: what else happened.")
    # A layer without a mark would be a picture without a name to a screen reader.
    layers = [layer for mine, layer in ((False, around), (True, items)) if mine in kinds]
    _draw(alt.layer(*layers), 45 * max(len(feeds), 1) + 60)


def trend(points: Sequence[tuple[str, float]]) -> None:
    """A score over the scans, oldest first."""
    rows = [{"day": day, "score": score} for day, score in points]
    x = alt.X("day:O", title="Data as of", axis=alt.Axis(labelAngle=0, labelOverlap="greedy"))
    y = alt.Y("score:Q", title="Score", scale=alt.Scale(domain=[0, 1]))
    base = alt.Chart(alt.InlineData(values=rows)).encode(x=x, y=y)
    _draw(base.mark_line(color=ACCENT) + base.mark_point(color=ACCENT, filled=True, size=60, opacity=1), 170)


def months(rows: Sequence[tuple[str, int, int]]) -> None:
    """Alerts raised and decided by month."""
    long = [{"month": month, "kind": kind, "alerts": count}
            for month, raised, decided in rows for kind, count in (("raised", raised), ("decided", decided))]  # fmt: skip
    chart = (
        alt.Chart(alt.InlineData(values=long))
        .mark_bar()
        .encode(
            x=alt.X("month:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap="greedy")),
            xOffset=alt.XOffset("kind:N", sort=["raised", "decided"]),
            y=alt.Y("alerts:Q", title="Alerts", axis=alt.Axis(tickMinStep=1)),
            color=alt.Color(
                "kind:N", title=None, sort=["raised", "decided"], legend=alt.Legend(orient="top"),
                scale=alt.Scale(domain=["raised", "decided"], range=[BAND, ACCENT]),
            ),
        )
    )  # fmt: skip
    _draw(chart, 210)


def ages(counts: Mapping[str, int]) -> None:
    """Open alerts by age, in the order given."""
    rows = [{"age": age, "open": count} for age, count in counts.items()]
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=alt.Y("age:N", sort=list(counts), title=None))
    x = alt.X("open:Q", title="Open alerts", axis=alt.Axis(tickMinStep=1), scale=_room(counts.values()))
    labels = base.mark_text(align="left", dx=5, color=DARK).encode(x="open:Q", text="open:Q")
    _draw(base.mark_bar(color=ACCENT, height=16).encode(x=x) + labels, 210)


def _room(counts: Iterable[int]) -> alt.Scale:
    return alt.Scale(domain=[0, max([*counts, 1]) * 1.15], nice=False)


def heat(rows: Sequence[tuple[str, Mapping[Severity, int]]], order: Sequence[Severity]) -> None:
    """A grid of branches and severities; the number stands in each field, its depth repeats it."""
    names = [visible(branch) for branch, _ in rows]
    words = [severity.value.capitalize() for severity in order]
    values: list[dict[str, Any]] = [
        {"branch": visible(branch), "severity": severity.value.capitalize(), "open": counts.get(severity, 0)}
        for branch, counts in rows for severity in order
    ]  # fmt: skip
    most = max([value["open"] for value in values], default=1) or 1
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=alt.X("severity:N", sort=words, title=None, axis=alt.Axis(labelAngle=0, orient="top")),
        y=alt.Y(
            "branch:N", sort=names, title=None, axis=alt.Axis(labelLimit=_NAME_LIMIT, labelOverlap=False)
        ),
    )
    scale = alt.Scale(domain=[0, most], range=["#f8fafc", ACCENT])
    fields = base.mark_rect(stroke="#d1d5db").encode(color=alt.Color("open:Q", scale=scale, legend=None))
    deep = alt.datum.open > most * 0.45
    on_light = base.transform_filter(~deep).mark_text(color=DARK).encode(text="open:Q")
    on_dark = base.transform_filter(deep).mark_text(color="#ffffff").encode(text="open:Q")
    _draw(fields + on_light + on_dark, 24 * len(names) + 40)


def _draw(chart: Any, height: int) -> None:
    quiet = (
        chart.properties(height=height, width="container")
        .configure_axis(labelColor=WORDS, titleColor=WORDS)
        .configure_legend(labelColor=WORDS, titleColor=WORDS)
    )
    st.altair_chart(quiet, width="stretch")
