"""What leaves the house: a JSON body to an address, a line to a file, a mail.

Each may be repeated, because a worker can be lost between the act and its mark: a body carries the same
`webhook-id` again (Standard Webhooks), a line is added once, a mail keeps its Message-ID.
"""

import fcntl
import json
import os
import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx

TIMEOUT = 20.0
"""Seconds for one call."""
TAIL = 1 << 20
"""Bytes at the end of a file in which a line that was added before is looked for."""


class Gone(Exception):
    """The receiver wants nothing more of this (410)."""


def post_json(url: str, body: Mapping[str, Any], *, name: str, at: datetime) -> None:
    """Post a body under a name that stays the same when it is posted again.

    Raises Gone for 410, httpx.HTTPError for everything else that is no success.
    """
    headers = {"webhook-id": name, "webhook-timestamp": str(int(at.timestamp()))}
    with httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client:
        answer = client.post(url, json=dict(body), headers=headers)
    if answer.status_code == httpx.codes.GONE:
        raise Gone("the receiver answered 410 Gone")
    if not answer.is_success:
        raise httpx.HTTPStatusError(f"answered {answer.status_code}", request=answer.request, response=answer)


def append_line(path: Path, value: Mapping[str, Any]) -> None:
    """Add a line of JSON to a file, unless it is among its last ones; safe between processes.

    Raises OSError where the file can't be written.
    """
    line = json.dumps(dict(value), sort_keys=True, separators=(",", ":")).encode()
    with path.open("ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        end = file.seek(0, os.SEEK_END)
        file.seek(max(0, end - TAIL))
        tail = file.read()
        if line in tail.splitlines():
            return
        torn = bool(tail) and not tail.endswith(b"\n")  # a machine stopped in the middle of a line
        file.write((b"\n" if torn else b"") + line + b"\n")
        file.flush()
        os.fsync(file.fileno())


def send_mail(
    server: str, *, sender: str, to: str, subject: str, text: str, name: str, host: str, at: datetime
) -> None:
    """Hand a mail to a server (`smtp://user:password@host:587` with STARTTLS, or `smtps://…`).

    `name` and `host` make its Message-ID. Raises smtplib.SMTPException or OSError.
    """
    place = urlsplit(server)
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = at
    mail["Message-ID"] = f"<{name}@{host}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    secure, address = ssl.create_default_context(), (place.hostname or "localhost")
    if place.scheme == "smtps":
        client: smtplib.SMTP = smtplib.SMTP_SSL(address, place.port or 465, timeout=TIMEOUT, context=secure)
    else:
        client = smtplib.SMTP(address, place.port or 587, timeout=TIMEOUT)
    try:
        if place.scheme == "smtp" and address not in ("localhost", "127.0.0.1", "::1"):
            client.starttls(context=secure)
        if place.username:
            client.login(unquote(place.username), unquote(place.password or ""))
        client.send_message(mail)
    finally:
        with suppress(smtplib.SMTPException):
            client.quit()
