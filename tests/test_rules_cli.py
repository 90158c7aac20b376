"""`reviewer rules`: listing, proof by entry, linting like Vale, and packages from disk."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reviewer import policy
from reviewer.cli import main
from reviewer.errors import Conflict, RuleError
from reviewer.model import Brand, Part, Variant
from reviewer.policy import packages, proof
from reviewer.service.checking import Checking
from reviewer.service.policies import Policies
from reviewer.store import Store

Run = Callable[..., Result]
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FOREIGN = (
    "extends: existence\nmessage: \"Not '%s'.\"\nlevel: error\nlink: https://example.org/foo\ntokens: [foo]\n"
)
OURS = """extends: substitution
message: "Say '%s' instead of '%s'."
swap:
  foo: bar
  unproven: proven
policy: {id: T-1, decision: block, owner: legal, reason: because, instead: Write bar.}
tests:
  - {name: fires, input: a foo, want: "1:3:Mine.Foo:Say 'bar' instead of 'foo'."}
  - {name: near miss, input: food, want: ""}
"""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(main, ["rules", *map(str, arguments)])

    return invoke


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path / "rules", {"Mine/Foo.yml": OURS, "Theirs/Foo.yml": FOREIGN})


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(data, "utf-8")
    return folder


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    path.write_bytes(data.getvalue())
    return path


# --- reading -------------------------------------------------------------------------------------


def test_list_shows_id_name_decision_owner_status_and_entries(run: Run, folder: Path) -> None:
    written(folder, {"Theirs/Spell.yml": "extends: spelling\nmessage: x\n"})

    result = run("list", folder)

    assert result.stdout.splitlines() == [
        "T-1\tMine.Foo\tblock\tlegal\tstable\t2",
        "Theirs.Foo\tTheirs.Foo\twarn\tmarketing\tstable\t1",
    ]
    assert "left out: Theirs/Spell.yml:1" in result.stderr


def test_show_tells_a_rule_by_name_or_id(run: Run, folder: Path) -> None:
    by_id, by_name = run("show", "T-1", folder), run("show", "Mine.Foo", folder)

    assert by_id.stdout == by_name.stdout
    assert "because" in by_id.stdout
    assert run("show", "Gone.Rule", folder).exit_code == 2


def test_coverage_names_entries_that_no_case_reaches(run: Run, folder: Path) -> None:
    result = run("coverage", folder)

    assert "Mine.Foo\t0\tunproven" in result.stdout
    assert result.stdout.splitlines()[-1] == "1 of 3 entries fire in a case"


def test_mutate_finds_entries_that_could_go_unnoticed(run: Run, folder: Path) -> None:
    result = run("mutate", folder)

    assert result.exit_code == 1
    assert "Mine/Foo.yml: Mine.Foo passes without unproven" in result.stdout
    assert "without foo" not in result.stdout


def test_a_case_that_fails_is_told_with_its_line(run: Run, folder: Path) -> None:
    written(folder, {"Mine/Foo.yml": OURS.replace("input: a foo", "input: the foo")})

    result = run("test", folder)

    assert result.exit_code == 1
    assert "Mine/Foo.yml:8: Mine.Foo, fires" in result.stdout
    assert "missing: 1:3:Mine.Foo" in result.stdout
    assert "not wanted: 1:5:Mine.Foo" in result.stdout


def test_fixed_must_be_silent_and_todo_must_fail() -> None:
    cases = (
        "  - {name: still bad, input: foo, contains: foo, fixed: food and foo}\n"
        "  - {name: later, input: fooo, contains: fooo, todo: true}\n"
        "  - {name: works already, input: foo, contains: foo, todo: true}\n"
    )
    ruleset = policy.load_files({"Mine/Foo.yml": (OURS + cases).encode()}).ruleset

    results = {result.case: result for result in proof.run_tests(ruleset)}

    assert not results["still bad"].passed
    assert "`fixed` is not silent" in results["still bad"].problems[0]
    assert results["later"].passed
    assert not results["works already"].passed


# --- lint ----------------------------------------------------------------------------------------


def test_lint_prints_vales_lines_and_exits_as_vale_does(run: Run, folder: Path, tmp_path: Path) -> None:
    texts = written(tmp_path / "texts", {"a.txt": "One\nmy foo, foo\n", "b.md": "fine\n", "c.png": "foo"})

    result = run("lint", texts, "--rules", folder)

    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{texts}/a.txt:2:4:Mine.Foo:Say 'bar' instead of 'foo'.",
        f"{texts}/a.txt:2:4:Theirs.Foo:Not 'foo'.",
        f"{texts}/a.txt:2:9:Mine.Foo:Say 'bar' instead of 'foo'.",
        f"{texts}/a.txt:2:9:Theirs.Foo:Not 'foo'.",
    ]
    assert run("lint", texts / "b.md", "--rules", folder).exit_code == 0


def test_lint_as_json_has_vales_keys(run: Run, folder: Path, tmp_path: Path) -> None:
    texts = written(tmp_path / "texts", {"a.txt": "my foo"})

    result = run("lint", texts / "a.txt", "--rules", folder, "--output", "JSON")

    first, second = json.loads(result.stdout)[str(texts / "a.txt")]
    assert first["Action"] == {"Name": "replace", "Params": ["bar"]}
    assert {
        key: second[key] for key in ("Span", "Check", "Link", "Message", "Severity", "Match", "Line")
    } == {
        "Span": [4, 6],
        "Check": "Theirs.Foo",
        "Link": "https://example.org/foo",
        "Message": "Not 'foo'.",
        "Severity": "error",
        "Match": "foo",
        "Line": 1,
    }


def test_only_errors_fail_a_lint(run: Run, tmp_path: Path) -> None:
    folder = written(tmp_path / "rules", {"Theirs/Foo.yml": FOREIGN.replace("error", "warning")})
    texts = written(tmp_path / "texts", {"a.txt": "my foo"})

    seen = run("lint", texts, "--rules", folder)
    unseen = run("lint", texts, "--rules", folder, "--min-level", "error")

    assert (seen.exit_code, len(seen.stdout.splitlines())) == (0, 1)
    assert (unseen.exit_code, unseen.stdout) == (0, "")


def test_there_is_no_opt_out_inside_a_text(run: Run, folder: Path, tmp_path: Path) -> None:
    texts = written(
        tmp_path / "texts", {"a.txt": "<!-- vale off -->\nfoo\n<!-- vale Mine.Foo = NO -->\nfoo\n"}
    )

    assert len(run("lint", texts, "--rules", folder).stdout.splitlines()) == 4


def test_a_file_that_is_no_text_is_said(run: Run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe")

    result = run("lint", tmp_path / "a.txt", "--rules", folder)

    assert (result.exit_code, "is not UTF-8" in result.stderr) == (2, True)


# --- packages ------------------------------------------------------------------------------------


def test_a_package_is_read_from_a_folder_or_a_zip_whatever_lies_around_its_packs(tmp_path: Path) -> None:
    files = {
        "Google/AMPM.yml": FOREIGN,
        "Google/.vale.ini": "x",
        "Google/meta.json": "{}",
        "__MACOSX/Google/AMPM.yml": "junk",
        "pack/styles/config/vocabularies/Base/accept.txt": "GitHub\n",
        "Google/approvals.yml": "always: []\n",
        "../../evil/Other.yml": FOREIGN,
    }
    archive = zipped(tmp_path / "p.zip", {name: data.encode() for name, data in files.items()})

    opened = packages.opened(archive)

    assert set(opened) == {"Google/AMPM.yml", "vocabulary/Base/accept.txt"}
    inside = written(tmp_path / "folder", {k: v for k, v in files.items() if not k.startswith("..")})
    assert packages.opened(inside) == opened
    assert packages.packs(opened) == ("Google",)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"Bomb/A.yml": b"a" * 20_000_000}, "larger than"),
        ({f"Bomb/R{n}.yml": b"a" * 250_000 for n in range(140)}, "unpacks to more"),
        ({f"Bomb/R{n}.yml": b"" for n in range(5_001)}, "More than 5,000"),
        ({"README.md": b"no rules"}, "No rules here"),
    ],
    ids=["one huge file", "much in all", "many files", "none"],
)
def test_packages_that_are_none_or_bombs_are_refused(
    files: dict[str, bytes], said: str, tmp_path: Path
) -> None:
    with pytest.raises(RuleError, match=said):
        packages.opened(zipped(tmp_path / "bomb.zip", files))


@pytest.mark.parametrize(("name", "data"), [("a.zip", b"PK\x03\x04 torn"), ("a.tar", b"")])
def test_what_is_no_package_is_refused(name: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)

    with pytest.raises(RuleError, match=r"can't be read|neither a folder nor"):
        packages.opened(tmp_path / name)


# --- a brand's policy versions -------------------------------------------------------------------


POST = Variant("post", "x", "x:acme", (Part("my foo"),))


@pytest.fixture
def checking(store: Store) -> Checking:
    base = policy.load_base()
    store.write(lambda tx: tx.add_brand(Brand("acme", "Acme", base.approvals), NOW))
    return Checking(store, base, lambda: NOW)


def test_a_running_server_takes_a_new_version_and_never_mixes_two(store: Store, checking: Checking) -> None:
    before = checking.check(POST, "acme")
    with store.read() as tx:
        held = checking.policy(tx, "acme")

    added = Policies(store, lambda: NOW).add("acme", {"Theirs/Foo.yml": FOREIGN.encode()})

    after = checking.check(POST, "acme")
    assert (added.packs, added.rules, added.refused) == (("Theirs",), 1, ())
    assert "Theirs.Foo" not in {finding.rule for finding in before.findings}
    assert "Theirs.Foo" in {finding.rule for finding in after.findings}
    assert before.policy_sha256 != after.policy_sha256
    assert replace(policy.judge(POST, held, at=NOW), failed=()) == replace(before, failed=())
    assert "Theirs.Foo" not in {finding.rule for finding in checking.check(POST).findings}


def test_a_package_that_can_not_be_trusted_changes_nothing(store: Store, checking: Checking) -> None:
    policies = Policies(store, lambda: NOW)
    before = checking.check(POST, "acme").policy_sha256

    with pytest.raises(RuleError, match=r"Theirs/Foo\.yml:6"):
        policies.add("acme", {"Theirs/Foo.yml": (FOREIGN + "colour: red\n").encode()})

    assert checking.check(POST, "acme").policy_sha256 == before


def test_a_package_does_not_replace_built_in_rules(store: Store, checking: Checking) -> None:
    with pytest.raises(Conflict, match="Finance is built in already"):
        Policies(store, lambda: NOW).add("acme", {"Finance/Guarantee.yml": FOREIGN.encode()})


def test_a_pack_added_again_replaces_itself_and_what_is_not_supported_is_named(
    store: Store, checking: Checking
) -> None:
    policies = Policies(store, lambda: NOW)
    policies.add("acme", {"Theirs/Foo.yml": FOREIGN.encode()})

    again = policies.add(
        "acme",
        {
            "Theirs/Bar.yml": FOREIGN.replace("foo", "bar").encode(),
            "Theirs/Spell.yml": b"extends: spelling\nmessage: x\n",
        },
    )

    assert (again.rules, [error.path for error in again.refused]) == (1, ["Theirs/Spell.yml"])
    assert "Theirs.Foo" not in {finding.rule for finding in checking.check(POST, "acme").findings}


def test_a_new_edition_of_a_pack_keeps_what_the_brand_decided_about_it(
    store: Store, checking: Checking
) -> None:
    policies = Policies(store, lambda: NOW)
    overlay = b"rules:\n  Foo: {decision: needs_approval, owner: comms, reason: We had trouble.}\n"
    policies.add("acme", {"Theirs/Foo.yml": FOREIGN.encode(), "Theirs/policy.yml": overlay})

    policies.add("acme", {"Theirs/Foo.yml": FOREIGN.replace("[foo]", "[foo, bar]").encode()})

    verdict = checking.check(POST, "acme")
    assert verdict.requires == ("marketing", "comms")
    assert "We had trouble." in {finding.reason for finding in verdict.findings}


def test_a_changed_rule_is_tried_on_earlier_posts_and_nothing_is_kept(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    posts = tmp_path / "posts.jsonl"
    lines = [
        json.dumps({"id": f"p{number}", "text": text})
        for number, text in enumerate(["a foo", "a pot", "a cup"])
    ]
    posts.write_text("\n".join([*lines, "not a post"]) + "\n")
    changed = tmp_path / "Mine" / "Foo.yml"
    changed.parent.mkdir()
    changed.write_text(OURS.replace("foo: bar", "pot: bar").replace("a foo", "a pot").replace("food", "pots"))

    told = run("backtest", changed, "--posts", posts, "--rules", folder)
    same = run("backtest", folder, "--posts", posts, "--rules", folder)

    assert "Mine.Foo: 1 before, 1 after, 1 new, 1 lost\n  + p1: pot\n  - p0: foo\n" in told.output
    assert "3 posts. Asking more than a tip" in told.output
    assert "left out: 1" in told.output
    assert told.exit_code == 1
    assert "nothing changes" in same.output
