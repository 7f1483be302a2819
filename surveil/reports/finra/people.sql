-- model: finra_last_seat
-- For each action on an employee: where he sat and under whom, by the last assignment begun on or before that day.
SELECT t.action_id AS action_id, t.branch_id AS branch_id, t.supervisor_id AS supervisor_id
FROM (
    SELECT
        d.action_id AS action_id,
        s.branch_id AS branch_id,
        s.supervisor_id AS supervisor_id,
        ROW_NUMBER() OVER (PARTITION BY d.action_id ORDER BY s.start_on_day DESC, s.branch_id) AS place
    FROM discipline AS d
    JOIN assignments AS s ON s.rep_id = d.rep_id AND s.start_on_day <= d.action_on_day
) AS t
WHERE t.place = 1

-- model: finra_discipline
-- One row per disciplinary action or termination of the period.
SELECT
    d.action_id AS action_id,
    d.rep_id AS rep_id,
    r.name AS rep_name,
    r.crd_number AS crd_number,
    r.registered AS registered,
    r.role AS role,
    s.branch_id AS branch_id,
    s.supervisor_id AS supervisor_id,
    d.action AS action,
    d.action_on_day AS action_on_day,
    d.reason_code AS reason_code,
    d.reason AS reason,
    d.u5_filed_on_day AS u5_filed_on_day
FROM discipline AS d
LEFT JOIN reps AS r ON r.rep_id = d.rep_id
LEFT JOIN finra_last_seat AS s ON s.action_id = d.action_id
WHERE d.action_on_day BETWEEN :period_from AND :period_to
