-- model: traits_of_papers
-- Openings by staff counted by opener, product, channel, kind of branch, branch and month: of how many the use can be judged
-- (`judged`, see `account_quality`), the consents are covered (`consents_known`) and the contacts (`contacts_known`), and how
-- many are unused, poor, without consent, or for a customer not met.
SELECT o.rep_id AS rep_id, o.product_code AS product_code, o.channel AS channel, o.branch_kind AS branch_kind,
       o.branch_id AS branch_id, o.month AS month, COUNT(q.unused) AS judged,
       COALESCE(SUM(q.unused), 0) AS unused, COALESCE(SUM(q.poor), 0) AS poor,
       SUM(CASE WHEN s.consent_covered_days >= :quality_grace_days THEN 1 ELSE 0 END) AS consents_known,
       SUM(CASE WHEN s.consent_covered_days >= :quality_grace_days
                 AND (s.consent_lag_days IS NULL OR s.consent_lag_days > :quality_grace_days) THEN 1 ELSE 0 END) AS no_consent,
       COUNT(s.not_met) AS contacts_known, COALESCE(SUM(s.not_met), 0) AS not_met
FROM openings AS o
JOIN opening_signs AS s ON s.account_id = o.account_id
LEFT JOIN account_quality AS q ON q.account_id = o.account_id
GROUP BY o.rep_id, o.product_code, o.channel, o.branch_kind, o.branch_id, o.month

-- model: traits_of_records
-- The same openings counted alike: how many there are, and how many have each trait of the account's own record.
SELECT o.rep_id AS rep_id, o.product_code AS product_code, o.channel AS channel, o.branch_kind AS branch_kind,
       o.branch_id AS branch_id, o.month AS month, COUNT(*) AS n,
       SUM(CASE WHEN c.period_left < 3 THEN 1 ELSE 0 END) AS period_end,
       SUM(CASE WHEN o.opened_tod > 0 AND (o.opened_tod < 28800 OR o.opened_tod >= 68400) THEN 1 ELSE 0 END) AS odd_hour,
       SUM(CASE WHEN o.closed_day < o.opened_day + 90 THEN 1 ELSE 0 END) AS closed_early,
       SUM(CASE WHEN o.credited_to <> o.rep_id THEN 1 ELSE 0 END) AS other_credit,
       SUM(CASE WHEN u.created_on_day < o.opened_day - 3 THEN 1 ELSE 0 END) AS known_customer,
       SUM(CASE WHEN a.email IS NULL AND a.phone IS NULL THEN 1 ELSE 0 END) AS no_contact,
       SUM(CASE WHEN a.applied_at_day IS NULL THEN 1 ELSE 0 END) AS no_application,
       SUM(CASE WHEN a.recorded_at_day > o.opened_day + 1 THEN 1 ELSE 0 END) AS recorded_late
FROM openings AS o
JOIN accounts AS a ON a.account_id = o.account_id
JOIN calendar AS c ON c.day = o.opened_day
LEFT JOIN customers AS u ON u.customer_id = o.customer_id
WHERE o.rep_id IS NOT NULL
GROUP BY o.rep_id, o.product_code, o.channel, o.branch_kind, o.branch_id, o.month

-- model: traits_of_sittings
-- The same openings counted alike, as far as they came in a sitting with three products or more (`together`).
SELECT o.rep_id AS rep_id, o.product_code AS product_code, o.channel AS channel, o.branch_kind AS branch_kind,
       o.branch_id AS branch_id, o.month AS month, COUNT(*) AS together
FROM openings AS o
JOIN bundles AS b
  ON b.rep_id = o.credited_to AND b.customer_id = o.customer_id AND b.opened_day = o.opened_day
WHERE o.rep_id IS NOT NULL AND b.products >= 3
GROUP BY o.rep_id, o.product_code, o.channel, o.branch_kind, o.branch_id, o.month

-- model: opening_traits
-- Openings by staff counted by opener, product, channel, kind of branch, branch and month, with how many of them have each
-- trait. A trait says nothing by itself. Counted in three parts, so that no more than two tables as long as the openings are
-- joined at a time.
SELECT rep_id, product_code, channel, branch_kind, branch_id, month, SUM(n) AS n, SUM(judged) AS judged,
       SUM(unused) AS unused, SUM(poor) AS poor, SUM(consents_known) AS consents_known, SUM(no_consent) AS no_consent,
       SUM(contacts_known) AS contacts_known, SUM(not_met) AS not_met, SUM(period_end) AS period_end,
       SUM(odd_hour) AS odd_hour, SUM(closed_early) AS closed_early, SUM(other_credit) AS other_credit,
       SUM(known_customer) AS known_customer, SUM(no_contact) AS no_contact, SUM(no_application) AS no_application,
       SUM(recorded_late) AS recorded_late, SUM(together) AS together
FROM (
    SELECT rep_id, product_code, channel, branch_kind, branch_id, month, 0 AS n, judged, unused, poor, consents_known,
           no_consent, contacts_known, not_met, 0 AS period_end, 0 AS odd_hour, 0 AS closed_early, 0 AS other_credit,
           0 AS known_customer, 0 AS no_contact, 0 AS no_application, 0 AS recorded_late, 0 AS together
    FROM traits_of_papers
    UNION ALL
    SELECT rep_id, product_code, channel, branch_kind, branch_id, month, n, 0, 0, 0, 0, 0, 0, 0, period_end, odd_hour,
           closed_early, other_credit, known_customer, no_contact, no_application, recorded_late, 0
    FROM traits_of_records
    UNION ALL
    SELECT rep_id, product_code, channel, branch_kind, branch_id, month, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
           together
    FROM traits_of_sittings
) AS parts
GROUP BY rep_id, product_code, channel, branch_kind, branch_id, month

-- model: branch_traits
-- `opening_traits` of each branch together: a firm has fewer branches than people.
SELECT product_code, channel, branch_kind, branch_id, month, SUM(n) AS n, SUM(judged) AS judged, SUM(unused) AS unused,
       SUM(poor) AS poor, SUM(consents_known) AS consents_known, SUM(no_consent) AS no_consent,
       SUM(contacts_known) AS contacts_known, SUM(not_met) AS not_met, SUM(period_end) AS period_end,
       SUM(odd_hour) AS odd_hour, SUM(closed_early) AS closed_early, SUM(other_credit) AS other_credit,
       SUM(known_customer) AS known_customer, SUM(no_contact) AS no_contact, SUM(no_application) AS no_application,
       SUM(recorded_late) AS recorded_late, SUM(together) AS together
FROM opening_traits
GROUP BY product_code, channel, branch_kind, branch_id, month
