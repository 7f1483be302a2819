-- model: token_rows
-- Deposits and transfers in of at most :token_cents cents in the window that people made, not systems.
SELECT transaction_id, account_id, rep_id, branch_id, tender, initiated_by, amount_cents
FROM transactions
WHERE kind IN ('deposit', 'transfer_in')
  AND amount_cents > 0
  AND amount_cents <= :token_cents
  AND COALESCE(initiated_by, 'customer') <> 'system'
  AND posted_at_day >= :from_day

-- model: token_postings
-- All that was posted on the accounts of `token_rows`: few accounts, so that what counts is sorted out afterwards.
SELECT t.transaction_id AS transaction_id, t.account_id AS account_id, t.posted_at_s AS posted_s, t.posted_at_day AS posted_day,
       t.kind AS kind, t.initiated_by AS initiated_by, t.amount_cents AS amount_cents
FROM transactions AS t
JOIN (SELECT DISTINCT account_id FROM token_rows) AS k ON k.account_id = t.account_id

-- model: token_histories
-- All money in from people, and all else that the customer did, on the accounts of `token_rows`; `money_day` is the day where
-- it was money in, but for the coins that staff put in: one token does not make the next one genuine.
SELECT transaction_id, account_id, posted_s, posted_day,
       CASE WHEN kind NOT IN ('deposit', 'transfer_in') THEN NULL
            WHEN initiated_by = 'rep' AND amount_cents <= :token_cents THEN NULL
            ELSE posted_day END AS money_day
FROM token_postings
WHERE (COALESCE(initiated_by, 'customer') = 'customer' AND kind NOT IN ('fee', 'fee_refund', 'interest', 'other'))
   OR (initiated_by = 'rep' AND kind IN ('deposit', 'transfer_in'))

-- model: token_neighbours
-- Each row of `token_histories` with the day of what came before and after it on the account: anything, and money.
SELECT transaction_id, posted_day,
       LAG(posted_day) OVER (PARTITION BY account_id ORDER BY posted_s, transaction_id) AS before_day,
       LEAD(posted_day) OVER (PARTITION BY account_id ORDER BY posted_s, transaction_id) AS after_day,
       MAX(money_day) OVER (PARTITION BY account_id ORDER BY posted_s, transaction_id
                            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS money_before_day,
       MIN(money_day) OVER (PARTITION BY account_id ORDER BY posted_s, transaction_id
                            ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS money_after_day
FROM token_histories

-- model: tokens
-- The rows of `token_rows` with the account's opener, how long it had lain idle (empty: from its opening on) and for how long
-- it did after: without anything the customer did, or, where staff started the payment, without other money. `known_days`: days
-- before that the extract covers; `watched_days`: days after; `whole_life`: its opening too. Not on `void_openings`.
SELECT t.transaction_id AS transaction_id, t.account_id AS account_id, a.customer_id AS customer_id,
       a.opened_by AS opener, t.rep_id AS poster, COALESCE(t.branch_id, a.branch_id, '') AS branch_id,
       COALESCE(t.tender, '') AS tender, c.month AS month, n.posted_day AS posted_day, t.amount_cents AS cents,
       a.product_code AS product_code, n.posted_day - a.opened_at_day AS age_days,
       CASE WHEN t.initiated_by = 'rep' THEN 1 ELSE 0 END AS by_staff, a.campaign_id AS campaign_id,
       n.posted_day - CASE WHEN t.initiated_by = 'rep' THEN n.money_before_day ELSE n.before_day END AS idle_days,
       CASE WHEN t.initiated_by = 'rep' THEN n.money_after_day ELSE n.after_day END - n.posted_day AS next_days,
       CASE WHEN a.opened_at_day >= v.from_day THEN 1 ELSE 0 END AS whole_life,
       n.posted_day - v.from_day AS known_days, v.to_day - n.posted_day AS watched_days
FROM token_rows AS t
JOIN token_neighbours AS n ON n.transaction_id = t.transaction_id
JOIN accounts AS a ON a.account_id = t.account_id
JOIN calendar AS c ON c.day = n.posted_day
LEFT JOIN void_openings AS w ON w.account_id = t.account_id
LEFT JOIN covered AS v
  ON v.feed = 'transactions' AND v.branch_id = COALESCE(a.branch_id, '') AND v.channel = COALESCE(a.channel, '')
 AND v.from_day <= n.posted_day AND v.to_day >= n.posted_day
WHERE w.account_id IS NULL

-- model: lone_payments
-- The rows of `tokens` that woke an account which was idle before (from its opening, or for :dormant_days days) and after (for
-- :funded_days days): 1; 0 where not; empty where the extract does not cover it. Where the extract begins later, :seen_idle_days
-- days without movement must be seen. `subject`: who posted it, else, on an account
-- not older than :funded_days days, who opened it.
SELECT transaction_id, account_id, customer_id, opener, poster, branch_id, tender, month, posted_day, cents, product_code,
       campaign_id, by_staff, age_days, idle_days,
       COALESCE(poster, CASE WHEN age_days <= :funded_days THEN opener END) AS subject,
       CASE WHEN idle_days < :dormant_days THEN 0
            WHEN next_days <= :funded_days THEN 0
            WHEN known_days IS NULL OR watched_days < :funded_days THEN NULL
            WHEN idle_days IS NULL AND whole_life = 0 AND known_days < :seen_idle_days THEN NULL
            ELSE 1 END AS lone
FROM tokens

-- model: small_starts
-- The rows of `lone_payments` that were the first money on a new account and that no employee started.
SELECT transaction_id, customer_id, opener, product_code, campaign_id, cents, posted_day, lone
FROM lone_payments
WHERE by_staff = 0 AND idle_days IS NULL AND age_days >= 0 AND age_days <= :funded_days
  AND lone IS NOT NULL AND opener IS NOT NULL

-- model: built_on_starts
-- The openers and products whose customers start small and come back: of :least_starts or more of `small_starts`,
-- :built_on_percent percent were followed by something.
SELECT opener, product_code
FROM small_starts
GROUP BY opener, product_code
HAVING COUNT(*) >= :least_starts AND COUNT(*) * :built_on_percent <= 100 * SUM(1 - lone)

-- model: residence_starts
-- The lone ones of `small_starts` by people of one of `residence_people`, in order of time. A residence is one event.
SELECT s.transaction_id AS transaction_id,
       ROW_NUMBER() OVER (PARTITION BY s.opener, r.street ORDER BY s.posted_day, s.transaction_id) AS place
FROM small_starts AS s
JOIN residence_people AS r ON r.rep_id = s.opener AND r.customer_id = s.customer_id
WHERE s.lone = 1

-- model: promoted_sums
-- The sums that a promotion asks for: :built_on_percent percent of the accounts that staff opened under a campaign, of
-- :least_starts or more and of :promotion_openers openers or more, are among `small_starts` with the very same sum.
SELECT s.campaign_id AS campaign_id, s.cents AS cents
FROM small_starts AS s
JOIN (
    SELECT campaign_id, COUNT(*) AS accounts
    FROM openings
    WHERE campaign_id IS NOT NULL AND is_feature = 0
    GROUP BY campaign_id
) AS o ON o.campaign_id = s.campaign_id
GROUP BY s.campaign_id, s.cents
HAVING COUNT(*) >= :least_starts AND COUNT(DISTINCT s.opener) >= :promotion_openers
   AND COUNT(*) * 100 >= MAX(o.accounts) * :built_on_percent

-- model: lone_tokens
-- The rows of `lone_payments`, 0 where customers' own small money explains them: `promotion` (first money on an account, as
-- in `promoted_sums`), `built on` (of `built_on_starts`) or `residence` (of `residence_starts`, but for the first).
SELECT transaction_id, account_id, customer_id, opener, poster, branch_id, tender, month, posted_day, cents, product_code,
       age_days, idle_days, subject, CASE WHEN explained IS NULL THEN lone ELSE 0 END AS lone, explained
FROM (
    SELECT k.transaction_id AS transaction_id, k.account_id AS account_id, k.customer_id AS customer_id, k.opener AS opener,
           k.poster AS poster, k.branch_id AS branch_id, k.tender AS tender, k.month AS month, k.posted_day AS posted_day,
           k.cents AS cents, k.product_code AS product_code, k.age_days AS age_days, k.idle_days AS idle_days,
           k.subject AS subject, k.lone AS lone,
           CASE WHEN p.campaign_id IS NOT NULL THEN 'promotion'
                WHEN b.opener IS NOT NULL THEN 'built on'
                WHEN r.place > 1 THEN 'residence' END AS explained
    FROM lone_payments AS k
    LEFT JOIN promoted_sums AS p
      ON p.campaign_id = k.campaign_id AND p.cents = k.cents AND k.lone = 1 AND k.idle_days IS NULL
    LEFT JOIN small_starts AS s ON s.transaction_id = k.transaction_id AND s.lone = 1
    LEFT JOIN built_on_starts AS b ON b.opener = s.opener AND b.product_code = s.product_code
    LEFT JOIN residence_starts AS r ON r.transaction_id = k.transaction_id
) AS judged

-- model: fanned_money
-- The rows of `small_sources` from one of `fan_sources`; `place`: as which household of the opener on that source.
SELECT m.transaction_id AS transaction_id, m.account_id AS account_id, m.rep_id AS rep_id, MAX(f.households) AS households,
       MAX(f.employee) AS employee, MAX(p.place) AS place
FROM small_sources AS m
JOIN fan_sources AS f ON f.rep_id = m.rep_id AND f.source = m.source
JOIN (
    SELECT rep_id, source, household, ROW_NUMBER() OVER (PARTITION BY rep_id, source ORDER BY first_s, household) AS place
    FROM (
        SELECT rep_id, source, household, MIN(opened_s) AS first_s FROM small_sources GROUP BY rep_id, source, household
    ) AS firsts
) AS p ON p.rep_id = m.rep_id AND p.source = m.source AND p.household = m.household
GROUP BY m.transaction_id, m.account_id, m.rep_id

-- model: token_funding_items
-- One row per payment: a lone token, or money of `small_sources` from a source that fans out; with whom it counts for.
SELECT k.transaction_id AS transaction_id, k.account_id AS account_id, k.customer_id AS customer_id, k.opener AS rep_id,
       k.subject AS subject, k.branch_id AS branch_id, k.product_code AS product_code, k.posted_day AS posted_day,
       k.cents AS cents, k.tender AS tender, k.age_days AS age_days, k.idle_days AS idle_days,
       f.households AS source_households, f.employee AS source_employee, 1 AS lone
FROM lone_tokens AS k
LEFT JOIN fanned_money AS f ON f.transaction_id = k.transaction_id
WHERE k.lone = 1 AND k.subject IS NOT NULL
UNION ALL
SELECT f.transaction_id, f.account_id, o.customer_id, f.rep_id, f.rep_id, o.branch_id, o.product_code, t.posted_at_day,
       t.amount_cents, COALESCE(t.tender, ''), t.posted_at_day - o.opened_day, NULL, f.households, f.employee, 0
FROM fanned_money AS f
JOIN (
    SELECT transaction_id, posted_at_day, amount_cents, tender
    FROM transactions WHERE transaction_id IN (SELECT transaction_id FROM fanned_money)
) AS t ON t.transaction_id = f.transaction_id
JOIN openings AS o ON o.account_id = f.account_id
WHERE NOT EXISTS (
    SELECT 1 FROM lone_tokens AS k WHERE k.transaction_id = f.transaction_id AND k.lone = 1 AND k.subject IS NOT NULL)

-- model: token_starts
-- Accounts whose early money was a lone token that nobody but the opener is known to have posted.
SELECT DISTINCT o.account_id AS account_id
FROM lone_tokens AS k
JOIN openings AS o
  ON o.account_id = k.account_id AND o.rep_id = k.subject
 AND k.posted_day >= o.opened_day AND k.posted_day <= o.opened_day + :funded_days
WHERE k.lone = 1 AND k.idle_days IS NULL

-- model: fanned_accounts
-- The accounts of `fanned_money`: 1 where it came from an employee's account, or from a fanning source as its
-- :shared_households th household or later.
SELECT account_id, MAX(CASE WHEN employee = 1 OR place >= :shared_households THEN 1 ELSE 0 END) AS fanned
FROM fanned_money
GROUP BY account_id

-- model: first_money_cells
-- Accounts opened by staff that got money within :funded_days days, where the extract covers as many days more after that,
-- counted by opener, kind of account, branch and month; `token` 1 for those of `token_starts`, `fanned` of `fanned_accounts`.
SELECT rep_id, product_code, channel, branch_kind, branch_id, month, token, fanned, COUNT(*) AS n
FROM (
    SELECT o.rep_id AS rep_id, o.product_code AS product_code, o.channel AS channel, o.branch_kind AS branch_kind,
           o.branch_id AS branch_id, o.month AS month, CASE WHEN k.account_id IS NULL THEN 0 ELSE 1 END AS token,
           COALESCE(f.fanned, 0) AS fanned
    FROM judged_openings AS o
    LEFT JOIN token_starts AS k ON k.account_id = o.account_id
    LEFT JOIN fanned_accounts AS f ON f.account_id = o.account_id
    WHERE o.transaction_covered_days >= 2 * :funded_days
      AND EXISTS (
        SELECT 1 FROM transactions AS t
        WHERE t.account_id = o.account_id
          AND t.kind IN ('deposit', 'transfer_in')
          AND t.amount_cents > 0
          AND COALESCE(t.initiated_by, 'customer') <> 'system'
          AND t.posted_at_day >= o.opened_day
          AND t.posted_at_day <= o.opened_day + :funded_days)
) AS funded
GROUP BY rep_id, product_code, channel, branch_kind, branch_id, month, token, fanned

-- model: posted_money_cells
-- Money in that staff posted, counted by poster, tender, branch and month; `lone` of `lone_tokens` (0 for larger sums).
SELECT t.rep_id AS rep_id, COALESCE(t.tender, '') AS tender, COALESCE(t.branch_id, '') AS branch_id, c.month AS month,
       CASE WHEN k.transaction_id IS NULL THEN 0 ELSE k.lone END AS lone, COUNT(*) AS n
FROM transactions AS t
JOIN calendar AS c ON c.day = t.posted_at_day
LEFT JOIN lone_tokens AS k ON k.transaction_id = t.transaction_id
WHERE t.rep_id IS NOT NULL
  AND t.kind IN ('deposit', 'transfer_in')
  AND t.amount_cents > 0
  AND t.posted_at_day >= :from_day
  AND COALESCE(t.initiated_by, 'customer') <> 'system'
GROUP BY t.rep_id, COALESCE(t.tender, ''), COALESCE(t.branch_id, ''), c.month,
         CASE WHEN k.transaction_id IS NULL THEN 0 ELSE k.lone END

-- model: unknown_tokens
-- How many rows of `lone_tokens` can't be judged.
SELECT COUNT(*) AS n FROM lone_tokens WHERE lone IS NULL

-- model: explained_tokens
-- How many rows of `lone_tokens` customers' own small money explains, by how.
SELECT explained, COUNT(*) AS n FROM lone_tokens WHERE explained IS NOT NULL GROUP BY explained
