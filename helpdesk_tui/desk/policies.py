"""`desk.policy`: the reviewed document of all judgement: showing, checking, comparing, trying out, applying."""

import hashlib
from typing import Final

from helpdesk_tui.desk import computing, dynamic, escalations, fields, seeds
from helpdesk_tui.desk.policy_diff import differences
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects, Progress, when
from helpdesk_tui.desk.work import new_batch
from helpdesk_tui.rules.policy import Policy, parse_policy
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.roles import Permission

_ROWS: Final = (
    "SELECT v.version, v.applied_at, v.note, v.sha256, coalesce(p.login, p.name) FROM policy_version v"
    " LEFT JOIN journal j ON j.subject_type = 'policy_version' AND j.subject = v.version"
    " AND j.seq = (SELECT min(x.seq) FROM journal x WHERE x.subject_type = 'policy_version' AND x.subject = v.version)"
    " LEFT JOIN person p ON p.id = j.actor_id ORDER BY v.version DESC"
)


class Policies(Noun):
    """Policies."""

    def _in_force(self) -> int:
        return self.desk.policies.current().version

    def _document(self, version: int) -> str:
        rows = self.desk.store.query("SELECT document FROM policy_version WHERE version = ?", (version,))
        if not rows:
            raise NotFound(N_("there is no policy version {version}"), version=version)
        return str(rows[0][0])

    @verb("policy.show", Permission.POLICY_READ, reads=True)
    def show(self, version: int | None = None) -> Object:
        """A version of the policy (without a number the one in force): what `list` says of it, and its `document`."""
        wanted = self._in_force() if version is None else version
        document = self._document(wanted)
        row = next(r for r in self.list() if r["version"] == wanted)
        return {**row, "document": document}

    @verb("policy.check", Permission.POLICY_READ, reads=True)
    def check(self, text: str) -> Object:
        """What is wrong with a document; see `computing.check_policy`."""
        return computing.check_policy(text)

    def _read(self, document: str) -> Policy:
        """A document, or the version that a short text names."""
        plain = document.strip()
        if plain.isdecimal() and plain.isascii() and len(plain) < 10:
            return self.desk.policies.version(int(plain)).policy
        return parse_policy(document)

    @verb("policy.diff", Permission.POLICY_READ, reads=True)
    def diff(self, text: str, against: int | None = None) -> Objects:
        """What differs from the version in force (or `against`) in a document, or in the version that `text` names.

        `[{"key": "rules[vpn].weight", "change": "changed"|"added"|"removed"|"moved", "before", "after"}]`.
        """
        old = self.desk.policies.version(self._in_force() if against is None else against).policy
        return differences(old, self._read(text))

    @verb("policy.backtest", Permission.POLICY_READ, reads=True)
    def backtest(
        self,
        text: str,
        where: str = "",
        *,
        limit: int | None = None,
        examples: int = 5,
        progress: Progress | None = None,
    ) -> Object:
        """Replay stored tickets through a candidate (a document, or the number of a version): what would have changed.

        `{"policy", "tickets", "changed", "fields": {field: {"changed": n, "changes": [{"before", "after", "n"}],
        "examples": [{"number", "ref", "before", "after"}]}}}`; fields are kind, category, service, impact, urgency,
        priority, team, sla_target, response_due, update_due, resolution_due, sla_result. Nothing is written.
        """
        from helpdesk_tui.desk import backtest

        policy = self._read(text)
        if limit is not None and limit < 1:
            raise Invalid(N_("{field} must be at least 1"), field="limit")
        numbers = self.desk.tickets.numbers(where, limit)
        candidate = self.desk.policies.prepare(0, policy)
        return backtest.run(self.desk, candidate, numbers, max(0, min(examples, 100)), progress)

    @verb("policy.apply", Permission.POLICY_EDIT)
    def apply(self, text: str, note: str = "", *, version: int | None = None, recompute: bool = True) -> Object:
        """Put a document in force as a new version; teams and services it names and the desk lacks are made.

        `version` is the one it was written against (Conflict if another is in force). Open tickets' clocks are derived
        again, and what lifts their priority is weighed again where either version does that. Returns what `list` says of
        the new version, `brought` {"teams", "services"}, `recomputed` and `moved` (null: nothing to weigh). A policy is
        taken back by applying an older version's document. Raises PolicyInvalid with line and key.
        """
        policy = parse_policy(text)
        reason_given = fields.bounded("note", note, 4_000).strip()
        digest = hashlib.sha256(text.encode()).hexdigest()
        with self.desk.work("policy.apply") as work:
            escalations.look_again(work)
            current = work.rows("SELECT version, sha256 FROM policy_version ORDER BY version DESC LIMIT 1")
            if current and version is not None and current[0][0] != version:
                raise Conflict(N_("version {now} of the policy is in force, not {version}; look again and repeat"),
                               now=current[0][0], version=version)  # fmt: skip
            if current and current[0][1] == digest:
                raise Conflict(N_("this document is already in force as version {version}"), version=current[0][0])
            made = seeds.policy_row(work, text, reason_given)
            before = len(work.entries)
            seeds.bring(work, policy)
            rows = [c for e in work.entries[before:] for c in e.rows if c.after is not None]
            brought = {
                "teams": [c.after["code"] for c in rows if c.table == "team" and c.after],
                "services": [c.after["code"] for c in rows if c.table == "service" and c.after],
            }
        row = next(r for r in self.list() if r["version"] == made)
        told = {**row, "brought": brought, "recomputed": self.desk.sla.recompute() if recompute else None}
        known = [policy, *(self.desk.policies.version(number).policy for number, _digest in current)]
        lifts = recompute and any(one.dynamic.active for one in known)
        return {**told, "moved": dynamic.look_again(self.desk, new_batch()) if lifts else None}

    @verb("policy.list", Permission.POLICY_READ, reads=True)
    def list(self) -> Objects:
        """Versions, the newest first: `{"version", "in_force", "applied_at", "applied_by", "note", "sha256"}`."""
        rows = self.desk.store.query(_ROWS)
        newest = rows[0][0] if rows else 0
        return [
            {
                "version": r[0],
                "in_force": r[0] == newest,
                "applied_at": when(r[1]),
                "applied_by": r[4],
                "note": r[2],
                "sha256": r[3],
            }
            for r in rows
        ]
