"""The doors besides the password: the organisation's own sign-in, an invitation, a link to a new address."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Flask,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from reviewer.config import Settings
from reviewer.errors import NotFound, NotSignedIn, Refusal
from reviewer.integrations.oidc import Attempt, Client, Provider
from reviewer.service import Services
from reviewer.web.login import come_in, person_id
from reviewer.web.proof import check_local, proved_now
from reviewer.web.sessions import SSO

door = Blueprint("door", __name__)
View = str | AnyResponse | tuple[str, int]
LEFT, INVITED = "sso", "invitation"
"""Where the session keeps what it left for the provider with, and the invitation that was opened."""


@dataclass(frozen=True)
class Ways:
    """The ways in that the sign-in page offers."""

    local: bool
    sso: str
    """What the button says, empty where there is no identity provider."""


def set_up(app: Flask, settings: Settings) -> None:
    """Give the application these doors."""
    if settings.oidc_issuer:
        client = Client(
            settings.oidc_issuer,
            settings.oidc_client_id,
            settings.oidc_client_secret.get_secret_value(),
            f"{settings.public_url}/sign-in/sso/back",
            settings.oidc_groups_claim,
        )
        app.extensions["oidc"] = Provider(client)
    ways = Ways(not settings.require_sso, settings.oidc_name if settings.oidc_issuer else "")
    app.jinja_env.globals.update(ways=ways)
    app.register_blueprint(door)


# --- the organisation's own sign-in ---------------------------------------------------------------------


@door.get("/sign-in/sso")
def leave() -> AnyResponse:
    """To the identity provider."""
    return _leave(_inside(request.args.get("next", "")))


@door.get("/sign-in/sso/again")
def leave_to_prove() -> AnyResponse:
    """To the identity provider, which is to ask for a proof, by who is signed in."""
    person = person_id()
    if person is None:
        return redirect(url_for("security.login"))
    return _leave(url_for("door.proven"), person)


def _leave(target: str, person: str | None = None) -> AnyResponse:
    address, attempt = _provider().begin(fresh=person is not None)
    session[LEFT] = {**attempt.kept(), "next": target, "person": person}
    return redirect(address)


@door.get("/sign-in/sso/back")
def come_back() -> AnyResponse:
    """From the identity provider, with an answer that counts once."""
    left: dict[str, Any] = session.pop(LEFT, None) or {}
    target, person = left.pop("next", "/"), left.pop("person", None)
    attempt = Attempt(**left) if left else None
    services, now = _services(), _services().clock()
    claims = _provider().finish(attempt, request.args, now)
    state = request.args.get("state", "")
    if not services.store.write(lambda tx: tx.first_seen(f"sso {state}", now)):
        raise NotSignedIn("This sign-in was used already. Sign in again.")
    if person is not None:
        if person != person_id() or not services.directory.prove_again(claims, person):
            raise NotSignedIn("Somebody else proved who they are. Sign out, and sign in again.")
        proved_now()
        return redirect(target)
    arrival = services.directory.arrive(claims, _still_good(session.pop(INVITED, None)))
    come_in(arrival.person.id, SSO)
    if arrival.joined:
        session["brand"] = arrival.joined
    return redirect(target)


@door.get("/sign-in/sso/proven")
def proven() -> View:
    """Where a proof in another tab ends."""
    return render_template("proven.html")


# --- invitations ----------------------------------------------------------------------------------------


@door.get("/invitation/<token>")
def invitation(token: str) -> View:
    """An invitation that was opened: a new account, or joining with the one that somebody has."""
    return _invitation_page(token)


@door.post("/invitation/<token>")
def accept_invitation(token: str) -> View:
    """Use it up, once."""
    services, person = _services(), person_id()
    try:
        if person is not None:
            session["brand"] = services.joining.join_as(person, token).brand
        else:
            check_local()
            form = request.form
            joined = services.joining.join(token, form.get("name", ""), form.get("password", ""))
            session.pop(INVITED, None)
            come_in(joined.id, "local")
    except NotFound:
        raise
    except Refusal as refusal:
        return _invitation_page(token, problem=refusal.detail, status=refusal.status)
    flash("Welcome. You can write posts now; signing for a group takes a colleague who agrees.")
    return redirect(url_for("pages.start"), 303)


def _invitation_page(token: str, *, problem: str = "", status: int = 200) -> View:
    services, person = _services(), person_id()
    found, brand, known = services.joining.invitation(token)
    if person is None:
        session[INVITED] = token
    page = render_template(
        "invitation.html",
        invitation=found,
        brand_name=brand,
        known=known,
        account=services.joining.account(person).person if person else None,
        problem=problem,
        typed=request.form.get("name", found.name),
    )
    return page, status


# --- a new address --------------------------------------------------------------------------------------


@door.route("/address/<token>", methods=["GET", "POST"])
def address(token: str) -> View:
    """The link to a new address; a press of a button, since programs open links in mails too."""
    if request.method == "POST":
        person = _services().joining.change_address(token)
        return render_template("address.html", email=person.email, done=True)
    return render_template("address.html", email="", done=False)


def _still_good(token: str | None) -> str | None:
    """The invitation that was opened before; None where it has ended, which keeps nobody out."""
    try:
        return token if token and _services().joining.invitation(token) else None
    except NotFound:
        return None


def _inside(target: str) -> str:
    """An address of ours, without a host; the start for anything else."""
    parts = urlsplit(target)
    ours = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc
    return target if ours and "\n" not in target else "/"


def _provider() -> Provider:
    found: Provider | None = current_app.extensions.get("oidc")
    if found is None:
        raise NotFound("Nobody signs in through an organisation here: use your password or passkey.")
    return found


def _services() -> Services:
    found: Services = current_app.extensions["reviewer"]
    return found


__all__ = ["door", "set_up"]
