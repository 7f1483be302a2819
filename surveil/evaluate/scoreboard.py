"""The scoreboard itself: every number of one scored scan, as typed values, as JSON and as a table."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Flagging:
    """What a yes-or-no rule over representatives got right; grey reps are left out of every number.

    `false_discovery_rate` is the share of honest reps among those flagged, 0 where nobody is flagged. Recalls
    are None where there is nobody to find; a bad rep missing in the ranking is a miss.
    """

    bad: int
    honest: int
    false_discovery_rate: float
    recall: float | None
    recall_severe: float | None
    recall_mild: float | None


@dataclass(frozen=True)
class RepScores:
    """How well representatives are ranked (grey ones left out).

    `honest_p_below` tells whether p-values are right: the share of honest reps with one below each limit,
    which should not be above the limit.
    """

    ranked: int
    bad: int
    severe: int
    mild: int
    grey: int
    not_ranked: tuple[str, ...]
    average_precision: float | None
    by_chance: float | None
    precision_at_10: float | None
    precision_at_20: float | None
    flagged: Flagging
    by_q_value: Flagging
    honest_p_values: int
    honest_p_below: dict[str, float | None]
    at_top_score: int
    tied: int


@dataclass(frozen=True)
class TypologyScores:
    """One typology of the key: its reps (counted ones), and the accounts and items planted for it.

    Average precision is against honest reps only. `better_than_chance` is false where neither reps are
    flagged nor accounts and items found more often than honest ones: nobody looks for it yet.
    """

    reps: int
    severe: int
    mild: int
    reps_flagged: int
    average_precision: float | None
    recall_severe: float | None
    recall_mild: float | None
    accounts: int
    accounts_found: int
    items: int
    items_found: int
    better_than_chance: bool


@dataclass(frozen=True)
class AccountScores:
    """How well accounts without authority are ranked; budgets are shares of all ranked accounts."""

    ranked: int
    unauthorized: int
    not_ranked: int
    average_precision: float | None
    by_chance: float | None
    recall_at: dict[str, float | None]
    precision_at: dict[str, float | None]
    at_top_score: int


@dataclass(frozen=True)
class ItemRecall:
    """Items planted in a feed for a typology, how many are named by any finding, and by which detectors."""

    planted: int
    found: int
    recall: float
    found_by: dict[str, int]


@dataclass(frozen=True)
class DetectorPrecision:
    """Items a detector names in a feed, and how many of them are in the key.

    An item that is in the key for another reason counts as right; items of grey reps that are not in the key
    count neither way. What is not in the key is not always wrong: honest people lose papers too.
    """

    items: int
    in_key: int
    grey: int
    precision: float | None


@dataclass(frozen=True)
class AlertScores:
    """Alerts by whom they concern: wrongdoers, grey reps, honest ones, and nobody in particular."""

    alerts: int
    on_bad: int
    on_grey: int
    on_honest: int
    on_no_rep: int
    on_honest_by_severity: dict[str, int]
    honest_reps_alerted: int
    honest_reps: int
    at_top_score: int


@dataclass(frozen=True)
class GroupAlarms:
    """False alarms in a group of honest reps; `interval` is the exact 95 % one."""

    honest: int
    flagged: int
    share: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True)
class Curves:
    """Points to draw: (recall, precision) of reps, (share of accounts reviewed, recall) of accounts."""

    reps: tuple[tuple[float, float], ...]
    accounts: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Scoreboard:
    """All scores of one scan. `confounders` is empty where no feeds were given to find the groups in."""

    q: float
    reps: RepScores
    accounts: AccountScores
    typologies: dict[str, TypologyScores]
    items: dict[str, ItemRecall]
    detectors: dict[str, DetectorPrecision]
    alerts: AlertScores
    confounders: dict[str, GroupAlarms]
    curves: Curves

    @property
    def nobody_looks_for(self) -> list[str]:
        """Typologies of the key that are found no better than by chance."""
        return [name for name, scores in self.typologies.items() if not scores.better_than_chance]

    def as_dict(self) -> dict[str, Any]:
        """Everything but the curves, ready for JSON (None where a number does not exist)."""
        values = asdict(self)
        del values["curves"]
        values["reps"]["not_ranked"] = list(self.reps.not_ranked)
        return {**values, "nobody_looks_for": self.nobody_looks_for}

    def render(self) -> str:
        """The table a person reads."""
        from surveil.evaluate.render import render

        return render(self)

    def plots(self, folder: Path) -> list[Path]:
        """Draw the scores into a folder as SVG; the same scores give the same bytes.

        Raises:
            UsageError: matplotlib is not installed.
        """
        from surveil.evaluate.plots import draw

        return draw(self, folder)
