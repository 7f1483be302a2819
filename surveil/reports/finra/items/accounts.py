"""The items on customers: accounts and features opened without authorization, and compensation paid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from surveil.reports.content import Figure, Heading, Listing, Text
from surveil.reports.exhibits import Exhibit, Field, Personal, Value, count, money, total
from surveil.reports.finra.items.base import Content, control_number
from surveil.reports.finra.letter import Item
from surveil.reports.rows import figure, iso, number, records, text, yes_no
from surveil.reports.sources import AlertFacts, Sources

CONFIRMED = "confirmed_unauthorized"
UNDETERMINED = {None, "cannot_rule_out", "escalated"}
FAMILY = "unauthorized"
RAN = "run"
OPENED, ADDED = "account opened", "feature added"

ABOUT = "One row per account or feature opened in the period; the period is that of the opening, not of the detection."
LIMITS = (
    "The list has the accounts and features opened in the period that stand behind an alert which a reviewer decided "
    "as confirmed. The decision was taken on the alert as a whole; the column alert_ids leads to it and to its grounds.",
    "An account is related to a cross-selling program if it was counted to a campaign, or if the employee who opened "
    "it had a goal for accounts or for that product on that day; the exhibit states which.",
)
ANNEX = (
    "These accounts and features stand behind an alert that is undecided, awaits approval or could not be ruled out. "
    "Nobody has found that they were opened without authorization. They are not part of the answer to the item."
)
NO_POTENTIAL = "No account or feature of the period stands behind such an alert."

FIELDS = (
    text("customer_id", "Customer", 0.9),
    Field("customer_name", "Name", 1.2, personal=Personal.NAME),
    text("account_id", "Account or feature", 1.0),
    text("limb", "Limb", 0.9),
    text("product", "Product", 1.1),
    text("opened_on", "Opened or added", 0.9),
    Field("channel", "Channel", 0),
    text("branch_id", "Branch", 0.7),
    text("rep_id", "Employee", 0.8),
    Field("rep_name", "Employee's name", 1.2, personal=Personal.NAME),
    Field("crd_number", "CRD no.", 0),
    Field("registered", "Registered", 0),
    Field("supervisor_id", "Supervisor", 0),
    Field("campaign_id", "Campaign", 0),
    text("related_to_cross_selling", "Program related", 0.7),
    Field("basis", "Basis of the relation", 0),
    Field("how_identified", "How identified", 0),
    Field("identified_on", "Identified on", 0),
    Field("decided_on", "Decided on", 0),
    Field("decided_by", "Decided by", 0),
    number("fees_charged", "Fees", 0.6),
    Field("fees_refunded", "Fees refunded", 0, "right"),
    Field("credit_pulled_on", "Credit report pulled", 0),
    Field("compensation_paid", "Compensation by complaint", 0, "right"),
    Field("account_status", "Status", 0),
    Field("closed_on", "Closed on", 0),
    Field("closed_by", "Closed by", 0),
    Field("employee_action", "Action on the employee", 0),
    text("alert_ids", "Alerts", 1.3),
    Field("disposition", "Disposition", 0),
)


def unauthorized(item: Item, sources: Sources) -> Content:
    """Confirmed accounts as the answer; potential ones in an annex and an exhibit of their own, never mixed."""
    confirmed = {a.alert_id: a for a in sources.alerts if a.disposition == CONFIRMED}
    potential = {
        a.alert_id: a
        for a in sources.alerts
        if a.family == FAMILY and a.alert_id not in confirmed and a.disposition in UNDETERMINED
    }
    lister = _Lister(item, sources)
    answer = lister.exhibit("A", "confirmed", "Confirmed: opened or added without authorization", confirmed)
    certain = frozenset(answer.column("account_id"))
    annex = lister.exhibit("B", "potential", "Potential: under review or not ruled out", potential, certain)
    nothing = "No account or feature of the period has been confirmed as opened without authorization."
    return Content(
        found=len(answer.rows),
        gaps=(*_unfinished(potential, annex), *lister.nameless(confirmed), *_unexamined(sources)),
        figures=_figures(answer, sources),
        blocks=(Heading(answer.title), Listing(answer.number) if answer.rows else Text(nothing)),
        exhibits=(answer, annex),
        limits=LIMITS,
        annex_title=f"Annex to item {item.number}: potential, not confirmed",
        annex=(Text(ANNEX), Listing(annex.number) if annex.rows else Text(NO_POTENTIAL)),
    )


def _figures(answer: Exhibit, sources: Sources) -> tuple[Figure, ...]:
    limbs, customers = answer.column("limb"), set(answer.column("customer_id"))
    fees = None if sources.absent("transactions") else total(answer.column("fees_charged"))
    return (
        figure(
            "Confirmed: accounts opened without authorization",
            count(limbs, OPENED),
            answer,
            f"rows where limb is {OPENED}",
        ),
        figure(
            "Confirmed: features added without authorization",
            count(limbs, ADDED),
            answer,
            f"rows where limb is {ADDED}",
        ),
        figure("Customers concerned", len(customers), answer, "distinct customer_id"),
        figure("Fees charged on them", fees, answer, "sum of fees_charged"),
    )


def _unfinished(potential: Mapping[str, AlertFacts], annex: Exhibit) -> list[str]:
    if not potential:
        return []
    return [
        "Alerts are undecided or could not be ruled out; what stands behind them is listed apart in exhibit "
        f"{annex.number}."
    ]


def _unexamined(sources: Sources) -> list[str]:
    """What the detectors of unauthorized accounts did not see."""
    own = {detector.id for detector in sources.detectors if detector.family == FAMILY}
    if not own:
        return ["No detector of unauthorized accounts was part of the run."]
    blind = {c.detector for c in sources.coverage if c.detector in own and (c.state != RAN or c.not_examined)}
    if not blind:
        return []
    return [
        f"Not examined in full by {', '.join(sorted(blind))}; item 9 states what was not examined and why."
    ]


class _Lister:
    """Makes the lists of accounts behind alerts, all from the same facts."""

    def __init__(self, item: Item, sources: Sources) -> None:
        self._item, self._sources = item, sources
        self._facts = {row["account_id"]: row for row in records(sources.tables["finra_accounts"])}
        self._behind = _alerts_by_account(sources)
        self._paid, self._acted = _compensation(sources), _actions(sources)

    def exhibit(
        self,
        letter: str,
        slug: str,
        title: str,
        alerts: Mapping[str, AlertFacts],
        without: frozenset[Value] = frozenset(),
    ) -> Exhibit:
        """The accounts of the period behind these alerts, `without` those listed elsewhere."""
        rows = []
        for account, alert_ids in self._behind.items():
            relevant = [alerts[alert_id] for alert_id in alert_ids if alert_id in alerts]
            if relevant and account in self._facts and account not in without:
                rows.append(self._row(self._facts[account], relevant))
        return Exhibit(control_number(self._item, letter), slug, title, ABOUT, FIELDS, tuple(rows))

    def nameless(self, alerts: Mapping[str, AlertFacts]) -> list[str]:
        """Alerts behind which no single account stands."""
        named = {alert_id for ids in self._behind.values() for alert_id in ids}
        missing = sorted(set(alerts) - named)
        if not missing:
            return []
        return [
            f"Confirmed alerts that name no single account: {', '.join(missing)}. Which they mean is not known."
        ]

    def _row(self, fact: Mapping[str, Any], alerts: list[AlertFacts]) -> tuple[Value, ...]:
        absent = self._sources.absent
        fees = not absent("transactions")
        last = max(
            (a for a in alerts if a.decided_on is not None),
            key=lambda a: (str(a.decided_on), a.alert_id),
            default=None,
        )
        return (
            fact["customer_id"],
            fact["customer_name"],
            fact["account_id"],
            ADDED if fact["parent_account_id"] else OPENED,
            fact["product_name"] or fact["product_code"],
            iso(fact["opened_at_day"]),
            fact["channel"],
            fact["branch_id"],
            fact["rep_id"],
            fact["rep_name"],
            fact["crd_number"],
            yes_no(fact["registered"]),
            fact["supervisor_id"],
            fact["campaign_id"],
            *_relation(fact, self._sources),
            "exception report: " + ", ".join(sorted({alert.detector for alert in alerts})),
            min(alert.first_seen for alert in alerts).isoformat(),
            str(last.decided_on) if last else None,
            last.decided_by if last else None,
            money(fact["fee_cents"]) if fees else None,
            money(fact["refund_cents"]) if fees else None,
            iso(fact["credit_pulled_at_day"]),
            None if absent("complaints") else money(self._paid.get(fact["account_id"], 0)),
            fact["status"],
            iso(fact["closed_on_day"]),
            fact["closed_by"],
            None if absent("discipline") else self._acted.get(str(fact["rep_id"]), "none recorded"),
            ";".join(alert.alert_id for alert in alerts),
            ";".join(sorted({alert.disposition or "undecided" for alert in alerts})),
        )


def _alerts_by_account(sources: Sources) -> dict[str, list[str]]:
    """The alerts behind which each account stands, in order."""
    found: dict[str, set[str]] = {}
    for row in records(sources.findings[["alert_id", "account_id"]]) if len(sources.findings) else []:
        if row["account_id"] is not None and row["alert_id"] is not None:
            found.setdefault(row["account_id"], set()).add(row["alert_id"])
    return {account: sorted(ids) for account, ids in sorted(found.items())}


def _relation(fact: Mapping[str, Any], sources: Sources) -> tuple[str | None, str]:
    """Whether an opening is related to a cross-selling program, and on what ground; None is not known."""
    if fact["campaign_id"]:
        return "yes", f"counted to campaign {fact['campaign_id']}"
    if fact["quota_id"]:
        return "yes", f"the opener had goal {fact['quota_id']} on that day"
    if missing := [*sources.absent("quotas", "campaigns"), *sources.lacks("accounts", "campaign_id")]:
        return None, f"not known: {', '.join(missing)} not provided"
    return "no", "no campaign, and no goal of the opener for it on that day"


def _compensation(sources: Sources) -> dict[str, int]:
    """Cents paid on complaints, by account."""
    paid: dict[str, int] = {}
    for row in records(sources.tables["finra_complaints"]):
        if row["account_id"] and row["amount_paid_cents"]:
            paid[row["account_id"]] = paid.get(row["account_id"], 0) + row["amount_paid_cents"]
    return paid


def _actions(sources: Sources) -> dict[str, str]:
    """Actions on each employee for cross-selling, ready to print."""
    actions: dict[str, list[str]] = {}
    for row in records(sources.tables["finra_discipline"]):
        if row["reason_code"] == "cross_selling":
            actions.setdefault(row["rep_id"], []).append(f"{row['action']} {iso(row['action_on_day'])}")
    return {rep: "; ".join(sorted(texts)) for rep, texts in actions.items()}
