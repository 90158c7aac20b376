"""Cues: named word lists that many rules share, such as what an illness or a prize is called."""

from functools import cache
from importlib.resources import files

import regex
import yaml

_REFERENCE = regex.compile(r"\{([a-z_]+)\}")


@cache
def cues() -> dict[str, str]:
    """Every cue of `cues.yml` by its name, as one group of alternatives; cues may name earlier ones."""
    listed = yaml.safe_load(files(__package__).joinpath("cues.yml").read_text("utf-8"))
    known: dict[str, str] = {}
    for name, words in listed.items():
        known[name] = f"(?:{'|'.join(_replace(word, known) for word in words)})"
    return known


def spelled_out(pattern: str) -> str:
    """The pattern with every `{name}` replaced by that cue; KeyError for a name that there is not."""
    return _replace(pattern, cues()) if "{" in pattern else pattern


def _replace(pattern: str, known: dict[str, str]) -> str:
    return _REFERENCE.sub(lambda reference: known[reference[1]], pattern)
