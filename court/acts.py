"""The act of this app on the case page."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models.case import Step
from workflow.acts import Act, register


def register_all() -> None:
    """Offer it; called once when the app is ready."""
    register(
        Act(
            "bundle", _("Bundle for a court"), "build_bundle",
            lambda case: reverse("court:ask", args=[case.reference]),
            frozenset(step.value for step in Step), order=95,
        )
    )  # fmt: skip
