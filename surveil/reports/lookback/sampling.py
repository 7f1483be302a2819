"""Draw seeded random samples by strata, and say exactly what they show."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy.stats import binomtest

Stratum = tuple[str, ...]


@dataclass(frozen=True)
class Interval:
    """A share with exact bounds at a confidence, all 0 to 1; `share` is None where nothing was looked at."""

    share: float | None
    low: float
    high: float


def allocation(sizes: Mapping[Stratum, int], wanted: int) -> dict[Stratum, int]:
    """How many to draw of each stratum: in proportion to its size, at least one of each as far as `wanted` reaches.

    Largest remainders; the larger stratum, then the order of names, decides ties. Never more than a stratum has.
    """
    total = sum(sizes.values())
    wanted = min(wanted, total)
    if wanted == 0:
        return dict.fromkeys(sizes, 0)
    order = sorted(sizes, key=lambda name: (-sizes[name], name))
    drawn = dict.fromkeys(sizes, 0)
    for name in order[:wanted]:
        drawn[name] = min(1, sizes[name])
    ideal = {name: wanted * sizes[name] / total for name in sizes}
    while (left := wanted - sum(drawn.values())) > 0:
        open_names = [name for name in order if drawn[name] < sizes[name]]
        short = sorted(open_names, key=lambda name: -(ideal[name] - drawn[name]))
        name = short[0]
        # Whole steps while a stratum lacks several, so that large samples take few rounds.
        step = max(1, min(left, math.floor(ideal[name] - drawn[name])))
        drawn[name] += min(step, sizes[name] - drawn[name])
    return drawn


def draw(members: Sequence[str], seed: int, number: int) -> list[str]:
    """The first `number` members in the order of SHA-256 over seed and name: a random order that anybody can repeat,
    whatever order the members come in.
    """
    return sorted(members, key=lambda member: (_place(seed, member), member))[:number]


def _place(seed: int, member: str) -> bytes:
    return hashlib.sha256(f"{seed}|{member}".encode("utf-8", "surrogatepass")).digest()


def exact(found: int, looked_at: int, confidence: float) -> Interval:
    """Clopper and Pearson's interval of a share (Biometrika 1934, 26:404); without anything looked at, 0 to 1."""
    if looked_at == 0:
        return Interval(None, 0.0, 1.0)
    bounds = binomtest(found, looked_at).proportion_ci(confidence, "exact")
    return Interval(found / looked_at, float(bounds.low), float(bounds.high))


def stratified(
    sizes: Mapping[Stratum, int], seen: Mapping[Stratum, tuple[int, int]], confidence: float
) -> Interval:
    """The share in all strata together, from (found, looked at) of each.

    The bounds hold each stratum's exact interval at once (Bonferroni), so they cover at least with the confidence, and
    are wider than they had to be. A stratum that nobody looked at may be anything; the share is then not known.
    """
    filled = {name: size for name, size in sizes.items() if size}
    total = sum(filled.values())
    if not total:
        return Interval(None, 0.0, 1.0)
    each = 1 - (1 - confidence) / len(filled)
    parts = {name: exact(*seen.get(name, (0, 0)), each) for name in filled}
    share: float | None = 0.0
    for name, size in filled.items():
        part = parts[name].share
        share = None if share is None or part is None else share + part * size / total
    low = sum(parts[name].low * size for name, size in filled.items()) / total
    high = sum(parts[name].high * size for name, size in filled.items()) / total
    return Interval(share, low, high)


def needed_to_rule_out(share: float, confidence: float) -> int:
    """How many have to be looked at without finding anything, to show that less than `share` is wrong: ln(1-c)/ln(1-p)."""
    return math.ceil(math.log(1 - confidence) / math.log(1 - share) - 1e-9)
