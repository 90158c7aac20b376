"""YAML as plain strings, lists and mappings, each with the line it stands on.

Every scalar stays a string, so that a word list may hold `no`, `on`, `yes` or `12:30` and keeps them
as words. Aliases, tags, duplicate keys and deep nesting are refused: a rule file needs none of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import yaml

from reviewer.errors import RuleError

LARGEST = 256 * 1024
DEEPEST = 12

Value = str | list["Value"] | dict[str, "Value"]
Path = tuple[str | int, ...]


@dataclass(eq=False)
class Read:
    """The content of one file, and where each of its values stands. Nobody changes it."""

    path: str
    value: Value
    lines: Mapping[Path, int] = field(default_factory=dict)

    def line(self, at: Path = ()) -> int:
        """The 1-based line of a value, or of the nearest one around it that is there."""
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 1)

    def error(self, message: str, at: Path = ()) -> RuleError:
        """A RuleError that points at a value."""
        return RuleError(message, path=self.path, line=self.line(at))

    def mapping(self) -> dict[str, Value]:
        """The content, which must be keys and values."""
        if not isinstance(self.value, dict):
            raise self.error("This is not a mapping: write `key: value` lines.")
        return self.value


def read(data: bytes, path: str) -> Read:
    """Parse one document; raises RuleError with path and line for whatever can't be trusted."""
    if len(data) > LARGEST:
        raise RuleError(
            f"The file has {len(data):,} bytes and may have {LARGEST:,}: split it into several rules.",
            path=path,
        )
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise RuleError(
            "This is not UTF-8: save the file as UTF-8.",
            path=path,
            line=data.count(b"\n", 0, error.start) + 1,
        ) from error
    try:
        return _Builder(path).build(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        line = mark.line + 1 if mark else None
        raise RuleError(f"This is not YAML: {problem}.", path=path, line=line) from error


class _Builder:
    """Builds the value from parser events; nothing recurses, so nesting can't exhaust the stack."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.lines: dict[Path, int] = {}
        self.stack: list[tuple[list[Value] | dict[str, Value], Path]] = []
        self.key: list[str | None] = []
        self.root: Value | None = None

    def build(self, text: str) -> Read:
        documents = 0
        for event in yaml.parse(text, Loader=yaml.CBaseLoader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._error("One file holds one document: remove the second `---`.", line)
            elif isinstance(event, yaml.AliasEvent):
                raise self._error(f"Aliases (*{event.anchor}) are refused: write the value out.", line)
            elif isinstance(event, yaml.ScalarEvent):
                self._refuse_tag(event.tag, line)
                self._scalar(event.value, line)
            elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
                self._refuse_tag(event.tag, line)
                self._open([] if isinstance(event, yaml.SequenceStartEvent) else {}, line)
            elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
                self.stack.pop()
                self.key.pop()
        return Read(self.path, {} if self.root is None else self.root, self.lines)

    def _error(self, message: str, line: int) -> RuleError:
        return RuleError(message, path=self.path, line=line)

    def _refuse_tag(self, tag: str | None, line: int) -> None:
        if tag not in (None, "!"):
            raise self._error(f"Tags ({tag}) are refused: write the plain value.", line)

    def _open(self, container: list[Value] | dict[str, Value], line: int) -> None:
        if len(self.stack) >= DEEPEST:
            raise self._error(f"Nested deeper than {DEEPEST} levels: no rule needs that.", line)
        at = self._place(container, line)
        self.stack.append((container, at))
        self.key.append(None)

    def _scalar(self, value: str, line: int) -> None:
        if self.stack and isinstance(self.stack[-1][0], dict) and self.key[-1] is None:
            container, at = self.stack[-1]
            if value in container:
                first = self.lines[(*at, value)]
                raise self._error(f"The key `{value}` is already on line {first}: keep one of them.", line)
            self.lines[(*at, value)] = line
            self.key[-1] = value
            return
        self._place(value, line)

    def _place(self, value: Value, line: int) -> Path:
        if not self.stack:
            self.root = value
            self.lines[()] = line
            return ()
        container, at = self.stack[-1]
        if isinstance(container, list):
            place: Path = (*at, len(container))
            container.append(value)
            self.lines[place] = line
            return place
        key = self.key[-1]
        if key is None:
            raise self._error("A key is a plain word, not a list or a mapping.", line)
        container[key] = value
        self.key[-1] = None
        return (*at, key)


def words(value: Value | None) -> Sequence[str]:
    """A list of words, a lone word being a list of one; nested values are left out."""
    if isinstance(value, str):
        return [value] if value else []
    return [word for word in value or () if isinstance(word, str)]
