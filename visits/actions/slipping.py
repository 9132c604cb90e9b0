"""The slip after a visit: made once, printed for whoever was visited, and sent where that is lawful."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from cases.models.case import Step as CaseStep
from cases.outgoing import answer, ask_sending, may_go
from compliance.aims import Aim
from documents.models import Document
from documents.render import render_paper
from documents.sealing import under_seal
from documents.storing import store
from notices import outbox
from notices.kinds import Kind, Later, register
from notices.models import Notice
from notices.ways import Way, by_channel, by_mail
from people.models import User
from people.rights import may
from visits.actions.letting_in import give_link
from visits.models import Visit, VisitOfficer
from visits.slip import TOLD, compose_slip, is_due, named_on
from workflow.steps import AlreadyDone, Step, WrongInput, carry_out

log = logging.getLogger(__name__)

GIVE = "give_slip"
SOON = timedelta(days=1)  # what may go only later than that goes on paper alone
AFTER, AT_LEAST_BY, NOT_AFTER = timedelta(minutes=5), timedelta(hours=2), timedelta(days=3)
LANGUAGES = {"zh", "en", "both"}


def make_slip(*, visit: Visit, language: str, by: User, at: datetime) -> Document:
    """Make the visit's slip and send it to the debtor where a lawful way is open; the same one if it is there.

    It goes to the debtor alone, behind what only the debtor knows, or by e-mail; never while a hold or
    the rules forbid it, and never of a visit to somebody else's home. On paper it can always be given.
    """
    if language not in LANGUAGES:
        raise WrongInput(_("Choose Chinese, English or both."), "language")
    visit = Visit.objects.select_related(
        "case__debtor", "case__creditor", "case__agency", "place", "slip"
    ).get(pk=visit.pk)
    if visit.slip:
        return visit.slip
    if not is_due(visit):
        raise WrongInput(_("Of this visit there is no slip: nobody was met, or it is not over."))
    link = give_link(visit, at) if visit.identified_at and may(by, GIVE) else None
    head = (visit.case.event_count, visit.case.head)
    content = under_seal(
        render_paper(compose_slip(visit, at, head, link), language, small=True), named_on(visit, at),
        f"上门回执 · Slip of a visit {visit.reference}", at,
    )  # fmt: skip
    made: dict[str, Any] = {}

    def keep_paper() -> None:
        made["slip"] = store(
            case=visit.case, kind=Document.Kind.VISIT_SLIP, made_here=True, content=content,
            filename=f"slip-{visit.reference}.pdf", title=_("Slip of a visit"), by=by, at=at,
        )  # fmt: skip

    def keep(fresh: Visit, _by: User, _at: datetime) -> None:
        if fresh.slip_id:
            raise AlreadyDone
        fresh.slip = made["slip"]
        fresh.save(update_fields=["slip"])
        _send(fresh, language, by, at)

    try:
        carry_out(
            Step(
                subject=visit,
                event="visit.slip_made",
                right=GIVE,
                first=keep_paper,
                data=lambda _visit: {
                    "reference": visit.reference, "document": made["slip"].number,
                    "sha256": made["slip"].sha256, "language": language,
                    **({"link": link.pk} if link else {}),
                    "timeline": {"number": head[0], "digest": head[1]},
                },
                then=keep,
            ),
            by=by,
            at=at,
        )  # fmt: skip
    except AlreadyDone:  # somebody else made it in the same moment, or this form was pressed twice
        found = Visit.objects.select_related("slip").get(pk=visit.pk).slip
        if found is None:
            raise
        return found
    return made["slip"]  # type: ignore[no-any-return]


def way_of(visit: Visit, at: datetime) -> Way | None:
    """By which way the slip may go to the debtor now; none: it is given on paper alone."""
    case = visit.case
    if visit.place.person_id != case.debtor_id:
        return None
    for way in (by_channel(case, Notice.Channel.PORTAL, at), by_mail(case)):
        if way and _soon(answer(_asked(case, way, at), None), at):
            return way
    return None


def slip_may_go(notice: Notice, at: datetime) -> str | Later:
    """Why the slip must not go any more, or from when it may; "" when nothing stands against it."""
    found = may_go(notice, at)
    if isinstance(found, Later) and not _soon(found, at):
        return found.why
    return found


def make_due_slips(*, at: datetime, by: User) -> int:
    """Make the slips that nobody has made, once the officers stand for the record or two hours are over."""
    unattested = VisitOfficer.objects.filter(visit=OuterRef("pk"), active=True, attested_at=None)
    waiting = (
        Visit.objects.filter(
            state__in=[Visit.State.FINISHED, Visit.State.ABORTED], outcome__in=list(TOLD), slip=None,
            started_at__isnull=False, finished_at__lte=at - AFTER, finished_at__gt=at - NOT_AFTER,
        )
        .annotate(open=Exists(unattested))
        .select_related("case__debtor")
        .order_by("finished_at", "pk")
    )  # fmt: skip
    made = 0
    for visit in waiting[:200]:
        signing = visit.case.state == CaseStep.AGREEMENT
        assert visit.finished_at is not None  # noqa: S101 - asked for above
        if (visit.open or signing) and at < visit.finished_at + AT_LEAST_BY:
            continue
        try:
            make_slip(visit=visit, language=visit.case.debtor.language, by=by, at=at)
        except Exception:
            log.exception("The slip of visit %s could not be made.", visit.reference)
            continue
        made += 1
    return made


def _send(visit: Visit, language: str, by: User, at: datetime) -> None:
    way = way_of(visit, at)
    if way is None:
        return
    case = visit.case
    outbox.write(
        wording="visit_slip", case=case, channel=way.channel, recipient=case.debtor,
        address=way.address, contact_point=way.point, language=language,
        values={"slip": f"{visit.reference}-S"}, document=visit.slip, visit=visit, due_at=at, at=at,
        by=by, dedupe_key=f"visit-slip:{visit.pk}",
    )  # fmt: skip


def _asked(case: Any, way: Way, at: datetime) -> Any:
    return ask_sending(case, way.means, way.source, at, aim=Aim.SERVING)


def _soon(found: str | Later, at: datetime) -> bool:
    return found == "" or (isinstance(found, Later) and found.until <= at + SOON)


def register_kinds() -> None:
    """Tell the outbox what to ask before a slip goes."""
    register(Kind(Notice.Kind.VISIT_SLIP, recheck=slip_may_go))
