"""What the debtor may see of the own matter: who claims what and why, the sum, the papers, rights and help."""

from django.db.models import Q, QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from agreements.accounts import entries_with_balance, standing
from cases.models import LedgerEntry
from common.clock import local_day
from common.money import total
from compliance.ask import value
from documents.letterhead import hidden
from documents.models import Document
from notices.models import Notice
from portal import reading
from portal.coming import seen_visit
from portal.own import Own, own_page
from portal.quiet import file_of
from visits.notice import privacy_of, rights_of
from workflow.reasons import tongue_now

MOST_ENTRIES = 30
WENT = [Notice.State.SENT, Notice.State.DELIVERED]
D = Document.Kind
FOR_THE_DEBTOR = [
    D.SETTLEMENT, D.RETURN_RECEIPT, D.CUSTODY_RECEIPT, D.VISIT_SLIP, D.RELEASE,
]  # fmt: skip
"""Papers that are made for the debtor whatever the case; others are added where they are signed, paid or sent."""


@own_page("home")
def home(own: Own) -> HttpResponseBase:
    """Who writes and why, what can be done, and where to get help.

    Context: ``visit`` (the one ahead, or None), ``notices`` (newest first), ``refused_until``, ``closed``.
    """
    notices = list(own.seen(reading.all_of(own.link)).order_by("-sent_at", "-pk")[:5])
    return own.page(
        "portal/own/home.html", visit=seen_visit(own.case), notices=notices,
        refused_until=own.refused_until, closed=own.case.closed_at is not None,
    )  # fmt: skip


@own_page("about")
def about(own: Own) -> HttpResponseBase:
    """Who claims what, on what it rests, since when, and how the sum is made up.

    Context: ``debts`` (each with ``number``, masked), ``standing``, ``kinds`` (what made it up, in words),
    ``spans`` (interest, span by span), ``rows`` (entries with what was owed after each), ``today``.
    """
    today = local_day(own.at, own.case.zone)
    shown = standing(own.case, today)
    labels = dict(LedgerEntry.Kind.choices)
    rows = list(entries_with_balance(own.case))[-MOST_ENTRIES:]
    return own.page(
        "portal/own/about.html", today=today, standing=shown, rows=rows, spans=shown.spans[-MOST_ENTRIES:],
        debts=[(debt, hidden(debt.contract_number)) for debt in own.case.debts.order_by("pk")],
        kinds=[(labels[kind], total(parts.values())) for kind, parts in shown.moved.items()],
    )  # fmt: skip


@own_page("papers")
def papers(own: Own) -> HttpResponseBase:
    """What proves the claim, by kind and day, and the papers that were made for the debtor.

    Context: ``proofs``, ``notices`` (of visits, as they were sent), ``documents``.
    """
    return own.page(
        "portal/own/papers.html",
        proofs=list(own.case.papers.filter(returned_at=None).order_by("kind", "pk")),
        notices=list(_notices(own).order_by("-sent_at", "-pk")[:10]),
        documents=list(documents_of(own).exclude(kind=D.NOTICE).order_by("-created_at", "-pk")[:50]),
    )  # fmt: skip


@own_page("")
def paper(own: Own, number: str) -> HttpResponseBase:
    """One of these papers, under its number."""
    return file_of(get_object_or_404(documents_of(own), number=number[:40]))


@own_page("rights")
def rights(own: Own) -> HttpResponseBase:
    """What the debtor may do and owes to do, where to complain, who gives advice, how the data are used.

    Context: ``rights`` and ``privacy`` in the reader's language, ``advice`` and ``emergency`` (numbers).
    """
    case, tongue = own.case, tongue_now()
    day, packs = local_day(own.at, case.zone), tuple(case.packs)
    return own.page(
        "portal/own/rights.html", rights=[said[tongue] for said in rights_of(case.agency or case.creditor)],
        privacy=privacy_of(case, own.at)[tongue], advice=value(packs, "advice.phone", day),
        emergency=value(packs, "emergency.phone", day),
    )  # fmt: skip


def _notices(own: Own) -> QuerySet[Notice]:
    """The notices of visits that have gone out to the debtor, as they were sent."""
    return Notice.objects.filter(
        case=own.case, recipient=own.link.person_id, kind=Notice.Kind.VISIT_NOTICE, state__in=WENT,
        document__erased_at=None,
    ).select_related("document", "visit__place")  # fmt: skip


def documents_of(own: Own) -> QuerySet[Document]:
    """What may be opened: made for the debtor, whole, and of a notice only what has gone out."""
    signed = Q(kind=D.AGREEMENT, pk__in=own.case.agreements.values("document"))
    taken_back = own.case.payments.exclude(reversal_note=None).values("reversal_note")
    paid = Q(kind=D.RECEIPT, pk__in=own.case.payments.values("receipt")) | Q(pk__in=taken_back)
    made = Q(kind__in=FOR_THE_DEBTOR)
    asked = own.case.data_requests.filter(person=own.link.person_id)
    answered = Q(kind=D.LETTER, pk__in=asked.values("answer"))
    sent = Q(kind=D.NOTICE, pk__in=_notices(own).values("document"))
    return Document.objects.filter(
        signed | paid | made | answered | sent,
        case=own.case,
        erased_at=None,
        quarantined=False,
        restricted=False,
    )
