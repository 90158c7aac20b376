"""Alternative text of pictures: missing, or saying nothing."""

import re
from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel

from reviewer.model import Context, Hit
from reviewer.text import Document


class Params(BaseModel, frozen=True, extra="forbid"):
    """`problem`: `missing` looks at the text of a part with media, `empty_words` at the alternative text."""

    problem: Literal["missing", "empty_words"] = "missing"


_SAYS_NOTHING = re.compile(
    r"(?i)\s*(?:(?:an? )?(?:image|picture|photo(?:graph)?|pic|graphic|screenshot|img|video|gif|logo)\.?"
    r"|(?:img|dsc|image|photo|screenshot|pxl|untitled)[\w \-().]*\.?(?:jpe?g|png|gif|webp|heic|mp4|mov)?"
    r"|[\w\-]+\.(?:jpe?g|png|gif|webp|heic|mp4|mov)|alt(?: text)?|n/?a|none|todo|x+|\W*)\s*"
)


def check(document: Document, params: Params, context: Context) -> Iterator[Hit]:
    """At the whole field; the argument is how many pictures have no text, or the text that says nothing."""
    size = len(document.text)
    if params.problem == "missing":
        if document.pointer.startswith("/parts/") and document.pointer.endswith("/text"):
            missing = sum(not media.alt.strip() for media in context.media)
            if missing:
                yield Hit(0, size, (str(missing),))
    elif document.pointer.endswith("/alt") and _SAYS_NOTHING.fullmatch(document.text):
        yield Hit(0, size, (document.text,))
