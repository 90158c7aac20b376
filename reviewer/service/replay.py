"""Decisions repeated: the verdicts that people decided on, kept with what they came from, read again later.

A verdict follows from the words, the policy in force (rules, lists, who signs), the models and the engine.
The first three are kept under the digests over their bytes; of the engine only the version is, so a later
release says where it differs.
"""

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import rfc8785

from reviewer import __version__, language
from reviewer import policy as policies
from reviewer.errors import Gone, NotFound, RuleError
from reviewer.heads import FOLDER, MANIFEST, Heads
from reviewer.model import Actor, Review, Variant, Verdict
from reviewer.service.checking import STAYS, Checking, hour_of
from reviewer.store import KeptVerdict, Store, Tx
from reviewer.workflow import Case, may_see

SAID = ("findings", "requires", "failed", "reduced", "ran", "sentiment", "sentences", "tone")
"""What a verdict says, beside what it came from."""


def body_of(verdict: Verdict) -> bytes:
    """A verdict as RFC 8785 JSON."""
    return rfc8785.dumps(_plain(asdict(verdict)))


def said_in(body: bytes | str) -> dict[str, bytes]:
    """What a verdict says, part by part, in the bytes of RFC 8785."""
    value = json.loads(body)
    return {part: rfc8785.dumps(value[part]) for part in SAID}


def keep(tx: Tx, checking: Checking, cases: Iterable[Case], now: datetime) -> None:
    """Keep the verdicts of these cases in the transaction that decides on them, with the rules below."""
    for case in cases:
        version = tx.policy_overlay(case.brand.slug)
        base = version.base or checking.base.files_sha256
        if not tx.has_base(base):
            tx.keep_base(base, checking.base.files, now)
        as_of = hour_of(case.review.draft.schedule.at or case.now)
        for verdict in case.verdicts.values():
            body = body_of(verdict)
            kept = KeptVerdict(
                sha256=hashlib.sha256(body).hexdigest(),
                verdict=verdict.sha256,
                content_sha256=verdict.content_sha256,
                policy_sha256=verdict.policy_sha256,
                version_sha256=version.sha256,
                base_sha256=base,
                models=verdict.models,
                engine=verdict.engine,
                release=__version__,
                as_of=as_of,
                body=body.decode(),
            )
            tx.keep_verdict(case.brand.slug, kept, now)


@dataclass(frozen=True)
class Replayed:
    """One kept verdict, read again: `again` is what comes out now, as RFC 8785 JSON like `kept.body`.

    `differs` names the parts of `SAID` that are not the same, byte for byte; `notes` say, in words for
    people, what was not as it was then.
    """

    variant: Variant
    kept: KeptVerdict
    again: str
    differs: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether the findings come out as they stand in the record, byte for byte."""
        return "findings" not in self.differs


class Replays:
    """Reading again what was decided."""

    def __init__(self, store: Store, checking: Checking, clock: Callable[[], datetime]) -> None:
        self._store, self._checking, self._clock = store, checking, clock

    def keep_weights(self, folder: Path = FOLDER) -> None:
        """Keep this installation's weights by their digests, once; nothing where there are none to trust."""
        if not language.heads().sha256:
            return
        files = {_sha256(data): (name, data) for name, data in _files(folder)}
        now = self._clock()
        self._store.write(lambda tx: tx.keep_weights(files, now))

    def replay(self, actor: Actor, draft_id: str, number: int | None = None) -> tuple[Replayed, ...]:
        """The verdicts on which somebody decided about a version, read again, for whoever sees the draft.

        Raises:
            NotFound: there is no such draft or version for this actor, or nothing was decided about it.
            Gone: its contents were deleted.
            RuleError: its rules can't be read by this release.
        """
        with self._store.read() as tx:
            review = tx.review(draft_id)
            case = self._checking.bare_case(review, tx.brand(review.brand), self._clock())
        sees = may_see(case, actor) or "brand_admin" in actor.roles or "audit:read" in actor.scopes
        if actor.brand != review.brand or not sees:
            raise NotFound("There is no such post here, or it is not yours to see.")
        return self._again(review, number)

    def replay_any(self, draft_id: str, number: int | None = None) -> tuple[Replayed, ...]:
        """The same for whoever runs the server."""
        with self._store.read() as tx:
            review = tx.review(draft_id)
        return self._again(review, number)

    def _again(self, review: Review, number: int | None) -> tuple[Replayed, ...]:
        if review.gone_at is not None:
            raise Gone(
                f"What this post said was deleted on {review.gone_at:%Y-%m-%d}, so it cannot be read again; "
                f"{STAYS}"
            )
        version = next((v for v in review.versions if v.number == (number or review.version.number)), None)
        if version is None:
            raise NotFound(f"This post has {len(review.versions)} versions: choose one of them.")
        variants = version.draft.by_digest
        with self._store.read() as tx:
            kept = tx.verdicts(review.brand, list(variants))
            whole = [one for one in kept if one.body]
            ready = [(one, *self._policy(tx, review.brand, one)) for one in whole]
        if not ready:
            raise NotFound("Nobody has decided on this version, so no verdict was kept.")
        return tuple(
            self._replayed(variants[one.content_sha256], one, policy, lacking)
            for one, policy, lacking in ready
        )

    def _policy(self, tx: Tx, brand: str, kept: KeptVerdict) -> tuple[policies.Policy, tuple[str, ...]]:
        """The policy as it was in force, and what could not be had of it."""
        version = tx.policy_version(brand, kept.version_sha256)
        try:
            policy = self._checking.compiled(tx, replace(version, base=kept.base_sha256))
        except RuleError as error:
            raise RuleError(
                f"the rules of release {kept.release} can't be read by this one: {error.detail} "
                f"Run `reviewer replay` with release {kept.release}.",
                path=error.path,
                line=error.line,
            ) from error
        if policy.sha256 == kept.policy_sha256:
            return policy, ()
        return policy, ("The rules are read differently by this release than when it was decided.",)

    def _replayed(
        self, variant: Variant, kept: KeptVerdict, policy: policies.Policy, lacking: Sequence[str]
    ) -> Replayed:
        notes = list(lacking)
        with self._weights(kept.models) as found:
            verdict = policies.judge(variant, policy, at=kept.as_of)
        if not found:
            notes.append(
                f"The weights of then ({kept.models[:12] or 'none'}) are not kept here: read with "
                f"{verdict.models[:12] or 'none'}."
            )
        if verdict.engine != kept.engine:
            notes.append(f"Then it was {kept.engine}; now it is {verdict.engine}.")
        if kept.release != __version__:
            notes.append(f"Then it was release {kept.release}; now it is {__version__}.")
        then, again = said_in(kept.body), body_of(verdict)
        now = said_in(again)
        if then["failed"] != b"[]":
            notes.append("Some checks did not run then: what stopped them is not repeated.")
        differs = tuple(part for part in SAID if then[part] != now[part])
        return Replayed(variant, kept, again.decode(), differs, tuple(notes))

    @contextmanager
    def _weights(self, models: str) -> Iterator[bool]:
        """Read with the weights of this digest; gives False where they are neither installed nor kept."""
        if models == language.heads().sha256:
            yield True
            return
        with tempfile.TemporaryDirectory(prefix="reviewer-weights-") as name:
            heads = self._kept_heads(Path(name), models)
            if heads is None:
                yield False
                return
            with language.reading_with(heads):
                yield True

    def _kept_heads(self, folder: Path, models: str) -> Heads | None:
        with self._store.read() as tx:
            manifest = next(iter(tx.weights([models])), None)
            if manifest is None:
                return None
            (folder / MANIFEST).write_bytes(manifest[2])
            named = {str(f["sha256"]): name for name, f in json.loads(manifest[2])["files"].items()}
            for sha256, _, data in tx.weights(list(named)):
                (folder / named[sha256]).write_bytes(data)
        heads = Heads.load(folder)
        return None if heads.missing else heads


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The manifest and the files that it names, where they are what it says."""
    manifest = (folder / MANIFEST).read_bytes()
    yield MANIFEST, manifest
    for name, entry in json.loads(manifest)["files"].items():
        data = (folder / name).read_bytes()
        if _sha256(data) == entry["sha256"]:
            yield name, data


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _plain(value: Any) -> Any:
    """Tuples, enumerations and mappings that can't be changed, as JSON knows them."""
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, str) else value
