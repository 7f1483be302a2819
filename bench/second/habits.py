"""What makes one made-up firm unlike the next: its size, its feeds, how its people work and how its culprits cheat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SCHEMES = ("ghosts", "tokens", "own contact data", "stuffed features", "month-end rush")


@dataclass(frozen=True)
class Habits:
    """One firm's ways, drawn by its seed. Rates are per opening unless said; `spread_*` are standard deviations on the
    logit scale between branches and between representatives.
    """

    branches: int
    reps: int
    days: int
    sittings_a_day: float
    papers_missing: float
    visits_logged: float
    spread_papers: float
    spread_use: float
    used: float
    season: float
    rush: float
    has_contacts: bool
    has_consents: bool
    has_goals: bool
    has_assignments: bool
    culprits: int


def drawn(rng: np.random.Generator, *, honest: bool) -> Habits:
    """The ways of one firm."""
    reps = int(rng.integers(70, 160))
    return Habits(
        branches=max(5, reps // int(rng.integers(6, 12))),
        reps=reps,
        days=int(rng.integers(270, 540)),
        sittings_a_day=float(rng.uniform(0.5, 1.6)),
        papers_missing=float(rng.uniform(0.005, 0.06)),
        visits_logged=float(rng.uniform(0.5, 0.95)),
        spread_papers=float(rng.uniform(0.3, 0.9)),
        spread_use=float(rng.uniform(0.2, 0.6)),
        used=float(rng.uniform(0.65, 0.9)),
        season=float(rng.uniform(1.0, 1.7)),
        rush=float(rng.uniform(1.0, 1.6)),
        has_contacts=bool(rng.random() < 0.7),
        has_consents=bool(rng.random() < 0.8),
        has_goals=bool(rng.random() < 0.7),
        has_assignments=bool(rng.random() < 0.7),
        culprits=0 if honest else int(rng.integers(4, 5 + reps // 8)),
    )


@dataclass(frozen=True)
class Culprit:
    """Who opens accounts nobody asked for, how, between which days, and how many for each honest sitting."""

    scheme: str
    share: float
    first: int
    last: int

    @property
    def strength(self) -> str:
        """As an answer key says it."""
        return "severe" if self.share > 0.12 else "mild"


def culprits(rng: np.random.Generator, habits: Habits) -> dict[int, Culprit]:
    """The culprits by number of the representative."""
    chosen = rng.choice(habits.reps, habits.culprits, replace=False)
    made = {}
    for rep in chosen.tolist():
        first = int(rng.integers(0, habits.days // 2))
        length = int(rng.integers(60, habits.days // 2 + 61))
        made[rep] = Culprit(str(rng.choice(SCHEMES)), float(rng.uniform(0.05, 0.35)), first, first + length)
    return made
