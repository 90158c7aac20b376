"""The API: what it takes, what it refuses and how; every answer is held to the OpenAPI document."""

import gzip
import inspect
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from api_examples import TEXT, World, variant
from openapi_spec_validator import OpenAPIV31SpecValidator

from reviewer import channels
from reviewer.service.people import SCOPES
from reviewer.web import problems
from reviewer.web.api import api

MARKER = "Zweihundertfuenf"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("api"))
    yield made
    made.services.store.close()


# --- the document --------------------------------------------------------------------------------


def test_the_document_is_openapi(world: World) -> None:
    assert world.document["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(world.document).validate()


def test_every_address_is_in_the_document_and_operation_ids_are_function_names(world: World) -> None:
    served = {
        (method, rule.rule.replace("<int:", "<").replace("<", "{").replace(">", "}"))
        for rule in world.app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint != "api.no_such_address"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {
        (method.upper(), path): operation["operationId"]
        for path, methods in world.document["paths"].items()
        for method, operation in methods.items()
    }

    assert set(described) == served
    assert sorted(described.values()) == sorted(o.view.__name__ for o in api.operations)
    assert len(set(described.values())) == len(described)


def test_every_call_and_scope_is_in_the_docs(world: World) -> None:
    text = (Path(__file__).parents[1] / "docs" / "api.md").read_text()
    calls = set(re.findall(r"^\| `((?:GET|POST|PUT) /[^`]+)` \|", text, re.MULTILINE))
    scopes = set(re.findall(r"^\| `([a-z]+(?::[a-z]+)?)` \| (?!\d)", text.split("## Calls")[0], re.MULTILINE))

    assert calls == {
        f"{method.upper()} {path}" for path, methods in world.document["paths"].items() for method in methods
    }
    assert scopes == set(SCOPES)
    assert {scope for o in api.operations for scope in o.scopes} == set(SCOPES)


def test_every_view_is_thin() -> None:
    """A view reads, calls one use case and shows what came of it: it asks nothing about people or states."""
    for operation in api.operations:
        source = inspect.getsource(operation.view)
        assert "scopes" not in source.split('"""')[-1], operation.view.__name__
        assert ".groups" not in source, operation.view.__name__
        assert "State." not in source, operation.view.__name__


# --- checking ------------------------------------------------------------------------------------


def test_a_text_is_checked_and_nothing_of_it_is_kept(world: World) -> None:
    before = world.tool().get("/api/v1/events?limit=1000")

    verdict = world.tool().post(
        "/api/v1/check", {"text": "Our fund has guaranteed returns.", "channel": "x"}, status=200
    )

    assert verdict["verdict"] == "block"
    finding = verdict["findings"][0]
    assert finding["rule"] == "Finance.Guarantee"
    assert finding["at"]["pointer"] == "/parts/0/text"
    assert (
        finding["quote"] == "Our fund has guaranteed returns."[finding["at"]["start"] : finding["at"]["end"]]
    )
    assert verdict["checks"]["ran"] > 0
    assert world.tool().get("/api/v1/events?limit=1000") == before


def test_a_whole_variant_is_checked_in_all_its_fields(world: World) -> None:
    body = {"variant": variant("Hello.", first_comment="Our fund has guaranteed returns.")}

    verdict = world.tool().post("/api/v1/check", body, status=200)

    assert "/first_comment" in {finding["at"]["pointer"] for finding in verdict["findings"]}


def test_an_unknown_channel_is_refused_with_the_list_of_those_there_are(world: World) -> None:
    problem = world.tool().post("/api/v1/check", {"text": "Hi", "channel": "myspace"}, status=422)

    (error,) = problem["errors"]
    assert (error["pointer"], error["code"]) == ("/channel", "unknown-channel")
    assert all(name in error["detail"] for name in channels.load())


# --- bad input -----------------------------------------------------------------------------------


def draft_with(**more: Any) -> dict[str, Any]:
    return {"variants": [variant(**more)]}


def draft_at(at: object) -> dict[str, Any]:
    return {"schedule": {"mode": "at", "at": at}, **draft_with()}


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/variants", "missing"),
        ([], "", "type"),
        ({"variants": []}, "/variants", "too-few"),
        ({"variants": [variant()], "colour": "red"}, "/colour", "unknown-key"),
        ({"variants": [variant(), variant()]}, "/variants/1", "twice"),
        (draft_with(text=""), "/variants/0/parts/0/text", "empty"),
        (draft_with(text=" \u200b\n"), "/variants/0/parts/0/text", "empty"),
        (draft_with(text="x" * 100_001), "/variants/0/parts/0/text", "too-long"),
        (draft_with(text="é" * 50_001), "/variants/0/parts/0/text", "too-long"),
        (draft_with(text="x" * 60_000, first_comment="y" * 60_000), "/variants/0", "too-long"),
        (draft_with(text="half \ud83d of one"), "/variants/0/parts/0/text", "lone-surrogate"),
        (draft_with(text="a\0b"), "/variants/0/parts/0/text", "nul"),
        (draft_with(parts=[]), "/variants/0/parts", "empty"),
        (draft_with(settings={"a": [1, {"b": 0.5}]}), "/variants/0/settings/a/1/b", "float"),
        (draft_with(settings={"id": 2**53}), "/variants/0/settings/id", "integer-too-large"),
        (draft_with(settings={"t": "\udc00"}), "/variants/0/settings/t", "lone-surrogate"),
        (draft_with(tool={"post_id": "buy it now"}), "/variants/0/tool/post_id", "not-an-identifier"),
        (draft_with(tool={"words": "a"}), "/variants/0/tool/words", "unknown-key"),
        (draft_with(channel="linkedin"), "/variants/0/account", "account"),
        (draft_with(channel="myspace"), "/variants/0/channel", "unknown-channel"),
        (draft_with(sensitive="yes"), "/variants/0/sensitive", "type"),
        ({"kind": "reply", **draft_with()}, "/target", "target"),
        ({"target": {"url": "https://x.com/a"}, **draft_with()}, "/target", "target"),
        ({"kind": "quote", "target": {}, **draft_with()}, "/target", "target"),
        ({"kind": "quote", "target": {"url": "http://x.com/a"}, **draft_with()}, "/target/url", "address"),
        ({"kind": "removal", "target": {"id": "1"}, **draft_with()}, "/variants/0/parts", "removal"),
        ({"kind": "essay", **draft_with()}, "/kind", "not-one-of"),
        ({"schedule": {"mode": "at"}, **draft_with()}, "/schedule", "schedule"),
        (draft_at(1767225600), "/schedule/at", "time"),
        (
            {"schedule": {"mode": "at", "at": "2026-01-01T09:00"}, **draft_with()},
            "/schedule/at",
            "timezone-aware",
        ),
        ({"schedule": {"timezone": "../../etc/passwd"}, **draft_with()}, "/schedule/timezone", "time-zone"),
    ],
)
def test_a_draft_that_could_not_be_published_is_refused_with_a_pointer(
    world: World, body: object, pointer: str, code: str
) -> None:
    problem = world.tool().post("/api/v1/drafts", body, status=422)

    assert problem["code"] == "invalid"
    assert (pointer, code) in {(error["pointer"], error["code"]) for error in problem["errors"]}


def test_line_ends_become_lf_and_nothing_else_is_changed(world: World) -> None:
    typed = "Caf\u0065\u0301 \r\nnext\rlast \u00a0 …  "

    draft = world.tool().draft(typed)

    assert draft["variants"][0]["content"]["parts"][0]["text"] == "Caf\u0065\u0301 \nnext\nlast \u00a0 …  "


@pytest.mark.parametrize(
    ("data", "content_type", "headers", "status"),
    [
        (b"{", "application/json", {}, 400),
        (b'{"text": "a", "text": "b"}', "application/json", {}, 400),
        (b'{"text": NaN}', "application/json", {}, 400),
        (b'{"text": "\xff"}', "application/json", {}, 400),
        (b"[" * 100_000, "application/json", {}, 400),
        (b'{"text": ' + b"[" * 40 + b"]" * 40 + b"}", "application/json", {}, 400),
        (b'{"text": ' + b"1" * 5000 + b"}", "application/json", {}, 400),
        (b"", "application/json", {}, 400),
        (b'{"text": "a"}', "text/plain", {}, 415),
        (b"text=a", "application/x-www-form-urlencoded", {}, 415),
        (b'{"text": "a"}', None, {}, 415),
        (gzip.compress(b'{"text": "a"}'), "application/json", {"Content-Encoding": "gzip"}, 415),
        (b" " * 1_000_001, "application/json", {}, 413),
    ],
)
def test_a_body_that_cannot_be_read_gets_its_own_status(
    world: World, data: bytes, content_type: str | None, headers: dict[str, str], status: int
) -> None:
    answer = world.tool().ask(
        "POST", "/api/v1/check", data=data, content_type=content_type, headers=headers, status=status
    )

    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["status"] == status


def test_the_query_is_held_to_its_form_too(world: World) -> None:
    for query in ("limit=0", "limit=x", "box=all", "colour=red", "cursor=nothing-like-it", "limit=1&limit=2"):
        problem = world.tool().ask("GET", f"/api/v1/drafts?{query}", status=422).get_json()
        assert problem["errors"], query


def test_a_refusal_never_repeats_what_was_sent(world: World) -> None:
    bodies: list[object] = [
        {"variants": [{**variant(), "channel": MARKER, "account": MARKER}]},
        {"kind": MARKER, "target": {"url": MARKER}, "variants": [variant(text=f"{MARKER}\ud800")]},
        {"variants": [{**variant(), "settings": {f"{MARKER} {MARKER}": 0.5}, "visibility": MARKER}]},
        {
            "schedule": {"mode": "at", "at": MARKER, "timezone": MARKER},
            "variants": MARKER,
            "language": MARKER,
        },
    ]
    for body in bodies:
        answer = world.tool().ask("POST", "/api/v1/drafts", body, status=422)
        assert MARKER not in answer.text
    for path in (f"/api/v1/drafts/{MARKER}", f"/api/v1/problems/{MARKER}"):
        assert MARKER not in world.tool().ask("GET", path, status=404).text
    assert MARKER not in world.tool(MARKER).ask("GET", "/api/v1/drafts", status=401).text


# --- who asks ------------------------------------------------------------------------------------


def test_without_a_key_that_is_valid_now_nothing_is_told(world: World) -> None:
    short = world.key_of("other", days=1)
    ended = world.key_of("other")
    world.services.people.revoke_key("acme", ended.split("_")[1])
    wrong = world.key[:-1] + ("a" if world.key[-1] != "a" else "b")
    for headers in (
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": f"Basic {world.key}"},
        {"Authorization": f"Bearer {wrong}"},
        {"Authorization": f"Bearer {ended}"},
    ):
        answer = world.nobody().ask("GET", "/api/v1/drafts", headers=headers, status=401)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    world.tool(short).get("/api/v1/drafts")
    world.clock.pass_by(days=1)
    world.tool(short).ask("GET", "/api/v1/drafts", status=401)


def test_a_place_in_the_log_is_a_number_that_the_database_has(world: World) -> None:
    assert world.tool().ask("GET", f"/api/v1/events?cursor={2**63 - 1}").get_json()["items"] == []
    world.tool().ask("GET", f"/api/v1/events?cursor={2**63}", status=422)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "x.com/a", "https://x.com/a b", ""]
)
def test_what_is_published_has_an_address_of_the_web(world: World, url: str) -> None:
    report = {"jti": "a", "url": url, "at": "2026-01-01T00:00:00Z"}
    problem = world.tool().post("/api/v1/publications", report, status=422)

    assert [error["pointer"] for error in problem["errors"]] == ["/url"]


@pytest.mark.parametrize(
    ("scope", "method", "path", "body"),
    [
        ("draft:write", "POST", "/api/v1/permits", {"draft": "a", "content_sha256": "0" * 64}),
        ("permit", "POST", "/api/v1/drafts", draft_with()),
        ("permit", "GET", "/api/v1/events", None),
        ("check", "GET", "/api/v1/drafts", None),
        ("audit:read", "POST", "/api/v1/check", {"text": "a"}),
        ("permit", "POST", "/api/v1/publications", {"jti": "a", "url": "u", "at": "2026-01-01T00:00:00Z"}),
    ],
)
def test_a_key_is_good_for_its_scopes_only(
    world: World, scope: str, method: str, path: str, body: object
) -> None:
    tool = world.tool(world.key_of("other", (scope,)))

    problem = tool.ask(method, path, body, status=403).get_json()

    assert problem["code"] == "not-allowed"


def test_a_key_belongs_to_one_brand(world: World) -> None:
    world.tool().ask("GET", "/api/v1/drafts?brand=rival", status=404)
    body = {"variants": [variant(account="x:rival")]}
    assert world.tool().post("/api/v1/drafts", body, status=422)["errors"]


def test_a_session_needs_its_csrf_token_for_everything_but_reading(world: World) -> None:
    ada = world.person("ada")
    token = ada.headers.pop("X-CSRFToken")

    ada.get("/api/v1/drafts?box=needs_you")
    assert ada.post("/api/v1/check", {"text": "Hello."}, status=403)["code"] == "not-allowed"
    ada.post("/api/v1/check", {"text": "Hello."}, headers={"X-CSRFToken": token[:-1]}, status=403)
    ada.post("/api/v1/check", {"text": "Hello."}, headers={"X-CSRFToken": token}, status=200)


def test_a_member_of_several_brands_says_which_one_is_meant(world: World) -> None:
    emil = world.person("emil")

    assert "brand" in emil.ask("GET", "/api/v1/drafts", status=404).get_json()["detail"]
    emil.get("/api/v1/drafts?brand=rival")
    emil.ask("GET", "/api/v1/drafts?brand=nobodys", status=404)
    draft = emil.post("/api/v1/drafts", {"brand": "acme", **draft_with(text=f"{TEXT} Emil.")}, status=201)
    assert draft["author"] == world.ids["emil"]


# --- media, the record, the rest -----------------------------------------------------------------

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def test_media_are_kept_by_their_hash(world: World) -> None:
    tool = world.tool()

    stored = tool.post("/api/v1/media", data=PNG, content_type="image/gif", status=201)

    assert (stored["mime"], stored["size"]) == ("image/png", len(PNG))
    answer = tool.ask("GET", f"/api/v1/media/{stored['sha256']}", status=200)
    assert answer.data == PNG
    assert answer.headers["Content-Disposition"].startswith("attachment")
    with_picture = {
        **variant(""),
        "parts": [{"text": "", "media": [{"sha256": stored["sha256"], "alt": "A door"}]}],
    }
    assert tool.post("/api/v1/drafts", {"variants": [with_picture]}, status=201)
    tool.post("/api/v1/media", data=b"<svg onload=alert(1)>", content_type="image/png", status=415)
    tool.ask("GET", f"/api/v1/media/{'0' * 64}", status=404)


def test_the_record_comes_in_pages_and_holds_refusals(world: World) -> None:
    ada = world.person("ada")
    own = ada.submitted("For the record.")
    ada.approves(own["id"], status=403)
    path, found = f"/api/v1/events?draft={own['id']}&limit=2", []
    while path:
        answer = world.tool().ask("GET", path, status=200)
        found += answer.get_json()["items"]
        path = answer.headers.get("Link", "").partition(">")[0].lstrip("<")

    assert [e["action"] for e in found] == ["draft.created", "draft.submitted", "variant.sign_refused"]
    assert [e["seq"] for e in found] == sorted(e["seq"] for e in found)


def test_an_address_that_is_not_there_is_a_problem_too(world: World) -> None:
    client = world.app.test_client()

    missing, wrong = client.get("/api/v1/nothing"), client.patch("/api/v1/check")

    assert (missing.status_code, missing.mimetype) == (404, "application/problem+json")
    assert (wrong.status_code, wrong.get_json()["code"]) == (405, "method-not-allowed")
    assert wrong.headers["Allow"] == "POST"


def test_a_request_keeps_its_id_where_it_is_a_plain_name(world: World) -> None:
    named = world.nobody().ask("GET", "/api/v1/drafts", headers={"X-Request-ID": "night-run.7"})
    other = world.nobody().ask("GET", "/api/v1/drafts", headers={"X-Request-ID": "a b\tc"})

    assert named.headers["X-Request-ID"] == named.get_json()["request_id"] == "night-run.7"
    assert other.headers["X-Request-ID"] == other.get_json()["request_id"] != "a b\tc"


def test_every_kind_of_problem_has_an_address_that_explains_it(world: World) -> None:
    problem = world.nobody().ask("GET", "/api/v1/drafts", status=401).get_json()
    path = problem["type"].removeprefix(world.services.settings.public_url)

    assert world.nobody().get(path) == {"code": "not-signed-in", "title": problem["title"]}
    for code in problems.TITLES:
        assert world.nobody().get(f"/api/v1/problems/{code}")["title"]
    world.nobody().ask("GET", "/api/v1/problems/no-such", status=404)


def test_a_locked_database_is_said_and_nothing_is_half_written(tmp_path: Path) -> None:
    world = World(tmp_path, REVIEWER_DATABASE_TIMEOUT="0.3")
    before = world.tool().get("/api/v1/events?limit=1000")
    holder = sqlite3.connect(tmp_path / "reviewer.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        answer = world.tool().ask("POST", "/api/v1/drafts", draft_with(), status=503)
    finally:
        holder.execute("ROLLBACK")
        holder.close()

    assert answer.get_json()["code"] == "unavailable"
    assert answer.headers["Retry-After"]
    assert world.tool().get("/api/v1/events?limit=1000") == before
    world.tool().draft()


def test_a_fault_of_ours_is_told_without_its_trace(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    world = World(tmp_path)
    world.services.store.close()
    (tmp_path / "reviewer.db").unlink()

    answer = world.tool().ask("GET", "/api/v1/drafts")

    assert answer.status_code in (500, 503)
    assert str(tmp_path) not in answer.text
    assert "Traceback" not in answer.text


def test_keys_of_json_are_in_the_order_of_the_document(world: World) -> None:
    """Not a promise to callers, but to readers: answers look like the document says."""
    schema = world.document["components"]["schemas"]["DraftOut"]["properties"]
    draft = json.loads(world.tool().ask("GET", f"/api/v1/drafts/{world.tool().draft()['id']}").data)

    assert list(draft) == list(schema)
