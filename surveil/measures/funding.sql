-- model: transfers
-- Movements of money between two accounts, as the one of them has it. (Sorted out before they are joined.)
SELECT transaction_id, account_id, counterparty_account_id AS other_account_id, kind, amount_cents AS cents,
       posted_at_day AS posted_day, initiated_by
FROM transactions
WHERE counterparty_account_id IS NOT NULL
  AND amount_cents <> 0
  AND kind IN ('transfer_in', 'transfer_out', 'deposit', 'withdrawal')

-- model: early_transfers
-- One row per movement of money between an opened account and another one, from its opening to :inactivity_days days later, or
-- :funded_days and :return_days: read once for all that is asked of them.
SELECT t.transaction_id AS transaction_id, o.account_id AS account_id, o.customer_id AS customer_id, o.co_owners AS co_owners,
       o.rep_id AS rep_id, o.opened_s AS opened_s, o.opened_day AS opened_day, o.business_index AS business_index,
       t.other_account_id AS other_account_id, t.kind AS kind, t.cents AS cents, t.posted_day AS posted_day,
       t.initiated_by AS initiated_by
FROM transfers AS t
JOIN openings AS o ON o.account_id = t.account_id
WHERE t.posted_day >= o.opened_day
  AND (t.posted_day <= o.opened_day + :inactivity_days
       OR t.posted_day <= o.opened_day + :funded_days + :return_days)

-- model: early_money
-- The movements of `early_transfers` up to :inactivity_days days after the opening.
-- `direction` is 1 in, -1 out. `same_owner`: the other account belongs to the same customer or a joint owner. `by_staff`: a
-- representative started it; `by_system`: nobody did, or nobody knows who.
SELECT
    t.transaction_id AS transaction_id,
    t.account_id AS account_id,
    t.customer_id AS customer_id,
    t.other_account_id AS other_account_id,
    CASE WHEN t.cents > 0 THEN 1 ELSE -1 END AS direction,
    ABS(t.cents) AS cents,
    t.posted_day AS posted_day,
    CASE WHEN t.initiated_by = 'rep' THEN 1 ELSE 0 END AS by_staff,
    CASE WHEN COALESCE(t.initiated_by, 'system') = 'system' THEN 1 ELSE 0 END AS by_system,
    c.business_index - t.business_index AS business_days_after,
    CASE
        WHEN x.account_id IS NULL OR x.account_id = t.account_id THEN 0
        WHEN x.customer_id = t.customer_id THEN 1
        WHEN STRPOS(';' || x.co_owners || ';', ';' || t.customer_id || ';') > 0 THEN 1
        WHEN STRPOS(';' || t.co_owners || ';', ';' || x.customer_id || ';') > 0 THEN 1
        ELSE 0
    END AS same_owner
FROM early_transfers AS t
JOIN calendar AS c ON c.day = t.posted_day
LEFT JOIN accounts AS x ON x.account_id = t.other_account_id
WHERE t.posted_day <= t.opened_day + :inactivity_days

-- model: passed_money
-- Money that the other ends of `early_money` moved to or from accounts on record: who owns those.
SELECT h.account_id AS via_account_id, x.account_id AS far_account_id, x.customer_id AS customer_id,
       h.amount_cents AS cents, h.posted_at_day AS posted_day
FROM (
    SELECT DISTINCT other_account_id FROM early_money WHERE same_owner = 0
) AS v
JOIN transactions AS h ON h.account_id = v.other_account_id
JOIN accounts AS x ON x.account_id = h.counterparty_account_id
WHERE h.amount_cents <> 0

-- model: own_money
-- The movements of `early_money` whose other end is the same customer's own money: directly, or through one third
-- account that passed the same amount on within :chain_days days. `chained` is 1 for the latter. Third accounts may be hubs:
-- they are joined by account, customer and amount at once.
SELECT m.transaction_id AS transaction_id, m.account_id AS account_id, m.direction AS direction, m.cents AS cents,
       m.posted_day AS posted_day, m.by_staff AS by_staff, m.by_system AS by_system,
       m.business_days_after AS business_days_after, m.other_account_id AS other_account_id, 0 AS chained
FROM early_money AS m
WHERE m.same_owner = 1
UNION ALL
SELECT DISTINCT m.transaction_id, m.account_id, m.direction, m.cents, m.posted_day, m.by_staff, m.by_system,
       m.business_days_after, m.other_account_id, 1
FROM early_money AS m
JOIN passed_money AS p
  ON p.via_account_id = m.other_account_id
 AND p.customer_id = m.customer_id
 AND p.cents = m.direction * m.cents
WHERE m.same_owner = 0
  AND p.far_account_id <> m.account_id
  AND (p.posted_day - m.posted_day) * m.direction <= 0
  AND (p.posted_day - m.posted_day) * m.direction >= 0 - :chain_days

-- model: funding_in
-- One row per opened account that got the same customer's money within :in_business_days business days.
SELECT account_id, SUM(cents) AS in_cents, MIN(posted_day) AS first_in_day, MAX(chained) AS in_chained
FROM own_money
WHERE direction = 1 AND business_days_after <= :in_business_days
GROUP BY account_id

-- model: funding_trips
-- One row per account of `funding_in`: how much went back to the same customer's money within :return_days days.
SELECT
    f.account_id AS account_id,
    MAX(f.in_cents) AS in_cents,
    MAX(f.first_in_day) AS first_in_day,
    COALESCE(SUM(b.cents), 0) AS back_cents,
    MAX(b.posted_day) AS last_back_day,
    MAX(CASE WHEN f.in_chained = 1 OR b.chained = 1 THEN 1 ELSE 0 END) AS chained
FROM funding_in AS f
LEFT JOIN own_money AS b
  ON b.account_id = f.account_id
 AND b.direction = -1
 AND b.posted_day >= f.first_in_day
 AND b.posted_day <= f.first_in_day + :return_days
GROUP BY f.account_id

-- model: swept_accounts
-- Accounts that got the same customer's money on :sweep_days days and more after the first had had its time to go back, not by
-- staff: a standing arrangement, such as cash management or a sweep, is no simulated funding.
SELECT f.account_id AS account_id
FROM funding_in AS f
JOIN own_money AS m ON m.account_id = f.account_id
WHERE m.direction = 1 AND m.by_staff = 0 AND m.posted_day > f.first_in_day + :return_days
GROUP BY f.account_id
HAVING COUNT(DISTINCT m.posted_day) >= :sweep_days

-- model: zero_balance_accounts
-- Opened accounts to and from which the system moved the same customer's money, on :sweep_days days at least each way, over
-- :standing_days days and more: the sweeps of cash management. `first_sweep_day`: of the first.
SELECT account_id, MIN(posted_day) AS first_sweep_day
FROM own_money
WHERE by_system = 1
GROUP BY account_id
HAVING COUNT(DISTINCT CASE WHEN direction = 1 THEN posted_day END) >= :sweep_days
   AND COUNT(DISTINCT CASE WHEN direction = -1 THEN posted_day END) >= :sweep_days
   AND MAX(posted_day) - MIN(posted_day) >= :standing_days

-- model: cash_management
-- The accounts that a representative opened for a customer on one day as cash management: where two and more of a product are
-- `zero_balance_accounts`, all of the product. Of those that are not (`first_sweep_day` empty) how much they are used says
-- nothing.
SELECT o.account_id AS account_id, o.rep_id AS rep_id, z.first_sweep_day AS first_sweep_day
FROM openings AS o
JOIN (
    SELECT n.rep_id AS rep_id, n.customer_id AS customer_id, n.product_code AS product_code, n.opened_day AS opened_day
    FROM zero_balance_accounts AS m
    JOIN openings AS n ON n.account_id = m.account_id
    WHERE n.rep_id IS NOT NULL AND n.is_feature = 0
    GROUP BY n.rep_id, n.customer_id, n.product_code, n.opened_day
    HAVING COUNT(*) >= 2
) AS s
  ON s.rep_id = o.rep_id AND s.customer_id = o.customer_id AND s.product_code = o.product_code AND s.opened_day = o.opened_day
LEFT JOIN zero_balance_accounts AS z ON z.account_id = o.account_id
WHERE o.is_feature = 0

-- model: round_trip_accounts
-- The accounts of `funding_trips` whose money went back, :returned_percent percent of it at least, but for `swept_accounts` and
-- `cash_management`.
SELECT t.account_id AS account_id, t.first_in_day AS first_in_day
FROM funding_trips AS t
LEFT JOIN swept_accounts AS s ON s.account_id = t.account_id
LEFT JOIN cash_management AS c ON c.account_id = t.account_id
WHERE t.back_cents * 100 >= t.in_cents * :returned_percent AND s.account_id IS NULL AND c.account_id IS NULL

-- model: repaid_sources
-- What each new account paid to each other account within :funded_days days of its opening and :return_days days more.
SELECT account_id, other_account_id AS source, SUM(0 - cents) AS back_cents
FROM early_transfers
WHERE rep_id IS NOT NULL
  AND kind IN ('withdrawal', 'transfer_out')
  AND cents < 0
  AND posted_day <= opened_day + :funded_days + :return_days
GROUP BY account_id, other_account_id

-- model: small_sources
-- Money that staff-opened accounts got from another customer's account within :funded_days days: at most :small_cents cents, or
-- any sum of which :returned_percent percent went back there.
SELECT t.transaction_id AS transaction_id, t.account_id AS account_id, t.customer_id AS customer_id, t.rep_id AS rep_id,
       t.opened_s AS opened_s, x.account_id AS source, x.customer_id AS source_customer, t.cents AS cents,
       COALESCE(m.household, t.customer_id) AS household, COALESCE(m.family_name, t.customer_id) AS family_name
FROM early_transfers AS t
JOIN accounts AS x ON x.account_id = t.other_account_id
LEFT JOIN customer_ties AS m ON m.customer_id = t.customer_id
LEFT JOIN customer_ties AS s ON s.customer_id = x.customer_id
LEFT JOIN repaid_sources AS b ON b.account_id = t.account_id AND b.source = x.account_id
WHERE t.rep_id IS NOT NULL
  AND t.posted_day <= t.opened_day + :funded_days
  AND t.kind IN ('deposit', 'transfer_in')
  AND t.cents > 0
  AND (t.cents <= :small_cents OR b.back_cents * 100 >= t.cents * :returned_percent)
  AND COALESCE(t.initiated_by, 'customer') <> 'system'
  AND COALESCE(s.household, x.customer_id) <> COALESCE(m.household, t.customer_id)
  AND COALESCE(t.co_owners, '') <> x.customer_id

-- model: fan_sources
-- Accounts from which at least :shared_households unrelated households of one opener got such money, and employees' own.
SELECT rep_id, source, COUNT(DISTINCT household) AS households, 0 AS employee
FROM small_sources
GROUP BY rep_id, source
HAVING COUNT(DISTINCT household) >= :shared_households AND COUNT(DISTINCT family_name) >= :shared_households
UNION ALL
SELECT m.rep_id, m.source, COUNT(DISTINCT m.household), 1
FROM small_sources AS m
JOIN reps AS r ON r.customer_id = m.source_customer
GROUP BY m.rep_id, m.source

-- model: lent_money
-- Accounts with a source of `fan_sources` that had its money back (see `repaid_sources`): simulated funding by others.
SELECT DISTINCT m.account_id AS account_id, m.source AS source
FROM small_sources AS m
JOIN fan_sources AS f ON f.rep_id = m.rep_id AND f.source = m.source
JOIN repaid_sources AS b ON b.account_id = m.account_id AND b.source = m.source
WHERE b.back_cents * 100 >= m.cents * :returned_percent
