"""Leaks, links and disguise: what must not be public is found, what only looks like it is let go."""

import base64
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from reviewer.checks import _secrets, alt_text, disguise, links, pii, secrets, tagging, terms
from reviewer.model import Context, Hit, Media
from reviewer.text import read_text

DATA = Path(os.environ.get("REVIEWER_DEV_DATA", Path(__file__).parents[1] / "../shared/data"))
needs_data = pytest.mark.skipif(
    not (DATA / "pii").is_dir(), reason=f"no {DATA / 'pii'}; set REVIEWER_DEV_DATA"
)


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text().splitlines() if line.strip()]


def personal(text: str, **lists: tuple[str, ...]) -> list[tuple[str, str]]:
    found = pii.check(read_text(text), pii.Params(), Context(lists=lists))
    return [(text[hit.start : hit.end], hit.arguments[0]) for hit in found]


def secret(text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in secrets.check(read_text(text), secrets.Params(), Context())]


def linked(text: str, *kinds: str) -> list[tuple[str, ...]]:
    context = Context(lists={"domains": ("northwind.com",)})
    return [
        hit.arguments
        for hit in links.check(read_text(text), links.Params.model_validate({"kinds": kinds}), context)
    ]


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("card 4012-8888-8888-1881 please", "4012-8888-8888-1881", "payment card number"),
        ("IBAN DE89 3704 0044 0532 0130 00 today", "DE89 3704 0044 0532 0130 00", "bank account number"),
        ("my social 487-33-5065 leaked", "487-33-5065", "social security number"),
        ("NHS number 943 476 5919", "943 476 5919", "personal or tax number"),
        ("Passport number C79479272 ok", "C79479272", "passport number"),
        ("Text (415) 785-2032 now", "(415) 785-2032", "phone number"),
        ("ring +44 20 7946 0369 now", "+44 20 7946 0369", "phone number"),
        ("ask jo.park@example.org now", "jo.park@example.org", "e-mail address"),
        ("ask jo at gmail dot com now", "jo at gmail dot com", "e-mail address"),
        ("lives at 2691 Kingsway Rd btw", "2691 Kingsway Rd", "street address"),
        ("wohnt Hauptstraße 12 in", "Hauptstraße 12", "street address"),
        ("DOB: 18 March 2002 for her", "18 March 2002", "date of birth"),
        ("meet at 41.22434, -102.26560 ok", "41.22434, -102.26560", "location"),
        ("box at 52.86.159.177 down", "52.86.159.177", "network address"),
        ("router A2:CB:7B:A0:ED:4D live", "A2:CB:7B:A0:ED:4D", "hardware address"),
        ("tips 14V6zRp6YfbjdMKFfhzNGic2yHnBcS7Zz6", "14V6zRp6YfbjdMKFfhzNGic2yHnBcS7Zz6", "crypto wallet"),
        ("card 4 0 1 2 8 8 8 8 8 8 8 8 1 8 8 1 ok", "4 0 1 2 8 8 8 8 8 8 8 8 1 8 8 1", "payment card number"),
        ("ring oh 7 7 oh oh nine oh oh six one 9", "oh 7 7 oh oh nine oh oh six one 9", "phone number"),
        ("ring O77OO 900619 now", "O77OO 900619", "phone number"),
        ("ask jo.park@example.org.", "jo.park@example.org", "e-mail address"),
        ("ask jo_at_gmail_dot_com now", "jo_at_gmail_dot_com", "e-mail address"),
        ("ask jo arroba gmail punto com now", "jo arroba gmail punto com", "e-mail address"),
        ("ask jo @ gmail . com now", "jo @ gmail . com", "e-mail address"),
        ("born 21-Feb-1968 in Leeds", "21-Feb-1968", "date of birth"),
        ("camp at 21°50'16\"N 142°35'11\"W", "21°50'16\"N 142°35'11\"W", "location"),
        ("SSN 545-6\u03365\u0336-8236 oops", "545-6\u03365\u0336-8236", "social security number"),
        ("SSN 545\n65\n8236 oops", "545\n65\n8236", "social security number"),
        ("SSN \u202e6328-56-545\u202c oops", "\u202e6328-56-545\u202c", "social security number"),
        ("at 5🔸2🔸.🔸8🔸6🔸.🔸1🔸5🔸9🔸.🔸7 ok", "5🔸2🔸.🔸8🔸6🔸.🔸1🔸5🔸9🔸.🔸7", "network address"),
        ("my RUT 12.345.678-5 here", "12.345.678-5", "personal or tax number"),
    ],
)  # fmt: skip
def test_personal_data_is_found_exactly(text: str, value: str, kind: str) -> None:
    assert personal(text) == [(value, kind)]


@pytest.mark.parametrize(
    "text",
    [
        "Serial no 4012888888881881 recalled",
        "ISBN 978-0-85-608107-6 is out, order #5998032353 shipped",
        "Version 1.91.7, build 10.0.85841.8067, score 102-98-76",
        "Passport stamps from 12 countries, open 12/05/2016",
        "Call for papers closes 12/05/2026",
        "Meet us on 5th Avenue, 10 Best Ways to walk",
        "meet us at noon, dot com boom",
        "std::cout << 3.1415926535",
        "12.345.678 visitors, 123456782 of them new",
    ],
)
def test_what_only_looks_like_personal_data_is_let_go(text: str) -> None:
    assert personal(text) == []


def test_published_contacts_of_the_brand_are_let_go() -> None:
    text = "Write to press@acme.example or call +44 20 7946 0369"
    assert len(personal(text)) == 2
    assert personal(text, contacts=("@acme.example", "020 7946 0369")) == []
    assert personal("Write to press@acme.example.evil.io", contacts=("@acme.example",)) != []


def test_an_unknown_kind_of_personal_data_is_refused() -> None:
    with pytest.raises(ValidationError, match="SHOE_SIZE"):
        pii.Params(kinds=("SHOE_SIZE",))


@pytest.mark.parametrize(
    "token",
    [
        "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
        "AKIA" + "Q3EGZ7XK2MWP5TRB",
        "xoxb-" + "969864862974-8355942327167-aF1lEriynGOBLO8QtBsgOVS4",
        "sk_live_" + "Ia1o2v4aNdykgPWGCwVFYaDR",
        "glpat-" + "x7Kq2mVw9Lr4tZb8Nc3d",
        "https://admin:" + "sxdkA5QO09xs@db.example.net/prod",
        "password = fJz4MfFI6",
        "PIN is 6482",
        "-u admin:" + "sxdkA5QO09xs",
        "wifi password is Tr0ub4dor&3"[5:],
        "acme_" + "kD83jfLq02mZx7Vb5TnR1cYw9PsE4uHa",
    ],
)
def test_secrets_are_found_exactly_and_masked(token: str) -> None:
    text = f"use {token} until Friday"
    found = list(secrets.check(read_text(text), secrets.Params(), Context()))
    assert [text[hit.start : hit.end] for hit in found] == [token]
    assert all(token[8:] not in argument for hit in found for argument in hit.arguments)


@pytest.mark.parametrize(
    "text",
    [
        "Reset your password today, it takes 2 minutes!",
        "ssh-ed25519 " + "AAAAC3NzaC1lZDI1NTE5AAAAIXOFLFgwaa7PLsPcr4Z8KuzzRaN0h9gh6dvEwombUeUr me@host",
        "-----BEGIN PUBLIC KEY-----\n" + "f7qs5ihT78hVmW1mFWqR5o2DML4N7z28bsfhBh11oA5T3CQ1XXauJbMWisrOAV10",
        "sha512-"
        + "gf51v9jLtWYFU1HGIwqdOB/1JY+VZv2++PZ6aZamqByVp8gBp4o5URKSE4MZgbpW9hm8NoBaycMmmPCOaHSiEQ==",
        "The secret is out: pasta on Friday. Token of appreciation for the team",
        "password: what to know, passwords are boring",
        "sha256:4ca7f96cbd35931591dbf2e0186d8c519791acc01b24f549a4d8ab6ceca38e9f verified",
        "Fixed in commit 48547d19e3621c3d67b3974456001e7f29551b62",
        "session id a81d8ac5-5db9-5c45-8a47-e1a5c9df1434",
        "https://docs.example.com/document/d/A3YX25XDEKcgD-D4srB2RbS1vWcMC6-qEgVQ3BV2TtdQ/edit",
        "AKIAIOSFODNN7EXAMPLE and sk_live_xxxxxxxxxxxxxxxxxxxxxxxx, api_key=YOUR_API_KEY_HERE",
        "#LaunchOpenWeekBerlinSource2025AndMore",
    ],
)
def test_what_only_looks_like_a_secret_is_let_go(text: str) -> None:
    assert secret(text) == []


def test_there_are_sixty_token_forms_and_more() -> None:
    assert len(_secrets.FORMS) >= 60
    assert len({form.kind for form in _secrets.FORMS}) >= 60


@pytest.mark.parametrize(
    ("url", "how"),
    [
        ("https://n\u043erthwind.com/x", "look-alike letters"),
        ("https://n0rthwind.com", "look-alike letters"),
        ("https://northvvind.com", "look-alike letters"),
        ("https://nortwhind.com", "a misspelling"),
        ("https://northwind-login.com", "its name with other words"),
        ("https://northwind.co", "another ending"),
        ("https://northwind.com.evil.io", "its address before another one"),
        ("https://xn--nrthwind-nbh.com", "look-alike letters"),
    ],
)
def test_hosts_that_imitate_the_brand_are_found(url: str, how: str) -> None:
    assert [(found[1], found[2]) for found in linked(f"see {url} now", "lookalike")] == [
        ("northwind.com", how)
    ]


def test_genuine_and_unrelated_hosts_are_let_go() -> None:
    for url in (
        "https://blog.northwind.com/a",
        "northwind.com",
        "https://google.de",
        "https://southwind.org/north",
    ):
        assert linked(f"see {url} now", "lookalike", "userinfo", "punycode", "address") == []


def test_links_with_something_to_hide_or_to_improve_are_told_apart() -> None:
    assert linked("https://northwind.com@evil.io/x", "userinfo") == [("evil.io", "northwind.com")]
    assert linked("http://203.0.113.7/login", "address") == [("203.0.113.7",)]
    assert linked("see bit.ly/3x", "shortener") == [("bit.ly",)]
    assert linked("http://example.com and https://example.com", "insecure") == [("example.com",)]
    assert linked("https://example.com/?utm_source=x&fbclid=IwAR0abc", "tracking") == [("fbclid",)]


def disguised(text: str) -> list[tuple[str, str]]:
    params = disguise.Params(
        kinds=("bidi", "tags", "invisible", "scripts", "letters", "marks", "entities", "spaced")
    )
    return [
        (text[hit.start : hit.end], hit.arguments[0])
        for hit in disguise.check(read_text(text), params, Context())
    ]


@pytest.mark.parametrize(
    ("typed", "what"),
    [
        ("\u202edlab\u202c", "text turned round by control characters"),
        ("x\U000e0062\U000e0061", "hidden tag characters"),
        ("d\u200beal", "invisible characters inside a word"),
        ("dеal", "letters of two alphabets in one word"),
        ("𝐝𝐞𝐚𝐥", "letters that are symbols"),
        ("d̴̢̛e̸̡̕a̷̢͝l̵̡͠", "heaped marks"),
        ("&#100;&#101;&#97;&#108;", "letters as HTML entities"),
        ("d e a l s", "a word letter by letter"),
    ],
)
def test_disguise_is_found_even_where_it_hides_no_listed_word(typed: str, what: str) -> None:
    assert disguised(f"a great {typed} today") == [(typed, what)]


@pytest.mark.parametrize(
    "text",
    [
        "Привет, Sofia! 25 µm, 3 Ω",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f 👨‍👩‍👧 🇩🇪🇫🇷",
        "naïve café Đà Nẵng ខ្មែរ",
        "Plan A or B, the U.S.A. team",
        "می‌خواهم",
    ],
)
def test_ordinary_text_of_any_language_is_no_disguise(text: str) -> None:
    assert disguised(text) == []


def test_pictures_without_words_and_crowds_of_tags_are_told() -> None:
    picture = Context(media=(Media("0" * 64), Media("1" * 64, "a loaf")))
    assert [h.arguments for h in alt_text.check(read_text("Bread"), alt_text.Params(), picture)] == [("1",)]
    nothing = alt_text.Params(problem="empty_words")
    assert list(alt_text.check(read_text("IMG_2041.jpg", "/parts/0/media/0/alt"), nothing, picture))
    assert not list(alt_text.check(read_text("a loaf of rye", "/parts/0/media/0/alt"), nothing, picture))

    def told(problem: str, text: str, **context: Any) -> list[Hit]:
        params = tagging.Params.model_validate({"problem": problem, "most": 2})
        return list(tagging.check(read_text(text), params, Context(**context)))

    assert told("hashtags", "#a1 #b2 #c3")[0].arguments == ("3", "2")
    assert told("mentions", "@a @b @c")[0].start == 6
    assert told("digits", "like #1999 and #1")[0].arguments == ("#1999",)
    assert told("mention_first", "@ada baked")
    assert not told("mention_first", "@ada baked", kind="reply")


@needs_data
def test_planted_and_disguised_personal_data_reach_their_bars() -> None:
    same = {"EMAIL_OBFUSCATED": "EMAIL_ADDRESS", "CRYPTO_ETH": "CRYPTO", "CRYPTO_BTC": "CRYPTO"}
    for name, recall, exact in (("pii/posts-dev.jsonl", 0.98, 0.97), ("pii/disguised-dev.jsonl", 0.95, 0.92)):
        n = found = right = plain = flagged = 0
        for row in rows(name):
            hits = list(pii.check(read_text(row["text"]), pii.Params(), Context()))
            plain += not row["spans"]
            flagged += not row["spans"] and bool(hits)
            for start, end, kind in row["spans"]:
                named = [h for h in hits if h.arguments[0] == pii.KINDS[same.get(kind, kind)]]
                n += 1
                found += any(h.start < end and start < h.end for h in named)
                right += any((h.start, h.end) == (start, end) for h in named)
        assert found / n >= recall
        assert right / n >= exact
        assert flagged <= 0.005 * plain


@needs_data
def test_secrets_in_posts_are_all_found_and_nothing_else() -> None:
    for row in rows("secrets/posts-dev.jsonl"):
        text = base64.b64decode(row["text_base64"]).decode()
        found = [(hit.start, hit.end) for hit in secrets.check(read_text(text), secrets.Params(), Context())]
        assert found == [(start, end) for start, end, _ in row["spans"]]


HARD = (
    "a " * 50_000,
    "f*" * 50_000,
    "<" * 100_000,
    "1 " * 50_000,
    "4111 " * 20_000,
    "::1:" * 25_000,
    "DE89 " * 20_000,
    "password is " * 8_000,
    "http://u:p@" * 9_000,
    "xoxb-" * 20_000,
    "a@b." * 25_000,
    "рorn " * 20_000,
    "🇩" * 100_000,
    "e" + "\u0301" * 100_000,
    "\u202ea" * 50_000,
    "\ud83d" * 100_000,
    "&#102;" * 16_000,
    "#porn " * 16_000,
    "il1|" * 25_000,
    "aB3dE5gH1 " * 10_000,
    " dot " * 20_000,
    "xn--a." * 16_000,
)


@pytest.mark.parametrize("text", HARD, ids=range(len(HARD)))
def test_every_check_takes_linear_time_and_gives_valid_spans_on_anything(text: str) -> None:
    every = disguise.Params(
        kinds=("bidi", "tags", "invisible", "scripts", "letters", "marks", "entities", "spaced")
    )
    document, context = read_text(text), Context(lists={"domains": ("northwind.com",)})
    start = time.process_time()
    for found in (
        terms.check(document, terms.Params(terms=("porn", "scam", "casino")), context),
        pii.check(document, pii.Params(), context),
        secrets.check(document, secrets.Params(), context),
        links.check(document, links.Params(kinds=("lookalike", "userinfo", "punycode", "tracking")), context),
        disguise.check(document, every, context),
    ):
        assert all(0 <= hit.start < hit.end <= len(text) for hit in found)
    assert time.process_time() - start < 30
