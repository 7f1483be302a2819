-- model: shared_contact_items
-- One row per opening by staff and contact on it that is shared (see `judged_contacts`), with what may explain it.
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS rep_id, o.branch_id AS branch_id,
       o.branch_kind AS branch_kind, o.product_code AS product_code, o.channel AS channel, o.month AS month,
       o.opened_day AS opened_day, c.kind AS kind, j.households AS households, j.firm_households AS firm_households,
       j.explained AS explained
FROM opening_contacts AS c
JOIN judged_contacts AS j ON j.rep_id = c.rep_id AND j.kind = c.kind AND j.contact_key = c.contact_key
JOIN openings AS o ON o.account_id = c.account_id

-- model: later_households
-- The households of an opener that came to an unexplained contact as its :shared_households th or later: those that make it
-- shared. (The first ones on it may be chance.) Those of one home (the street, as post codes are mistyped) count as one
-- household, and of a home that unrelated people share only the :shared_households th counts: a residence is one event,
-- however many live there and under however many post codes.
SELECT DISTINCT rep_id, household, kind_of_contact
FROM (
    SELECT rep_id, household, kind_of_contact,
           ROW_NUMBER() OVER (PARTITION BY rep_id, kind, contact_key ORDER BY first_s, household) AS place
    FROM (
        SELECT c.rep_id AS rep_id, MIN(c.household) AS household, c.kind AS kind,
               CASE WHEN c.kind = 'address' THEN c.street ELSE c.contact_key END AS contact_key,
               CASE WHEN c.kind = 'address' THEN 'address' ELSE 'contact' END AS kind_of_contact,
               MIN(c.opened_s) AS first_s
        FROM opening_contacts AS c
        JOIN judged_contacts AS j
          ON j.rep_id = c.rep_id AND j.kind = c.kind AND j.contact_key = c.contact_key AND j.explained IS NULL
        GROUP BY c.rep_id,
                 CASE WHEN c.kind = 'address' THEN c.household ELSE c.street END,
                 c.kind, CASE WHEN c.kind = 'address' THEN c.street ELSE c.contact_key END
    ) AS firsts
) AS ranked
WHERE place = :shared_households OR (place > :shared_households AND kind_of_contact = 'contact')

-- model: households_served
-- One row per opener and household with a known contact: when and through what he first opened something for it.
SELECT c.rep_id AS rep_id, c.household AS household, MIN(o.channel) AS channel, MIN(o.branch_kind) AS branch_kind,
       MIN(o.branch_id) AS branch_id, MIN(o.month) AS month, MIN(o.opened_s) AS first_s
FROM opening_contacts AS c
JOIN openings AS o ON o.account_id = c.account_id
GROUP BY c.rep_id, c.household

-- model: shared_contact_cells
-- Households with a known contact counted by opener, channel, branch and month of the first opening for them; `shared` and
-- `one_home` 1 for those of `later_households`.
SELECT rep_id, channel, branch_kind, branch_id, month, shared, one_home, COUNT(*) AS n
FROM (
    SELECT h.rep_id AS rep_id, h.channel AS channel, h.branch_kind AS branch_kind, h.branch_id AS branch_id,
           h.month AS month, CASE WHEN s.household IS NULL THEN 0 ELSE 1 END AS shared,
           CASE WHEN a.household IS NULL THEN 0 ELSE 1 END AS one_home
    FROM households_served AS h
    LEFT JOIN later_households AS s
      ON s.rep_id = h.rep_id AND s.household = h.household AND s.kind_of_contact = 'contact'
    LEFT JOIN later_households AS a
      ON a.rep_id = h.rep_id AND a.household = h.household AND a.kind_of_contact = 'address'
) AS households
GROUP BY rep_id, channel, branch_kind, branch_id, month, shared, one_home

-- model: opener_contacts
-- The phone numbers and e-mail addresses on an opener's accounts, each once.
SELECT DISTINCT rep_id, kind, contact_key
FROM opening_contacts
WHERE kind IN ('phone', 'email') AND LENGTH(contact_key) >= 8

-- model: contact_patterns
-- Each of `opener_contacts` with the patterns that it has in common with those like it: a number with one of its last
-- digits changed (`?`), or counted up (`*`: the last two are open); an e-mail address with another number at the end
-- of the name or other marks in it. `cells`: how many such patterns the numbers of one exchange (of like beginning, four
-- digits open) fall into.
SELECT rep_id, kind, contact_key, SUBSTRING(contact_key, 1, LENGTH(contact_key) - 2) || '**' AS pattern,
       SUBSTRING(contact_key, 1, LENGTH(contact_key) - 4) AS exchange, 100 AS cells
FROM opener_contacts
WHERE kind = 'phone'
UNION ALL
SELECT c.rep_id, c.kind, c.contact_key,
       SUBSTRING(c.contact_key, 1, LENGTH(c.contact_key) - p.place) || '?'
         || SUBSTRING(c.contact_key, LENGTH(c.contact_key) - p.place + 2),
       SUBSTRING(c.contact_key, 1, LENGTH(c.contact_key) - 4), 1000
FROM opener_contacts AS c
CROSS JOIN (SELECT 3 AS place UNION SELECT 4) AS p
WHERE c.kind = 'phone'
UNION ALL
SELECT c.rep_id, c.kind, c.contact_key, k.stem, NULL, NULL
FROM opener_contacts AS c
JOIN (SELECT DISTINCT key, stem FROM contact_keys WHERE kind = 'email') AS k ON k.key = c.contact_key
WHERE c.kind = 'email' AND STRPOS(k.stem, '@') > :least_stem

-- model: common_patterns
-- The patterns that several contacts of an opener's accounts have in common, and how many.
SELECT rep_id, kind, pattern, MIN(exchange) AS exchange, MIN(cells) AS cells, COUNT(*) AS contacts
FROM contact_patterns
GROUP BY rep_id, kind, pattern
HAVING COUNT(*) > 1

-- model: pattern_households
-- One row per opener, pattern of `common_patterns` and household of his that has it.
SELECT n.rep_id AS rep_id, n.kind AS kind, n.pattern AS pattern, c.household AS household, MIN(c.home) AS home,
       MIN(c.family_name) AS family_name, MIN(c.employer) AS employer
FROM common_patterns AS n
JOIN contact_patterns AS p ON p.rep_id = n.rep_id AND p.kind = n.kind AND p.pattern = n.pattern
JOIN opening_contacts AS c ON c.rep_id = p.rep_id AND c.kind = p.kind AND c.contact_key = p.contact_key
GROUP BY n.rep_id, n.kind, n.pattern, c.household

-- model: near_patterns
-- The rows of `common_patterns` that at least :shared_households households of as many homes and family names have.
SELECT n.rep_id AS rep_id, n.kind AS kind, n.pattern AS pattern, MIN(n.exchange) AS exchange, MIN(n.cells) AS cells,
       MIN(n.contacts) AS contacts, COUNT(*) AS households, COUNT(DISTINCT h.employer) AS employers,
       COUNT(*) - COUNT(h.employer) AS without_employer
FROM common_patterns AS n
JOIN pattern_households AS h ON h.rep_id = n.rep_id AND h.kind = n.kind AND h.pattern = n.pattern
GROUP BY n.rep_id, n.kind, n.pattern
HAVING COUNT(*) >= :shared_households AND COUNT(DISTINCT h.family_name) >= :shared_households
   AND COUNT(DISTINCT h.home) >= :shared_households

-- model: pattern_reach
-- For each of `near_patterns`, the openers' households of the whole firm that have it.
SELECT p.kind AS kind, p.pattern AS pattern, COUNT(DISTINCT c.household) AS households
FROM (SELECT DISTINCT kind, pattern FROM near_patterns) AS n
JOIN contact_patterns AS p ON p.kind = n.kind AND p.pattern = n.pattern
JOIN opening_contacts AS c ON c.rep_id = p.rep_id AND c.kind = p.kind AND c.contact_key = p.contact_key
GROUP BY p.kind, p.pattern

-- model: exchange_counts
-- How many numbers an opener's customers have in each exchange.
SELECT rep_id, SUBSTRING(contact_key, 1, LENGTH(contact_key) - 4) AS exchange, COUNT(*) AS numbers
FROM opener_contacts
WHERE kind = 'phone'
GROUP BY rep_id, SUBSTRING(contact_key, 1, LENGTH(contact_key) - 4)

-- model: near_contacts
-- One row per household of an opener and pattern of `near_patterns` that neither one employer nor other openers'
-- customers explain (as in `judged_contacts`): which of the opener's households on it in order of time, how many numbers of
-- the exchange he has (to tell a chance from a series), and the kind of account first opened.
SELECT n.rep_id AS rep_id, n.kind AS kind, n.pattern AS pattern, n.contacts AS contacts, n.households AS households,
       r.households AS firm_households, n.cells AS cells, x.numbers AS numbers, s.household AS household,
       s.channel AS channel, s.branch_kind AS branch_kind, s.branch_id AS branch_id, s.month AS month,
       ROW_NUMBER() OVER (PARTITION BY n.rep_id, n.kind, n.pattern ORDER BY s.first_s, s.household) AS place
FROM near_patterns AS n
JOIN pattern_reach AS r ON r.kind = n.kind AND r.pattern = n.pattern
JOIN pattern_households AS m ON m.rep_id = n.rep_id AND m.kind = n.kind AND m.pattern = n.pattern
JOIN households_served AS s ON s.rep_id = m.rep_id AND s.household = m.household
LEFT JOIN exchange_counts AS x ON x.rep_id = n.rep_id AND x.exchange = n.exchange
WHERE NOT (n.employers = 1 AND n.without_employer = 0)
  AND n.households * 100 >= r.households * :concentration_percent

-- model: near_contact_items
-- One row per opening by staff and pattern of `near_contacts` that its phone number or e-mail address has.
SELECT DISTINCT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS rep_id, o.branch_id AS branch_id,
       o.product_code AS product_code, o.channel AS channel, o.opened_day AS opened_day, n.kind AS kind,
       n.pattern AS pattern
FROM near_contacts AS n
JOIN contact_patterns AS p ON p.rep_id = n.rep_id AND p.kind = n.kind AND p.pattern = n.pattern
JOIN opening_contacts AS c ON c.rep_id = p.rep_id AND c.kind = p.kind AND c.contact_key = p.contact_key
JOIN openings AS o ON o.account_id = c.account_id
WHERE n.place = 1
