"""Made-up names, streets and post-codes, drawn so that namesakes happen as often as in life."""

from __future__ import annotations

from random import Random


def words(text: str, mark: str = " ") -> list[str]:
    """The words of a text, or its parts between marks."""
    return text.split(mark)


_FIRST = words(
    "James Mary Robert Linda Michael Susan David Karen Carlos Maria Luis Ana Wei Li Jun Mei Ahmed Fatima "
    "Omar Layla Olena Andriy Thuy Minh Priya Arjun Sunil Asha Kofi Ama Tunde Ngozi Peter Ruth John Nancy "
    "Paul Helen Mark Carol George Donna Kevin Laura Brian Emily Jason Anna Eric Julia Adam Grace Noah "
    "Sofia Liam Chloe Lucas Ella Ivan Nina"
)
_LAST = words(
    "Smith Johnson Brown Garcia Miller Davis Martinez Lopez Wilson Anderson Thomas Taylor Moore Jackson "
    "Martin Lee Perez White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Torres "
    "Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Gomez "
    "Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart Morris Morales Murphy Cook "
    "Rogers Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward Richardson Watson "
    "Brooks Chavez Wood James Bennett Gray Mendoza Ruiz Hughes Price Kovalenko Tran Patel Okafor Hassan "
    "Haddad Zhang Chen Singh Mensah Petrov Novak Schmidt Larsen Olsen Weber"
)
_STREETS = words(
    "Oak Maple Cedar Pine Elm Main Church Mill River Lake Hill Park Spring Ridge Walnut Chestnut Franklin "
    "Lincoln Adams Jefferson Madison Monroe Jackson Grant Sherman Lee Prospect Highland Meadow Orchard"
)
_TRADES = words(
    "Plumbing Dental Bakery Landscaping Logistics Farms Auto Design Roofing Catering Realty Foods Studio"
)
EMPLOYERS = words(
    "Northgate Hospital;Harbor Logistics;Valley School District;Crown Poultry;Mesa Solar;"
    "Union Rail Yard;Bluebird Foods;County Sheriff;Lakeside Clinic;Summit Retail;Delta Packaging;"
    "Pioneer Steel;City Transit;Fairview College",
    ";",
)


def person_name(dice: Random) -> str:
    """First and last name; one in forty has two last names."""
    last = dice.choice(_LAST)
    if dice.random() < 0.025:
        last = f"{last} {dice.choice(_LAST)}"
    return f"{dice.choice(_FIRST)} {last}"


def relative_name(name: str, dice: Random) -> str:
    """Somebody of the same family."""
    return f"{dice.choice(_FIRST)} {name.split(' ', 1)[1]}"


def business_name(dice: Random) -> str:
    """A small business."""
    return f"{dice.choice(_LAST)} {dice.choice(_TRADES)} {dice.choice(['LLC', 'Inc', 'Co', 'LLP'])}"


def street(dice: Random, state: str) -> tuple[str, str]:
    """An address line and a post-code; codes share their first digits within a state."""
    way = dice.choice(["St", "Ave", "Rd", "Ln", "Blvd", "Ct"])
    line = f"{dice.randint(1, 4200)} {dice.choice(_STREETS)} {way}"
    if dice.random() < 0.2:
        line += f" Apt {dice.randint(1, 40)}{dice.choice('ABC')}"
    base = 1 + sum(ord(c) * (7 + 13 * i) for i, c in enumerate(state)) % 98
    return line, f"{base:02d}{dice.randint(0, 60):03d}"


def mail_for(name: str, dice: Random) -> str:
    """A private e-mail address in one of the usual spellings."""
    first, last = [*name.lower().split(" ", 1), "x"][:2]
    last = last.replace(" ", "")
    shape = dice.randint(0, 3)
    tail = dice.randint(1, 9999)
    host = dice.choice(["post.example", "mailbox.example", "inbox.example", "webmail.example"])
    return [f"{first}.{last}{tail}", f"{first[0]}{last}{tail}", f"{last}_{first}{tail % 100}x{tail // 100}",
            f"{first}{last}{tail}"][shape] + "@" + host  # fmt: skip
