"""Many openings for one reason, such as a school's savings day or a landlord's deposits: not as many reasons as accounts."""

from __future__ import annotations

from surveil.detectors.base import Gap, Parameters, param


class EventParameters(Parameters):
    """Parameters of the model `event_openings`, for the detectors that leave its rows out."""

    event_openings: int = param(
        15, unit="openings", ge=2, le=1000, measured=True, citation="our judgement: a school's day, a stand at a fair",
        meaning="accounts that somebody opened in a day from which the day may be an event",
    )  # fmt: skip
    event_times: int = param(
        5, unit="times", ge=2, le=100, measured=True, citation="our judgement: no busy day is so much busier",
        meaning="how many times his average day a day must be to be an event",
    )  # fmt: skip
    most_events: int = param(
        2, unit="days", ge=0, le=100, measured=True, citation="our judgement: more than two are a habit",
        meaning="event days of one opener up to which they are taken out as single events",
    )  # fmt: skip
    event_counted: int = param(
        5, unit="openings", ge=1, le=1000, measured=True, citation="our judgement: a usual day's work",
        meaning="openings of an event day that count where its opener has more such days",
    )  # fmt: skip
    customer_counted: int = param(
        3, unit="openings", ge=1, le=100, measured=True, citation="our judgement: what one customer does is one decision",
        meaning="accounts of one product by one opener for one customer that count",
    )  # fmt: skip


def event_gap(openings: int) -> tuple[Gap, ...]:
    """What is left out as part of an event, or as one customer's; nothing where nothing is."""
    told = "openings left out, as a day of very many is one event, and what one customer has many of is one decision"
    return (Gap(openings, told),) if openings else ()
