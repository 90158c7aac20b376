"""The demo: an invented maker of lamps, its people, and posts in every state, made by the same use cases.

Nothing here knows a shortcut: drafts are submitted, signed by people who did not write them, released
and reported as in real life. Whatever the rules find in these texts is dealt with by its owner group.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from reviewer import policy
from reviewer.model import Actor, Brand, Decision, Draft, Kind, Link, Media, Part, Schedule, Source, Variant
from reviewer.service import Services
from reviewer.service.people import Founder
from reviewer.workflow import Accept, Approve, ReadWithout, Reject, RequestChanges, Submit, Withdraw

SLUG, NAME = "fjordlight", "Fjordlight"
PASSWORD = "lamps-for-long-nights"  # noqa: S105  # a demo that is served on loopback only
TOOL = "publisher"
ACCOUNTS = (
    "x:fjordlight",
    "linkedin:company/fjordlight",
    "instagram:fjordlight",
    "mastodon:fjordlight@social.example",
)
X, LINKEDIN, INSTAGRAM, MASTODON = ACCOUNTS


@dataclass(frozen=True)
class DemoPerson:
    """Somebody of the demo: what they sign for, and what to try as them."""

    name: str
    groups: tuple[str, ...]
    about: str

    @property
    def email(self) -> str:
        return f"{self.name.lower()}@fjordlight.example"


PEOPLE = (
    DemoPerson("Ada", ("marketing",), "marketing: approves posts; begin here"),
    DemoPerson("Ben", ("legal",), "legal: agrees to claims, or does not"),
    DemoPerson("Chidi", ("people",), "people: speaks for colleagues who are named"),
    DemoPerson("Dana", ("comms", "marketing"), "communications, and marketing too"),
    DemoPerson("Emil", (), "author: writes posts, signs for nobody"),
    DemoPerson("Femi", (), "author: posts are written in this name too"),
)


@dataclass(frozen=True)
class Loaded:
    """How to come in. `key` is the tool's, shown once: only when the demo was loaded just now."""

    fresh: bool
    key: str
    password: str = PASSWORD
    people: tuple[DemoPerson, ...] = PEOPLE


def load(services: Services) -> Loaded:
    """Load the demo into a database; one that has it already is left as it is."""
    if SLUG in {brand.slug for brand in services.people.brands()}:
        return Loaded(fresh=False, key="")
    services.people.add_brand(
        Brand(
            SLUG,
            NAME,
            policy.load_base().approvals,
            accounts=frozenset(ACCOUNTS),
            timezone="Europe/Oslo",
        )
    )
    founders = [Founder(person.name, person.email, PASSWORD, person.groups) for person in PEOPLE]
    ids = {person.name: person.id for person in services.people.found(SLUG, founders)}
    services.people.add_service(SLUG, TOOL, "Publisher")
    key = services.people.make_key(
        SLUG,
        TOOL,
        ("check", "draft:write", "permit", "publication:write", "audit:read"),
        _email("Emil"),
        days=30,
    )
    actors = {name: services.people.actor_for(id_, SLUG) for name, id_ in ids.items()}
    _Posts(services, actors, services.people.actor_for_key(key)).write()
    return Loaded(fresh=True, key=key)


class _Posts:
    def __init__(self, services: Services, people: Mapping[str, Actor], tool: Actor) -> None:
        self.services, self.people, self.tool = services, people, tool
        self.now = services.clock()

    def write(self) -> None:
        """One post for each state, then some more that wait."""
        self.begun()
        self.sent_back()
        self.rejected()
        self.withdrawn()
        self.expired()
        self.approved_for_tomorrow()
        self.published_by_the_tool()
        self.posted_by_hand()
        self.handed_over()
        self.waiting()

    # --- one for each state ---

    def begun(self) -> None:
        self.draft("Emil", [on(X, "Short nights, long shadows. What would you light first?")])

    def sent_back(self) -> None:
        words = "Our old lamps are back in stock. They were never gone, we were just shy. Come and see them."
        post = self.submitted("Emil", [on(INSTAGRAM, words, media=self.picture())])
        comment = "Kind and funny. Say which lamps, and that the shop is in Bergen."
        self.object("Dana", "comms", post, comment)

    def rejected(self) -> None:
        words = "Three lighting firms in town closed this year. We did not. Make of that what you will."
        post = self.submitted("Femi", [on(X, words), on(LINKEDIN, words)])
        comment = "We don't laugh at firms that closed: people lost their work."
        self.object("Ben", "legal", post, comment, reject=True)

    def withdrawn(self) -> None:
        post = self.submitted("Emil", [on(X, "The shop is closed this Saturday for the boat race.")])
        self.services.drafts.act(self.people["Emil"], post, Withdraw("The race was moved."))

    def expired(self) -> None:
        words = "Tonight at six: we solder lamps together. Bring glasses."
        self.submitted("Femi", [on(MASTODON, words)], at=Schedule("at", self.now - timedelta(hours=2)))

    def approved_for_tomorrow(self) -> None:
        words = (
            "Wiring a lamp is two hours of work and forty years of light.\n\n"
            "In our new guide, Inga from the workshop shows how she repairs a socket, step by step."
        )
        link = Link("https://fjordlight.example/guide", "Repair a lamp", "A guide from our workshop")
        tomorrow = Schedule("at", self.now + timedelta(days=1), "Europe/Oslo")
        self.signed(self.submitted("Emil", [on(LINKEDIN, words, link=link)], at=tomorrow))

    def published_by_the_tool(self) -> None:
        words = "The first snow is here. We left the window light on for you."
        post = self.submitted("Femi", [on(MASTODON, words)])
        self.signed(post)
        url = "https://social.example/@fjordlight/1001"
        self.services.release.report(self.tool, self.redeemed(post), url, self.now)

    def posted_by_hand(self) -> None:
        words = "Monday, a wet street, and one warm window. Good morning, Bergen."
        post = self.submitted("Emil", [on(X, words)])
        self.signed(post)
        digest, url = self.digests(post)[0], "https://x.com/fjordlight/status/1002"
        self.services.release.posted_by_hand(self.people["Emil"], post, digest, url, self.now)

    def handed_over(self) -> None:
        post = self.submitted("Femi", [on(INSTAGRAM, "Brass, paper, patience.", media=self.picture())])
        self.signed(post)
        self.redeemed(post)

    # --- what waits for somebody ---

    def waiting(self) -> None:
        words = "Our chairman promises guaranteed savings: the best lamps on the market, 90% less power!!"
        self.submitted("Emil", [on(X, words)])
        words = (
            "We are hiring two people for the workshop. You like tools, you ask before you guess, and you "
            "finish what you begin. No diploma needed; we teach soldering in the first week."
        )
        self.submitted("Femi", [on(X, words), on(LINKEDIN, words)])
        words = "That should not happen, and we are sorry. Send it back to us, postage is on us."
        question = "My Fjordlight lamp hums since Tuesday. Is that normal?"
        self.submit("Emil", self.draft_of([on(X, words, kind="reply")], None, "@nightreader", question))
        words = "Twenty years ago I bent my first lamp shade. It leaked light everywhere."
        ghost = replace(
            self.draft_of([on(LINKEDIN, words)]),
            on_behalf_of=self.people["Femi"].id,
            source=Source("calendar", "entry-77"),
            brief="For the anniversary. Femi, are these your words?",
        )
        view = self.services.drafts.create(self.tool, SLUG, ghost)
        self.services.drafts.act(self.tool, view.review.id, Submit())

    # --- steps ---

    def draft_of(
        self,
        variants: list[Variant],
        at: Schedule | None = None,
        target_author: str = "",
        target_text: str = "",
    ) -> Draft:
        return Draft(
            tuple(variants),
            at or Schedule(),
            language="en",
            target_author=target_author,
            target_text=target_text,
        )

    def draft(self, author: str, variants: list[Variant]) -> str:
        return self.services.drafts.create(self.people[author], SLUG, self.draft_of(variants)).review.id

    def submitted(self, author: str, variants: list[Variant], at: Schedule | None = None) -> str:
        return self.submit(author, self.draft_of(variants, at))

    def submit(self, author: str, draft: Draft) -> str:
        view = self.services.drafts.create(self.people[author], SLUG, draft)
        self.services.drafts.act(self.people[author], view.review.id, Submit())
        return view.review.id

    def digests(self, post: str) -> tuple[str, ...]:
        return self.services.drafts.view(self.people["Ada"], post).review.draft.digests

    def seen(self, post: str) -> dict[str, str]:
        view = self.services.drafts.view(self.people["Ada"], post)
        return {digest: view.verdicts[digest].sha256 for digest in view.review.draft.digests}

    def signed(self, post: str) -> None:
        """Every group that has to sign does, each finding that asks for leave gets it first."""
        view = self.services.drafts.view(self.people["Ada"], post)
        for digest, verdict in view.verdicts.items():
            for finding in verdict.of(Decision.NEEDS_APPROVAL):
                yes = Accept(finding.owner, digest, finding.key, "Checked, it is so.", verdict.sha256)
                self.services.drafts.act(self.member(finding.owner), post, yes)
            for finding in verdict.of(Decision.UNCHECKED):
                for group in dict.fromkeys(("marketing", finding.owner)):
                    read = ReadWithout(group, digest, finding.key, "Read twice.", verdict.sha256)
                    self.services.drafts.act(self.member(group), post, read)
        for group in dict.fromkeys(g for v in view.verdicts.values() for g in v.requires):
            self.services.drafts.act(self.member(group), post, Approve(group, self.seen(post)))

    def member(self, group: str) -> Actor:
        return self.people[next(person.name for person in PEOPLE if group in person.groups)]

    def object(self, who: str, group: str, post: str, comment: str, *, reject: bool = False) -> None:
        no, seen = Reject if reject else RequestChanges, self.seen(post)
        ids = tuple(f"{post}-{number}" for number in range(len(seen)))
        self.services.drafts.act(self.people[who], post, no(group, comment, seen, ids))

    def redeemed(self, post: str) -> str:
        issued = self.services.release.issue(self.tool, post, self.digests(post)[0])
        self.services.release.redeem(self.tool, issued.token)
        return issued.permit.jti

    def picture(self) -> Media:
        stored = self.services.media.put(self.people["Emil"], SLUG, bytes(_png(640, 400)))
        return Media(stored.sha256, "A lamp's warm light on a dark wall, seen through a window.")


def on(
    account: str,
    text: str,
    *,
    kind: Kind = "post",
    media: Media | None = None,
    link: Link | None = None,
) -> Variant:
    """One variant; a reply answers a post of somebody else's."""
    channel = account.partition(":")[0]
    part = Part(text, media=(media,) if media else ())
    target = "https://x.com/nightreader/status/1000" if kind == "reply" else None
    return Variant(kind, channel, account, (part,), target, link=link)


def _email(name: str) -> str:
    return next(person.email for person in PEOPLE if person.name == name)


def _png(width: int, height: int) -> bytes:
    """A picture of our own: warm light that fades into a dark wall (PNG, RFC 2083)."""

    def rows() -> Iterator[bytes]:
        for y in range(height):
            yield b"\0"
            for x in range(width):
                far = min(255, ((x - width // 3) ** 2 + (y - height // 2) ** 2) // 300)
                light = 255 - far
                yield bytes((20 + light * 230 // 255, 18 + light * 170 // 255, 30 + light * 70 // 255))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"".join(rows()))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
