"""What is wrong with a pack, in one sentence of either language, with the part that it speaks of."""

from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any

from compliance.parts import part_name

LANGUAGES = ("en", "zh")


class Fault(str):
    """One fault: as text it is the English sentence, ``text`` has both languages.

    ``code`` names its kind, ``parts`` are the figures that it shows, ``field`` is the field of the
    value that has to be mended, where it is one.
    """

    code: str
    parts: Mapping[str, Any]
    text: Mapping[str, str]
    field: str

    def __new__(cls, code: str, /, *, field: str = "", **parts: Any) -> "Fault":
        """The fault of that kind with its figures put in."""
        text = {
            tongue: FAULTS[code][place].format_map(
                {name: _told(part, tongue) for name, part in parts.items()}
            )
            for place, tongue in enumerate(LANGUAGES)
        }
        made = super().__new__(cls, text["en"])
        inner = next((part for part in parts.values() if isinstance(part, Fault)), None)
        made.code, made.parts, made.text = code, parts, text
        made.field = field or (inner.field if inner else "")
        return made

    def __getnewargs__(self) -> Any:
        """Nothing keeps a fault: whoever reads the pack again finds it again."""
        raise TypeError("a fault is told, not kept")


def sentences(faults: Iterable[str], tongue: str) -> str:
    """The faults as sentences one after the other, in that language."""
    if tongue == "zh":
        return "".join(f"{in_tongue(fault, tongue)}。" for fault in faults)
    return " ".join(f"{in_tongue(fault, tongue)}." for fault in faults)


def in_tongue(fault: str, tongue: str) -> str:
    """The fault in that language; plain text stays as it is."""
    return fault.text[tongue] if isinstance(fault, Fault) else fault


def both(en: str, zh: str) -> dict[str, str]:
    """A part of a fault that goes by different words in the two languages."""
    return {"en": en, "zh": zh}


def named_field(name: str) -> dict[str, str]:
    """A field by its code; in Chinese by its name as well."""
    known = part_name(name, "zh")
    return both(name, f"{known}（{name}）" if known != name else name)


def shown_figure(figure: Any) -> dict[str, str]:
    """A figure as a sentence about it shows it."""
    return {tongue: figure_text(figure, tongue) for tongue in LANGUAGES}


def figure_text(figure: Any, tongue: str = "en") -> str:
    """A figure as a sentence in that language shows it."""
    if isinstance(figure, time):
        return f"{figure:%H:%M}"
    if isinstance(figure, list | tuple | set | frozenset):
        empty, comma = ("nothing", ", ") if tongue == "en" else ("空", "、")
        return comma.join(figure_text(one, tongue) for one in figure) or empty
    label = getattr(figure, "label", None)
    return str(label["zh"]) if tongue == "zh" and isinstance(label, Mapping) else str(figure)


def _told(part: Any, tongue: str) -> Any:
    if isinstance(part, Fault):
        return part.text[tongue]
    if isinstance(part, Mapping) and part.keys() == set(LANGUAGES):
        return part[tongue]
    return part


KINDS: dict[type, dict[str, str]] = {
    int: both("int", "整数"),
    str: both("str", "文字"),
    bool: both("bool", "是或否"),
    list: both("list", "清单"),
    dict: both("dict", "对照表"),
    object: both("object", "数值"),
}
"""What a figure has to be."""


def kind_name(kind: type) -> dict[str, str]:
    """What a figure of that kind is called."""
    names = {"time": "时间，例如 08:00", "date": "日期，例如 2026-01-30"}
    return KINDS.get(kind) or both(kind.__name__, names.get(kind.__name__, kind.__name__))


FAULTS: dict[str, tuple[str, str]] = {
    # the folder and its files
    "no_such_pack": ("there is no such pack", "没有这个规则包"),
    "no_access": ("cannot be read: {why}", "无法读取：{why}"),
    "beside_packs": (
        "{name} lies beside the packs; nobody reads it",
        "{name} 放在各规则包文件夹之外，不会被读取",
    ),
    "not_toml": (
        "{file} is not read: packs hold .toml files only",
        "{file} 不会被读取：规则包只能包含 .toml 文件",
    ),
    "of_pack": ("{pack}: {fault}", "{pack}：{fault}"),
    "plain": ("{fault}", "{fault}"),
    "of_value": ("{place} {fault}", "{place}：{fault}"),
    "unasked_rule": ("the rule {name} is asked by no pack", "没有任何规则包使用规则函数 {name}"),
    "file_unread": ("{file} cannot be read: {why}", "{file} 无法读取：{why}"),
    "unknown_table": ("{file} has an unknown table [{extra}]", "{file} 含有无法识别的表 [{extra}]"),
    "not_a_value": (
        "{place} is not written as a value ({why})",
        "{place} 的写法不是一项规则数值（{why}）",
    ),
    "no_values": ("holds no values", "没有任何规则数值"),
    "overlap": (
        "{row} has two values on {day}: end the older one first",
        "{row} 在 {day} 同时有两个数值：请先终止较早的一个",
    ),
    # what was published
    "lost_versions": (
        "its published versions are missing from the shared storage",
        "已发布的版本在共享存储中缺失",
    ),
    "list_not_trusted": (
        "the list of its published versions is not the one that was written",
        "已发布版本的清单与写入时不一致",
    ),
    "version_unread": (
        "its published version {digest} cannot be read",
        "已发布的版本 {digest} 无法读取",
    ),
    "version_not_trusted": (
        "its version {digest} is not what was published",
        "版本 {digest} 与发布时不一致",
    ),
    # the head of a pack
    "head_lacks": ("{file} says no {name}", "{file} 没有写明{name}"),
    "head_extra": ("{file} has an unknown field {name}", "{file} 含有无法识别的字段 {name}"),
    "head_other_name": ("{file} calls it {name}", "{file} 中的名称为 {name}"),
    "head_tightens": (
        "{file} needs the names of other packs for tightens",
        "{file} 的 tightens 应为其他规则包的名称",
    ),
    "head_version": ("{file} needs a version, as a string", "{file} 应写明版本号（文字）"),
    "head_texts": (
        "{file} needs its {name} in English and Chinese",
        "{file} 的{name}须有中文和英文",
    ),
    "head_source": (
        "{file}: the source {source} needs title and title_zh, may have url and first_day",
        "{file}：依据 {source} 须有 title（英文名称）和 title_zh（中文名称），可以有 url（网址）和 first_day（起始日说明）",
    ),
    "head_first_day": (
        "{file}: the source {source} needs its first_day in English and Chinese",
        "{file}：依据 {source} 的 first_day（起始日说明）须有中英文",
    ),
    "source_force": (
        "{file}: the source {source} has the {name} {given!r}; it is one of {options}",
        "{file}：依据 {source} 的{name}为 {given!r}；只能是：{options}",
    ),
    "source_half_checked": (
        "{file}: the source {source} says by whom it was checked, or when, but not both",
        "{file}：依据 {source} 的核对人和核对日期须同时填写",
    ),
    "applies_unknown": (
        "{file}: [applies] has {name} = {value!r}, which nobody understands",
        "{file}：适用范围中的 {name} = {value!r} 无法识别",
    ),
    "applies_nowhere": (
        "{file}: [applies] names no country",
        "{file}：适用范围没有写明国家或地区",
    ),
    "applies_nobody": (
        "{file}: [applies] has {name} that nobody knows",
        "{file}：适用范围中的 {name} 含有未知的类别",
    ),
    # a value
    "says_no": ("says no {name}", "没有写明{name}"),
    "no_such_rule": (
        "names the rule {rule}, which does not exist",
        "所用的规则函数 {rule} 不存在",
    ),
    "asked_by_nobody": (
        "is asked by no rule and has no key under which it could be asked for",
        "既没有规则函数使用，也没有可供查询的键名",
    ),
    "ends_early": ("ends before it begins", "终止日早于起始日"),
    "words_without_rule": (
        "has words, but no rule that would speak them",
        "写有文字，但没有使用这些文字的规则函数",
    ),
    "wrong_actions": (
        "is put to actions that its rule does not answer: {actions}",
        "针对的行为不在其规则函数的范围之内：{actions}",
    ),
    "unknown_creditor": (
        "has an unknown kind of creditor under {name}",
        "{name}含有未知的债权人类型",
    ),
    "unknown_collector": (
        "has somebody who does not collect under {name}",
        "{name}含有未知的催收主体",
    ),
    "half_checked": (
        "says by whom it was checked, or when, but not both",
        "核对人和核对日期须同时填写",
    ),
    "unknown_confidence": (
        "has a confidence other than {options}",
        "研究可信度只能是：{options}",
    ),
    "source_not_listed": (
        "cites {source}, which pack.toml does not list",
        "引用了依据 {source}，但 pack.toml 没有列出",
    ),
    "no_citation": ("has no citation", "没有注明依据"),
    "unknown_key": (
        "has the key {key}, for which nobody asks",
        "键名 {key} 没有人查询",
    ),
    "key_without_field": (
        "has no field {name} for its key {key}",
        "缺少字段{name}，键名 {key} 无值可取",
    ),
    "key_wrong_kind": ("needs {kind} for its key {key}", "键名 {key} 的数值应为{kind}"),
    "lacks_field": ("has no {name}", "没有填写{name}"),
    "wrong_kind": (
        "needs {kind} for {name}, not {given!r}",
        "{name}应为{kind}，而不是 {given!r}",
    ),
    "extra_field": (
        "has a field {name}, which its rule does not know",
        "含有其规则函数不使用的字段{name}",
    ),
    "lacks_words": ("lacks words: says.{variant}", "缺少文字：says.{variant}"),
    "extra_words": (
        "has unknown words: says.{variant}",
        "含有无法识别的文字：says.{variant}",
    ),
    "needs_remedy": ("needs a remedy for what it says", "须写明补救办法"),
    "needs_both_tongues": (
        "needs {name} in English and Chinese",
        "{name}须有中文和英文",
    ),
    "shows_unknown": (
        "shows a figure that its rule does not give: {names}",
        "文字中引用了其规则函数不提供的数值：{names}",
    ),
    "broken_braces": ("has broken braces: {text}", "花括号不完整：{text}"),
    "needs_day": (
        "needs a date for {name}, such as 2026-01-30",
        "{name}应为日期，例如 2026-01-30",
    ),
    "not_a_choice": (
        "has the {name} {given!r}; it is one of {options}",
        "{name}为 {given!r}；只能是：{options}",
    ),
    # tables inside a value
    "effects_by_kind": ("needs its effects by kind", "处理办法须按情形逐项列出"),
    "effect_of_nothing": (
        "has an effect of {kind}, which is no circumstance",
        "写有“{kind}”的处理办法，但没有这种情形",
    ),
    "effect_unknown": (
        "has something unknown in its effect of {kind}",
        "“{kind}”的处理办法中有无法识别的内容",
    ),
    "effect_stops": (
        "stops {stops!r} for {kind}; it is one of {options}",
        "“{kind}”的暂停范围为 {stops!r}；只能是：{options}",
    ),
    "effect_without_days": (
        "stops something for {kind}, but does not say for how many days",
        "“{kind}”须暂停，但没有写明暂停多少天",
    ),
    "effect_duty": (
        "needs duty (English and Chinese), duty_hours and duty_for together for {kind}",
        "“{kind}”的应办事项（中文和英文）、时限（小时）和承办人须同时填写",
    ),
    "term_unknown_record": (
        "has a term for an unknown record: {given!r}",
        "有一项保存期限针对未知的记录：{given!r}",
    ),
    "term_unknown_event": (
        "has a term that runs from an unknown event: {given!r}",
        "有一项保存期限的起算事件未知：{given!r}",
    ),
    "term_unknown_extension": (
        "has a term that is extended by something unknown: {given!r}",
        "有一项保存期限的延长事由未知：{given!r}",
    ),
    "term_without_length": (
        "has a term without any length: {record}",
        "{record}的保存期限没有写明时长",
    ),
    "term_no_span": (
        "has a {part} that is no span such as 5y or 30d: {given!r}",
        "{part}应写成 5y（5 年）或 30d（30 天）的形式，而不是 {given!r}",
    ),
    "term_extra": ("has a term with unknown parts: {names}", "保存期限含有无法识别的内容：{names}"),
    "phrases_by_language": (
        "needs its phrases by language, zh or en",
        "字词须按语言（zh 或 en）列出",
    ),
    "phrases_no_list": (
        "needs a list of phrases for {language}",
        "{language} 的字词须为清单",
    ),
    "phrase_empty": ("has an empty phrase: {phrase!r}", "有一条空的字词：{phrase!r}"),
    "phrase_long": (
        "has a phrase of more than {most} parts: {phrase!r}",
        "有一条字词超过 {most} 段：{phrase!r}",
    ),
    "phrase_many": (
        "has a phrase that may be written in more than {most} ways: {phrase!r}",
        "有一条字词的写法超过 {most} 种：{phrase!r}",
    ),
    "step_unknown": (
        "has a reminder of an unknown kind: {given!r}",
        "有一项提醒的类型未知：{given!r}",
    ),
    "step_incomplete": (
        "has a reminder without its kind, days, time and recipient: {given!r}",
        "有一项提醒没有写全类型、天数、时间和对象：{given!r}",
    ),
    "step_misplaced": (
        "has a reminder of the kind {kind} {days} days from the due day",
        "“{kind}”与距到期日 {days} 天不相符",
    ),
    "service_incomplete": (
        "needs counts (one of {options}) and deemed_days, a whole number from -1 on, for {channel}",
        "{channel}须写明起算依据（{options}）和视为送达的天数（不小于 -1 的整数）",
    ),
    # a change that cannot be written
    "no_value_there": ("{file} has no value {number}", "{file} 没有第 {number} 项数值"),
    "not_by_lines": (
        "{file} is written in a way that cannot be changed line by line",
        "{file} 的写法无法逐行修改",
    ),
    "begins_later": (
        "{row} begins on {day}; choose that day or a later one",
        "{row} 自 {day} 起生效，请选择该日或之后的日期",
    ),
    "no_line": ("{row} says no {name}", "{row} 没有写明{name}"),
    "ended_already": ("{row} has ended on {day} already", "{row} 已于 {day} 终止"),
    # a house's pack against the one that it tightens
    "not_policy": (
        "{line} tightens other packs, so its force is policy",
        "{line} 是对其他规则包的收紧，效力只能是“内部政策”",
    ),
    "tightens_missing": (
        "{house}: tightens {name}, which cannot be read",
        "{house}：所收紧的规则包 {name} 无法读取",
    ),
    "loosens": (
        "{line} loosens {base} ({rule}) on {day}: {name} is {mine} where it is {theirs}, and {asks}",
        "{line} 放宽了 {base}（{rule}），自 {day} 起：{name}为 {mine}，而原规定为 {theirs}，{asks}",
    ),
    "leaves_out": (
        "{line} loosens {base} ({rule}) on {day}: {name} leaves out {left}, and {asks}",
        "{line} 放宽了 {base}（{rule}），自 {day} 起：{name}缺少 {left}，{asks}",
    ),
    "fewer_acts": (
        "{line} is put to fewer acts than {base}: it leaves out {acts}",
        "{line} 针对的行为少于 {base}：缺少 {acts}",
    ),
    "fewer_people": (
        "{line} holds for {mine} only, {base} for {theirs}",
        "{line} 仅适用于 {mine}，而 {base} 适用于 {theirs}",
    ),
}
"""Each kind of fault in English and Chinese."""
