"""What the parts of a transaction share."""

from sqlmodel import Session

from reviewer.model import Event, Objection
from reviewer.store import tables as t


class StorePart:
    """One database session, what was read through it, and what is to be logged at its end."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.loaded: dict[str, t.Drafts] = {}
        self.objections_read: dict[str, Objection] = {}
        self.events_to_append: list[Event] = []
