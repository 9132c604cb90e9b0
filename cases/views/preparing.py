"""Step 1 in the browser: one form, one action, one answer in words."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from cases import contact_forms, forms, party_forms
from cases.actions import assigning, contacting, identifying, preparing, tracing, writing
from cases.actions.bureau import record_report
from cases.actions.privacy import record_privacy
from cases.models import Case, Party
from cases.models.parties import NEVER_TRACED
from common import clock
from common.money import show
from looking.forms import Veil
from looking.session import shown
from people.models import Address, ContactPoint, Person
from workflow.forms import DeskForm
from workflow.web import handle

DEBTOR_KINDS = {"id_number": "id", "born_on": "birth", "employer": "work"}
"""Fields of the debtor's form that are masked, and how."""


def seen_case(request: HttpRequest, reference: str) -> Case:
    """The case, if this user may see it; a stranger gets the same 404 as for one that is not."""
    cases = Case.objects.visible_to(request.user).select_related("debtor", "creditor", "team")
    return get_object_or_404(cases, reference=reference)


def page(
    request: HttpRequest,
    case: Case,
    form: DeskForm,
    *,
    right: str,
    title: Any,
    button: Any,
    do: Callable[[dict[str, Any]], Any],
    done: Any,
    hint: Any = "",
    tab: str = "",
) -> HttpResponse:
    """One desk form on a page of its own, under the case's head."""
    return handle(
        request,
        right=right,
        case=case,
        form=form,
        do=do,
        done=done,
        template="cases/form.html",
        to=f"{case.get_absolute_url()}{f'?tab={tab}' if tab else ''}",
        context={"title": title, "button": button, "hint": hint},
    )


def edit_debtor(request: HttpRequest, reference: str) -> HttpResponse:
    """Correct the debtor's data."""
    case = seen_case(request, reference)
    names = [
        "name", "name_en", "id_number", "born_on", "language", "zone", "country", "region", "locality",
        "employer",
    ]  # fmt: skip
    held = {name: getattr(case.debtor, name) for name in names}
    form = forms.DebtorForm(request.POST or None, initial=held)
    veil = Veil(form, DEBTOR_KINDS, shown(request, case.reference))

    def do(data: dict[str, Any]) -> None:
        data = veil.lifted(data)
        changes = {name: data[name] for name in names if data[name] != held[name]}
        if changes:
            preparing.update_debtor(case=case, changes=changes, by=request.user, at=clock.now())

    return page(
        request, case, form, right="edit_case", title=_("Debtor's data"), button=_("Save"), do=do,
        done=_("The debtor's data are saved."), tab="people",
    )  # fmt: skip


def add_address(request: HttpRequest, reference: str) -> HttpResponse:
    """Add a place."""
    case = seen_case(request, reference)
    form = forms.AddressForm(request.POST or None, case=case)
    return page(
        request, case, form, right="edit_case", title=_("Add an address"), button=_("Add"),
        do=lambda data: preparing.add_address(
            case=case, address=Address(**data), by=request.user, at=clock.now()
        ),
        done=_("The address is added."), tab="people",
    )  # fmt: skip


def edit_address(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Correct a place."""
    case = seen_case(request, reference)
    address = get_object_or_404(_places(case, Address), pk=pk)
    form = forms.AddressForm(request.POST or None, case=case, initial=_as_initial(address))
    veil = Veil(form, {"text": "address", "position": "position"}, shown(request, case.reference))
    return page(
        request, case, form, right="edit_case", title=_("Correct the address"), button=_("Save"),
        do=lambda data: preparing.update_address(
            case=case, address=address, changes=_changed(address, veil.lifted(data)), by=request.user,
            at=clock.now(),
        ),
        done=_("The address is saved."), tab="people",
    )  # fmt: skip


def add_contact_point(request: HttpRequest, reference: str) -> HttpResponse:
    """Add a number or account."""
    case = seen_case(request, reference)
    form = forms.ContactPointForm(request.POST or None, case=case)
    return page(
        request, case, form, right="edit_case", title=_("Add a number or account"), button=_("Add"),
        do=lambda data: preparing.add_contact_point(
            case=case, point=ContactPoint(**data), by=request.user, at=clock.now()
        ),
        done=_("The number is added."), tab="people",
    )  # fmt: skip


def edit_contact_point(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Correct a number or account."""
    case = seen_case(request, reference)
    point = get_object_or_404(_places(case, ContactPoint), pk=pk)
    form = forms.ContactPointForm(request.POST or None, case=case, initial=_as_initial(point))
    kind = "email" if point.channel == "email" else "phone"
    veil = Veil(form, {"value": kind}, shown(request, case.reference))
    return page(
        request, case, form, right="edit_case", title=_("Correct the number or account"), button=_("Save"),
        do=lambda data: preparing.update_contact_point(
            case=case, point=point, changes=_changed(point, veil.lifted(data)), by=request.user,
            at=clock.now(),
        ),
        done=_("The number is saved."), tab="people",
    )  # fmt: skip


def add_party(request: HttpRequest, reference: str) -> HttpResponse:
    """Add a co-debtor, guarantor or contact person."""
    case = seen_case(request, reference)
    form = party_forms.PartyForm(request.POST or None, request.FILES or None)

    def do(data: dict[str, Any]) -> None:
        preparing.add_party(
            case=case, person=Person(name=data["name"], id_number=data["id_number"]),
            role=data["role"], relation=data["relation"], basis=data["basis"],
            legal_basis=data["legal_basis"],
            common_debt=data["common_debt"], by=request.user, at=clock.now(),
            filename=data["file"].name if data["file"] else "",
            content=data["file"].read() if data["file"] else b"",
        )  # fmt: skip

    return page(
        request, case, form, right="edit_case", title=_("Add a person"), button=_("Add"), do=do,
        done=_("The person is added."), tab="people",
    )  # fmt: skip


def legal_basis(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Say on what the data of somebody besides the debtor are kept."""
    case = seen_case(request, reference)
    party = get_object_or_404(case.parties.select_related("person"), pk=pk)
    form = party_forms.LegalBasisForm(
        request.POST or None, initial={"legal_basis": party.legal_basis}
    )
    return page(
        request, case, form, right="edit_case", button=_("Save"), tab="people",
        title=_("Legal basis of the data of %(name)s") % {"name": party.person},
        do=lambda data: preparing.set_legal_basis(
            case=case, party=party, legal_basis=data["legal_basis"], by=request.user,
            at=clock.now(),
        ),
        done=_("The legal basis is saved."),
    )  # fmt: skip


def party_identity(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Enter what the identity paper of somebody beside the debtor says."""
    case = seen_case(request, reference)
    party = get_object_or_404(case.parties.select_related("person"), pk=pk)
    person = party.person
    form = party_forms.PartyIdentityForm(
        request.POST or None,
        initial={
            "id_number": person.id_number, "born_on": person.born_on, "name_en": person.name_en,
        },
    )  # fmt: skip
    veil = Veil(form, {"id_number": "id", "born_on": "birth"}, shown(request, case.reference))
    return page(
        request, case, form, right="edit_case", button=_("Save"), tab="people",
        title=_("Identity paper of %(name)s") % {"name": person},
        do=lambda data: identifying.set_identity(
            party=party, by=request.user, at=clock.now(), **veil.lifted(data)
        ),
        done=_("What the paper says is saved."),
    )  # fmt: skip


def write(request: HttpRequest, reference: str) -> HttpResponse:
    """Write to the debtor."""
    case = seen_case(request, reference)
    form = forms.MessageForm(request.POST or None, case=case, at=clock.now())
    return page(
        request, case, form, right="log_contact", title=_("Write to the debtor"), button=_("Send"),
        hint=_("Every word is put to the rules before it is queued; a refusal names the words that offend."),
        do=lambda data: writing.write_to_debtor(
            case=case, **data, by=request.user, at=clock.now()
        ),
        done=_("The message is on its way."), tab="notices",
    )  # fmt: skip


def terms(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Correct what a contract says of its price."""
    case = seen_case(request, reference)
    debt = get_object_or_404(case.debts, pk=pk)
    held = {name: getattr(debt, name) for name in forms.TermsForm.base_fields}
    said = {True: "yes", False: "no", None: ""}
    form = forms.TermsForm(
        request.POST or None,
        initial={name: said[v] if isinstance(v, bool) else v for name, v in held.items()},
    )

    def do(data: dict[str, Any]) -> None:
        changes = {name: value for name, value in data.items() if value != held[name]}
        if changes:
            preparing.update_terms(
                case=case, debt=debt, changes=changes, by=request.user, at=clock.now()
            )

    return page(
        request, case, form, right="edit_case", title=_("Terms of the contract"), button=_("Save"), do=do,
        hint=_("The rules judge by these what may be asked; the sums themselves move only by the ledger."),
        done=_("The terms are saved."), tab="debt",
    )  # fmt: skip


def bureau(request: HttpRequest, reference: str) -> HttpResponse:
    """Record that the debtor was told, and reported since."""
    case = seen_case(request, reference)
    held = {"told_on": case.bureau_told_on, "reported_on": case.bureau_reported_on}
    form = forms.BureauForm(request.POST or None, initial=held)
    return page(
        request, case, form, right="edit_case", title=_("Credit bureau"), button=_("Save"),
        do=lambda data: record_report(case=case, **data, by=request.user, at=clock.now()),
        hint=_("When the debt is settled this becomes a duty: the bureau is told of that as well."),
        done=_("It is recorded."), tab="debt",
    )  # fmt: skip


def privacy(request: HttpRequest, reference: str) -> HttpResponse:
    """Record a request about personal data, or a leak of them."""
    case = seen_case(request, reference)
    form = forms.PrivacyForm(request.POST or None, case=case)
    return page(
        request, case, form, right="log_contact", title=_("Record a privacy request or a leak"),
        button=_("Record"),
        do=lambda data: record_privacy(case=case, **data, by=request.user, at=clock.now()),
        hint=_("Compliance gets a duty: a request is answered in time, a leak is remedied at once."),
        done=_("It is recorded, and compliance has it among the duties."),
    )  # fmt: skip


def guarantee(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """What a guarantor promised, and what was done in the guarantee period."""
    case = seen_case(request, reference)
    party = get_object_or_404(case.parties.filter(role="guarantor").select_related("person"), pk=pk)
    held = {name: getattr(party, name) for name in party_forms.GuaranteeForm.base_fields}
    form = party_forms.GuaranteeForm(request.POST or None, initial=held)

    def do(data: dict[str, Any]) -> None:
        changes = {name: value for name, value in data.items() if value != held[name]}
        if changes:
            preparing.update_guarantee(
                case=case, party=party, changes=changes, by=request.user, at=clock.now()
            )

    return page(
        request, case, form, right="edit_case", title=_("Guarantee of %(name)s") % {"name": party.person},
        button=_("Save"), do=do,
        hint=_("Outside the guarantee period nobody may ask the guarantor; nothing lengthens it."),
        done=_("The guarantee is saved."), tab="people",
    )  # fmt: skip


def assess(request: HttpRequest, reference: str) -> HttpResponse:
    """Record what the debtor can bear."""
    case = seen_case(request, reference)
    form = forms.AssessmentForm(request.POST or None)
    return page(
        request, case, form, right="log_contact", title=_("Ability to pay"), button=_("Record"),
        hint=_("What is left after the outgoings is what a plan can be built on."),
        do=lambda data: preparing.assess_ability(
            case=case, **data, by=request.user, at=clock.now()
        ),
        done=lambda made: _("Recorded: %(left)s a month is left to pay with.")
        % {"left": show(made.left_to_pay_with)},
    )  # fmt: skip


def set_strategy(request: HttpRequest, reference: str) -> HttpResponse:
    """Write down strategy and proposed plan."""
    case = seen_case(request, reference)
    held = {"strategy": case.strategy, "proposed_plan": case.proposed_plan}
    form = forms.StrategyForm(request.POST or None, initial=held)
    return page(
        request, case, form, right="edit_case", title=_("Strategy and proposed plan"), button=_("Save"),
        do=lambda data: preparing.set_strategy(
            case=case, **data, by=request.user, at=clock.now()
        ),
        done=_("The strategy is saved."),
    )  # fmt: skip


def add_paper(request: HttpRequest, reference: str) -> HttpResponse:
    """Take in a paper of the claim."""
    case = seen_case(request, reference)
    form = forms.PaperForm(request.POST or None, request.FILES or None)

    def do(data: dict[str, Any]) -> None:
        preparing.add_paper(
            case=case, kind=data["kind"], filename=data["file"].name,
            content=data["file"].read(), original_held=data["original_held"],
            kept_at=data["kept_at"], received_from=data["received_from"], by=request.user, at=clock.now(),
        )  # fmt: skip

    return page(
        request, case, form, right="edit_case", title=_("Add a paper of the claim"), button=_("Take in"), do=do,
        hint=_("The contract, the proof of payment-out and the statement prove the claim."),
        done=_("The paper is taken in and checked off."), tab="debt",
    )  # fmt: skip


def set_mandate(request: HttpRequest, reference: str) -> HttpResponse:
    """Choose the mandate."""
    case = seen_case(request, reference)
    form = forms.MandateForm(request.POST or None, case=case, initial={"mandate": case.mandate_id})
    return page(
        request, case, form, right="edit_case", title=_("Mandate"), button=_("Save"),
        hint=_("An agency needs a written contract of delegation (Civil Code art. 919)."),
        do=lambda data: preparing.set_mandate(
            case=case, mandate=data["mandate"], by=request.user, at=clock.now()
        ),
        done=_("The mandate is saved."), tab="debt",
    )  # fmt: skip


def assign(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the case to an officer."""
    case = seen_case(request, reference)
    form = forms.OfficerForm(request.POST or None, case=case, initial={"officer": case.officer_id})
    return page(
        request, case, form, right="assign_case", title=_("Assign the case"), button=_("Assign"),
        do=lambda data: assigning.assign_case(
            case=case, officer=data["officer"], by=request.user, at=clock.now()
        ),
        done=_("The case is assigned."),
    )  # fmt: skip


def log_contact(request: HttpRequest, reference: str) -> HttpResponse:
    """Log a gentler contact."""
    case = seen_case(request, reference)
    form = contact_forms.ContactForm(
        request.POST or None, case=case, lines=contacting.lines_of(case, request.user),
        initial={"happened_at": clock.now()},
    )  # fmt: skip
    return page(
        request, case, form, right="log_contact", title=_("Log a contact"), button=_("Log"),
        do=lambda data: contacting.log_contact(
            case=case, **data, by=request.user, at=clock.now()
        ),
        done=_("The contact is logged."),
    )  # fmt: skip


def trace(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Ask somebody who does not owe how the debtor can be reached, and nothing more."""
    case = seen_case(request, reference)
    party = get_object_or_404(
        Party.objects.select_related("case__debtor", "person").exclude(role__in=NEVER_TRACED),
        case=case, pk=pk,
    )  # fmt: skip
    form = contact_forms.TraceForm(
        request.POST or None, party=party, lines=contacting.lines_of(case, request.user),
        initial={"happened_at": clock.now()},
    )  # fmt: skip

    def do(data: dict[str, Any]) -> None:
        tracing.trace_debtor(
            case=case, party=party, disclosed=not data.pop("silent"), by=request.user,
            at=clock.now(), **data,
        )  # fmt: skip

    return page(
        request, case, form, right="log_contact", title=_("Ask how the debtor can be reached"),
        button=_("Log"), do=do, tab="people", done=_("The contact is logged."),
        hint=_(
            "Say only this: “My name is %(name)s. I should like to reach %(debtor)s. Could you tell me how, or pass on my name and number?” Not where from, and not why."
        )
        % {"name": request.user, "debtor": case.debtor},
    )  # fmt: skip


def _places(case: Case, model: Any) -> Any:
    """The rows of people who have a part in this case; other people's are not to be found."""
    people = [case.debtor_id, *case.parties.values_list("person_id", flat=True)]
    return model.objects.filter(person__in=people)


def _as_initial(row: Any) -> dict[str, Any]:
    return {field.name: field.value_from_object(row) for field in row._meta.fields}


def _changed(row: Any, data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if getattr(row, name) != value}
