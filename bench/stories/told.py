"""The ten stories of a day at the desk, by keys alone."""

from collections.abc import Callable
from typing import Final

from bench.stories.furnished import BADGE, DOCK, FIX, MONDAY, PAYROLL, PRINTER, STALE, TWIN, VPN
from bench.stories.play import End, Play, Player, Story, held
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.i18n import _, language

STORIES: Final[dict[str, Story]] = {}


def story(name: str, told: str, most: int, *, at: str, end: End, view: str = "open") -> Callable[[Play], Play]:
    """Register a story: it takes at most so many keys beyond its text, begins on a ticket and must end so."""

    def add(play: Play) -> Play:
        STORIES[name] = Story(name, told, most, at, play, end, view)
        return play

    return add


def chinese() -> bool:
    """Whether the person at the console writes Chinese."""
    return language() == "zh_CN"


def say(english: str, other: str) -> str:
    """What is written, in the language of the console."""
    return other if chinese() else english


# -- a call ------------------------------------------------------------------------------------------------------------


def _called(player: Player) -> None:
    ticket = player.ticket(say("outlook cannot send mail since this morning", "outlook 从早上起发不出邮件"))
    held(ticket["requester"] == "zhang.wei@lanhai.example", ticket)
    held(ticket["service"] == "email" and ticket["category"] and ticket["priority"] and ticket["team"], ticket)
    held([verb for verb, _subject in player.journalled()] == ["ticket.open"], player.journalled())


@story("log a call", "a known caller becomes a classified, prioritised, routed ticket", 5, at=DOCK, end=_called)
async def log_a_call(player: Player) -> None:
    await player.press("n")
    await player.see(_("New ticket"))
    await player.look_up("zw")
    await player.see("张伟")
    await player.press("enter")
    await player.see("LT-0042")  # their device, before a word is said
    await player.write(say("outlook cannot send mail since this morning", "outlook 从早上起发不出邮件"))
    await player.see("email")
    await player.press("ctrl+s")
    await player.ends_with(_("{ref} is open (u takes it back)").partition("}")[2])


# -- a ticket's life ----------------------------------------------------------------------------------------------------


def _solved(player: Player) -> None:
    ticket = player.desk.tickets.details(player.number(PRINTER))
    held(ticket["state"] == "resolved" and ticket["assignee"] == "ana", ticket)
    held("drum" in (ticket["cause"] or "") and "new drum" in (ticket["resolution"] or ""), ticket)
    held([verb for verb, _n in player.journalled()] == ["ticket.take", "ticket.resolve"], player.journalled())


@story("take and solve", "it is mine, then solved with cause and resolution", 4, at=PRINTER, end=_solved)
async def take_and_solve(player: Player) -> None:
    await player.press("t")
    await player.see("ana")
    await player.press("x")
    await player.see(_("Cause"), "INC-")
    await player.write(say("a worn drum", "drum 磨损"))
    await player.press("tab")
    await player.write(say("put in a new drum", "换上 new drum"))
    await player.press("ctrl+s")


def _handed_over(player: Player) -> None:
    number = player.number(DOCK)
    ticket, said = player.desk.tickets.show(number), player.desk.tickets.comments(number)
    held(ticket["assignee"] == "bob" and len(said) == 1 and said[0].kind == "note", ticket, said)
    held([verb for verb, _n in player.journalled()] == ["ticket.note", "ticket.assign"], player.journalled())


@story("hand over", "a colleague gets it, with a word for them", 5, at=DOCK, end=_handed_over)
async def hand_over(player: Player) -> None:
    await player.press("i")
    await player.see(_("INTERNAL NOTE"))
    await player.write(say("another cable does not help", "换线也没用"))
    await player.press("ctrl+s", "a")
    await player.see("bob")
    await player.look_up("b")
    await player.press("enter")


def _apart_again(player: Player) -> None:
    number, into = player.number(TWIN), player.number(PAYROLL)
    details = player.desk.tickets.details(number)
    held(details["merged_into"] is None and details["state"] == "new", details)
    held(player.journalled() == [("ticket.merge", number), ("undo", number)], player.journalled())
    taken_back = player.desk.audit.log(limit=1)[0]["rows"][0]["before"]
    held(taken_back["merged_into"] == into, taken_back)


@story("merge and unmerge", "a duplicate goes into the ticket that lives on, and comes apart again", 3,
       at=TWIN, end=_apart_again)  # fmt: skip
async def merge_and_unmerge(player: Player) -> None:
    await player.press("M")
    await player.see(PAYROLL)
    await player.press("enter", "u")


def _closed_and_back(player: Player) -> None:
    states = [s for (s,) in player.desk.store.query("SELECT state FROM ticket WHERE title LIKE 'Password%'", ())]
    held(states == ["fulfilled"] * STALE, states)
    verbs = [verb for verb, _n in player.journalled()]
    held(verbs == ["bulk.state"] * STALE + ["undo"] * STALE, verbs)


@story("bulk close with undo", "two dozen solved tickets are closed, and opened again: a mistake", 12,
       at=PRINTER, end=_closed_and_back, view="all")  # fmt: skip
async def bulk_close_with_undo(player: Player) -> None:
    many = str(STALE)
    await player.press("slash")
    await player.write("is:resolved")
    await player.press("enter", "V")
    await player.see(_("{count} marked").format(count=many))
    await player.press("s", "enter")
    await player.see(_("This concerns {count}. Type the number to go on.").format(count=many).partition(many)[2])
    await player.look_up(many)
    await player.press("enter", "u")
    await player.look_up(many)
    await player.press("enter")


def _nothing_written(player: Player) -> None:
    held(player.journalled() == [], player.journalled())


@story("find last month's fix", "how the same trouble was solved then", 3, at=VPN, end=_nothing_written)
async def find_last_months_fix(player: Player) -> None:
    await player.press("enter")
    await player.see(VPN)
    await player.press("left_square_bracket", "left_square_bracket")
    await player.see(_("Similar tickets"))
    await player.ends_with(FIX)


def _until_monday(player: Player) -> None:
    ticket = player.desk.tickets.facts(player.number(BADGE))
    held(ticket["state"] == "on_hold" and ticket["pending_until"] == MONDAY, ticket["state"], ticket["pending_until"])
    held([verb for verb, _n in player.journalled()] == ["ticket.pend"], player.journalled())


@story("pend until Monday", "it waits for a day, with the reason", 3, at=BADGE, end=_until_monday)
async def pend_until_monday(player: Player) -> None:
    await player.press("z")
    await player.see(_("Wait until"))
    await player.write(say("monday", "下周一"))
    await player.press("enter")
    await player.write(say("a new badge is printed on Monday", "周一制作新门禁卡"))
    await player.press("enter")


# -- two at one ticket ---------------------------------------------------------------------------------------------------


def _both_kept(player: Player) -> None:
    ticket = player.ticket(f"{VPN} (floor 4)")
    held(ticket["description"] == say("tried three times", "试了三次"), ticket)
    held([verb for verb, _n in player.journalled()] == ["ticket.edit", "ticket.edit"], player.journalled())


def _floor(desk: Desk) -> None:
    number = desk.store.query("SELECT number FROM ticket WHERE title = ?1", (VPN,))[0][0]
    desk.tickets.edit(number, set={"title": f"{VPN} (floor 4)"})


@story("a draft in conflict", "called away while I wrote; a colleague's title stands, my words are kept", 7,
       at=VPN, end=_both_kept)  # fmt: skip
async def draft_in_conflict(player: Player) -> None:
    await player.press("e")
    await player.see(VPN)
    await player.write(say(" since today", " 今天起"))
    await player.press("tab")
    await player.write(say("tried three times", "试了三次"))
    await player.press("escape")
    await player.colleague(_floor)
    await player.press("e")
    await player.see(
        say(f"{VPN} since today", f"{VPN} 今天起"), _("your draft is back (F8 begins anew)").partition("(")[0]
    )
    await player.press("ctrl+s")
    await player.see(_("both changed it"), _("theirs (t)"), "(floor 4)")
    await player.press("t", "ctrl+s")


# -- views and drafts ----------------------------------------------------------------------------------------------------


def _shared(player: Player) -> None:
    views = [view for view in player.desk.views.list() if view["label"] == say("VPN now", "VPN 现在")]
    held(len(views) == 1 and views[0]["shared"] and "service:vpn" in views[0]["query"], views)
    held([verb for verb, _n in player.journalled()] == ["view.save"], player.journalled())


@story("build and share a view", "what the desk looks at today, for everybody", 6, at=VPN, end=_shared)
async def build_and_share(player: Player) -> None:
    await player.press("slash")
    await player.write("is:open service:vpn")
    await player.press("enter", "F")
    await player.see(_("Keep this filter as a view"))
    await player.write(say("VPN now", "VPN 现在"))
    await player.press("enter")
    await player.see(_("Who sees the view?"))
    await player.press("down", "enter")
    await player.ends_with(say("VPN now", "VPN 现在"))


def _nothing_lost(player: Player) -> None:
    said = player.desk.tickets.comments(player.number(VPN))
    held([comment.body for comment in said] == [say("asked for the log, it comes", "已索要日志，稍后就到")], said)
    held([verb for verb, _n in player.journalled()] == ["ticket.note"], player.journalled())


@story("recover after a kill", "the program died under my hands, the words did not", 3, at=VPN, end=_nothing_lost)
async def recover_after_a_kill(player: Player) -> None:
    await player.press("i")
    await player.see(_("INTERNAL NOTE"))
    await player.write(say("asked for the log,", "已索要日志，"))
    await player.kill(say("asked for the log,", "已索要日志，"))
    await player.press("i")
    await player.see(say("asked for the log,", "已索要日志，"), _("INTERNAL NOTE"))
    await player.write(say(" it comes", "稍后就到"))
    await player.press("ctrl+s")
