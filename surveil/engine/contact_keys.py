"""Phone numbers and e-mail addresses in one spelling, so that the same contact is recognised however it was typed."""

from __future__ import annotations

import pandas as pd

#: Addresses of providers that deliver `a.b+shop@` and `ab@` to the same person.
_DOTS_MEAN_NOTHING = ("gmail.com", "googlemail.com")


def email_keys(raw: pd.Series) -> pd.Series:
    """E-mail addresses lower-cased, without a `+tag`, and without dots where the provider ignores them; missing
    where there is no address in it.
    """
    text = raw.astype("string").str.normalize("NFKC").str.strip().str.lower()
    parts = text.str.extract(r"^([^@\s]+)@([^@\s]+)$")
    local = parts[0].str.split("+").str[0]
    plain = local.where(~parts[1].isin(_DOTS_MEAN_NOTHING), local.str.replace(".", "", regex=False))
    return (plain + "@" + parts[1]).where(plain.str.len() > 0)


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


def contact_keys(emails: pd.Series, phones: pd.Series, region: str) -> pd.DataFrame:
    """One row per distinct spelling: `kind` (email, phone), `raw`, `key`."""
    frames = [
        pd.DataFrame({"kind": "email", "raw": emails, "key": email_keys(emails)}),
        pd.DataFrame({"kind": "phone", "raw": phones, "key": phone_keys(phones, region)}),
    ]
    made = pd.concat(frames, ignore_index=True).dropna()
    return made.astype("string")
