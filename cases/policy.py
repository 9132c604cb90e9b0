"""What the rules are asked about a case, and with which facts."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from cases.facts import facts_for
from cases.models import Case, Party
from common.clock import local_day
from compliance.ask import ask
from compliance.entry import Entry
from compliance.packs import PackUnreadable, describe
from compliance.verdict import Severity, Verdict
from people.models import Address, ContactPoint, User
from workflow.steps import Policy, case_of


def asks(action: str, *, on: date | None = None, **more: Any) -> Policy:
    """A policy that puts the case's facts, and ``more``, to the rules under this action's name."""

    def policy(subject: Any, *, by: User, at: datetime) -> Verdict:
        case: Case = case_of(subject)
        known = {"at": at, **more}  # an action may speak of another moment than its own
        facts = facts_for(case, **known)
        return ask(action, facts, on=on or local_day(known["at"], facts.zone or case.zone))

    return policy


def may_contact(channel: str) -> Policy:
    """Whether the debtor may be contacted by this channel at this moment."""
    return asks("contact.log", channel=channel)


def may_keep(row: Address | ContactPoint) -> Policy:
    """Whether this address or number may be kept: where it comes from, and on what basis."""

    def policy(subject: Any, *, by: User, at: datetime) -> Verdict:
        case: Case = case_of(subject)
        return asks(
            "data.keep",
            contact_sources=(row.source,),
            source_on=row.source_on,
            source_proof=bool(row.source_proof.strip()),
            **_whose(case, row.person_id),
        )(case, by=by, at=at)

    return policy


def _whose(case: Case, person: int) -> dict[str, Any]:
    """The part that this person has in the case, and the basis on which the data are kept."""
    if person == case.debtor_id:  # the debt itself is a contract with the debtor
        return {"target_role": "debtor", "legal_basis": Party.LegalBasis.CONTRACT.value}
    parties = case.parties.filter(person_id=person).order_by("pk")
    party = parties.exclude(legal_basis="").first() or parties.first()
    if party is None:
        return {"target_role": "third_party", "legal_basis": ""}
    return {"target_role": party.role, "legal_basis": party.legal_basis}


def rules_with_exceptions(packs: Sequence[str], day: date) -> dict[str, Entry]:
    """The rules of these packs from which an exception can be granted on that day or later, by id."""
    found: dict[str, Entry] = {}
    for pack in packs:
        try:
            entries = describe(pack)
        except PackUnreadable:  # whatever leans on it is refused anyway
            continue
        for entry in entries:
            over = entry.until is not None and entry.until < day
            if entry.severity is Severity.BLOCK_UNLESS and entry.rule and not over:
                found.setdefault(entry.id, entry)
    return found
