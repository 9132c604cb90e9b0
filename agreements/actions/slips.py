"""One slip of the bank for the cash of several receipts: picked, added up, and tied out before anything is written."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from agreements.actions.cash import HAND_IN
from agreements.actions.depositing import must_be_deposited, reread, settle
from agreements.cash import house_of
from agreements.models import CashDeposit, CashTaken
from cases.models import Case
from common.money import show, total
from documents.models import Document
from documents.storing import store
from people.models import User
from workflow.steps import Step, WrongInput, carry_out_across

MOST = 50


def record_slip(
    *,
    receipts: Sequence[CashTaken],
    amount: Decimal,
    bank: str,
    reference: str,
    paid_in_at: datetime,
    filename: str,
    content: bytes,
    by: User,
    at: datetime,
) -> list[CashDeposit]:
    """Record that the cash of all these receipts was paid in together, in one change of all their cases.

    The slip must come to what is still out of them, to the cent: what differs is recorded with its receipt alone, where
    it is explained and a second person accepts it. Each case keeps the slip among its own documents, and of the other
    cases learns only the sum. Raises ``WrongInput``, ``RightRefused``, ``Outsider``, ``Unreadable``.
    """
    chosen = sorted({one.pk: one for one in receipts}.values(), key=lambda one: one.pk)
    if not 0 < len(chosen) <= MOST:
        raise WrongInput(
            _("Choose between one and %(most)s receipts.") % {"most": MOST}, "receipts"
        )
    bank, reference = bank.strip()[:80], reference.strip()[:60]
    fresh = [reread(one) for one in chosen]
    must_be_deposited(
        amount=amount, bank=bank, reference=reference, paid_in_at=paid_in_at,
        taken_at=max(one.taken_at for one in fresh), at=at,
    )  # fmt: skip
    if len({house_of(one.case).pk for one in fresh}) > 1:
        raise WrongInput(
            _("These receipts stand in the books of different houses. One slip is of one house."),
            "receipts",
        )
    if (out := total(one.missing for one in fresh)) != amount:
        raise WrongInput(
            _("Of these receipts %(out)s is still out, the slip says %(amount)s. Choose what lies in it; record what differs with its receipt alone.")
            % {"out": show(out), "amount": show(amount)}, "amount",
        )  # fmt: skip
    made: list[CashDeposit] = []
    by_case: dict[int, list[CashTaken]] = {}
    for one in fresh:
        by_case.setdefault(one.case.pk, []).append(one)

    def change_of(rows: list[CashTaken]) -> list[Step]:
        case, slips = rows[0].case, list[Document]()

        def keep_slip() -> None:
            slips.append(
                store(
                    case=case,
                    kind=Document.Kind.OTHER,
                    filename=filename,
                    content=content,
                    title=f"{_('Deposit slip')} {reference}",
                    by=by,
                    at=at,
                )
            )

        def step(taken: CashTaken, first: bool) -> Step:
            def keep(_locked: Case) -> Mapping[str, Any]:
                now = reread(taken)
                if now.missing != taken.missing:
                    raise WrongInput(_("Another deposit was recorded meanwhile. Look again."))
                _must_be_new(now, bank, reference, made)
                deposit = CashDeposit.objects.create(
                    taken=now, amount=now.missing, bank=bank, reference=reference,
                    paid_in_at=paid_in_at, slip=slips[0], recorded_by=by, recorded_at=at,
                )  # fmt: skip
                made.append(deposit)
                return {
                    "number": str(now.number), "amount": deposit.amount, "bank": bank,
                    "slip_number": reference, "paid_in_at": paid_in_at,
                    "document": slips[0].number, "slip_total": amount, "receipts": len(fresh),
                }  # fmt: skip

            return Step(
                subject=case, event="cash.deposited", right=HAND_IN, data=keep,
                then=lambda locked, by, at: settle(locked, reread(taken), by, at),
                first=keep_slip if first else None,
            )  # fmt: skip

        return [step(taken, number == 0) for number, taken in enumerate(rows)]

    carry_out_across(*map(change_of, by_case.values()), by=by, at=at)
    return made


def _must_be_new(taken: CashTaken, bank: str, reference: str, made: Sequence[CashDeposit]) -> None:
    """Refuse a slip that was recorded before, on whichever receipt of the house."""
    house = house_of(taken.case)
    before = CashDeposit.objects.filter(
        bank=bank, reference=reference, taken__number__organisation=house
    ).exclude(pk__in=[one.pk for one in made])
    if before.exists():
        raise WrongInput(_("This slip is recorded already."), "reference")
