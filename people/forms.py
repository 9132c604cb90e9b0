"""What administrators enter of an organisation, and why some of it is refused."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import clock
from compliance.applying import Situation, left_out
from compliance.packs import names
from people.models import OfficerPhoto, Organisation
from people.photos import NotAPhoto, portrait

MOST_BYTES = 5 * 1024 * 1024


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


class GivenPasswordForm(AdminPasswordChangeForm):
    """A password that an administrator sets for somebody, who then chooses another."""

    def save(self, commit: bool = True) -> Any:
        """Keep when it was set, for it is good for days and not for ever."""
        self.user.password_given_at = clock.now() if self.cleaned_data["password1"] else None
        return super().save(commit)


class PhotoForm(forms.ModelForm):
    """An officer's photograph, as a JPEG or PNG file."""

    file = forms.FileField(
        label=gettext_lazy("Photograph"),
        help_text=gettext_lazy("JPEG or PNG, face from the front, at most 5 MB."),
    )

    class Meta:
        model = OfficerPhoto
        fields: list[str] = []

    def clean_file(self) -> bytes:
        """The picture, small and without what else the file holds."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("This file is too large: at most 5 MB."))
        try:
            return portrait(file.read())
        except NotAPhoto:
            raise forms.ValidationError(
                _("This is no picture that can be used. Choose a photograph as JPEG or PNG.")
            ) from None

    def save(self, commit: bool = True) -> OfficerPhoto:
        """Keep the picture in place of the one before."""
        self.instance.jpeg = self.cleaned_data["file"]
        kept: OfficerPhoto = super().save(commit)
        return kept
