"""A program that reads a journal knows the words of what it never did itself."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("code", ["review.drafted", "review.due", "incident.action_due", "incident.rto_near"])
def test_words_are_loaded_with_the_first_reason_that_needs_them(code: str) -> None:
    program = (
        "from helpdesk_tui.desk.shapes import reason\n"
        f"told = reason({{'code': {code!r}}})['sentence']\n"
        f"assert told != {code!r}, told\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
