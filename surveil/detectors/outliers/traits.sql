-- model: opening_traits
-- Openings by staff counted by opener, product, channel, kind of branch, branch and month, with how many of them have each
-- trait. A trait says nothing by itself. Of how many the use can be judged (`judged`, see `judged_openings`), the consents are
-- covered (`consents_known`) and the contacts (`contacts_known`), and how many are unused, poor, without consent, for a customer
-- not met; the traits of the account's own record; and how many came in a sitting with three products or more (`together`).
SELECT rep_id, product_code, channel, branch_kind, branch_id, month, COUNT(*) AS n, COUNT(unused) AS judged,
       COALESCE(SUM(unused), 0) AS unused, COALESCE(SUM(poor), 0) AS poor,
       COUNT(no_consent) AS consents_known, COALESCE(SUM(no_consent), 0) AS no_consent,
       COUNT(not_met) AS contacts_known, COALESCE(SUM(not_met), 0) AS not_met,
       SUM(CASE WHEN period_left < 3 THEN 1 ELSE 0 END) AS period_end,
       SUM(CASE WHEN opened_tod > 0 AND (opened_tod < 28800 OR opened_tod >= 68400) THEN 1 ELSE 0 END) AS odd_hour,
       SUM(CASE WHEN closed_day < opened_day + 90 THEN 1 ELSE 0 END) AS closed_early,
       SUM(CASE WHEN credited_to <> rep_id THEN 1 ELSE 0 END) AS other_credit,
       SUM(CASE WHEN customer_since_day < opened_day - 3 THEN 1 ELSE 0 END) AS known_customer,
       SUM(no_contact) AS no_contact,
       SUM(CASE WHEN applied_day IS NULL THEN 1 ELSE 0 END) AS no_application,
       SUM(CASE WHEN recorded_day > opened_day + 1 THEN 1 ELSE 0 END) AS recorded_late,
       SUM(CASE WHEN together >= 3 THEN 1 ELSE 0 END) AS together
FROM judged_openings
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
