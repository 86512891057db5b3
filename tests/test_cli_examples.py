"""The worked examples of every command's help run as they stand, on the demo desk.

What an example takes for granted (an open ticket, a merge to take back) is done before it by other commands; files are
laid ready in the folder, and absolute paths lie below it.
"""

import gzip
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpdesk_tui.cli.root import root
from helpdesk_tui.desk.demo.content_on_call import SCHEDULES
from helpdesk_tui.desk.demo.content_response import PLANS, RUNBOOKS, SCENARIO
from helpdesk_tui.desk.demoing import build_demo
from tests.cli_runner import Cli, Ended, copy_desk
from tools.closure import ROOT

NOW = 1_763_715_600  # 2025-11-21T09:00:00Z, a Friday
REOPENED = "helpdesk ticket reopen 1042 --reason 'it is back'"
PAGED = "helpdesk escalation page 1042 --to ben.fischer --reason 'needs a network engineer'"
OVERRIDE = "helpdesk oncall override payments --person ren.yuan --for 4h"
SWAP = "helpdesk oncall swap payments --for 4w --requester li.mingzhe"
AGAIN = "helpdesk ticket reopen 1043 --reason 'it is back'"
ROOM = "helpdesk incident declare --number 1043 --severity SEV2"
NOTED = "helpdesk incident note 1043 -m x"
RECOVER = "helpdesk incident recover 1043"
TASK = "helpdesk incident task 1043 'drain pay-api-01'"
DRAFTED = "helpdesk review draft 1043"
EDITED = "helpdesk review edit 1043 review.md"
REVIEW = "## Summary\nx\n## Impact\nx\n## Contributing factors\n- [process] x\n## Five whys\n1. x => x\n"
INCIDENT = ("show", "severity", "stamp", "note", "backfill", "role", "task", "update", "export", "impact")
BEFORE: dict[str, list[str]] = {
    "ticket take": [REOPENED, "helpdesk ticket assign 1042 ben.fischer"],
    "ticket state": [REOPENED, "helpdesk ticket pend 1042 --until 2d --reason 'part is ordered'"],
    "ticket pend": [REOPENED],
    "ticket resolve": [REOPENED],
    "ticket close": [REOPENED, "helpdesk ticket resolve 1042 -m 'replaced the cable'"],
    "ticket cancel": [REOPENED, "helpdesk ticket reopen 1043 --reason 'it is back'"],
    "ticket redact": ["helpdesk ticket note 1042 - < secret.txt", "helpdesk ticket note 1042 -m s3cret"],
    "ticket unmerge": ["helpdesk ticket merge 1043 1042"],
    "helpdesk ticket link INC-1042 INC-1040 --type caused_by --remove": [
        "helpdesk ticket link 1042 1040 --type caused_by"
    ],
    "helpdesk ticket watch INC-1042 --person ben.fischer --remove": ["helpdesk ticket watch 1042 --person ben.fischer"],
    "ticket attachments": ["helpdesk ticket attach 1042 screenshot.png"],
    "batch": [REOPENED, "helpdesk ticket assign 1042 ben.fischer"],
    "redo": ["helpdesk ticket tag 1042 vpn", "helpdesk undo"],
    "undo": ["helpdesk ticket tag 1042 vpn"],
    "view delete": ["helpdesk view save vpn 'is:open service:vpn'"],
    "people revoke": ["helpdesk people grant ben.fischer technical_support", "helpdesk people grant wang.fang auditor"],
    "people activate": ["helpdesk people deactivate ben.fischer", "helpdesk people deactivate '#7'"],
    "helpdesk team skill ben.fischer vpn 0 -o json": ["helpdesk team skill ben.fischer vpn 3"],
    "policy apply": ["helpdesk policy apply new.toml"],
    "helpdesk db restore /media/usb/desk-20261122T020000Z.db": [
        "helpdesk db backup /media/usb/desk-20261122T020000Z.db"
    ],
    "helpdesk db restore desk.enc --key-file /etc/helpdesk/backup.key --force -o json": [
        "helpdesk db backup desk.enc --key-file /etc/helpdesk/backup.key"
    ],
    "db archive": ["helpdesk db archive --older-than 1d --yes"],
    "db salvage": ["helpdesk db backup damaged.db", "helpdesk db backup /srv/desk/desk.db"],
    **{f"alert {deed}": ["helpdesk event ingest alert.json"] for deed in ("show", "ack", "resolve", "link", "unlink")},
    "alert unack": ["helpdesk event ingest alert.json", "helpdesk alert ack 1"],
    "helpdesk alert link 1 1042": ["helpdesk event ingest alert.json", REOPENED],
    "helpdesk alert link 1 INC-1042 -o json": ["helpdesk event ingest alert.json", REOPENED],
    "event show": ["helpdesk event ingest alert.json"],
    "maintenance end": ["helpdesk maintenance add 'Switch in hall 2' --ci 'sw-h2-*' --for 2h"],
    **{
        name: [REOPENED, PAGED]
        for name in ("escalation show", "escalation ack", "escalation page", "escalation hold", "ack")
    },
    "escalation unack": [REOPENED, PAGED, "helpdesk ack 1042"],
    "escalation release": [REOPENED, PAGED, "helpdesk escalation hold 1042 --until 2h --reason 'planned restart'"],
    **{name: [OVERRIDE, SWAP] for name in ("oncall take", "oncall withdraw")},
    "notify remove": ["helpdesk notify add webhook --address https://example.org/"] * 2,
    **{f"incident {deed}": [AGAIN, ROOM] for deed in INCIDENT},
    "incident declare": [AGAIN],
    **{f"incident {deed}": [AGAIN, ROOM, NOTED] for deed in ("pin", "strike")},
    "incident done": [AGAIN, ROOM, "helpdesk incident task 1043 'drain pay-api-01'"],
    "incident accept": [AGAIN, ROOM],
    **{f"incident {deed}": [AGAIN, ROOM] for deed in ("recover", "runbook", "templates")},
    "incident step": [AGAIN, ROOM, RECOVER],
    "incident follow": [AGAIN, ROOM, TASK],
    "incident score": [AGAIN, ROOM],
    "helpdesk review draft 1043": [AGAIN, ROOM],
    "helpdesk review draft INC-1043 --again --owner ben.fischer -o json": [AGAIN, ROOM, DRAFTED],
    **{f"review {deed}": [AGAIN, ROOM, DRAFTED] for deed in ("show", "edit", "waive")},
    "review approve": [AGAIN, ROOM, DRAFTED, EDITED],
    "review publish": [AGAIN, ROOM, DRAFTED, EDITED, "helpdesk review approve 1043"],
    "incident merge": [AGAIN, ROOM, "helpdesk incident export 1043 --out room.json"],
    "audit verify": ["helpdesk audit anchor /media/usb/anchor.jsonl"],
}
"""What must have happened before the examples of a command, or before one of them."""
ENDS = {
    "helpdesk undo b1f3a2c9 --yes -o json": 3,  # no such batch
    "helpdesk ticket edit INC-1042 --tag vpn --untag new --if-version 3": 5,  # changed since
    "helpdesk db restore /media/usb/desk-20261122T020000Z.db": 5,  # there is a desk already
    "helpdesk ticket sensitive 1042 --off --reason 'marked by mistake'": 5,  # it is not marked
    "helpdesk people unmask '#7' --reason 'complaint 2026-31'": 5,  # the one who makes the demo sees it plainly
    "helpdesk people unmask INC-1042 --reason 'call back about the survey' -o json": 5,
    "helpdesk incident score 1043": 5,  # it is no drill
    "helpdesk incident score INC-1043 -o json": 5,
    "helpdesk incident accept 1043": 5,  # nobody asked whoever runs this
    "helpdesk incident accept INC-1043 scribe --decline -o json": 5,
    "helpdesk people erase zhang.wei@lanhai.example": 2,  # asks, and there is no terminal
}
"""Examples that cannot be meant to the letter: how they end here."""
LEFT_OUT = {'"$EDITOR" "$(helpdesk config path)"', "helpdesk audit log --follow --verb ticket"}


LOG = """number,incident_state,reassignment_count,reopen_count,caller_id,sys_updated_by,sys_updated_at,contact_type,\
location,category,subcategory,u_symptom,cmdb_ci,impact,urgency,priority,assignment_group,assigned_to,closed_code,\
resolved_by,opened_by,opened_at,problem_id,rfc,caused_by,resolved_at,closed_at
INC0000045,New,0,0,Caller 1,By 21,29-02-2016 01:23,Phone,Hall 1,Category 5,Part 1,?,?,2 - Medium,2 - Medium,3 - Moderate,\
Group 6,?,?,?,?,29-02-2016 01:16,?,?,?,?,?
"""


ALERTS = """{"version": "4", "status": "firing", "receiver": "desk", "groupLabels": {}, "alerts": [{"status": "firing",
"labels": {"alertname": "DiskFull", "instance": "db1"}, "startsAt": "2026-03-02T10:00:00Z", "fingerprint": "01"},
{"status": "firing", "labels": {"alertname": "Down", "instance": "db2"}, "startsAt": "2026-03-02T10:00:00Z"}]}"""


def examples() -> Iterator[tuple[str, list[str]]]:
    """`(command, its examples)` of the whole tree."""

    def walk(command: Any, context: Any, path: str) -> Iterator[tuple[str, list[str]]]:
        if command.epilog:
            yield path, command.epilog.splitlines()
        for name in command.list_commands(context) if hasattr(command, "list_commands") else ():
            found = command.get_command(context, name)
            yield from walk(found, found.context_class(found, parent=context, info_name=name), f"{path} {name}".strip())

    tree = root()
    yield from walk(tree, tree.context_class(tree, info_name="helpdesk"), "")


EXAMPLES = dict(examples())


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("company") / "demo.db"
    build_demo(path, now=NOW, tickets=300)  # what stands in it follows the day of the week
    return path


def lay_files(folder: Path) -> None:
    """What the examples read."""
    for name in (
        "screenshot.png",
        "log.txt",
        "trace.pcap",
        "what-was-done.txt",
        "secret.txt",
        "news.txt",
        "closing.txt",
    ):
        (folder / name).write_text(f"what stands in {name}\n", "utf-8")
    (folder / "tickets.csv").write_text("title,requester\nVPN drops,ann@example.org\n", "utf-8")
    (folder / "tickets.jsonl.gz").write_bytes(gzip.compress(b'{"Case": "C-1", "Text": "VPN drops"}\n'))
    (folder / "map.toml").write_text('[columns]\nCase = "external_id"\nText = "title"\n', "utf-8")
    (folder / "cases.json").write_text(
        '[{"id": "a", "kind": "is_open", "created_at": "2026-01-05T09:00:00Z"}]', "utf-8"
    )
    (folder / "on-call.json").write_text(
        '[{"id": "a", "schedule": {"layers": [{"users": ["ana"], "always": true}]}, "queries": [{"at": "2026-01-05T09:00Z"}]}]',
        "utf-8",
    )
    (folder / "on-call.toml").write_text(SCHEDULES["payments"], "utf-8")
    (folder / "plan.toml").write_text(PLANS["payments"] + "# changed\n", "utf-8")
    (folder / "runbook.toml").write_text(RUNBOOKS["database-failover"], "utf-8")
    (folder / "scenario.toml").write_text(SCENARIO, "utf-8")
    (folder / "review.md").write_text(REVIEW, "utf-8")
    (folder / "notes.md").write_text("2025-11-20 22:00 alarm\n22:10 restarted\n", "utf-8")
    (folder / "shifts.json").write_text(
        '[{"start": "2099-05-01 08:00", "end": "2099-05-01 20:00", "people": ["ren.yuan"]}]', "utf-8"
    )
    (folder / "alert.json").write_text(ALERTS, "utf-8")
    (folder / "problem.json").write_text('{"trigger_id": "7", "event_value": "1", "host_name": "db1"}', "utf-8")
    (folder / "new-config.toml").write_text('lang = "en"\n', "utf-8")
    (folder / "incident_event_log.csv.gz").write_bytes(gzip.compress(LOG.encode()))
    (folder / "export.csv").write_text(LOG, "utf-8")
    (folder / "my_desk.toml").write_bytes((ROOT / "helpdesk_tui" / "intake" / "servicenow.toml").read_bytes())
    default = (ROOT / "helpdesk_tui" / "rules" / "policy.toml").read_text("utf-8")
    for name in ("policy", "new"):
        (folder / f"{name}.toml").write_text(f"{default}\n# {name}\n", "utf-8")
    (folder / "etc" / "helpdesk").mkdir(parents=True)
    (folder / "etc" / "helpdesk" / "backup.key").write_bytes(bytes(range(32)))
    senders = folder / "etc" / "helpdesk" / "senders.toml"
    senders.write_text('[sender.zabbix]\ntokens = ["a token that is long enough"]\n', "utf-8")
    senders.chmod(0o600)
    for place in ("srv/desk", "media/usb", "var/log", "tmp"):
        (folder / place).mkdir(parents=True)


def run(line: str, cli: Cli, folder: Path) -> Ended:
    """Run a shell line: pipes and redirections, `helpdesk` in this process; other programs pass on what they read."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|<>")
    lexer.whitespace_split = True
    stages: list[list[str]] = [[]]
    for word in lexer:
        if word == "|":
            stages.append([])
        else:
            stages[-1].append(str(folder) + word if word.startswith("/") else word)
    ended = Ended(0, "", "")
    for words in stages:
        text = ended.out
        if "<" in words:
            text = Path(words[words.index("<") + 1]).read_text("utf-8")
        words = words[: min([words.index(sign) for sign in "<>" if sign in words], default=len(words))]
        if words[0] == "helpdesk":
            ended = cli(*words[1:], stdin=text, ok=None, db="--db" not in words)
        elif words[0] == "echo":
            ended = Ended(0, " ".join(words[1:]) + "\n", "")
        else:
            said = ALERTS if words[0] == "curl" else f"what {words[0]} says\n"
            ended = Ended(0, text or said, "")
        if ended.code:
            return ended
    return ended


@pytest.mark.parametrize("command", EXAMPLES)
def test_the_examples_run(command: str, company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place, line in enumerate(EXAMPLES[command]):
        if line in LEFT_OUT:
            continue
        folder = tmp_path / str(place)
        folder.mkdir()
        lay_files(folder)
        monkeypatch.chdir(folder)
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            monkeypatch.setenv(name, str(folder / name))
        cli = Cli(copy_desk(company, folder), monkeypatch)
        for before in BEFORE.get(line, BEFORE.get(command, ())):
            assert run(before, cli, folder).code == 0, before
        ended = run(line, cli, folder)
        assert ended.code == ENDS.get(line, 0), (line, ended.err or ended.out)


def test_every_command_has_two_examples_that_name_it() -> None:
    assert len(EXAMPLES) > 100
    for command, lines in EXAMPLES.items():
        # An option may stand between, or the program that calls it.
        assert (
            len([line for line in lines if not command or f" {command} " in f" {line}".replace(")", " ") + " "]) >= 2
        ), command
