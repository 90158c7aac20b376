"""Files -> RuleSet. Whatever can't be trusted is refused with its path and line, and the set with it."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import regex
from pydantic import BaseModel, ValidationError

from reviewer import checks
from reviewer.checks._patterns import one_or_many
from reviewer.errors import RuleError
from reviewer.model import Decision, digest
from reviewer.rules.model import Case, Grain, Rule, Stance
from reviewer.rules.reading import Path as Place
from reviewer.rules.reading import Read, Value, read

OVERLAY = "policy.yml"
APPROVALS = "approvals.yml"
_SHARED = (
    "extends",
    "message",
    "level",
    "link",
    "description",
    "scope",
    "limit",
    "action",
    "name",
    "policy",
    "tests",
)
VOCABULARY = ("accept.txt", "reject.txt")
REMEMBERED = 2048
"""Files and rules kept in a process, compiled, for the next policy that holds them."""
_LEVELS = ("suggestion", "warning", "error")


@dataclass(frozen=True)
class RuleSet:
    """Every rule of a policy in one value. `sha256` covers names and contents of all its files, but
    for those of rules that disturb nobody yet (`shadow`, `test`): these have `shadow_sha256`.

    `refused` holds third-party rules that extend something not supported here: they are left out,
    loudly, and the rest of their pack runs.
    """

    rules: tuple[Rule, ...]
    sha256: str
    shadow_sha256: str = ""
    refused: tuple[RuleError, ...] = field(default=(), compare=False)

    @cached_property
    def by_name(self) -> Mapping[str, Rule]:
        return {rule.name: rule for rule in self.rules}


def load(files: Mapping[str, bytes] | Path) -> RuleSet:
    """Read a folder of rules, or files by name (`Pack/Rule.yml`); raises RuleError with path and line."""
    if isinstance(files, Path):
        files = gathered(files)
    reads = {name: _read(files[name], name) for name in sorted(files) if _is_rule_file(name)}
    overlays = {_pack(name): item for name, item in reads.items() if _leaf(name) == OVERLAY}
    sources = {_name(name): item for name, item in reads.items() if _leaf(name) != OVERLAY}
    accepted, rejected = _vocabulary(files, "accept.txt"), _vocabulary(files, "reject.txt")
    sources.update(_vocabulary_rules(accepted, rejected))
    rules: list[Rule] = []
    refused: list[RuleError] = []
    for name, item in sources.items():
        try:
            parents = tuple(_parents(item, sources).items())
            rules.append(_rule(name, item, overlays.get(_pack(item.path)), parents, accepted))
        except Unsupported as error:
            if "policy" in item.mapping():
                raise
            refused.append(error)
    _check_overlays(overlays, sources)
    _check_ids(rules, sources)
    quiet = {rule.path for rule in rules if rule.stance.status in ("shadow", "test")}
    return RuleSet(
        rules=tuple(rules),
        sha256=fingerprint({name: data for name, data in files.items() if name not in quiet}),
        shadow_sha256=fingerprint({name: files[name] for name in quiet}),
        refused=tuple(refused),
    )


def gathered(folder: Path) -> dict[str, bytes]:
    """Every YAML file under a folder by its path below it; RuleError where the folder is missing."""
    if not folder.is_dir():
        raise RuleError(
            "The rules folder is missing: name the folder that holds <Pack>/<Rule>.yml, or reinstall.",
            path=str(folder),
        )
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and (path.suffix in (".yml", ".yaml") or path.name in VOCABULARY)
    }


def fingerprint(files: Mapping[str, bytes]) -> str:
    """The digest of file names and contents."""
    return digest({name: hashlib.sha256(files[name]).hexdigest() for name in files})


def _vocabulary(files: Mapping[str, bytes], leaf: str) -> tuple[str, ...]:
    """The words of every `accept.txt` or `reject.txt`, one a line; `#` starts a comment."""
    lines = (
        line.strip()
        for name in sorted(files)
        if _leaf(name) == leaf
        for line in files[name].decode(errors="replace").splitlines()
    )
    return tuple(dict.fromkeys(line for line in lines if line and not line.startswith("# ")))


def _vocabulary_rules(accepted: Sequence[str], rejected: Sequence[str]) -> Iterator[tuple[str, Read]]:
    """Vale's own two rules over a vocabulary: write accepted words as listed, avoid rejected ones."""
    if accepted:
        yield (
            "Vale.Terms",
            Read(
                "accept.txt",
                {
                    "extends": "substitution",
                    "message": "Use '%s' instead of '%s'.",
                    "level": "error",
                    "ignorecase": "true",
                    "swap": {word.lower(): word for word in accepted},
                },
            ),
        )
    if rejected:
        yield (
            "Vale.Avoid",
            Read(
                "reject.txt",
                {
                    "extends": "existence",
                    "message": "Avoid using '%s'.",
                    "level": "error",
                    "ignorecase": "true",
                    "tokens": [*rejected],
                },
            ),
        )


def _may_be_excepted(keys: Mapping[str, Any]) -> bool:
    """An accepted word quiets third parties and tips, never what blocks or asks for agreement."""
    policy = keys.get("policy")
    return not isinstance(policy, dict) or policy.get("decision") in (Decision.WARN, Decision.SUGGEST)


class Unsupported(RuleError):
    """A rule extends something that this product does not do."""

    code = "rule-unsupported"


class Overlay(BaseModel, frozen=True, extra="forbid"):
    """`<Pack>/policy.yml`: what a pack's rules mean here, over what they say themselves."""

    defaults: dict[str, Any] = {}
    rules: dict[str, dict[str, Any]] = {}

    @classmethod
    def of(cls, item: Read) -> "Overlay":
        overlay: Overlay = _validated(cls, item.mapping(), item, ())
        _validated(Stance, overlay.defaults, item, ("defaults",))
        for name, stance in overlay.rules.items():
            _validated(Stance, stance, item, ("rules", name))
        return overlay


_read = lru_cache(REMEMBERED)(read)


@lru_cache(REMEMBERED)
def _rule(
    name: str,
    item: Read,
    overlaid: Read | None,
    parents: tuple[tuple[str, Read], ...],
    accepted: tuple[str, ...],
) -> Rule:
    """One rule. The same files give the same value, so that policies of many brands share what they
    have in common, compiled patterns above all.
    """
    overlay = Overlay.of(overlaid) if overlaid else Overlay()
    keys = _extended(item, dict(parents), ())
    check = str(keys["extends"])
    module = checks.named(check)
    if module is None:
        known = ", ".join(checks.names())
        why = "is not supported yet" if check in checks.NOT_BUILT else "is no check"
        raise Unsupported(
            f"{name}: `extends: {check}` {why}; there are {known}.",
            path=item.path,
            line=item.line(("extends",)),
        )
    shared, own = _split(keys, module.Params)
    params = _validated(module.Params, own, item, ())
    if accepted and getattr(params, "vocab", False) and _may_be_excepted(keys):
        params = params.model_copy(update={"exceptions": (*params.exceptions, *accepted)})
    for problem in module.problems(params) if hasattr(module, "problems") else ():
        raise item.error(f"{name} {problem}.")
    _check_patterns(name, module, params, item)
    ours = "policy" in keys
    level = str(shared.get("level") or "suggestion")
    if level not in _LEVELS:
        raise item.error(f"`level: {level}` is none of {', '.join(_LEVELS)}.", ("level",))
    message = _message(name, shared, own, check, item)
    stance = _stance(name, keys, level, message, overlay, item, trained=getattr(module, "TRAINED", False))
    cases = _cases(name, keys, stance, item, ours=ours)
    return Rule(
        name=name,
        path=item.path,
        check=check,
        module=module,
        params=params,
        message=message,
        level=level,
        stance=stance,
        scope=tuple(map(str, one_or_many(shared.get("scope") or "text"))),  # type: ignore[call-overload]
        grain=_grain(one_or_many(shared.get("scope") or "text")),
        limit=_number(shared.get("limit"), item, "limit"),
        link=str(shared.get("link") or ""),
        ours=ours,
        tests=cases,
        lines=item.lines,
        sha256=digest(
            [
                name,
                {k: v for k, v in keys.items() if k not in ("tests", "policy")},
                stance.model_dump(mode="json"),
            ]
        ),
    )


def _parents(item: Read, sources: Mapping[str, Read]) -> dict[str, Read]:
    """The rules that a rule extends, directly and through others, as far as they are there."""
    found: dict[str, Read] = {}
    while (
        isinstance(item.value, dict)
        and isinstance(parent := item.value.get("extends"), str)
        and parent in sources
        and parent not in found
    ):
        item = found[parent] = sources[parent]
    return found


def _extended(item: Read, sources: Mapping[str, Read], seen: tuple[str, ...]) -> dict[str, Any]:
    """The keys of a rule; those of the rule that it extends first, where it extends one."""
    keys: dict[str, Any] = dict(item.mapping())
    if not isinstance(keys.get("extends"), str) or not keys["extends"]:
        raise item.error(
            "`extends` is missing: name the check, for example `extends: existence`.", ("extends",)
        )
    parent = keys["extends"]
    if "." in parent:
        if parent not in sources:
            raise item.error(f"`extends: {parent}`: there is no such rule.", ("extends",))
        if parent in seen:
            raise item.error(f"`extends: {parent}` goes round in a circle.", ("extends",))
        below = _extended(sources[parent], sources, (*seen, parent))
        below = {k: v for k, v in below.items() if k not in ("tests", "policy")}
        keys = {**below, **keys, "extends": below["extends"]}
    for key in [key for key in keys if key[-1:] in "+-" and key]:
        keys[key[:-1]] = _changed(keys.get(key[:-1]), keys.pop(key), key, item)
    return keys


def _changed(old: Any, change: Any, key: str, item: Read) -> Any:
    """A list or mapping with entries added (`tokens+`) or taken away (`swap-`)."""
    if isinstance(change, dict):
        if key.endswith("+"):
            return {**(old or {}), **change}
        raise item.error(f"`{key}` is a list of what to take away.", (key,))
    entries = list(one_or_many(change))  # type: ignore[call-overload]
    if key.endswith("+"):
        return [*one_or_many(old or []), *entries]  # type: ignore[misc]
    missing = [entry for entry in entries if entry not in (old or ())]
    if missing:
        raise item.error(f"`{key}`: `{missing[0]}` is not in the rule that this one extends.", (key,))
    if isinstance(old, dict):
        return {k: v for k, v in old.items() if k not in entries}
    return [entry for entry in one_or_many(old or []) if entry not in entries]  # type: ignore[attr-defined]


def _split(keys: Mapping[str, Any], params: type[BaseModel]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Keys that every rule may have, and those that the check reads (some of both)."""
    shared = {key: value for key, value in keys.items() if key in _SHARED}
    own = {k: v for k, v in keys.items() if k not in _SHARED or k in params.model_fields}
    return shared, own


def _message(name: str, shared: Mapping[str, Any], own: Mapping[str, Any], check: str, item: Read) -> str:
    message = shared.get("message")
    if not isinstance(message, str) or not message.strip():
        raise item.error(
            f"{name} has no `message`: say what is wrong, with %s for what was found.", ("message",)
        )
    action = own.get("action")
    if check == "substitution" and isinstance(action, dict) and action.get("name") == "replace":
        for quoted in ("'%s'", '"%s"'):  # the options come quoted
            if message.count(quoted) == 2:
                message = message.replace(quoted, "%s", 1)
    return message


def _stance(
    name: str,
    keys: Mapping[str, Any],
    level: str,
    message: str,
    overlay: Overlay,
    item: Read,
    *,
    trained: bool,
) -> Stance:
    ours = "policy" in keys
    if ours:
        written = keys["policy"]
        stance = _validated(Stance, written, item, ("policy",))
        for key in ("id", "decision", "owner", "reason"):
            if not written.get(key):
                raise item.error(f"{name} has no `{key}` in `policy:`: {_WHY[key]}.", ("policy",))
    else:
        written = {
            "id": name,
            "decision": Decision.WARN if level == "error" else Decision.SUGGEST,
            "reason": message,
            "reads": ["urls", "handles", "hashtags"],
            "view": "typed",
        }
    own = overlay.rules.get(name.rpartition(".")[2], {})
    stance = Stance.model_validate({**written, **overlay.defaults, **own})
    if not ours and "reason" not in {**overlay.defaults, **own}:
        stance = stance.model_copy(update={"reason": ""})
    if trained and stance.decision == Decision.BLOCK:
        raise item.error(
            f"{name} blocks on the word of a trained model; only deterministic rules block: "
            "use needs_approval.",
            ("policy", "decision"),
        )
    if stance.support is not None and stance.decision == Decision.BLOCK:
        raise item.error(
            f"{name} blocks, and what blocks waits for no trained model: leave `support` out.",
            ("policy", "support"),
        )
    if stance.support is not None and not stance.area:
        raise item.error(
            f"{name} asks for `support` without an `area`: the heads are those of its areas.",
            ("policy", "support"),
        )
    return stance


_WHY = {
    "id": "give it one that stays, like INC-014",
    "decision": "one of block, needs_approval, warn, suggest",
    "owner": "the group that agrees, or reads without the check",
    "reason": "tell the author why this matters",
}


def _cases(name: str, keys: Mapping[str, Any], stance: Stance, item: Read, *, ours: bool) -> tuple[Case, ...]:
    written = keys.get("tests") or []
    if not isinstance(written, list):
        raise item.error("`tests` is a list of cases.", ("tests",))
    cases = tuple(_validated(Case, case, item, ("tests", number)) for number, case in enumerate(written))
    for number, case in enumerate(cases):
        if not (case.fires or case.silent or case.absent or case.fixed is not None):
            raise item.error(
                f"Case `{case.name}` asks for nothing: add `want` or `contains`.", ("tests", number)
            )
    if ours and stance.status == "stable":
        if not any(case.fires and not case.todo for case in cases):
            raise item.error(f"{name} has no case that fires: add one to `tests:`.", ("tests",))
        if not any(case.silent and not case.todo for case in cases):
            raise item.error(
                f'{name} has no near miss: add a silent case (`want: ""`) to `tests:`.', ("tests",)
            )
    return cases


def _check_patterns(name: str, module: Any, params: BaseModel, item: Read) -> None:
    """Compile whatever is more than plain words, so that a broken pattern is refused here."""
    for entry in (module.entries(params) if hasattr(module, "entries") else None) or ():
        if entry.literal is None:
            try:
                _ = entry.pattern
            except (regex.error, ValueError, OverflowError, RecursionError) as error:
                raise item.error(
                    f"{name}: `{_short(entry.source)}` is not a regular expression ({error}).",
                    _place_of(entry.source, item),
                ) from error
    try:
        _ = getattr(params, "excepted", None)
    except regex.error as error:
        raise item.error(f"{name}: `exceptions` hold a broken pattern ({error}).", ("exceptions",)) from error


def _place_of(source: str, item: Read) -> Place:
    for place in item.lines:
        if not place:
            continue
        value: Value = item.value
        for step in place:
            value = value[step]  # type: ignore[index]
        if value == source or (place[-1] == source):
            return place
    return ()


def _grain(scope: Any) -> Grain | None:
    """The finest piece of a post that a scope means; None for mark-up that posts don't have."""
    grains: set[Grain] = set()
    for selector in scope:
        parts = [part.strip() for part in str(selector).split("&")]
        kinds = {part.split(".")[0] for part in parts if not part.startswith("~")}
        formats = {part.partition(".")[2] for part in parts if not part.startswith("~")}
        if kinds <= {"text", "raw", "paragraph", "sentence", "summary"} and formats <= {"", "txt"}:
            grains.add("sentence" if "sentence" in kinds else "paragraph" if "paragraph" in kinds else "text")
    return next((grain for grain in ("text", "paragraph", "sentence") if grain in grains), None)


def _number(value: Any, item: Read, key: str) -> int:
    if value in (None, ""):
        return 0
    if not str(value).isdecimal():
        raise item.error(f"`{key}: {value}` is not a number.", (key,))
    return int(value)


def _check_overlays(overlays: Mapping[str, Read], sources: Mapping[str, Read]) -> None:
    for pack, item in overlays.items():
        for rule in Overlay.of(item).rules:
            name = f"{pack.replace('/', '.')}.{rule}" if pack else rule
            if name not in sources:
                raise item.error(f"There is no rule {name}.", ("rules", rule))


def _check_ids(rules: Iterable[Rule], sources: Mapping[str, Read]) -> None:
    by_id: dict[str, Rule] = {}
    for rule in rules:
        first = by_id.setdefault(rule.stance.id, rule)
        if first is not rule:
            raise sources[rule.name].error(
                f"The id {rule.stance.id} is already {first.name}'s: give {rule.name} one of its own.",
                ("policy", "id"),
            )


def _validated(model: type[Any], value: Any, item: Read, at: Place) -> Any:
    """The pydantic model of a value, or a RuleError that points at what is wrong with it."""
    if not isinstance(value, dict):
        raise item.error(f"`{at[-1] if at else item.path}` must be a mapping of keys to values.", at)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = (*at, *first["loc"])
        dotted = ".".join(map(str, place))
        if first["type"] == "extra_forbidden":
            known = ", ".join(sorted(model.model_fields))
            raise item.error(f"`{dotted}` is not a key here; there are {known}.", place) from error
        if first["type"] == "missing":
            raise item.error(f"`{dotted}` is missing.", at) from error
        message = first["msg"].removeprefix("Value error, ")
        raise item.error(f"`{dotted}`: {message}." if dotted else f"{message}.", place) from error


def _is_rule_file(name: str) -> bool:
    return name.endswith((".yml", ".yaml")) and name != APPROVALS and not _leaf(name).startswith(".")


def _leaf(name: str) -> str:
    return name.rpartition("/")[2]


def _pack(name: str) -> str:
    return name.rpartition("/")[0]


def _name(path: str) -> str:
    return path.rpartition(".")[0].replace("/", ".")


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
