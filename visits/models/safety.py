"""The officers' safety: signs that they are well, calls for help, where they were, what came of it."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from encrypted_fields.fields import EncryptedTextField

from common.positions import Point, point_of
from common.sealed import SealedCharField, SealedTextField
from people.models import User
from visits.models.visit import Visit


class Position(models.Model):
    """Where an officer was, at three moments alone: checking in, checking out and calling for help.

    The place is sealed in the database; the database refuses any fourth kind, so that nobody is followed.
    """

    class Kind(models.TextChoices):
        CHECK_IN = "check_in", _("Check-in")
        CHECK_OUT = "check_out", _("Check-out")
        SOS = "sos", _("Call for help")

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="positions")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sealed = EncryptedTextField(_("latitude and longitude"))
    accuracy_m = models.PositiveIntegerField(_("accuracy in metres"))
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["visit_id", "at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["check_in", "check_out", "sos"]),
                name="position_kind_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"

    @property
    def place(self) -> Point:
        """Latitude and longitude, in degrees."""
        found = point_of(str(self.sealed))
        assert found is not None  # noqa: S101 - none is kept without
        return found

    @property
    def map_url(self) -> str:
        """The place on the map of whichever device opens it; no map service is asked by us."""
        lat, lon = self.place
        return f"geo:{lat},{lon}?q={lat},{lon}"


class SignOfLife(models.Model):
    """An officer said that they are well; ``at`` is when, which may lie before it arrived."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="signs")
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    arrived_at = models.DateTimeField(_("arrived at"))

    class Meta:
        ordering = ["visit_id", "at", "pk"]
        verbose_name_plural = "signs of life"
        constraints = [
            models.UniqueConstraint(fields=["visit", "officer", "at"], name="sign_of_life_once"),
        ]

    def __str__(self) -> str:
        return f"{self.officer} {self.at:%Y-%m-%d %H:%M}"


class Alarm(models.Model):
    """A sign of life that did not come, or a call for help: it climbs until a person takes it up.

    ``level`` is how far it has climbed: 0 asks the officers themselves, the next ones are those of
    ``visits.safety.levels``.
    """

    class Kind(models.TextChoices):
        CHECK_IN = "check_in", _("No check-in")
        SOS = "sos", _("SOS")

    class End(models.TextChoices):
        TAKEN_UP = "taken_up", _("Taken up by a person")
        ANSWERED = "answered", _("Answered by the officers")
        IN_TIME = "in_time", _("The check-in had been made in time")
        LEFT = "left", _("The visit had ended")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="alarms")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="alarms")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    officer = models.ForeignKey(  # who called for help; a check-in is owed by all of them
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    since = models.DateTimeField(_("since"))
    level = models.PositiveSmallIntegerField(_("level"), default=0)
    answered_at = models.DateTimeField(_("answered by the officers at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_how = models.CharField(_("ended by"), max_length=10, choices=End, blank=True)
    taken_up_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    said = SealedCharField(_("what was found"), max_length=400, blank=True)

    class Meta:
        ordering = ["-since", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["check_in", "sos"]), name="alarm_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_how__in=["", "taken_up", "answered", "in_time", "left"]),
                name="alarm_end_known",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, ended_how="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(ended_how="")),
                name="alarm_ends_somehow",
            ),
            models.CheckConstraint(  # a call for help ends by a person alone
                condition=models.Q(kind="check_in") | models.Q(ended_how__in=["", "taken_up"]),
                name="alarm_for_help_ends_by_a_person",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_how="taken_up", taken_up_by__isnull=False)
                | (~models.Q(ended_how="taken_up") & models.Q(taken_up_by=None)),
                name="alarm_taken_up_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["visit", "kind"],
                condition=models.Q(ended_at=None),
                name="alarm_one_open_of_a_kind",
            ),
        ]
        indexes = [
            models.Index(
                fields=["since", "id"], name="alarm_open", condition=models.Q(ended_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.visit}"

    @property
    def is_open(self) -> bool:
        """Whether nobody has taken it up, and nothing has settled it."""
        return self.ended_at is None


class AlarmCall(models.Model):
    """A person who was asked because of an alarm: at which level, and when."""

    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, related_name="calls")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="alarm_calls")
    level = models.PositiveSmallIntegerField(_("level"))
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["alarm_id", "level", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["alarm", "person"], name="alarm_calls_a_person_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.level}"


class Incident(models.Model):
    """Something went wrong at a visit: what, when, who took it up, what was done; closed by a supervisor."""

    class Kind(models.TextChoices):
        SOS = "sos", _("SOS")
        UNSAFE = "unsafe", _("It was not safe")
        REPORTED = "reported", _("Reported afterwards")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="incidents")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="incidents")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    what = SealedCharField(_("what happened"), max_length=400, blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    done = SealedTextField(_("what was done"), blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["sos", "unsafe", "reported"]),
                name="incident_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at=None, closed_by=None, done="")
                | (
                    models.Q(closed_at__isnull=False, closed_by__isnull=False)
                    & ~models.Q(done="")
                    & ~models.Q(closed_by=models.F("opened_by"))
                ),
                name="incident_closed_by_another_who_says_what_was_done",
            ),
        ]
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="incident_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.visit}"

    def get_absolute_url(self) -> str:
        """The incident's page at the desk."""
        return reverse("visits:incident_record", args=[self.visit.reference, self.pk])
