-- Written by `python -m helpdesk_tui.store.schema --write`; edit tables.py or extras.py.

CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

INSERT INTO alembic_version (version_num) VALUES ('0003');

CREATE TABLE alert_memory (
	alert_id INTEGER NOT NULL,
	told INTEGER NOT NULL,
	last_at INTEGER NOT NULL,
	document VARCHAR NOT NULL,
	CONSTRAINT pk_alert_memory PRIMARY KEY (alert_id)
);

CREATE TABLE batch (
	id VARCHAR(32) NOT NULL,
	verb VARCHAR(64) NOT NULL,
	started_at INTEGER NOT NULL,
	finished_at INTEGER,
	cursor INTEGER NOT NULL,
	source VARCHAR NOT NULL,
	CONSTRAINT pk_batch PRIMARY KEY (id)
);

CREATE TABLE blob (
	sha256 VARCHAR(64) NOT NULL,
	data BLOB NOT NULL,
	CONSTRAINT pk_blob PRIMARY KEY (sha256)
);

CREATE TABLE calendar_day (
	calendar VARCHAR(64) NOT NULL,
	day VARCHAR(10) NOT NULL,
	kind VARCHAR(8) NOT NULL,
	name VARCHAR(255) NOT NULL,
	source VARCHAR(64) NOT NULL,
	CONSTRAINT pk_calendar_day PRIMARY KEY (calendar, day)
);

CREATE TABLE counter (
	name VARCHAR(32) NOT NULL,
	value INTEGER NOT NULL,
	CONSTRAINT pk_counter PRIMARY KEY (name)
);

CREATE TABLE delivery (
	id VARCHAR(128) NOT NULL,
	expires_at INTEGER NOT NULL,
	CONSTRAINT pk_delivery PRIMARY KEY (id)
);

CREATE INDEX ix_delivery_expires_at ON delivery (expires_at);

CREATE TABLE event (
	id INTEGER NOT NULL,
	received_at INTEGER NOT NULL,
	source VARCHAR(32) NOT NULL,
	status VARCHAR(16) NOT NULL,
	severity VARCHAR(16) NOT NULL,
	what VARCHAR(16) NOT NULL,
	alert_id INTEGER,
	number INTEGER,
	digest VARCHAR(64) NOT NULL,
	document VARCHAR NOT NULL,
	CONSTRAINT pk_event PRIMARY KEY (id)
);

CREATE INDEX ix_event_alert ON event (alert_id, id);

CREATE INDEX ix_event_received ON event (received_at);

CREATE TABLE heartbeat (
	id VARCHAR(64) NOT NULL,
	kind VARCHAR(16) NOT NULL,
	started_at INTEGER NOT NULL,
	seen_at INTEGER NOT NULL,
	fired INTEGER NOT NULL,
	latest INTEGER NOT NULL,
	CONSTRAINT pk_heartbeat PRIMARY KEY (id)
);

CREATE TABLE journal (
	seq INTEGER NOT NULL,
	at INTEGER NOT NULL,
	recorded_at INTEGER NOT NULL,
	actor_id INTEGER,
	on_behalf_of INTEGER,
	origin VARCHAR(8) NOT NULL,
	verb VARCHAR(64) NOT NULL,
	subject_type VARCHAR(32) NOT NULL,
	subject INTEGER NOT NULL,
	batch VARCHAR(32),
	undoes INTEGER,
	ops VARCHAR NOT NULL,
	reasons VARCHAR NOT NULL,
	previous BLOB NOT NULL,
	hash BLOB NOT NULL,
	CONSTRAINT pk_journal PRIMARY KEY (seq)
);

CREATE INDEX ix_journal_actor ON journal (actor_id, seq);

CREATE INDEX ix_journal_batch ON journal (batch, seq) WHERE batch IS NOT NULL;

CREATE INDEX ix_journal_subject ON journal (subject_type, subject, at, seq);

CREATE INDEX ix_journal_undoes ON journal (undoes) WHERE undoes IS NOT NULL;

CREATE TABLE journal_head (
	id INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	hash BLOB NOT NULL,
	CONSTRAINT pk_journal_head PRIMARY KEY (id)
);

CREATE TABLE journal_text (
	seq INTEGER NOT NULL,
	vals VARCHAR NOT NULL,
	CONSTRAINT pk_journal_text PRIMARY KEY (seq)
);

CREATE TABLE meta (
	"key" VARCHAR(64) NOT NULL,
	value VARCHAR NOT NULL,
	CONSTRAINT pk_meta PRIMARY KEY ("key")
);

CREATE TABLE organisation (
	id INTEGER NOT NULL,
	name VARCHAR(255) NOT NULL,
	kind VARCHAR(16) NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_organisation PRIMARY KEY (id),
	CONSTRAINT uq_organisation_name UNIQUE (name)
);

CREATE TABLE outbox (
	id INTEGER NOT NULL,
	dedupe VARCHAR(128) NOT NULL,
	seq INTEGER NOT NULL,
	number INTEGER,
	person_id INTEGER,
	channel VARCHAR(16) NOT NULL,
	address VARCHAR(1000),
	severity INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	due_at INTEGER NOT NULL,
	state VARCHAR(16) NOT NULL,
	attempts INTEGER NOT NULL,
	taken_by VARCHAR(64) NOT NULL,
	taken_at INTEGER,
	sent_at INTEGER,
	error VARCHAR NOT NULL,
	document VARCHAR NOT NULL,
	CONSTRAINT pk_outbox PRIMARY KEY (id)
);

CREATE INDEX ix_outbox_due ON outbox (due_at, id) WHERE state = 'waiting';

CREATE INDEX ix_outbox_number ON outbox (number, id);

CREATE UNIQUE INDEX uq_outbox_dedupe ON outbox (dedupe);

CREATE TABLE person_key (
	"key" VARCHAR(64) NOT NULL,
	person_id INTEGER NOT NULL,
	CONSTRAINT pk_person_key PRIMARY KEY ("key", person_id)
)
 WITHOUT ROWID;

CREATE INDEX ix_person_key_person_id ON person_key (person_id);

CREATE TABLE policy_version (
	version INTEGER NOT NULL,
	document VARCHAR NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	applied_at INTEGER NOT NULL,
	note VARCHAR NOT NULL,
	CONSTRAINT pk_policy_version PRIMARY KEY (version)
);

CREATE TABLE presence (
	number INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	session VARCHAR(64) NOT NULL,
	activity VARCHAR(16) NOT NULL,
	seen_at INTEGER NOT NULL,
	CONSTRAINT pk_presence PRIMARY KEY (number, person_id, session)
);

CREATE TABLE runbook (
	id INTEGER NOT NULL,
	code VARCHAR(64) NOT NULL,
	name VARCHAR(255) NOT NULL,
	document VARCHAR NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_runbook PRIMARY KEY (id),
	CONSTRAINT uq_runbook_code UNIQUE (code)
);

CREATE TABLE tally (
	team_id INTEGER NOT NULL,
	assignee_id INTEGER NOT NULL,
	phase INTEGER NOT NULL,
	n INTEGER NOT NULL,
	CONSTRAINT pk_tally PRIMARY KEY (team_id, assignee_id, phase)
);

CREATE TABLE team (
	id INTEGER NOT NULL,
	code VARCHAR(64) NOT NULL,
	name VARCHAR(255) NOT NULL,
	strategy VARCHAR(16) NOT NULL,
	active BOOLEAN NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_team PRIMARY KEY (id),
	CONSTRAINT uq_team_code UNIQUE (code)
);

CREATE TABLE template (
	id INTEGER NOT NULL,
	code VARCHAR(64) NOT NULL,
	name VARCHAR(255) NOT NULL,
	language VARCHAR(16),
	body VARCHAR NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_template PRIMARY KEY (id),
	CONSTRAINT uq_template_code UNIQUE (code)
);

CREATE TABLE timer (
	subject_type VARCHAR(32) NOT NULL,
	subject INTEGER NOT NULL,
	kind VARCHAR(32) NOT NULL,
	due_at INTEGER NOT NULL,
	fired_at INTEGER,
	CONSTRAINT pk_timer PRIMARY KEY (subject_type, subject, kind)
);

CREATE INDEX ix_timer_due ON timer (due_at) WHERE fired_at IS NULL;

CREATE TABLE on_call_schedule (
	id INTEGER NOT NULL,
	code VARCHAR(64) NOT NULL,
	name VARCHAR(255) NOT NULL,
	tz VARCHAR(64) NOT NULL,
	team_id INTEGER,
	active BOOLEAN NOT NULL,
	document VARCHAR NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_on_call_schedule PRIMARY KEY (id),
	CONSTRAINT uq_on_call_schedule_code UNIQUE (code),
	CONSTRAINT fk_on_call_schedule_team_id FOREIGN KEY(team_id) REFERENCES team (id)
);

CREATE TABLE person (
	id INTEGER NOT NULL,
	name VARCHAR(255) NOT NULL,
	email VARCHAR(255),
	login VARCHAR(64),
	phone VARCHAR(64),
	initials VARCHAR(64),
	title VARCHAR(255),
	organisation_id INTEGER,
	language VARCHAR(16),
	vip BOOLEAN NOT NULL,
	agent BOOLEAN NOT NULL,
	active BOOLEAN NOT NULL,
	capacity INTEGER NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_person PRIMARY KEY (id),
	CONSTRAINT fk_person_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (id)
);

CREATE INDEX ix_person_name ON person (name);

CREATE INDEX ix_person_phone ON person (phone) WHERE phone IS NOT NULL;

CREATE UNIQUE INDEX uq_person_email ON person (lower(email)) WHERE email IS NOT NULL;

CREATE UNIQUE INDEX uq_person_login ON person (login) WHERE login IS NOT NULL;

CREATE TABLE service (
	id INTEGER NOT NULL,
	code VARCHAR(64) NOT NULL,
	name VARCHAR(255) NOT NULL,
	criticality INTEGER NOT NULL,
	team_id INTEGER,
	state VARCHAR(16) NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_service PRIMARY KEY (id),
	CONSTRAINT ck_service_criticality CHECK (criticality BETWEEN 1 AND 4),
	CONSTRAINT uq_service_code UNIQUE (code),
	CONSTRAINT fk_service_team_id FOREIGN KEY(team_id) REFERENCES team (id)
);

CREATE TABLE comment (
	id INTEGER NOT NULL,
	number INTEGER NOT NULL,
	kind VARCHAR(8) NOT NULL,
	author_id INTEGER,
	created_at INTEGER NOT NULL,
	channel VARCHAR(16) NOT NULL,
	body VARCHAR NOT NULL,
	CONSTRAINT pk_comment PRIMARY KEY (id),
	CONSTRAINT ck_comment_body CHECK (length(body) <= 1048576),
	CONSTRAINT ck_comment_number CHECK (number = id >> 20),
	CONSTRAINT fk_comment_author_id FOREIGN KEY(author_id) REFERENCES person (id)
);

CREATE TABLE configuration_item (
	id INTEGER NOT NULL,
	name VARCHAR(255) NOT NULL,
	ci_class VARCHAR(64) NOT NULL,
	status VARCHAR(32) NOT NULL,
	service_id INTEGER,
	owner_id INTEGER,
	attributes VARCHAR,
	version INTEGER NOT NULL,
	CONSTRAINT pk_configuration_item PRIMARY KEY (id),
	CONSTRAINT uq_configuration_item_name UNIQUE (name),
	CONSTRAINT fk_configuration_item_service_id FOREIGN KEY(service_id) REFERENCES service (id),
	CONSTRAINT fk_configuration_item_owner_id FOREIGN KEY(owner_id) REFERENCES person (id)
);

CREATE INDEX ix_configuration_item_owner_id ON configuration_item (owner_id);

CREATE TABLE maintenance_window (
	id INTEGER NOT NULL,
	title VARCHAR(255) NOT NULL,
	start_at INTEGER NOT NULL,
	end_at INTEGER NOT NULL,
	change_number INTEGER,
	author_id INTEGER,
	withdrawn_at INTEGER,
	document VARCHAR NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_maintenance_window PRIMARY KEY (id),
	CONSTRAINT fk_maintenance_window_author_id FOREIGN KEY(author_id) REFERENCES person (id)
);

CREATE INDEX ix_maintenance_window_end ON maintenance_window (end_at);

CREATE TABLE notification_rule (
	id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	channel VARCHAR(16) NOT NULL,
	address VARCHAR(1000),
	severity INTEGER NOT NULL,
	quiet_from INTEGER,
	quiet_to INTEGER,
	quiet_severity INTEGER NOT NULL,
	tz VARCHAR(64) NOT NULL,
	active BOOLEAN NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_notification_rule PRIMARY KEY (id),
	CONSTRAINT fk_notification_rule_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE INDEX ix_notification_rule_person_id ON notification_rule (person_id);

CREATE TABLE on_call_change (
	id INTEGER NOT NULL,
	schedule_id INTEGER NOT NULL,
	kind VARCHAR(16) NOT NULL,
	state VARCHAR(16) NOT NULL,
	start_at INTEGER NOT NULL,
	end_at INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	author_id INTEGER,
	note VARCHAR NOT NULL,
	document VARCHAR NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_on_call_change PRIMARY KEY (id),
	CONSTRAINT fk_on_call_change_schedule_id FOREIGN KEY(schedule_id) REFERENCES on_call_schedule (id),
	CONSTRAINT fk_on_call_change_author_id FOREIGN KEY(author_id) REFERENCES person (id)
);

CREATE INDEX ix_on_call_change_schedule ON on_call_change (schedule_id, end_at);

CREATE TABLE person_role (
	person_id INTEGER NOT NULL,
	role VARCHAR(32) NOT NULL,
	CONSTRAINT pk_person_role PRIMARY KEY (person_id, role),
	CONSTRAINT fk_person_role_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE TABLE person_skill (
	person_id INTEGER NOT NULL,
	skill VARCHAR(64) NOT NULL,
	level INTEGER NOT NULL,
	CONSTRAINT pk_person_skill PRIMARY KEY (person_id, skill),
	CONSTRAINT fk_person_skill_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE TABLE recovery_plan (
	id INTEGER NOT NULL,
	service_id INTEGER NOT NULL,
	rto INTEGER,
	rpo INTEGER,
	strategy VARCHAR(16) NOT NULL,
	last_good_at INTEGER,
	last_good_source VARCHAR(255) NOT NULL,
	document VARCHAR NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_recovery_plan PRIMARY KEY (id),
	CONSTRAINT uq_recovery_plan_service_id UNIQUE (service_id),
	CONSTRAINT fk_recovery_plan_service_id FOREIGN KEY(service_id) REFERENCES service (id)
);

CREATE TABLE saved_view (
	id INTEGER NOT NULL,
	code VARCHAR(64) NOT NULL,
	label VARCHAR(255) NOT NULL,
	owner_id INTEGER,
	"query" VARCHAR NOT NULL,
	columns VARCHAR,
	position INTEGER NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_saved_view PRIMARY KEY (id),
	CONSTRAINT uq_saved_view_code UNIQUE (code),
	CONSTRAINT fk_saved_view_owner_id FOREIGN KEY(owner_id) REFERENCES person (id)
);

CREATE TABLE team_member (
	team_id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	lead BOOLEAN NOT NULL,
	CONSTRAINT pk_team_member PRIMARY KEY (team_id, person_id),
	CONSTRAINT fk_team_member_team_id FOREIGN KEY(team_id) REFERENCES team (id),
	CONSTRAINT fk_team_member_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE INDEX ix_team_member_person_id ON team_member (person_id);

CREATE TABLE ci_relation (
	ci_id INTEGER NOT NULL,
	type VARCHAR(32) NOT NULL,
	other_id INTEGER NOT NULL,
	CONSTRAINT pk_ci_relation PRIMARY KEY (ci_id, type, other_id),
	CONSTRAINT fk_ci_relation_ci_id FOREIGN KEY(ci_id) REFERENCES configuration_item (id),
	CONSTRAINT fk_ci_relation_other_id FOREIGN KEY(other_id) REFERENCES configuration_item (id)
);

CREATE INDEX ix_ci_relation_other_id ON ci_relation (other_id);

CREATE TABLE ticket (
	number INTEGER NOT NULL,
	kind VARCHAR(16) NOT NULL,
	state VARCHAR(32) NOT NULL,
	phase INTEGER NOT NULL,
	priority INTEGER NOT NULL,
	impact INTEGER NOT NULL,
	urgency INTEGER NOT NULL,
	title VARCHAR NOT NULL,
	service_id INTEGER,
	team_id INTEGER,
	assignee_id INTEGER,
	requester_id INTEGER,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	due_at INTEGER NOT NULL,
	warn_at INTEGER NOT NULL,
	sla_run VARCHAR(8) NOT NULL,
	major BOOLEAN NOT NULL,
	version INTEGER NOT NULL,
	category VARCHAR(64),
	channel VARCHAR(16) NOT NULL,
	pinned BOOLEAN NOT NULL,
	deleted_at INTEGER,
	merged_into INTEGER,
	parent_number INTEGER,
	ci_id INTEGER,
	organisation_id INTEGER,
	external_id VARCHAR(255),
	language VARCHAR(16),
	severity INTEGER,
	moscow VARCHAR(8),
	demand VARCHAR,
	affected_users INTEGER,
	pending_until INTEGER,
	first_response_at INTEGER,
	resolved_at INTEGER,
	closed_at INTEGER,
	response_due_at INTEGER,
	update_due_at INTEGER,
	resolution_due_at INTEGER,
	sla_plan VARCHAR(64),
	reopen_count INTEGER NOT NULL,
	reassignment_count INTEGER NOT NULL,
	policy_version INTEGER,
	comment_seq INTEGER NOT NULL,
	resolution_code VARCHAR(64),
	cause VARCHAR,
	resolution VARCHAR,
	description VARCHAR NOT NULL,
	sensitive BOOLEAN,
	lift VARCHAR,
	CONSTRAINT pk_ticket PRIMARY KEY (number),
	CONSTRAINT ck_ticket_phase CHECK (phase BETWEEN 0 AND 4),
	CONSTRAINT ck_ticket_priority CHECK (priority BETWEEN 1 AND 4),
	CONSTRAINT ck_ticket_impact CHECK (impact BETWEEN 1 AND 3),
	CONSTRAINT ck_ticket_urgency CHECK (urgency BETWEEN 1 AND 3),
	CONSTRAINT ck_ticket_title CHECK (length(title) <= 10000),
	CONSTRAINT ck_ticket_description CHECK (length(description) <= 1048576),
	CONSTRAINT fk_ticket_service_id FOREIGN KEY(service_id) REFERENCES service (id),
	CONSTRAINT fk_ticket_team_id FOREIGN KEY(team_id) REFERENCES team (id),
	CONSTRAINT fk_ticket_assignee_id FOREIGN KEY(assignee_id) REFERENCES person (id),
	CONSTRAINT fk_ticket_requester_id FOREIGN KEY(requester_id) REFERENCES person (id),
	CONSTRAINT fk_ticket_ci_id FOREIGN KEY(ci_id) REFERENCES configuration_item (id),
	CONSTRAINT fk_ticket_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (id)
);

CREATE INDEX ix_ticket_assignee ON ticket (assignee_id, -priority, due_at, number) WHERE phase < 3 AND deleted_at IS NULL;

CREATE INDEX ix_ticket_ci ON ticket (ci_id, number) WHERE ci_id IS NOT NULL;

CREATE INDEX ix_ticket_created ON ticket (created_at, number);

CREATE INDEX ix_ticket_due ON ticket (due_at, number, sla_run, phase, deleted_at) WHERE phase < 3 AND deleted_at IS NULL;

CREATE INDEX ix_ticket_merged ON ticket (merged_into) WHERE merged_into IS NOT NULL;

CREATE INDEX ix_ticket_parent ON ticket (parent_number) WHERE parent_number IS NOT NULL;

CREATE INDEX ix_ticket_queue ON ticket (-priority, due_at, number) WHERE phase < 3 AND deleted_at IS NULL;

CREATE INDEX ix_ticket_requester ON ticket (requester_id, number);

CREATE INDEX ix_ticket_sensitive ON ticket (number, requester_id, assignee_id, sensitive) WHERE sensitive IS NOT NULL;

CREATE INDEX ix_ticket_service ON ticket (service_id, number) WHERE service_id IS NOT NULL;

CREATE INDEX ix_ticket_team ON ticket (team_id, -priority, due_at, number) WHERE phase < 3 AND deleted_at IS NULL;

CREATE INDEX ix_ticket_updated ON ticket (updated_at, number);

CREATE UNIQUE INDEX uq_ticket_external ON ticket (external_id) WHERE external_id IS NOT NULL;

CREATE TABLE alert_group (
	id INTEGER NOT NULL,
	"key" VARCHAR(64) NOT NULL,
	number INTEGER,
	first_at INTEGER NOT NULL,
	last_at INTEGER NOT NULL,
	document VARCHAR NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_alert_group PRIMARY KEY (id),
	CONSTRAINT fk_alert_group_number FOREIGN KEY(number) REFERENCES ticket (number)
);

CREATE INDEX ix_alert_group_key ON alert_group ("key", last_at);

CREATE INDEX ix_alert_group_number ON alert_group (number);

CREATE TABLE attachment (
	id INTEGER NOT NULL,
	number INTEGER NOT NULL,
	comment_id INTEGER,
	name VARCHAR(255) NOT NULL,
	media_type VARCHAR(255) NOT NULL,
	size INTEGER NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	author_id INTEGER,
	created_at INTEGER NOT NULL,
	CONSTRAINT pk_attachment PRIMARY KEY (id),
	CONSTRAINT fk_attachment_number FOREIGN KEY(number) REFERENCES ticket (number),
	CONSTRAINT fk_attachment_author_id FOREIGN KEY(author_id) REFERENCES person (id)
);

CREATE INDEX ix_attachment_number ON attachment (number);

CREATE TABLE checklist_item (
	id INTEGER NOT NULL,
	number INTEGER NOT NULL,
	position INTEGER NOT NULL,
	text VARCHAR(1000) NOT NULL,
	done_at INTEGER,
	done_by INTEGER,
	CONSTRAINT pk_checklist_item PRIMARY KEY (id),
	CONSTRAINT fk_checklist_item_number FOREIGN KEY(number) REFERENCES ticket (number),
	CONSTRAINT fk_checklist_item_done_by FOREIGN KEY(done_by) REFERENCES person (id)
);

CREATE INDEX ix_checklist_item_number ON checklist_item (number);

CREATE TABLE escalation (
	id INTEGER NOT NULL,
	number INTEGER NOT NULL,
	policy VARCHAR(64) NOT NULL,
	severity INTEGER NOT NULL,
	state VARCHAR(16) NOT NULL,
	level INTEGER NOT NULL,
	pass_no INTEGER NOT NULL,
	started_at INTEGER NOT NULL,
	next_at INTEGER,
	acknowledged_at INTEGER,
	activity_at INTEGER,
	ended_at INTEGER,
	document VARCHAR NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_escalation PRIMARY KEY (id),
	CONSTRAINT fk_escalation_number FOREIGN KEY(number) REFERENCES ticket (number)
);

CREATE INDEX ix_escalation_live ON escalation (number) WHERE ended_at IS NULL;

CREATE INDEX ix_escalation_number ON escalation (number);

CREATE TABLE incident (
	number INTEGER NOT NULL,
	nature VARCHAR(16) NOT NULL,
	severity INTEGER NOT NULL,
	impact_started_at INTEGER,
	detected_at INTEGER,
	declared_at INTEGER,
	acknowledged_at INTEGER,
	engaged_at INTEGER,
	mitigated_at INTEGER,
	resolved_at INTEGER,
	closed_at INTEGER,
	internal_due_at INTEGER,
	external_due_at INTEGER,
	rto INTEGER,
	rpo INTEGER,
	rto_from INTEGER,
	rto_warn_at INTEGER,
	rto_due_at INTEGER,
	drill_at INTEGER,
	last_good_at INTEGER,
	recurrence_of INTEGER,
	document VARCHAR NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_incident PRIMARY KEY (number),
	CONSTRAINT ck_incident_severity CHECK (severity BETWEEN 1 AND 5),
	CONSTRAINT fk_incident_number FOREIGN KEY(number) REFERENCES ticket (number)
);

CREATE TABLE incident_entry (
	id INTEGER NOT NULL,
	number INTEGER NOT NULL,
	uid VARCHAR(64) NOT NULL,
	kind VARCHAR(16) NOT NULL,
	occurred_at INTEGER NOT NULL,
	recorded_at INTEGER NOT NULL,
	author_id INTEGER,
	source VARCHAR(32) NOT NULL,
	pinned BOOLEAN NOT NULL,
	struck_at INTEGER,
	body VARCHAR NOT NULL,
	document VARCHAR NOT NULL,
	CONSTRAINT pk_incident_entry PRIMARY KEY (id),
	CONSTRAINT fk_incident_entry_number FOREIGN KEY(number) REFERENCES ticket (number),
	CONSTRAINT uq_incident_entry_uid UNIQUE (uid),
	CONSTRAINT fk_incident_entry_author_id FOREIGN KEY(author_id) REFERENCES person (id)
);

CREATE INDEX ix_incident_entry_number ON incident_entry (number, occurred_at, id);

CREATE TABLE incident_role (
	id INTEGER NOT NULL,
	number INTEGER NOT NULL,
	role VARCHAR(16) NOT NULL,
	person_id INTEGER NOT NULL,
	offered_at INTEGER NOT NULL,
	offered_by INTEGER,
	accepted_at INTEGER,
	ended_at INTEGER,
	CONSTRAINT pk_incident_role PRIMARY KEY (id),
	CONSTRAINT fk_incident_role_number FOREIGN KEY(number) REFERENCES ticket (number),
	CONSTRAINT fk_incident_role_person_id FOREIGN KEY(person_id) REFERENCES person (id),
	CONSTRAINT fk_incident_role_offered_by FOREIGN KEY(offered_by) REFERENCES person (id)
);

CREATE INDEX ix_incident_role_number ON incident_role (number);

CREATE INDEX ix_incident_role_standing ON incident_role (person_id, number) WHERE ended_at IS NULL;

CREATE TABLE incident_step (
	id INTEGER NOT NULL,
	number INTEGER NOT NULL,
	"plan" VARCHAR(64) NOT NULL,
	stage VARCHAR(16) NOT NULL,
	position INTEGER NOT NULL,
	text VARCHAR(1000) NOT NULL,
	owner_id INTEGER,
	role VARCHAR(16) NOT NULL,
	target INTEGER,
	verify VARCHAR NOT NULL,
	"rollback" VARCHAR NOT NULL,
	begun_at INTEGER,
	done_at INTEGER,
	done_by INTEGER,
	skipped BOOLEAN NOT NULL,
	note VARCHAR NOT NULL,
	CONSTRAINT pk_incident_step PRIMARY KEY (id),
	CONSTRAINT fk_incident_step_number FOREIGN KEY(number) REFERENCES ticket (number),
	CONSTRAINT fk_incident_step_owner_id FOREIGN KEY(owner_id) REFERENCES person (id),
	CONSTRAINT fk_incident_step_done_by FOREIGN KEY(done_by) REFERENCES person (id)
);

CREATE INDEX ix_incident_step_number ON incident_step (number);

CREATE TABLE incident_task (
	id INTEGER NOT NULL,
	number INTEGER NOT NULL,
	kind VARCHAR(8) NOT NULL,
	type VARCHAR(16) NOT NULL,
	text VARCHAR(1000) NOT NULL,
	owner_id INTEGER,
	created_at INTEGER NOT NULL,
	due_at INTEGER,
	done_at INTEGER,
	done_by INTEGER,
	result_number INTEGER,
	CONSTRAINT pk_incident_task PRIMARY KEY (id),
	CONSTRAINT fk_incident_task_number FOREIGN KEY(number) REFERENCES ticket (number),
	CONSTRAINT fk_incident_task_owner_id FOREIGN KEY(owner_id) REFERENCES person (id),
	CONSTRAINT fk_incident_task_done_by FOREIGN KEY(done_by) REFERENCES person (id)
);

CREATE INDEX ix_incident_task_number ON incident_task (number);

CREATE INDEX ix_incident_task_result ON incident_task (result_number) WHERE result_number IS NOT NULL;

CREATE TABLE incident_update (
	id INTEGER NOT NULL,
	number INTEGER NOT NULL,
	at INTEGER NOT NULL,
	author_id INTEGER,
	severity INTEGER NOT NULL,
	internal VARCHAR NOT NULL,
	internal_zh VARCHAR NOT NULL,
	external VARCHAR NOT NULL,
	external_zh VARCHAR NOT NULL,
	document VARCHAR NOT NULL,
	CONSTRAINT pk_incident_update PRIMARY KEY (id),
	CONSTRAINT fk_incident_update_number FOREIGN KEY(number) REFERENCES ticket (number),
	CONSTRAINT fk_incident_update_author_id FOREIGN KEY(author_id) REFERENCES person (id)
);

CREATE INDEX ix_incident_update_number ON incident_update (number);

CREATE TABLE link (
	number INTEGER NOT NULL,
	type VARCHAR(16) NOT NULL,
	other INTEGER NOT NULL,
	CONSTRAINT pk_link PRIMARY KEY (number, type, other),
	CONSTRAINT fk_link_number FOREIGN KEY(number) REFERENCES ticket (number),
	CONSTRAINT fk_link_other FOREIGN KEY(other) REFERENCES ticket (number)
);

CREATE INDEX ix_link_other ON link (other);

CREATE TABLE review (
	number INTEGER NOT NULL,
	state VARCHAR(16) NOT NULL,
	owner_id INTEGER,
	created_at INTEGER NOT NULL,
	due_at INTEGER,
	approved_at INTEGER,
	approved_by INTEGER,
	published_at INTEGER,
	waived_at INTEGER,
	waived_by INTEGER,
	waiver VARCHAR NOT NULL,
	document VARCHAR NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_review PRIMARY KEY (number),
	CONSTRAINT fk_review_number FOREIGN KEY(number) REFERENCES ticket (number),
	CONSTRAINT fk_review_owner_id FOREIGN KEY(owner_id) REFERENCES person (id),
	CONSTRAINT fk_review_approved_by FOREIGN KEY(approved_by) REFERENCES person (id),
	CONSTRAINT fk_review_waived_by FOREIGN KEY(waived_by) REFERENCES person (id)
);

CREATE TABLE ticket_tag (
	number INTEGER NOT NULL,
	tag VARCHAR(64) NOT NULL,
	CONSTRAINT pk_ticket_tag PRIMARY KEY (number, tag),
	CONSTRAINT fk_ticket_tag_number FOREIGN KEY(number) REFERENCES ticket (number)
);

CREATE INDEX ix_ticket_tag_tag ON ticket_tag (tag);

CREATE TABLE time_entry (
	id INTEGER NOT NULL,
	number INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	at INTEGER NOT NULL,
	seconds INTEGER NOT NULL,
	note VARCHAR NOT NULL,
	CONSTRAINT pk_time_entry PRIMARY KEY (id),
	CONSTRAINT fk_time_entry_number FOREIGN KEY(number) REFERENCES ticket (number),
	CONSTRAINT fk_time_entry_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE INDEX ix_time_entry_number ON time_entry (number);

CREATE TABLE watcher (
	number INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	CONSTRAINT pk_watcher PRIMARY KEY (number, person_id),
	CONSTRAINT fk_watcher_number FOREIGN KEY(number) REFERENCES ticket (number),
	CONSTRAINT fk_watcher_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE INDEX ix_watcher_person_id ON watcher (person_id);

CREATE TABLE alert (
	id INTEGER NOT NULL,
	identity VARCHAR(64) NOT NULL,
	source VARCHAR(32) NOT NULL,
	instance VARCHAR(255) NOT NULL,
	"key" VARCHAR NOT NULL,
	state VARCHAR(16) NOT NULL,
	severity VARCHAR(16) NOT NULL,
	summary VARCHAR NOT NULL,
	service_id INTEGER,
	ci_id INTEGER,
	group_id INTEGER,
	number INTEGER,
	opened_at INTEGER,
	resolved_at INTEGER,
	changed_at INTEGER NOT NULL,
	document VARCHAR NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_alert PRIMARY KEY (id),
	CONSTRAINT fk_alert_service_id FOREIGN KEY(service_id) REFERENCES service (id),
	CONSTRAINT fk_alert_ci_id FOREIGN KEY(ci_id) REFERENCES configuration_item (id),
	CONSTRAINT fk_alert_group_id FOREIGN KEY(group_id) REFERENCES alert_group (id),
	CONSTRAINT fk_alert_number FOREIGN KEY(number) REFERENCES ticket (number)
);

CREATE INDEX ix_alert_changed ON alert (changed_at);

CREATE INDEX ix_alert_group ON alert (group_id) WHERE group_id IS NOT NULL;

CREATE INDEX ix_alert_number ON alert (number) WHERE number IS NOT NULL;

CREATE INDEX ix_alert_open ON alert (state, changed_at) WHERE state <> 'resolved';

CREATE UNIQUE INDEX uq_alert_identity ON alert (identity);

CREATE VIRTUAL TABLE search_text USING fts5(
	title, body, content='', tokenize='unicode61 remove_diacritics 2'
);

CREATE VIRTUAL TABLE search_note USING fts5(
	body, content='', tokenize='unicode61 remove_diacritics 2'
);

CREATE VIRTUAL TABLE search_text_terms USING fts5vocab(search_text, 'row');

CREATE TRIGGER ticket_tally_insert AFTER INSERT ON ticket
BEGIN
	INSERT INTO tally (team_id, assignee_id, phase, n)
	SELECT ifnull(new.team_id, 0), ifnull(new.assignee_id, 0), new.phase, 1 WHERE new.deleted_at IS NULL
	ON CONFLICT (team_id, assignee_id, phase) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER ticket_tally_delete AFTER DELETE ON ticket
BEGIN
	UPDATE tally SET n = n - 1
	WHERE team_id = ifnull(old.team_id, 0) AND assignee_id = ifnull(old.assignee_id, 0) AND phase = old.phase
	AND old.deleted_at IS NULL;
END;

CREATE TRIGGER ticket_tally_update AFTER UPDATE OF team_id, assignee_id, phase, deleted_at ON ticket
WHEN old.phase IS NOT new.phase OR old.team_id IS NOT new.team_id OR old.assignee_id IS NOT new.assignee_id
	OR (old.deleted_at IS NULL) IS NOT (new.deleted_at IS NULL)
BEGIN
	UPDATE tally SET n = n - 1
	WHERE team_id = ifnull(old.team_id, 0) AND assignee_id = ifnull(old.assignee_id, 0) AND phase = old.phase
	AND old.deleted_at IS NULL;
	INSERT INTO tally (team_id, assignee_id, phase, n)
	SELECT ifnull(new.team_id, 0), ifnull(new.assignee_id, 0), new.phase, 1 WHERE new.deleted_at IS NULL
	ON CONFLICT (team_id, assignee_id, phase) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal
BEGIN
	SELECT RAISE(ABORT, 'the journal is append-only');
END;

CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal
BEGIN
	SELECT RAISE(ABORT, 'the journal is append-only');
END;

CREATE TRIGGER journal_no_replace BEFORE INSERT ON journal WHEN EXISTS (SELECT 1 FROM journal WHERE seq = new.seq)
BEGIN
	SELECT RAISE(ABORT, 'the journal is append-only');
END;

INSERT INTO journal_head (id, seq, hash) VALUES (1, 0, zeroblob(32));

INSERT INTO meta ("key", value) VALUES ('tokeniser', '1');

PRAGMA application_id = 1214542699;

PRAGMA user_version = 3;
