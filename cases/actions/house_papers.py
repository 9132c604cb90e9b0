"""The papers that creditors and agencies must hold before the rules let anybody act for them."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from people.models import HousePaper, Organisation, User
from people.rights import may
from workflow.steps import RightRefused, WrongInput

KEEP = "keep_house_papers"


def enter_house_paper(
    *,
    organisation: Organisation,
    kind: str,
    number: str,
    issued_by: str,
    valid_from: date,
    by: User,
    at: datetime,
    valid_until: date | None = None,
    kept_at: str = "",
) -> HousePaper:
    """Enter a paper that the organisation holds; the rules count it from its first day on."""
    _must_keep(by)
    if valid_until and valid_until < valid_from:
        raise WrongInput(_("It ends before it begins."), "valid_until")
    paper = HousePaper(
        organisation=organisation, kind=kind, number=number, issued_by=issued_by, kept_at=kept_at,
        valid_from=valid_from, valid_until=valid_until, entered_by=by, entered_at=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            paper.save(force_insert=True)
    except IntegrityError:
        raise WrongInput(
            _("A paper of this kind and number is entered already."), "number"
        ) from None
    return paper


def withdraw_house_paper(*, paper: HousePaper, why: str, by: User, at: datetime) -> None:
    """Say that the paper counts no more; whatever leans on it is refused from this moment on."""
    _must_keep(by)
    with transaction.atomic():
        fresh = HousePaper.objects.select_for_update(of=("self",)).get(pk=paper.pk)
        if fresh.withdrawn_at:
            raise WrongInput(_("This paper was withdrawn already."))
        fresh.withdrawn_by, fresh.withdrawn_at, fresh.withdrawn_why = by, at, why
        fresh.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_why"])
    paper.__dict__.update(fresh.__dict__)


def _must_keep(by: User) -> None:
    if not may(by, KEEP):
        raise RightRefused(by, KEEP)
