"""Customers: who comes to a sitting, with whom they live, how they are reached, what they own and want."""

from __future__ import annotations

import numpy as np

from surveil.simulate import names
from surveil.simulate.branches import PLACES, RETIREMENT, STUDENT
from surveil.simulate.figures import BRANCH, OPENING
from surveil.simulate.sittings import Part
from surveil.simulate.table import DAY, NONE, Array, Columns, length, only, running_count

FICTITIOUS_EXCHANGE = 555
EXCHANGES = 780
"""Exchanges from 200, used by firms with more customers than one exchange has room for."""
LARGE_FIRM = 150_000


def assign_customers(part: Part, sittings: Columns) -> tuple[Array, Columns]:
    """A customer for each sitting: new, or one of the branch's so far.

    Returns the customer's position per sitting and the bare customers (`branch`, `created` second, `first` sitting or
    -1 for those from before the window). `existing` in sittings: 1 must know the bank, 0 must be new, -1 either.
    """
    rng = part.streams("customers")
    order = np.lexsort((sittings["tod"], sittings["day"], sittings["branch"]))
    branch = sittings["branch"][order]
    wanted = sittings["existing"][order]
    new = np.where(wanted >= 0, wanted == 0, rng.random(len(order)) < OPENING.new_customer)
    local = np.searchsorted(part.group.branches, branch)
    per_branch = np.bincount(local, minlength=len(part.group.branches))
    earlier = np.maximum(30, rng.poisson(OPENING.earlier_customers * per_branch + 1))
    first_row = np.cumsum(per_branch) - per_branch
    new_before = np.cumsum(new) - new
    new_before = new_before - new_before[np.minimum(first_row, len(order) - 1)][local]
    pool = earlier[local] + new_before
    pick = np.where(new, pool, (rng.random(len(order)) * pool).astype(np.int64))
    new_per_branch = np.bincount(local, weights=new, minlength=len(earlier)).astype(np.int64)
    base = np.cumsum(earlier + new_per_branch) - (earlier + new_per_branch)
    customer = np.empty(len(order), dtype=np.int64)
    customer[order] = base[local] + pick
    total = int((earlier + new_per_branch).sum())
    home = np.repeat(part.group.branches, earlier + new_per_branch)
    created = (part.start - rng.integers(200, 7000, total)) * DAY + rng.integers(9 * 3600, 17 * 3600, total)
    first = np.full(total, -1)
    starts = order[new]
    first[customer[starts]] = starts
    at = (part.start + sittings["day"]) * DAY + sittings["tod"]
    known = first >= 0
    created[known] = at[first[known]] - rng.integers(300, 1500, int(known.sum()))
    return customer, {"branch": home, "created": created, "first": first}


def describe_customers(
    part: Part, bare: Columns, child: Array, bulk: Array, own: Array, family: Array
) -> Columns:
    """Give bare customers names, homes, contacts and means.

    `child`: opened a youth account first; `bulk`: employer or -1; `own`, `family`: see `victims.staff_records`.
    """
    rng = part.streams("people")
    size = length(bare)
    kind = part.firm.branches.kind[bare["branch"]]
    household = _households(rng, bare, child)
    household = np.where(family >= 0, family, household)
    script, surname = names.draw_scripts(rng, size)
    staff = np.flatnonzero(own >= 0)
    script[own[staff]] = part.firm.reps.table["script"][staff]
    surname[own[staff]] = part.firm.reps.table["family"][staff]
    who = names.people(rng, script[household], surname[household])
    birth = _births(rng, part, bare["created"] // DAY, kind, child)
    address = _addresses(rng, part, bare["branch"], kind, household)
    business = (rng.random(size) < 0.05) & ~child & (bulk < 0)
    trade = rng.integers(0, len(names.TRADES), size)
    titles = np.array(names.TRADES, dtype=object)[trade]
    table: Columns = {
        **bare,
        "household": household,
        "alone": np.bincount(household, minlength=size)[household] == 1,
        "kind": np.where(business, "business", "person").astype(object),
        "name": np.where(business, who.name + " " + titles, who.name),
        "local": who.local,
        "language": who.language,
        "birth": np.where(business, NONE, birth),
        **address,
        **_contacts(rng, part, bare, kind, household, who.local),
        **_means(rng, part, birth, kind),
    }
    employer = np.where(rng.random(size) < 0.5, rng.integers(0, len(names.EMPLOYERS), size), -1)
    table["employer"] = np.where(bulk >= 0, bulk, employer)
    table["vulnerable"] = np.where(
        rng.random(size) < 0.25, NONE, rng.random(size) < np.where(birth < -10_000, 0.10, 0.02)
    )
    table["do_not_contact"] = (rng.random(size) < 0.03).astype(np.int64)
    table["household_known"] = rng.random(size) < 0.8
    _enter_twice(part, table, own, child)
    return table


def _enter_twice(part: Part, table: Columns, own: Array, child: Array) -> None:
    """Some new customers are known already and were entered again, spelt a little differently."""
    rng = part.streams("duplicates")
    size = length(table)
    place = running_count(table["branch"])
    again = (table["first"] >= 0) & (place > 0) & ~child & (rng.random(size) < OPENING.duplicate_customer)
    again &= ~np.isin(np.arange(size), own)
    rows = np.flatnonzero(again)
    true = rows - 1 - (rng.random(len(rows)) * np.minimum(place[rows], 200)).astype(np.int64)
    fits = table["created"][true] < table["created"][rows] - 20 * DAY
    rows, true = rows[fits], true[fits]
    for name in (
        "kind",
        "birth",
        "address",
        "place",
        "postal",
        "facility",
        "phone",
        "email",
        "language",
        "employer",
    ):
        table[name][rows] = table[name][true]
    for row, source, how in zip(
        rows.tolist(), true.tolist(), rng.integers(0, 4, len(rows)).tolist(), strict=True
    ):
        name, email = str(table["name"][source]), table["email"][source]
        swapped = name[:-2] + name[-1] + name[-2]
        table["name"][row] = (name, name.upper(), swapped, name.replace(" ", "  "))[how]
        if email is not None and how:
            local, _, domain = email.partition("@")
            table["email"][row] = (
                email,
                email.upper(),
                f"{local}+2@{domain}",
                f"{local.replace('.', '')}@{domain}",
            )[how]


def _households(rng: np.random.Generator, bare: Columns, child: Array) -> Array:
    """The position of the head of each customer's household; children always join one."""
    size = length(bare)
    branch = bare["branch"]
    place = running_count(branch)
    joins = ((rng.random(size) < OPENING.household) | child) & (place > 0)
    back = 1 + (rng.random(size) * np.minimum(place, 400)).astype(np.int64)
    head = np.where(joins, np.arange(size) - np.minimum(back, place), np.arange(size))
    for _ in range(64):
        further = head[head]
        if np.array_equal(further, head):
            break
        head = further
    crowd = running_count(head)
    return np.where((crowd > 4) & ~child, np.arange(size), head)


def _births(rng: np.random.Generator, part: Part, created: Array, kind: Array, child: Array) -> Array:
    size = len(kind)
    age = np.where(
        kind == STUDENT,
        rng.normal(21, 2.2, size).clip(18, 30),
        np.where(
            kind == RETIREMENT, rng.normal(74, 7, size).clip(55, 98), 18 + 67 * rng.beta(1.6, 2.1, size)
        ),
    )
    at = np.minimum(created, part.start)
    birth = at - (age * 365.25).astype(np.int64) - rng.integers(0, 365, size)
    return np.where(child, created - rng.integers(200, 5800, size), birth)


def _addresses(rng: np.random.Generator, part: Part, branch: Array, kind: Array, household: Array) -> Columns:
    size = len(branch)
    number = rng.integers(2, 4000, size)
    street = rng.integers(0, len(names.STREETS), size)
    suffix = rng.integers(0, len(names.STREET_KINDS), size)
    unit = np.where(rng.random(size) < 0.3, rng.integers(1, 240, size), 0)
    facility = (kind == RETIREMENT) & (rng.random(size) < 0.5)
    number = np.where(facility, 1200 + branch % 50, number)
    street = np.where(facility, branch % len(names.STREETS), street)
    suffix = np.where(facility, 0, suffix)
    unit = np.where(facility, rng.integers(1, 400, size), unit)
    number, street, suffix, unit, facility = (
        column[household] for column in (number, street, suffix, unit, facility)
    )
    place = part.firm.branches.place[branch[household]]
    line = [
        f"{n} {names.STREETS[s]} {names.STREET_KINDS[k]}{f', Apt {u}' if u else ''}"
        for n, s, k, u in zip(number, street, suffix, unit, strict=True)
    ]
    postal = rng.integers(0, 40, size)[household]
    return {
        "address": np.array(line, dtype=object),
        "place": place,
        "postal": np.array(
            [f"{PLACES[p].postal}{n:02d}" for p, n in zip(place, postal, strict=True)], dtype=object
        ),
        "facility": facility,
    }


def _contacts(
    rng: np.random.Generator, part: Part, bare: Columns, kind: Array, household: Array, local: Array
) -> Columns:
    """Telephone numbers (10 digits as a number) and e-mail addresses: one's own, the household's, or a facility's."""
    size = length(bare)
    place = part.firm.branches.place[bare["branch"]]
    groups = len(part.firm.groups)
    large = part.firm.expected_accounts > LARGE_FIRM
    phone = _numbers(place, running_count(place) * groups + part.group.number, part.firm.seed, large)
    share = rng.random(size)
    phone = np.where((household != np.arange(size)) & (share < 0.30), phone[household], phone)
    facility = (kind == RETIREMENT) & (rng.random(size) < BRANCH.facility_phone)
    front_desk = (
        np.array([p.areas[0] for p in PLACES])[place] * 10_000_000 + 991_0000 + bare["branch"] % 10_000
    )
    phone = np.where(facility, front_desk, phone)
    domain = rng.integers(0, len(names.MAIL_DOMAINS), size)
    _, code = np.unique(np.char.add(local.astype(str), domain.astype(str)), return_inverse=True)
    nth = running_count(code) * groups + part.group.number
    email = np.array(
        [
            f"{who}{n if n else ''}@{names.MAIL_DOMAINS[d]}"
            for who, n, d in zip(local, nth, domain, strict=True)
        ],
        dtype=object,
    )
    joint = (household != np.arange(size)) & (rng.random(size) < 0.12)
    email = np.where(joint, email[household], email)
    return {
        "phone": np.where(rng.random(size) < 0.03, NONE, phone),
        "email": only(rng.random(size) >= 0.09, email),
        "style": rng.integers(0, 4, size),
    }


def _numbers(place: Array, nth: Array, seed: int, large: bool) -> Array:
    """Different telephone numbers for different customers: an affine permutation of the numbers of each place."""
    areas = np.array([p.areas for p in PLACES])[place]
    exchanges = EXCHANGES if large else 1
    span = areas.shape[1] * exchanges * 10_000
    mixed = (nth * 7_368_787 + seed % 1_000_003 + 40_503 * place) % span
    area = np.take_along_axis(areas, (mixed % areas.shape[1])[:, None], axis=1)[:, 0]
    line = mixed // areas.shape[1]
    first = 200 if large else FICTITIOUS_EXCHANGE
    return np.asarray(area * 10_000_000 + (first + line % exchanges) * 10_000 + line // exchanges)


def _means(rng: np.random.Generator, part: Part, birth: Array, kind: Array) -> Columns:
    """Income, wealth and the investor profile, loosely tied to age."""
    size = len(birth)
    age = (part.start - birth) / 365.25
    income = np.exp(rng.normal(10.85, 0.55, size)) * np.where(age < 25, 0.45, np.where(age > 67, 0.65, 1.0))
    worth = income * np.exp(rng.normal(0.4 + 0.03 * np.clip(age - 25, 0, 45), 0.9, size))
    liquid = worth * rng.beta(2, 4, size)
    risk = np.clip(np.round(rng.normal(3.2 - 0.02 * (age - 45), 1.0, size)), 1, 5).astype(np.int64)
    horizon = np.clip(rng.normal(150 - 1.2 * (age - 45), 60, size), 6, 480).astype(np.int64)
    unknown = rng.random(size) < 0.12
    return {
        "income": np.where(unknown, NONE, (income // 100 * 100 * 100).astype(np.int64)),
        "worth": np.where(unknown, NONE, (worth // 100 * 100 * 100).astype(np.int64)),
        "liquid": np.where(unknown, NONE, (liquid // 100 * 100 * 100).astype(np.int64)),
        "risk": np.where(unknown, NONE, risk),
        "objective": np.where(unknown, -1, np.clip(risk - 1 + rng.integers(-1, 2, size), 0, 4)),
        "horizon": np.where(unknown, NONE, horizon),
        "experience": np.where(unknown, -1, np.clip(rng.integers(0, 3, size) + (risk > 3), 0, 3)),
        "need_credit": np.where(
            rng.random(size) < 0.3, NONE, rng.random(size) < np.where(age < 45, 0.5, 0.25)
        ),
    }


def format_phone(phone: Array, style: Array) -> Array:
    """Telephone numbers as clerks type them, in one of four ways."""
    out = np.full(len(phone), None, dtype=object)
    for row in np.flatnonzero(phone >= 0):
        n = int(phone[row])
        a, b, c = n // 10_000_000, n // 10_000 % 1000, n % 10_000
        match int(style[row]):
            case 0:
                out[row] = f"({a}) {b:03d}-{c:04d}"
            case 1:
                out[row] = f"{a}-{b:03d}-{c:04d}"
            case 2:
                out[row] = f"+1{a}{b:03d}{c:04d}"
            case _:
                out[row] = f"{a}.{b:03d}.{c:04d}"
    return out
