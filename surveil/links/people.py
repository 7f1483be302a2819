"""Customers' records that look like one person's, in any script: candidates by equal parts, then a weighted comparison."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

Values = npt.NDArray[np.float64]

#: What is compared, with the evidence (log10 of a likelihood ratio) that a similarity from each bound on is worth; the last
#: one is for less. Ours, after Fellegi and Sunter (JASA 1969): how much rarer such agreement is among different people.
WEIGHTS: Mapping[str, Sequence[tuple[float, float]]] = {
    "name": ((0.93, 1.8), (0.85, 1.3), (0.75, 0.7), (0.6, 0.0), (0.0, -1.2)),
    "birth": ((1.0, 2.2), (0.9, 1.2), (0.75, 0.4), (0.0, -1.0)),
    "email": ((0.98, 2.8), (0.88, 2.0), (0.8, 0.7), (0.0, -0.7)),
    "phone": ((1.0, 2.5), (0.9, 1.2), (0.0, -0.5)),
    "home": ((1.0, 1.5), (0.85, 1.0), (0.0, -0.4)),
}
#: Evidence from which two records count as one person's: a thousand to one, beside odds of one in a hundred within a block.
ENOUGH = 2.0
#: More records than this with one value are a hub (a switchboard, a popular name): nothing is compared for that.
LARGEST_BLOCK = 60
PAIR_COLUMNS = ("one", "other", "evidence", "alike")


def same_people(people: pd.DataFrame, enough: float = ENOUGH) -> pd.DataFrame:
    """Pairs of records that look like one person's, with columns `PAIR_COLUMNS`; `alike` names what speaks for it: two
    things at least, as one number or one address may be a household's.

    Args:
        people: one row per record: `customer_id`, and, missing where not known, `name`, `birth_day` (days since 1970),
            `email`, `phone` and `home` (as spelled alike).
    """
    from rapidfuzz import fuzz, process
    from rapidfuzz.distance import Indel, JaroWinkler

    rows = _prepared(people)
    one, other = _candidates(rows)
    if not len(one):
        return pd.DataFrame(columns=list(PAIR_COLUMNS))
    left, right = rows.iloc[one].reset_index(drop=True), rows.iloc[other].reset_index(drop=True)

    def compared(column: str, scorer: Callable[..., float]) -> Values:
        both = (left[column] != "") & (right[column] != "")
        likeness = process.cpdist(
            left[column].tolist(), right[column].tolist(), scorer=scorer, dtype=np.float64
        )
        return np.where(both, likeness, np.nan)

    whole = compared("name", fuzz.token_sort_ratio) / 100
    # A first or family name alone agrees with the whole, but says less.
    part = np.minimum(compared("name", fuzz.token_set_ratio) / 100, 0.9)
    lone = (left["words"] == 1) | (right["words"] == 1)
    likeness = {
        "name": np.where(lone, np.fmax(whole, part), whole),
        "birth": compared("birth", Indel.normalized_similarity),
        "email": compared("email", JaroWinkler.normalized_similarity),
        "phone": compared("phone", Indel.normalized_similarity),
        "home": compared("home", Indel.normalized_similarity),
    }
    evidence = {column: _worth(column, values) for column, values in likeness.items()}
    total = np.sum(list(evidence.values()), axis=0)
    found = pd.DataFrame(
        {"one": left["customer_id"], "other": right["customer_id"], "evidence": total.round(3)}
    )
    found["alike"] = [
        ", ".join(column for column in WEIGHTS if evidence[column][i] > 0) for i in range(len(found))
    ]
    agreeing = np.sum([values > 0 for values in evidence.values()], axis=0)
    return found[(total >= enough) & (agreeing > 1)].sort_values(["one", "other"], ignore_index=True)


def _prepared(people: pd.DataFrame) -> pd.DataFrame:
    """Texts that can be compared, empty where not known."""
    born = people["birth_day"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    days = pd.Series(pd.to_datetime(born, unit="D", errors="coerce"), index=people.index)
    rows = pd.DataFrame(
        {
            "customer_id": people["customer_id"].astype(str),
            "name": people["name"].map(name_key, na_action="ignore").fillna("").astype(str),
            "birth": days.dt.strftime("%Y%m%d").fillna("").astype(str),
            **{column: people[column].fillna("").astype(str) for column in ("email", "phone", "home")},
        }
    )
    rows["words"] = rows["name"].str.count(" ") + (rows["name"] != "")
    return rows.sort_values("customer_id", ignore_index=True)


def name_key(name: str) -> str:
    """A name in Latin letters without accents, its words in order of the alphabet: `Иванова, Анна` is `anna ivanova`."""
    bare = (c for c in unicodedata.normalize("NFKD", name).casefold() if not unicodedata.combining(c))
    plain = "".join(_LETTERS.get(c, c) for c in bare)
    return " ".join(sorted(re.findall(r"[^\W_]+", plain)))


#: Letters that have no accent to lose, as passports write them (ICAO Doc 9303, part 3, section 6).
_LETTERS = {
    **dict(zip("абвгдезиклмнопрстуфыэі", "abvgdeziklmnoprstufyei", strict=True)),
    **{"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "iu", "я": "ia"},
    **{"є": "ie", "ґ": "g"},
    **dict(zip("αβγδεζηικλμνοπρσςτυφω", "avgdeziiklmnoprsstyfo", strict=True)),
    **{"θ": "th", "ξ": "x", "χ": "ch", "ψ": "ps"},
    **{"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"},
}  # fmt: skip


def _candidates(rows: pd.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Pairs of rows that have one of these in common: e-mail, its name and the year of birth, phone, name, day of birth,
    or a home and a word of the name.
    """
    local = [email.partition("@")[0] for email in rows["email"]]
    words = [name.split() for name in rows["name"]]
    keys: list[Sequence[tuple[str, ...]]] = [
        [("email", e) if e else () for e in rows["email"]],
        [("local", e, b[:4]) if e and b else () for e, b in zip(local, rows["birth"], strict=True)],
        [("phone", p) if p else () for p in rows["phone"]],
        [("name", n) if n else () for n in rows["name"]],
        [("birth", b) if b else () for b in rows["birth"]],
    ]
    blocks: dict[tuple[str, ...], list[int]] = {}
    for column in keys:
        for place, key in enumerate(column):
            if key:
                blocks.setdefault(key, []).append(place)
    for place, (found, home) in enumerate(zip(words, rows["home"], strict=True)):
        for word in {w for w in found if w and home}:
            blocks.setdefault(("home", home, word), []).append(place)
    pairs = sorted(
        {
            pair
            for block in blocks.values()
            if 1 < len(block) <= LARGEST_BLOCK
            for pair in combinations(block, 2)
        }
    )
    made = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return made[:, 0], made[:, 1]


def _worth(column: str, likeness: Values) -> Values:
    """The evidence of a similarity; none where one of the two is not known."""
    steps = WEIGHTS[column]
    conditions = [likeness >= bound - 1e-9 for bound, _ in steps]
    return np.select(conditions, [weight for _, weight in steps], default=0.0)
