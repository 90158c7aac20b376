"""A fair lock around the writes to one SQLite file, between threads and between processes.

SQLite's own waiting is a lottery: whoever has just committed tends to win again. Here every waiter goes
through a gate first, and only the one who holds the gate waits for the lock itself; so whoever releases
the lock cannot overtake the one who is waiting. Threads queue on a pair of thread locks, processes on
`flock` of a pair of files beside the database; the kernel frees those when a process is killed.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Lock

from reviewer.errors import Unavailable

BUSY = "The database is busy. Nothing was saved: try again in a moment."
POLL_SECONDS = 0.001


class FairLock:
    """Mutual exclusion by two turnstiles: `with lock.held(seconds): ...`; not re-entrant."""

    def __init__(self, beside: Path) -> None:
        self._thread_gate, self._thread_lock = Lock(), Lock()
        self._file_gate = beside.with_name(beside.name + "-gate")
        self._file_lock = beside.with_name(beside.name + "-lock")

    @contextmanager
    def held(self, seconds: float) -> Iterator[None]:
        """Hold the lock; raises Unavailable when it is not free within `seconds`."""
        deadline = time.monotonic() + seconds
        with ExitStack() as stack:
            with _thread(self._thread_gate, deadline):
                stack.enter_context(_thread(self._thread_lock, deadline))
            with _file(self._file_gate, deadline):
                stack.enter_context(_file(self._file_lock, deadline))
            yield


@contextmanager
def _thread(lock: Lock, deadline: float) -> Iterator[None]:
    if not lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
        raise Unavailable(BUSY)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _file(path: Path, deadline: float) -> Iterator[None]:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Unavailable(
            f"The database's folder {path.parent} cannot be used ({error.strerror}): check "
            "REVIEWER_DATABASE_URL, and that the server may write there."
        ) from error
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:  # polled, because a blocking flock knows no deadline
                if time.monotonic() >= deadline:
                    raise Unavailable(BUSY) from None
                time.sleep(POLL_SECONDS)
        try:
            yield
        finally:
            # said aloud: a child forked meanwhile holds a copy of this descriptor
            fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)
