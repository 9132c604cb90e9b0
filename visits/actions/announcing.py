"""Step 2: the notice goes out, takes effect, and the lead time runs from there."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models.case import Step as CaseStep
from compliance.verdict import Verdict
from documents.letterhead import behind, moment
from documents.models import Document
from documents.render import render_paper
from documents.sealing import under_seal
from documents.storing import store
from notices import outbox
from notices.kinds import Kind, register
from notices.links import PLACE
from notices.models import Notice
from notices.service import effective_from
from notices.texts import composing
from notices.texts.composing import Given
from notices.ways import by_channel
from people.models import ContactPoint, User
from timeline.models import Event
from visits import policy, tokens
from visits.actions.planning import LOST, TOO_SOON, back_from_notice, cancelling
from visits.models import Visit
from visits.notice import VisitNotice, compose, paper_of
from workflow.duties import fulfil, raise_duty
from workflow.reasons import Reason, because
from workflow.steps import StateRefused, Step, WrongInput, carry_out, note, tell

LANGUAGES = {"zh", "en", "both"}
ON_ITS_WAY = {
    Notice.State.QUEUED, Notice.State.SENDING, Notice.State.SENT, Notice.State.DOUBTFUL,
}  # fmt: skip
LOST_STATES = [Notice.State.BOUNCED, Notice.State.FAILED]
WHOLE = {Notice.Channel.EMAIL.value, Notice.Channel.LETTER.value, Notice.Channel.PORTAL.value}
"""The channels that carry the whole notice; what is shorter says when, and that the notice comes."""
SHORT = {
    Notice.Channel.SMS.value: gettext_lazy("By SMS"),
    Notice.Channel.WECOM.value: gettext_lazy("By WeCom"),
    Notice.Channel.WECHAT.value: gettext_lazy("By WeChat"),
}
NO_WAY = {
    Notice.Channel.LETTER.value: gettext_lazy(
        "There is no home address from a lawful source for a letter. Add one under “People”."
    ),
    Notice.Channel.EMAIL.value: gettext_lazy(
        "There is no e-mail address from a lawful source. Add one under “People”, or send a letter."
    ),
    "other": gettext_lazy(
        "There is no number or account from a lawful source for this, or nobody who carries it."
    ),
}
UNBOOKED = "visit.unbooked"
NOT_SERVED = gettext_lazy("The notice of the visit did not arrive.")


def announce_visit(
    *, visit: Visit, language: str, channels: Sequence[str], by: User, at: datetime
) -> list[Notice]:
    """Announce the visit to the debtor, by e-mail or letter and by short messages, in one language or both.

    The case moves to ``notice`` when the first of them has taken effect, not before.
    """
    if language not in LANGUAGES:
        raise WrongInput(_("Choose Chinese, English or both."), "language")
    visit = Visit.objects.select_related(
        "case__debtor", "case__creditor", "case__agency", "case__mandate", "place"
    ).get(pk=visit.pk)
    composed = compose(visit, at)
    ways = [_way(visit, channel, at) for channel in channels]
    if not ways:
        raise WrongInput(_("Choose at least one way in which the notice goes."))
    if not WHOLE & set(channels):
        raise WrongInput(
            _("A short message says only when you would like to come. Choose e-mail or letter too.")
        )
    content = under_seal(
        render_paper(paper_of(composed), language), behind(visit.case),
        f"上门通知 · Visit notice {visit.reference}", at,
    )  # fmt: skip
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
        tokens.open_token(fresh, at)
        fulfil(case=fresh.case, kind=LOST, by=by, at=at)
        for channel, address, point in ways:
            made["notices"].append(
                outbox.write(
                    wording="visit_notice", case=fresh.case, channel=channel,
                    recipient=visit.case.debtor, address=address, contact_point=point,
                    language=language, values=told_in(composed), document=made["document"],
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


def _way(visit: Visit, channel: str, at: datetime) -> tuple[str, str, ContactPoint | None]:
    """The address for a channel; raises ``WrongInput`` when there is none that may be used."""
    way = by_channel(visit.case, channel, at)
    if way is None:
        raise WrongInput(str(NO_WAY.get(channel, NO_WAY["other"])), channel)
    return channel, way.address, way.point


def why_not(composed: VisitNotice, channel: str, at: datetime) -> str:
    """Why a short message of the visit cannot go by this channel; "" when it can."""
    case = composed.visit.case
    try:
        composing.compose(
            wording="visit_notice", channel=channel, case=case, recipient=case.debtor,
            language=case.debtor.language, at=at, values=told_in(composed),
        )  # fmt: skip
    except composing.CannotCompose as cannot:
        return cannot.why
    return ""


def told_in(composed: VisitNotice) -> Given:
    """What the notice fills in: when, and all that the debtor must be told of the visit."""
    visit = composed.visit
    return {
        "visit_at": moment(visit.starts_at, visit.zone, visit.case.zone),
        "portal_link": PLACE,
        "particulars": {
            tongue: "\n\n".join(f"{title}\n{text}" for title, text in parts)
            for tongue, parts in composed.text.items()
        },
    }


def preview(visit: Visit, language: str, at: datetime) -> bytes:
    """The letter as it would go out now, to be looked at; nothing is kept."""
    return render_paper(paper_of(compose(visit, at)), language)


def confirm_service(notice: Notice, at: datetime) -> None:
    """The notice has taken effect: the visit is noticed, and the case goes to the second step.

    Where it took effect so late that the lead time cannot be kept, a person has to move the visit.
    """
    visit = _visit_of(notice)
    if visit is None or visit.state != Visit.State.ANNOUNCED or not is_current(notice, visit):
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
            then=lambda fresh, _by, _at: _see_to_lead_time(fresh, system, at),
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


def _see_to_lead_time(visit: Visit, system: User, at: datetime) -> None:
    """Raise the duty to move a visit whose notice took effect too late for its slot."""
    verdict = policy.may_keep_slot(visit, by=system, at=at)
    if verdict.allowed:
        return
    zone = visit.zone
    tail = {"en": "", "zh": ""}
    if verdict.earliest:
        told = moment(verdict.earliest, zone, visit.case.zone)
        tail = {"en": f" From {told['en']} it would be lawful.", "zh": f"最早可为 {told['zh']}。"}
    raise_duty(
        case=visit.case,
        kind=TOO_SOON,
        says={
            "en": f"The notice took effect too late for the visit: move it.{tail['en']}",
            "zh": f"通知生效过晚，原定上门时间不合规：请改期。{tail['zh']}",
        },
        due_at=min(visit.starts_at, at + timedelta(days=1)),
        key=f"{TOO_SOON}:{visit.pk}:{visit.starts_at.isoformat()}",
        role=User.Role.CLERK,
        at=at,
    )


def service_failed(notice: Notice, at: datetime) -> None:
    """A notice came back, could not be sent or was stopped by hand.

    If it was the one that had served the visit, or the last that could, the visit loses its notice:
    it can be announced anew by another way, and a clerk has to see to that.
    """
    visit = _visit_of(notice)
    told = Event.objects.filter(
        case=notice.case_id, kind="visit.notice_failed", data__notice=notice.pk,
        data__attempt=notice.attempts,
    )  # fmt: skip
    if visit is None or not is_current(notice, visit) or told.exists():
        return
    others = [
        other
        for other in visit.notices.filter(kind=Notice.Kind.VISIT_NOTICE).exclude(pk=notice.pk)
        if is_current(other, visit)
    ]
    served = any(other.state == Notice.State.DELIVERED for other in others)
    coming = any(other.state in ON_ITS_WAY for other in others)
    expected = _expected(others, at)
    data = {
        "reference": visit.reference, "notice": notice.pk, "attempt": notice.attempts,
        "channel": notice.channel, "why": notice.why,
    }  # fmt: skip
    system = User.objects.system()
    if served or visit.state not in {Visit.State.ANNOUNCED, Visit.State.NOTICED}:
        note(visit.case, event="visit.notice_failed", by=system, at=at, data=data)
        return
    if expected:
        verdict = policy.may_keep_slot_if_served(visit, expected, by=system, at=at)
        if not verdict.allowed:
            unbook(visit, verdict, data, event="visit.notice_failed", by=system, at=at)
            return
    if coming and visit.state == Visit.State.ANNOUNCED:
        note(visit.case, event="visit.notice_failed", by=system, at=at, data=data)
        return
    if coming:
        step = Step(
            subject=visit, event="visit.notice_failed", transition="doubt_notice", data=data
        )
    else:
        step = Step(
            subject=visit,
            event="visit.notice_failed",
            transition="lose_notice",
            data=data,
            then=lambda fresh, _by, _at: _ask_for_another_way(fresh, notice, at),
        )
    carry_out(step, *back_from_notice(visit.case, NOT_SERVED, at), by=system, at=at)


def _expected(others: Sequence[Notice], at: datetime) -> datetime | None:
    """When the first of the other notices counts as served at the best, where that is known of each.

    What has not left yet is taken as leaving now; of what only a proof of delivery serves nobody can tell.
    """
    coming = [other for other in others if other.state in ON_ITS_WAY]
    left = {Notice.State.SENT, Notice.State.DOUBTFUL}
    days = [
        other.deemed_at or (None if other.state in left else effective_from(other, at))
        for other in coming
    ]
    known = [day for day in days if day]
    return min(known) if known and len(known) == len(coming) else None


def unbook_hopeless(*, at: datetime, by: User) -> int:
    """Give up each slot of which one notice came back and no other can take effect in time; says how many.

    A letter that is posted late, or lies about, loses the slot on the day on which it comes too late.
    """
    kind = Notice.Kind.VISIT_NOTICE
    lost = Notice.objects.filter(visit=OuterRef("pk"), kind=kind, state__in=LOST_STATES)
    waiting = Visit.objects.filter(Exists(lost), state=Visit.State.ANNOUNCED, starts_at__gt=at)
    given_up = 0
    for visit in waiting.select_related("case__debtor", "place").order_by("starts_at", "pk"):
        notices = [n for n in visit.notices.filter(kind=kind) if is_current(n, visit)]
        failed = [n for n in notices if n.state in LOST_STATES]
        expected = _expected([n for n in notices if n.state not in LOST_STATES], at)
        if not failed or expected is None:
            continue
        verdict = policy.may_keep_slot_if_served(visit, expected, by=by, at=at)
        if not verdict.allowed:
            data = {"reference": visit.reference, "expected": expected}
            unbook(visit, verdict, data, event="visit.notice_late", by=by, at=at)
            given_up += 1
    return given_up


def unbook(
    visit: Visit, verdict: Verdict, data: dict[str, Any], *, event: str, by: User, at: datetime
) -> None:
    """Give a slot up that no notice can reach in time; officers and supervisor are told once, with the sum."""
    zone, case = visit.zone, visit.case
    reason = {
        tongue: space.join(finding.says[tongue] for finding in verdict.blocks)
        for tongue, space in (("en", " "), ("zh", ""))
    }
    tail = {"en": "", "zh": ""}
    if verdict.earliest:
        told = moment(verdict.earliest, zone, visit.case.zone)
        tail = {
            "en": f" The earliest lawful time is {told['en']}.",
            "zh": f"最早合规时间为 {told['zh']}。",
        }
    slot = moment(visit.starts_at, zone, visit.case.zone)
    says = {
        "en": f"Do not go on {slot['en']}: the visit is taken out of the plan. {reason['en']}{tail['en']}",
        "zh": f"{slot['zh']} 的上门已取消安排，请勿前往。{reason['zh']}{tail['zh']}",
    }

    def tell_both(fresh: Any, _by: User, _at: datetime) -> None:
        tell(
            fresh, "visit.unbooked", by, at,
            {"reference": visit.reference, "starts_at": visit.starts_at, "earliest": verdict.earliest},
            verdict,
        )  # fmt: skip
        for role in (User.Role.OFFICER, User.Role.SUPERVISOR):
            raise_duty(
                case=fresh, kind=f"{UNBOOKED}.{role}", says=says, due_at=visit.starts_at,
                key=f"{UNBOOKED}:{visit.pk}:{role}", role=role, at=at,
            )  # fmt: skip

    carry_out(
        Step(subject=case, event=event, data=data, then=tell_both),
        cancelling(visit, str(NOT_SERVED), at, tells_debtor=True),
        *back_from_notice(case, NOT_SERVED, at),
        by=by,
        at=at,
    )


def _ask_for_another_way(visit: Visit, notice: Notice, at: datetime) -> None:
    raise_duty(
        case=visit.case,
        kind=LOST,
        says={
            "en": "The notice of the visit did not arrive: announce it by another way or move the visit.",
            "zh": "上门通知未能送达：请改用其他方式通知，或调整上门时间。",
        },
        due_at=at + timedelta(days=1),
        key=f"{LOST}:{notice.pk}:{notice.attempts}",
        role=User.Role.CLERK,
        at=at,
    )


def _visit_of(notice: Notice) -> Visit | None:
    """The visit of which this is the notice, as it is now."""
    if notice.visit_id is None or notice.kind != Notice.Kind.VISIT_NOTICE:
        return None
    return Visit.objects.select_related("case__debtor", "place").get(pk=notice.visit_id)


def still_right(notice: Notice, at: datetime) -> str:
    """Why a visit's notice must not go any more; "" while it is right."""
    visit = _visit_of(notice)
    if visit is None:
        return ""
    if visit.state not in {Visit.State.ANNOUNCED, Visit.State.NOTICED}:
        return because(lambda: _("The visit is not going to take place."))
    if not is_current(notice, visit):
        return because(lambda: _("The visit was moved."))
    if visit.state == Visit.State.ANNOUNCED:
        verdict = policy.may_announce(())(visit, by=User.objects.system(), at=at)
        if not verdict.allowed:
            says = {
                tongue: mark.join(finding.says[tongue] for finding in verdict.blocks)
                for tongue, mark in (("en", "; "), ("zh", "；"))
            }
            return Reason(says["en"][:300], says)
    return ""


def cancelling_is_news(notice: Notice, at: datetime) -> str:
    """Why the debtor need not be told any more that the visit is off; "" while it is news."""
    if notice.visit and at >= notice.visit.ends_at:
        return because(lambda: _("The time of the visit is over."))
    return ""


def is_current(notice: Notice, visit: Visit) -> bool:
    """Whether the notice tells of the slot that the visit has now."""
    told = str(notice.about.get("starts_at", ""))
    return told[:16] == visit.starts_at.isoformat()[:16]


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
    register(Kind(Notice.Kind.VISIT_CANCELLED, recheck=cancelling_is_news))
