-- On-call, escalation, events, incidents, notifications; timers of anything.

CREATE TABLE alert_memory (
	alert_id INTEGER NOT NULL,
	told INTEGER NOT NULL,
	last_at INTEGER NOT NULL,
	document VARCHAR NOT NULL,
	CONSTRAINT pk_alert_memory PRIMARY KEY (alert_id)
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

CREATE TABLE runbook (
	id INTEGER NOT NULL,
	code VARCHAR(64) NOT NULL,
	name VARCHAR(255) NOT NULL,
	document VARCHAR NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_runbook PRIMARY KEY (id),
	CONSTRAINT uq_runbook_code UNIQUE (code)
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
