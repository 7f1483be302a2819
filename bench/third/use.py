"""What is done with accounts: funding, everyday use, transfers between own accounts, fees and interest."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from bench.third.goods import Good
from bench.third.licences import may_sell
from bench.third.names import words
from bench.third.places import at_hour
from bench.third.selling import open_account
from bench.third.state import Account, How, Rep, World

_SHOPS = words(
    "Corner Market;Fuel Stop;Pharmacy Plus;Rent Office;Utility Co;Phone Co;City Water;Diner;Online Store;Gym",
    ";",
)


def old_accounts(world: World) -> None:
    """The accounts customers already had when the window opened."""
    dice = world.dice("old accounts")
    goods = [
        g
        for g in world.goods.values()
        if g.family in ("deposit", "card") and g.short not in ("TRUST", "SHARE")
    ]
    if len(goods) < 3:
        goods = [g for g in world.goods.values() if g.family in ("deposit", "card", "mutual_fund", "life")]
    for person in list(world.customers):
        fits = [g for g in goods if g.who in ("any", person.who)]
        if person.created >= world.start or not fits:
            continue
        for good in dict.fromkeys(dice.choices(fits, [g.weight for g in fits], k=dice.choice([1, 1, 2, 3]))):
            _old(world, person.n, good, dice, person)


def _old(world: World, n: int, good: Good, dice: Random, person: Any) -> None:
    room = max(1, (world.start - person.created).days)
    day = person.created + timedelta(days=dice.choice([0, dice.randrange(room)]))
    crew = [r for r in person.branch.crew if r.hired <= day and may_sell(r, good, person.state, day)]
    how = How(at=None, channel="branch", consent="waived", use="sure" if dice.random() < 0.85 else "never")
    rep = dice.choice(crew) if crew and dice.random() < 0.6 else None
    # The opener has often left: his id means nothing to today's staff list.
    how.opened_by = rep.rep_id if rep else dice.choice(world.departed)
    at = at_hour(day, dice.uniform(9.5, 16.5), dice)
    account = open_account(world, rep, person.branch, person, good, at, how, dice)
    account.device, account.recorded, account.old, account.fund = "", None, True, "none"
    if account.closed and account.closed < world.start:
        account.closed, account.closed_by = None, ""
    if account.first_use:
        account.first_use = world.start + timedelta(days=dice.randint(0, 45))


class Ledger:
    """Writes the transactions of all accounts, each with its own small stream of habits."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.dice = world.dice("ledger")
        self.by_id: dict[str, Rep] = {r.rep_id: r for r in world.reps}

    def post(self, account: Account, at: datetime, kind: str, amount: float | None, **cells: Any) -> None:
        """One row, unless it falls outside the window or after the closing."""
        day = at.date()
        if day > self.world.end or day < self.world.start or (account.closed and day > account.closed):
            return
        target = account
        if account.parent is not None and self.world.habits.feature_use == "parent" and kind != "activation":
            target = account.parent
        value = round(amount, 2) if amount is not None else None
        cells.setdefault("initiated_by", "customer")
        self.world.add(
            "transactions", account.zone, account_id=target.n, posted_at=at, kind=kind, amount=value, **cells
        )

    def when(self, day: date, low: float = 8.0, high: float = 21.5) -> datetime:
        """Some moment of the day."""
        return at_hour(day, self.dice.uniform(low, high), self.dice)

    def move(
        self, source: Account, target: Account, at: datetime, amount: float, by: str, rep: str = ""
    ) -> None:
        """A transfer: two legs, each naming the other account."""
        if (source.closed and at.date() > source.closed) or (target.closed and at.date() > target.closed):
            return
        if source.opened > at or at.date() > self.world.end:
            return
        common = {"tender": "internal", "initiated_by": by, "rep_id": rep}
        self.post(source, at, "transfer_out", -amount, counterparty_account_id=target.n, **common)
        self.post(target, at, "transfer_in", amount, counterparty_account_id=source.n, **common)

    def teller(self, account: Account, day: date) -> dict[str, str]:
        """Who typed a counter transaction, where firms keep it: anyone there that day."""
        branch = account.branch
        if branch is None or self.dice.random() < 0.4:
            return {}
        opener = self.by_id.get(account.rep_id)
        if opener is None or self.dice.random() < 0.7 or not opener.at_work(day):
            there = [r for r in branch.crew if r.at_work(day) and r.role != "advisor"]
            opener = self.dice.choice(there) if there else None
        return {"branch_id": branch.branch_id} | ({"rep_id": opener.rep_id} if opener else {})

    def fund(self, account: Account) -> None:
        """The money put in around the opening."""
        good, dice, opened = account.good, self.dice, account.opened.date()
        dry = good.family in ("card", "life", "health", "pc_insurance") or not good.fund
        if account.fund == "usual" and not dry:
            # People who will never use an account mostly do not fill it either.
            if dice.random() < (0.93 if account.first_use else 0.45):
                self._first_money(account)
        elif account.fund in ("firm", "agency"):
            at = self.when(opened + timedelta(days=dice.randint(1, 9)), 2, 5)
            by = "system" if account.fund == "firm" else "customer"
            amount = dice.choice([25.0, 50.0, 100.0]) if account.fund == "firm" else dice.uniform(300, 1200)
            self.post(
                account, at, "deposit", amount, tender="ach", counterparty=account.payer, initiated_by=by
            )
        if good.short == "SAV" and account.first_use and dice.random() < 0.05:
            self._challenge(account)

    def _first_money(self, account: Account) -> None:
        """Cash or a check at the counter, a payment from elsewhere, or a transfer from the older account."""
        dice, opened = self.dice, account.opened.date()
        late = dice.random() < 0.4
        at = account.opened + timedelta(minutes=dice.randint(1, 12))
        at = self.when(opened + timedelta(days=dice.randint(1, 11))) if late else at
        amount = round(account.good.fund * dice.lognormvariate(0, 0.8), 2)
        if dice.random() < 0.12:
            amount = dice.choice([1.0, 5.0, 10.0, 25.0, 25.0])
        older = self._older(account)
        if older and dice.random() < 0.5:
            by = "rep" if not late and dice.random() < 0.5 else "customer"
            amount = min(amount, 2500.0)
            self.move(older[0], account, at, amount, by, account.rep_id if by == "rep" else "")
            # Some need the money after all, or only wanted the fee waived.
            if dice.random() < 0.06:
                self.move(account, older[0], at + timedelta(days=dice.uniform(2, 28)), amount, "customer")
            return
        tender = dice.choice(["ach", "check", "card"] if late else ["cash", "check", "cash"])
        who = {} if late else self.teller(account, at.date())
        self.post(account, at, "deposit", amount, tender=tender, **who)

    def _older(self, account: Account) -> list[Account]:
        """The customer's other deposit accounts that were there the day before."""
        day = account.opened.date()
        return [
            a
            for a in account.customer.accounts
            if a.good.family == "deposit" and a.opened.date() < day and a is not account and a.first_use
        ]

    def _challenge(self, account: Account) -> None:
        """A standing order moves a few dollars every week and back when the month is dear."""
        older = self._older(account)
        day = account.opened.date()
        for week in range(1, 9 if older else 0):
            at = self.when(day + timedelta(days=7 * week), 1, 4)
            back = week % 4 == 0
            source, target = (account, older[0]) if back else (older[0], account)
            self.move(source, target, at, 15.0 if back else 5.0, "system")

    def false_fund(self, account: Account) -> None:
        """Money that only makes an account look alive."""
        dice, opened = self.dice, account.opened.date()
        day = opened + timedelta(days=dice.choice([0, 0, 1, 2, 3, 5]))
        at = self.when(day, 9, 17)
        if day == opened:
            at = account.opened + timedelta(minutes=dice.randint(3, 90))
        if account.fund == "token":
            self._token(account, at)
        elif account.source is not None:
            rep, source = account.rep_id, account.source
            amount = dice.choice([25.0, 50.0, 100.0, 100.0, 250.0, 500.0])
            by = "rep" if dice.random() < 0.6 else "customer"
            self.move(source, account, at, amount, by, rep if dice.random() < 0.5 else "")
            back = self.when(day + timedelta(days=dice.randint(1, 24)), 9, 17)
            kept = dice.choice([0, 0, 0, 1, 5])
            self.move(account, source, back, amount - kept, by, rep if dice.random() < 0.5 else "")

    def _token(self, account: Account, at: datetime) -> None:
        """A little of the seller's own money, in coins or from his account, sometimes taken back."""
        dice, rep = self.dice, account.rep_id
        amount = dice.choice([1, 1, 5, 5, 10, 20, 25]) + (dice.random() if dice.random() < 0.2 else 0)
        by = dice.choice(["customer", "rep"])
        if account.source is not None:
            self.move(account.source, account, at, amount, "rep" if dice.random() < 0.3 else "customer")
        else:
            who = {"rep_id": rep} if dice.random() < 0.6 else {}
            self.post(account, at, "deposit", amount, tender="cash", initiated_by=by, **who)
        if dice.random() < 0.35:
            back = self.when(at.date() + timedelta(days=dice.randint(5, 40)), 9, 17)
            self.post(account, back, "withdrawal", -amount, tender="cash", initiated_by="rep", rep_id=rep)

    def everyday(self, account: Account) -> None:
        """The customer's own use, from the first to the last day."""
        dice, good = self.dice, account.good
        if account.first_use is None:
            return
        day = max(account.first_use, account.opened.date())
        last = min(self.world.end, account.closed or self.world.end)
        gap = 30.0 / max(0.03, account.pace)
        at: datetime = self.when(day)
        at = max(at, account.opened + timedelta(minutes=20))
        if good.short in ("DBT",) or good.family == "card":
            self.post(account, at, "activation", None)
            at += timedelta(minutes=dice.randint(1, 4000))
        for _ in range(26 if account.parent is None else 16):
            if at.date() > last:
                return
            self._one(account, at)
            step = gap if gap > 20 else gap * 1.7
            at += timedelta(days=dice.expovariate(1 / step), minutes=1)

    def _one(self, account: Account, at: datetime) -> None:
        """One act of use, of the sort the product is for."""
        dice, good = self.dice, account.good
        shop = dice.choice(_SHOPS)
        if good.short == "OLB":
            self.post(account, at, "login", None)
        elif good.short == "ODP":
            self.post(account, at, "fee", -35.0, initiated_by="system")
        elif good.short in ("DBT", "STORE") or good.family == "card":
            amount = dice.lognormvariate(3.4, 0.9)
            if good.family == "card" and dice.random() < 0.25:
                self.post(account, at, "payment", amount * 3, tender="ach")
            else:
                self.post(account, at, "purchase", -amount, tender="card", counterparty=shop)
        elif good.short == "BPAY" or good.family in ("loan", "mortgage"):
            amount = dice.lognormvariate(5, 0.6) * (-1 if good.short == "BPAY" else 1)
            self.post(account, at, "payment", amount, tender="ach", counterparty=shop)
        elif good.family in ("life", "health", "pc_insurance"):
            self.post(account, at, "payment", good.fund, tender="ach", counterparty=account.customer.employer)
        elif good.family == "deposit":
            self._bank(account, at)
        else:
            inward = "payment" if good.family == "credit_line" else "deposit"
            kind = dice.choice([inward, "withdrawal", "withdrawal" if good.credit else "purchase"])
            amount = dice.lognormvariate(6.5, 0.8) * (1 if kind == inward else -1)
            self.post(account, at, kind, amount, tender="ach")

    def _bank(self, account: Account, at: datetime) -> None:
        dice = self.dice
        kind = dice.choices(["deposit", "withdrawal", "purchase", "payment", "own"], [34, 18, 26, 14, 8])[0]
        amount = dice.lognormvariate(4.6, 1.1)
        if kind == "own":
            mine = [o for o in account.customer.accounts if o.good.family == "deposit" and o is not account]
            others = [o for o in mine if o.opened.date() < at.date()]
            if others:
                other = dice.choice(others)
                self.move(account, other, at, round(amount, 2), "customer")
                # Parking money and taking it back is an honest habit: rent, taxes, a rainy week.
                if dice.random() < 0.25:
                    back = at + timedelta(days=dice.uniform(1, 15))
                    self.move(other, account, back, round(amount, 2), "customer")
            return
        tender = {"deposit": dice.choice(["ach", "check", "cash"]), "purchase": "card", "payment": "ach"}.get(
            kind, "cash"
        )
        who = self.teller(account, at.date()) if tender in ("cash", "check") and dice.random() < 0.3 else {}
        payer = account.customer.employer if kind == "deposit" and tender == "ach" else ""
        if self.world.kind.name == "credit_union" and tender in ("cash", "check") and dice.random() < 0.3:
            # Served at another credit union's counter: no branch and no teller of ours.
            payer, who = "Shared branch network", {}
        self.post(
            account,
            at,
            kind,
            amount * (4 if payer and tender == "ach" else 1) * (1 if kind == "deposit" else -1),
            tender=tender,
            counterparty=payer or (dice.choice(_SHOPS) if kind == "purchase" else ""),
            **who,
        )

    def upkeep(self, account: Account) -> None:
        """What the bank does by itself: interest, a monthly fee, its refund."""
        dice, good = self.dice, account.good
        if good.family == "deposit" and good.short in ("SAV", "MMA", "CD", "KID") and dice.random() < 0.5:
            for month in (3, 6, 9, 12):
                day = date(self.world.end.year if month < 9 else self.world.start.year, month, 28)
                if day > account.opened.date():
                    self.post(
                        account,
                        self.when(day, 1, 3),
                        "interest",
                        dice.uniform(0.01, 3),
                        initiated_by="system",
                    )
        if good.short in ("CHK", "CHK2", "BIZ") and account.first_use is None and dice.random() < 0.3:
            first = account.opened.date() + timedelta(days=dice.randint(28, 40))
            for turn in range(dice.randint(1, 4)):
                at = self.when(first + timedelta(days=30 * turn), 1, 3)
                self.post(account, at, "fee", -12.0, initiated_by="system")
            if dice.random() < 0.2:
                self.post(
                    account,
                    self.when(first + timedelta(days=35), 9, 16),
                    "fee_refund",
                    12.0,
                    initiated_by="rep",
                )


def write_use(world: World) -> None:
    """Every transaction of every account."""
    ledger = Ledger(world)
    for account in world.accounts:
        if account.fund in ("token", "shuffle"):
            ledger.false_fund(account)
        elif not account.old:
            ledger.fund(account)
        ledger.everyday(account)
        ledger.upkeep(account)
