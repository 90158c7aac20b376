"""Metric: a formula over how many words, sentences and syllables a text has."""

import ast
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, Self

import regex
from pydantic import BaseModel, model_validator

from reviewer.model import Context, Hit
from reviewer.text import Document

NAMES = (
    "words",
    "sentences",
    "paragraphs",
    "characters",
    "syllables",
    "complex_words",
    "long_words",
    "polysyllabic_words",
    "list",
    "blockquote",
    "pre",
    *(f"heading_h{level}" for level in range(1, 7)),
)
"""Vale's names; posts have no mark-up, so the last ones count 0."""

LONG = 6
"""A long word has more letters (LIX)."""
POLYSYLLABIC = 3
"""A word of so many syllables or more is polysyllabic (SMOG)."""

_BINARY: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: math.fmod,  # keeps the sign, as Go does
}
_COMPARE: Mapping[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_MATH: Mapping[str, Callable[..., float]] = {
    "sqrt": math.sqrt,
    "pow": math.pow,
    "abs": abs,
    "ceil": math.ceil,
    "floor": math.floor,
    "log": math.log,
    "log10": math.log10,
    "max": max,
    "min": min,
}
_LARGEST = 10_000
_PARAGRAPH = regex.compile(r"\n[^\S\n]*\n")
_ADDRESS = regex.compile(r"[@#]|.?(?:https?:|www\.|[@#])", regex.IGNORECASE | regex.DOTALL)
_VOWELS = regex.compile(r"[aeiouyáéíóúàèìòùäëïöüâêîôûæœø]+")
_SILENT_E = regex.compile(r"(?<![aeiouy])(?:es?|ed)$")
_SOUNDED_E = regex.compile(r"(?:[^aeiouy]le|[td]ed|(?:[sxz]|[cs]h|[cg])es)$")
_HIATUS = regex.compile(
    r"i[aou](?!n\b|us\b)|io(?!n)|eo|ua(?!r)|[^q]ue[lnt]|dia|rea(?=t[ei])|[aeiouy][^aeiouy]+ea$"
)
_SUFFIX = regex.compile(r"(?:es|ed|ing)$")


class Params(BaseModel, frozen=True, extra="forbid"):
    """Vale's keys: `formula` over the names in `NAMES`, and a `condition` on its value, like `> 8`."""

    formula: str
    condition: str

    @model_validator(mode="after")
    def _computable(self) -> Self:
        ones = dict.fromkeys(NAMES, 1.0)
        try:
            self.holds(self.value(ones))
        except ZeroDivisionError:
            return self
        return self

    @cached_property
    def tree(self) -> ast.expr:
        return _parsed(self.formula, "formula")

    @cached_property
    def comparison(self) -> ast.expr:
        return _parsed(f"value {self.condition}", "condition")

    def value(self, counts: Mapping[str, float]) -> float:
        """The formula's value; ValueError where it holds something that is no arithmetic."""
        return float(_computed(self.tree, counts))

    def holds(self, value: float) -> bool:
        """Whether the condition is true of a value."""
        tree = self.comparison
        if not isinstance(tree, ast.Compare) or len(tree.ops) != 1:
            raise ValueError("`condition` compares with a number, for example `> 8`")
        compare = _COMPARE.get(type(tree.ops[0]))
        if compare is None:
            raise ValueError("`condition` is one of <, <=, >, >=, == and != with a number")
        return compare(value, float(_computed(tree.comparators[0], {})))


def check(document: Document, params: Params, context: Context) -> Iterator[Hit]:
    """One hit at the start where the condition is true; the message gets the value."""
    counts = counted(document)
    if not counts["words"]:
        return
    value = params.value(counts)
    if params.holds(value):
        yield Hit(0, 0, (f"{value:.2f}",))


def counted(document: Document) -> dict[str, float]:
    """The numbers of one annotated document, by Vale's names. URLs, handles and tags are no words."""
    text = document.text
    words = [
        text[span.start : span.end]
        for span in document.words
        if any(map(str.isalnum, text[span.start : span.end]))
        and not _ADDRESS.match(text, max(span.start - 1, 0), span.end)
    ]
    by_word = [syllables(word) for word in words]
    counts = dict.fromkeys(NAMES, 0.0)
    counts["words"] = len(words)
    counts["sentences"] = max(1, len(document.sentences))
    counts["paragraphs"] = len([p for p in _PARAGRAPH.split(document.text) if p.strip()])
    counts["characters"] = sum(sum(map(str.isalnum, word)) for word in words)
    counts["syllables"] = sum(by_word)
    counts["long_words"] = sum(sum(map(str.isalnum, word)) > LONG for word in words)
    counts["polysyllabic_words"] = sum(count >= POLYSYLLABIC for count in by_word)
    counts["complex_words"] = sum(
        count >= POLYSYLLABIC and syllables(_SUFFIX.sub("", word.lower())) >= POLYSYLLABIC and "-" not in word
        for word, count in zip(words, by_word, strict=True)
    )
    return counts


def syllables(word: str) -> int:
    """How many syllables an English word has, by its spelling; at least 1."""
    word = word.lower().replace("’", "'").removesuffix("'s")
    count = len(_VOWELS.findall(word)) + len(_HIATUS.findall(word))
    if _SILENT_E.search(word) and not _SOUNDED_E.search(word):
        count -= 1
    return max(1, count)


def _parsed(words: str, key: str) -> ast.expr:
    if len(words) > _LARGEST:
        raise ValueError(f"`{key}` is too long")
    try:
        return ast.parse(words.strip(), mode="eval").body
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(f"`{key}` is no arithmetic expression") from error


def _computed(node: ast.expr, names: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.Name(id=name):
            raise ValueError(f"`{name}` is not counted; there are {', '.join(NAMES)}")
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_computed(operand, names)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_computed(left, names), _computed(right, names))
        case ast.Call(func=ast.Attribute(value=ast.Name(id="math"), attr=name), args=args) if name in _MATH:
            values: list[Any] = [_computed(arg, names) for arg in args]
            return float(_MATH[name](*values))
    raise ValueError("use numbers, names, + - * / %, brackets and math functions only")
