"""What happened at the door: what was shown, agreed to, said and left behind."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import ClaimPaper
from common.sealed import SealedCharField, SealedTextField
from documents.models import Document
from people.models import User
from visits.models.visit import Visit, VisitOfficer
from workflow.reasons import read_again


def credential_of(name: str, badge: str) -> str:
    """How an officer's credential is called, in the reader's language."""
    return gettext("Credential of %(officer)s, badge %(badge)s") % {"officer": name, "badge": badge}


class Shown(models.Model):
    """A credential or a paper that was shown to the debtor, with the reaction."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="shown")
    part = models.ForeignKey(
        VisitOfficer, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    paper = models.ForeignKey(
        ClaimPaper, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    item = models.CharField(_("what"), max_length=120)
    at = models.DateTimeField(_("shown at"))
    reaction = SealedCharField(_("reaction"), max_length=300, blank=True)

    class Meta:
        ordering = ["visit_id", "pk"]
        verbose_name_plural = "shown"

    def __str__(self) -> str:
        return self.item

    @property
    def what(self) -> str:
        """What it was in the reader's language; ``item`` is how it was named when it was shown."""
        if self.paper:
            return str(self.paper.get_kind_display())
        if self.part:
            return credential_of(str(self.part.officer), self.part.officer.badge)
        return self.item


class Consent(models.Model):
    """One question, one answer: may we record, come in, film?

    ``by_whom`` is empty as long as nobody knows who opened the door. ``lapsed_at`` is when the answer ceased
    to count, since it was somebody else's than the person whom the officers then met.
    """

    class Kind(models.TextChoices):
        TALK = "talk", _("To talk now")
        RECORDING = "recording", _("Sound recording")
        FILMING = "filming", _("Filming")
        ENTRY = "entry", _("Coming in")

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="consents")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    given = models.BooleanField(_("given"))
    by_whom = SealedCharField(_("by whom"), max_length=80, blank=True)
    at = models.DateTimeField(_("at"))
    lapsed_at = models.DateTimeField(_("no longer counts since"), null=True, blank=True)
    remark = SealedCharField(_("remark"), max_length=200, blank=True)

    class Meta:
        ordering = ["visit_id", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["talk", "recording", "filming", "entry"]),
                name="consent_kind_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.given}"

    @property
    def whose(self) -> str:
        """Who answered, in the reader's language; of somebody whom nobody had identified no name is given."""
        return self.by_whom or gettext("whoever opened the door")


def answers_of(visit: Visit) -> dict[str, bool]:
    """The last answer to each question that still counts."""
    still = Consent.objects.filter(visit=visit, lapsed_at=None)
    return dict(still.order_by("pk").values_list("kind", "given"))


class TalkRecord(models.Model):
    """What was said, in a form on which the next steps can stand."""

    class Reason(models.TextChoices):
        LOST_WORK = "lost_work", _("Lost work or income")
        ILLNESS = "illness", _("Illness")
        FAMILY = "family", _("Family burden")
        BUSINESS = "business", _("Business failed")
        OVER_INDEBTED = "over_indebted", _("Too many debts")
        FORGOT = "forgot", _("Forgot or did not know")
        DISPUTES = "disputes", _("Disputes the debt")
        WILL_NOT_SAY = "will_not_say", _("Would not say")
        OTHER = "other", _("Other")

    class Willingness(models.TextChoices):
        READY = "ready", _("Ready to pay")
        PARTLY = "partly", _("Ready to pay in part")
        UNDECIDED = "undecided", _("Undecided")
        UNWILLING = "unwilling", _("Not willing")

    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="talk")
    met = SealedCharField(_("who was met"), max_length=120)
    reason = models.CharField(_("why the debt fell behind"), max_length=16, choices=Reason)
    reason_words = SealedTextField(_("in more words"), blank=True)
    income = models.DecimalField(
        _("income a month"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    outgoings = models.DecimalField(
        _("outgoings a month"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    willingness = models.CharField(_("willingness"), max_length=10, choices=Willingness)
    offer_amount = models.DecimalField(
        _("offer"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    offer_words = SealedCharField(_("offer in words"), max_length=300, blank=True)
    statement = SealedTextField(_("the debtor's own words"), blank=True)
    left = SealedCharField(_("documents left with the debtor"), max_length=300, blank=True)
    received = SealedCharField(_("documents received"), max_length=300, blank=True)
    third_parties = SealedCharField(_("other people present"), max_length=300, blank=True)
    hardship = ArrayField(
        models.CharField(max_length=20), verbose_name=_("hardship options offered"), default=list,
        blank=True,
    )  # fmt: skip
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    reason__in=[
                        "lost_work",
                        "illness",
                        "family",
                        "business",
                        "over_indebted",
                        "forgot",
                        "disputes",
                        "will_not_say",
                        "other",
                    ]
                ),
                name="talk_reason_known",
            ),
            models.CheckConstraint(
                condition=models.Q(willingness__in=["ready", "partly", "undecided", "unwilling"]),
                name="talk_willingness_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit}: {self.get_willingness_display()}"


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """What pages and rules ask of evidence."""

    def kept(self) -> "EvidenceQuerySet":
        """What counts and may be shown."""
        return self.filter(document__quarantined=False)

    def apart(self) -> "EvidenceQuerySet":
        """What was taken without the consent that it needed: kept, and shown to nobody."""
        return self.filter(document__quarantined=True)


class Evidence(models.Model):
    """A photo, recording or file taken at a visit; hashed on receipt.

    ``apart_because`` says why it was put in quarantine; compliance lets it out with a reason, or has it stay.
    """

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="evidence")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    caption = SealedCharField(_("what it shows"), max_length=200, blank=True)
    inside = models.BooleanField(_("taken inside a private place"), default=False)
    taken_at = models.DateTimeField(_("taken at"))
    begins_at = models.DateTimeField(_("recording begins"), null=True, blank=True)
    ends_at = models.DateTimeField(_("recording ends"), null=True, blank=True)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    apart_because = models.CharField(
        _("in quarantine because"), max_length=300, blank=True, default="", db_default=""
    )
    apart_says = models.JSONField(
        _("in quarantine because, in every language"), default=dict, db_default={}, blank=True
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_why = models.CharField(
        _("why it was decided so"), max_length=400, blank=True, default="", db_default=""
    )

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["visit_id", "pk"]
        verbose_name_plural = "evidence"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(begins_at=None, ends_at=None)
                | models.Q(ends_at__gt=models.F("begins_at")),
                name="recording_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return self.caption or str(self.document)

    @property
    def because(self) -> str:
        """Why it is in quarantine, in the reader's language."""
        return read_again(self.apart_because, self.apart_says)
