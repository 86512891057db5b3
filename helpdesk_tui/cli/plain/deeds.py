"""What one does to tickets in plain mode: the console's deeds with questions one at a time."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from helpdesk_tui.cli.confirm import MANY
from helpdesk_tui.cli.plain import voice
from helpdesk_tui.cli.plain.reading import Reading
from helpdesk_tui.cli.plain.talk import Left
from helpdesk_tui.desk.bulk_told import nothing_text, preview_lines, result_text
from helpdesk_tui.desk.drafts import DraftKey
from helpdesk_tui.vocabulary import dates
from helpdesk_tui.vocabulary.actions import BY_ID
from helpdesk_tui.vocabulary.i18n import _, ngettext
from helpdesk_tui.vocabulary.instants import iso, parse_instant

One = Callable[[int, int | None], Any]
"""Does it to one ticket; the second is the version that was read out, if any."""
Many = Callable[[list[int], bool], dict[str, Any]]
"""Does it to many, or only says what would happen."""
_PARAMETER: Final = {"reason": "reason", "resolution": "resolution", "cause": "cause", "resolution_code": "code"}
_UNTIL: Final = "pending_until"


@dataclass(frozen=True, slots=True)
class Aim:
    """The tickets that a deed is about, and how they are called."""

    numbers: tuple[int, ...]
    label: str
    single: bool
    version: int | None = None


class Deeds(Reading):
    """Changes tickets."""

    last_command = ""

    # -- which tickets ---------------------------------------------------------------------------------------

    def aim(self, rest: str, *, named: bool = True) -> tuple[Aim, str]:
        """The tickets that a line means, and what else it says: rows named first, the current one, the marked ones.

        Raises Left where there is none. What takes a text of one's own names no rows (`named`).
        """
        word, _blank, more = rest.partition(" ")
        found = self.meant(word) if named and word else None
        if found is not None:
            if not found:
                raise Left(_("the list is empty"))
            return self._aim_at(found, word), more.strip()
        if self.current is not None:
            return Aim((self.current,), self.ref, True, self.version), rest
        if self.marked:
            return self._aim_at(list(self.marked), "-"), rest
        raise Left(_("there is no ticket here; type its number or its place in the list first"))

    def _aim_at(self, numbers: list[int], word: str) -> Aim:
        n = len(numbers)
        if n == 1:
            number = numbers[0]
            return Aim((number,), self.named(number), True, self.version if number == self.current else None)
        return Aim(tuple(numbers), ngettext("{count} ticket", "{count} tickets", n).format(count=n), False)

    # -- doing it --------------------------------------------------------------------------------------------

    def change(
        self,
        action_id: str,
        aim: Aim,
        one: One,
        many: Many | None = None,
        *,
        words: str = "",
        told: str = "",
        written: Callable[[], None] | None = None,
    ) -> None:
        """Do a deed: at once on one ticket, on many after a look at what would happen. Raises DeskError, Left."""
        spec = BY_ID[action_id]
        label = _(spec.label)
        if aim.single:
            number = aim.numbers[0]
            value = one(number, aim.version)
            if number == self.current:
                self.version = _version_of(value) or self._version_now(number)
            told = told or _("{ref}: {action} done (u takes it back)").format(ref=aim.label, action=label)
            self.last_command = f"helpdesk ticket {spec.word} {number}{words and ' ' + words}"
        elif many is None:
            raise Left(_("{action} works on one ticket at a time").format(action=label))
        else:
            numbers = list(aim.numbers)
            preview = many(numbers, True)
            if not preview["changed"]:
                raise Left(nothing_text(preview))
            question = _("{action}: {count} tickets").format(action=label, count=len(numbers))
            self.confirm(question + ".", preview_lines(preview, self.tz), len(numbers))
            result = many(numbers, False)
            told = result_text(label, result)
            yes = " --yes" if len(numbers) > MANY else ""
            pipe = " ".join(map(str, numbers))
            line = f"helpdesk bulk {spec.word}{words and ' ' + words}{yes} -"
            self.last_command = f"printf '%s\\n' {pipe} | {line}"
            self.unmark()
            if self.current in numbers:
                self.version = self._version_now(self.current)
        if written is not None:
            written()
        voice.block(told)

    def _version_now(self, number: int) -> int | None:
        return int(self.desk.tickets.outcome(number)["version"])

    def do_take(self, rest: str) -> None:
        """Take."""
        aim, _more = self.aim(rest)
        desk = self.desk
        self.change(
            "ticket.take",
            aim,
            lambda n, version: desk.tickets.take(n, version=version),
            lambda ns, dry: desk.bulk.take(numbers=ns, dry_run=dry),
        )

    def do_assign(self, rest: str) -> None:
        """Hand over: `assign ana`, `assign team:network`, `assign none`, `assign 1-3 ana`."""
        aim, who = self.aim(rest)
        if not who:
            hint = _("a login or an address, me, none, or a team such as team:network")
            who = self.ask(_("Assign {what} to").format(what=aim.label), hint=hint)
        kind, colon, name = who.replace("：", ":").partition(":")
        given = {kind: name.strip()} if colon and kind in ("team", "assignee") else {"assignee": who}
        desk = self.desk
        self.change(
            "ticket.assign",
            aim,
            lambda n, version: desk.tickets.assign(n, version=version, **given),
            lambda ns, dry: desk.bulk.assign(numbers=ns, dry_run=dry, **given),
            words=shlex.join(["--team", given["team"]] if "team" in given else [given["assignee"]]),
        )

    def do_state(self, rest: str) -> None:
        """Another state; only possible moves are offered."""
        aim, to = self.aim(rest)
        moves = self.desk.tickets.moves(aim.numbers[0])
        if not moves:
            raise Left(_("No move leads on from here with your roles."))
        wanted = to.casefold().replace(" ", "_")
        move = next((each for each in moves if wanted in (each["to"], _(each["label"]).casefold())), None)
        if move is None:
            if to:
                voice.say(_("{value} is none of them; type a number from 1 to {n}").format(value=to, n=len(moves)))
            value = self.choose(
                _("State of {what}").format(what=aim.label), [(str(m["to"]), _(m["label"])) for m in moves]
            )
            move = next(each for each in moves if each["to"] == value)
        self._move(aim, move)

    def _move(self, aim: Aim, move: Mapping[str, Any]) -> None:
        asked = [name for name in move["requires"] if name in (*_PARAMETER, _UNTIL)]
        if asked and not aim.single:
            raise Left(_("for many tickets: x") if "resolution" in asked else _("one ticket at a time"))
        key = DraftKey(self.me, aim.numbers[0] if aim.single else 0, f"state-{move['to']}")
        values = self._form(key, [*asked, *(["reason"] if move["reason"] else [])])
        to, desk = str(move["to"]), self.desk
        given: dict[str, Any] = {_PARAMETER[name]: text for name, text in values.items() if name in _PARAMETER}
        words = [to, *options_of(given)]
        if _UNTIL in values:
            given["until"] = self._instant(values[_UNTIL])
            words += ["--until", iso(given["until"])]
        bulk = {name: text for name, text in given.items() if name == "reason"}
        self.change(
            "ticket.state",
            aim,
            lambda n, version: desk.tickets.state(n, to, version=version, **given),
            lambda ns, dry: desk.bulk.state(to, numbers=ns, dry_run=dry, **bulk),
            words=shlex.join(words),
            written=lambda: self.kept(key),
        )

    def _form(self, key: DraftKey, names: list[str], optional: tuple[str, ...] = ()) -> dict[str, str]:
        """The answers to questions one at a time, each kept as soon as it is given."""
        labels = {
            "resolution": self.label("resolution"), "cause": _("Cause"), "resolution_code": _("Resolution code"),
            "code": _("Resolution code"), _UNTIL: _("Wait until"), "reason": _("Reason"),
        }  # fmt: skip
        hints = {_UNTIL: _("for instance: monday, tomorrow 09:00, 2h, 2026-12-01")}
        had = self.drafts.load(key) if names else {}
        values: dict[str, str] = {}
        for name in names:
            if name in ("resolution", "cause") and name not in optional:
                values[name] = self.write(labels[name], key, name, {**had, **values})
            else:
                label = (
                    labels[name] if name not in optional else _("{label} (may stay empty)").format(label=labels[name])
                )
                values[name] = self.ask(
                    label, hint=hints.get(name, ""), default=had.get(name, ""), required=name not in optional
                )
                self.keep(key, {**had, **values})
        return {name: text for name, text in values.items() if text}

    def _instant(self, text: str) -> int:
        return parse_instant(text, self.desk.now(), self.tz)

    def do_pend(self, rest: str) -> None:
        """Put off until a day: `pend monday`."""
        aim, day = self.aim(rest)
        if not aim.single:
            raise Left(_("{action} works on one ticket at a time").format(action=_(BY_ID["ticket.pend"].label)))
        key, desk = DraftKey(self.me, aim.numbers[0], "pend"), self.desk
        values = {_UNTIL: day, **self._form(key, ["reason"])} if day else self._form(key, [_UNTIL, "reason"])
        at, reason = self._instant(values[_UNTIL]), values["reason"]
        self.change(
            "ticket.pend",
            aim,
            lambda n, version: desk.tickets.pend(n, until=at, reason=reason, version=version),
            words=shlex.join(["--until", iso(at), "--reason", reason]),
            told=_("{ref} waits until {day} (u takes it back)").format(ref=aim.label, day=dates.moment(at, self.tz)),
            written=lambda: self.kept(key),
        )

    def do_resolve(self, rest: str) -> None:
        """Resolve: what was done, the cause and a code."""
        aim, text = self.aim(rest)
        key, desk = DraftKey(self.me, aim.numbers[0] if aim.single else 0, "resolve"), self.desk
        typed = bool(text)
        if typed:
            given = {"resolution": text}
        else:
            given = self._form(key, ["resolution", "cause", "code"], optional=("cause", "code"))
        self.change(
            "ticket.resolve",
            aim,
            lambda n, version: desk.tickets.resolve(n, version=version, **given),
            lambda ns, dry: desk.bulk.resolve(numbers=ns, dry_run=dry, **given),
            words=shlex.join(options_of(given)),
            written=None if typed else lambda: self.kept(key),
        )

    def do_close(self, rest: str) -> None:
        """Close."""
        self._simple("ticket.close", _("Close"), "close", rest, reason=False)

    def do_reopen(self, rest: str) -> None:
        """Open again, with the reason."""
        self._simple("ticket.reopen", _("Reopen"), "reopen", rest, reason=True)

    def do_cancel(self, rest: str) -> None:
        """Cancel, with the reason."""
        self._simple("ticket.cancel", _("Cancel the ticket"), "cancel", rest, reason=True)

    def _simple(self, action_id: str, title: str, verb: str, rest: str, *, reason: bool) -> None:
        aim, text = self.aim(rest)
        if reason:
            text = text or self.ask(_("Reason"))
        elif aim.single:
            self.confirm(f"{title}: {aim.label}?")
        given = {"reason": text} if text else {}
        self.change(
            action_id,
            aim,
            lambda n, version: getattr(self.desk.tickets, verb)(n, version=version, **given),
            lambda ns, dry: getattr(self.desk.bulk, verb)(numbers=ns, dry_run=dry, **given),
            words=shlex.join(options_of(given)),
        )


def options_of(given: Mapping[str, Any]) -> list[str]:
    return [word for name, value in given.items() if value for word in (f"--{name}", str(value))]


def _version_of(value: Any) -> int | None:
    found = value.get("version") if isinstance(value, dict) else None
    return found if isinstance(found, int) else None
