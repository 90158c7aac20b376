"""Coverage-guided fuzzing of the reader: any bytes as text, every property of every view.

    bench/fuzz/reader.py [atheris options, e.g. -max_total_time=600]

Needs `atheris` (`pip install atheris`); it is no dependency of the project.
"""

import sys
from pathlib import Path

import atheris

sys.path.append(str(Path(__file__).resolve().parents[2]))

with atheris.instrument_imports(include=["reviewer.text"]):
    from reviewer.text import Views


def one_input(data: bytes) -> None:
    """Raises where a view breaks its promises."""
    text = data.decode(
        "utf-16-le" if data[:1] < b"\x80" else "utf-8", "surrogatepass" if len(data) % 2 == 0 else "replace"
    )
    views = Views(text)
    for view in (views.typed, views.light, views.skeleton, *(reading.view for reading in views.readings)):
        assert len(view.text) == len(view.starts) == len(view.ends)
        for i in range(len(view.text)):
            span = view.origin(i, i + 1)
            assert 0 <= span.start < span.end <= len(text)
    assert Views(views.light.text).light.text == views.light.text


def forgiving(data: bytes) -> None:
    """Bytes that are no text at all are nobody's fault."""
    try:
        one_input(data)
    except UnicodeDecodeError:
        return


if __name__ == "__main__":
    atheris.Setup(sys.argv, forgiving)
    atheris.Fuzz()
