"""Channels: what each network takes, counted as it counts. The truth for X is twitter-text's own cases."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from reviewer import channels
from reviewer.channels import counting, entities
from reviewer.checks import limits
from reviewer.errors import RuleError
from reviewer.model import Context, Link, Media, Part, Variant
from reviewer.text import View, read_text

DATA = Path(os.environ.get("REVIEWER_DEV_DATA", Path(__file__).parents[1] / "../shared/data"))
CONFORMANCE = DATA / "twitter-text"
needs_conformance = pytest.mark.skipif(
    not CONFORMANCE.is_dir(),
    reason=f"the cases of twitter-text are not in {CONFORMANCE}; set REVIEWER_DEV_DATA",
)


def cases(name: str, *sections: str) -> list[dict[str, Any]]:
    tests = yaml.safe_load((CONFORMANCE / name).read_text())["tests"]
    return [case for section in sections for case in tests[section]]


def variant(channel: str, text: str, **more: Any) -> Variant:
    return Variant("post", channel, f"{channel}:acme", (Part(text),), **more)


def counted(channel: str, text: str, **more: Any) -> dict[str, tuple[int, int | None]]:
    fits = channels.fit(variant(channel, text, **more), channels.load()[channel])
    return {count.limit: (count.used, count.over_at) for count in fits}


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@needs_conformance
@pytest.mark.parametrize(
    ("section", "emoji"),
    [
        ("WeightedTweetsCounterTest", False),  # configuration v2
        ("WeightedTweetsWithDiscountedEmojiCounterTest", True),
        ("UnicodeDirectionalMarkerCounterTest", True),
    ],
)
def test_x_counts_every_weighted_case_of_twitter_text(
    section: str, emoji: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(counting.MEASURES, "x", lambda view, cost: counting.weighted(view, cost, emoji=emoji))
    for case in cases("validate.yml", section):
        text, expected = case["text"], case["expected"]
        measured = counting.measure(View.of(text), "x", 280, 23)
        assert measured.used == expected["weightedLength"], case["description"]
        refused = counting.measure(View.of(text), "refused", 0, 23)
        assert (0 < measured.used <= 280 and not refused.used) == expected["valid"], case["description"]
        over_at = measured.over_at if refused.over_at is None else refused.over_at
        valid_end = utf16_length(text[:over_at]) - 1
        assert valid_end == expected["validRangeEnd"], case["description"]


@needs_conformance
def test_there_are_44_weighted_cases() -> None:
    assert len(cases("validate.yml", *WEIGHTED)) == 44


WEIGHTED = (
    "WeightedTweetsCounterTest",
    "WeightedTweetsWithDiscountedEmojiCounterTest",
    "UnicodeDirectionalMarkerCounterTest",
)

Extract = Callable[[str], list[entities.Entity]]


@needs_conformance
@pytest.mark.parametrize(
    ("extract", "sections"),
    [
        (entities.urls, ("urls", "tco_urls_with_params")),
        (entities.hashtags, ("hashtags", "hashtags_from_astral")),
        (entities.cashtags, ("cashtags",)),
        (entities.mentions, ("mentions",)),
    ],
)
def test_entities_are_those_of_twitter_text(extract: Extract, sections: tuple[str, ...]) -> None:
    for case in cases("extract.yml", *sections):
        assert [entity.text for entity in extract(case["text"])] == case["expected"], case["description"]


@needs_conformance
@pytest.mark.parametrize(
    ("extract", "sections", "key"),
    [
        (entities.urls, ("urls_with_indices", "urls_with_directional_markers"), "url"),
        (entities.hashtags, ("hashtags_with_indices",), "hashtag"),
        (entities.cashtags, ("cashtags_with_indices",), "cashtag"),
        (entities.mentions, ("mentions_with_indices",), "screen_name"),
    ],
)
def test_entities_stand_where_twitter_text_says(
    extract: Extract, sections: tuple[str, ...], key: str
) -> None:
    for case in cases("extract.yml", *sections):
        found = [
            {key: entity.text, "indices": [entity.start, entity.end]} for entity in extract(case["text"])
        ]
        assert found == case["expected"], case["description"]


@needs_conformance
def test_urls_are_valid_where_twitter_text_says_so() -> None:
    for case in cases("validate.yml", "urls_without_protocol"):
        whole = [entity.text for entity in entities.urls(case["text"])] == [case["text"]]
        assert whole == case["expected"], case["description"]


def test_a_hundred_families_fit_into_bluesky() -> None:
    assert counted("bluesky", "👨‍👩‍👧‍👦" * 100) == {"text": (100, None), "bytes": (2500, None)}


def test_two_hundred_hearts_do_not_fit_into_threads() -> None:
    assert counted("threads", "❤️" * 200)["text"] == (1200, 166)


def test_one_long_url_is_23_on_x() -> None:
    assert counted("x", "https://example.com/" + "a" * 300)["text"] == (23, None)


def test_the_overflow_is_given_in_code_points_as_typed() -> None:
    typed = "e\u0301" * 281
    assert counted("x", typed)["text"] == (281, 560)


def test_a_content_warning_uses_up_mastodons_allowance() -> None:
    assert counted("mastodon", "a" * 490, content_warning="b" * 20)["text"] == (510, 480)


def test_mastodon_counts_neither_long_urls_nor_the_server_of_a_mention() -> None:
    text = "@ada@social.example see https://example.com/" + "a" * 900
    assert counted("mastodon", text)["text"] == (len("@ada see ") + 23, None)


def test_an_account_can_have_its_own_limits() -> None:
    found = channels.fit(variant("x", "a" * 300), channels.load()["x"], {"text": 25_000})
    assert (found[0].allowed, found[0].over_at, found[0].confidence) == (25_000, None, "official")


def test_the_url_cost_of_a_mastodon_server_counts() -> None:
    found = channels.fit(
        variant("mastodon", "https://example.com/x"), channels.load()["mastodon"], {"url": 40}
    )
    assert found[0].used == 40


def test_a_caption_on_telegram_is_shorter_than_a_message_and_counts_without_its_mark_up() -> None:
    picture = Media("0" * 64)
    caption = Variant("post", "telegram", "telegram:a", (Part("<b>Hi</b> &amp; bye", "html", (picture,)),))
    found = channels.fit(caption, channels.load()["telegram"])
    assert [(c.used, c.allowed) for c in found] == [(8, 1024)]


def test_linkedins_reserved_characters_cost_two_and_comments_are_shorter() -> None:
    reply = Variant("reply", "linkedin", "linkedin:a", (Part("(yes) #1"),), target="linkedin:9")
    found = channels.fit(reply, channels.load()["linkedin"])
    assert [(c.used, c.allowed) for c in found] == [(11, 1250)]


def test_titles_tags_and_links_have_limits_of_their_own() -> None:
    settings = {"title": "t" * 101, "tags": ["bread", "butter"]}
    found = channels.fit(variant("youtube", "é <b>", settings=settings), channels.load()["youtube"])
    assert [(c.pointer, c.limit, c.used, c.over_at) for c in found] == [
        ("/parts/0/text", "text", 6, None),
        ("/parts/0/text", "angle brackets", 2, 2),
        ("/settings/title", "title", 101, 100),
        ("/settings/title", "angle brackets", 0, None),
        ("/settings/tags", "tags", 12, None),
    ]
    pin = counted("pinterest", "", link=Link("https://example.org", "t" * 101))
    assert pin["title"] == (101, 100)


def test_a_site_without_a_file_has_no_known_limits() -> None:
    found = channels.fit(variant("generic", "a" * 99_999), channels.load()["generic"])
    assert [(c.used, c.allowed, c.over_at) for c in found] == [(99_999, None, None)]


def test_every_channel_of_the_table_is_there_with_a_source_for_every_limit() -> None:
    known = channels.load()
    assert {
        "x", "bluesky", "mastodon", "threads", "linkedin", "instagram", "facebook", "tiktok",
        "youtube", "pinterest", "google_business", "reddit", "telegram", "discord", "generic",
    } == set(known)  # fmt: skip
    for channel in known.values():
        for limit in channel.limits:
            assert limit.source
            assert limit.allowed is not None or channel.name == "generic"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("title: [", "not YAML"),
        ("title: X\nlimits: []\n", "limits"),
        ("- x\n", "mapping"),
        ("title: X\nlimits: [{}]\n", "limits.0"),
    ],
)
def test_a_channel_file_that_cannot_be_trusted_is_named(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "x.yml").write_text(content)
    with pytest.raises(RuleError, match=says) as refused:
        channels.load(tmp_path)
    assert refused.value.path.endswith("x.yml")


def test_a_folder_without_the_generic_channel_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="generic"):
        channels.load(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "a." * 50_000,
        "http://" * 14_000,
        "http://a.b" + "(" * 99_000,
        "@" * 100_000,
        "#a" * 50_000,
        "a.com/?" * 14_000,
        "$a" * 50_000,
        "\U0001f468\u200d" * 50_000,
        "e" + "\u0301" * 100_000,
        "http://" + "a.com." * 16_000,
        "\ud83d" * 100_000,
        "@a@" + "b." * 50_000,
    ],
)
def test_counting_takes_linear_time_on_anything(text: str) -> None:
    start = time.process_time()
    for channel in channels.load().values():
        channels.fit(variant(channel.name, text), channel)
    assert time.process_time() - start < 20


def test_a_text_alone_is_checked_against_its_channel() -> None:
    context = Context(channel="x")
    found = list(limits.check(read_text("a" * 281), limits.Params(), context))
    assert [(hit.start, hit.end, hit.arguments) for hit in found] == [
        (280, 281, ("281", "280", "characters", "X"))
    ]
    assert not list(limits.check(read_text("a" * 281), limits.Params(confidence="secondary"), context))
    assert not list(limits.check(read_text("a" * 281), limits.Params(), Context(channel="nowhere")))


def test_the_counts_of_the_whole_variant_go_before_those_of_the_text_alone() -> None:
    premium = variant("x", "a" * 281)
    counts = channels.fit(premium, channels.load()["x"], {"text": 25_000})
    context = Context(channel="x", counts=counts)
    assert not list(limits.check(read_text("a" * 281), limits.Params(), context))
