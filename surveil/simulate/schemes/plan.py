"""Who misbehaves, in which way, how strongly and when: drawn before anything is sold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surveil.simulate.days import Calendar
from surveil.simulate.figures import Preset
from surveil.simulate.people import ADVISOR, BANKER, MANAGER, PHONE, TELLER, Reps
from surveil.simulate.products import CODE
from surveil.simulate.table import Array, Streams

MILD, SEVERE, GREY = "mild", "severe", "grey"


@dataclass(frozen=True)
class Kind:
    """A typology: `weight` among the bad representatives, the roles that can do it, fewest months it takes.

    `share` is the size of it, mild and severe: of volume for unauthorized openings, of occasions for the others.
    """

    name: str
    weight: float
    roles: tuple[int, ...]
    share: tuple[tuple[float, float], tuple[float, float]]
    months: int = 2


@dataclass(frozen=True)
class Scheme:
    """One representative doing one thing. `start` and `end` are positions of days in the window, both included."""

    rep: int
    kind: str
    strength: str
    start: int
    end: int
    share: float
    style: float
    """Between 0 and 1: by what means, where there are several."""
    allies: tuple[int, ...] = ()
    """The members of a ring, in its order."""

    @property
    def severe(self) -> bool:
        return self.strength == SEVERE


SELLERS = (BANKER, TELLER, PHONE)
_FORGING = ((0.03, 0.09), (0.10, 0.25))

KINDS: tuple[Kind, ...] = (
    Kind("forger", 6, SELLERS, _FORGING),
    Kind("token_funder", 4, (BANKER, TELLER), _FORGING),
    Kind("gamer", 5, (BANKER,), ((0.60, 0.60), (0.85, 0.85)), 3),
    Kind("referral_miller", 3, (BANKER, TELLER), ((0.45, 0.45), (0.80, 0.80)), 3),
    Kind("unlicensed_seller", 2, (BANKER,), ((0.5, 1.0), (1.2, 2.2))),
    Kind("lapsed_seller", 1, (BANKER, ADVISOR), ((0.3, 0.6), (0.8, 1.5)), 3),
    Kind("referral_ring", 3, (BANKER,), ((0.18, 0.18), (0.40, 0.40)), 3),
    Kind("reseller_after_refusal", 3, (BANKER, PHONE), ((0.10, 0.10), (0.22, 0.22)), 3),
    Kind("contact_tamperer", 1, (BANKER, TELLER), _FORGING),
    Kind("feature_enroller", 1, (BANKER, TELLER), ((0.06, 0.12), (0.15, 0.30))),
    Kind("refused_then_opened", 1, (BANKER, PHONE), ((0.05, 0.08), (0.10, 0.20))),
    Kind("credit_puller", 1, (BANKER,), ((0.03, 0.06), (0.08, 0.15))),
    Kind("duplicator", 1, (BANKER,), ((0.04, 0.08), (0.10, 0.18))),
    Kind("churner", 1, (BANKER,), ((0.04, 0.08), (0.10, 0.20)), 4),
    Kind("self_and_family", 1, (BANKER,), ((0.02, 0.04), (0.05, 0.09))),
    Kind("improbable_customers", 1, (BANKER,), ((0.03, 0.05), (0.08, 0.14))),
    Kind("mass_opener", 1, (BANKER, PHONE), ((0.05, 0.09), (0.12, 0.22))),
    Kind("sandbagger", 1, (BANKER,), ((0.40, 0.50), (0.65, 0.80)), 3),
    Kind("bundler", 1, (BANKER,), ((0.10, 0.16), (0.25, 0.40))),
    Kind("quick_closer", 1, (BANKER,), ((0.05, 0.09), (0.12, 0.22)), 3),
    Kind("dormant_activator", 1, (BANKER, TELLER), ((0.10, 0.20), (0.30, 0.60)), 3),
    Kind("untrained_seller", 1, (TELLER,), ((0.5, 1.0), (1.2, 2.2))),
    Kind("outside_experience", 1, (ADVISOR,), ((0.15, 0.25), (0.35, 0.55)), 3),
    Kind("profile_mismatch", 1, (ADVISOR,), ((0.12, 0.20), (0.30, 0.50))),
    Kind("over_concentrator", 1, (ADVISOR,), ((0.10, 0.16), (0.25, 0.40))),
    Kind("credit_pusher", 1, (BANKER,), ((0.06, 0.12), (0.18, 0.30))),
    Kind("early_replacer", 1, (ADVISOR,), ((0.5, 1.0), (1.5, 3.0)), 6),
    Kind("fee_breaker", 1, (TELLER, BANKER), ((0.15, 0.25), (0.40, 0.70))),
    Kind("pesterer", 1, (BANKER, PHONE), ((1.0, 2.0), (3.0, 5.0))),
    Kind("branch_pressure", 1, (MANAGER,), ((0.03, 0.04), (0.05, 0.08)), 4),
)
KIND = {kind.name: kind for kind in KINDS}
RING = "referral_ring"
RING_SIZES = (3, 5)
RING_FROM = 8
"""Bad representatives in a firm from which on a ring is planted."""
SPAN_TRIES = 20
LEAST_PRESENT = 0.6


def plan_schemes(streams: Streams, calendar: Calendar, reps: Reps, preset: Preset) -> list[Scheme]:
    """Draw the schemes of a firm. Which representatives they fall on depends on nothing but role and presence."""
    rng = streams("schemes")
    sellers = np.flatnonzero(reps.role != MANAGER)
    days_at_work = reps.present.sum(axis=1)
    volume = reps.base * reps.fte * days_at_work / 30
    able = (days_at_work >= min(60, calendar.days * 0.6)) & (volume >= 12) & ~reps.star
    wanted = _kinds(rng, max(1, round(preset.bad_share * len(sellers))), calendar.months)
    severe = rng.permutation(np.arange(len(wanted)) < int(preset.severe_share * len(wanted))).tolist()
    free = able.copy()
    schemes: list[Scheme] = []
    for kind, strong in zip(wanted, severe, strict=True):
        schemes += _cast(rng, kind, SEVERE if strong else MILD, calendar, reps, preset, free)
    schemes += _second_typologies(rng, schemes, reps)
    return schemes + _grey(rng, calendar, reps, preset, free)


def _kinds(rng: np.random.Generator, bad: int, months: int) -> list[Kind]:
    """Typologies for so many bad representatives, by weight; a ring stands for its members."""
    possible = [kind for kind in KINDS if kind.months <= months]
    weights = np.array([kind.weight for kind in possible])
    exact = weights / weights.sum() * bad
    numbers = np.floor(exact).astype(int)
    tie = rng.random(len(possible))
    for i in np.lexsort((tie, numbers - exact))[: bad - numbers.sum()]:
        numbers[i] += 1
    rings = [kind.name == RING for kind in possible]
    numbers = np.where(
        rings, np.where(bad >= RING_FROM, np.ceil(numbers / RING_SIZES[1]), 0), numbers
    ).astype(int)
    return [kind for kind, number in zip(possible, numbers, strict=True) for _ in range(number)]


def _cast(
    rng: np.random.Generator,
    kind: Kind,
    strength: str,
    calendar: Calendar,
    reps: Reps,
    preset: Preset,
    free: Array,
) -> list[Scheme]:
    """Find somebody for a typology, three to five for a ring; nobody where no suitable representative is left."""
    chosen = np.flatnonzero(_suited(kind, reps) & (free | (kind.name == "branch_pressure")))
    members = int(rng.integers(RING_SIZES[0], RING_SIZES[1] + 1)) if kind.name == RING else 1
    if len(chosen) < members:
        return []
    who = rng.choice(chosen, members, replace=False)
    free[who] = False
    low, high = kind.share[strength == SEVERE]
    start, end = _span(rng, kind, calendar, reps, preset, who)
    allies = tuple(who.tolist()) if kind.name == RING else ()
    return [
        Scheme(
            rep, kind.name, strength, start, end, float(rng.uniform(low, high)), float(rng.random()), allies
        )
        for rep in who.tolist()
    ]


def _span(
    rng: np.random.Generator, kind: Kind, calendar: Calendar, reps: Reps, preset: Preset, who: Array
) -> tuple[int, int]:
    """Some months in which all of them are mostly at work; whole months as a rule."""
    months = int(rng.integers(preset.months[0], preset.months[1] + 1))
    months = min(calendar.months, max(months, kind.months))
    here = reps.present[who].min(axis=0)
    for _ in range(SPAN_TRIES):
        first = int(rng.integers(0, calendar.months - months + 1))
        start, end = int(calendar.month_start[first]), int(calendar.month_start[first + months]) - 1
        if here[start : end + 1].mean() > LEAST_PRESENT:
            return start, end
    working = np.flatnonzero(here) if here.any() else np.arange(calendar.days)
    return int(working[len(working) // 4]), int(working[-1])


def _suited(kind: Kind, reps: Reps) -> Array:
    suited = np.isin(reps.role, kind.roles)
    if kind.name == "lapsed_seller":
        suited &= reps.may_sell[:, CODE["FUND"]] & (reps.licensed_from < reps.hired)
    if kind.name == "unlicensed_seller":
        suited &= ~reps.may_sell[:, CODE["FUND"]]
    if kind.name == "fee_breaker":
        suited &= ~reps.may_sell[:, CODE["FUND"]]
    return suited


def _second_typologies(rng: np.random.Generator, schemes: list[Scheme], reps: Reps) -> list[Scheme]:
    """Some do a second thing in the same months."""
    companions = {
        "forger": ("contact_tamperer", "feature_enroller", "duplicator"),
        "token_funder": ("dormant_activator", "forger"),
        "gamer": ("sandbagger", "bundler"),
        "credit_puller": ("forger",),
        "profile_mismatch": ("over_concentrator",),
        "referral_miller": ("pesterer",),
    }
    second = []
    for scheme in schemes:
        options = [
            name for name in companions.get(scheme.kind, ()) if reps.role[scheme.rep] in KIND[name].roles
        ]
        if options and rng.random() < 0.35:
            name = options[int(rng.integers(len(options)))]
            low, high = KIND[name].share[0]
            second.append(
                Scheme(
                    scheme.rep,
                    name,
                    MILD,
                    scheme.start,
                    scheme.end,
                    float(rng.uniform(low, high)),
                    float(rng.random()),
                )
            )
    return second


def _grey(
    rng: np.random.Generator, calendar: Calendar, reps: Reps, preset: Preset, free: Array
) -> list[Scheme]:
    candidates = np.flatnonzero(free & np.isin(reps.role, SELLERS))
    wanted = min(len(candidates), round(preset.grey_share * int((reps.role != MANAGER).sum())))
    chosen: list[int] = rng.choice(candidates, wanted, replace=False).tolist() if wanted else []
    last = calendar.days - 1
    return [
        Scheme(rep, "diffuse", GREY, 0, last, float(rng.uniform(0.01, 0.02)), float(rng.random()))
        for rep in chosen
    ]
