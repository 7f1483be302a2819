-- model: opening_signs
-- One row per account or feature opened by staff, with what several measurements ask of it: days to the first consent
-- (`consent_lag`) and days that the consents cover, whether the customer was met (`openings_met`), the first use (`first_use`)
-- and whether early money went back (`round_trip_accounts`). Each of these tables is as long as the openings, and has one row
-- an account: they are stacked and summed up, as joining all of them at once takes memory for each at the same time.
SELECT account_id, MAX(unused_after_days) AS unused_after_days, MAX(consent_covered_days) AS consent_covered_days,
       MAX(consent_lag_days) AS consent_lag_days, MAX(not_met) AS not_met, MAX(first_use_days) AS first_use_days,
       MAX(seen_days) AS seen_days, MAX(closed_in_sight) AS closed_in_sight, MAX(round_trip) AS round_trip
FROM (
    SELECT account_id, 1 AS opened, unused_after_days, consents_to - opened_day AS consent_covered_days,
           CAST(NULL AS BIGINT) AS consent_lag_days, CAST(NULL AS BIGINT) AS not_met, CAST(NULL AS BIGINT) AS first_use_days,
           CAST(NULL AS BIGINT) AS seen_days, CAST(NULL AS BIGINT) AS closed_in_sight, 0 AS round_trip
    FROM openings
    WHERE rep_id IS NOT NULL
    UNION ALL
    SELECT account_id, 0, NULL, NULL, lag_days, NULL, NULL, NULL, NULL, 0 FROM consent_lag
    UNION ALL
    SELECT account_id, 0, NULL, NULL, NULL, not_met, NULL, NULL, NULL, 0 FROM openings_met
    UNION ALL
    SELECT account_id, 0, NULL, NULL, NULL, NULL, first_use_days, seen_days, closed_in_sight, 0 FROM first_use
    UNION ALL
    SELECT account_id, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1 FROM round_trip_accounts
) AS stacked
GROUP BY account_id
HAVING MAX(opened) = 1

-- model: account_evidence
-- One row per account or feature opened by staff, with each sign of an unauthorized opening: 1 there, 0 not, empty not
-- known (not covered, too young, no such product).
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS rep_id, o.branch_id AS branch_id,
       o.branch_kind AS branch_kind, o.product_code AS product_code, o.family AS family, o.channel AS channel,
       o.is_feature AS is_feature, o.month AS month, o.opened_day AS opened_day,
       o.unused_after_days AS unused_after_days,
       s.consent_covered_days AS consent_covered_days, s.consent_lag_days AS consent_lag_days,
       s.not_met AS not_met,
       s.first_use_days AS first_use_days, s.seen_days AS seen_days, s.closed_in_sight AS closed_in_sight,
       o.transactions_to - o.opened_day AS transaction_covered_days,
       s.round_trip AS round_trip,
       g.shared AS shared_contact, g.employee AS employee_contact,
       CASE WHEN o.closed_day IS NOT NULL THEN o.closed_day - o.opened_day END AS closed_after_days
FROM openings AS o
JOIN opening_signs AS s ON s.account_id = o.account_id
LEFT JOIN contact_signs AS g ON g.account_id = o.account_id

-- model: staff_accounts
-- Every account and feature that a representative opened in the window, migrations too: what the ranking of accounts lists.
SELECT account_id, opened_by AS rep_id, customer_id, opened_at_day AS opened_day
FROM accounts
WHERE opened_by IS NOT NULL AND opened_at_day >= :from_day
