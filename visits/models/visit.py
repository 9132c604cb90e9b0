"""A visit: planned, announced, made or given up; and the officers who go."""

from datetime import datetime
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField, transition

from common.sealed import SealedCharField
from documents.models import Document
from people.models import Address, OfficerCredential, User


class Visit(models.Model):
    """One visit to one address in one slot; its hours are those of the clocks at that address."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ANNOUNCED = "announced", _("Notice on its way")
        NOTICED = "noticed", _("Notice delivered")
        STARTED = "started", pgettext_lazy("visit", "At the door")
        FINISHED = "finished", _("Finished")
        CANCELLED = "cancelled", _("Cancelled")
        ABORTED = "aborted", _("Broken off")

    class Outcome(models.TextChoices):
        AGREEMENT = "agreement", _("Terms agreed")
        TALKED = "talked", _("Talked, no agreement")
        POSTPONED = "postponed", _("Debtor asked for another time")
        NOBODY_IN = "nobody_in", _("Nobody in")
        SOMEONE_ELSE = "someone_else", _("Somebody else opened")
        REFUSED = "refused", _("Debtor refused the visit")
        ASKED_TO_LEAVE = "asked_to_leave", _("Asked to leave")
        UNSAFE = "unsafe", _("Not safe")
        CREW_SHORT = "crew_short", _("An officer had to leave")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="visits")
    reference = models.CharField(_("reference"), max_length=36, unique=True)
    state = FSMField(_("state"), choices=State, default=State.PLANNED, protected=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome, blank=True)
    place = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+")
    place_kind = models.CharField(_("kind of place"), max_length=20, choices=Address.Kind)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    purpose = SealedCharField(_("purpose"), max_length=300)
    intended_outcome = SealedCharField(_("intended outcome"), max_length=300)
    language = models.CharField(_("language of the notice"), max_length=4, default="zh")
    planned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField(_("planned at"))
    served_at = models.DateTimeField(_("notice effective at"), null=True, blank=True)
    confirmed_at = models.DateTimeField(  # the debtor says that the time suits
        _("confirmed by the debtor at"), null=True, blank=True
    )
    departed_at = models.DateTimeField(_("set out at"), null=True, blank=True)
    people_going = models.PositiveSmallIntegerField(_("people who set out"), null=True, blank=True)
    started_at = models.DateTimeField(_("arrived at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("left at"), null=True, blank=True)
    identified_at = models.DateTimeField(_("debtor identified at"), null=True, blank=True)
    why = SealedCharField(_("because"), max_length=400, blank=True)
    # What the rules said of it afterwards, whatever exceptions there were; none: nobody can say.
    judged_at = models.DateTimeField(_("judged afterwards at"), null=True, blank=True)
    lead_kept = models.BooleanField(_("announced in time"), null=True, blank=True)
    hours_kept = models.BooleanField(_("inside the lawful hours"), null=True, blank=True)
    slip = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("slip"),
    )  # fmt: skip

    class Meta:
        verbose_name, verbose_name_plural = _("visit"), _("Visits")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        "planned",
                        "announced",
                        "noticed",
                        "started",
                        "finished",
                        "cancelled",
                        "aborted",
                    ]
                ),
                name="visit_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    outcome__in=[
                        "",
                        "agreement",
                        "talked",
                        "postponed",
                        "nobody_in",
                        "someone_else",
                        "refused",
                        "asked_to_leave",
                        "unsafe",
                        "crew_short",
                    ]
                ),
                name="visit_outcome_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    place_kind__in=[
                        "home",
                        "agreed",
                        "creditor_office",
                        "work",
                        "hospital",
                        "school",
                        "public",
                    ]
                ),
                name="visit_place_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(language__in=["zh", "en", "both"]), name="visit_language_known"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="visit_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(state__in=["planned", "announced", "noticed"]),
                name="visit_one_ahead_per_case",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(state="started"),
                name="visit_one_under_way_per_case",
            ),
        ]
        indexes = [
            models.Index(
                fields=["starts_at", "id"],
                name="visit_ahead",
                condition=models.Q(state__in=["planned", "announced", "noticed", "started"]),
            ),
            models.Index(fields=["case", "-starts_at"], name="visit_of_case"),
            models.Index(fields=["starts_at", "id"], name="visit_by_start"),  # the calendar's weeks
            models.Index(  # what was done in a month
                fields=["started_at", "id"],
                name="visit_by_arrival",
                condition=models.Q(started_at__isnull=False),
            ),
            models.Index(
                fields=["finished_at", "id"],
                name="visit_to_judge",
                condition=models.Q(
                    started_at__isnull=False, finished_at__isnull=False, judged_at=None
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        """The visit's page at the desk."""
        return reverse("visits:visit", args=[self.reference])

    @property
    def zone(self) -> str:
        """The time zone of the place, in which every hour of the visit is reckoned and told."""
        return self.place.zone or self.case.zone

    @property
    def is_live(self) -> bool:
        """Still ahead, or under way."""
        return self.state in {
            self.State.PLANNED, self.State.ANNOUNCED, self.State.NOTICED, self.State.STARTED,
        }  # fmt: skip

    @transition(field=state, source=State.PLANNED, target=State.ANNOUNCED)
    def announce(self) -> None:
        """The notice has been handed over for sending."""

    @transition(field=state, source=State.ANNOUNCED, target=State.NOTICED)
    def notice_served(self, *, served_at: datetime) -> None:
        """The notice took effect; the lead time runs from here."""
        self.served_at = served_at

    @transition(field=state, source=State.NOTICED, target=State.ANNOUNCED)
    def doubt_notice(self) -> None:
        """What had been taken for served came back; another notice is still on its way."""
        self.served_at = None

    @transition(field=state, source=[State.ANNOUNCED, State.NOTICED], target=State.PLANNED)
    def lose_notice(self) -> None:
        """No notice of this slot will arrive any more: it has to be announced anew."""
        self.served_at = None

    @transition(
        field=state, source=[State.PLANNED, State.ANNOUNCED, State.NOTICED], target=State.PLANNED
    )
    def move(self, *, changes: dict[str, Any]) -> None:
        """Another slot, place or crew: the debtor has to be told anew."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.served_at = self.departed_at = self.people_going = self.confirmed_at = None

    @transition(field=state, source=State.NOTICED, target=State.STARTED)
    def start(self, *, at: datetime) -> None:
        """The officers are at the door."""
        self.started_at = at

    @transition(field=state, source=State.STARTED, target=State.FINISHED)
    def finish(self, *, at: datetime, outcome: str, why: str = "") -> None:
        """The officers have left."""
        self.finished_at, self.outcome, self.why = at, outcome, why

    @transition(
        field=state, source=[State.PLANNED, State.ANNOUNCED, State.NOTICED], target=State.CANCELLED
    )
    def cancel(self, *, at: datetime, why: str) -> None:
        """It will not take place."""
        self.finished_at, self.why = at, why

    @transition(field=state, source=State.STARTED, target=State.ABORTED)
    def abort(self, *, at: datetime, outcome: str, why: str = "") -> None:
        """Broken off at the door."""
        self.finished_at, self.outcome, self.why = at, outcome, why


class VisitOfficer(models.Model):
    """An officer's part in a visit; nobody can be at two doors at once."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="crew")
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="visit_parts")
    slot = DateTimeRangeField()
    active = models.BooleanField(default=True)
    checked_in_at = models.DateTimeField(_("checked in at"), null=True, blank=True)
    shown_at = models.DateTimeField(_("credential shown at"), null=True, blank=True)
    attested_at = models.DateTimeField(_("record confirmed at"), null=True, blank=True)
    credential = models.ForeignKey(
        OfficerCredential, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["visit_id", "pk"]
        constraints = [
            ExclusionConstraint(
                name="officer_at_one_door_at_a_time",
                expressions=[("officer", RangeOperators.EQUAL), ("slot", RangeOperators.OVERLAPS)],
                condition=models.Q(active=True),
            ),
            models.UniqueConstraint(
                fields=["visit", "officer"],
                condition=models.Q(active=True),
                name="officer_once_per_visit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.officer} · {self.visit}"
