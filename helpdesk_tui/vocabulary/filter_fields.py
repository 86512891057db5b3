"""Every field of the filter language: its names (English and Chinese), its type and its values.

The catalogue is the single source for the parser, for completion, for the SQL of `store.query` and for the
plain predicate. Names and aliases never change with the interface language.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Final

from helpdesk_tui.vocabulary.channels import CHANNEL_LABELS, SLA_LABELS
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import KIND_LABELS, PHASE_LABELS, STATES, Phase
from helpdesk_tui.vocabulary.levels import LEVEL_LABELS, MOSCOW_LABELS, PRIORITY_LABELS, Severity


class FieldType(StrEnum):
    """What a field's values are, and so which comparisons it knows."""

    NUMBER = "number"  # whole numbers; ordered
    LEVEL = "level"  # named steps with an order; values are integers
    CODE = "code"  # one of a list of codes; no order in a filter
    FLAG = "flag"  # yes or no
    NAME = "name"  # a short text compared whole, without case
    TAG = "tag"  # like NAME, a ticket has many
    LINKED = "linked"  # a team, service, CI or organisation, by its code or name
    PERSON = "person"  # by login, e-mail or name; `me`
    TEXT = "text"  # words and phrases inside a long text
    PAST = "past"  # an instant that lies behind: durations count back from now
    DUE = "due"  # an instant to be met: durations count from now on


ORDERED: Final = frozenset({FieldType.NUMBER, FieldType.LEVEL, FieldType.PAST, FieldType.DUE})
TIMES: Final = frozenset({FieldType.PAST, FieldType.DUE})


@dataclass(frozen=True, slots=True)
class Code:
    """One value of a LEVEL or CODE field: the text of the language and what the tables hold."""

    code: str
    value: int | str
    label: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FilterField:
    """One field. Two fields are equal when their names are.

    `key` is the key of the ticket's JSON (empty for `is`, `has` and `text`), `known` the list of the caller that
    completes it (`people`, `teams`, …), `reverse` says that its order is the reverse of the key's (age).
    """

    name: str
    type: FieldType = field(compare=False)
    label: str = field(compare=False)
    key: str = field(compare=False)
    aliases: tuple[str, ...] = field(compare=False, default=(), repr=False)
    codes: tuple[Code, ...] = field(compare=False, default=(), repr=False)
    nullable: bool = field(compare=False, default=False, repr=False)
    sortable: bool = field(compare=False, default=True, repr=False)
    reverse: bool = field(compare=False, default=False, repr=False)
    known: str = field(compare=False, default="", repr=False)

    @property
    def ordered(self) -> bool:
        """Whether `<`, `>` and `..` mean something."""
        return self.type in ORDERED

    @property
    def timed(self) -> bool:
        """Whether its values are times."""
        return self.type in TIMES

    def find(self, text: str) -> Code | None:
        """The value written as `text` (code, label or alias; without case; blank, `-` and `_` are the same)."""
        return _values_of(self.codes).get(_plain(text))

    def code_of(self, value: int | str) -> str:
        """The code of a table's value. Raises KeyError."""
        for code in self.codes:
            if code.value == value and isinstance(code.value, str) == isinstance(value, str):
                return code.code
        raise KeyError(value)


def fold(text: str) -> str:
    """The form in which names and values are compared: width and case do not matter, nor do outer blanks."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.split())


def _plain(text: str) -> str:
    return fold(text).replace("-", "_").replace(" ", "_")


@cache
def _values_of(codes: tuple[Code, ...]) -> dict[str, Code]:
    found: dict[str, Code] = {}
    for code in codes:
        found.setdefault(_plain(code.code), code)
    for code in codes:
        for spelling in (code.label, *code.aliases):
            found.setdefault(_plain(spelling), code)
    return found


def _codes(labels: Iterable[tuple[str, int | str, str]], aliases: dict[str, str]) -> tuple[Code, ...]:
    return tuple(Code(code, value, label, tuple(aliases.get(code, "").split())) for code, value, label in labels)


_STATE_ALIASES: Final = {
    "new": "新建 新",
    "assigned": "已分派 已分配",
    "in_progress": "处理中 进行中",
    "awaiting_user": "等待用户",
    "awaiting_vendor": "等待供应商",
    "awaiting_problem": "等待问题",
    "awaiting_evidence": "等待证据",
    "awaiting_change": "等待变更",
    "on_hold": "hold 挂起 暂停",
    "resolved": "已解决",
    "closed": "已关闭 关闭",
    "cancelled": "canceled 已取消",
    "approval": "awaiting_approval 等待审批 待审批",
    "approved": "已批准",
    "in_fulfilment": "履行中",
    "fulfilled": "已履行 已完成",
    "rejected": "已拒绝 已驳回",
    "under_investigation": "调查中",
    "root_cause_known": "根因已知",
    "known_error": "已知错误",
    "assessment": "评估",
    "scheduled": "已排期",
    "implementation": "实施",
    "review": "评审",
    "analysis": "分析",
    "planned": "已计划",
    "measuring": "测量效果",
    "confirmed": "需求已确认",
    "designed": "已设计",
    "deployed": "已部署",
    "delivered": "已交付",
    "monitored": "监控中",
    "accepted": "已验收",
    "reviewed": "已复盘",
}
_PHASES: Final = {"new": "新建", "open": "打开", "pending": "等待 挂起", "resolved": "已解决", "closed": "已关闭 关闭"}
_LEVELS: Final = {"low": "l 低", "medium": "med m 中", "high": "h 高"}
_PRIORITIES: Final = {
    "low": "p4 l 低 低危 低优先级",
    "medium": "p3 med m 中 中危 中优先级",
    "high": "p2 h 高 高危 高优先级",
    "critical": "p1 crit c 紧急 危急",
}
_KINDS: Final = {
    "incident": "inc incidents 事件",
    "request": "req requests 服务请求 请求",
    "problem": "prb problems 问题",
    "change": "chg changes 变更",
    "improvement": "imp improvements 改进",
    "delivery": "dlv deliveries 交付",
}
_CHANNELS: Final = {
    "phone": "电话",
    "walk_in": "walkin 现场",
    "email": "mail 邮件",
    "portal": "门户",
    "api": "接口",
    "monitoring": "监控",
    "chat": "聊天",
    "import": "导入",
    "report": "业务报告",
    "cli": "命令行",
}
_SLAS: Final = {
    "none": "无目标",
    "ok": "正常",
    "warning": "warn 预警",
    "breached": "breach 违约 超时",
    "paused": "暂停",
    "met": "达成",
    "missed": "未达成",
}
_MOSCOW: Final = {"must": "必须", "should": "应该", "could": "可以", "wont": "won't 本次不做"}


def _state_codes() -> tuple[Code, ...]:
    """Every kind's own states, and `open` and `pending`, which no kind uses, as the phases of that name."""
    labels = {s.code: s.label for states in STATES.values() for s in states}
    own = _codes(((code, code, label) for code, label in labels.items()), _STATE_ALIASES)
    phases = (Phase.OPEN, Phase.PENDING)
    return own + tuple(Code(p.code, p, PHASE_LABELS[p], (_PHASES[p.code].split()[0],)) for p in phases)


_LEVEL_CODES: Final = _codes(((v.code, v, label) for v, label in LEVEL_LABELS.items()), _LEVELS)
IS_CODES: Final = (
    Code("open", "open", N_("not yet resolved"), ("打开", "未解决", "未完成")),
    Code("done", "done", N_("resolved or closed"), ("完成", "已完成")),
    Code("new", "new", N_("in phase new"), ("新建", "新")),
    Code("pending", "pending", N_("in phase pending"), ("等待",)),
    Code("resolved", "resolved", N_("in phase resolved"), ("已解决",)),
    Code("closed", "closed", N_("in phase closed"), ("已关闭", "关闭")),
    Code("unassigned", "unassigned", N_("nobody works on it"), ("未分派", "未分配")),
    Code("assigned", "assigned", N_("somebody works on it"), ("已分派", "已分配")),
    Code("mine", "mine", N_("assigned to me"), ("我的",)),
    Code("watched", "watched", N_("I follow it"), ("watching", "关注", "我关注的")),
    Code("major", "major", N_("a major incident"), ("重大",)),
    Code("overdue", "overdue", N_("its next due time has passed"), ("late", "逾期", "超期")),
    Code("paused", "paused", N_("its clocks stand still"), ("暂停",)),
    Code("pinned", "pinned", N_("its priority is pinned by hand"), ("固定", "锁定")),
    Code("vip", "vip", N_("the requester is a VIP"), ("贵宾",)),
    Code("merged", "merged", N_("merged into another ticket"), ("已合并",)),
    Code("deleted", "deleted", N_("deleted, can be restored"), ("已删除",)),
)
HAS_CODES: Final = (
    Code("attachment", "attachment", N_("at least one attachment"), ("attachments", "file", "附件")),
    Code("checklist", "checklist", N_("a checklist"), ("检查单", "清单")),
    Code("link", "link", N_("linked to another ticket"), ("links", "关联")),
    Code("parent", "parent", N_("a parent ticket"), ("父工单",)),
    Code("child", "child", N_("child tickets"), ("children", "子工单")),
    Code("tag", "tag", N_("at least one tag"), ("tags", "标签")),
)


def _field(
    name: str,
    kind: FieldType,
    label: str,
    aliases: str = "",
    *,
    key: str | None = None,
    codes: tuple[Code, ...] = (),
    nullable: bool = False,
    sortable: bool = True,
    reverse: bool = False,
    known: str = "",
) -> FilterField:
    own = name if key is None else key
    return FilterField(name, kind, label, own, tuple(aliases.split()), codes, nullable, sortable, reverse, known)


_F = FieldType
FIELDS: Final[tuple[FilterField, ...]] = (
    _field("is", _F.CODE, N_("Is"), "是", key="", codes=IS_CODES, sortable=False),
    _field("has", _F.CODE, N_("Has"), "有", key="", codes=HAS_CODES, sortable=False),
    _field("number", _F.NUMBER, N_("Number"), "ref id no ticket 编号 单号 工单号"),
    _field(
        "kind",
        _F.CODE,
        N_("Kind"),
        "type 类型 工单类型",
        codes=_codes(((k.value, k.value, label) for k, label in KIND_LABELS.items()), _KINDS),
    ),
    _field("state", _F.CODE, N_("State"), "status 状态", codes=_state_codes()),
    _field(
        "phase",
        _F.LEVEL,
        N_("Phase"),
        "阶段",
        codes=_codes(((p.code, p, label) for p, label in PHASE_LABELS.items()), _PHASES),
    ),
    _field(
        "priority",
        _F.LEVEL,
        N_("Priority"),
        "pri prio 优先级",
        codes=_codes(((p.code, p, label) for p, label in PRIORITY_LABELS.items()), _PRIORITIES),
    ),
    _field("impact", _F.LEVEL, N_("Impact"), "影响 影响范围 影响程度", codes=_LEVEL_CODES),
    _field("urgency", _F.LEVEL, N_("Urgency"), "紧急程度 紧急度", codes=_LEVEL_CODES),
    _field(
        "severity",
        _F.LEVEL,
        N_("Severity"),
        "sev 严重程度 严重级别",
        codes=tuple(Code(s.name.lower(), s, s.name, (str(s.value),)) for s in Severity),
        nullable=True,
    ),
    _field("team", _F.LINKED, N_("Team"), "group 团队 小组", nullable=True, known="teams"),
    _field("assignee", _F.PERSON, N_("Assignee"), "owner agent 处理人 负责人", nullable=True, known="people"),
    _field(
        "requester",
        _F.PERSON,
        N_("Requester"),
        "reporter caller from 请求人 申请人 报障人",
        nullable=True,
        known="people",
    ),
    _field("watcher", _F.PERSON, N_("Watcher"), "watchers 关注人", key="watchers", sortable=False, known="people"),
    _field(
        "organisation",
        _F.LINKED,
        N_("Organisation"),
        "organization org company 组织 单位 公司",
        nullable=True,
        known="organisations",
    ),
    _field("service", _F.LINKED, N_("Service"), "svc 服务", nullable=True, known="services"),
    _field("ci", _F.LINKED, N_("Configuration item"), "配置项", nullable=True, known="cis"),
    _field("category", _F.NAME, N_("Category"), "cat 分类 类别", nullable=True, known="categories"),
    _field("tag", _F.TAG, N_("Tag"), "label 标签", key="tags", nullable=True, sortable=False, known="tags"),
    _field(
        "sla",
        _F.CODE,
        N_("SLA"),
        "服务级别",
        key="sla_state",
        codes=_codes(((s.value, s.value, label) for s, label in SLA_LABELS.items()), _SLAS),
        sortable=False,
    ),
    _field("due", _F.DUE, N_("Next due"), "next_due 到期 截止", key="due_at", nullable=True),
    _field("response_due", _F.DUE, N_("Response due"), "响应截止", key="response_due_at", nullable=True),
    _field("update_due", _F.DUE, N_("Update due"), "更新截止", key="update_due_at", nullable=True),
    _field("resolution_due", _F.DUE, N_("Resolution due"), "解决截止", key="resolution_due_at", nullable=True),
    _field("pending_until", _F.DUE, N_("Pending until"), "挂起至", nullable=True),
    _field("created", _F.PAST, N_("Created"), "opened 创建 创建时间", key="created_at"),
    _field("updated", _F.PAST, N_("Updated"), "changed 更新 更新时间", key="updated_at"),
    _field("first_response", _F.PAST, N_("First response"), "首次响应", key="first_response_at", nullable=True),
    _field("resolved", _F.PAST, N_("Resolved"), "解决 解决时间", key="resolved_at", nullable=True),
    _field("closed", _F.PAST, N_("Closed"), "关闭 关闭时间", key="closed_at", nullable=True),
    _field("age", _F.PAST, N_("Age"), "年龄 时长", key="created_at", reverse=True),
    _field(
        "channel",
        _F.CODE,
        N_("Channel"),
        "via 渠道",
        codes=_codes(((c.value, c.value, label) for c, label in CHANNEL_LABELS.items()), _CHANNELS),
    ),
    _field(
        "moscow",
        _F.CODE,
        N_("MoSCoW class"),
        "需求等级",
        codes=_codes(((m.value, m.value, label) for m, label in MOSCOW_LABELS.items()), _MOSCOW),
        nullable=True,
    ),
    _field("major", _F.FLAG, N_("Major incident"), "重大 重大事件"),
    _field("sensitive", _F.FLAG, N_("Sensitive"), "confidential 敏感"),
    _field("pinned", _F.FLAG, N_("Pinned"), "固定"),
    _field("text", _F.TEXT, N_("Text"), "全文 正文", key="", sortable=False),
    _field("title", _F.TEXT, N_("Title"), "summary subject 标题 主题 摘要"),
    _field("description", _F.TEXT, N_("Description"), "desc body 描述", sortable=False),
    _field("cause", _F.TEXT, N_("Cause"), "原因", sortable=False),
    _field("resolution", _F.TEXT, N_("Resolution"), "solution 解决方案", sortable=False),
    _field("resolution_code", _F.NAME, N_("Resolution code"), "解决代码", nullable=True),
    _field("external_id", _F.NAME, N_("External id"), "external 外部编号", nullable=True),
    _field("language", _F.NAME, N_("Language"), "lang 语言", nullable=True),
    _field("parent", _F.NUMBER, N_("Parent"), "父工单", nullable=True),
    _field("merged_into", _F.NUMBER, N_("Merged into"), "合并到", nullable=True),
    _field("affected_users", _F.NUMBER, N_("Affected users"), "affected 受影响用户", nullable=True),
    _field("reopen_count", _F.NUMBER, N_("Reopened"), "reopens 重开次数"),
    _field("reassignment_count", _F.NUMBER, N_("Reassigned"), "reassignments 转派次数"),
    _field("version", _F.NUMBER, N_("Version"), "版本"),
)
BY_NAME: Final[dict[str, FilterField]] = {f.name: f for f in FIELDS}
TEXT: Final = BY_NAME["text"]
SORT_NAMES: Final = ("sort", "order", "排序")
_LOOKUP: Final[dict[str, FilterField]] = {}
for _entry in FIELDS:
    for _spelling in (_entry.name, *_entry.aliases):
        _LOOKUP[_plain(_spelling)] = _entry
for _entry in FIELDS:
    if _entry.key:
        _LOOKUP.setdefault(_plain(_entry.key), _entry)


def find_field(name: str) -> FilterField | None:
    """The field of this name, alias or JSON key (without case, full-width or not), or None."""
    return _LOOKUP.get(_plain(name))


def is_sort(name: str) -> bool:
    """Whether a name introduces the order (`sort:-priority`)."""
    return _plain(name) in SORT_NAMES


def field_names() -> list[str]:
    """Every spelling of every field, for suggestions; canonical names first."""
    return list(dict.fromkeys([f.name for f in FIELDS] + list(_LOOKUP) + ["sort"]))
