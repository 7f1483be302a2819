"""The scoreboard and its mean over seeds as text tables."""

from __future__ import annotations

from collections.abc import Sequence

from surveil.evaluate.scoreboard import Flagging, Scoreboard


def render(board: Scoreboard) -> str:
    """All scores of one scan, section by section."""
    sections = [
        _reps(board),
        _accounts(board),
        _typologies(board),
        _items(board),
        _detectors(board),
        _alerts(board),
        _confounders(board),
        _unseen(board),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A titled table, first column to the left and the others to the right; no rows, no table."""
    if not rows:
        return ""
    cells = [[number(value) for value in row] for row in rows]
    if any(header):
        cells.insert(0, list(header))
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    lines = [
        "  ".join(
            text.ljust(w) if i == 0 else text.rjust(w)
            for i, (text, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    ]
    return "\n".join([title, *(f"  {line}".rstrip() for line in lines)])


def number(value: object) -> str:
    """A value as a person reads it: shares to three digits, `n/a` for what does not exist."""
    if value is None:
        return "n/a"
    return (
        f"{value:.3f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
    )


def _reps(board: Scoreboard) -> str:
    reps = board.reps
    title = (
        f"Representatives: {reps.ranked:,} ranked; to be found {reps.bad} "
        f"({reps.severe} severe, {reps.mild} mild); {reps.grey} grey left out"
    )
    if reps.not_ranked:
        title += f"; missing in the ranking and counted as missed: {', '.join(reps.not_ranked[:10])}"
    rows: list[tuple[str, object, object]] = [
        ("average precision (in brackets: by chance)", reps.average_precision, f"({number(reps.by_chance)})"),
        ("precision among the first 10", reps.precision_at_10, ""),
        ("precision among the first 20", reps.precision_at_20, ""),
        *_flagging("flagged", reps.flagged),
        *_flagging(f"q-value at most {board.q:g}", reps.by_q_value),
        *((f"honest reps with p < {limit}", value, "") for limit, value in reps.honest_p_below.items()),
        ("reps that share the highest score (1 is right)", reps.at_top_score, ""),
    ]
    return table(title, ("", "", ""), rows)


def _flagging(name: str, flagging: Flagging) -> list[tuple[str, object, object]]:
    return [
        (f"{name}: recall (severe, mild)", flagging.recall, _pair(flagging)),
        (f"{name}: false discoveries", flagging.false_discovery_rate, _of(flagging)),
    ]


def _pair(flagging: Flagging) -> str:
    return f"({number(flagging.recall_severe)}, {number(flagging.recall_mild)})"


def _of(flagging: Flagging) -> str:
    return f"({flagging.honest} of {flagging.honest + flagging.bad})"


def _accounts(board: Scoreboard) -> str:
    accounts = board.accounts
    if not accounts.ranked:
        return f"Accounts: no ranking of accounts to score; without authority {accounts.unauthorized:,}"
    title = f"Accounts: {accounts.ranked:,} ranked; without authority {accounts.unauthorized:,}"
    if accounts.not_ranked:
        title += f", {accounts.not_ranked:,} of them missing in the ranking and counted as missed"
    rows: list[tuple[str, object, object]] = [
        (
            "average precision (in brackets: by chance)",
            accounts.average_precision,
            f"({number(accounts.by_chance)})",
        ),
        *(
            (f"reviewing {budget}: recall (precision)", recall, f"({number(accounts.precision_at[budget])})")
            for budget, recall in accounts.recall_at.items()
        ),
        ("accounts that share the highest score (1 is right)", accounts.at_top_score, ""),
    ]
    return table(title, ("", "", ""), rows)


def _typologies(board: Scoreboard) -> str:
    header = ("", "reps", "flagged", "AP", "severe", "mild", "accounts", "found", "items", "found")
    rows = [
        (
            *(name, t.reps, t.reps_flagged, t.average_precision, t.recall_severe, t.recall_mild),
            *(t.accounts, t.accounts_found, t.items, t.items_found),
        )
        for name, t in board.typologies.items()
    ]
    return table("By typology (severe, mild: recall of flagged reps)", header, rows)


def _items(board: Scoreboard) -> str:
    rows = [
        (name, item.planted, item.found, item.recall, ", ".join(f"{d} {n}" for d, n in item.found_by.items()))
        for name, item in board.items.items()
    ]
    return table("Planted accounts and items", ("", "planted", "found", "recall", "by"), rows)


def _detectors(board: Scoreboard) -> str:
    rows = [(name, d.items, d.in_key, d.grey, d.precision) for name, d in board.detectors.items()]
    return table("Items named by each detector", ("", "items", "in key", "grey", "precision"), rows)


def _alerts(board: Scoreboard) -> str:
    alerts = board.alerts
    severities = ", ".join(f"{n} {name}" for name, n in alerts.on_honest_by_severity.items())
    rows: list[tuple[str, object, object]] = [
        ("on representatives to be found", alerts.on_bad, ""),
        ("on grey representatives", alerts.on_grey, ""),
        ("on honest representatives", alerts.on_honest, f"({severities})" if severities else ""),
        ("on no representative", alerts.on_no_rep, ""),
        (
            "honest reps with an alert of medium or more",
            alerts.honest_reps_alerted,
            f"(of {alerts.honest_reps})",
        ),
        ("alerts that share the highest score", alerts.at_top_score, ""),
    ]
    return table(f"Alerts: {alerts.alerts:,}", ("", "", ""), rows)


def _confounders(board: Scoreboard) -> str:
    rows = [
        (
            name,
            g.honest,
            g.flagged,
            g.share,
            f"{g.interval[0]:.3f}–{g.interval[1]:.3f}" if g.interval else "n/a",
        )
        for name, g in board.confounders.items()
    ]
    return table("False alarms among honest representatives", ("", "reps", "flagged", "share", "95 %"), rows)


def _unseen(board: Scoreboard) -> str:
    unseen = board.nobody_looks_for
    return "Found no better than by chance (nobody looks for it yet): " + ", ".join(unseen) if unseen else ""
