"""Status updates that a desk has from the start, each for people inside and outside, in English and Chinese.

They are content, not words of the program: whoever reads an update reads it in their own language, whatever language its
writer works in. Fields in double braces are filled in from the incident.
"""

from typing import Final

from helpdesk_tui.vocabulary.i18n import N_

PARTS: Final = ("internal", "internal_zh", "external", "external_zh")
PRESETS: Final[dict[str, tuple[str, str, str, str]]] = {
    "investigating": (
        "Investigating: {{title}} ({{severity}}), since {{since}}. Commander: {{commander}}. Cause not known yet.",
        "调查中：{{title}}（{{severity}}），自 {{since}} 起。指挥：{{commander}}。原因尚未查明。",
        "We are looking into a problem with {{service}}. It began at {{since}}. Next update at {{next}}.",
        "我们正在调查{{service}}的问题，开始于 {{since}}。下次通报：{{next}}。",
    ),
    "identified": (
        "Cause found: {{title}} ({{severity}}). Recovery is under way, stage: {{stage}}.",
        "原因已查明：{{title}}（{{severity}}）。正在恢复，阶段：{{stage}}。",
        "We know what is wrong with {{service}} and are putting it right. Next update at {{next}}.",
        "{{service}}的问题原因已查明，正在修复。下次通报：{{next}}。",
    ),
    "monitoring": (
        "Mitigated: {{title}}. Users can work again; we keep watching it.",
        "已缓解：{{title}}。用户可以恢复工作，我们继续观察。",
        "{{service}} works again. We keep watching it. Next update at {{next}}.",
        "{{service}}已恢复使用，我们继续观察。下次通报：{{next}}。",
    ),
    "resolved": (
        "Resolved: {{title}}. The review follows.",
        "已解决：{{title}}。随后进行复盘。",
        "The problem with {{service}} is solved. We are sorry for the trouble.",
        "{{service}}的问题已解决。给您带来不便，敬请谅解。",
    ),
    "no-change": (
        "No change since the last update: {{title}} ({{severity}}), stage: {{stage}}.",
        "自上次通报以来无变化：{{title}}（{{severity}}），阶段：{{stage}}。",
        "We are still working on {{service}}; there is nothing new yet. Next update at {{next}}.",
        "我们仍在处理{{service}}的问题，暂无新进展。下次通报：{{next}}。",
    ),
}
"""By code the four texts, in the order of `PARTS`."""
PRESET_LABELS: Final[dict[str, str]] = {
    "investigating": N_("we are looking into it"),
    "identified": N_("the cause is known"),
    "monitoring": N_("it works again, we watch it"),
    "resolved": N_("it is solved"),
    "no-change": N_("nothing new"),
}
