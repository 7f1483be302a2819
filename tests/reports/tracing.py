"""Figures computed again from the exhibits they name, by the rule that stands beside them, and by nothing else."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from decimal import Decimal

import pikepdf

from surveil.reports.exhibits import shown
from tests.reports.pages import pages

Row = Mapping[str, str]
RULES = re.compile(
    r"(?P<all>number of rows)|sum of (?P<sum>\w+)|(?P<rows>rows)|distinct (?P<distinct>\w+)|(?P<last>\w+) of the last row"
)


def exhibits(files: Mapping[str, bytes]) -> dict[str, list[dict[str, str]]]:
    """The rows of every exhibit by its number; `files` by name or path."""
    found = {}
    for path, content in files.items():
        name = path.rpartition("/")[2]
        if name.startswith("EX-") and name.endswith(".csv"):
            found[name.partition("_")[0]] = list(csv.DictReader(io.StringIO(content.decode("utf-8"))))
    return found


def untraced(lists: Mapping[str, list[dict[str, str]]]) -> list[str]:
    """Every figure that is not exactly what its exhibit gives, with both values; a rule nobody understands is one too."""
    wrong = []
    for row in lists["EX-00A"]:
        value = computed(row["computed_as"], row["exhibit"], lists)
        if value is None or Decimal(row["value"] or 0) != value:
            wrong.append(f"{row['item']}, {row['figure']}: {row['value']!r}, and its exhibit gives {value}")
    return wrong


def computed(rule: str, exhibit: str, lists: Mapping[str, list[dict[str, str]]]) -> Decimal | None:
    """The value a rule gives; None for a rule that is none."""
    rows = list(lists[exhibit])
    if match := re.fullmatch(r"(.+), here and in (EX-\w+)", rule):
        rule = match[1]
        rows += lists[match[2]]
    rule, _, condition = rule.replace("rows with", "rows where").partition(" where ")
    match = RULES.fullmatch(rule)
    if match is None:
        return None
    chosen = [row for row in rows if not condition or any(c(row) for c in _conditions(condition))]
    if match["sum"]:
        return sum((Decimal(row[match["sum"]] or 0) for row in chosen), Decimal(0))
    if match["distinct"]:
        return Decimal(len({row[match["distinct"]] for row in chosen} - {""}))
    if match["last"]:
        return Decimal(chosen[-1][match["last"]])
    return Decimal(len(chosen))


def _conditions(condition: str) -> list[Callable[[Row], bool]]:
    return [_condition(part) for part in re.split(r" or (?=\w+ is )", condition)]


def _condition(part: str) -> Callable[[Row], bool]:
    field, _, wanted = part.partition(" ")
    wanted = wanted.removeprefix("is ")
    if match := re.fullmatch(r"over (-?[\d.]+)", wanted):
        least = Decimal(match[1])
        return lambda row: row[field] != "" and Decimal(row[field]) > least
    if match := re.fullmatch(r"(\d+) % or more", wanted):
        # Bands: "100 to 119 %", "120 % or more", "under 50 %".
        lowest = int(match[1])
        return lambda row: row[field][:1].isdigit() and int(row[field].split()[0]) >= lowest
    if wanted == "known":
        return lambda row: row[field] not in {"not known", ""}
    if wanted == "empty":
        return lambda row: row[field] == ""
    if wanted == "not empty":
        return lambda row: row[field] != ""
    if wanted.startswith("not ") and wanted != "not known":
        return lambda row: row[field] != wanted[4:]
    return lambda row: row[field] == wanted


def printed(value: str) -> str:
    """A figure as it stands on paper."""
    if value == "":
        return "not known"
    return shown(Decimal(value) if "." in value else int(value)) or ""


def not_on_paper(pdf: bytes, lists: Mapping[str, list[dict[str, str]]]) -> list[str]:
    """Figures whose line (label, value, exhibit, rule) does not stand on paper, and bars that no chart shows in words."""
    text = _packed("".join(pages(pdf)))
    charts = _packed(" ".join(_alternatives(pdf)))
    missing = []
    for row in lists["EX-00A"]:
        line = _packed(f"{row['figure']} {printed(row['value'])} {row['exhibit']} {row['computed_as']}")
        title, _, label = row["figure"].rpartition(": ")
        bar = _packed(f"{label}: {printed(row['value'])}")
        if line not in text and not (_packed(title) in charts and bar in charts):
            missing.append(f"{row['item']}, {row['figure']}")
    return missing


def _packed(text: str) -> str:
    """Without white space, which breaking into lines changes."""
    return "".join(text.split())


def _alternatives(pdf: bytes) -> list[str]:
    """What charts say in words."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return [
            str(value["/Alt"])
            for value in document.objects
            if isinstance(value, pikepdf.Dictionary) and "/Alt" in value
        ]
