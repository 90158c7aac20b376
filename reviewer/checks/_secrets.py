"""Secrets in a text: keys and tokens by their vendors' published forms, passwords in prose, random tokens.

A form is looked for only where its prefix stands (one pass for all prefixes). What is a placeholder, a
digest or an identifier is let go; so is everything in a URL that is no known form.

Source of the forms: each vendor's public documentation of its token prefixes, lengths and alphabets.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from math import log2
from typing import NamedTuple

import ahocorasick

from reviewer.checks._numbers import base58check
from reviewer.text.words import english


class Secret(NamedTuple):
    """`start:end` in the text; `kind` in words for the author."""

    start: int
    end: int
    kind: str


class Form(NamedTuple):
    """One published token form: what it is called, the prefixes that lead to it, the whole form.

    `entropy` is the least Shannon entropy of the token, in bits per character.
    """

    kind: str
    prefixes: tuple[str, ...]
    pattern: "re.Pattern[str]"
    entropy: float


_END = r"(?![A-Za-z0-9_])"


def _form(kind: str, prefixes: str, pattern: str, entropy: float = 3.0) -> Form:
    """`{n,}` ends after 400 more: without an end, a text of prefixes would take quadratic time."""
    pattern = re.sub(r"\{(\d+),\}", lambda m: f"{{{m[1]},{int(m[1]) + 400}}}", pattern)
    return Form(kind, tuple(prefixes.split()), re.compile(rf"(?<![A-Za-z0-9_]){pattern}{_END}"), entropy)


_UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_W = r"[A-Za-z0-9_-]"
_AN = r"[A-Za-z0-9]"
_HEX = r"[0-9a-f]"

FORMS: tuple[Form, ...] = (
    _form("Amazon access key", "AKIA ASIA ABIA ACCA A3T", r"(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z2-7]{16}"),
    _form("Amazon Bedrock key", "ABSK", r"ABSK[A-Za-z0-9+/]{100,}={0,2}"),
    _form("GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", rf"gh[pousr]_{_AN}{{36,255}}"),
    _form("GitHub token", "github_pat_", rf"github_pat_{_AN}{{22}}_{_AN}{{59}}"),
    _form("GitLab token", "glpat- gldt- glrt- glft- glptt- glcbt- glsoat- glimt- glagent- glffct- gloas-", rf"gl(?:pat|dt|rt|ft|ptt|cbt|soat|imt|agent|ffct|oas)-{_W}{{20,}}(?:\.{_W}{{2,}})*"),
    _form("GitLab token", "GR1348941", rf"GR1348941{_W}{{20}}"),
    _form("Bitbucket token", "ATBB ATCTT3", rf"(?:ATBB{_AN}{{32}}|ATCTT3{_W}{{20,}}=?{_AN}*)"),
    _form("Atlassian token", "ATATT3", r"ATATT3[A-Za-z0-9_\-=]{20,}"),
    _form("Trello token", "ATTA", rf"ATTA{_AN}{{60,}}"),
    _form("Slack token", "xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs- xoxc- xoxd- xoxe.", rf"xox(?:[abceoprsd]|e\.xox[bp])-(?:{_AN}{{1,60}}-){{0,6}}[A-Za-z0-9%+/=]{{10,}}"),
    _form("Slack app token", "xapp-", rf"xapp-\d-[A-Z0-9]+-\d+-{_AN}{{20,}}"),
    _form("Slack webhook", "hooks.slack.com", r"(?:https?://)?hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{20,}"),
    _form("Teams webhook", "webhook.office.com", r"https://[\w.-]+\.webhook\.office\.com/webhookb2/[\w@/-]{40,}"),
    _form("Discord webhook", "discord.com/api/webhooks discordapp.com/api/webhooks", rf"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d{{15,21}}/{_W}{{50,}}"),
    _form("Discord token", "M N O", rf"[MNO]{_W}{{23,27}}\.{_W}{{6}}\.{_W}{{27,40}}", 4.0),
    _form("Telegram bot token", ":AA", rf"\d{{8,10}}:AA{_W}{{33}}"),
    _form("Stripe key", "sk_live_ rk_live_ sk_test_ rk_test_ sk_org_", rf"[sr]k_(?:live|test|org)_{_AN}{{16,247}}"),
    _form("webhook secret", "whsec_", r"whsec_[A-Za-z0-9+/=]{24,}"),
    _form("OpenAI key", "sk-", rf"sk-(?:proj-|svcacct-|admin-|None-)?{_W}{{20,}}T3BlbkFJ{_W}{{20,}}"),
    _form("OpenAI key", "sk-", rf"sk-(?:(?:proj|svcacct|admin|or-v1|lf)-)?{_AN}{_W}{{31,}}", 3.5),
    _form("Anthropic key", "sk-ant-", rf"sk-ant-{_W}{{20,}}"),
    _form("Google API key", "AIza", rf"AIza{_W}{{35}}"),
    _form("Google OAuth token", "ya29.", rf"ya29\.{_W}{{20,}}"),
    _form("Google OAuth secret", "GOCSPX-", rf"GOCSPX-{_W}{{28}}"),
    _form("Google refresh token", "1//0", rf"1//0{_W}{{40,}}"),
    _form("Twilio key", "SK AC", r"(?:SK|AC)[0-9a-f]{32}"),
    _form("SendGrid key", "SG.", rf"SG\.{_W}{{16,32}}\.{_W}{{16,64}}"),
    _form("Mailgun key", "key- pubkey-", rf"(?:pub)?key-{_HEX}{{32}}"),
    _form("Mailchimp key", "-us", rf"{_HEX}{{32}}-us\d{{1,2}}"),
    _form("Brevo key", "xkeysib- xsmtpsib-", rf"x(?:key|smtp)sib-{_HEX}{{64}}-{_AN}{{16}}"),
    _form("Postmark or Mandrill key", "md-", rf"md-{_W}{{22}}"),
    _form("npm token", "npm_", rf"npm_{_AN}{{36}}"),
    _form("PyPI token", "pypi-", rf"pypi-{_W}{{50,}}"),
    _form("RubyGems key", "rubygems_", rf"rubygems_{_HEX}{{48}}"),
    _form("crates.io token", "cio", rf"cio{_AN}{{32}}", 3.5),
    _form("Clojars token", "CLOJARS_", r"CLOJARS_[A-Za-z0-9]{60}"),
    _form("NuGet key", "oy2", r"oy2[a-z0-9]{43}"),
    _form("Docker token", "dckr_pat_ dckr_oat_", rf"dckr_[po]at_{_W}{{20,}}"),
    _form("DigitalOcean token", "dop_v1_ doo_v1_ dor_v1_", rf"do[opr]_v1_{_HEX}{{64}}"),
    _form("Heroku key", "HRKU-", rf"HRKU-(?:{_UUID}|{_W}{{40,}})"),
    _form("Shopify token", "shpat_ shpca_ shppa_ shpss_ shptka_ shpua_", r"shp(?:at|ca|pa|ss|tka|ua)_[0-9a-fA-F]{32}"),
    _form("Square token", "sq0 EAAA", rf"(?:sq0[a-z]{{3}}-{_W}{{22,43}}|EAAA{_W}{{56,}})"),
    _form("PayPal or Braintree token", "access_token$", rf"access_token\$(?:production|sandbox)\${_AN}{{16}}\${_HEX}{{32}}"),
    _form("Razorpay key", "rzp_live_ rzp_test_", rf"rzp_(?:live|test)_{_AN}{{14,}}"),
    _form("Flutterwave key", "FLWSECK FLWPUBK", rf"FLW(?:SEC|PUB)K(?:_TEST)?-{_AN}{{12,}}(?:-X)?"),
    _form("Plaid token", "access-production- access-sandbox- access-development-", rf"access-(?:production|sandbox|development)-{_UUID}"),
    _form("Adyen key", "AQE", r"AQE[A-Za-z0-9+/=\-\.\^{}<>\[\]]{60,}"),
    _form("GoCardless token", "live_", rf"live_{_W}{{35,}}"),
    _form("Linear key", "lin_api_ lin_oauth_", rf"lin_(?:api|oauth)_{_AN}{{32,}}"),
    _form("Notion token", "ntn_ secret_", rf"(?:ntn_|secret_){_AN}{{40,}}"),
    _form("Asana token", "/1", r"[12]/\d{15,17}(?:/\d{15,17})?:[0-9a-f]{32}"),
    _form("Airtable token", "pat", rf"pat{_AN}{{14}}\.{_HEX}{{64}}"),
    _form("Figma token", "figd_ figo_ figu_", rf"fig[dou]_{_W}{{40,}}"),
    _form("Postman key", "PMAK-", rf"PMAK-{_HEX}{{24}}-{_HEX}{{34}}"),
    _form("New Relic key", "NRAK- NRJS- NRII- NRRA- NRAL", rf"NR(?:AK|JS|II|RA|AL)-?{_W}{{19,42}}"),
    _form("Grafana token", "glsa_ glc_ eyJrIjoi", rf"(?:glsa_{_AN}{{32}}_{_HEX}{{8}}|glc_[A-Za-z0-9+/=]{{32,}}|eyJrIjoi[A-Za-z0-9+/=]{{60,}})"),
    _form("Sentry token", "sntrys_ sntryu_", r"sntry[su]_[A-Za-z0-9+/=_\-]{40,}"),
    _form("Datadog key", "ddp_ ddapp_", rf"dd(?:p|app)_{_AN}{{34,}}"),
    _form("HashiCorp Vault token", "hvs. hvb. hvr.", rf"hv[sbr]\.{_W}{{24,}}"),
    _form("Terraform token", ".atlasv1.", rf"{_AN}{{14}}\.atlasv1\.[A-Za-z0-9_\-=]{{60,}}"),
    _form("Databricks token", "dapi", rf"dapi{_HEX}{{32}}(?:-\d)?"),
    _form("Hugging Face token", "hf_ api_org_", r"(?:hf_|api_org_)[A-Za-z0-9]{34,}"),
    _form("Replicate token", "r8_", rf"r8_{_AN}{{37}}"),
    _form("Groq key", "gsk_", rf"gsk_{_AN}{{40,}}"),
    _form("xAI key", "xai-", rf"xai-{_AN}{{60,}}"),
    _form("Perplexity key", "pplx-", rf"pplx-{_AN}{{40,}}"),
    _form("Mapbox token", "sk.eyJ pk.eyJ", rf"[sp]k\.eyJ{_W}{{20,}}\.{_W}{{20,}}"),
    _form("Doppler token", "dp.", rf"dp\.(?:pt|ct|sa|st|scim|audit)\.(?:{_W}+\.)?{_AN}{{40,44}}"),
    _form("Pulumi token", "pul-", rf"pul-{_HEX}{{40}}"),
    _form("PlanetScale secret", "pscale_", r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_\-.=]{32,}"),
    _form("Supabase key", "sbp_ sb_secret_", rf"(?:sbp_{_HEX}{{40}}|sb_secret_{_W}{{20,}})"),
    _form("Netlify token", "nfp_ nfc_ nfo_", rf"nf[pco]_{_AN}{{36,}}"),
    _form("Vercel token", "vcp_ vci_ vca_ vcr_ vck_", rf"vc[piark]_{_W}{{24,}}"),
    _form("Render key", "rnd_", rf"rnd_{_AN}{{28,}}"),
    _form("Fly token", "fm1 fm2_ fo1_", r"(?:fm1[ar]_|fm2_|fo1_)[A-Za-z0-9+/=_\-]{40,}"),
    _form("Facebook token", "EAA", r"EAA[A-Za-z0-9]{60,}"),
    _form("Instagram token", "IGQ", rf"IGQ{_W}{{60,}}"),
    _form("X bearer token", "AAAAAAAAAAAAAAAAAAAAA", r"A{20,}[A-Za-z0-9%]{60,}"),
    _form("Dropbox token", "sl.", rf"sl\.{_W}{{60,}}"),
    _form("Alibaba key", "LTAI", rf"LTAI{_AN}{{12,26}}"),
    _form("Tencent key", "AKID", rf"AKID{_AN}{{28,36}}"),
    _form("Yandex key", "AQVN YCAJ t1.", rf"(?:AQVN{_W}{{34,}}|YCAJ{_W}{{20,}}|t1\.[A-Z0-9a-z_-]+=*\.{_W}{{60,}}=*)"),
    _form("Azure storage key", "AccountKey=", r"AccountKey=[A-Za-z0-9+/]{80,}={0,2}"),
    _form("Azure shared access", "SharedAccessKey= sig=", r"(?:SharedAccessKey=[A-Za-z0-9+/]{40,}={0,2}|sig=[A-Za-z0-9%]{43,60}(?:%3D|=)?)"),
    _form("Azure client secret", "Q~", r"[A-Za-z0-9_~.\-]{3}\dQ~[A-Za-z0-9_~.\-]{31,34}"),
    _form("Age secret key", "AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}"),
    _form("EasyPost key", "EZAK EZTK", rf"EZ[AT]K{_AN}{{54}}"),
    _form("Duffel token", "duffel_live_ duffel_test_", r"duffel_(?:live|test)_[A-Za-z0-9_\-=]{43}"),
    _form("Shippo token", "shippo_live_ shippo_test_", rf"shippo_(?:live|test)_{_HEX}{{40}}"),
    _form("Typeform token", "tfp_", rf"tfp_{_W}{{40,}}"),
    _form("Contentful token", "CFPAT-", rf"CFPAT-{_W}{{43}}"),
    _form("Prefect key", "pnu_ pnb_", rf"pn[ub]_{_AN}{{36}}"),
    _form("1Password token", "ops_eyJ", r"ops_eyJ[A-Za-z0-9+/=_\-]{100,}"),
    _form("Buildkite token", "bkua_ bkct_", rf"bk(?:ua|ct)_{_HEX}{{40}}"),
    _form("CircleCI token", "CCIPAT_ CCIPRJ_", rf"CCI(?:PAT|PRJ)_{_AN}{{20,}}_{_HEX}{{40}}"),
    _form("SonarQube token", "sqp_ squ_ sqa_", rf"sq[pua]_{_HEX}{{40}}"),
    _form("Tailscale key", "tskey-", rf"tskey-(?:[a-z]+-)?{_AN}+-{_AN}{{20,}}"),
    _form("LaunchDarkly key", "sdk- mob- api-", rf"(?:sdk|mob|api)-{_UUID}"),
    _form("HubSpot token", "pat-na pat-eu", rf"pat-(?:na|eu)\d-{_UUID}"),
    _form("Sourcegraph token", "sgp_ slk_", rf"(?:sgp_(?:[a-zA-Z0-9]+_)?|slk_){_HEX}{{40,64}}"),
    _form("Dynatrace token", "dt0", r"dt0[a-zA-Z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    _form("ReadMe key", "rdme_", r"rdme_[a-z0-9]{70}"),
    _form("Infracost key", "ico-", rf"ico-{_AN}{{32}}"),
    _form("Frame.io token", "fio-u-", rf"fio-u-{_W}{{60,}}"),
    _form("Adobe secret", "p8e-", rf"p8e-{_W}{{32}}"),
    _form("Intra or Okta token", "SSWS", rf"SSWS {_W}{{40,42}}"),
    _form("Resend key", "re_", rf"re_{_AN}{{6,12}}_{_AN}{{20,30}}"),
    _form("Pinecone key", "pcsk_", rf"pcsk_{_W}{{40,}}"),
    _form("LangSmith key", "lsv2_", rf"lsv2_(?:pt|sk)_{_HEX}{{32}}_{_HEX}{{10}}"),
    _form("Cloudflare key", "v1.0- cfut_ cfat_", rf"(?:v1\.0-{_HEX}{{24}}-{_HEX}{{100,}}|cf[ua]t_{_W}{{36,}})"),
    _form("Artifactory key", "AKC cmVmdGtu", rf"(?:AKC[a-zA-Z0-9]{{10,}}|cmVmdGtu{_AN}{{50,}})", 3.5),
    _form("Bitcoin private key", "5H 5J 5K K L", r"(?:5[HJK][1-9A-HJ-NP-Za-km-z]{49}|[KL][1-9A-HJ-NP-Za-km-z]{51})", 4.0),
    _form("JSON web token", "eyJ", r"eyJ[A-Za-z0-9_\-=]{8,}\.eyJ[A-Za-z0-9_\-=]{8,}\.[A-Za-z0-9_\-+/=]*"),
)  # fmt: skip
"""Published token forms; some vendors have several."""

_PEM = re.compile(
    r"-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----[^-]{10,20000}(?:-----END (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----)?"
    r"|PuTTY-User-Key-File-\d: [^\n]{3,80}"
)
_USERINFO = re.compile(
    r"(?i)\b[a-z][a-z0-9+.\-]{1,15}://[^\s/:@?#<>\"']{0,100}:(?P<password>[^\s/@?#<>\"']{1,200})@[^\s<>\"']+"
)
_NOUN = (
    r"(?:pass[ -]?word|pass[ -]?wd|pwd|pass[ -]?phrase|pass[ -]?code|passwort|kennwort|mot de passe|contraseña|"
    r"api[ _-]?key|apikey|access[ _-]?key|secret[ _-]?key|private[ _-]?key|client[ _-]?secret|secret[ _-]?access[ _-]?key|"
    r"auth[ _-]?token|access[ _-]?token|refresh[ _-]?token|bearer[ _-]?token|bearer|api[ _-]?token|api[ _-]?secret|"
    r"secret|token|credentials?|pin(?: code| number)?|wi-?fi key|wpa key|recovery (?:code|key|phrase)|seed phrase|signing[ _-]?key|encryption[ _-]?key)"
)
_PROSE = re.compile(
    rf"(?i)(?<![\w#@])(?:[a-z]+[_-]){{0,3}}{_NOUN}(?P<link>\s?[\"']?\s?(?:=>|->|:=|[:=])\s?|\s(?:is|was|ist|est|es|are|will be|has been)(?: now| still| set to| changed to)?\s?:?\s?|\s+)"
    r"(?P<quote>[\"'`]?)(?P<value>[^\s\"'`,;]{4,200})"
)
_SIGNED_IN = re.compile(
    r"(?<!\S)(?:-u|--user)[ =]?[\"']?[^\s:\"'/]{1,64}:(?P<user>[^\s\"'/]{6,200})"
    r"|(?i:\bauthorization:\s?basic\s)(?P<basic>[A-Za-z0-9+/]{12,400}={0,2})"
)
_NUMERIC = re.compile(r"(?i)pin|pass[ -]?code|pass[ -]?word|recovery code")
_SEED = re.compile(
    r"(?i)\b(?:seed|recovery|mnemonic|wallet)(?: phrase| words?)?\b[^a-z\n]{0,6}(?:is|are|:|=)?[^a-z\n]{0,4}((?:[a-z]{3,8}[ ,]{1,2}){11,23}[a-z]{3,8})\b"
)
_PLACEHOLDER = re.compile(
    r"(?i)example|placeholder|your[_-]?|_here\b|change[_-]?me|redacted|dummy|sample|<[^>]*>|\$\{|\{\{|%\w+%|x{5,}|\*{3,}|\.{3}|…|"
    r"0{8,}|1234567|abcdef|foobar|lorem|insert|todo|n/a$|^none$|^null$|^true$|^false$|^undefined$"
)
_RANDOM = re.compile(r"(?<![\w/#@.=&?%+\-])[A-Za-z0-9][A-Za-z0-9_\-+/=.~]{18,300}(?![\w/@])")
_DIGEST = re.compile(
    r"(?i)(?:sha-?\d*|md5|blake\w*|commit|digest|checksum|hash|tx|txid|cid|uuid|guid|sha256:)[:\s=]*$"
)
_PUBLIC = re.compile(
    r"-----BEGIN (?:[A-Z0-9]+ ){0,3}(?:PUBLIC KEY|CERTIFICATE)(?: [A-Z]+)?-----[^-]{0,20000}"
    r"|\b(?:ssh-(?:ed25519|rsa|dss)|ecdsa-sha2-\w{1,20}) AAAA\S{1,2000}|\bsha(?:256|384|512)-[A-Za-z0-9+/=]{40,100}"
    r"|\bdata:\w{1,20}/[\w.+\-]{1,60};base64,[A-Za-z0-9+/=]{1,100000}|\bpk_(?:live|test)_\w{1,200}"
)
"""What is long and looks random but is meant to be public: public keys, certificates, checksums, pictures."""
_KEYISH = re.compile(
    r"(?i)\b(?:key|token|secret|credential|password|bearer|auth)\w*\W{1,12}(?:\w+\W{1,3}){0,2}$"
)


@cache
def _prefixes() -> "ahocorasick.Automaton":
    automaton = ahocorasick.Automaton()
    by_prefix: dict[str, list[Form]] = {}
    for form in FORMS:
        for prefix in form.prefixes:
            if len(prefix) > 1:
                by_prefix.setdefault(prefix, []).append(form)
    for prefix, forms in by_prefix.items():
        automaton.add_word(prefix, tuple(forms))
    automaton.make_automaton()
    return automaton


_LONE = tuple(form for form in FORMS if any(len(prefix) == 1 for prefix in form.prefixes))


def find(text: str) -> list[Secret]:
    """Secrets in a text, in order, without overlaps; of two that overlap the surer one is kept."""
    if len(text) < 8:
        return []
    found = [*_whole(text), *_formed(text), *_told(text)]
    if _MAYBE_RANDOM.search(text):
        found += _random(text)
    kept: list[Secret] = []
    for secret in found:
        if all(secret.end <= other.start or other.end <= secret.start for other in kept[-200:]):
            kept.append(secret)
    return sorted(kept)


_MAYBE_RANDOM = re.compile(r"[^\s]{19}")


def _whole(text: str) -> Iterator[Secret]:
    if "PRIVATE KEY" in text or "PuTTY" in text:
        for match in _PEM.finditer(text):
            yield Secret(match.start(), match.end(), "private key")
    if "://" in text and "@" in text:
        for match in _USERINFO.finditer(text):
            if not _PLACEHOLDER.search(match["password"]) and match["password"].lower() not in (
                "password",
                "pass",
                "pw",
            ):
                end = match.start() + len(match[0].rstrip(".,;:!?)"))
                yield Secret(match.start(), end, "password in a link")


def _formed(text: str) -> Iterator[Secret]:
    forms = {form for _, group in _prefixes().iter(text) for form in group}
    if _MAYBE_RANDOM.search(text):
        forms.update(_LONE)
    for form in sorted(forms, key=FORMS.index):
        for match in form.pattern.finditer(text):
            token = match[0].rstrip(".-")
            if _placeholder(token) or entropy(token) < form.entropy:
                continue
            if form.kind == "Bitcoin private key" and not _wif(token):
                continue
            yield Secret(match.start(), match.start() + len(token), form.kind)


def _wif(token: str) -> bool:
    return bool(re.search(r"\d", token))


def _told(text: str) -> Iterator[Secret]:
    """Passwords and keys that the prose announces."""
    for match in _PROSE.finditer(text):
        value = match["value"].rstrip(".?):]")
        joined = any(sign in match["link"] for sign in "=:>")
        if (
            len(value) < 4
            or _placeholder(value)
            or not _secretive(
                value,
                joined,
                "=" in match["link"],
                match["quote"],
                bool(_NUMERIC.search(match[0]) and match["link"].strip()),
            )
        ):
            continue
        if not joined and not match["link"].strip() and not _mixed(value):
            continue
        end = match.start("value") + len(value)
        yield Secret(match.start(), end, "password or key in words")
    for match in _SIGNED_IN.finditer(text):
        value = match["user"] or match["basic"]
        if not _placeholder(value) and (match["basic"] or not english(value.lower())):
            yield Secret(match.start(), match.end(), "password or key in words")
    for match in _SEED.finditer(text):
        yield Secret(match.start(1), match.end(1), "wallet recovery phrase")


def _secretive(value: str, joined: bool, assigned: bool, quote: str, numeric: bool) -> bool:
    """Whether a value told after `password is` is one, and not the next word of the sentence."""
    if value.startswith(("http", "www.", "#", "@", "(", "<", "[", "/")) or re.fullmatch(
        r"[\d.,%$€£]+(?:k|m|bn|%)?", value.lower()
    ):
        return bool(re.fullmatch(r"\d{4,12}", value)) and (joined or numeric)
    if value.isalpha():
        if value[1:].islower() or value.isupper():
            plain = value.lower()
            return (assigned and len(value) > 7 and not english(plain)) or (
                bool(quote) and not english(plain)
            )
        return _switches(value) > (1 if joined else 2) and not english(value.lower())
    if not re.search(r"[A-Za-z]", value):
        return joined and len(value) > 5
    words = [word for word in re.split(r"[^A-Za-z]+", value) if word]
    if (
        not re.search(r"\d", value)
        and all(english(word.lower()) for word in words)
        and re.fullmatch(r"[A-Za-z'’\-/.&]+", value)
    ):
        return False
    return len(value) > 5 or joined


def _mixed(value: str) -> bool:
    return (
        len(value) > 11
        and entropy(value) > 3.2
        and bool(re.search(r"\d", value))
        and bool(re.search(r"[A-Za-z]", value))
    )


def _random(text: str) -> Iterator[Secret]:
    """Tokens of no known vendor that look drawn at random."""
    public = [m.span() for m in _PUBLIC.finditer(text)]
    for match in _RANDOM.finditer(text):
        if any(start <= match.start() < end for start, end in public):
            continue
        token = match[0].rstrip(".-=/") if "=" not in match[0] else match[0].rstrip(".-/")
        if "//" in token or token.count("/") > 3 or token.count(".") > 3 or re.fullmatch(_UUID, token):
            continue
        before = text[max(0, match.start() - 40) : match.start()]
        if _DIGEST.search(before) or _placeholder(token):
            continue
        keyed = bool(_KEYISH.search(before))
        prefix, _, body = _prefix(token)
        if _looks_random(body, strict=not (keyed or prefix)):
            yield Secret(match.start(), match.start() + len(token), "key or token")


_VENDOR = re.compile(r"(?:[a-zA-Z][a-zA-Z0-9]{1,11}[_\-.]){1,3}(?=[A-Za-z0-9])")


def _prefix(token: str) -> tuple[str, str, str]:
    match = _VENDOR.match(token)
    if match and len(token) - match.end() > 15:
        return match[0], "", token[match.end() :]
    return "", "", token


def _looks_random(body: str, *, strict: bool) -> bool:
    """Whether letters and digits change as they do in keys: not as in words, names, versions or hex digests."""
    letters = re.sub(r"[^A-Za-z0-9]", "", body)
    if len(letters) < (24 if strict else 16) or (
        re.search(r"[A-Za-z]{9}", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", body))
        and strict
        and not re.search(r"\d", body)
    ):
        return False
    digits = sum(c.isdigit() for c in letters)
    if not digits or digits == len(letters):
        return False
    if re.fullmatch(r"[0-9a-f]+|[0-9A-F]+", letters):
        return not strict and len(letters) >= 32
    need = 3.6 if strict else 3.2
    cases = any(c.islower() for c in letters) and any(c.isupper() for c in letters)
    if strict and not cases:
        return False
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z]{3,}|[A-Z]{3,}", body)]
    worded = sum(len(word) for word in words if len(word) > 3 and english(word))
    if worded * 2 > len(letters):
        return False
    return entropy(body) >= need and _switches(letters) * 4 >= len(letters)


def _switches(token: str) -> int:
    """How often the sort of character (lower, upper, digit) changes."""
    sorts = ["d" if c.isdigit() else "u" if c.isupper() else "l" for c in token]
    return sum(a != b for a, b in pairwise(sorts))


def _placeholder(token: str) -> bool:
    return bool(_PLACEHOLDER.search(token)) or len(set(token)) < 4


def entropy(token: str) -> float:
    """Shannon entropy in bits per character."""
    size = len(token)
    return -sum(n / size * log2(n / size) for n in Counter(token).values()) if size else 0.0


__all__ = ["FORMS", "Secret", "base58check", "entropy", "find"]
