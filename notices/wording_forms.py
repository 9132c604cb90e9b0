"""The forms of our words: a new text, its release, a look at it for a case, what a carrier has approved."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from notices.accounts import name_of
from notices.models import ChannelAccount
from notices.texts.wordings import FRAME, MESSAGES, SUBJECTS, WORDINGS, Wording
from workflow.forms import DeskForm, day_field, words_field

TONGUES = [
    ("zh", pgettext_lazy("language", "Chinese")),
    ("en", pgettext_lazy("language", "English")),
]


class TextForm(DeskForm):
    """A new version of a text."""

    subject = forms.CharField(label=_("Subject"), max_length=200, required=False)
    body = words_field(label=_("Text"), rows=10, most=8000)
    reason = words_field(
        label=_("Why it changes"), rows=2, most=500,
        help_text=_("Whoever releases it reads this, and it is kept with the version."),
    )  # fmt: skip
    valid_on = day_field(
        label=_("In use from"),
        help_text=_("From this day on, and not before it is released. Messages that were prepared keep their text."),
    )  # fmt: skip

    def __init__(self, *args: Any, wording: Wording, channel: str, **given: Any) -> None:
        super().__init__(*args, **given)
        if wording.page:
            self.fields["body"].help_text = _("Each line is a paragraph of the page.")
            self.fields["valid_on"].help_text = _(
                "From this day on, and not before it is released."
            )
        if channel not in SUBJECTS:
            del self.fields["subject"]
        elif channel != "portal" and wording.name != FRAME:
            self.fields["subject"].help_text = _("Left empty: the subject of the frame.")


class FallBackForm(DeskForm):
    """Why an organisation's own text is given up, and from when."""

    reason = words_field(
        label=_("Why it changes"), rows=2, most=500,
        help_text=_("Whoever releases it reads this, and it is kept with the version."),
    )  # fmt: skip
    valid_on = day_field(
        label=_("In use from"),
        help_text=_("From this day on, and not before it is released. Messages that were prepared keep their text."),
    )  # fmt: skip


class ReleaseForm(DeskForm):
    """The second person's word."""

    answer = words_field(
        label=_("Your answer"), rows=3,
        help_text=_("It stands with the version for ever, with your name."),
    )  # fmt: skip


class LookForm(DeskForm):
    """Which message is looked at, for which case."""

    case = forms.CharField(
        label=_("Case"), max_length=40,
        widget=forms.TextInput(attrs={"placeholder": "HZ-2026-0147", "autocomplete": "off"}),
    )  # fmt: skip
    wording = forms.ChoiceField(label=pgettext_lazy("kind of text", "Message"))
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[*TONGUES, ("both", pgettext_lazy("language", "Chinese and English"))],
    )

    def __init__(self, *args: Any, told: list[str], **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["wording"].choices = [(name, WORDINGS[name].label) for name in told]


class AccountField(forms.ModelChoiceField):
    """An account at a carrier, called as people call it."""

    def label_from_instance(self, account: ChannelAccount) -> str:
        return name_of(account)


class TemplateForm(DeskForm):
    """A text that a carrier has approved."""

    account = AccountField(
        label=pgettext_lazy("at a carrier", "Account"), queryset=ChannelAccount.objects.none()
    )
    wording = forms.ChoiceField(label=pgettext_lazy("kind of text", "Message"))
    language = forms.ChoiceField(label=_("Language"), choices=TONGUES)
    number = forms.CharField(
        label=_("Number of the template"), max_length=64,
        help_text=_("As the carrier gave it, such as SMS_154950909."),
    )  # fmt: skip
    signature = forms.CharField(
        label=_("Signature"), max_length=30, required=False,
        help_text=_("As the carrier has approved it, without the brackets 【】."),
    )  # fmt: skip
    text = words_field(
        label=_("Approved text"), rows=5, most=2000,
        help_text=_("As it stands with the carrier, gaps and all."),
    )  # fmt: skip
    parameters = words_field(
        label=_("What fills the gaps"), rows=5, most=2000,
        help_text=_("One a line in the carrier's order, such as: name = {debtor_name}"),
    )  # fmt: skip

    def __init__(self, *args: Any, accounts: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["account"].queryset = accounts
        self.fields["wording"].choices = [
            (one.name, one.label) for one in MESSAGES.values() if one.name != FRAME
        ]
