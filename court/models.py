"""What was drawn up for a court, by whom, and why."""

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from cases.models import Case
from exports.models import Export
from people.models import User
from people.rights import may


class BundleQuerySet(models.QuerySet["Bundle"]):
    """What pages and workers ask of bundles."""

    def visible_to(self, user: User) -> "BundleQuerySet":
        """Those of the cases that the user sees; with restricted files only for who may see these."""
        if not may(user, "build_bundle"):
            return self.none()
        found = self.filter(case__in=Case.objects.visible_to(user))
        found = found.exclude(
            case__kept_from__contains=[user.pk]
        )  # what is kept from them is in it
        return found if may(user, "see_restricted") else found.filter(with_restricted=False)


class Bundle(models.Model):
    """One ZIP of a case for a court: its timeline as of one event, its papers, and what proves them."""

    class Scope(models.TextChoices):
        WHOLE = "whole", _("Whole")
        REDACTED = "redacted", _("Redacted")

    class State(models.TextChoices):
        ASKED = "asked", _("Asked for")
        BUILDING = "building", _("Being put together")
        READY = "ready", _("Ready to be downloaded")
        FAILED = "failed", _("Could not be made")
        EXPIRED = "expired", _("No longer kept")
        STOPPED = "stopped", _("Not agreed to")

    class Hidden(models.TextChoices):
        ID_NUMBERS = "id_numbers", _("ID numbers")
        PHONES = "phones", _("Telephone numbers and accounts")
        ADDRESSES = "addresses", _("Addresses")
        THIRD_PARTIES = "third_parties", _("Third parties")
        HEALTH = "health", _("Health and special care")
        WORDS = "words", _("Whatever somebody typed")

    number = models.CharField(_("number"), max_length=30, unique=True)
    # The taking out: who agreed to it, how long the file is kept, who fetched it. None: from before there was one.
    export = models.OneToOneField(
        Export, on_delete=models.PROTECT, null=True, blank=True, related_name="bundle"
    )
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="bundles")
    scope = models.CharField(_("what goes in"), max_length=10, choices=Scope)
    hidden = models.JSONField(_("blacked out"), default=list)
    people = models.JSONField(_("people blacked out"), default=list)
    hidden_why = models.CharField(_("why it is blacked out"), max_length=300, blank=True)
    shown_files = models.JSONField(_("files that go in as they are"), default=list)
    with_restricted = models.BooleanField(default=False)
    reason = models.CharField(_("what it is for"), max_length=300)
    state = FSMField(_("state"), max_length=10, choices=State, default=State.ASKED, protected=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked for at"))
    events = models.PositiveIntegerField(_("events"), default=0)
    head = models.CharField(_("digest"), max_length=64, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    sha256 = models.CharField(_("digest"), max_length=64, blank=True)
    built_at = models.DateTimeField(_("ready at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("kept until"), null=True, blank=True)
    why = models.CharField(_("because"), max_length=300, blank=True)

    objects = BundleQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scope__in=["whole", "redacted"]), name="bundle_scope_known"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["asked", "building", "ready", "failed", "expired", "stopped"]
                ),
                name="bundle_state_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="ready") | ~models.Q(sha256=""),
                name="bundle_ready_has_a_digest",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="bundle_at_work",
                condition=models.Q(state__in=["asked", "building", "ready"]),
            )
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The bundle's page."""
        return reverse("court:bundle", args=[self.number])

    @property
    def hidden_words(self) -> list[str]:
        """What is blacked out, in words."""
        names: dict[str, Any] = dict(self.Hidden.choices)
        return [str(names[one]) for one in self.hidden if one in names] + list(self.people)

    @transition(field=state, source=State.ASKED, target=State.BUILDING)
    def start(self) -> None:
        """It may be taken out, so a worker puts it together."""

    @transition(field=state, source=State.ASKED, target=State.STOPPED)
    def stop(self) -> None:
        """It was not agreed to, or taken back."""

    @transition(field=state, source=State.BUILDING, target=State.READY)
    def finish(self) -> None:
        """It is put together."""

    @transition(field=state, source=State.BUILDING, target=State.FAILED)
    def fail(self) -> None:
        """It could not be put together."""

    @transition(field=state, source=State.READY, target=State.EXPIRED)
    def expire(self) -> None:
        """Its file is no longer kept."""
