-- model: logins
-- The days on which customers logged in themselves, sorted out before their accounts are looked up. A transaction of an
-- unknown kind that moved no money counts: it may have been one.
SELECT account_id, posted_at_day AS day
FROM transactions
WHERE (kind = 'login' OR (kind IS NULL AND COALESCE(amount_cents, 0) = 0))
  AND COALESCE(initiated_by, 'customer') = 'customer'

-- model: login_days
-- The rows of `logins` with whose account it is, once a day.
SELECT DISTINCT t.account_id AS account_id, a.customer_id AS customer_id, t.day AS day
FROM logins AS t
JOIN accounts AS a ON a.account_id = t.account_id

-- model: meetings
-- The customers and days on which each was met, spoken to or heard of: a visit, a call that was answered, an appointment
-- kept, his own letter or e-mail, or a login of his own (see `login_days`). A contact of an unknown kind, direction or outcome
-- counts: it may have been one.
SELECT customer_id, at_day AS day
FROM contacts
WHERE COALESCE(outcome, 'attended') NOT IN ('no_answer', 'no_show', 'bounced')
  AND (COALESCE(kind, 'visit') IN ('visit', 'call', 'appointment') OR (COALESCE(direction, 'in') = 'in' AND kind <> 'survey'))
UNION ALL
SELECT customer_id, day FROM login_days

-- model: opening_days
-- One row per customer and day on which staff opened something for him, as owner or as the only joint owner.
SELECT customer_id, opened_day FROM openings WHERE rep_id IS NOT NULL
UNION
SELECT co_owners, opened_day FROM openings WHERE rep_id IS NOT NULL AND co_owners IS NOT NULL

-- model: met_days
-- The rows of `opening_days` whose customer was met from :contact_before_days days before to :contact_after_days after.
SELECT DISTINCT d.customer_id AS customer_id, d.opened_day AS opened_day
FROM opening_days AS d
JOIN meetings AS m
  ON m.customer_id = d.customer_id
 AND m.day >= d.opened_day - :contact_before_days
 AND m.day <= d.opened_day + :contact_after_days

-- model: accepted_offers
-- The customers, products and days on which each said yes to an offer, by post or however: what he took then is opened when
-- his answer comes in.
SELECT DISTINCT customer_id, product_code, at_day AS day
FROM contacts
WHERE outcome = 'accepted' AND product_code IS NOT NULL

-- model: met_customers
-- One row per opening by staff whose customer, or a joint owner, was met (see `met_days`), or who accepted an offer of that
-- product up to :accepted_days days before. Where there are several joint owners, only the opener's own contacts with them
-- are looked through.
SELECT o.account_id AS account_id
FROM openings AS o
JOIN met_days AS m ON m.customer_id = o.customer_id AND m.opened_day = o.opened_day
WHERE o.rep_id IS NOT NULL
UNION
SELECT o.account_id
FROM openings AS o
JOIN met_days AS m ON m.customer_id = o.co_owners AND m.opened_day = o.opened_day
WHERE o.rep_id IS NOT NULL
UNION
SELECT o.account_id
FROM openings AS o
JOIN accepted_offers AS y
  ON y.customer_id = o.customer_id AND y.product_code = o.product_code
 AND y.day >= o.opened_day - :accepted_days
 AND y.day <= o.opened_day + :contact_after_days
WHERE o.rep_id IS NOT NULL
UNION
SELECT o.account_id
FROM openings AS o
JOIN contacts AS c
  ON c.rep_id = o.rep_id
 AND c.at_day >= o.opened_day - :contact_before_days
 AND c.at_day <= o.opened_day + :contact_after_days
WHERE STRPOS(o.co_owners, ';') > 0
  AND STRPOS(';' || o.co_owners || ';', ';' || c.customer_id || ';') > 0
  AND COALESCE(c.outcome, 'attended') NOT IN ('no_answer', 'no_show', 'bounced')
  AND COALESCE(c.kind, 'visit') IN ('visit', 'call', 'appointment')

-- model: openings_met
-- One row per opening by staff: 1 where its customer was not met, 0 where he was, empty where the contacts' extract does not
-- cover the days around the opening.
SELECT o.account_id AS account_id,
       CASE WHEN o.contacts_from > o.opened_day - :contact_before_days THEN NULL
            WHEN o.contacts_to < o.opened_day + :contact_after_days THEN NULL
            WHEN o.contacts_from IS NULL THEN NULL
            WHEN m.account_id IS NULL THEN 1 ELSE 0 END AS not_met
FROM openings AS o
LEFT JOIN met_customers AS m ON m.account_id = o.account_id
WHERE o.rep_id IS NOT NULL
