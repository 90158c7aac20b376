"""Text: every view points back at what was typed, whatever was typed."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.model import Link, Media, Part, Variant
from reviewer.text import View, Views, read, read_text
from reviewer.text.compact import number_words, unspaced, zeros
from reviewer.text.light import FOLDED

TRICKY = st.text(
    alphabet=st.one_of(
        st.sampled_from(
            "ab1 &#x;&amp;<b>%.\n\r\t'\"-@\u202e\u202d\u202c\u2067\u2069\u200b\u200d\ufe0f\u20e3\u0301\u0316"
        ),
        st.sampled_from("аеорфЖαβγＡｂ𝐚𝟙ⓐ🅰🇩🇪😀ﬁß½①٣\ud83d\ude00\U000e0064ᄀ각"),
        st.characters(codec=None),
    ),
    max_size=60,
)


def views(text: str) -> list[View]:
    every = Views(text)
    return [every.typed, every.light, every.skeleton, *(reading.view for reading in every.readings)]


@given(TRICKY)
@settings(max_examples=300, deadline=None)
def test_every_character_of_every_view_knows_a_range_of_what_was_typed(text: str) -> None:
    for view in views(text):
        assert len(view.text) == len(view.starts) == len(view.ends)
        assert all(0 <= start < end <= len(text) for start, end in zip(view.starts, view.ends, strict=True))
        for i in range(len(view.text)):
            span = view.origin(i, i + 1)
            assert 0 <= span.start <= view.starts[i] < view.ends[i] <= span.end <= len(text)


@given(TRICKY)
@settings(max_examples=300, deadline=None)
def test_reading_the_light_view_again_changes_nothing(text: str) -> None:
    light = Views(text).light.text
    assert Views(light).light.text == light
    assert Views(text).light.text == light


@given(TRICKY.filter(lambda text: not set(text) & set("\u202d\u202e")))
@settings(max_examples=200, deadline=None)
def test_views_keep_the_order_of_what_was_typed_outside_bidi_runs(text: str) -> None:
    starts = list(Views(text).light.starts)
    assert starts == sorted(starts)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz ,.\n", max_size=80))
def test_plain_lower_case_maps_to_itself(text: str) -> None:
    document = read_text(text)
    assert document.views.light.text == document.views.skeleton.text == text
    assert list(document.views.skeleton.starts) == list(range(len(text)))


def test_folding_any_one_character_twice_changes_nothing() -> None:
    for number in range(0x110000):
        once = FOLDED[chr(number)]
        assert "".join(FOLDED[character] for character in once) == once


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("plain & simple", "plain & simple"),
        ("&#100;&#105l&amp;lt;", "dil<"),
        ("a \u202eodlid\u202c b", "a dildo b"),
        ("a \u202eod\u202dLI\u202cld\u202c b", "a dlLIdo b"),
        ("3\ufe0f\u20e35\ufe0f\u20e3 \uff08\uff14\uff11\uff15\uff09", "35 (415)"),
        ("e\u0301 ﬁ \u00a0\u2011\u201cx\u201d", "é fi  -\"x\""),
        ("٠١٢ ①② 𝟙", "012 12 1"),
        ("a\u200bb\u00adc\U000e0064d", "abcd"),
        ("\u2067abc\u2069", "abc"),
    ],
)  # fmt: skip
def test_the_light_view_is_what_a_reader_sees(typed: str, seen: str) -> None:
    assert read_text(typed).views.light.text == seen


@pytest.mark.parametrize(
    ("typed", "spelled"),
    [
        ("ДеаӀ ԝһiѕtӏе", "aeal whistle"),
        ("ᴅᴇᴀʟ 𝕕𝕖𝕒𝕝 ⓓⓔⓐⓛ 🅳🅴🅰🅻 🇩🇪🇦🇱 ᵈᵉᵃˡ", "deal deal deal deal deal deal"),
        ("đéàł d̷e̷a̷l̷", "deal deal"),
        ("ᗪEᗩᒪ 刀乇卂ㄥ", "deal deal"),
        ("Straße, 10€ for ©", "strasse, 10€ for ©"),
        ("d€a£", "deal"),
        ("日本語", "日本語"),
    ],
)
def test_the_skeleton_is_what_an_eye_spells(typed: str, spelled: str) -> None:
    assert read_text(typed).views.skeleton.text == spelled


def test_a_highlight_never_cuts_a_grapheme() -> None:
    typed = "hi 👨‍👩‍👧‍👦 e\u0301\u0316x"
    view = read_text(typed).views.light
    at = view.text.index("x")
    span = view.origin(at - 1, at)
    assert typed[span.start : span.end] == "e\u0301\u0316"
    family = View.of(typed).origin(5, 6)
    assert typed[family.start : family.end] == "👨‍👩‍👧‍👦"


def test_what_is_decoded_points_at_the_code() -> None:
    typed = "see d%65al and ZGVhbGluZyBkZWFscw== or -.. . .- .-.."
    found = {reading.how: reading.view for reading in read_text(typed).views.readings}
    escaped = found["escaped letters"]
    at = escaped.text.index("deal")
    span = escaped.origin(at, at + 4)
    assert typed[span.start : span.end] == "d%65al"
    assert found["base64"].text.strip() == "dealing deals"
    morse = found["Morse code"]
    assert morse.text.strip() == "deal"
    span = morse.origin(0, 4)
    assert typed[span.start : span.end] == "-.. . .- .-.."


def test_what_was_pulled_apart_is_put_together() -> None:
    assert unspaced(View.of("no 3 5 2 8 - 9 9 1 4 now")).text == "no 3528-9914 now"
    assert unspaced(View.of("a.b.@.c.d...e.f")).text == "ab@cd.ef"
    assert number_words(View.of("call four one five double five oh one")).text == "call 4155501"
    assert zeros(View.of("DE93 3742 O78O 2345")).text == "DE93 3742 0780 2345"
    assert unspaced(View.of("I am a man")).text == "I am a man"


def test_every_field_that_people_read_is_a_document() -> None:
    picture = Media("0" * 64, "a loaf")
    variant = Variant(
        "post", "youtube", "youtube:a", (Part("Hi <b>you</b> &amp; me", "html", (picture,)), Part("")),
        first_comment="first", link=Link("https://example.org", "title", ""), content_warning="cw",
        settings={"title": "Video", "tags": ["bread"], "privacy": True},
    )  # fmt: skip
    documents = {document.pointer: document for document in read(variant)}
    assert list(documents) == [
        "/parts/0/text", "/parts/0/media/0/alt", "/parts/1/text", "/first_comment", "/link/url",
        "/link/title",
        "/content_warning", "/settings/title", "/settings/tags/0",
    ]  # fmt: skip
    assert documents["/parts/0/text"].views.light.text == "Hi you & me"


@pytest.mark.parametrize(
    "text",
    [
        "e" + "\u0301\u0316" * 50_000,
        "\u202ea" * 50_000,
        "\u202ea\u202d" * 33_000,
        "&" + "amp;" * 25_000,
        "&#x" * 33_000,
        "\ud83d" * 100_000,
        "🇩" * 100_000,
        "%66" * 33_000,
        "<a " * 33_000,
        "-.. " * 25_000,
        "aB3dE5 " * 14_000,
        "one two " * 12_500,
        "ɐqɔ" * 33_000,
    ],
)
def test_reading_takes_linear_time_on_anything(text: str) -> None:
    start = time.process_time()
    for view in views(text):
        if view.text:
            view.origin(0, len(view.text))
    assert time.process_time() - start < 10
