"""The exported record proves itself: whatever is changed in it is found, with the public keys alone."""

import bisect
import copy
import io
import itertools
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from joserfc.jwk import OKPKey

from reviewer import release, transcript
from reviewer.cli import main
from reviewer.ledger import Frontier, Tree, leaf_hash
from reviewer.transcript import NotWhole, Reader

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ISSUER = "https://review.example.com"
KEY, OTHER = release.new_key("one"), release.new_key("one")
KEYS = release.jwks([KEY])
SCRIPT = Path(__file__).parents[1] / "docs" / "verify_audit.py"


def dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  # chance that can be repeated, not a secret


def event(seq: int, **more: Any) -> bytes:
    """An event as the server hashes it: these values are the same in RFC 8785 and in sorted JSON."""
    said = {
        "v": 1,
        "seq": seq,
        "at": f"2026-03-02T09:{seq // 60 % 60:02}:{seq % 60:02}Z",
        "brand": "acme",
        "actor": f"person-{seq % 17}",
        "action": ("draft.created", "variant.signed", "permit.issued")[seq % 3],
        "subject": {"type": "draft", "id": f"d{seq // 5}"},
        "digests": [f"{seq:064x}"],
        "seen": [],
        "detail": {"version": 1 + seq % 4},
        **more,
    }
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def head(log: Frontier, at: datetime, key: OKPKey = KEY) -> str:
    return release.audit_head(log.size, log.root().hex(), issuer=ISSUER, key=key, now=at)


@dataclass
class Export:
    """The lines of an export, each with its line end."""

    lines: list[bytes]

    def __post_init__(self) -> None:
        self.starts = list(itertools.accumulate((len(line) for line in self.lines), initial=0))
        self.heads = [n for n, line in enumerate(self.lines) if line.startswith(b'{"head"')]


def export(events: int, every: int, rng: random.Random) -> Export:
    """A record with a head about every so many events, and gaps between numbers, as PostgreSQL leaves."""
    bodies, seq = [], 0
    for _ in range(events):
        seq += 1 if rng.random() < 0.9 else rng.randint(2, 4)
        bodies.append(event(seq))
    signed = {events, *rng.sample(range(1, events), events // every)}
    log, heads = Frontier(), []
    for body in bodies:
        log = log.with_leaf(leaf_hash(body))
        if log.size in signed:
            heads.append((log.size, head(log, NOW + timedelta(seconds=log.size))))
    return Export([line + b"\n" for line in transcript.write(bodies, events, heads)])


@dataclass
class Damage:
    """A changed copy: the first `start` lines as they were, then `instead` (other lines, or runs of those
    that were there), then the lines from `rest` on."""

    kind: str
    start: int
    instead: Sequence[bytes | range]
    rest: int | None

    def lines(self, of: Export) -> Iterator[bytes]:
        """From the first changed line on."""
        for piece in self.instead:
            yield from (piece,) if isinstance(piece, bytes) else (of.lines[n] for n in piece)
        if self.rest is not None:
            yield from (of.lines[n] for n in range(self.rest, len(of.lines)))


def flip(of: Export, rng: random.Random) -> Damage:
    offset = rng.randrange(of.starts[-1])
    n = bisect.bisect_right(of.starts, offset) - 1
    changed = bytearray(of.lines[n])
    changed[offset - of.starts[n]] ^= 1 << rng.randrange(8)
    if changed.endswith(b"\n") or n + 1 == len(of.lines):
        return Damage("flip", n, io.BytesIO(changed).readlines(), n + 1)
    return Damage("flip", n, io.BytesIO(bytes(changed) + of.lines[n + 1]).readlines(), n + 2)


def delete(of: Export, rng: random.Random) -> Damage:
    n, many = rng.randrange(len(of.lines)), rng.choice((1, 1, 1, 2, 50))
    return Damage("delete", n, [], n + many)


def reorder(of: Export, rng: random.Random) -> Damage:
    a, b = sorted(rng.sample(range(len(of.lines)), 2))
    if rng.random() < 0.5:
        a = rng.randrange(len(of.lines) - 1)
        b = a + 1
    return Damage("reorder", a, [of.lines[b], range(a + 1, b), of.lines[a]], b + 1)


def truncate(of: Export, rng: random.Random) -> Damage:
    offset = rng.choice((rng.randrange(of.starts[-1]), of.starts[rng.randrange(len(of.lines))]))
    n = bisect.bisect_right(of.starts, offset) - 1
    part = of.lines[n][: offset - of.starts[n]]
    return Damage("truncate", n, [part] if part else [], None)


def insert(of: Export, rng: random.Random) -> Damage:
    n = rng.randrange(1, len(of.lines) + 1)
    before = next((of.lines[m] for m in range(n - 1, -1, -1) if b'"seq"' in of.lines[m]), None)
    seq = json.loads(before)["seq"] + 1 if before else 1
    new = rng.choice((rng.choice(of.lines), event(seq, actor="nobody") + b"\n", b"{}\n", b"\n"))
    return Damage("insert", n, [new], n)


def rewrite(of: Export, rng: random.Random) -> Damage:
    """Somebody who knows the format: another actor, the same number, spelt as the server spells it."""
    n = rng.randrange(1, len(of.lines))
    while n in of.heads:
        n = rng.randrange(1, len(of.lines))
    seq = json.loads(of.lines[n])["seq"]
    return Damage("rewrite", n, [event(seq, actor="nobody") + b"\n"], n + 1)


def forge(of: Export, rng: random.Random) -> Damage:
    """And who signs what they rewrote, with a key that calls itself like the server's."""
    damage = rewrite(of, rng)
    after = of.heads[bisect.bisect_left(of.heads, damage.start)]
    claims = release.read_head(json.loads(of.lines[after])["head"], KEYS)
    size, root = claims["size"], leaf_hash(b"of what was rewritten").hex()
    token = release.audit_head(size, root, issuer=ISSUER, key=OTHER, now=NOW + timedelta(seconds=size))
    said = {"head": token, "number": of.heads.index(after) + 1}
    line = json.dumps(said, separators=(",", ":")).encode() + b"\n"
    return Damage("forge", damage.start, [*damage.instead, range(damage.start + 1, after), line], after + 1)


KINDS: tuple[Callable[[Export, random.Random], Damage], ...] = (
    flip,
    delete,
    reorder,
    truncate,
    insert,
    rewrite,
    forge,
)


def found_at(reader: Reader, lines: Iterable[bytes]) -> int | None:
    """The line at which a reader stops; None where it finds nothing."""
    try:
        for line in lines:
            reader.take(line)
        reader.finish()
    except NotWhole as wrong:
        return wrong.line
    return None


def test_the_frontier_of_a_log_has_the_root_of_its_tree() -> None:
    tree, log = Tree(), Frontier()
    for n in range(300):
        assert log.root() == tree.root()
        leaf = leaf_hash(str(n).encode())
        tree.append(leaf)
        log = log.with_leaf(leaf)


def test_an_untouched_export_is_whole_and_says_what_it_holds() -> None:
    lines = export(500, 40, dice(1)).lines

    whole = transcript.verify(lines, KEYS)

    assert (whole.events, whole.signed, whole.unsigned, whole.issuers) == (500, 500, 0, frozenset({ISSUER}))
    assert whole.root == Tree(leaf_hash(line[:-1]) for line in lines if b'"seq"' in line).root().hex()


def test_ten_thousand_tamperings_with_a_hundred_thousand_events_are_all_found() -> None:
    """A changed copy is, up to its first change, the untouched export: a reader that has read so far goes
    on as a copy of itself with the changed lines, as the next test shows to be the same as from the start.
    """
    rng = dice(20260302)
    whole = export(100_000, 25, rng)
    damages = sorted((rng.choice(KINDS)(whole, rng) for _ in range(10_000)), key=lambda d: d.start)
    reader, read, missed = Reader(KEYS), 0, list[Damage]()

    for damage in damages:
        while read < damage.start:
            reader.take(whole.lines[read])
            read += 1
        if found_at(copy.copy(reader), damage.lines(whole)) is None:
            missed.append(damage)
    for line in whole.lines[read:]:
        reader.take(line)

    assert missed == []
    assert reader.finish().events == 100_000
    kinds = Counter(damage.kind for damage in damages)
    assert len(kinds) == len(KINDS)
    assert min(kinds.values()) > 1_000


def test_going_on_from_the_first_changed_line_finds_what_reading_from_the_start_finds() -> None:
    rng = dice(7)
    whole = export(60, 12, rng)
    for _ in range(500):
        damage = rng.choice(KINDS)(whole, rng)
        going_on = Reader(KEYS)
        for line in whole.lines[: damage.start]:
            going_on.take(line)
        changed = itertools.chain(whole.lines[: damage.start], damage.lines(whole))

        found = found_at(Reader(KEYS), changed)

        assert found == found_at(copy.copy(going_on), damage.lines(whole))
        assert found is not None
        assert found > damage.start


def test_another_spelling_of_a_signature_is_found() -> None:
    lines = export(3, 3, dice(1)).lines
    token = json.loads(lines[-1])["head"]
    same = {token[:-1] + last for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"}
    accepted = [t for t in same if _accepts([*lines[:-1], lines[-1].replace(token.encode(), t.encode())])]

    assert accepted == [token]


def _accepts(lines: list[bytes]) -> bool:
    return found_at(Reader(KEYS), lines) is None


def test_what_follows_the_last_head_is_signed_by_nobody_unless_that_is_allowed() -> None:
    lines = export(20, 20, dice(1)).lines
    heads = sum(b'"head"' in line for line in lines)
    longer = [b'{"events":21,"heads":%d,"reviewer":"audit","v":1}\n' % heads, *lines[1:], event(999) + b"\n"]

    with pytest.raises(NotWhole, match="no head was signed over the last 1 events"):
        transcript.verify(longer, KEYS)
    assert transcript.verify(longer, KEYS, unsigned=True).unsigned == 1


def test_a_log_cut_back_to_an_earlier_head_is_found_by_whoever_kept_a_later_one() -> None:
    whole = export(50, 10, dice(3))
    cut = whole.lines[1 : whole.heads[1] + 1]
    size = sum(b'"seq"' in line for line in cut)
    cut = [b'{"events":%d,"heads":2,"reviewer":"audit","v":1}\n' % size, *cut]
    kept = json.loads(whole.lines[-1])["head"]

    assert transcript.verify(cut, KEYS).events == size
    with pytest.raises(NotWhole, match="a head that you kept has 50"):
        transcript.verify(cut, KEYS, kept=[kept])
    assert transcript.verify(whole.lines, KEYS, kept=[kept]).events == 50
    other = head(Frontier((1 << 4), (leaf_hash(b"another"),)), NOW)
    with pytest.raises(NotWhole, match="not the events of a head that you kept"):
        transcript.verify(whole.lines, KEYS, kept=[other])


# --- by command ----------------------------------------------------------------------------------


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a small instance, which has some events."""
    for name, value in {"DATA_DIR": str(tmp_path / "var"), "PUBLIC_URL": ISSUER}.items():
        monkeypatch.setenv(f"REVIEWER_{name}", value)
    run("init", "--brand", "acme", "--account", "x:acme", "--person", "Ada <ada@acme.example>=marketing")
    from reviewer.config import load
    from reviewer.service import build

    services = build(load())
    (tmp_path / "keys.json").write_text(json.dumps(services.release.jwks()))
    services.store.close()
    return tmp_path


def run(*arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == status, result.output
    return result.output


def test_the_record_is_exported_checked_and_proven_by_command(server: Path) -> None:
    out, keys = server / "record.jsonl", str(server / "keys.json")
    run("audit", "export", str(out))

    assert f"by {ISSUER}" in run("audit", "verify", str(out), "--keys", keys)
    lines = out.read_bytes().splitlines(keepends=True)
    (server / "head.json").write_text(json.dumps({"token": json.loads(lines[-1])["head"]}))
    run("audit", "verify", str(out), "--keys", keys, "--head", str(server / "head.json"))
    out.write_bytes(b"".join([*lines[:2], lines[2].replace(b"acme", b"acne"), *lines[3:]]))
    assert "Not whole. Line " in run("audit", "verify", str(out), "--keys", keys, status=1)
    (server / "keys.json").write_text("{}")
    assert "holds no keys" in run("audit", "verify", str(out), "--keys", keys, status=2)


def test_a_proof_is_checked_by_a_script_that_knows_nothing_of_reviewer(server: Path) -> None:
    proof, keys = server / "proof.json", server / "keys.json"
    proof.write_text(run("audit", "prove", "2"))
    assert "reviewer" not in {
        line.split()[1] for line in SCRIPT.read_text().splitlines() if "import" in line[:7]
    }

    def check() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", str(SCRIPT), str(proof), str(keys)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert "Event 2 is in the record" in check().stdout
    good = json.loads(proof.read_text())
    stranger = release.audit_head(good["size"], good["root"], issuer=ISSUER, key=OTHER, now=NOW)
    for wrong in (
        {"event": good["event"].replace("acme", "acne")},
        {"index": good["index"] + 1},
        {"path": good["path"][:-1]},
        {"path": [*good["path"], good["path"][0]]},
        {"head": stranger},
        {"head": good["head"][:-9] + "AAAAAAAAA"},
    ):
        proof.write_text(json.dumps({**good, **wrong}))
        refused = check()
        assert refused.returncode == 1, wrong
        assert "Not proven" in refused.stderr
    assert "no such event" in run("audit", "prove", "999999", status=2)


def test_a_proof_from_a_hundred_thousand_events_is_below_two_kilobytes() -> None:
    log = Tree(leaf_hash(str(n).encode()) for n in range(100_000))
    token = release.audit_head(len(log), log.root().hex(), issuer=ISSUER, key=KEY, now=NOW)
    proof = {
        "seq": 99_999,
        "index": 99_998,
        "size": len(log),
        "root": log.root().hex(),
        "path": [h.hex() for h in log.inclusion(99_998)],
        "head": token,
    }

    assert len(json.dumps(proof, separators=(",", ":"))) < 2048
