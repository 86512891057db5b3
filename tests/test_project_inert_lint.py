"""The source check for SQL and markup: what it finds, what it lets pass."""

import re
from pathlib import Path

import pytest

from tools.inert_lint import BUILDERS, RUNNERS, faults_in

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
    'for statement in ("SELECT 1", "SELECT 2"):\n    conn.execute(statement)',
    'for name, sql in (("a", "SELECT 1"), ("b", "SELECT 2")):\n    conn.execute(sql)',
    '_ALL = {"a": "SELECT 1"}\nfor name, sql in _ALL.items():\n    conn.execute(sql)',
    '_ALL = {"a": "SELECT 1"}\nsql = _ALL.get(name)\nconn.execute(sql)',
    'one, two = ("SELECT 1", 1) if a else ("SELECT 2", 2)\nconn.execute(one)',
    "from helpdesk_tui.store import journal\nconn.execute(journal.INSERT, row)",
    "conn.execute(self._ONE, row)",
    'SQL = "SELECT a"\nOTHER = SQL.replace("a", "b")\nconn.execute(OTHER)',
    "from helpdesk_tui.store import rowcheck\nconn.execute(rowcheck.select(table))",
    "from helpdesk_tui.store.rowcheck import select\nconn.execute(select(table))",
    'self.desk.store.query("SELECT 1")',
    "conn.execute(sql)  # sql: a constant of the caller",
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
SQL_TRICKS = [
    'c.execute("SELECT * FROM t WHERE a=\'" + w + "\'")',
    'c.execute("SELECT a FROM t WHERE b=%s" % (w,))',
    'c.execute("select a from " + t)',
    'c.execute(f"select {a}")',
    "c.execute(str(w))",
    'c.execute("".join(["SELECT ", w]))',
    'c.execute("SELECT {}".format(w))',
    'c.execute("SELECT %(a)s" % {"a": w})',
    'c.execute(sql=f"SELECT {w}")',
    'c.execute(*[f"X {w}"])',
    'run = c.execute\nrun(f"X {w}")',
    'getattr(c, "execute")(f"X {w}")',
    'c.execute("SELECT a".replace("a", w))',
    'import string\nc.execute(string.Template("X $a").substitute(a=w))',
    'c.execute(Template("X $a").substitute(a=w))',
    'def f(w):\n    parts = ["SELECT a"]\n    parts.append(w)\n    c.execute(" ".join(parts))',
    'def f(w):\n    sql = "SELECT a FROM t WHERE " \n    sql = sql + w\n    c.execute(sql)',
    'c.execute("SELECT a FROM t" " WHERE b=" f"{w}")',
    'd = {"q": f"X {w}"}\nc.execute(d["q"])',
    'c.execute((lambda: f"X {w}")())',
    'c.execute(f"{w:s}")',
    'c.execute(f"{w!r}")',
    'def f(COLS):\n    c.execute(f"SELECT {COLS}")',
    'def f(w):\n    WHERE = w\n    c.execute(f"SELECT {WHERE}")',
    'from x import a as COLS\nc.execute(f"SELECT {COLS}")',
    'c.cursor().execute(f"X {w}")',
    'c.execute("SELECT ?" if a else w + "x")',
    'query(f"SELECT {w}")',
    'self.rows("DELETE FROM t WHERE " + w)',
    'SQL = "SELECT %s"\nc.execute(SQL % w)',
    'SQL = "SELECT {}"\nc.execute(SQL.format(w))',
    'c.execute(  # sql: \n f"X {w}")',
    'c.execute(f"BEGIN; {w}")',
    'c.execute("EXPLAIN " + w)',
    'conn.execute(f"SAVEPOINT {w}")',
    'c.execute(w.join(["SELECT 1", "2"]))',
    'c.execute("SELECT 1" + " ".join(w for w in ws))',
    'c.execute("X " * 2 + w)',
    'c.execute(b"x" + w)',
    'store.query("UPDATE t SET " + ", ".join(f"{k} = ?" for k in data), list(data.values()))',
    'for T in tables:\n    c.execute(f"X {T}")',
    'def f(*TS):\n    c.execute(f"X {TS[0]}")',
    'def f(**KW):\n    c.execute(f"X {KW}")',
    'with open(p) as SQL:\n    c.execute(f"X {SQL}")',
    'try:\n    pass\nexcept E as ERR:\n    c.execute(f"X {ERR}")',
    'match w:\n    case str(A):\n        c.execute(f"X {A}")',
    '[c.execute(f"X {T}") for T in w]',
    'f = lambda T: c.execute(f"X {T}")',
    'global T\nT = w\nc.execute(f"X {T}")',
    "c.execute(build(w))",
    "def f(w):\n    c.execute(w)",
    "def query(self, w):\n    c.execute(w)",
    'class A:\n    def f(self, w):\n        self.sql = f"{w}"\n        c.execute(self.sql)',
    "def f(w):\n    c.execute(w.sql)",
    "def f(w):\n    c.execute(w.SQL)",
    "def f(w):\n    sql = made(w)\n    c.execute(sql)",
    "for sql in made:\n    c.execute(sql)",
    'for a, sql in (("a", "SELECT 1"), ("b", w)):\n    c.execute(sql)',
    '_ALL = {"a": w}\nfor name, sql in _ALL.items():\n    c.execute(sql)',
    'one, two = ("SELECT 1", 1) if a else (w, 2)\nconn.execute(one)',
    'SQL = "SELECT a"\nconn.execute(SQL.replace("a", w))',
    'x.create_function(f"a{w}", 1, g)',
    "self.desk.store.query(w)",
    'def f(w):\n    sql = w + "x"\n    self.desk.store.query(sql)',
    "work.rows(w)",
    "from helpdesk_tui.store import journal\njournal.read(conn, w)",
    "from helpdesk_tui.store.driver import move_log\nmove_log(conn, w)",
    "run = self.desk.store.query\nrun(w)",
    "from elsewhere import select\nc.execute(select(w))",
    "c.execute(sql=w)",
]
DRAWN_TRICKS = [
    'x = Static("a")\nx.update(title)',
    'self.query_one(Static).update(f"{t}")',
    "Button(title)",
    "Checkbox(title)",
    "RadioButton(t)",
    "Tab(t)",
    "TabPane(t)",
    "Collapsible(title=t)",
    "ListItem(Label(t))",
    "table.add_row(t)",
    "table.add_column(t)",
    "table.add_columns(*t)",
    "table.update_cell(1,2,t)",
    "node.add_leaf(t)",
    "tree.root.set_label(t)",
    "RichLog(markup=True)",
    "Static(t, markup=flag)",
    "Markdown(t)",
    "self.border_subtitle = t",
    'setattr(self, "border_title", t)',
    "w.with_tooltip(t)",
    "self.app.title = t",
    "Select([(t, 1)])",
    "select.set_options([(t,1)])",
    "SelectionList((t, 1))",
    "Option(prompt=t)",
    "Digits(t)",
    "Link(t, url=u)",
    'Content.from_markup(f"{t}")',
    "from textual.content import Content as C\nC.from_markup(t)",
    "visualize(w, t)",
    "Text.from_markup(t)",
    "Content.from_text(t)",
    "Content.from_text(t, markup=True)",
    "Panel(t)",
    "rprint(t)",
    'self.notify("x", title=t)',
    "n = self.notify\nn(t)",
    "Static(*[t])",
    "class S(Static):\n    def __init__(self, t):\n        super().__init__(t)",
    "class S(Static):\n    def render(self):\n        return self.t",
    "self.tooltip: str = t",
    "a, self.tooltip = 1, t",
    "self.border_title += t",
    "Static(str(Content(t)))",
    "Static(Content(t).markup)",
    "Static(Text(t).markup)",
    'Static("x" + t)',
    'Static(t or "x")',
    "Static(t[:3])",
    "Static(Content)",
    "self.app.open_url(t)",
    'option_list.replace_option_prompt("a", t)',
    "Toast(t)",
    "Notification(t)",
    "Static(content=t)",
    "Label(renderable=t)",
    "Static(visual=t)",
    "App.notify(self, t)",
    "super().notify(t)",
    "Style(link=t)",
    'Text(t, style=f"link {u}")',
    'Content.assemble((t, f"link={u}"))',
    "Input(placeholder=t)",
    "tree.root.add(t)",
    "log.write(t)",
    "self.query_one(RichLog).write(t)",
    "shown = self.query_one(RichLog)\nshown.write(t)",
    "self.event_log.write_line(t)",
    'Static(markup=True, content="x")',
    'Static("x", markup=True)',
    "md.update(t)",
    'w.update(_("{a}").format(a=a))',
    "self.sub_title = t",
    "self.title = t",
    "class S(Screen):\n    def f(self, t):\n        self.title = t",
    "Screen.TITLE = t",
    "from rich.markup import render\nrender(t)",
    "from rich import markup\nmarkup.render(t)",
    "import rich.markup",
    "console.print(t)",
    'console.print(f"[b]{t}[/b]")',
    "Footer(t)",
    "Rule(t)",
    "Style.parse(t)",
    "Content.styled(t, t2)",
    "Content(t).stylize(t2)",
    "Text.assemble((t, u))",
    "Text(t, style=u)",
    "Text(t, u)",
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


@pytest.mark.parametrize("source", SQL_TRICKS)
def test_sql_in_disguise_is_found(source: str) -> None:
    assert faults_in("helpdesk_tui/store/x.py", source)


@pytest.mark.parametrize("source", DRAWN_TRICKS)
def test_markup_in_disguise_is_found(source: str) -> None:
    assert faults_in("helpdesk_tui/screens/x.py", source)


@pytest.mark.parametrize(
    "source",
    [
        'shown.update(Content("x").stylize("bold"))',
        "from helpdesk_tui.widgets.inert import line\nself.query_one(Static).update(line(text, 80))",
        "known = set()\nknown.update(other)",
        "known.update(dict(other))",
        "def read() -> dict[str, str]: ...\nkept = read()\nkept.update(texts)",
        "from helpdesk_tui.settings.reading import from_text\nfrom_text(key, t)",
        "known.update(other)  # inert: a set of numbers",
        "ProgressBar(name=t)",
        "class A:\n    def f(self, t):\n        self.title = t",
        'Content("x").stylize("bold")',
        'STRONG = "bold"\nContent(t).stylize(STRONG)',
        'Text(t, style="bold" if a else "dim")',
        "file.write(t)",
        'log.write("started")',
        'console.print("x")',
        "console.print(t, markup=False)",
        "node.add(t)  # inert: a set of numbers",
        'kept.update({"a": 1})',
        "class S(Static):\n    def __init__(self, t):\n        super().__init__(t, markup=False)",
        "class S(Static):\n    def render(self) -> Content:\n        return self.t",
        'class S(Static):\n    def __init__(self):\n        super().__init__("")',
        'self.app.open_url("https://example.org")',
    ],
)
def test_harmless_forms_of_the_same_pass(source: str) -> None:
    assert faults_in("helpdesk_tui/screens/x.py", source) == []


@pytest.mark.parametrize(
    "source",
    [
        '_READ = {"a": "SELECT 1"}\ndef f(t):\n    conn.execute(_READ[t])',
        "conn.execute(self._LOOK_UP[column], (value,))",
        'def f():\n    parts = ["SELECT 1"]\n    parts.append("FROM a")\n    conn.execute(" ".join(parts))',
    ],
)
def test_sql_of_tables_and_lists_of_literals_passes(source: str) -> None:
    assert faults_in("helpdesk_tui/store/x.py", source) == []


@pytest.mark.parametrize("named", [*RUNNERS, *BUILDERS])
def test_every_reviewed_function_is_still_there(named: str) -> None:
    stem, function = named.split(".")
    room = Path(__file__).parents[1] / "helpdesk_tui"
    assert [
        p for p in room.rglob(f"{stem}.py") if re.search(rf"^ *def {function}\(", p.read_text("utf-8"), re.MULTILINE)
    ]
