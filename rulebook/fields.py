"""A field for each shape of figure: numbers, times, choices, phrases, and tables with rows to add and remove."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance import shapes
from compliance.parts import part_name
from compliance.spans import NotASpan, span_words
from desk.showing import tongue_now
from workflow.forms import day_field

MOST_ROWS = 200
_TONGUES = {"zh": gettext_lazy("in Chinese"), "en": gettext_lazy("in English")}
_NAMES = {"zh": gettext_lazy("Chinese"), "en": gettext_lazy("English")}


class FewField(forms.MultipleChoiceField):
    """Several of a known list, kept in the list's own order."""

    def clean(self, value: Any) -> list[str]:
        """What was ticked, as the list goes."""
        given = super().clean(value)
        return [code for code, _label in self.choices if code in given]


class ExactField(forms.CharField):
    """A figure that is kept as text to the last place, such as a rate or an amount."""

    def clean(self, value: Any) -> Any:
        """The figure; what was a number has to stay one."""
        text = str(super().clean(value)).strip()
        try:
            finite = Decimal(text).is_finite() if text else not self.required
        except InvalidOperation:
            finite = False
        if not finite:
            raise forms.ValidationError(_("Give a figure, such as 3.45."), code="figure")
        return text


class SpanField(forms.CharField):
    """Whole years or days, written as 5y or 30d; in Chinese 5年 and 30天 are read as well."""

    def clean(self, value: Any) -> Any:
        """The span as packs write it."""
        text = str(super().clean(value)).strip().lower().replace(" ", "")
        text = text.removesuffix("年") + "y" if text.endswith("年") else text
        text = re.sub("[天日]$", "d", text)
        if text:
            try:
                span_words(text, "en")
            except NotASpan:
                raise forms.ValidationError(
                    _("Give a span such as 5y (five years) or 30d (thirty days)."), code="span"
                ) from None
        return text


class PhrasesField(forms.Field):
    """Phrases by language, one a line."""

    def __init__(self, **given: Any) -> None:
        super().__init__(widget=PhrasesWidget(), **given)

    def clean(self, value: Any) -> dict[str, list[str]]:
        """The phrases of each language, each once; a language without any is left out."""
        lines = {
            tongue: list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
            for tongue, text in _phrase_texts(value).items()
        }
        found = {tongue: listed for tongue, listed in lines.items() if listed}
        if not found:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return found


class PhrasesWidget(forms.Widget):
    """Two boxes side by side, one for each language."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """What was typed in either."""
        return {tongue: data.get(f"{name}-{tongue}", "") for tongue in _TONGUES}

    def id_for_label(self, id_: str) -> str:
        """The label belongs to the first box."""
        return f"{id_}-zh"

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The boxes, as high as what stands in them asks for."""
        texts = _phrase_texts(value)
        boxes = [
            {
                "name": f"{name}-{tongue}", "tongue": tongue, "label": label,
                "text": texts[tongue], "rows": min(16, max(4, texts[tongue].count("\n") + 2)),
            }
            for tongue, label in _NAMES.items()
        ]  # fmt: skip
        return render_to_string("rulebook/phrases.html", {"boxes": boxes})


def _phrase_texts(value: Any) -> dict[str, str]:
    """What each box shows, from a list of the pack or from what was typed."""
    given = value if isinstance(value, Mapping) else {}
    return {
        tongue: part if isinstance(part, str) else "\n".join(part)
        for tongue in _TONGUES
        for part in [given.get(tongue, "")]
    }


class RowsField(forms.Field):
    """A table: each row is a few fields of its own; rows are added and removed."""

    def __init__(self, *, shape: shapes.Rows, **given: Any) -> None:
        self.shape = shape
        self.columns = {
            name: _column("kinds" if name == shape.key == "kind" else name, part)
            for name, part in shape.columns.items()
        }
        super().__init__(widget=RowsWidget(self.columns), **given)

    def prepare_value(self, value: Any) -> Any:
        """The figure of a pack as rows; what was typed stays as it is."""
        return value if isinstance(value, _Typed) else self._rows(value)

    def clean(self, value: Any) -> Any:
        """The figure that these rows give; every cell that has to be mended is named."""
        rows = value if isinstance(value, _Typed) else _Typed(self._rows(value))
        cleaned, wrong = [], []
        for number, row in enumerate(rows, 1):
            found, faults = self._row(number, row)
            cleaned.append(found)
            wrong += faults
        if not cleaned:
            wrong.append(_("Please keep at least one row."))
        wrong += self._twice(cleaned)
        if wrong:
            raise forms.ValidationError(wrong)
        return self.shape.from_rows(cleaned)

    def _rows(self, figure: Any) -> list[dict[str, Any]]:
        return self.shape.to_rows(figure) if figure else []

    def _row(self, number: int, row: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        found: dict[str, Any] = {}
        faults: list[str] = []
        for name, column in self.columns.items():
            try:
                found[name] = column.clean(row.get(name))
            except forms.ValidationError as wrong:
                told = " ".join(wrong.messages)
                faults.append(
                    _("Row %(number)s, %(column)s: %(told)s")
                    % {"number": number, "column": column.label, "told": told}
                )
        return found, faults

    def _twice(self, rows: list[dict[str, Any]]) -> list[str]:
        key = self.shape.key
        if not key:
            return []
        column = self.columns[key]
        codes = [row[key] for row in rows if row.get(key)]
        names = dict(column.choices)
        return [
            _("“%(name)s” is listed twice. Please keep one of the rows.") % {"name": names[code]}
            for code in dict.fromkeys(codes)
            if codes.count(code) > 1
        ]


class _Typed(list[dict[str, Any]]):
    """Rows as somebody typed them, to be shown again as they are."""


class RowsWidget(forms.Widget):
    """The rows one below the other, each with its fields; the last one is empty and may stay so."""

    def __init__(self, columns: Mapping[str, forms.Field]) -> None:
        self.columns = columns
        super().__init__()

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The rows that were sent, without those to be removed and those left empty."""
        pattern = re.compile(rf"{re.escape(name)}-(\d{{1,4}})-(\w+)")
        found: dict[int, dict[str, Any]] = {}
        for key in data:
            match = pattern.fullmatch(key)
            if match and len(found) <= MOST_ROWS:
                found.setdefault(int(match[1]), {})[match[2]] = data.get(key)
        rows = [found[number] for number in sorted(found)]
        kept = [row for row in rows if not row.pop("drop", "")]
        return _Typed(row for row in kept if any(str(part).strip() for part in row.values()))

    def id_for_label(self, id_: str) -> str:
        """The label belongs to the table as a whole."""
        return ""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Every row, an empty one, and a pattern from which the page makes more."""
        rows = [self._cells(name, str(number), row) for number, row in enumerate(value or [])]
        spare = self._cells(name, str(len(rows)), {})
        pattern = self._cells(name, "ROW", {})
        return render_to_string(
            "rulebook/rows.html",
            {"name": name, "rows": rows, "spare": spare, "pattern": pattern, "next": len(rows) + 1},
        )

    def _cells(self, name: str, number: str, row: Mapping[str, Any]) -> dict[str, Any]:
        cells = []
        for column, field in self.columns.items():
            id_ = f"id_{name}-{number}-{column}"
            select = isinstance(field.widget, forms.Select)
            attrs = {"id": id_, "class": "form-select" if select else "form-control"}
            drawn = field.widget.render(f"{name}-{number}-{column}", row.get(column), attrs)
            cells.append({"id": id_, "label": field.label, "drawn": drawn, "wide": _wide(field)})
        return {"cells": cells, "number": number, "drop": f"{name}-{number}-drop"}


def _wide(field: forms.Field) -> bool:
    return isinstance(field.widget, forms.Textarea)


def _column(name: str, shape: shapes.Shape) -> forms.Field:
    """A field of a row, with a name over it."""
    field = field_for(shape)
    if name.startswith("duty_") and name[5:] in _TONGUES:
        text = part_name("duty", tongue_now())
        field.label = format_lazy("{} {}", text[:1].upper() + text[1:], _TONGUES[name[5:]])
        if tongue_now() == "zh":
            field.label = format_lazy("{}{}", text, _TONGUES[name[5:]])
    else:
        label = part_name("event" if name == "from" else _COLUMNS.get(name, name), tongue_now())
        field.label = label[:1].upper() + label[1:]
    return field


_COLUMNS = {"channel": "channels", "part": "order"}


def field_for(shape: shapes.Shape) -> forms.Field:
    """The field in which a figure of that shape is given."""
    tongue = 1 if tongue_now() == "zh" else 0
    if isinstance(shape, shapes.Rows):
        return RowsField(shape=shape)
    if isinstance(shape, shapes.Phrases):
        return PhrasesField(
            help_text=_("One a line. … stands for a few letters in between, * for any ending of a Latin word.")
        )  # fmt: skip
    if isinstance(shape, shapes.YesNo):
        return forms.TypedChoiceField(
            choices=[("1", _("yes")), ("", _("no"))],
            coerce=bool,
            required=False,
            empty_value=False,  # type: ignore[arg-type]
        )
    if isinstance(shape, shapes.Number):
        return forms.IntegerField(
            min_value=shape.least, max_value=shape.most, required=shape.needed
        )
    if isinstance(shape, shapes.Clock):
        return forms.TimeField(
            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            error_messages={"invalid": _("Give a time, such as 19:00.")},
        )
    if isinstance(shape, shapes.Day):
        return day_field()
    if isinstance(shape, (shapes.Several, shapes.OneOf)):
        choices = [(code, names[tongue]) for code, names in shape.names.items()]
        if isinstance(shape, shapes.Several):
            return FewField(
                choices=choices, widget=forms.CheckboxSelectMultiple, required=shape.needed
            )
        empty = [("", _("Please choose") if shape.needed else "–")]
        return forms.ChoiceField(choices=[*empty, *choices], required=shape.needed)
    if isinstance(shape, shapes.Exact):
        return ExactField(max_length=40, required=shape.needed)
    if isinstance(shape, shapes.Span):
        return SpanField(
            max_length=10,
            required=shape.needed,
            widget=forms.TextInput(attrs={"placeholder": "5y"}),
        )
    if isinstance(shape, shapes.Text) and shape.most > 200:
        return forms.CharField(
            max_length=shape.most, required=shape.needed, widget=forms.Textarea(attrs={"rows": 2})
        )
    return forms.CharField(max_length=200, required=shape.needed)
