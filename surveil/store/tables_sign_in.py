"""Mapped tables of who is signed in at the desk."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from surveil.store.tables import Base


class SignInRow(Base):
    """One stay at the desk. `how` is password, openid or demo.

    Of the token only its SHA-256 is here; the moment of the last activity is no event of the trail.
    """

    __tablename__ = "sign_in"

    sign_in_id: Mapped[str] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True, info={"secret": True})
    name: Mapped[str] = mapped_column(index=True)
    how: Mapped[str]
    began_at: Mapped[datetime]
    last_active_at: Mapped[datetime] = mapped_column(info={"derived": True})
    ended_at: Mapped[datetime | None]
