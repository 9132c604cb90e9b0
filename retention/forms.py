"""The forms of keeping and deleting."""

from django.utils.translation import gettext_lazy as _

from retention.models import LegalHold
from workflow.forms import DeskForm, day_field, said_field, words_field


class LegalHoldForm(DeskForm):
    """What the records are kept for, why, and when somebody looks at it again."""

    kind = said_field(label=_("What for"), choices=LegalHold.Kind.choices)
    reason = words_field(label=_("Why"), most=300)
    review_on = day_field(
        label=_("Looked at again by"),
        help_text=_("The hold does not end by itself; within a year somebody says whether it is still needed."),
    )  # fmt: skip


class RenewForm(DeskForm):
    """Why a hold stands on, and until when."""

    why = words_field(label=_("Why it is still needed"), most=300)
    review_on = day_field(label=_("Looked at again by"))


class WhyForm(DeskForm):
    """A reason in words."""

    why = words_field(label=_("Why"), most=300)
