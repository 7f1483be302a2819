"""The columns of every feed a firm may hand over, in the order they are written."""

from __future__ import annotations

_TEXT = {
    "branches": "branch_id name kind district region state timezone opened_on closed_on",
    "reps": "rep_id name crd_number nmls_id npn role employer registered hired_on terminated_on "
    "termination_reason email phone address_line postal_code customer_id",
    "assignments": "rep_id start_on end_on branch_id supervisor_id role fte",
    "absences": "rep_id start_on end_on kind",
    "registrations": "rep_id qualification jurisdiction granted_on ended_on status recorded_on",
    "products": "product_code name family risk_level complexity is_credit lockup_months requires state_scope "
    "unused_after_days",
    "customers": "customer_id kind name birth_on deceased_on email phone address_line city state postal_code "
    "household_id employer home_branch_id language vulnerable created_on is_employee do_not_contact "
    "annual_income net_worth liquid_net_worth risk_tolerance objective horizon_months experience credit_need",
    "profile_changes": "change_id customer_id field old_value new_value changed_at changed_by",
    "accounts": "account_id customer_id co_owners product_code applied_at opened_at recorded_at opened_by "
    "credited_to branch_id channel status closed_on closed_by email phone device_id credit_pulled_at "
    "parent_account_id campaign_id",
    "consents": "consent_id account_id kind captured_at captured_by document_hash device_id ip_address",
    "transactions": "transaction_id account_id posted_at kind amount counterparty_account_id counterparty "
    "tender initiated_by rep_id branch_id device_id",
    "sales": "sale_id customer_id account_id product_code rep_id rep2_id split sold_at amount commission "
    "solicited recommended state replaces_sale_id matures_on reversed_on",
    "referrals": "referral_id customer_id from_rep_id to_rep_id product_code referred_at outcome outcome_at "
    "fee_paid fee_basis account_id sale_id",
    "contacts": "contact_id customer_id rep_id branch_id at kind direction product_code outcome note",
    "complaints": "complaint_id customer_id received_on account_id rep_id product_code problem_code category "
    "channel narrative status resolution settled_on amount_paid source",
    "quotas": "quota_id rep_id branch_id role metric period_start period_end target incentive funded_amount "
    "funded_within_days",
    "payouts": "payout_id rep_id program metric period_start period_end amount kind paid_on",
    "campaigns": "campaign_id name family region branch_id starts_on ends_on",
    "discipline": "action_id rep_id action action_on reason_code reason u5_filed_on",
    "coverage": "feed scope covers_from covers_to",
}

FEEDS: dict[str, tuple[str, ...]] = {feed: tuple(text.split()) for feed, text in _TEXT.items()}

# Columns that hold the key of a row in a numbered feed; the number becomes an id when the firm writes.
OWN_KEY: dict[str, str] = {
    "profile_changes": "change_id",
    "consents": "consent_id",
    "transactions": "transaction_id",
    "sales": "sale_id",
    "referrals": "referral_id",
    "contacts": "contact_id",
    "complaints": "complaint_id",
    "quotas": "quota_id",
    "payouts": "payout_id",
    "campaigns": "campaign_id",
    "discipline": "action_id",
    "accounts": "account_id",
    "customers": "customer_id",
}

# Columns that point at a numbered row of another feed (or of the same one).
POINTERS: dict[str, str] = {
    "account_id": "accounts",
    "parent_account_id": "accounts",
    "counterparty_account_id": "accounts",
    "customer_id": "customers",
    "sale_id": "sales",
    "replaces_sale_id": "sales",
    "campaign_id": "campaigns",
}

# The moment that puts the rows of a numbered feed in order.
WHEN: dict[str, str] = {
    "profile_changes": "changed_at",
    "consents": "captured_at",
    "transactions": "posted_at",
    "sales": "sold_at",
    "referrals": "referred_at",
    "contacts": "at",
    "complaints": "received_on",
    "quotas": "period_start",
    "payouts": "paid_on",
    "campaigns": "starts_on",
    "discipline": "action_on",
    "accounts": "opened_at",
    "customers": "created_on",
}
