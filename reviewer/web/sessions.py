"""Browser sessions. Before sign-in: a signed cookie. After it: a row in the database, revocable at once.

The cookie of a signed-in browser holds only a random token, and the database only its SHA-256. Signing
in and out changes the token (no session fixation). Whoever merely looks at the sign-in page costs no
row.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.datastructures import CallbackDict

from reviewer.service import Clock
from reviewer.store import BrowserSession, Store

IDLE = timedelta(hours=12)
"""Without a click for this long, a session ends."""
LIFETIME = timedelta(days=7)
"""However busy, a session ends after this long."""
UNSIGNED_IN = timedelta(hours=2)
"""How long a form may stay open before somebody signs in with it."""
NOTED_EVERY = timedelta(minutes=5)
"""`seen_at` is written at most this often, so that reading pages seldom writes."""

SIGNED_IN = "_user_id"
"""Where Flask-Login keeps who is signed in."""
PERSON = "person"
"""Where sign-in puts the person's id, for the list of somebody's sessions."""
VIA, SSO = "via", "sso"
"""Where sign-in puts how somebody came in: `sso` by the identity provider, `local` by anything else."""


class BrowserData(CallbackDict[str, Any], SessionMixin):
    """What a view sees as `flask.session`. `token` is None until somebody is signed in."""

    def __init__(
        self, data: Mapping[str, Any], token: str | None = None, row: BrowserSession | None = None
    ) -> None:
        def changed(_: Any) -> None:
            self.modified = True

        super().__init__(data, changed)
        self.modified, self.new, self.accessed = False, not data, True
        self.token, self.row = token, row
        self.began_as = data.get(SIGNED_IN)


class Sessions(SessionInterface):
    """Opens and saves sessions; set as `app.session_interface`."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def open_session(self, app: Flask, request: Request) -> BrowserData:
        """The session of the request's cookie; an empty one for anything that is not valid now."""
        value = request.cookies.get(self.get_cookie_name(app), "")
        kind, _, rest = value.partition(".")
        if kind == "t" and rest:
            with self._store.read() as tx:
                row = tx.session_of(rest, self._clock())
            if row is not None:
                return BrowserData(row.data, rest, row)
        elif kind == "c" and rest:
            try:
                data = self._serializer(app).loads(rest, max_age=int(UNSIGNED_IN.total_seconds()))
                return BrowserData({k: v for k, v in data.items() if k != SIGNED_IN})
            except BadSignature:
                pass
        return BrowserData({})

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep what changed; a sign-in or sign-out gets a new token and ends the old one."""
        assert isinstance(session, BrowserData)  # noqa: S101  # what open_session made
        response.vary.add("Cookie")
        now, signed_in = self._clock(), session.get(SIGNED_IN)
        if session.row is not None and signed_in != session.began_as:
            ended = session.row.token_sha256
            self._store.write(lambda tx: tx.revoke_session(ended, now))
            session.token = session.row = None
        if signed_in:
            self._save_row(app, session, response, now)
        elif session:
            if session.modified:
                value = f"c.{self._serializer(app).dumps(dict(session))}"
                self._cookie(app, response, value, UNSIGNED_IN)
        elif session.modified or session.began_as:
            response.delete_cookie(
                self.get_cookie_name(app),
                secure=self.get_cookie_secure(app),
                samesite=self.get_cookie_samesite(app),
                httponly=True,
            )

    def _save_row(self, app: Flask, session: BrowserData, response: Response, now: datetime) -> None:
        row = session.row
        if row is not None and not session.modified and now - row.seen_at < NOTED_EVERY:
            return
        token = session.token or secrets.token_urlsafe(32)
        created = row.created_at if row else now
        # a directory is asked at sign-in, so who came by one has to come again every day
        lifetime = IDLE if session.get(VIA) == SSO else LIFETIME
        expires = min(now + IDLE, created + lifetime)
        new = BrowserSession(
            token_sha256=hashlib.sha256(token.encode()).hexdigest(),
            user_id=session.get(PERSON),
            data=dict(session),
            created_at=created,
            seen_at=now,
            expires_at=expires,
            agent=row.agent if row else "",
        )
        self._store.write(lambda tx: tx.save_session(new))
        self._cookie(app, response, f"t.{token}", expires - now)

    def _cookie(self, app: Flask, response: Response, value: str, lasts: timedelta) -> None:
        response.set_cookie(
            self.get_cookie_name(app),
            value,
            max_age=int(lasts.total_seconds()),
            httponly=True,
            secure=self.get_cookie_secure(app),
            samesite=self.get_cookie_samesite(app),
        )

    def _serializer(self, app: Flask) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(str(app.secret_key), salt="reviewer.before-sign-in")
