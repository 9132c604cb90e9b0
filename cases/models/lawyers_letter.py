"""A lawyer's letter on its way from the clerk's draft to the law firm's own paper."""

from datetime import datetime

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import TransitionNotAllowed

from common.sealed import SealedTextField
from documents.models import Document
from notices.models import Notice
from people.models import Organisation, User


class LawyersLetterQuerySet(models.QuerySet["LawyersLetter"]):
    """What pages ask of lawyers' letters."""

    def visible_to(self, user: User) -> "LawyersLetterQuerySet":
        """A lawyer sees those of the own firm; others see those of the cases that they may see."""
        if user.role == User.Role.COUNSEL:
            return self.filter(firm__teams=user.team_id) if user.team_id else self.none()
        cases = self.model._meta.get_field("case").related_model
        return self.filter(case__in=cases.objects.visible_to(user))


class LawyersLetter(models.Model):
    """One lawyer's letter: drafted at the desk, edited and released by a lawyer, or sent back."""

    class State(models.TextChoices):
        WAITING = "waiting", _("With the lawyer")
        RETURNED = "returned", _("Sent back by the lawyer")
        RELEASED = "released", _("Released")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="lawyers_letters")
    number = models.CharField(_("number of the letter"), max_length=40, unique=True)
    firm = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="letters", verbose_name=_("law firm")
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.WAITING)
    language = models.CharField(_("language"), max_length=4)
    text = SealedTextField(_("text"))
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(_("drafted at"))
    sent_in_at = models.DateTimeField(_("with the lawyer since"))
    lawyer = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("lawyer"),
    )  # fmt: skip
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    reason = models.CharField(_("why it was sent back or withdrawn"), max_length=500, blank=True)
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    notice = models.OneToOneField(
        Notice, on_delete=models.PROTECT, null=True, blank=True, related_name="lawyers_letter"
    )

    objects = LawyersLetterQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "returned", "released", "withdrawn"]),
                name="lawyers_letter_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(language__in=["zh", "en"]), name="lawyers_letter_language_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="released")
                | models.Q(document__isnull=False, lawyer__isnull=False),
                name="lawyers_letter_released_by_a_lawyer",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(state__in=["waiting", "returned"]),
                name="lawyers_letter_one_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["firm", "state", "-id"], name="lawyers_letter_of_firm")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The letter's page at the desk."""
        return reverse("cases:lawyers_letter", args=[self.number])

    def _leave(self, *states: str) -> None:
        """Every move starts here, and only from these states."""
        if self.state not in states:
            raise TransitionNotAllowed(self)

    def edit(self, *, text: str) -> None:
        """The lawyer puts the words right."""
        self._leave(self.State.WAITING)
        self.text = text

    def send_in(self, *, text: str, at: datetime) -> None:
        """The desk has mended it; the lawyer looks once more."""
        self._leave(self.State.RETURNED)
        self.text, self.state, self.sent_in_at, self.reason = text, self.State.WAITING, at, ""

    def send_back(self, *, lawyer: User, reason: str, at: datetime) -> None:
        """The lawyer does not put the firm's name to it."""
        self._leave(self.State.WAITING)
        self.state, self.lawyer, self.reason = self.State.RETURNED, lawyer, reason[:500]
        self.decided_at = at

    def release(self, *, lawyer: User, at: datetime, document: Document) -> None:
        """The lawyer puts the firm's name to it; from then on it may be posted, and no word changes."""
        self._leave(self.State.WAITING)
        self.state, self.lawyer, self.decided_at = self.State.RELEASED, lawyer, at
        self.document = document

    def withdraw(self, *, reason: str) -> None:
        """The desk does not want it any more."""
        self._leave(self.State.WAITING, self.State.RETURNED)
        self.state, self.reason = self.State.WITHDRAWN, reason[:500]
