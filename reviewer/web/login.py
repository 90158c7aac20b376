"""Signing in: Flask-Security-Too with argon2id, sessions of ours, and a limit on wrong attempts.

Answers are the same whether an account exists or not. Tokens in headers and addresses, "remember me",
and everything else of the library that is not asked for here is switched off.
"""

import secrets
from dataclasses import replace
from typing import Any

from flask import Flask, current_app, session
from flask_login import user_logged_in
from flask_security import Security, current_user, user_authenticated
from flask_security.forms import LoginForm
from flask_security.utils import login_user

from reviewer.errors import NotAllowed
from reviewer.model import Actor
from reviewer.service import Services
from reviewer.web import factors
from reviewer.web.proof import (
    account_named,
    begin_attempt,
    check_local,
    end_attempt,
    proved_at,
    proved_now,
)
from reviewer.web.sessions import PERSON, SSO, VIA, Sessions


class SignInForm(LoginForm):
    """The library's form behind a limit that is counted in the database, before the password is tried."""

    remember = None

    def validate(self, **kwargs: Any) -> bool:
        """True for the right password of an active account; raises TooMany over the limit.

        The attempt is written down before the password is looked at, so that attempts at the same moment
        count too; the right password takes it off again.
        """
        check_local()
        account = account_named(str(self.email.data or ""))
        begin_attempt(account)
        if not super().validate(**kwargs):
            return False
        end_attempt(account)
        return True


def set_up(app: Flask, services: Services, *, secure: bool) -> None:
    """Give the application its accounts, sessions and cookies; `secure` is for anything but loopback."""
    app.config.update(
        SESSION_COOKIE_NAME="__Host-reviewer" if secure else "reviewer",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106  # the name of the method; libpass makes it argon2id
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH={"argon2"},
        SECURITY_PASSWORD_SALT=secrets.token_hex(),
        SECURITY_PASSWORD_LENGTH_MIN=12,
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_LOGOUT_CSRF=True,
        SECURITY_LOGOUT_USER_TEMPLATE="sign_out.html",
        SECURITY_LOGIN_USER_TEMPLATE="sign_in.html",
        SECURITY_POST_LOGIN_VIEW="/",
        SECURITY_POST_LOGOUT_VIEW="/sign-in",
        SECURITY_API_ENABLED_METHODS=["session"],
        SECURITY_DEFAULT_REMEMBER_ME=False,
        SECURITY_FLASH_MESSAGES=False,
        SECURITY_SEND_REGISTER_EMAIL=False,
        SECURITY_STATIC_FOLDER=None,
        **factors.configuration(services.settings),
    )
    app.session_interface = Sessions(services.store, services.clock)
    datastore = services.store.user_datastore()
    Security(app, datastore, login_form=SignInForm, **factors.parts(services))
    # the library would also take a signed token from a header or the address, which nobody could revoke
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    user_logged_in.connect(_remember_person, app)
    user_authenticated.connect(_remember_how, app)
    factors.connect(app)

    @app.teardown_appcontext
    def forget(_: BaseException | None) -> None:
        datastore.close()


def _remember_person(_sender: Flask, user: Any, **_: Any) -> None:
    session[PERSON] = user.id
    session.pop("csrf_token", None)  # a form that somebody else opened before is not theirs to send


def _remember_how(_sender: Flask, authn_via: list[str] | None, **_: Any) -> None:
    if authn_via != ["change"]:  # a new password of one's own is no other way in
        session[VIA] = SSO if authn_via == [SSO] else "local"
    proved_now()


def come_in(person: str, via: str) -> None:
    """Sign a person in whose identity somebody else has proven."""
    user = current_app.extensions["security"].datastore.find_user(id=person)
    if user is None or not user.active:
        raise NotAllowed("This account was shut out: ask your brand admin.")
    login_user(user, authn_via=[via])


def person_id() -> str | None:
    """The id of whoever is signed in; None for nobody, and for who came another way than the server's."""
    if not current_user.is_authenticated:
        return None
    if _services().settings.require_sso and session.get(VIA) != SSO:
        return None
    return str(current_user.id)


def admits(brand: str) -> bool:
    """Does a brand take people who came in the way this session did?"""
    return session.get(VIA) == SSO or not _services().joining.way_in(brand).require_sso


def actor_in(brand: str) -> Actor:
    """Whoever is signed in, as they act for a brand; raises NotAllowed where it wants another way in."""
    services = _services()
    actor = services.people.actor_for(str(current_user.id), brand)
    if not admits(brand):
        raise NotAllowed(
            f"{services.people.brand(actor).name} takes its people from its identity provider only: "
            "sign out, and sign in through your organisation."
        )
    return replace(actor, proved_at=proved_at())


def _services() -> Services:
    found: Services = current_app.extensions["reviewer"]
    return found
