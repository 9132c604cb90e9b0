"""The acts of the desk itself on the case page."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.acts import OPEN
from workflow.acts import Act, register


def register_all() -> None:
    """Offer them; called once when the app is ready."""
    register(
        Act(
            "ask_first", _("Ask before you act"), "read_rules",
            lambda case: reverse("desk:ask_case", args=[case.reference]), OPEN, order=33,
        )
    )  # fmt: skip
