-- Ways to tamper with a database past everything, and what each is found to be: `-- what was done: fault, or fault`.
-- The visit is number 1; its links 2 to 5 and its answers are those of tests/storage/vault/test_custody.py.

-- an answer changed: content changed
UPDATE answers SET value = 'forged' WHERE id = (SELECT min(id) + $answer FROM answers);

-- an answer given to somebody else: content changed
UPDATE answers SET by_id = 3 - by_id WHERE id = (SELECT min(id) + $answer FROM answers);

-- an answer dated back: content changed
UPDATE answers SET at = '2026-01-01 08:00:00' WHERE id = (SELECT min(id) + $answer FROM answers);

-- an answer deleted: content gone
DELETE FROM answers WHERE id = (SELECT min(id) + $answer FROM answers);

-- an answer put in: content unrecorded
INSERT INTO answers (visit_id, path, value, by_id, at) VALUES (1, '/data/x1', 'yes', 1, '2026-10-16 08:00:00');

-- an older answer made the current one: content order
UPDATE answers SET superseded_at = at WHERE path = '/data/i0' AND superseded_at IS NULL;
UPDATE answers SET superseded_at = NULL WHERE id = (SELECT min(id) FROM answers WHERE path = '/data/i0');

-- an answer hidden: content order
UPDATE answers SET superseded_at = at WHERE path = '/data/i1' AND superseded_at IS NULL;

-- two answers swapped: content changed
UPDATE answers SET value = CASE path WHEN '/data/i1' THEN 'yes0.3' ELSE 'yes0.1' END WHERE path IN ('/data/i1',
    '/data/i3');

-- a photo laid elsewhere: content changed
UPDATE evidence SET path = '/data/i3';

-- a caption changed: content changed
UPDATE evidence SET caption = 'x1';

-- another file put in its place: content changed
UPDATE evidence SET blob_sha256 = 'cd';

-- a photo removed silently: content changed
UPDATE evidence SET removed_at = sent_at, removed_why = '';

-- a photo deleted: content gone
DELETE FROM evidence;

-- a visit taken back silently: content changed
UPDATE visits SET submitted_by = 2;

-- a link changed: changed
UPDATE audit SET person_id = 3 - COALESCE(person_id, 1) WHERE chain = 'visit:1' AND seq = $link;

-- a link dated back: changed
UPDATE audit SET at = '2026-01-01 08:00:00' WHERE chain = 'visit:1' AND seq = $link;

-- a link's words changed: changed
UPDATE audit SET action = 'visit.withdrawn' WHERE chain = 'visit:1' AND seq = $link;

-- a link's details changed: changed
UPDATE audit SET details = '{"n": 1}' WHERE chain = 'visit:1' AND seq = $link;

-- a digest changed: changed
UPDATE audit SET digest = 'ab' WHERE chain = 'visit:1' AND seq = $link;

-- a link deleted: removed
DELETE FROM audit WHERE chain = 'visit:1' AND seq = $link;

-- a link deleted and the rest moved up: changed
DELETE FROM audit WHERE chain = 'visit:1' AND seq = 3;
UPDATE audit SET seq = 100 + seq WHERE chain = 'visit:1' AND seq > 3;
UPDATE audit SET seq = seq - 101 WHERE seq > 100;
UPDATE chains SET links = links - 1 WHERE chain = 'visit:1';

-- a link put in: changed
UPDATE audit SET seq = 100 + seq WHERE chain = 'visit:1' AND seq > 3;
INSERT INTO audit (chain, seq, at, action, subject, details, digest, hash) VALUES ('visit:1', 4, '2026-10-16
    08:00:00', 'visit.seen', 'visit:1', '{}', '', 'ab');
UPDATE audit SET seq = seq - 99 WHERE seq > 100;
UPDATE chains SET links = links + 1 WHERE chain = 'visit:1';

-- two links swapped: changed
UPDATE audit SET seq = 100 WHERE chain = 'visit:1' AND seq = 3;
UPDATE audit SET seq = 3 WHERE chain = 'visit:1' AND seq = 4;
UPDATE audit SET seq = 4 WHERE seq = 100;

-- the tail cut: cut
DELETE FROM answers WHERE id = (SELECT max(id) FROM answers);
DELETE FROM audit WHERE chain = 'visit:1' AND seq = (SELECT max(seq) FROM audit WHERE chain = 'visit:1');

-- a whole visit deleted: gone
DELETE FROM answers;
DELETE FROM evidence;
DELETE FROM visits;
DELETE FROM audit WHERE chain = 'visit:1';
DELETE FROM chains WHERE chain = 'visit:1';

-- a chain no longer counted: cut, or unknown
DELETE FROM chains WHERE chain = 'visit:1';

-- a chain made up: changed
INSERT INTO chains (chain, links, covered) VALUES ('visit:9', 1, 0);
INSERT INTO audit (chain, seq, at, action, subject, details, digest, hash) VALUES ('visit:9', 1, '2026-10-16
    08:00:00', 'x', 'x', '{}', '', 'ab');

-- the register cut: cut, or unknown
DELETE FROM audit WHERE chain = 'register';

-- a visit put in without a chain: content unrecorded
INSERT INTO visits (unit_id, group_id, form_version_id, state, created_at, changes) SELECT unit_id, group_id,
    form_version_id, state, created_at, 1 FROM visits;

-- a chain copied under a name that is no visit's: changed
INSERT INTO chains (chain, links, covered) VALUES ('visit:1x', 1, 0);
INSERT INTO audit (chain, seq, at, action, subject, details, digest, hash)
    SELECT 'visit:1x', seq, at, action, subject, details, digest, hash FROM audit WHERE chain = 'visit:1' AND seq = 1;

-- how far the heads reach changed: head skips
UPDATE chains SET covered = covered + 9 WHERE chain = 'visit:1';
