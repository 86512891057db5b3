-- A small desk of schema 1: every table that a later revision may rebuild has children or parents here.

INSERT INTO organisation (id, name, kind, version) VALUES (1, 'Contoso', 'internal', 1);

INSERT INTO person (id, name, email, organisation_id, vip, agent, active, capacity, version) VALUES
	(1, 'Ada', 'ada@example.org', 1, 0, 1, 1, 8, 1), (2, '张伟', 'zhang@example.org', 1, 1, 0, 1, 8, 1);

INSERT INTO person_role (person_id, role) VALUES (1, 'administrator');

INSERT INTO team (id, code, name, strategy, active, version) VALUES
	(1, 'desk', 'Service desk', 'manual', 1, 1), (2, 'network', 'Network', 'least_loaded', 1, 3);

INSERT INTO team_member (team_id, person_id, lead) VALUES (1, 1, 1), (2, 1, 0);

INSERT INTO service (id, code, name, criticality, team_id, state, version) VALUES (1, 'vpn', 'VPN', 4, 2, 'live', 1);

INSERT INTO configuration_item (id, name, ci_class, status, service_id, owner_id, version) VALUES
	(1, 'fw-01', 'firewall', 'in_use', 1, 1, 1), (2, 'sw-07', 'switch', 'in_use', 1, NULL, 1);

INSERT INTO ci_relation (ci_id, type, other_id) VALUES (1, 'depends_on', 2);

INSERT INTO ticket (number, kind, state, phase, priority, impact, urgency, title, service_id, team_id, assignee_id,
	requester_id, created_at, updated_at, due_at, warn_at, sla_run, major, version, channel, pinned, ci_id,
	reopen_count, reassignment_count, comment_seq, description, deleted_at)
VALUES
	(1, 'incident', 'assigned', 1, 4, 3, 3, 'VPN down', 1, 2, 1, 2, 1000, 1000, 5000, 4000, 'running', 1, 2, 'mail', 0, 1,
		0, 0, 1, 'Nobody in Berlin gets in', NULL),
	(2, 'request', 'new', 0, 2, 1, 2, '打印机没有墨', NULL, 1, NULL, 2, 1100, 1100, 9000, 8000, 'running', 0, 1, 'cli', 0, NULL,
		0, 0, 0, '', NULL),
	(3, 'request', 'new', 0, 2, 1, 2, 'thrown away', NULL, 1, NULL, 2, 1200, 1200, 9000, 8000, 'running', 0, 1, 'cli', 0, NULL,
		0, 0, 0, '', 1300);

INSERT INTO comment (id, number, kind, author_id, created_at, channel, body) VALUES
	(1048577, 1, 'reply', 1, 1010, 'mail', 'We are on it');

INSERT INTO link (number, type, other) VALUES (1, 'related', 2);

INSERT INTO ticket_tag (number, tag) VALUES (1, 'berlin');

INSERT INTO watcher (number, person_id) VALUES (1, 2);

INSERT INTO search_text (rowid, title, body) VALUES (1048576, 'VPN down', 'Nobody in Berlin gets in');

INSERT INTO journal (seq, at, recorded_at, actor_id, origin, verb, subject_type, subject, ops, reasons, previous, hash)
VALUES (1, 1000, 1000, 1, 'cli', 'ticket.open', 'ticket', 1, '[]', '[]', zeroblob(32), randomblob(32));

UPDATE journal_head SET seq = 1, hash = (SELECT hash FROM journal WHERE seq = 1);
