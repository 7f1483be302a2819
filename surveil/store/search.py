"""Which alerts have all of some words in their text, found by the index of trigrams where the database has one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, column, false, func, select, table

from surveil.store.mapping import search_key
from surveil.store.migrations.text_search import NUMBERS, TABLE, is_there
from surveil.store.tables import AlertRow
from surveil.store.types import storable

FEW = 10_000
"""Words that more alerts have than this are common: they are faster found by going through the alerts in order."""
_MOST_WORDS, _MOST_CHARACTERS = 300, 4_000
_MOST_GRAMS = 60  # enough to leave next to nothing; what is left is compared with the whole words


def words_of(text: str) -> list[str]:
    """What is searched for: the words as `search_key` has them, each once."""
    return list(dict.fromkeys(search_key(storable(text)).split()))


def contains(words: Sequence[str]) -> list[ColumnElement[bool]]:
    """Every word is in the alert's text, as conditions.

    So many or so long words that no database would take them are in no alert.
    """
    if len(words) > _MOST_WORDS or any(len(word) > _MOST_CHARACTERS for word in words):
        return [false()]
    return [AlertRow.search_key.contains(word, autoescape=True) for word in words]


def conditions(connection: Connection, words: Sequence[str]) -> list[ColumnElement[bool]]:
    """The same, by way of the index where the words are in few alerts."""
    few = _candidates(connection, words)
    return contains(words) if few is None else [AlertRow.alert_id.in_(few), *contains(words)]


def is_common(connection: Connection, words: Sequence[str]) -> bool:
    """Whether more than `FEW` of all alerts there are, in anybody's scope, have these words."""
    if _has_index_of_grams(connection, words):
        return _candidates(connection, words) is None
    found = select(AlertRow.alert_id).where(*contains(words)).limit(FEW + 1).subquery()
    return connection.execute(select(func.count()).select_from(found)).scalar_one() > FEW


def _has_index_of_grams(connection: Connection, words: Sequence[str]) -> bool:
    """PostgreSQL uses its index by itself; words of one or two characters have no trigram."""
    return (
        connection.dialect.name == "sqlite" and any(_grams(word) for word in words) and is_there(connection)
    )


def _candidates(connection: Connection, words: Sequence[str]) -> list[str] | None:
    """Ids of the alerts that may have these words, all there are; None if there are more than `FEW` or no index."""
    if not _has_index_of_grams(connection, words):
        return None
    grams = list(dict.fromkeys(gram for word in words for gram in _grams(word)))[:_MOST_GRAMS]
    index = table(TABLE, column("rowid"), column(TABLE))
    numbers = table(NUMBERS, column("number"), column("alert_id"))
    wanted = " AND ".join('"' + gram.replace('"', '""') + '"' for gram in grams)
    found = select(index.c.rowid).where(index.c[TABLE].op("MATCH")(wanted)).limit(FEW + 1)
    rows = connection.execute(found).scalars().all()
    if len(rows) > FEW:
        return None
    return list(connection.execute(select(numbers.c.alert_id).where(numbers.c.number.in_(rows))).scalars())


def _grams(word: str) -> list[str]:
    return [word[start : start + 3] for start in range(len(word) - 2)]
