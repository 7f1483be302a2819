-- model: paid_periods
-- One row per bonus, prize or other reward for results of a period; not commissions and referral fees, nor what is of an
-- unknown kind.
SELECT payout_id, rep_id, amount_cents, kind, program, period_start_day AS start_day, period_end_day AS end_day, paid_on_day AS paid_day
FROM payouts
WHERE kind IN ('bonus', 'contest', 'non_monetary') AND amount_cents > 0
  AND period_start_day IS NOT NULL AND period_end_day IS NOT NULL AND period_end_day >= :from_day

-- model: paid_openings
-- One row per reward and opening of its period whose quality is known (see `judged_openings`), for who got the credit;
-- `of_event` 1 for those that `event_openings` leaves out.
SELECT p.payout_id AS payout_id, p.rep_id AS rep_id, o.account_id AS account_id,
       o.customer_id AS customer_id, o.family AS family,
       o.branch_kind AS branch_kind, o.branch_id AS branch_id, o.month AS month, o.poor AS poor,
       CASE WHEN e.account_id IS NULL THEN 0 ELSE 1 END AS of_event
FROM paid_periods AS p
JOIN judged_openings AS o
  ON o.credited_to = p.rep_id AND o.opened_day >= p.start_day AND o.opened_day <= p.end_day
LEFT JOIN event_openings AS e ON e.account_id = o.account_id
WHERE o.is_feature = 0 AND o.poor IS NOT NULL

-- model: payout_cells
-- These openings by reward, kind of account, branch and month.
SELECT payout_id, rep_id, family, branch_kind, branch_id, month, poor, of_event, COUNT(*) AS n
FROM paid_openings
GROUP BY payout_id, rep_id, family, branch_kind, branch_id, month, poor, of_event

-- model: paid_cells
-- The customers of these openings by representative, kind of account, branch and month, each once however often he was
-- paid for; poor where any of his accounts is: what one customer leaves undone he leaves undone for all of them.
SELECT rep_id, family, branch_kind, branch_id, month, poor, COUNT(*) AS n
FROM (
    SELECT rep_id, customer_id, MIN(family) AS family, MIN(branch_kind) AS branch_kind, MIN(branch_id) AS branch_id,
           month, MAX(poor) AS poor
    FROM paid_openings
    WHERE of_event = 0
    GROUP BY rep_id, customer_id, month
) AS customers_paid_for
GROUP BY rep_id, family, branch_kind, branch_id, month, poor
