"""The cases that lines of a statement may be about, in as many queries for many lines as for one."""

from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta
from decimal import Decimal

from django.db.models import Q

from agreements.models import Instalment, Payment
from banking.matching import Claim, references_in
from banking.models import StatementLine
from cases.models import Case, Debt
from common.clock import HOUSE_ZONE, day_begins, day_ends, local_day
from common.money import ZERO
from people.models import Organisation, Team

A_DAY = timedelta(days=1)  # a line that names no hour counts from the beginning of its day


def claims_for(
    *, creditor: Organisation, team: Team, references: Collection[str], payers: Collection[str]
) -> list[Claim]:
    """The open cases of that creditor in that team which one of these references or payers names."""
    ours = Case.objects.open().filter(creditor=creditor, team=team)
    names, payers = list(references), list(filter(None, payers))
    found = {
        *ours.filter(reference__in=names).values_list("pk", flat=True),
        *ours.filter(external_reference__in=names).values_list("pk", flat=True),
        *ours.filter(debtor_name__in=payers).values_list("pk", flat=True),
        *Debt.objects.filter(contract_number__in=names, case__in=ours).values_list(
            "case", flat=True
        ),
    }
    cases = list(ours.filter(pk__in=found).order_by("pk"))
    called: dict[int, set[str]] = {
        case.pk: {case.reference.upper(), case.external_reference.upper()} for case in cases
    }
    for pk, number in Debt.objects.filter(case__in=found).values_list("case", "contract_number"):
        called.get(pk, set()).add(number.upper())
    due = _due(list(called))
    return [
        Claim(
            key=case.pk,
            references=frozenset(called[case.pk]),
            debtor=case.debtor_name,
            balance=case.balance,
            due=frozenset({*due[case.pk], case.balance}),
            currency=case.currency,
        )
        for case in cases
    ]


def _due(cases: list[int]) -> dict[int, set[Decimal]]:
    """What would pay one or several of the instalments that come next, by case."""
    sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
    found: dict[int, set[Decimal]] = defaultdict(set)
    rows = (
        Instalment.objects.filter(agreement__case__in=cases, live=True, paid_at=None)
        .order_by("agreement__case", "due_on", "number")
        .select_related("agreement")
    )
    for row in rows:
        case = row.agreement.case_id
        sums[case] += row.missing
        found[case].add(sums[case])
    return found


def booked_elsewhere(line: StatementLine) -> bool:
    """Whether that case was paid the same that day by hand or from a file of another kind: it may be this very money.

    One movement has other numbers in a CSV export, in an MT940 message, at a provider and in what a person typed.
    """
    day = local_day(line.moved_at, HOUSE_ZONE)
    if line.statement:
        same_kind = Q(statement_line__statement__layout=line.statement.layout)
    else:
        same_kind = Q(statement_line__provider__provider=line.provider.provider)
    alike = Payment.objects.filter(
        case=line.case, amount=line.amount, reversed_at=None,
        received_at__gte=day_begins(day, HOUSE_ZONE), received_at__lt=day_ends(day, HOUSE_ZONE),
    )  # fmt: skip
    return alike.exclude(same_kind).exists()


def went_back(line: StatementLine) -> bool:
    """Whether all or a part of it went back meanwhile, so that a person has to look before it is booked."""
    return StatementLine.objects.filter(
        team=line.team_id, account=line.account, names=line.key, is_return=True
    ).exists()


def payments_for(line: StatementLine) -> list[Payment]:
    """The payments that a line of money that went back may be about, the likeliest first; at most ten.

    Those that its remark names, those of a case that it names, and those of the same amount by the same payer.
    """
    named = {*references_in(f"{line.remark} {line.serial}"), *filter(None, [line.names])}
    ours = Payment.objects.filter(
        case__team=line.team_id, case__creditor=line.creditor, reversed_at=None,
        received_at__lte=line.moved_at + A_DAY,
    )  # fmt: skip
    said = (
        Q(number__in=named) | Q(bank_reference__in=named) | Q(case__reference__in=named)
        | Q(statement_line__account=line.account, statement_line__key=line.names)
    )  # fmt: skip
    alike = Q(amount=line.amount, payer=line.payer) if line.payer else Q(pk=None)
    account = line.payer_account
    if account:
        alike |= Q(amount=line.amount, statement_line__payer_account=account)
    rows = ours.filter(said | alike | Q(pk=line.returned_id)).select_related("case")
    return sorted(
        rows.order_by("-received_at", "-pk")[:50],
        key=lambda payment: (payment.pk != line.returned_id, payment.amount != line.amount),
    )[:10]
