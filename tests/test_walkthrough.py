"""The whole way over HTTP against a real server: the script in the docs, and every wrong turn refused."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from api_examples import csrf_of

from reviewer.client import Client, Refused, verify
from reviewer.config import load
from reviewer.errors import PermitRefused
from reviewer.store import Store

ROOT = Path(__file__).parents[1]
REVIEWER = [sys.executable, "-c", "from reviewer.cli import main; main()"]
SCOPES = ("check", "draft:write", "permit", "publication:write", "audit:read")
TOOL, BRAND, ACCOUNT = "service:scheduler", "acme", "x:acme"


@dataclass
class Server:
    """A server process, who can sign in, and the keys of two tools."""

    url: str
    key: str
    other_key: str
    passwords: dict[str, str]
    environ: dict[str, str]

    @contextmanager
    def person(self, name: str) -> Iterator[httpx.Client]:
        """Somebody who signed in as a browser does."""
        with httpx.Client(base_url=self.url, follow_redirects=True, timeout=30) as client:
            form = {
                "csrf_token": csrf_of(client.get("/sign-in").text),
                "email": f"{name}@acme.example",
                "password": self.passwords[name],
            }
            page = client.post("/sign-in", data=form)
            assert page.status_code == 200, page.text
            client.headers["X-CSRFToken"] = csrf_of(client.get("/").text)
            yield client


def run(*command: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, check=False)


def reviewer(*arguments: str, environ: dict[str, str]) -> str:
    done = run(*REVIEWER, *arguments, environ=environ)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An instance made by the commands of the docs, served by the command of the docs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("server")
    environ = {k: v for k, v in os.environ.items() if not k.startswith("REVIEWER_")}
    environ |= {"REVIEWER_DATA_DIR": str(folder), "REVIEWER_WORKERS": "1"}
    environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    told = reviewer(
        *("init", "--brand", BRAND, "--name", "Acme", "--account", ACCOUNT, "--account", "linkedin:acme"),
        *("--person", "Ada <ada@acme.example>=marketing", "--person", "Emil <emil@acme.example>"),
        *("--person", "Ben <ben@acme.example>=legal,auditor"),
        environ=environ,
    )
    passwords = dict(re.findall(r"<(\w+)@acme\.example> signs in with: (\S+)", told))
    scopes = [word for scope in SCOPES for word in ("--scope", scope)]
    owner = ("--owner", "emil@acme.example")
    key, other_key = (
        reviewer("user", "key", "create", BRAND, tool, *owner, *scopes, environ=environ).strip()
        for tool in ("scheduler", "other")
    )
    log = (folder / "server.log").open("wb")
    process = subprocess.Popen(
        [*REVIEWER, "serve", "--port", str(port)], env=environ, cwd=ROOT, stdout=log, stderr=log
    )
    url = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{url}/.well-known/jwks.json").raise_for_status()
                break
            except httpx.HTTPError:
                assert process.poll() is None, (folder / "server.log").read_text()
                assert time.monotonic() < end, "the server did not come up in a minute"
                time.sleep(0.2)
        yield Server(url, key, other_key, passwords, environ)
    finally:
        process.terminate()
        process.wait(timeout=40)
        log.close()


@pytest.fixture(scope="module")
def tool(server: Server) -> Iterator[Client]:
    with Client(server.url, server.key) as client:
        yield client


@pytest.fixture(scope="module")
def ada(server: Server) -> Iterator[httpx.Client]:
    with server.person("ada") as client:
        yield client


def drafted(tool: Client, text: str) -> Any:
    return tool.draft({"variants": [{"channel": "x", "account": ACCOUNT, "parts": [{"text": text}]}]})


def digest_of(draft: Any) -> str:
    return str(draft["variants"][0]["content_sha256"])


def approve(person: httpx.Client, draft_id: str, **more: Any) -> httpx.Response:
    shown = person.get(f"/api/v1/drafts/{draft_id}").json()
    seen = {v["content_sha256"]: v["verdict"]["sha256"] for v in shown["variants"]}
    return person.post(
        f"/api/v1/drafts/{draft_id}/sign-offs", json={"group": "marketing", "seen": seen, **more}
    )


def approved(tool: Client, ada: httpx.Client, text: str) -> Any:
    draft = drafted(tool, text)
    answer = approve(ada, draft["id"])
    assert answer.status_code == 201, answer.text
    return answer.json()


def refused(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


# --- the way -------------------------------------------------------------------------------------


def test_the_script_of_the_docs_goes_the_whole_way(server: Server) -> None:
    environ = server.environ | {
        "URL": server.url,
        "KEY": server.key,
        "BRAND": BRAND,
        "ACCOUNT": ACCOUNT,
        "TOOL": TOOL,
        "MARKETING": "ada@acme.example",
        "PASSWORD": server.passwords["ada"],
        "PYTHON": sys.executable,
    }

    done = subprocess.run(
        ["bash", str(ROOT / "docs" / "walkthrough.sh")],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    said = [
        line for line in done.stdout.splitlines() if line.startswith(("state:", "go ahead:", "published "))
    ]
    assert [line.split()[1] for line in said[:3]] == ["in_review", "approved", "approved"]
    assert said[3].startswith(f"go ahead: {ACCOUNT}")
    assert said[4].startswith("published https://social.example/")


def test_a_tool_written_with_the_client_goes_the_same_way(tool: Client, ada: httpx.Client) -> None:
    assert tool.check("We open on Monday.", "x")["verdict"] == "clean"
    draft = drafted(tool, "The shop opens at nine.")
    assert tool.wait(draft["id"], until={"approved"}, seconds=0.5)["state"] == "in_review"
    approve(ada, draft["id"])
    assert tool.wait(draft["id"], until={"approved"}, seconds=20)["state"] == "approved"

    permit = tool.permit(draft["id"], digest_of(draft))
    post = tool.redeem(permit["token"])
    claims = verify(
        permit["token"],
        post["content"],
        tool.jwks(),
        tool.status(),
        audience=TOOL,
        brand=BRAND,
        now=datetime.now(UTC),
    )
    at = datetime.now(UTC)
    published = tool.report(permit["jti"], "https://x.example/1", at)
    again = tool.report(permit["jti"], "https://x.example/1", at)

    assert claims["content_sha256"] == digest_of(draft)
    assert post["content"]["parts"][0]["text"] == "The shop opens at nine."
    assert published == again
    assert tool.wait(draft["id"], until={"published"}, seconds=5)["state"] == "published"


def test_an_author_posts_by_hand_and_gives_the_link(server: Server, ada: httpx.Client) -> None:
    with server.person("emil") as emil:
        body = {"variants": [{"channel": "x", "account": ACCOUNT, "parts": [{"text": "By hand, then."}]}]}
        draft = emil.post("/api/v1/drafts", json=body).json()
        emil.post(f"/api/v1/drafts/{draft['id']}/submit")
        posted = {
            "content_sha256": digest_of(draft),
            "url": "https://x.example/2",
            "at": datetime.now(UTC).isoformat(),
        }
        early = emil.post(f"/api/v1/drafts/{draft['id']}/posted", json=posted)
        approve(ada, draft["id"])
        done = emil.post(f"/api/v1/drafts/{draft['id']}/posted", json=posted)

        assert (early.status_code, early.json()["code"]) == (403, "not-approved")
        assert done.status_code == 201, done.text
        assert emil.get(f"/api/v1/drafts/{draft['id']}").json()["state"] == "published"


def test_the_command_line_compares_what_is_public_with_what_was_signed(
    server: Server, tool: Client, ada: httpx.Client
) -> None:
    draft = approved(tool, ada, "Compared at the command line.")
    permit = tool.permit(draft["id"], digest_of(draft))
    tool.redeem(permit["token"])
    tool.report(permit["jti"], "https://x.example/compared")

    done = run(*REVIEWER, "reconcile", BRAND, environ=server.environ)

    assert re.search(r"^published +x:acme +https://x\.example/compared", done.stdout, re.MULTILINE), (
        done.stderr
    )
    assert done.returncode in (0, 1)


# --- wrong turns ---------------------------------------------------------------------------------


def test_nobody_signs_off_their_own_words(ada: httpx.Client) -> None:
    body = {"variants": [{"channel": "x", "account": ACCOUNT, "parts": [{"text": "Ada wrote this."}]}]}
    own = ada.post("/api/v1/drafts", json=body).json()
    ada.post(f"/api/v1/drafts/{own['id']}/submit")

    answer = approve(ada, own["id"])

    assert (answer.status_code, answer.json()["code"]) == (403, "own-draft")


def test_the_owner_of_the_key_does_not_sign_what_came_through_it(server: Server, tool: Client) -> None:
    store = Store(load(server.environ).database_url)
    with store.read() as tx:
        emil_id = tx.person_by_email("emil@acme.example").id  # type: ignore[union-attr]  # he was set up
    store.write(lambda tx: tx.add_member(BRAND, emil_id, "marketing", datetime.now(UTC)))
    store.close()
    try:
        draft = drafted(tool, "Through the key of Emil.")
        with server.person("emil") as emil:
            answer = approve(emil, draft["id"])
    finally:
        reviewer("user", "revoke", BRAND, "emil@acme.example", "marketing", environ=server.environ)

    assert (answer.status_code, answer.json()["code"]) == (403, "own-draft")


def test_without_a_sign_off_there_is_no_permit_and_the_answer_says_what_is_missing(tool: Client) -> None:
    draft = drafted(tool, "Nobody approved this.")

    refusal = refused(lambda: tool.permit(draft["id"], digest_of(draft)))

    assert (refusal.status, refusal.code) == (403, "not-approved")
    assert any("arketing" in line for line in refusal.problem["missing"])


def test_a_stale_digest_is_not_signed(ada: httpx.Client, tool: Client) -> None:
    draft = drafted(tool, "Seen before.")

    answer = approve(ada, draft["id"], seen={"0" * 64: "0" * 64})
    verdict = approve(ada, draft["id"], seen={digest_of(draft): "0" * 64})

    assert (answer.status_code, answer.json()["code"]) == (409, "stale")
    assert (verdict.status_code, verdict.json()["code"]) == (409, "stale")


def test_what_was_edited_after_sign_off_is_not_released(
    server: Server, tool: Client, ada: httpx.Client
) -> None:
    draft = approved(tool, ada, "Before.")
    body = {"variants": [{"channel": "x", "account": ACCOUNT, "parts": [{"text": "After."}]}]}
    headers = {"Authorization": f"Bearer {server.key}", "If-Match": '"1"'}
    edited = httpx.put(f"{server.url}/api/v1/drafts/{draft['id']}", json=body, headers=headers)
    assert edited.status_code == 200, edited.text

    old = refused(lambda: tool.permit(draft["id"], digest_of(draft)))
    new = refused(lambda: tool.permit(draft["id"], digest_of(edited.json())))

    assert (old.status, old.code) == (409, "stale")
    assert (new.status, new.code) == (403, "not-approved")


def test_a_permit_is_used_once(tool: Client, ada: httpx.Client) -> None:
    draft = approved(tool, ada, "Only once.")
    permit = tool.permit(draft["id"], digest_of(draft))
    tool.redeem(permit["token"])

    again = refused(lambda: tool.redeem(permit["token"]))
    another = refused(lambda: tool.permit(draft["id"], digest_of(draft)))

    assert (again.status, again.code) == (409, "already-redeemed")
    assert another.status == 409


def test_a_permit_is_for_one_tool(server: Server, tool: Client, ada: httpx.Client) -> None:
    draft = approved(tool, ada, "Not for others.")
    permit = tool.permit(draft["id"], digest_of(draft))

    with Client(server.url, server.other_key) as other:
        refusal = refused(lambda: other.redeem(permit["token"]))

    assert refusal.status in (403, 404)
    assert tool.redeem(permit["token"])["content"]["parts"][0]["text"] == "Not for others."


def test_a_token_that_was_touched_is_refused(tool: Client, ada: httpx.Client) -> None:
    draft = approved(tool, ada, "Untouched.")
    token = tool.permit(draft["id"], digest_of(draft))["token"]

    for spoiled in (token + "=", token[:-4] + "AAAA", token.replace(".", " .", 1), "no token at all"):
        assert refused(lambda text=spoiled: tool.redeem(text)).code == "permit-refused"  # type: ignore[misc]
    tool.redeem(token)


def test_a_permit_that_was_taken_back_is_of_no_use(server: Server, tool: Client, ada: httpx.Client) -> None:
    draft = approved(tool, ada, "Taken back.")
    permit = tool.permit(draft["id"], digest_of(draft))

    revoked = ada.post(f"/api/v1/permits/{permit['jti']}/revoke", json={"reason": "The shop is closed."})

    assert revoked.json()["state"] == "approved"
    assert refused(lambda: tool.redeem(permit["token"])).status in (403, 409)
    with pytest.raises(PermitRefused) as caught:
        check(tool, permit["token"], draft["variants"][0]["content"])
    assert caught.value.why == "revoked"


def check(tool: Client, token: str, content: Any, **changed: Any) -> None:
    now = datetime.now(UTC)
    known = {"audience": TOOL, "brand": BRAND, "now": now, **changed}
    status = known.pop("status", None) or tool.status()
    verify(token, content, tool.jwks(), status, **known)


def test_offline_every_part_of_a_permit_is_looked_at(tool: Client, ada: httpx.Client) -> None:
    draft = approved(tool, ada, "Looked at from all sides.")
    token = tool.permit(draft["id"], digest_of(draft))["token"]
    content, now = draft["variants"][0]["content"], datetime.now(UTC)
    elsewhere = {**content, "account": "linkedin:acme", "channel": "linkedin"}
    changed = {**content, "parts": [{**content["parts"][0], "text": "Something else."}]}
    more = {**content, "tool": {"post_id": "1"}}

    check(tool, token, content)
    for why, about in {
        "account": {"content": elsewhere},
        "content": {"content": changed},
        "audience": {"audience": "service:other"},
        "brand": {"brand": "rival"},
        "expired": {"now": now + timedelta(minutes=16)},
        "not-yet": {"now": now - timedelta(minutes=2)},
        "status": {"now": now + timedelta(seconds=90)},  # the list is older than a minute
        "signature": {"status": token},
    }.items():
        with pytest.raises(PermitRefused) as caught:
            check(tool, token, about.pop("content", content), **about)
        assert caught.value.why in (why, "malformed") if why == "signature" else caught.value.why == why
    with pytest.raises(PermitRefused):
        check(tool, token, more)
    with pytest.raises(PermitRefused):
        verify(token, content, tool.jwks(), None, audience=TOOL, brand=BRAND, now=now)
    with pytest.raises(PermitRefused):
        verify(token, content, {"keys": []}, tool.status(), audience=TOOL, brand=BRAND, now=now)


def test_an_account_of_nobody_here_is_refused(tool: Client) -> None:
    body = {"variants": [{"channel": "x", "account": "x:rival", "parts": [{"text": "For others."}]}]}

    assert refused(lambda: tool.draft(body)).status == 422
