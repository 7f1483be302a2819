-- Plain sales-quality features, as an analyst at a firm would write them without surveil: one row per item and metric.
-- Reads the feeds as text (views of the same names). Result: cells(metric, rep_id, stratum, n, y), y of n items are bad.

CREATE TEMP TABLE opened AS
SELECT a.account_id, a.customer_id, a.opened_by AS rep_id, a.product_code, a.channel, a.branch_id, a.status,
       CAST(LEFT(a.opened_at, 10) AS DATE) AS day,
       TRY_CAST(LEFT(a.closed_on, 10) AS DATE) AS closed,
       NULLIF(LOWER(a.email), '') AS email,
       NULLIF(REGEXP_REPLACE(a.phone, '[^0-9]', '', 'g'), '') AS phone,
       CONCAT_WS('|', a.product_code, a.channel, b.kind, LEFT(a.opened_at, 7)) AS stratum,
       COALESCE(TRY_CAST(p.unused_after_days AS INTEGER), 90) AS horizon
FROM accounts a
LEFT JOIN products p USING (product_code)
LEFT JOIN branches b USING (branch_id)
WHERE a.opened_by <> '' AND a.channel <> 'system' AND COALESCE(a.parent_account_id, '') = ''
  AND LEFT(a.opened_at, 10) >= (SELECT MIN(LEFT(posted_at, 10)) FROM transactions);

CREATE TEMP TABLE last_day AS
SELECT GREATEST((SELECT MAX(day) FROM opened), (SELECT MAX(CAST(LEFT(posted_at, 10) AS DATE)) FROM transactions)) AS day;

CREATE TEMP TABLE moves AS
SELECT t.account_id, t.kind, TRY_CAST(t.amount AS DOUBLE) AS amount, CAST(LEFT(t.posted_at, 10) AS DATE) - o.day AS age
FROM transactions t JOIN opened o USING (account_id)
WHERE t.kind NOT IN ('interest', 'fee', 'fee_refund') AND COALESCE(t.initiated_by, '') <> 'system';

CREATE TEMP TABLE used AS
SELECT m.account_id, MIN(m.age) AS first_use
FROM moves m
WHERE NOT (m.kind IN ('deposit', 'transfer_in') AND m.age <= 12)
GROUP BY m.account_id;

CREATE TEMP TABLE round_trip AS
SELECT account_id
FROM moves
WHERE age BETWEEN 0 AND 40
GROUP BY account_id
HAVING SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END) > 0
   AND SUM(CASE WHEN amount < 0 AND kind IN ('withdrawal', 'transfer_out') THEN -amount ELSE 0 END)
       >= 0.9 * SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END);

CREATE TEMP TABLE met AS
SELECT DISTINCT o.account_id
FROM opened o JOIN contacts c USING (customer_id)
WHERE CAST(LEFT(c.at, 10) AS DATE) - o.day BETWEEN -3 AND 1 AND c.kind IN ('visit', 'call', 'appointment');

CREATE TEMP TABLE shared_phone AS
SELECT phone FROM opened WHERE phone IS NOT NULL GROUP BY phone HAVING COUNT(DISTINCT customer_id) >= 3;

CREATE TEMP TABLE staff_contact AS
SELECT REGEXP_REPLACE(phone, '[^0-9]', '', 'g') AS contact FROM reps WHERE phone <> ''
UNION SELECT LOWER(email) FROM reps WHERE email <> '';

CREATE TEMP TABLE refused AS
SELECT DISTINCT o.account_id
FROM opened o JOIN contacts c ON c.customer_id = o.customer_id AND c.product_code = o.product_code
WHERE c.outcome = 'declined' AND o.day - CAST(LEFT(c.at, 10) AS DATE) BETWEEN 0 AND 60;

CREATE TEMP TABLE edited AS
SELECT DISTINCT o.account_id
FROM opened o JOIN profile_changes c ON c.customer_id = o.customer_id
WHERE c.changed_by NOT IN ('', 'customer') AND c.field IN ('phone', 'email', 'address_line')
  AND ABS(CAST(LEFT(c.changed_at, 10) AS DATE) - o.day) <= 10;

CREATE TEMP TABLE account_flags AS
SELECT 'no consent' AS metric, rep_id, stratum, (s.account_id IS NULL) AS bad
FROM opened o LEFT JOIN (SELECT DISTINCT account_id FROM consents) s ON s.account_id = o.account_id
UNION ALL
SELECT 'no contact', rep_id, stratum, o.account_id NOT IN (SELECT account_id FROM met) FROM opened o
UNION ALL
SELECT 'never used', rep_id, stratum, COALESCE(u.first_use > o.horizon, TRUE)
FROM opened o LEFT JOIN used u USING (account_id)
WHERE o.day + o.horizon <= (SELECT day FROM last_day)
UNION ALL
SELECT 'closed within 90 days', rep_id, stratum, COALESCE(closed - day < 90, FALSE)
FROM opened WHERE day + 90 <= (SELECT day FROM last_day)
UNION ALL
SELECT 'shared phone', rep_id, stratum, phone IN (SELECT phone FROM shared_phone) FROM opened WHERE phone IS NOT NULL
UNION ALL
SELECT 'staff contact', rep_id, stratum,
       COALESCE(phone IN (SELECT contact FROM staff_contact), FALSE)
       OR COALESCE(email IN (SELECT contact FROM staff_contact), FALSE)
FROM opened
UNION ALL
SELECT 'money in and out', rep_id, stratum, account_id IN (SELECT account_id FROM round_trip) FROM opened
UNION ALL
SELECT 'opened after refusal', rep_id, stratum, account_id IN (SELECT account_id FROM refused) FROM opened
UNION ALL
SELECT 'contact data edited', rep_id, stratum, account_id IN (SELECT account_id FROM edited) FROM opened
UNION ALL
SELECT 'last days of month', rep_id, stratum, EXTRACT(DAY FROM LAST_DAY(day)) - EXTRACT(DAY FROM day) < 3 FROM opened;

CREATE TEMP TABLE cells AS
SELECT metric, rep_id, stratum, COUNT(*) AS n, SUM(CAST(bad AS INTEGER)) AS y
FROM (
    SELECT * FROM account_flags
    UNION ALL
    SELECT 'feature without consent', f.opened_by, CONCAT_WS('|', f.product_code, LEFT(f.opened_at, 7)),
           f.account_id NOT IN (SELECT account_id FROM consents)
    FROM accounts f
    WHERE f.opened_by <> '' AND COALESCE(f.parent_account_id, '') <> ''
      AND LEFT(f.opened_at, 10) >= (SELECT MIN(LEFT(posted_at, 10)) FROM transactions)
    UNION ALL
    SELECT 'referral not converted', from_rep_id, product_code, outcome <> 'converted'
    FROM referrals WHERE outcome IN ('converted', 'declined', 'no_show')
    UNION ALL
    SELECT 'sale reversed', rep_id, product_code, reversed_on <> '' FROM sales
    UNION ALL
    SELECT 'sale without licence', rep_id, product_code, sale_id IN (SELECT sale_id FROM unlicensed) FROM sales
    UNION ALL
    SELECT 'complaint', o.rep_id, o.stratum, o.account_id IN (SELECT account_id FROM complaints) FROM opened o
)
WHERE bad IS NOT NULL
GROUP BY metric, rep_id, stratum;
