"""The answer key: who did what, which accounts were opened without authority, which other rows were planted."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from surveil.simulate.days import date
from surveil.simulate.firm import Firm
from surveil.simulate.numbering import text_of
from surveil.simulate.schemes.plan import GREY, Scheme
from surveil.simulate.table import Array

KEYS = {
    "reps": ("rep_id", "typology", "strength", "start_on", "end_on"),
    "accounts": ("account_id", "typology"),
    "items": ("feed", "key", "typology"),
}


@dataclass
class Answers:
    """Collected while the firm is made; written at the end under `answers/`."""

    accounts: list[tuple[str, str]] = field(default_factory=list)
    items: list[tuple[str, str, str]] = field(default_factory=list)
    by_scheme: Counter[int] = field(default_factory=Counter)
    """Rows planted, by position of the scheme."""
    lent: set[tuple[int, int]] = field(default_factory=set)
    """(colleague whose name was used, position of the scheme)."""

    def add_accounts(self, schemes: tuple[Scheme, ...], numbers: Array, scheme: Array) -> None:
        """Accounts opened without authority; `scheme` is the position of each account's scheme."""
        kinds = [schemes[int(s)].kind for s in scheme]
        self.accounts += zip(text_of("accounts", numbers), kinds, strict=True)
        self.by_scheme.update(int(s) for s in scheme)

    def add_items(self, feed: str, schemes: tuple[Scheme, ...], numbers: Array, scheme: Array) -> None:
        """Other planted rows of a feed, as `add_accounts`."""
        kinds = [schemes[int(s)].kind for s in scheme]
        self.items += [(feed, key, kind) for key, kind in zip(text_of(feed, numbers), kinds, strict=True)]
        self.by_scheme.update(int(s) for s in scheme)

    def write(self, folder: Path, firm: Firm, rep_numbers: Array) -> None:
        """Write the three files of the key; on an honest firm they hold a header only."""
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / "reps.csv", KEYS["reps"], sorted(self._reps(firm, rep_numbers)))
        _write(folder / "accounts.csv", KEYS["accounts"], sorted(self.accounts))
        _write(folder / "items.csv", KEYS["items"], sorted(set(self.items)))

    def carried_out(self, firm: Firm) -> list[Scheme]:
        """The schemes that left at least one row; one that found no occasion is not in the key."""
        return [scheme for position, scheme in enumerate(firm.schemes) if self.by_scheme[position]]

    def _reps(self, firm: Firm, rep_numbers: Array) -> Iterable[tuple[str, ...]]:
        first = firm.calendar.first
        names = text_of("reps", rep_numbers)
        for scheme in self.carried_out(firm):
            span = (date(first + scheme.start).isoformat(), date(first + scheme.end).isoformat())
            yield names[scheme.rep], scheme.kind, scheme.strength, *span
        for rep, position in self.lent:
            scheme = firm.schemes[position]
            span = (date(first + scheme.start).isoformat(), date(first + scheme.end).isoformat())
            typology = "pressed_by_manager" if scheme.kind == "branch_pressure" else "identity_borrowed"
            yield names[rep], typology, GREY, *span


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
