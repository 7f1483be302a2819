-- model: opener_days
-- Openings by staff (no features) by opener and day.
SELECT rep_id, opened_day, COUNT(*) AS n
FROM openings
WHERE rep_id IS NOT NULL AND is_feature = 0
GROUP BY rep_id, opened_day

-- model: event_days
-- The opening days with :event_openings openings or more, :event_times times as many as their opener has on average; `events`:
-- how many of them he has.
SELECT d.rep_id AS rep_id, d.opened_day AS opened_day, COUNT(*) OVER (PARTITION BY d.rep_id) AS events
FROM opener_days AS d
JOIN (SELECT rep_id, COUNT(*) AS days, SUM(n) AS n FROM opener_days GROUP BY rep_id) AS o ON o.rep_id = d.rep_id
WHERE d.n >= :event_openings AND d.n * o.days >= :event_times * o.n

-- model: many_of_one
-- Of which product one opener opened more than :customer_counted for one customer: a property manager's deposits, a ladder.
SELECT rep_id, customer_id, product_code
FROM openings
WHERE rep_id IS NOT NULL AND is_feature = 0
GROUP BY rep_id, customer_id, product_code
HAVING COUNT(*) > :customer_counted

-- model: event_openings
-- The accounts and features of `event_days` that add nothing to what one of the day tells: all of them where their opener has
-- :most_events such days at most; where he has more, all but :event_counted of each. And those of `many_of_one` but for the
-- first :customer_counted.
SELECT account_id
FROM (
    SELECT o.account_id AS account_id,
           ROW_NUMBER() OVER (PARTITION BY o.rep_id, o.customer_id, o.product_code ORDER BY o.opened_day, o.account_id) AS place
    FROM openings AS o
    JOIN many_of_one AS m ON m.rep_id = o.rep_id AND m.customer_id = o.customer_id AND m.product_code = o.product_code
) AS of_one
WHERE place > :customer_counted
UNION
SELECT account_id
FROM (
    SELECT o.account_id AS account_id, e.events AS events,
           ROW_NUMBER() OVER (PARTITION BY o.rep_id, o.opened_day, o.is_feature ORDER BY o.account_id) AS place
    FROM openings AS o
    JOIN event_days AS e ON e.rep_id = o.rep_id AND e.opened_day = o.opened_day
) AS of_events
WHERE events <= :most_events OR place > :event_counted
