"""The forms of runs."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notices.models import ChannelAccount
from outreach.models import NoticeRun
from workflow.forms import DeskForm, words_field

FILLED_IN = _(
    "In braces stands what is each debtor's own: {name}, {reference}, {balance}, {creditor}. Who writes and"
    " where to turn is added by itself."
)


class RunForm(DeskForm):
    """To which of the cases that are listed, what, and by which way."""

    which = forms.ChoiceField(
        label=_("To whom"),
        choices=[
            ("all", _("To all that the filters leave, on every page")),
            ("ticked", _("Only to those ticked on this page")),
        ],
        initial="all",
        widget=forms.RadioSelect,
    )
    kind = forms.ChoiceField(label=_("What"), choices=NoticeRun.Kind, initial="letter")
    channel = forms.ChoiceField(label=_("Channel"), choices=NoticeRun.By, initial="best")
    text_zh = words_field(
        label=_("Text in Chinese"), rows=5, required=False, help_text=FILLED_IN
    )  # fmt: skip
    text_en = words_field(
        label=_("Text in English"), rows=5, required=False,
        help_text=_("Each debtor gets the text in the own language; a reminder brings words of its own."),
    )  # fmt: skip

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        # Only ways by which somebody of the house can send now are offered.
        accounts = ChannelAccount.objects.filter(is_active=True).order_by().values_list("channel")
        offered = {"best", "email", "letter", *(channel for (channel,) in accounts.distinct())}
        self.fields["channel"].choices = [
            (value, label) for value, label in NoticeRun.By.choices if value in offered
        ]


class LineForm(DeskForm):
    """The words of one message."""

    text = words_field(label=_("Text"), rows=7)


class ReasonForm(DeskForm):
    """Why a second person should say yes."""

    reason = words_field(label=_("What it is about"), most=500)
