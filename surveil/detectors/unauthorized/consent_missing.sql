-- model: consent_missing_items
-- One row per opening by staff that had no consent on record on the day it was opened: days to the first one (empty: none so
-- far) and the days after the opening that the consents' extract covers.
SELECT account_id, customer_id, rep_id, branch_id, branch_kind, product_code, channel, is_feature, month, opened_day,
       consent_lag_days AS lag_days, consent_covered_days AS covered_days
FROM judged_openings
WHERE consent_covered_days IS NOT NULL
  AND (consent_lag_days IS NULL OR consent_lag_days > 0)

-- model: consent_missing_cells
-- Openings by staff counted by opener, kind of account, branch and month, by days to the first consent (61: later or none) and
-- days covered (61: more; empty: the opening's day is not covered); `used`: by the customer, as far as is known.
SELECT rep_id, product_code, channel, branch_kind, branch_id, is_feature, month, used, lag_days, covered_days, COUNT(*) AS n
FROM (
    SELECT rep_id, product_code, channel, branch_kind, branch_id, is_feature, month,
           CASE WHEN first_use_days IS NULL THEN 0 ELSE 1 END AS used,
           CASE WHEN consent_lag_days <= 0 THEN 0 WHEN consent_lag_days <= 60 THEN consent_lag_days ELSE 61 END AS lag_days,
           CASE WHEN consent_covered_days > 60 THEN 61 ELSE consent_covered_days END AS covered_days
    FROM judged_openings
) AS waits
GROUP BY rep_id, product_code, channel, branch_kind, branch_id, is_feature, month, used, lag_days, covered_days
