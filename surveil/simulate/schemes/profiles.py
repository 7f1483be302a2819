"""What openings without authority look like, typology by typology, next to honest ones."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from surveil.simulate.table import Array


@dataclass(frozen=True)
class Profile:
    """Chances, per account, of each trace. Those of an honest account come from `figures.OPENING` instead."""

    consent_missing: float = 0.35
    consent_forged: float = 0.15
    contact_missing: float = 0.45
    unused: float = 0.78
    shared_contact: float = 0.20
    employee_contact: float = 0.06
    placeholder: float = 0.03
    quick_close: float = 0.20
    round_trip: float = 0.0
    token: float = 0.05
    tampered: float = 0.06
    existing: float = 0.78
    odd_hours: float = 0.03
    features: float = 1.2


PROFILES: dict[str, Profile] = {
    "forger": Profile(shared_contact=0.28, employee_contact=0.08, quick_close=0.28),
    "forger_severe": Profile(0.50, 0.20, 0.60, shared_contact=0.28, employee_contact=0.08, quick_close=0.28),
    "token_funder": Profile(
        0.30, 0.12, 0.40, 0.85, 0.12, 0.03, round_trip=0.65, token=0.15, quick_close=0.12, existing=0.92
    ),
    "gamer": Profile(0.22, 0.10, 0.35, 0.70, 0.08, 0.02, quick_close=0.30, tampered=0.03),
    "contact_tamperer": Profile(0.25, 0.15, 0.40, 0.80, 0.12, 0.05, tampered=0.75),
    "mass_opener": Profile(0.35, 0.15, 0.60, 0.80, 0.25, 0.02, existing=0.85),
    "duplicator": Profile(0.25, 0.10, 0.30, 0.75, 0.05, 0.02, existing=1.0),
    "improbable_customers": Profile(0.30, 0.25, 0.55, 0.90, 0.25, 0.10, 0.12, existing=0.0),
    "self_and_family": Profile(0.10, 0.05, 0.55, 0.65, 0.10, 0.20, existing=1.0, quick_close=0.25),
    "quick_closer": Profile(0.15, 0.05, 0.20, 0.65, 0.04, 0.01, quick_close=0.75),
    "bundler": Profile(0.12, 0.05, 0.08, 0.70, 0.03, 0.01, existing=1.0),
    "feature_enroller": Profile(0.45, 0.10, 0.30, 0.88, 0.10, 0.03, 0.10, existing=1.0),
    "refused_then_opened": Profile(0.30, 0.15, 0.30, 0.72, 0.05, 0.02, existing=1.0),
    "credit_puller": Profile(0.45, 0.10, 0.50, 0.85, 0.08, 0.02, existing=0.9),
    "churner": Profile(0.20, 0.05, 0.40, 0.70, 0.04, 0.01, quick_close=0.7, existing=1.0),
    "branch_pressure": Profile(0.25, 0.08, 0.35, 0.70, 0.10, 0.02, quick_close=0.25),
    "diffuse": Profile(),
}
PROFILE = {name: position for position, name in enumerate(PROFILES)}
_MATRIX = {
    field.name: np.array([getattr(profile, field.name) for profile in PROFILES.values()])
    for field in fields(Profile)
}


def chance(trace: str, profile: Array) -> Array:
    """The chance of a trace for accounts of given profiles."""
    return _MATRIX[trace][profile]


def profile_of(kind: str, severe: bool) -> int:
    """The profile of a typology; the position in `PROFILES`."""
    return PROFILE.get(f"{kind}_severe" if severe else kind, PROFILE.get(kind, PROFILE["diffuse"]))
