"""How the demo company brings its services back: a recovery plan, runbooks, and a scenario to practise with."""

from typing import Final

_PAYMENTS: Final = """\
rto = "1h"
rpo = "15m"
strategy = "standby"
notes = "The standby in hall 2 takes over; tills queue card payments for 20 minutes by themselves."

[[steps]]
stage = "identify"
text = "Which node, since when, which tills? Compare pay-api and pay-db on the payments board"
owner = "operations"
target = "5m"

[[steps]]
stage = "mobilise"
text = "Call the payment provider's hotline and open a case"
owner = "communications"
target = "10m"

[[steps]]
stage = "restore"
text = "Stop the writers on pay-db-01"
owner = "operations"
target = "20m"
verify = "systemctl is-active pay-writer"
rollback = "systemctl start pay-writer"

[[steps]]
stage = "restore"
text = "Promote the standby pay-db-02"
owner = "operations"
target = "30m"
verify = "pg_isready -h pay-db-02"
rollback = "pg_ctl demote"

[[steps]]
stage = "verify"
text = "Test payment at a till and in the shop; compare the last booking with the provider"
owner = "operations"
target = "45m"

[[steps]]
stage = "confirm"
text = "The head of stores confirms that all tills take cards again"
owner = "commander"
target = "55m"
"""
_FAILOVER: Final = """\
name = "Database failover"
services = ["payments", "erp"]
severities = ["SEV1", "SEV2"]

[[steps]]
text = "Is the replica no more than a minute behind?"
verify = "psql -h pay-db-02 -c 'select now() - pg_last_xact_replay_timestamp()'"

[[steps]]
text = "Fence the old primary before anything is promoted"

[[steps]]
text = "Point the service name to the new primary"
verify = "dig +short pay-db"
"""
_NETWORK: Final = """\
name = "Branch without network"
categories = ["network"]
severities = ["SEV1", "SEV2", "SEV3"]

[[steps]]
text = "Router lights by phone: power, line, LAN"

[[steps]]
text = "Ask the carrier for a line test"

[[steps]]
text = "Send the LTE box if the carrier needs longer than two hours"
"""
PLANS: Final = {"payments": _PAYMENTS}
RUNBOOKS: Final = {"database-failover": _FAILOVER, "branch-network": _NETWORK}
SCENARIO: Final = """\
title = "Payment database lost on a Saturday"
severity = "SEV1"
service = "payments"
pace = 10

[targets]
acknowledged = "5m"
mitigated = "45m"

[[events]]
text = "PayDbDown: pay-db-01 does not answer"

[[events]]
at = "4m"
text = "PayApiErrors: 80 % of payments fail"

[[events]]
at = "12m"
kind = "note"
text = "Branch Hafen calls: queues at all tills"

[[events]]
at = "25m"
text = "PayDbReplicaLag: pay-db-02 is 40 s behind"
"""
