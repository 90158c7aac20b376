"""Who is asked, in which order and when: working hours, rota, absence, the lane of replies, reminders."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import message_from_string
from typing import Any

import pytest

from reviewer import policy
from reviewer.config import load
from reviewer.errors import Invalid, NotAllowed, NotFound
from reviewer.integrations import sending
from reviewer.jobs import Worker
from reviewer.model import Actor, Brand, Calendar, Draft, Part, Schedule, Variant
from reviewer.service import DraftView, Services, build
from reviewer.store import Notice, Store
from reviewer.workflow import Approve, Edit, OpenEmergency, Submit

pytestmark = pytest.mark.usefixtures("rules_loaded_once")
TUESDAY = datetime(2031, 5, 6, 8, 0, tzinfo=UTC)
"""10:00 in Vienna, where the brand works from 8:00 to 16:00."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PASSWORD = "seven kind words in a row"
HOURS = Calendar(hours=((480, 960),) * 5 + ((0, 0),) * 2)


@dataclass
class Office:
    """A brand with three in marketing, one in legal and an author; its worker, and a clock set by hand."""

    services: Services
    store: Store
    people: dict[str, str]
    clock: "Clock"

    def actor(self, name: str) -> Actor:
        return self.services.people.actor_for(self.people[name], "acme")

    def send(self, text: str = "We open at nine.", *, kind: str = "post", at: Schedule | None = None) -> str:
        target = "https://x.com/somebody/status/1" if kind == "reply" else None
        variant = Variant(kind, "x", "x:acme", (Part(text),), target)  # type: ignore[arg-type]
        draft = Draft((variant,), at or Schedule(), language="en")
        view = self.services.drafts.create(self.actor("emil"), "acme", draft)
        self.services.drafts.act(self.actor("emil"), view.review.id, Submit())
        return view.review.id

    def work(self) -> None:
        worker = Worker(self.services)
        while worker.work():
            pass

    def pass_by(self, **time: float) -> None:
        """Let the time pass as it does: a worker looks every minute."""
        end = self.clock.now + timedelta(**time)
        while self.clock.now < end:
            self.work()
            self.clock.now = min(end, self.clock.now + MINUTE)
        self.work()

    def asked(self, draft: str) -> list[tuple[str, str, int]]:
        """Who was asked on the page, why, and how many minutes after the beginning."""
        names = {person: name for name, person in self.people.items()}
        return [
            (names[n.person], n.why, round((n.at - TUESDAY) / MINUTE))
            for n in self.notices(draft)
            if n.way == "page"
        ]

    def notices(self, draft: str) -> tuple[Notice, ...]:
        with self.store.read() as tx:
            return tx.notices(draft)

    def view(self, draft: str, name: str = "emil") -> DraftView:
        return self.services.drafts.view(self.actor(name), draft)

    def approve(self, name: str, draft: str) -> None:
        view = self.view(draft, name)
        seen = {d: v.sha256 for d, v in view.verdicts.items()}
        self.services.drafts.act(self.actor(name), draft, Approve("marketing", seen))

    def away(self, name: str, until: datetime) -> str:
        return self.services.rota.set(self.actor(name), self.people[name], "away", self.clock.now, until).id


@dataclass
class Clock:
    now: datetime = TUESDAY

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def office(store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    clock = Clock()
    services = build(
        load(
            {
                "REVIEWER_DATABASE_URL": database_url,
                "REVIEWER_SLACK_WEBHOOK_URL": "https://hooks.example/T/B/x",
                "REVIEWER_SMTP_URL": "smtp://localhost:2525",
            }
        ),
        clock=clock,
    )
    brand = Brand(
        "acme",
        "Acme",
        policy.load_base().approvals,
        accounts=frozenset({"x:acme"}),
        timezone="Europe/Vienna",
        calendar=HOURS,
    )
    monkeypatch.setattr(sending, "post_json", lambda *_, **__: None)
    monkeypatch.setattr(sending, "send_mail", lambda *_, **__: None)
    services.people.add_brand(brand)
    from reviewer.service.people import Founder

    groups = {
        "ada": ("marketing",),
        "ben": ("marketing",),
        "cleo": ("marketing",),
        "dora": ("legal",),
        "emil": (),
    }
    services.people.found(
        "acme", [Founder(n.capitalize(), f"{n}@acme.example", PASSWORD, g) for n, g in groups.items()]
    )
    people = {n: services.people.person_by_email(f"{n}@acme.example").id for n in groups}
    yield Office(services, store, people, clock)
    services.store.close()


def test_a_reply_goes_from_one_to_the_next_every_three_minutes_until_somebody_looks(office: Office) -> None:
    draft = office.send(kind="reply")
    office.pass_by(minutes=4)
    first = office.asked(draft)
    assert [(why, minute) for _, why, minute in first] == [("asked", 0), ("asked", 3)]
    assert {name for name, _, _ in first} < {"ada", "ben", "cleo"}
    assert first[0][0] != first[1][0]

    looks = next(name for name in ("ada", "ben", "cleo") if name not in {n for n, _, _ in first})
    office.services.talk.claim(office.actor(looks), draft)
    office.pass_by(minutes=20)
    assert office.asked(draft) == first  # somebody looks at it

    office.pass_by(minutes=15)  # the claim has ended, and 15 minutes were the target
    assert [(why, minute) for _, why, minute in office.asked(draft)[2:]] == [("overdue", 34)]
    office.approve(looks, draft)
    office.pass_by(hours=8)
    assert len(office.asked(draft)) == 3


def test_what_nobody_looks_at_is_everybodys_when_it_is_late(office: Office) -> None:
    draft = office.send(kind="reply")
    assert office.view(draft).wanted_by == TUESDAY + 15 * MINUTE
    office.pass_by(hours=3)
    told = office.asked(draft)
    assert [minute for _, why, minute in told if why == "asked"] == [0, 3, 6]
    assert {name for name, why, minute in told if why == "overdue" and minute == 15} == {"ada", "ben", "cleo"}
    assert len(told) == 6
    channel = [(n.why, n.sent_at is not None) for n in office.notices(draft) if n.way == "slack"]
    assert channel == [("asked", True), ("overdue", True)]
    events = office.services.audit.events(office.actor("ada"), "acme", draft)
    escalated = [e.detail["why"] for e in events if e.action == "draft.escalated"]
    assert escalated == ["asked", "asked", "asked", "overdue"]


def test_out_of_hours_the_author_reads_when_the_next_reviewer_is_here(office: Office) -> None:
    office.clock.now = TUESDAY.replace(hour=20)
    draft = office.send(kind="reply")
    tomorrow = datetime(2031, 5, 7, 6, 0, tzinfo=UTC)
    assert office.view(draft).next_here == tomorrow
    assert office.view(draft).wanted_by == tomorrow + 15 * MINUTE
    office.pass_by(hours=9)
    assert office.asked(draft) == []
    office.pass_by(hours=1, minutes=1)
    assert [minute for _, _, minute in office.asked(draft)] == [22 * 60]


def test_who_is_on_call_is_asked_first_and_at_night_too(office: Office) -> None:
    office.clock.now = TUESDAY.replace(hour=20)
    ada = office.actor("ada")
    night = office.services.rota.set(
        ada, office.people["cleo"], "on_call", TUESDAY.replace(hour=14), TUESDAY.replace(hour=22), weekly=True
    )
    draft = office.send(kind="reply")
    assert office.view(draft).next_here == office.clock.now
    office.pass_by(minutes=30)
    assert [name for name, _, _ in office.asked(draft)] == ["cleo"]

    office.clock.now += timedelta(days=7)  # a week later, again
    assert office.view(office.send(kind="reply")).next_here == office.clock.now
    office.services.rota.take_back(ada, night.id)
    assert office.view(draft).next_here == datetime(2031, 5, 14, 6, 0, tzinfo=UTC)
    with pytest.raises(NotFound):
        office.services.rota.take_back(ada, night.id)


def test_nobody_is_asked_who_is_away_and_a_colleague_can_say_so(office: Office) -> None:
    office.away("ada", TUESDAY + DAY)
    office.services.rota.set(office.actor("dora"), office.people["ben"], "away", TUESDAY, TUESDAY + 2 * DAY)
    draft = office.send(kind="reply")
    office.pass_by(minutes=14)
    assert {name for name, _, _ in office.asked(draft)} == {"cleo"}

    office.away("cleo", TUESDAY + 3 * DAY)
    assert office.view(draft).next_here == TUESDAY + DAY
    events = office.services.audit.events(office.actor("dora"), "acme")
    set_by = [(e.actor, e.subject[1]) for e in events if e.action == "rota.set"]
    assert (office.people["dora"], office.people["ben"]) in set_by
    with pytest.raises(NotAllowed):
        office.services.rota.set(office.actor("emil"), office.people["ada"], "away", TUESDAY, TUESDAY + DAY)
    for start, end in (
        (TUESDAY, TUESDAY),
        (TUESDAY - 2 * DAY, TUESDAY - DAY),
        (TUESDAY, TUESDAY + 400 * DAY),
    ):
        with pytest.raises(Invalid):
            office.services.rota.set(office.actor("ada"), office.people["ada"], "away", start, end)


def test_being_on_call_or_away_gives_and_takes_no_right(office: Office) -> None:
    """Law 10: rota and absence act at once because they change nobody's signature."""
    with pytest.raises(Invalid, match="sign for a group"):
        office.services.rota.set(
            office.actor("ada"), office.people["emil"], "on_call", TUESDAY, TUESDAY + HOUR
        )
    draft = office.send()
    before = office.view(draft, "dora")
    office.services.rota.set(office.actor("ada"), office.people["dora"], "on_call", TUESDAY, TUESDAY + HOUR)
    assert office.view(draft, "dora").signs_for == before.signs_for
    office.away("ada", TUESDAY + DAY)
    office.approve("ada", draft)  # away, and still a member
    assert office.view(draft).state == "approved"


def test_a_post_is_reminded_of_when_its_service_level_has_passed_and_at_most_three_times(
    office: Office,
) -> None:
    draft = office.send()
    assert office.view(draft).wanted_by == TUESDAY + DAY  # eight hours of work: the same time tomorrow
    office.pass_by(hours=23, minutes=50)
    assert office.asked(draft) == []
    office.pass_by(hours=24 * 5)
    told = office.asked(draft)
    assert {why for _, why, _ in told} == {"reminded"}
    assert sorted({minute for _, _, minute in told}) == [24 * 60, 48 * 60, 72 * 60]
    assert len(told) == 9


def test_an_emergency_is_called_at_once(office: Office) -> None:
    draft = office.send()
    office.pass_by(minutes=10)
    assert office.asked(draft) == []
    office.services.drafts.act(office.actor("ada"), draft, OpenEmergency("A recall."))
    office.pass_by(minutes=4)
    assert [(why, minute) for _, why, minute in office.asked(draft)] == [("asked", 10), ("asked", 13)]


def test_an_edit_begins_anew_and_what_was_sent_back_is_not_called_for(office: Office) -> None:
    draft = office.send(kind="reply")
    office.pass_by(minutes=1)
    view = office.view(draft)
    variant = replace(view.review.draft.variants[0], parts=(Part("We open at ten."),))
    office.services.drafts.act(
        office.actor("emil"), draft, Edit(1, replace(view.review.draft, variants=(variant,)))
    )
    office.pass_by(minutes=10)
    assert len(office.asked(draft)) == 1
    office.services.drafts.act(office.actor("emil"), draft, Submit())
    office.pass_by(minutes=1)
    assert {n.round.partition(":")[2] for n in office.notices(draft)} == {"1", "2"}


def test_a_slot_that_passes_is_on_record_once_and_only_if_it_still_is_the_slot(office: Office) -> None:
    missed = office.send(at=Schedule("at", TUESDAY + HOUR))
    office.pass_by(hours=1, minutes=16)
    office.work()
    events = office.services.audit.events(office.actor("ada"), "acme", missed)
    expired = [e for e in events if e.action == "draft.expired"]
    assert [(e.at, e.digests) for e in expired] == [
        (TUESDAY + HOUR + 15 * MINUTE, office.view(missed).review.draft.digests)
    ]


def test_a_notice_says_where_and_nothing_of_the_post(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    mails: list[dict[str, Any]] = []
    posted: list[dict[str, Any]] = []
    monkeypatch.setattr(sending, "send_mail", lambda _server, **of: mails.append(of))
    monkeypatch.setattr(sending, "post_json", lambda _url, body, **_: posted.append(body))
    draft = office.send("A very secret launch.", kind="reply")
    office.pass_by(minutes=1)
    assert [mail["to"] for mail in mails] == [f"{office.asked(draft)[0][0]}@acme.example"]
    for text in (mails[0]["text"], posted[0]["text"]):
        assert f"http://127.0.0.1:8000/posts/{draft}" in text
        assert "Acme" in text
        assert "secret" not in text
    assert mails[0]["name"] in {n.id for n in office.notices(draft)}


def test_mail_keeps_its_name_so_that_a_second_copy_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []

    class Server:
        def __init__(self, *_: object, **__: object) -> None:
            """Nothing to open."""

        def send_message(self, mail: Any) -> None:
            sent.append(mail.as_string())

        def quit(self) -> None:
            """Nothing to close."""

    monkeypatch.setattr(sending.smtplib, "SMTP", Server)
    for _ in range(2):
        sending.send_mail(
            "smtp://localhost:2525",
            sender="r@acme.example",
            to="ada@acme.example",
            subject="A reply is waiting",
            text="Here.",
            name="abc",
            host="review.example.com",
            at=TUESDAY,
        )
    assert {message_from_string(mail)["Message-ID"] for mail in sent} == {"<abc@review.example.com>"}
