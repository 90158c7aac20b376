"""Settings come from the environment, and a wrong one is named with what to write instead."""

import multiprocessing
import stat
from pathlib import Path

import pytest

from reviewer.config import Settings, load
from reviewer.errors import BadSetting


def test_every_setting_has_a_default_and_a_description() -> None:
    assert all(
        field.description and field.description.endswith(".") for field in Settings.model_fields.values()
    )
    assert load({}).issuer == "http://127.0.0.1:8000"


def test_the_database_is_in_the_data_folder_unless_it_is_named(tmp_path: Path) -> None:
    assert load({"REVIEWER_DATA_DIR": str(tmp_path)}).database_url == f"sqlite:///{tmp_path}/reviewer.db"
    elsewhere = load({"REVIEWER_DATA_DIR": str(tmp_path), "REVIEWER_DATABASE_URL": "postgresql://db/x"})
    assert elsewhere.database_url == "postgresql://db/x"
    moved = elsewhere.having(data_dir=tmp_path / "demo", database_url="")
    assert moved.database_url == f"sqlite:///{tmp_path}/demo/reviewer.db"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "eighty", "REVIEWER_PORT"),
        ("PORT", "70000", "less than or equal to 65535"),
        ("DATABASE_URL", "mysql://db/x", "postgresql://user:password@host/name"),
        ("DATABASE_TIMEOUT", "0", "greater than 0"),
        ("PUBLIC_URL", "review.example.com", "https://review.example.com"),
        ("PUBLIC_URL", "http://review.example.com", "use https"),
        ("PUBLIC_URL", "https://review.example.com/a", "without a path"),
        ("SECRET_KEY", "short", "at least 32"),
        ("LOG_LEVEL", "loud", "'debug'"),
        ("DATABSE_URL", "postgresql://db/x", "Did you mean REVIEWER_DATABASE_URL"),
        ("COLOUR", "red", "docs/operate.md"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_write(name: str, value: str, says: str) -> None:
    with pytest.raises(BadSetting) as refused:
        load({f"REVIEWER_{name}": value})
    assert f"REVIEWER_{name}" in str(refused.value)
    assert says in str(refused.value)


def test_no_secret_appears_in_errors_or_in_what_is_printed() -> None:
    secret = "s3cr3t" * 8
    settings = load({"REVIEWER_SECRET_KEY": secret, "REVIEWER_DATABASE_URL": "postgresql://me:s3cr3t@db/x"})
    assert settings.secret() == secret
    assert "s3cr3t" not in repr(settings)
    with pytest.raises(BadSetting) as refused:
        load({"REVIEWER_SECRET_KEY": "s3cr3t"})
    assert "s3cr3t" not in str(refused.value)


def test_a_secret_is_made_once_though_many_begin_at_the_same_time(tmp_path: Path) -> None:
    settings = load({"REVIEWER_DATA_DIR": str(tmp_path / "new")})
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        secrets = {*pool.map(Settings.secret, [settings] * 8), settings.secret()}
    assert len(secrets) == 1
    assert len(secrets.pop()) >= 48
    [file] = (tmp_path / "new").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_data_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadSetting, match="REVIEWER_DATA_DIR"):
        load({"REVIEWER_DATA_DIR": str(tmp_path / "file")}).secret()


def test_what_only_the_tests_read_is_left_alone() -> None:
    assert load({"REVIEWER_DEV_DATA": "elsewhere", "PATH": "/bin", "REVIEWER_PORT": ""}).port == 8000
