-- model: parties_served
-- One row per opener, day and party he opened something for: when first. A party is a household, or a customer
-- without a known one. Crowds of one employer (`staff_crowds`) are left out, features too.
SELECT o.rep_id AS rep_id, o.opened_day AS opened_day, COALESCE(o.household_id, o.customer_id) AS party,
       MIN(o.opened_s) AS first_s, MAX(o.opened_tod) AS opened_tod
FROM openings AS o
LEFT JOIN staff_crowds AS k ON k.rep_id = o.rep_id AND k.employer = o.employer AND k.opened_day = o.opened_day
WHERE o.rep_id IS NOT NULL AND o.is_feature = 0 AND k.rep_id IS NULL
GROUP BY o.rep_id, o.opened_day, COALESCE(o.household_id, o.customer_id)

-- model: party_pace
-- The rows of `parties_served` whose time is known (not the midnight of a bare date): when the party that lies
-- :hour_before and :rush_before places back was served.
SELECT rep_id, opened_day, party, first_s,
       LAG(first_s, :hour_before) OVER (PARTITION BY rep_id, opened_day ORDER BY first_s, party) AS hour_s,
       LAG(first_s, :rush_before) OVER (PARTITION BY rep_id, opened_day ORDER BY first_s, party) AS rush_s
FROM parties_served
WHERE opened_tod > 0

-- model: packed_times
-- One row per opener and day with too many parties in an hour or in :rush_minutes minutes: from when to when.
SELECT rep_id, opened_day,
       MAX(CASE WHEN first_s - hour_s <= 3600 THEN 1 ELSE 0 END) AS packed_hour,
       MAX(CASE WHEN first_s - rush_s <= :rush_minutes * 60 THEN 1 ELSE 0 END) AS rush,
       MIN(CASE WHEN first_s - hour_s <= 3600 THEN hour_s ELSE rush_s END) AS from_s, MAX(first_s) AS to_s
FROM party_pace
WHERE first_s - hour_s <= 3600 OR first_s - rush_s <= :rush_minutes * 60
GROUP BY rep_id, opened_day

-- model: busy_devices
-- One row per opener, day and device on which he opened something for :device_parties parties or more.
SELECT o.rep_id AS rep_id, o.opened_day AS opened_day, o.device_id AS device_id
FROM openings AS o
LEFT JOIN staff_crowds AS k ON k.rep_id = o.rep_id AND k.employer = o.employer AND k.opened_day = o.opened_day
WHERE o.rep_id IS NOT NULL AND o.device_id IS NOT NULL AND k.rep_id IS NULL
GROUP BY o.rep_id, o.opened_day, o.device_id
HAVING COUNT(DISTINCT COALESCE(o.household_id, o.customer_id)) >= :device_parties

-- model: mass_openings
-- One row per opening by staff in a packed time or on a busy device, crowds of one employer left out.
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS rep_id, o.branch_id AS branch_id,
       o.product_code AS product_code, o.family AS family, o.channel AS channel, o.opened_day AS opened_day,
       o.unused_after_days AS unused_after_days, COALESCE(t.packed_hour, 0) AS packed_hour, COALESCE(t.rush, 0) AS rush,
       CASE WHEN d.device_id IS NULL THEN 0 ELSE 1 END AS busy_device,
       f.first_use_days AS first_use_days, f.seen_days AS seen_days
FROM openings AS o
LEFT JOIN staff_crowds AS k ON k.rep_id = o.rep_id AND k.employer = o.employer AND k.opened_day = o.opened_day
LEFT JOIN packed_times AS t
  ON t.rep_id = o.rep_id AND t.opened_day = o.opened_day AND o.opened_s >= t.from_s AND o.opened_s <= t.to_s
LEFT JOIN busy_devices AS d ON d.rep_id = o.rep_id AND d.opened_day = o.opened_day AND d.device_id = o.device_id
LEFT JOIN first_use AS f ON f.account_id = o.account_id
WHERE o.rep_id IS NOT NULL AND o.is_feature = 0 AND k.rep_id IS NULL
  AND (t.rep_id IS NOT NULL OR d.device_id IS NOT NULL)

-- model: opening_day_sizes
-- One row per opener and day with openings: how many parties he served.
SELECT d.rep_id AS rep_id, d.opened_day AS opened_day, MIN(o.branch_id) AS branch_id, MIN(o.branch_kind) AS branch_kind,
       MIN(o.channel) AS channel, MIN(o.month) AS month, d.parties AS parties
FROM (
    SELECT rep_id, opened_day, COUNT(*) AS parties
    FROM parties_served
    GROUP BY rep_id, opened_day
    HAVING COUNT(*) > :rush_before
) AS d
JOIN openings AS o ON o.rep_id = d.rep_id AND o.opened_day = d.opened_day AND o.is_feature = 0
LEFT JOIN staff_crowds AS k ON k.rep_id = o.rep_id AND k.employer = o.employer AND k.opened_day = o.opened_day
WHERE k.rep_id IS NULL
GROUP BY d.rep_id, d.opened_day, d.parties
