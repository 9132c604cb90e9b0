"""What is due and how it is paid, how far the plan has come, what pays it off, and another plan before it breaks."""

from datetime import date
from typing import Any

from django.http.response import HttpResponseBase

from agreements.actions.paying import CLOSE_DUTY
from agreements.actions.wishing import CAUSES, NEW_PLAN, ask_new_plan
from agreements.due import FARTHEST, due_on, owed_on
from agreements.models import Agreement, Payment
from banking.models import ProviderAccount
from banking.providers import label_of
from cases.actions.statements import SAID
from cases.limits import barred_on
from cases.models import Case
from common.clock import local_day
from documents.models import Document
from portal.own import Own, own_page, tried
from portal.saying import BOTH, words_in
from portal.seeing import documents_of
from workflow.models import Duty
from workflow.web import plain

MOST = 60


@own_page("account")
def sums(own: Own) -> HttpResponseBase:
    """What is due, where and with which reference it is paid, the plan's progress, receipts, the pay-off of any day.

    Context: ``due`` (agreements.due.Due), ``barred`` (day of limitation, or None), ``ways`` (payment providers, by
    name), ``on``, ``first``, ``last`` and ``payoff`` (of which day how much), ``payments`` (each with the numbers of
    its papers that may be opened), ``certificate`` (Document or None), ``closing_by``, ``asked_by`` (a new plan is
    answered), ``kept`` (the plan was kept).
    """
    case, today = own.case, local_day(own.at, own.case.zone)
    due = due_on(case, today)
    on, payoff = owed_on(case, _day(own.request.GET.get("on", "")) or today, today)
    certificate = documents_of(own).filter(kind=Document.Kind.SETTLEMENT).order_by("-pk").first()
    told = {"balance": f"{due.balance:.2f}"}
    if on != today:
        told |= {"day": on.isoformat(), "amount": f"{payoff:.2f}"}
    return own.page(
        "portal/own/sums.html", due=due, barred=None if due.agreement else barred_on(case, today),
        ways=_ways_of(case), on=on, first=today, last=today + FARTHEST, payoff=payoff,
        payments=_payments(own), certificate=certificate, closing_by=open_task(case, CLOSE_DUTY),
        asked_by=open_task(case, f"{SAID}.{NEW_PLAN}"), told=told,
        kept=case.agreements.filter(state=Agreement.State.KEPT).exists(),
    )  # fmt: skip


@own_page("", methods=BOTH)
def other_plan(own: Own) -> HttpResponseBase:
    """Another plan is needed: why, and a few words; nothing else is asked.

    Context: ``causes``, ``cause``, ``text``, ``due``, ``asked_by`` (it is asked already, and answered by then).
    """
    due, wrong, post = due_on(own.case, local_day(own.at, own.case.zone)), "", own.request.POST
    cause, text = plain(post.get("cause", ""))[:10], words_in(post)
    if own.sends:
        wrong = tried(
            own, lambda: ask_new_plan(case=own.case, cause=cause, text=text, by=own.by, at=own.at)
        )
        if not wrong:
            return own.on("answers")
    return own.page(
        "portal/own/other_plan.html", status=422 if wrong else 200, wrong=wrong, due=due, cause=cause,
        text=text, causes=[(one.value, one.label) for one in CAUSES],
        asked_by=open_task(own.case, f"{SAID}.{NEW_PLAN}"),
    )  # fmt: skip


def _payments(own: Own) -> list[tuple[Payment, list[str]]]:
    """The newest payments, each with the numbers of its receipt and of the note that it was taken back."""
    payments = list(own.case.payments.select_related("receipt", "reversal_note", "refund")[:MOST])
    open_to = set(
        documents_of(own).filter(kind=Document.Kind.RECEIPT).values_list("number", flat=True)
    )
    return [
        (one, [paper.number for paper in (one.receipt, one.reversal_note) if paper and paper.number in open_to])
        for one in payments
    ]  # fmt: skip


def _ways_of(case: Case) -> list[Any]:
    """Through whom the creditor takes payments besides its bank account."""
    accounts = ProviderAccount.objects.filter(
        creditor=case.creditor_id, team=case.team_id, is_active=True
    )
    return [label_of(name) for name in accounts.values_list("provider", flat=True)]


def open_task(case: Case, kind: str) -> Any:
    """By when an open task of that kind is done; None where there is none."""
    return (
        Duty.objects.filter(case=case, kind=kind, done_at=None)
        .values_list("due_at", flat=True)
        .first()
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
