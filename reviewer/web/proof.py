"""Proof of who somebody is: how many wrong attempts it may take, and when it was last given."""

from datetime import datetime, timedelta

from flask import current_app, request, session
from flask_security import uia_email_mapper

from reviewer.errors import NotAllowed, TooMany
from reviewer.service import Services

WITHIN = timedelta(minutes=15)
FOR_ONE_ACCOUNT = 5
"""Wrong attempts for one account within `WITHIN`, before even the right one is refused."""
FROM_ONE_ADDRESS = 30
"""The same from one network address, for any account: many people may sit behind one."""
PROVED = "proved_at"
"""Where the session keeps when its person last proved who they are."""


def check_local() -> None:
    """Raise NotAllowed where this server takes nobody but from its identity provider."""
    if _services().settings.require_sso:
        raise NotAllowed("Passwords and passkeys are switched off here: sign in through your organisation.")


def begin_attempt(account: str) -> None:
    """Count an attempt for an account before it is tried; raises TooMany over the limit.

    The count is in the database, so all workers and machines share it. Codes have a count apart
    from passwords (`code:<person>`): the right password doesn't begin it anew.
    """
    services, address = _services(), request.remote_addr or ""
    now = services.clock()
    number = services.store.write(lambda tx: tx.fail_login(account, address, now))
    with services.store.read() as tx:  # a look of its own: each attempt sees all that came before it
        for_account, from_address = tx.failed_logins(account, address, now - WITHIN)
    if for_account > FOR_ONE_ACCOUNT or from_address > FROM_ONE_ADDRESS:
        services.store.write(lambda tx: tx.forget_failed_login(number))  # it was not even tried
        minutes = int(WITHIN.total_seconds() // 60)
        raise TooMany(
            f"Too many attempts to sign in. Wait {minutes} minutes and try again; "
            "if the password is lost, ask whoever runs Reviewer for you.",
            retry_after=int(WITHIN.total_seconds()),
        )


def end_attempt(account: str) -> None:
    """It was right: the account's count begins anew."""
    _services().store.write(lambda tx: tx.forget_failed_logins(account))


def account_named(typed: str) -> str:
    """The one name under which an account's attempts are counted, however its address is written.

    The library looks people up by the normal form of an address, in which letters of another width and
    other full stops are the plain ones; counted as typed, each spelling would have tries of its own.
    """
    return (uia_email_mapper(typed) or typed.strip()).lower()[:255]


def proved_now() -> None:
    """Note that the person of this session has just proven who they are."""
    session[PROVED] = _services().clock().isoformat()


def proved_at() -> datetime | None:
    """When the person of this session last proved who they are."""
    found = session.get(PROVED)
    return datetime.fromisoformat(found) if found else None


def _services() -> Services:
    found: Services = current_app.extensions["reviewer"]
    return found
