"""Who looked at what of a case, and who asked to see in full what is masked."""

from datetime import datetime

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from common.clock import HOUSE_ZONE, local_day
from people.masking import Group
from people.models import User


class Look(models.Model):
    """One person's looks at one part of a case on one day of the house: the first, the last, and how many.

    A row and not an event: a page is opened hundreds of times a day, and an event takes the lock of the case. When the
    day is over ``actions.tell_looks`` puts the day's looks into one event of the case's chain.
    """

    class What(models.TextChoices):
        CASE = "case", _("The case's page")
        PEOPLE = "people", _("The people of the case")
        TIMELINE = "timeline", _("The timeline")
        DOCUMENT = "document", _("A file")
        VISIT = "visit", _("A visit")
        DOOR = "door", _("The address of a visit of that day")
        NOTICE = "notice", _("A message")
        API = "api", _("The case, by a machine")
        AS_DEBTOR = "as_debtor", _("The debtor's own pages, as the debtor sees them")

    # A string: cases stands above this app.
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="looks")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(_("day"))
    what = models.CharField(_("what"), max_length=10, choices=What)
    subject = models.CharField(_("which"), max_length=40, blank=True)
    first_at = models.DateTimeField(_("first"))
    last_at = models.DateTimeField(_("last"))
    times = models.PositiveIntegerField(_("times"), default=1)
    told = models.BooleanField(_("on the timeline"), default=False)

    class Meta:
        ordering = ["-last_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "user", "day", "what", "subject"], name="look_once_a_day"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    what__in=[
                        "case", "people", "timeline", "document", "visit", "door", "notice", "api",
                        "as_debtor",
                    ]
                ),
                name="look_what_known",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["case", "-last_at", "-id"], name="look_of_case"),
            models.Index(fields=["case"], name="look_to_tell", condition=models.Q(told=False)),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.what} {self.day}"


class Unmasking(models.Model):
    """Somebody saw one group of a case's data in full, for some minutes; why stands on the timeline."""

    class Why(models.TextChoices):
        IDENTITY = "identity", _("To make sure who somebody is")
        REACHING = "reaching", _("To reach the person")
        VISIT = "visit", _("To prepare or make a visit")
        CORRECTING = "correcting", _("To correct what is on file")
        COMPLAINT = "complaint", _("To answer a complaint or a request about data")
        AUTHORITY = "authority", _("For a court or an authority")
        REVIEW = "review", _("To review the work")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="unmaskings")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    group = models.CharField(_("what was seen"), max_length=10, choices=Group.choices)
    why = models.CharField(_("reason"), max_length=12, choices=Why)
    at = models.DateTimeField(_("at"))
    until = models.DateTimeField(_("until"))

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    group__in=["identity", "numbers", "addresses", "accounts", "health"]
                ),
                name="unmasking_group_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    why__in=[
                        "identity", "reaching", "visit", "correcting", "complaint", "authority",
                        "review",
                    ]
                ),
                name="unmasking_why_known",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["user", "-at"], name="unmasking_by_user")]

    def __str__(self) -> str:
        return f"{self.user} {self.group}"


def look(case: int, user: User, what: str, at: datetime, *subjects: str) -> None:
    """Write down that this person looks at this part of the case, by one statement whatever it is."""
    looks([(case, subject) for subject in subjects or ("",)], user, what, at)


def looks(seen: list[tuple[int, str]], user: User, what: str, at: datetime) -> None:
    """The same for things of many cases, such as the list of today's visits; still one statement."""
    if not seen:
        return
    day = local_day(at, HOUSE_ZONE)
    rows = [
        value
        for case, subject in sorted(set(seen))
        for value in (case, user.pk, day, what, subject[:40], at, at)
    ]
    places = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, 1, false)"] * len(set(seen)))
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into looking_look (case_id, user_id, day, what, subject, first_at, last_at, times, told)"  # noqa: S608 - places alone
            f" values {places} on conflict (case_id, user_id, day, what, subject)"
            " do update set last_at = excluded.last_at, times = looking_look.times + 1",
            rows,
        )
