-- model: referral_outcomes
-- One row per referral in the window: the product's family, the receiver, the giver's branch and role, what became of it,
-- how many days ago it was made, whether the customer left a trace (see `referral_traces`; empty: not known), and whether it
-- was booked after the account or sale it led to (empty: none is named). Midnight is no time of day, but a date.
SELECT f.referral_id AS referral_id, f.customer_id AS customer_id, f.from_rep_id AS rep_id,
       COALESCE(f.to_rep_id, '') AS to_rep_id, f.product_code AS product_code, COALESCE(p.family, '') AS family,
       COALESCE(g.branch_id, '') AS branch_id, COALESCE(r.role, '') AS role, f.referred_at_day AS day, c.month AS month,
       c.quarter AS quarter, f.outcome AS outcome, f.fee_paid_cents AS fee_cents, :as_of_day - f.referred_at_day AS age_days,
       t.traced AS traced,
       CASE WHEN COALESCE(a.account_id, s.sale_id) IS NULL THEN NULL
            WHEN f.referred_at_day > COALESCE(a.opened_at_day, s.sold_at_day) THEN 1
            WHEN f.referred_at_tod > 0 AND COALESCE(a.opened_at_tod, s.sold_at_tod) > 0
             AND f.referred_at_s > COALESCE(a.opened_at_s, s.sold_at_s) THEN 1 ELSE 0 END AS booked_after
FROM referrals AS f
JOIN calendar AS c ON c.day = f.referred_at_day
LEFT JOIN referral_traces AS t ON t.referral_id = f.referral_id
LEFT JOIN products AS p ON p.product_code = f.product_code
LEFT JOIN reps AS r ON r.rep_id = f.from_rep_id
LEFT JOIN giver_branches AS g ON g.referral_id = f.referral_id
LEFT JOIN accounts AS a ON a.account_id = f.account_id
LEFT JOIN sales AS s ON s.sale_id = f.sale_id
WHERE f.referred_at_day >= :from_day

-- model: giver_branches
-- Where the giver of a referral was assigned on that day. One row per such referral.
SELECT f.referral_id AS referral_id, MIN(s.branch_id) AS branch_id
FROM referrals AS f
JOIN assignments AS s
  ON s.rep_id = f.from_rep_id
 AND s.start_on_day <= f.referred_at_day
 AND (s.end_on_day IS NULL OR s.end_on_day >= f.referred_at_day)
GROUP BY f.referral_id

-- model: referral_traces
-- One row per referral in the window whose days the contacts' extract covers, from :trace_before_days before it to
-- :trace_after_days after: 1 where anything with the customer is on record in them, be it a visit, a call that nobody
-- answered, or an appointment that he missed; else 0.
SELECT f.referral_id AS referral_id, MAX(CASE WHEN n.customer_id IS NULL THEN 0 ELSE 1 END) AS traced
FROM referrals AS f
LEFT JOIN giver_branches AS g ON g.referral_id = f.referral_id
JOIN covered AS v
  ON v.feed = 'contacts' AND v.branch_id = COALESCE(g.branch_id, '') AND v.channel = ''
 AND v.from_day <= f.referred_at_day - :trace_before_days AND v.to_day >= f.referred_at_day + :trace_after_days
LEFT JOIN contacts AS n
  ON n.customer_id = f.customer_id AND COALESCE(n.kind, 'visit') <> 'survey'
 AND n.at_day >= f.referred_at_day - :trace_before_days AND n.at_day <= f.referred_at_day + :trace_after_days
WHERE f.referred_at_day >= :from_day
GROUP BY f.referral_id

-- model: months_at_work
-- One row per representative and month of the window in which he opened, sold, referred or spoke with a customer.
SELECT w.rep_id AS rep_id, COALESCE(r.role, '') AS role, w.month AS month
FROM (
    SELECT o.rep_id AS rep_id, o.month AS month FROM openings AS o
    UNION
    SELECT s.rep_id, s.month FROM sold AS s
    UNION
    SELECT f.from_rep_id, c.month FROM referrals AS f JOIN calendar AS c ON c.day = f.referred_at_day
    WHERE f.referred_at_day >= :from_day
    UNION
    SELECT n.rep_id, c.month FROM contacts AS n JOIN calendar AS c ON c.day = n.at_day WHERE n.at_day >= :from_day
) AS w
LEFT JOIN reps AS r ON r.rep_id = w.rep_id
WHERE w.rep_id IS NOT NULL
