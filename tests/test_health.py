"""`/healthz` asks nothing of the database; `/readyz` asks whether posts can be checked and saved."""

from pathlib import Path

from flask.testing import FlaskClient

from reviewer.config import load
from reviewer.service import build
from reviewer.web import create_app


def client(folder: Path, *, migrated: bool) -> FlaskClient:
    services = build(load({"REVIEWER_DATA_DIR": str(folder)}))
    if migrated:
        services.store.migrate()
    return create_app(services).test_client()


def test_a_server_with_rules_and_a_database_is_ready(tmp_path: Path) -> None:
    answer = client(tmp_path, migrated=True).get("/readyz")

    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["checks"] > 40


def test_a_server_without_its_database_is_alive_but_not_ready_and_says_what_to_do(tmp_path: Path) -> None:
    lost = client(tmp_path, migrated=False)

    assert lost.get("/healthz").status_code == 200
    refused = lost.get("/readyz")
    assert refused.status_code == 503
    assert refused.content_type == "application/problem+json"
    assert refused.json is not None
    assert "reviewer init" in refused.json["detail"]
