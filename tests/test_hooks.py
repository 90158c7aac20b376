"""`/hooks/chat`: a slash command is answered with findings, and only a signed one, once."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from slack_sdk.signature import SignatureVerifier
from werkzeug.test import TestResponse

from reviewer import advice, policy
from reviewer.config import load
from reviewer.integrations import slack_style
from reviewer.integrations.drafts import parse_text
from reviewer.model import Decision, Finding, Place, Verdict
from reviewer.service import build
from reviewer.web import create_app

SECRET = "not a secret of anybody"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder = tmp_path_factory.mktemp("chat")
    settings = load({"REVIEWER_DATA_DIR": str(folder), "REVIEWER_SLACK_SIGNING_SECRET": SECRET})
    services = build(settings)
    services.store.migrate()
    return create_app(services).test_client()


def body_of(text: str, **more: str) -> bytes:
    fields = {"command": "/review", "text": text, "user_id": "U1", "team_id": "T1", "token": "old", **more}
    return urlencode(fields).encode()


def signed(body: bytes, *, secret: str = SECRET, age: int = 0) -> dict[str, str]:
    timestamp = str(int(time.time()) - age)
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    assert signature is not None
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature}


def send(client: FlaskClient, body: bytes, headers: Mapping[str, str]) -> TestResponse:
    return client.post(
        "/hooks/chat", data=body, headers=headers, content_type="application/x-www-form-urlencoded"
    )


def ask(client: FlaskClient, text: str) -> dict[str, object]:
    body = body_of(text)
    answer = send(client, body, signed(body))
    assert answer.status_code == 200, answer.text
    value = answer.get_json()
    assert isinstance(value, dict)
    return value


def test_the_findings_of_a_text_are_told_to_its_author_alone(client: FlaskClient) -> None:
    answer = ask(client, "linkedin: Our fund has guaranteed returns.")

    assert answer["response_type"] == "ephemeral"
    assert "Can't go out" in str(answer["blocks"])
    assert "guaranteed returns" in str(answer["blocks"])


def test_a_text_without_findings_is_never_called_clear(client: FlaskClient) -> None:
    answer = ask(client, "We open on Monday at nine.")

    assert str(answer["text"]).startswith("Nothing found in ")
    assert "clear" not in str(answer).lower()


def test_an_empty_command_says_how_to_ask(client: FlaskClient) -> None:
    assert "/review" in str(ask(client, "  ")["text"])


def test_too_long_a_text_is_refused_in_words(client: FlaskClient) -> None:
    assert "100,000 bytes" in str(ask(client, "x" * 100_001)["text"])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda headers: {"X-Slack-Signature": headers["X-Slack-Signature"]},
        lambda headers: {**headers, "X-Slack-Request-Timestamp": "yesterday"},
        lambda headers: {**headers, "X-Slack-Request-Timestamp": "²"},
        lambda headers: {**headers, "X-Slack-Request-Timestamp": "9" * 40},
        lambda headers: {**headers, "X-Slack-Signature": "v0=" + "0" * 64},
        lambda headers: {**headers, "X-Slack-Signature": "v0=é"},
        lambda headers: {**headers, "X-Slack-Signature": ""},
    ],
)
def test_what_is_not_signed_as_it_should_be_is_refused(
    client: FlaskClient, spoil: Callable[[dict[str, str]], dict[str, str]]
) -> None:
    body = body_of("hello")

    answer = send(client, body, spoil(signed(body)))

    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"


def test_another_secret_an_old_request_and_another_body_are_refused(client: FlaskClient) -> None:
    body = body_of("hello")

    assert send(client, body, signed(body, secret="another")).status_code == 401
    assert send(client, body, signed(body, age=301)).status_code == 401
    assert send(client, body_of("goodbye"), signed(body)).status_code == 401
    assert send(client, b"text=\xff", signed(b"text=")).status_code == 401


def test_a_request_that_came_before_is_refused(client: FlaskClient) -> None:
    body = body_of("hello")
    headers = signed(body)

    assert send(client, body, headers).status_code == 200
    assert send(client, body, headers).status_code == 401


def test_without_a_signing_secret_there_is_no_hook(tmp_path: Path) -> None:
    services = build(load({"REVIEWER_DATA_DIR": str(tmp_path)}))
    services.store.migrate()
    body = body_of("hello")

    assert send(create_app(services).test_client(), body, signed(body)).status_code == 404


def test_a_signed_body_that_is_no_slash_command_is_refused(client: FlaskClient) -> None:
    body = urlencode({"payload": "{}"}).encode()

    answer = send(client, body, signed(body))

    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.get_json()["errors"]} == {"/command", "/text"}


# --- words in, words out -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("fish &amp; chips &lt;3", "fish & chips <3"),
        ("&amp;lt; is an entity", "&lt; is an entity"),
        ("fish & chips &lt; 3", "fish & chips &lt; 3"),  # a system that escapes nothing
        ("ask <@U123|ada> in <#C1|social>", "ask @ada in #social"),
        ("see <https://example.com/a?b=1&amp;c|example.com/a> now", "see example.com/a now"),
        ("<!channel> look", "@channel look"),
        ("a <b> c", "a <b> c"),
    ],
)
def test_a_text_is_read_as_it_was_typed(sent: str, typed: str) -> None:
    assert slack_style.typed(sent) == typed


HOSTILE = "<!channel> *bold* _it_ ~no~ `code` <https://evil.example|click> @here #all www.evil.example & co"


def test_draft_text_never_becomes_markup_a_mention_or_a_link() -> None:
    shown = slack_style.escape(HOSTILE)

    assert not set("<>") & set(shown)
    assert "&" not in shown.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    for live in ("*b", "d*", "_i", "`c", "@h", "#a", "://", "evil.example", "~n"):
        assert live not in shown
    plain = shown.replace("\u2060", "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert plain == HOSTILE


def verdict_with(count: int, quote: str) -> Verdict:
    finding = Finding(
        rule="Pack.Rule",
        id="P-1",
        rule_sha256="0" * 64,
        decision=Decision.WARN,
        owner="marketing",
        at=Place("/parts/0/text", 0, 1),
        quote=quote,
        message=quote * 40,
        reason="a reason " * 40,
    )
    return Verdict("0" * 64, "0" * 64, (finding,) * count, ("marketing",), ran=1)


def test_an_answer_keeps_to_the_limits_and_says_what_it_leaves_out() -> None:
    told = advice.explain(verdict_with(120, HOSTILE), parse_text("x"))

    answer = slack_style.render(told, link="https://review.example")

    texts = [block["text"]["text"] for block in answer["blocks"]]
    assert len(texts) <= slack_style.MAX_BLOCKS
    assert all(len(text) <= slack_style.SECTION for text in texts)
    assert sum(map(len, texts)) <= slack_style.ALL_BLOCKS
    shown = len(texts) - 2
    assert texts[-1] == f"{120 - shown} more. See all in <https://review.example|Reviewer>."
    assert not any(text.endswith(("&", "&a", "&am", "&amp", "&l", "&lt", "&g", "&gt")) for text in texts)


def test_a_secret_in_the_text_is_not_repeated() -> None:
    variant = parse_text("Pay to DE89 3704 0044 0532 0130 00 please")
    verdict = policy.judge(variant, policy.load_base())
    masked = [f for f in verdict.findings if "•" in f.quote]
    if not masked:
        pytest.skip("no rule for account numbers in this build")

    answer = slack_style.render(advice.explain(verdict, variant))

    assert "3704 0044" not in str(answer)
