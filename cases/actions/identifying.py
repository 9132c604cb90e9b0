"""What the identity paper of somebody beside the debtor says."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from cases.actions.days import must_not_lie_ahead
from cases.actions.preparing import EDIT
from cases.actions.still_open import while_open
from cases.models import Case, Party
from cases.policy import asks
from people.models import Person, User
from workflow.steps import WrongInput, note


def set_identity(
    *, party: Party, id_number: str, born_on: date | None, name_en: str, by: User, at: datetime
) -> None:
    """Enter what the identity paper says; the timeline tells which fields, not what they hold."""
    if not id_number and born_on is None:
        raise WrongInput(_("Enter the number of the paper or the day of birth."), "id_number")
    if born_on:
        must_not_lie_ahead(party.case, born_on, "born_on", at)

    def save(locked: Case, _by: User, _at: datetime) -> None:
        fresh = Party.objects.select_for_update(of=("self",)).get(pk=party.pk, case=locked)
        person = Person.objects.select_for_update(of=("self",)).get(pk=fresh.person_id)
        person.id_number, person.born_on, person.name_en = id_number, born_on, name_en
        person.save(update_fields=["id_number", "born_on", "name_en"])

    note(
        party.case,
        event="party.identity_entered",
        right=EDIT,
        policy=asks(
            "data.keep", contact_sources=(), target_role=party.role, legal_basis=party.legal_basis
        ),
        by=by,
        at=at,
        data={"name": str(party.person)},
        then=while_open("party.identity_entered", save),
    )
