"""The case's timeline: append-only, hash-chained, kept so by the database itself."""

from collections.abc import Collection

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.sealed_words import SealedWordsField


class Event(models.Model):
    """One fact of a case (or, without a case, of the house), never changed once written.

    ``commitments`` holds a salted SHA-256 of each field of ``data`` and ``findings``;
    ``digest`` is over those, so that a copy with a field blacked out still verifies.
    """

    case = models.ForeignKey(  # a string: cases stands above the timeline
        "cases.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=60)
    occurred_at = models.DateTimeField(_("happened at"))
    recorded_at = models.DateTimeField(_("recorded at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_name = models.CharField(_("by"), max_length=80)
    data = SealedWordsField(_("details"), default=dict, encoder=DjangoJSONEncoder)
    findings = models.JSONField(_("findings"), default=list, encoder=DjangoJSONEncoder)
    salts = models.JSONField(default=dict)
    commitments = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        ordering = ["case_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "number"], nulls_distinct=False, name="event_number_once"
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "-id"], name="event_by_kind"),
            models.Index(
                fields=["-id"],
                name="event_refusals",
                condition=models.Q(kind__in=["policy.refused", "policy.overridden"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"

    @property
    def plain_names(self) -> Collection[str]:
        """What of the details stays plain whatever it says: the database itself reads it."""
        if self.kind == "notice.suppressed":  # by why they were not sent, messages are counted
            return ("says", "why")
        return ("certificate", "documents", "fields") if self.kind == "records.erased" else ()


class Stop(models.Model):
    """A rule that stopped an act, once for each event that tells of it: what the rule book counts.

    Written with its event, in the same transaction, so that counting scans no timeline.
    """

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="stops")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, related_name="+")
    pack = models.CharField(_("rule pack"), max_length=40, blank=True)
    rule = models.CharField(_("rule"), max_length=40)
    at = models.DateTimeField(_("happened at"))

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["event", "pack", "rule"], name="stop_once_an_event"),
        ]
        indexes = [
            models.Index(fields=["pack", "at", "rule", "case"], name="stop_of_month"),
            models.Index(fields=["pack", "rule", "-id"], name="stop_of_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.at:%Y-%m-%d}"


class Anchor(models.Model):
    """One day on which the heads of all chains were signed; the signed file lies outside the database."""

    day = models.DateField(_("day"), unique=True)
    since = models.DateField(_("since"))  # later than the day before where days were missed
    made_at = models.DateTimeField(_("made at"))
    size = models.PositiveIntegerField(_("heads"))
    root = models.CharField(_("root"), max_length=64)
    signed_by = models.CharField(_("signed with"), max_length=64)
    mailed_to = models.JSONField(_("mailed to"), default=list)

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return self.day.isoformat()


class AnchorLeaf(models.Model):
    """A case's head as one anchor knows it, and its place in that day's file."""

    anchor = models.ForeignKey(Anchor, on_delete=models.PROTECT, related_name="leaves")
    case = models.ForeignKey(
        "cases.Case", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    place = models.PositiveIntegerField()
    number = models.PositiveIntegerField(_("number"))
    head = models.CharField(_("digest"), max_length=64)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["case", "number"], name="anchor_leaf_of_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.number}"
