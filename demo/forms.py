"""The demo's clock."""

from django.utils.translation import gettext_lazy as _

from workflow.forms import DeskForm, PlaceTimeField


class ClockForm(DeskForm):
    """A later moment."""

    moment = PlaceTimeField(label=_("Move the demo's clock to"))
