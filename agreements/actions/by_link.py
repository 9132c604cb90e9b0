"""The debtor, or who signs, too, does so at home: a link, what only they know, and a one-time code."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from agreements.actions import signers
from agreements.actions.drawing import DRAW_UP
from agreements.actions.signing import (
    conclude_if_complete,
    confirm_term,
    has_all_signatures,
    must_be_signature,
    must_not_have_signed,
)
from agreements.actions.word import SIGNED, tell_debtor
from agreements.models import Agreement, Signatory, Signature, SigningLink
from agreements.papers.typed import typed_pdf
from agreements.policy import SIDES, has_signed, may_sign, signatories_of
from cases.actions.still_open import while_open
from cases.guarantees import target_of
from cases.models import Case
from cases.outgoing import ask_sending
from cases.policy import asks
from compliance.aims import Aim
from compliance.verdict import Verdict
from documents.models import Document
from documents.storing import store
from notices import codes, kinds, links
from notices.models import Notice, OneTimeCode, PortalLink
from notices.outbox import suppress, write
from notices.texts.placeholders import examples
from notices.texts.previewing import Sample, tells
from notices.ways import Way, by_channel
from people.masking import mask
from people.models import Person, User
from workflow.duties import raise_duty
from workflow.reasons import because
from workflow.steps import StateRefused, Step, WrongInput, carry_out, note

GOOD_FOR = timedelta(days=7)
"""How long a link is good; the house's own figure, no rule names one."""
CODE_HOLDS = timedelta(minutes=30)
"""How long after the code the signature may follow."""
CHANNELS, SIGN = ("sms", "email", "wecom"), PortalLink.Purpose.SIGN
ANSWER_WITHIN, BATCH = timedelta(days=1), 200
SAYS = {
    "think": {"en": "wants to think about it", "zh": "希望再考虑"},
    "question": {"en": "has a question", "zh": "有疑问"},
    "wrong": {"en": "says that something is wrong", "zh": "认为内容有误"},
}


def send_link(
    *,
    agreement: Agreement,
    channel: str,
    id_checked: bool,
    by: User,
    at: datetime,
    signatory: Signatory | None = None,
) -> None:
    """Send the debtor, or ``signatory``, a link of their own to read and sign the offered terms.

    It replaces this person's one before. It goes to their own address and to no other. Nobody compares an identity paper through a link, so that must have been done before.
    Raises ``PolicyRefused``, ``WrongInput``, ``StateRefused``.
    """
    case = agreement.case
    person = signatory.party.person if signatory else case.debtor
    way = by_channel(case, channel, at, person) if channel in CHANNELS else None
    if way is None:
        raise WrongInput(_("There is no address from a lawful source for this."), "channel")

    def keep(fresh: Agreement, by: User, at: datetime) -> None:
        _must_be_offered(fresh, "send_link")
        must_not_have_signed(fresh, side_of(signatory), signatory)
        if not links_known(person):
            raise WrongInput(
                _("Neither ID number nor date of birth is on file: nobody could open the link.")
            )
        _withdraw_open(fresh, signatory, by, at)
        link = links.link_for(
            case=fresh.case, person=person, at=at, purpose=SIGN, good_for=GOOD_FOR
        )  # fmt: skip
        SigningLink.objects.create(
            agreement=fresh, link=link, terms_sha256=digest_of(fresh), channel=way.channel,
            id_checked=id_checked, sent_at=at, sent_by=by, signatory=signatory,
        )  # fmt: skip
        write(
            wording="signing_link", case=fresh.case, channel=way.channel, at=at, by=by,
            recipient=person, address=way.address, contact_point=way.point,
            language=person.language, values={"portal_link": links.PLACE}, due_at=at,
            dedupe_key=f"signing:{link.pk}",
            about={
                "portal_link": link.pk, "aim": Aim.SERVING.value,
                **({"signer": signatory.pk} if signatory else {}),
            },
        )  # fmt: skip

    carry_out(
        Step(
            subject=agreement,
            event="signing.link_sent",
            right=DRAW_UP,
            policy=_may_send(way, id_checked, signatory),
            data=lambda fresh: {
                "number": fresh.number, "version": fresh.version, "channel": way.channel,
                "id_checked": id_checked, "terms": digest_of(fresh), "until": at + GOOD_FOR,
                **_whose(signatory),
            },
            then=while_open("signing.link_sent", keep),
        ),
        by=by,
        at=at,
    )  # fmt: skip


def withdraw_link(
    *, agreement: Agreement, by: User, at: datetime, signatory: Signatory | None = None
) -> None:
    """Let this person's link open nothing any more; a message that has not left yet is stopped."""

    def keep(fresh: Agreement, by: User, at: datetime) -> None:
        if not _withdraw_open(fresh, signatory, by, at):
            raise WrongInput(_("No link is out."))

    carry_out(
        Step(
            subject=agreement, event="signing.link_withdrawn", right=DRAW_UP,
            data={
                "number": agreement.number, "version": agreement.version, **_whose(signatory),
            },
            then=keep,
        ),
        by=by,
        at=at,
    )  # fmt: skip


# ---------------------------------------------------------------- what the debtor does


def sent_of(link: PortalLink) -> SigningLink:
    """What was sent by this link."""
    return SigningLink.objects.select_related(
        "link__person", "code", "agreement__case__debtor", "agreement__document",
        "signatory__party__person", "signatory__copy",
    ).get(link=link)  # fmt: skip


def is_current(sent: SigningLink) -> bool:
    """Whether what it was sent for is still what is offered."""
    agreement = sent.agreement
    return agreement.state == Agreement.State.OFFERED and sent.terms_sha256 == digest_of(agreement)


def may_sign_now(sent: SigningLink, at: datetime) -> bool:
    """Whether the right code was entered a short while ago."""
    return bool(sent.code and sent.code.used_at and at < sent.code.used_at + CODE_HOLDS)


def open_terms(*, sent: SigningLink, at: datetime, words: Sequence[Mapping[str, Any]] = ()) -> None:
    """The terms lie before the debtor; the first time is on record, with the digest of what was shown.

    ``words`` are those of our texts that stood around the terms, by version and digest.
    """
    if sent.opened_at:
        return

    def keep(case: Case, _by: User, at: datetime) -> None:
        SigningLink.objects.filter(pk=sent.pk, opened_at=None).update(opened_at=at)

    around = {"words": list(words)} if words else {}
    _note(sent, "signing.opened", at, {"terms": sent.terms_sha256, **around}, keep)


def confirm_by_link(*, sent: SigningLink, term: str, at: datetime) -> None:
    """The debtor has confirmed one term at home, or who signs, too, what they promise."""
    confirm_term(
        agreement=sent.agreement, term=term, signatory=sent.signatory, by=User.objects.system(),
        at=at,
        still=lambda fresh: _must_hold(sent, fresh, at),
    )  # fmt: skip


def say_by_link(*, sent: SigningLink, what: str, text: str, at: datetime) -> None:
    """The reader does not sign now: wants to think, has a question, or finds something wrong."""
    if what not in SAYS:
        raise WrongInput(_("Choose what you want to tell us."), "what")
    text = text.strip()[:500]
    if not text and what != "think":
        raise WrongInput(_("Please write a few words, so that we can answer."), "text")
    number, says = sent.agreement.number, SAYS[what]
    name = str(sent.signatory.party.person) if sent.signatory else ""
    who = {"en": name or "the debtor", "zh": name or "债务人"}

    def keep(case: Case, _by: User, at: datetime) -> None:
        raise_duty(
            case=case, kind="signing.answer", at=at, due_at=at + ANSWER_WITHIN, role=User.Role.CLERK,
            key=f"signing.answer:{sent.pk}:{what}:{hashlib.sha256(text.encode()).hexdigest()[:16]}",
            says={
                "en": f"Of {number} {who['en']} {says['en']}" + (f": {text}" if text else "."),
                "zh": f"关于协议 {number}，{who['zh']}{says['zh']}" + (f"：{text}" if text else "。"),
            },
        )  # fmt: skip

    _note(sent, "signing.answered", at, {"what": what, "text": text}, keep)


def decline_by_link(*, sent: SigningLink, why: str, at: datetime) -> None:
    """Who was asked to sign, too, says no; the debtor, without whom there is no agreement, asks or leaves it."""
    if sent.signatory is None:
        raise WrongInput(_("Choose what you want to tell us."), "what")
    signers.decline(
        signatory=sent.signatory, why=why, by=User.objects.system(), at=at,
        still=lambda fresh: _must_hold(sent, fresh, at),
    )  # fmt: skip


def code_way(sent: SigningLink, at: datetime) -> Way | None:
    """Where a code goes: by another way than the link if there is one, else by the same."""
    case, person = sent.agreement.case, sent.link.person
    found = [by_channel(case, channel, at, person) for channel in CHANNELS]
    open_ones = [way for way in found if way]
    other = [way for way in open_ones if way.channel != sent.channel]
    return next(iter(other or open_ones), None)


def send_code(*, sent: SigningLink, at: datetime) -> None:
    """Send a one-time code, which the debtor has just asked for; three in an hour and one in a minute."""
    way = code_way(sent, at)
    if way is None:
        raise WrongInput(
            _("We have no telephone or e-mail to which a code could go. Please call us.")
        )
    person = sent.link.person
    shown = mask(way.address, "email" if way.channel == "email" else "phone")

    def keep(case: Case, by: User, at: datetime) -> None:
        fresh = _fresh(sent, case)
        _must_hold(sent, fresh, at)
        if not codes.may_make(sent.link, at):
            raise WrongInput(
                _(
                    "A code was sent just now, or three within the hour. Please wait a little, or call us."
                )
            )
        code = codes.make(link=sent.link, channel=way.channel, shown_to=shown, at=at)
        write(
            wording="one_time_code", case=case, channel=way.channel, recipient=person,
            address=way.address, contact_point=way.point, language=person.language,
            values={"one_time_code": codes.CODE_PLACE}, due_at=at, at=at, by=by,
            dedupe_key=f"code:{code.pk}", about={"code": code.pk},
        )  # fmt: skip

    _note(sent, "signing.code_sent", at, {"channel": way.channel, "to": shown}, keep)


def enter_code(*, sent: SigningLink, given: str, at: datetime) -> bool:
    """Whether this is the code; a wrong one is counted, a good one is used up."""
    with transaction.atomic():
        link = PortalLink.objects.select_for_update(of=("self",)).get(pk=sent.link_id)
        code = codes.enter(link, given, at) if links.is_open(link, at) else None
    if code is None:
        return False

    def keep(case: Case, _by: User, _at: datetime) -> None:
        SigningLink.objects.filter(pk=sent.pk).update(code=code)

    _note(sent, "signing.code_entered", at, {"channel": code.channel, "to": code.shown_to}, keep)
    return True


def sign_by_link(*, sent: SigningLink, name: str, content: bytes, at: datetime) -> bool:
    """Keep the reader's signature: the picture that was drawn, or else the name as it was typed.

    Says whether the agreement is in force now. Raises as ``signing.sign`` does.
    """
    name = name.strip()[:80]
    signatory, side = sent.signatory, side_of(sent.signatory)
    if content:
        must_be_signature(side, name, content, signatory)
    elif not name:
        raise WrongInput(_("Write the name of who signs."), "name")
    agreement, system = sent.agreement, User.objects.system()

    def keep(fresh: Agreement) -> dict[str, Any]:
        now = _must_hold(sent, fresh, at)
        if not may_sign_now(now, at):
            raise WrongInput(_("The code is too old. Please ask for another one."))
        must_not_have_signed(fresh, side, signatory)
        title = f"{fresh.number} · {Signature.Side(side).label}"
        document = store(
            case=fresh.case, kind=Document.Kind.SIGNATURE, title=title, by=system, at=at,
            filename="signature.png" if content else "signature.pdf",
            content=content or typed_pdf(fresh, name, at), made_here=not content,
        )  # fmt: skip
        Signature.objects.create(
            agreement=fresh, side=side, name=name, document=document, at=at,
            recorded_by=system, id_checked=now.id_checked, way=Signature.Way.LINK,
            signatory=signatory,
        )  # fmt: skip
        SigningLink.objects.filter(pk=sent.pk).update(signed_at=at)
        return {
            "number": fresh.number, "side": side, "name": name, "document": document.number,
            "sha256": document.sha256, "way": "link", "typed": not content,
            "id_checked": now.id_checked, "terms": sent.terms_sha256,
        }  # fmt: skip

    carry_out(
        Step(
            subject=agreement, event="agreement.side_signed", right=DRAW_UP,
            policy=may_sign(SIDES, checked=sent.id_checked, signer=signatory), data=keep,
            then=lambda fresh, _by, at: _tell_others(fresh, name, signatory, at),
        ),
        by=system,
        at=at,
    )  # fmt: skip
    return conclude_if_complete(agreement=agreement, by=system, at=at)


def expire_links(at: datetime) -> int:
    """Tell the desk of each link that has ended unsigned while its terms are still offered; says of how many."""
    over = SigningLink.objects.filter(
        signed_at=None, expired_told_at=None, link__revoked_at=None, link__expires_at__lte=at,
        agreement__state=Agreement.State.OFFERED,
    ).select_related("agreement__case", "link__person", "signatory__party__person")  # fmt: skip
    found = list(over.order_by("pk")[:BATCH])
    for sent in found:
        _tell_of_end(sent, at)
    return len(found)


def _tell_of_end(sent: SigningLink, at: datetime) -> None:
    number, name = sent.agreement.number, str(sent.link.person)

    def keep(case: Case, _by: User, at: datetime) -> None:
        told = SigningLink.objects.filter(pk=sent.pk, expired_told_at=None)
        if told.update(expired_told_at=at):
            raise_duty(
                case=case, kind="signing.expired", at=at, due_at=at + ANSWER_WITHIN,
                role=User.Role.CLERK, key=f"signing.expired:{sent.pk}",
                says={
                    "en": f"The link of {name} for {number} ended unsigned. Send another one, or go on without.",
                    "zh": f"发给{name}的签署链接（协议 {number}）已过期，尚未签署。请重新发送，或另行处理。",
                },
            )  # fmt: skip

    _note(sent, "signing.link_expired", at, {}, keep)


# ---------------------------------------------------------------- under the lock


def digest_of(agreement: Agreement) -> str:
    """The digest of what is offered: terms, sum and the moment of the offer."""
    offered = agreement.offered_at.isoformat() if agreement.offered_at else ""
    plain = json.dumps([agreement.terms, str(agreement.total), offered], sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()


def side_of(signatory: Signatory | None) -> str:
    """As whom somebody signs by a link: the debtor, where nobody else is named."""
    return signatory.role if signatory else Signature.Side.DEBTOR.value


def links_known(person: Person) -> bool:
    """Whether anything is known of this person with which the link could be opened."""
    return bool(person.id_number or person.born_on)


def _whose(signatory: Signatory | None) -> dict[str, Any]:
    return {"name": str(signatory.party.person), "role": signatory.role} if signatory else {}


def _may_send(way: Way, id_checked: bool, signatory: Signatory | None) -> Any:
    """Whether it could be signed at all is told first: no other hour would make that good."""

    def policy(subject: Agreement, /, *, by: User, at: datetime) -> Verdict:
        could = may_sign(SIDES, checked=id_checked, confirmed=True, signer=signatory)
        verdict = could(subject, by=by, at=at)
        if not verdict.allowed:
            return verdict
        whom = target_of(subject.case, signatory.party.person_id) if signatory else {}
        send = asks("notice.send", channel=way.means, contact_sources=(way.source,), **whom)
        return send(subject, by=by, at=at)

    return policy


def _fresh(sent: SigningLink, case: Case) -> Agreement:
    fresh = Agreement.objects.select_for_update(of=("self",)).get(pk=sent.agreement_id)
    fresh.case = case
    return fresh


def _must_be_offered(fresh: Agreement, asked: str) -> None:
    if fresh.state == Agreement.State.DRAFT:
        raise WrongInput(_("Offer the terms first; then they can be sent to be signed."))
    if fresh.state != Agreement.State.OFFERED:
        raise StateRefused(fresh, asked)


def _must_hold(sent: SigningLink, fresh: Agreement, at: datetime) -> SigningLink:
    """The link as it is now; refused where nobody entered, it is withdrawn or over, or other terms are offered."""
    now = sent_of(PortalLink.objects.get(pk=sent.link_id))
    entered = now.link.entered_at is not None
    if not (entered and links.is_open(now.link, at)) or not (
        fresh.state == Agreement.State.OFFERED and now.terms_sha256 == digest_of(fresh)
    ):
        raise StateRefused(fresh, "sign_by_link")
    return now


def _withdraw_open(fresh: Agreement, signatory: Signatory | None, by: User, at: datetime) -> bool:
    """Withdraw what is out to this person for this agreement, and stop messages with it that wait."""
    out = PortalLink.objects.filter(
        signing__agreement=fresh, revoked_at=None, expires_at__gt=at, signing__signed_at=None,
        signing__signatory=signatory,
    )  # fmt: skip
    pks = list(out.values_list("pk", flat=True))
    out.update(revoked_at=at)
    suppress(
        case=fresh.case, why=because(lambda: _("The link was withdrawn.")), by=by, at=at,
        where=Q(dedupe_key__in=[f"signing:{pk}" for pk in pks]),
    )  # fmt: skip
    return bool(pks)


def _tell_others(fresh: Agreement, name: str, signatory: Signatory | None, at: datetime) -> None:
    """Who still has to do something, and the debtor where somebody else has signed."""
    if has_all_signatures(fresh):
        return
    if signatory:
        tell_debtor(SIGNED, agreement=fresh, signatory=signatory, by=User.objects.system(), at=at)
    waits = [str(one.party.person) for one in signatories_of(fresh) if not has_signed(one)]
    sides = set(fresh.signatures.filter(signatory=None).values_list("side", flat=True))
    missing = {"en": ", ".join(waits), "zh": "、".join(waits)}
    if "debtor" not in sides:
        missing = {"en": f"the debtor {missing['en']}", "zh": f"债务人 {missing['zh']}"}
    if "creditor" not in sides:
        both = {"en": "you for the creditor", "zh": "债权人一方"}
        missing = {tongue: f"{both[tongue]} {missing[tongue]}" for tongue in both}
    raise_duty(
        case=fresh.case, kind="signing.others" if "creditor" in sides else "signing.countersign",
        at=at, due_at=at + ANSWER_WITHIN, role=User.Role.CLERK,
        key=f"signing.countersign:{fresh.pk}:{fresh.signatures.count()}",
        says={
            "en": f"{name} has signed {fresh.number} by link. Still to sign: {missing['en'].strip()}.",
            "zh": f"{name}已通过链接签署协议 {fresh.number}。尚待签署：{missing['zh'].strip()}。",
        },
    )  # fmt: skip


def _note(sent: SigningLink, event: str, at: datetime, data: dict[str, Any], then: Any) -> None:
    agreement = sent.agreement
    note(
        agreement.case, event=event, by=User.objects.system(), at=at, then=while_open(event, then),
        data={
            "number": agreement.number, "version": agreement.version, **_whose(sent.signatory), **data,
        },
    )  # fmt: skip


# ---------------------------------------------------------------- the code's message


def code_may_go(notice: Notice, at: datetime) -> str:
    """Why a code must not go now. Whoever asked for it a moment ago waits for it, at whatever hour."""
    code = OneTimeCode.objects.select_related("link").filter(pk=notice.about.get("code")).first()
    if code is None or not codes.is_good(code, at) or not links.is_open(code.link, at):
        return because(lambda: _("The code is good no more."))
    return ""


def register_all() -> None:
    """Make the code's message known; called once when the app is ready."""
    kinds.register(
        kinds.Kind(
            Notice.Kind.ONE_TIME_CODE.value, recheck=code_may_go, max_age=codes.GOOD_FOR
        )
    )  # fmt: skip
    for wording, place in (("signing_link", "portal_link"), ("one_time_code", "one_time_code")):
        tells(wording, _sampler(place))


def _sampler(place: str) -> Any:
    def sample(case: Case, at: datetime) -> Sample:
        return Sample(
            {place: examples("en")[place]},
            lambda channel, source: ask_sending(case, channel, source, at),
        )

    return sample
