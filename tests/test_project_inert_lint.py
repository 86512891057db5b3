"""The source check for SQL and markup: what it finds, what it lets pass."""

import pytest

from tools.inert_lint import faults_in

SQL_FAULTS = [
    'conn.execute(f"SELECT {column} FROM ticket")',
    'conn.execute("SELECT * FROM " + table)',
    'conn.execute("SELECT * FROM %s" % table)',
    'conn.executemany("DELETE FROM {}".format(table), rows)',
    'conn.executescript(";".join(statements))',
    'from sqlalchemy import text\nsession.exec(text(f"SELECT {x}"))',
    'import sqlalchemy as sa\nsession.exec(sa.text(f"SELECT {x}"))',
    'def f(table):\n    sql = f"SELECT * FROM {table}"\n    conn.execute(sql)',
    'def f(word):\n    sql = "SELECT 1"\n    sql += f" WHERE a = {word}"\n    conn.execute(sql)',
    'def f(COLUMNS):\n    for column in COLUMNS:\n        conn.execute(f"SELECT {column}")',
    'conn.execute(f"SELECT {a if b else c}")',
    'def f():\n    sql = "a" if x else f"b{y}"\n    conn.execute(sql)  # sql:',
    'def f(t):\n    return f"DELETE FROM {t}"',
    'rows("SELECT a FROM " + t)',
    'connection.exec_driver_sql(f"{statement}")',
]
SQL_FINE = [
    'conn.execute("SELECT ?", (value,))',
    'conn.execute("SELECT 1 " "FROM ticket")',
    "conn.execute(statement)",
    'C = "a, b"\nconn.execute(f"SELECT {C} FROM ticket")',
    'C = "SELECT a "\ndef f():\n    conn.execute(C + "FROM ticket")',
    'from helpdesk_tui.store.sql import COLUMNS\nconn.execute(f"SELECT {COLUMNS} FROM ticket")',
    'N = ("a", "b")\nconn.execute("SELECT " + ", ".join(N))',
    "conn.execute(f\"SELECT ({', '.join('?' * len(row))})\", row)",
    'conn.execute(f"PRAGMA user_version = {version:d}")',
    'conn.execute(f"SELECT {column}")  # sql: column is one of COLUMNS',
    '# sql: column is one of COLUMNS\nconn.execute(f"SELECT {column}")',
    'def f(t):\n    sql = f"SELECT {t}"  # sql: t is a table of ours\n    conn.execute(sql)',
    'rows(\n    f"SELECT {t}",\n    (1,),\n)  # sql: t is a table of ours',
    'log(f"Selected {n} of {m}")',
    'other.text(f"{x}")',
    'text(f"{x}")',
]
DRAWN_FAULTS = [
    "Static(title)",
    'Static(f"{title}")',
    'Static(_("by {who}").format(who=who))',
    "Label(ticket.title)",
    "Static()",
    'Label("", id="head")',
    "self.notify(message)",
    'self.app.notify(str(error), severity="error")',
    "self.notify(message, markup=True)",
    "options.add_option(name)",
    "Option(name)",
    "self.border_title = ticket.title",
    "self.tooltip = reason",
    "def f(title):\n    line = title\n    Static(line)",
    "def f(title):\n    line = line if a else title\n    Static(line)",
    "Static(self.line())",
]
DRAWN_FINE = [
    'Static("Queue")',
    'Label(_("Queue"))',
    'self.notify(ngettext("one", "many", n))',
    "Static(title, markup=False)",
    "Static(markup=False)",
    "Static(Content(title))",
    'Static(Content.assemble("a", title))',
    "self.notify(message, markup=False)",
    "options.add_option(Option(Content(name)))",
    "options.add_option()",
    "self.border_title = Content(title)",
    "line = Content(title)\nStatic(line)",
    "def f(line: Content) -> None:\n    Static(line)",
    "class A:\n    def line(self) -> Content:\n        return Content(self.x)\n    def f(self):\n        Static(self.line())",
    "Static(version)  # inert: our own constant",
]


@pytest.mark.parametrize("source", SQL_FAULTS)
def test_sql_put_together_from_text_is_found(source: str) -> None:
    assert len(faults_in("helpdesk_tui/store/x.py", source)) == 1


@pytest.mark.parametrize("source", SQL_FINE)
def test_fixed_sql_passes(source: str) -> None:
    assert faults_in("helpdesk_tui/store/x.py", source) == []


@pytest.mark.parametrize("source", DRAWN_FAULTS)
@pytest.mark.parametrize(
    "path", ["helpdesk_tui/screens/queue.py", "helpdesk_tui/widgets/bar.py", "helpdesk_tui/app.py"]
)
def test_markup_out_of_data_is_found(path: str, source: str) -> None:
    assert [fault.line for fault in faults_in(path, source)] == [source.count("\n") + 1]


@pytest.mark.parametrize("source", DRAWN_FINE)
def test_inert_text_passes(source: str) -> None:
    assert faults_in("helpdesk_tui/screens/queue.py", source) == []


def test_a_fault_stands_where_the_text_is_put_together() -> None:
    (fault,) = faults_in("x.py", 'a = 1\ndef f(t):\n    sql = f"SELECT {t}"\n    conn.execute(sql)')
    assert str(fault) == "x.py:3: SQL put together from text: pass parameters, or say why with # sql: …"


def test_rooms_that_draw_nothing_are_not_asked_about_drawing() -> None:
    assert faults_in("helpdesk_tui/desk/tickets.py", "Option(name)") == []


@pytest.mark.parametrize("path", ["helpdesk_tui/desk/x.py", "helpdesk_tui/screens/x.py"])
@pytest.mark.parametrize("name", ["Content.from_markup", "Text.from_markup"])
def test_markup_is_read_from_literals_only(path: str, name: str) -> None:
    assert len(faults_in(path, f"{name}(title)")) == 1
    assert len(faults_in(path, f'{name}(f"[b]{{title}}[/b]")')) == 1
    assert faults_in(path, f'{name}("[b]bold[/b]")') == []
