"""Step 4: what was said and left behind, and how the visit ended."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.case import Step as CaseStep
from documents.models import Document
from documents.storing import store
from people.models import User
from visits import policy
from visits.actions.arriving import CONDUCT, only_the_crew
from visits.actions.planning import back_from_door
from visits.models import Consent, Evidence, TalkRecord, Visit, VisitOfficer
from workflow.duties import fulfil
from workflow.steps import StateRefused, Step, WrongInput, carry_out
from workflow.wording import mind_words

RECORDING, CONFIRMATION = "CN-10", "CN-33"  # rows whose duties end with what is done here
TALKED = {Visit.Outcome.AGREEMENT, Visit.Outcome.TALKED}
NOT_MET = {Visit.Outcome.NOBODY_IN, Visit.Outcome.SOMEONE_ELSE}
OUR_WORDS = ("met", "reason_words", "offer_words", "left", "received", "third_parties")
"""What officers write in their own words; ``statement`` is the debtor's."""
LEAVING = {*TALKED, *NOT_MET, Visit.Outcome.POSTPONED}


def record_talk(*, visit: Visit, record: Mapping[str, Any], by: User, at: datetime) -> TalkRecord:
    """Keep what was said; ``record`` holds the fields of ``TalkRecord``. It is written once."""
    only_the_crew(visit, by)
    talk = TalkRecord(visit=visit, recorded_by=by, recorded_at=at, **record)

    def keep(fresh: Visit, _by: User, _at: datetime) -> None:
        if fresh.case.state != CaseStep.ON_SITE_TALK:
            raise StateRefused(fresh.case, "talk.recorded")
        if TalkRecord.objects.filter(visit=fresh).exists():
            raise WrongInput(_("What was said is on record already."))
        talk.visit = fresh
        talk.save(force_insert=True)
        mind_words(fresh.case, [str(record.get(name, "")) for name in OUR_WORDS], by=by, at=at)

    carry_out(
        Step(
            subject=visit,
            event="talk.recorded",
            right=CONDUCT,
            data={name: value for name, value in record.items() if value not in ("", None, [])},
            then=keep,
        ),
        by=by,
        at=at,
    )
    return talk


def is_sound(filename: str) -> bool:
    """Whether a file of that name holds sound."""
    return filename.lower().endswith((".mp3", ".m4a", ".ogg", ".webm", ".wav", ".mp4"))


def consent_at(visit: Visit, kind: str, moment: datetime) -> bool | None:
    """What had last been said to that question by then and still counted; None if there was no such answer."""
    said = visit.consents.filter(kind=kind, at__lte=moment).exclude(lapsed_at__lte=moment)
    last = said.order_by("-at", "-pk").first()
    return last.given if last else None


def recorded_with_consent(visit: Visit, begins_at: datetime, ends_at: datetime | None) -> bool:
    """Whether the debtor had agreed to a recording when it began, and did not take that back before its end."""
    taken_back = visit.consents.filter(
        kind=Consent.Kind.RECORDING, given=False, at__gt=begins_at, at__lt=ends_at or begins_at
    )
    lapsed = visit.consents.filter(
        kind=Consent.Kind.RECORDING, lapsed_at__gt=begins_at, lapsed_at__lt=ends_at or begins_at
    )
    agreed = consent_at(visit, Consent.Kind.RECORDING, begins_at)
    return bool(agreed) and not taken_back.exists() and not lapsed.exists()


def add_evidence(
    *,
    visit: Visit,
    filename: str,
    content: bytes,
    caption: str,
    inside: bool,
    by: User,
    at: datetime,
    begins_at: datetime | None = None,
    ends_at: datetime | None = None,
    taken_at: datetime | None = None,
) -> Evidence:
    """Take in a photo, recording or file; hashed on receipt.

    What was taken inside a private place needs the debtor's consent to filming, a sound recording
    the consent to recording (Civil Code art. 1033). Of a recording ``begins_at`` and ``ends_at`` say
    what it covers. Where ``taken_at`` is known, the consents of then count, else those of ``at``. Raises
    ``documents.storing.Unreadable``.
    """
    only_the_crew(visit, by)
    since = (begins_at or taken_at) if taken_at else None
    taken_at = taken_at or at
    filmed = consent_at(visit, Consent.Kind.FILMING, taken_at)
    if (begins_at is None) != (ends_at is None) or (begins_at and ends_at and ends_at <= begins_at):
        raise WrongInput(
            _("Give both times of a recording, the end after the beginning."), "ends_at"
        )
    if is_sound(filename) and not recorded_with_consent(visit, since or at, since and ends_at):
        raise WrongInput(_("The debtor did not agree to a recording, so none can be kept."), "file")
    evidence = Evidence(
        caption=caption,
        inside=inside,
        taken_at=taken_at,
        added_by=by,
        begins_at=begins_at,
        ends_at=ends_at,
    )

    def keep_file() -> None:
        evidence.document = store(
            case=visit.case, kind=Document.Kind.EVIDENCE, filename=filename, content=content,
            title=caption or _("Evidence from a visit"), by=by, at=at,
        )  # fmt: skip

    def keep(fresh: Visit, _by: User, _at: datetime) -> None:
        if fresh.state not in {Visit.State.STARTED, Visit.State.FINISHED, Visit.State.ABORTED}:
            raise StateRefused(fresh, "evidence.added")
        if inside and not filmed:  # whatever the packs of the case say
            raise WrongInput(
                _("Without the debtor's consent to filming nothing taken inside can be kept."),
                "inside",
            )
        evidence.visit = fresh
        evidence.save(force_insert=True)
        if begins_at and fresh.finished_at and is_recorded(fresh):
            fulfil(case=fresh.case, kind=RECORDING, by=by, at=at)

    carry_out(
        Step(
            subject=visit,
            event="evidence.added",
            right=CONDUCT,
            policy=policy.may_keep_evidence(inside=inside, film_consent=filmed),
            first=keep_file,
            data=lambda _visit: {
                "document": evidence.document.number,
                "sha256": evidence.document.sha256,
                "inside": inside,
                "caption": caption,
                **({"begins_at": begins_at, "ends_at": ends_at} if begins_at else {}),
            },
            then=keep,
        ),
        by=by,
        at=at,
    )
    return evidence


def is_recorded(visit: Visit) -> bool:
    """Whether the recordings that are on file leave nothing of the visit out."""
    left_at = visit.finished_at
    assert left_at is not None  # noqa: S101 - asked of visits that are over
    verdict = policy.may_finish(visit, by=visit.planned_by, at=left_at)
    return RECORDING not in {finding.rule for finding in verdict.duties}


def finish_visit(*, visit: Visit, outcome: str, why: str, by: User, at: datetime) -> None:
    """The officers leave. After a talk the case stays for the agreement, or goes back if there is none.

    Outcomes: ``agreement`` and ``talked`` need the talk on record; ``postponed``, ``nobody_in``
    and ``someone_else`` take the case back to preparation. Where terms are being put in writing
    already, the case stays with them.
    """
    only_the_crew(visit, by)
    if outcome not in LEAVING:
        raise WrongInput(_("This is no way in which a visit ends by itself."), "outcome")
    if outcome in NOT_MET and visit.identified_at:
        raise WrongInput(_("The debtor was identified already. Use another way out."))
    if outcome in TALKED and not TalkRecord.objects.filter(visit=visit).exists():
        raise WrongInput(_("Record first what was said."), "outcome")
    steps = [ending(visit, outcome, why, at, transition="finish")]
    if outcome != Visit.Outcome.AGREEMENT:
        steps += back_from_door(visit.case, why or str(Visit.Outcome(outcome).label), at)
    carry_out(*steps, by=by, at=at)


def add_remark(*, visit: Visit, remark: str, by: User, at: datetime) -> None:
    """What there was no time to write at the door; it stands beside what was tapped there."""
    only_the_crew(visit, by)
    remark = remark.strip()
    if not remark:
        raise WrongInput(_("Write what happened, in a line or two."), "remark")

    def keep(fresh: Visit, _by: User, _at: datetime) -> None:
        if fresh.state not in {Visit.State.FINISHED, Visit.State.ABORTED}:
            raise StateRefused(fresh, "visit.remarked")
        fresh.why = "\n".join(part for part in (fresh.why, remark) if part)[:400]
        fresh.save(update_fields=["why"])
        mind_words(fresh.case, [remark], by=by, at=at)

    carry_out(
        Step(
            subject=visit,
            event="visit.remarked",
            right=CONDUCT,
            data={"reference": visit.reference, "remark": remark},
            then=keep,
        ),
        by=by,
        at=at,
    )


def attest(*, visit: Visit, officer: User, by: User, at: datetime) -> None:
    """An officer confirms that the record is true and that nobody was pressed; each for themselves."""
    only_the_crew(visit, by)
    part = visit.crew.filter(officer=officer, active=True).first()
    if part is None:
        raise WrongInput(_("This officer was not named for the visit."))

    def confirm(fresh: Visit, _by: User, _at: datetime) -> None:
        if fresh.state not in {Visit.State.FINISHED, Visit.State.ABORTED}:
            raise StateRefused(fresh, "visit.attested")
        VisitOfficer.objects.filter(pk=part.pk, attested_at=None).update(attested_at=at)
        if not open_records(fresh.case):
            fulfil(case=fresh.case, kind=CONFIRMATION, by=by, at=at)

    carry_out(
        Step(
            subject=visit,
            event="visit.attested",
            right=CONDUCT,
            data={"officer": f"{officer} {officer.badge}".strip()},
            then=confirm,
        ),
        by=by,
        at=at,
    )


def open_records(case: Case) -> bool:
    """Whether an officer of a visit that is over has yet to stand for how it went."""
    return VisitOfficer.objects.filter(
        visit__case=case, visit__state__in=["finished", "aborted"], active=True, attested_at=None
    ).exists()


def ending(
    visit: Visit,
    outcome: str,
    why: str,
    at: datetime,
    *,
    transition: str = "finish",
    right: str = CONDUCT,
) -> Step:
    """The step with which the officers leave, whatever else happens with it."""

    def after(fresh: Visit, by: User, _at: datetime) -> None:
        _free_crew(fresh, at)
        mind_words(fresh.case, [why], by=by, at=at)

    return Step(
        subject=visit,
        event="visit.finished" if transition == "finish" else "visit.aborted",
        right=right,
        policy=policy.may_finish,
        transition=transition,
        args={"at": at, "outcome": outcome, "why": why[:400]},
        data={"reference": visit.reference, "outcome": outcome, "why": why},
        then=after,
    )


def _free_crew(visit: Visit, at: datetime) -> None:
    """The officers are free from now on, though the slot was planned for longer."""
    for part in visit.crew.filter(active=True):
        lower = min(part.slot.lower, at)
        part.slot = (lower, max(at, lower))
        part.save(update_fields=["slot"])
