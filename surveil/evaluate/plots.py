"""The scoreboard as drawings (SVG), the same bytes for the same scores."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveil.errors import UsageError
from surveil.evaluate.scoreboard import Scoreboard

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, GREY, ORANGE = "#1f5a96", "#8a8a8a", "#c8641e"


def draw(board: Scoreboard, folder: Path) -> list[Path]:
    """Write the drawings for which there is something to draw.

    Raises:
        UsageError: matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise UsageError("Drawing needs matplotlib. Install it with: pip install 'surveil[plots]'") from error
    folder.mkdir(parents=True, exist_ok=True)
    # Ids inside an SVG are random unless told otherwise. Text stays text, so that the reader's fonts show
    # a name in any script; that the bundled font lacks some is then no matter.
    settings = {"svg.hashsalt": "surveil", "svg.fonttype": "none", "font.family": "DejaVu Sans"}
    with mpl.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        drawings = [
            _rep_curve(board, folder / "reps-precision-recall.svg"),
            _account_curve(board, folder / "accounts-recall.svg"),
            _typologies(board, folder / "typologies.svg"),
            _confounders(board, folder / "false-alarms.svg"),
        ]
    return [path for path in drawings if path is not None]


def _axes(title: str, x: str, y: str, height: float = 4.0) -> tuple[Any, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, height), layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, loc="left")
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    return figure, axes


def _save(figure: Any, path: Path) -> Path:
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    return path


def _rep_curve(board: Scoreboard, path: Path) -> Path | None:
    if not board.curves.reps:
        return None
    figure, axes = _axes(
        "Representatives, best first", "share of wrongdoers found", "share of wrongdoers so far"
    )
    recall, precision = zip(*board.curves.reps, strict=True)
    axes.plot(recall, precision, color=BLUE, drawstyle="steps-post", label="ranking")
    if board.reps.by_chance is not None:
        axes.axhline(board.reps.by_chance, color=GREY, linestyle="--", label="by chance")
    flagged = board.reps.flagged
    if flagged.recall is not None:
        axes.plot([flagged.recall], [1 - flagged.false_discovery_rate], "o", color=ORANGE, label="flagged")
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02))
    axes.legend()
    return _save(figure, path)


def _account_curve(board: Scoreboard, path: Path) -> Path | None:
    if not board.curves.accounts:
        return None
    figure, axes = _axes(
        "Accounts, best first", "share of accounts reviewed (%)", "share of unauthorized ones found"
    )
    budgets = [100 * budget for budget, _ in board.curves.accounts]
    axes.plot(budgets, [recall for _, recall in board.curves.accounts], color=BLUE, label="ranking")
    axes.plot(budgets, [budget / 100 for budget in budgets], color=GREY, linestyle="--", label="by chance")
    axes.set(xlim=(0, budgets[-1]), ylim=(0, 1.02))
    axes.legend()
    return _save(figure, path)


def _typologies(board: Scoreboard, path: Path) -> Path | None:
    shown = {name: scores for name, scores in board.typologies.items() if scores.reps}
    values = [scores.reps_flagged / scores.reps for scores in shown.values()]
    labels = [f"{name} ({scores.reps_flagged} of {scores.reps})" for name, scores in shown.items()]
    return _bars("Wrongdoers flagged, by typology", "share flagged", labels, values, BLUE, path)


def _confounders(board: Scoreboard, path: Path) -> Path | None:
    shown = {name: group for name, group in board.confounders.items() if group.share is not None}
    labels = [f"{name} ({group.flagged} of {group.honest})" for name, group in shown.items()]
    values = [group.share or 0.0 for group in shown.values()]
    return _bars("False alarms among honest representatives", "share flagged", labels, values, ORANGE, path)


def _bars(
    title: str, x: str, labels: Sequence[str], values: Sequence[float], colour: str, path: Path
) -> Path | None:
    if not labels:
        return None
    figure, axes = _axes(title, x, "", height=1.4 + 0.3 * len(labels))
    # Names come from the key: a dollar sign in one must not start a formula.
    axes.barh([label.replace("$", r"\$") for label in labels], values, color=colour)
    axes.invert_yaxis()
    axes.set_xlim(0, max(0.05, *values) * 1.05)
    return _save(figure, path)
