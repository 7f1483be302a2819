-- model: contact_edits
-- One row per change of a phone, e-mail or address on record: old and new value in lower case.
SELECT change_id, customer_id, LOWER(field) AS field, LOWER(old_value) AS old_value, LOWER(new_value) AS new_value,
       changed_at_s AS changed_s, changed_at_day AS changed_day, changed_by
FROM profile_changes
WHERE LOWER(field) IN ('phone', 'mobile', 'mobile_phone', 'home_phone', 'email', 'address', 'address_line', 'postal_code', 'city')

-- model: staff_edits
-- The rows of `contact_edits` that the opener of something for that customer made from :opening_edit_days days before to as many days
-- after it, or within :survey_days days before a survey that came within :surveyed_days days of it. With one opening each.
SELECT e.change_id AS change_id, e.changed_by AS rep_id, e.customer_id AS customer_id, e.changed_day AS changed_day,
       MIN(o.account_id) AS account_id, MAX(CASE WHEN o.opened_day <= e.changed_day THEN o.opened_day END) AS last_opened_day,
       MIN(o.opened_day) AS first_opened_day, MAX(CASE WHEN s.customer_id IS NULL THEN 0 ELSE 1 END) AS before_survey
FROM contact_edits AS e
JOIN openings AS o ON o.customer_id = e.customer_id AND o.rep_id = e.changed_by
LEFT JOIN contacts AS s
  ON s.customer_id = e.customer_id AND s.kind = 'survey'
 AND s.at_day >= e.changed_day AND s.at_day <= e.changed_day + :survey_days
 AND s.at_day >= o.opened_day AND s.at_day <= o.opened_day + :surveyed_days
WHERE (e.changed_day >= o.opened_day - :opening_edit_days AND e.changed_day <= o.opened_day + :opening_edit_days)
   OR (s.customer_id IS NOT NULL AND e.changed_day >= o.opened_day)
GROUP BY e.change_id, e.changed_by, e.customer_id, e.changed_day

-- model: undone_edits
-- The rows of `staff_edits` whose old value came back within :undone_days days: by which change, the first one.
SELECT change_id, undone_by, undone_after_days
FROM (
    SELECT e.change_id AS change_id, b.change_id AS undone_by, b.changed_day - e.changed_day AS undone_after_days,
           ROW_NUMBER() OVER (PARTITION BY e.change_id ORDER BY b.changed_s, b.change_id) AS place
    FROM staff_edits AS s
    JOIN contact_edits AS e ON e.change_id = s.change_id
    JOIN contact_edits AS b
      ON b.customer_id = e.customer_id AND b.field = e.field AND b.new_value = e.old_value
     AND b.changed_s > e.changed_s AND b.changed_day <= e.changed_day + :undone_days
) AS ranked
WHERE place = 1

-- model: false_edits
-- The rows of `staff_edits` that put in a contact which can't be the customer's (nobody's, the firm's, an employee's e-mail), or
-- left none.
SELECT s.change_id AS change_id, CASE WHEN e.new_value IS NULL THEN 1 ELSE 0 END AS emptied
FROM staff_edits AS s
JOIN contact_edits AS e ON e.change_id = s.change_id
LEFT JOIN placeholder_mailboxes AS n ON e.field = 'email' AND n.local = SUBSTRING(e.new_value, 1, STRPOS(e.new_value, '@') - 1)
LEFT JOIN placeholder_domains AS d ON e.field = 'email' AND d.domain = SUBSTRING(e.new_value, STRPOS(e.new_value, '@') + 1)
LEFT JOIN bank_domains AS f ON e.field = 'email' AND f.domain = SUBSTRING(e.new_value, STRPOS(e.new_value, '@') + 1)
LEFT JOIN customers AS u ON u.customer_id = s.customer_id
WHERE (e.new_value IS NULL AND e.old_value IS NOT NULL)
   OR n.local IS NOT NULL
   OR d.domain IS NOT NULL
   OR (f.domain IS NOT NULL AND COALESCE(u.is_employee, 0) = 0)
GROUP BY s.change_id, e.new_value

-- model: contact_tampering_items
-- One row per change behind `staff_edits`: the edit itself, and the change that took it back (`reverts` names the edit).
SELECT s.change_id AS change_id, s.rep_id AS rep_id, s.customer_id AS customer_id, s.account_id AS account_id,
       s.changed_day AS changed_day, e.field AS field, o.branch_id AS branch_id, o.branch_kind AS branch_kind,
       o.channel AS channel, o.month AS month, w.is_new AS is_new, s.before_survey AS before_survey,
       CASE WHEN b.change_id IS NULL THEN 0 ELSE 1 END AS undone, b.undone_after_days AS undone_after_days,
       CASE WHEN f.change_id IS NULL THEN 0 ELSE 1 END AS false_value, f.emptied AS emptied, NULL AS reverts
FROM staff_edits AS s
JOIN contact_edits AS e ON e.change_id = s.change_id
JOIN openings AS o ON o.account_id = s.account_id
JOIN opening_novelty AS w ON w.account_id = s.account_id
LEFT JOIN undone_edits AS b ON b.change_id = s.change_id
LEFT JOIN false_edits AS f ON f.change_id = s.change_id
UNION ALL
SELECT b.undone_by, s.rep_id, s.customer_id, s.account_id, e.changed_day, e.field, o.branch_id, o.branch_kind, o.channel,
       o.month, w.is_new, s.before_survey, 1, b.undone_after_days, 0, 0, MIN(s.change_id)
FROM undone_edits AS b
JOIN staff_edits AS s ON s.change_id = b.change_id
JOIN contact_edits AS e ON e.change_id = b.undone_by
JOIN openings AS o ON o.account_id = s.account_id
JOIN opening_novelty AS w ON w.account_id = s.account_id
WHERE NOT EXISTS (SELECT 1 FROM staff_edits AS x WHERE x.change_id = b.undone_by)
GROUP BY b.undone_by, s.rep_id, s.customer_id, s.account_id, e.changed_day, e.field, o.branch_id, o.branch_kind, o.channel,
         o.month, w.is_new, s.before_survey, b.undone_after_days

-- model: opening_novelty
-- One row per opening by staff: 1 where the customer had come to the firm within :opening_edit_days days before. His data were fresh.
SELECT account_id, CASE WHEN customer_since_day >= opened_day - :opening_edit_days THEN 1 ELSE 0 END AS is_new
FROM openings
WHERE rep_id IS NOT NULL

-- model: edited_sittings
-- For each opener, customer and day of opening: 1 where he edited the customer's contacts around it, and where such an edit
-- was undone or false.
SELECT o.rep_id AS rep_id, o.customer_id AS customer_id, o.opened_day AS opened_day,
       MAX(CASE WHEN b.change_id IS NULL AND f.change_id IS NULL THEN 0 ELSE 1 END) AS doubtful
FROM staff_edits AS s
JOIN openings AS o
  ON o.customer_id = s.customer_id AND o.rep_id = s.rep_id
 AND ((s.changed_day >= o.opened_day - :opening_edit_days AND s.changed_day <= o.opened_day + :opening_edit_days)
      OR (s.before_survey = 1 AND o.opened_day = s.last_opened_day))
LEFT JOIN undone_edits AS b ON b.change_id = s.change_id
LEFT JOIN false_edits AS f ON f.change_id = s.change_id
GROUP BY o.rep_id, o.customer_id, o.opened_day

-- model: contact_tampering_cells
-- Sittings (what one opener opened for one customer on one day) counted by opener, channel, branch, month and whether the
-- customer was new; `edited` and `doubtful` of `edited_sittings`; `known` 1 where the changes' extract covers the days around;
-- `used` 1 where the customer has used any of it since.
SELECT rep_id, is_new, channel, branch_kind, branch_id, month, known, used, edited, doubtful, COUNT(*) AS n
FROM (
    SELECT o.rep_id AS rep_id, o.customer_id AS customer_id, o.opened_day AS opened_day, MAX(w.is_new) AS is_new,
           MIN(o.channel) AS channel, MIN(o.branch_kind) AS branch_kind, MIN(o.branch_id) AS branch_id,
           MIN(o.month) AS month, MIN(CASE WHEN v.feed IS NULL THEN 0 ELSE 1 END) AS known,
           MAX(CASE WHEN u.first_use_days IS NULL THEN 0 ELSE 1 END) AS used,
           MAX(CASE WHEN s.rep_id IS NULL THEN 0 ELSE 1 END) AS edited, MAX(COALESCE(s.doubtful, 0)) AS doubtful
    FROM openings AS o
    JOIN opening_novelty AS w ON w.account_id = o.account_id
    LEFT JOIN first_use AS u ON u.account_id = o.account_id
    LEFT JOIN covered AS v
      ON v.feed = 'profile_changes' AND v.branch_id = o.branch_id AND v.channel = o.channel
     AND v.from_day <= o.opened_day - :opening_edit_days AND v.to_day >= o.opened_day + :opening_edit_days
    LEFT JOIN edited_sittings AS s
      ON s.rep_id = o.rep_id AND s.customer_id = o.customer_id AND s.opened_day = o.opened_day
    GROUP BY o.rep_id, o.customer_id, o.opened_day
) AS sittings
GROUP BY rep_id, is_new, channel, branch_kind, branch_id, month, known, used, edited, doubtful
