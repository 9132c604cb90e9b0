"""Planning a visit: slot, place and crew are put to the rules before anything is written."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.case import Step as CaseStep
from cases.models.parties import LIABLE
from common.clock import local_day
from documents.letterhead import moment
from notices import outbox
from notices.actions import unreachable
from notices.models import Notice
from people.models import Address, User
from visits import policy, tokens
from visits.models import Visit, VisitOfficer
from workflow.duties import fulfil, raise_duty
from workflow.reasons import because
from workflow.steps import StateRefused, Step, Then, WrongInput, begin, carry_out
from workflow.wording import demand_lawful_words

PLANNABLE = {
    CaseStep.PREPARATION, CaseStep.NOTICE, CaseStep.CREDENTIAL_DISPLAY, CaseStep.ON_SITE_TALK,
}  # fmt: skip
FROM_THE_DOOR = {CaseStep.NOTICE, CaseStep.CREDENTIAL_DISPLAY, CaseStep.ON_SITE_TALK}
# Duties that end with the slot.
LOST, TOO_SOON, MISSED = "visit.notice_lost", "visit.too_soon", "visit.missed"
LAPSED, UNWANTED = "visit.crew_lapses", "visit.unwanted"
AHEAD_AT_MOST = timedelta(days=366)
AHEAD = [Visit.State.PLANNED, Visit.State.ANNOUNCED, Visit.State.NOTICED]


def plan_visit(
    *,
    case: Case,
    place: Address,
    starts_at: datetime,
    ends_at: datetime,
    officers: Sequence[User],
    purpose: str,
    intended_outcome: str,
    by: User,
    at: datetime,
    language: str = "zh",
) -> Visit:
    """Plan a visit; times are moments, the rules reckon them where the debtor lives.

    Raises ``PolicyRefused`` with every reason and the earliest lawful moment, or ``WrongInput``.
    """
    _check(case, place, starts_at, ends_at, officers, at)
    visit = Visit(
        case=case,
        reference=f"V-{uuid.uuid4().hex[:10].upper()}",
        place=place,
        place_kind=place.kind,
        starts_at=starts_at,
        ends_at=ends_at,
        purpose=purpose,
        intended_outcome=intended_outcome,
        language=language,
        planned_by=by,
        planned_at=at,
    )

    def settle_crew(new: Visit, _by: User, _at: datetime) -> None:
        if new.case.state not in PLANNABLE:
            raise StateRefused(new.case, "visit.plan")
        # Both stand in the notice: they are put to the rules now, not when it is due.
        demand_lawful_words(new.case, purpose, intended_outcome, at=at)
        name_crew(new, officers)
        tokens.reserve(new, at)

    try:
        begin(
            visit,
            event="visit.planned",
            right="plan_visit",
            policy=policy.may_plan(
                place=place, starts_at=starts_at, ends_at=ends_at, officers=officers,
                purpose=purpose, intended_outcome=intended_outcome,
            ),
            by=by,
            at=at,
            data=lambda new: _told(new, officers),
            then=settle_crew,
        )  # fmt: skip
    except IntegrityError as clash:
        raise in_words(clash) from clash
    return visit


def move_visit(
    *,
    visit: Visit,
    place: Address,
    starts_at: datetime,
    ends_at: datetime,
    officers: Sequence[User],
    by: User,
    at: datetime,
    why: str = "",
    purpose: str = "",
    intended_outcome: str = "",
    right: str = "plan_visit",
    also: Then | None = None,
) -> Visit:
    """Another slot, place or crew; what was announced is taken back and announced anew.

    ``also`` is done in the same change, once the visit has its new crew.
    """
    _check(visit.case, place, starts_at, ends_at, officers, at)
    purpose, intended_outcome = purpose or visit.purpose, intended_outcome or visit.intended_outcome

    def after(moved: Visit, _by: User, _at: datetime) -> None:
        demand_lawful_words(moved.case, purpose, intended_outcome, at=at)
        outbox.suppress(
            case=moved.case,
            why=because(lambda: _("The visit was moved.")),
            by=by,
            at=at,
            visit=moved,
        )
        _settle(moved, by, at)
        moved.crew.filter(active=True).update(active=False)
        name_crew(moved, officers)
        tokens.revoke(moved, at)
        tokens.reserve(moved, at)
        if also:
            also(moved, by, at)

    steps = [
        Step(
            subject=visit,
            event="visit.moved",
            right=right,
            policy=policy.may_plan(
                place=place, starts_at=starts_at, ends_at=ends_at, officers=officers,
                purpose=purpose, intended_outcome=intended_outcome,
            ),
            transition="move",
            args={
                "changes": {
                    "place": place, "place_kind": place.kind, "starts_at": starts_at,
                    "ends_at": ends_at, "purpose": purpose, "intended_outcome": intended_outcome,
                }
            },
            data=lambda new: {**_told(new, officers), "why": why},
            then=after,
        )
    ]  # fmt: skip
    try:
        carry_out(
            *steps,
            *back_from_notice(visit.case, why or _("The visit was moved."), at),
            by=by,
            at=at,
        )
    except IntegrityError as clash:
        raise in_words(clash) from clash
    return visit


def cancel_visit(*, visit: Visit, why: str, by: User, at: datetime) -> None:
    """Give a planned visit up; what was queued for it stays here, and whoever was told is told."""
    carry_out(
        cancelling(visit, why, at, right="plan_visit", tells_debtor=True),
        *back_from_notice(visit.case, why, at),
        by=by,
        at=at,
    )


def cancelling(
    visit: Visit, why: str, at: datetime, *, right: str = "", tells_debtor: bool = False
) -> Step:
    """The step that cancels a visit ahead, for actions that cancel it among other things.

    ``tells_debtor`` where the debtor cannot know: not after a refusal, which wants to be left alone.
    """

    def after(cancelled: Visit, by: User, _at: datetime) -> None:
        _settle(cancelled, by, at)
        cancelled.crew.filter(active=True).update(active=False)
        tokens.revoke(cancelled, at)
        outbox.suppress(
            case=cancelled.case,
            why=because(lambda: _("The visit was cancelled.")),
            by=by,
            at=at,
            visit=cancelled,
        )
        if tells_debtor and at < cancelled.ends_at:  # afterwards the debtor knows that nobody came
            _call_off(cancelled, by, at)

    return Step(
        subject=visit,
        event="visit.cancelled",
        right=right,
        transition="cancel",
        args={"at": at, "why": why[:400]},
        data={"reference": visit.reference, "why": why},
        then=after,
    )


def cancelling_all(case: Case, why: str, at: datetime, *, tells_debtor: bool = False) -> list[Step]:
    """The steps that cancel every visit that still lies ahead of the case."""
    ahead = case.visits.filter(state__in=AHEAD).order_by("pk")
    return [cancelling(visit, why, at, tells_debtor=tells_debtor) for visit in ahead]


def returning(case: Case, why: str, at: datetime) -> Step:
    """The step that takes a case back to preparation, with its reason."""
    return Step(
        subject=case,
        event="case.returned",
        transition="return_to_preparation",
        args={"at": at},
        data={"why": why},
    )


def back_from_notice(case: Case, why: Any, at: datetime) -> list[Step]:
    """A case whose notice was served goes back when the visit of that notice is gone."""
    fresh = Case.objects.only("state").get(pk=case.pk)
    return [returning(case, str(why), at)] if fresh.state == CaseStep.NOTICE else []


def back_from_door(case: Case, why: str, at: datetime) -> list[Step]:
    """A case goes back from the door, unless terms are being put in writing already."""
    fresh = Case.objects.only("state").get(pk=case.pk)
    return [returning(case, why, at)] if fresh.state in FROM_THE_DOOR else []


def _settle(visit: Visit, by: User, at: datetime) -> None:
    """What had to be done about the old slot is done with it."""
    for kind in (LOST, TOO_SOON, MISSED, LAPSED, UNWANTED):
        fulfil(case=visit.case, kind=kind, by=by, at=at)


def _call_off(visit: Visit, by: User, at: datetime) -> None:
    """Tell a debtor who expects the officers that nobody will come: by e-mail, else by a call.

    A letter would come too late, so where only a letter had gone a clerk has to call.
    """
    case, when = visit.case, moment(visit.starts_at, visit.zone, visit.case.zone)
    had = visit.notices.filter(
        kind=Notice.Kind.VISIT_NOTICE, state__in=["sent", "delivered", "doubtful"]
    ).order_by("-pk")
    mail = next((n for n in had if n.channel == "email" and not unreachable(n)), None)
    if mail:
        outbox.write(
            wording="visit_cancelled", case=case, channel=mail.channel,
            recipient=mail.recipient, address=mail.address, contact_point=mail.contact_point,
            language=mail.language, values={"visit_at": when},
            visit=visit, due_at=at, at=at, by=by, about={"starts_at": visit.starts_at},
            dedupe_key=f"visit-off:{visit.pk}:{visit.starts_at.isoformat()}",
        )  # fmt: skip
    elif had:
        raise_duty(
            case=case,
            kind="visit.call_off",
            says={
                "en": f"Call the debtor: the visit on {when['en']} will not take place.",
                "zh": f"请致电债务人：原定于 {when['zh']} 的上门已取消。",
            },
            due_at=min(visit.starts_at, at + timedelta(hours=4)),
            key=f"visit.call_off:{visit.pk}:{visit.starts_at.isoformat()}",
            role=User.Role.CLERK,
            at=at,
        )


def _check(
    case: Case,
    place: Address,
    starts_at: datetime,
    ends_at: datetime,
    officers: Sequence[User],
    at: datetime,
) -> None:
    if ends_at <= starts_at:
        raise WrongInput(_("The visit must end after it begins."), "ends_at")
    if starts_at <= at:
        raise WrongInput(_("This time is already past. Choose a later one."), "starts_at")
    if starts_at > at + AHEAD_AT_MOST:
        raise WrongInput(_("This is more than a year away. Choose an earlier time."), "starts_at")
    if (
        place.person_id != case.debtor_id
        and not case.parties.filter(person=place.person_id, role__in=LIABLE).exists()
    ):
        raise WrongInput(_("This is not an address of somebody who owes the debt."), "place")
    if len({officer.pk for officer in officers}) != len(officers):
        raise WrongInput(_("The same officer is named twice."), "officers")
    if any(officer.team_id != case.team_id for officer in officers):
        raise WrongInput(_("An officer of another team was named."), "officers")


def name_crew(visit: Visit, officers: Sequence[User]) -> None:
    """Put these officers down for the visit's slot, inside the change; raises ``IntegrityError``.

    Whoever names officers waits for their rows first, in one order: two that write overlapping slots at
    once would each wait for the other's row, and the database would break one off for no fault of its own.
    """
    chosen = User.objects.filter(pk__in=[officer.pk for officer in officers])
    list(chosen.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    for officer in officers:
        VisitOfficer(visit=visit, officer=officer, slot=(visit.starts_at, visit.ends_at)).save(
            force_insert=True
        )


def _told(visit: Visit, officers: Sequence[User]) -> dict[str, Any]:
    return {
        "reference": visit.reference,
        "starts_at": visit.starts_at,
        "ends_at": visit.ends_at,
        "day": local_day(visit.starts_at, visit.zone),
        **({"zone": visit.zone} if visit.zone != visit.case.zone else {}),
        "place": visit.get_place_kind_display(),
        "officers": [f"{officer} {officer.badge}".strip() for officer in officers],
        "purpose": visit.purpose,
    }


def in_words(clash: IntegrityError) -> Exception:
    """What the database refused, told to a person."""
    text = str(clash)
    if "officer_at_one_door_at_a_time" in text:
        return WrongInput(
            _(
                "One of the officers is at another door at that time. Choose another slot or officer."
            ),
            "officers",
        )
    if "visit_one_ahead_per_case" in text:
        return WrongInput(
            _("A visit of this case is planned already. Move or cancel that one."), "starts_at"
        )
    return clash
