"""The paper about an opening: contact data as given, consents, visits and calls, edits of the customer's record."""

from __future__ import annotations

import numpy as np

from surveil.simulate import names
from surveil.simulate.figures import BRANCH, OPENING
from surveil.simulate.schemes.profiles import chance
from surveil.simulate.sittings import BRANCH_CHANNEL, MOBILE, ONLINE, PHONE_CHANNEL, SYSTEM, Part
from surveil.simulate.table import DAY, Array, Columns, length, take

WET, ESIGN, RECORDED, APPLICATION = range(4)
CONSENT_KINDS = ("wet_signature", "e_signature", "recorded_call", "online_application")
FORGED_LATE, FORGED_REUSED, FORGED_DEVICE = range(3)
PLACEHOLDERS = ("noname@{bank}", "none@{bank}", "noemail@mail.example.com", "unknown@{bank}", "no@no.example")
CUSTOMER_DEVICE, REP_DEVICE, PAD_DEVICE, STRANGE_DEVICE = range(4)


def scheme_column(part: Part, accounts: Columns, name: str, default: float) -> Array:
    """An attribute of each account's scheme, or a default for honest accounts."""
    values = np.array([getattr(scheme, name) for scheme in part.firm.schemes] + [default], dtype=float)
    return values[accounts["scheme"]]


def contact_data(part: Part, accounts: Columns, customers: Columns) -> None:
    """`email`, `phone` (a number) and `style` as given at the opening: mostly the customer's, seldom somebody else's."""
    rng = part.streams("contact data")
    size = length(accounts)
    owner = accounts["customer"]
    phone, email = customers["phone"][owner].copy(), customers["email"][owner].copy()
    bad = accounts["scheme"] >= 0
    draw = rng.random((5, size))
    reps = part.firm.reps
    rep = np.maximum(accounts["rep"], 0)
    shared = draw[0] < np.where(bad, chance("shared_contact", accounts["profile"]), 0.0)
    burner = _burner_numbers(part, accounts, rng)
    phone = np.where(shared, burner, phone)
    mates = customers["household"][owner]
    phone = np.where(~bad & (draw[0] < OPENING.shared_phone), customers["phone"][mates], phone)
    staff = (accounts["rep"] >= 0) & (
        draw[1] < np.where(bad, chance("employee_contact", accounts["profile"]), OPENING.employee_contact)
    )
    by_phone = draw[2] < 0.6
    phone = np.where(staff & by_phone, reps.phone[rep], phone)
    email = np.where(staff & ~by_phone, reps.email[rep], email)
    for row in np.flatnonzero(draw[3] < np.where(bad, chance("placeholder", accounts["profile"]), 0.0012)):
        email[row] = PLACEHOLDERS[int(draw[4, row] * len(PLACEHOLDERS))].format(bank=names.BANK_DOMAIN)
    accounts["phone"] = _mistype_numbers(rng, phone)
    accounts["email"] = _vary_addresses(rng, email)
    accounts["style"] = np.where(rng.random(size) < 0.7, customers["style"][owner], rng.integers(0, 4, size))


def _burner_numbers(part: Part, accounts: Columns, rng: np.random.Generator) -> Array:
    """A scheme has up to three numbers of its own, from the same exchanges as everybody's."""
    which = rng.integers(0, 3, length(accounts))
    scheme = np.maximum(accounts["scheme"], 0)
    area = np.array([212, 305, 404, 512, 617, 718, 813, 916])[(scheme + which) % 8]
    line = (scheme * 7_919 + which * 104_729 + part.firm.seed * 31) % 10_000
    return area * 10_000_000 + 555 * 10_000 + line


def _mistype_numbers(rng: np.random.Generator, phone: Array) -> Array:
    slip = (rng.random(len(phone)) < OPENING.mistyped_contact) & (phone > 0)
    return np.where(slip, phone // 10 * 10 + (phone % 10 + rng.integers(1, 10, len(phone))) % 10, phone)


def _vary_addresses(rng: np.random.Generator, email: Array) -> Array:
    """Capitals, plus-addressing, a dropped letter: the same person, written differently."""
    out = email.copy()
    draw = rng.random(len(email))
    for row in np.flatnonzero(draw < OPENING.plus_address + 2 * OPENING.mistyped_contact):
        if out[row] is None:
            continue
        local, _, domain = out[row].partition("@")
        if draw[row] < OPENING.plus_address:
            out[row] = (
                f"{local}+bank@{domain}"
                if draw[row] < OPENING.plus_address / 2
                else f"{local.title()}@{domain}"
            )
        elif draw[row] < OPENING.plus_address + OPENING.mistyped_contact:
            out[row] = f"{local[:-2]}{local[-1]}@{domain}"
        else:
            out[row] = f"{local}@{domain.replace('e', '', 1)}"
    return out


def consents(part: Part, accounts: Columns) -> Columns:
    """A consent for each account that has one on record. `captured` is in branch-local seconds."""
    rng = part.streams("consents")
    size = length(accounts)
    bad = accounts["scheme"] >= 0
    rep = accounts["rep"]
    month = part.firm.calendar.month[part.firm.calendar.position(part.start + accounts["day"])]
    sloppy = np.exp(np.where(rep >= 0, part.firm.reps.paperwork[rep], 0.0))
    missing = np.where(
        bad, chance("consent_missing", accounts["profile"]), np.minimum(0.9, OPENING.consent_missing * sloppy)
    )
    outage = part.firm.branches.consent_outage[accounts["branch"], month] * (
        accounts["channel"] == BRANCH_CHANNEL
    )
    gone = rng.random(size) < 1 - (1 - missing) * (1 - outage)
    parent = np.maximum(accounts["parent"], 0)
    gone |= (accounts["parent"] >= 0) & gone[parent] & (rng.random(size) < 0.8)
    in_window = (accounts["day"] >= 0) & (accounts["channel"] != SYSTEM)
    covered = accounts["opened"] // DAY >= part.firm.branches.no_consents_before[accounts["branch"]]
    rows = np.flatnonzero(~gone & in_window & covered)
    table = take(
        {
            name: accounts[name]
            for name in ("rep", "channel", "opened", "branch", "customer", "sitting", "scheme")
        },
        rows,
    )
    table["account"] = rows
    many = len(rows)
    table["kind"] = _consent_kind(rng, table["channel"])
    table["captured"] = table["opened"] - rng.integers(40, 900, many)
    late = (rng.random(many) < OPENING.consent_late) & (table["scheme"] < 0)
    table["captured"] = np.where(late, table["opened"] + rng.integers(1, 4, many) * DAY, table["captured"])
    online = np.isin(table["channel"], (ONLINE, MOBILE))
    table["by"] = np.where(online | (table["kind"] == ESIGN), -1, table["rep"])
    table["document"] = table["sitting"] * 3 + (rng.random(many) < 0.25)
    device = np.where(table["kind"] == WET, PAD_DEVICE, CUSTOMER_DEVICE)
    beside = (table["kind"] == ESIGN) & (table["rep"] >= 0) & (rng.random(many) < OPENING.staff_device)
    device = np.where(beside, REP_DEVICE, device)
    table["device"] = np.where(table["kind"] == RECORDED, -1, device)
    _forge(part, rng, accounts, table)
    return table


def _consent_kind(rng: np.random.Generator, channel: Array) -> Array:
    desk = np.where(rng.random(len(channel)) < 0.6, WET, ESIGN)
    phone = np.where(rng.random(len(channel)) < 0.75, RECORDED, ESIGN)
    return np.select(
        [channel == PHONE_CHANNEL, np.isin(channel, (ONLINE, MOBILE))], [phone, APPLICATION], desk
    )


def _forge(part: Part, rng: np.random.Generator, accounts: Columns, table: Columns) -> None:
    """Some openings without authority do have a consent: late, copied, or signed on the wrong device."""
    bad = table["scheme"] >= 0
    profile = accounts["profile"][table["account"]]
    forged = bad & (rng.random(len(bad)) < chance("consent_forged", profile))
    style = (scheme_column(part, table, "style", 0.0) * 3).astype(np.int64)
    late = forged & (style == FORGED_LATE)
    table["captured"] = np.where(
        late, table["opened"] + rng.integers(1, 25, len(bad)) * DAY, table["captured"]
    )
    copied = forged & (style == FORGED_REUSED)
    table["document"] = np.where(
        copied, -2 - table["scheme"] * 2 - rng.integers(0, 2, len(bad)), table["document"]
    )
    device = forged & (style == FORGED_DEVICE)
    table["kind"] = np.where(device, ESIGN, table["kind"])
    table["by"] = np.where(device, -1, table["by"])
    table["device"] = np.where(device, REP_DEVICE, table["device"])
    table["forged"] = np.where(forged, table["scheme"], -1)


def opening_contacts(part: Part, accounts: Columns) -> Columns:
    """A visit or call for each sitting that left a trace; none for openings by the customer himself."""
    rng = part.streams("opening contacts")
    rows = np.flatnonzero((accounts["parent"] < 0) & (accounts["rep"] >= 0) & (accounts["day"] >= 0))
    _, first = np.unique(accounts["sitting"][rows], return_index=True)
    rows = rows[first]
    bad = accounts["scheme"][rows] >= 0
    rep, branch = accounts["rep"][rows], accounts["branch"][rows]
    month = part.firm.calendar.month[part.firm.calendar.position(part.start + accounts["day"][rows])]
    usual = np.minimum(0.9, OPENING.contact_missing * np.exp(0.7 * part.firm.reps.paperwork[rep]))
    usual = np.where(accounts["bulk"][rows] >= 0, BRANCH.payroll_contact_missing, usual)
    missing = np.where(bad, chance("contact_missing", accounts["profile"][rows]), usual)
    outage = part.firm.branches.contact_outage[branch, month]
    kept = rows[rng.random(len(rows)) >= 1 - (1 - missing) * (1 - outage)]
    phone = accounts["channel"][kept] == PHONE_CHANNEL
    before = rng.integers(300, 2400, len(kept))
    early = rng.random(len(kept)) < 0.06
    before = np.where(early, rng.integers(1, 3, len(kept)) * DAY + before, before)
    return {
        "customer": accounts["customer"][kept],
        "rep": accounts["rep"][kept],
        "branch": accounts["branch"][kept],
        "zone": part.firm.branches.zone[accounts["branch"][kept]],
        "at": accounts["opened"][kept] - before,
        "kind": np.where(phone, 1, np.where(rng.random(len(kept)) < 0.2, 4, 0)),
        "out": (phone & (rng.random(len(kept)) < 0.4)).astype(np.int64),
        "product": np.where(rng.random(len(kept)) < 0.5, accounts["product"][kept], -1),
        "outcome": np.where(phone, 0, np.where(rng.random(len(kept)) < 0.7, 3, -1)),
        "note": np.full(len(kept), -1),
        "scheme": np.full(len(kept), -1),
    }
