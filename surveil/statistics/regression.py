"""Poisson regression with a log link and an overdispersion parameter, on the few dozen points of a histogram or a series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surveil.statistics.arrays import Floats

_ROUNDS = 50


@dataclass(frozen=True)
class PoissonFit:
    """`mean` fitted at the data, `covariance` of the coefficients without dispersion, Pearson `dispersion`, `leverage`."""

    coefficients: Floats
    mean: Floats
    covariance: Floats
    dispersion: float
    leverage: Floats

    def at(self, row: Floats) -> tuple[float, float]:
        """Predicted mean at a row of the design, and its variance (with the dispersion, at least 1)."""
        mean = float(np.exp(row @ self.coefficients))
        return mean, mean**2 * float(row @ self.covariance @ row) * max(self.dispersion, 1.0)


def fit_poisson(design: Floats, counts: Floats, weights: Floats | None = None) -> PoissonFit:
    """Quasi-Poisson regression by iteratively reweighted least squares (McCullagh and Nelder 1989)."""
    prior = np.ones_like(counts) if weights is None else weights
    mean = counts + 0.1
    deviance = np.inf
    for _ in range(_ROUNDS):
        weight = prior * mean
        working = np.log(mean) + (counts - mean) / mean
        root = np.sqrt(weight)
        coefficients = np.linalg.lstsq(design * root[:, None], working * root, rcond=None)[0]
        mean = np.exp(np.clip(design @ coefficients, -30, 30))
        with np.errstate(divide="ignore", invalid="ignore"):
            log_ratio = np.where(counts > 0, counts * np.log(counts / mean), 0.0)
        before, deviance = deviance, float(2 * np.sum(prior * (log_ratio - (counts - mean))))
        if abs(deviance - before) < 1e-10 * (abs(deviance) + 0.1):
            break
    weight = prior * mean
    covariance = np.linalg.pinv(design.T @ (design * weight[:, None]))
    leverage = weight * np.einsum("ij,jk,ik->i", design, covariance, design)
    freedom = max(int(counts.size) - design.shape[1], 1)
    dispersion = float(np.sum(prior * (counts - mean) ** 2 / mean) / freedom)
    return PoissonFit(
        np.asarray(coefficients, np.float64),
        np.asarray(mean, np.float64),
        np.asarray(covariance, np.float64),
        dispersion,
        leverage,
    )
