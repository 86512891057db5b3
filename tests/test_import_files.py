"""Reading files from outside: forms, encodings, bounds; every refusal is one clear line."""

import gzip
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.intake import columns, limits, strict_json, texts
from helpdesk_tui.intake.limits import Source
from helpdesk_tui.intake.spreadsheet import Table
from helpdesk_tui.vocabulary.cells import defuse, restore
from helpdesk_tui.vocabulary.errors import DeskError, Invalid, Usage


def data() -> Path:
    folder = os.environ.get("HELPDESK_TEST_DATA")
    if not folder:
        pytest.skip("HELPDESK_TEST_DATA is not set")
    return Path(folder)


def write(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path: Path, **options: str) -> list[dict[str, object]]:
    return [row.values for row in Table(Source(path), **options).rows()]


def test_csv_of_the_collection_reads_as_expected() -> None:
    for path in sorted((data() / "bad-input" / "csv").glob("*.csv")):
        expected = json.loads(path.with_suffix("").with_suffix(".expected.json").read_text())
        assert read(path) == expected, path.name


def test_json_of_the_collection_is_read_or_refused() -> None:
    for path in sorted((data() / "bad-input" / "json").glob("*.json")):
        kind = path.name[0]
        try:
            strict_json.loads(path.read_bytes().decode("utf-8"))
            ok = True
        except (DeskError, UnicodeDecodeError):
            ok = False
        assert kind == "i" or ok == (kind == "y"), path.name
        refused = ""
        rows = []
        try:
            rows = list(Table(Source(path)).rows())
        except DeskError as error:
            refused = str(error)
        assert "\n" not in refused
        assert kind != "n" or refused or any(row.problem for row in rows), path.name


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a": NaN}', "NaN"),
        ('{"a": -Infinity}', "Infinity"),
        ('{"a": 1, "a": 2}', "twice"),
        ('{"a": {"b": 1, "b": 1}}', "twice"),
        ('{"a": ' + "9" * 5000 + "}", "digits"),
        ('{"a": 1e999}', "too large"),
        ("[" * 65 + "]" * 65, "deeper"),
        ("[" * 100_000 + "]" * 100_000, "deeper"),
        ('{"a": 1} x', "no JSON"),
    ],
)
def test_hostile_json_is_refused_with_a_cause(text: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        strict_json.loads(text)


def test_brackets_in_texts_are_no_depth() -> None:
    assert strict_json.loads(json.dumps({"a": "[{" * 500 + '"\\'})) == {"a": "[{" * 500 + '"\\'}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(json_values, max_size=8), st.integers(1, 40))
def test_the_elements_of_an_array_are_those_of_the_whole(values: list[object], block: int) -> None:
    text = json.dumps(values, indent=1, ensure_ascii=block % 2 == 0)
    original = strict_json._BLOCK
    strict_json._BLOCK = block  # type: ignore[misc]
    try:
        found = [strict_json.loads(part.strip()) for _, part in strict_json.elements(io.StringIO(text))]
    finally:
        strict_json._BLOCK = original  # type: ignore[misc]
    assert found == values


def test_lines_of_a_json_array_are_counted() -> None:
    text = '[\n {"a": 1},\n\n {"a":\n 2}, {"a": 3}\n]\n'
    assert [line for line, _ in strict_json.elements(io.StringIO(text))] == [2, 4, 5]


def test_a_bad_line_is_one_bad_row(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", b'{"title": "one"}\n\n{"title": \n\xff\xfe{}\n[1]\n{"title": "two"}\n')
    rows = list(Table(Source(path)).rows())
    assert [(row.line, row.problem is None) for row in rows] == [
        (1, True),
        (3, False),
        (4, False),
        (5, False),
        (6, True),
    ]


def test_rows_of_csv_carry_the_line_they_begin_on(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 'a,b\n1,"x\ny"\n\n2,3,4\n5,"6"7\n8\n')
    rows = list(Table(Source(path)).rows())
    assert [(row.line, row.problem is None) for row in rows] == [(2, True), (5, False), (6, False), (7, True)]
    assert rows[3].values == {"a": "8"}


@pytest.mark.parametrize(
    ("content", "guessed"),
    [
        ("标题,内容\n打印机卡纸,二楼的打印机又卡纸了\n".encode(), False),
        (b"\xef\xbb\xbf" + "标题,内容\n打印机卡纸,二楼的打印机又卡纸了\n".encode(), False),
        ("标题,内容\n打印机卡纸,二楼的打印机又卡纸了\n".encode("utf-16"), False),
        ("标题,内容\n打印机卡纸,二楼的打印机又卡纸了\n".encode("gb18030"), True),
    ],
)
def test_encodings_are_found(tmp_path: Path, content: bytes, guessed: bool) -> None:
    table = Table(Source(write(tmp_path / "a.csv", content)))
    assert [row.values for row in table.rows()] == [{"标题": "打印机卡纸", "内容": "二楼的打印机又卡纸了"}]
    assert table.encoding.guessed is guessed


def test_western_bytes_are_not_taken_for_chinese(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "title\nMüller öffnet größere Fenster\n".encode("cp1252"))
    assert read(path) == [{"title": "Müller öffnet größere Fenster"}]


def test_utf16_without_a_mark_is_found(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tsv", "title\tstate\nprinter\tnew\n".encode("utf-16-le"))
    assert read(path) == [{"title": "printer", "state": "new"}]


def test_an_encoding_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "title\nŽluťoučký\n".encode("cp1250"))
    assert read(path, encoding="cp1250") == [{"title": "Žluťoučký"}]
    with pytest.raises(Usage, match="nobody knows"):
        texts.detect(Source(path), "klingon")
    with pytest.raises(Usage, match="nobody knows"):
        texts.detect(Source(path), "zip")
    with pytest.raises(Invalid, match="no text in utf-8, from about line"):
        read(path, encoding="utf-8")


def test_nul_and_semicolons_and_tabs(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.csv", "a;b\n1;2\n")) == [{"a": "1", "b": "2"}]
    assert read(write(tmp_path / "b.txt", "a\tb\n1\t2\n")) == [{"a": "1", "b": "2"}]
    assert read(write(tmp_path / "c.csv", b"a,b\nx\0y,2\n")) == [{"a": "x\0y", "b": "2"}]


def test_a_gzip_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.jsonl.gz"
    with gzip.open(path, "wb", compresslevel=9) as packed:
        for _ in range(40):
            packed.write(b" " * (1 << 20))
    assert path.stat().st_size * limits.MAX_RATIO < 40 << 20
    with pytest.raises(Invalid, match="100 times"):
        list(Table(Source(path)).rows())


def test_a_small_file_may_pack_well(tmp_path: Path) -> None:
    path = tmp_path / "small.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"title": "x"}\n' * 10_000))
    assert sum(1 for _ in Table(Source(path)).rows()) == 10_000


@pytest.mark.parametrize(
    ("head", "why"),
    [
        pytest.param(b"PK\x03\x04rest", "Excel", id="zip"),
        pytest.param(b"%PDF-1.4", "PDF", id="pdf"),
        pytest.param(b"BZh91AY", "bzip2", id="bzip2"),
        pytest.param(gzip.compress(gzip.compress(b"x", mtime=0), mtime=0), "twice", id="twice"),
        pytest.param(gzip.compress(b"x" * 100, mtime=0)[:20], "does not unpack", id="cut"),
    ],
)
def test_other_files_are_refused_by_name(tmp_path: Path, head: bytes, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        Table(Source(write(tmp_path / "f.csv", head)))


def test_a_line_beyond_measure_is_one_bad_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpdesk_tui.intake.spreadsheet.MAX_LINE", 100)
    path = write(tmp_path / "a.jsonl", '{"title": "' + "x" * 500 + '"}\n{"title": "y"}\n')
    assert [row.problem is None for row in Table(Source(path)).rows()] == [False, True]


def test_columns_are_guessed_in_both_languages(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        "Summary,Description,Status,优先级,Caller ID,Assignment group,Labels,Foo\na,b,new,P1,x@y.example,netops,red,1\n",
    )
    plan = columns.guess(Table(Source(path)).rows())
    assert plan.columns == {
        "Summary": "title", "Description": "description", "Status": "state", "优先级": "priority",
        "Caller ID": "requester", "Assignment group": "team", "Labels": "tags",
    }  # fmt: skip
    assert list(plan.left_out) == ["Foo"]


def test_the_own_key_wins_and_codes_of_others_are_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '{"subject": "s", "title": "t", "impact": 4, "business_service": 71}\n')
    plan = columns.guess(Table(Source(path)).rows())
    assert plan.columns == {"title": "title"}
    assert set(plan.left_out) == {"subject", "impact", "business_service"}
    told = columns.with_map(plan, {"values": {"impact": {"4": "low"}}}, "m")
    assert told.columns["impact"] == "impact"
    row = next(iter(told.stream(Table(Source(path)).rows())))
    assert row.values == {"title": "t", "impact": "low"}


@pytest.mark.parametrize(
    "document",
    [
        b"[colums]\na='title'",
        b"[columns]\na='nonsense'",
        b"[values.title]\na=1",
        b"[options]\ntimezone='Mars/X'",
        b"[options]\nx='y'",
        b"x = [",
        b"\xff",
    ],
)
def test_a_map_that_means_nothing_is_refused(document: bytes) -> None:
    with pytest.raises(Usage):
        columns.with_map(columns.Plan(), columns.parse_map(document, "m.toml"), "m.toml")


@given(st.text() | st.from_regex(r"\A'*[\s\ufeff]*[=+\-@＝＋－＠].*", fullmatch=True))
def test_cells_are_restored_exactly(text: str) -> None:
    cell = defuse(text)
    assert restore(cell) == text
    assert cell in (text, "'" + text)
    assert not cell.lstrip(" \u200b\ufeff").startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r"))


def test_formulas_of_the_collection_are_defused() -> None:
    harmless = {";=1", "a\t=1", "a\n=1", "00123", "1-2"}
    for line in (data() / "bad-input" / "csv" / "formula.jsonl").read_text().splitlines():
        text = json.loads(line)["text"]
        assert (defuse(text) == text) == (text in harmless), text
