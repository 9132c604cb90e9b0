"""The agreement's page, and the screens on which it is read, confirmed and signed."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements import forms, papers, signing_forms
from agreements.actions import drawing, signing
from agreements.blanks import blanks_of
from agreements.models import Agreement, Signature, SigningLink
from agreements.policy import SIDES, has_signed, may_sign, signatories_of, unconfirmed
from agreements.views.drawing import seen_agreement
from agreements.waivers import last_asked
from common import clock
from common.clock import local_day
from common.money import total
from people.rights import may
from workflow.web import demand, handle


def agreement(request: HttpRequest, number: str) -> TemplateResponse:
    """One version: its terms, its plan and how far it is kept, its paper, and what comes next."""
    found = seen_agreement(request, number)
    at = clock.now()
    return TemplateResponse(request, "agreements/agreement.html", page_of(request, found, at))


def page_of(request: HttpRequest, found: Agreement, at: Any) -> dict[str, Any]:
    """What the agreement's page shows."""
    case = found.case
    rows = list(found.instalments.prefetch_related("allocations__payment"))
    confirmed = {
        c.term: c for c in found.confirmations.filter(signatory=None).select_related("recorded_by")
    }
    in_making = found.state in {"draft", "offered"}
    return {
        "agreement": found,
        "case": case,
        "at": at,
        "today": local_day(at, case.zone),
        "rows": rows,
        "paid": total(row.paid for row in rows),
        "missing": total(row.missing for row in rows),
        "clauses": [
            {"clause": clause, "confirmed": confirmed.get(clause["key"])}
            for clause in found.clauses
        ],
        "links": (
            sent := list(
                found.signing_links.select_related("link", "sent_by", "signatory__party__person")
            )
        ),
        "link_out": None in (out := _out(sent, at)),
        "links_out": out,
        "debtor_signed": any(
            side["signed"] for side in sides_of(found) if side["side"] == "debtor"
        ),
        "signatures": list(found.signatures.select_related("document", "recorded_by")),
        "sides": sides_of(found),
        "others": (others := signatories_of(found)),
        "told": {row.signatory_id for row in sent},  # who was written to, and so cannot be left out
        "waits_for": [one for one in others if not has_signed(one)],
        "verdict": may_sign()(found, by=request.user, at=at) if in_making else None,
        "accelerations": (
            asked := list(found.accelerations.select_related("asked_by", "granted_by", "document"))
        ),
        "whole_asked": any(row.withdrawn_at is None for row in asked),
        "in_making": in_making,
        "waiver": last_asked(case) if found.waived else None,
        "blanks": [(blank, may(request.user, blank.right)) for blank in blanks_of(case, others)]
        if in_making
        else [],
        "replaces_one": in_making and drawing.in_force(case) is not None,
        "may_draw": may(request.user, drawing.DRAW_UP),
        "complete": in_making and signing.has_all_signatures(found),
    }


def _out(sent: list[SigningLink], at: datetime) -> set[int | None]:
    """To whom a link is out that may still be signed by: signatories, None for the debtor."""
    return {
        row.signatory_id
        for row in sent
        if row.link.revoked_at is None and row.link.expires_at > at and not row.signed_at
    }


def sides_of(found: Agreement) -> list[dict[str, Any]]:
    """Each side that signs: who, and when it has."""
    done = {row.side: row for row in found.signatures.filter(signatory=None)}
    return [
        {
            "side": side,
            "label": Signature.Side(side).label,
            "signed": done.get(side),
            "url": reverse("agreements:sign", args=[found.number, side]),
        }
        for side in SIDES
    ]


def draft(request: HttpRequest, number: str) -> HttpResponse:
    """The draft as a PDF to read and take along; it is kept only once it is signed."""
    found = seen_agreement(request, number)
    if found.document:
        return HttpResponseRedirect(
            f"{reverse('documents:document', args=[found.document.number])}?show=1"
        )
    answer = HttpResponse(papers.agreement_pdf(found), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.number}-draft.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def offer(request: HttpRequest, number: str) -> HttpResponse:
    """Give the debtor the terms to read."""
    found = seen_agreement(request, number)
    return handle(
        request, case=found.case, template="agreements/agreement.html",
        do=lambda _data: drawing.offer_agreement(
            agreement=found, by=request.user, at=clock.now()
        ),
        done=_("The terms are with the debtor. Go through them one by one."),
        to=reverse("agreements:terms", args=[found.number]),
        context=page_of(request, found, clock.now()),
    )  # fmt: skip


def terms(request: HttpRequest, number: str) -> HttpResponse:
    """The terms one by one, each confirmed by itself; then the signatures."""
    found = seen_agreement(request, number)
    at = clock.now()
    if found.state not in {"draft", "offered"}:
        return HttpResponseRedirect(found.get_absolute_url())
    if request.method == "POST":  # to read them is everybody's who sees the case
        demand(request, drawing.DRAW_UP)
    page = page_of(request, found, at)
    left = len(unconfirmed(found))
    return handle(
        request, case=found.case, template="agreements/terms.html",
        do=lambda _data: signing.confirm_term(
            agreement=found, term=request.POST.get("term", "")[:40], by=request.user,
            at=clock.now(),
        ),
        done="", to=lambda _none: _next_term(found),
        context=page | {
            "left": left,
            "back": found.get_absolute_url(),
            "dots": {
                "at": len(page["clauses"]) - left + 1,
                "of": len(page["clauses"]) + len(SIDES) + len(page["others"]),
            },
        },
    )  # fmt: skip


def _next_term(found: Agreement) -> str:
    """The screen again, at the first term that is still open."""
    page = reverse("agreements:terms", args=[found.number])
    left = unconfirmed(found)
    return f"{page}#term-{left[0]['key']}" if left else page


def sign(request: HttpRequest, number: str, side: str) -> HttpResponse:
    """One side signs, on the screen or by a picture."""
    if side not in SIDES:
        raise Http404
    found = seen_agreement(request, number)
    if found.state not in {"draft", "offered"}:
        return HttpResponseRedirect(found.get_absolute_url())
    case = found.case
    name = case.debtor.name if side == "debtor" else str(request.user)
    form = signing_forms.SignatureForm(
        request.POST or None,
        request.FILES or None,
        initial={"name": name},
    )

    def do(data: dict[str, Any]) -> bool:
        return signing.sign(
            agreement=found, side=side, name=data["name"], content=data["content"],
            filename=data["filename"], id_checked=data["id_checked"], by=request.user, at=clock.now(),
        )  # fmt: skip

    clauses = len(found.clauses)
    return handle(
        request, right=drawing.DRAW_UP, case=case, form=form, template="agreements/sign.html", do=do,
        done=lambda in_force: _("Everybody has signed. The agreement is in force; the copies are on their way.")
        if in_force else _("Signed."),
        to=lambda in_force: found.get_absolute_url() if in_force
        else reverse("agreements:terms", args=[found.number]),
        context={
            "agreement": found,
            "side": side,
            "side_label": Signature.Side(side).label,
            "back": reverse("agreements:terms", args=[found.number]),
            "dots": {
                "at": clauses + 1 + (side == "creditor"),
                "of": clauses + len(SIDES) + found.signatories.count(),
            },
        },
    )  # fmt: skip


def sign_on_paper(request: HttpRequest, number: str) -> HttpResponse:
    """Both sides have signed the printed agreement: its scan, and where the original is kept."""
    found = seen_agreement(request, number)
    if found.state not in {"draft", "offered"}:
        return HttpResponseRedirect(found.get_absolute_url())
    form = signing_forms.PaperSignatureForm(
        request.POST or None, request.FILES or None,
        initial={"name": found.case.debtor.name, "signed_for": str(request.user)},
        others=signatories_of(found),
    )  # fmt: skip

    def do(data: dict[str, Any]) -> None:
        signing.sign_on_paper(
            agreement=found, name=data["name"], signed_for=data["signed_for"],
            content=data["file"].read(), filename=data["file"].name, place=data["place"],
            id_checked=data["id_checked"], by=request.user, at=clock.now(),
            others={pk: data[field] for pk, field in form.others.items()},
        )  # fmt: skip

    return handle(
        request, right=drawing.DRAW_UP, case=found.case, form=form, template="cases/form.html", do=do,
        done=_("The agreement is in force; the copies are on their way."), to=found.get_absolute_url(),
        context={
            "title": _("Signed on paper"), "button": _("Put it into force"),
            "hint": _("Print the draft, let everybody sign it who is named in it, scan every page, and keep the original."),
        },
    )  # fmt: skip


def conclude(request: HttpRequest, number: str) -> HttpResponse:
    """Both have signed and something stood against it: try again to put it into force."""
    found = seen_agreement(request, number)
    return handle(
        request, case=found.case, template="agreements/agreement.html",
        do=lambda _data: signing.conclude(agreement=found, by=request.user, at=clock.now()),
        done=_("The agreement is in force; the copies are on their way."),
        to=found.get_absolute_url(), context=page_of(request, found, clock.now()),
    )  # fmt: skip


def ask_lawyer(request: HttpRequest, number: str) -> HttpResponse:
    """Ask a lawyer to look at the terms."""
    found = seen_agreement(request, number)
    form = forms.LawyerForm(request.POST or None)
    return handle(
        request, right=drawing.DRAW_UP, case=found.case, form=form, template="cases/form.html",
        do=lambda data: signing.ask_lawyer(
            agreement=found, lawyer=data["lawyer"], by=request.user, at=clock.now()
        ),
        done=_("Recorded that the lawyer was asked."), to=found.get_absolute_url(),
        context={
            "title": _("Ask a lawyer"), "button": _("Record it"),
            "hint": _("Send the lawyer the draft; record here who was asked, and later the answer."),
        },
    )  # fmt: skip


def lawyer_answered(request: HttpRequest, number: str) -> HttpResponse:
    """What the lawyer says of the terms."""
    found = seen_agreement(request, number)
    form = forms.LawyerAnswerForm(request.POST or None, initial={"lawyer": found.lawyer})
    return handle(
        request, right=drawing.DRAW_UP, case=found.case, form=form, template="cases/form.html",
        do=lambda data: signing.record_lawyer_confirmation(
            agreement=found, lawyer=data["lawyer"], remark=data["remark"],
            confirmed=data["answer"] == "yes", by=request.user, at=clock.now(),
        ),
        done=_("The lawyer's answer is recorded."), to=found.get_absolute_url(),
        context={"title": _("The lawyer's answer"), "button": _("Record it"), "hint": ""},
    )  # fmt: skip
