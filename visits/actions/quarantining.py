"""What was taken without the consent that it needed: kept apart, seen by nobody, decided by compliance."""

from datetime import datetime

from django.utils.translation import gettext as _

from documents.models import Document
from documents.storing import store
from people.models import User
from visits import policy
from visits.actions.recording import (
    CONDUCT,
    RECORDING,
    consent_at,
    is_recorded,
    is_sound,
    recorded_with_consent,
)
from visits.models import Consent, Evidence, Visit
from workflow.duties import fulfil, raise_duty
from workflow.reasons import kept, told_why
from workflow.steps import StateRefused, Step, WrongInput, carry_out

DECIDE = "decide_quarantine"
DUTY = "evidence.quarantine"
AT_THE_DOOR = {Visit.State.STARTED, Visit.State.FINISHED, Visit.State.ABORTED}


def why_apart(
    *,
    visit: Visit,
    filename: str,
    inside: bool,
    taken_at: datetime,
    begins_at: datetime | None,
    ends_at: datetime | None,
    by: User,
    at: datetime,
) -> str:
    """Why the file may not count, by the consents that were in force when it was taken; empty where it may."""
    if is_sound(filename) and not recorded_with_consent(visit, begins_at or taken_at, ends_at):
        return _("The debtor had not agreed to a recording when it was made.")
    filmed = consent_at(visit, Consent.Kind.FILMING, taken_at)
    if inside and not filmed:
        return _("The debtor had not agreed to photos inside when it was taken.")
    if visit.state not in AT_THE_DOOR:
        return _("By the office nobody was at this door.")
    if visit.started_at and taken_at < visit.started_at:
        return _("It was taken before the visit began.")
    verdict = policy.may_keep_evidence(inside=inside, film_consent=filmed)(visit, by=by, at=at)
    return "" if verdict.allowed else "; ".join(finding.rule for finding in verdict.blocks)


def keep_apart(
    *,
    visit: Visit,
    filename: str,
    content: bytes,
    caption: str,
    inside: bool,
    taken_at: datetime,
    why: str,
    by: User,
    at: datetime,
    begins_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Evidence:
    """Keep the file where nobody sees it, and call compliance. Raises ``documents.storing.Unreadable``."""
    because, says = kept(why, 300)
    evidence = Evidence(
        caption=caption, inside=inside, taken_at=taken_at, added_by=by, begins_at=begins_at,
        ends_at=ends_at, apart_because=because, apart_says=says,
    )  # fmt: skip

    def keep_file() -> None:
        evidence.document = store(
            case=visit.case, kind=Document.Kind.EVIDENCE, filename=filename, content=content,
            title=_("In quarantine"), quarantined=True, by=by, at=at,
        )  # fmt: skip

    def keep(fresh: Visit, _by: User, _at: datetime) -> None:
        evidence.visit = fresh
        evidence.save(force_insert=True)
        raise_duty(
            case=fresh.case, kind=DUTY, role=User.Role.COMPLIANCE, key=f"{DUTY}:{evidence.pk}",
            says={
                "en": "Decide on a file that was taken at a door without the consent that it needs.",
                "zh": "有现场文件未取得所需同意，请决定如何处理。",
            },
            due_at=at, at=at,
        )  # fmt: skip

    visible = visit.case.may_be_seen_by(by)
    carry_out(
        Step(
            subject=visit, event="evidence.quarantined", right=CONDUCT, first=keep_file, then=keep,
            data=lambda _visit: {
                "document": evidence.document.number, "sha256": evidence.document.sha256,
                "inside": inside, **told_why(why), "sender": str(by),
            },
        ),
        by=by if visible else User.objects.system(),
        at=at,
    )  # fmt: skip
    return evidence


def release(*, evidence: Evidence, reason: str, by: User, at: datetime) -> None:
    """Let the file out of quarantine: the consent was there after all, such as in writing."""
    _decide(evidence, "evidence.released", reason, by, at)


def leave_apart(*, evidence: Evidence, reason: str, by: User, at: datetime) -> None:
    """Have the file stay where nobody sees it, until its time of keeping is over."""
    _decide(evidence, "evidence.stays_apart", reason, by, at)


def _decide(evidence: Evidence, event: str, reason: str, by: User, at: datetime) -> None:
    reason, visit = reason.strip(), evidence.visit
    if not reason:
        raise WrongInput(_("Say why."), "reason")

    def write(fresh: Visit, _by: User, _at: datetime) -> None:
        row = Evidence.objects.select_for_update().get(pk=evidence.pk)
        if not row.document.quarantined or row.decided_at:
            raise StateRefused(fresh, event)
        row.decided_at, row.decided_by, row.decided_why = at, by, reason[:400]
        row.save(update_fields=["decided_at", "decided_by", "decided_why"])
        if event == "evidence.released":
            title = row.caption or _("Evidence from a visit")
            Document.objects.filter(pk=row.document_id).update(quarantined=False, title=title[:160])
            if row.begins_at and fresh.finished_at and is_recorded(fresh):
                fulfil(case=fresh.case, kind=RECORDING, by=by, at=at)
        undecided = Evidence.objects.apart().filter(visit__case=fresh.case, decided_at=None)
        if not undecided.exists():
            fulfil(case=fresh.case, kind=DUTY, by=by, at=at)

    carry_out(
        Step(
            subject=visit, event=event, right=DECIDE, then=write,
            data={
                "document": evidence.document.number, "sha256": evidence.document.sha256,
                "why": reason,
            },
        ),
        by=by,
        at=at,
    )  # fmt: skip
