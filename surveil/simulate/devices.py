"""Devices, network addresses and document hashes: text labels of things that are numbers inside."""

from __future__ import annotations

import hashlib

import numpy as np

from surveil.simulate.paperwork import APPLICATION, CUSTOMER_DEVICE, ESIGN, PAD_DEVICE, REP_DEVICE
from surveil.simulate.sittings import MOBILE, ONLINE, Part
from surveil.simulate.table import Array, Columns, length, objects, only


def _scrambled(prefix: str, values: Array, seed: int) -> Array:
    """Short labels that do not show the order of what they stand for."""
    mixed = (
        values.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed * 2654435761 % 2**63)
    ) >> np.uint64(24)
    return objects([f"{prefix}{m:010x}" for m in mixed.tolist()])


def device_names(part: Part, accounts: Columns) -> Array:
    """The customer's own device where he opened the account himself or was sent a link; else none."""
    own = np.isin(accounts["channel"], (ONLINE, MOBILE))
    labels = _scrambled("dev-", customer_device(part, accounts["customer"]), part.firm.seed)
    return only(own, labels)


def customer_device(part: Part, customer: Array) -> Array:
    """A number for each customer's device, different between groups."""
    return customer * len(part.firm.groups) + part.group.number + 1_000_000


def signing_names(part: Part, signed: Columns) -> None:
    """`device_name`, `ip` and `hash` of consents."""
    rng = part.streams("signing")
    size = length(signed)
    owner = customer_device(part, signed["customer"])
    pads = signed["branch"] * 5 + rng.integers(0, 5, size) + 10_000
    rep_own = np.maximum(signed["rep"], 0) + 400_000
    number = np.select(
        [signed["device"] == CUSTOMER_DEVICE, signed["device"] == PAD_DEVICE, signed["device"] == REP_DEVICE],
        [owner, pads, rep_own],
        -1,
    )
    labels = _scrambled("dev-", np.maximum(number, 0), part.firm.seed)
    signed["device_name"] = only((number >= 0) & (rng.random(size) < 0.93), labels)
    electronic = np.isin(signed["kind"], (ESIGN, APPLICATION))
    home = [f"100.{64 + n % 64}.{n // 64 % 256}.{n // 16384 % 256}" for n in owner.tolist()]
    office = [f"10.{b % 200}.0.{7 + b % 40}" for b in signed["branch"].tolist()]
    from_office = (signed["device"] == REP_DEVICE) | (rng.random(size) < 0.02)
    address = np.where(from_office, objects(office), objects(home))
    signed["ip"] = only(electronic, address)
    salt = f"{part.firm.seed}/{part.group.number}/"
    unique, back = np.unique(signed["document"], return_inverse=True)
    digests = [hashlib.sha256(f"{salt}{d}".encode()).hexdigest()[:24] for d in unique.tolist()]
    signed["hash"] = objects(digests)[back]
