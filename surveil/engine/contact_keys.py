"""Phone numbers, e-mail and home addresses in one spelling, so that the same contact is recognised however it was typed."""

from __future__ import annotations

import re

import pandas as pd

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
_WORDS = re.compile(r"[^\W_]+")
_STRASSE = re.compile(r"(?<=\w{3})str(asse)?$")


def email_keys(raw: pd.Series) -> pd.Series:
    """E-mail addresses lower-cased, without a `+tag`, and without dots where the provider ignores them; missing
    where there is no address in it.
    """
    text = raw.astype("string").str.normalize("NFKC").str.strip().str.lower()
    parts = text.str.extract(r"^([^@\s]+)@([^@\s]+)$").astype("string")
    local = parts[0].str.split("+").str[0].astype("string")
    plain = local.where(~parts[1].isin(_DOTS_MEAN_NOTHING), local.str.replace(".", "", regex=False))
    return (plain + "@" + parts[1]).where(plain.str.len() > 0)


def email_stems(keys: pd.Series) -> pd.Series:
    """What is left of e-mail addresses without marks between words and without a number at the end of the name."""
    parts = keys.astype("string").str.extract(r"^(.*?)[\d._-]*@(.+)$").astype("string")
    local = parts[0].str.replace(r"[._-]", "", regex=True)
    return (local + "@" + parts[1]).where(local.str.len() > 0)


def phone_keys(raw: pd.Series, region: str) -> pd.Series:
    """Phone numbers as E.164 where they can be read in the region, else their digits; missing where there are none."""
    import phonenumbers

    def key(text: str) -> str | None:
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            digits = "".join(c for c in text if c.isdigit())
            return digits or None
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

    distinct = raw.dropna().drop_duplicates()
    known = {text: key(text) for text in distinct}
    return raw.map(known).astype("string")


def address_keys(raw: pd.Series) -> pd.Series:
    """Address lines case-folded, without punctuation, usual words in their short form; missing where nothing is left."""
    text = raw.astype("string").str.normalize("NFKC").str.casefold()
    return text.map(_address_key, na_action="ignore").astype("string")


def _address_key(text: str) -> str | None:
    words = (_STRASSE.sub("st", word) for word in _WORDS.findall(text))
    return " ".join(_SHORT.get(word, word) for word in words) or None


def contact_keys(emails: pd.Series, phones: pd.Series, addresses: pd.Series, region: str) -> pd.DataFrame:
    """One row per distinct spelling: `kind` (email, phone, address), `raw`, `key`, and the `stem` of an e-mail address."""
    email = email_keys(emails)
    frames = [
        pd.DataFrame({"kind": "email", "raw": emails, "key": email, "stem": email_stems(email)}),
        pd.DataFrame({"kind": "phone", "raw": phones, "key": phone_keys(phones, region), "stem": None}),
        pd.DataFrame({"kind": "address", "raw": addresses, "key": address_keys(addresses), "stem": None}),
    ]
    made = pd.concat(frames, ignore_index=True)
    return made[made["key"].notna()].astype("string").reset_index(drop=True)
