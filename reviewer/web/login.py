"""Signing in: Flask-Security-Too with argon2id, sessions of ours, and a limit on wrong passwords.

Answers are the same whether an account exists or not. Tokens in headers and addresses, "remember me",
and everything else of the library that is not asked for here is switched off.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app, request, session
from flask_login import user_logged_in
from flask_security import Security, current_user, uia_email_mapper
from flask_security.forms import LoginForm

from reviewer.errors import TooMany
from reviewer.service import Services
from reviewer.store import Tx
from reviewer.web.sessions import PERSON, Sessions

WITHIN = timedelta(minutes=15)
FOR_ONE_ACCOUNT = 5
"""Wrong passwords for one account within `WITHIN`, before even the right one is refused."""
FROM_ONE_ADDRESS = 30
"""The same from one network address, for any account: many people may sit behind one."""


class SignInForm(LoginForm):
    """The library's form behind a limit that is counted in the database, before the password is tried."""

    remember = None

    def validate(self, **kwargs: Any) -> bool:
        """True for the right password of an active account; raises TooMany over the limit.

        The attempt is written down before the password is looked at, so that attempts at the same moment
        count too; the right password takes it off again.
        """
        account = _account(str(self.email.data or ""))
        services = _services()
        services.store.write(lambda tx: _attempt(tx, account, request.remote_addr or "", services.clock()))
        if not super().validate(**kwargs):
            return False
        services.store.write(lambda tx: tx.forget_failed_logins(account))
        return True


def _account(typed: str) -> str:
    """The one name under which an account's attempts are counted, however its address is written.

    The library looks people up by the normal form of an address, in which letters of another width and
    other full stops are the plain ones; counted as typed, each spelling would have tries of its own.
    """
    return (uia_email_mapper(typed) or typed.strip()).lower()[:255]


def _attempt(tx: Tx, account: str, address: str, now: datetime) -> None:
    for_account, from_address = tx.failed_logins(account, address, now - WITHIN)
    if for_account >= FOR_ONE_ACCOUNT or from_address >= FROM_ONE_ADDRESS:
        minutes = int(WITHIN.total_seconds() // 60)
        raise TooMany(
            f"Too many attempts to sign in. Wait {minutes} minutes and try again; "
            "if the password is lost, ask whoever runs Reviewer for you.",
            retry_after=int(WITHIN.total_seconds()),
        )
    tx.fail_login(account, address, now)


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
    )
    app.session_interface = Sessions(services.store, services.clock)
    datastore = services.store.user_datastore()
    Security(app, datastore, login_form=SignInForm)
    # the library would also take a signed token from a header or the address, which nobody could revoke
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    user_logged_in.connect(_remember_person, app)

    @app.teardown_appcontext
    def forget(_: BaseException | None) -> None:
        datastore.close()


def _remember_person(_sender: Flask, user: Any, **_: Any) -> None:
    session[PERSON] = user.id


def person_id() -> str | None:
    """The id of whoever is signed in; None for nobody."""
    return str(current_user.id) if current_user.is_authenticated else None


def _services() -> Services:
    found: Services = current_app.extensions["reviewer"]
    return found
