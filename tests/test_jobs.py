"""What happens later: nothing is lost and nothing done twice, though workers are killed at any moment."""

import json
import os
import signal
import socketserver
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import text

from reviewer import release
from reviewer.config import load
from reviewer.errors import NotFound
from reviewer.jobs import KINDS, PAUSES, Worker
from reviewer.ledger import verify_consistency
from reviewer.model import Event
from reviewer.service import Services, build
from reviewer.store import Head, Job, Store

NOW = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
COMMAND = (sys.executable, "-c", "from reviewer.cli import main; main(prog_name='reviewer')")
pytestmark = pytest.mark.usefixtures("rules_loaded_once")


class Receiver:
    """An outside place: keeps what is posted to it, slowly, or refuses."""

    def __init__(self) -> None:
        self.got: list[tuple[str, bytes]] = []
        self.seconds, self.answer = 0.0, 204
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                if len(body) < length:  # the caller was killed before all of it was sent
                    self.close_connection = True
                    return
                receiver.got.append((self.headers["webhook-id"], body))
                time.sleep(receiver.seconds)
                self.send_response(receiver.answer)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quiet."""

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except ConnectionError:  # the caller was killed
                    self.close_connection = True

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/heads"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


class Mailbox(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it is handed: as much of RFC 5321 as a client needs."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.mails: list[Message] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class Session(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.mails.append(message_from_bytes(b"".join(lines)))
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 well\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    made = Mailbox()
    yield made
    made.shutdown()
    made.server_close()


class Time:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Time:
    return Time(NOW)


Served = Callable[..., Services]


@pytest.fixture
def served(database_url: str, clock: Time) -> Iterator[Served]:
    """Services over the database, with these settings."""
    made: list[Services] = []

    def serve(**settings: str) -> Services:
        given = {f"REVIEWER_{name.upper()}": value for name, value in settings.items()}
        made.append(build(load({"REVIEWER_DATABASE_URL": database_url, **given}), clock=clock))
        return made[-1]

    yield serve
    for services in made:
        services.store.close()


def say(store: Store, number: int) -> None:
    event = Event(NOW, "", "system:operator", "brand.added", ("brand", f"b{number}"))
    store.write(lambda tx: tx.append(event))


def drain(worker: Worker) -> int:
    worker.begin()
    done = 0
    while worker.work():
        done += 1
    return done


def open_jobs(store: Store) -> list[Job]:
    with store.read() as tx:
        return tx.jobs()


def dead_jobs(store: Store) -> list[Job]:
    with store.read() as tx:
        return tx.jobs(dead=True)


def test_every_hour_a_head_is_signed_and_leaves_the_house_once(
    store: Store, served: Served, clock: Time, tmp_path: Path, receiver: Receiver
) -> None:
    file = tmp_path / "heads.jsonl"
    services = served(heads_file=str(file), heads_url=receiver.url)
    worker = Worker(services)
    say(store, 1)
    assert drain(worker) == 4  # a head, its two places, and what is kept no longer
    assert drain(worker) == 0  # an hour has not passed

    clock.now += timedelta(hours=1)
    assert drain(worker) == 1  # nothing was logged, so the head is the same and stays at home
    clock.now += timedelta(hours=1)
    say(store, 2)
    say(store, 3)
    assert drain(worker) == 3

    kept = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(head["size"], head["token"].count(".")) for head in kept] == [(1, 2), (3, 2)]
    assert [name for name, _ in receiver.got] == ["head-1", "head-3"]
    assert [json.loads(body)["data"] for _, body in receiver.got] == kept
    claims = [release.read_head(head["token"], services.release.jwks()) for head in kept]
    assert [(c["size"], c["root"]) for c in claims] == [(h["size"], h["root"]) for h in kept]
    path = [bytes.fromhex(h) for h in services.audit.consistency(1, 3)]
    roots = [bytes.fromhex(head["root"]) for head in kept]
    assert verify_consistency(1, 3, roots[0], roots[1], path)


def test_once_a_day_what_was_kept_for_long_enough_goes(store: Store, served: Served, clock: Time) -> None:
    services = served(retention="later_work=30")
    worker = Worker(services)
    drain(worker)
    clock.now += timedelta(days=31)
    drain(worker)

    with store.read() as tx:
        done = tx.session.execute(text("SELECT kind, done_at FROM jobs WHERE done_at IS NOT NULL")).all()
    old = [kind for kind, at in done if str(at) < str(NOW + timedelta(days=1))[:19]]
    assert done
    assert not old  # the work of a month ago is forgotten, by the work of today
    (again,) = [job for job in open_jobs(store) if job.kind == "retention.run"]
    assert again.due == clock.now + timedelta(days=1)


def test_a_call_that_fails_is_tried_again_and_at_last_given_up_and_seen(
    store: Store, served: Served, clock: Time, receiver: Receiver
) -> None:
    services = served(heads_url=receiver.url)
    worker = Worker(services)
    receiver.answer = 503
    say(store, 1)
    drain(worker)
    for pause in PAUSES:
        job = next(job for job in open_jobs(store) if job.kind == "head.send")
        assert job.error == "HTTPStatusError 503"
        assert pause <= job.due - clock.now <= pause * 1.2
        clock.now = job.due
        while worker.work():
            pass
    assert [name for name, _ in receiver.got] == ["head-1"] * (len(PAUSES) + 1)
    dead = dead_jobs(store)
    assert [(job.kind, job.error) for job in dead] == [("head.send", "HTTPStatusError 503")]

    receiver.answer = 204
    revived = store.write(lambda tx: tx.revive(dead[0].id, clock.now))
    assert revived.attempts > dead[0].attempts  # no worker of before can settle it
    while worker.work():
        pass
    assert len(receiver.got) == len(PAUSES) + 2
    assert dead_jobs(store) == []
    with pytest.raises(NotFound):
        store.write(lambda tx: tx.revive(dead[0].id, clock.now))


def test_a_receiver_that_wants_nothing_more_is_left_alone(
    store: Store, served: Served, clock: Time, receiver: Receiver
) -> None:
    receiver.answer = 410
    say(store, 1)
    drain(Worker(served(heads_url=receiver.url)))
    assert len(receiver.got) == 1
    assert [job.kind for job in dead_jobs(store)] == ["head.send"]


def test_a_letter_reaches_its_mailbox_and_what_it_carried_is_forgotten(
    store: Store, served: Served, mailbox: Mailbox
) -> None:
    to = {"to": "ada@acme.example", "name": "Ada"}
    invitation = {**to, "subject": "Acme invites you", "text": "https://r.example/join/secret"}
    changed = {**to, "reason": "The password was reset by somebody else.", "brands": ["acme"]}
    store.write(lambda tx: tx.enqueue("mail.invitation", "one", invitation, NOW, now=NOW))
    store.write(lambda tx: tx.enqueue("mail.account_changed", "two", changed, NOW, now=NOW))

    drain(Worker(served(smtp_url=mailbox.url, mail_from="reviewer@acme.example")))

    first, second = mailbox.mails
    assert (first["To"], first["From"]) == ("ada@acme.example", "reviewer@acme.example")
    assert first["Subject"] == "Acme invites you"
    assert "join/secret" in str(first.get_payload())
    assert "reset by somebody else" in str(second.get_payload())
    assert "don't count for acme" in str(second.get_payload())
    with store.read() as tx:
        kept = tx.session.execute(text("SELECT payload FROM jobs WHERE kind LIKE 'mail.%'")).scalars().all()
    assert [str(one) for one in kept] == ["{}", "{}"]
    assert not dead_jobs(store)


def test_work_that_loses_every_worker_is_given_up(store: Store, served: Served, clock: Time) -> None:
    worker = Worker(served())
    store.write(lambda tx: tx.enqueue("head.send", "deadly", {"size": 1, "to": "file"}, NOW, now=NOW))
    for _ in range(len(PAUSES) + 1):
        assert store.write(lambda tx: tx.lease(clock.now)) is not None  # and it is never heard of again
        clock.now += timedelta(minutes=6)
    assert worker.work()
    assert [job.error for job in dead_jobs(store)] == ["the worker was lost each time"]


def test_a_worker_whose_lease_was_taken_over_writes_nothing(
    store: Store, served: Served, clock: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slow worker's work and mark are one transaction: without the mark there is no work."""
    services = served()
    other = Worker(services)
    say(store, 1)

    def slow(services: Services, job: Job, now: datetime) -> object:
        monkeypatch.setitem(KINDS, "slow", lambda *_: lambda tx: tx.enqueue("by", "other", {}, now, now=now))
        clock.now += timedelta(minutes=6)
        assert other.work()
        return lambda tx: tx.enqueue("by", "slow one", {}, now, now=now)

    monkeypatch.setitem(KINDS, "slow", slow)
    store.write(lambda tx: tx.enqueue("slow", "1", {}, NOW, now=NOW))
    assert Worker(services).work()
    assert [job.key for job in open_jobs(store) if job.kind == "by"] == ["other"]


def test_what_nobody_knows_how_to_do_is_tried_again_by_a_newer_worker(
    store: Store, served: Served, clock: Time
) -> None:
    store.write(lambda tx: tx.enqueue("from.tomorrow", "1", {}, NOW, now=NOW))
    Worker(served()).work()
    job = open_jobs(store)[0]
    assert (job.kind, job.error, job.tries) == ("from.tomorrow", "LookupError", 1)


def test_a_line_that_was_torn_does_not_spoil_the_next(
    store: Store, served: Served, clock: Time, tmp_path: Path
) -> None:
    file = tmp_path / "heads.jsonl"
    file.write_text('{"at":"2031-05-06T0')
    say(store, 1)
    drain(Worker(served(heads_file=str(file))))
    torn, whole = file.read_text().splitlines()
    assert torn == '{"at":"2031-05-06T0'
    assert json.loads(whole)["size"] == 1


def test_workers_that_are_killed_lose_nothing_and_do_nothing_twice(
    store: Store, database_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    """Real processes, killed with SIGKILL in the middle of calls, and others that go on."""
    file, count = tmp_path / "heads.jsonl", 16
    services = build(load({"REVIEWER_DATABASE_URL": database_url}))
    heads: list[Head] = []
    for number in range(count):
        say(store, number)
        heads.append(services.audit.head())
    services.store.close()

    def enqueue(now: datetime) -> None:
        def run(tx: object) -> None:
            for head in heads:
                for place in ("file", "url"):
                    payload = {"size": head.size, "to": place}
                    tx.enqueue("head.send", f"{head.size}:{place}", payload, now, now=now)  # type: ignore[attr-defined]

        store.write(run)

    enqueue(datetime.now(UTC))
    later = datetime.now(UTC) + timedelta(days=1)
    store.write(lambda tx: tx.enqueue("head.sign", "hourly", {}, later, now=NOW))
    receiver.seconds = 0.3
    environ = {n: v for n, v in os.environ.items() if not n.startswith("REVIEWER_")} | {
        "REVIEWER_DATABASE_URL": database_url,
        "REVIEWER_HEADS_FILE": str(file),
        "REVIEWER_HEADS_URL": receiver.url,
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }

    said = tmp_path / "workers.log"

    def start() -> list[subprocess.Popen[bytes]]:
        with said.open("ab") as log:
            return [
                subprocess.Popen(
                    [*COMMAND, "worker", "--lease", "2"], env=environ, stdout=log, stderr=log, cwd=tmp_path
                )
                for _ in range(2)
            ]

    def waiting() -> int:
        return sum(job.kind == "head.send" for job in open_jobs(store))

    rounds, workers, deadline = 0, start(), time.monotonic() + 900
    while waiting() and time.monotonic() < deadline:
        before = len(receiver.got)
        while len(receiver.got) == before and waiting() and time.monotonic() < deadline:
            time.sleep(0.005)
        if rounds < 3 and waiting():  # a call has begun and is not over
            for victim in workers:
                victim.send_signal(signal.SIGKILL)
                victim.wait()
            rounds, workers = rounds + 1, start()
    for worker in workers:
        worker.terminate()
    # one that was still starting had nothing to finish and ends by the signal itself
    assert {worker.wait(timeout=120) for worker in workers} <= {0, -signal.SIGTERM}, said.read_text()[-2000:]

    assert rounds == 3, said.read_text()[-2000:]
    assert [(job.key, job.error) for job in open_jobs(store) if job.kind == "head.send"] == []
    assert dead_jobs(store) == []
    lines = [json.loads(line)["size"] for line in file.read_text().splitlines()]
    assert Counter(lines) == Counter(head.size for head in heads)
    names = Counter(name for name, _ in receiver.got)
    assert set(names) == {f"head-{head.size}" for head in heads}
    assert sum(names.values()) <= count + 2 * rounds  # a call repeats only where its worker was killed
    assert len(dict.fromkeys(receiver.got)) == count  # and is the same to the letter
