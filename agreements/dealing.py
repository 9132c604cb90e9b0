"""What the terms of an agreement speak of, read from the case."""

from collections.abc import Mapping, Sequence

from agreements.models import Agreement, Signatory
from agreements.plans import Due
from agreements.policy import COMPONENTS, pack_order
from agreements.promises import Signer
from agreements.terms import Deal
from cases.models import Case, Party
from compliance.ask import value
from documents.letterhead import english, percent


def deal_of(
    case: Case, agreement: Agreement, rows: Sequence[Due], signatories: Sequence[Signatory] = ()
) -> Deal:
    """All that the terms of this agreement speak of, read from what is on record today.

    Whoever is among ``signatories`` has a term of their own and is not named among those who do not sign.
    """
    signing = {one.party_id for one in signatories}
    beside = [
        party
        for party in case.parties.select_related("person").order_by("pk")
        if party.pk not in signing
    ]
    creditor, today = case.creditor, agreement.balance_on
    debts = list(case.debts.all())
    ends = [debt.limitation_ends_on for debt in debts if debt.limitation_ends_on]
    return Deal(
        creditor={"zh": creditor.name, "en": creditor.name_en or creditor.name},
        account={"bank": creditor.bank_name, "number": creditor.bank_account},
        contracts=[debt.contract_number for debt in debts] or [case.external_reference],
        currency=case.currency,
        on=today,
        owed={name: getattr(agreement, name) for name in COMPONENTS},
        waived={name: getattr(agreement, f"waived_{name}") for name in COMPONENTS},
        plan=rows,
        order=tuple(agreement.set_off) or pack_order(case, today),
        order_agreed=bool(agreement.set_off),
        grace_days=value(tuple(case.packs), "agreement.grace_days", today),
        guarantors=[str(party.person) for party in beside if party.role == Party.Role.GUARANTOR],
        time_barred_on=min(ends) if ends and min(ends) < today else None,
        rates=sorted({percent(debt.annual_rate) for debt in debts if debt.annual_rate is not None}),
        agent=_agent(case),
        signed_on=[debt.contract_on for debt in debts],
        debtor={
            "name": case.debtor.name,
            "name_en": case.debtor.name_en or case.debtor.name,
            "address": str(case.debtor.homes.first() or ""),
        },
        seat=creditor.address,
        cash_limit=case.mandate.cash_limit if case.mandate else None,
        spouses=[
            str(party.person)
            for party in beside
            if party.role == Party.Role.SPOUSE and party.common_debt
        ],
        co_debtors=[str(party.person) for party in beside if party.role == Party.Role.CO_DEBTOR],
        signers=[_signer(one) for one in signatories],
    )


def _signer(one: Signatory) -> Signer:
    return Signer(
        key=one.term, name=str(one.party.person), role=one.role, form=one.party.guarantee,
        months=one.party.guarantee_months, common=bool(one.party.common_debt),
    )  # fmt: skip


def _agent(case: Case) -> Mapping[str, str] | None:
    """The agency, where its mandate lets it sign; a creditor that signs itself needs no authority."""
    if not (case.agency and case.mandate and case.mandate.may_sign):
        return None
    names = {"zh": case.agency.name, "en": english(case.agency)}
    return {**names, "mandate": case.mandate.number}
