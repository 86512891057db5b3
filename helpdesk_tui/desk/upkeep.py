"""`desk.upkeep`: the desk's file: what it holds, whether it is sound, backups, and the index made anew."""

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from helpdesk_tui.desk.archiving import Archiving
from helpdesk_tui.desk.registry import verb
from helpdesk_tui.desk.shapes import Object, file
from helpdesk_tui.store import backup as backups
from helpdesk_tui.store import check as checks
from helpdesk_tui.store import crypt, migrate
from helpdesk_tui.store.changes import Entry, RowChange
from helpdesk_tui.vocabulary.errors import Busy, StoreFault, Usage
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Phase
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.roles import Permission

Progress = Callable[[int, int | None], None]
_COUNTS: Final = {
    "tickets": "SELECT count(*) FROM ticket WHERE deleted_at IS NULL",
    "open": "SELECT coalesce(sum(n), 0) FROM tally WHERE phase < 3",
    "deleted": "SELECT count(*) FROM ticket WHERE deleted_at IS NOT NULL",
    "comments": "SELECT count(*) FROM comment",
    "attachments": "SELECT count(*) FROM attachment",
    "people": "SELECT count(*) FROM person",
    "agents": "SELECT count(*) FROM person WHERE agent = 1 AND active = 1",
    "teams": "SELECT count(*) FROM team",
    "services": "SELECT count(*) FROM service",
    "items": "SELECT count(*) FROM configuration_item",
    "policy": "SELECT coalesce(max(version), 0) FROM policy_version",
}
register(
    {
        "backup.made": N_("backup {file} up to entry {seq}, SHA-256 {sha256}"),
        "backup.restored": N_("restored from a backup that ends with entry {seq} ({hash})"),
        "salvaged": N_("salvaged from a damaged file"),
        "index.rebuilt": N_("search index and counts written anew"),
    }
)


def secret_of(passphrase_file: str | None, key_file: str | None) -> crypt.Secret | None:
    """What encrypts or opens a backup: the first line of a file, or a key; None where neither is given."""
    if passphrase_file is not None and key_file is not None:
        raise Usage(N_("give a passphrase or a key file, not both"))
    if key_file is not None:
        return crypt.key_file(file(key_file))
    if passphrase_file is None:
        return None
    try:
        with file(passphrase_file).open("rb") as opened:
            line = opened.readline(4096).rstrip(b"\r\n").decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        text = error.strerror if isinstance(error, OSError) else "UTF-8"
        raise StoreFault(N_("{path} cannot be read: {error}"), path=passphrase_file, error=text) from error
    return crypt.passphrase(line)


def passphrase(text: str) -> crypt.Secret:
    """A passphrase that somebody typed. Raises Invalid for a very short one."""
    return crypt.passphrase(text)


def look_at(path: Path, *, deep: bool = False, progress: Progress | None = None) -> checks.Findings:
    """Check a file that may be too damaged to open as a desk. Raises StoreFault where there is none."""
    return checks.check(path, deep=deep, progress=progress)


def schema_version(path: Path) -> int:
    """The schema of a desk file as it lies there, without opening it for writing; 0 where there is none."""
    if not path.exists() or not path.stat().st_size:
        return 0
    return migrate.look(path)[1]


class Upkeep(Archiving):
    """The desk's file."""

    @verb("db.stats", Permission.POLICY_READ, reads=True)
    def stats(self) -> Object:
        """What the desk holds: path, size in bytes, schema, journal entries, and counts by table."""
        store = self.desk.store
        beside = store.path.with_name(store.path.name + "-wal")
        hidden = self.desk.reading.hidden()
        left = {"tickets": len(hidden), "open": sum(1 for row in hidden if row["phase"] < Phase.RESOLVED)}
        return {
            "path": str(store.path),
            "size": store.path.stat().st_size,
            "wal": beside.stat().st_size if beside.exists() else 0,
            "schema": int(store.query("PRAGMA user_version")[0][0]),
            "entries": store.head(),
            **{name: int(store.query(sql)[0][0]) - left.get(name, 0) for name, sql in _COUNTS.items()},
            "demo": store.meta("demo") is not None,
        }

    @verb("db.check", Permission.AUDIT_VERIFY, reads=True)
    def check(self, *, deep: bool = False, progress: Progress | None = None) -> Object:
        """Whether the file is sound: `{"ok", "pages", "references", "journal", "rows", "search", "problems"}`.

        `pages` is SQLite's own check of the file, `references` whether every reference leads somewhere, `journal` the
        chain of hashes, `rows` whether every row is what the journal says, `search` whether everything can be found;
        `deep` adds every term of the search index, `attachments`, `counts` and, where there is one, the `archive`.
        """
        return self.look(deep=deep, progress=progress).data()

    def look(self, *, deep: bool = False, progress: Progress | None = None) -> checks.Findings:
        """As `check`, with problems that can be shown in the reader's language."""
        self.desk.require(Permission.AUDIT_VERIFY, "db.check")
        found = checks.check(self.desk.store.path, deep=deep, progress=progress)
        if deep:
            place = self.archive_path()
            checks.check_archive(self.desk.store.path, place, found, progress)
        return found

    @verb("db.backup", Permission.DESK_ADMIN)
    def backup(
        self,
        path: str | None = None,
        *,
        passphrase_file: str | None = None,
        key_file: str | None = None,
        secret: crypt.Secret | None = None,
        progress: Progress | None = None,
    ) -> Object:
        """Copy the desk to a file, or to a new name in a folder, and prove the copy; encrypted where a secret is given.

        The manifest's facts, `path` and `manifest`; `journalled` says whether the desk could still note it (a desk on
        a full disk cannot, and its backup counts all the same).
        """
        secret = secret or secret_of(passphrase_file, key_file)
        now = self.desk.now()
        desk = self.desk.store.path
        place = backups.place_for(desk, None if path is None else file(path), now, encrypted=secret is not None)
        made = backups.backup(desk, place, at=now, secret=secret, progress=progress)
        facts = {key: made.facts[key] for key in ("seq", "hash", "sha256")}
        noted = self._note("db.backup", Reason("backup.made", {"file": place.name, **facts}))
        return {"path": str(place), "manifest": str(made.manifest), "journalled": noted, **made.facts}

    @verb("db.reindex", Permission.DESK_ADMIN)
    def reindex(self) -> Object:
        """Write the search index and the counts anew from the rows: `{"documents"}`."""
        from helpdesk_tui.store import index

        with self.desk.work("db.reindex") as work:
            documents = index.rebuild(work.tx.conn)
            index.recount(work.tx.conn)
            work.record(_entry("db.reindex", work.at, Reason("index.rebuilt", {"documents": documents})))
        return {"documents": documents}

    def _note(self, name: str, reason: Reason) -> bool:
        try:
            with self.desk.work(name) as work:
                work.record(_entry(name, work.at, reason))
        except (StoreFault, Busy):
            return False
        return True


def _entry(name: str, at: int, reason: Reason) -> Entry:
    return Entry(name, "desk", 1, at, reasons=[reason.data()])


def ask_leave(path: Path, act_as: str | None, name: str) -> str:
    """The login of whoever may put another file in the place of a desk. Raises NotPermitted.

    A desk that stands there decides, by its roles; one that is too damaged to know anybody, or no desk, cannot.
    """
    from helpdesk_tui.desk.actor import os_user
    from helpdesk_tui.desk.desk import Desk

    if path.exists() and path.stat().st_size:
        try:
            with Desk.open(path, act_as=act_as) as desk:
                desk.require(Permission.DESK_ADMIN, name)
        except (StoreFault, sqlite3.DatabaseError):
            pass
    return os_user().login


def restore(
    source: str,
    desk: Path,
    *,
    now: int,
    login: str,
    secret: crypt.Secret | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Check a backup and put it in the place of a desk. `{"path", "kept", "seq", "hash", "manifest"}`.

    `kept` is where the desk that stood there is kept. The journal of the restored desk tells of it. Who may do this is
    for the caller to ask of the desk that stands there; where none stands, whoever can read the backup.
    """
    from helpdesk_tui.store import publish
    from helpdesk_tui.vocabulary.errors import Conflict

    desk = desk.resolve()  # a link stays a link
    if desk.exists() and not force:
        raise Conflict(
            N_("there is a desk at {path}; --force keeps it aside and puts the backup in its place"), path=desk
        )
    with publish.work_folder(desk.parent) as folder:
        opened = backups.open_backup(file(source), folder, secret, progress)
        note(
            opened.copy,
            "db.restore",
            now,
            login,
            Reason("backup.restored", {"seq": opened.found.entries, "hash": opened.found.head}),
        )
        kept = backups.replace(opened.copy, desk, now, force=force)
    return {
        "path": str(desk),
        "kept": None if kept is None else str(kept),
        "seq": opened.found.entries,
        "hash": opened.found.head,
        "manifest": opened.manifest is not None,
    }


def note(path: Path, name: str, now: int, login: str, reason: Reason, *, rows: Iterable[RowChange] = ()) -> None:
    """Write an entry about the desk itself into a file that is not in use yet, and close it as one file."""
    from helpdesk_tui.desk import actor as actors
    from helpdesk_tui.store.changes import ChangeSet
    from helpdesk_tui.store.store import Store

    store = Store(path)
    try:
        found = actors.find_login(store.reader(), login)
        entry = _entry(name, now, reason)
        entry.rows.extend(rows)
        entry.actor_id = None if found is None else found.id
        if found is None:  # somebody whom the desk does not know: then the words name them
            entry.reasons = [{**reason.data(), "text": login}]
        with store.write() as tx:
            tx.apply(ChangeSet([entry], now))
    finally:
        store.close()
    path.with_name(path.name + ".lock").unlink(missing_ok=True)


def salvage(source: str, target: str, *, now: int, login: str, progress: Progress | None = None) -> dict[str, Any]:
    """Make a new desk file of what is left of a damaged one: `{"out", "complete", …}`, as `store.salvage.Report`.

    A desk needs a policy and somebody who runs it: where these are lost, the default policy is put in force
    (`policy_made`) and whoever salvages becomes administrator (`administrator`). The journal tells of all of it. The
    damaged file is only read; whoever can read it may do this.
    """
    from helpdesk_tui.store import salvage as salvaging

    place = file(target)
    report = salvaging.salvage(file(source), place, progress)
    lost = sum(last - first + 1 for first, last in report.gaps)
    rows = _essentials(place, now, login)
    note(
        place,
        "db.salvage",
        now,
        login,
        Reason("salvaged", {"entries_lost": lost, "texts_lost": report.texts_lost}),
        rows=rows,
    )
    return {
        "out": str(place),
        **report.data(),
        "policy_made": any(row.table == "policy_version" for row in rows),
        "administrator": login if any(row.table == "person_role" for row in rows) else None,
    }


_RUNS_IT: Final = (
    "SELECT 1 FROM person p JOIN person_role r ON r.person_id = p.id"
    " WHERE r.role = 'administrator' AND p.active = 1 AND p.login IS NOT NULL"
)


def _essentials(path: Path, now: int, login: str) -> list[RowChange]:
    """The rows without which nobody could use a desk, as far as they are missing."""
    import hashlib

    from helpdesk_tui.desk.first import default_policy_text
    from helpdesk_tui.rules.access import FIRST_USER_ROLES
    from helpdesk_tui.store.apply import new_row, next_id
    from helpdesk_tui.store.store import Store

    store, rows = Store(path), []
    try:
        conn = store.reader()
        if not store.query("SELECT 1 FROM policy_version LIMIT 1"):
            version, text = next_id(conn, "policy_version"), default_policy_text()
            digest = hashlib.sha256(text.encode()).hexdigest()
            row = new_row("policy_version", version=version, document=text, sha256=digest, applied_at=now, note="")
            rows.append(RowChange("policy_version", (version,), None, row))
        if not store.query(_RUNS_IT):
            found = store.query("SELECT id, active, version FROM person WHERE login = ?", (login,))
            person = found[0][0] if found else next_id(conn, "person")
            if not found:
                row = new_row("person", id=person, name=login, login=login, agent=True)
                rows.append(RowChange("person", (person,), None, row))
            elif not found[0][1]:
                before, after = {"active": 0, "version": found[0][2]}, {"active": True, "version": found[0][2] + 1}
                rows.append(RowChange("person", (person,), before, after))
            held = {role for (role,) in store.query("SELECT role FROM person_role WHERE person_id = ?", (person,))}
            rows += [
                RowChange("person_role", (person, role.value), None, {"person_id": person, "role": role.value})
                for role in sorted(FIRST_USER_ROLES)
                if role.value not in held
            ]
    finally:
        store.close()
    return rows
