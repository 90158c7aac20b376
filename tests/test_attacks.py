"""Everything on the list of attacks, tried through the real routes on real data: each has its answer.

What is tried where more is needed than requests can say: `test_law_walk.py` walks every order of events,
`test_law_races.py` lets eight actors meet, `test_proposals.py` changes the rules of the game,
`test_hooks.py` replays what a chat tool signed.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from reviewer.errors import Conflict
from reviewer.model import Brand
from tests.law_stage import BRANDS, Answer, Stage, address, stage


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    more = {"bea": ("marketing",), "max": ("marketing",), "gil": ("marketing",), "bob": ("brand_admin",)}
    made = stage(tmp_path_factory.mktemp("attacks"), brands=("acme", "ghost"), more=more)
    ids = made.ids
    made.services.store.write(lambda tx: tx.set_same_person(ids["bea", "acme"], ids["ben", "acme"]))
    yield made
    made.services.store.close()


@pytest.fixture(autouse=True)
def time_goes_on(server: Stage) -> None:
    server.pass_by(minutes=1)


class Post:
    """A post, and what people do to it."""

    def __init__(self, server: Stage, text: str = "we open at nine.", by: str = "joe", **more: Any) -> None:
        self.server, self.by, self.brand = server, by, more.pop("brand", "acme")
        self.text = f"Number {next(server.numbers)}: {text}"
        made = self.good(by, "POST", "/api/v1/drafts", {**self.body(self.text), **more})
        self.id = made["id"]
        self.good(by, "POST", self.at("submit"))

    def at(self, step: str) -> str:
        return f"/api/v1/drafts/{self.id}/{step}"

    def body(self, text: str) -> dict[str, Any]:
        return {"variants": [{"channel": "x", "account": f"x:{self.brand}", "parts": [{"text": text}]}]}

    def ask(self, name: str, method: str, path: str, body: object = None, **headers: str) -> Answer:
        return self.server.ask(name, self.brand, method, path, body, **headers)

    def good(self, name: str, method: str, path: str, body: object = None, **headers: str) -> Any:
        answer = self.ask(name, method, path, body, **headers)
        assert answer.status < 300, answer
        return answer.body

    def now(self, name: str = "eve") -> Any:
        return self.good(name, "GET", f"/api/v1/drafts/{self.id}")

    @property
    def digest(self) -> str:
        return str(self.now()["variants"][0]["content_sha256"])

    @property
    def seen(self) -> dict[str, str]:
        return {v["content_sha256"]: v["verdict"]["sha256"] for v in self.now()["variants"]}

    def approve(self, name: str, group: str = "marketing", **more: Any) -> str:
        body = {"group": group, "seen": more.pop("seen", None) or self.seen, **more}
        return self.ask(name, "POST", self.at("sign-offs"), body).code

    def edit(self, name: str, text: str, base: int) -> str:
        return self.ask(name, "PUT", f"/api/v1/drafts/{self.id}", self.body(text), If_Match=f'"{base}"').code

    def object(self, name: str, act: str, group: str = "marketing") -> Answer:
        body = {"act": act, "group": group, "comment": "No.", "seen": self.seen}
        return self.ask(name, "POST", self.at("objections"), body)

    def permit(self, name: str = "tool", digest: str = "") -> Answer:
        body = {"draft": self.id, "content_sha256": digest or self.digest}
        return self.ask(name, "POST", "/api/v1/permits", body)

    def redeem(self, name: str, token: str) -> Answer:
        return self.ask(name, "POST", "/api/v1/permits/redeem", {"token": token})


# --- the attack list of the law -----------------------------------------------------------------------


def test_a_card_that_is_older_than_the_text_approves_nothing(server: Stage) -> None:
    post = Post(server)
    card = post.seen
    assert post.edit("joe", f"{post.text} And a secret.", 1) == "ok"
    post.good("joe", "POST", post.at("submit"))

    assert post.approve("ada", seen=card) == "stale"
    assert post.now()["sign_offs"] == []


def test_a_request_that_is_replayed_counts_once(server: Stage) -> None:
    post = Post(server)
    body = {"group": "marketing", "seen": post.seen}

    for _ in range(3):
        assert post.ask("ada", "POST", post.at("sign-offs"), body).code == "ok"
    assert len(post.now()["sign_offs"]) == 1
    issued = post.permit().body
    assert post.redeem("tool", issued["token"]).code == "ok"
    assert [post.redeem("tool", issued["token"]).code for _ in range(2)] == ["already-redeemed"] * 2


def test_a_double_click_makes_one_post_one_sign_off_and_one_permit(server: Stage) -> None:
    body = {"variants": [{"channel": "x", "account": "x:acme", "parts": [{"text": "Twice."}]}]}
    made = [
        server.ask("joe", "acme", "POST", "/api/v1/drafts", body, Idempotency_Key="click").body["id"]
        for _ in range(2)
    ]
    assert made[0] == made[1]
    post = Post(server)

    assert [post.approve("ada") for _ in range(2)] == ["ok", "ok"]
    assert [post.permit().code for _ in range(2)] == ["ok", "wrong-state"]
    assert len(post.now()["sign_offs"]) == 1


def test_the_second_account_of_a_person_neither_signs_their_post_nor_counts_twice(server: Stage) -> None:
    own = Post(server, by="ben")

    assert own.approve("ben") == "own-draft"
    assert own.approve("bea") == "own-draft"
    assert own.approve("ada") == "ok"
    rejected = Post(server)
    objection = rejected.object("ada", "reject").body["objections"][-1]["id"]
    aside = {"group": "marketing", "reason": "It is our tone."}
    path = rejected.at(f"objections/{objection}/dismiss")
    assert rejected.ask("ben", "POST", path, aside).code == "ok"
    assert rejected.ask("bea", "POST", path, aside).code == "wrong-state"
    assert rejected.now()["state"] == "rejected"


def test_a_reviewer_who_edits_signs_no_more_and_one_who_suggests_is_shown_as_such(server: Stage) -> None:
    post = Post(server)
    words = {"content_sha256": post.digest, "variant": post.body(f"{post.text} Soon.")["variants"][0]}
    made = post.good("ada", "POST", post.at("suggestions"), words)["suggestions"][0]["id"]
    take = post.at(f"suggestions/{made}/take")

    assert (
        post.ask("ada", "POST", take, {"version": 1}).code == "not-allowed"
    )  # no version through a back door
    assert post.ask("ben", "POST", take, {"version": 1}).code == "not-allowed"
    assert post.edit("ada", f"{post.text} Mine.", 1) == "not-allowed"
    assert post.ask("joe", "POST", take, {"version": 1}).code == "ok"
    taken = post.now()
    assert (taken["suggestions"][0]["by"], taken["variants"][0]["contributors"]) == (
        server.ids["ada", "acme"],
        [server.ids["joe", "acme"]],
    )


def test_bulk_endpoints_let_through_nothing_that_one_at_a_time_would_not(server: Stage) -> None:
    own, stale, fine = Post(server, by="ada"), Post(server), Post(server)
    old = stale.seen
    assert stale.edit("joe", f"{stale.text} New.", 1) == "ok"
    items = [{"draft": p.id, "seen": seen} for p, seen in ((own, own.seen), (stale, old), (fine, fine.seen))]

    server.ask("ada", "acme", "POST", "/api/v1/decisions", {"groups": ["marketing"], "items": items})
    assert [p.now()["sign_offs"] for p in (own, stale)] == [[], []]
    blind = [{"draft": fine.id, "seen": dict.fromkeys(fine.seen, "0" * 64)}]
    server.ask("ben", "acme", "POST", "/api/v1/decisions", {"groups": ["marketing"], "items": blind})
    tool = server.ask("tool", "acme", "POST", "/api/v1/decisions", {"groups": ["marketing"], "items": items})
    assert {s["by"] for s in fine.now()["sign_offs"]} <= {server.ids["ada", "acme"]}
    assert tool.status in (200, 403, 404)


def test_an_edit_between_reading_and_signing_is_never_signed_blind(server: Stage) -> None:
    post = Post(server)
    shown = post.seen
    assert post.approve("ben", seen=shown) == "ok"
    assert post.edit("joe", f"{post.text} Edited.", 1) == "ok"
    post.good("joe", "POST", post.at("submit"))

    assert post.approve("ada", seen=shown) == "stale"
    assert post.now()["state"] == "in_review"
    assert post.permit().code == "not-approved"


def test_no_request_brings_in_a_post_that_is_approved_already(server: Stage) -> None:
    body = {"variants": [{"channel": "x", "account": "x:acme", "parts": [{"text": "Signed elsewhere."}]}]}
    for extra in (
        {"state": "approved"},
        {"sign_offs": [{"by": "ada", "group": "marketing"}]},
        {"approved": True},
        {"source": {"system": "x", "approved": "yes"}},
    ):
        assert server.ask("tool", "acme", "POST", "/api/v1/drafts", {**body, **extra}).code == "invalid"
    made = server.ask(
        "tool", "acme", "POST", "/api/v1/drafts", {**body, "source": {"system": "approved"}}
    ).body
    ask = {"draft": made["id"], "content_sha256": made["variants"][0]["content_sha256"]}

    assert (made["state"], made["sign_offs"]) == ("draft", [])
    assert server.ask("tool", "acme", "POST", "/api/v1/permits", ask).code == "not-approved"


def test_a_clock_that_runs_wrong_opens_no_window(server: Stage) -> None:
    at = server.now + timedelta(hours=2)
    post = Post(server, schedule={"mode": "at", "at": at.isoformat()})
    assert post.approve("ada") == "ok"

    assert post.permit().code == "not-approved"  # too early
    server.pass_by(hours=1, minutes=50)
    token = post.permit().body["token"]
    server.pass_by(hours=-3)  # the server's clock is set back: what was allowed then is not yet
    assert post.redeem("tool", token).code == "permit-refused"
    server.pass_by(hours=4)
    assert post.redeem("tool", token).code == "permit-refused"
    assert post.permit().code == "not-approved"
    server.pass_by(minutes=1)


def test_a_policy_is_not_lowered_by_whoever_gains_by_it(server: Stage) -> None:
    post = Post(server, "a miracle.", by="pat")
    change = {"profile": "small", "groups": {"legal": {"signs": 1}, "marketing": {"signs": 1}}}
    before = post.now()["variants"][0]["verdict"]["requires"]

    assert "legal" in before
    for name, kind, what in (
        ("joe", "lists", {"add": {"names": ["miracle"]}}),
        ("joe", "approvals", change),
        ("tool", "approvals", change),
        ("pat", "group", {"person": server.ids["pat", "acme"], "group": "legal"}),
    ):
        body = {"kind": kind, "change": what, "reason": "It is easier."}
        assert post.ask(name, "POST", "/api/v1/proposals", body).code in ("not-allowed", "not-found")
    mine = {
        "kind": "group",
        "change": {"person": server.ids["eve", "acme"], "group": "legal"},
        "reason": "Me.",
    }
    assert post.ask("eve", "POST", "/api/v1/proposals", mine).status >= 400
    own = {"person": server.ids["joe", "acme"], "group": "legal"}
    made = post.good(
        "eve", "POST", "/api/v1/proposals", {"kind": "group", "change": own, "reason": "He can."}
    )
    second = f"/api/v1/proposals/{made['id']}/second"
    assert post.ask("eve", "POST", second, {"seen": made["seen"]}).code == "not-allowed"
    assert post.ask("joe", "POST", second, {"seen": made["seen"]}).status in (403, 404)
    assert post.now()["variants"][0]["verdict"]["requires"] == before


def test_a_rejection_is_not_shed_by_withdrawing_and_beginning_again(server: Stage) -> None:
    post = Post(server)
    assert post.object("ada", "reject").status == 201
    post.good("joe", "POST", post.at("withdraw"), {"reason": "Then not."})
    same = post.body(post.text)
    shouted = post.body(f"{post.text.upper()}  https://acme.example/")

    for body in (same, shouted):
        made = post.good("joe", "POST", "/api/v1/drafts", body)
        post.good("joe", "POST", f"/api/v1/drafts/{made['id']}/submit")
        again = post.good("eve", "GET", f"/api/v1/drafts/{made['id']}")
        assert again["state"] == "rejected"
        seen = {v["content_sha256"]: v["verdict"]["sha256"] for v in again["variants"]}
        signed = post.ask(
            "ben", "POST", f"/api/v1/drafts/{made['id']}/sign-offs", {"group": "marketing", "seen": seen}
        )
        assert signed.code == "wrong-state"


def test_a_variant_for_another_brands_account_is_not_kept(server: Stage) -> None:
    post = Post(server)
    theirs = [{"channel": "x", "account": "x:rival", "parts": [{"text": "We open."}]}]

    assert post.ask("joe", "POST", "/api/v1/drafts", {"variants": theirs}).code == "invalid"
    edit = post.ask("joe", "PUT", f"/api/v1/drafts/{post.id}", {"variants": theirs}, If_Match='"1"')
    assert edit.code == "invalid"
    words = {"content_sha256": post.digest, "variant": theirs[0]}
    assert post.ask("ada", "POST", post.at("suggestions"), words).code == "invalid"


def test_a_second_brand_for_the_same_account_is_not_made(server: Stage) -> None:
    twin = Brand("twin", "Twin", BRANDS["acme"], accounts=frozenset({"x:acme"}))
    with pytest.raises(Conflict):
        server.services.people.add_brand(twin)
    take = {"kind": "account", "change": {"account": "x:acme"}, "reason": "It is ours."}
    assert server.ask("ceo", "ghost", "POST", "/api/v1/proposals", take).status >= 400
    with server.services.store.read() as tx:
        assert tx.brand("acme").accounts >= {"x:acme"} - tx.brand("ghost").accounts


def test_a_text_that_uses_up_a_rules_time_is_not_clean(
    server: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which texts can do that is `test_engine.py`'s business; here one did."""
    monkeypatch.setattr("reviewer.engine.BUDGET", 0.0)
    post = Post(server, "a forbidden kettle.")
    (finding,) = post.now()["variants"][0]["verdict"]["findings"]

    assert finding["decision"] == "unchecked"
    assert post.approve("ada") == "blocked"
    read = {"act": "read", "finding": finding["key"], "reason": "I read it."}
    assert post.approve("lea", "legal", **read) == "blocked"
    assert post.permit().code == "not-approved"
    monkeypatch.undo()
    server.pass_by(minutes=2)  # and is tried again
    assert [f["decision"] for f in post.now()["variants"][0]["verdict"]["findings"]] == ["block"]


def test_the_strict_reviewer_is_not_made_a_contributor_by_others(server: Stage) -> None:
    post = Post(server, on_behalf_of=server.ids["ada", "acme"])
    words = {"content_sha256": post.digest, "variant": post.body(f"{post.text} Soon.")["variants"][0]}
    made = post.good("ada", "POST", post.at("suggestions"), words)["suggestions"][0]["id"]
    post.good("joe", "POST", post.at(f"suggestions/{made}/take"), {"version": 1})
    post.good("joe", "POST", post.at("submit"))

    assert post.now()["variants"][0]["contributors"] == [server.ids["joe", "acme"]]
    assert post.object("ada", "request_changes").status == 201
    assert post.approve("ada") == "ok"


def test_copying_a_post_does_not_wash_its_contributors(server: Stage) -> None:
    post = Post(server, by="ada")
    copy = post.good("joe", "POST", "/api/v1/drafts", post.body(post.text))
    post.good("joe", "POST", f"/api/v1/drafts/{copy['id']}/submit")
    post.id = copy["id"]

    assert set(post.now()["variants"][0]["contributors"]) == {server.ids[n, "acme"] for n in ("ada", "joe")}
    assert post.approve("ada") == "own-draft"
    assert post.approve("ben") == "ok"


def test_the_same_digest_is_released_once(server: Stage) -> None:
    post = Post(server)
    assert post.approve("ada") == "ok"
    issued = post.permit().body

    assert post.permit("other").code == "wrong-state"
    assert post.redeem("other", issued["token"]).code == "permit-refused"
    assert post.redeem("tool", issued["token"]).code == "ok"
    assert post.permit().code == "wrong-state"
    by_hand = {"content_sha256": post.digest, "url": "https://x.com/1", "at": server.now.isoformat()}
    assert post.ask("joe", "POST", post.at("posted"), by_hand).code == "wrong-state"
    server.pass_by(hours=1)
    assert post.permit().code == "wrong-state"


def test_words_do_not_hide_in_the_tools_own_data(server: Stage) -> None:
    variant = {"channel": "x", "account": "x:acme", "parts": [{"text": "We open."}]}
    for tool in (
        {"caption": "a forbidden kettle"},
        {"post_id": "a forbidden kettle"},
        {"post_id": "x" * 65},
        {"post_id": {"text": "forbidden"}},
    ):
        body = {"variants": [{**variant, "tool": tool}]}
        assert server.ask("tool", "acme", "POST", "/api/v1/drafts", body).code == "invalid"
    hashed = server.ask(
        "tool", "acme", "POST", "/api/v1/drafts", {"variants": [{**variant, "settings": {"title": "One"}}]}
    )
    other = server.ask(
        "tool", "acme", "POST", "/api/v1/drafts", {"variants": [{**variant, "settings": {"title": "Two"}}]}
    )
    digests = {a.body["variants"][0]["content_sha256"] for a in (hashed, other)}
    assert len(digests) == 2


# --- the bad input of the law --------------------------------------------------------------------------


def test_two_tabs_one_saves_and_the_other_keeps_its_text(server: Stage) -> None:
    post = Post(server)

    assert post.edit("joe", f"{post.text} One.", 1) == "ok"
    assert post.edit("joe", f"{post.text} Two.", 1) == "edit-conflict"
    assert post.now()["variants"][0]["content"]["parts"][0]["text"].endswith("One.")
    assert post.ask("joe", "PUT", f"/api/v1/drafts/{post.id}", post.body("x")).code == "precondition-required"


def test_a_form_that_is_replayed_decides_once_and_one_without_its_token_never(server: Stage) -> None:
    post = Post(server)
    wire, token = server.signed_in("ada", "acme")
    ((digest, verdict),) = post.seen.items()
    form = {"do": "approve", "group": "marketing", "seen": f"{digest}:{verdict}", "version": "1"}
    path = f"/posts/{post.id}/decide"

    assert wire.form(path, form)[0] == 400
    assert wire.form(path, {**form, "csrf_token": server.signed_in("ben", "acme")[1]})[0] == 400
    assert [wire.form(path, {**form, "csrf_token": token})[0] for _ in range(3)] == [303, 303, 303]
    assert len(post.now()["sign_offs"]) == 1


def test_a_demoted_approvers_next_click_is_refused_and_their_open_page_too(server: Stage) -> None:
    post = Post(server)
    server.signed_in("max", "acme")
    shown = post.seen
    server.services.people.revoke("acme", address("max", "acme"), "marketing", kind="group")

    assert post.approve("max", seen=shown) in ("not-found", "not-allowed")
    wire, token = server.signed_in("max", "acme")
    ((digest, verdict),) = shown.items()
    form = {"do": "approve", "group": "marketing", "seen": f"{digest}:{verdict}", "csrf_token": token}
    assert wire.form(f"/posts/{post.id}/decide", form)[0] in (403, 404)
    assert post.now()["sign_offs"] == []


def test_the_sign_off_of_somebody_removed_while_it_was_pending_counts_no_more(server: Stage) -> None:
    post = Post(server, "a miracle.")
    assert post.approve("gil") == "ok"
    assert post.now()["state"] == "in_review"
    server.services.people.deactivate(address("gil", "acme"))

    key = post.now()["variants"][0]["verdict"]["findings"][0]["key"]
    assert post.approve("lea", "legal", act="accept", finding=key, reason="True.") == "ok"
    assert post.approve("lea", "legal") == "ok"
    missing = post.permit()
    assert missing.code == "not-approved"
    assert "Marketing must sign off." in json.dumps(missing.body["missing"])
    assert post.ask("gil", "GET", f"/api/v1/drafts/{post.id}").code == "not-signed-in"
    assert post.approve("ada") == "ok"
    assert post.permit().code == "ok"


def test_a_brand_whose_only_reviewer_left_says_so_and_lets_nothing_out(server: Stage) -> None:
    post = Post(server, "a miracle.", brand="ghost")
    assert post.now()["unmeetable"] == []
    for name in ("lea", "eve"):
        server.services.people.revoke("ghost", address(name, "ghost"), "legal", kind="group")

    (said,) = post.now("ada")["unmeetable"]
    assert "Legal" in said
    assert "brand admin" in said
    assert post.approve("ada") == "ok"
    assert post.permit(digest=next(iter(post.seen))).code == "not-approved"
