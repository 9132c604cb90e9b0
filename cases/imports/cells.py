"""What people write into cells, read strictly: an amount, a day, a number, or why it is none.

Pure and fast: a file has two million cells. Each reader takes the cell's trimmed text and gives
the value in its one spelling, or raises ``Wrong`` with a code that ``words`` can put into words.
"""

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from operator import mul
from zoneinfo import available_timezones

from compliance.places import COUNTRIES
from people.models import Source


class Wrong(Exception):
    """The cell cannot be read; ``code`` says why, ``params`` what it holds."""

    def __init__(self, code: str, **params: str | int) -> None:
        self.code, self.params = code, params
        super().__init__(code)


_WIDE = {0xFF01 + n: 0x21 + n for n in range(94)} | {0x3000: 0x20, 0x2212: 0x2D, 0xFFE5: 0xA5}
_FAULTS = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]+")


def narrow(text: str) -> str:
    """The text with full-width signs and digits made plain, and no characters that cannot be seen."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return "".join(c for c in text.translate(_WIDE) if c.isprintable()).strip()


def one_line(text: str) -> str:
    """Text of one line, without characters that cannot be seen, such as marks of direction."""
    if text.isprintable():
        return text if "  " not in text else " ".join(text.split())
    return "".join(c for c in " ".join(text.split()) if c.isprintable()).strip()


def words(most: int) -> Callable[[str], str]:
    """A reader of text with at most so many characters; HTML or emoji are text like any other."""

    def read(text: str) -> str:
        said = one_line(text)
        if len(said) > most:
            raise Wrong("too_long", most=most, length=len(said))
        if said in _FAULTS:
            raise Wrong("formula_fault", text=said)
        return said

    return read


_PLAIN_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,2}0*)?")
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_MOST_DIGITS = 12


@lru_cache(maxsize=50_000)
def amount(text: str) -> str:
    """An amount with two places, such as ``38600.00``; nothing negative."""
    said = text
    if not _PLAIN_AMOUNT.fullmatch(said):
        said = _unadorned(narrow(text))
    whole, _point, cents = said.partition(".")
    whole = whole.lstrip("0") or "0"
    if len(whole) > _MOST_DIGITS:
        raise Wrong("amount_too_large", text=text[:40])
    return f"{whole}.{cents.rstrip('0'):0<2}"


def _unadorned(said: str) -> str:
    """The bare figure out of what surrounds it: currency, separators; raises for all that is unclear."""
    bare = re.sub(
        r"^(CNY|RMB|¥|人民币)\s*|\s*(元|圆|CNY|RMB)$", "", said, flags=re.IGNORECASE
    ).strip()
    if bare[:1] in {"-", "–", "("} and any(c.isdigit() for c in bare):
        raise Wrong("negative", text=said[:40])
    bare = re.sub(r"^(\+|¥|¥)\s*", "", bare)
    if said in _FAULTS:
        raise Wrong("formula_fault", text=said)
    if _SCIENTIFIC.fullmatch(bare):
        raise Wrong("scientific", text=said[:40])
    if "," in bare:
        if not _GROUPED.fullmatch(bare):
            raise Wrong("amount_unclear", text=said[:40])
        bare = bare.replace(",", "")
    if not re.fullmatch(r"[0-9]+(\.[0-9]*)?|\.[0-9]+", bare):
        raise Wrong("amount", text=said[:40])
    whole, _point, cents = bare.partition(".")
    if cents.rstrip("0")[2:]:
        raise Wrong("places", text=said[:40])
    return f"{whole or '0'}.{cents[:2]}"


@lru_cache(maxsize=2_000)
def rate(text: str) -> str:
    """Per cent a year with four places; 0.12 is asked about, for it may mean 12 per cent."""
    said = narrow(text).replace("%", "").strip()
    if _SCIENTIFIC.fullmatch(said):
        raise Wrong("scientific", text=text[:40])
    if not re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,15})?", said):
        raise Wrong("rate", text=text[:40])
    whole, _point, places = said.partition(".")
    if whole.strip("0") == "" and places.strip("0") and "%" not in narrow(text):
        raise Wrong("rate_unclear", text=text[:40])
    if int(whole) > 999:
        raise Wrong("rate", text=text[:40])
    if places.rstrip("0")[4:]:
        raise Wrong("rate_places", text=text[:40])
    return f"{int(whole)}.{places[:4]:0<4}"


_DAY = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})"
    r"|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?",
    re.ASCII,
)
_DAY_FIRST = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})", re.ASCII)


@lru_cache(maxsize=50_000)
def day(text: str) -> str:
    """A date as ``2026-02-27``; the year comes first, or it is not clear which is day and month."""
    said = narrow(text)
    found = _DAY.fullmatch(said)
    if not found:
        if _DAY_FIRST.fullmatch(said):
            raise Wrong("day_order", text=said[:40])
        if said in _FAULTS:
            raise Wrong("formula_fault", text=said)
        raise Wrong("day", text=said[:40])
    year, month, number = (int(part) for part in found.groups() if part is not None)
    try:
        made = date(year, month, number)
    except ValueError:
        raise Wrong("day_missing", text=said[:40]) from None
    if not 1900 <= year <= 2150:
        raise Wrong("day_far", text=said[:40])
    return made.isoformat()


_PROVINCES = {
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41",
    "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71",
    "81", "82", "83",
}  # fmt: skip
"""The first two digits: provinces, and 81, 82, 83 for residents from Hong Kong, Macao and Taiwan."""
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def id_card(text: str) -> str:
    """An 18-digit number of the People's Republic, with its place, day and check digit (GB 11643)."""
    said = narrow(text).replace(" ", "").upper()
    if _SCIENTIFIC.fullmatch(said):
        raise Wrong("digits_lost", text=text[:40])
    if not said.isascii():
        raise Wrong("id_length", length=len(said))
    if len(said) == 15 and said.isdecimal():
        raise Wrong("id_old")
    if (
        len(said) != 18
        or not said[:17].isdecimal()
        or not (said[17].isdecimal() or said[17] == "X")
    ):
        raise Wrong("id_length", length=len(said))
    if said[:2] not in _PROVINCES:
        raise Wrong("id_place", place=said[:2])
    try:
        date(int(said[6:10]), int(said[10:12]), int(said[12:14]))
    except ValueError:
        raise Wrong("id_birth", text=said[6:14]) from None
    if _CHECKS[sum(map(mul, _WEIGHTS, map(int, said[:17]))) % 11] != said[17]:
        # A number that a spreadsheet has rounded to fifteen places ends in noughts.
        raise Wrong("digits_lost", text=said) if said.endswith("000") else Wrong("id_check")
    return said


def passport(text: str) -> str:
    """The number of a passport or another document that has no check digit of ours."""
    said = narrow(text).replace(" ", "").upper()
    if _SCIENTIFIC.fullmatch(said):
        raise Wrong("digits_lost", text=text[:40])
    if not re.fullmatch(r"[A-Z0-9()\-]{5,20}", said):
        raise Wrong("passport", text=said[:40])
    return said


_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})", re.ASCII)
_FIXED = re.compile(
    r"(?:\+?86|0086)?(0\d{2,3}\d{7,8})(?:(?:转|ext\.?|x)(\d{1,6}))?", re.IGNORECASE | re.ASCII
)


def phone(text: str) -> str:
    """One telephone number: a mobile of 11 digits, a fixed line with its area, or +country."""
    if len(text) == 11 and text.isascii() and text.isdecimal() and text[0] == "1" and text[1] > "2":
        return text  # as nine out of ten are written
    said = re.sub(r"[\s\-()·.]", "", narrow(text))
    if _SCIENTIFIC.fullmatch(narrow(text).replace(" ", "")):
        raise Wrong("digits_lost", text=text[:40])
    mobile = _MOBILE.fullmatch(said)
    if mobile:
        return mobile[1]
    fixed = _FIXED.fullmatch(said)
    if fixed:
        area = fixed[1][:3] if fixed[1][1] in "12" else fixed[1][:4]
        return f"{area}-{fixed[1][len(area) :]}" + (f"-{fixed[2]}" if fixed[2] else "")
    if re.fullmatch(r"(\+|00)(?!86)[1-9][0-9]{6,14}", said):
        return "+" + said.removeprefix("+").removeprefix("00")
    if re.fullmatch(r"400[0-9]{7}|95[0-9]{3,4}", said):
        raise Wrong("phone_hotline", text=said)
    if re.search(r"[;/、,|]", said):
        raise Wrong("phone_several", text=text[:60])
    raise Wrong("phone", text=text[:40])


_EMAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
)


def email(text: str) -> str:
    """One address, as the mail servers take it."""
    said = narrow(text)
    if len(said) > 120:
        raise Wrong("too_long", most=120, length=len(said))
    if not _EMAIL.fullmatch(said.casefold()) or ".." in said:
        raise Wrong("email", text=said[:60])
    return said


def postcode(text: str) -> str:
    """A postcode, of any country."""
    said = narrow(text).upper()
    if not re.fullmatch(r"[A-Z0-9][A-Z0-9 -]{2,9}", said):
        raise Wrong("postcode", text=said[:40])
    return said


def zone(text: str) -> str:
    """A time zone by its name in the tz database."""
    said = narrow(text)
    if said not in _zones():
        raise Wrong("zone", text=said[:40])
    return said


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def currency(text: str) -> str:
    """Three letters."""
    said = narrow(text).upper()
    said = {"人民币": "CNY", "RMB": "CNY", "元": "CNY", "¥": "CNY"}.get(said, said)
    if not re.fullmatch(r"[A-Z]{3}", said):
        raise Wrong("currency", text=said[:40])
    return said


def chosen(code: str, meanings: dict[str, str]) -> Callable[[str], str]:
    """A reader of one of a few words; ``code`` is the problem when it is none of them."""
    known = {"".join(word.split()).casefold(): value for word, value in meanings.items()}

    @lru_cache(maxsize=500)
    def read(text: str) -> str:
        said = "".join(narrow(text).split()).casefold()
        if said not in known:
            raise Wrong(code, text=text[:40])
        return known[said]

    return read


def country(text: str) -> str:
    """A country by its name in English or Chinese, or by the two letters of ISO 3166."""
    said = "".join(narrow(text).split()).casefold()
    found = _countries().get(said)
    if found is None and not (len(said) == 2 and said.isascii() and said.isalpha()):
        raise Wrong("country", text=text[:40])
    return found or said.upper()


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """Every spelling -> code."""
    known = {
        "中国": "CN",
        "china": "CN",
        "uk": "GB",
        "usa": "US",
        "香港": "HK",
        "澳门": "MO",
        "台湾": "TW",
    }
    for code, names in COUNTRIES.items():
        if code != "ZZ":
            known |= {"".join(name.split()).casefold(): code for name in (code, *names)}
    return known


def region(text: str) -> str:
    """A part of a country by its code in ISO 3166-2, with or without the country before it."""
    said = narrow(text).strip().upper().rpartition("-")[2]
    if not (said.isascii() and said.isalnum() and len(said) <= 3):
        raise Wrong("region", text=text[:40])
    return said


ID_KINDS = {
    "身份证": "id", "居民身份证": "id", "id": "id", "id card": "id", "idcard": "id", "identity card": "id",
    "港澳台居民居住证": "id", "港澳居民居住证": "id", "台湾居民居住证": "id", "residence permit": "id",
    "护照": "passport", "passport": "passport", "外国护照": "passport", "中国护照": "passport",
    "港澳居民来往内地通行证": "passport", "回乡证": "passport", "台胞证": "passport",
    "台湾居民来往大陆通行证": "passport", "外国人永久居留身份证": "passport", "其他": "passport",
    "other": "passport", "travel permit": "passport",
}  # fmt: skip
LANGUAGES = {
    "zh": "zh", "zh-cn": "zh", "zh-hans": "zh", "中文": "zh", "汉语": "zh", "普通话": "zh", "chinese": "zh",
    "en": "en", "英文": "en", "英语": "en", "english": "en",
}  # fmt: skip
SOURCES = {
    **{value: value for value in Source.values},
    "合同": "contract", "合同约定": "contract", "借款合同": "contract", "the contract": "contract",
    "债务人": "debtor", "债务人留存": "debtor", "债务人提供": "debtor", "本人": "debtor", "本人提供": "debtor",
    "left by the debtor": "debtor", "债务人授权": "authorised", "授权": "authorised",
    "authorised by the debtor": "authorised", "authorized": "authorised",
    "公开渠道": "public", "合法公开渠道": "public", "公开": "public", "lawful public channel": "public",
    "预留联系人": "reserved_contact", "联系人告知": "reserved_contact", "预留联系人告知": "reserved_contact",
    "reserved contact": "reserved_contact", "told by the reserved contact": "reserved_contact",
    "授权查询": "bureau", "征信查询": "bureau", "授权查询机构": "bureau", "credit bureau": "bureau",
    "不明": "unknown", "未知": "unknown", "不详": "unknown", "not known": "unknown",
}  # fmt: skip
YES_OR_NO = {
    "是": "yes", "有": "yes", "yes": "yes", "y": "yes", "true": "yes", "1": "yes",
    "否": "no", "无": "no", "no": "no", "n": "no", "false": "no", "0": "no",
}  # fmt: skip
DEBT_KINDS = {
    "consumer_loan": "consumer_loan", "consumer loan": "consumer_loan", "消费贷": "consumer_loan",
    "消费贷款": "consumer_loan", "个人消费贷款": "consumer_loan", "信用贷": "consumer_loan",
    "credit_card": "credit_card", "credit card": "credit_card", "信用卡": "credit_card",
    "private_loan": "private_loan", "private loan": "private_loan", "民间借贷": "private_loan",
    "个人借款": "private_loan", "私人借款": "private_loan",
    "business_loan": "business_loan", "business loan": "business_loan", "经营贷": "business_loan",
    "经营贷款": "business_loan", "个人经营贷款": "business_loan", "企业贷款": "business_loan",
}  # fmt: skip


def shown_by(batch: str) -> str:
    """What shows where contact data of the creditor's file come from: the file itself, by its batch."""
    return f"债权人数据文件 {batch} · creditor's file {batch}"
