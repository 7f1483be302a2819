-- model: signed_openings
-- One row per opening by staff (not features) whose application has a date in a goal period that ended at least
-- :settle_days days ago. `applied_left`: business days left in that period (5: five or more). `lag`: business days from the
-- application to the opening. `crossed`: opened only in a later goal period. `place`: of it among what was opened for the
-- customer that day.
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS opener_id, o.credited_to AS rep_id,
       o.branch_id AS branch_id, o.branch_kind AS branch_kind, o.family AS family, o.product_code AS product_code,
       o.channel AS channel, s.month AS month, o.opened_day AS opened_day, o.applied_day AS applied_day,
       CASE WHEN s.period_left > 5 THEN 5 ELSE s.period_left END AS applied_left,
       c.business_index - s.business_index AS lag,
       CASE WHEN c.period > s.period THEN 1 ELSE 0 END AS crossed,
       ROW_NUMBER() OVER (PARTITION BY o.credited_to, o.customer_id, o.family, o.opened_day ORDER BY o.account_id) AS place
FROM openings AS o
JOIN calendar AS c ON c.day = o.opened_day
JOIN calendar AS s ON s.day = o.applied_day
WHERE o.rep_id IS NOT NULL AND o.is_feature = 0
  AND o.applied_day >= :from_day AND o.applied_day <= o.opened_day
  AND s.period_last_day + :settle_days <= :as_of_day

-- model: sandbagging_cells
-- Applications of the last five business days of goal periods, by who got the credit, kind, branch, and by how long they
-- waited (5: five business days or more) and whether they were opened only in a later period. Of what one customer got
-- on one day, as cards for a haulier's drivers, :customer_day_counted count.
SELECT rep_id, family, channel, branch_kind, branch_id, month, applied_left, crossed,
       CASE WHEN lag > 5 THEN 5 ELSE lag END AS lag, COUNT(*) AS n
FROM signed_openings
WHERE applied_left < 5 AND place <= :customer_day_counted
GROUP BY rep_id, family, channel, branch_kind, branch_id, month, applied_left, crossed, CASE WHEN lag > 5 THEN 5 ELSE lag END

-- model: sandbagging_items
-- One row per such application that was opened only in a later goal period.
SELECT account_id, customer_id, opener_id, rep_id, branch_id, branch_kind, family, product_code, channel, month, opened_day,
       applied_day, applied_left, lag
FROM signed_openings
WHERE applied_left < 5 AND crossed = 1

-- model: goal_starts
-- Openings toward goals by kind of branch, branch and the business days of the period before them (5: five or more).
SELECT quota_id, rep_id, start_day, branch_kind, branch_id, days_in, COUNT(*) AS n
FROM goal_openings
GROUP BY quota_id, rep_id, start_day, branch_kind, branch_id, days_in
