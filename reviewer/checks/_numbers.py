"""Numbers that belong to people, by form and check digit. Pure arithmetic; nothing is looked up.

Sources: ISO/IEC 7812 (card numbers) and the networks' published ranges, ISO 13616 (IBAN), python-stdnum
for national numbers, BIP 173 and 350 (bech32), the Bitcoin wiki (base58check).
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import NamedTuple

import regex
from stdnum import iban, luhn

_CARD_RANGES: tuple[tuple[int, int, tuple[int, ...]], ...] = (
    (4, 4, (13, 16, 19)),  # Visa
    (51, 55, (16,)),  # Mastercard
    (2221, 2720, (16,)),
    (34, 34, (15,)),  # American Express
    (37, 37, (15,)),
    (6011, 6011, (16, 19)),  # Discover
    (644, 649, (16, 19)),
    (65, 65, (16, 19)),
    (62, 62, (16, 17, 18, 19)),  # UnionPay
    (3528, 3589, (16, 17, 18, 19)),  # JCB
    (300, 305, (14,)),  # Diners Club
    (36, 36, (14, 16)),
    (38, 39, (14, 16)),
    (5018, 5018, (16,)),  # Maestro
    (5019, 5019, (16,)),  # Dankort
    (5020, 5038, (16,)),
    (6304, 6304, (16,)),
    (6759, 6763, (16,)),
    (2200, 2204, (16,)),  # Mir
    (60, 60, (16,)),  # RuPay
    (508, 508, (16,)),
)


def card(digits: str) -> bool:
    """A payment card: right length for its range, and the Luhn digit."""
    if len(set(digits)) < 3 or not luhn.is_valid(digits):
        return False
    return any(
        len(digits) in sizes and low <= int(digits[: len(str(low))]) <= high
        for low, high, sizes in _CARD_RANGES
    )


def travel_card(digits: str) -> bool:
    """A UATP card (range 1, 15 digits): too common a form to count without the word card near it."""
    return len(digits) == 15 and digits[0] == "1" and bool(luhn.is_valid(digits))


def account(compact: str) -> bool:
    """An IBAN: the country's structure and mod 97; national check digits are not asked for."""
    return bool(iban.is_valid(compact, check_country=False))


def social_security(digits: str) -> bool:
    """A United States social security number that can have been issued."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    if area in ("000", "666") or area[0] == "9" or group == "00" or serial == "0000":
        return False
    return digits not in ("078051120", "219099999", "123456789", "987654321") and len(set(digits)) > 1


def taxpayer(digits: str) -> bool:
    """A United States ITIN."""
    return digits[0] == "9" and (
        50 <= int(digits[3:5]) <= 65 or int(digits[3:5]) in {*range(70, 89), 90, 91, 92, *range(94, 100)}
    )


def routing(digits: str) -> bool:
    """A United States bank routing number."""
    weights = (3, 7, 1, 3, 7, 1, 3, 7, 1)
    ranges = (*range(0, 13), *range(21, 33), *range(61, 73), 80)
    return (
        int(digits[:2]) in ranges and sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 10 == 0
    )


def provider(digits: str) -> bool:
    """A United States NPI."""
    return digits[0] in "12" and bool(luhn.is_valid("80840" + digits))


_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def base58check(address: str) -> bool:
    """A Bitcoin-like address: base58 with its four check bytes."""
    number = 0
    for character in address:
        if character not in _BASE58:
            return False
        number = number * 58 + _BASE58.index(character)
    if number.bit_length() > 200:
        return False
    raw = number.to_bytes(25, "big")
    return hashlib.sha256(hashlib.sha256(raw[:21]).digest()).digest()[:4] == raw[21:]


def bech32(address: str) -> bool:
    """A Bitcoin or Litecoin segwit address with its checksum."""
    prefix, _, data = address.lower().rpartition("1")
    if not prefix or any(c not in _BECH32 for c in data) or len(data) < 8:
        return False
    check = 1
    values = (
        [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix] + [_BECH32.index(c) for c in data]
    )
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for i, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> i & 1 else 0
    return check in (1, 0x2BC830A3)


class NationalId(NamedTuple):
    """A number that a state gives to a person or firm: its form, its check, the words that announce it.

    `words` are for a text in lower case; `told` is the source of `words`, for looking for all of them at once.
    `alone`: a field that holds nothing but such a number needs no words (too many numbers pass for the others).
    """

    name: str
    form: "regex.Pattern[str]"
    valid: Callable[[str], bool]
    words: "re.Pattern[str]"
    told: str
    alone: bool = True


def _by_stdnum(module: str) -> Callable[[str], bool]:
    @cache
    def load() -> Callable[[str], bool]:
        valid: Callable[[str], bool] = import_module(f"stdnum.{module}").is_valid
        return valid

    return lambda number: bool(load()(number))


def _any(_: str) -> bool:
    return True


def _digits_of(number: str) -> str:
    return re.sub(r"\D", "", number)


_EDGE, _STOP = r"(?<![\w.])", r"(?![\w])"


def _national(
    name: str, form: str, valid: Callable[[str], bool], words: str, *, alone: bool = True
) -> NationalId:
    return NationalId(
        name,
        regex.compile(f"{_EDGE}(?:{form}){_STOP}"),
        valid,
        re.compile(rf"\b(?:{words})(?![^\W_])"),
        words,
        alone,
    )


_S = r"[ .\-]?"
NATIONAL: tuple[NationalId, ...] = (
    _national("UK_NHS", rf"\d{{3}}{_S}\d{{3}}{_S}\d{{4}}", _by_stdnum("gb.nhs"), r"nhs|national health|patient(?:'s)? (?:id|number|no)"),
    _national(
        "UK_NINO",
        r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Za-ceghj-pr-tw-z][A-CEGHJ-NPR-TW-Za-ceghj-npr-tw-z] ?\d{2} ?\d{2} ?\d{2} ?[A-Da-d]",
        lambda n: n[:2].upper() not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ") and len(set(_digits_of(n))) > 1,
        r"national insurance|nino|ni (?:number|no)",
    ),
    _national("US_ITIN", rf"9\d{{2}}{_S}\d{{2}}{_S}\d{{4}}", lambda n: taxpayer(_digits_of(n)), r"itin|taxpayer|tax id"),
    _national("ABA_ROUTING_NUMBER", r"\d{4}-?\d{4}-?\d", lambda n: routing(_digits_of(n)), r"aba|routing|rtn|bank transit"),
    _national("US_NPI", r"[12]\d{3}[ \-]?\d{3}[ \-]?\d{3}", lambda n: provider(_digits_of(n)), r"npi|provider"),
    _national(
        "US_MBI",
        r"[1-9][AC-HJKMNP-RT-Yac-hjkmnp-rt-y][0-9AC-HJKMNP-RT-Yac-hjkmnp-rt-y]\d-?[AC-HJKMNP-RT-Yac-hjkmnp-rt-y]"
        r"[0-9AC-HJKMNP-RT-Yac-hjkmnp-rt-y]\d-?[AC-HJKMNP-RT-Yac-hjkmnp-rt-y]{2}\d{2}",
        _any,
        r"medicare|mbi|beneficiary|patient",
    ),
    _national("CA_SIN", r"\d{3}[ \-]?\d{3}[ \-]?\d{3}", lambda n: len(set(_digits_of(n))) > 1 and _by_stdnum("ca.sin")(n), r"sin|nas|social insurance|assurance sociale"),
    _national("AU_ABN", r"\d{2} ?\d{3} ?\d{3} ?\d{3}", _by_stdnum("au.abn"), r"abn|australian business"),
    _national("AU_TFN", r"\d{3} ?\d{3} ?\d{3}", _by_stdnum("au.tfn"), r"tfn|tax file"),
    _national("ES_NIF", r"\d{8}-?[A-Za-z]", _by_stdnum("es.dni"), r"nif|dni|documento nacional|identidad"),
    _national("ES_NIE", r"[XYZxyz]-?\d{7}-?[A-Za-z]", _by_stdnum("es.nie"), r"nie|extranjero"),
    _national("IT_FISCAL_CODE", r"[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z]", _by_stdnum("it.codicefiscale"), r"codice fiscale|cf"),
    _national("FR_NIR", r"[12] ?\d{2} ?\d{2} ?\d{2} ?\d{3} ?\d{3} ?\d{2}", _by_stdnum("fr.nir"), r"nir|s[ée]curit[ée] sociale|num[ée]ro de s[ée]cu"),
    _national("NL_BSN", r"\d{9}", _by_stdnum("nl.bsn"), r"bsn|burgerservicenummer|sofinummer"),
    _national("BE_NN", r"\d{2}\.?\d{2}\.?\d{2}-?\d{3}\.?\d{2}", _by_stdnum("be.nn"), r"rijksregister\w*|registre national|national register"),
    _national("PL_PESEL", r"\d{11}", _by_stdnum("pl.pesel"), r"pesel"),
    _national("CZ_RC", r"\d{6}/?\d{3,4}", _by_stdnum("cz.rc"), r"rodn[eé] [cč][ií]slo|birth number"),
    _national("FI_PERSONAL_IDENTITY_CODE", r"\d{6}[+\-A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]", lambda n: _hetu(n), r"hetu|henkil[oö]tunnus|finnish id|identity code"),
    _national("SE_PERSONNUMMER", r"(?:19|20)?\d{6}[\-+]?\d{4}", lambda n: _personnummer(n), r"personnummer|personnr|pnr|persnr"),
    _national("NO_FODSELSNUMMER", r"\d{6} ?\d{5}", _by_stdnum("no.fodselsnummer"), r"f[øo]dselsnummer|personnummer"),
    _national("DK_CPR", r"\d{6}-?\d{4}", _by_stdnum("dk.cpr"), r"cpr(?:-nummer|-nr)?|personnummer"),
    _national("DE_TAX_ID", r"[1-9]\d{10}|[1-9]\d ?\d{3} ?\d{3} ?\d{3}", _by_stdnum("de.idnr"), r"idnr|steuer-?id\w*|identifikationsnummer|tin|tax id"),
    _national("CH_AHV", r"756\.?\d{4}\.?\d{4}\.?\d{2}", _by_stdnum("ch.ssn"), r"ahv|avs|ahv-nr"),
    _national("BR_CPF", r"\d{3}\.?\d{3}\.?\d{3}-?\d{2}", _by_stdnum("br.cpf"), r"cpf"),
    _national("CN_RIC", r"\d{17}[0-9Xx]", _by_stdnum("cn.ric"), r"id card|resident identity|身份证\w*"),
    _national("IN_PAN", r"[A-Za-z]{5}\d{4}[A-Za-z]", _any, r"pan|permanent account"),
    _national("IN_AADHAAR", r"[2-9]\d{3}[ :\-]?\d{4}[ :\-]?\d{4}", lambda n: _by_stdnum("in_.aadhaar")(_digits_of(n)), r"aadhaa?r|uidai|uid"),
    _national("KR_RRN", r"\d{6}-?[1-8]\d{6}", _by_stdnum("kr.rrn"), r"rrn|resident registration|주민\w*"),
    _national("TR_NATIONAL_ID", r"[1-9]\d{10}", _by_stdnum("tr.tckimlik"), r"kimlik|t\.?c\.? no|tckn"),
    _national("ZA_ID_NUMBER", r"\d{13}", _by_stdnum("za.idnr"), r"(?:sa|rsa|za) id|identity number|south african id"),
    _national("UK_UTR", r"\d{5} ?\d{5}", _by_stdnum("gb.utr"), r"utr|unique taxpayer"),
    _national("AT_SVNR", r"[1-9]\d{3} ?\d{6}", _by_stdnum("at.vnr"), r"sv-?n(?:r|ummer)|sozialversicherungs\w*|vsnr", alone=False),
    _national("BG_EGN", r"\d{10}", _by_stdnum("bg.egn"), r"egn|егн", alone=False),
    _national("HR_OIB", r"\d{11}", _by_stdnum("hr.oib"), r"oib|osobni identifikacijski", alone=False),
    _national("RO_CNP", r"[1-9]\d{12}", _by_stdnum("ro.cnp"), r"cnp|cod(?:ul)? numeric personal", alone=False),
    _national("GR_AMKA", r"\d{11}", _by_stdnum("gr.amka"), r"amka|αμκα", alone=False),
    _national("PT_NIF", r"[1-3]\d{2} ?\d{3} ?\d{3}", _by_stdnum("pt.nif"), r"nif|n[úu]mero de contribuinte|contribuinte", alone=False),
    _national("IE_PPSN", r"\d{7}[A-Wa-w][A-IWa-iw]?", _by_stdnum("ie.pps"), r"ppsn?|personal public service", alone=False),
    _national("SK_RC", r"\d{6}/?\d{3,4}", _by_stdnum("sk.rc"), r"rodn[ée] [čc][íi]slo", alone=False),
    _national("SI_EMSO", r"\d{13}", _by_stdnum("si.emso"), r"em[šs]o|jmbg", alone=False),
    _national("EE_IK", r"[1-8]\d{10}", _by_stdnum("ee.ik"), r"isikukood", alone=False),
    _national("LT_AK", r"[1-8]\d{10}", _by_stdnum("lt.asmens"), r"asmens kod\w*", alone=False),
    _national("LV_PK", r"\d{6}-?\d{5}", _by_stdnum("lv.pvn"), r"personas kod\w*", alone=False),
    _national("IS_KENNITALA", r"\d{6}-?\d{4}", _by_stdnum("is_.kennitala"), r"kennitala|kt", alone=False),
    _national("UA_RNTRC", r"\d{10}", _by_stdnum("ua.rntrc"), r"rntrc|рнокпп|іпн", alone=False),
    _national("RU_INN", r"\d{12}", _by_stdnum("ru.inn"), r"inn|инн", alone=False),
    _national("MX_CURP", r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d", _by_stdnum("mx.curp"), r"curp|clave [úu]nica"),
    _national("AR_CUIL", r"(?:20|23|24|27)-?\d{8}-?\d", _by_stdnum("ar.cuit"), r"cui[lt]", alone=False),
    _national("CL_RUT", r"\d{1,2}\.?\d{3}\.?\d{3}-[\dKk]", _by_stdnum("cl.rut"), r"ru[tn]|rol [úu]nico"),
    _national("EC_CI", r"\d{9}-?\d", _by_stdnum("ec.ci"), r"c[ée]dula", alone=False),
    _national("DO_CEDULA", r"\d{3}-?\d{7}-?\d", _by_stdnum("do.cedula"), r"c[ée]dula", alone=False),
    _national("IL_ID", r"\d{9}", _by_stdnum("il.idnr"), r"teudat zehut|israeli id|ת(?:\.|עודת) ?ז(?:הות)?", alone=False),
    _national("TH_TNIN", r"[1-8]-?(?:[1-8]\d|9[0-6])\d{2}-?\d{5}-?\d{2}-?\d", _by_stdnum("th.pin"), r"thai (?:national )?id\w*|pid|tnin|เลข[\u0e00-\u0e7f]*|บัตรประชาชน"),
    _national("JP_MY_NUMBER", r"\d{4}[ \-]?\d{4}[ \-]?\d{4}", _by_stdnum("jp.in_"), r"my ?number|individual number|マイナンバー|個人番号", alone=False),
    _national("MY_NRIC", r"\d{6}-?\d{2}-?\d{4}", _by_stdnum("my.nric"), r"mykad|my ?kad|nric|kad pengenalan", alone=False),
    _national("SG_NRIC_FIN", r"[STFGM]\d{7}[A-Z]", lambda n: _nric(n), r"nric|fin(?: number| no)?|singpass"),
    _national("ID_NIK", r"\d{16}", _by_stdnum("id.nik"), r"nik|nomor induk|ktp", alone=False),
    _national("PK_CNIC", r"\d{5}-?\d{7}-?\d", _by_stdnum("pk.cnic"), r"cnic|nicop", alone=False),
    _national("MEDICAL_LICENSE", r"[A-HJ-NP-UXa-hj-np-ux][A-Za-z9]\d{7}", lambda n: _dea(n), r"dea|certificate|prescriber|licen[cs]e"),
)  # fmt: skip


def _nric(number: str) -> bool:
    """The Singaporean check letter (identity card and foreign identification number)."""
    weighted = sum(w * int(d) for w, d in zip((2, 7, 6, 5, 4, 3, 2), number[1:8], strict=True))
    offset = {"T": 4, "G": 4, "M": 3}.get(number[0], 0)
    letters = {"S": "JZIHGFEDCBA", "F": "XWUTRQPNMLK", "M": "XWUTRQPNJLK"}
    series = {"T": "S", "G": "F"}.get(number[0], number[0])
    return number[8] == letters[series][(weighted + offset) % 11]


def _dea(number: str) -> bool:
    digits = [int(d) for d in number[2:]]
    return (digits[0] + digits[2] + digits[4] + 2 * (digits[1] + digits[3] + digits[5])) % 10 == digits[6]


def _hetu(number: str) -> bool:
    """The Finnish check letter, temporary numbers (900 and up) included."""
    day, month = int(number[:2]), int(number[2:4])
    if month in (2, 4, 6, 9, 11) and day > (29 if month == 2 else 30):
        return False
    check = "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(number[:6] + number[7:10]) % 31]
    return 0 < day < 32 and 0 < month < 13 and number[10] == check


def _personnummer(number: str) -> bool:
    """The Swedish Luhn digit over the last ten digits; days of coordination numbers are 60 more."""
    digits = _digits_of(number)[-10:]
    month, day = int(digits[2:4]), int(digits[4:6])
    return 0 < month < 13 and 0 < day % 60 < 32 and bool(luhn.is_valid(digits))


NATIONAL_BY_NAME: Mapping[str, NationalId] = {kind.name: kind for kind in NATIONAL}
