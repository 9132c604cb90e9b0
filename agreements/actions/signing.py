"""Step 5 comes to its end: each term confirmed, both sides signed, copies on their way."""

import io
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image

from agreements import papers
from agreements.actions import limitation
from agreements.actions.binding import bind_others
from agreements.actions.drawing import DRAW_UP
from agreements.actions.word import AT_THE_TABLE, SIGNED, tell_debtor
from agreements.counsel import LAWYER, await_counsel
from agreements.messages import hand_over, of_copy
from agreements.models import Agreement, Signatory, Signature, TermConfirmation
from agreements.policy import COMPONENTS, SIDES, may_sign, signatories_of
from agreements.schedule import first_look
from cases.models import Case, LedgerEntry
from common.clock import local_day
from common.money import ZERO, total
from compliance.verdict import Verdict
from documents.models import Document
from documents.storing import Unreadable, store
from people.models import User
from workflow.duties import fulfil
from workflow.steps import StateRefused, Step, WrongInput, carry_out, note, tell

COUNSEL_FIELDS = [
    "lawyer", "lawyer_remark", "lawyer_asked_at", "lawyer_confirmed_at", "lawyer_declined_at",
]  # fmt: skip
SMALLEST_BOX = 50  # points; no screen has a smaller one


def confirm_term(
    *,
    agreement: Agreement,
    term: str,
    by: User,
    at: datetime,
    signatory: Signatory | None = None,
    still: Callable[[Agreement], object] | None = None,
) -> None:
    """The debtor, or ``signatory`` of the own one, has said of a term that it was understood and is agreed to.

    ``still`` is asked under the lock, and raises where it may be said no more.
    """
    found = next((clause for clause in agreement.clauses if clause["key"] == term), None)
    if found is None or (signatory and term != signatory.term):
        raise WrongInput(_("The agreement has no such term."))

    def keep(case: Case, _by: User, _at: datetime) -> None:
        fresh = _as_it_is(agreement, case)
        if fresh.state != Agreement.State.OFFERED:
            raise StateRefused(fresh, "confirm_term")
        if still:
            still(fresh)
        TermConfirmation.objects.get_or_create(
            agreement=fresh, term=term, signatory=signatory,
            defaults={"at": at, "recorded_by": by},
        )  # fmt: skip

    note(
        agreement.case,
        event="signatory.term_confirmed" if signatory else "term.confirmed",
        right=DRAW_UP,
        by=by,
        at=at,
        data={
            "number": agreement.number,
            "version": agreement.version,
            "term": term,
            "item": f"{found['title']['zh']} · {found['title']['en']}",
            **({"name": str(signatory.party.person)} if signatory else {}),
        },
        then=keep,
    )


def sign(
    *,
    agreement: Agreement,
    side: str,
    name: str,
    content: bytes,
    by: User,
    at: datetime,
    filename: str = "signature.png",
    id_checked: bool = False,
    signatory: Signatory | None = None,
) -> bool:
    """Keep one person's signature; once all who must have signed the agreement is in force.

    ``signatory`` is who signs besides debtor and creditor; ``side`` is then that person's role.

    ``content`` is the picture that was drawn. Says whether the agreement is in force now. Everything
    but the signatures must already be in order, so that nobody signs what could not hold. Raises
    ``PolicyRefused``, ``WrongInput``, ``documents.storing.Unreadable``, ``StateRefused``.
    """
    name = name.strip()[:80]
    must_be_signature(side, name, content, signatory)

    def keep(fresh: Agreement) -> dict[str, Any]:
        if fresh.state != Agreement.State.OFFERED:
            raise StateRefused(fresh, "sign")
        must_not_have_signed(fresh, side, signatory)
        document = store(
            case=fresh.case, kind=Document.Kind.SIGNATURE, filename=filename, content=content,
            title=f"{fresh.number} · {Signature.Side(side).label}", by=by, at=at,
        )  # fmt: skip
        Signature.objects.create(
            agreement=fresh,
            side=side,
            name=name,
            document=document,
            at=at,
            recorded_by=by,
            id_checked=id_checked,
            signatory=signatory,
        )
        return {
            "number": fresh.number, "side": side, "name": name, "document": document.number,
            "id_checked": id_checked,
            "sha256": document.sha256,
        }  # fmt: skip

    carry_out(
        Step(
            subject=agreement,
            event="agreement.side_signed",
            right=DRAW_UP,
            # Who signs for the creditor has signed in with a name and a password.
            policy=may_sign(
                SIDES, checked=id_checked or side == Signature.Side.CREDITOR, signer=signatory
            ),
            data=keep,
            then=lambda fresh, by, at: _tell_debtor(fresh, signatory, by, at),
        ),
        by=by,
        at=at,
    )
    return conclude_if_complete(agreement=agreement, by=by, at=at)


def sign_on_paper(
    *,
    agreement: Agreement,
    name: str,
    signed_for: str,
    content: bytes,
    filename: str,
    place: str,
    id_checked: bool,
    by: User,
    at: datetime,
    others: Mapping[int, str] | None = None,
) -> None:
    """Keep the scan of the printed agreement that all have signed, and put it into force.

    ``name`` has signed as the debtor, ``signed_for`` for the creditor, ``others`` are the names of those
    who signed, too, by signatory; ``place`` is where the original is kept. Raises ``PolicyRefused``, ``WrongInput``, ``documents.storing.Unreadable``, ``StateRefused``.
    """
    names = {
        Signature.Side.DEBTOR: name.strip()[:80],
        Signature.Side.CREDITOR: signed_for.strip()[:80],
    }
    place = place.strip()[:120]
    if not all(names.values()):
        raise WrongInput(
            _("Write the name of who signs."), "signed_for" if name.strip() else "name"
        )
    if not place:
        raise WrongInput(_("Say where the original is kept."), "place")

    def keep(fresh: Agreement) -> dict[str, Any]:
        if fresh.state != Agreement.State.OFFERED:
            raise StateRefused(fresh, "sign_on_paper")
        beside = [
            (one, (others or {}).get(one.pk, "").strip()[:80]) for one in signatories_of(fresh)
        ]
        if not all(whose for _one, whose in beside):
            raise WrongInput(_("On the paper everybody signs who is named in it. Write each name."))
        if fresh.signatures.exists():
            raise WrongInput(_("One side has signed on the screen already. Go on there."))
        scan = store(
            case=fresh.case, kind=Document.Kind.SIGNATURE, filename=filename, content=content,
            title=f"{fresh.number} · {Signature.Way.PAPER.label}", by=by, at=at,
        )  # fmt: skip
        signed = [(side.value, whose, None) for side, whose in names.items()]
        signed += [(one.role, whose, one) for one, whose in beside]
        for side, whose, one in signed:
            Signature.objects.create(
                agreement=fresh, side=side, name=whose, document=scan, at=at, recorded_by=by,
                way=Signature.Way.PAPER, place=place, signatory=one,
                id_checked=id_checked and side != Signature.Side.CREDITOR,
            )  # fmt: skip
        return {
            "number": fresh.number, "place": place,
            "signed_by": [(side, whose) for side, whose, _one in signed],
            "document": scan.number, "sha256": scan.sha256, "id_checked": id_checked,
        }  # fmt: skip

    carry_out(
        Step(
            subject=agreement,
            event="agreement.signed_on_paper",
            right=DRAW_UP,
            policy=may_sign(SIDES, checked=id_checked),
            data=keep,
        ),
        by=by,
        at=at,
    )
    conclude(agreement=agreement, by=by, at=at)


def has_all_signatures(agreement: Agreement) -> bool:
    """Whether everybody who must sign has signed."""
    found = list(agreement.signatures.values_list("side", "signatory"))
    asked = set(agreement.signatories.values_list("pk", flat=True))
    return set(SIDES) <= {side for side, _who in found} and asked <= {who for _side, who in found}


def conclude_if_complete(*, agreement: Agreement, by: User, at: datetime) -> bool:
    """Put it into force if nobody's signature is missing; says whether it is in force now.

    Of two who sign at the same moment the later one finds it done.
    """
    if not has_all_signatures(agreement):
        return False
    with suppress(_InForce):
        conclude(agreement=agreement, by=by, at=at, once=True)
    return True


class _InForce(Exception):
    """Whoever signed at the same moment has put it into force already: nothing is left to do or to refuse."""


def _unless_in_force(subject: Agreement, /, *, by: User, at: datetime) -> Verdict:
    if subject.state == Agreement.State.SIGNED:
        raise _InForce
    return may_sign()(subject, by=by, at=at)


def conclude(*, agreement: Agreement, by: User, at: datetime, once: bool = False) -> None:
    """Put the signed agreement into force: paper, waiver, instalments, copies, follow-up.

    ``once`` is for who has just signed: that it is in force already is then no refusal.
    """
    held = agreement.case.agreements.filter(state__in=["signed", "broken"])
    old = held.exclude(pk=agreement.pk).first()
    replaced = []
    if old is not None:
        replaced = [
            Step(
                subject=old,
                event="agreement.superseded",
                transition="supersede",
                args={"at": at},
                data={"number": old.number, "by": agreement.number},
                then=lambda fresh, *_: _let_go(fresh),
            )
        ]
    carry_out(
        *replaced,
        Step(
            subject=agreement,
            event="agreement.signed",
            right=DRAW_UP,
            policy=_unless_in_force if once else may_sign(),
            transition="sign",
            args={"at": at},
            data=lambda fresh: {
                "number": fresh.number,
                "version": fresh.version,
                "total": fresh.total,
                "signed_by": list(fresh.signatures.values_list("side", "name")),
            },
            then=_put_into_force,
        ),
        Step(
            subject=agreement.case,
            event="case.follow_up_begun",
            transition="begin_follow_up",
            args={"at": at},
            data={"number": agreement.number},
        ),
        by=by,
        at=at,
    )


def ask_lawyer(*, agreement: Agreement, lawyer: str, by: User, at: datetime) -> None:
    """Ask a lawyer to look at the terms."""

    def write(case: Case, _by: User, _at: datetime) -> None:
        fresh = _as_it_is(agreement, case)
        _must_bind(fresh, "ask_lawyer")
        fresh.lawyer, fresh.lawyer_asked_at = lawyer[:120], at
        fresh.lawyer_confirmed_at = fresh.lawyer_declined_at = None
        fresh.lawyer_remark = ""
        fresh.save(update_fields=COUNSEL_FIELDS)
        fulfil(case=case, kind=LAWYER, by=by, at=at)  # the question to another lawyer is over
        await_counsel(fresh, at)

    note(
        agreement.case, event="lawyer.asked", right=DRAW_UP, by=by, at=at,
        data={"number": agreement.number, "name": lawyer}, then=write,
    )  # fmt: skip


def record_lawyer_confirmation(
    *,
    agreement: Agreement,
    lawyer: str,
    remark: str,
    by: User,
    at: datetime,
    confirmed: bool = True,
) -> None:
    """What the lawyer said of the terms; where it is no yes, in which words."""
    if not confirmed and not remark.strip():
        raise WrongInput(_("Say what the lawyer objects to."), "remark")

    def write(case: Case, _by: User, _at: datetime) -> None:
        fresh = _as_it_is(agreement, case)
        _must_bind(fresh, "record_lawyer_confirmation")
        fresh.lawyer, fresh.lawyer_remark = lawyer[:120], remark.strip()[:500]
        fresh.lawyer_confirmed_at, fresh.lawyer_declined_at = (
            (at, None) if confirmed else (None, at)
        )
        fresh.lawyer_asked_at = fresh.lawyer_asked_at or at
        fresh.save(update_fields=COUNSEL_FIELDS)
        fulfil(case=case, kind=LAWYER, by=by, at=at)

    note(
        agreement.case, event="lawyer.confirmed" if confirmed else "lawyer.declined", right=DRAW_UP,
        by=by, at=at,
        data={"number": agreement.number, "name": lawyer, "remark": remark}, then=write,
    )  # fmt: skip


# ---------------------------------------------------------------- under the lock


def _tell_debtor(fresh: Agreement, signatory: Signatory | None, by: User, at: datetime) -> None:
    """Of whoever is the last to sign the debtor hears by the copy."""
    if signatory and not has_all_signatures(fresh):
        tell_debtor(
            SIGNED, agreement=fresh, signatory=signatory, by=by, at=at, after=AT_THE_TABLE
        )  # fmt: skip


def _put_into_force(agreement: Agreement, by: User, at: datetime) -> None:
    case = agreement.case
    _book_waiver(agreement, by, at)
    _make_live(agreement)
    signed_on = local_day(at, case.zone)
    limitation.restart(case, limitation.Cause("agreement", agreement.number, signed_on), by, at)
    document = store(
        case=case, kind=Document.Kind.AGREEMENT, filename=f"{agreement.number}.pdf",
        content=papers.agreement_pdf(agreement), title=f"{_('Repayment agreement')} {agreement.number}",
        by=by, at=at, made_here=True,
    )  # fmt: skip
    agreement.document = document
    agreement.save(update_fields=["document"])
    tell(case, "document.made", by, at, papers.told(document))
    bind_others(agreement, document, by, at)
    hand_over(
        case=case, wording="agreement_copy", document=document, values=of_copy(agreement),
        language=agreement.language, key=f"agreement:{agreement.pk}:copy", by=by, at=at,
    )  # fmt: skip


def _book_waiver(agreement: Agreement, by: User, at: datetime) -> None:
    """Write the waiver into the ledger, part by part, so that the balance is the plan's total."""
    case = agreement.case
    parts = {name: getattr(agreement, f"waived_{name}") for name in COMPONENTS}
    whole = total(parts.values())
    if whole <= ZERO:
        return
    for name, amount in parts.items():
        if amount > ZERO:
            LedgerEntry.objects.create(
                case=case, component=name, kind=LedgerEntry.Kind.WAIVER, amount=-amount,
                booked_on=local_day(at, case.zone), recorded_at=at, agreement=agreement,
            )  # fmt: skip
            setattr(case, name, getattr(case, name) - amount)
    told = {name: str(amount) for name, amount in parts.items()}
    tell(case, "waiver.booked", by, at, {"amount": whole, "number": agreement.number, **told})


def _make_live(agreement: Agreement) -> None:
    for instalment in agreement.instalments.all():
        instalment.live = True
        instalment.attend_at = first_look(instalment.due_on, agreement.case)
        instalment.save(update_fields=["live", "attend_at"])


def _let_go(old: Agreement) -> None:
    old.instalments.update(live=False, attend_at=None)


def _as_it_is(agreement: Agreement, case: Case) -> Agreement:
    fresh = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    fresh.case = case
    return fresh


def _must_bind(agreement: Agreement, asked: str) -> None:
    if agreement.state not in {"draft", "offered", "signed", "broken"}:
        raise StateRefused(agreement, asked)


def must_not_have_signed(fresh: Agreement, side: str, signatory: Signatory | None) -> None:
    """Raise ``WrongInput`` where this person has signed; who declined before may sign after all."""
    if fresh.signatures.filter(side=side, signatory=signatory).exists():
        raise WrongInput(_("This side has signed already."), "side")
    if signatory:
        fresh.signatories.filter(pk=signatory.pk).update(declined_at=None, declined_why="")


def must_be_signature(
    side: str, name: str, content: bytes, signatory: Signatory | None = None
) -> None:
    """Raise ``WrongInput`` where nobody signs for the side, the name is missing or nothing was drawn."""
    if side not in ([signatory.role] if signatory else SIDES):
        raise WrongInput(_("Nobody signs for this side."), "side")
    if not name:
        raise WrongInput(_("Write the name of who signs."), "name")
    if not content or _is_blank(content):
        raise WrongInput(_("Nothing was drawn yet. Please sign in the box."), "picture")


def _is_blank(content: bytes) -> bool:
    """Whether a picture as large as a signing box has one colour alone."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width < SMALLEST_BOX:
                return False
            small = image.convert("RGBA").resize((96, 48))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Unreadable(
            _("The picture of the signature cannot be opened. Please sign again.")
        ) from error
    on_paper = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small).convert("L")
    darkest, lightest = on_paper.getextrema()
    return darkest == lightest
