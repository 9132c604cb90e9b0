"""The terms were read aloud while the talk was recorded: which recording holds it."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agreements.actions.drawing import DRAW_UP
from agreements.models import Agreement
from cases.models import Case
from people.models import User
from visits.models import Consent, Evidence
from workflow.steps import StateRefused, WrongInput, note

READ_IN = ("draft", "offered")


def recordings_of(case: Case) -> QuerySet[Evidence]:
    """The sound recordings of the case's visits to which the debtor agreed, the newest first."""
    agreed = Consent.objects.filter(kind=Consent.Kind.RECORDING, given=True, lapsed_at=None)
    found = Evidence.objects.kept().filter(
        visit__case=case, visit__in=agreed.values("visit"), document__mime__startswith="audio/"
    )
    return found.select_related("document", "visit").order_by("-taken_at", "-pk")


def record_reading(*, agreement: Agreement, recording: Evidence, by: User, at: datetime) -> None:
    """Say in which recording the terms are read aloud; none that nobody agreed to can be named."""
    if not recordings_of(agreement.case).filter(pk=recording.pk).exists():
        raise WrongInput(
            _("This is no sound recording of this case to which the debtor agreed."), "recording"
        )

    def write(case: Case, _by: User, _at: datetime) -> None:
        fresh = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
        if fresh.state not in READ_IN:
            raise StateRefused(fresh, "record_reading")
        fresh.reading = recording.document
        fresh.save(update_fields=["reading"])

    note(
        agreement.case, event="agreement.read_aloud", right=DRAW_UP, by=by, at=at,
        data={
            "number": agreement.number, "document": recording.document.number,
            "sha256": recording.document.sha256,
        },
        then=write,
    )  # fmt: skip
