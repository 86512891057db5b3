"""Checks whose removal changes nothing that anybody could see, each with the reason."""

SAME: dict[str, str] = {}
