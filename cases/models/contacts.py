"""Gentler channels: every attempt, by whatever way, with what came of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.parties import Party
from common.sealed import SealedTextField
from people.models import ContactPoint, User


class ContactAim(models.TextChoices):
    """What somebody is contacted for; ``compliance.aims`` gives the rules the same codes."""

    COLLECTING = "collecting", _("To collect")
    REMINDING = "reminding", _("To remind of an agreed instalment")
    ANSWERING = "answering", _("To answer the debtor")
    SERVING = "serving", _("To hand over a paper or notice that is owed")


class ContactAttempt(models.Model):
    """One attempt to reach somebody other than by a visit; all channels count together."""

    class Channel(models.TextChoices):
        PHONE = "phone", _("Telephone call")
        SMS = "sms", _("SMS")
        EMAIL = "email", _("E-mail")
        LAWYERS_LETTER = "lawyers_letter", _("Lawyer's letter")
        LETTER = "letter", _("Letter")
        WECHAT = "wechat", _("WeChat")

    class Result(models.TextChoices):
        REACHED = "reached", _("Reached the debtor")
        PROMISED = "promised", _("Debtor promised to pay")
        NO_ANSWER = "no_answer", _("No answer")
        WRONG_NUMBER = "wrong_number", _("Wrong or dead number")
        DELIVERED = "delivered", _("Delivered, no answer")
        RETURNED = "returned", _("Came back")
        REFUSED = "refused", _("Debtor does not want this channel")
        THIRD_PARTY = "third_party", _("Somebody else answered")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="contacts")
    channel = models.CharField(_("channel"), max_length=16, choices=Channel)
    result = models.CharField(_("result"), max_length=16, choices=Result)
    contact_point = models.ForeignKey(
        ContactPoint, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, blank=True, related_name="contacts"
    )
    traced = models.BooleanField(_("asked how the debtor can be reached"), default=False)
    line = models.CharField(_("from which line"), max_length=40, blank=True)
    identity_stated = models.BooleanField(_("said who called and for whom"), null=True, blank=True)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    remark = SealedTextField(_("what was said"), blank=True)
    # Of a call alone.
    seconds = models.PositiveIntegerField(_("duration in seconds"), null=True, blank=True)
    effective = models.BooleanField(_("the matter was spoken about"), null=True, blank=True)
    recording = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("recording"),
    )  # fmt: skip
    recording_agreed = models.BooleanField(
        _("the person agreed to being recorded"), null=True, blank=True
    )

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    channel__in=["phone", "sms", "email", "lawyers_letter", "letter", "wechat"]
                ),
                name="contact_channel_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    result__in=[
                        "reached",
                        "promised",
                        "no_answer",
                        "wrong_number",
                        "delivered",
                        "returned",
                        "refused",
                        "third_party",
                    ]
                ),
                name="contact_result_known",
            ),
            models.CheckConstraint(
                condition=models.Q(channel="phone")
                | models.Q(seconds=None, effective=None, recording=None, recording_agreed=None),
                name="contact_call_alone_lasts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_result_display()}"

    @property
    def lasted(self) -> str:
        """How long the call lasted, as a clock shows it: 2:05."""
        return "" if self.seconds is None else f"{self.seconds // 60}:{self.seconds % 60:02d}"


class CallQuerySet(models.QuerySet["Call"]):
    """What pages and rules ask of calls."""

    def open(self) -> "CallQuerySet":
        """Those of which nobody has said yet what came of them."""
        return self.filter(attempt=None, not_made_at=None)


class Call(models.Model):
    """A number that was given out to be dialled; it counts as an attempt until somebody says what came of it."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="calls")
    contact_point = models.ForeignKey(ContactPoint, on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    aim = models.CharField(
        _("what it is for"), max_length=10, choices=ContactAim, default=ContactAim.COLLECTING
    )
    at = models.DateTimeField(_("begun at"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    attempt = models.OneToOneField(
        ContactAttempt, on_delete=models.PROTECT, null=True, blank=True, related_name="call"
    )
    not_made_at = models.DateTimeField(_("said not to have been made at"), null=True, blank=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(attempt=None) | models.Q(not_made_at=None),
                name="call_logged_or_not_made",
            ),
            models.CheckConstraint(condition=models.Q(aim__in=ContactAim.values), name="call_aim"),
        ]
        indexes = [
            models.Index(
                fields=["case", "-at"],
                name="call_open",
                condition=models.Q(attempt=None, not_made_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_point} · {self.at:%Y-%m-%d %H:%M}"
