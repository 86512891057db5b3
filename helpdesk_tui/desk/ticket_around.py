"""What surrounds a ticket: those above and below it, what its configuration item hangs on, tickets like it, its proofs.

Everything here is bounded: a desk of a million tickets answers as fast as one of a thousand.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import takewhile
from typing import Any, Final

from helpdesk_tui.desk import decisions, masking
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects, when
from helpdesk_tui.store import journal, search
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.store.query import Compiler
from helpdesk_tui.vocabulary.filters import Filter
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Phase, ref
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.roles import Permission, Scope

register(
    {
        "likely.similar": N_("{count} of {of} similar tickets are {category}: {refs}"),
    }
)

_NAMES: Final = ("number", "parent", "kind", "title", "state", "phase", "depth")
_ABOVE: Final = (
    "WITH RECURSIVE up(n, depth) AS (SELECT parent_number, 1 FROM ticket WHERE number = ?1 UNION"
    " SELECT t.parent_number, up.depth + 1 FROM ticket t JOIN up ON t.number = up.n WHERE up.depth < ?2)"
    " SELECT t.number, t.parent_number, t.kind, t.title, t.state, t.phase, up.depth FROM up"
    " JOIN ticket t ON t.number = up.n WHERE t.deleted_at IS NULL ORDER BY up.depth DESC"
)
_BELOW: Final = (
    "WITH RECURSIVE down(n, depth) AS (SELECT ?1, 0 UNION"
    " SELECT t.number, down.depth + 1 FROM ticket t JOIN down ON t.parent_number = down.n"
    " WHERE down.depth < ?2 AND t.deleted_at IS NULL ORDER BY 2 LIMIT ?3)"
    " SELECT t.number, t.parent_number, t.kind, t.title, t.state, t.phase, min(down.depth) FROM down"
    " JOIN ticket t ON t.number = down.n WHERE t.number <> ?1 GROUP BY t.number ORDER BY t.number"
)
DEEPEST: Final = 5
MOST_BELOW: Final = 200

_CI: Final = (
    "SELECT c.id, c.name, c.ci_class, c.status, s.code FROM configuration_item c"
    " LEFT JOIN service s ON s.id = c.service_id WHERE c.id = ?"
)
# What an item needs to work, and what needs it (see `cis.RELATIONS`); beside it is what a failure travels to and from.
_NEEDS: Final = (
    "SELECT r.ci_id, r.other_id, r.type FROM ci_relation r WHERE r.ci_id = ?1 AND r.type IN ('depends_on', 'runs_on', 'uses')"
    " UNION ALL SELECT r.other_id, r.ci_id, r.type FROM ci_relation r WHERE r.other_id = ?1 AND r.type = 'part_of'"
)
_NEEDED: Final = (
    "SELECT r.other_id, r.ci_id, r.type FROM ci_relation r"
    " WHERE r.other_id = ?1 AND r.type IN ('depends_on', 'runs_on', 'uses')"
    " UNION ALL SELECT r.ci_id, r.other_id, r.type FROM ci_relation r WHERE r.ci_id = ?1 AND r.type = 'part_of'"
)
_BESIDE: Final = (
    "SELECT r.ci_id, r.other_id, r.type FROM ci_relation r WHERE r.ci_id = ?1 AND r.type = 'connected_to'"
    " UNION ALL SELECT r.other_id, r.ci_id, r.type FROM ci_relation r WHERE r.other_id = ?1 AND r.type = 'connected_to'"
)
_WAYS: Final = (("needs", _NEEDS), ("needed_by", _NEEDED), ("beside", _BESIDE))
MOST_ITEMS: Final = 60
"""Items around one that are looked at; beyond them `more` says that there are others."""
LOOKED_AT: Final = 300
"""Of the tickets of one item the newest are looked at for those still open."""
_OPEN: Final = (
    "SELECT number, phase, team_id, assignee_id, requester_id, sensitive FROM ticket WHERE ci_id = ? AND deleted_at IS NULL"
    " ORDER BY number DESC LIMIT ?"
)

_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]{3,}")
_READ: Final = 200
LEAST: Final = 0.3
"""Likeness below which another ticket is not called similar: the share of its score, or of the words of its title."""
_SIMILAR: Final = "SELECT number, kind, title, state, phase, category, resolved_at, resolution, resolution_code FROM ticket WHERE number = ?"
_SIMILAR_NAMES: Final = (
    "number", "kind", "title", "state", "phase", "category", "resolved_at", "resolution", "resolution_code",
)  # fmt: skip
READ_HITS: Final = 60
ENOUGH: Final = 3
"""Words of a title that are enough to look for others like it."""
_TEXT: Final = 2_000

_MOVED: Final = "SELECT max(seq) FROM journal WHERE subject_type = 'ticket' AND subject = ?"
_PROOF: Final = f"SELECT {journal.COLUMNS} FROM journal WHERE seq = ?"  # sql: constant
_HASH: Final = "SELECT hash FROM journal WHERE seq = ?"


_COMMON: Final = frozenset(
    "a an the and or but of to in on at by for from with without as is are was were be been has have had do does did not"  # noqa: SIM905
    " no can cannot could will would it its i we you he she they my our your this that these there here after before"
    " since when while every again any all me us them please hello hi thanks".split()
)
"""Words that say nothing about what a ticket is about."""


def asked_of(title: str, description: str) -> str:
    """The words to look for tickets that say the same: of a run of Chinese each pair of characters for itself."""
    text = _HAN.sub(
        lambda run: " ".join(run[0][i : i + 2] for i in range(len(run[0]) - 1)), f"{title} {description[:_READ]}"
    )
    return " ".join(word for word in text.split() if word.casefold().strip(".,:;!?\"'()") not in _COMMON)


class TicketAround(Noun):
    """Reading what surrounds a ticket."""

    def moved(self, number: int) -> int:
        """The sequence number of the last journal entry about a ticket or one merged into it."""
        self.desk.reading.readable(number)
        return max(self.desk.store.query(_MOVED, (n,))[0][0] or 0 for n in self.desk.reading.family(number))

    # -- above and below ---------------------------------------------------------------------------------------

    def tree(self, number: int) -> Object:
        """The tickets above (from the top down) and below (at most five steps and 200 tickets) that one may know of.

        `{"above": [ticket], "below": [ticket], "done": n, "count": n}`; a ticket is `{"number", "parent", "kind",
        "title", "state", "phase", "depth"}`, and `done` of `count` children below it are resolved.
        """
        desk = self.desk
        desk.reading.readable(number)
        above = [dict(zip(_NAMES, r, strict=True)) for r in desk.store.query(_ABOVE, numbered(number, DEEPEST))]
        rows = desk.store.query(_BELOW, numbered(number, DEEPEST, MOST_BELOW + 1))
        below: Objects = []
        shown = {number}
        for row in sorted((dict(zip(_NAMES, r, strict=True)) for r in rows), key=lambda each: each["depth"]):
            # A branch that hangs on a hidden ticket would tell of it.
            if row["parent"] in shown and desk.reading.knows(row["number"]):
                shown.add(row["number"])
                below.append(row)
        return {
            # Likewise, what lies beyond a hidden one.
            "above": [*takewhile(lambda each: desk.reading.knows(each["number"]), reversed(above))][::-1],
            "below": below,
            "done": sum(1 for each in below if each["phase"] >= Phase.RESOLVED),
            "count": len(below),
        }

    # -- configuration items -----------------------------------------------------------------------------------

    def around(self, number: int, steps: int = 2) -> Object | None:
        """The ticket's configuration item and what lies within one or two steps of it; None where there is none.

        `{"ci": item, "items": [item], "more": bool}`; an item is `{"name", "class", "status", "service", "open",
        "capped"}`, those around it also `way` (`needs`, `needed_by`, `beside`), `type`, `via` and `depth`. `open` counts
        open tickets that one may see among the newest 300 of an item (`capped`: there are older ones). Who may not read
        the directory sees nothing around.
        """
        desk = self.desk
        key = desk.reading.facts(number).get("ci_id")
        if key is None:
            return None
        inside = desk.scope(Permission.PEOPLE_READ) is Scope.ALL
        found: Object = {"ci": self._item(key), "items": [], "more": False}
        if not inside:
            return found
        names = {key: found["ci"]["name"]}
        for way, sql in _WAYS:
            seen, edge = {key}, [key]
            for depth in range(1, max(1, min(steps, 2)) + 1):
                ends: list[int] = []
                for start in edge:
                    for _from, other, kind in desk.store.query(sql, numbered(start)):
                        if other in seen:
                            continue
                        if len(found["items"]) >= MOST_ITEMS:
                            found["more"] = True
                            break
                        seen.add(other)
                        ends.append(other)
                        item = self._item(other)
                        names[other] = item["name"]
                        found["items"].append(item | {"way": way, "type": kind, "via": names[start], "depth": depth})
                edge = ends
        return found

    def _item(self, key: int) -> Object:
        row = self.desk.store.query(_CI, (key,))[0]
        count, capped = self._open_on(key)
        names = ("name", "class", "status", "service")
        return {**dict(zip(names, row[1:], strict=True)), "open": count, "capped": capped}

    def _open_on(self, ci_id: int) -> tuple[int, bool]:
        desk = self.desk
        rows = desk.store.query(_OPEN, (ci_id, LOOKED_AT))
        still = [row for row in rows if row[1] < Phase.RESOLVED]
        names = ("number", "phase", "team_id", "assignee_id", "requester_id", "sensitive")
        still = [row for row in still if desk.allows_on(Permission.TICKET_READ, dict(zip(names, row, strict=True)))]
        return len(still), len(rows) == LOOKED_AT

    # -- tickets like it ---------------------------------------------------------------------------------------

    @verb("ticket.similar", Permission.TICKET_READ, reads=True)
    def similar(self, number: int, limit: int = 8) -> Objects:
        """Tickets that one may see and whose words are like this one's, the most alike first, with how they ended.

        `{"number", "ref", "kind", "title", "state", "phase", "category", "resolved_at", "resolution",
        "resolution_code", "likeness", "more"}`; the likeness is a share of the ticket's likeness to itself, from 0 to 1.
        Tickets of the same title are one, the one that says how it was solved; `more` names the others.
        """
        desk = self.desk
        row = desk.reading.facts(number)
        most = max(1, min(limit, READ_HITS))
        # What a ticket is about stands in its title; only where that says little, its text is asked, too.
        text = asked_of(row["title"][:_READ], "")
        if len(text.split()) < ENOUGH:
            text = asked_of(row["title"][:_READ], row["description"] or "")
        viewer = desk.reading.viewer()
        conn = desk.store.reader()
        visible = Compiler(conn, viewer).condition(Filter())
        hits = [
            (hit, score - 1_000.0 if score >= 1_000.0 else score)
            for hit, score in search.ranked(conn, text, visible, notes=False, limit=READ_HITS)
        ]
        own = next((score for hit, score in hits if hit == number), None)
        whole = own or max((score for _hit, score in hits), default=0.0) or 1.0
        words = _words_of(row["title"])
        family = set(desk.reading.family(number))
        groups: dict[str, list[Object]] = {}
        for hit, score in sorted(hits, key=lambda each: -each[1]):
            rows = () if hit in family else desk.store.query(_SIMILAR, (hit,))
            if not rows:
                continue
            like = dict(zip(_SIMILAR_NAMES, rows[0], strict=True))
            likeness = min(1.0, max(score / whole, _shared(words, _words_of(like["title"]))))
            if likeness >= LEAST:
                like["resolution"] = (like["resolution"] or "")[:_TEXT] or None
                phase, at = Phase(like["phase"]), like["resolved_at"]
                like |= {"ref": ref(like["kind"], hit), "likeness": round(likeness, 2)}
                like |= {"phase": phase.code, "resolved_at": when(at)}
                groups.setdefault(" ".join(like["title"].casefold().split()), []).append(like)
        found: Objects = []
        ranked = sorted(groups.values(), key=lambda group: -max(like["likeness"] for like in group))
        for group in ranked[:most]:
            best = next((like for like in group if like["resolution"]), group[0])
            found.append({**best, "more": [like["ref"] for like in group if like is not best]})
        return found

    def likely(self, number: int, similar: Objects) -> Object | None:
        """The likely category of a ticket with its evidence: what the rules find in its present words, and the
        categories of the tickets like it; None for those who do not work on it.

        `{"category", "now", "source", "reasons"}`: `source` is `rules` or `similar`, `now` what stands on the ticket.
        """
        desk = self.desk
        row = desk.reading.facts(number)
        if not desk.reading.inside(number):
            return None
        governing = desk.policies.current()
        inputs = decisions.classification_inputs(row, desk.directory.person(row["requester_id"]), {})
        found = decisions.run_classification(governing, row["title"], row["description"] or "", inputs)
        voted = dict(found.basis).get("category") == "votes"
        told = [reason.data() for reason in found.reasons()]
        reasons = [r for r in told if r["code"] == "classify.won" and r.get("field") == "category"]
        words = [r for r in told if r["code"] == "classify.voted" and _votes_for(r, found.category)]
        alike = _majority(similar)
        category, source = (found.category, "rules") if voted or alike is None else (alike[0], "similar")
        if alike is not None:
            name, refs, of = alike
            counted = {"count": len(refs), "of": of, "category": name, "refs": refs[:4]}
            words.append(Reason("likely.similar", counted).data())
        return {
            "category": category,
            "now": row["category"],
            "source": source,
            "reasons": [*(reasons if source == "rules" else ()), *words],
        }

    # -- proofs ------------------------------------------------------------------------------------------------

    def proofs(self, seqs: Iterable[int]) -> dict[int, tuple[str, bool]]:
        """The hash of each of these journal entries, and whether it holds: over its content and the hash before it.

        Of tickets that the actor works on. Nothing for others, and for those whose people are masked: what they see is
        not what was hashed.
        """
        desk = self.desk
        desk.require(Permission.TICKET_READ, "ticket.log")
        if masking.veil(desk) is not None:
            return {}
        found: dict[int, tuple[str, bool]] = {}
        for seq in seqs:
            rows = self.desk.store.query(_PROOF, (seq,))
            if not rows:
                continue
            record = rows[0]
            if record[7] != "ticket" or not desk.reading.inside(record[8]):
                continue
            before = self.desk.store.query(_HASH, (seq - 1,))
            try:
                own = journal.digest(record[13], tuple(record[:11]), record[11], record[12]) == record[14]
            except (TypeError, ValueError, AttributeError):
                own = False
            chained = bytes(record[13]) == (bytes(before[0][0]) if before else journal.GENESIS)
            found[seq] = (bytes(record[14]).hex(), own and chained)
        return found


def _words_of(title: str) -> frozenset[str]:
    return frozenset(asked_of(title[:_READ], "").casefold().split())


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    """How much two sets of words have in common, from 0 to 1 (Dice)."""
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 0.0


def _votes_for(reason: Mapping[str, Any], category: str) -> bool:
    return f"category={category}" in reason.get("votes", ())


def _majority(similar: Objects) -> tuple[str, list[str], int] | None:
    """The category that most of the tickets like it have, their references, and of how many."""
    counted: dict[str, list[str]] = {}
    weight: dict[str, float] = {}
    for like in similar:
        if like["category"]:
            refs = [like["ref"], *like["more"]]
            counted.setdefault(like["category"], []).extend(refs)
            weight[like["category"]] = weight.get(like["category"], 0.0) + like["likeness"] * len(refs)
    if not counted:
        return None
    name = max(weight, key=lambda each: (weight[each], each))
    return name, counted[name], sum(len(refs) for refs in counted.values())
