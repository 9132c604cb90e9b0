"""A message to many: looked at line by line, approved, put into the outbox one by one."""

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agreements.models import Instalment
from cases.models import Case
from common.sealed import SealedCharField, SealedTextField
from notices.models import Notice
from people.models import ContactPoint, Team, User
from workflow.models import Approval

if TYPE_CHECKING:
    from collections.abc import Iterable


class NoticeRunQuerySet(models.QuerySet["NoticeRun"]):
    """What pages and workers ask of runs."""

    def visible_to(self, user: User) -> "NoticeRunQuerySet":
        """The own team's runs, or all for those who answer for all."""
        if user.sees_every_team or user.role == User.Role.SYSTEM:
            return self
        return self.filter(team_id=user.team_id) if user.team_id else self.none()

    def under_way(self) -> "NoticeRunQuerySet":
        """Those on which a worker has something to do."""
        return self.filter(state__in=NoticeRun.AT_WORK)


class NoticeRun(models.Model):
    """One message to the debtors of many cases.

    A worker looks at each line (``drafting``), a person mends and drops, a second person approves where
    there are many, and a worker puts each line into the outbox (``sending``), once, whatever happens.
    """

    class Kind(models.TextChoices):
        LETTER = "letter", _("Message in our own words")
        REMINDER_BEFORE = "reminder_before", _("Reminder of the next instalment")
        REMINDER_AFTER = "reminder_after", _("Reminder of a missed instalment")

    class By(models.TextChoices):
        BEST = "best", _("The best way to each")
        PORTAL = "portal", _("Message in the portal")
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("SMS")
        WECHAT = "wechat", _("WeChat")
        WECOM = "wecom", _("WeCom")
        LETTER = "letter", _("Letter")

    class State(models.TextChoices):
        DRAFTING = "drafting", _("Being looked at")
        READY = "ready", _("To be looked at")
        ASKED = "asked", _("Waiting for a second person")
        APPROVED = "approved", _("Approved, not yet sent")
        SENDING = "sending", _("Being put into the outbox")
        STOPPING = "stopping", _("Being stopped")
        FINISHED = "finished", _("Finished")
        STOPPED = "stopped", _("Stopped")
        DISCARDED = "discarded", _("Discarded")

    AT_WORK = ("drafting", "sending", "stopping")

    number = models.CharField(_("run"), max_length=30, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    channel = models.CharField(_("by"), max_length=16, choices=By, default=By.BEST)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFTING)
    text_zh = models.TextField(_("text in Chinese"), blank=True)
    text_en = models.TextField(_("text in English"), blank=True)
    # Whose it is; none, where somebody who answers for the whole house drafted it.
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    chosen = models.JSONField(_("which cases"), default=dict)
    total = models.PositiveIntegerField(_("lines"), default=0)
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(_("drafted at"))
    approval = models.ForeignKey(
        Approval, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sent_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sent_at = models.DateTimeField(_("sending was asked for at"), null=True, blank=True)
    stopped_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = NoticeRunQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["letter", "reminder_before", "reminder_after"]),
                name="run_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    channel__in=["best", "portal", "email", "sms", "wechat", "wecom", "letter"]
                ),
                name="run_channel_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        "drafting",
                        "ready",
                        "asked",
                        "approved",
                        "sending",
                        "stopping",
                        "finished",
                        "stopped",
                        "discarded",
                    ]
                ),
                name="run_state_known",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "-id"], name="run_of_team"),
            models.Index(
                fields=["id"],
                name="run_under_way",
                condition=models.Q(state__in=["drafting", "sending", "stopping"]),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The run's page."""
        return reverse("outreach:run", args=[self.number])

    @property
    def is_open_to_change(self) -> bool:
        """Whether its lines may still be mended and dropped."""
        return self.state == self.State.READY

    @property
    def is_at_work(self) -> bool:
        """Whether a worker has something to do."""
        return self.state in self.AT_WORK


class NoticeRunLineQuerySet(models.QuerySet["NoticeRunLine"]):
    """What pages and workers ask of lines."""

    def to_go(self) -> "NoticeRunLineQuerySet":
        """Those that sending would put into the outbox."""
        return self.filter(state="draft", answer__in=["allowed", "later"])

    def visible_to(self, user: User) -> "NoticeRunLineQuerySet":
        """The lines of the cases that this user may see: a case may have changed hands since."""
        if user.sees_every_team or user.role == User.Role.SYSTEM:
            return self
        return self.filter(case__in=Case.objects.visible_to(user))


class NoticeRunLine(models.Model):
    """The message to one debtor as a draft, with what the rules say of it, and what became of it."""

    class Answer(models.TextChoices):
        PENDING = "pending", _("Not yet looked at")
        ALLOWED = "allowed", _("Allowed")
        LATER = "later", _("Later")
        REFUSED = "refused", _("Refused")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        DROPPED = "dropped", _("Dropped")
        QUEUED = "queued", _("In the outbox")
        REFUSED = "refused", _("Refused at sending")
        STOPPED = "stopped", _("Stopped")

    run = models.ForeignKey(
        NoticeRun, on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="run_lines")
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.DRAFT)
    answer = models.CharField(_("the rules say"), max_length=8, choices=Answer, default="pending")
    rules = ArrayField(models.CharField(max_length=40), verbose_name=_("rules"), default=list)
    findings = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    earliest = models.DateTimeField(_("goes from"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=4, blank=True)
    channel = models.CharField(_("by"), max_length=16, blank=True)
    address = SealedCharField(_("to"), max_length=320, blank=True)
    contact_point = models.ForeignKey(
        ContactPoint, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    instalment = models.ForeignKey(
        Instalment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    about = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    text = SealedTextField(_("text"), blank=True)
    edited_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    notice = models.OneToOneField(
        Notice, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = NoticeRunLineQuerySet.as_manager()

    class Meta:
        ordering = ["run_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "case"], name="run_line_once_a_case"),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "dropped", "queued", "refused", "stopped"]),
                name="run_line_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(answer__in=["pending", "allowed", "later", "refused"]),
                name="run_line_answer_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state="queued", notice__isnull=False)
                | models.Q(state="stopped")
                | models.Q(state__in=["draft", "dropped", "refused"], notice=None),
                name="run_line_queued_with_its_notice",
            ),
        ]
        indexes = [
            models.Index(fields=["run", "state", "answer", "id"], name="run_line_by_state"),
            GinIndex(fields=["rules"], name="run_line_by_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.run} {self.case}"

    def blocking(self) -> "Iterable[dict[str, object]]":
        """The findings that stand against it."""
        return [found for found in self.findings if str(found["severity"]).startswith("block")]
