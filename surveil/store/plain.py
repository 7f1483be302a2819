"""Values as the audit trail keeps them: the subset of JSON that reads the same everywhere (RFC 8785)."""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import rfc8785

from surveil.store.types import storable

_SAFE_INTEGER = 2**53 - 1
_SURROGATE = re.compile("[\ud800-\udfff]")
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, sort_keys=True, separators=(",", ":")
)


def plain(value: Any) -> Any:
    """A value made of text, whole numbers below 2^53, true, false, null, lists and mappings.

    Fractions become text (their shortest exact decimal form), moments UTC text with microseconds.

    Raises:
        TypeError: the value has no such form.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, enum.Enum):
        return plain(value.value)
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, int):
        return value if abs(value) <= _SAFE_INTEGER else str(value)
    if isinstance(value, float):
        return float.__repr__(value)
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {storable(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no place in the audit trail")


def moment_text(at: datetime) -> str:
    """A moment as 27 characters of UTC, such as 2026-11-21T20:39:18.000000Z."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def canonical(value: Any) -> str:
    """Canonical JSON text (RFC 8785) of a plain value.

    Without fractions the standard library writes the same bytes, ten times as fast; only names of fields beyond
    U+FFFF are sorted differently (by UTF-16 units), and those are left to the library made for it.
    """
    text = _ENCODER.encode(value)
    if text.isascii() or len(text.encode("utf-16-le", "surrogatepass")) == 2 * len(text):
        return text
    return rfc8785.dumps(value).decode()


def from_canonical(text: str) -> Any:
    """The value of canonical JSON text.

    Raises:
        ValueError: it is not JSON, or not in canonical form (other spacing or order, a name twice).
    """
    value = _DECODER.decode(text)
    try:
        same = canonical(value) == text
    except (rfc8785.CanonicalizationError, UnicodeError) as error:
        raise ValueError("not in canonical form") from error
    if not same or _SURROGATE.search(text):
        raise ValueError("not in canonical form")
    return value


def _whole(digits: str) -> int:
    value = int(digits) if len(digits) < 20 else _SAFE_INTEGER + 1
    if abs(value) > _SAFE_INTEGER:
        raise ValueError("not in canonical form: a number beyond 2^53")
    return value


def _refused(text: str) -> Any:
    raise ValueError(f"not in canonical form: {text} is no whole number")


_DECODER = json.JSONDecoder(parse_int=_whole, parse_float=_refused, parse_constant=_refused)
