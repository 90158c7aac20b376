"""What was decided can be read again: the same words under the same rules give the same findings."""

# ruff: noqa: F811  # fixtures of another module, asked for by name

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from test_service import Desk, desk, post, yes  # noqa: F401  # `desk` is a fixture

from reviewer import language, policy
from reviewer.errors import Gone, NotFound
from reviewer.heads import FOLDER, Heads
from reviewer.model import Draft
from reviewer.policy import Policy
from reviewer.service import replay
from reviewer.service.checking import Checking
from reviewer.service.replay import Replays
from reviewer.store import Deletion, PolicyVersion
from reviewer.workflow import Edit, Submit

RISKY = "Our fund guarantees a 12% return with zero risk, you morons."
RULE = """extends: existence
message: "'%s' is a code name."
ignorecase: true
tokens: [TOKEN]
policy:
  id: ACME-001
  decision: needs_approval
  owner: legal
  reason: It is not public yet.
tests:
  - {name: fires, input: a TOKEN, want: "1:3:Acme.Code:'TOKEN' is a code name."}
  - {name: near miss, input: a horse, want: ""}
"""


@pytest.fixture(scope="module")
def base() -> Policy:
    return policy.load_base()


@pytest.fixture
def replays(desk: Desk) -> Replays:
    return Replays(desk.store, desk.checking, lambda: desk.now)


def under(desk: Desk, token: str) -> None:
    """Let a rule of the brand's own be in force."""
    version = PolicyVersion(desk.base.approvals, {"Acme/Code.yml": RULE.replace("TOKEN", token).encode()})
    desk.store.write(lambda tx: tx.activate_policy("acme", version, desk.now))


def test_a_decision_is_read_again_byte_for_byte_after_the_rules_have_changed(
    desk: Desk,
    replays: Replays,
) -> None:
    under(desk, "zebra")
    view = desk.submitted(f"{RISKY} Ask for the zebra.")
    [then] = view.verdicts.values()
    under(desk, "horse")
    desk.now += timedelta(days=40)
    [now] = desk.drafts.view(desk.ada, view.review.id).verdicts.values()
    assert {f.rule for f in then.findings} - {f.rule for f in now.findings} == {"Acme.Code"}

    [again] = replays.replay(desk.ada, view.review.id, 1)

    assert (again.same, again.differs, again.notes) == (True, (), ())
    assert again.again == again.kept.body == replay.body_of(then).decode()
    assert hashlib.sha256(again.again.encode()).hexdigest() == again.kept.sha256
    assert again.kept.verdict == then.sha256
    assert "Acme.Code" in {f["rule"] for f in json.loads(again.again)["findings"]}


def test_every_verdict_that_somebody_decided_on_is_kept_once_and_drafting_keeps_none(
    desk: Desk,
    replays: Replays,
) -> None:
    made = desk.drafts.create(desk.eve, "acme", Draft((post("First words."),)))
    desk.drafts.act(desk.eve, made.review.id, Edit(1, Draft((post("Second words."),))))
    with pytest.raises(NotFound, match="Nobody has decided"):
        replays.replay(desk.eve, made.review.id)
    view = desk.drafts.act(desk.eve, made.review.id, Submit())
    desk.drafts.act(desk.ada, made.review.id, yes(view))
    [kept] = replays.replay(desk.ada, made.review.id)
    assert kept.variant.text == "Second words."

    under(desk, "words")
    desk.now += timedelta(minutes=1)
    view = desk.drafts.view(desk.ada, made.review.id)
    desk.drafts.act(desk.ada, made.review.id, yes(view))

    both = replays.replay(desk.ada, made.review.id, 2)
    assert [len(json.loads(one.again)["findings"]) for one in both] == [0, 1]
    assert all(one.same for one in both)
    with pytest.raises(NotFound, match="2 versions"):
        replays.replay(desk.ada, made.review.id, 3)


def test_whoever_does_not_see_a_post_reads_none_of_its_verdicts(
    desk: Desk,
    replays: Replays,
) -> None:
    view = desk.approved()
    desk.people.add_person("acme", "joe@acme.example", "Joe", "seven kind words in a row")
    joe = desk.people.actor_for(desk.people.person_by_email("joe@acme.example").id, "acme")

    with pytest.raises(NotFound):
        replays.replay(joe, view.review.id)
    assert replays.replay(replace(joe, roles=frozenset({"auditor"})), view.review.id)
    with pytest.raises(NotFound):
        replays.replay(replace(joe, brand="rival", roles=frozenset({"auditor"})), view.review.id)


def test_an_engine_or_release_that_differs_is_said(
    desk: Desk,
    replays: Replays,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    view = desk.submitted(RISKY)

    monkeypatch.setattr(policy, "ENGINE", "engine 2")
    monkeypatch.setattr(replay, "__version__", "9.9")
    [again] = replays.replay(desk.ada, view.review.id)

    assert again.same
    assert any("now it is engine 2" in note for note in again.notes)
    assert any("now it is 9.9" in note for note in again.notes)


def test_a_built_in_rule_that_a_later_release_changes_does_not_change_what_was_decided(
    desk: Desk,
) -> None:
    view = desk.submitted(RISKY)
    [then] = view.verdicts.values()
    fewer = {name: data for name, data in desk.base.files.items() if not name.startswith("Claims")}
    assert len(fewer) < len(desk.base.files)
    checking = Checking(desk.store, policy.load_files(fewer), lambda: desk.now)

    [again] = Replays(desk.store, checking, lambda: desk.now).replay(desk.ada, view.review.id)

    assert again.again == replay.body_of(then).decode()
    assert again.notes == ()


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """Weights of another release: one head answers differently."""
    folder = Path(shutil.copytree(FOLDER, tmp_path / "models"))
    calibration = json.loads((folder / "offensive.json").read_bytes())
    calibration["mix"][-1] = [value - 40 for value in calibration["mix"][-1]]
    changed = json.dumps(calibration).encode()
    (folder / "offensive.json").write_bytes(changed)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"]["offensive.json"]["sha256"] = hashlib.sha256(changed).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert not Heads.load(folder).missing
    return folder


def test_weights_of_then_are_used_where_they_are_kept_and_missed_aloud_where_not(
    desk: Desk,
    replays: Replays,
    older: Path,
) -> None:
    with language.reading_with(Heads.load(older)):
        view = desk.submitted("You are all idiots and morons.")
    [then] = view.verdicts.values()
    assert then.tone["offensive"] < 0.01

    [without] = replays.replay(desk.ada, view.review.id)
    assert "tone" in without.differs
    assert "are not kept here" in without.notes[0]
    replays.keep_weights(older)
    replays.keep_weights(older)
    [again] = replays.replay(desk.ada, view.review.id)

    assert (again.again, again.notes) == (again.kept.body, ())
    assert language.heads().sha256 != then.models
    with desk.store.read() as tx:
        assert (
            tx.session.execute(text("SELECT count(*) FROM weights")).scalar_one()
            == len(json.loads((older / "manifest.json").read_bytes())["files"]) + 1
        )


def test_what_was_deleted_is_said_to_be_gone(desk: Desk, replays: Replays) -> None:
    view = desk.submitted(RISKY)
    why = Deletion("retention", "system:operator", desk.now)
    desk.store.write(lambda tx: tx.take_contents("acme", view.review.id, why))

    with pytest.raises(Gone, match="2026-03-02"):
        replays.replay(desk.ada, view.review.id)
    with pytest.raises(Gone):
        desk.drafts.view(desk.ada, view.review.id)
    assert desk.drafts.inbox(desk.ada, "acme", "needs_you") == []
