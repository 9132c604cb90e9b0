"""What a change may need or leave behind: a second person, a duty, the trace of a form."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import TransitionNotAllowed

from common.sealed_words import SealedWordsField

if TYPE_CHECKING:
    from people.models import User


class Submission(models.Model):
    """A form that was already handled; its key makes the second press harmless."""

    key = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class ApprovalQuerySet(models.QuerySet["Approval"]):
    """What pages ask of approvals."""

    def visible_to(self, user: "User") -> "ApprovalQuerySet":
        """Those of the cases that this user may see, and of what belongs to the own team as a whole."""
        if user.sees_every_team or user.role == user.Role.SYSTEM:
            return self
        if not user.team_id:
            return self.none()
        cases: Any = self.model._meta.get_field("case").related_model
        of_many = models.Q(case=None, team=user.team_id)
        return self.filter(models.Q(case__in=cases.objects.visible_to(user)) | of_many)


class Approval(models.Model):
    """A decision that takes two people; the one who asks is never the one who decides."""

    class Kind(models.TextChoices):
        WAIVER = "waiver", _("Waiver")
        EARLY_CLOSURE = "early_closure", _("Early closure")
        REOPENING = "reopening", _("Reopening")
        EXCEPTION = "exception", _("Exception from a rule")
        LIFT_REFUSAL = "lift_refusal", _("Lifting a refusal of visits")
        NOTICE_RUN = "notice_run", _("Run of messages")
        ACCELERATION = "acceleration", _("Asking for the whole sum")
        REFUND = "refund", _("Refund of what was too much")
        SECOND_FACTOR = "second_factor", _("Reset of a second factor")
        RELEASE_RECORDS = "release_records", _("Lifting a hold on records")
        CASH_DIFFERENCE = "cash_difference", _("Difference in cash")
        ORIGINAL_VOID = "original_void", _("Declaring an original void")
        EXPORT = "export", _("Taking data out of the house")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        GRANTED = "granted", _("Granted")
        DENIED = "denied", _("Denied")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Evidence(models.TextChoices):
        CONSENT = "consent", _("The debtor's written consent")
        COURT_ORDER = "court_order", _("Court order")
        CONTRACT = "contract", _("Contract clause")
        MEDICAL = "medical", _("Medical note")
        OPINION = "opinion", _("Opinion of compliance")
        OTHER = "other", _("Other evidence")

    case = models.ForeignKey(  # a string: cases stands above workflow; none: it is about many
        "cases.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="approvals"
    )
    # Of what belongs to no one case: whose it is; none, where only those see it who see every team.
    team = models.ForeignKey(
        "people.Team", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    subject = models.CharField(_("about"), max_length=80, blank=True)
    details = SealedWordsField(_("details"), default=dict, encoder=DjangoJSONEncoder)
    reason = models.TextField(_("reason"))
    evidence_kind = models.CharField(
        _("kind of evidence"), max_length=12, choices=Evidence, blank=True
    )
    evidence = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField(_("asked at"))
    expires_at = models.DateTimeField(_("lapses at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "waiver",
                        "early_closure",
                        "reopening",
                        "exception",
                        "lift_refusal",
                        "notice_run",
                        "acceleration",
                        "refund",
                        "second_factor",
                        "release_records",
                        "cash_difference",
                        "original_void",
                        "export",
                    ]
                ),
                name="approval_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["notice_run", "second_factor", "export"], case=None)
                | (
                    ~models.Q(kind__in=["notice_run", "second_factor", "export"])
                    & models.Q(case__isnull=False, team=None)
                ),
                name="approval_of_a_case_or_of_many",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "granted", "denied", "withdrawn"]),
                name="approval_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    evidence_kind__in=[
                        "",
                        "consent",
                        "court_order",
                        "contract",
                        "medical",
                        "opinion",
                        "other",
                    ]
                ),
                name="approval_evidence_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="exception")
                | (~models.Q(evidence_kind="") & models.Q(evidence__isnull=False)),
                name="approval_exception_rests_on_evidence",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by=None)
                | ~models.Q(decided_by=models.F("requested_by")),
                name="approval_by_a_second_person",
            ),
        ]
        indexes = [
            models.Index(
                fields=["kind", "requested_at"],
                name="approval_waiting",
                condition=models.Q(state="waiting"),
            ),
            models.Index(
                fields=["-id"],
                name="approval_exceptions",
                condition=models.Q(kind="exception"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}"

    def decide(self, *, granted: bool, by: "User", at: datetime, answer: str) -> None:
        """Grant or deny it, once."""
        if self.state != self.State.WAITING:
            raise TransitionNotAllowed(self)
        self.state = self.State.GRANTED if granted else self.State.DENIED
        self.decided_by, self.decided_at, self.answer = by, at, answer

    def withdraw(self) -> None:
        """Take the question back."""
        if self.state != self.State.WAITING:
            raise TransitionNotAllowed(self)
        self.state = self.State.WITHDRAWN

    def is_open_at(self, moment: datetime) -> bool:
        """Whether it still waits and has not lapsed."""
        return self.state == self.State.WAITING and moment < self.expires_at

    def is_in_force_at(self, moment: datetime) -> bool:
        """Whether it was granted and has not lapsed."""
        return self.state == self.State.GRANTED and moment < self.expires_at


class Duty(models.Model):
    """Something that a person must do, by when, and because of which rule."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="duties")
    kind = models.CharField(_("kind"), max_length=40)
    says = models.JSONField(_("what to do"), default=dict)
    rule = models.CharField(_("rule"), max_length=40, blank=True)
    role = models.CharField(_("for"), max_length=20, blank=True)
    key = models.CharField(max_length=120, unique=True)
    raised_at = models.DateTimeField(_("raised at"))
    due_at = models.DateTimeField(_("due at"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["due_at", "pk"]
        verbose_name_plural = "duties"
        indexes = [
            models.Index(
                fields=["case", "due_at"], name="duty_open", condition=models.Q(done_at=None)
            ),
            models.Index(
                fields=["due_at", "id"], name="duty_open_by_due", condition=models.Q(done_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.kind

    def says_in(self, language: str) -> str:
        """What to do, in the reader's language ("zh" or "en")."""
        said: str = self.says.get(language) or self.says.get("en") or self.kind
        return said

    def done(self, *, by: "User", at: datetime) -> None:
        """Tick it off."""
        if self.done_at:
            raise TransitionNotAllowed(self)
        self.done_at, self.done_by = at, by
