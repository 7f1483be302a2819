"""The answer key: who did wrong, which accounts had no authority, what else was planted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from surveil.errors import InputRefused
from surveil.evaluate.tables import read_text_table

STRENGTHS = ("grey", "mild", "severe")  # the worst last


@dataclass(frozen=True)
class AnswerKey:
    """The three tables of a key, as text.

    Attributes:
        reps: rep_id, typology, strength; a rep may have several rows.
        accounts: account_id, typology.
        items: feed, key, typology.
        strength: each rep's worst strength.
    """

    reps: pd.DataFrame
    accounts: pd.DataFrame
    items: pd.DataFrame
    strength: dict[str, str]

    @classmethod
    def read(cls, folder: Path) -> AnswerKey:
        """Read `reps.csv`, `accounts.csv` and `items.csv`.

        Raises:
            InputRefused: one is absent or not as promised.
        """
        names = ("reps.csv", "accounts.csv", "items.csv")
        absent = [name for name in names if not (folder / name).is_file()]
        if absent:
            raise InputRefused(
                f"{folder} has no {', '.join(absent)}, so it is not an answer key. "
                "Give the folder `answers` that `surveil simulate` wrote."
            )
        reps = _read(folder / "reps.csv", ("rep_id", "typology", "strength"))
        _check_strengths(folder / "reps.csv", reps)
        return cls(
            reps=reps,
            accounts=_read(folder / "accounts.csv", ("account_id", "typology")),
            items=_read(folder / "items.csv", ("feed", "key", "typology")),
            strength=_worst(reps),
        )

    def reps_of(self, *strengths: str) -> set[str]:
        """The reps whose worst strength is one of these."""
        return {rep for rep, strength in self.strength.items() if strength in strengths}

    @property
    def bad(self) -> set[str]:
        """Whoever has to be found."""
        return self.reps_of("mild", "severe")

    @property
    def grey(self) -> set[str]:
        """Whoever counts neither for nor against."""
        return self.reps_of("grey")

    @property
    def typologies(self) -> list[str]:
        """Every typology planted, in order of name; one that only grey rows of reps name is not."""
        counted = self.reps[self.reps["strength"] != "grey"]
        return sorted(set(counted["typology"]) | set(self.accounts["typology"]) | set(self.items["typology"]))


def _read(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    frame = read_text_table(path, columns)
    for column in columns:
        empty = frame.index[frame[column] == ""]
        if len(empty):
            raise InputRefused(f"{path}, record {empty[0] + 2}: {column} is empty.")
    return frame.drop_duplicates(ignore_index=True)


def _check_strengths(path: Path, reps: pd.DataFrame) -> None:
    wrong = reps[~reps["strength"].isin(STRENGTHS)]
    if len(wrong):
        raise InputRefused(
            f"{path}: rep {wrong['rep_id'].iloc[0]} has the strength {wrong['strength'].iloc[0]}, "
            f"which is none of {', '.join(STRENGTHS)}."
        )


def _worst(reps: pd.DataFrame) -> dict[str, str]:
    worst: dict[str, str] = {}
    for rep, strength in zip(reps["rep_id"], reps["strength"], strict=True):
        worst[rep] = max(strength, worst.get(rep, strength), key=STRENGTHS.index)
    return worst
