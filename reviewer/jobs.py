"""What happens later: heads of the record, reminders and escalation, slots that pass.

A job is written in the transaction that causes it (`store.enqueue`) and leased to one worker at a time; any
number of workers may run, in the server and beside it. A worker can be lost at any moment, so every kind of
work has two parts: what leaves the house, which may be repeated and says so to its receiver; and what is
written, in the one transaction that also marks the job done. A worker whose lease was taken over writes
nothing. Jobs ask the law again when they run: what was scheduled is no right.
"""

import random
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog

from reviewer.errors import ReviewerError, Unavailable
from reviewer.integrations import sending
from reviewer.integrations.slack_style import slack_notice
from reviewer.service import Services, calling, joining, suspension
from reviewer.service.checking import Recheck
from reviewer.store import Job, Tx

Written = Callable[[Tx], None]
"""What a job writes, in the transaction in which it is marked done."""

LEASE = timedelta(minutes=5)
"""How long a worker has a job for itself; after a lost worker another takes it then."""
PAUSES = tuple(timedelta(seconds=s) for s in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400))
"""Between one try and the next (the schedule of Standard Webhooks), each with up to a fifth of jitter."""
IDLE_SECONDS = 2.0
"""How long a worker that found nothing waits before it looks again."""
HEADS_EVERY = timedelta(hours=1)
ROUNDS = 5

log = structlog.get_logger()


class Worker:
    """Does what is due, one job after the other."""

    def __init__(self, services: Services, *, lease: timedelta = LEASE) -> None:
        self._services, self._lease = services, lease

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop; a database that is away is waited for."""
        while not stop.is_set():
            try:
                self.begin()
                while not stop.is_set() and self.work():
                    pass
            except Unavailable as away:
                log.warning("worker.waits", why=away.detail)
            except Exception as fault:
                log.error("worker.fault", kind=type(fault).__name__)
            stop.wait(IDLE_SECONDS)

    def begin(self) -> None:
        """See to it that what comes back by itself is waiting; nothing where it is."""
        now = self._services.clock()
        with self._services.store.read() as tx:
            waiting = {(job.kind, job.key) for job in tx.jobs(limit=10_000) if job.kind in BY_THEMSELVES}
        for kind, key in BY_THEMSELVES.items():
            if (kind, key) not in waiting:
                self._services.store.write(
                    lambda tx, kind=kind, key=key: tx.enqueue(kind, key, {}, now, now=now)  # type: ignore[misc]
                )

    def work(self) -> bool:
        """Do one job that is due; False where none was."""
        store, now = self._services.store, self._services.clock()
        with store.read() as tx:
            if not tx.is_due(now):
                return False
        job = store.write(lambda tx: tx.lease(now, self._lease))
        if job is None:
            return False
        if job.tries > len(PAUSES) + 1:  # every worker that took it was lost before it could say why
            self._give_up(job, "the worker was lost each time")
            return True
        try:
            self._settle(job)
        except Unavailable:
            raise
        except sending.Gone as gone:
            self._give_up(job, str(gone))
        except Exception as fault:
            self._try_again(job, fault)
        return True

    def _settle(self, job: Job) -> None:
        """The work and its mark: what is written is written with the mark, or not at all."""
        work = KINDS.get(job.kind)
        if work is None:
            raise LookupError(f"nothing here knows how to do {job.kind}")
        services = self._services
        written = work(services, job, services.clock())

        def run(tx: Tx) -> bool:
            done = tx.finish(job, services.clock())
            if done:
                written(tx)
            return done

        for _ in range(ROUNDS):
            try:
                done = services.store.write(run)
            except Recheck as stale:
                stale.check()
            else:
                log.info("job.done" if done else "job.taken_over", job=job.id, kind=job.kind, tries=job.tries)
                return
        raise RuntimeError("the policy kept changing")

    def _try_again(self, job: Job, fault: Exception) -> None:
        if job.tries > len(PAUSES):
            self._give_up(job, _told(fault))
            return
        pause = PAUSES[job.tries - 1]
        due = self._services.clock() + pause * random.uniform(1, 1.2)  # noqa: S311  # jitter, no secret
        self._services.store.write(lambda tx: tx.retry(job, _told(fault), due))
        log.warning("job.failed", job=job.id, kind=job.kind, tries=job.tries, why=_told(fault))

    def _give_up(self, job: Job, why: str) -> None:
        at = self._services.clock()
        self._services.store.write(lambda tx: tx.bury(job, why, at))
        log.error("job.given_up", job=job.id, kind=job.kind, why=why, next="reviewer jobs list --dead")


def _told(fault: Exception) -> str:
    """What is kept of a fault: our own sentences, and of others' only the kind and the number."""
    if isinstance(fault, ReviewerError):
        return fault.detail
    status = getattr(getattr(fault, "response", None), "status_code", None)
    number = getattr(fault, "errno", None) or getattr(fault, "smtp_code", None)
    return " ".join(str(part) for part in (type(fault).__name__, status or number) if part)


# --- the kinds of work ------------------------------------------------------------------------------


def sign_head(services: Services, job: Job, now: datetime) -> Written:
    """Sign the log as it stands, have the head sent where it is kept, and again in an hour."""
    head, settings = services.audit.head(), services.settings
    places = [
        place for place, chosen in (("file", settings.heads_file), ("url", settings.heads_url)) if chosen
    ]

    def written(tx: Tx) -> None:
        if head.size and head.size != job.payload.get("size"):
            for place in places:
                payload = {"size": head.size, "to": place}
                tx.enqueue("head.send", f"{head.size}:{place}", payload, now, now=now)
        tx.enqueue("head.sign", HOURLY, {"size": head.size}, _next_hour(now), now=now)

    return written


def send_head(services: Services, job: Job, now: datetime) -> Written:
    """Bring a head to the place where it is kept, out of reach of whoever keeps this server."""
    with services.store.read() as tx:
        head = tx.head(job.payload["size"])
    if head is None:
        raise LookupError("this head is not kept here")
    body = {"at": head.at.isoformat(), "root": head.root, "size": head.size, "token": head.token}
    if job.payload["to"] == "file":
        if services.settings.heads_file:
            sending.append_line(Path(services.settings.heads_file), body)
    elif url := services.settings.heads_url.get_secret_value():
        sending.post_json(url, {"type": "record.head", "data": body}, name=f"head-{head.size}", at=now)
    return _nothing


def _nothing(_tx: Tx) -> None:
    """There is nothing to write but that it is done."""


def _next_hour(now: datetime) -> datetime:
    hour = int(HEADS_EVERY.total_seconds())
    return datetime.fromtimestamp((int(now.timestamp()) // hour + 1) * hour, UTC)


def let_go(services: Services, _job: Job, now: datetime) -> Written:
    """Delete what was kept for long enough, and again in a day; what a lost worker left is found then."""
    services.retention.run(now)
    return lambda tx: tx.enqueue("retention.run", DAILY, {}, now + timedelta(days=1), now=now)


def call_reviewers(services: Services, job: Job, now: datetime) -> Written:
    """Ask the next person to look at what waits."""
    return lambda tx: services.calling.call(tx, job.payload, now)


def pass_slot(services: Services, job: Job, now: datetime) -> Written:
    """Put on record that a slot passed."""
    return lambda tx: services.calling.pass_slot(tx, job.payload, now)


def send_notice(services: Services, job: Job, now: datetime) -> Written:
    """Bring a notice to a mailbox or the reviewers' channel, unless nobody has to be asked any more."""
    message, settings = services.calling.message(job, now), services.settings
    if message is None:
        return _nothing
    if message.way == "mail" and (server := settings.smtp_url.get_secret_value()):
        sending.send_mail(
            server,
            sender=settings.mail_from,
            to=message.to,
            subject=message.subject,
            text=f"{message.subject}.\n\n{message.link}\n",
            name=message.name,
            host=urlsplit(settings.public_url).hostname or "localhost",
            at=now,
        )
    elif url := settings.slack_webhook_url.get_secret_value():
        sending.post_json(url, slack_notice(message.subject, message.link), name=message.name, at=now)
    return lambda tx: tx.note_sent(message.name, now)


def send_letter(services: Services, job: Job, now: datetime) -> Written:
    """Bring somebody an invitation, a link that proves an address, or word that their account changed.

    Without a mail server nobody gets it; who invites and who runs the server have other ways to the link.
    """
    settings, letter = services.settings, job.payload
    if server := settings.smtp_url.get_secret_value():
        changed = job.kind == suspension.TELL_KIND
        sending.send_mail(
            server,
            sender=settings.mail_from,
            to=letter["to"],
            subject="Your account at Reviewer was changed" if changed else letter["subject"],
            text=_changed(letter, settings.public_url) if changed else letter["text"],
            name=f"letter-{job.id}",
            host=urlsplit(settings.public_url).hostname or "localhost",
            at=now,
        )
    return _nothing


def _changed(letter: Mapping[str, Any], page: str) -> str:
    waits = (
        f"Until a colleague agrees, your approvals don't count for {', '.join(letter['brands'])}.\n\n"
        if letter["brands"]
        else ""
    )
    return (
        f"Hello {letter['name']},\n\n{letter['reason']}\n\n{waits}"
        f"If this was not you, tell whoever runs Reviewer in your house at once: {page}\n"
    )


HOURLY, DAILY = "hourly", "daily"
KINDS: Mapping[str, Callable[[Services, Job, datetime], Written]] = {
    "head.sign": sign_head,
    "head.send": send_head,
    "retention.run": let_go,
    calling.CALL: call_reviewers,
    calling.SLOT: pass_slot,
    calling.SEND: send_notice,
    joining.INVITATION: send_letter,
    joining.ADDRESS: send_letter,
    suspension.TELL_KIND: send_letter,
}
"""What a worker can do, by the name under which it was enqueued."""
BY_THEMSELVES: Mapping[str, str] = {"head.sign": HOURLY, "retention.run": DAILY}
"""Work that enqueues its next time itself: its kind, and the one key under which it waits."""
