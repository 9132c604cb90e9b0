"""Which rule packs apply to a case, from what the case is; and to a visit in another place."""

from typing import Any

from cases.models import Case
from compliance.applying import Applied, Situation, packs_for
from people.models import Address, Organisation, Person


def situation_of(
    *,
    creditor: Organisation,
    debtor: Person,
    by_agency: bool,
    debts: frozenset[str] = frozenset(),
    place: Address | None = None,
) -> Situation:
    """What decides on the packs: where the debtor is, or the place if it lies elsewhere."""
    elsewhere = place is not None and bool(place.country or place.region)
    country, region, locality = debtor.country, debtor.region, debtor.locality
    if place is not None and elsewhere:
        country, region = place.country or country, place.region
        locality = place.city
    return Situation(
        country=country or creditor.country,
        region=region,
        locality=locality,
        creditor_type=creditor.creditor_type,
        collector="agency" if by_agency else "own",
        debts=debts,
        chosen=tuple(creditor.packs),
        home=creditor.country,
    )


def situation(case: Case, place: Address | None = None) -> Situation:
    """The same of a case that is saved; its debts are looked up."""
    known = getattr(case, "fact_debts", None)  # loaded with its facts
    kinds = (
        case.debts.values_list("kind", flat=True) if known is None else (d["kind"] for d in known)
    )
    return situation_of(
        creditor=case.creditor,
        debtor=case.debtor,
        by_agency=case.agency_id is not None,
        debts=frozenset(kinds),
        place=place,
    )


def applied_to(case: Case) -> tuple[Applied, ...]:
    """The packs that apply to the case as it is now, and why each does."""
    return packs_for(situation(case))


def added_by(case: Case, place: Address) -> tuple[Applied, ...]:
    """The packs that a visit to this place adds to those of the case, and why each does."""
    if not (place.country or place.region):
        return ()
    return tuple(one for one in packs_for(situation(case, place)) if one.pack not in case.packs)


def place_facts(case: Case, place: Address) -> dict[str, Any]:
    """What a visit to this place changes of the facts: its packs come on top, and its clock counts.

    In another country of which nobody has said by which clocks people live there, no hour is known.
    """
    changed: dict[str, Any] = {"zone": place.zone} if place.zone else {}
    if not (place.country or place.region):
        return changed
    there = situation(case, place)
    if not place.zone and there.country != (case.debtor.country or case.creditor.country):
        changed["zone"] = ""
    return {
        **changed,
        "packs": (*case.packs, *(one.pack for one in added_by(case, place))),
        "country": there.country or None,
        "region": there.region or None,
    }
