"""Both languages are complete, and the catalogue tool does what it says."""

import gettext
import json
from pathlib import Path

import pytest

from helpdesk_tui.vocabulary.i18n import _, language, set_language
from tools import i18n


def test_every_text_of_the_interface_is_translated() -> None:
    assert i18n.check() == []


def test_english_is_shown_as_written() -> None:
    set_language("en")
    assert [text for text in map(i18n.first, i18n.extracted()) if _(text) != text] == []


def test_chinese_comes_from_the_catalogue() -> None:
    set_language("zh_CN")
    assert language() == "zh_CN"
    assert _("Incident") == "事件"
    assert _("Problem") == "问题"


# ── the tool ─────────────────────────────────────────────────────────────────────────────────────
SOURCE = """
from x import N_, _, ngettext
A = _("Open {number}")
B = N_("Plain") if _("") else N_("Plain")
def f(n):
    return ngettext("{n} ticket", "{n} tickets", n)
C = _("two " "halves")
"""
CHINESE = {"Open {number}": "打开 {number}", "Plain": "普通", "{n} ticket": "{n} 个工单", "two halves": "两半"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "helpdesk_tui").mkdir()
    (tmp_path / "helpdesk_tui" / "a.py").write_text(SOURCE, "utf-8")
    return tmp_path


def fragment(project: Path, name: str, content: dict[str, str]) -> Path:
    path = project / name
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return path


def catalogue_bytes(project: Path) -> dict[str, bytes]:
    files = sorted((project / "helpdesk_tui" / "locale").rglob("*.*o*"))
    return {path.name: path.read_bytes() for path in files if path.is_file()}


def test_texts_are_extracted_with_their_plurals_and_halves(project: Path) -> None:
    assert list(i18n.extracted(project)) == ["Open {number}", "Plain", "two halves", ("{n} ticket", "{n} tickets")]


def test_a_complete_merge_leaves_nothing_to_say_and_reads_back(project: Path) -> None:
    assert i18n.update(project, [fragment(project, "a.json", CHINESE)]) == []
    assert i18n.check(project) == []
    catalogue = gettext.translation(i18n.DOMAIN, str(i18n.locale_directory(project)), ["zh_CN"])
    assert catalogue.gettext("Plain") == "普通"
    assert [catalogue.ngettext("{n} ticket", "{n} tickets", n) for n in (1, 2)] == ["{n} 个工单"] * 2


def test_the_same_input_gives_the_same_bytes_without_dates(project: Path) -> None:
    path = fragment(project, "a.json", CHINESE)
    i18n.update(project, [path])
    once = catalogue_bytes(project)
    i18n.update(project, [path])
    assert catalogue_bytes(project) == once
    assert set(once) == {"helpdesk_tui.pot", "helpdesk_tui.po", "helpdesk_tui.mo"}
    assert not any(b"Date" in data or str(project).encode() in data for data in once.values())


def test_texts_that_left_the_source_leave_the_catalogue(project: Path) -> None:
    i18n.update(project, [fragment(project, "a.json", CHINESE)])
    (project / "helpdesk_tui" / "a.py").write_text('A = _("Plain")', "utf-8")
    assert len(i18n.check(project)) == 3
    i18n.update(project, [])
    assert i18n.check(project) == []
    assert i18n.read_translations(i18n.po_path(project)) == {"Plain": "普通"}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"Plain": ""}, "not translated"),
        ({"Open {number}": "打开 {nummer}"}, "fields"),
        ({"Open {number}": "打开"}, "fields"),
        ({"{n} ticket": "个工单"}, "fields"),
        ({"Plain": "普通 "}, "space"),
        ({"Open {number}": "打开 {number"}, "fields"),
    ],
)
def test_a_bad_translation_is_named_and_left_out(project: Path, change: dict[str, str], word: str) -> None:
    (remark,) = i18n.update(project, [fragment(project, "a.json", CHINESE | change)])
    assert word in remark
    assert repr(next(iter(change))) in remark
    assert next(iter(change)) not in i18n.read_translations(i18n.po_path(project))
    assert len(i18n.check(project)) == 1


def test_two_opinions_are_reported_and_the_first_by_name_is_taken(project: Path) -> None:
    paths = [fragment(project, "b.json", {"Plain": "简单"}), fragment(project, "a.json", CHINESE)]
    (remark,) = i18n.update(project, paths)
    assert "简单" in remark
    assert i18n.read_translations(i18n.po_path(project))["Plain"] == "普通"


def test_a_fragment_for_no_text_is_reported(project: Path) -> None:
    (remark,) = i18n.update(project, [fragment(project, "a.json", CHINESE | {"Gone": "没了"})])
    assert "Gone" in remark


def test_fuzzy_and_stale_catalogues_are_faults(project: Path) -> None:
    i18n.update(project, [fragment(project, "a.json", CHINESE)])
    po = i18n.po_path(project)
    whole = po.read_text("utf-8")
    po.write_text(whole.replace('msgid "Plain"', '#, fuzzy\nmsgid "Plain"'), "utf-8")
    assert any("fuzzy" in fault for fault in i18n.check(project))
    po.write_text(whole.replace("普通", "平常"), "utf-8")
    assert any(".mo is out of date" in fault for fault in i18n.check(project))


def test_an_empty_project_has_no_catalogue_to_trust(project: Path) -> None:
    assert len(i18n.check(project)) == 1
