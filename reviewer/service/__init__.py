"""The use cases: load, decide in the core, save; one transaction each. Every interface calls these."""

from dataclasses import dataclass
from datetime import UTC, datetime

from reviewer import policy
from reviewer.config import Settings
from reviewer.service.audit import Audit
from reviewer.service.calling import Calling
from reviewer.service.checking import Checking
from reviewer.service.directory import Directory
from reviewer.service.drafts import Box, Clock, DraftRow, Drafts, DraftView
from reviewer.service.joining import Joining
from reviewer.service.later import Later
from reviewer.service.media import MediaStore
from reviewer.service.pauses import Pauses
from reviewer.service.people import People
from reviewer.service.permits import Issued, Permits, Redeemed
from reviewer.service.personal import PersonalData
from reviewer.service.proposals import Proposals
from reviewer.service.publications import Publications
from reviewer.service.replay import Replays
from reviewer.service.report import Reports
from reviewer.service.retention import Retention
from reviewer.service.rota import Rota
from reviewer.service.several import Several
from reviewer.service.talk import Talk
from reviewer.service.texts import Texts
from reviewer.store import Store


@dataclass(frozen=True)
class Services:
    """Everything that an interface can ask for."""

    settings: Settings
    store: Store
    checking: Checking
    drafts: Drafts
    release: Permits
    media: MediaStore
    people: People
    proposals: Proposals
    joining: Joining
    directory: Directory
    publications: Publications
    pauses: Pauses
    talk: Talk
    audit: Audit
    replay: Replays
    report: Reports
    retention: Retention
    personal: PersonalData
    rota: Rota
    calling: Calling
    several: Several
    texts: Texts
    later: Later
    clock: Clock


def utc_now() -> datetime:
    """The server's clock."""
    return datetime.now(UTC)


def build(settings: Settings, *, clock: Clock = utc_now) -> Services:
    """The services of one server process. Loads the built-in rules; opens the database when first used."""
    store = Store(settings.database_url, timeout=settings.database_timeout)
    checking = Checking(store, policy.load_base(), clock)
    drafts = Drafts(store, checking, clock)
    permits = Permits(store, drafts, clock, settings.issuer)
    joining = Joining(store, clock, settings.public_url, settings.secret())
    return Services(
        settings=settings,
        store=store,
        checking=checking,
        drafts=drafts,
        release=permits,
        media=MediaStore(store, clock),
        people=People(store, clock),
        proposals=Proposals(store, checking, clock),
        joining=joining,
        directory=Directory(store, clock, joining, settings.directory),
        publications=Publications(store, clock),
        pauses=Pauses(store, checking, clock),
        talk=Talk(store, drafts, clock),
        audit=Audit(store, drafts, permits),
        replay=Replays(store, checking, clock),
        report=Reports(store, clock),
        retention=Retention(store, clock, settings.kept_days),
        personal=PersonalData(store, clock),
        rota=Rota(store, clock),
        calling=Calling(store, checking, clock, settings.public_url, settings.ways),
        several=Several(store, drafts),
        texts=Texts(drafts, permits),
        later=Later(store, clock),
        clock=clock,
    )


__all__ = [
    "Box",
    "Clock",
    "DraftRow",
    "DraftView",
    "Issued",
    "Redeemed",
    "Services",
    "build",
    "utc_now",
]
