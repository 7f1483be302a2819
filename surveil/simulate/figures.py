"""Every figure the simulated firm is built from, in one place, with where it comes from.

Shares are of one, durations in days unless the name says otherwise. Where no source is named, a figure is a judgement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class CalendarFigures:
    """Relative business of days. January: the "Jump into January" campaigns reported of Wells Fargo."""

    by_month: Mapping[int, float] = field(
        default_factory=lambda: MappingProxyType({1: 1.35, 9: 1.3, 8: 0.92, 12: 0.95})
    )
    saturday: float = 0.35
    payday: float = 1.15
    closing: float = 1.25
    closing_days: int = 3
    morning_share: float = 0.52


@dataclass(frozen=True)
class BranchFigures:
    """Kinds of branches and what is special to them."""

    reps_per_branch: float = 5.0
    kinds: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {"standard": 0.65, "student": 0.10, "payroll": 0.10, "retirement": 0.075, "new": 0.075}
        )
    )
    call_centre_share: float = 0.06
    new_volume: float = 1.6
    student_unused: float = 1.1
    """Added to the logit of never using an account (a savings account at a student branch: about .42)."""
    payroll_days_per_month: float = 1.3
    payroll_bulk: tuple[int, int] = (6, 16)
    payroll_contact_missing: float = 0.7
    facility_phone: float = 0.30
    month_shock_sd: float = 0.10
    consent_outages: float = 10 / 720
    """Per branch and month; the share of consents lost is `consent_outage`."""
    contact_outages: float = 8 / 720
    consent_outage: float = 0.35
    contact_outage: float = 0.5


@dataclass(frozen=True)
class RepFigures:
    """Representatives: how much they sell and what makes them differ without being dishonest."""

    sittings_per_month: float = 11.0
    """Of a full-time banker; a sitting opens 1.4 accounts, and features besides."""
    volume_sd: float = 0.30
    week_shock_shape: float = 9.0
    stars: float = 0.01
    star_volume: float = 3.3
    part_time: float = 0.10
    hired_in_window: float = 0.15
    left_in_window: float = 0.06
    ramp_days: int = 90
    on_leave: float = 0.10
    leave_days: tuple[int, int] = (20, 60)
    absence_not_taken: float = 0.02
    """Absences on record that were called off, so that the representative worked."""
    transferred: float = 0.06
    quality_sd: float = 0.25
    """Spread, on the logit scale, of how many of a representative's accounts come to life."""
    paperwork_sd: float = 0.35
    specialty_sd: float = 0.7
    funds_licence: float = 0.30
    mortgage_licence: float = 0.22
    property_licence: float = 0.08
    late_record: float = 0.06
    role_volume: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {"banker": 1.0, "advisor": 0.55, "teller": 0.35, "call_centre": 1.1, "manager": 0.12}
        )
    )
    roles: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType({"banker": 0.76, "advisor": 0.15, "teller": 0.09})
    )


@dataclass(frozen=True)
class OpeningFigures:
    """Accounts and the paper about them, in honest business."""

    new_customer: float = 0.45
    earlier_customers: float = 0.22
    """Customers from before the window, per sitting of the window."""
    sizes: tuple[float, ...] = (0.70, 0.21, 0.07, 0.02)
    by_phone: float = 0.09
    self_service: float = 0.08
    joint: float = 0.11
    household: float = 0.28
    duplicate_customer: float = 0.012
    consent_missing: float = 0.03
    contact_missing: float = 0.08
    consent_late: float = 0.015
    shared_phone: float = 0.06
    employee_contact: float = 0.0015
    mistyped_contact: float = 0.006
    plus_address: float = 0.03
    round_trip: float = 0.012
    saves: float = 0.06
    """Deposit accounts into which their owner moves money from another one, and leaves it there."""
    quick_close: float = 0.03
    later_close: float = 0.05
    backdated: float = 0.008
    feature_share: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {"DEBIT": 0.34, "ONLINE": 0.20, "BILLPAY": 0.07, "OVERDRAFT": 0.06}
        )
    )
    other_opener_credit: float = 0.02
    odd_hours: float = 0.0005
    entered_by_staff: float = 0.04
    """Of deposits and withdrawals at a desk: booked as started by staff."""
    staff_device: float = 0.004
    """Of electronic consents: signed on the representative's own device, with the customer beside him."""


@dataclass(frozen=True)
class LateFigures:
    """What comes after: complaints, refusals, referrals, goals."""

    complaint_rate: float = 0.004
    complaint_rate_bad: float = 0.05
    refusal_share: float = 0.45
    offers_per_sitting: float = 1.0
    resale_after_refusal: float = 0.04
    cooling_days: int = 14
    referrals_per_month: float = 2.2
    referral_sd: float = 0.7
    preferred_colleague: float = 0.30
    conversion: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {"FUND": 0.25, "MORTGAGE": 0.22, "LIFE": 0.24, "ADVISORY": 0.27, "BUSINESS": 0.24, "CARD": 0.26}
        )
    )
    goal_stretch: float = 1.02
    last_mile_effort: float = 0.30
    nominal_fee: int = 2500
    """Cents. Regulation R's nominal fee; 25 dollars is the usual cap."""


@dataclass(frozen=True)
class Preset:
    """How much is wrong in a firm."""

    bad_share: float
    severe_share: float = 0.45
    """Of the bad representatives: at least half are mild."""
    grey_share: float = 0.0
    """Representatives with one or two bad accounts in a hundred, labelled grey."""
    months: tuple[int, int] = (4, 9)
    """How long misconduct lasts."""


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "base": Preset(bad_share=0.17),
        "epidemic": Preset(bad_share=0.32),
        "diffuse": Preset(bad_share=0.10, grey_share=0.20),
        "short": Preset(bad_share=0.15, months=(1, 3)),
    }
)

CALENDAR = CalendarFigures()
BRANCH = BranchFigures()
REP = RepFigures()
OPENING = OpeningFigures()
LATE = LateFigures()

GROUP_ACCOUNTS = 300_000
"""A firm larger than this is made branch group by branch group, each of about this many accounts."""
PARQUET_ABOVE = 2_000_000
"""A firm with more accounts than this is written as Parquet instead of CSV."""
