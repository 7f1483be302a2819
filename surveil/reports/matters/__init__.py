"""Matters: letters of a regulator with due dates, owners and answers, kept in the workspace and in the audit trail."""

from surveil.reports.matters.keeping import (
    change,
    change_particulars,
    list_matters,
    open_matter,
    read_checked,
    read_matter,
    record_by_hand,
)
from surveil.reports.matters.model import Extension, Matter
from surveil.reports.matters.production import (
    Produced,
    ProducedFile,
    Withheld,
    privilege_log,
    produce,
    withheld,
)

__all__ = [
    "Extension",
    "Matter",
    "Produced",
    "ProducedFile",
    "Withheld",
    "change",
    "change_particulars",
    "list_matters",
    "open_matter",
    "privilege_log",
    "produce",
    "read_checked",
    "read_matter",
    "record_by_hand",
    "withheld",
]
