"""What docs/operate.md promises to whoever runs the server, by the commands that they type."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from reviewer.store.tables import APPEND_ONLY

COMMAND = (sys.executable, "-c", "from reviewer.cli import main; main(prog_name='reviewer')")


def reviewer(*words: str, cwd: Path | None = None, **settings: str) -> tuple[int, str]:
    """Exit status and everything that was said."""
    given = {f"REVIEWER_{name.upper()}": value for name, value in settings.items()}
    given["PYTHONPATH"] = str(Path(__file__).parents[1])
    done = subprocess.run(
        [*COMMAND, *words],
        cwd=cwd,
        env={name: value for name, value in os.environ.items() if not name.startswith("REVIEWER_")} | given,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def roles(postgres_url: str) -> tuple[str, str]:
    """The addresses of one database by the role that owns it and by the one that serves."""
    name = make_url(postgres_url).database
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for role in ("owner", "app"):
            connection.execute(f"DROP ROLE IF EXISTS {name}_{role}")
            connection.execute(f"CREATE ROLE {name}_{role} LOGIN PASSWORD 'p'")
        connection.execute(f"ALTER DATABASE {name} OWNER TO {name}_owner")
    return (
        postgres_url.replace("//postgres:@", f"//{name}_owner:p@"),
        postgres_url.replace("//postgres:@", f"//{name}_app:p@"),
    )


@pytest.mark.postgres
def test_one_role_migrates_and_another_serves_that_cannot_change_the_record(
    roles: tuple[str, str], tmp_path: Path
) -> None:
    owner, app = roles
    serving = {"database_url": app, "data_dir": str(tmp_path)}

    status, said = reviewer("migrate", **serving)
    assert status == 3
    assert "REVIEWER_DATABASE_OWNER_URL" in said

    status, said = reviewer("migrate", database_owner_url=owner, **serving)
    assert status == 0, said
    person = "Ada <ada@example.com>=marketing"
    status, said = reviewer("init", "--brand", "acme", "--account", "x:acme", "--person", person, **serving)
    assert status == 0, said
    assert "ada@example.com" in reviewer("user", "list", **serving)[1]

    with psycopg.connect(app) as connection:
        allowed = [
            (table, right)
            for table in APPEND_ONLY
            for right in ("UPDATE", "DELETE", "TRUNCATE")
            if connection.execute("SELECT has_table_privilege(%s, %s)", (table, right)).fetchone() != (False,)
        ]
    assert allowed == []


def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    place = {"data_dir": str(tmp_path / "var")}

    assert reviewer("init", **place)[0] == 0
    secret = (tmp_path / "var" / "secret.key").read_text()
    status, said = reviewer("migrate", **place)

    assert status == 0, said
    assert (tmp_path / "var" / "secret.key").read_text() == secret


def test_a_database_that_is_not_set_up_is_not_served(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])

    status, said = reviewer("serve", data_dir=str(tmp_path), port=port)

    assert status == 3
    assert "reviewer init" in said


def test_the_demo_is_served_on_this_machine_only(tmp_path: Path) -> None:
    status, said = reviewer("serve", "--demo", "--host", "192.0.2.1", cwd=tmp_path)

    assert status == 2
    assert "this machine only" in said
    assert not list(tmp_path.iterdir())
