"""Masked personal data cannot be read back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveil.desk.masking import mask_email, mask_name, mask_phone, masked


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        (mask_name, "Ilze Bērziņa-Kalna", "I. B. K."),
        (mask_name, "王小明", "王."),
        (mask_name, "", "•••"),
        (mask_name, "-- --", "•••"),
        (mask_email, "ilze@example.org", "i•••@example.org"),
        (mask_email, "not an address", "•••"),
        (mask_email, "@example.org", "•••"),
        (mask_phone, "+371 2912-3456", "•••56"),
        (mask_phone, "112", "•••"),
    ],
)
def test_what_is_left_to_see(mask: object, value: str, shown: str) -> None:
    assert mask(value) == shown  # type: ignore[operator]


@given(
    st.text(st.characters(categories=["L"]), min_size=4), st.text(st.characters(categories=["L"]), min_size=4)
)
def test_names_keep_their_first_letters_only(first: str, last: str) -> None:
    shown = mask_name(f"{first} {last}")
    assert first not in shown
    assert last not in shown


def test_personal_fields_are_masked_however_deep_and_others_are_left() -> None:
    row = {
        "customer_name": "Ilze Bērziņa",
        "days": 4,
        "Phone": "+371 29123456",
        "change": {"old_value": "ilze@example.org", "field": "email"},
        "names": ["Ann Bell", "Cy Dorn"],
        "email": None,
        "product_name": "",
        "account_id": "000123",
    }
    text = json.dumps(masked(row), ensure_ascii=False)
    for secret in ("Ilze", "Bērziņa", "29123456", "ilze@", "Bell", "Dorn"):
        assert secret not in text
    assert masked(row)["account_id"] == "000123"
    assert masked(row)["days"] == 4
    assert masked(row)["email"] is None


def test_a_flag_about_an_address_is_no_address_but_a_fortune_of_one_is_a_fortune() -> None:
    assert masked({"odd_address": 1, "staff_phone": 0}) == {"odd_address": 1, "staff_phone": 0}
    assert masked({"net_worth": 1, "liquid_net_worth": 0, "ip_address": "10.0.0.1"}) == {
        "net_worth": "•••", "liquid_net_worth": "•••", "ip_address": "•••",
    }  # fmt: skip
