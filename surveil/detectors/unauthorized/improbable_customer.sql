-- model: estate_products
-- The products of which :estate_openings openings for persons or more, and :estate_percent percent of them, were for somebody
-- who had died: they are meant for estates.
SELECT product_code
FROM (
    SELECT o.product_code AS product_code, COUNT(*) AS n,
           SUM(CASE WHEN u.deceased_on_day < o.opened_day THEN 1 ELSE 0 END) AS deceased
    FROM openings AS o
    JOIN customers AS u ON u.customer_id = o.customer_id
    WHERE COALESCE(u.kind, 'person') = 'person'
    GROUP BY o.product_code
) AS counted
WHERE deceased >= :estate_openings AND deceased * 100 >= n * :estate_percent

-- model: customers_served
-- One row per opener and person (no businesses) he opened something for: when first, his date of birth, and how many of the
-- accounts are of products meant for estates, after his death.
SELECT o.rep_id AS rep_id, o.customer_id AS customer_id, MIN(o.opened_day) AS first_day, MIN(o.month) AS month,
       MIN(o.branch_id) AS branch_id, MIN(o.branch_kind) AS branch_kind, MIN(o.channel) AS channel,
       MIN(u.birth_on_day) AS birth_day,
       SUM(CASE WHEN u.deceased_on_day < o.opened_day AND p.product_code IS NOT NULL THEN 1 ELSE 0 END) AS of_estate
FROM openings AS o
JOIN customers AS u ON u.customer_id = o.customer_id
LEFT JOIN estate_products AS p ON p.product_code = o.product_code
WHERE o.rep_id IS NOT NULL AND COALESCE(u.kind, 'person') = 'person'
GROUP BY o.rep_id, o.customer_id

-- model: default_births
-- The dates of birth that make somebody older than people get and that several openers' customers have: what the firm's
-- system fills in where nothing is known.
SELECT birth_day
FROM customers_served
WHERE (first_day - birth_day) * 100 >= :oldest_years * 36525
GROUP BY birth_day
HAVING COUNT(DISTINCT rep_id) >= :default_openers

-- model: birth_series
-- The rows of `customers_served` before which the opener had :birth_before others of the same date of birth within
-- :birth_days days; no defaults.
SELECT rep_id, customer_id, birth_day
FROM (
    SELECT rep_id, customer_id, birth_day, first_day,
           LAG(first_day, :birth_before) OVER (PARTITION BY rep_id, birth_day ORDER BY first_day, customer_id) AS earlier_day
    FROM customers_served
    WHERE birth_day IS NOT NULL AND birth_day NOT IN (SELECT birth_day FROM default_births)
) AS in_order
WHERE first_day - earlier_day <= :birth_days

-- model: person_names
-- The names of persons in lower case, between two spaces; written down once, as every word is looked for in each of them.
SELECT customer_id, name, ' ' || LOWER(name) || ' ' AS words
FROM customers
WHERE COALESCE(kind, 'person') = 'person'

-- model: placeholder_names
-- The persons whose name is one that somebody types to get past the field: single letters, or a word that is nobody's
-- name.
SELECT customer_id
FROM person_names
WHERE (words LIKE ' _ _ ' OR LENGTH(name) = 1) AND LOWER(name) >= 'a' AND LOWER(name) < '{'
   OR words LIKE '% test %' OR words LIKE '% testing %' OR words LIKE '% unknown %' OR words LIKE '% noname %'
   OR words LIKE '% no name %' OR words LIKE '% dummy %' OR words LIKE '% placeholder %' OR words LIKE '% customer %'
   OR words LIKE '% client %' OR words LIKE '% anonymous %' OR words LIKE '% asdf%' OR words LIKE '% qwert%'
   OR words LIKE '% xxx%'

-- model: name_counts
-- One row: how many persons there are, and how many of them have a placeholder for a name.
SELECT persons, placeholders
FROM (SELECT COUNT(*) AS persons FROM person_names) AS n
CROSS JOIN (SELECT COUNT(*) AS placeholders FROM placeholder_names) AS p

-- model: nameless_customers
-- `placeholder_names`, unless more than :masked_percent percent of all persons have one: then the firm has masked the
-- names in its extract, and nothing is known from them.
SELECT p.customer_id AS customer_id
FROM placeholder_names AS p
JOIN name_counts AS n ON n.placeholders * 100 <= n.persons * :masked_percent

-- model: improbable_openings
-- One row per opening by staff for somebody who can't be, with what is wrong: 1 or 0. `counts` is 0 for the first
-- ones with a date of birth that only the later ones make odd.
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS rep_id, o.branch_id AS branch_id,
       o.product_code AS product_code, o.channel AS channel, o.opened_day AS opened_day, s.deceased AS deceased,
       s.not_born AS not_born, s.too_old AS too_old, s.placeholder AS placeholder, s.birth_reused AS birth_reused,
       CASE WHEN s.deceased + s.not_born + s.too_old + s.placeholder + s.birth_event > 0 THEN 1 ELSE 0 END AS counts
FROM (
    SELECT o.account_id AS account_id,
           CASE WHEN u.deceased_on_day < o.opened_day AND p.product_code IS NULL THEN 1 ELSE 0 END AS deceased,
           CASE WHEN u.birth_on_day > o.opened_day THEN 1 ELSE 0 END AS not_born,
           CASE WHEN (o.opened_day - u.birth_on_day) * 100 >= :oldest_years * 36525 AND d.birth_day IS NULL
                THEN 1 ELSE 0 END AS too_old,
           CASE WHEN n.customer_id IS NULL THEN 0 ELSE 1 END AS placeholder,
           CASE WHEN b.birth_day IS NULL THEN 0 ELSE 1 END AS birth_reused,
           CASE WHEN e.customer_id IS NULL THEN 0 ELSE 1 END AS birth_event
    FROM openings AS o
    JOIN customers AS u ON u.customer_id = o.customer_id
    LEFT JOIN nameless_customers AS n ON n.customer_id = o.customer_id
    LEFT JOIN (SELECT DISTINCT rep_id, birth_day FROM birth_series) AS b
      ON b.rep_id = o.rep_id AND b.birth_day = u.birth_on_day
    LEFT JOIN birth_series AS e ON e.rep_id = o.rep_id AND e.customer_id = o.customer_id
    LEFT JOIN estate_products AS p ON p.product_code = o.product_code
    LEFT JOIN default_births AS d ON d.birth_day = u.birth_on_day
    WHERE o.rep_id IS NOT NULL AND COALESCE(u.kind, 'person') = 'person'
) AS s
JOIN openings AS o ON o.account_id = s.account_id
WHERE s.deceased + s.not_born + s.too_old + s.placeholder + s.birth_reused > 0

-- model: improbable_cells
-- The rows of `customers_served` counted by opener, channel, branch and month, and their accounts for estates; `odd` 1 where
-- an opening for the customer counts.
SELECT c.rep_id AS rep_id, c.channel AS channel, c.branch_kind AS branch_kind, c.branch_id AS branch_id, c.month AS month,
       CASE WHEN x.customer_id IS NULL THEN 0 ELSE 1 END AS odd, COUNT(*) AS n,
       SUM(CASE WHEN c.birth_day IS NULL OR d.birth_day IS NOT NULL THEN 1 ELSE 0 END) AS birth_unknown,
       SUM(c.of_estate) AS of_estate
FROM customers_served AS c
LEFT JOIN default_births AS d ON d.birth_day = c.birth_day
LEFT JOIN (SELECT DISTINCT rep_id, customer_id FROM improbable_openings WHERE counts = 1) AS x
  ON x.rep_id = c.rep_id AND x.customer_id = c.customer_id
GROUP BY c.rep_id, c.channel, c.branch_kind, c.branch_id, c.month, CASE WHEN x.customer_id IS NULL THEN 0 ELSE 1 END

-- model: trainer_counts
-- The openings of `trainers`, counted by who they are: in no part of a large firm, as nothing of theirs is judged.
SELECT rep_id AS trainer, COUNT(*) AS n
FROM void_openings
WHERE why = 'test'
GROUP BY rep_id
