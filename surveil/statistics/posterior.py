"""The chance that each account is unauthorized: its own signs, and what its opener's other accounts say of those months."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from surveil.statistics.arrays import Floats, Ints, sums

#: Shares of unauthorized accounts that a representative may have in an episode, and how likely it is that he has any.
_SHARES = np.array([0.01, 0.02, 0.04, 0.08, 0.15, 0.25, 0.40, 0.60])
_SUSPECT = 0.10
#: Chance that an episode begins in a month, and that it ends: it lasts five months in the mean (our judgement).
_BEGINS, _ENDS = 0.05, 0.20
_REACH = 50.0


def account_posterior(
    rep: npt.ArrayLike,
    month: npt.ArrayLike,
    evidence: npt.ArrayLike,
    usual_share: float,
    for_account: npt.ArrayLike | None = None,
) -> Floats:
    """Posterior probability of every account.

    A representative is above suspicion, or has episodes of months in which a share of his accounts is unauthorized
    (a hidden two-state chain for each share he may have, weighed by forward and backward sums; Rabiner 1989).

    Args:
        rep: who opened each account; month: when (whole number, in order of time).
        evidence: log-likelihood ratio, unauthorized against ordinary, that each account adds to what is thought of its
            opener in that month; 0 for one that adds nothing.
        for_account: evidence to judge each account itself by, where that is another (an account opened together with
            odder ones adds nothing to them, but is judged all the same); by default `evidence`.
        usual_share: share of unauthorized accounts outside of episodes.

    Returns:
        per account, the probability averaged over the states its opener may have been in. More evidence on an account
        never lowers its own.
    """
    given = np.clip(np.asarray(evidence, np.float64), -_REACH, _REACH)
    judged = given if for_account is None else np.clip(np.asarray(for_account, np.float64), -_REACH, _REACH)
    who, names = pd.factorize(np.asarray(rep), sort=True)
    when, months = pd.factorize(np.asarray(month), sort=True)
    if not names.size:
        return np.zeros(0)
    cell = who.astype(np.int64) * len(months) + when.astype(np.int64)
    order = np.lexsort((given, cell))
    fit = np.stack(
        [_fit(cell[order], given[order], s, (len(names), len(months))) for s in (usual_share, *_SHARES)]
    )
    above, within = _states(fit)
    result = above[who] * _chance(judged, usual_share)
    for share, chance in zip(_SHARES, within, strict=True):
        result += chance[cell] * _chance(judged, share)
    usual = 1 - above[who] - within.sum(axis=0)[cell]
    return np.asarray(result + np.maximum(usual, 0.0) * _chance(judged, usual_share))


def _fit(cell: Ints, evidence: Floats, share: float, shape: tuple[int, int]) -> Floats:
    """Log-likelihood of each rep's month, reps × months, were this its share of unauthorized accounts."""
    return sums(cell, np.log1p(share * np.expm1(evidence)), shape[0] * shape[1]).reshape(shape)


def _chance(evidence: Floats, share: float) -> Floats:
    """Posterior of accounts of which this share is unauthorized."""
    odds = share * np.exp(evidence)
    return np.asarray(odds / (1 - share + odds))


def _states(fit: Floats) -> tuple[Floats, Floats]:
    """Chance that a rep is above suspicion (reps), and that his month is in an episode of each share (shares × cells).

    `fit`: (1 + shares) × reps × months, the usual share first.
    """
    usual, odd = fit[0], fit[1:]
    step = np.log([[1 - _BEGINS, _BEGINS], [_ENDS, 1 - _ENDS]])
    seen = np.stack([np.broadcast_to(usual, odd.shape), odd], axis=-1)
    forward, backward = np.empty_like(seen), np.zeros_like(seen)
    start = np.log([_ENDS / (_BEGINS + _ENDS), _BEGINS / (_BEGINS + _ENDS)])
    forward[:, :, 0] = start + seen[:, :, 0]
    for t in range(1, seen.shape[2]):
        forward[:, :, t] = np.logaddexp.reduce(forward[:, :, t - 1, :, None] + step, axis=-2) + seen[:, :, t]
    for t in range(seen.shape[2] - 2, -1, -1):
        after = (seen[:, :, t + 1] + backward[:, :, t + 1])[..., None, :]
        backward[:, :, t] = np.logaddexp.reduce(step + after, axis=-1)
    both = forward + backward
    total = np.logaddexp.reduce(both, axis=-1)
    inside = np.exp(both[..., 1] - total)
    whole = np.concatenate(
        [[np.log(1 - _SUSPECT) + usual.sum(axis=1)], np.log(_SUSPECT / _SHARES.size) + total[:, :, 0]]
    )
    weight = np.exp(whole - np.logaddexp.reduce(whole, axis=0))
    within = (weight[1:, :, None] * inside).reshape(_SHARES.size, -1)
    return weight[0], within
