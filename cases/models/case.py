"""The case and its seven states."""

import re
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from common.clock import HOUSE_ZONE, local_day
from common.money import ZERO
from notices.models import Notice
from people.models import Organisation, Person, Team, User
from workflow.kept import kept


class Step(models.TextChoices):
    """The article's seven steps, in their order."""

    PREPARATION = "preparation", _("Preparation")
    NOTICE = "notice", _("Notice")
    CREDENTIAL_DISPLAY = "credential_display", _("Credential display")
    ON_SITE_TALK = "on_site_talk", _("On-site talk")
    AGREEMENT = "agreement", _("Agreement")
    FOLLOW_UP = "follow_up", _("Follow-up")
    CLOSURE = "closure", _("Closure")


OPEN_STEPS = [step for step in Step if step != Step.CLOSURE]


class CaseQuerySet(models.QuerySet["Case"]):
    """What pages and tasks ask of cases."""

    def visible_to(self, user: User) -> "CaseQuerySet":
        """The cases that this user may see: the own team's, or all for those who answer for all."""
        if user.sees_every_team or user.role == User.Role.SYSTEM:
            return self
        if user.sees_no_case:
            return self.none()
        if user.role == User.Role.COUNSEL:  # of a case only what the own firm was asked to write
            letters = self.model._meta.get_field("lawyers_letters").related_model
            return self.filter(pk__in=letters.objects.visible_to(user).values("case"))
        if not user.team_id:
            return self.none()
        return self.filter(team_id=user.team_id).in_mandate(user.team_id, user.today)

    def in_mandate(self, team: int, day: date) -> "CaseQuerySet":
        """Those that the team's house may have before it: an agency's end with the mandate (art. 919).

        A case that names no mandate is run by its creditor; the rules let an agency do nothing in it.
        """
        mandates = self.model._meta.get_field("mandate").related_model.objects
        house = Team.objects.filter(pk=team).values("organisation")
        held = mandates.filter(
            models.Q(agent__in=house) | models.Q(subdelegation=True),  # or passed on by another agency
            valid_from__lte=day, valid_until__gte=day,
        )  # fmt: skip
        no_agency = Team.objects.filter(pk=team).exclude(
            organisation__kind=Organisation.Kind.AGENCY
        )
        return self.filter(
            models.Q(mandate=None) | models.Q(mandate__in=held) | models.Q(team__in=no_agency)
        )

    def to_wind_up(self, user: User) -> "CaseQuerySet":
        """Those of ended mandates of which the agency has not certified yet what it did with the data.

        The narrow way back for those whose sight has ended; the certificates are kept above this app.
        """
        owed = self.filter(mandate__valid_until__lt=user.today, data_return=None)
        if user.sees_every_team or user.role == User.Role.SYSTEM:
            return owed
        apart = user.sees_no_case or user.role == User.Role.COUNSEL
        return self.none() if apart or not user.team_id else owed.filter(team_id=user.team_id)

    def open(self) -> "CaseQuerySet":
        """Not yet closed."""
        return self.exclude(state=Step.CLOSURE)


class Case(models.Model):
    """One debtor's overdue debt to one creditor, on its way through the seven steps."""

    class ClosedAs(models.TextChoices):
        SETTLED = "settled", _("Paid in full")
        PAID_ELSEWHERE = "paid_elsewhere", _("Paid directly to the creditor")
        WITHDRAWN = "withdrawn", _("Withdrawn by the creditor")
        UNLAWFUL_CLAIM = "unlawful_claim", _("Claim not lawful")
        TIME_BARRED = "time_barred", _("Time-barred")
        COURT = "court", _("Goes to court")
        ESTATE = "estate", _("Debtor died, estate exhausted")
        WRITTEN_OFF = "written_off", _("Written off")

    reference = models.CharField(_("reference"), max_length=30, unique=True)
    external_reference = models.CharField(_("creditor's reference"), max_length=60)
    state = FSMField(_("step"), choices=Step, default=Step.PREPARATION, protected=True)
    version = models.PositiveIntegerField(default=0)
    # No index of its own for creditor, team and officer: each begins a wider one below.
    creditor = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="cases", db_index=False
    )
    agency = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="agency_cases"
    )
    mandate = models.ForeignKey(
        "cases.Mandate", on_delete=models.PROTECT, null=True, blank=True, related_name="cases"
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="cases", db_index=False)
    officer = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        db_index=False,
    )
    debtor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cases")
    debtor_name = models.CharField(max_length=80)
    packs = ArrayField(models.CharField(max_length=40), verbose_name=_("rule packs"))
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    principal = models.DecimalField(_("principal"), max_digits=14, decimal_places=2, default=ZERO)
    interest = models.DecimalField(_("interest"), max_digits=14, decimal_places=2, default=ZERO)
    fees = models.DecimalField(_("fees"), max_digits=14, decimal_places=2, default=ZERO)
    overdue_since = models.DateField(_("overdue since"), null=True, blank=True)
    strategy = models.TextField(_("strategy"), blank=True)
    proposed_plan = models.TextField(_("proposed plan of repayment"), blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_as = models.CharField(_("closed as"), max_length=20, choices=ClosedAs, blank=True)
    bureau_told_on = models.DateField(_("told of the report on"), null=True, blank=True)
    bureau_reported_on = models.DateField(_("reported to the bureau on"), null=True, blank=True)
    step_dates = models.JSONField(default=dict)
    reached_at = models.DateTimeField(  # none: it stands where it was opened
        _("in this step since"), null=True, blank=True
    )
    next_due_at = models.DateTimeField(_("next duty"), null=True, blank=True)
    held_until = models.DateField(_("held until"), null=True, blank=True)
    refused_until = models.DateField(_("visits refused until"), null=True, blank=True)
    only_by = models.CharField(  # what the debtor asked for; empty: by any way that is open
        _("to be written to by this alone"), max_length=16, choices=Notice.Channel, blank=True,
        default="", db_default="",
    )  # fmt: skip
    accrue_at = models.DateTimeField(  # none: no rate was stated, so no interest runs
        _("interest is next booked at"), null=True, blank=True
    )
    marks = ArrayField(  # kinds of circumstances that hold, for the pills of a list
        models.CharField(max_length=24), verbose_name=_("what happened"), null=True, blank=True
    )
    # Whose eyes what stands here of a complaint is kept from: those complained of, by their keys.
    kept_from = ArrayField(
        models.BigIntegerField(), verbose_name=_("kept from"), null=True, blank=True
    )
    event_count = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)
    grams = ArrayField(models.CharField(max_length=30), default=list)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("case"), _("cases")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[step.value for step in Step]), name="case_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    closed_as__in=[
                        "",
                        "settled",
                        "paid_elsewhere",
                        "withdrawn",
                        "unlawful_claim",
                        "time_barred",
                        "court",
                        "estate",
                        "written_off",
                    ]
                ),
                name="case_closed_as_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    only_by__in=[
                        "",
                        "email",
                        "letter",
                        "lawyers_letter",
                        "sms",
                        "wecom",
                        "wechat",
                        "portal",
                    ]
                ),
                name="case_only_by_known",
            ),
            models.CheckConstraint(
                condition=models.Q(principal__gte=0, interest__gte=0, fees__gte=0),
                name="case_owes_nothing_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(state="closure", closed_at__isnull=False)
                | (~models.Q(state="closure") & models.Q(closed_at=None)),
                name="case_closed_at_with_closure",
            ),
            models.UniqueConstraint(
                fields=["creditor", "external_reference"], name="case_once_per_creditor_reference"
            ),
        ]
        indexes = [
            models.Index(fields=["team", "-id"], name="case_of_team"),
            models.Index(fields=["team", "state", "-id"], name="case_of_team_by_state"),
            models.Index(fields=["state", "-id"], name="case_by_state"),
            models.Index(  # how many stand in a step, and since when, without a look at the rows
                fields=["team", "state", "reached_at", "opened_at"], name="case_of_team_by_age"
            ),
            models.Index(fields=["officer", "-id"], name="case_of_officer"),
            models.Index(
                fields=["team", "next_due_at", "id"],
                name="case_of_team_by_due",
                condition=models.Q(next_due_at__isnull=False),
            ),
            models.Index(
                fields=["team", "-id"],
                name="case_held",
                condition=models.Q(held_until__isnull=False),
            ),
            models.Index(
                fields=["accrue_at", "id"],
                name="case_by_accrual",
                condition=models.Q(accrue_at__isnull=False),
            ),
            models.Index(fields=["creditor", "debtor_name"], name="case_of_creditor_by_debtor"),
            models.Index(
                fields=["closed_at", "id"],
                name="case_by_closing",
                condition=models.Q(closed_at__isnull=False),
            ),
            GinIndex(fields=["grams"], name="case_grams"),
            models.Index(
                fields=["external_reference"],
                name="case_external_reference",
                opclasses=["varchar_pattern_ops"],  # it is looked for by its beginning
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        """The case page."""
        return reverse("desk:case", args=[self.reference])

    @property
    def balance(self) -> Any:
        """What is owed in all."""
        return self.principal + self.interest + self.fees

    @property
    def zone(self) -> str:
        """The debtor's time zone, in which every hour is reckoned."""
        return self.debtor.zone

    def keeps_from(self, user: User) -> bool:
        """Whether somebody has complained of this user here: what stands of it is not for them."""
        return user.pk in (self.kept_from or ())

    def may_be_seen_by(
        self,
        user: User,
        at: datetime | None = None,
        known: dict[tuple[int, int], bool] | None = None,
    ) -> bool:
        """The same answer as ``visible_to`` gives, for a case at hand; as of that moment, or now.

        ``known`` keeps what was found for a team and a mandate, where many cases are asked about at one moment.
        """
        if user.sees_every_team or user.role == User.Role.SYSTEM:
            return True
        if user.sees_no_case:
            return False
        if user.role == User.Role.COUNSEL:
            return bool(user.team_id) and self.lawyers_letters.visible_to(user).exists()
        if user.team_id is None or user.team_id != self.team_id:
            return False
        day = local_day(at, HOUSE_ZONE) if at else user.today
        if self.mandate_id is None:
            return True
        known = {} if known is None else known
        key = (user.team_id, self.mandate_id)
        if key not in known:
            known[key] = bool(_in_mandate(case=self.pk, team_id=user.team_id, today=day))
        return known[key]

    def may_be_wound_up_by(self, user: User) -> bool:
        """Whether this person may still do what an ended mandate leaves to be done."""
        return Case.objects.to_wind_up(user).filter(pk=self.pk).exists()

    def _reach(self, step: Step, at: datetime) -> None:
        self.step_dates = {**self.step_dates, step.value: at.isoformat()}
        self.reached_at = at

    @transition(field=state, source=Step.PREPARATION, target=Step.NOTICE)
    def serve_notice(self, *, at: datetime) -> None:
        """The notice has reached the debtor."""
        self._reach(Step.NOTICE, at)

    @transition(field=state, source=Step.NOTICE, target=Step.CREDENTIAL_DISPLAY)
    def present_credentials(self, *, at: datetime) -> None:
        """The officers stand at the door and say who they are."""
        self._reach(Step.CREDENTIAL_DISPLAY, at)

    @transition(field=state, source=Step.CREDENTIAL_DISPLAY, target=Step.ON_SITE_TALK)
    def open_talk(self, *, at: datetime) -> None:
        """All was shown; the debtor is willing to talk."""
        self._reach(Step.ON_SITE_TALK, at)

    @transition(field=state, source=Step.ON_SITE_TALK, target=Step.AGREEMENT)
    def reach_agreement(self, *, at: datetime) -> None:
        """The talk brought terms that both sides want to put in writing."""
        self._reach(Step.AGREEMENT, at)

    @transition(field=state, source=[Step.PREPARATION, Step.NOTICE], target=Step.AGREEMENT)
    def agree_remotely(self, *, at: datetime) -> None:
        """A gentler channel brought the terms; no visit is needed."""
        self._reach(Step.AGREEMENT, at)

    @transition(field=state, source=Step.AGREEMENT, target=Step.FOLLOW_UP)
    def begin_follow_up(self, *, at: datetime) -> None:
        """The agreement is signed."""
        self._reach(Step.FOLLOW_UP, at)

    @transition(field=state, source=Step.FOLLOW_UP, target=Step.AGREEMENT)
    def renegotiate(self, *, at: datetime) -> None:
        """A new version of the agreement is to be drawn up."""
        self._reach(Step.AGREEMENT, at)

    @transition(
        field=state,
        source=[
            Step.NOTICE,
            Step.CREDENTIAL_DISPLAY,
            Step.ON_SITE_TALK,
            Step.AGREEMENT,
            Step.FOLLOW_UP,
        ],
        target=Step.PREPARATION,
    )
    def return_to_preparation(self, *, at: datetime) -> None:
        """Nobody met, refused, postponed, unsafe, no agreement or a broken plan."""
        self.step_dates = {Step.PREPARATION.value: at.isoformat()}
        self.reached_at = at

    @transition(field=state, source=Step.FOLLOW_UP, target=Step.CLOSURE)
    def close(self, *, at: datetime) -> None:
        """Nothing is owed any more."""
        self._reach(Step.CLOSURE, at)
        self.closed_at, self.closed_as = at, self.ClosedAs.SETTLED

    @transition(field=state, source=OPEN_STEPS, target=Step.CLOSURE)
    def close_early(self, *, at: datetime, closed_as: str) -> None:
        """Closed for a coded reason, by two people."""
        self._reach(Step.CLOSURE, at)
        self.closed_at, self.closed_as = at, closed_as

    @transition(field=state, source=Step.CLOSURE, target=Step.FOLLOW_UP)
    def reopen(self, *, at: datetime) -> None:
        """Opened again, by two people."""
        self._reach(Step.FOLLOW_UP, at)
        self.closed_at, self.closed_as = None, ""


@kept
def _in_mandate(*, case: int, team_id: int, today: date) -> models.QuerySet[Case, Any]:
    return Case.objects.filter(pk=case).in_mandate(team_id, today).values_list("pk")


def grams_of(*names: str) -> list[str]:
    """One- and two-letter pieces of the names, for finding two Chinese characters in a million."""
    found: set[str] = set()
    for name in names:
        plain = "".join(name.casefold().split())
        found.update(plain)
        found.update(plain[n : n + 2] for n in range(len(plain) - 1))
    return sorted(found)


def search_keys(debtor: Person, *references: str) -> list[str]:
    """What a case is found by: pieces of the debtor's names, and each reference's last number."""
    numbers = {
        digits
        for reference in references
        for tail in [re.split(r"\D", reference)[-1]]
        for digits in (tail, tail.lstrip("0"))
        if digits
    }
    return sorted({*grams_of(debtor.name, debtor.name_en), *(n[:30] for n in numbers)})
