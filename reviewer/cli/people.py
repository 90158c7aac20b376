"""`reviewer user` and `reconcile`: what whoever runs the server does by command; all of it is logged."""

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import click

from reviewer.config import load

if TYPE_CHECKING:
    from reviewer.service.joining import Joining
    from reviewer.service.people import People
    from reviewer.store import Store


def _store() -> "Store":
    from reviewer.store import Store  # half a second of imports that `check` does not need

    settings = load()
    store = Store(settings.database_url, timeout=settings.database_timeout)
    store.check()
    return store


def _people() -> "People":
    """The people of this server; no rules are loaded for them."""
    from reviewer.service import utc_now
    from reviewer.service.people import People

    return People(_store(), utc_now)


def _give(people: "People", brand: str, email: str, what: str, reason: str) -> bool:
    """A group or a role, whichever has this name; groups sign, roles never do. True where it is theirs
    now, False where it waits as a proposal."""
    kind: Literal["group", "role"] = "role" if what in _roles() else "group"
    if not people.founded(brand):
        people.grant(brand, email, what, kind=kind)
        return True
    propose(brand, kind, {"person": people.person_by_email(email).id, kind: what}, reason)
    return False


def propose(brand: str, kind: str, change: Mapping[str, object], reason: str) -> None:
    """Propose for whoever runs the server, and say who can agree: from two people on, rules take two."""
    from reviewer.model import Actor
    from reviewer.service import build
    from reviewer.service.people import OPERATOR

    services = build(load())
    operator = Actor(OPERATOR, "Whoever runs the server", brand)
    view = services.proposals.propose(operator, kind, change, reason)
    affected, effect = len(view.effect.affected), view.effect
    click.echo(f"Two people sign for {brand}, so this is a proposal: nothing has changed yet.")
    click.echo(f"{effect.waiting} waiting, {effect.approved} approved, {affected} affected.")
    for warning in effect.warnings:
        click.echo(f"  {warning}")
    names = sorted(view.names[person] for person in view.seconders)
    who = f"two of {', '.join(names)}" if len(names) > 2 else " and ".join(names)
    whom = f"It takes {who} to agree" if names else "Nobody can agree to it now"
    click.echo(f"{whom}: {services.settings.public_url}/proposals/{view.proposal.id}")


def _joining() -> "Joining":
    """Who joins and how, on this server."""
    from reviewer.service import utc_now
    from reviewer.service.joining import Joining

    settings = load()
    return Joining(_store(), utc_now, settings.public_url, settings.secret())


def _roles() -> tuple[str, ...]:
    from reviewer.service.people import ROLES

    return ROLES


def _new_password() -> str:
    """Asked for twice at a terminal; otherwise the first line of the standard input."""
    if sys.stdin.isatty():
        asked: str = click.prompt(
            "Password (12 characters or more)", hide_input=True, confirmation_prompt=True
        )
        return asked
    return sys.stdin.readline().rstrip("\n")


@click.group()
def user() -> None:
    """People: who they are, what they sign for. Groups sign; roles never do."""


@user.command("add")
@click.argument("brand")
@click.argument("email")
@click.argument("name")
@click.argument("may", nargs=-1, metavar="[GROUP|ROLE]…")
def add(brand: str, email: str, name: str, may: tuple[str, ...]) -> None:
    """Add somebody to BRAND; the password is asked for, or read from the standard input."""
    people = _people()
    people.add_person(brand, email, name, _new_password())
    click.echo(f"{name} can sign in as {email}.")
    for what in may:
        _give(people, brand, email, what, f"{name} joins.")


@user.command("list")
def list_() -> None:
    """Everybody, with their groups and roles."""
    people = _people()
    brands = people.brands()
    for person in people.everybody():
        click.echo(f"{person.email}  {person.name}{'' if person.active else '  (shut out)'}")
        for brand in brands:
            groups = ", ".join(sorted(brand.groups_of(person.id)))
            if person.id in brand.people:
                click.echo(f"  {brand.slug}: {'signs for ' + groups if groups else 'writes'}")


@user.command("grant")
@click.argument("brand")
@click.argument("email")
@click.argument("what", metavar="GROUP|ROLE")
@click.option("--reason", default="Asked for on the server.", help="What those who agree to it read.")
def grant(brand: str, email: str, what: str, reason: str) -> None:
    """Let somebody sign for a group, or give them a role.

    At once while no two people sign for BRAND; after that it is a proposal that two of them agree to.
    """
    if _give(_people(), brand, email, what, reason):
        click.echo(f"{email}: {what} in {brand}.")


@user.command("revoke")
@click.argument("brand")
@click.argument("email")
@click.argument("what", metavar="GROUP|ROLE")
def revoke(brand: str, email: str, what: str) -> None:
    """Take a group or role away; sign-offs of a removed member stop counting at once."""
    _people().revoke(brand, email, what, kind="role" if what in _roles() else "group")
    click.echo(f"{email}: no longer {what} in {brand}.")


@user.command("password")
@click.argument("email")
def password(email: str) -> None:
    """A new password, asked for or read from the standard input; ends every session of theirs."""
    _people().set_password(email, _new_password())
    click.echo(f"{email} has a new password.")


@user.command("deactivate")
@click.argument("email")
def deactivate(email: str) -> None:
    """Shut somebody out at once: sessions and keys end, their sign-offs stop counting."""
    _people().deactivate(email)
    click.echo(f"{email} is shut out.")


@user.command("invite")
@click.argument("brand")
@click.argument("email")
@click.argument("name")
@click.argument("groups", nargs=-1, metavar="[GROUP]…")
def invite(brand: str, email: str, name: str, groups: tuple[str, ...]) -> None:
    """Show a link into BRAND that works once, for a week; GROUPs are those to be proposed for."""
    click.echo(_joining().invite_by_operator(brand, email, name, groups))


@user.command("way-in")
@click.argument("brand")
@click.option(
    "--sso", type=click.Choice(["required", "optional"]), help="Only by the identity provider, or any way."
)
@click.option(
    "--prove-minutes",
    type=click.IntRange(0, 1440),
    help="Signers prove again who they are after so many minutes; 0: never.",
)
def way_in(brand: str, sso: str | None, prove_minutes: int | None) -> None:
    """What BRAND asks of those who sign in; without options, what it asks now."""
    from reviewer.store import WayIn

    joining = _joining()
    way = joining.way_in(brand)
    if sso is not None or prove_minutes is not None:
        way = WayIn(
            way.require_sso if sso is None else sso == "required",
            way.prove_minutes if prove_minutes is None else prove_minutes or None,
        )
        joining.set_way_in_by_operator(brand, way)
    proof = f"a fresh proof every {way.prove_minutes} minutes" if way.prove_minutes else "no fresh proof"
    click.echo(f"{brand}: {'only the identity provider' if way.require_sso else 'any way in'}, {proof}.")


@user.group()
def key() -> None:
    """Keys of tools. A tool has no vote, whatever its key is good for."""


@key.command("create")
@click.argument("brand")
@click.argument("tool")
@click.option("--name", help="What people call the tool; its short name if not given.")
@click.option("--scope", "scopes", multiple=True, required=True, help="What it is good for; several times.")
@click.option("--owner", required=True, metavar="EMAIL", help="Who answers for what comes in through it.")
@click.option("--days", type=click.IntRange(1, 3650), default=365, show_default=True)
def create_key(
    brand: str, tool: str, name: str | None, scopes: tuple[str, ...], owner: str, days: int
) -> None:
    """Make a key for TOOL of BRAND (which is added where it is new) and show it, once.

    Scopes: check, draft:write, permit, publication:write, audit:read.
    """
    people = _people()
    if tool not in {known.service for known in people.keys(brand)}:
        people.add_service(brand, tool, name or tool)
    click.echo(people.make_key(brand, tool, scopes, owner, days))


@key.command("list")
@click.argument("brand")
def list_keys(brand: str) -> None:
    """The keys of BRAND, without their secrets."""
    for known in _people().keys(brand):
        end = f"{known.expires_at:%Y-%m-%d}" if known.expires_at else "never"
        state = "revoked" if known.revoked_at else f"until {end}"
        click.echo(f"{known.prefix}  {known.service}  {', '.join(sorted(known.scopes))}  {state}")


@key.command("revoke")
@click.argument("brand")
@click.argument("prefix")
def revoke_key(brand: str, prefix: str) -> None:
    """End a key at once; PREFIX as `list` shows it."""
    _people().revoke_key(brand, prefix)
    click.echo(f"The key {prefix} has ended.")


@click.command()
@click.argument("brand")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each line.")
def reconcile(brand: str, as_json: bool) -> None:
    """Compare what is public of BRAND with what was signed.

    Exit status: 0 everything as signed; 1 something is not.
    """
    from reviewer.model import Actor
    from reviewer.service import utc_now
    from reviewer.service.people import OPERATOR
    from reviewer.service.publications import Publications
    from reviewer.web.answers import MatchOut

    operator = Actor(OPERATOR, "Operator", brand, roles=frozenset({"auditor"}))
    matches = Publications(_store(), utc_now).reconcile(operator, brand)
    for match in matches:
        shown = MatchOut.of(match)
        if as_json:
            click.echo(json.dumps(shown.model_dump(mode="json"), ensure_ascii=False))
            continue
        account = match.seen.account if match.seen else shown.permit.account if shown.permit else ""
        url = match.seen.url if match.seen else "(not reported)"
        click.echo(f"{match.outcome:16} {account:28} {url}  {shown.draft or ''}".rstrip())
    odd = sum(match.outcome != "published" for match in matches)
    click.echo(f"{len(matches)} compared, {odd} not as signed", err=True)
    if odd:
        sys.exit(1)
