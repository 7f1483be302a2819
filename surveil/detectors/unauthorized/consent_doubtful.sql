-- model: late_consents
-- Openings whose earliest consent was captured :late_hours hours or more after them: by how many seconds. A bare date stands
-- for its midnight, so it is never too late by less than a day.
SELECT account_id, lag_s AS late_s
FROM consent_lag
WHERE lag_s >= :late_hours * 3600

-- model: repeated_documents
-- Documents that stand for more than one consent.
SELECT document_hash
FROM consents
WHERE document_hash IS NOT NULL
GROUP BY document_hash
HAVING COUNT(*) > 1

-- model: document_consents
-- The consents of `repeated_documents`: whose account it is, in what household and home (see `customer_ties`), who opened it.
SELECT c.document_hash AS document_hash, c.account_id AS account_id, c.captured_at_s AS captured_s,
       a.customer_id AS customer_id, a.co_owners AS co_owners, a.opened_by AS rep_id,
       COALESCE(t.household, a.customer_id) AS household, t.home AS home
FROM consents AS c
JOIN repeated_documents AS d ON d.document_hash = c.document_hash
JOIN accounts AS a ON a.account_id = c.account_id
LEFT JOIN customer_ties AS t ON t.customer_id = a.customer_id

-- model: copied_documents
-- Documents that stand for accounts of more than one customer, but for forms that more than :form_openers openers use.
SELECT document_hash, COUNT(DISTINCT account_id) AS accounts, COUNT(DISTINCT household) AS households
FROM document_consents
GROUP BY document_hash
HAVING COUNT(DISTINCT customer_id) > 1 AND COUNT(DISTINCT rep_id) <= :form_openers

-- model: document_people
-- For each of `copied_documents`, everybody it could honestly belong to: owner, joint owner, household, home.
SELECT s.document_hash AS document_hash, s.account_id AS account_id, 'customer ' || s.customer_id AS person
FROM document_consents AS s
JOIN copied_documents AS d ON d.document_hash = s.document_hash
UNION
SELECT s.document_hash, s.account_id, 'customer ' || s.co_owners
FROM document_consents AS s
JOIN copied_documents AS d ON d.document_hash = s.document_hash
WHERE s.co_owners IS NOT NULL
UNION
SELECT s.document_hash, s.account_id, 'household ' || s.household
FROM document_consents AS s
JOIN copied_documents AS d ON d.document_hash = s.document_hash
UNION
SELECT s.document_hash, s.account_id, 'home ' || s.home
FROM document_consents AS s
JOIN copied_documents AS d ON d.document_hash = s.document_hash
WHERE s.home IS NOT NULL

-- model: unrelated_documents
-- The rows of `copied_documents` that nobody has a part in on all of the accounts.
SELECT c.document_hash AS document_hash, MIN(c.households) AS households
FROM copied_documents AS c
JOIN (
    SELECT p.document_hash AS document_hash, COUNT(*) AS accounts
    FROM document_people AS p
    GROUP BY p.document_hash, p.person
) AS parts ON parts.document_hash = c.document_hash
GROUP BY c.document_hash
HAVING MAX(parts.accounts) < MIN(c.accounts)

-- model: document_firsts
-- When each document was first captured: the same bytes are not signed a second time. Not for forms of many openers.
SELECT document_hash, MIN(captured_s) AS first_s
FROM document_consents
GROUP BY document_hash
HAVING COUNT(DISTINCT rep_id) <= :form_openers AND MAX(captured_s) > MIN(captured_s) + :late_hours * 3600

-- model: electronic_places
-- Devices and network addresses that customers signed on electronically. (A wet signature has its scanner.)
SELECT consent_id, account_id, 'device' AS place_kind, device_id AS place
FROM consents
WHERE device_id IS NOT NULL AND kind IN ('e_signature', 'online_application')
UNION ALL
SELECT consent_id, account_id, 'address', ip_address
FROM consents
WHERE ip_address IS NOT NULL AND kind IN ('e_signature', 'online_application')

-- model: shared_places
-- Of `electronic_places`, those that at least :shared_households households used.
SELECT e.place_kind AS place_kind, e.place AS place,
       COUNT(DISTINCT COALESCE(t.household, a.customer_id)) AS households
FROM electronic_places AS e
JOIN (
    SELECT place_kind, place FROM electronic_places GROUP BY place_kind, place HAVING COUNT(*) >= :shared_households
) AS b ON b.place_kind = e.place_kind AND b.place = e.place
JOIN accounts AS a ON a.account_id = e.account_id
LEFT JOIN customer_ties AS t ON t.customer_id = a.customer_id
GROUP BY e.place_kind, e.place
HAVING COUNT(DISTINCT COALESCE(t.household, a.customer_id)) >= :shared_households

-- model: staff_places
-- Devices and addresses of the firm: those on which staff captured consents or posted transactions.
SELECT 'device' AS place_kind, device_id AS place
FROM consents
WHERE device_id IS NOT NULL AND kind IN ('wet_signature', 'recorded_call') AND captured_by <> 'customer'
UNION
SELECT 'address', ip_address
FROM consents
WHERE ip_address IS NOT NULL AND kind IN ('wet_signature', 'recorded_call') AND captured_by <> 'customer'
UNION
SELECT 'device', device_id FROM transactions WHERE device_id IS NOT NULL AND initiated_by = 'rep'

-- model: odd_places
-- One row per consent signed on a device or address of the firm, or on one that at least :shared_households households used.
SELECT p.consent_id AS consent_id,
       MAX(CASE WHEN p.place_kind = 'device' THEN 1 ELSE 0 END) AS odd_device,
       MAX(CASE WHEN p.place_kind = 'address' THEN 1 ELSE 0 END) AS odd_address,
       MAX(CASE WHEN f.place IS NULL THEN 0 ELSE 1 END) AS staff_place,
       MAX(s.households) AS place_households
FROM electronic_places AS p
LEFT JOIN staff_places AS f ON f.place_kind = p.place_kind AND f.place = p.place
LEFT JOIN shared_places AS s ON s.place_kind = p.place_kind AND s.place = p.place
WHERE f.place IS NOT NULL OR s.place IS NOT NULL
GROUP BY p.consent_id

-- model: impossible_captures
-- Consents that cannot have been taken as stated: a wet signature by the opener on an opening by phone, or taken by somebody
-- who was absent that day or had left. `occasion`: what would explain several at once, as a leave that was not taken.
SELECT s.consent_id AS consent_id, 'phone ' || s.consent_id AS occasion
FROM consents AS s
JOIN accounts AS a ON a.account_id = s.account_id
WHERE a.channel = 'phone' AND s.kind = 'wet_signature' AND s.captured_by = a.opened_by
UNION
SELECT s.consent_id, 'away ' || s.captured_by || ' ' || CAST(b.start_on_day AS TEXT)
FROM consents AS s
JOIN absences AS b
  ON b.rep_id = s.captured_by AND b.start_on_day <= s.captured_at_day AND b.end_on_day >= s.captured_at_day
JOIN accounts AS a ON a.account_id = s.account_id
UNION
SELECT s.consent_id, 'gone ' || s.captured_by
FROM consents AS s
JOIN reps AS r ON r.rep_id = s.captured_by AND r.terminated_on_day <= s.captured_at_day
JOIN accounts AS a ON a.account_id = s.account_id
WHERE NOT EXISTS (
    SELECT 1 FROM assignments AS g
    WHERE g.rep_id = s.captured_by AND g.start_on_day >= r.terminated_on_day AND g.start_on_day <= s.captured_at_day)

-- model: impossible_firsts
-- Of `impossible_captures`, each consent once; `counts` 1 for one of each occasion.
SELECT c.consent_id AS consent_id, MAX(CASE WHEN f.consent_id IS NULL THEN 0 ELSE 1 END) AS counts
FROM impossible_captures AS c
LEFT JOIN (SELECT occasion, MIN(consent_id) AS consent_id FROM impossible_captures GROUP BY occasion) AS f
  ON f.occasion = c.occasion AND f.consent_id = c.consent_id
GROUP BY c.consent_id

-- model: consent_doubts
-- One row per consent of an opening by staff in the window, with what speaks against it: hours late (empty: in time), 1
-- where its document is an unrelated customer's, or had been captured before the opening and is said to be captured
-- again, where it was signed in an odd place, or can't have been taken as stated.
SELECT s.consent_id AS consent_id, o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS rep_id,
       o.branch_id AS branch_id, o.branch_kind AS branch_kind, o.product_code AS product_code, o.channel AS channel,
       o.month AS month, o.opened_day AS opened_day, s.captured_at_day AS captured_day, COALESCE(s.kind, '') AS kind,
       CASE WHEN s.document_hash IS NULL THEN 1 ELSE 0 END AS no_document,
       l.late_s AS late_s, u.households AS document_households,
       CASE WHEN l.late_s IS NULL THEN 0 ELSE 1 END AS late,
       CASE WHEN u.document_hash IS NOT NULL THEN 1
            WHEN s.captured_at_s > f.first_s + :late_hours * 3600 AND o.opened_s > f.first_s + :late_hours * 3600 THEN 1
            ELSE 0 END AS copied,
       COALESCE(p.odd_device, 0) AS odd_device, COALESCE(p.odd_address, 0) AS odd_address,
       p.staff_place AS staff_place, p.place_households AS place_households,
       CASE WHEN i.consent_id IS NULL THEN 0 ELSE 1 END AS impossible, COALESCE(i.counts, 0) AS impossible_counts,
       CASE WHEN n.first_use_days IS NULL THEN 0 ELSE 1 END AS used
FROM consents AS s
JOIN openings AS o ON o.account_id = s.account_id
LEFT JOIN first_use AS n ON n.account_id = s.account_id
LEFT JOIN late_consents AS l ON l.account_id = s.account_id
LEFT JOIN unrelated_documents AS u ON u.document_hash = s.document_hash
LEFT JOIN document_firsts AS f ON f.document_hash = s.document_hash
LEFT JOIN odd_places AS p ON p.consent_id = s.consent_id
LEFT JOIN impossible_firsts AS i ON i.consent_id = s.consent_id
WHERE o.rep_id IS NOT NULL

-- model: consent_doubtful_items
-- The rows of `consent_doubts` that have one.
SELECT consent_id, account_id, customer_id, rep_id, branch_id, branch_kind, product_code, channel, month, opened_day,
       captured_day, kind, late_s, document_households, late, copied, odd_device, odd_address, staff_place,
       place_households, impossible
FROM consent_doubts
WHERE late = 1 OR copied = 1 OR odd_device = 1 OR odd_address = 1 OR impossible = 1

-- model: consent_doubtful_cells
-- Sittings with a consent on record (what one opener opened for one customer on one day) counted by opener, kind of consent,
-- channel, branch and month, by whether any of it is used, and by each doubt (`impossible`: once an occasion).
SELECT rep_id, kind, channel, branch_kind, branch_id, month, used, no_document, late, copied, odd_device, odd_address,
       impossible, COUNT(*) AS n
FROM (
    SELECT rep_id, customer_id, opened_day, MAX(kind) AS kind, MIN(channel) AS channel, MIN(branch_kind) AS branch_kind,
           MIN(branch_id) AS branch_id, MIN(month) AS month, MAX(used) AS used, MIN(no_document) AS no_document,
           MAX(late) AS late, MAX(copied) AS copied, MAX(odd_device) AS odd_device, MAX(odd_address) AS odd_address,
           MAX(impossible_counts) AS impossible
    FROM consent_doubts
    GROUP BY rep_id, customer_id, opened_day
) AS sittings
GROUP BY rep_id, kind, channel, branch_kind, branch_id, month, used, no_document, late, copied, odd_device, odd_address,
         impossible
