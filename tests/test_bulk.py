"""`reviewer bulk`: the frozen form, in order, whatever the lines hold."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from reviewer.cli import main
from reviewer.cli.bulk import CHUNK

pytestmark = pytest.mark.usefixtures("rules_loaded_once")
OUT_KEYS = {"id", "verdict", "findings", "requires", "sentiment", "tone", "checks", "policy_digest"}
FINDING_KEYS = {
    *("rule", "id", "decision", "owner", "area", "start", "end", "quote"),
    *("how", "message", "reason", "instead"),
}


def run(tmp_path: Path, lines: list[str | bytes], *options: str) -> tuple[Result, list[dict[str, Any]]]:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(b"\n".join(x if isinstance(x, bytes) else x.encode() for x in lines))
    result = CliRunner().invoke(main, ["bulk", str(source), str(target), *options])
    answers = [json.loads(line) for line in target.read_text().splitlines()] if target.exists() else []
    return result, answers


def post(id_: object, text: object, **more: object) -> str:
    return json.dumps({"id": id_, "text": text, **more})


def test_a_line_has_the_frozen_form(tmp_path: Path) -> None:
    result, (line,) = run(
        tmp_path, [post("a", "Our fund has guaranteed returns.", channel="x", seen="before")]
    )

    assert result.exit_code == 0
    assert set(line) == OUT_KEYS
    assert line["verdict"] == "block"
    finding = line["findings"][0]
    assert set(finding) == FINDING_KEYS
    assert (finding["rule"], finding["decision"], finding["owner"]) == ("Finance.Guarantee", "block", "legal")
    assert "Our fund has guaranteed returns."[finding["start"] : finding["end"]] == finding["quote"]
    assert set(line["sentiment"]) == {"compound", "sentences"}
    assert set(line["checks"]) == {"ran", "failed", "reduced"}
    assert line["checks"]["ran"] > 0
    assert line["checks"]["failed"] == []
    assert len(line["policy_digest"]) == 64


@pytest.mark.parametrize(("source", "target"), [("none.jsonl", "out.jsonl"), ("in.jsonl", "none/out.jsonl")])
def test_a_file_that_cannot_be_read_or_written_is_wrong_usage(
    tmp_path: Path, source: str, target: str
) -> None:
    (tmp_path / "in.jsonl").write_text(post("a", "Hello."))

    result = CliRunner().invoke(main, ["bulk", str(tmp_path / source), str(tmp_path / target)])

    assert result.exit_code == 2
    assert "none" in result.output
    assert "No such file" in result.output
    assert not (tmp_path / "out.jsonl").exists()


def test_rules_that_cannot_run_are_named_and_a_folder_of_nothing_else_is_no_answer(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    (folder / "Theirs").mkdir(parents=True)
    (folder / "Theirs" / "Odd.yml").write_text("extends: nonsense\nmessage: x\n")

    result, lines = run(tmp_path, [post("a", "A foo.")], "--rules", str(folder))
    assert (result.exit_code, lines) == (3, [])
    assert "left out: Theirs/Odd.yml:1" in result.output

    (folder / "Theirs" / "Foo.yml").write_text("extends: existence\nmessage: x\ntokens: [foo]\n")
    result, (line,) = run(tmp_path, [post("a", "A foo.")], "--rules", str(folder))
    assert result.exit_code == 0
    assert any("Theirs/Odd.yml" in said for said in line["checks"]["reduced"])
    assert [finding["rule"] for finding in line["findings"]] == ["Theirs.Foo"]


def test_offsets_are_those_of_the_text_as_it_came_in(tmp_path: Path) -> None:
    text = "One 👩🏽‍🚒 line\r\nand our chairman\r\nand our chairman\rtoo"

    _, (line,) = run(tmp_path, [post(1, text)])

    places = [(f["start"], f["end"]) for f in line["findings"] if f["rule"] == "Inclusive.Gendered"]
    assert [text[start:end] for start, end in places] == ["chairman", "chairman"]


@pytest.mark.parametrize(
    ("line", "name", "says"),
    [
        ("not json", {"line": 2}, "not JSON"),
        ("[1, 2]", {"line": 2}, "not a JSON object"),
        ('{"text": "no id"}', {"line": 2}, "no `id`"),
        (post(True, "a truth for a name"), {"line": 2}, "no `id`"),
        (b'{"id": "\\ud800", "text": "half a character for a name"}', {"line": 2}, "no `id`"),
        (post("b", None), {"id": "b"}, "no `text`"),
        (post("b", ""), {"id": "b"}, "nothing to read"),
        (post("b", " \u200b\n"), {"id": "b"}, "nothing to read"),
        (post("b", "x" * 100_001), {"id": "b"}, "100,000 bytes"),
        (b'{"id": "b", "text": "half \\ud83d of one"}', {"id": "b"}, "lone surrogate"),
        (b'{"id": "b", "text": "\xff"}', {"line": 2}, "not UTF-8"),
        (post("b", "y" * 1_000_001), {"line": 2}, "longer than"),
        ("[" * 5000, {"line": 2}, "nested deeper"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, str | bytes) else "",
)
def test_a_line_that_cannot_be_read_is_said_and_the_run_goes_on(
    tmp_path: Path, line: str | bytes, name: dict[str, object], says: str
) -> None:
    result, answers = run(tmp_path, [post("a", "We open on Monday."), line, post("c", "We close on Friday.")])

    assert result.exit_code == 1
    assert [answers[0]["id"], answers[2]["id"]] == ["a", "c"]
    assert set(answers[1]) == {*name, "error"}
    assert answers[1].items() >= name.items()
    assert says in answers[1]["error"]


@pytest.mark.parametrize("channel", ["myspace", ["x"], 7])
def test_an_unknown_channel_is_read_as_generic_and_said(tmp_path: Path, channel: object) -> None:
    result, (line,) = run(tmp_path, [post(1, "x" * 900, channel=channel)])

    assert result.exit_code == 0
    assert any("channel is not known" in lacking for lacking in line["checks"]["reduced"])
    assert line["verdict"] == "clean"


def test_many_processes_write_what_one_writes_in_the_same_order(tmp_path: Path) -> None:
    lines: list[str | bytes] = [
        post(n, f"Post {n} of our chairman." if n % 3 else "") for n in range(CHUNK * 5)
    ]

    _, alone = run(tmp_path, lines, "--processes", "1")
    _, together = run(tmp_path, lines, "--processes", "3")

    assert [line["id"] for line in alone] == list(range(CHUNK * 5))
    assert together == alone


def test_nothing_is_left_behind_where_the_rules_cannot_be_trusted(tmp_path: Path) -> None:
    pack = tmp_path / "rules" / "Bad"
    pack.mkdir(parents=True)
    (pack / "Rule.yml").write_text("extends: existence\nextends: existence\n")

    result, answers = run(tmp_path, [post(1, "hello")], "--rules", str(tmp_path / "rules"))

    assert result.exit_code == 3
    assert "Rule.yml" in result.output
    assert answers == []
    assert not list(tmp_path.glob("out*"))


def test_memory_stays_flat_however_long_the_file_is(tmp_path: Path) -> None:
    """A file of 80 MB must not cost much more memory than one of 2 MB."""
    script = (
        "import re, sys\n"
        "from click.testing import CliRunner\n"
        "from reviewer.cli import main\n"
        "result = CliRunner().invoke(main, ['bulk', sys.argv[1], '/dev/null', '--processes', '1',"
        " '--rules', sys.argv[2]])\n"
        "assert result.exit_code == 0, result.output\n"
        # of this process alone; what getrusage tells begins with the parent's
        "print(re.search(r'VmHWM:\\s+(\\d+) kB', open('/proc/self/status').read())[1])\n"
    )
    small = tmp_path / "rules"
    (small / "Own").mkdir(parents=True)
    (small / "approvals.yml").write_text("always: [marketing]\ngroups:\n  marketing: {signs: 1}\n")
    (small / "Own" / "Foo.yml").write_text("extends: existence\nmessage: x\ntokens: [foo]\n")

    def peak(count: int) -> int:
        source = tmp_path / f"{count}.jsonl"
        source.write_text("\n".join(post(n, "Hello.", seen="x" * 40_000) for n in range(count)))
        done = subprocess.run(
            [sys.executable, "-c", script, str(source), str(small)],
            capture_output=True,
            text=True,
            check=True,
        )
        return int(done.stdout)

    short, long = peak(50), peak(2_000)

    assert long - short < 25_000, f"{short} kB for a short file, {long} kB for a long one"
