"""Step 5 comes to its end: each term confirmed, both sides signed, copies on their way."""

import io
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image

from agreements import papers
from agreements.actions import limitation
from agreements.actions.drawing import DRAW_UP
from agreements.messages import hand_over, of_copy
from agreements.models import Agreement, Signature, TermConfirmation
from agreements.policy import COMPONENTS, SIDES, may_sign
from agreements.schedule import first_look
from cases.models import Case, LedgerEntry
from common.clock import local_day
from common.money import ZERO, total
from documents.models import Document
from documents.storing import Unreadable, store
from people.models import User
from workflow.duties import fulfil, raise_duty
from workflow.steps import StateRefused, Step, WrongInput, carry_out, note, tell

LAWYER_ANSWERS_WITHIN = timedelta(days=3)
LAWYER = "lawyer.confirm"
SMALLEST_BOX = 50  # points; no screen has a smaller one


def confirm_term(*, agreement: Agreement, term: str, by: User, at: datetime) -> None:
    """The debtor has said of this one term that it was understood and is agreed to."""
    found = next((clause for clause in agreement.clauses if clause["key"] == term), None)
    if found is None:
        raise WrongInput(_("The agreement has no such term."))

    def keep(case: Case, _by: User, _at: datetime) -> None:
        fresh = _as_it_is(agreement, case)
        if fresh.state != Agreement.State.OFFERED:
            raise StateRefused(fresh, "confirm_term")
        TermConfirmation.objects.get_or_create(
            agreement=fresh, term=term, defaults={"at": at, "recorded_by": by}
        )

    note(
        agreement.case,
        event="term.confirmed",
        right=DRAW_UP,
        by=by,
        at=at,
        data={
            "number": agreement.number,
            "version": agreement.version,
            "term": term,
            "item": f"{found['title']['zh']} · {found['title']['en']}",
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
) -> bool:
    """Keep one side's signature; once both sides have signed the agreement is in force.

    ``content`` is the picture that was drawn. Says whether the agreement is in force now. Everything
    but the signatures must already be in order, so that nobody signs what could not hold. Raises
    ``PolicyRefused``, ``WrongInput``, ``documents.storing.Unreadable``, ``StateRefused``.
    """
    name = name.strip()[:80]
    _must_be_signature(side, name, content)

    def keep(fresh: Agreement) -> dict[str, Any]:
        if fresh.state != Agreement.State.OFFERED:
            raise StateRefused(fresh, "sign")
        if fresh.signatures.filter(side=side).exists():
            raise WrongInput(_("This side has signed already."), "side")
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
            policy=may_sign(SIDES, checked=id_checked or side == Signature.Side.CREDITOR),
            data=keep,
        ),
        by=by,
        at=at,
    )
    if not has_all_signatures(agreement):
        return False
    conclude(agreement=agreement, by=by, at=at)
    return True


def has_all_signatures(agreement: Agreement) -> bool:
    """Whether every side that must sign has signed."""
    return set(SIDES) <= set(agreement.signatures.values_list("side", flat=True))


def conclude(*, agreement: Agreement, by: User, at: datetime) -> None:
    """Put the signed agreement into force: paper, waiver, instalments, copies, follow-up."""
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
            policy=may_sign(),
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
        fresh.lawyer, fresh.lawyer_asked_at, fresh.lawyer_confirmed_at = lawyer[:120], at, None
        fresh.save(update_fields=["lawyer", "lawyer_asked_at", "lawyer_confirmed_at"])
        raise_duty(
            case=case,
            kind=LAWYER,
            says={
                "en": f"Record what the lawyer ({lawyer}) says of {fresh.number}.",
                "zh": f"请记录律师（{lawyer}）对协议 {fresh.number} 的意见。",
            },
            due_at=at + LAWYER_ANSWERS_WITHIN,
            key=f"{LAWYER}:{fresh.pk}:{at.isoformat()}",
            at=at,
        )

    note(
        agreement.case, event="lawyer.asked", right=DRAW_UP, by=by, at=at,
        data={"number": agreement.number, "name": lawyer}, then=write,
    )  # fmt: skip


def record_lawyer_confirmation(
    *, agreement: Agreement, lawyer: str, remark: str, by: User, at: datetime
) -> None:
    """The lawyer has confirmed the terms."""

    def write(case: Case, _by: User, _at: datetime) -> None:
        fresh = _as_it_is(agreement, case)
        _must_bind(fresh, "record_lawyer_confirmation")
        fresh.lawyer, fresh.lawyer_confirmed_at = lawyer[:120], at
        fresh.lawyer_asked_at = fresh.lawyer_asked_at or at
        fresh.save(update_fields=["lawyer", "lawyer_asked_at", "lawyer_confirmed_at"])
        fulfil(case=case, kind=LAWYER, by=by, at=at)

    note(
        agreement.case, event="lawyer.confirmed", right=DRAW_UP, by=by, at=at,
        data={"number": agreement.number, "name": lawyer, "remark": remark}, then=write,
    )  # fmt: skip


# ---------------------------------------------------------------- under the lock


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


def _must_be_signature(side: str, name: str, content: bytes) -> None:
    if side not in Signature.Side.values:
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
