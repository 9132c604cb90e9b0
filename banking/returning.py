"""Which payment a line of money that went back undoes: beyond doubt, or only perhaps."""

from django.db.models import Q

from agreements.models import Payment
from banking.finding import A_DAY, payments_for
from banking.matching import name_of, references_in
from banking.models import StatementLine
from cases.models import Case, Debt

Match, Why = StatementLine.Match, StatementLine.Why


def judge_return(line: StatementLine) -> None:
    """Say of a line which payment went back, and how sure that is; the line may be unsaved.

    Certain is what gives the number of one movement of this account and all of its amount, be it booked by then or
    not; and what names a case on which one single payment of that amount stands, by the very same payer. What a
    provider tells names its movement always, also of a part and of a dispute; of a bank only the whole is certain.
    """
    if line.provider:
        line.match, line.why = Match.CERTAIN, line.why or Why.NAMES_IT
        return
    if movement := _numbered(line):
        line.names, line.match, line.why = movement.key, Match.CERTAIN, Why.NAMES_IT
        line.returned, line.case = movement.payment, movement.case
        return
    line.match, line.why = Match.NONE, Why.WHOSE_BACK
    if payment := _of_named_case(line):
        line.match, line.why = Match.CERTAIN, Why.NAMES_IT
        line.returned, line.case = payment, payment.case
        return
    alike = [payment for payment in payments_for(line) if payment.amount == line.amount]
    if len(alike) == 1:
        line.match, line.returned, line.case = Match.LIKELY, alike[0], alike[0].case


def _numbered(line: StatementLine) -> StatementLine | None:
    """The one movement of this account whose number the line gives, if it is of the same amount."""
    text = f"{line.remark} {line.serial}"
    numbers = {*references_in(text), *text.split()}
    found = StatementLine.objects.filter(
        team=line.team_id, account=line.account, serial__in=numbers, is_return=False,
        amount=line.amount, currency=line.currency, moved_at__lte=line.moved_at + A_DAY,
        state__in=["open", "booked", "aside"],
    ).exclude(serial="").select_related("payment", "case")  # fmt: skip
    rows = list(found[:2])
    return rows[0] if len(rows) == 1 else None


def _of_named_case(line: StatementLine) -> Payment | None:
    """The one payment of that amount on the one case that the line names, if its payer is the same."""
    named = references_in(line.remark)
    ours = Case.objects.filter(team=line.team_id, creditor=line.creditor, currency=line.currency)
    cases = ours.filter(
        Q(reference__in=named)
        | Q(external_reference__in=named)
        | Q(pk__in=Debt.objects.filter(contract_number__in=named).values("case"))
    )
    if len(keys := list(cases.values_list("pk", flat=True)[:2])) != 1:
        return None
    rows = list(
        Payment.objects.filter(
            case=keys[0], amount=line.amount, reversed_at=None,
            received_at__lte=line.moved_at + A_DAY,
        ).select_related("case", "statement_line")[:2]
    )  # fmt: skip
    if len(rows) != 1 or not _same_payer(line, rows[0]):
        return None
    return rows[0]


def _same_payer(line: StatementLine, payment: Payment) -> bool:
    """By account where both name one, else by name."""
    before = getattr(payment, "statement_line", None)
    if line.payer_account and before and before.payer_account:
        return bool(line.payer_account == before.payer_account)
    return bool(line.payer) and name_of(line.payer) == name_of(payment.payer)
