"""The log holds what broke and where, one JSON object on a line, and nobody's words."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import logging
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from flask import Flask
from reviewer.integrations import sending
from reviewer.errors import RuleError
from reviewer.web import logs, problems

logs.set_up("info")

def breaks(text):
    key = "rvw_secret"
    raise ValueError(f"the statement with {text!r} and {key!r}")

try:
    breaks("a merger\\nnobody knows of")
except ValueError as error:
    logs.fault(error, "r1")
    logging.getLogger("gunicorn.error").exception("Error handling request")
logs.fault(RuleError("Give a reason.", path="a.yml", line=3), "r2")
logging.getLogger("gunicorn.error").info("Booting %s", "worker")

class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass

server = HTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.handle_request).start()
url = f"http://127.0.0.1:{server.server_port}/services/rvw_secret"
sending.post_json(url, {}, name="n1", at=datetime.now(UTC))
"""


def test_every_line_is_json_with_places_and_without_words_or_secrets() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]

    ours, library, rule, plain = lines
    assert (ours["event"], ours["request_id"], ours["error"]) == ("request.failed", "r1", "ValueError")
    assert ours["where"][-1].endswith(" breaks")
    assert (library["event"], library["where"]) == ("Error handling request", ours["where"])
    assert rule["detail"] == "a.yml:3: Give a reason."
    assert plain["event"] == "Booting worker"
    assert {line["level"] for line in lines} == {"error", "info"}
    assert all(line["at"].endswith("Z") for line in lines)
    assert not done.stdout
    assert "merger" not in done.stderr
    assert "rvw_secret" not in done.stderr
