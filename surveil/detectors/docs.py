"""`python -m surveil.detectors.docs > docs/detectors.md`: every detector's manual page with its parameters."""

from __future__ import annotations

from surveil.detectors.catalogue import page
from surveil.detectors.registry import detectors
from surveil.detectors.typologies import TYPOLOGIES

_HEAD = """# Detectors

Made by `python -m surveil.detectors.docs`; do not edit. A *rule* lists breaches, each an alert in itself. A *rate* compares
a representative (or branch) with what is expected of him. An *item* detector lists events that support another's rate.

| id | name | family | kind | typologies |
|---|---|---|---|---|
"""
_TYPOLOGIES = """## Typologies

What the codes above, and the column `typology` of alerts, stand for.

| code | wrong |
|---|---|
"""


def document() -> str:
    """All manual pages in one Markdown text, with tables of them and of the typologies in front."""
    everything = list(detectors().values())
    table = "\n".join(
        f"| [{d.id}](#{_anchor(d.id, d.manual())}) | {d.name} | {d.family} | {d.kind} | {d.typology} |"
        for d in everything
    )
    pages = "\n".join(_one_level_down(page(d.id, {})) for d in everything)
    wrongs = "\n".join(f"| {code} | {wrong} |" for code, wrong in TYPOLOGIES.items())
    return f"{_HEAD}{table}\n\n{_TYPOLOGIES}{wrongs}\n\n{pages}"


def _anchor(detector_id: str, manual: str) -> str:
    title = manual.split("\n", 1)[0].removeprefix("# ")
    kept = "".join(c for c in title.lower() if c.isalnum() or c in " -")
    return kept.replace(" ", "-") if title.startswith(detector_id) else detector_id.lower()


def _one_level_down(text: str) -> str:
    return "\n".join("#" + line if line.startswith("#") else line for line in text.split("\n"))


if __name__ == "__main__":
    print(document(), end="")
