"""What a reviewer does, each a plain function in one transaction, and the read models that screen and paper
show.
"""

from surveil.desk.alert_page import AlertView, DecisionView, alert_view
from surveil.desk.bulk import (
    BulkResult,
    Preview,
    bulk_approve,
    bulk_assign,
    bulk_decide,
    bulk_preview,
    bulk_set_aside,
)
from surveil.desk.case_page import CaseFilters, CaseList, CaseView, case_view, cases
from surveil.desk.case_work import (
    add_task,
    approve_case,
    conclude_case,
    meet_clock,
    note_case,
    reject_case,
    reopen_case,
    settle_task,
    start_clock,
)
from surveil.desk.cases import add_checklist, give_case, link_alert, open_case, unlink_alert
from surveil.desk.decisions import approve, decide, reject, reopen
from surveil.desk.delegation import Delegation, delegate_to, delegations, end_delegation, stand_in
from surveil.desk.due import DueItem, due
from surveil.desk.evidence import Evidence, evidence
from surveil.desk.handover import HandedOver, Holding, hand_over, holdings, successors
from surveil.desk.links import AlertLinks, alert_links
from surveil.desk.listing import EXPORT_FIELDS, alerts, decisions, export_alerts
from surveil.desk.opening import open_desk, prepare_desk
from surveil.desk.outreach import Contact, ask_customer, contact_then, record_answer
from surveil.desk.overview import Overview, overview
from surveil.desk.quality import (
    BlindItem,
    QualityResult,
    Sample,
    draw_sample,
    judge,
    next_blind,
    quality_result,
    samples,
)
from surveil.desk.queue import NOBODY, Emptiness, QueueFilters, QueuePage, Sort, choices, first_look, queue
from surveil.desk.raising import Report, raise_alert
from surveil.desk.runs import find_run, latest_run, runs
from surveil.desk.scans import record_scan
from surveil.desk.sign_ins import (
    begin_session,
    end_all_sessions,
    end_session,
    resume_session,
    sign_in_by_claims,
)
from surveil.desk.supervision import Member, Review, Team, reviews, sign_review, team
from surveil.desk.suppressions import (
    approve_suppression,
    end_suppression,
    propose_suppression,
    reject_suppression,
    suppressions,
)
from surveil.desk.taking import release, set_aside, take_next, undo
from surveil.desk.triage import Revealed, assign, note, reveal, take
from surveil.desk.users import (
    change_user,
    create_user,
    find_user,
    list_users,
    set_password,
    set_scope,
    sign_in,
)
from surveil.desk.views import (
    View,
    default_view,
    delete_view,
    save_view,
    set_default_view,
    views,
)
from surveil.desk.waking import wake
from surveil.store import Store

__all__ = [
    "EXPORT_FIELDS",
    "NOBODY",
    "AlertLinks",
    "AlertView",
    "BlindItem",
    "BulkResult",
    "CaseFilters",
    "CaseList",
    "CaseView",
    "Contact",
    "DecisionView",
    "Delegation",
    "DueItem",
    "Emptiness",
    "Evidence",
    "HandedOver",
    "Holding",
    "Member",
    "Overview",
    "Preview",
    "QualityResult",
    "QueueFilters",
    "QueuePage",
    "Report",
    "Revealed",
    "Review",
    "Sample",
    "Sort",
    "Store",
    "Team",
    "View",
    "add_checklist",
    "add_task",
    "alert_links",
    "alert_view",
    "alerts",
    "approve",
    "approve_case",
    "approve_suppression",
    "ask_customer",
    "assign",
    "begin_session",
    "bulk_approve",
    "bulk_assign",
    "bulk_decide",
    "bulk_preview",
    "bulk_set_aside",
    "case_view",
    "cases",
    "change_user",
    "choices",
    "conclude_case",
    "contact_then",
    "create_user",
    "decide",
    "decisions",
    "default_view",
    "delegate_to",
    "delegations",
    "delete_view",
    "draw_sample",
    "due",
    "end_all_sessions",
    "end_delegation",
    "end_session",
    "end_suppression",
    "evidence",
    "export_alerts",
    "find_run",
    "find_user",
    "first_look",
    "give_case",
    "hand_over",
    "holdings",
    "judge",
    "latest_run",
    "link_alert",
    "list_users",
    "meet_clock",
    "next_blind",
    "note",
    "note_case",
    "open_case",
    "open_desk",
    "overview",
    "prepare_desk",
    "propose_suppression",
    "quality_result",
    "queue",
    "raise_alert",
    "record_answer",
    "record_scan",
    "reject",
    "reject_case",
    "reject_suppression",
    "release",
    "reopen",
    "reopen_case",
    "resume_session",
    "reveal",
    "reviews",
    "runs",
    "samples",
    "save_view",
    "set_aside",
    "set_default_view",
    "set_password",
    "set_scope",
    "settle_task",
    "sign_in",
    "sign_in_by_claims",
    "sign_review",
    "stand_in",
    "start_clock",
    "successors",
    "suppressions",
    "take",
    "take_next",
    "team",
    "undo",
    "unlink_alert",
    "views",
    "wake",
]
