-- model: account_quality
-- One row per opening by staff whose use can be judged (used, watched for its product's horizon or :quality_days days, or
-- closed in sight without any use): `unused` by its customer, and `poor`: at least two signs of an unauthorized opening,
-- not of the papers alone (unused, funded and emptied again; no consent within :quality_grace_days days, customer not met).
-- A sign that is not known does not count.
SELECT account_id, unused, CASE WHEN unused + emptied > 0 AND unused + emptied + papers >= 2 THEN 1 ELSE 0 END AS poor
FROM (
    SELECT account_id, CASE WHEN first_use_days IS NULL THEN 1 ELSE 0 END AS unused, round_trip AS emptied,
           CASE WHEN consent_covered_days >= :quality_grace_days
                 AND (consent_lag_days IS NULL OR consent_lag_days > :quality_grace_days) THEN 1 ELSE 0 END
           + CASE WHEN not_met = 1 THEN 1 ELSE 0 END AS papers
    FROM opening_signs
    WHERE closed_in_sight = 1 OR seen_days >= COALESCE(unused_after_days, :quality_days)
) AS judged

-- model: quality_cells
-- Openings whose quality is known, by who got the credit, kind of account, branch and month.
SELECT o.credited_to AS rep_id, o.family AS family, o.branch_kind AS branch_kind, o.branch_id AS branch_id,
       o.month AS month, q.poor AS poor, COUNT(*) AS n
FROM openings AS o
JOIN account_quality AS q ON q.account_id = o.account_id
WHERE o.is_feature = 0
GROUP BY o.credited_to, o.family, o.branch_kind, o.branch_id, o.month, q.poor
