-- model: goal_roles
-- The role and the branch of each representative who has a goal.
SELECT r.rep_id AS rep_id, COALESCE(r.role, '') AS role, COALESCE(h.branch_id, '') AS branch_id
FROM reps AS r
LEFT JOIN home_branches AS h ON h.rep_id = r.rep_id
WHERE r.rep_id IN (SELECT rep_id FROM counted_goals)
