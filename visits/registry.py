"""The register of officers: what each of them holds, how long it lasts, and for whom they may go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import (
    DateField,
    Exists,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
)

from cases.models import Mandate
from people.models import OfficerCredential, OfficerPhoto, User

SOON = timedelta(days=30)
ALWAYS = (OfficerCredential.Kind.PERMIT, OfficerCredential.Kind.TRAINING)
"""What every officer needs; the other kinds are certificates of some places."""
VISIT = "visit"


@dataclass(frozen=True)
class Held:
    """One kind of credential of an officer as it stands today: the best one, and how long it lasts."""

    kind: str
    label: str
    credential: OfficerCredential | None
    days_left: int | None

    @property
    def state(self) -> str:
        """good, soon (lapses within thirty days), coming, lapsed, revoked, or none."""
        if self.credential is None:
            return "none"
        if self.credential.revoked_at:
            return "revoked"
        if self.days_left is None:
            return "coming"
        if self.days_left < 0:
            return "lapsed"
        return "soon" if self.days_left <= SOON.days else "good"

    @property
    def in_force(self) -> bool:
        """Whether it counts today."""
        return self.state in {"good", "soon"}


def officers_seen(user: User) -> QuerySet[User]:
    """The officers whom this person answers for: those of the own team, or everybody's."""
    officers = User.objects.filter(role=User.Role.OFFICER).select_related("team__organisation")
    if user.sees_every_team:
        return officers
    return officers.filter(team=user.team_id) if user.team_id else officers.none()


def with_standing(officers: QuerySet[User], today: date) -> QuerySet[User]:
    """Each officer with whether there is a photograph, and how long permit and training last at best."""

    def last(kind: str) -> Subquery:
        held = OfficerCredential.objects.filter(
            officer=OuterRef("pk"), kind=kind, revoked_at=None, valid_from__lte=today
        )
        longest = held.order_by().values("officer").annotate(last=Max("valid_until"))
        return Subquery(longest.values("last"), output_field=DateField())

    return officers.annotate(
        has_photo=Exists(OfficerPhoto.objects.filter(officer=OuterRef("pk"))),
        permit_until=last(OfficerCredential.Kind.PERMIT),
        training_until=last(OfficerCredential.Kind.TRAINING),
    ).prefetch_related(
        Prefetch("credentials", OfficerCredential.objects.order_by("kind", "-valid_until", "pk"))
    )


def lapsing(officers: QuerySet[User], today: date) -> QuerySet[User]:
    """Those whose permit or training ends within thirty days, and has not ended yet."""
    soon = today + SOON
    return officers.filter(
        Q(permit_until__range=(today, soon)) | Q(training_until__range=(today, soon))
    )


def not_in_force(officers: QuerySet[User], today: date) -> QuerySet[User]:
    """Those who may not go today: a permit or a training is missing, has ended or was revoked."""
    return officers.filter(
        Q(permit_until=None)
        | Q(permit_until__lt=today)
        | Q(training_until=None)
        | Q(training_until__lt=today)
    )


def standing(credentials: Sequence[OfficerCredential], today: date) -> list[Held]:
    """What the officer holds of each kind, permit and training first; other kinds only where there is one."""
    kinds = [*ALWAYS, *(k for k in OfficerCredential.Kind if k not in ALWAYS)]
    found = [_held(kind, [one for one in credentials if one.kind == kind], today) for kind in kinds]
    return [one for one in found if one.credential or one.kind in ALWAYS]


def _held(kind: str, own: Sequence[OfficerCredential], today: date) -> Held:
    label = str(OfficerCredential.Kind(kind).label)
    good = [one for one in own if one.valid_on(today)]
    coming = [one for one in own if one.revoked_at is None and one.valid_from > today]
    best = max(good or coming or own, key=lambda one: (one.valid_until, one.pk), default=None)
    if best is None:
        return Held(kind, label, None, None)
    begun = best.valid_from <= today
    return Held(kind, label, best, (best.valid_until - today).days if begun else None)


def mandates_of(officer: User, today: date) -> QuerySet[Mandate]:
    """The mandates in force of the officer's employer under which visits may be made."""
    if officer.team is None:
        return Mandate.objects.none()
    return (
        Mandate.objects.filter(
            agent=officer.team.organisation_id, valid_from__lte=today, valid_until__gte=today,
            methods__contains=[VISIT],
        )
        .select_related("principal")
        .order_by("principal__name", "pk")
    )  # fmt: skip
