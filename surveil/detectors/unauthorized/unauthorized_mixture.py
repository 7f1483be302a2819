"""
# UA17 Accounts that look unauthorized together

## What it finds
Representatives a part of whose accounts carries several signs of an unauthorized opening at once, over their whole time or
over an episode of some months; and for every account how likely it is to be one of them.

## Why it matters
One oddity is noise: papers get lost, customers forget accounts. No consent *and* nobody met *and* never used, again and
again with the same opener, is the pattern that was found too late in 2016.

## How it decides
For each account every sign that can be known is weighed: how often it is seen on unauthorized accounts, against how
often on accounts of the same product, channel, branch and month by other representatives. Signs of paperwork and of
contact data are weighed against the representative's own accounts that are in use: who is sloppy with all his papers is
not suspected for them. Not being used, and being one more of the same, are weighed against his own accounts with papers
of whose customer it is not known that he was not met: whose customers hold much and use little is not suspected for that.
The weights add up to the account's log-likelihood ratio, and what was opened in the same sitting adds a share of its own
({companion_share}): it was mostly asked for together or not at all.

Each of a representative's customers counts once, by the oddest of the accounts opened for him: whoever is not met or lets
his accounts rest does so with all of them; and for no more than a log-likelihood ratio of {most_of_a_customer}, as one
customer, however odd, is no pattern. Customers of one day count for no more than {customers_of_a_day}: a school's savings
day is one event. Two tests ask whether a part of the customers was wronged, over the whole time and over the most
remarkable months: one by the best such mixture, which finds a few very odd customers, one by adding up each customer's
chance to be among them were their share {suspected_share}, which finds many who are a little odd. Their p-values compare
with what comes of dealing colleagues' customers of the same kind out by lot, so that signs which hang together in honest
work accuse nobody, and are joined. Where all tests of a representative are joined, this one counts for as many as there are
signs. Whoever has fewer than {least_customers} customers is not tested: of a handful nobody can tell a pattern.

The score of an account is the chance that it is unauthorized, given its own signs, those of its companions of the same
sitting, and whether its opener's other accounts of those months speak of an episode. How often a sign is seen on
unauthorized accounts is set by parameters ({no_consent} for a missing consent, {unused} for an account never used, …).
Listed are accounts from a chance of {listed_from} on and, of whoever has a p-value up to {listed_p}, all that his
sentence counts.

## What it misses
Unauthorized accounts with good papers that somebody uses.

## Innocent explanations
- A branch or a month with lost papers or an unrecorded visitor log: taken out by branch and month.
- A clientele that uses its accounts late, with a colleague who scans late: each sign alone is ordinary.
- Accounts opened at an event outside the branch.

## What to check
- Start with the accounts highest in the list: each names its signs and their weights.
- Call the customers on contact data from before the opening.

## References
Likelihood ratios: Fellegi and Sunter, JASA 1969. Score test: Rao 1948. Episodes: hidden Markov chain, Rabiner, Proc.
IEEE 1989.
CFPB consent order 2016-CFPB-0015 (Wells Fargo, 2016).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.episodes import month_words
from surveil.detectors.rates import AccountCells, count_words
from surveil.detectors.unauthorized.account_signs import DATED, LISTED, SIGNS, listed_signs, signs_of
from surveil.detectors.unauthorized.sittings import (
    ODD,
    customers_of,
    odd_customers,
    sittings_of,
    spoken_for,
    with_companions,
)
from surveil.detectors.unused.horizons import HorizonParameters
from surveil.statistics.mixture import (
    MixtureSettings,
    account_evidence,
    adjust_for_habit,
    expected_spread,
    mixture_test,
)
from surveil.statistics.posterior import account_posterior

_OURS = "our judgement, near what simulated forgers leave; estimating them gave no better list"


#: Signs that are weighed against the opener's own accounts in use: what he does with papers and contact data there, too.
_OF_PAPERS = (
    "no_consent", "not_met", "doubtful_consent", "odd_time", "shared_contact", "employee_contact", "edited_contact",
)  # fmt: skip
#: Signs that are weighed against his own accounts with nothing against them: what his customers do there, too.
_OF_CUSTOMERS = ("unused", "duplicate")
#: Of these his own accounts may show that he is more careful than colleagues, too.
_BOTH_WAYS = ("no_consent", "not_met")
#: A packed day is explained by accounts that are used since: beside not being used it tells less than it seems to.
_SEEN_BY_USE = "mass_opening"


def _seen_on(share: float, which: str) -> Any:
    """The parameter of a sign: on what share of unauthorized accounts it is seen."""
    return param(share, unit="share", ge=0.01, le=0.99, citation=_OURS, meaning=which)


class Parameters(HorizonParameters):
    """How often each sign is seen on unauthorized accounts, and what makes a sign."""

    grace_days: int = param(
        5, unit="days", ge=0, le=60, citation="as in UA01",
        meaning="days after the opening by which a consent must be on record",
    )  # fmt: skip
    quick_close_days: int = param(
        90, unit="days", ge=30, le=365, citation="as in UN03",
        meaning="an account closed before this age was closed quickly",
    )  # fmt: skip
    contact_before_days: int = param(
        3, unit="days", ge=0, le=30, measured=True, citation="as in UA08",
        meaning="days before the opening in which a visit, call or login counts as having met the customer",
    )  # fmt: skip
    contact_after_days: int = param(
        1, unit="days", ge=0, le=30, measured=True, citation="as in UA08",
        meaning="days after the opening in which a visit, call or login still counts",
    )  # fmt: skip
    shared_households: int = param(
        3, unit="households", ge=2, le=50, measured=True, citation="as in UA07",
        meaning="unrelated households on one phone or e-mail from which an opener's contact counts as shared",
    )  # fmt: skip
    no_consent: float = _seen_on(0.45, "unauthorized accounts without a consent")
    not_met: float = _seen_on(0.55, "unauthorized accounts whose customer was not met")
    unused: float = _seen_on(0.80, "unauthorized accounts never used")
    round_trip: float = _seen_on(0.25, "unauthorized accounts funded for show")
    shared_contact: float = _seen_on(0.25, "unauthorized accounts with a shared contact")
    employee_contact: float = _seen_on(0.08, "unauthorized accounts with an employee's contact")
    quick_close: float = _seen_on(0.25, "unauthorized accounts closed quickly")
    doubtful_consent: float = _seen_on(0.20, "unauthorized accounts whose consent is in doubt (UA02)")
    token_funding: float = _seen_on(0.20, "unauthorized accounts funded with a token (UA04)")
    edited_contact: float = _seen_on(0.12, "unauthorized accounts whose contact data staff edited (UA05)")
    odd_time: float = _seen_on(
        0.10, "unauthorized accounts opened while the opener was away or at night (UA08)"
    )
    refused: float = _seen_on(0.08, "unauthorized accounts whose product the customer had refused (UA09)")
    duplicate: float = _seen_on(0.15, "unauthorized accounts beyond what such customers hold (UA12)")
    reopened: float = _seen_on(0.06, "unauthorized accounts closed and opened again (UA13)")
    mass_opening: float = _seen_on(0.10, "unauthorized accounts opened among very many at once (UA16)")
    usual_share: float = param(
        0.001, unit="share of accounts", ge=0.00001, le=0.05,
        citation="reviews found from 0.01 (Fifth Third) to 2.1 percent (Wells Fargo) of all accounts",
        meaning="share of unauthorized accounts of somebody above suspicion, or outside of his episodes",
    )  # fmt: skip
    least_chance: float = param(
        0.02, unit="share", ge=0.0001, le=0.2,
        citation="our judgement: a facility's telephone must not outweigh all other signs",
        meaning="no sign is weighed as rarer than this among ordinary accounts",
    )  # fmt: skip
    most_of_a_customer: float = param(
        4.0, unit="natural logarithm", ge=1.0, le=50.0,
        citation="our judgement: fifty to one; a single customer, however odd, must not make a pattern",
        meaning="log-likelihood ratio that one customer adds at most in the test of a representative",
    )  # fmt: skip
    least_customers: int = param(
        10, unit="customers", ge=1, le=1000, citation="our judgement: of a handful nobody can tell a pattern",
        meaning="customers of whom something is known from which a representative is tested",
    )  # fmt: skip
    customers_of_a_day: float = param(
        3.0, unit="customers", ge=1.0, le=1000.0,
        citation="our judgement: what customers of one day have in common is what happened that day",
        meaning="customers that those for whom a representative opened something on one day count for at most",
    )  # fmt: skip
    suspected_share: float = param(
        0.05, unit="share of customers", ge=0.005, le=0.5,
        citation="our judgement: with more than one customer in twenty it is no accident",
        meaning="share of wronged customers that the second test of a representative is best at finding",
    )  # fmt: skip
    companion_share: float = param(
        0.5, unit="share", ge=0.0, le=1.0,
        citation="our judgement: what is opened for a customer in one sitting was mostly asked for together or not at all",
        meaning="how much of the evidence on accounts of the same sitting counts for an account",
    )  # fmt: skip
    listed_from: float = param(
        0.5, unit="probability", ge=0.1, le=0.99, citation="our judgement: more likely unauthorized than not",
        meaning="chance of being unauthorized from which an account is listed as a finding",
    )  # fmt: skip
    listed_p: float = param(
        0.01, unit="p-value", ge=0.0001, le=0.2, citation="our judgement: whom an alert may name",
        meaning="p-value of an opener up to which all his odd accounts are listed, as his sentence counts them",
    )  # fmt: skip


class UnauthorizedMixture(Detector):
    """The joint likelihood of each account, and the mixture of each representative's accounts over it."""

    id = "UA17"
    slug = "unauthorized_mixture"
    name = "Accounts that look unauthorized together"
    version = "30"
    family = Family.UNAUTHORIZED
    typology = "T02 T03"
    severity = Severity.CRITICAL
    needs = ("accounts.opened_by",)
    listens = tuple(detector for detector, _ in LISTED.values())
    # It joins what as many other detectors see one by one; counted as one of forty it would drown among them.
    weight = float(len(SIGNS))
    in_parts = True
    models = ("account_evidence",)
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        rows = measured["account_evidence"].reset_index(drop=True)
        if rows.empty:
            return Decision()
        bad = np.array([getattr(parameters, sign) for sign in SIGNS])
        sitting = sittings_of(rows)
        seen, chance = self._signs(rows, measured, parameters)
        known = np.isfinite(seen[:, [list(SIGNS).index(sign) for sign in DATED]]).any(axis=1)
        spread = expected_spread(seen, chance, bad, parameters.least_chance)
        weights = account_evidence(seen, np.maximum(chance, parameters.least_chance, out=chance), bad)
        del chance
        evidence = with_companions(sitting, weights, parameters.companion_share)
        units = customers_of(
            rows.loc[known, ["rep_id", "customer_id", "month", "opened_day"]],
            evidence[known],
            spread[known],
            parameters.customers_of_a_day,
        )
        settings = MixtureSettings(share=parameters.suspected_share)
        counted = units["evidence"].clip(upper=parameters.most_of_a_customer)
        found = mixture_test(units["rep"], units["month"], counted, units["kind"], settings, units["weight"])
        few = found["n"] < parameters.least_customers
        found["p_value"] = found["p_value"].mask(few)
        probability = account_posterior(
            pd.factorize(rows["rep_id"], sort=True)[0],
            rows["month"],
            spoken_for(sitting, weights),
            parameters.usual_share,
            evidence,
        )
        accounts = pd.DataFrame(
            {
                "account_id": rows["account_id"].astype(str),
                "score": probability,
                "reasons": _reasons(weights, seen == 1),
            }
        )
        unknown = Gap(
            int((~known).sum()), "no sign of the account can be known: no extract covers its opening"
        )
        too_few = Gap(
            int(found["n"][few].sum()),
            f"customers of representatives with fewer than {parameters.least_customers}: too few to make a pattern",
        )
        remarkable = found["rep"][found["p_value"] <= parameters.listed_p]
        counted_odd = known & (evidence >= np.log(ODD)) & rows["rep_id"].isin(remarkable).to_numpy()
        return Decision(
            _items(rows, accounts, weights, (probability >= parameters.listed_from) | counted_odd),
            _tests(found, odd_customers(units)),
            int(known.sum()),
            tuple(gap for gap in (unknown, too_few) if gap.count),
            accounts,
        )

    def _signs(
        self, rows: pd.DataFrame, measured: Mapping[str, pd.DataFrame], parameters: Parameters
    ) -> tuple[np.ndarray, np.ndarray]:
        """Accounts × signs: whether each is there (1, 0 or missing), and how often it is seen on colleagues' like accounts,
        moved by the opener's own that are beyond doubt: of papers the accounts in use, of customers those with nothing
        against them.
        """
        own = signs_of(rows, parameters, parameters.grace_days, parameters.quick_close_days)
        flags = pd.concat([own, listed_signs(rows, measured)], axis=1)
        who, _ = pd.factorize(rows["rep_id"], sort=True)
        in_use = (flags["unused"] == 0).fillna(False).to_numpy(dtype=bool)
        against = (flags["no_consent"] == 1).fillna(False) | (flags["not_met"] == 1).fillna(False)
        beyond_doubt = dict.fromkeys(_OF_PAPERS, in_use) | dict.fromkeys(
            _OF_CUSTOMERS, ~against.to_numpy(dtype=bool)
        )
        cells = AccountCells(rows)
        use = flags["unused"].fillna(-1.0).to_numpy(dtype=np.float32)
        # There are as many rows as accounts: ones and noughts need no more than half of a number's length.
        seen, chances = np.empty((len(rows), len(SIGNS)), np.float32), np.empty((len(rows), len(SIGNS)))
        for i, sign in enumerate(SIGNS):
            there = flags.pop(sign)
            chance = _among_as_much_used(cells, there, use) if sign == _SEEN_BY_USE else cells.chance(there)
            seen[:, i] = there.to_numpy(dtype=np.float32, na_value=np.nan)
            if sign in beyond_doubt:
                moved = adjust_for_habit(chance, seen[:, i], who, beyond_doubt[sign])
                # Customers who use all their accounts with papers are no reason to suspect the few that they don't use.
                chance = moved if sign in _BOTH_WAYS else np.fmax(chance, moved)
            chances[:, i] = chance
        return seen, chances


def _among_as_much_used(cells: AccountCells, there: pd.Series, use: np.ndarray) -> np.ndarray:
    """How often a sign is seen on colleagues' like accounts that are as much used: used, not used, or not known."""
    return np.asarray(np.fmax.reduce([cells.chance(there.where(use == one)) for one in (0.0, 1.0, -1.0)]))


def _tests(found: pd.DataFrame, odd: pd.DataFrame) -> pd.DataFrame:
    """`TEST_COLUMNS` from `mixture_test` of customers, with the odd ones among them counted and expected."""
    from scipy.stats import binom

    reps = found.merge(odd[["rep", "odd", "expected"]], on="rep", how="left", validate="one_to_one")
    low, high = (binom.ppf(q, reps["n"], reps["expected"] / reps["n"]) for q in (0.025, 0.975))
    return base.frame(
        base.TEST_COLUMNS,
        subject_id=reps["rep"],
        p_value=reps["p_value"],
        observed=reps["odd"],
        expected=reps["expected"],
        low=low,
        high=high,
        n=reps["n"],
        reason=[
            _told(*one) for one in zip(reps["odd"], reps["n"], reps["expected"], _times(reps), strict=True)
        ],
    )


def _told(count: float, n: float, expected: float, when: str) -> str:
    """The sentence of a representative; whose odd customers are no more than usual stands out otherwise, and it says so."""
    have = "customer has" if n == 1 else "customers has" if count == 1 else "customers have"
    counted = (
        f"{count:.0f} of {n:.0f} {have} an account whose signs speak {ODD:.0f} to one or more for an unauthorized"
        f" opening; {count_words(expected)} expected, going by colleagues' customers of the same kind"
    )
    if count > expected:
        return f"{counted}; it stands out most {when}" if when else counted
    what = f"accounts opened {when} carry" if when else "the accounts of many customers carry slightly"
    return (
        f"{what} more signs of an unauthorized opening than those of colleagues' customers of the same kind; of the plain"
        f" ones there are no more than usual: {counted}"
    )


def _times(found: pd.DataFrame) -> list[str]:
    """The months of an episode where it stands out more than the whole time, else nothing."""
    return [
        f"from {month_words(first)} to {month_words(last)}" if episode < whole else ""
        for first, last, episode, whole in zip(
            found["episode_start"], found["episode_end"], found["p_episode"], found["p_whole"], strict=True
        )
    ]


def _reasons(weights: np.ndarray, there: np.ndarray) -> list[str]:
    """Per account the signs that are there with their weights, the heaviest first: `no consent +2.1; never used +0.9`."""
    account, sign = np.nonzero(there)
    weight = weights[account, sign]
    order = np.lexsort((sign, -weight, account))
    names = list(SIGNS.values())
    words = [
        f"{names[s]} {w:+.1f}" for s, w in zip(sign[order].tolist(), weight[order].tolist(), strict=True)
    ]
    told = [""] * len(weights)
    which, start, count = np.unique(account, return_index=True, return_counts=True)
    for i, first, end in zip(which.tolist(), start.tolist(), (start + count).tolist(), strict=True):
        told[i] = "; ".join(words[first:end])
    return told


def _items(
    rows: pd.DataFrame, accounts: pd.DataFrame, weights: np.ndarray, listed: np.ndarray
) -> pd.DataFrame:
    chosen = rows[listed]
    return base.frame(
        base.ITEM_COLUMNS,
        feed="accounts",
        key=chosen["account_id"],
        rep_id=chosen["rep_id"],
        customer_id=chosen["customer_id"],
        account_id=chosen["account_id"],
        branch_id=chosen["branch_id"],
        day=chosen["opened_day"],
        score=accounts["score"][listed],
        detail=[
            {"product_code": product, "signs": reasons, "log_likelihood_ratio": round(float(total), 2)}
            for product, reasons, total in zip(
                chosen["product_code"], accounts["reasons"][listed], weights[listed].sum(axis=1), strict=True
            )
        ],
    )
