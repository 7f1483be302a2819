"""Writes the answer key: culprits, unauthorised accounts, other bad rows, honest oddities and the story."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from bench.third.feeds import Writer
from bench.third.state import Row, World


def _table(path: Path, head: list[str], rows: list[list[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(head)
        out.writerows(rows)


def _bad_accounts(world: World, writer: Writer) -> list[list[str]]:
    """Accounts and features opened without the customer's authority that are in the extract."""
    known = writer.ids["accounts"]
    pairs = [(known[a.n], a.bad) for a in world.accounts if a.bad and a.n in known]
    return [list(pair) for pair in sorted(pairs)]


def _items(world: World, writer: Writer) -> list[list[str]]:
    """Other bad rows; one whose feed was lost or cut cannot be found and is not asked for."""
    out = []
    for feed, number, typology in world.items:
        key = writer.ids.get(feed, {}).get(number)
        if key and writer.sizes.get(feed):
            out.append([feed, key, typology])
    return sorted(out)


def write_answers(world: World, writer: Writer, folder: Path) -> None:
    """Everything under answers/."""
    folder.mkdir(parents=True, exist_ok=True)
    accounts, items = _bad_accounts(world, writer), _items(world, writer)
    left = {row[1] for row in accounts} | {row[2] for row in items}
    # A culprit none of whose deeds reached the extract is nobody's to find.
    guilt = [g for g in world.guilt if g["strength"] == "grey" or g["typology"] in left]
    rows = [[g["rep_id"], g["typology"], g["strength"], str(g["start_on"]), str(g["end_on"])] for g in guilt]
    _table(folder / "reps.csv", ["rep_id", "typology", "strength", "start_on", "end_on"], sorted(rows))
    _table(folder / "accounts.csv", ["account_id", "typology"], accounts)
    _table(folder / "items.csv", ["feed", "key", "typology"], items)
    _table(folder / "oddities.csv", ["subject", "oddity", "note"], [list(o) for o in world.odd])
    (folder / "story.txt").write_text(
        _story(world, writer, guilt, len(accounts), len(items)), encoding="utf-8"
    )


def _story(world: World, writer: Writer, guilt: list[Row], accounts: int, items: int) -> str:
    """A page for the reader."""
    h = world.habits
    odd = Counter(o[1] for o in world.odd)
    lines = [
        f"Seed {world.seed}: {world.kind.name}. {world.kind.story}",
        f"Window {h.start} to {h.end}; workspace zone {h.home}; clock {h.clock}; "
        f"branches {len(world.branches)}; sellers {len(world.sellers())}.",
        f"Features {h.feature_mode}, their use on the {h.feature_use}; consent gap {h.consent_gap}; "
        f"contacts logged {h.contact_logged}; goals {h.quota_style} on {h.metric}, "
        f"funded within {h.fund_rule} days.",
        f"Feeds missing: {', '.join(sorted(h.missing_feeds)) or 'none'}.",
        "Columns missing: " + "; ".join(f"{f}: {', '.join(sorted(c))}" for f, c in h.missing_columns.items()),
        f"Transactions extract {writer.cuts['transactions'][0]} to {writer.cuts['transactions'][1]}.",
        "Rows: " + ", ".join(f"{f} {n}" for f, n in writer.sizes.items()),
        "",
        f"Planted: {accounts} accounts without authority, {items} other bad rows.",
    ]
    for g in guilt:
        extra = f", {g['_done']} deeds" if g["_done"] else ""
        lines.append(
            f"  {g['rep_id']}: {g['typology']} ({g['strength']}), {g['start_on']} to {g['end_on']}{extra}"
        )
    lines += ["", "Honest oddities: " + ", ".join(f"{k} x{n}" for k, n in sorted(odd.items()))]
    return "\n".join(lines) + "\n"
