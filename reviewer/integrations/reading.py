"""Bytes to JSON to pydantic, with refusals that point at the place and never repeat the input."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from reviewer.errors import Invalid, Malformed, Problem

MAX_DEPTH = 32
"""Levels of nesting in a JSON document; a draft needs seven."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_ORDINARY_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_NEXT_STEP: Mapping[str, tuple[str, str]] = {
    "missing": ("missing", "This is required."),
    "extra_forbidden": ("unknown-key", "No such key here: see the documentation for the ones there are."),
    "string_type": ("type", "Give a string."),
    "bool_type": ("type", "Give true or false."),
    "int_type": ("type", "Give a whole number."),
    "tuple_type": ("type", "Give a list."),
    "list_type": ("type", "Give a list."),
    "dict_type": ("type", "Give an object."),
    "mapping_type": ("type", "Give an object."),
    "model_type": ("type", "Give an object."),
    "model_attributes_type": ("type", "Give an object."),
    "too_short": ("too-few", "Give at least one."),
    "string_too_short": ("empty", "This must not be empty."),
}

Body = TypeVar("Body", bound="Strict")


class Strict(BaseModel):
    """What comes from outside: unknown keys are refused, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def refuse(code: str, sentence: str) -> NoReturn:
    """Refuse a value inside a pydantic validator, with a stable code and a sentence of ours."""
    # braces would be read as pydantic's own template
    raise PydanticCustomError(code, "{sentence}", {"sentence": sentence})


def lone_surrogate(text: str) -> bool:
    """Half of a UTF-16 pair: it can't be written as UTF-8, so it could never be published."""
    return _SURROGATE.search(text) is not None


def lines(text: str) -> str:
    """CRLF and CR become LF; nothing else is changed, for what was typed is what is published."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _written(text: str) -> str:
    if lone_surrogate(text):
        refuse("lone-surrogate", "This holds half of a character (a lone surrogate): send whole characters.")
    if "\0" in text:
        refuse("nul", "This holds the character U+0000, which no network takes: leave it out.")
    return lines(text)


Words = Annotated[str, AfterValidator(_written)]
"""A string as a person writes it: line ends are LF, and every character is whole."""


def read_json(data: bytes) -> object:
    """The value of one JSON document in UTF-8.

    Refuses what other readers would take in different ways: keys that come twice, NaN and Infinity,
    and anything nested deeper than `MAX_DEPTH`.

    Raises:
        Malformed: the bytes are not such a document; the message says what is wrong and where.
    """
    try:
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=_without_repeats, parse_constant=_no_constant
        )
    except UnicodeDecodeError as error:
        raise Malformed(f"The body is not UTF-8 (byte {error.start}): send JSON in UTF-8.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Malformed(f"The body is not JSON ({where}): {error.msg}.") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:  # a number of thousands of digits
        raise Malformed("The body holds a number that is too long: send long ids as strings.") from None
    if _depth(value) > MAX_DEPTH:
        raise _too_deep()
    return value


def read(body: type[Body], value: object) -> Body:
    """`value` (parsed JSON, or a mapping made from form fields) as a `body`.

    Raises:
        Invalid: with one problem for each place; pointers are RFC 6901, relative to `value`.
    """
    try:
        return body.model_validate(value)
    except ValidationError as error:
        problems = problems_of(error)
    count = "1 place" if len(problems) == 1 else f"{len(problems)} places"
    raise Invalid(f"Something is wrong in {count}.", problems)


def problems_of(error: ValidationError) -> tuple[Problem, ...]:
    """Pydantic's complaints as ours."""
    return tuple(map(_problem, error.errors(include_url=False, include_input=False)))


def pointer_to(place: Iterable[str | int]) -> str:
    """An RFC 6901 pointer; it stops before a key that no reader of ours would ever ask for.

    Such a key is the sender's own words (perhaps a password in the wrong place), and a refusal never
    repeats those.
    """
    pointer = ""
    for step in place:
        if isinstance(step, str) and not _ORDINARY_KEY.fullmatch(step):
            break
        pointer += f"/{step}"
    return pointer


def _problem(error: ErrorDetails) -> Problem:
    kind, context = error["type"], error.get("ctx", {})
    if kind in _NEXT_STEP:
        code, detail = _NEXT_STEP[kind]
    elif kind == "literal_error":
        code, detail = "not-one-of", f"Give one of: {context['expected']}."
    elif kind == "string_too_long":
        code, detail = "too-long", f"At most {context['max_length']} characters."
    elif kind == "too_long":
        code, detail = "too-many", f"At most {context['max_length']} of these."
    elif kind in ("greater_than_equal", "less_than_equal", "string_pattern_mismatch"):
        code, detail = kind.replace("_", "-"), error["msg"] + "."
    else:
        code, detail = kind.replace("_", "-"), error["msg"]
    return Problem(pointer_to(error["loc"]), detail, code)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Malformed("A key comes twice in one object: send each key once.")
    return value


def _no_constant(_: str) -> NoReturn:
    raise Malformed("NaN and Infinity are not JSON: leave them out.")


def _too_deep() -> Malformed:
    return Malformed(f"The body is nested deeper than {MAX_DEPTH} levels: make it flatter.")


def _depth(value: object) -> int:
    """Levels of nesting, without recursion; stops counting one above the limit."""
    level, depth = [value], 0
    while level and depth <= MAX_DEPTH:
        depth += 1
        level = [
            child
            for item in level
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
        ]
    return depth
