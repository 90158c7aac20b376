"""Highlights never change the text, and a diff is both of its texts."""

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from reviewer.model import Decision
from reviewer.web.diff import compare
from reviewer.web.marks import Spot, highlight

TEXTS = st.text(st.sampled_from("ab <>&\"'\n\r😀é\u200b{}%"), max_size=40)
SPOTS = st.lists(
    st.builds(
        Spot,
        start=st.integers(-2, 45),
        end=st.integers(-2, 45),
        number=st.integers(1, 99),
        decision=st.sampled_from(Decision),
        href=st.sampled_from(["", "#finding-1-1"]),
    ),
    max_size=6,
)


@given(TEXTS, SPOTS)
def test_the_marked_text_without_its_tags_is_the_text(text: str, spots: list[Spot]) -> None:
    html = str(highlight(text, spots))

    assert unescape(re.sub(r"<[^>]*>", "", html)) == text


@given(TEXTS, SPOTS)
def test_only_marks_of_ours_are_ever_in_the_html(text: str, spots: list[Spot]) -> None:
    html = str(highlight(text, spots))

    leads = r'(?: href="#finding-1-1" data-of="[^"<]+")?'
    opened = rf'<(?:a|mark) class="mark is-[a-z_]+"{leads}(?: data-n="[⁰¹²³⁴⁵⁶⁷⁸⁹\u202f]+")?>'
    assert re.sub(rf"{opened}|</a>|</mark>", "", html).count("<") == 0


def test_where_two_findings_overlap_the_more_serious_one_gives_the_look() -> None:
    html = highlight("a bad claim", [Spot(0, 11, 2, Decision.SUGGEST), Spot(2, 5, 1, Decision.BLOCK)])

    assert html == (
        '<mark class="mark is-suggest">a </mark><mark class="mark is-block" data-n="¹">bad</mark>'
        '<mark class="mark is-suggest" data-n="²"> claim</mark>'
    )


@given(TEXTS, TEXTS)
def test_a_diff_holds_the_old_text_and_the_new_one(old: str, new: str) -> None:
    pieces = compare(old, new)

    assert "".join(p.text for p in pieces if p.kind != "new") == old
    assert "".join(p.text for p in pieces if p.kind != "gone") == new


def test_a_very_long_text_is_compared_by_lines_in_good_time() -> None:
    old = "\n".join(f"line {n} of a long story" for n in range(4000))

    pieces = compare(old, old.replace("line 7 of", "line seven of"))

    assert [p.kind for p in pieces] == ["same", "gone", "new", "same"]
