-- model: referral_edges
-- Referrals in the window counted by giver, receiver and family, with the branch and the place (state, else region) that each
-- is shown under. Referrals to oneself are left out.
SELECT f.from_rep_id AS rep_id, f.to_rep_id AS to_rep_id, COALESCE(p.family, '') AS family,
       COALESCE(h.branch_id, '') AS from_branch, COALESCE(k.branch_id, '') AS to_branch,
       COALESCE(b.state, b.region, '') AS from_place, COALESCE(d.state, d.region, '') AS to_place, COUNT(*) AS n
FROM referrals AS f
LEFT JOIN products AS p ON p.product_code = f.product_code
LEFT JOIN home_branches AS h ON h.rep_id = f.from_rep_id
LEFT JOIN home_branches AS k ON k.rep_id = f.to_rep_id
LEFT JOIN branches AS b ON b.branch_id = h.branch_id
LEFT JOIN branches AS d ON d.branch_id = k.branch_id
WHERE f.referred_at_day >= :from_day AND f.to_rep_id IS NOT NULL AND f.to_rep_id <> f.from_rep_id
GROUP BY f.from_rep_id, f.to_rep_id, COALESCE(p.family, ''), COALESCE(h.branch_id, ''), COALESCE(k.branch_id, ''),
         COALESCE(b.state, b.region, ''), COALESCE(d.state, d.region, '')
