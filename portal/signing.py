"""The debtor, or who signs, too, reads the terms, confirms and signs, without an account; only drawing needs a script.

The way in is that of messages (``portal.views.messages``): a link, and what only the person knows. So a
link that is wrong, expired, withdrawn or for something else looks like every other.
"""

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from agreements import papers
from agreements.actions import by_link
from agreements.models import SigningLink
from agreements.policy import clauses_for, unconfirmed
from common import clock
from common.addresses import client_address
from documents.storing import Unreadable
from notices import codes
from notices.texts.showing import words_for
from notices.wording import writer_of
from people.masking import mask
from portal import entering
from portal.own import words_of
from portal.quiet import LONGEST, private, without_scripts
from visits import guessing
from workflow.reasons import tongue_now
from workflow.steps import PolicyRefused, StateRefused, WrongInput

LARGEST = 1_500_000
DRAWN = "data:image/png;base64,"
Act = Callable[[HttpRequest, SigningLink, datetime], None]


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, token: str) -> HttpResponse:
    """The terms one by one, the code, the signature: each as far as the debtor has come.

    A form says in ``act`` what it is for. Context: see ``_page``.
    """
    at, token = clock.now(), token[:LONGEST]
    link = entering.open_for(request, token, entering.SIGNING, at)
    if link is None:
        return private(redirect("portal:messages", token))
    sent = by_link.sent_of(link)
    if request.method != "POST":
        page = _page(request, sent, token, at)
        page.render()  # only then it is known which words were shown
        by_link.open_terms(sent=sent, at=at, words=words_of(page))
        return private(page)
    act = ACTS.get(request.POST.get("act", ""))
    try:
        if act:
            act(request, sent, at)
    except WrongInput as wrong:
        return private(_page(request, sent, token, at, str(wrong.message)))
    except Unreadable as unreadable:
        return private(_page(request, sent, token, at, str(unreadable)))
    except PolicyRefused as refused:
        said = " ".join(finding.says[tongue_now()] for finding in refused.findings)
        return private(_page(request, sent, token, at, said))
    except StateRefused:  # withdrawn, expired or replaced meanwhile: the page itself says so
        pass
    answer = redirect("portal:sign", token)
    if request.POST.get("act") == "say":
        answer["Location"] += "?said=1"
    return private(answer)


@never_cache
@login_not_required
@require_GET
def paper(request: HttpRequest, token: str) -> HttpResponse:
    """The draft, or the sealed paper once it is in force, under a name that says nothing."""
    link = entering.open_for(request, token[:LONGEST], entering.SIGNING, clock.now())
    if link is None:
        return private(redirect("portal:messages", token[:LONGEST]))
    sent = by_link.sent_of(link)
    agreement = sent.agreement
    # Who signs besides the debtor never gets the debtor's own copy, with number and address.
    held = sent.signatory.copy if sent.signatory else agreement.document
    if held:
        with held.file.open("rb") as file:
            content = file.read()
    elif by_link.is_current(sent):
        content = papers.agreement_pdf(agreement, reader=sent.signatory)
    else:
        return private(redirect("portal:sign", token))
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{agreement.number}.pdf"'
    return private(without_scripts(answer))


def _page(
    request: HttpRequest, sent: SigningLink, token: str, at: datetime, wrong: str = ""
) -> TemplateResponse:
    """The page as it now is.

    Context: ``token``, ``agreement``, ``one`` (who signs besides the debtor, or None), ``name``, ``rows``,
    ``clauses`` (those that this person may see; ``asked`` of those to confirm), ``left``, ``stage`` ("terms",
    "code", "sign", "done", "declined" or "over"), ``code`` (the one that is out), ``goes_to``, ``same_way``, ``wrong``, ``said``, ``words``.
    """
    agreement, one = sent.agreement, sent.signatory
    mine = agreement.confirmations.filter(signatory=one)
    done = set(mine.values_list("term", flat=True))
    left = len(unconfirmed(agreement, one))
    code = sent.link.codes.order_by("-pk").first()
    way = by_link.code_way(sent, at)
    house = writer_of(agreement.case)
    stage = _stage(sent, left, at)
    shown = mask(way.address, "email" if way.channel == "email" else "phone") if way else ""
    context: dict[str, Any] = {
        "token": token, "agreement": agreement, "case": agreement.case, "stage": stage,
        "rows": list(agreement.instalments.order_by("number")), "left": left,
        "one": one, "others": agreement.signatories.exists(), "name": sent.link.person.name,
        "clauses": [
            {
                "clause": clause, "done": clause["key"] in done,
                "asked": one is None or clause["key"] == one.term,
            }
            for clause in clauses_for(agreement, one)
        ],
        "code": code if code and codes.is_good(code, at) else None,
        "goes_to": shown, "same_way": bool(way and way.channel == sent.channel),
        "house": house, "wrong": wrong, "said": "said" in request.GET,
        "words": words_for(agreement.case, sent.link.person, at),
    }  # fmt: skip
    return TemplateResponse(request, "portal/sign.html", context, status=422 if wrong else 200)


def _stage(sent: SigningLink, left: int, at: datetime) -> str:
    mine = sent.agreement.signatures.filter(at=sent.signed_at, signatory=sent.signatory)
    if sent.signed_at and mine.exists():
        return "done"
    if sent.signatory and sent.signatory.declined_at:
        return "declined"
    if not by_link.is_current(sent):
        return "over"
    if left:
        return "terms"
    return "sign" if by_link.may_sign_now(sent, at) else "code"


def _confirm(request: HttpRequest, sent: SigningLink, at: datetime) -> None:
    by_link.confirm_by_link(sent=sent, term=request.POST.get("term", "")[:40], at=at)


def _say(request: HttpRequest, sent: SigningLink, at: datetime) -> None:
    what, text = request.POST.get("what", "")[:20], request.POST.get("text", "")
    if what == "decline":
        by_link.decline_by_link(sent=sent, why=text, at=at)
    else:
        by_link.say_by_link(sent=sent, what=what, text=text, at=at)


def _send(_request: HttpRequest, sent: SigningLink, at: datetime) -> None:
    by_link.send_code(sent=sent, at=at)


def _enter(request: HttpRequest, sent: SigningLink, at: datetime) -> None:
    knocked = guessing.knock("code", client_address(request), at)
    given = request.POST.get("code", "")[:20]
    if knocked.shut or not by_link.enter_code(sent=sent, given=given, at=at):
        raise WrongInput(
            _("This is not the code, or it is good no more. You can ask for another one.")
        )
    guessing.let_off(knocked)


def _sign(request: HttpRequest, sent: SigningLink, at: datetime) -> None:
    drawn, content = request.POST.get("drawn", ""), b""
    if len(drawn) > LARGEST or (drawn and not drawn.startswith(DRAWN)):
        raise WrongInput(_("The drawing did not arrive whole. Please sign again."))
    if drawn:
        try:
            content = base64.b64decode(drawn.removeprefix(DRAWN), validate=True)
        except binascii.Error:
            raise WrongInput(_("The drawing did not arrive whole. Please sign again.")) from None
    by_link.sign_by_link(
        sent=sent, name=request.POST.get("name", ""), content=content, at=at
    )  # fmt: skip


ACTS: dict[str, Act] = {
    "term": _confirm, "say": _say, "send": _send, "code": _enter, "sign": _sign,
}  # fmt: skip
