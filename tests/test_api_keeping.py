"""The report, retention, legal holds, replay and one person's data, over the API and as pages."""

from pathlib import Path

import pytest
from api_examples import World

from reviewer.store import Tx

PERIOD = "first=2020-01-01&last=2099-12-31"


@pytest.fixture
def world(tmp_path: Path, rules_loaded_once: None) -> World:
    made = World(tmp_path)
    roles = {"ada": "brand_admin", "ben": "auditor", "dora": "system_admin"}

    def give(tx: Tx) -> None:
        for name, role in roles.items():
            tx.set_roles("acme", made.ids[name], {"author", role})

    made.services.store.write(give)
    return made


def test_what_is_kept_is_decided_held_and_lifted_by_the_right_people(world: World) -> None:
    ada, ben, emil = world.person("ada"), world.person("ben"), world.person("emil")

    assert emil.ask("GET", "/api/v1/retention?brand=acme").status_code == 403
    kept = ada.post("/api/v1/retention", {"kind": "drafts", "days": 60})["kept"]
    assert {"kind": "drafts", "days": 60, "own": True} in kept
    assert ada.ask("POST", "/api/v1/retention", {"kind": "drafts", "days": 3}).status_code == 422
    assert ben.ask("POST", "/api/v1/retention", {"kind": "drafts", "days": 60}).status_code == 403
    hold = ben.post("/api/v1/legal-holds", {"reason": "A claim."}, status=201)
    lift = f"/api/v1/legal-holds/{hold['id']}/lift"
    assert ben.ask("POST", lift).status_code == 403
    assert ada.post(lift)["legal_holds"][0]["lifted_by"] == world.ids["ada"]
    assert ada.ask("POST", lift).status_code == 404


def test_a_decision_is_read_again_and_a_report_is_made(world: World) -> None:
    emil, ben, dora = world.person("emil"), world.person("ben"), world.person("dora")
    draft = dora.draft()
    address = f"/api/v1/drafts/{draft['id']}/versions/1/replay"
    assert dora.ask("GET", address).status_code == 404
    assert dora.ask("POST", f"/api/v1/drafts/{draft['id']}/submit").status_code == 200

    [again] = ben.get(address)["items"]
    assert (again["same"], again["then"]) == (True, again["again"])

    assert ben.get(f"/api/v1/report?{PERIOD}")["brand"] == "acme"
    table = ben.ask("GET", f"/api/v1/report.csv?{PERIOD}")
    assert table.mimetype == "text/csv"
    assert table.text.startswith('"section","at","what"')
    assert emil.ask("GET", f"/api/v1/report?brand=acme&{PERIOD}").status_code == 403
    assert ben.ask("GET", "/api/v1/report?first=2020-01-01&last=2019-01-01").status_code == 422
    assert ben.ask("GET", "/api/v1/report?first=2020-13-01&last=2021-01-01").status_code == 422


def test_a_person_gets_their_own_data_and_only_a_system_admin_erases(world: World) -> None:
    emil, dora, ada = world.person("emil"), world.person("dora"), world.person("ada")
    of_emil = f"/api/v1/people/{world.ids['emil']}"

    assert emil.get(f"{of_emil}/data?brand=acme")["person"]["name"] == "Emil"
    assert ada.ask("GET", f"{of_emil}/data").status_code == 403
    assert ada.ask("POST", f"{of_emil}/erasure", {}).status_code == 403
    assert dora.ask("POST", f"{of_emil}/erasure", {}).status_code == 409
    world.services.people.deactivate("emil@acme.example")
    assert dora.post(f"{of_emil}/erasure", {})["done"] is False
    assert dora.get(f"{of_emil}/data")["person"]["name"] == "Emil"
    assert dora.post(f"{of_emil}/erasure", {"confirmed": True})["done"] is True
    assert dora.get(f"{of_emil}/data")["person"]["name"] == "Erased person"


def test_the_pages_show_the_same(world: World) -> None:
    ada, emil, dora = (world.person(name).client for name in ("ada", "emil", "dora"))

    assert "Who could do what" in ada.get("/report").text
    assert ada.get("/report?as=csv").mimetype == "text/csv"
    page = ada.get("/keeping").text
    assert "Posts that never went out" in page
    assert [emil.get(address).status_code for address in ("/report", "/keeping")] == [403, 403]
    assert ada.get("/account/data").get_json()["person"]["id"] == world.ids["ada"]
    signed = world.person("ada")
    form = {"csrf_token": signed.headers["X-CSRFToken"], "kind": "comments", "days": "90"}
    assert signed.client.post("/keeping", data=form).status_code == 303
    assert "90 days" in signed.client.get("/keeping").text
    assert signed.client.post("/keeping", data={**form, "days": "3"}).status_code == 422
    world.services.people.deactivate("emil@acme.example")
    root = world.person("dora")
    erase = f"/people/{world.ids['emil']}/erase"
    told = root.client.post(erase, data={"csrf_token": root.headers["X-CSRFToken"]})
    assert "It cannot be undone" in told.text
    assert world.services.people.names([world.ids["emil"]]) == {world.ids["emil"]: "Emil"}
    assert dora.get("/keeping").status_code == 403
