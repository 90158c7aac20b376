"""What the docs name exists, and what exists is in the docs."""

import ast
import json
import re
import tomllib
from pathlib import Path

import click
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from reviewer import errors
from reviewer.channels import load as load_channels
from reviewer.cli import main
from reviewer.config import PREFIX, Settings
from reviewer.model import Decision, State
from reviewer.workflow import STEPS

ROOT = Path(__file__).parents[1]
DOCS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def doc(name: str) -> str:
    return (ROOT / name).read_text()


def first_cells(name: str, heading: str) -> dict[str, str]:
    """First code word of each row of the table under a heading, to the rest of its row."""
    section = re.split(r"^#+ ", doc(name).split(f"\n{heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    rows = re.findall(r"^\| `([^`]+)` \|(.*)\|$", section, re.MULTILINE)
    assert len({key for key, _ in rows}) == len(rows), f"{name}, {heading}: a row stands there twice"
    return dict(rows)


def subclasses(of: type[errors.ReviewerError]) -> set[type[errors.ReviewerError]]:
    return {of}.union(*(subclasses(each) for each in of.__subclasses__()))


def test_every_setting_is_explained_with_its_default() -> None:
    explained = first_cells("docs/operate.md", "## Settings")

    assert set(explained) == {PREFIX + name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        default = (
            field.default.get_secret_value() if hasattr(field.default, "get_secret_value") else field.default
        )
        shown = explained[PREFIX + name.upper()].split("|")[0].strip(" `")
        stated = f"{default:g}" if isinstance(default, float) else str(default)
        assert shown == stated or (stated == "" and shown == "–"), name


def test_no_doc_names_a_setting_that_does_not_exist() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {PREFIX + "DEV_DATA"}
    named = {word for path in DOCS for word in re.findall(rf"\b{PREFIX}[A-Z_]+[A-Z]\b", path.read_text())}

    assert named - known == set()


def commands(group: click.Group, before: str = "") -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        path = f"{before} {name}".strip()
        found |= commands(command, path) if isinstance(command, click.Group) else {path: command}
    return found


def test_every_command_is_in_the_docs_and_every_documented_one_exists() -> None:
    have = commands(main)
    shown = [
        match.group(1)
        for path in DOCS
        for match in re.finditer(r"(?:^|`|\$ )reviewer ([a-z](?:[a-z-]* ?)+)", path.read_text(), re.MULTILINE)
    ]

    unknown = [
        line
        for line in shown
        if not any(f"{line} ".startswith(f"{name} ") for name in {*have, *main.commands})
    ]
    undocumented = [name for name in have if not any(f"{line} ".startswith(f"{name} ") for line in shown)]

    assert unknown == []
    assert undocumented == []


def test_every_option_that_a_doc_shows_exists() -> None:
    have = commands(main)
    wrong = []
    for path in DOCS:
        for line in re.findall(r"(?:^|`|\$ )reviewer ([^`#\n]+)", path.read_text(), re.MULTILINE):
            name = next(
                (n for n in sorted(have, key=len, reverse=True) if f"{line} ".startswith(f"{n} ")), None
            )
            known = {o for p in have[name].params for o in p.opts} if name else {"--version", "--help"}
            wrong += [
                f"{path.name}: {line}" for o in re.findall(r"(?<=\s)--[a-z-]+", f" {line}") if o not in known
            ]

    assert wrong == []


def test_every_way_of_looking_is_explained() -> None:
    modules = {p.stem for p in (ROOT / "reviewer/checks").glob("*.py") if not p.stem.startswith("_")}

    assert set(first_cells("docs/rules.md", "## The ways of looking")) == modules


def test_every_event_is_explained() -> None:
    """Names of events are written in full where they happen: in the table of steps, and in services."""
    happen = {step.event for step in STEPS} | {step.refusal for step in STEPS}
    happen |= {f"{kind}.{what}" for kind in ("group", "role") for what in ("granted", "revoked")}
    for path in (ROOT / "reviewer/service").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            said = node.args if isinstance(node, ast.Call) else []
            if isinstance(node, ast.IfExp):  # one event or the other
                said = [node.body, node.orelse]
            happen |= {
                a.value
                for a in said
                if isinstance(a, ast.Constant)
                and isinstance(a.value, str)
                and re.fullmatch(r"[a-z]+\.[a-z_]+", a.value)
            }

    assert set(first_cells("docs/operate.md", "## The record")) == happen


def test_every_refusal_is_explained_with_its_status() -> None:
    explained = first_cells("docs/api.md", "## Errors")
    kinds = {kind.code: kind.status for kind in subclasses(errors.Refusal) | {errors.Unavailable}}

    for code, status in kinds.items():
        assert code in explained, code
        assert str(status) in explained[code], code
    assert set(explained) - set(kinds) == set()


def test_the_words_of_the_law_are_those_of_the_code() -> None:
    law = doc("docs/workflow.md")

    assert {d.value for d in Decision} <= set(re.findall(r"`([a-z_]+)`", law))
    for state in State:
        if state is not State.REMOVED:
            assert state.value.replace("_", " ") in law, state


def test_every_network_is_in_the_docs() -> None:
    explained = first_cells("docs/rules.md", "## Networks")

    assert set(explained) == set(load_channels())


def test_every_dependency_has_a_reason() -> None:
    project = tomllib.loads(doc("pyproject.toml"))
    groups = project["dependency-groups"]
    lines = [*project["project"]["dependencies"], *groups["dev"], *groups["train"], *groups["assets"]]
    package = json.loads(doc("package.json"))
    why = canonicalize_name(doc("docs/why.md"))

    unexplained = [name for line in lines if (name := canonicalize_name(Requirement(line).name)) not in why]
    assets = {"@picocss/pico": "Pico", "htmx.org": "htmx", "axe-core": "axe-core"}
    for name in {**package["dependencies"], **package["devDependencies"]}:
        word = assets.get(name, name.split("/")[-1].replace("-", " ").title())
        if word not in doc("docs/why.md"):
            unexplained.append(name)

    assert unexplained == []


@pytest.mark.parametrize("path", DOCS, ids=lambda p: p.name)
def test_links_inside_the_docs_lead_somewhere(path: Path) -> None:
    text = path.read_text()
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        assert there.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", there.read_text(), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings}, target


def test_every_task_of_the_makefile_that_a_doc_names_exists() -> None:
    tasks = set(re.findall(r"^([a-z]+):", doc("Makefile"), re.MULTILINE))
    named = {
        word for path in DOCS for word in re.findall(r"(?:^|`)make ([a-z]+)", path.read_text(), re.MULTILINE)
    }

    assert named <= tasks
