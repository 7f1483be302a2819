"""The feeds a firm hands over, as data: load, schema, templates and docs/feeds.md come from here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from surveil.feeds.columns import FAMILIES
from surveil.feeds.contract_business import ACCOUNTS_AND_USE, DEALINGS, GOALS_AND_PAY
from surveil.feeds.contract_people import PEOPLE_AND_PLACES, WHAT_AND_WHO
from surveil.feeds.model import Column, ColumnType, Feed, Forget

__all__ = ["FAMILIES", "FEEDS", "Column", "ColumnType", "Feed", "Forget"]

FEEDS: Final[Mapping[str, Feed]] = MappingProxyType(
    {
        feed.name: feed
        for feed in (*PEOPLE_AND_PLACES, *WHAT_AND_WHO, *ACCOUNTS_AND_USE, *DEALINGS, *GOALS_AND_PAY)
    }
)
