"""Turns the firm's people, places and accounts into rows of the feeds, before ids, clocks and dirt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bench.third.state import Account, Customer, Rep, Row, World

Rows = Iterator[Row]


def branches(world: World) -> Rows:
    """The branches feed."""
    for b in world.branches:
        kind = (
            b.kind
            if b.kind in ("standard", "student", "payroll", "retirement", "call_centre")
            else "standard"
        )
        closed = b.closed_on if b.closed_on and b.closed_on <= world.end else None
        yield {
            "branch_id": b.branch_id,
            "name": b.name,
            "kind": kind,
            "district": b.district,
            "region": b.region,
            "state": b.state,
            "timezone": b.zone,
            "opened_on": b.opened_on or date(2009, 3, 2),
            "closed_on": closed,
        }


def _employer(world: World, rep: Rep) -> str:
    if rep.posts[0].branch.zone == "Asia/Manila":
        return "vendor"
    if world.kind.name == "broker_dealer" or rep.registered:
        return "broker_dealer"
    return "affiliate" if world.kind.name == "worksite" and rep.role == "advisor" else "bank"


def reps(world: World) -> Rows:
    """The reps feed."""
    for r in world.reps:
        left = r.left if r.left and r.left <= world.end else None
        mortgage = any(x.name == "MLO" for x in r.licences)
        insured = any(x.name in ("LIFE", "HEALTH", "PC") for x in r.licences)
        yield {
            "rep_id": r.rep_id,
            "name": r.name,
            "crd_number": r.crd if r.registered else "",
            "nmls_id": r.crd[:6] if mortgage else "",
            "npn": "1" + r.crd if insured else "",
            "role": r.role,
            "employer": _employer(world, r),
            "registered": r.registered,
            "hired_on": r.hired,
            "terminated_on": left,
            "termination_reason": r.reason if left else "",
            "email": r.email,
            "phone": r.phone,
            "address_line": r.address,
            "postal_code": r.postal,
            "customer_id": r.customer.n if r.customer else None,
        }


def assignments(world: World) -> Rows:
    """The assignments feed; a post that never came about is not in it."""
    for r in world.reps:
        for p in r.posts:
            start, end = max(p.start, r.hired), p.end
            if r.left and r.left <= world.end:
                last = date.fromordinal(r.left.toordinal() - 1)
                end = min(end, last) if end else last
            if start > world.end or (end and end < start):
                continue
            yield {"rep_id": r.rep_id, "start_on": start, "end_on": end, "branch_id": p.branch.branch_id,
                   "supervisor_id": p.boss, "role": r.role, "fte": p.fte}  # fmt: skip


def absences(world: World) -> Rows:
    """The absences feed."""
    for r in world.reps:
        for start, end, kind in r.away:
            if start <= world.end:
                yield {"rep_id": r.rep_id, "start_on": start, "end_on": end, "kind": kind}


def registrations(world: World) -> Rows:
    """The registrations feed; spells that begin after the extract are not known yet."""
    for r in world.reps:
        for x in r.licences:
            if x.granted > world.end:
                continue
            # A renewal still untyped at the extract would make honest sales look like breaches.
            typed = min(x.recorded, world.end) if x.recorded else None
            ended = x.ended if x.ended and x.ended <= world.end else None
            yield {"rep_id": r.rep_id, "qualification": x.name, "jurisdiction": x.where,
                   "granted_on": x.granted, "ended_on": ended, "status": x.status,
                   "recorded_on": typed}  # fmt: skip


def products(world: World) -> Rows:
    """The products feed."""
    for g in world.goods.values():
        yield {
            "product_code": g.code,
            "name": g.name,
            "family": g.family,
            "risk_level": g.risk,
            "complexity": g.hard,
            "is_credit": g.credit,
            "lockup_months": g.lockup,
            "requires": g.requires,
            "state_scope": g.by_state,
            "unused_after_days": g.unused_days,
        }


def _customer(c: Customer) -> Row:
    person = c.kind == "person"
    return {
        "_n": c.n,
        "kind": c.kind,
        "name": c.name,
        "birth_on": c.birth,
        "deceased_on": c.deceased,
        "email": c.email,
        "phone": c.phone,
        "address_line": c.address,
        "city": c.town,
        "state": c.state,
        "postal_code": c.postal,
        "household_id": c.household,
        "employer": c.employer,
        "home_branch_id": c.branch.branch_id,
        "language": c.language,
        "vulnerable": c.vulnerable or None,
        "created_on": c.created,
        "is_employee": c.staff,
        "do_not_contact": c.quiet,
        "annual_income": c.income if person else None,
        "net_worth": c.worth if person else None,
        "liquid_net_worth": c.liquid if person else None,
        "risk_tolerance": c.risk if person else None,
        "objective": c.objective if person else "",
        "horizon_months": c.horizon if person else None,
        "experience": c.experience if person else "",
        "credit_need": c.need if person else None,
    }


def customers(world: World) -> Rows:
    """The customers feed."""
    for c in world.customers:
        if c.created <= world.end:
            yield _customer(c)


def _account(world: World, a: Account) -> Row:
    dormant = a.old and a.first_use is None
    return {"_n": a.n, "_zone": a.zone, "customer_id": a.customer.n, "co_owners": [c.n for c in a.owners],
            "product_code": a.good.code, "applied_at": a.applied, "opened_at": a.opened,
            "recorded_at": a.recorded, "opened_by": a.opened_by, "credited_to": a.credited_to,
            "branch_id": a.branch.branch_id if a.branch else "", "channel": a.channel,
            "status": "closed" if a.closed else "dormant" if dormant else "open", "closed_on": a.closed,
            "closed_by": a.closed_by, "email": a.email, "phone": a.phone, "device_id": a.device,
            "credit_pulled_at": a.pulled, "parent_account_id": a.parent.n if a.parent else None,
            "campaign_id": a.campaign}  # fmt: skip


def accounts(world: World) -> Rows:
    """The accounts feed."""
    for a in world.accounts:
        if a.opened.date() <= world.end:
            yield _account(world, a)


def consents(world: World) -> Rows:
    """The consents feed; what was lost, or kept in another system, is left out."""
    spans: dict[str, list[tuple[date, date]]] = {}
    for feed, branch_id, first, last in world.lost:
        if feed == "consents":
            spans.setdefault(branch_id, []).append((first, last))
    for a in world.accounts:
        c = a.consent
        if c is None or a.old or a.opened.date() > world.end or c.at.date() > world.end:
            continue
        gone = spans.get(a.branch.branch_id, []) if a.branch else []
        if not any(first <= c.at.date() <= last for first, last in gone):
            yield {
                "_n": a.n,
                "_zone": a.zone,
                "account_id": a.n,
                "kind": c.kind,
                "captured_at": c.at,
                "captured_by": c.by,
                "document_hash": c.paper,
                "device_id": c.device,
                "ip_address": c.ip,
            }


def contacts(world: World) -> Rows:
    """The contacts feed, without the days a visitor log was down."""
    spans: dict[str, list[tuple[date, date]]] = {}
    for feed, branch_id, first, last in world.lost:
        if feed == "contacts":
            spans.setdefault(branch_id, []).append((first, last))
    for row in world.rows.get("contacts", []):
        if not any(first <= row["at"].date() <= last for first, last in spans.get(row["branch_id"], [])):
            yield row


def coverage(world: World, cuts: dict[str, tuple[date, date]]) -> Rows:
    """The coverage feed: what every extract spans, and the holes the firm knows and owns up to."""
    dice = world.dice("coverage")
    for feed in ("accounts", "consents", "transactions", "contacts", "sales", "referrals", "profile_changes"):
        if feed in world.habits.missing_feeds or (feed in ("sales", "referrals") and feed not in world.rows):
            continue
        first, last = cuts.get(feed, (world.start, world.end))
        yield {"feed": feed, "scope": "", "covers_from": first, "covers_to": last}
    day = date.resolution
    seen = set()
    for feed, branch_id, first, last in world.lost:
        if dice.random() > 0.6 or feed in world.habits.missing_feeds or (feed, branch_id) in seen:
            continue
        seen.add((feed, branch_id))
        if first > world.start:
            yield {"feed": feed, "scope": branch_id, "covers_from": world.start, "covers_to": first - day}
        if last < world.end:
            yield {"feed": feed, "scope": branch_id, "covers_from": last + day, "covers_to": world.end}
