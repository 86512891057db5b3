"""The words of post-incident reviews: their parts, the categories of contributing factors, their states."""

from typing import Final

from helpdesk_tui.vocabulary.i18n import N_

SECTIONS: Final[dict[str, str]] = {
    "summary": N_("What happened"),
    "impact": N_("Impact"),
    "handling": N_("Handling"),
    "factors": N_("Contributing factors"),
    "whys": N_("Five whys"),
    "well": N_("Went well"),
    "badly": N_("Went badly"),
    "lucky": N_("Where we were lucky"),
    "recommendations": N_("Recommendations"),
    "meeting": N_("Review meeting"),
    "actions": N_("Actions"),
    "timeline": N_("Timeline"),
}
FACTORS: Final[dict[str, str]] = {
    "technical": N_("technical"),
    "process": N_("process"),
    "change": N_("change"),
    "capacity": N_("capacity"),
    "third_party": N_("third party"),
    "human_system": N_("people and system"),
    "detection_gap": N_("detection gap"),
}
"""Categories of contributing factors."""
STATE_LABELS: Final[dict[str, str]] = {
    "draft": N_("draft"),
    "approved": N_("approved"),
    "published": N_("published"),
    "waived": N_("waived"),
}
