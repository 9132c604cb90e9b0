"""Everything that is said to a debtor: what, by which way, when, and what became of it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Optional

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import TransitionNotAllowed

from common.clock import day_ends, local_day
from common.sealed import SealedCharField, SealedTextField
from compliance.aims import Aim
from workflow.reasons import kept, read_again

if TYPE_CHECKING:
    from documents.models import Document
    from people.models import User


# Channel -> its name in the rules, where that is another. To them a message in the portal is what an
# e-mail is, words of data that lie until their reader fetches them, unless it is known what brings word
# of it: that is what reaches out, so a mandate that allows it allows the message too.
MEANS = {"wecom": "wechat", "portal": "email"}

FLEETING = ("reminder_before", "reminder_due", "one_time_code")
"""Kinds that lose their sense with the day or sooner: where a queue is long, they go first."""


def means_of(channel: str, rings: str = "") -> str:
    """A channel as the rules name it; ``rings`` is by which one word goes of a message in the portal."""
    return MEANS.get(rings or channel, rings or channel)


class NoticeQuerySet(models.QuerySet["Notice"]):
    """What pages and the relay ask of notices."""

    def visible_to(self, user: "User") -> "NoticeQuerySet":
        """The notices of the cases that this user may see, but for those about a complaint of the user."""
        if user.role == user.Role.SYSTEM:
            return self
        open_to = self.exclude(about__aim=Aim.COMPLAINT.value, case__kept_from__contains=[user.pk])
        if user.sees_every_team:
            return open_to
        cases = self.model._meta.get_field("case").related_model
        return open_to.filter(case__in=cases.objects.visible_to(user))

    def due_at(self, moment: datetime) -> "NoticeQuerySet":
        """What waits and may be tried by now."""
        return self.filter(state=Notice.State.QUEUED, next_at__lte=moment)


class Notice(models.Model):
    """One message by one channel; written in the transaction that causes it."""

    class Kind(models.TextChoices):
        VISIT_NOTICE = "visit_notice", _("Visit notice")
        VISIT_CANCELLED = "visit_cancelled", _("Visit cancelled")
        REMINDER_BEFORE = "reminder_before", _("Reminder before the due day")
        REMINDER_DUE = "reminder_due", _("Reminder on the due day")
        REMINDER_AFTER = "reminder_after", _("Reminder after the due day")
        AGREEMENT_COPY = "agreement_copy", _("Copy of the agreement")
        PAYMENT_RECEIPT = "payment_receipt", _("Receipt for a payment")
        SETTLEMENT = "settlement", _("Settlement certificate")
        LETTER = "letter", pgettext_lazy("kind of notice", "Message")
        VISIT_SLIP = "visit_slip", _("Slip of a visit")
        PORTAL_BELL = "portal_bell", _("Word of a message")
        ONE_TIME_CODE = "one_time_code", _("One-time code")
        SIGNING_WORD = "signing_word", _("Word of somebody else's signature")

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        LETTER = "letter", _("Letter")
        LAWYERS_LETTER = "lawyers_letter", _("Lawyer's letter")
        SMS = "sms", _("SMS")
        WECOM = "wecom", _("WeCom message")
        WECHAT = "wechat", _("WeChat service message")
        PORTAL = "portal", _("Message in the portal")

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting to be sent")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        BOUNCED = "bounced", _("Came back")
        FAILED = "failed", _("Failed")
        SUPPRESSED = "suppressed", _("Not sent")
        DOUBTFUL = "doubtful", _("In doubt")

    ENDED_WITHOUT = frozenset({State.SUPPRESSED, State.FAILED, State.BOUNCED, State.DOUBTFUL})

    case = models.ForeignKey(  # a string: cases stands above notices
        "cases.Case", on_delete=models.PROTECT, related_name="notices"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    channel = models.CharField(_("by"), max_length=16, choices=Channel)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.QUEUED)
    language = models.CharField(_("language"), max_length=4)  # zh, en or both
    recipient = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="notices")
    address = SealedCharField(_("to"), max_length=320)
    contact_point = models.ForeignKey(
        "people.ContactPoint", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    subject = models.CharField(_("subject"), max_length=200)
    body = SealedTextField(_("text"), blank=True)
    document = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    about = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # From which versions of our words it was made, and what these and its file were at that moment.
    made_from = models.JSONField(default=list, blank=True)
    text_sha256 = models.CharField(_("digest of the text"), max_length=64, blank=True)
    # Where the carrier sends only what it has approved: which of its texts, and what fills its gaps.
    approved = models.ForeignKey(
        "notices.ApprovedTemplate", on_delete=models.PROTECT, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    params = models.JSONField(default=list, blank=True)
    document_sha256 = models.CharField(_("digest of the file"), max_length=64, blank=True)
    visit = models.ForeignKey(
        "visits.Visit", on_delete=models.PROTECT, null=True, blank=True, related_name="notices"
    )
    instalment = models.ForeignKey(
        "agreements.Instalment", on_delete=models.PROTECT, null=True, blank=True,
        related_name="notices",
    )  # fmt: skip
    dedupe_key = models.CharField(max_length=160, unique=True)
    queued_at = models.DateTimeField(_("prepared at"))
    due_at = models.DateTimeField(_("to be sent at"))
    # The relay's own book-keeping. Claims are stamped with the database's time, so that no clock
    # that jumps can end one; all other times are the product's.
    next_at = models.DateTimeField(_("next try at"))
    claimed_at = models.DateTimeField(null=True, blank=True)
    begun_at = models.DateTimeField(_("handed over at"), null=True, blank=True)
    followed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    account = models.ForeignKey(
        "notices.ChannelAccount", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    provider_id = models.CharField(_("number at the carrier"), max_length=120, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    deemed_at = models.DateTimeField(_("counts as served from"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    proof = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("proof of delivery"),
    )  # fmt: skip
    why = models.CharField(_("because"), max_length=300, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-queued_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "visit_notice",
                        "visit_cancelled",
                        "visit_slip",
                        "reminder_before",
                        "reminder_due",
                        "reminder_after",
                        "agreement_copy",
                        "payment_receipt",
                        "settlement",
                        "letter",
                        "portal_bell",
                        "one_time_code",
                        "signing_word",
                    ]
                ),
                name="notice_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    channel__in=[
                        "email",
                        "letter",
                        "lawyers_letter",
                        "sms",
                        "wecom",
                        "wechat",
                        "portal",
                    ]
                ),
                name="notice_channel_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        "queued",
                        "sending",
                        "sent",
                        "delivered",
                        "bounced",
                        "failed",
                        "suppressed",
                        "doubtful",
                    ]
                ),
                name="notice_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(language__in=["zh", "en", "both"]), name="notice_language_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "next_at", "id"],
                name="notice_due",
                condition=models.Q(state="queued"),
            ),
            models.Index(
                fields=["channel", "next_at", "id"],
                name="notice_due_fleeting",
                condition=models.Q(state="queued", kind__in=FLEETING),
            ),
            models.Index(
                fields=["claimed_at"], name="notice_sending", condition=models.Q(state="sending")
            ),
            models.Index(fields=["case", "-queued_at"], name="notice_of_case"),
            models.Index(
                fields=["state", "-id"],
                name="notice_in_hand",
                condition=models.Q(
                    state__in=["queued", "sending", "failed", "doubtful", "bounced", "suppressed"]
                ),
            ),
            models.Index(
                fields=["-begun_at"],
                name="notice_begun",
                condition=models.Q(begun_at__isnull=False),
            ),
            models.Index(
                fields=["deemed_at"],
                name="notice_deemed",
                condition=models.Q(state="sent", deemed_at__isnull=False),
            ),
            models.Index(
                fields=["account", "provider_id"],
                name="notice_at_carrier",
                condition=models.Q(account__isnull=False),
            ),
            models.Index(
                fields=["id"],
                name="notice_to_follow",
                condition=models.Q(followed_at=None, state__in=["delivered", "bounced", "failed"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.called()} · {self.get_channel_display()}"

    def get_absolute_url(self) -> str:
        """The notice's page at the desk."""
        return reverse("notices:notice", args=[self.pk])

    def called(self) -> str:
        """What it is called: a message in our own words is a letter where it is one."""
        if self.kind == self.Kind.LETTER and self.is_carried:
            return str(self.get_channel_display())
        return str(self.get_kind_display())

    @property
    def means(self) -> str:
        """The way as the rules name it: to them WeChat is one, whoever's program carries it."""
        return means_of(self.channel, self.about.get("rings", ""))

    @property
    def reference(self) -> str:
        """What a carrier is given to name it by; it tells nothing of anybody."""
        return f"n{self.pk}"

    @property
    def is_carried(self) -> bool:
        """Whether a person carries it and no machine does."""
        return self.channel in {self.Channel.LETTER, self.Channel.LAWYERS_LETTER}

    @property
    def post_by(self) -> datetime:
        """Until when a letter is to be posted: the evening of the day on which it lay ready."""
        zone = self.case.zone
        return day_ends(local_day(self.due_at, zone), zone) - timedelta(minutes=1)

    @property
    def is_stoppable(self) -> bool:
        """Whether it has not left yet; what was handed over cannot be called back."""
        return self.state == self.State.QUEUED or (
            self.state == self.State.SENDING and self.begun_at is None
        )

    @property
    def is_postponed(self) -> bool:
        """Whether the rules made it wait for a later hour than it was meant for."""
        return self.state == self.State.QUEUED and "waits" in self.about

    @property
    def because(self) -> str:
        """Why it stands where it stands, in the reader's language where that is known."""
        says = self.about.get("waits", {}) if self.is_postponed else {}
        kept_says = self.about.get("says", {})
        if self.state in self.ENDED_WITHOUT or self.why in kept_says.values():
            says = kept_says  # of a row that is tried again only while they belong to its reason
        return read_again(self.why, says)

    def _leave(self, *states: str) -> None:
        """Every move starts here: only from these states, and no claim outlives it."""
        if self.state not in states:
            raise TransitionNotAllowed(self)
        self.claimed_at = None

    def _since(self, why: str) -> None:
        """Keep why it stands there, in every language where it is no person's or carrier's own words."""
        self.why, says = kept(why, 300)
        before = {name: value for name, value in self.about.items() if name != "says"}
        self.about = {**before, "says": says} if says else before

    def mark_sent(
        self, *, at: datetime, provider_id: str, deemed_at: datetime | None = None
    ) -> None:
        """The carrier has taken it (a letter: it was posted by hand)."""
        self._leave(self.State.QUEUED, self.State.SENDING, self.State.DOUBTFUL)
        self.deemed_at = deemed_at
        self.state, self.sent_at, self.provider_id, self.why = self.State.SENT, at, provider_id, ""
        self.begun_at = self.begun_at or at

    def print(self, *, document: "Document") -> None:
        """It was printed to be posted; the paper that goes into the envelope stays with it."""
        if self.state != self.State.QUEUED:
            raise TransitionNotAllowed(self)
        self.document, self.document_sha256 = document, document.sha256

    def deliver(
        self, *, at: datetime, proof: Optional["Document"] = None,
        followed_at: datetime | None = None,
    ) -> None:  # fmt: skip
        """It has reached the person, at that moment; ``followed_at``: nothing follows from it."""
        self._leave(self.State.SENT)
        self.state, self.delivered_at = self.State.DELIVERED, at
        if proof:
            self.proof = proof
        self.followed_at = followed_at

    def prove(self, *, proof: "Document") -> None:
        """The slip of what was delivered has come in; the moment of delivery stays as it is."""
        if self.state != self.State.DELIVERED or self.proof_id:
            raise TransitionNotAllowed(self)
        self.proof = proof

    def bounce(self, *, why: str) -> None:
        """It came back, even after it had been taken for delivered."""
        self._leave(self.State.SENT, self.State.DELIVERED, self.State.DOUBTFUL)
        self.state, self.followed_at = self.State.BOUNCED, None
        self._since(why)

    def fail(self, *, why: str) -> None:
        """It cannot be sent."""
        self._leave(self.State.QUEUED, self.State.SENDING, self.State.DOUBTFUL)
        self.state, self.followed_at = self.State.FAILED, None
        self._since(why)

    def suppress(self, *, why: str) -> None:
        """It must not go any more."""
        if self.state == self.State.SENDING and not self.is_stoppable:
            raise TransitionNotAllowed(self)
        self._leave(self.State.QUEUED, self.State.SENDING, self.State.FAILED)
        self.state = self.State.SUPPRESSED
        self._since(why)

    def doubt(self, *, why: str) -> None:
        """Nobody knows whether it has gone; a person will say."""
        self._leave(self.State.SENDING)
        self.state = self.State.DOUBTFUL
        self._since(why)

    def queue_again(self, *, at: datetime) -> None:
        """A person wants it tried anew."""
        self._leave(self.State.FAILED, self.State.DOUBTFUL)
        self.state, self.why, self.attempts = self.State.QUEUED, "", 0
        self.due_at = self.next_at = at
        self.begun_at = self.followed_at = self.deemed_at = None

    def postpone(self, *, until: datetime, why: str, says: dict[str, str] | None = None) -> None:
        """Not yet: the rules let it go only from then on; ``says`` is why, by language."""
        self._leave(self.State.QUEUED, self.State.SENDING)
        self.state, self.why = self.State.QUEUED, why[:300]
        self.due_at = self.next_at = until
        self.about = {**self.about, "waits": says or {"en": why}}
