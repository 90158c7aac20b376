"""The command line: exit statuses, what needs no database, and a server set up by its commands."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reviewer.cli import main
from reviewer.config import load
from reviewer.model import State
from reviewer.reconcile import Outcome
from reviewer.service import Services, build, demo, utc_now
from reviewer.service.people import People
from reviewer.store import Store
from reviewer.workflow import signing_groups

PASSWORD = "a few words in a row"
KETTLE = """\
extends: existence
message: "'%s'"
tokens: [kettle]
tests:
  - name: {}
    input: {}
    want: |
      1:1:House.Kettle:'kettle'
"""

pytestmark = pytest.mark.usefixtures("rules_loaded_once")


class Shell:
    """Runs commands against one data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *arguments: str, typed: str | bytes = "") -> Result:
        environ = {"REVIEWER_DATA_DIR": str(self.folder)}
        return CliRunner().invoke(main, list(arguments), input=typed, env=environ)

    def services(self) -> Services:
        return build(load({"REVIEWER_DATA_DIR": str(self.folder)}))

    def store(self) -> Store:
        return Store(load({"REVIEWER_DATA_DIR": str(self.folder)}).database_url)

    def people(self) -> People:
        return People(self.store(), utc_now)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "data")


@pytest.fixture
def acme(shell: Shell) -> Shell:
    done = shell(
        *("init", "--brand", "acme", "--account", "x:acme"),
        *("--person", "Ada <ada@acme.example>=marketing", "--person", "Emil <emil@acme.example>"),
    )
    assert done.exit_code == 0, done.output
    return shell


# --- without a database --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "typed", "status", "says"),
    [
        (("check", "We open on Monday."), "", 0, "Nothing found in"),
        (("check", "Our chairman will be there."), "", 0, "Tip “chairman”"),
        (("check", "Our fund has guaranteed returns."), "", 1, "Can't go out “guaranteed returns”"),
        (("check", "-"), "Our fund has guaranteed returns.\n", 1, "Sign-off needed: marketing"),
        (("check",), b"\xff", 2, "not UTF-8"),
        (("check", ""), "", 2, "nothing to read"),
        (("check", "x" * 100_001), "", 2, "100,000 bytes"),
        (("check", "hello", "--channel", "myspace"), "", 2, "linkedin"),
        (("check", "hello", "--kind", "essay"), "", 2, "--kind"),
        (("check", "hello", "--rules", "/no/such/folder"), "", 2, "--rules"),
        (("nonsense",), "", 2, "No such command"),
    ],
)
def test_a_check_ends_with_the_status_that_its_help_promises(
    shell: Shell, arguments: tuple[str, ...], typed: str | bytes, status: int, says: str
) -> None:
    result = shell(*arguments, typed=typed)

    assert (result.exit_code, says in result.output) == (status, True), result.output
    assert not shell.folder.exists(), "a check needs no database and makes none"


def test_a_check_as_json_has_the_form_of_bulk(shell: Shell) -> None:
    result = shell("check", "Our fund has guaranteed returns.", "--json")

    verdict = json.loads(result.output)
    assert verdict["verdict"] == "block"
    assert verdict["findings"][0]["quote"] == "guaranteed returns"


def test_a_folder_of_rules_is_linted_with_alone(shell: Shell, tmp_path: Path) -> None:
    pack = tmp_path / "rules" / "House"
    pack.mkdir(parents=True)
    (pack / "Kettle.yml").write_text("extends: existence\nmessage: \"'%s' is a pot.\"\ntokens: [kettle]\n")

    found = shell("check", "A kettle with guaranteed returns.", "--rules", str(tmp_path / "rules"))
    (pack / "Kettle.yml").write_text("extends: existence\nextends: existence\n")
    broken = shell("check", "A kettle.", "--rules", str(tmp_path / "rules"))

    assert "House.Kettle" in found.output
    assert "Finance" not in found.output
    assert broken.exit_code == 3
    assert "Kettle.yml" in broken.output


def test_the_examples_inside_the_rules_run(shell: Shell, tmp_path: Path) -> None:
    pack = tmp_path / "House"
    pack.mkdir()
    (pack / "Kettle.yml").write_text(KETTLE.format("fires", "kettle"))
    passing = shell("rules", "test", str(tmp_path))
    (pack / "Kettle.yml").write_text(KETTLE.format("does not", "pot"))
    failing = shell("rules", "test", str(tmp_path))

    assert passing.exit_code == 0, passing.output
    assert failing.exit_code == 1
    assert "House.Kettle" in failing.output


def test_help_and_rules_do_not_wait_for_the_language_package() -> None:
    script = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from reviewer.cli import main\n"
        "for words in (['--help'], ['rules', '--help'], ['bulk', '--help'], ['serve', '--help']):\n"
        "    assert CliRunner().invoke(main, words).exit_code == 0, words\n"
        "print(*sorted({'spacy', 'flask', 'sqlalchemy', 'gunicorn'} & set(sys.modules)))\n"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""


# --- a server ------------------------------------------------------------------------------------


def test_a_new_instance_is_real_and_empty(shell: Shell) -> None:
    done = shell("init")

    assert done.exit_code == 0, done.output
    assert (shell.folder / "reviewer.db").stat().st_mode & 0o777 == 0o600
    assert (shell.folder / "secret.key").stat().st_mode & 0o777 == 0o600
    assert shell.people().everybody() == []
    assert shell("migrate").exit_code == 0


def test_the_first_people_come_in_once_and_it_is_logged(acme: Shell) -> None:
    brand = acme.people().brands()[0]
    with acme.store().read() as tx:
        actions = [event.action for event in tx.events("acme")]

    again = acme("init", "--brand", "other", "--person", "Eve <eve@acme.example>=marketing")

    assert brand.accounts == {"x:acme"}
    assert len(brand.members["marketing"]) == 1
    assert actions == ["brand.added", "brand.founder_added", "brand.founder_added"]
    assert again.exit_code == 2
    assert [b.slug for b in acme.people().brands()] == ["acme"]


@pytest.mark.parametrize(
    "wrong",
    [
        ("--brand", "Not A Slug"),
        ("--brand", "acme", "--account", "myspace:acme"),
        ("--brand", "acme", "--account", "x"),
        ("--brand", "acme", "--person", "ada@acme.example"),
        ("--brand", "acme", "--person", "Ada <ada>=marketing"),
        ("--brand", "acme", "--person", "Ada <ada@acme.example>=marketeers"),
        ("--brand", "acme", "--person", "Ada <ada@acme.example>", "--person", "Ada <ADA@acme.example>"),
    ],
)
def test_a_set_up_with_a_mistake_in_it_writes_nothing(shell: Shell, wrong: tuple[str, ...]) -> None:
    result = shell("init", *wrong)

    assert result.exit_code == 2, result.output
    assert shell.people().brands() == ()
    assert shell.people().everybody() == []


def test_people_come_and_go_by_command(acme: Shell) -> None:
    added = acme("user", "add", "acme", "dora@acme.example", "Dora", "comms", typed=f"{PASSWORD}\n")
    assert added.exit_code == 0, added.output
    listed = acme("user", "list").output
    assert "dora@acme.example  Dora\n  acme: signs for comms" in listed

    asked = acme("user", "grant", "acme", "dora@acme.example", "marketing", "--reason", "Ada is away.")
    assert asked.exit_code == 0, asked.output
    assert "Two people sign for acme, so this is a proposal: nothing has changed yet." in asked.output
    assert "It takes Ada to agree: http://127.0.0.1:8000/proposals/" in asked.output
    assert "Dora\n  acme: signs for comms\n" in acme("user", "list").output
    assert acme("user", "revoke", "acme", "dora@acme.example", "comms").exit_code == 0
    assert acme("user", "password", "dora@acme.example", typed="another long one\n").exit_code == 0
    assert acme("user", "deactivate", "dora@acme.example").exit_code == 0
    assert "Dora  (shut out)" in acme("user", "list").output

    short = acme("user", "add", "acme", "eve@acme.example", "Eve", typed="short\n")
    assert (short.exit_code, "12 characters" in short.output) == (2, True)
    assert acme("user", "grant", "acme", "nobody@acme.example", "marketing").exit_code == 2
    assert acme("user", "grant", "acme", "ada@acme.example", "marketeers").exit_code == 2


def test_a_key_is_shown_once_and_ends_at_once(acme: Shell) -> None:
    made = acme(
        "user", "key", "create", "acme", "scheduler", "--owner", "emil@acme.example", "--scope", "permit"
    )
    assert made.exit_code == 0, made.output
    key = made.output.strip()
    assert acme.people().actor_for_key(key).id == "service:scheduler"

    listed = acme("user", "key", "list", "acme").output
    assert key not in listed
    prefix = listed.split()[0]
    assert acme("user", "key", "revoke", "acme", prefix).exit_code == 0
    assert "revoked" in acme("user", "key", "list", "acme").output
    wrong = acme(
        "user", "key", "create", "acme", "scheduler", "--owner", "emil@acme.example", "--scope", "all"
    )
    assert (wrong.exit_code, "publication:write" in wrong.output) == (2, True)


def test_without_a_database_a_server_says_what_to_do(shell: Shell) -> None:
    result = shell("serve", "--port", "1")
    listed = shell("user", "list")

    assert (listed.exit_code, "reviewer init" in listed.output) == (3, True)
    assert result.exit_code in (2, 3)


def test_a_port_that_is_taken_is_said(acme: Shell) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        result = acme("serve", "--port", str(other.getsockname()[1]))

    assert (result.exit_code, "choose another --port" in result.output) == (2, True)


def test_the_demo_is_for_this_machine_only(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    result = shell("serve", "--demo", "--host", "0.0.0.0")  # noqa: S104  # what must be refused

    assert (result.exit_code, "this machine only" in result.output) == (2, True)
    assert not (tmp_path / "demo").exists()


def test_what_is_public_is_compared_with_what_was_signed(acme: Shell) -> None:
    nothing = acme("reconcile", "acme")
    unknown = acme("reconcile", "nobodys")

    assert (nothing.exit_code, "0 compared" in nothing.output) == (0, True)
    assert unknown.exit_code == 2


def test_texts_are_checked_by_the_policy_of_a_brand(acme: Shell, tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps({"id": n, "text": f"Post {n}."}) + "\n" for n in range(200)))

    one = acme("check", "Our fund has guaranteed returns.", "--brand", "acme")
    many = acme("bulk", str(source), str(target), "--brand", "acme", "--processes", "2")
    nobodys = acme("check", "Hello.", "--brand", "nobodys")

    assert (one.exit_code, "Finance.Guarantee" in one.output) == (1, True)
    assert many.exit_code == 0, many.output
    assert [json.loads(line)["id"] for line in target.read_text().splitlines()] == list(range(200))
    assert (nobodys.exit_code, "no such brand" in nobodys.output) == (2, True)


# --- the demo ------------------------------------------------------------------------------------


def test_the_demo_shows_every_state_and_is_loaded_once(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    services = shell.services()
    services.store.migrate()

    loaded = demo.load(services)

    assert loaded.fresh
    assert not demo.load(services).fresh
    brand = services.people.brands()[0]
    with services.store.read() as tx:
        reviews = tx.reviews(demo.SLUG)
    ada = services.people.actor_for(services.people.person_by_email("ada@fjordlight.example").id, demo.SLUG)
    seen = {state for r in reviews for state in services.drafts.view(ada, r.id).states.values()}
    assert seen == set(State) - {State.REMOVED}
    assert {group for person in demo.PEOPLE for group in person.groups} == signing_groups(brand)
    assert all(len(person.name.split()) == 1 for person in demo.PEOPLE), "given names only"
    outcomes = [match.outcome for match in services.publications.reconcile(ada, demo.SLUG)]
    assert outcomes == [Outcome.PUBLISHED] * 2
    assert services.drafts.inbox(ada, demo.SLUG, "needs_you")
    services.store.close()
