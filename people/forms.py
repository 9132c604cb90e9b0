"""What administrators enter of an organisation, and why some of it is refused."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from compliance.applying import Situation, left_out
from compliance.packs import names
from people.models import Organisation


class OrganisationForm(forms.ModelForm):
    """An organisation; a creditor's list of packs may add to the law of its home, never leave it out."""

    class Meta:
        model = Organisation
        fields = "__all__"  # noqa: DJ007 - the administration's page, for administrators alone

    def clean(self) -> dict[str, Any]:
        """Refuse packs that do not exist and a list by which the law of home would not be asked."""
        given: dict[str, Any] = super().clean() or {}
        chosen = tuple(given.get("packs") or ())
        unknown = sorted(set(chosen) - set(names()))
        if unknown:
            self.add_error(
                "packs",
                _("There is no rule pack named %(wrong)s. There are: %(there)s.")
                % {"wrong": ", ".join(unknown), "there": ", ".join(names())},
            )
        country = given.get("country") or ""
        missing = left_out(
            Situation(
                country=country, home=country, chosen=chosen,
                creditor_type=given.get("creditor_type") or "",
            )
        )  # fmt: skip
        if missing and given.get("kind") == Organisation.Kind.CREDITOR:
            self.add_error(
                "packs",
                _(
                    "This list leaves out what holds by law where the creditor is: %(missing)s. Add it, "
                    "or leave the list empty; a list of one's own may only make things stricter."
                )
                % {"missing": ", ".join(missing)},
            )
        return given
