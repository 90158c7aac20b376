"""The accounts library's view of people: its datastore over our session, behind our lock.

Flask-Security-Too reads users as it likes and commits by itself. Its reads are single statements
without a transaction; what it changed is written in one transaction of ours, when it commits.
"""

from typing import Any

from flask_security.datastore import SQLAlchemySessionUserDatastore
from sqlalchemy.orm import scoped_session

from reviewer.store.identities import Passkeys, Role, User


class UserDatastore(SQLAlchemySessionUserDatastore):
    """`datastore` of `flask_security.Security`; made by `Store.user_datastore()`.

    Call `close()` at the end of every request (`app.teardown_appcontext`).
    """

    def __init__(self, session: scoped_session[Any], commit: Any) -> None:
        super().__init__(session, User, Role, Passkeys)
        self._scoped, self._commit = session, commit

    def commit(self) -> None:
        """Write what was changed; raises Unavailable, or Conflict where somebody else was first."""
        session = self._scoped()
        if session.new or session.dirty or session.deleted:
            self._commit(session)

    def close(self) -> None:
        """Forget what this thread has read."""
        self._scoped.remove()
