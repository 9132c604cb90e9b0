"""The forms of the rule book's drafts; a value's form is made from the value itself."""

from collections.abc import Iterator, Mapping
from datetime import date, time
from decimal import Decimal, InvalidOperation
from string import Formatter
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.drafting import Written
from compliance.rule import RULES
from compliance.verdict import Severity
from compliance.words import NAMES, WEEKDAYS
from desk.showing import figure_name, tongue_now
from workflow.forms import DeskForm, day_field, words_field

CHANGE, END = "change", "end"
_COMMON = {
    "id", "rule", "since", "until", "severity", "force", "confidence", "source", "article",
    "article_zh", "url", "checked_by", "checked_on", "note", "actions", "binds", "only_for",
    "keys", "says", "remedy",
}  # fmt: skip
_WEEKDAYS = [
    gettext_lazy("Monday"), gettext_lazy("Tuesday"), gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"), gettext_lazy("Friday"), gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
]  # fmt: skip
_TONGUES = {"en": gettext_lazy("in English"), "zh": gettext_lazy("in Chinese")}
_WORDS = {"says": gettext_lazy("What it says"), "remedy": gettext_lazy("What would help")}


class DraftForm(DeskForm):
    """A change begins: from which day on acts are to be judged by it, and why."""

    in_force_from = day_field(
        label=gettext_lazy("From which day on"),
        help_text=gettext_lazy("Acts of that day and later are judged by the new version, earlier ones by the old."),
    )  # fmt: skip
    reason = words_field(label=gettext_lazy("Why the rules change"), rows=3)


class PublishForm(DeskForm):
    """The second person's word."""

    answer = words_field(
        label=gettext_lazy("Your answer"), rows=3,
        help_text=gettext_lazy("It stands with the version for ever, with your name."),
    )  # fmt: skip


class FewField(forms.MultipleChoiceField):
    """Several of a known list, kept in the list's own order."""

    def clean(self, value: Any) -> list[str]:
        """What was ticked, as the list goes."""
        given = super().clean(value)
        return [code for code, _label in self.choices if code in given]


class LinesField(forms.CharField):
    """A list in which the order counts: one code a line."""

    def __init__(self, **given: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 4}), max_length=2000, **given)

    def prepare_value(self, value: Any) -> Any:
        """One a line."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """The codes, without empty lines."""
        text = super().clean(value)
        return [line.strip() for line in str(text).splitlines() if line.strip()]


class TextFigureField(forms.CharField):
    """A figure that is kept as text to the last place, such as a rate or an amount."""

    def clean(self, value: Any) -> Any:
        """The figure; what was a number has to stay one."""
        text = str(super().clean(value)).strip()
        try:
            Decimal(text)
        except InvalidOperation:
            raise forms.ValidationError(_("Give a figure, such as 3.45."), code="figure") from None
        return text


class ValueForm(DeskForm):
    """One value: what becomes of it, from which day, its figures, and its words in both languages."""

    becomes = forms.ChoiceField(
        label=gettext_lazy("What becomes of it"),
        choices=[
            (CHANGE, gettext_lazy("It changes: the old value ends, the new one begins")),
            (END, gettext_lazy("It ends, and nothing takes its place")),
        ],
        widget=forms.RadioSelect,
    )
    since = day_field(label=gettext_lazy("From which day on"))

    def __init__(
        self, *args: Any, written: Written, sources: Mapping[str, Any], **given: Any
    ) -> None:
        super().__init__(*args, **given)
        self.written = written
        table = written.table
        self.figures = [name for name in table if name not in _COMMON and _changeable(table[name])]
        for name in self.figures:
            field = field_for(name, table[name])
            weekdays = name == "days" and isinstance(table[name], list)
            field.label = _("Weekdays") if weekdays else figure_name(name)
            field.initial = table[name]
            self.fields[name] = field
        if table.get("rule"):
            self.fields["severity"] = forms.ChoiceField(
                label=_("What it does"), initial=table.get("severity"),
                choices=[(one.value, one.label[tongue_now()]) for one in Severity],
            )  # fmt: skip
        self.fields["source"] = forms.ChoiceField(
            label=_("Source"), initial=table.get("source"),
            choices=[
                (code, source["title_zh" if tongue_now() == "zh" else "title"])
                for code, source in sources.items()
            ],
        )  # fmt: skip
        for name, label in (("article", _("Article")), ("article_zh", _("Article, in Chinese"))):
            self.fields[name] = forms.CharField(
                label=label, max_length=200, required=False, initial=table.get(name, "")
            )
        self.texts: dict[str, tuple[str, str, str]] = {}
        for kind, variant, tongue, text in texts_of(table):
            name = "_".join(filter(None, (kind, variant, tongue)))
            self.texts[name] = (kind, variant, tongue)
            self.fields[name] = words_field(
                label=format_lazy("{} {}{}", _WORDS[kind], _TONGUES[tongue], f" ({variant})" if variant else ""),
                rows=2, initial=text, help_text=_shown_help(table, kind, variant),
            )  # fmt: skip

        self.put_in_words()

    def clean(self) -> dict[str, Any]:
        """Words that show only figures that their rule gives."""
        cleaned = super().clean()
        for name, (kind, variant, _tongue) in self.texts.items():
            if name in cleaned:
                self._check_words(name, kind, variant, cleaned[name])
        return cleaned

    def _check_words(self, name: str, kind: str, variant: str, text: str) -> None:
        allowed = _figures_of(self.written.table, kind, variant)
        try:
            used = {
                part for _text, part, _spec, _conv in Formatter().parse(text) if part is not None
            }
        except ValueError:
            self.add_error(
                name, _("A brace is not closed. Figures stand in braces, such as {days}.")
            )
            return
        if used - allowed:
            self.add_error(
                name,
                _("%(figures)s is no figure of this rule. These may be shown: %(allowed)s.")
                % {
                    "figures": ", ".join(sorted(f"{{{one}}}" for one in used - allowed)),
                    "allowed": ", ".join(sorted(f"{{{one}}}" for one in allowed)) or "–",
                },
            )

    def changes(self) -> dict[str, Any]:
        """What of the value is not the same, under the names that it has in the file."""
        given, table = self.cleaned_data, self.written.table
        names = [*self.figures, "severity", "source", "article", "article_zh"]
        found = {
            name: given[name]
            for name in names
            if name in given and given[name] != table.get(name, "" if "article" in name else None)
        }
        for kind in ("says", "remedy"):
            texts = _replaced(table.get(kind) or {}, kind, self.texts, given)
            if texts != (table.get(kind) or {}):
                found[kind] = texts
        return found


def _changeable(figure: Any) -> bool:
    return not isinstance(figure, Mapping) and not (
        isinstance(figure, list) and any(not isinstance(part, str) for part in figure)
    )


def field_for(name: str, figure: Any) -> forms.Field:
    """The field in which a figure of that kind is given."""
    if isinstance(figure, bool):
        return forms.TypedChoiceField(
            choices=[("1", _("yes")), ("", _("no"))], coerce=bool, required=False
        )
    if isinstance(figure, int):
        return forms.IntegerField(min_value=0, max_value=1_000_000)
    if isinstance(figure, time):
        return forms.TimeField(
            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            error_messages={"invalid": _("Give a time, such as 19:00.")},
        )
    if isinstance(figure, date):
        return day_field()
    if isinstance(figure, list):
        choices = _choices(figure)
        if not choices or name == "order":
            return LinesField(help_text=_("One a line; the order counts."))
        return FewField(choices=choices, widget=forms.CheckboxSelectMultiple)
    if isinstance(figure, str) and not figure.replace(".", "", 1).isdecimal():
        return forms.CharField(max_length=200)
    return TextFigureField(max_length=40)


def _choices(codes: list[str]) -> list[tuple[str, Any]]:
    """All that can be named beside these codes, in words; nothing where nobody knows their kind."""
    if set(codes) <= set(WEEKDAYS):
        return list(zip(WEEKDAYS, _WEEKDAYS, strict=True))
    kinds = {name.partition(".")[0] for name in NAMES if "." in name}
    for kind in sorted(kinds):
        if codes and all(f"{kind}.{code}" in NAMES for code in codes):
            return [
                (name.partition(".")[2], names[1 if tongue_now() == "zh" else 0])
                for name, names in NAMES.items()
                if name.startswith(f"{kind}.")
            ]
    return []


def texts_of(table: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Every text of a value: says or remedy, which variant, in which language, and the text."""
    for kind in ("says", "remedy"):
        for name, part in (table.get(kind) or {}).items():
            if isinstance(part, Mapping):
                for tongue, text in part.items():
                    yield kind, name, tongue, text
            else:
                yield kind, "", name, part


def _replaced(
    old: Mapping[str, Any], kind: str, named: Mapping[str, tuple[str, str, str]], given: Mapping[str, Any]
) -> dict[str, Any]:  # fmt: skip
    texts: dict[str, Any] = {
        name: dict(part) if isinstance(part, Mapping) else part for name, part in old.items()
    }
    for field, (of, variant, tongue) in named.items():
        if of == kind and field in given:
            (texts[variant] if variant else texts)[tongue] = given[field]
    return texts


def _figures_of(table: Mapping[str, Any], kind: str, variant: str) -> set[str]:
    rule = RULES.get(table.get("rule", ""))
    if rule is None:
        return set()
    if kind == "says" or variant:
        return set(rule.says.get(variant, ()))
    return set.intersection(*(set(figures) for figures in rule.says.values()))


def _shown_help(table: Mapping[str, Any], kind: str, variant: str) -> str:
    figures = sorted(_figures_of(table, kind, variant))
    if not figures:
        return ""
    return _("Figures that may be shown: %(figures)s.") % {
        "figures": " ".join(f"{{{name}}}" for name in figures)
    }
