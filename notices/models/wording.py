"""Our words as compliance has changed them: every version of every text, kept for ever."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import TransitionNotAllowed

from notices.texts.filed import Text
from notices.texts.pages import OF_PAGES
from notices.texts.wordings import EVERY_CHANNEL, LANGUAGES, WORDINGS
from people.models import Organisation


class MessageVersion(models.Model):
    """One version of what is said by one channel, or on one page, in one language; its words never change.

    The versions of a text are counted through, whosever they are. Number 0 is what came with the program and has no row. A second person releases a version; from
    ``valid_from`` on messages are composed from it and pages show it, until a later one takes its place.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("version of a text", "Waiting for release")
        RELEASED = "released", pgettext_lazy("version of a text", "Released")
        WITHDRAWN = "withdrawn", pgettext_lazy("version of a text", "Withdrawn")

    wording = models.CharField(_("message"), max_length=40)
    channel = models.CharField(_("channel"), max_length=16)
    language = models.CharField(_("language"), max_length=4)
    number = models.PositiveIntegerField(_("version"))
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"))
    digest = models.CharField(_("digest"), max_length=64)
    # Whose own version it is; none: the house's, which holds for all that have none of their own.
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("whose text"),
    )  # fmt: skip
    falls_back = models.BooleanField(_("gives the own version up for the house's"), default=False)
    based_on = models.PositiveIntegerField(_("made from version"), default=0)
    reason = models.TextField(_("why"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    valid_on = models.DateField(_("valid from"))
    valid_from = models.DateTimeField(_("in use from"), null=True, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)

    class Meta:
        ordering = ["wording", "channel", "language", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["wording", "channel", "language", "number"], name="message_version_once"
            ),
            models.UniqueConstraint(
                fields=["wording", "channel", "language", "organisation"],
                condition=Q(state="proposed"),
                nulls_distinct=False,
                name="message_version_one_proposal",
            ),
            models.CheckConstraint(
                condition=Q(falls_back=False) | Q(organisation__isnull=False),
                name="message_version_falls_back_from_an_own_one",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "released", "withdrawn"]),
                name="message_version_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="released")
                | (
                    Q(decided_by__isnull=False)
                    & Q(valid_from__isnull=False)
                    & ~Q(decided_by=F("proposed_by"))
                ),
                name="message_version_released_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=list(EVERY_CHANNEL)) & Q(language__in=list(LANGUAGES)),
                name="message_version_place_known",
            ),
            models.CheckConstraint(condition=Q(number__gt=0), name="message_version_numbered"),
        ]
        indexes = [
            models.Index(
                fields=["wording", "channel", "language", "-valid_from"],
                name="message_version_in_use",
                condition=Q(state="released"),
            )
        ]

    def __str__(self) -> str:
        name = WORDINGS[self.wording].label if self.wording in WORDINGS else self.wording
        return f"{name} · {self.number}"

    def get_absolute_url(self) -> str:
        """The version's page."""
        return reverse(
            "wording:version", args=[self.wording, self.channel, self.language, self.number]
        )

    @property
    def of_page(self) -> bool:
        """Whether it stands on a page; else messages are composed from it."""
        return self.channel in OF_PAGES

    @property
    def text(self) -> Text:
        """Its words."""
        return Text(body=self.body, subject=self.subject)

    def release(self, *, at: datetime, valid_from: datetime) -> None:
        """A second person has agreed."""
        self._leave()
        self.state, self.decided_at, self.valid_from = self.State.RELEASED, at, valid_from

    def withdraw(self, *, at: datetime) -> None:
        """It is given up."""
        self._leave()
        self.state, self.decided_at = self.State.WITHDRAWN, at

    def _leave(self) -> None:
        if self.state != self.State.PROPOSED:
            raise TransitionNotAllowed(self)
