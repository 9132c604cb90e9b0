"""The act of this app on the case page."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models.case import Step
from workflow.acts import Act, register


def _at(case: Any) -> str:
    return reverse("quality:receive", args=[case.reference])


def register_all() -> None:
    """Offer it in every step, also of a closed case; called once when the app is ready."""
    every = frozenset(step.value for step in Step)
    register(
        Act(
            "receive_complaint", _("Take down a complaint"), "receive_complaint", _at, every,
            order=78,
        )
    )  # fmt: skip
