"""What happened to the debtor or the debt, dated and evidenced; what follows is said by the packs."""

from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_fsm import TransitionNotAllowed

from cases.models.claim import Debt
from cases.models.overlays import Hold
from common.sealed import SealedCharField, SealedTextField
from compliance.circumstances import KINDS, VULNERABLE
from documents.models import Document
from people.models import User

OF_THE_DEBT = ("dispute", "deadlock", "illegal_debt", "sub_judice", "agreement_kept")
"""Kinds that concern one case; all others concern the person, in whatever case."""
FOUND_OUT = ("agreement_kept", "elderly")
"""Kinds that follow from something else on record, and are not entered by hand."""


def kind_words(kind: str) -> str:
    """What the kind is called, in the reader's language."""
    english, chinese = KINDS.get(kind, (kind, kind))
    return chinese if (get_language() or "").startswith("zh") else english


CHOICES = [(kind, lazy(kind_words, str)(kind)) for kind in KINDS]


class Circumstance(models.Model):
    """A coded fact with its days and its evidence.

    Of a person who needs special care only the code and the day of review are shown widely.
    """

    class Source(models.TextChoices):
        DEBTOR = "debtor", _("Told by the debtor")
        PAPER = "paper", _("Shown by a paper")
        OFFICER = "officer", _("Seen by an officer")
        OTHERS = "others", _("Told by somebody else")
        REGISTER = "register", _("Court or public register")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="circumstances")
    # No choices here: the kinds are the rules', which grow without a change of the schema.
    kind = models.CharField(_("what happened"), max_length=24)
    since = models.DateField(_("since"))
    until = models.DateField(_("until (last day)"), null=True, blank=True)
    review_on = models.DateField(_("review on"), null=True, blank=True)
    source = models.CharField(_("how it is known"), max_length=10, choices=Source)
    debt = models.ForeignKey(
        Debt, on_delete=models.PROTECT, null=True, blank=True, related_name="circumstances"
    )
    about = SealedCharField(_("which item of the debt"), max_length=200, blank=True)
    remark = SealedTextField(_("detail"), blank=True)
    evidence = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    hold = models.ForeignKey(
        Hold, on_delete=models.PROTECT, null=True, blank=True, related_name="circumstances"
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_why = SealedCharField(_("why it ended"), max_length=200, blank=True)

    class Meta:
        ordering = ["-recorded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__regex="^[a-z][a-z_]+$"), name="circumstance_kind_is_a_code"
            ),
            models.CheckConstraint(
                condition=models.Q(source__in=["debtor", "paper", "officer", "others", "register"]),
                name="circumstance_source_known",
            ),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
                name="circumstance_days_in_order",
            ),
            models.UniqueConstraint(
                fields=["case", "kind", "about"],
                condition=models.Q(ended_at=None),
                name="circumstance_once_at_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["case", "id"],
                name="circumstance_open",
                condition=models.Q(ended_at=None),
            ),
            models.Index(
                fields=["until", "id"],
                name="circumstance_to_end",
                condition=models.Q(ended_at=None, until__isnull=False),
            ),
            models.Index(
                fields=["review_on", "id"],
                name="circumstance_to_review",
                condition=models.Q(ended_at=None, review_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return kind_words(self.kind)

    @property
    def is_sensitive(self) -> bool:
        """Whether the detail is for those alone who answer for the case."""
        return self.kind in VULNERABLE

    def mark_reviewed(self, *, at: datetime, review_on: date | None) -> None:
        """Somebody has looked at it again, and says when it is to be looked at next."""
        if self.ended_at:
            raise TransitionNotAllowed(self)
        self.reviewed_at, self.review_on = at, review_on

    def end(self, *, at: datetime, by: User, why: str) -> None:
        """It does not hold any more."""
        if self.ended_at:
            raise TransitionNotAllowed(self)
        self.ended_at, self.ended_by, self.ended_why = at, by, why
