-- model: opener_branches
-- For accounts that name no branch: where the opener was assigned on that day. One row per such account.
SELECT a.account_id AS account_id, MIN(s.branch_id) AS branch_id
FROM accounts AS a
JOIN assignments AS s
  ON s.rep_id = a.opened_by
 AND s.start_on_day <= a.opened_at_day
 AND (s.end_on_day IS NULL OR s.end_on_day >= a.opened_at_day)
WHERE a.branch_id IS NULL
GROUP BY a.account_id

-- model: void_accounts
-- Accounts that are nobody's sale: `why` "replaced", opened in place of another of the customer and product that the firm itself
-- had closed that day or the day before, as after a theft; and "mistyped", closed by staff (or nobody knows by whom) within a
-- day of their opening, in which the opener opened another one for the customer.
SELECT account_id, MIN(rep_id) AS rep_id, MIN(opened_day) AS opened_day, MIN(why) AS why
FROM (
    SELECT n.account_id AS account_id, n.opened_by AS rep_id, n.opened_at_day AS opened_day, 'replaced' AS why
    FROM accounts AS c
    JOIN accounts AS n ON n.customer_id = c.customer_id AND n.product_code = c.product_code
    WHERE c.closed_by = 'firm' AND c.closed_on_day IS NOT NULL AND c.opened_at_day < n.opened_at_day
      AND n.opened_at_day >= c.closed_on_day AND n.opened_at_day <= c.closed_on_day + 1
      AND n.opened_by IS NOT NULL AND n.opened_at_day >= :from_day
    UNION ALL
    SELECT c.account_id, c.opened_by, c.opened_at_day, 'mistyped'
    FROM accounts AS c
    JOIN accounts AS n ON n.customer_id = c.customer_id AND n.opened_by = c.opened_by
    WHERE COALESCE(c.closed_by, 'rep') = 'rep' AND c.closed_on_day <= c.opened_at_day + 1 AND n.account_id <> c.account_id
      AND n.parent_account_id IS NULL AND c.parent_account_id IS NULL
      AND n.opened_at_s > c.opened_at_s AND n.opened_at_day <= c.opened_at_day + 1
      AND c.opened_at_day >= :from_day
) AS either
GROUP BY account_id

-- model: test_customers
-- Customers whose name says that they are made up for tests or training.
SELECT customer_id
FROM customers
WHERE ' ' || LOWER(name) || ' ' LIKE '% test %' OR ' ' || LOWER(name) || ' ' LIKE '% testing %'
   OR ' ' || LOWER(name) || ' ' LIKE '% training %' OR ' ' || LOWER(name) || ' ' LIKE '% dummy %'

-- model: trainers
-- Who opened five accounts and features or more in the window, all of them for `test_customers`: whoever makes up customers for
-- a goal has real ones, too. Nobody where more than one in twenty customers is called so: then the whole extract is a test,
-- or its names are masked. (Numbers, not parameters: reports ask for openings, too.)
SELECT opened_by AS rep_id
FROM (
    SELECT a.opened_by AS opened_by, CASE WHEN t.customer_id IS NULL THEN 0 ELSE 1 END AS of_test
    FROM accounts AS a
    JOIN (
        SELECT DISTINCT n.opened_by AS rep_id
        FROM accounts AS n
        JOIN test_customers AS c ON c.customer_id = n.customer_id
        WHERE n.opened_by IS NOT NULL AND n.opened_at_day >= :from_day
    ) AS r ON r.rep_id = a.opened_by
    LEFT JOIN test_customers AS t ON t.customer_id = a.customer_id
    WHERE a.opened_at_day >= :from_day
) AS theirs
WHERE (SELECT COUNT(*) FROM test_customers) * 20 <= (SELECT COUNT(*) FROM customers)
GROUP BY opened_by
HAVING COUNT(*) >= 5 AND MIN(of_test) = 1

-- model: void_openings
-- The rows of `void_accounts`, and the features that were opened with them; and as "test" what `trainers` opened.
SELECT v.account_id AS account_id, v.rep_id AS rep_id, v.why AS why
FROM void_accounts AS v
LEFT JOIN trainers AS t ON t.rep_id = v.rep_id
WHERE t.rep_id IS NULL
UNION ALL
SELECT f.account_id, f.opened_by, v.why
FROM accounts AS f
JOIN void_accounts AS v ON v.account_id = f.parent_account_id
LEFT JOIN trainers AS t ON t.rep_id = f.opened_by
WHERE f.opened_at_day = v.opened_day AND f.account_id NOT IN (SELECT account_id FROM void_accounts) AND t.rep_id IS NULL
UNION ALL
SELECT a.account_id, a.opened_by, 'test'
FROM accounts AS a
JOIN trainers AS t ON t.rep_id = a.opened_by
WHERE a.opened_at_day >= :from_day

-- model: openings
-- One row per account or feature opened in the window, but for migrations and conversions (the channel "system") and
-- `void_openings`, with product, branch, calendar, customer and, for each feed of evidence, the days its extract covers around
-- the opening (empty where the opening's day is not covered: nothing can be said of it from that feed). `rep_id` is the opener,
-- `credited_to` who got the credit; both are empty for self-service. `names_branch`: the account itself does; `closed_undated`:
-- it was closed, nobody knows when; `no_contact`: it has neither telephone nor e-mail of its own. What binds the customer's
-- money for a time and states no horizon is meant to lie still for that time and a quarter of a year.
SELECT
    o.account_id AS account_id,
    o.customer_id AS customer_id,
    o.co_owners AS co_owners,
    o.rep_id AS rep_id,
    o.credited_to AS credited_to,
    o.branch_id AS branch_id,
    COALESCE(b.kind, 'standard') AS branch_kind,
    o.product_code AS product_code,
    COALESCE(p.family, '') AS family,
    o.channel AS channel,
    CASE WHEN o.parent_account_id IS NOT NULL OR p.family = 'feature' THEN 1 ELSE 0 END AS is_feature,
    o.parent_account_id AS parent_account_id,
    o.campaign_id AS campaign_id,
    o.opened_s AS opened_s,
    o.opened_day AS opened_day,
    o.opened_tod AS opened_tod,
    o.closed_day AS closed_day,
    o.closed_by AS closed_by,
    o.closed_undated AS closed_undated,
    o.applied_day AS applied_day,
    o.recorded_day AS recorded_day,
    o.pulled_day AS pulled_day,
    o.device_id AS device_id,
    o.names_branch AS names_branch,
    o.no_contact AS no_contact,
    u.created_on_day AS customer_since_day,
    u.kind AS customer_kind,
    u.household_id AS household_id,
    u.employer AS employer,
    c.month AS month,
    c.business_index AS business_index,
    c.period_left AS period_left,
    COALESCE(p.unused_after_days, CASE WHEN p.lockup_months > 0 THEN p.lockup_months * 31 + 90 END) AS unused_after_days,
    t.from_day AS transactions_from,
    t.to_day AS transactions_to,
    s.to_day AS consents_to,
    n.from_day AS contacts_from,
    n.to_day AS contacts_to
FROM (
    SELECT
        a.account_id AS account_id,
        a.customer_id AS customer_id,
        a.co_owners AS co_owners,
        a.opened_by AS rep_id,
        COALESCE(a.credited_to, a.opened_by) AS credited_to,
        COALESCE(a.branch_id, s.branch_id, '') AS branch_id,
        a.product_code AS product_code,
        COALESCE(a.channel, '') AS channel,
        a.parent_account_id AS parent_account_id,
        a.campaign_id AS campaign_id,
        a.opened_at_s AS opened_s,
        a.opened_at_day AS opened_day,
        a.opened_at_tod AS opened_tod,
        a.closed_on_day AS closed_day,
        a.closed_by AS closed_by,
        CASE WHEN a.status = 'closed' AND a.closed_on_day IS NULL THEN 1 ELSE 0 END AS closed_undated,
        a.applied_at_day AS applied_day,
        a.recorded_at_day AS recorded_day,
        a.credit_pulled_at_day AS pulled_day,
        a.device_id AS device_id,
        CASE WHEN a.branch_id IS NULL THEN 0 ELSE 1 END AS names_branch,
        CASE WHEN a.email IS NULL AND a.phone IS NULL THEN 1 ELSE 0 END AS no_contact
    FROM accounts AS a
    LEFT JOIN opener_branches AS s ON s.account_id = a.account_id
    LEFT JOIN void_openings AS v ON v.account_id = a.account_id
    WHERE COALESCE(a.channel, '') <> 'system'
      AND a.opened_at_day >= :from_day
      AND v.account_id IS NULL
) AS o
JOIN calendar AS c ON c.day = o.opened_day
LEFT JOIN customers AS u ON u.customer_id = o.customer_id
LEFT JOIN products AS p ON p.product_code = o.product_code
LEFT JOIN branches AS b ON b.branch_id = o.branch_id
LEFT JOIN covered AS t
  ON t.feed = 'transactions' AND t.branch_id = o.branch_id AND t.channel = o.channel
 AND t.from_day <= o.opened_day AND t.to_day >= o.opened_day
LEFT JOIN covered AS s
  ON s.feed = 'consents' AND s.branch_id = o.branch_id AND s.channel = o.channel
 AND s.from_day <= o.opened_day AND s.to_day >= o.opened_day
LEFT JOIN covered AS n
  ON n.feed = 'contacts' AND n.branch_id = o.branch_id AND n.channel = o.channel
 AND n.from_day <= o.opened_day AND n.to_day >= o.opened_day
