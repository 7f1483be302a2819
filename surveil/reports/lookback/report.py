"""The report `lookback`: from the proved population to three classes, samples and what other criteria would change."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from surveil.reports.document import Document, build
from surveil.reports.gather import Wanted
from surveil.reports.lookback.classes import Classed, Flags, Result, classify, flag, read_results
from surveil.reports.lookback.criteria import Criteria, read_criteria
from surveil.reports.lookback.sections import classes_section, criteria_section, population_section
from surveil.reports.lookback.sections_sample import Drawn, draw_sample, sample_section
from surveil.reports.lookback.sections_versions import versions_section
from surveil.reports.making import Request, sources_for
from surveil.reports.sources import Period, Sources
from surveil.scan import results

NAME = "lookback"
WANTED = Wanted(models=("lookback_rows", "lookback_population"))


@dataclass(frozen=True)
class Lookback:
    """All that a lookback rests on.

    Attributes:
        population: one row per account in scope; columns of the model `lookback_population`.
        loaded: of the feed accounts, how many rows were read, accepted, superseded and rejected.
        flags: what each version of the criteria flags, by the version's name; `classed` is by the one in force.
        results: what reviewers found of single accounts.
    """

    sources: Sources
    criteria: Criteria
    population: pd.DataFrame
    loaded: Mapping[str, int]
    flags: Mapping[str, Flags]
    without: Mapping[str, Flags]
    classed: tuple[Classed, ...]
    sample: Drawn
    results: Mapping[str, Result]


def files(request: Request) -> Mapping[str, bytes]:
    """The files of the report by their path.

    Raises:
        UsageError: as `surveil.reports.write`; or the criteria are wrong.
    """
    criteria = read_criteria(request.workspace, request.options.criteria)
    own = Period(criteria.period.first, criteria.period.last) if criteria.period else None
    sources = sources_for(request, NAME, WANTED, request.period or own)
    run = results.manifest(request.workspace, sources.run.run_id)
    found = _items(request, sources)
    given = look_back(sources, criteria, *found, _loaded(run), read_results(request.workspace, criteria))
    return build(document(given), sources, request)


def look_back(
    sources: Sources,
    criteria: Criteria,
    findings: pd.DataFrame,
    scores: pd.DataFrame,
    loaded: Mapping[str, int],
    reviewed: Mapping[str, Result],
) -> Lookback:
    """Flag, class and draw. Pure: the same data and criteria give the same lookback."""
    population = sources.tables["lookback_population"]
    members = frozenset(population["account_id"])
    flags = {v.version: flag(v, findings, scores, members) for v in criteria.versions}
    force = criteria.in_force
    without = {
        detector: flag(
            force.model_copy(update={"detectors": tuple(d for d in force.detectors if d != detector)}),
            findings,
            scores,
            members,
        )
        for detector in force.detectors
    }
    alerts = {alert.alert_id: alert for alert in sources.alerts}
    return Lookback(
        sources=sources,
        criteria=criteria,
        population=population,
        loaded=loaded,
        flags=flags,
        without=without,
        classed=tuple(classify(flags[force.version], alerts, reviewed)),
        sample=draw_sample(population, flags[force.version].accounts, criteria.sample),
        results=reviewed,
    )


def document(given: Lookback) -> Document:
    """The lookback as sections, in the order of the work."""
    criteria = given.criteria
    sections = (
        population_section(given.sources, given.population, given.loaded, criteria),
        criteria_section(given.sources, criteria),
        *classes_section(given.sources, given.population, given.classed),
        sample_section(given.population, given.sample, given.results, criteria),
        versions_section(given.population, criteria, given.flags, given.without),
    )
    return Document(
        name=NAME,
        title="Lookback: accounts and features opened without authorization",
        lead="The population first, then the criteria; then what is confirmed, cannot be ruled out or is excluded, and why.",
        facts=(
            ("Criteria", f"{criteria.name}, version {criteria.in_force.version}"),
            ("Criteria (hash)", criteria_hash(criteria)),
            ("Sample", f"seed {criteria.sample.seed}, drawn by {', '.join(criteria.sample.stratify_by)}"),
        ),
        sections=sections,
        method=METHOD,
        statement="Population, criteria and exclusions were reviewed by somebody independent of the business line.",
        people=(("Performed by", ""), ("Validated independently by", ""), ("Approved by", "")),
        further={"sample/to_review.csv": _to_review(given)},
    )


METHOD = (
    "The population is every account and feature that staff opened in the period; it is counted down from the rows the firm "
    "handed over before any criterion is applied, and compared with the firm's own control totals where it gave them.",
    "A criterion flags an account; nothing but a decision of a person confirms or excludes it. What is flagged and neither "
    "confirmed nor excluded cannot be ruled out: in doubt the customer has the benefit.",
    "Flagged and unflagged accounts are sampled apart, by strata, in the order of SHA-256 over seed and account number: "
    "anybody can draw the same sample again. Intervals are exact (Clopper-Pearson); over strata they hold all at once "
    "(Bonferroni), so they are wider than they had to be.",
    "The same data, criteria, decisions and results give the same numbers and the same bytes.",
)


def criteria_hash(criteria: Criteria) -> str:
    """SHA-256 over the criteria as JSON with sorted keys."""
    plain = json.dumps(criteria.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode("utf-8")).hexdigest()


def _items(request: Request, sources: Sources) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All findings of the run, and its ranking of accounts (empty where its detectors did not rank)."""
    folder = results.run_folder(request.workspace, sources.run.run_id)
    names = ["detector", "account_id", "alert_id", "score"]
    findings = pd.read_parquet(folder / "findings.parquet", columns=names)
    ranking = folder / "rank_accounts.parquet"
    empty = pd.DataFrame({"account_id": pd.Series(dtype="string"), "score": pd.Series(dtype="float")})
    scores = pd.read_parquet(ranking, columns=["account_id", "score"]) if ranking.is_file() else empty
    return findings[findings["account_id"].notna()], scores


def _loaded(run: Mapping[str, Any]) -> dict[str, int]:
    """What became of the rows of the feed accounts, added up over its files."""
    files = run["snapshot"]["feeds"]["accounts"]["files"]
    return {
        name: sum(file[name] for file in files) for name in ("read", "accepted", "superseded", "rejected")
    }


def _to_review(given: Lookback) -> bytes:
    """The sample as a form: filled in, it is the file of results."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["account_id", "result", "reviewer", "reviewed_on", "note"])
    for account, _ in sorted(given.sample.members):
        known = given.results.get(account)
        told = (
            (known.result, known.reviewer, known.reviewed_on.isoformat(), known.note)
            if known
            else ("", "", "", "")
        )
        writer.writerow([account, *told])
    return text.getvalue().encode("utf-8", "backslashreplace")
