-- model: simulated_funding_accounts
-- One row per account whose early money from the same customer went back (see `round_trip_accounts`), with the
-- customer's first own action apart from that, and how many days after the opening could be seen.
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS rep_id, o.branch_id AS branch_id,
       o.branch_kind AS branch_kind, o.product_code AS product_code, o.channel AS channel, o.month AS month,
       o.opened_day AS opened_day, t.in_cents AS in_cents, t.back_cents AS back_cents,
       t.first_in_day - o.opened_day AS in_after_days, t.last_back_day - t.first_in_day AS back_after_days,
       t.chained AS chained, u.first_use_days AS first_use_days,
       o.transactions_to - o.opened_day AS covered_days, u.closed_in_sight AS closed
FROM openings AS o
JOIN funding_trips AS t ON t.account_id = o.account_id
JOIN round_trip_accounts AS r ON r.account_id = o.account_id
JOIN first_use AS u ON u.account_id = o.account_id
WHERE o.rep_id IS NOT NULL

-- model: round_trip_moves
-- The movements that make a round trip on each of `simulated_funding_accounts`.
SELECT m.transaction_id AS transaction_id, m.account_id AS account_id, m.other_account_id AS other_account_id,
       m.direction AS direction, m.cents AS cents, m.posted_day AS posted_day, m.chained AS chained
FROM own_money AS m
JOIN simulated_funding_accounts AS s ON s.account_id = m.account_id
WHERE (m.direction = 1 AND m.business_days_after <= :in_business_days)
   OR (m.direction = -1 AND m.posted_day >= s.opened_day + s.in_after_days
       AND m.posted_day <= s.opened_day + s.in_after_days + :return_days)

-- model: round_trip_legs
-- One row per transaction behind `round_trip_moves`: the account's own, and the same transfer as its other end shows it.
SELECT transaction_id, account_id, account_id AS leg_account_id, direction, cents, posted_day, chained
FROM round_trip_moves
UNION
SELECT t.transaction_id, m.account_id, t.account_id, m.direction, m.cents, t.posted_at_day, m.chained
FROM round_trip_moves AS m
JOIN transactions AS t
  ON t.account_id = m.other_account_id
 AND t.counterparty_account_id = m.account_id
 AND t.amount_cents = 0 - m.direction * m.cents
WHERE t.counterparty_account_id IS NOT NULL AND t.posted_at_day >= m.posted_day - 1 AND t.posted_at_day <= m.posted_day + 1

-- model: simulated_funding_cells
-- Openings counted by opener, kind of account, branch and month; how many had a round trip with no other action of the
-- customer within :inactivity_days days; `mature` 1 where that many days could be seen (empty: no transactions then).
SELECT rep_id, product_code, channel, branch_kind, branch_id, month, mature, COUNT(*) AS n, SUM(trip) AS trips
FROM (
    SELECT rep_id, product_code, channel, branch_kind, branch_id, month,
           CASE WHEN transaction_covered_days >= :inactivity_days THEN 1
                WHEN transaction_covered_days IS NOT NULL THEN 0 END AS mature,
           CASE WHEN round_trip = 0 THEN 0
                WHEN first_use_days <= :inactivity_days THEN 0 ELSE 1 END AS trip
    FROM judged_openings
    WHERE is_feature = 0
) AS counted
GROUP BY rep_id, product_code, channel, branch_kind, branch_id, month, mature
