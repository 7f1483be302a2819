-- model: opening_signs
-- One row per account with what several measurements say of it: days to the first consent (`consent_lag`), whether the customer
-- was met (`openings_met`), the first use (`first_use`) and whether early money went back (`round_trip_accounts`). Each of these
-- tables is as long as the openings, and has one row an account: they are stacked and summed up, as joining all of them at once
-- takes memory for each at the same time.
SELECT account_id, MAX(consent_lag_days) AS consent_lag_days, MAX(not_met) AS not_met, MAX(first_use_days) AS first_use_days,
       MAX(seen_days) AS seen_days, MAX(closed_in_sight) AS closed_in_sight, MAX(round_trip) AS round_trip
FROM (
    SELECT account_id, lag_days AS consent_lag_days, CAST(NULL AS INT) AS not_met, CAST(NULL AS INT) AS first_use_days,
           CAST(NULL AS INT) AS seen_days, CAST(NULL AS INT) AS closed_in_sight, 0 AS round_trip
    FROM consent_lag
    UNION ALL
    SELECT account_id, NULL, not_met, NULL, NULL, NULL, 0 FROM openings_met
    UNION ALL
    SELECT account_id, NULL, NULL, first_use_days, seen_days, closed_in_sight, 0 FROM first_use
    UNION ALL
    SELECT account_id, NULL, NULL, NULL, NULL, NULL, 1 FROM round_trip_accounts
) AS stacked
GROUP BY account_id

-- model: opened_together
-- One row per opening in a sitting in which more than one product was opened: how many one representative opened (features
-- too) for one customer on one day.
SELECT o.account_id AS account_id, s.products AS products
FROM openings AS o
JOIN (
    SELECT credited_to, customer_id, opened_day, COUNT(*) AS products
    FROM openings
    WHERE rep_id IS NOT NULL
    GROUP BY credited_to, customer_id, opened_day
    HAVING COUNT(*) > 1
) AS s ON s.credited_to = o.credited_to AND s.customer_id = o.customer_id AND s.opened_day = o.opened_day
WHERE o.rep_id IS NOT NULL

-- model: consent_known
-- One row per opening by staff around which the consents' extract covers :quality_grace_days days: whether it has none by then,
-- whether it is known if its customer used it, and whether he has.
SELECT o.account_id AS account_id, o.rep_id AS rep_id, o.branch_id AS branch_id, o.channel AS channel,
       o.opened_day AS opened_day, CASE WHEN s.consent_lag_days <= :quality_grace_days THEN 0 ELSE 1 END AS missing,
       CASE WHEN s.seen_days IS NULL THEN 0 ELSE 1 END AS watched, CASE WHEN s.first_use_days IS NULL THEN 0 ELSE 1 END AS used
FROM openings AS o
LEFT JOIN opening_signs AS s ON s.account_id = o.account_id
WHERE o.rep_id IS NOT NULL AND o.consents_to - o.opened_day >= :quality_grace_days

-- model: consent_days
-- The rows of `consent_known` counted by branch, channel and day.
SELECT branch_id, channel, opened_day, COUNT(*) AS n, SUM(missing) AS missing, SUM(watched) AS watched, SUM(used) AS used,
       MIN(rep_id) AS first_rep, MAX(rep_id) AS last_rep
FROM consent_known
GROUP BY branch_id, channel, opened_day

-- model: consent_channels
-- The channels through which :gap_openings openings or more came without a consent, not one, though :gap_used_percent percent of
-- those that were watched are used and most openings of the firm have one: the extract lacks what is signed there, as on slips
-- sent by mail.
SELECT channel
FROM consent_days
CROSS JOIN (SELECT SUM(n) AS firm_n, SUM(missing) AS firm_missing FROM consent_days) AS firm
WHERE firm_missing * 2 < firm_n
GROUP BY channel
HAVING SUM(n) >= :gap_openings AND SUM(missing) = SUM(n) AND SUM(used) * 100 >= :gap_used_percent * SUM(watched)

-- model: consent_spells
-- The spells of days in which the same holds for a branch, through all other channels, by several representatives.
SELECT branch_id, MIN(opened_day) AS from_day, MAX(opened_day) AS to_day
FROM (
    SELECT branch_id, opened_day, n, missing, watched, used, first_rep, last_rep,
           SUM(CASE WHEN missing < n THEN 1 ELSE 0 END) OVER (PARTITION BY branch_id ORDER BY opened_day) AS spell
    FROM (
        SELECT branch_id, opened_day, SUM(n) AS n, SUM(missing) AS missing, SUM(watched) AS watched, SUM(used) AS used,
               MIN(first_rep) AS first_rep, MAX(last_rep) AS last_rep
        FROM consent_days
        WHERE channel NOT IN (SELECT channel FROM consent_channels)
        GROUP BY branch_id, opened_day
    ) AS by_day
) AS in_order
CROSS JOIN (SELECT SUM(n) AS firm_n, SUM(missing) AS firm_missing FROM consent_days) AS firm
WHERE missing = n AND firm_missing * 2 < firm_n
GROUP BY branch_id, spell
HAVING SUM(n) >= :gap_openings AND SUM(used) * 100 >= :gap_used_percent * SUM(watched) AND MIN(first_rep) <> MAX(last_rep)

-- model: consent_gaps
-- Where the consents' extract lacks what was signed: branch, channel and days (`consent_channels`, `consent_spells`); no two
-- rows overlap.
SELECT DISTINCT d.branch_id AS branch_id, d.channel AS channel, f.from_day AS from_day, f.to_day AS to_day
FROM consent_days AS d
JOIN consent_channels AS c ON c.channel = d.channel
CROSS JOIN (SELECT MIN(opened_day) AS from_day, MAX(opened_day) AS to_day FROM consent_days) AS f
UNION ALL
SELECT DISTINCT d.branch_id, d.channel, s.from_day, s.to_day
FROM consent_days AS d
JOIN consent_spells AS s ON s.branch_id = d.branch_id
WHERE d.channel NOT IN (SELECT channel FROM consent_channels)

-- model: judged_openings
-- One row per account or feature opened by staff with all that is known of it, joined once for all who ask (see
-- `opening_signs`). `together`: products opened in the same sitting (6: six or more).
-- The use of some can be judged: used, watched for its product's horizon or :quality_days days, or closed in sight without any
-- use. Of these, `unused` by its customer, and `poor`: at least two signs of an unauthorized opening, not of the papers alone
-- (unused, funded and emptied again; no consent within :quality_grace_days days, customer not met). A sign that is not known
-- does not count; both are empty where the use can't be judged. `no_consent`: none within those days; empty where not covered
-- (`consent_gaps` are not, either).
SELECT account_id, customer_id, rep_id, credited_to, branch_id, branch_kind, product_code, family, channel, is_feature,
       month, opened_day, opened_tod, business_index, period_left, closed_day, applied_day, recorded_day, no_contact,
       customer_since_day, customer_kind, unused_after_days, transaction_covered_days, together, consent_covered_days,
       consent_lag_days, no_consent, not_met, first_use_days, seen_days, closed_in_sight, round_trip,
       CASE WHEN can_be_judged = 0 THEN NULL ELSE unused END AS unused,
       CASE WHEN can_be_judged = 0 THEN NULL
            WHEN unused + round_trip > 0 AND unused + round_trip + COALESCE(no_consent, 0) + COALESCE(not_met, 0) >= 2 THEN 1
            ELSE 0 END AS poor
FROM (
    SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS rep_id, o.credited_to AS credited_to,
           o.branch_id AS branch_id, o.branch_kind AS branch_kind, o.product_code AS product_code, o.family AS family,
           o.channel AS channel, o.is_feature AS is_feature, o.month AS month, o.opened_day AS opened_day,
           o.opened_tod AS opened_tod, o.business_index AS business_index, o.period_left AS period_left,
           o.closed_day AS closed_day, o.applied_day AS applied_day, o.recorded_day AS recorded_day,
           o.no_contact AS no_contact, o.customer_since_day AS customer_since_day,
           COALESCE(o.customer_kind, '') AS customer_kind,
           o.unused_after_days AS unused_after_days, o.transactions_to - o.opened_day AS transaction_covered_days,
           CASE WHEN b.products > 6 THEN 6 ELSE COALESCE(b.products, 1) END AS together,
           CASE WHEN g.branch_id IS NULL THEN o.consents_to - o.opened_day END AS consent_covered_days,
           s.consent_lag_days AS consent_lag_days,
           s.not_met AS not_met, s.first_use_days AS first_use_days, s.seen_days AS seen_days,
           s.closed_in_sight AS closed_in_sight, COALESCE(s.round_trip, 0) AS round_trip,
           CASE WHEN s.first_use_days IS NULL THEN 1 ELSE 0 END AS unused,
           CASE WHEN o.consents_to - o.opened_day >= :quality_grace_days AND g.branch_id IS NULL
                THEN CASE WHEN s.consent_lag_days <= :quality_grace_days THEN 0 ELSE 1 END END AS no_consent,
           CASE WHEN s.closed_in_sight = 1 OR s.seen_days >= COALESCE(o.unused_after_days, :quality_days)
                THEN 1 ELSE 0 END AS can_be_judged
    FROM openings AS o
    LEFT JOIN opening_signs AS s ON s.account_id = o.account_id
    LEFT JOIN opened_together AS b ON b.account_id = o.account_id
    LEFT JOIN consent_gaps AS g
      ON g.branch_id = o.branch_id AND g.channel = o.channel AND g.from_day <= o.opened_day AND g.to_day >= o.opened_day
    WHERE o.rep_id IS NOT NULL
) AS known

-- model: quality_cells
-- Openings whose quality is known, by who got the credit, kind of account, branch and month.
SELECT credited_to AS rep_id, family, branch_kind, branch_id, month, poor, COUNT(*) AS n
FROM judged_openings
WHERE is_feature = 0 AND poor IS NOT NULL
GROUP BY credited_to, family, branch_kind, branch_id, month, poor

-- model: account_evidence
-- One row per account or feature opened by staff, with each sign of an unauthorized opening: 1 there, 0 not, empty not
-- known (not covered, too young, no such product).
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS rep_id, o.branch_id AS branch_id,
       o.branch_kind AS branch_kind, o.product_code AS product_code, o.family AS family, o.channel AS channel,
       o.is_feature AS is_feature, o.month AS month, o.opened_day AS opened_day,
       o.unused_after_days AS unused_after_days, o.consent_covered_days AS consent_covered_days,
       o.consent_lag_days AS consent_lag_days, o.not_met AS not_met, o.first_use_days AS first_use_days,
       o.seen_days AS seen_days, o.closed_in_sight AS closed_in_sight,
       o.transaction_covered_days AS transaction_covered_days, o.round_trip AS round_trip,
       g.shared AS shared_contact, g.employee AS employee_contact,
       CASE WHEN o.closed_day IS NOT NULL THEN o.closed_day - o.opened_day END AS closed_after_days
FROM judged_openings AS o
LEFT JOIN contact_signs AS g ON g.account_id = o.account_id

-- model: staff_accounts
-- Every account and feature that a representative opened in the window, migrations too: what the ranking of accounts lists.
-- `rep_id` is who entered it, whoever is held to it.
SELECT a.account_id AS account_id, COALESCE(k.entered_by, a.opened_by) AS rep_id, a.customer_id AS customer_id,
       a.opened_at_day AS opened_day
FROM accounts AS a
LEFT JOIN keyed_accounts AS k ON k.account_id = a.account_id
WHERE a.opened_by IS NOT NULL AND a.opened_at_day >= :from_day

-- model: entered_accounts
-- The accounts that somebody entered whom they are not held to.
SELECT account_id, entered_by FROM keyed_accounts
