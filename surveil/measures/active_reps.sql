-- model: active_reps
-- Everyone who did something or was assigned somewhere in the window, managers too: one row per representative.
SELECT rep_id FROM (
    SELECT opened_by AS rep_id FROM accounts WHERE opened_at_day >= :from_day
    UNION
    SELECT k.entered_by FROM keyed_accounts AS k JOIN accounts AS a ON a.account_id = k.account_id AND a.opened_at_day >= :from_day
    UNION
    SELECT credited_to FROM accounts WHERE opened_at_day >= :from_day
    UNION
    SELECT rep_id FROM sales WHERE sold_at_day >= :from_day
    UNION
    SELECT rep2_id FROM sales WHERE sold_at_day >= :from_day
    UNION
    SELECT from_rep_id FROM referrals WHERE referred_at_day >= :from_day
    UNION
    SELECT to_rep_id FROM referrals WHERE referred_at_day >= :from_day
    UNION
    SELECT rep_id FROM contacts WHERE at_day >= :from_day
    UNION
    SELECT rep_id FROM transactions WHERE posted_at_day >= :from_day
    UNION
    SELECT rep_id FROM assignments WHERE end_on_day IS NULL OR end_on_day >= :from_day
    UNION
    SELECT supervisor_id FROM assignments WHERE end_on_day IS NULL OR end_on_day >= :from_day
) AS active
WHERE rep_id IS NOT NULL

-- model: home_branches
-- The branch that a representative is shown under: where most of his openings were, else his latest assignment.
SELECT rep_id, MIN(branch_id) AS branch_id
FROM (
    SELECT o.rep_id AS rep_id, o.branch_id AS branch_id,
           ROW_NUMBER() OVER (PARTITION BY o.rep_id ORDER BY o.n DESC, o.branch_id) AS place
    FROM (SELECT rep_id, branch_id, COUNT(*) AS n FROM openings WHERE rep_id IS NOT NULL GROUP BY rep_id, branch_id) AS o
    UNION ALL
    SELECT s.rep_id, s.branch_id,
           ROW_NUMBER() OVER (PARTITION BY s.rep_id ORDER BY s.start_on_day DESC, s.branch_id)
    FROM assignments AS s
    WHERE s.rep_id NOT IN (SELECT rep_id FROM openings WHERE rep_id IS NOT NULL)
) AS ranked
WHERE place = 1
GROUP BY rep_id

-- model: opening_branches
-- The branches at which staff opened something in the window.
SELECT DISTINCT branch_id FROM openings WHERE rep_id IS NOT NULL AND branch_id <> ''

-- model: home_sizes
-- As `home_branches`, with the number of openings in the window: what the parts of a large firm are made up from.
SELECT h.rep_id AS rep_id, h.branch_id AS branch_id, COUNT(o.account_id) AS openings
FROM home_branches AS h
LEFT JOIN openings AS o ON o.rep_id = h.rep_id
GROUP BY h.rep_id, h.branch_id
