"""Nothing is left blank in an agreement, and nothing in it reads otherwise in the other language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from agreements.models import Signatory
from agreements.parity import Gap, gaps
from cases.models import Case
from workflow.steps import WrongInput


@dataclass(frozen=True)
class Blank:
    """Something that an agreement needs and nobody has filled in: what, where it is done, by whom.

    ``right`` is the right of those who can; ``url`` is where they do it.
    """

    what: str
    where: str
    url: str
    right: str


def blanks_of(case: Case, signatories: Iterable[Signatory] = ()) -> list[Blank]:
    """What is missing before terms of this case can be written, with those who sign, too."""
    debtor, creditor = case.debtor, case.creditor
    house = reverse("admin:people_organisation_change", args=[creditor.pk])
    # Elsewhere nobody carries a number that a paper could name; who signs is told by the name and the home.
    has_number = (debtor.country or creditor.country) == "CN"
    desk, office = _("on the case page"), _("by an administrator, under Organisations")
    needed = [
        (creditor.bank_account and creditor.bank_name,
         Blank(_("the creditor's account for repayment"), office, house, "administer")),
        (creditor.address, Blank(_("the creditor's address"), office, house, "administer")),
        (debtor.name and (debtor.id_number or not has_number),
         Blank(_("the debtor's ID number"), desk, reverse("cases:debtor", args=[case.reference]),
               "edit_case")),
        (debtor.homes.exists(),
         Blank(_("the debtor's address for letters"), desk,
               reverse("cases:add_address", args=[case.reference]), "edit_case")),
    ]  # fmt: skip
    needed += [pair for one in signatories for pair in _of_signatory(case, one, has_number)]
    return [blank for there, blank in needed if not there]


def _of_signatory(case: Case, one: Signatory, has_number: bool) -> list[tuple[Any, Blank]]:
    """The same of somebody who signs, too: name and number as on the identity paper, and a home."""
    person = one.party.person
    told, desk = {"name": str(person)}, _("on the case page, under People")
    number = reverse("cases:party_identity", args=[case.reference, one.party_id])
    home = reverse("cases:add_address", args=[case.reference])
    return [
        (person.name and (person.id_number or not has_number),
         Blank(_("the ID number of %(name)s") % told, desk, number, "edit_case")),
        (person.homes.exists(),
         Blank(_("the address for letters of %(name)s") % told, desk, home, "edit_case")),
    ]  # fmt: skip


def must_be_known(case: Case, signatories: Iterable[Signatory] = ()) -> None:
    """Raise ``WrongInput`` that names each blank and where it is filled in."""
    missing = blanks_of(case, signatories)
    if missing:
        joint = "；" if (get_language() or "").startswith("zh") else "; "
        listed = joint.join(f"{blank.what} ({blank.where})" for blank in missing)
        raise WrongInput(
            _("An agreement has no blank fields. Still missing: %(missing)s.") % {"missing": listed}
        )


def must_agree(clauses: Iterable[Mapping[str, Any]], names: Iterable[Sequence[str]]) -> None:
    """Raise ``WrongInput`` that names each term of which the Chinese and the English part."""
    found = gaps(clauses, [(zh, en) for zh, en in names])
    if found:
        raise WrongInput(" ".join(_said(gap) for gap in found))


def _said(gap: Gap) -> str:
    title = gap.title["zh" if (get_language() or "").startswith("zh") else "en"]
    said = [_("The term “%(title)s” does not say the same in Chinese and in English.")]
    if gap.only_zh:
        said.append(_("In the Chinese alone: %(figures)s."))
    if gap.only_en:
        said.append(_("In the English alone: %(figures)s."))
    if gap.no_capitals:
        said.append(_("Without the right Chinese capitals: %(figures)s."))
    figures = ["", gap.only_zh, gap.only_en, gap.no_capitals]
    lists = [", ".join(one) for one in figures if one]
    told = ["", *lists]
    return " ".join(
        words % {"title": title, "figures": told[place]} for place, words in enumerate(said)
    )
