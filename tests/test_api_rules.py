"""Law 10 over the API: proposals with their effect, second, decline, withdraw, and removal at once."""

from collections.abc import Iterator
from typing import Any

import pytest
from api_examples import World

V1 = "/api/v1"
NAME = {"kind": "lists", "change": {"add": {"code_names": ["Quillfeather"]}}, "reason": "It is a secret."}


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("api"))

    def roles(tx: Any) -> None:
        tx.set_roles("acme", made.ids["ada"], {"author", "policy_owner", "brand_admin"})

    made.services.store.write(roles)
    made.clock.pass_by(minutes=1)
    yield made
    made.services.store.close()


def test_a_code_name_is_proposed_by_one_and_seconded_by_another(world: World) -> None:
    ada, ben, dora = (world.person(name) for name in ("ada", "ben", "dora"))
    ada.get(f"{V1}/rules")
    draft = world.tool().submitted("Quillfeather lands on Monday.")

    made = ada.ask("POST", f"{V1}/proposals", NAME, status=201)
    proposal = made.get_json()
    assert made.headers["Location"] == f"{V1}/proposals/{proposal['id']}"
    assert [a["draft"] for a in proposal["effect"]["affected"]] == [draft["id"]]
    assert proposal["effect"]["rules"][0]["rule"] == "Confidential.CodeName"
    assert proposal["groups"] == ["comms"]
    assert (proposal["actions"], proposal["seconders"]) == (["decline", "withdraw"], [world.ids["dora"]])
    world.clock.pass_by(minutes=1)

    at = f"{V1}/proposals/{proposal['id']}"
    assert "own proposal" in ada.post(f"{at}/second", {"seen": proposal["seen"]}, status=403)["detail"]
    assert "Comms" in ben.post(f"{at}/second", {"seen": proposal["seen"]}, status=403)["detail"]
    stale = dora.post(f"{at}/second", {"seen": "0" * 64}, status=409)
    assert (stale["code"], stale["changed"]) == ("stale", ["what it does to waiting and approved posts"])
    done = dora.post(f"{at}/second", {"seen": dora.get(at)["seen"]}, status=200)

    assert done["seconded_by"] == world.ids["dora"]
    assert dora.post(f"{at}/second", {"seen": done["seen"]}, status=409)["code"] == "wrong-state"
    assert ben.get(f"{V1}/rules")["lists"] == {"code_names": ["Quillfeather"]}
    assert ben.get(f"{V1}/proposals") == {"items": []}
    assert [p["id"] for p in ben.get(f"{V1}/proposals?waiting=false")["items"]] == [proposal["id"]]
    assert len(ada.get(f"{V1}/drafts/{draft['id']}")["variants"][0]["verdict"]["findings"]) > 0


def test_proposals_end_by_saying_no_or_taking_back(world: World) -> None:
    ada, ben = world.person("ada"), world.person("ben")
    first, second = (ada.post(f"{V1}/proposals", NAME, status=201)["id"] for _ in range(2))

    said = ben.post(f"{V1}/proposals/{first}/decline", {"reason": "It is public."}, status=200)
    assert (said["answer"], said["declined_by"]) == ("It is public.", world.ids["ben"])
    ben.post(f"{V1}/proposals/{second}/withdraw", status=403)
    assert ada.post(f"{V1}/proposals/{second}/withdraw", status=200)["withdrawn_at"]
    ada.post(f"{V1}/proposals/{second}/withdraw", status=409)


def test_what_is_wrong_is_pointed_at_and_tools_and_outsiders_are_refused(world: World) -> None:
    ada = world.person("ada")
    wrong = NAME | {"change": {"add": {"Code Names": ["x"]}}}
    refused = ada.post(f"{V1}/proposals", wrong, status=422)
    assert refused["errors"][0]["pointer"].startswith("/change/add")
    ada.post(f"{V1}/proposals", NAME | {"kind": "coup"}, status=422)
    same = {"kind": "group", "change": {"person": world.ids["ben"], "group": "legal"}, "reason": "Again."}
    assert ada.post(f"{V1}/proposals", same, status=409)["code"] == "conflict"
    made = ada.post(f"{V1}/proposals", NAME, status=201)["id"]
    for asker in (world.tool(), world.person("emil")):
        asker.post(f"{V1}/proposals?brand=acme", NAME, status=403)
        for path in ("proposals", f"proposals/{made}", "rules"):
            asker.get(f"{V1}/{path}?brand=acme", status=403)
    ada.get(f"{V1}/proposals/nothing", status=404)


def test_taking_a_group_away_works_at_once_and_takes_one(world: World) -> None:
    ada, dora = world.person("ada"), world.person("dora")
    person = f"{V1}/people/{world.ids['ben']}/removals"

    dora.post(person, {"group": "legal"}, status=403)
    ada.post(person, {"group": "legal", "role": "author"}, status=422)
    ada.ask("POST", person, {"group": "legal"}, status=204)
    ada.post(person, {"group": "legal"}, status=404)

    assert ada.get(f"{V1}/rules")["groups"]["legal"] == []
