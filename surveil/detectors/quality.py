"""Poor accounts: what several detectors ask of the accounts behind a result, over and above how many there are."""

from __future__ import annotations

from surveil.detectors import base
from surveil.detectors.base import param


class QualityParameters(base.Parameters):
    """When an account is poor; shared by the detectors that read the model `account_quality`."""

    quality_days: int = param(
        60, unit="days", ge=30, le=180, measured=True, citation="regulation notes T11: 60-day non-use",
        meaning="days for which an account must have been watched before it is called unused, where its product states none",
    )  # fmt: skip
    quality_grace_days: int = param(
        5, unit="days", ge=0, le=60, measured=True, citation="catalogue of detectors, UA01",
        meaning="days after the opening by which a consent must be on record",
    )  # fmt: skip
