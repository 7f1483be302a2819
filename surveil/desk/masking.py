"""Personal data made unrecognizable before they reach a screen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "•••"
_WORD = re.compile(r"\w+")
_NAMES = re.compile(r"(^|_)(name|names|narrative|employer|counterparty)$")
_EMAILS = re.compile(r"(^|_)e?mail$")
_PHONES = re.compile(r"(^|_)(phone|mobile|fax)$")
_SECRET = re.compile(
    r"(^|_)(address|address_line|postal_code|birth_on|ip_address|old_value|new_value|note|ssn|tax_id)$"
)
_SUMS = re.compile(r"(^|_)(annual_income|net_worth|liquid_net_worth)$")


def mask_name(name: str) -> str:
    """A name as initials: Ilze Bērziņa-Kalna becomes I. B. K."""
    return " ".join(f"{word[0]}." for word in _WORD.findall(name)) or HIDDEN


def mask_email(email: str) -> str:
    """An address with the first letter and the domain left: ilze@example.org becomes i•••@example.org."""
    user, at, domain = email.strip().rpartition("@")
    return f"{user[0]}{HIDDEN}@{domain}" if at and user and domain else HIDDEN


def mask_phone(phone: str) -> str:
    """A number with its last two digits left."""
    digits = [character for character in phone if character.isdigit()]
    return HIDDEN + "".join(digits[-2:]) if len(digits) > 4 else HIDDEN


def masked(values: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping with the values of personal fields masked, told by their names, however deep they lie."""
    return {name: _mask(name, value) for name, value in values.items()}


def _mask(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return masked(value)
    if isinstance(value, list | tuple):
        return [_mask(name, item) for item in value]
    if value is None or value == "":
        return value
    field = name.casefold()
    if _SUMS.search(field):
        return HIDDEN
    if isinstance(value, int) and value in (0, 1):
        return value  # a flag about an address or a phone ("odd_address": 1) says nothing of where it is
    if _EMAILS.search(field):
        return mask_email(str(value))
    if _PHONES.search(field):
        return mask_phone(str(value))
    if _NAMES.search(field):
        return mask_name(str(value))
    return HIDDEN if _SECRET.search(field) else value
