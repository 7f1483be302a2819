-- model: opener_away
-- One row per opening on a day on which whoever entered it was absent, by the firm's own list, and which absence it was.
SELECT o.account_id AS account_id, MIN(o.rep_id || ' ' || CAST(b.start_on_day AS TEXT)) AS absence
FROM (
    SELECT account_id, rep_id, opened_day FROM openings
    UNION ALL
    SELECT k.account_id, k.entered_by, o.opened_day
    FROM keyed_accounts AS k
    JOIN openings AS o ON o.account_id = k.account_id
) AS o
JOIN absences AS b ON b.rep_id = o.rep_id AND b.start_on_day <= o.opened_day AND b.end_on_day >= o.opened_day
GROUP BY o.account_id

-- model: opener_gone
-- One row per opening on a day after its opener had left the firm (and not come back to an assignment since).
SELECT o.account_id AS account_id
FROM openings AS o
JOIN reps AS r ON r.rep_id = o.rep_id AND r.terminated_on_day <= o.opened_day
WHERE NOT EXISTS (
    SELECT 1 FROM assignments AS s
    WHERE s.rep_id = o.rep_id AND s.start_on_day >= r.terminated_on_day AND s.start_on_day <= o.opened_day)

-- model: staff_crowds
-- Days on which one opener served at least :crowd_customers customers of one employer: a room full of people, one sitting.
SELECT rep_id, employer, opened_day
FROM openings
WHERE rep_id IS NOT NULL AND employer IS NOT NULL
GROUP BY rep_id, employer, opened_day
HAVING COUNT(DISTINCT customer_id) >= :crowd_customers

-- model: absent_signs
-- One row per opening by staff with what speaks for nobody having been there: 1 or 0, empty where not known. A time
-- of day is known where the account names its branch (whose clock it is) and is not the midnight of a bare date.
-- `sitting` is whom it was for: the customer, or a whole crowd. `is_new`: a customer since then, who can't have logged in before.
-- `used`: by its customer, as far as is known.
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS rep_id, o.branch_id AS branch_id,
       o.branch_kind AS branch_kind, o.product_code AS product_code, o.is_feature AS is_feature, o.channel AS channel,
       o.month AS month, o.opened_day AS opened_day, o.opened_tod AS opened_tod, m.not_met AS not_met,
       CASE WHEN o.customer_since_day >= o.opened_day - :contact_before_days THEN 1 ELSE 0 END AS is_new,
       CASE WHEN u.first_use_days IS NULL THEN 0 ELSE 1 END AS used,
       COALESCE('employer ' || k.employer, 'customer ' || o.customer_id) AS sitting,
       w.absence AS absence, CASE WHEN w.account_id IS NULL THEN 0 ELSE 1 END AS away,
       CASE WHEN g.account_id IS NULL THEN 0 ELSE 1 END AS gone,
       CASE WHEN o.names_branch = 0 OR o.opened_tod = 0 THEN NULL
            WHEN o.opened_tod >= :night_from_hour * 3600 OR o.opened_tod < :night_until_hour * 3600 THEN 1
            ELSE 0 END AS at_night
FROM openings AS o
LEFT JOIN staff_crowds AS k ON k.rep_id = o.rep_id AND k.employer = o.employer AND k.opened_day = o.opened_day
LEFT JOIN openings_met AS m ON m.account_id = o.account_id
LEFT JOIN first_use AS u ON u.account_id = o.account_id
LEFT JOIN opener_away AS w ON w.account_id = o.account_id
LEFT JOIN opener_gone AS g ON g.account_id = o.account_id
WHERE o.rep_id IS NOT NULL

-- model: absent_sittings
-- One row per sitting (what one opener opened on one day for one customer or crowd): `not_met` 1 where nobody in it was met
-- (empty: not covered). `occasion`: the absence in which it fell, the time after the opener had left, or the night; else empty.
SELECT rep_id, sitting, opened_day, MIN(is_feature) AS is_feature, MAX(is_new) AS is_new, MIN(channel) AS channel,
       MIN(branch_kind) AS branch_kind, MIN(branch_id) AS branch_id, MIN(month) AS month, MIN(not_met) AS not_met,
       MAX(used) AS used,
       CASE WHEN MAX(gone) = 1 THEN 'gone'
            WHEN MAX(away) = 1 THEN 'away ' || MIN(absence)
            WHEN MAX(at_night) = 1 THEN 'night ' || CAST(opened_day AS TEXT) END AS occasion
FROM absent_signs
GROUP BY rep_id, sitting, opened_day

-- model: odd_sittings
-- The first sitting of each occasion of `absent_sittings`: a leave that was not taken, or a date of leaving that is wrong, is one
-- slip, however many sittings fell in it.
SELECT rep_id, sitting, opened_day
FROM (
    SELECT rep_id, sitting, opened_day,
           ROW_NUMBER() OVER (PARTITION BY rep_id, occasion ORDER BY opened_day, sitting) AS place
    FROM absent_sittings
    WHERE occasion IS NOT NULL
) AS ranked
WHERE place = 1

-- model: customer_absent_items
-- The rows of `absent_signs` that show one; of a crowd, only where nobody in it was met. `first_odd` 1 in `odd_sittings`.
SELECT a.account_id AS account_id, a.customer_id AS customer_id, a.rep_id AS rep_id, a.branch_id AS branch_id,
       a.branch_kind AS branch_kind, a.product_code AS product_code, s.is_feature AS is_feature, s.is_new AS is_new,
       a.channel AS channel, a.month AS month, a.opened_day AS opened_day, a.opened_tod AS opened_tod, s.not_met AS not_met,
       a.away AS away, a.gone AS gone, a.at_night AS at_night, CASE WHEN d.rep_id IS NULL THEN 0 ELSE 1 END AS first_odd
FROM absent_signs AS a
JOIN absent_sittings AS s ON s.rep_id = a.rep_id AND s.sitting = a.sitting AND s.opened_day = a.opened_day
LEFT JOIN odd_sittings AS d ON d.rep_id = s.rep_id AND d.sitting = s.sitting AND d.opened_day = s.opened_day
WHERE s.not_met = 1 OR a.away = 1 OR a.gone = 1 OR a.at_night = 1

-- model: customer_absent_cells
-- The rows of `absent_sittings` counted by opener, channel, branch and month, and by whether any of it is used; `odd` 1 for
-- those of `odd_sittings`.
SELECT s.rep_id AS rep_id, s.is_feature AS is_feature, s.is_new AS is_new, s.channel AS channel,
       s.branch_kind AS branch_kind, s.branch_id AS branch_id, s.month AS month, s.not_met AS not_met, s.used AS used,
       CASE WHEN d.rep_id IS NULL THEN 0 ELSE 1 END AS odd, COUNT(*) AS n
FROM absent_sittings AS s
LEFT JOIN odd_sittings AS d ON d.rep_id = s.rep_id AND d.sitting = s.sitting AND d.opened_day = s.opened_day
GROUP BY s.rep_id, s.is_feature, s.is_new, s.channel, s.branch_kind, s.branch_id, s.month, s.not_met, s.used,
         CASE WHEN d.rep_id IS NULL THEN 0 ELSE 1 END
