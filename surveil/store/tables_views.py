"""Mapped table of the views of the queue that people keep for themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveil.store.tables import Base


class SavedViewRow(Base):
    """One view: filters as JSON, and the order. At most one of a person's is his default."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("owner", "name", name="uq_saved_view_owner_name"),)

    view_id: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    name: Mapped[str]
    filters: Mapped[dict[str, Any]]
    sort: Mapped[str]
    is_default: Mapped[bool]
    updated_at: Mapped[datetime]
