"""What users of such tools ask for, and the test that fails if this one stops giving it; rows 1–33 and 35–37 of the list.

The list is section B of the peers' reference. Row 34 is a detectors' matter (they never call a library's `predict`).
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROWS: dict[int, tuple[str, str]] = {
    1: (
        "desk/test_bulk_and_views",
        "test_the_queue_opens_on_the_user_s_default_and_on_the_first_look_without_one",
    ),
    2: ("desk/test_bulk_and_views", "test_chosen_alerts_are_acted_on_and_can_be_handed_back"),
    3: ("desk/test_bulk_and_views", "test_if_what_was_counted_has_changed_since_nothing_is_done"),
    4: ("desk/test_triage", "test_a_note_on_an_alert_nobody_has_makes_it_the_writer_s"),
    5: (
        "desk/test_bulk_and_views",
        "test_all_that_match_are_decided_on_every_page_with_the_one_note_in_each_history",
    ),
    6: ("desk/test_overview_and_quality", "test_a_false_alarm_rate_says_of_how_many_and_how_sure"),
    7: ("desk/test_decisions", "test_no_decision_without_a_reason"),
    8: (
        "desk/test_cases",
        "test_a_case_has_its_checklist_its_owner_and_whatever_is_noted_on_its_alerts",
    ),
    9: ("desk/test_decisions", "test_a_high_alert_waits_for_somebody_else"),
    10: ("desk/test_scope", "test_not_allowed_is_an_error_and_never_an_empty_list"),
    11: ("desk/test_cases", "test_one_calendar_has_all_that_is_due_for_its_reader"),
    12: ("desk/test_alert_page", "test_the_history_tells_every_step_with_old_and_new_value"),
    13: ("desk/test_suppressions", "test_what_it_holds_back_is_counted_not_lost"),
    14: ("desk/test_scans", "test_closed_and_clearly_worse_a_new_alert_continues_it"),
    15: ("scan/test_gathering", "test_a_scan_gathers_and_every_item_is_found_from_the_alert"),
    16: ("desk/test_taking", "test_an_accepted_risk_names_its_day_needs_a_second_person_and_comes_back"),
    17: ("desk/test_alert_page", "test_alerts_are_linked_to_cases_many_to_many_and_taken_out_again"),
    18: ("detectors/test_fleet", "test_numbers_in_the_manual_come_from_the_parameters"),
    19: ("bench/test_second_generator", "test_the_section_says_how_many_honest_firms_had_somebody_flagged"),
    20: (
        "desk/test_delegation_and_thresholds",
        "test_a_threshold_changes_only_when_a_second_officer_approves",
    ),
    21: ("evaluate/test_scoring", "test_ties_at_the_top_are_shown"),
    22: ("reports/test_response", "test_the_front_matter_identifies_run_data_and_trail"),
    23: ("desk/test_alert_page", "test_queue_page_and_export_show_the_same_values"),
    24: (
        "desk/test_overview_and_quality",
        "test_what_is_shown_to_the_second_person_tells_neither_score_nor_first_judgement",
    ),
    25: ("dashboard/test_alert", "test_it_says_why_with_peers_and_chance_and_what_may_be_innocent"),
    26: (
        "desk/test_delegation_and_thresholds",
        "test_a_default_that_a_newer_version_changed_is_shown_beside_what_was_approved_here",
    ),
    27: ("desk/test_suppressions", "test_other_detectors_and_other_subjects_are_not_held_back"),
    28: ("store/test_plain", "test_a_moment_is_written_in_utc_and_one_without_a_zone_is_refused"),
    29: ("desk/test_queue", "test_the_pages_together_hold_every_alert_once_and_in_order"),
    30: ("desk/test_alert_page", "test_an_export_since_a_moment_holds_what_changed_from_then_on"),
    31: ("reports/test_write", "test_an_unknown_report_or_run_is_refused_with_what_there_is"),
    32: ("desk/test_overview_and_quality", "test_volumes_ageing_and_work_are_counted_as_they_stand"),
    33: ("desk/test_alert_page", "test_a_report_on_the_hot_line_becomes_an_alert_like_any_other"),
    35: (
        "dashboard/test_queue",
        "test_what_is_selected_stays_selected_by_its_id_and_is_taken_in_one_act_that_can_be_undone",
    ),
    36: ("dashboard/test_queue", "test_keys_move_through_the_queue_and_can_be_switched_off"),
    37: ("store/test_verification", "test_cutting_off_the_end_is_found_by_the_checkpoint"),
}


def test_every_row_but_those_named_has_its_test() -> None:
    assert set(ROWS) == set(range(1, 38)) - {34}


@pytest.mark.parametrize("row", ROWS)
def test_the_test_of_a_row_is_there(repository: Path, row: int) -> None:
    module, name = ROWS[row]
    tree = ast.parse((repository / "tests" / f"{module}.py").read_text(encoding="utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
