"""One ticket read aloud in plain mode: what it is, what was said, what happened, and why it is as it is."""

from typing import Any, Final

from helpdesk_tui.cli.plain import voice
from helpdesk_tui.cli.plain.lists import Lists
from helpdesk_tui.cli.plain.spoken import item_text, lasting, row_text
from helpdesk_tui.cli.plain.talk import Left
from helpdesk_tui.vocabulary import dates
from helpdesk_tui.vocabulary.channels import CommentKind
from helpdesk_tui.vocabulary.errors import NotFound
from helpdesk_tui.vocabulary.filters import Filter
from helpdesk_tui.vocabulary.i18n import _, ngettext
from helpdesk_tui.vocabulary.instants import span
from helpdesk_tui.vocabulary.kinds import ref
from helpdesk_tui.vocabulary.records import CommentRow
from helpdesk_tui.vocabulary.sentences import field_label, value_text, why_text
from helpdesk_tui.vocabulary.text import one_line

LATEST: Final = 3
"""What was said last, as many entries as a ticket opens with."""
_FACTS: Final = (
    "requester", "service", "category", "team", "impact", "urgency", "tags", "parent", "created_at", "response_due_at",
    "resolution_due_at",
)  # fmt: skip


class Reading(Lists):
    """Holds one ticket."""

    current: int | None = None
    ref = ""
    version: int | None = None

    def open_ticket(self, number: int) -> None:
        """Make a ticket the current one, and read it out. Raises NotFound."""
        ticket = self.desk.tickets.show(number)
        self.current, self.ref, self.version = number, str(ticket["ref"]), int(ticket["version"])
        for row in self.desk.reading.rows(Filter(), [number]):
            voice.say(row_text(row, self.desk.now()))
        for name in _FACTS:
            if ticket[name] not in (None, "", []):
                voice.fact(self.label(name), value_text(name, ticket[name], self.tz))
        # A call's description begins with its title, which was just read out.
        text = str(ticket["description"]).removeprefix(str(ticket["title"])).strip()
        if text:
            voice.fact(self.label("description"), text)
        found = self.desk.reading.comments(number)
        if len(found) > LATEST:
            n = len(found) - LATEST
            text = ngettext("{n} earlier text; comments reads all", "{n} earlier texts; comments reads all", n)
            voice.say(text.format(n=n))
        self._say_comments(found[-LATEST:])

    @staticmethod
    def label(name: str) -> str:
        """A field's name at the beginning of a line."""
        label = field_label(name)
        return label[:1].upper() + label[1:]

    def _say_comments(self, comments: list[CommentRow]) -> None:
        for comment in comments:
            kind = _("internal note") if comment.kind == CommentKind.NOTE else _("public reply")
            head = _("{kind}, {time}, {who}").format(
                kind=kind, time=dates.moment(comment.created_at, self.tz), who=one_line(str(comment.author or "-"), 60)
            )
            voice.fact(head, comment.body)

    def the_ticket(self, rest: str = "") -> int:
        """The ticket that is meant: one named, else the current one. Raises Left where there is none."""
        if rest:
            number = self.row_number(rest)
            if number is None:
                raise Left(_("{value} is no ticket of the list and no number").format(value=rest))
            return number
        if self.current is None:
            raise Left(_("there is no ticket here; type its number or its place in the list first"))
        return self.current

    def do_open(self, rest: str) -> None:
        """Open a ticket, or read the current one out again."""
        self.open_ticket(self.the_ticket(rest))

    def leave_ticket(self) -> None:
        self.current, self.version = None, None

    def do_list(self, _rest: str = "") -> None:
        """Back to the list."""
        self.leave_ticket()
        self.do_again()

    def do_comments(self, rest: str = "") -> None:
        """Everything that was said."""
        found = self.desk.reading.comments(self.the_ticket(rest))
        if not found:
            voice.say(_("nothing was said yet"))
        self._say_comments(found)

    def do_timeline(self, rest: str = "") -> None:
        """Everything that happened."""
        for item in self.desk.reading.timeline(self.the_ticket(rest)):
            voice.say(item_text(item, self.tz))
            if item.text:
                voice.block(item.text)

    def do_details(self, rest: str = "") -> None:
        """All fields, and what hangs on the ticket."""
        number = self.the_ticket(rest)
        ticket = self.desk.reading.show(number)
        for name, value in ticket.items():
            if value not in (None, "", []) and name not in ("number", "ref"):
                voice.fact(self.label(name), str(value) if name == "description" else value_text(name, value, self.tz))
        for name, value in self._parts(number):
            voice.fact(self.label(name), value)

    def _parts(self, number: int) -> list[tuple[str, str]]:
        reading = self.desk.reading
        found = [("links", f"{each['type']} {each['other']}, {each['title']}") for each in reading.links(number)]
        for step in reading.checklist(number):
            done = _("done") if step["done_at"] else _("open")
            found.append(("checklist", f"{step['item']}, {done}, {step['text']}"))
        watchers, spent = reading.watchers(number), reading.time_spent(number)
        found += [("watchers", ", ".join(watchers))] if watchers else []
        found += [("time_spent", span(spent))] if spent else []
        return [(name, one_line(text, 400)) for name, text in found]

    def do_why(self, rest: str = "") -> None:
        """The reasons behind every value, or one."""
        number = self.the_ticket()
        for item in self.desk.tickets.why(number, rest or None):
            voice.fact(self.label(item["field"]), value_text(item["field"], item["value"], self.tz))
            for reason in item["reasons"]:
                voice.say(why_text(reason, self.tz))
            for reason in item.get("would_change", ()):
                voice.say(_("would change it: {reason}").format(reason=why_text(reason, self.tz)))

    def step(self, by: int) -> None:
        """To another ticket of the list."""
        numbers = [row.number for row in self.rows]
        at = numbers.index(self.current) + by if self.current in numbers else 0
        if at == len(numbers):
            self.read_on()
        if not 0 <= at < len(self.rows):
            raise Left(_("that is the end of the list") if at > 0 else _("that is the beginning of the list"))
        self.open_ticket(self.rows[at].number)

    # -- what others did -------------------------------------------------------------------------------------

    def say_changed(self) -> None:
        """What others did to the current ticket since it was read out."""
        if self.current is None or self.version is None:
            return
        try:
            version = int(self.desk.tickets.show(self.current)["version"])
        except NotFound:
            voice.say(_("{ref} is gone").format(ref=self.ref))
            self.leave_ticket()
            return
        if version != self.version:
            self.version = version
            last = self.desk.reading.timeline(self.current)[-1:]
            told = item_text(last[0], self.tz) if last else ""
            voice.say(_("{ref} was changed: {what}").format(ref=self.ref, what=told))

    def say_notices(self, notices: list[Any]) -> None:
        """What concerns the person."""
        now = self.desk.now()
        for each in notices:
            ago = _("{span} ago").format(span=lasting(now - each.at)) if now - each.at >= 60 else _("just now")
            voice.say(
                _("Notice: {ref}, {what}, {ago}, {title}").format(
                    ref=each.ref, what=each.sentence(), ago=ago, title=one_line(each.title, 80)
                )
            )

    def named(self, number: int) -> str:
        """`INC-1042` of a number that may be read. Raises NotFound."""
        if number == self.current:
            return self.ref
        ticket = self.desk.tickets.show(number)
        return ref(str(ticket["kind"]), number)
