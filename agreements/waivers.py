"""Waivers that a second person decides: who that can be, how they are told, what waits at a door."""

from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case
from notices import to_staff
from notices.models import StaffMessage
from people.models import User
from people.rights import RIGHTS, may
from visits.models import Visit
from workflow.approvals import must_not_wait
from workflow.models import Approval
from workflow.reasons import because
from workflow.steps import case_of

APPROVE = "approve_waiver"
IN_THE_BAR = 5


def deciders(case: Case, asked_by: User) -> list[User]:
    """Those of the case's team who may decide, without the one who asks."""
    people = User.objects.filter(is_active=True, role__in=RIGHTS[APPROVE], team=case.team_id)
    return list(people.exclude(pk=asked_by.pk).order_by("pk"))


def tell_deciders(approval: Approval, by: User, at: datetime) -> None:
    """An e-mail to each who may decide, inside a running change; it tells nothing of the debtor.

    Raises ``WrongInput`` where another waiver of the case waits.
    """
    case: Case = case_of(approval)
    must_not_wait(case, Approval.Kind.WAIVER, at, besides=approval)
    at_door = is_at_the_door(case)
    to_staff.write_to_each(
        deciders(case, by), kind=StaffMessage.Kind.WAIVER, at=at,
        say=lambda: _said(approval, by, at_door),
        key=lambda person: f"waiver:{approval.pk}:{person.pk}",
    )  # fmt: skip


def decided_meanwhile(row: StaffMessage) -> str:
    """Why an e-mail that asks for a decision need not go any more; "" while it waits for one."""
    _kind, approval, _person = row.dedupe_key.split(":")
    state = Approval.objects.values_list("state", flat=True).get(pk=int(approval))
    if state == Approval.State.WITHDRAWN:
        return because(lambda: _("The request was taken back meanwhile."))
    if state == Approval.State.WAITING:
        return ""
    return because(lambda: _("The waiver was decided meanwhile."))


def _said(approval: Approval, by: User, at_door: bool) -> tuple[str, str]:
    """The subject and the text."""
    told = {"case": case_of(approval).reference, "amount": approval.subject, "name": by}
    head = _("Waiver to decide: %(amount)s (%(case)s)") % told
    lines = [head, "", _("%(name)s asks for a waiver of %(amount)s in case %(case)s.") % told]
    if at_door:
        lines.append(_("The officers are at the door and wait for the answer."))
    lines.append(_("Decide here:"))
    lines.append(settings.PUBLIC_URL + reverse("desk:approval", args=[approval.pk]))
    return head, "\n".join(lines)


def last_asked(case: Case) -> Approval | None:
    """The waiver that was asked for last, whatever became of it."""
    return case.approvals.filter(kind=Approval.Kind.WAIVER).order_by("-requested_at").first()


def is_at_the_door(case: Case) -> bool:
    """Whether officers stand at this debtor's door now."""
    return case.visits.filter(state=Visit.State.STARTED).exists()


def waiting_at_doors(user: User, at: datetime) -> QuerySet[Approval]:
    """The waivers for which officers wait at a door and which this person may decide, the oldest first."""
    if not may(user, APPROVE):
        return Approval.objects.none()
    asked = Approval.objects.visible_to(user).exclude(requested_by=user)
    waiting = asked.filter(
        kind=Approval.Kind.WAIVER, state=Approval.State.WAITING, expires_at__gt=at,
        case__visits__state=Visit.State.STARTED,
    )  # fmt: skip
    found = waiting.select_related("case", "requested_by").order_by("requested_at", "pk")
    return found.distinct()[:IN_THE_BAR]
