"""Settings from the environment, read once: `REVIEWER_` and the field's name in capitals."""

import contextlib
import difflib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from reviewer.errors import BadSetting

PREFIX = "REVIEWER_"
NOT_OURS = frozenset({"REVIEWER_DEV_DATA"})
"""Read by the tests alone."""

RETENTION_KINDS = ("drafts", "published", "comments", "media", "invitations", "sign_ins", "later_work")
"""What is kept for a time: posts that never went out, posts that did, what people said about them, files
that no post shows, invitations that ended, sign-ins, and later work that is done."""

Shape = TypeVar("Shape", bound=BaseModel)
Seconds = Annotated[float, Field(gt=0, le=300)]


class Settings(BaseModel):
    """What a server needs to know about the place where it runs. Everything has a default for one machine."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    data_dir: Path = Field(
        default=Path("var"),
        description="Folder of the SQLite database and of the secret made at first start.",
    )
    database_url: str = Field(
        default="",
        repr=False,
        description="sqlite:////path/to/file.db or postgresql://user:password@host/name; "
        "empty: reviewer.db in the data folder.",
    )
    database_owner_url: str = Field(
        default="",
        repr=False,
        description="PostgreSQL only: the address with the role that owns the tables, for migrations; the "
        "role in REVIEWER_DATABASE_URL then cannot change what is append-only. Empty: one role for both.",
    )
    database_timeout: Seconds = Field(
        default=10.0, description="Seconds that a request waits for a busy database before it is refused."
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000",
        description="Address under which people and tools reach this server; it stands in every permit "
        "(`iss`). Anything but a loopback address must be https.",
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="At least 32 random characters that sign forms; the same on every machine. "
        "Empty: made at first start and kept in the data folder.",
    )
    host: str = Field(
        default="127.0.0.1", description="Address to listen on; 0.0.0.0 only behind a proxy with HTTPS."
    )
    port: int = Field(default=8000, ge=1, le=65535, description="Port to listen on.")
    workers: int = Field(default=2, ge=1, le=64, description="Server processes.")
    threads: int = Field(default=8, ge=1, le=128, description="Threads of each server process.")
    proxies: int = Field(
        default=0,
        ge=0,
        le=8,
        description="How many proxies of your own stand in front: as many X-Forwarded-For entries count.",
    )
    slack_signing_secret: SecretStr = Field(
        default=SecretStr(""), description="Signing secret of the Slack app; empty: /hooks/chat is off."
    )
    chat_brand: str = Field(
        default="", description="Slug of the brand whose policy /hooks/chat uses; empty: the built-in rules."
    )
    slack_webhook_url: SecretStr = Field(
        default=SecretStr(""),
        description="Incoming webhook of the channel where reviewers are asked; empty: not by Slack.",
    )
    smtp_url: SecretStr = Field(
        default=SecretStr(""),
        description="smtp://user:password@host:587 (STARTTLS) or smtps://…:465; empty: nobody gets mail.",
    )
    mail_from: str = Field(default="reviewer@localhost", description="Sender of the mails.")
    heads_file: str = Field(
        default="",
        description="File to which the hourly signed head of the record is added, best on another machine's "
        "disk; empty: none.",
    )
    heads_url: SecretStr = Field(
        default=SecretStr(""), description="Address to which the hourly signed head is posted; empty: none."
    )
    embedded_worker: bool = Field(
        default=True,
        description="Do later work (heads, reminders, expiry) in the server too; "
        "switch it off where `reviewer worker` runs.",
    )
    require_second_factor: bool = Field(
        default=False,
        description="Whoever signs in with a password has to set up codes of an app, or use a passkey.",
    )
    oidc_issuer: str = Field(
        default="",
        description="Issuer of your identity provider (OpenID Connect), as its discovery document names it; "
        "empty: people sign in here only.",
    )
    oidc_client_id: str = Field(default="", description="Name of this server at the identity provider.")
    oidc_client_secret: SecretStr = Field(
        default=SecretStr(""), description="Its secret there; empty for a public client (PKCE in any case)."
    )
    oidc_name: str = Field(
        default="your organisation", description="What the button to the identity provider says."
    )
    oidc_groups_claim: str = Field(
        default="groups", description="Claim of the ID token that lists somebody's directory groups."
    )
    oidc_groups: str = Field(
        default="",
        description="Which directory group lets people into which brand, and proposes them for which group: "
        "all-staff=acme, sm-legal=acme:legal.",
    )
    require_sso: bool = Field(
        default=False, description="Nobody signs in but by the identity provider, in no brand."
    )
    retention: str = Field(
        default="sign_ins=90, invitations=90, later_work=90",
        description="For how many days contents are kept where a brand decides nothing else: "
        "drafts=730, published=2555, comments=730, media=90, …; what is not named is kept for good.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="How much is logged; never the text of a post."
    )

    @field_validator("oidc_issuer")
    @classmethod
    def _safe_issuer(cls, url: str) -> str:
        host = url.partition("://")[2].partition("/")[0].rpartition(":")[0]
        loopback = url.startswith("http://") and host in ("127.0.0.1", "localhost", "[::1]")
        if url and not url.startswith("https://") and not loopback:
            raise ValueError("write an https address, without /.well-known/openid-configuration")
        return url

    @field_validator("oidc_groups")
    @classmethod
    def _mapped(cls, text: str) -> str:
        for entry in filter(None, (part.strip() for part in text.split(","))):
            name, equals, target = entry.rpartition("=")
            if not (name.strip() and equals and target.partition(":")[0].strip()):
                raise ValueError("write directory group=brand or directory group=brand:group, with commas")
        return text

    @model_validator(mode="after")
    def _sso_is_set_up(self) -> Self:
        if self.require_sso and not self.oidc_issuer:
            raise ValueError("REVIEWER_REQUIRE_SSO needs REVIEWER_OIDC_ISSUER, or nobody could sign in")
        if self.oidc_issuer and not self.oidc_client_id:
            raise ValueError("REVIEWER_OIDC_ISSUER needs REVIEWER_OIDC_CLIENT_ID")
        return self

    @field_validator("retention")
    @classmethod
    def _numbered(cls, text: str) -> str:
        for name, days in _pairs(text):
            if name not in RETENTION_KINDS or not (days.isascii() and days.isdecimal() and int(days) > 0):
                raise ValueError(f"write class=days, with commas; classes are {', '.join(RETENTION_KINDS)}")
        return text

    @property
    def kept_days(self) -> dict[str, int]:
        """Days by class of contents, of `retention`."""
        return {name: int(days) for name, days in _pairs(self.retention)}

    @property
    def directory(self) -> frozenset[tuple[str, str, str]]:
        """(directory group, brand, group of the brand or empty) of `oidc_groups`."""
        entries = (part.rpartition("=") for part in self.oidc_groups.split(",") if part.strip())
        return frozenset(
            (name.strip(), target.partition(":")[0].strip(), target.partition(":")[2].strip())
            for name, _, target in entries
        )

    @field_validator("public_url")
    @classmethod
    def _reachable(cls, url: str) -> str:
        scheme, _, rest = url.rstrip("/").partition("://")
        host = rest.partition("/")[0].rpartition(":")[0] or rest.partition("/")[0]
        if scheme not in ("http", "https") or not rest or "/" in rest:
            raise ValueError("write an address without a path, like https://review.example.com")
        if scheme == "http" and host not in ("127.0.0.1", "localhost", "[::1]"):
            raise ValueError("use https: sign-in and permits must not cross a network in the clear")
        return f"{scheme}://{rest}"

    @field_validator("database_url", "database_owner_url")
    @classmethod
    def _supported(cls, url: str) -> str:
        if url and not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("write sqlite:////path/to/file.db or postgresql://user:password@host/name")
        return url

    @field_validator("slack_webhook_url", "heads_url")
    @classmethod
    def _web_address(cls, url: SecretStr) -> SecretStr:
        given = url.get_secret_value()
        local = given.startswith(("http://127.0.0.1", "http://localhost", "http://[::1]"))
        if given and not given.startswith("https://") and not local:
            raise ValueError("write an https address")
        return url

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, url: SecretStr) -> SecretStr:
        if url.get_secret_value() and not url.get_secret_value().startswith(("smtp://", "smtps://")):
            raise ValueError("write smtp://user:password@host:587 or smtps://user:password@host:465")
        return url

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, secret: SecretStr) -> SecretStr:
        if 0 < len(secret.get_secret_value()) < 32:
            raise ValueError("use at least 32 random characters")
        return secret

    @model_validator(mode="before")
    @classmethod
    def _beside_the_data(cls, values: Any) -> Any:
        if isinstance(values, dict) and not values.get("database_url"):
            file = (
                Path(values.get("data_dir") or cls.model_fields["data_dir"].default).resolve() / "reviewer.db"
            )
            return {**values, "database_url": f"sqlite:///{file}"}
        return values

    @property
    def issuer(self) -> str:
        """`iss` of permits."""
        return self.public_url

    @property
    def secure(self) -> bool:
        """True where browsers come by HTTPS: cookies are then bound to it."""
        return self.public_url.startswith("https://")

    @property
    def ways(self) -> frozenset[str]:
        """The ways by which people can be asked besides the page."""
        chosen = {"mail": self.smtp_url, "slack": self.slack_webhook_url}
        return frozenset(way for way, url in chosen.items() if url.get_secret_value())

    def secret(self) -> str:
        """The secret key; made and kept in the data folder where none is set."""
        given = self.secret_key.get_secret_value()
        return given or _kept_secret(self.data_dir / "secret.key")

    def having(self, **changed: Any) -> Self:
        """The same settings with some changed; raises BadSetting like `load`."""
        return _checked(type(self), {**self.model_dump(), **changed})


def _pairs(text: str) -> list[tuple[str, str]]:
    parts = (part.partition("=") for part in text.split(",") if part.strip())
    return [(name.strip(), value.strip()) for name, _, value in parts]


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in `environ` (default: the process's own); an empty value is the default.

    Raises:
        BadSetting: a value is wrong, or a `REVIEWER_` name is unknown; says which, and what to write.
    """
    given = os.environ if environ is None else environ
    names = {PREFIX + name.upper(): name for name in Settings.model_fields}
    for name in sorted(given):
        if name.startswith(PREFIX) and name not in names and name not in NOT_OURS:
            near = difflib.get_close_matches(name, names, n=1, cutoff=0.8)
            hint = f" Did you mean {near[0]}?" if near else " docs/operate.md lists all."
            raise BadSetting(f"{name} is not a setting.{hint}")
    return _checked(Settings, {field: given[name] for name, field in names.items() if given.get(name)})


def _checked(kind: type[Shape], values: dict[str, Any]) -> Shape:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False, include_context=False)[0]
        name = PREFIX + str(wrong["loc"][0]).upper() if wrong["loc"] else "The settings"
        raise BadSetting(f"{name}: {wrong['msg'].removeprefix('Value error, ')}.") from None


def _kept_secret(file: Path) -> str:
    """The secret in `file`; several processes may be the first one at once."""
    try:
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            new = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as whole:
                whole.write(secrets.token_urlsafe(48))
            with contextlib.suppress(FileExistsError):
                os.link(new, file)  # whole or not at all, and the first one stays
            new.unlink()
        return file.read_text()
    except OSError as error:
        raise BadSetting(
            f"REVIEWER_SECRET_KEY is not set and {file} cannot be used ({error.strerror}): "
            "set the one, or let REVIEWER_DATA_DIR name a folder that can be written."
        ) from error
