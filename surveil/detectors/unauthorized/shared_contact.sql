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
-- shared. (The first ones on it may be chance.)
SELECT DISTINCT rep_id, household, kind_of_contact
FROM (
    SELECT rep_id, household, kind_of_contact,
           ROW_NUMBER() OVER (PARTITION BY rep_id, kind, contact_key ORDER BY first_s, household) AS place
    FROM (
        SELECT c.rep_id AS rep_id, c.household AS household, c.kind AS kind, c.contact_key AS contact_key,
               CASE WHEN c.kind = 'address' THEN 'address' ELSE 'contact' END AS kind_of_contact,
               MIN(c.opened_s) AS first_s
        FROM opening_contacts AS c
        JOIN judged_contacts AS j
          ON j.rep_id = c.rep_id AND j.kind = c.kind AND j.contact_key = c.contact_key AND j.explained IS NULL
        GROUP BY c.rep_id, c.household, c.kind, c.contact_key
    ) AS firsts
) AS ranked
WHERE place >= :shared_households

-- model: shared_contact_cells
-- Households with a known contact counted by opener, channel, branch and month of the first opening for them; `shared` and
-- `one_home` 1 for those of `later_households`.
SELECT rep_id, channel, branch_kind, branch_id, month, shared, one_home, COUNT(*) AS n
FROM (
    SELECT h.rep_id AS rep_id, h.channel AS channel, h.branch_kind AS branch_kind, h.branch_id AS branch_id,
           h.month AS month, CASE WHEN s.household IS NULL THEN 0 ELSE 1 END AS shared,
           CASE WHEN a.household IS NULL THEN 0 ELSE 1 END AS one_home
    FROM (
        SELECT c.rep_id AS rep_id, c.household AS household, MIN(o.channel) AS channel, MIN(o.branch_kind) AS branch_kind,
               MIN(o.branch_id) AS branch_id, MIN(o.month) AS month
        FROM opening_contacts AS c
        JOIN openings AS o ON o.account_id = c.account_id
        GROUP BY c.rep_id, c.household
    ) AS h
    LEFT JOIN later_households AS s
      ON s.rep_id = h.rep_id AND s.household = h.household AND s.kind_of_contact = 'contact'
    LEFT JOIN later_households AS a
      ON a.rep_id = h.rep_id AND a.household = h.household AND a.kind_of_contact = 'address'
) AS households
GROUP BY rep_id, channel, branch_kind, branch_id, month, shared, one_home
