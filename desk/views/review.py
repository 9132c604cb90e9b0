"""For those who answer for others: approvals that wait, and duties to tick off."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agreements.actions.drawing import DRAW_UP
from agreements.taking_up import filled_in
from cases.models import Case
from cases.policy import rules_with_exceptions
from common import clock
from common.clock import local_day
from compliance.reading import gist
from desk.showing import figure_name, figure_words
from desk.worklist import PAGE
from looking.session import shown
from people.accounts import tended_by
from people.masking import mask_details
from people.models import User
from people.recent import recent_sign_in
from people.rights import may
from workflow.approvals import answers_to, decide_approval, hidden_from, kind_of, page_of
from workflow.forms import DeskForm, words_field
from workflow.models import Approval, Duty
from workflow.reasons import tongue_now
from workflow.steps import Step, carry_out
from workflow.web import handle


class AnswerForm(DeskForm):
    """Yes or no, and why."""

    answer = words_field(label=_("Why"), most=500)
    granted = forms.ChoiceField(
        label=_("Decision"),
        choices=[("yes", _("Grant")), ("no", _("Deny"))],
        widget=forms.RadioSelect,
    )


SAID_BY_SUBJECT = {"amount", "rule", "closed_as", "hold", "paper", "void_reason"}


def approvals(request: HttpRequest) -> TemplateResponse:
    """What waits for a second person, oldest first, and what was decided lately."""
    at = clock.now()
    seen = (
        Approval.objects.visible_to(request.user)
        .exclude(kind__in=hidden_from(request.user))
        .select_related("case", "case__debtor", "requested_by", "decided_by")
    )
    tended = tended_by(request.user, at)
    waiting = [
        (approval, _may_decide(request, approval, tended), page_of(approval))
        for approval in seen.filter(state="waiting", expires_at__gt=at).order_by("requested_at")[
            :PAGE
        ]
    ]
    lately = seen.exclude(state="waiting").order_by("-decided_at", "-pk")[:PAGE]
    decided = [(approval, page_of(approval)) for approval in lately]
    return TemplateResponse(
        request, "desk/approvals.html", {"waiting": waiting, "decided": decided, "at": at}
    )


def _may_decide(request: HttpRequest, approval: Approval, tended: set[int]) -> bool:
    me, asked_by = request.user, approval.requested_by
    second = asked_by.pk != me.pk and not answers_to(me, asked_by, tended)
    return second and may(me, kind_of(approval).right)


@recent_sign_in
def approval(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: what is asked, by whom, on what evidence; and the decision."""
    found = get_object_or_404(
        Approval.objects.visible_to(request.user).select_related(
            "case", "case__debtor", "requested_by", "decided_by", "evidence"
        ),
        pk=pk,
    )
    if found.case is None:
        return HttpResponseRedirect(page_of(found))
    form = AnswerForm(request.POST or None)
    return handle(
        request,
        right=kind_of(found).right if request.method == "POST" else "",
        case=found.case,
        form=form,
        template="desk/approval.html",
        context={
            "approval": found,
            "details": _rule_of(found)
            + [
                (figure_name(name), figure_words(value, found.case.zone))
                for name, value in mask_details(
                    found.details, shown(request, found.case.reference)
                ).items()
                if name not in SAID_BY_SUBJECT
            ],
            "may_decide": _may_decide(request, found, tended_by(request.user, clock.now()))
            and found.is_open_at(clock.now()),
            "own": found.requested_by_id == request.user.pk,
        },
        do=lambda data: decide_approval(
            approval=found,
            granted=data["granted"] == "yes",
            answer=data["answer"],
            by=request.user,
            at=clock.now(),
        ),
        done=_("The decision is recorded."),
        to=reverse("desk:approvals"),
    )


def _rule_of(approval: Approval) -> list[tuple[Any, str]]:
    """What the rule says from which somebody asks for an exception: whoever decides need not look it up."""
    day = local_day(approval.requested_at, approval.case.zone)
    entry = rules_with_exceptions(approval.case.packs, day).get(approval.subject)
    return [(_("rule"), gist(entry)[tongue_now()])] if entry else []


def do_duty(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick off a duty that no other act ticks off by itself; ``take_up`` leads to the terms that would answer it."""
    duty = get_object_or_404(
        Duty.objects.filter(case__in=Case.objects.visible_to(request.user)).select_related("case"),
        pk=pk,
        done_at=None,
    )
    own = _own_page(duty, request.user)
    if own:
        return redirect(own)
    form = _DoneForm(request.POST or None)

    def do(data: dict) -> None:
        from workflow.duties import set_next_due

        carry_out(
            Step(
                subject=duty,
                event="duty.done",
                right="do_duty",
                transition="done",
                args={"by": request.user, "at": clock.now()},
                data={"kind": duty.kind, "remark": data["remark"]},
                then=lambda fresh, *_: set_next_due(fresh.case),
            ),
            by=request.user,
            at=clock.now(),
        )

    return handle(
        request, case=duty.case, form=form, do=do, done=_("Done."), template="desk/duty.html",
        context={
            "title": duty.says_in(tongue_now()), "button": _("It is done"), "hint": "",
            "take_up": filled_in(duty) if may(request.user, DRAW_UP) else "",
        },
    )  # fmt: skip


OWN_PAGES = {
    "door.settle": ("door:settle", "settle_door"),
    "evidence.quarantine": ("visits:decide_quarantine", "decide_quarantine"),
    "complaint.letter": ("quality:matter", "see_complaints"),
    "complaint.answer": ("quality:matter", "see_complaints"),
    "quality.settle": ("quality:settle_of", "review_visits"),
    "quality.finding": ("quality:finding_done", "do_duty"),
}
"""Duties that are done on a page of their own, and the right that this page asks for."""


def _own_page(duty: Duty, user: User) -> str:
    """Where that one thing is decided, which ticks the duty off; its key ends with the number of the thing.

    Whoever may not decide it there is led to the case.
    """
    page, right = OWN_PAGES.get(duty.kind, ("", ""))
    number = duty.key.rpartition(":")[2]
    if not page or not number.isdecimal():
        return ""
    if duty.kind.startswith("complaint.") and duty.case.keeps_from(user):
        return duty.case.get_absolute_url()
    return reverse(page, args=[number]) if may(user, right) else duty.case.get_absolute_url()


class _DoneForm(DeskForm):
    remark = words_field(label=_("What was done"), most=500)
