"""Which column of a file is which field of a ticket: by the ticket's own keys, by usual names, or by a map in TOML.

A map:

    [columns]                # column = field; "" leaves a column out
    "Kurztext" = "title"
    [values.priority]        # what the file says = what we say
    P1 = "critical"
    [constants]              # the same for every row
    channel = "email"
    [options]
    timezone = "Asia/Shanghai"   # of instants that name none; UTC otherwise
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from helpdesk_tui.desk.import_rows import TAKEN, Incoming
from helpdesk_tui.vocabulary.errors import Invalid, Usage
from helpdesk_tui.vocabulary.filter_fields import BY_NAME
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso, parse_instant, zone
from helpdesk_tui.vocabulary.toml_text import read_toml

_MAX_MAP: Final = 1 << 20
SAMPLE: Final = 200
# Usual names of columns, without blanks and case; the field's own key need not be listed.
_ALIASES: Final[dict[str, str]] = {
    "external_id": "id ticketid ticketno ticketnumber incidentid incidentnumber key issuekey sysid externalref 工单号 工单编号 编号 单号 外部编号",
    "title": "summary subject shortdescription headline heading name topicline 标题 主题 摘要 概要 简述",
    "description": "text body document content contents message details detail longdescription question notes 描述 内容 正文 详情 问题描述 详细描述",
    "kind": "tickettype type tickettypename issuetype recordtype 类型 工单类型",
    "channel": "source contacttype via origin receivedby 渠道 来源",
    "state": "status ticketstatus ticketstate 状态 工单状态",
    "priority": "prio prioritylevel 优先级 优先度",
    "impact": "影响 影响范围 影响程度 影响度",
    "urgency": "紧急程度 紧急度",
    "category": "label topic class queue categoryname categoryl1 problemtype 分类 类别 问题分类",
    "service": "businessservice product application app 服务 业务服务 系统",
    "ci": "cmdbci configurationitem asset device 配置项 资产 设备",
    "requester": "requestor caller callerid reporter customer customeremail email from fromemail contact user useremail requestedby"
    " openedby createdby submitter 请求人 申请人 报障人 提交人 邮箱 客户",
    "team": "group assignmentgroup assignedgroup supportgroup queuename 团队 小组 处理组 支持组",
    "assignee": "assignedto owner agent assigned technician 处理人 负责人 经办人",
    "tags": "tag labels keywords 标签",
    "created_at": "created createdon createdtime opened openedat opendate date datetime timestamp submitted reportedat"
    " 创建时间 提交时间 创建 日期 报障时间",
    "updated_at": "updated updatedon modified modifiedat lastupdated sysupdatedat 更新时间",
    "resolved_at": "resolved resolvedon resolveddate solvedat 解决时间",
    "closed_at": "closed closedon closeddate 关闭时间",
    "first_response_at": "firstresponse firstreply firstresponsetime 首次响应 首次响应时间",
    "resolution": "solution answer closenotes resolutionnotes 解决方案 解决办法 处理结果",
    "resolution_code": "closecode closedcode 解决代码",
    "cause": "rootcause 原因 根本原因",
    "comments": "replies worknotes history 评论 回复",
    "language": "lang locale 语言",
    "severity": "sev 严重程度 严重级别",
    "affected_users": "affected usersaffected 受影响用户 影响人数",
    "moscow": "",
    "parent": "parentid parentticket 父工单",
    "reopen_count": "reopens reopencount 重开次数",
    "reassignment_count": "reassignments reassignmentcount 转派次数",
}  # fmt: skip
_FIELD_OF: Final = {
    **{alias: name for name, aliases in _ALIASES.items() for alias in aliases.split()},
    **{re.sub(r"[\W_]+", "", key): key for key in TAKEN},
}
# Fields that take one of a few words; a column is only taken for one of them if it speaks those words.
_CODED: Final = frozenset({"kind", "channel", "state", "phase", "priority", "impact", "urgency", "moscow", "severity"})
_TIMES: Final = frozenset(
    {"created_at", "updated_at", "resolved_at", "closed_at", "first_response_at", "pending_until",
     "response_due_at", "resolution_due_at"}
)  # fmt: skip
# Fields whose values stand in lists of the desk: bare numbers are another program's keys.
_NAMED: Final = frozenset({"service", "team", "assignee", "ci", "requester", "kind", "category"})
_LISTED: Final = frozenset({"service", "team", "assignee", "ci"})
_MANY: Final = frozenset({"tags", "tag"})


def plain(name: str) -> str:
    """A column's name for comparison: folded, letters and digits only."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).casefold())


@dataclass(slots=True)
class Plan:
    """How rows become tickets. `columns`: column → field; `left_out`: column → why (a catalogue text)."""

    columns: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)
    timezone: str = "UTC"
    # Columns whose name is that of a field but whose values are not; a map of values gives them a meaning.
    silent: dict[str, str] = field(default_factory=dict)

    def apply(self, row: Incoming) -> Incoming:
        """A row of the file as values under the ticket's keys."""
        if row.problem is not None:
            return row
        out: dict[str, Any] = dict(self.constants)
        columns = self.columns
        for column, value in row.values.items():
            name = columns.get(column)
            if value is None or value == "":
                continue
            if name is None:
                if column not in TAKEN or column in self.left_out:
                    continue
                name = columns[column] = column  # a key that no row of the sample had
            if self.values and name in self.values:
                value = self._translated(name, value)
            if self.timezone != "UTC" and name in _TIMES and isinstance(value, str):
                try:
                    value = iso(parse_instant(value, 0, self.timezone))
                except Invalid as problem:
                    return Incoming(row.line, problem=problem)
            if name in out and name in _MANY and name not in self.constants:
                value = [*_listed(out[name]), *_listed(value)]
            out[name] = value
        row.values = out
        return row

    def _translated(self, name: str, value: Any) -> Any:
        table = self.values[name]
        return table.get(str(value).strip(), table.get("*", value))

    def stream(self, rows: Iterable[Incoming]) -> Iterator[Incoming]:
        """All rows so."""
        return map(self.apply, rows)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def guess(rows: Iterable[Incoming]) -> Plan:
    """The plan for a file, from the names of its columns and a sample of its rows."""
    seen: dict[str, list[Any]] = {}
    for row in rows:
        for column, value in row.values.items():
            if value not in (None, "", []):
                seen.setdefault(column, []).append(value)
            else:
                seen.setdefault(column, [])
    plan = Plan()
    wanted: dict[str, tuple[int, str]] = {}
    for place, (column, values) in enumerate(seen.items()):
        name = _FIELD_OF.get(plain(column))
        if name is None:
            plan.left_out[column] = N_("no field has such a name")
            continue
        exact = column == name
        if not _speaks(name, values, exact):
            plan.left_out[column] = N_(
                "its values are not those of the field of that name; a map can say what they mean"
            )
            plan.silent[column] = name
            continue
        rank = (0 if exact else 1, place)
        if name in _MANY:
            plan.columns[column] = name
        elif name in wanted and _better(name, seen, wanted[name][1], column):
            plan.left_out[column] = N_("another column stands for that field")
        else:
            if name in wanted:
                other = wanted[name][1]
                del plan.columns[other]
                plan.left_out[other] = N_("another column stands for that field")
            wanted[name] = (rank[0], column)
            plan.columns[column] = name
    return plan


def _better(name: str, seen: Mapping[str, list[Any]], old: str, new: str) -> bool:
    """Whether the column found first stays: it bears the field's own name, or the newcomer does not."""
    return old == name or new != name


def _speaks(name: str, values: list[Any], exact: bool) -> bool:
    """Whether a column's values are those of the field that its name suggests.

    The ticket's own key is only doubted where its values are bare numbers: codes of another program. Then a bad value
    among good ones stays one bad row.
    """
    if not values:
        return True
    numbers = sum(1 for v in values if str(v).strip().isdecimal())
    if name in _CODED:
        known = sum(1 for v in values if BY_NAME[name].find(str(v)) is not None)
        return 2 * (known if not exact else len(values) - numbers + known) >= len(values)
    if exact:
        return name not in _LISTED or 2 * numbers <= len(values)
    if name in _TIMES:
        return 2 * sum(1 for v in values if _is_time(str(v))) >= len(values)
    return name not in _NAMED or 2 * numbers <= len(values)


def _is_time(text: str) -> bool:
    try:
        parse_instant(text, 0)
    except Invalid:
        return False
    return True


def read_map(path: Path) -> dict[str, Any]:
    """A map in TOML. Raises Usage where it cannot be read or is no TOML."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Usage(N_("{path} cannot be read: {error}"), path=path, error=error.strerror) from error
    return parse_map(raw, str(path))


def parse_map(raw: bytes, name: str) -> dict[str, Any]:
    """The tables of a map. Raises Usage for what is no TOML, or far too large."""
    if len(raw) > _MAX_MAP:
        raise Usage(N_("{path} is too large for a map"), path=name)
    try:
        return read_toml(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Usage(N_("{path} is no TOML document: {error}"), path=name, error=error) from error


def with_map(plan: Plan, found: Mapping[str, Any], name: str) -> Plan:
    """A guessed plan with what a map says. Raises Usage naming what the map cannot mean."""
    known = {"columns", "values", "constants", "options"}
    for key, value in found.items():
        if key not in known or not isinstance(value, dict):
            raise Usage(
                N_("{path}: there is no table {key}; tables are: {known}"),
                path=name,
                key=key,
                known=", ".join(sorted(known)),
            )
    for column, target in found.get("columns", {}).items():
        _set_column(plan, column, target, name)
    for field_name, table in found.get("values", {}).items():
        _field(field_name, name)
        if not isinstance(table, dict) or not all(isinstance(v, str) for v in table.values()):
            raise Usage(
                N_("{path}: [values.{key}] must list what the file says and what it means"), path=name, key=field_name
            )
        plan.values[field_name] = {str(k): v for k, v in table.items()}
        for column in [c for c, f in plan.silent.items() if f == field_name]:
            _set_column(plan, column, field_name, name)
    for field_name, value in found.get("constants", {}).items():
        _field(field_name, name)
        plan.constants[field_name] = value
    for option, value in found.get("options", {}).items():
        if option != "timezone" or not isinstance(value, str):
            raise Usage(
                N_("{path}: there is no option {key}; options are: {known}"), path=name, key=option, known="timezone"
            )
        try:
            zone(value)
        except Invalid as error:
            raise Usage(error.message, **error.params) from error
        plan.timezone = value
    return plan


def _set_column(plan: Plan, column: str, target: Any, name: str) -> None:
    if target == "":
        plan.columns.pop(column, None)
        plan.left_out[column] = N_("the map leaves it out")
        return
    field_name = _field(target, name)
    for other in [c for c, f in plan.columns.items() if f == field_name and field_name not in _MANY]:
        del plan.columns[other]
        plan.left_out[other] = N_("another column stands for that field")
    plan.columns[column] = field_name
    plan.left_out.pop(column, None)


def _field(value: Any, name: str) -> str:
    if not isinstance(value, str) or value not in TAKEN:
        raise Usage(
            N_("{path}: {key} is no field of a ticket; fields are: {known}"),
            path=name,
            key=value,
            known=", ".join(sorted(TAKEN)),
        )
    return value
