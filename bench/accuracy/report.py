"""Write the results of many firms as a section of docs/accuracy.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.accuracy.firms import OURS, ROOT
from surveil.evaluate import Interval, mean_interval, paired_difference
from surveil.evaluate.seeds import numbers_of

PAGE = ROOT / "docs" / "accuracy.md"
HEADLINE = {
    "AP": "reps.average_precision",
    "P@10": "reps.precision_at_10",
    "P@20": "reps.precision_at_20",
    "false discoveries": "reps.flagged.false_discovery_rate",
    "recall": "reps.flagged.recall",
    "severe": "reps.flagged.recall_severe",
    "mild": "reps.flagged.recall_mild",
}
Numbers = dict[str, dict[str, list[float | None]]]


def numbers(results: Sequence[dict[str, Any]]) -> Numbers:
    """Method → path of a number → its value in each firm (None where it does not exist)."""
    flat = [
        {name: dict(numbers_of(board)) for name, board in result["methods"].items()} for result in results
    ]
    paths = {name: sorted({path for firm in flat for path in firm[name]}) for name in flat[0]}
    return {name: {path: [firm[name].get(path) for firm in flat] for path in paths[name]} for name in flat[0]}


def accuracy_section(results: Sequence[dict[str, Any]], command: str, refused: Sequence[int] = ()) -> str:
    """The tables of one set of firms, in Markdown; `refused` are seeds that the simulator made no firm of."""
    found = numbers(results)
    options = results[0]["options"]
    incomplete = sum(not result["complete"] for result in results)
    seeds = ", ".join(str(result["seed"]) for result in results)
    head = (
        f"{len(results)} firms ({options['reps']} representatives, {options['months']} months, preset "
        f"{options['preset']}; seeds {seeds}). In square brackets the 95 % interval over firms."
    )
    if refused:
        head += f" The simulator made no firm of the seeds {', '.join(map(str, refused))}."
    if incomplete:
        head += f" **In {incomplete} of them a detector failed; what it would have found is missing here.**"
    parts = [
        f"Made by `{command}`. {head}",
        "**Representatives, every method on the same firms**",
        _headline(found),
        "**surveil less the other, firm by firm**",
        _differences(found),
        "**By typology** (representatives of all firms together)",
        _typologies(results),
        "**Accounts without authority**",
        _accounts(found[OURS]),
        "**False alarms among honest representatives** (share flagged, all firms together)",
        _confounders(results),
        "**Single accounts and items planted, and named by a finding** (all firms together)",
        _items(results),
        _unseen(results),
    ]
    return "\n\n".join(part for part in parts if part)


def write_section(name: str, text: str, page: Path = PAGE) -> None:
    """Put the text between this section's markers in the page; everything else stays as it is.

    Raises:
        ValueError: the page has no such markers.
    """
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    before, found, rest = page.read_text(encoding="utf-8").partition(begin)
    _, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise ValueError(f"{page} has no markers {begin} and {end}")
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; a bar in a name must not end its cell."""
    lines = [
        list(header),
        ["---"] * len(header),
        *([cell.replace("|", "\\|") for cell in row] for row in rows),
    ]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def spread(values: Sequence[float | None]) -> str:
    """Mean and interval over the firms where there is a value."""
    known = [value for value in values if value is not None]
    return _interval(mean_interval(known)) if known else "n/a"


def _interval(interval: Interval, sign: str = "") -> str:
    if interval.low is None or interval.high is None:
        return f"{interval.mean:{sign}.2f}"
    return f"{interval.mean:{sign}.2f} [{interval.low:{sign}.2f}, {interval.high:{sign}.2f}]"


def _headline(found: Numbers) -> str:
    rows = [
        [name, *(spread(values.get(path, [])) for path in HEADLINE.values())]
        for name, values in found.items()
    ]
    return markdown(["", *HEADLINE], rows)


def _differences(found: Numbers) -> str:
    rows = []
    for name, values in found.items():
        if name != OURS:
            pairs = [_paired(found[OURS].get(path, []), values.get(path, [])) for path in HEADLINE.values()]
            rows.append([name, *pairs])
    return markdown(["", *HEADLINE], rows)


def _paired(ours: Sequence[float | None], theirs: Sequence[float | None]) -> str:
    both = [(a, b) for a, b in zip(ours, theirs, strict=False) if a is not None and b is not None]
    return _interval(paired_difference(*zip(*both, strict=True)), "+") if both else "n/a"


def _typologies(results: Sequence[dict[str, Any]]) -> str:
    """Planted and flagged representatives of all firms together, as one firm has too few of a kind."""
    scores: dict[str, list[dict[str, Any]]] = {}
    for result in results:
        for name, typology in result["methods"][OURS]["typologies"].items():
            if typology["reps"]:
                scores.setdefault(name, []).append(typology)
    rows = [
        [
            name,
            *(_recall(firms, kind) for kind in ("severe", "mild")),
            spread([f["average_precision"] for f in firms]),
        ]
        for name, firms in sorted(scores.items())
    ]
    return markdown(["typology", "severe flagged", "mild flagged", "AP against honest"], rows)


def _recall(firms: Sequence[dict[str, Any]], kind: str) -> str:
    planted = sum(firm[kind] for firm in firms)
    flagged = sum(round((firm[f"recall_{kind}"] or 0.0) * firm[kind]) for firm in firms)
    return f"{flagged} of {planted}" if planted else ""


def _accounts(ours: dict[str, list[float | None]]) -> str:
    if not any(ours["accounts.ranked"]):
        return "This version ranks no accounts yet."
    shown = {
        "average precision": "accounts.average_precision",
        "by chance": "accounts.by_chance",
        **{f"recall, reviewing {b}": f"accounts.recall_at.{b}" for b in ("1%", "2%", "5%")},
        **{f"precision, reviewing {b}": f"accounts.precision_at.{b}" for b in ("1%", "2%", "5%")},
    }
    return markdown(["", "surveil"], [[name, spread(ours.get(path, []))] for name, path in shown.items()])


def _confounders(results: Sequence[dict[str, Any]]) -> str:
    methods = list(results[0]["methods"])
    groups = list(dict.fromkeys(g for result in results for g in result["methods"][OURS]["confounders"]))
    rows = []
    for group in groups:
        cells = [_pooled(results, method, group) for method in methods]
        if any(reps for reps, _ in cells):
            shares = [f"{flagged / reps:.1%}" if reps else "n/a" for reps, flagged in cells]
            rows.append([group, f"{cells[0][0]:,}", *shares])
    return markdown(["group", "reps", *methods], rows)


def _pooled(results: Sequence[dict[str, Any]], method: str, group: str) -> tuple[int, int]:
    alarms = [result["methods"][method]["confounders"].get(group) for result in results]
    return sum(a["honest"] for a in alarms if a), sum(a["flagged"] for a in alarms if a)


def _items(results: Sequence[dict[str, Any]]) -> str:
    planted: dict[str, list[int]] = {}
    by: dict[str, dict[str, int]] = {}
    for result in results:
        for name, item in result["methods"][OURS]["items"].items():
            counts = planted.setdefault(name, [0, 0])
            counts[0] += item["planted"]
            counts[1] += item["found"]
            for detector, hits in item["found_by"].items():
                by.setdefault(name, {})[detector] = by.get(name, {}).get(detector, 0) + hits
    rows = [
        [
            name,
            f"{n:,}",
            f"{hits / n:.0%}",
            ", ".join(f"{d} {h / n:.0%}" for d, h in sorted(by.get(name, {}).items())),
        ]
        for name, (n, hits) in sorted(planted.items())
    ]
    return markdown(["feed / typology", "planted", "found", "by"], rows)


def _unseen(results: Sequence[dict[str, Any]]) -> str:
    unseen = [set(result["methods"][OURS]["nobody_looks_for"]) for result in results]
    always = sorted(set.intersection(*unseen))
    return f"Found no better than by chance in any firm: {', '.join(always)}." if always else ""
