"""Who is approached under a case, and what a guarantor still answers for, as the rules want it."""

from datetime import date
from typing import Any

from cases.models import Case, Party
from cases.models.parties import LIABLE
from compliance.facts import GuaranteeFacts


def target_of(case: Case, person: int) -> dict[str, Any]:
    """The part that this person has in the case; whoever has none is a third party."""
    if person == case.debtor_id:
        return {"target_role": "debtor"}
    parties = list(case.parties.filter(person_id=person).select_related("person").order_by("pk"))
    party = next((one for one in parties if one.role in LIABLE), None)
    if party is None:
        return {"target_role": parties[0].role if parties else "third_party"}
    found: dict[str, Any] = {
        "target_role": party.role,
        "common_debt": party.common_debt or None,
        "role_is_proven": party.proof_id is not None,
    }
    if party.role == Party.Role.GUARANTOR:
        found["guarantee"] = _facts(party, _due_on(case))
    return found


def guarantors_of(case: Case) -> tuple[GuaranteeFacts, ...]:
    """Every guarantor of the case."""
    if getattr(case, "fact_guarantor", None) is False:  # loaded with its facts, which know of none
        return ()
    parties = case.parties.filter(role=Party.Role.GUARANTOR).select_related("person")
    found = list(parties.order_by("pk"))
    due = _due_on(case) if found else None
    return tuple(_facts(party, due) for party in found)


def common_debtors_of(case: Case) -> tuple[str, ...]:
    """The spouses who answer for the debt too (Civil Code art. 1064), whether they sign or not."""
    if getattr(case, "fact_common_debtor", None) is False:
        return ()
    spouses = case.parties.filter(role=Party.Role.SPOUSE).exclude(common_debt="")
    return tuple(str(party.person) for party in spouses.select_related("person").order_by("pk"))


def _due_on(case: Case) -> date | None:
    """When the first of the debts fell due; unknown as long as one of them is."""
    days = list(case.debts.values_list("due_on", flat=True))
    return min(day for day in days if day) if days and None not in days else None


def _facts(party: Party, due: date | None) -> GuaranteeFacts:
    return GuaranteeFacts(
        name=str(party.person),
        form=party.guarantee or Party.Guarantee.UNCLEAR.value,
        due_on=due,
        months=party.guarantee_months,
        claimed_on=party.claimed_on,
        enforced=party.enforced_on is not None,
        consented=party.consented_on is not None,
    )
