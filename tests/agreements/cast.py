"""Agreements for the tests, each brought about by the real actions."""

import io
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from PIL import Image, ImageDraw

from agreements import plans
from agreements.actions import drawing, signing
from agreements.actions.following import sweep
from agreements.actions.paying import record_payment
from agreements.models import Agreement
from agreements.plans import Due
from cases.models import Case
from notices.models import Notice
from tests import make
from timeline.chain import Verified, verify
from workflow.approvals import decide_approval
from workflow.models import Approval

TALK = make.moment("2026-03-05 14:40")
GRANTED = make.moment("2026-03-05 14:52")
SIGNED = make.moment("2026-03-05 15:20")
PAID = make.moment("2026-04-15 09:30")
WAIVED = {"fees": Decimal("242.00"), "interest": Decimal("758.00")}
SIDES = (("debtor", "王海燕"), ("creditor", "李伟"))
FIRST = date(2026, 4, 15)


def again(thing: Any) -> Any:
    """The same row as it is in the database now."""
    return type(thing).objects.get(pk=thing.pk)


def drawn() -> bytes:
    """A signature as somebody may draw it."""
    image = Image.new("RGBA", (600, 200), (255, 255, 255, 0))
    ImageDraw.Draw(image).line([(40, 150), (200, 40), (360, 160), (560, 60)], "black", 6)
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


def six_instalments(total: str = "39000.00", first: date = FIRST) -> list[Due]:
    """The plan of the stories."""
    return plans.equal(Decimal(total), first=first, count=6)


def waiver_granted(case: Case, *, at: datetime = GRANTED) -> Approval:
    """The waiver of S2: 1,000.00 of costs and interest, decided by the supervisor."""
    approval = drawing.request_waiver(
        case=case, waived=WAIVED, reason="生活困难", by=make.clerk(), at=at - timedelta(minutes=7)
    )
    decide_approval(
        approval=approval, granted=True, answer="同意", by=make.supervisor(), at=at
    )  # fmt: skip
    return again(approval)


def draft(
    case: Case | None = None,
    *,
    at: datetime = GRANTED + timedelta(minutes=3),
    waived: Mapping[str, Decimal] | None = WAIVED,
    rows: list[Due] | None = None,
    **given: Any,
) -> Agreement:
    """Terms in writing, agreed on by telephone; the waiver of S2 is granted first."""
    case = case or make.prepared_case()
    if waived == WAIVED and not case.approvals.exists():
        waiver_granted(case)
    return drawing.draw_up_agreement(
        case=again(case), plan=given.pop("plan", "equal"), rows=rows or six_instalments(),
        waived=waived, channel=given.pop("channel", "phone"),
        by=given.pop("by", None) or make.clerk(), at=at,
        new_loan=given.pop("new_loan", False), **given,
    )  # fmt: skip


def offered(case: Case | None = None, *, confirmed: bool = True, **given: Any) -> Agreement:
    """Terms that the debtor has to read, and has confirmed one by one."""
    agreement = draft(case, **given)
    at = agreement.drawn_up_at + timedelta(minutes=5)
    drawing.offer_agreement(agreement=agreement, by=make.clerk(), at=at)
    if confirmed:
        for clause in agreement.clauses:
            signing.confirm_term(
                agreement=agreement, term=clause["key"], by=make.clerk(), at=at
            )  # fmt: skip
    return again(agreement)


def signed(case: Case | None = None, *, at: datetime = SIGNED, **given: Any) -> Agreement:
    """The agreement of S2, signed by both sides and in force."""
    agreement = offered(case, **given)
    for side, name in SIDES:
        signing.sign(
            agreement=agreement,
            side=side,
            name=name,
            content=drawn(),
            id_checked=True,
            by=make.clerk(),
            at=at,
        )
    return again(agreement)


def sign_all(agreement: Agreement, at: datetime) -> None:
    """Offer, confirm and sign a draft that stands."""
    drawing.offer_agreement(agreement=agreement, by=make.clerk(), at=at)
    for clause in agreement.clauses:
        signing.confirm_term(agreement=agreement, term=clause["key"], by=make.clerk(), at=at)
    for side, name in SIDES:
        signing.sign(
            agreement=agreement,
            side=side,
            name=name,
            content=drawn(),
            id_checked=True,
            by=make.clerk(),
            at=at,
        )


def swept(text: str) -> datetime:
    """Let the clock's work run at that moment of the debtor's day."""
    at = make.moment(text)
    sweep(at)
    return at


def reminders(case: Case) -> list[Notice]:
    """Every reminder of the case, in the order in which they were prepared."""
    return list(case.notices.filter(kind__startswith="reminder").order_by("pk"))


def chain_holds(case: Case) -> bool:
    """Whether the case's timeline, read anew, verifies to its end."""
    return isinstance(verify(again(case)), Verified)


def kinds(case: Case) -> list[str]:
    """What the timeline tells, oldest first."""
    return list(case.events.order_by("number").values_list("kind", flat=True))


def paid_up(case: Case) -> Case:
    """S2 after everything has come in, at one go."""
    record_payment(
        case=again(case), amount=Decimal("39000.00"), method="transfer", received_at=PAID,
        by=make.clerk(), at=PAID,
    )  # fmt: skip
    return again(case)
