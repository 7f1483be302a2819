"""The kinds of sales-practice wrongs that detectors name, T01 to T37, so that a code can be looked up."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

TYPOLOGIES: Mapping[str, str] = MappingProxyType(
    {
        "T01": "Simulated funding: a customer's money moved to a new account for a while",
        "T02": "Deposit account without authority",
        "T03": "Card or credit line without authority",
        "T04": "Debit card and PIN made by the staff",
        "T05": "Online banking or bill pay with an e-mail address that is not the customer's",
        "T06": "Contact data altered around an opening",
        "T07": "Contact data shared by strangers, or impossible",
        "T08": "Consent forged, missing or used twice",
        "T09": "Sandbagging: openings held back for the next period",
        "T10": "Bundling: products said to come only together",
        "T11": "Burst of openings in a campaign or at the end of a period",
        "T12": "Results crowding on a goal",
        "T13": "Sales to oneself, to family and to colleagues",
        "T14": "Opened, closed and opened again",
        "T15": "Too many accounts of one kind for one customer",
        "T16": "Never funded, or funded with a token",
        "T17": "Lapsed or closed after a short life",
        "T18": "Feature never used",
        "T19": "Sale outside the seller's competence",
        "T20": "Referral faked, or paid against the rule",
        "T21": "Overdraft without a valid consent",
        "T22": "Credit report pulled without a permissible purpose",
        "T23": "Credit pressed on customers; contests of an office",
        "T24": "Insurance or credit that the customer does not need",
        "T26": "Unit trust replaced long before its end",
        "T27": "Annuity surrendered for another product",
        "T28": "Structured note sold before it matures for another",
        "T30": "Product that does not fit the customer",
        "T31": "Customer who does not exist",
        "T33": "Pay despite bad quality",
        "T34": "Complaints that nobody acted on",
        "T35": "Many openings from one device, kiosk or vendor",
        "T36": "Surveys kept from customers",
        "T37": "Kept just below the line of a check",
    }
)
