"""The forms of letters and of what became of a notice."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notices.models import Notice
from workflow.forms import DeskForm, FilesField, PlaceTimeField, words_field


class PostForm(DeskForm):
    """A letter was posted."""

    number = forms.CharField(
        label=_("Number of the registered letter"),
        max_length=40,
        required=False,
        help_text=_("As it stands on the slip, such as RA123456785CN."),
    )
    posted_at = PlaceTimeField(
        label=_("Posted at"), required=False, help_text=_("Left empty: now.")
    )

    def __init__(self, *args: Any, notice: Notice, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["posted_at"].zone = notice.case.zone


class DeliveryForm(DeskForm):
    """It has reached the person."""

    delivered_at = PlaceTimeField(
        label=_("Delivered at"),
        help_text=_("As the slip says, by the clocks where the debtor lives."),
    )
    file = FilesField(
        label=_("Return slip or other proof"), required=False, help_text=_("At most 20 MB.")
    )

    def __init__(self, *args: Any, notice: Notice, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["delivered_at"].zone = notice.case.zone


class ManyFilesInput(forms.ClearableFileInput):
    """Several files at once, or taken one after the other by a phone's camera."""

    allow_multiple_selected = True


class ManyFilesField(FilesField):
    """Several files; refused only where none of them can be taken in, the others are told of one by one."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """All the files that came, the bad ones among them."""
        given = (list(data) if isinstance(data, list | tuple) else [data]) or [None]
        wrong: list[forms.ValidationError] = []
        for one in given:
            try:
                super().clean(one, initial)
            except forms.ValidationError as error:
                wrong.append(error)
        if len(wrong) == len(given):
            raise wrong[0]
        return given


class SlipsForm(DeskForm):
    """The scans of return slips."""

    scans = ManyFilesField(
        label=_("Scans"),
        widget=ManyFilesInput(attrs={"accept": "image/*,.pdf"}),
        help_text=_("At most 50 files of 20 MB each."),
    )  # fmt: skip
    delivered_at = PlaceTimeField(
        label=_("Delivered at"), required=False,
        help_text=_("For those of which no delivery is recorded yet; as the slips say."),
    )  # fmt: skip


class BounceForm(DeskForm):
    """It came back."""

    why = forms.CharField(
        label=_("Why it came back"),
        max_length=300,
        help_text=_("In the words of the post or of the mail server."),
    )
    dead = forms.BooleanField(
        label=_("Nobody is reached at this address any more"), required=False, initial=True
    )

    def __init__(self, *args: Any, notice: Notice, **given: Any) -> None:
        super().__init__(*args, **given)
        if notice.contact_point_id is None:
            del self.fields["dead"]


class JudgeForm(DeskForm):
    """Whether it went out, and how that is known."""

    was_sent = forms.ChoiceField(
        label=_("Did it go out?"),
        choices=[
            ("yes", _("Yes: it was sent, and must not be sent again")),
            ("no", _("No: it surely did not go out; send it now")),
        ],
        widget=forms.RadioSelect,
    )
    why = words_field(
        label=_("How you know"),
        most=300,
        help_text=_("Such as the entry in the mail server's log, or the debtor's own word."),
    )


class WhyForm(DeskForm):
    """A reason in words."""

    why = words_field(label=_("Why"), most=300)
