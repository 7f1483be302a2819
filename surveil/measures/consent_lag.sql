-- model: consent_lag
-- One row per opening that has a consent on record: days and seconds from the opening to the earliest one (0 or less: in
-- time).
SELECT o.account_id AS account_id, MIN(c.captured_at_day) - MIN(o.opened_day) AS lag_days,
       MIN(c.captured_at_s) - MIN(o.opened_s) AS lag_s
FROM consents AS c
JOIN openings AS o ON o.account_id = c.account_id
GROUP BY o.account_id
