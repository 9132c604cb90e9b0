"""Step 2: the notice goes out, takes effect, and the lead time runs from there."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from cases.models.case import Step as CaseStep
from documents.models import Document
from documents.render import render_paper
from documents.storing import store
from notices import outbox
from notices.kinds import Kind, register
from notices.models import Notice
from people.models import ContactPoint, User
from visits import policy
from visits.models import Visit
from visits.notice import VisitNotice, compose, paper_of
from workflow.duties import raise_duty
from workflow.steps import StateRefused, Step, WrongInput, carry_out, note

LANGUAGES = {"zh", "en", "both"}


def announce_visit(
    *, visit: Visit, language: str, channels: Sequence[str], by: User, at: datetime
) -> list[Notice]:
    """Announce the visit to the debtor, by e-mail, letter or both, in Chinese, English or both.

    The case moves to ``notice`` when the first of them has taken effect, not before.
    """
    if language not in LANGUAGES:
        raise WrongInput(_("Choose Chinese, English or both."), "language")
    visit = Visit.objects.select_related(
        "case__debtor", "case__creditor", "case__agency", "case__mandate", "place"
    ).get(pk=visit.pk)
    composed = compose(visit, at)
    ways = [_way(visit, channel) for channel in channels]
    if not ways:
        raise WrongInput(_("Choose at least one way in which the notice goes."))
    content = render_paper(paper_of(composed), language)
    made: dict[str, Any] = {"notices": []}

    def keep_paper() -> None:
        made["document"] = store(
            case=visit.case, kind=Document.Kind.NOTICE, made_here=True, content=content,
            filename=f"notice-{visit.reference}.pdf", title=_("Visit notice"), by=by, at=at,
        )  # fmt: skip

    def send(fresh: Visit, _by: User, _at: datetime) -> None:
        if fresh.case.state != CaseStep.PREPARATION:
            raise StateRefused(fresh.case, "visit.announce")
        fresh.language = language
        fresh.save(update_fields=["language"])
        for channel, address, point in ways:
            made["notices"].append(
                outbox.queue(
                    case=fresh.case, kind=Notice.Kind.VISIT_NOTICE, channel=channel,
                    recipient=visit.case.debtor, address=address, contact_point=point,
                    language=language, subject=subject_of(visit, language),
                    body=body_of(composed, language), document=made["document"],
                    visit=fresh, due_at=at, at=at, by=by,
                    dedupe_key=f"visit:{visit.pk}:{fresh.starts_at.isoformat()}:{channel}:{at.isoformat()}",
                    about={"starts_at": fresh.starts_at},
                )
            )  # fmt: skip

    carry_out(
        Step(
            subject=visit,
            event="visit.announced",
            right="announce_visit",
            policy=policy.may_announce(composed.missing),
            transition="announce",
            first=keep_paper,
            data=lambda _visit: {
                "reference": visit.reference,
                "channels": list(channels),
                "language": language,
                "document": made["document"].number,
                "sha256": made["document"].sha256,
            },
            then=send,
        ),
        by=by,
        at=at,
    )
    return list(made["notices"])


def _way(visit: Visit, channel: str) -> tuple[str, str, ContactPoint | None]:
    """The address for a channel; raises ``WrongInput`` when there is none that may be used."""
    debtor = visit.case.debtor
    if channel == Notice.Channel.LETTER:
        home = debtor.addresses.filter(kind="home").exclude(source="unknown").first()
        if home is None:
            raise WrongInput(
                _("There is no home address from a lawful source for a letter."), "letter"
            )
        return channel, str(home), None
    point = (
        debtor.contact_points.filter(channel="email", do_not_contact=False, dead_at=None)
        .exclude(source="unknown")
        .first()
    )
    if point is None:
        raise WrongInput(_("There is no e-mail address from a lawful source."), "email")
    return channel, point.value, point


def subject_of(visit: Visit, language: str) -> str:
    """A subject that tells a stranger nothing."""
    zh, en = (
        f"来自{visit.case.creditor.name}的预约通知",
        f"An appointment, from {visit.case.creditor.name_en or visit.case.creditor.name}",
    )
    return {"zh": zh, "en": en}.get(language, f"{zh} / {en}")


def body_of(composed: VisitNotice, language: str) -> str:
    """The notice as plain text, framed with who writes and where to turn."""
    tongues = ["zh", "en"] if language == "both" else [language]
    blocks = []
    for tongue in tongues:
        blocks.append("\n\n".join(f"{title}\n{text}" for title, text in composed.text[tongue]))
    return "\n\n——\n\n".join(blocks)


def confirm_service(notice: Notice, at: datetime) -> None:
    """The notice has taken effect: the visit is noticed, and the case goes to the second step."""
    visit = notice.visit
    if visit is None or notice.kind != Notice.Kind.VISIT_NOTICE:
        return
    visit = Visit.objects.select_related("case").get(pk=visit.pk)
    if visit.state != Visit.State.ANNOUNCED or not _is_current(notice, visit):
        return
    system = User.objects.system()
    served_at = notice.delivered_at or at
    steps = [
        Step(
            subject=visit,
            event="visit.noticed",
            transition="notice_served",
            args={"served_at": served_at},
            data={"reference": visit.reference, "served_at": served_at, "channel": notice.channel},
        )
    ]
    if visit.case.state == CaseStep.PREPARATION:
        steps.append(
            Step(
                subject=visit.case,
                event="case.notice_served",
                transition="serve_notice",
                args={"at": at},
                data={"served_at": served_at},
            )
        )
    carry_out(*steps, by=system, at=at)


def service_failed(notice: Notice, at: datetime) -> None:
    """A notice came back or could not be sent: a person has to find another way."""
    visit = notice.visit
    if visit is None:
        return

    def write(case: Any, _by: User, _at: datetime) -> None:
        raise_duty(
            case=case,
            kind="notice.failed",
            says={
                "en": "The notice of the visit did not arrive: announce it by another way or move the visit.",
                "zh": "上门通知未能送达:请改用其他方式通知,或调整上门时间。",
            },
            due_at=at + timedelta(days=1),
            key=f"notice.failed:{notice.pk}",
            role=User.Role.CLERK,
            at=at,
        )

    if not visit.case.duties.filter(key=f"notice.failed:{notice.pk}").exists():
        note(
            visit.case, event="visit.notice_failed", by=User.objects.system(), at=at,
            data={"reference": visit.reference, "why": notice.why}, then=write,
        )  # fmt: skip


def still_right(notice: Notice, at: datetime) -> str:
    """Why a visit's notice must not go any more; "" while it is right."""
    visit = notice.visit
    if visit is None:
        return ""
    visit = Visit.objects.select_related("case__debtor", "place").get(pk=visit.pk)
    if notice.kind == Notice.Kind.VISIT_CANCELLED:
        return ""
    if visit.state not in {Visit.State.ANNOUNCED, Visit.State.NOTICED}:
        return str(_("The visit is not going to take place."))
    if not _is_current(notice, visit):
        return str(_("The visit was moved."))
    if visit.state == Visit.State.ANNOUNCED:
        verdict = policy.may_announce(())(visit, by=User.objects.system(), at=at)
        if not verdict.allowed:
            return "; ".join(finding.says["zh"] for finding in verdict.blocks)[:300]
    return ""


def _is_current(notice: Notice, visit: Visit) -> bool:
    """Whether the notice tells of the slot that the visit has now."""
    return notice.about.get("starts_at", "")[:16] == visit.starts_at.isoformat()[:16]


def register_kinds() -> None:
    """Tell the outbox what to ask before a visit's notice goes, and what follows."""
    register(
        Kind(
            Notice.Kind.VISIT_NOTICE,
            recheck=still_right,
            on_delivered=confirm_service,
            on_failed=service_failed,
        )
    )
    register(Kind(Notice.Kind.VISIT_CANCELLED, recheck=still_right))
