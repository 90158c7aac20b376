"""Fewer checks than usual are said wherever people look: at start, on every page, on every verdict."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from web_world import World, world_at

from reviewer import language, policy
from reviewer.heads import FOLDER, Heads
from reviewer.integrations.drafts import parse_text
from reviewer.web import create_app


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path) as made:
        yield made


@pytest.fixture
def wrong_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An installation whose `policy.npz` is not the file that the manifest names."""
    models = Path(shutil.copytree(FOLDER, tmp_path / "models"))
    with (models / "policy.npz").open("ab") as file:
        file.write(b"\0")
    heads = Heads.load(models)
    monkeypatch.setattr(language, "heads", lambda: heads)
    language.tone.cache_clear()
    yield
    language.tone.cache_clear()


@pytest.mark.usefixtures("wrong_weights")
def test_a_server_with_wrong_weights_says_so_when_it_starts(world: World) -> None:
    with capture_logs() as lines:
        create_app(world.services)

    [line] = [line for line in lines if line["event"] == "checks.reduced"]
    assert "policy" in line["lacking"]
    assert "make models" in line["next"]


def inbox(world: World) -> str:
    answer = world.client("ben").get("/inbox")
    assert answer.status_code == 200
    return answer.text


@pytest.mark.usefixtures("wrong_weights")
def test_every_page_has_a_banner_while_weights_are_wrong(world: World) -> None:
    assert "Fewer checks than usual" in inbox(world)


def test_no_page_has_the_banner_while_all_heads_are_there(world: World) -> None:
    assert "Fewer checks than usual" not in inbox(world)


@pytest.mark.usefixtures("wrong_weights")
def test_with_wrong_weights_the_areas_that_can_block_ask_for_their_groups() -> None:
    whole = policy.load_base()

    verdict = policy.judge(parse_text("We open at nine and the coffee is on us."), whole)

    unchecked = [finding for finding in verdict.findings if finding.decision.value == "unchecked"]
    assert any("policy" in line for line in verdict.reduced)
    assert unchecked
    assert {finding.owner for finding in unchecked} <= set(verdict.requires)
