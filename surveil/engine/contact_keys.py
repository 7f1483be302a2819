"""Phone numbers, e-mail and home addresses in one spelling, so that the same contact is recognised however it was typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

#: Addresses of providers that deliver `a.b+shop@` and `ab@` to the same person.
_DOTS_MEAN_NOTHING = ("gmail.com", "googlemail.com")
#: Words of addresses with the spelling that stands for all of them (USPS Publication 28, appendices B and C; and the usual
#: short forms of other languages).
_SHORT = {
    long: short
    for short, longs in {
        "st": "street str strasse", "ave": "avenue av avenida", "rd": "road", "dr": "drive", "ln": "lane", "ct": "court",
        "pl": "place", "blvd": "boulevard bd", "sq": "square", "ter": "terrace", "hwy": "highway", "pkwy": "parkway",
        "cir": "circle", "trl": "trail", "n": "north", "s": "south", "e": "east", "w": "west", "ne": "northeast",
        "nw": "northwest", "se": "southeast", "sw": "southwest", "unit": "apt apartment suite ste no flat wohnung",
        "fl": "floor", "ул": "улица", "пр": "проспект просп", "д": "дом", "кв": "квартира", "c": "calle", "u": "utca",
    }.items()
    for long in longs.split()
}  # fmt: skip
_BATCH = 500_000
_WORDS = re.compile(r"[^\W_]+")
#: How most numbers of North America are typed.
_NORTH_AMERICAN = (
    r"^(?:\+1)?[ .-]?\(?(?P<area>[2-9][0-9]{2})\)?[ .-]?(?P<exchange>[2-9][0-9]{2})[ .-]?(?P<line>[0-9]{4})$"
)
_STRASSE = re.compile(r"(?<=\w{3})str(asse)?$")
#: How most e-mail addresses are typed (printable ASCII), and what `email_stems` leaves of such a one.
_USUAL_EMAIL = r"^(?P<local>[!-*,-?A-~]+)(?:\+[!-?A-~]*)?@(?P<host>[!-?A-~]+)$"
_USUAL_LINE = r"^(?P<line>[ -~]+)$"
_USUAL_STEM = r"^(?P<local>[!-?A-~]*?)[0-9._-]*@(?P<host>[!-?A-~]+)$"


def email_keys(raw: pd.Series) -> pd.Series:
    """E-mail addresses lower-cased, without a `+tag`, and without dots where the provider ignores them; missing
    where there is no address in it.
    """

    def usual(local: Any, host: Any) -> Any:
        local, host = pc.ascii_lower(local), pc.ascii_lower(host)
        dotless = pc.replace_substring(local, ".", "")
        return _joined(pc.if_else(pc.is_in(host, pa.array(_DOTS_MEAN_NOTHING)), dotless, local), host)

    return _quickly(raw, _USUAL_EMAIL, usual, any_email_keys)


def any_email_keys(raw: pd.Series) -> pd.Series:
    """`email_keys` of addresses in any script."""
    text = raw.astype("string").str.normalize("NFKC").str.strip().str.lower()
    parts = text.str.extract(r"^([^@\s]+)@([^@\s]+)$").astype("string")
    local = parts[0].str.split("+").str[0].astype("string")
    plain = local.where(~parts[1].isin(_DOTS_MEAN_NOTHING), local.str.replace(".", "", regex=False))
    return (plain + "@" + parts[1]).where(plain.str.len() > 0)


def email_stems(keys: pd.Series) -> pd.Series:
    """What is left of e-mail addresses without marks between words and without a number at the end of the name."""

    def usual(local: Any, host: Any) -> Any:
        return _joined(pc.replace_substring_regex(local, "[._-]", ""), host)

    return _quickly(keys, _USUAL_STEM, usual, any_email_stems)


def any_email_stems(keys: pd.Series) -> pd.Series:
    """`email_stems` of addresses in any script."""
    parts = keys.astype("string").str.extract(r"^(.*?)[\d._-]*@(.+)$").astype("string")
    local = parts[0].str.replace(r"[._-]", "", regex=True)
    return (local + "@" + parts[1]).where(local.str.len() > 0)


def _joined(local: Any, host: Any) -> Any:
    return pc.if_else(pc.equal(local, ""), None, pc.binary_join_element_wise(local, host, "@"))


def phone_keys(raw: pd.Series, region: str) -> pd.Series:
    """Phone numbers as E.164 where they can be read in the region, else their digits; missing where there are none."""
    import phonenumbers

    def usual(*groups: Any) -> Any:
        return pc.binary_join_element_wise("+1", *groups, "")

    def parsed(other: pd.Series) -> pd.Series:
        return any_phone_keys(other, region)

    if phonenumbers.country_code_for_region(region) != 1:
        return parsed(raw)
    return _quickly(raw, _NORTH_AMERICAN, usual, parsed)


def any_phone_keys(raw: pd.Series, region: str) -> pd.Series:
    """`phone_keys` of numbers written in any way."""
    import phonenumbers

    def key(text: str) -> str | None:
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            digits = "".join(c for c in text if c.isdigit())
            return digits or None
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

    known = {text: key(text) for text in raw.dropna().drop_duplicates()}
    return raw.map(known).astype("string")


def _quickly(
    raw: pd.Series, pattern: str, usual: Callable[..., Any], other: Callable[[pd.Series], pd.Series]
) -> pd.Series:
    """Texts of the usual `pattern` made by Arrow from its groups, the others one by one: the same, several times as fast."""
    texts = pa.array(raw.astype("string"), pa.string())
    whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    groups = pc.extract_regex(whole, pattern)
    names = [field.name for field in groups.type]
    made = usual(*(pc.struct_field(groups, name) for name in names))
    keys = pd.Series(made.to_pandas(), dtype="string").set_axis(raw.index)
    odd = pd.Series(groups.is_null().to_pandas(), dtype=bool).set_axis(raw.index) & raw.notna()
    if odd.any():
        keys[odd] = other(raw[odd])
    return keys


def address_keys(raw: pd.Series) -> pd.Series:
    """Address lines case-folded, without punctuation, usual words in their short form; missing where nothing is left."""

    def usual(line: Any) -> Any:
        words = pc.split_pattern_regex(pc.ascii_lower(line), "[^0-9a-z]+")
        # Lines have few different words: each is looked up once.
        coded = words.flatten().dictionary_encode()
        short = pa.array([_short(word) for word in coded.dictionary.to_pylist()], pa.string())
        lines = pa.ListArray.from_arrays(words.offsets, short.take(coded.indices))
        keys = pc.ascii_trim(pc.binary_join(lines, " "), " ")
        return pc.if_else(pc.equal(keys, ""), None, keys)

    return _quickly(raw, _USUAL_LINE, usual, any_address_keys)


def any_address_keys(raw: pd.Series) -> pd.Series:
    """`address_keys` of lines in any script."""
    text = raw.astype("string").str.normalize("NFKC").str.casefold()
    return text.map(_address_key, na_action="ignore").astype("string")


def _address_key(text: str) -> str | None:
    return " ".join(_short(word) for word in _WORDS.findall(text)) or None


def _short(word: str) -> str:
    word = _STRASSE.sub("st", word)
    return _SHORT.get(word, word)


def contact_keys(kind: str, raw: pd.Series, region: str) -> pd.DataFrame:
    """One row per spelling that has a key: `kind`, `raw`, `key`, and the `stem` of an e-mail address.

    Args:
        kind: email, phone or address.
        raw: distinct spellings.
    """
    if kind == "email":
        key = email_keys(raw)
        made = pd.DataFrame({"kind": kind, "raw": raw, "key": key, "stem": email_stems(key)})
    else:
        key = phone_keys(raw, region) if kind == "phone" else address_keys(raw)
        made = pd.DataFrame({"kind": kind, "raw": raw, "key": key, "stem": None})
    return made[made["key"].notna()].astype("string").reset_index(drop=True)


def write_contact_keys(spellings: Path, target: Path, region: str) -> None:
    """Write the keys of all spellings, a batch at a time: a large firm has tens of millions.

    Args:
        spellings: a Parquet file with `kind` and `raw`, each pair once.
        target: the file for what `contact_keys` gives of them.
    """
    schema = pa.schema([(name, pa.string()) for name in ("kind", "raw", "key", "stem")])
    with pq.ParquetFile(spellings) as typed, pq.ParquetWriter(target, schema) as writer:
        for batch in typed.iter_batches(_BATCH, columns=["kind", "raw"]):
            rows = batch.to_pandas()
            for kind, those in rows.groupby("kind"):
                made = contact_keys(str(kind), those["raw"].reset_index(drop=True), region)
                writer.write_table(pa.Table.from_pandas(made, schema, preserve_index=False))
