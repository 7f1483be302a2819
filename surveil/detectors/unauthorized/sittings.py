"""Accounts opened for one customer by one opener on one day: they were asked for together, or none of them was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from surveil.detectors.unauthorized.account_signs import SIGNS

Floats = npt.NDArray[np.floating]

#: What is seen of a whole sitting, not of each of its accounts: counted once.
_ONCE = list(SIGNS).index("not_met")


@dataclass(frozen=True)
class Pairs:
    """Accounts of a sitting two by two, as units of the mixture: `flags` and `chance` have the signs of both side by side
    (missing where there is no second), `first` is the position of each unit's first account.
    """

    flags: Floats
    chance: Floats
    first: npt.NDArray[np.int64]


def sittings_of(rows: pd.DataFrame) -> npt.NDArray[np.int64]:
    """A number for each account's sitting: opener, customer and day."""
    keys = [rows[name].astype(str) for name in ("rep_id", "customer_id", "opened_day")]
    return np.asarray(pd.factorize(keys[0] + "|" + keys[1] + "|" + keys[2])[0], dtype=np.int64)


def pairs_of(sitting: npt.NDArray[np.int64], flags: Floats, chance: Floats) -> Pairs:
    """Accounts of each sitting two by two, in their order; more than two at once would let one odd sitting of many accounts
    outweigh everything else.
    """
    order = np.argsort(sitting, kind="stable")
    starts = np.flatnonzero(np.diff(sitting[order], prepend=-1))
    place = np.empty(len(sitting), dtype=np.int64)
    place[order] = np.arange(len(sitting)) - np.repeat(starts, np.diff(starts, append=len(sitting)))
    unit, slot = sitting * (int(place.max(initial=0)) // 2 + 1) + place // 2, place % 2
    _, number = np.unique(unit, return_inverse=True)
    signs = flags.shape[1]
    size = (int(number.max(initial=-1)) + 1, 2 * signs)
    both = [np.full(size, np.nan, dtype=given.dtype) for given in (flags, chance)]
    for side in (0, 1):
        here = slot == side
        for made, given in zip(both, (flags, chance), strict=True):
            made[number[here], side * signs : (side + 1) * signs] = given[here]
    both[0][:, signs + _ONCE] = np.nan
    first = np.empty(len(both[0]), dtype=np.int64)
    first[number[slot == 0]] = np.flatnonzero(slot == 0)
    return Pairs(both[0], both[1], first)


def with_companions(sitting: npt.NDArray[np.int64], weights: Floats, share: float) -> Floats:
    """Each account's log-likelihood ratio, with a share of that of the accounts opened in the same sitting."""
    own = weights.sum(axis=1)
    independent = own - weights[:, _ONCE]
    return np.asarray(own + share * (np.bincount(sitting, independent)[sitting] - independent))
