"""What follows for those who signed besides debtor and creditor once an agreement is in force."""

from datetime import datetime

from django.utils.translation import gettext as _

from agreements import papers
from agreements.messages import hand_over_to, of_copy
from agreements.models import Agreement, Signatory
from agreements.policy import signatories_of
from cases.models import Party
from common.clock import local_day
from documents.models import Document
from documents.storing import store
from people.models import User
from workflow.duties import fulfil
from workflow.steps import tell

WAITING = (
    "signing.declined", "signing.others", "signing.countersign", "signing.expired", "signing.tell",
)  # fmt: skip
"""Duties that are over once everybody has signed."""


def bind_others(agreement: Agreement, signed: Document, by: User, at: datetime) -> None:
    """Write down what each has taken on, and give each a copy; inside the change that puts it into force."""
    asked = signatories_of(agreement)
    for one in asked:
        _take_on(one, agreement, signed, at)
        copy = store(
            case=agreement.case, kind=Document.Kind.AGREEMENT,
            filename=f"{agreement.number}-{one.role}.pdf",
            content=papers.agreement_pdf(agreement, reader=one), by=by, at=at, made_here=True,
            title=f"{_('Repayment agreement')} {agreement.number} · {one.party.person}",
        )  # fmt: skip
        one.copy = copy
        one.save(update_fields=["copy"])
        tell(agreement.case, "signatory.bound", by, at, {
            "number": agreement.number, "name": str(one.party.person), "role": one.role,
            "document": copy.number, "sha256": copy.sha256,
        })  # fmt: skip
        hand_over_to(
            case=agreement.case, person=one.party.person, wording="agreement_copy", document=copy,
            values=of_copy(agreement), language=one.party.person.language,
            key=f"agreement:{agreement.pk}:copy:{one.pk}", by=by, at=at,
        )  # fmt: skip
    for kind in WAITING if asked else ():
        fulfil(case=agreement.case, kind=kind, by=by, at=at)


def _take_on(one: Signatory, agreement: Agreement, signed: Document, at: datetime) -> None:
    party = Party.objects.select_for_update(of=("self",)).get(pk=one.party_id)
    if one.role == Signatory.Role.GUARANTOR:
        party.consented_on = local_day(at, agreement.case.zone)
    elif one.role == Signatory.Role.SPOUSE and not party.common_debt:
        party.common_debt, party.proof = Party.CommonDebt.RATIFIED, signed
    elif one.role == Signatory.Role.JOINING:
        party.role, party.proof = Party.Role.CO_DEBTOR, signed
        party.basis = _("Joined the debt by agreement %(number)s") % {"number": agreement.number}
    party.save()
