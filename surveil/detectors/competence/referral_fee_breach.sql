-- model: licensed_givers
-- Referrals whose giver held, on that day, a registration that the product requires (the SIE alone registers nobody).
-- `sure` 0: only one with a status outside the list, of which it is not known whether it counts.
SELECT f.referral_id AS referral_id, MAX(CASE WHEN COALESCE(r.status, 'active') = 'active' THEN 1 ELSE 0 END) AS sure
FROM referrals AS f
JOIN requirements AS q ON q.product_code = f.product_code
JOIN requirement_kinds AS k ON k.product_code = q.product_code AND k.clause = q.clause AND k.training = 0
JOIN registrations AS r ON r.rep_id = f.from_rep_id AND r.qualification = q.qualification
WHERE q.qualification <> 'SIE'
  AND COALESCE(r.status, 'active') IN ('active', 'unlisted')
  AND r.granted_on_day <= f.referred_at_day
  AND (r.ended_on_day IS NULL OR r.ended_on_day > f.referred_at_day)
GROUP BY f.referral_id

-- model: paid_referrals
-- One row per referral in the window for a product that requires a registration: the fee (empty: not known), what it is
-- paid for, what became of the referral, and whether the giver is registered (empty: not known).
SELECT f.referral_id AS referral_id, f.customer_id AS customer_id, f.from_rep_id AS rep_id, f.to_rep_id AS to_rep_id,
       f.product_code AS product_code, COALESCE(p.family, '') AS family, COALESCE(g.branch_id, '') AS branch_id,
       c.month AS month, f.referred_at_day AS day, f.outcome AS outcome, f.fee_paid_cents AS fee_cents,
       f.fee_basis AS fee_basis, u.net_worth_cents AS net_worth_cents,
       CASE WHEN l.sure = 1 OR r.registered = 1 THEN 1
            WHEN l.sure = 0 THEN NULL
            WHEN n.rep_id IS NOT NULL THEN 0 END AS registered
FROM referrals AS f
JOIN calendar AS c ON c.day = f.referred_at_day
LEFT JOIN products AS p ON p.product_code = f.product_code
LEFT JOIN customers AS u ON u.customer_id = f.customer_id
LEFT JOIN reps AS r ON r.rep_id = f.from_rep_id
LEFT JOIN giver_branches AS g ON g.referral_id = f.referral_id
LEFT JOIN licensed_givers AS l ON l.referral_id = f.referral_id
LEFT JOIN (SELECT DISTINCT rep_id FROM registration_known) AS n ON n.rep_id = f.from_rep_id
WHERE f.referred_at_day >= :from_day
  AND f.product_code IN (SELECT product_code FROM requirement_kinds WHERE training = 0)
