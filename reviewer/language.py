"""The only importer of spaCy and VADER: sentences, words, valence, tone, and whether a text is English.

Both are imported, and the trained heads read, at the first annotation, so that whoever never reads a
text does not wait for them. Everything is computed on the `light` view of a document and pointed back
at what was typed.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import lru_cache
from math import sqrt
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

import regex
import simplemma

from reviewer.heads import EXCLUSIVE, Heads
from reviewer.model import Span
from reviewer.text import Document

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

COMPONENT = "reviewer_heads"
"""Name of the trained heads in a spaCy pipeline."""

LONGEST_WORD = 128
"""A run of more characters without space is no word; it is cut, so that tokenizing stays linear."""

PIECE = 1_000
"""VADER's time grows with the square of the words, so a longer text is read in pieces of this many
characters. An emoji counts for 60: VADER writes it out as its description."""

PARAGRAPHS = 1_500
"""Characters after which the heads take the next paragraph or sentence for themselves."""

ALPHA = 15.0
"""VADER's normalisation: compound = s / sqrt(s² + ALPHA), s the sum of valences."""

KNOWN_SHARE = 0.6
"""Below this share of known words a text is not English. On 9,138 English texts of four public sets
0.3 % fall below, of 484 sentences in 60 other languages 94 % do."""

MOST_STRINGS = 200_000
"""spaCy keeps every word that it ever met; beyond this many (about 30 MB) it starts afresh."""

MIN_WORDS = 3
"""Fewer words in Latin letters say nothing about the language ("ok lol", a name)."""

_LONG_RUN = regex.compile(rf"\S{{{LONGEST_WORD}}}(?=\S)")
_ADDRESS = regex.compile(r"https?://\S+|www\.\S+|[@#]\w+|\b\w+@\w[\w.]+")
_WORD = regex.compile(r"\p{L}[\p{L}\p{M}]*(?:['’]\p{L}+)*")
_LATIN = regex.compile(r"\p{Latin}")
_LONE = regex.compile(r"[\ud800-\udfff]")
_LINE = regex.compile(r"[^\s](?:[^\n]*[^\s])?")
_LINES = regex.compile(r"(?<=[.!?。！？])\s+|\n+")


def annotate(document: Document, *, pipeline: str = "") -> Document:
    """The document with sentences, words, valence by sentence, compound and tone filled in.

    Spans are half-open, in code points of the text as typed, in order, and never empty; valence and
    compound are VADER's, in [-1, 1]; tone holds probabilities by the names of `heads`, and nothing for
    a head that is missing or a text without words. `pipeline` names an installed spaCy pipeline to use
    instead of the blank English one. Time is linear in the length of the text; no text makes it fail.
    """
    view = document.views.light
    doc = _nlp(pipeline)(_readable(view.text))
    sentences = [
        line.span()
        for sentence in doc.sents
        for line in _LINE.finditer(view.text, sentence.start_char, sentence.end_char)
    ]
    return replace(
        document,
        sentences=tuple(view.origin(start, end) for start, end in sentences),
        words=tuple(view.origin(token.idx, token.idx + len(token)) for token in doc if not token.is_space),
        valence=tuple(valence(view.text[start:end]) for start, end in sentences),
        compound=valence(view.text),
        tone=doc._.tone,
    )


@lru_cache(maxsize=512)
def tone(text: str) -> Mapping[str, float]:
    """Calibrated probabilities of every head, by name (see `heads`). A long text is read in pieces.

    A post with one bad paragraph is a bad post, so the highest counts where a head asks one question;
    shares among classes are averaged.
    """
    found = [heads().scores(piece, valences(piece)) for piece in _paragraphs(text)]
    found = [scores for scores in found if scores]
    if len(found) <= 1:
        return MappingProxyType(found[0] if found else {})
    return MappingProxyType(
        {
            name: sum(one[name] for one in found) / len(found)
            if name.partition("/")[0] in EXCLUSIVE
            else max(one[name] for one in found)
            for name in found[0]
        }
    )


def drivers(document: Document, span: Span, name: str) -> tuple[tuple[str, float, Span], ...]:
    """The words that add most to a score within a span: as typed, log-odds, and where they stand."""
    view = document.views.light
    inside = [at for at, start in enumerate(view.starts) if span.start <= start < span.end]
    if not inside:
        return ()
    first, last = inside[0], inside[-1] + 1
    found = heads().drivers(view.text[first:last], name)
    places = [(view.origin(first + one.start, first + one.end), one.weight) for one in found]
    return tuple((document.text[at.start : at.end], weight, at) for at, weight in places)


def threshold(name: str) -> float:
    """What the models' manifest recommends for a head; 1 where it knows nothing, so that nothing passes."""
    known = heads().thresholds
    return known.get(name, known.get("policy/area", 1.0) if name.startswith("policy/") else 1.0)


def reduced(documents: Iterable[Document]) -> Iterator[str]:
    """What could not be looked at, in words for people: missing heads, and a language not supported."""
    if missing := heads().missing:
        yield f"Trained checks are missing ({', '.join(missing)}): people read without them."
    if any(foreign(document.views.light.text) for document in documents):
        yield "Language not supported, in all or a part of the text: a person decides."


def heads() -> Heads:
    """The trained heads of this installation; `missing` names those that could not be trusted."""
    return _OTHERS.get() or _installed()


@lru_cache(maxsize=1)
def _installed() -> Heads:
    return Heads.load()


@contextmanager
def reading_with(others: Heads) -> Iterator[None]:
    """Within this, in this thread, texts are read with other heads: to repeat what was read with them."""
    before = _OTHERS.set(others)
    try:
        yield
    finally:
        _OTHERS.reset(before)


_OTHERS: ContextVar[Heads | None] = ContextVar("others", default=None)


def valence(text: str) -> float:
    """VADER's compound of a text, in [-1, 1]; 0 where it knows no word. It never clears a post."""
    return valences(text)["compound"]


def valences(text: str) -> dict[str, float]:
    """VADER's `neg`, `neu`, `pos` (shares, in [0, 1]) and `compound` (in [-1, 1])."""
    pieces = list(_pieces(text))
    found = [{name: float(value) for name, value in _vader().polarity_scores(p).items()} for p in pieces]
    if len(found) == 1:
        return found[0]
    compounds = (max(-0.9999, min(one["compound"], 0.9999)) for one in found)
    total = sum(compound * sqrt(ALPHA / (1 - compound * compound)) for compound in compounds)
    shares = {
        name: sum(one[name] * len(piece) for one, piece in zip(found, pieces, strict=True)) / len(text)
        for name in ("neg", "neu", "pos")
    }
    return {**shares, "compound": round(total / sqrt(total * total + ALPHA), 4)}


def foreign(text: str) -> bool:
    """Whether the text, or one of its sentences, is in a language that the checks don't read.

    True where letters of other scripts prevail, or where too few of the words are English ones.
    """
    return any(_foreign(line) for line in {text, *_LINES.split(text)})


def _foreign(text: str) -> bool:
    words = _WORD.findall(_ADDRESS.sub(" ", text))
    latin = [word for word in words if _LATIN.match(word)]
    if sum(map(len, words)) > 2 * sum(map(len, latin)):
        return True
    # Names are capitalised and in no dictionary: they count only where there is little else.
    common = [word for word in latin if word.islower()]
    latin = common if len(common) >= MIN_WORDS else latin
    if len(latin) < MIN_WORDS:
        return False
    return sum(map(_known, latin)) / len(latin) < KNOWN_SHARE


def _paragraphs(text: str) -> Iterator[str]:
    """The text, or pieces of about `PARAGRAPHS` characters that end where a line or sentence does."""
    start = 0
    while len(text) - start > PARAGRAPHS:
        stop = start + PARAGRAPHS
        ends = [match.end() for match in _LINES.finditer(text, start + PARAGRAPHS // 2, stop)]
        end = ends[-1] if ends else stop
        yield text[start:end]
        start = end
    yield text[start:]


@lru_cache(maxsize=20_000)
def _known(word: str) -> bool:
    word = word.lower().replace("’", "'")
    return any(simplemma.is_known(form, lang="en") for form in (word, word.partition("'")[0]))


def _readable(text: str) -> str:
    """Text of the same length that spaCy reads in linear time and can encode."""
    return _LONE.sub("\ufffd", _LONG_RUN.sub(lambda run: run[0][:-1] + " ", text))


def _pieces(text: str) -> Iterator[str]:
    if len(text) * 60 <= PIECE:
        yield text
        return
    start, weight = 0, 0
    for at, character in enumerate(text):
        weight += 1 if character < "\u2000" else 60
        if weight >= PIECE and (character.isspace() or weight >= 2 * PIECE):
            yield text[start : at + 1]
            start, weight = at + 1, 0
    if start < len(text):
        yield text[start:]


def _nlp(name: str) -> "Language":
    nlp = _pipeline(name)
    if len(nlp.vocab.strings) > MOST_STRINGS:
        _pipeline.cache_clear()
    return nlp


@lru_cache(maxsize=2)
def _pipeline(name: str) -> "Language":
    import spacy

    register()
    nlp = spacy.load(name) if name else spacy.blank("en")
    if not {"parser", "senter", "sentencizer"} & set(nlp.pipe_names):
        nlp.add_pipe("sentencizer")
    if COMPONENT not in nlp.pipe_names:
        nlp.add_pipe(COMPONENT)
    return nlp


class WrongWeights(ValueError):
    """A stored pipeline was made with other weights than those of this installation."""


class ToneComponent:
    """The trained heads in a spaCy pipeline: sets `doc._.tone`, as `tone` gives it.

    What is stored of it is the SHA-256 of the models' manifest: the weights stay with the installation,
    and a pipeline that was made with other ones is refused.
    """

    def __call__(self, doc: "Doc") -> "Doc":
        # what was kept under other heads must not answer for these, nor theirs for the installed ones
        doc._.tone = tone(doc.text) if _OTHERS.get() is None else tone.__wrapped__(doc.text)
        return doc

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:  # noqa: ARG002 - spaCy's signature
        return heads().sha256.encode()

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Self:  # noqa: ARG002
        """Raises WrongWeights."""
        if data.decode() != heads().sha256:
            raise WrongWeights("The pipeline was stored with other tone weights: make and store it anew.")
        return self

    def to_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002
        Path(path).write_bytes(self.to_bytes())

    def from_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> Self:  # noqa: ARG002
        """Raises WrongWeights."""
        return self.from_bytes(Path(path).read_bytes())


@lru_cache(maxsize=1)
def register() -> None:
    """Make `nlp.add_pipe("reviewer_heads")` and `doc._.tone` known to spaCy; repeated calls do nothing."""
    from spacy.language import Language
    from spacy.tokens import Doc

    if not Doc.has_extension("tone"):
        Doc.set_extension("tone", default=MappingProxyType({}))

    @Language.factory(COMPONENT, assigns=["doc._.tone"])
    def made(nlp: Language, name: str) -> ToneComponent:  # noqa: ARG001 - spaCy's signature
        return ToneComponent()


@lru_cache(maxsize=1)
def _vader() -> "SentimentIntensityAnalyzer":
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()
