"""What is wrong with a pack is told in English and in Chinese, and names the field that has to be mended."""

import re
from collections.abc import Iterator
from datetime import time
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from compliance import effects, packs, records, timetable, wording
from compliance.fault import FAULTS, Fault, sentences
from tests.compliance.test_packs import HEAD, VALUE, write

CHINESE = re.compile("[\u4e00-\u9fff]")
ROOT = Path(packs.__file__).parent.parent


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A folder with one small pack that is in order."""
    write(tmp_path)
    packs.refresh(tmp_path)
    yield tmp_path
    packs.refresh(packs.HOME)


@pytest.mark.parametrize("code", FAULTS)
def test_each_kind_shows_the_same_figures_in_both_languages(code: str) -> None:
    en, zh = FAULTS[code]
    shown = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (en, zh)]
    assert shown[0] == shown[1]
    assert CHINESE.search(zh) or code in {"of_pack", "of_value", "plain"}


def test_each_kind_is_told_somewhere_and_none_is_told_that_has_no_words() -> None:
    program = "".join(
        path.read_text() for path in [*ROOT.glob("compliance/*.py"), *ROOT.glob("rulebook/*.py")]
    )
    told = set(re.findall(r'(?:Fault|_Trouble|CannotChange)\(\s*"(\w+)"', program))
    told |= set(re.findall(r'"(\w+)" if variant in says else "(\w+)"', program)[0])
    assert told == set(FAULTS)


@pytest.mark.parametrize(
    ("was", "becomes", "zh", "field"),
    [
        ('source = "house"\n', "", "visits.toml：XX-01：没有注明依据", "source"),
        ('source = "house"', 'source = "moon"', "引用了依据 moon，但 pack.toml 没有列出", "source"),
        ("since = 2025-01-01", "since = 2025-01-01\nuntil = 2024-12-31", "终止日早于起始日", "until"),
        ("minutes = 60\n", "", "没有填写分钟（minutes）", "minutes"),
        ("minutes = 60", 'minutes = "60"', "分钟（minutes）应为整数，而不是 '60'", "minutes"),
        ('force = "policy"', 'force = "custom"', "效力（force）为 'custom'；只能是：", "force"),
        ("{planned} of", "{plan} of", "文字中引用了其规则函数不提供的数值：{plan}", ""),
        ('source = "house"', 'source = "house"\nchecked_by = "林静"', "核对人和核对日期须同时填写", "checked_by"),
        ('source = "house"', 'source = "house"\nbinds = ["church"]', "约束对象（binds）含有未知的债权人类型", "binds"),
        ("[[value]]", "[[valu]]", "visits.toml 含有无法识别的表 [valu]", ""),
    ],
)  # fmt: skip
def test_a_value_that_is_not_in_order_is_told_in_chinese(
    home: Path, was: str, becomes: str, zh: str, field: str
) -> None:
    write(home, VALUE.replace(was, becomes, 1))
    found = [fault for fault in packs.problems(home) if zh in fault.text["zh"]]
    assert [fault.field for fault in found] == [field]
    assert found[0].text["zh"].startswith("small：")


def test_a_head_that_is_not_in_order_is_told_in_chinese(home: Path) -> None:
    write(home, head=HEAD.replace('jurisdiction = "nowhere"\n', "", 1))
    assert [fault.text["zh"] for fault in packs.problems(home)] == [
        "small：pack.toml 没有写明适用地（jurisdiction）"
    ]


def test_a_pack_that_nobody_has_is_told_in_chinese() -> None:
    with pytest.raises(packs.PackUnreadable) as missing:
        packs.load("atlantis")
    (why,) = missing.value.why
    assert (str(why), why.text["zh"]) == ("there is no such pack", "没有这个规则包")


def test_several_are_sentences_one_after_the_other() -> None:
    found = [Fault("no_values"), Fault("needs_remedy")]
    assert sentences(found, "en") == "holds no values. needs a remedy for what it says."
    assert sentences(found, "zh") == "没有任何规则数值。须写明补救办法。"


STEP = {"kind": "missed", "days": 1, "time": time(10), "to": "debtor"}


@pytest.mark.parametrize(
    ("found", "en", "zh"),
    [
        (effects.faults({"flood": {}}), "has an effect of flood", "没有这种情形"),
        (effects.faults({"dispute": {"stops": "visits"}}), "does not say for how many days", "“对债务有异议”须暂停，但没有写明暂停多少天"),
        (effects.faults({"dispute": {"duty": {"en": "a", "zh": "b"}}}), "duty_for together for dispute", "承办人须同时填写"),
        (records.faults([{"record": "notice", "from": "closure"}]), "without any length", "通知与函件的保存期限没有写明时长"),
        (records.faults([{"record": "notice", "from": "closure", "minimum": "soon"}]), "no span such as 5y or 30d: 'soon'", "最短保存（minimum）应写成 5y（5 年）或 30d（30 天）的形式"),
        (wording.faults({"zh": [" "]}), "has an empty phrase", "有一条空的字词"),
        (timetable.faults_of_steps([{**STEP, "days": -1}]), "of the kind missed -1 days from the due day", "“逾期提醒”与距到期日 -1 天不相符"),
        (timetable.faults_of_steps([{**STEP, "kind": "soon"}]), "of an unknown kind", "提醒的类型未知"),
        (timetable.faults_of_steps([{"kind": "missed"}]), "without its kind, days", "没有写全类型"),
        (timetable.faults_of_service({"sms": {"counts": "sent"}}), "deemed_days, a whole number", "sms须写明起算依据"),
    ],
)  # fmt: skip
def test_a_table_inside_a_value_is_told_of_too(found: Any, en: str, zh: str) -> None:
    (fault,) = found
    assert en in fault
    assert zh in fault.text["zh"]


def test_a_loosened_line_is_told_in_chinese_with_both_figures(tmp_path: Path) -> None:
    import shutil

    copied = tmp_path / "packs"
    shutil.copytree(packs.HOME, copied)
    file = copied / "house-hz" / "contact.toml"
    file.write_text(file.read_text().replace("opens = 09:00:00", "opens = 07:00:00", 1))
    (fault,) = packs.problems(copied)
    assert fault.text["zh"] == (
        "house-hz/contact.toml：CN-01 放宽了 cn/contact.toml：CN-01（visit_hours），自 2026-01-30 起："
        "开始时间（opens）为 07:00，而原规定为 08:00，只能更晚"
    )
    assert fault.field == "opens"
