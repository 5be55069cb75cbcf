-- What a season leaves behind, in words that SQLite and PostgreSQL both understand: $visits visits handed in, of the
-- same groups, with $items answers each; what came in and went out, which is kept for three days, $young rows.
-- Ids begin above $before and have no gaps.

WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $visits)
INSERT INTO visits (unit_id, round_id, group_id, form_version_id, state, planned_on, opened_at, submitted_at,
                    submitted_by, created_at, changes)
SELECT u.id, (SELECT min(id) FROM rounds), u.group_id, (SELECT min(id) FROM forms), 'submitted', '2026-03-01',
       '2026-03-01 08:00:00', '2026-03-01 09:00:00', (SELECT min(id) FROM people), '2026-02-20 08:00:00', 3
FROM n JOIN units u ON u.id = (SELECT min(id) FROM units) + n.i % (SELECT count(*) FROM units);

WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $answers)
INSERT INTO answers (visit_id, path, value, by_id, at, chat_id, message_id)
SELECT $before + 1 + i / $items, '/data/theme/item' || (i % $items) || '/i' || (i % $items), 'done',
       (SELECT min(id) FROM people) + (i / $items) % (SELECT count(*) FROM people), '2026-03-01 08:30:00', 1, i
FROM n;

WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $answers)
INSERT INTO audit (chain, seq, at, person_id, action, subject, details, digest, hash)
SELECT 'visit:' || ($before + 1 + i / $items), 1 + i % $items, '2026-03-01 08:30:00',
       (SELECT min(id) FROM people) + (i / $items) % (SELECT count(*) FROM people), 'answer.given',
       'answer:' || (i + 1), '{}', '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff',
       '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'
FROM n;

WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $visits)
INSERT INTO audit (chain, seq, at, person_id, action, subject, details, digest, hash)
SELECT 'visit:' || ($before + 1 + i), 1 + $items, '2026-03-01 09:00:00',
       (SELECT min(id) FROM people) + i % (SELECT count(*) FROM people), 'visit.submitted',
       'visit:' || ($before + 1 + i), '{}', '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff',
       '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'
FROM n;

WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $visits)
INSERT INTO chains (chain, links, covered)
SELECT 'visit:' || ($before + 1 + i), 1 + $items, 0
FROM n;

WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $young)
INSERT INTO inbox (source, update_id, chat_id, received_at, state, attempts)
SELECT 'telegram', i + 1, 1, CURRENT_TIMESTAMP, 'done', 0
FROM n;

WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $young)
INSERT INTO outbox (chat_id, priority, state, attempts, created_at, settled_at, message_id)
SELECT 1, 0, 'sent', 0, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, i
FROM n
