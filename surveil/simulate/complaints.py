"""What customers and colleagues complain about, in their own words; few do, late, and most of it is about other things."""

from __future__ import annotations

import numpy as np

from surveil.simulate.figures import LATE
from surveil.simulate.sittings import Part
from surveil.simulate.table import DAY, NONE, Columns, objects, only

ALLEGED = (
    ("en", "I got a card in the mail that I never asked for. I did not sign anything."),
    ("en", "Somebody opened a second account in my name and I was charged a monthly fee for it."),
    ("en", "My money was moved to a new account and back. I was not told why."),
    ("en", "There are enrolments on my profile that I did not authorize."),
    ("es", "Me abrieron una cuenta sin mi permiso y ahora me cobran comisiones."),
    ("es", "Recibí una tarjeta que nunca solicité."),
    ("zh", "我从未申请过这个账户，请立即关闭。"),
    ("vi", "Tôi không hề yêu cầu mở tài khoản này."),
    ("ru", "Я не открывал этот счёт и не давал согласия."),
)
ORDINARY = (
    ("en", "The line at the branch was too long and nobody offered help."),
    ("en", "My transfer arrived two days late."),
    ("en", "I disagree with the fee on my statement."),
    ("en", "The mobile app logs me out all the time."),
    ("en", "I was on hold for forty minutes."),
    ("es", "El cajero automático no me devolvió la tarjeta."),
    ("pl", "Opłata za przelew jest za wysoka."),
    ("hi", "शाखा में बहुत देर तक प्रतीक्षा करनी पड़ी।"),
)


def complaints(part: Part, accounts: Columns) -> Columns:
    """Complaints about accounts, weeks to months after their opening; those without authority draw more of them."""
    rng = part.streams("complaints")
    bad = accounts["scheme"] >= 0
    chance = np.where(bad, LATE.complaint_rate_bad, LATE.complaint_rate) * (accounts["day"] >= 0)
    about = np.flatnonzero(rng.random(len(bad)) < chance)
    day = accounts["opened"][about] // DAY + 5 + (rng.exponential(70, len(about))).astype(np.int64)
    about, day = about[day <= part.firm.calendar.last], day[day <= part.firm.calendar.last]
    size = len(about)
    alleges = np.where(bad[about], rng.random(size) < 0.85, rng.random(size) < 0.08)
    draw = (rng.random(size) * 97).astype(np.int64)
    pick = [
        ALLEGED[d % len(ALLEGED)] if a else ORDINARY[d % len(ORDINARY)]
        for d, a in zip(draw, alleges, strict=True)
    ]
    resolved = rng.random(size) < 0.8
    settled = day + rng.integers(4, 70, size)
    resolved &= settled <= part.firm.calendar.last
    paid = np.where(resolved & (rng.random(size) < 0.25), rng.integers(10, 80, size) * 100, NONE)
    inside = rng.random(size) < 0.06
    code = np.where(alleges, "03", np.array(["21", "34", "45"], dtype=object)[draw % 3])
    named = rng.random(size) < 0.7
    table: Columns = {
        "customer": accounts["customer"][about],
        "on": day,
        "account": np.where(rng.random(size) < 0.85, about, -1),
        "rep": np.where(named, accounts["rep"][about], -1),
        "product": accounts["product"][about],
        "problem_code": code.astype(object),
        "category": np.where(
            alleges,
            "unauthorized account",
            np.array(["service", "fees", "technical"], dtype=object)[draw % 3],
        ),
        "channel": np.array(["written", "electronic", "oral"], dtype=object)[draw % 3],
        "narrative": objects([text for _, text in pick]),
        "status": np.where(resolved, "resolved", "open").astype(object),
        "resolution": only(resolved, np.where(alleges, "account closed", "explained")),
        "settled": np.where(resolved, settled, NONE),
        "paid": paid,
        "source": np.where(inside, np.where(alleges, "whistleblower", "employee"), "customer").astype(object),
        "scheme": np.where(alleges, accounts["scheme"][about], -1),
    }
    return table
