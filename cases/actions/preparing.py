"""Step 1: who the debtor is, what proves the claim, what can be borne, how to go about it."""

from copy import copy
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from cases.actions.settling import AGENCY, PLACE, settle_packs
from cases.actions.still_open import while_open
from cases.models import Assessment, Case, ClaimPaper, Custody, Debt, Mandate, Party
from cases.models.case import search_keys
from cases.models.parties import LIABLE
from cases.policy import asks, may_keep
from common.clock import local
from documents.models import Document
from documents.storing import store
from people.models import Address, ContactPoint, Organisation, Person, User
from workflow.steps import Step, WrongInput, begin, carry_out, note

EDIT = "edit_case"
ELSEWHERE = {"text", "city", "district", "country", "region"}
"""What makes an address another place."""


def update_debtor(*, case: Case, changes: dict[str, Any], by: User, at: datetime) -> None:
    """Correct the debtor's own data; the timeline tells which fields, not what they held."""
    carry_out(correcting(case, changes), by=by, at=at)


def correcting(case: Case, changes: dict[str, Any]) -> Step:
    """The step that corrects the debtor's own data, for a change of which it is a part."""

    def save(locked: Case, by: User, at: datetime) -> None:
        person = Person.objects.select_for_update().get(pk=locked.debtor_id)
        if changes.get("zone", person.zone) != person.zone:
            _keep_what_was_told(Q(place__zone="", case__debtor=person), person.zone, at)
        for name, value in changes.items():
            setattr(person, name, value)
        person.save()
        locked.debtor = person
        locked.debtor_name = person.name
        locked.grams = search_keys(person, locked.reference, locked.external_reference)
        if changes.keys() & {"country", "region", "locality"}:
            settle_packs(locked, PLACE, by, at)

    return Step(
        subject=case,
        event="debtor.updated",
        right=EDIT,
        data={"fields": sorted(changes)},
        then=save,
    )


def update_terms(
    *, case: Case, debt: Debt, changes: dict[str, Any], by: User, at: datetime
) -> None:
    """Correct what a contract says of its price; the sums themselves move only by the ledger."""

    def save(locked: Case, _by: User, _at: datetime) -> None:
        fresh = Debt.objects.select_for_update(of=("self",)).get(pk=debt.pk, case=locked)
        for name, value in changes.items():
            setattr(fresh, name, value)
        if (fresh.first_on is None) != (fresh.first_principal is None):
            raise WrongInput(
                _("Give both the day and the principal of the first loan, or neither."), "first_on"
            )
        fresh.save(update_fields=[*changes])
        debt.__dict__.update(fresh.__dict__)

    note(
        case,
        event="debt.updated",
        right=EDIT,
        by=by,
        at=at,
        data={
            "contract": debt.contract_number,
            "changes": dict(changes.items()),
        },
        then=while_open("debt.updated", save),
    )


def add_address(*, case: Case, address: Address, by: User, at: datetime) -> Address:
    """Add a place where the debtor, or somebody liable, may be found."""
    address.person = address.person if address.person_id else case.debtor
    _must_belong(case, address.person)
    note(
        case,
        event="address.added",
        right=EDIT,
        policy=may_keep(address),
        by=by,
        at=at,
        data={"kind": address.kind, "source": address.source, "district": address.district},
        then=lambda *_: address.save(force_insert=True),
    )
    return address


def update_address(
    *, case: Case, address: Address, changes: dict[str, Any], by: User, at: datetime
) -> None:
    """Correct an address, its source, or whether it was verified; a position is that of the address it was given for."""
    _must_belong(case, address.person)
    if address.position and "position" not in changes and changes.keys() & ELSEWHERE:
        changes = {**changes, "position": ""}
    zone = address.zone or case.zone
    if (changes.get("zone", address.zone) or case.zone) != zone:
        _keep_what_was_told(Q(place=address), zone, at)
    _change(case, address, changes, "address.updated", by, at)


def add_contact_point(*, case: Case, point: ContactPoint, by: User, at: datetime) -> ContactPoint:
    """Add a number or account, with where it comes from."""
    point.person = point.person if point.person_id else case.debtor
    _must_belong(case, point.person)
    note(
        case,
        event="contact_point.added",
        right=EDIT,
        policy=may_keep(point),
        by=by,
        at=at,
        data={"channel": point.channel, "source": point.source},
        then=lambda *_: point.save(force_insert=True),
    )
    return point


def update_contact_point(
    *, case: Case, point: ContactPoint, changes: dict[str, Any], by: User, at: datetime
) -> None:
    """Correct a number, its source, or mark it as not to be used."""
    _must_belong(case, point.person)
    _change(case, point, changes, "contact_point.updated", by, at)


def add_party(
    *,
    case: Case,
    person: Person,
    role: str,
    relation: str,
    basis: str,
    by: User,
    at: datetime,
    legal_basis: str = "",
    common_debt: str = "",
    filename: str = "",
    content: bytes = b"",
) -> Party:
    """Add somebody beside the debtor; those liable need a basis, and some of them a paper that shows it.

    Raises ``documents.storing.Unreadable`` when the file is not what it should be.
    """
    if common_debt and role != Party.Role.SPOUSE:
        raise WrongInput(
            _("Only of a spouse it is asked why the debt is a common one."), "common_debt"
        )
    if role in LIABLE and not basis.strip():
        raise WrongInput(
            _("Say on what basis this person is liable, such as “signed the contract”."), "basis"
        )
    party = Party(
        case=case, role=role, relation=relation, basis=basis, common_debt=common_debt,
        legal_basis=legal_basis,
    )  # fmt: skip

    def save_person() -> None:
        if person.pk is None:
            person.save(force_insert=True)
        party.person = person
        if content:
            party.proof = store(
                case=case, kind=Document.Kind.OTHER, filename=filename, content=content,
                title=str(Party.Role(role).label), by=by, at=at,
            )  # fmt: skip

    begin(
        party,
        event="party.added",
        right=EDIT,
        policy=asks("data.keep", contact_sources=(), target_role=role, legal_basis=legal_basis),
        by=by,
        at=at,
        data=lambda new: {
            "role": role,
            "relation": relation,
            "basis": basis,
            **({"legal_basis": legal_basis} if legal_basis else {}),
            **({"common_debt": common_debt} if common_debt else {}),
            **({"document": new.proof.number} if new.proof else {}),
        },
        first=save_person,
        then=while_open("party.added"),
    )
    return party


def set_legal_basis(*, case: Case, party: Party, legal_basis: str, by: User, at: datetime) -> None:
    """Say on what the data of somebody besides the debtor are kept."""

    def save(locked: Case, _by: User, _at: datetime) -> None:
        fresh = Party.objects.select_for_update(of=("self",)).get(pk=party.pk, case=locked)
        fresh.legal_basis = legal_basis
        fresh.save(update_fields=["legal_basis"])

    note(
        case,
        event="party.basis_set",
        right=EDIT,
        policy=asks(
            "data.keep", contact_sources=(), target_role=party.role, legal_basis=legal_basis
        ),
        by=by,
        at=at,
        data={"name": str(party.person), "legal_basis": legal_basis},
        then=save,
    )


def update_guarantee(
    *, case: Case, party: Party, changes: dict[str, Any], by: User, at: datetime
) -> None:
    """Say what a guarantor promised, and what was claimed, enforced and agreed to since."""
    if party.role != Party.Role.GUARANTOR:
        raise WrongInput(_("Only a guarantor has given a guarantee."))

    def save(locked: Case, _by: User, _at: datetime) -> None:
        fresh = Party.objects.select_for_update(of=("self",)).get(pk=party.pk, case=locked)
        for name, value in changes.items():
            setattr(fresh, name, value)
        fresh.save(update_fields=[*changes])

    note(
        case,
        event="party.guarantee_updated",
        right=EDIT,
        by=by,
        at=at,
        data={"name": str(party.person), "changes": changes},
        then=while_open("party.guarantee_updated", save),
    )


def assess_ability(
    *,
    case: Case,
    income: Decimal,
    outgoings: Decimal,
    dependants: int,
    assets: str,
    source: str,
    by: User,
    at: datetime,
) -> Assessment:
    """Record what the debtor has and needs in a month; the newest assessment counts."""
    assessment = Assessment(
        case=case,
        made_at=at,
        made_by=by,
        income=income,
        outgoings=outgoings,
        dependants=dependants,
        assets=assets,
        source=source,
    )
    begin(
        assessment,
        event="ability.assessed",
        right="log_contact",
        by=by,
        at=at,
        data={"left_to_pay_with": assessment.left_to_pay_with, "dependants": dependants},
        then=while_open("ability.assessed"),
    )
    return assessment


def set_strategy(*, case: Case, strategy: str, proposed_plan: str, by: User, at: datetime) -> None:
    """Write down how to go about the case and what plan to propose."""

    def write(locked: Case, _by: User, _at: datetime) -> None:
        locked.strategy, locked.proposed_plan = strategy, proposed_plan

    note(
        case,
        event="strategy.set",
        right=EDIT,
        by=by,
        at=at,
        data={"strategy": strategy, "proposed_plan": proposed_plan},
        then=while_open("strategy.set", write),
    )


def add_paper(
    *,
    case: Case,
    kind: str,
    filename: str,
    content: bytes,
    original_held: bool,
    kept_at: str,
    by: User,
    at: datetime,
    received_from: str = "",
) -> ClaimPaper:
    """Take in a paper that proves the claim, and check off what it is.

    Raises ``documents.storing.Unreadable`` when the file is not what it should be.
    """
    paper = ClaimPaper(
        case=case,
        kind=kind,
        original_held=original_held,
        kept_at=kept_at,
        checked_by=by,
        checked_at=at,
    )

    def keep_file() -> None:
        paper.document = store(
            case=case,
            kind=kind,
            filename=filename,
            content=content,
            title=str(Document.Kind(kind).label),
            by=by,
            at=at,
        )

    def take_in(_paper: Any, _by: User, _at: datetime) -> None:
        if original_held:  # in custody from the day on which it was taken in
            Custody.objects.create(
                paper=paper, kind=Custody.Kind.TAKEN_IN, at=at, place=kept_at,
                person=received_from.strip()[:80], recorded_by=by,
            )  # fmt: skip

    begin(
        paper,
        event="paper.added",
        right=EDIT,
        by=by,
        at=at,
        first=keep_file,
        then=while_open("paper.added", take_in),
        data=lambda new: {
            "kind": kind,
            "original_held": original_held,
            "kept_at": kept_at,
            "received_from": received_from,
            "document": new.document.number,
            "sha256": new.document.sha256,
        },
    )
    return paper


def draw_up_mandate(
    *,
    principal: Organisation,
    agent: Organisation,
    number: str,
    scope: str,
    methods: list[str],
    valid_from: date,
    valid_until: date,
    may_receive_money: bool = False,
    may_sign: bool = False,
    waiver_limit: Decimal = Decimal("0.00"),
    cash_limit: Decimal | None = None,
    fee_terms: str = "",
    confidentiality: str = "",
) -> Mandate:
    """Enter the contract of delegation between a creditor and an agency."""
    return Mandate.objects.create(
        principal=principal,
        agent=agent,
        number=number,
        scope=scope,
        methods=methods,
        valid_from=valid_from,
        valid_until=valid_until,
        may_receive_money=may_receive_money,
        may_sign=may_sign,
        waiver_limit=waiver_limit,
        cash_limit=cash_limit,
        fee_terms=fee_terms,
        confidentiality=confidentiality,
    )


def set_mandate(*, case: Case, mandate: Mandate | None, by: User, at: datetime) -> None:
    """Say under which mandate the case is run; none means that the creditor runs it."""
    if mandate and mandate.principal_id != case.creditor_id:
        raise WrongInput(_("This mandate was given by another creditor."), "mandate")

    def write(locked: Case, _by: User, _at: datetime) -> None:
        locked.mandate = mandate
        locked.agency = mandate.agent if mandate else None
        settle_packs(locked, AGENCY, by, at)

    note(
        case,
        event="mandate.set",
        right=EDIT,
        by=by,
        at=at,
        data={
            "mandate": mandate.number if mandate else "",
            "agent": mandate.agent.name if mandate else "",
            "valid_until": mandate.valid_until if mandate else None,
        },
        then=while_open("mandate.set", write),
    )


def _keep_what_was_told(where: Q, zone: str, at: datetime) -> None:
    """A time of which somebody was told already must not become another one by a change of clocks."""
    visits: Any = Case._meta.get_field("visits").related_model
    told = visits.objects.filter(
        where, state__in=["announced", "noticed", "started"], ends_at__gt=at
    )
    first = told.order_by("starts_at", "pk").first()
    if first:
        raise WrongInput(
            _(
                "A visit there was announced for %(time)s by the clocks as they stand."
                " Move or cancel it first; then the debtor is told the right time."
            )
            % {"time": f"{local(first.starts_at, zone):%Y-%m-%d %H:%M}"},
            "zone",
        )


def _must_belong(case: Case, person: Person) -> None:
    """Only people of this case can be written about under it."""
    if person.pk not in {case.debtor_id, *case.parties.values_list("person_id", flat=True)}:
        raise WrongInput(_("This person has no part in the case."))


def _change(
    case: Case, row: Any, changes: dict[str, Any], event: str, by: User, at: datetime
) -> None:
    def save(_locked: Case, _by: User, _at: datetime) -> None:
        fresh = type(row).objects.select_for_update().get(pk=row.pk)
        for name, value in changes.items():
            setattr(fresh, name, value)
        fresh.save()

    changed = copy(row)
    for name, value in changes.items():
        setattr(changed, name, value)
    note(
        case, event=event, right=EDIT, policy=may_keep(changed), by=by, at=at,
        data={"fields": sorted(changes)}, then=save,
    )  # fmt: skip
