"""`helpdesk import` and `helpdesk export` from the command line: answers and exit codes."""

import json
from pathlib import Path

import pytest

from helpdesk_tui.cli.main import run


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HELPDESK_DATABASE", str(tmp_path / "desk.db"))
    return tmp_path


def test_the_answer_and_exit_code_of_bad_rows(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (db / "a.csv").write_text("Subject,Priority,Email\none,P1,z@example.org\ntwo,blue,\nthree,,\n")
    assert run(["import", "tickets", str(db / "a.csv"), "-o", "json"]) == 6
    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == ["batch", "read", "created", "updated", "skipped", "errors"]
    assert (answer["read"], answer["created"], answer["skipped"]) == (3, 2, 1)
    assert [list(error) for error in answer["errors"]] == [["line", "reason"]]
    assert answer["errors"][0]["line"] == 3
    assert run(["undo", answer["batch"], "--yes"]) == 0
    capsys.readouterr()
    assert run(["export", "tickets", "--format", "jsonl"]) == 0
    assert capsys.readouterr().out == ""


def test_a_dry_run_shows_the_mapping(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (db / "a.jsonl").write_text('{"text": "the printer burns", "label": "Hardware", "x": 1}\n')
    assert run(["import", "tickets", str(db / "a.jsonl"), "--dry-run"]) == 0
    seen = capsys.readouterr()
    assert "text -> description" in seen.err
    assert "column x is left out" in seen.err
    assert "the printer burns" in seen.out
    assert "1 read, 1 created" in seen.out


def test_stopped_says_how_to_go_on(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (db / "a.csv").write_text("title,priority\none,\ntwo,blue\nthree,\n")
    assert run(["import", "tickets", str(db / "a.csv"), "--on-error", "stop", "-o", "json"]) == 6
    seen = capsys.readouterr()
    batch = json.loads(seen.out)["batch"]
    assert f"--resume {batch}" in seen.err
    assert run(["import", "tickets", str(db / "a.csv"), "--resume", batch, "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["created"] == 1


def test_an_export_goes_to_a_file(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (db / "a.csv").write_text("title\n=1+1\n")
    assert run(["import", "tickets", str(db / "a.csv")]) == 0
    assert run(["export", "tickets", "--format", "csv", "--out", str(db / "out.csv")]) == 0
    assert '"\'=1+1"' in (db / "out.csv").read_text()
    assert run(["export", "people", "--format", "xes"]) == 2
    assert run(["import", "log", str(db / "a.csv")]) == 2
    assert run(["import", "tickets", str(db / "nowhere.csv")]) == 2
    (db / "b.csv").write_bytes(b"PK\x03\x04")
    assert run(["import", "tickets", str(db / "b.csv")]) == 6
    capsys.readouterr()
