"""What phones took along to doors and sent back: packs, answers, files; kept whatever became of them."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.sealed import SealedCharField, SealedTextField
from people.models import User
from visits.models import Evidence, Visit
from workflow.reasons import read_again


class Device(models.Model):
    """A phone, known by the number that it gave itself; whoever signs in on it acts for themselves."""

    uuid = models.UUIDField(unique=True)
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))
    last_user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drift_seconds = models.BigIntegerField(_("how far its clock is ahead, in seconds"), default=0)

    class Meta:
        ordering = ["-last_seen_at", "-pk"]

    def __str__(self) -> str:
        return str(self.uuid)[:8]


class Pack(models.Model):
    """What one officer took along for one visit: when, until when it is good, and its digest."""

    uuid = models.UUIDField(unique=True)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="packs_taken")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="packs")
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(_("issued at"))
    good_until = models.DateTimeField(_("good until"))
    stamp = models.CharField(_("state of the visit"), max_length=64)
    sha256 = models.CharField(_("digest"), max_length=64)
    key_id = models.CharField(_("key"), max_length=16)
    signature = models.CharField(  # r and s in base64; none of what went out before it was kept
        _("signature"), max_length=88, blank=True, default="", db_default=""
    )

    class Meta:
        ordering = ["-issued_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.visit} {self.issued_at:%Y-%m-%dT%H:%MZ}"


class PackKey(models.Model):
    """A public key by which packs were signed: kept for good, so that an old pack can still be checked."""

    key_id = models.CharField(_("key"), max_length=16, unique=True)
    pem = models.TextField(_("public key"))
    since = models.DateTimeField(_("since"))

    class Meta:
        ordering = ["since", "pk"]

    def __str__(self) -> str:
        return self.key_id


class Item(models.Model):
    """One answer from a phone, as it was sent; what it says is never changed, only what became of it."""

    class State(models.TextChoices):
        KEPT = "kept", _("Waits for what comes before it")
        APPLIED = "applied", _("On record")
        REFUSED = "refused", _("Refused")
        CONFLICT = "conflict", _("Does not fit")

    class Settled(models.TextChoices):
        TAKEN = "taken", _("Taken as it happened")
        STATEMENT = "statement", _("Kept as a statement")
        ANEW = "anew", _("Answered anew")

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="items")
    uuid = models.UUIDField(_("item"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="door_items")
    pack = models.ForeignKey(
        Pack, on_delete=models.PROTECT, related_name="items", null=True, blank=True
    )
    seq = models.PositiveIntegerField(_("number on the phone"))
    question = models.CharField(_("question"), max_length=40)
    text = SealedTextField(_("as it was sent"))
    sha256 = models.CharField(_("digest"), max_length=64)
    device_at = models.DateTimeField(_("by the phone's clock"))
    drift_seconds = models.BigIntegerField(_("how far the phone's clock was ahead, in seconds"))
    happened_at = models.DateTimeField(_("happened at"))
    received_at = models.DateTimeField(_("received at"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.KEPT)
    why = models.CharField(_("because"), max_length=400, blank=True)
    says = models.JSONField(_("because, in every language"), default=dict, blank=True)
    card = SealedTextField(_("what the officer was shown"), blank=True)
    settled = models.CharField(_("settled"), max_length=10, choices=Settled, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    settled_why = models.CharField(_("why it was settled so"), max_length=400, blank=True)

    class Meta:
        ordering = ["visit_id", "device_id", "seq", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["kept", "applied", "refused", "conflict"]),
                name="item_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(settled__in=["", "taken", "statement", "anew"]),
                name="item_settled_known",
            ),
            models.CheckConstraint(
                condition=models.Q(settled="", settled_at=None)
                | (~models.Q(settled="") & models.Q(settled_at__isnull=False)),
                name="item_settled_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["device", "uuid", "sha256"], name="item_once_per_device"
            ),
        ]
        indexes = [
            models.Index(
                fields=["received_at", "id"],
                name="item_to_settle",
                condition=~models.Q(state="applied") & models.Q(settled=""),
            ),
            models.Index(fields=["visit", "device", "seq"], name="item_of_visit"),
        ]

    def __str__(self) -> str:
        return f"{self.visit} {self.seq} {self.question}"

    @property
    def case(self) -> Any:
        """The case to which the visit belongs."""
        return self.visit.case

    @property
    def because(self) -> str:
        """Why it is not on record, in the reader's language."""
        return read_again(self.why, self.says)

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to decide what becomes of it."""
        return self.state != self.State.APPLIED and not self.settled


class Upload(models.Model):
    """A file on its way from a phone, and what became of it.

    ``dropped_at`` is when an officer threw away on the phone what the house had not taken.
    """

    class State(models.TextChoices):
        RECEIVING = "receiving", _("On its way")
        KEPT = "kept", _("Kept")
        QUARANTINED = "quarantined", _("In quarantine")
        REFUSED = "refused", _("Refused")

    class Kind(models.TextChoices):
        PHOTO = "photo", _("Photo")
        AUDIO = "audio", _("Sound recording")
        FILE = "file", _("File")
        SIGNATURE = "signature", _("Signature")

    token = models.UUIDField(unique=True)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="uploads")
    item = models.UUIDField(_("item"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="uploads")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    filename = models.CharField(_("file name"), max_length=160)
    caption = SealedCharField(_("what it shows"), max_length=200, blank=True)
    inside = models.BooleanField(_("taken inside a private place"), default=False)
    length = models.PositiveIntegerField(_("size"))
    offset = models.PositiveIntegerField(_("received"), default=0)
    sha256 = models.CharField(_("digest"), max_length=64)
    taken_at = models.DateTimeField(_("taken at"))
    begins_at = models.DateTimeField(_("recording begins"), null=True, blank=True)
    ends_at = models.DateTimeField(_("recording ends"), null=True, blank=True)
    drift_seconds = models.BigIntegerField(_("how far the phone's clock was ahead, in seconds"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.RECEIVING)
    why = models.CharField(_("because"), max_length=300, blank=True)
    says = models.JSONField(_("because, in every language"), default=dict, blank=True)
    evidence = models.OneToOneField(
        Evidence, on_delete=models.PROTECT, related_name="upload", null=True, blank=True
    )
    begun_at = models.DateTimeField(_("begun at"))
    last_piece_at = models.DateTimeField(_("last piece"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    dropped_at = models.DateTimeField(_("dropped on the phone at"), null=True, blank=True)

    class Meta:
        ordering = ["visit_id", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["receiving", "kept", "quarantined", "refused"]),
                name="upload_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["photo", "audio", "file", "signature"]),
                name="upload_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(offset__lte=models.F("length")), name="upload_within_its_length"
            ),
            models.UniqueConstraint(fields=["device", "item"], name="upload_once_per_item"),
        ]

    def __str__(self) -> str:
        return f"{self.visit} {self.filename}"

    @property
    def because(self) -> str:
        """Why it is apart or was not taken, in the reader's language."""
        return read_again(self.why, self.says)
