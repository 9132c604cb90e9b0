"""When somebody is not at work, and who stands in; never why, for that may be an illness."""

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """What pages and the sharing out of work ask of absences."""

    def standing(self) -> "AbsenceQuerySet":
        """Those that were not withdrawn."""
        return self.filter(withdrawn_at=None)

    def on(self, day: date) -> "AbsenceQuerySet":
        """Those that hold on that day of the house."""
        return self.standing().filter(first_day__lte=day, last_day__gte=day)


class Absence(models.Model):
    """From which day until which somebody is away, both included; withdrawn, never edited."""

    person = models.ForeignKey(  # no index of its own: it begins a wider one below
        "people.User", on_delete=models.PROTECT, related_name="absences", db_index=False
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    stand_in = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="stands_in_for"
    )
    entered_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("entered at"))
    withdrawn_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("absence"), _("absences")
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")),
                name="absence_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(stand_in=None) | ~models.Q(stand_in=models.F("person")),
                name="absence_stand_in_is_another",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None, withdrawn_by=None)
                | models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="absence_withdrawn_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["person", "last_day"], name="absence_of_person")]

    def __str__(self) -> str:
        return f"{self.person} {self.first_day:%Y-%m-%d} – {self.last_day:%Y-%m-%d}"


def away_on(day: date, people: models.QuerySet) -> dict[int, Absence]:
    """The absences of these people that hold on that day, by the person's key."""
    found = Absence.objects.on(day).filter(person__in=people).select_related("stand_in", "person")
    return {absence.person_id: absence for absence in found}
