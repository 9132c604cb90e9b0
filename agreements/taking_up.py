"""From what the debtor asked for or offered to the form of a clerk, filled in: nobody writes it a second time."""

from urllib.parse import urlencode

from django.urls import reverse

from agreements.actions import drawing
from agreements.actions.wishing import NEW_PLAN, OFFER
from cases.actions.statements import statement_of
from cases.models import Case
from cases.models.case import Step
from workflow.models import Duty


def where_taken(case: Case) -> str:
    """The form that terms are written into; none at the door before the talk, and none once it is closed."""
    made = drawing.in_the_making(case)
    if made:
        return reverse("agreements:redraft", args=[made.number])
    if case.state == Step.FOLLOW_UP:
        return reverse("agreements:renegotiate", args=[case.reference])
    if case.state in (*drawing.REMOTELY, Step.ON_SITE_TALK):
        return reverse("agreements:draw_up", args=[case.reference])
    return ""


def filled_in(duty: Duty) -> str:
    """The address of the form, filled with what this task answers; "" where it answers nothing of a plan."""
    said = statement_of(duty)
    if said.get("what") not in {NEW_PLAN, OFFER}:
        return ""
    where = where_taken(duty.case)
    told = {**said.get("terms", {}), "asked": duty.pk}
    if said.get("renewal"):
        told["cause"] = said["renewal"]
    return f"{where}?{urlencode(told, doseq=True)}#act-form" if where else ""


def reason_of(case: Case, asked: int) -> str:
    """Why the debtor asks, in their own words, which no address holds: what they said with this task."""
    duty = Duty.objects.filter(case=case, pk=asked).first()
    return str(statement_of(duty).get("remark", ""))[:300] if duty else ""
