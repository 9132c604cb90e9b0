"""The form of one value of a draft, made from the value itself: its figures, words, source and reach."""

from collections.abc import Iterator, Mapping, Sequence
from string import Formatter
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Fieldset, Layout
from django import forms
from django.utils.html import escape
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.drafting import Written
from compliance.parsing import CONFIDENCES
from compliance.parts import part_name
from compliance.rule import RULES
from compliance.shapes import shape_of
from compliance.verdict import Force, Severity
from compliance.words import NAMES
from desk.rulebook import COLLECTORS, CONFIDENCE, TOPICS
from desk.showing import tongue_now
from people.models import Organisation
from rulebook.fields import FewField, field_for
from workflow.forms import DeskForm, day_field, words_field

CHANGE, END = "change", "end"
REACH = ("only_for", "only_by", "binds", "binds_collectors", "actions")
_SOURCE = ("force", "source", "article_zh", "article", "url", "confidence", "note")
COMMON = {
    *REACH, *_SOURCE, "id", "rule", "since", "until", "severity", "checked_by", "checked_on", "keys",
    "says", "remedy",
}  # fmt: skip
_TONGUES = {"en": gettext_lazy("in English"), "zh": gettext_lazy("in Chinese")}
_WORDS = {"says": gettext_lazy("What it says"), "remedy": gettext_lazy("What would help")}


class _LineForm(DeskForm):
    """One value: from which day, its figures, its source, and its words in both languages."""

    since = day_field(label=gettext_lazy("From which day on"))
    first: tuple[str, ...] = ("since",)

    def __init__(
        self, *args: Any, written: Written, sources: Mapping[str, Any], house: bool = False,
        **given: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **given)
        self.written = written
        table = written.table
        self.figures = [name for name in table if name not in COMMON]
        for name in self.figures:
            field = field_for(shape_of(name, table[name]))
            field.label = _capital(part_name(name, tongue_now(), table[name]))
            figure = table[name]
            field.initial = figure if not isinstance(figure, bool) else "1" if figure else ""
            self.fields[name] = field
        self._add_source(table, sources, house)
        self._add_reach(table)
        self.texts: dict[str, tuple[str, str, str]] = {}
        for kind, variant, tongue, text in texts_of(table):
            name = "_".join(filter(None, (kind, variant, tongue)))
            self.texts[name] = (kind, variant, tongue)
            self.fields[name] = words_field(
                label=format_lazy("{} {}{}", _WORDS[kind], _TONGUES[tongue], f" ({variant})" if variant else ""),
                rows=2, initial=text, help_text=_shown_help(table, kind, variant),
            )  # fmt: skip
        self.put_in_words()

    def _add_source(
        self, table: Mapping[str, Any], sources: Mapping[str, Any], house: bool
    ) -> None:
        """What it does, by what force, and the text on which it rests."""
        tongue = tongue_now()
        if table.get("rule"):
            self.fields["severity"] = forms.ChoiceField(
                label=_("What it does"), initial=table.get("severity"),
                choices=[(one.value, one.label[tongue]) for one in Severity],
            )  # fmt: skip
        forces = [Force.POLICY] if house else list(Force)
        self.fields["force"] = forms.ChoiceField(
            label=_("Force"), initial=table.get("force"),
            choices=[(one.value, one.label[tongue]) for one in forces],
        )  # fmt: skip
        self.fields["source"] = forms.ChoiceField(
            label=_("Source"), initial=table.get("source"),
            choices=[
                (code, source["title_zh" if tongue == "zh" else "title"])
                for code, source in sources.items()
            ],
        )  # fmt: skip
        for name, label in (
            ("article_zh", _("Article, in Chinese")),
            ("article", _("Article, in English")),
        ):
            self.fields[name] = forms.CharField(
                label=label, max_length=200, required=False, initial=table.get(name, "")
            )
        self.fields["url"] = forms.URLField(
            label=_("Address of this very passage"), max_length=500, required=False,
            initial=table.get("url", ""), assume_scheme="https",
            error_messages={"invalid": _("Give the whole address, such as https://www.gov.cn/.")},
        )  # fmt: skip
        self.fields["confidence"] = forms.ChoiceField(
            label=_("Confidence of the research"), initial=table.get("confidence"),
            choices=[(code, CONFIDENCE[code]) for code in CONFIDENCES],
        )  # fmt: skip
        self.fields["note"] = forms.CharField(
            label=_("Note"), max_length=500, required=False, initial=table.get("note", ""),
            widget=forms.Textarea(attrs={"rows": 2}),
        )  # fmt: skip

    def _add_reach(self, table: Mapping[str, Any]) -> None:
        """Before which acts it is asked, whom it binds and to whom it is put."""
        rule = RULES.get(table.get("rule", ""))
        zh = tongue_now() == "zh"
        creditors = list(Organisation.CreditorType.choices)
        collectors = list(COLLECTORS.items())
        offered: dict[str, tuple[Any, list[Any], Any]] = {
            "only_for": (_("Only for these creditors"), creditors, _("None ticked: for all.")),
            "only_by": (_("Only where these collect"), collectors, _("None ticked: for all.")),
        }
        if rule:
            acts = [(act, NAMES[f"action.{act}"][zh]) for act in sorted(rule.answers)]
            binding = _("None ticked: binds all. For others it is followed as house policy.")
            offered |= {
                "binds": (_("Creditors that it binds"), creditors, binding),
                "binds_collectors": (_("Collectors that it binds"), collectors, binding),
                "actions": (_("Asked before"), acts, _("None ticked: before all of them.")),
            }
        for name, (label, choices, help_text) in offered.items():
            self.fields[name] = FewField(
                label=label, choices=choices, required=False, help_text=help_text,
                initial=table.get(name, []), widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip

    @property
    def helper(self) -> FormHelper:
        """The fields in the order in which one thinks of them; what is seldom changed is folded away."""
        helper = super().helper
        reach = [name for name in REACH if name in self.fields]
        parts = [
            (_("When"), self.first),
            (_("Figures"), self.figures),
            (_("Words"), list(self.texts)),
            (
                _("Source and force"),
                [name for name in ("severity", *_SOURCE) if name in self.fields],
            ),
        ]
        helper.layout = Layout(
            *(Fieldset(title, *names, css_class="form-part") for title, names in parts if names),
            HTML(
                f'<details class="form-part more"{" open" if self._wrong_in(reach) else ""}><summary>'
            ),
            HTML(escape(_("To whom it is put, and before what"))),
            HTML("</summary>"),
            *reach,
            HTML("</details>"),
        )
        return helper

    def _wrong_in(self, names: Sequence[str]) -> bool:
        return self.is_bound and any(name in self.errors for name in names)

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
        table = self.written.table
        return {
            name: part
            for name, part in self.table().items()
            if name not in self.first and not _same(part, table.get(name))
        }

    def table(self) -> dict[str, Any]:
        """The value as it stands in the form; nothing stands where something was left empty."""
        given, table = self.cleaned_data, self.written.table
        names = [*self.figures, "severity", *_SOURCE, *REACH]
        found = {name: given[name] for name in names if name in given}
        found |= {name: None for name in (*_SOURCE, *REACH) if not found.get(name)}
        for kind in ("says", "remedy"):
            if table.get(kind):
                found[kind] = _replaced(table[kind], kind, self.texts, given)
        return found


class ValueForm(_LineForm):
    """A value that is there: it changes from a day on, or ends."""

    becomes = forms.ChoiceField(
        label=gettext_lazy("What becomes of it"),
        choices=[
            (CHANGE, gettext_lazy("It changes: the old value ends, the new one begins")),
            (END, gettext_lazy("It ends, and nothing takes its place")),
        ],
        widget=forms.RadioSelect,
    )
    first = ("becomes", "since")
    field_order = ("becomes", "since")


class NewValueForm(_LineForm):
    """A new line of a pack, made after the pattern of one that there is."""

    row = forms.RegexField(
        label=gettext_lazy("Row"), regex=r"^[A-Za-z0-9][A-Za-z0-9-]{1,19}$",
        help_text=gettext_lazy("The number by which people speak of it, such as HZ-05. A line that tightens another keeps its number."),
        error_messages={"invalid": gettext_lazy("Letters, figures and hyphens only, such as HZ-05.")},
    )  # fmt: skip
    topic = forms.ChoiceField(label=gettext_lazy("Topic"), choices=lambda: sorted(TOPICS.items()))
    until = day_field(
        label=gettext_lazy("Until which day"), required=False,
        help_text=gettext_lazy("Empty: until it is changed."),
    )  # fmt: skip
    first = ("row", "topic", "since", "until")

    def clean(self) -> dict[str, Any]:
        """Days in their order."""
        cleaned = super().clean()
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day cannot lie before the first."))
        return cleaned

    def value(self) -> dict[str, Any]:
        """The whole line as it is to be written."""
        given, table = self.cleaned_data, self.written.table
        kept = {name: table[name] for name in ("rule", "keys") if name in table}
        dates = {"since": given["since"], "until": given["until"]}
        found = {"id": given["row"], **kept, **dates, **self.table()}
        return {name: part for name, part in found.items() if part not in (None, "")}


def texts_of(table: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Every text of a value: says or remedy, which variant, in which language, and the text."""
    for kind in ("says", "remedy"):
        for name, part in (table.get(kind) or {}).items():
            if isinstance(part, Mapping):
                for tongue, text in part.items():
                    yield kind, name, tongue, text
            else:
                yield kind, "", name, part


def _same(one: Any, other: Any) -> bool:
    """Whether two figures say the same; codes may be ticked in any order."""
    if isinstance(one, list) and isinstance(other, list):
        codes = all(isinstance(part, str) for part in [*one, *other])
        return set(one) == set(other) if codes else one == other
    return bool(one == other)


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


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
