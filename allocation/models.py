"""The rules by which a team's cases are given out, in their order."""

from typing import Any

from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.models.case import OPEN_STEPS
from common.money import show
from people.models import Organisation, Team, User

STEPS = [(step.value, step.label) for step in OPEN_STEPS]


class AllocationRuleQuerySet(models.QuerySet["AllocationRule"]):
    """What pages and the sharing out ask of rules."""

    def visible_to(self, user: User) -> "AllocationRuleQuerySet":
        """The own team's; all of them for those who answer for all."""
        if user.sees_every_team or user.role == User.Role.SYSTEM:
            return self
        return self.filter(team_id=user.team_id) if user.team_id else self.none()

    def standing(self) -> "AllocationRuleQuerySet":
        """Those in force, in their order."""
        return self.filter(ended_at=None).order_by("place", "pk")


class AllocationRule(models.Model):
    """Which cases of a team go to whom; of several that fit, the first one counts.

    What is left empty asks nothing. Without a person the case goes to the officer
    of the team who has least; a supervisor gets only what a rule or a hand gives them by name.
    """

    team = models.ForeignKey(  # no index of its own: it begins a wider one below
        Team, on_delete=models.PROTECT, related_name="allocation_rules", db_index=False
    )
    place = models.PositiveIntegerField(_("place"))
    creditor = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    zone = models.CharField(_("time zone"), max_length=40, blank=True)
    at_least = models.DecimalField(
        _("owed at least"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    below = models.DecimalField(
        _("owed less than"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    language = models.CharField(_("language"), max_length=4, choices=User.Language, blank=True)
    step = models.CharField(_("step"), max_length=20, choices=STEPS, blank=True)
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("made at"))
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = AllocationRuleQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("rule of allocation"), _("rules of allocation")
        ordering = ["place", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(language__in=["", "zh", "en"]),
                name="allocation_rule_language_known",
            ),
            models.CheckConstraint(
                condition=models.Q(step__in=["", *(step.value for step in OPEN_STEPS)]),
                name="allocation_rule_step_known",
            ),
            models.CheckConstraint(
                condition=models.Q(at_least=None)
                | models.Q(below=None)
                | models.Q(below__gt=models.F("at_least")),
                name="allocation_rule_band_is_one",
            ),
        ]
        indexes = [models.Index(fields=["team", "place", "id"], name="allocation_rule_of_team")]

    def __str__(self) -> str:
        return self.asks_for

    @property
    def asks_for(self) -> str:
        """What a case must be, in words."""
        said: list[Any] = []
        if self.creditor:
            said.append(self.creditor)
        if self.zone:
            said.append(self.zone)
        if self.at_least is not None:
            said.append(_now("from %(sum)s") % {"sum": show(self.at_least)})
        if self.below is not None:
            said.append(_now("below %(sum)s") % {"sum": show(self.below)})
        said += [self.get_language_display()] if self.language else []
        said += [self.get_step_display()] if self.step else []
        return " · ".join(str(one) for one in said) or _now("every case")

    def fits(self, case: Case) -> bool:
        """Whether the case is one of those that the rule means; its debtor has been read."""
        return (
            self.team_id == case.team_id
            and self.creditor_id in {None, case.creditor_id}
            and self.zone in {"", case.debtor.zone}
            and (self.at_least is None or case.balance >= self.at_least)
            and (self.below is None or case.balance < self.below)
            and self.language in {"", case.debtor.language}
            and self.step in {"", case.state}
        )
