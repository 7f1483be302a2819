"""The chance that each account is unauthorized, given its own signs and what its opener's other accounts say of him."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from surveil.statistics.arrays import Floats

#: Shares of unauthorized accounts that a representative may have beside the usual one, and how likely it is that
#: he has one of them at all.
_SHARES = np.array([0.01, 0.02, 0.04, 0.08, 0.15, 0.25, 0.40, 0.60])
_SUSPECT = 0.10


def account_posterior(
    rep: npt.ArrayLike, evidence: npt.ArrayLike, usual_share: float, for_account: npt.ArrayLike | None = None
) -> Floats:
    """Posterior probability of every account.

    Args:
        rep: who opened each account.
        evidence: each account's log-likelihood ratio, unauthorized against ordinary.
        for_account: evidence to judge each account itself by, where more is known of it than `evidence` says of its
            opener (accounts opened together); by default `evidence`.
        usual_share: share of unauthorized accounts of somebody of whom nothing is known.

    Returns:
        per account, the probability averaged over the shares its opener may have, each weighed by how well it
        explains all of his accounts (a two-component mixture with known components and a prior on the share).
        More evidence on any of his accounts never lowers it.
    """
    who, _ = pd.factorize(np.asarray(rep), sort=True)
    odds = np.exp(np.clip(np.asarray(evidence, np.float64), -50.0, 50.0))
    own = odds if for_account is None else np.exp(np.clip(np.asarray(for_account, np.float64), -50.0, 50.0))
    shares = np.concatenate([[usual_share], _SHARES])
    prior = np.concatenate([[1 - _SUSPECT], np.full(_SHARES.size, _SUSPECT / _SHARES.size)])
    order = np.lexsort((odds, who))
    reps = int(who.max(initial=-1)) + 1
    fit = np.stack(
        [np.bincount(who[order], np.log1p(s * (odds[order] - 1)), minlength=reps) for s in shares], axis=1
    )
    weight = prior * np.exp(fit - fit.max(axis=1, keepdims=True)) if reps else np.zeros((0, shares.size))
    weight /= weight.sum(axis=1, keepdims=True)
    each = np.stack([s * own / (1 - s + s * own) for s in shares], axis=1)
    return np.asarray((weight[who] * each).sum(axis=1))
