"""What a case leaves behind: originals in custody, reports to the credit bureau, the agency's data; logs never edited."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from documents.models import Document
from people.models import User


class Custody(models.Model):
    """One turn of an original in our hands: taken in from whom, moved to where, given back to whom."""

    class Kind(models.TextChoices):
        TAKEN_IN = "taken_in", _("Taken into custody")
        MOVED = "moved", _("Moved to another place")
        RETURNED = "returned", _("Given back to its owner")
        VOIDED = "voided", _("Declared void")

    paper = models.ForeignKey("cases.ClaimPaper", on_delete=models.PROTECT, related_name="custody")
    kind = models.CharField(_("what happened"), max_length=10, choices=Kind)
    at = models.DateTimeField(_("at"))
    place = models.CharField(_("where it is kept"), max_length=120, blank=True)
    person = models.CharField(_("from or to whom"), max_length=80, blank=True)
    remark = models.CharField(_("note"), max_length=200, blank=True)
    receipt = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["paper_id", "pk"]
        verbose_name_plural = "custody"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["taken_in", "moved", "returned", "voided"]),
                name="custody_kind_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.paper} · {self.get_kind_display()}"


class BureauReport(models.Model):
    """One report to a credit bureau after the debt is gone, and what the bureau answered."""

    class What(models.TextChoices):
        SETTLED = "settled", _("The debt is settled")
        CORRECTED = "corrected", _("The record is corrected")

    class Answer(models.TextChoices):
        WAITING = "waiting", _("No answer yet")
        CONFIRMED = "confirmed", _("Confirmed")
        REJECTED = "rejected", _("Sent back")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="bureau_reports")
    what = models.CharField(_("what was reported"), max_length=10, choices=What)
    bureau = models.CharField(_("credit bureau"), max_length=120)
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    reported_on = models.DateField(_("reported on"))
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, default=Answer.WAITING)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    remark = models.CharField(_("note"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        ordering = ["case_id", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(what__in=["settled", "corrected"]), name="bureau_what_known"
            ),
            models.CheckConstraint(
                condition=models.Q(answer="waiting", answered_on=None)
                | models.Q(answer__in=["confirmed", "rejected"], answered_on__isnull=False),
                name="bureau_answer_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bureau} {self.reported_on}"


class DataReturn(models.Model):
    """The agency's word that the debtor's data went back to the creditor or were deleted."""

    class How(models.TextChoices):
        RETURNED = "returned", _("Given back to the creditor")
        DELETED = "deleted", _("Deleted")
        BOTH = "both", _("Given back, and the rest deleted")

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="data_return")
    how = models.CharField(_("what was done"), max_length=10, choices=How)
    done_on = models.DateField(_("done on"))
    what = models.CharField(_("which data"), max_length=300)
    kept = models.CharField(_("what is kept, and why"), max_length=300, blank=True)
    signed_by = models.CharField(_("certified by"), max_length=80)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        ordering = ["case_id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(how__in=["returned", "deleted", "both"]),
                name="data_return_how_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case} · {self.get_how_display()}"
