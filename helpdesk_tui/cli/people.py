"""`helpdesk people`: contacts, agents, their roles; organisations."""

from typing import Annotated

import typer

from helpdesk_tui.cli import choices, context, output, shared
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Column, Output, print_entity, print_rows
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.roles import Role

app = noun(N_("Contacts, agents and their roles."))
_KEYS = (
    "id", "name", "email", "login", "phone", "initials", "title", "organisation", "language", "vip", "agent", "active",
    "capacity", "roles", "teams", "skills", "version",
)  # fmt: skip
_TABLE = (
    Column("id", N_("No."), right=True),
    Column("name", N_("Name"), flexible=True),
    Column("login", N_("Login")),
    Column("email", N_("E-mail"), flexible=True),
    Column("organisation", N_("Organisation"), flexible=True),
    Column("agent", N_("Agent")),
    Column("active", N_("Active")),
    Column("roles", N_("Roles"), flexible=True),
    Column("teams", N_("Teams")),
)
_ORGANISATIONS = (
    Column("id", N_("No."), right=True),
    Column("name", N_("Name"), flexible=True),
    Column("kind", N_("Kind")),
    Column("people", N_("People"), right=True),
)
PersonArgument = Annotated[str, typer.Argument(metavar="PERSON", help=N_("Login, e-mail address, #id or name."))]
RolesArgument = Annotated[
    list[str],
    typer.Argument(metavar="ROLE...", help=N_("Roles."), autocompletion=choices.among([role.value for role in Role])),
]
TextOption = Annotated[str | None, typer.Option(metavar="TEXT")]


@command(
    app,
    "list",
    N_("List people, or find some by name, address, login or organisation."),
    "helpdesk people list --agents",
    "helpdesk people list zhang --limit 20 -o json",
)
def list_(
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help=N_("Part of a name, address, login or organisation."))
    ] = "",
    agents: Annotated[bool, typer.Option("--agents", help=N_("Only agents."))] = False,
    limit: shared.LimitOption = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        found = desk.people.list(text, agents_only=agents, limit=limit)
        print_rows(found, _TABLE, output=output, columns=columns, keys=_KEYS, empty=_("nobody was found"))


@command(
    app,
    "show",
    N_("Show a person."),
    "helpdesk people show ana.ribeiro",
    "helpdesk people show zhang.wei@lanhai.example -o json",
)
def show(
    person: PersonArgument, columns: output.ColumnsOption = None, output: output.OutputOption = Output.TABLE
) -> None:
    with context.current().desk() as desk:
        print_entity(desk.people.show(person), output=output, columns=columns)


@command(
    app,
    "add",
    N_("Add a contact or an agent."),
    'helpdesk people add "Zhang Wei" --email zhang@example.org --phone +86-10-5555',
    'helpdesk people add "Bo Chen" --login bo --agent --role service_desk --team network --skill vpn=3',
)
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help=N_("The person's name."))],
    email: TextOption = None,
    login: Annotated[
        str | None, typer.Option("--login", metavar="LOGIN", help=N_("The operating-system user."))
    ] = None,
    phone: TextOption = None,
    organisation: TextOption = None,
    title: TextOption = None,
    initials: TextOption = None,
    language: Annotated[str | None, typer.Option("--language", metavar="LANG", help=N_("en or zh_CN."))] = None,
    agent: Annotated[bool, typer.Option("--agent", help=N_("Works at the desk."))] = False,
    vip: Annotated[bool, typer.Option("--vip", help=N_("Their tickets weigh more."))] = False,
    capacity: Annotated[int, typer.Option("--capacity", min=0, help=N_("How many open tickets at once."))] = 8,
    role: Annotated[
        list[str] | None,
        typer.Option(
            "--role",
            metavar="ROLE",
            help=N_("A role; may be repeated."),
            autocompletion=choices.among([r.value for r in Role]),
        ),
    ] = None,
    team: Annotated[
        list[str] | None, typer.Option("--team", metavar="TEAM", help=N_("A team; may be repeated."))
    ] = None,
    skill: Annotated[
        list[str] | None, typer.Option("--skill", metavar="SKILL=1..3", help=N_("A skill; may be repeated."))
    ] = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    skills = {key: level(value) for key, value in shared.fields(skill).items()}
    with context.current().desk() as desk:
        made = desk.people.add(
            name, email=email, login=login, phone=phone, organisation=organisation, title=title, initials=initials,
            language=language, agent=agent, vip=vip, capacity=capacity, roles=role or [], teams=team or [], skills=skills,
        )  # fmt: skip
        print_entity(made, output=output)


def level(text: str) -> int:
    """A skill's level, 0 to 3. Raises Usage."""
    from helpdesk_tui.vocabulary.errors import Usage

    if text not in {"0", "1", "2", "3"}:
        raise Usage(N_("{value} is no skill level; use 1 knows, 2 practised, 3 expert"), value=text)
    return int(text)


@command(
    app,
    "edit",
    N_("Change fields of a person: name, email, login, phone, title, organisation, language, vip, agent, capacity."),
    "helpdesk people edit ben.fischer --set phone=+86-10-5555 --set capacity=12",
    "helpdesk people edit zhang.wei@lanhai.example --set vip=yes -o json",
)
def edit(
    person: PersonArgument,
    set_: shared.SetOption = None,
    version: shared.VersionOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        print_entity(desk.people.edit(person, shared.fields(set_), version=version), output=output)


@command(
    app,
    "grant",
    N_("Give roles to a person."),
    "helpdesk people grant ben.fischer service_desk technical_support",
    "helpdesk people grant wang.fang auditor -o json",
)
def grant(person: PersonArgument, roles: RolesArgument, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        print_entity(desk.people.grant(person, roles), output=output)


@command(
    app,
    "revoke",
    N_("Take roles from a person."),
    "helpdesk people revoke ben.fischer technical_support",
    "helpdesk people revoke wang.fang auditor -o json",
)
def revoke(person: PersonArgument, roles: RolesArgument, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        print_entity(desk.people.revoke(person, roles), output=output)


@command(
    app,
    "activate",
    N_("Let a person act at the desk again."),
    "helpdesk people activate ben.fischer",
    "helpdesk people activate '#7' -o json",
)
def activate(person: PersonArgument, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        print_entity(desk.people.activate(person), output=output)


@command(
    app,
    "deactivate",
    N_("Shut a person out without touching their history."),
    "helpdesk people deactivate ben.fischer",
    "helpdesk people deactivate '#7' -o json",
)
def deactivate(person: PersonArgument, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        print_entity(desk.people.deactivate(person), output=output)


@command(
    app,
    "unmask",
    N_("Show a masked person plainly, for a reason that the journal keeps."),
    "helpdesk people unmask '#7' --reason 'complaint 2026-31'",
    "helpdesk people unmask INC-1042 --reason 'call back about the survey' -o json",
)
def unmask(
    person: PersonArgument,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help=N_("Why you need to see them."))],
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        print_entity(desk.people.unmask(person, reason), output=output)


@command(
    app,
    "erase",
    N_("Erase a person's data here and in the journal. Cannot be undone."),
    "helpdesk people erase zhang.wei@lanhai.example",
    "helpdesk people erase '#77' --yes -o json",
)
def erase(person: PersonArgument, yes: shared.YesOption = False, output: output.OutputOption = Output.TABLE) -> None:
    from helpdesk_tui.cli.confirm import confirm

    with context.current().desk() as desk:
        found = desk.people.show(person)
        confirm(_("Erase {name} for ever?").format(name=output_name(found["name"])), yes)
        print_entity(desk.people.erase(person), output=output)


def output_name(name: str | None) -> str:
    """A name as one inert line."""
    from helpdesk_tui.vocabulary.text import one_line

    return one_line(name or "-", 80)


@command(
    app,
    "organisations",
    N_("List organisations, or add one."),
    "helpdesk people organisations",
    "helpdesk people organisations --add 'Acme Ltd' --kind customer",
)
def organisations(
    add_: Annotated[str | None, typer.Option("--add", metavar="NAME", help=N_("Add this organisation."))] = None,
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            help=N_("internal, customer or partner."),
            autocompletion=choices.among(["internal", "customer", "partner"]),
        ),
    ] = "internal",
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        found = [desk.people.add_organisation(add_, kind)] if add_ is not None else desk.people.organisations()
        keys = ("id", "name", "kind", "people", "version")
        print_rows(found, _ORGANISATIONS, output=output, columns=columns, keys=keys, empty=_("no organisations"))
