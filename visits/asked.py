"""What somebody outside is told of a visit at the moment of asking: who comes, and whether they may.

Never why, for whom before the debtor was identified, or anything of a debt: whoever holds the paper or
stands in the door may be anybody. A name of a firm that would tell is left out.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common.clock import local_day
from compliance.ask import value
from compliance.verdict import Verdict
from notices.wording import tells_of_debt, writer_of
from people.cards import token_of as card_token
from people.models import User
from people.photos import small_uri
from visits import policy
from visits.actions.arriving import EARLY, is_unwanted
from visits.models import Visit

S = Visit.State
AHEAD = {S.ANNOUNCED, S.NOTICED}


@dataclass(frozen=True)
class Face:
    """One officer as somebody at the door may know them, and whether they may come today."""

    officer: User
    photo: str
    employer: Any
    card: str
    valid: bool


@dataclass(frozen=True)
class Standing:
    """The visit as it is told outside. ``state``: ``valid``, ``early``, ``over`` or ``no``.

    ``unwanted``: somebody said so, and until the debtor was asked nobody may ring.
    """

    visit: Visit
    state: str
    faces: list[Face]
    house: Any
    principal: Any
    emergency: str
    unwanted: bool

    @property
    def valid(self) -> bool:
        """Whether those who are named may be at the door now."""
        return self.state == "valid"

    @property
    def under_way(self) -> bool:
        """Whether they are at the door, as far as is on record."""
        return bool(self.visit.state == S.STARTED)

    @property
    def ahead(self) -> bool:
        """Whether the visit may still begin."""
        return self.visit.state in AHEAD


def standing(visit: Visit, at: datetime) -> Standing:
    """The visit as it stands at this moment; ``visit`` comes with its place, case and parties."""
    case, day = visit.case, local_day(at, visit.zone)
    parts = visit.crew.filter(active=True).select_related(
        "officer__team__organisation", "officer__photo"
    )
    crew = [part.officer for part in parts.order_by("pk")]
    verdict = policy.may_be_here(visit, by=User.objects.system(), at=at)
    faces = [_face(officer, verdict, case, at, day) for officer in crew]
    unwanted = visit.state in AHEAD and is_unwanted(visit)
    told = visit.identified_at is not None and visit.state == S.STARTED
    return Standing(
        visit=visit,
        state="no" if unwanted and at < visit.ends_at else _state(visit, faces, verdict, at),
        faces=faces,
        house=writer_of(case),
        principal=_named(case.creditor, case, at) if told and case.agency else None,
        emergency=str(value(policy.packs_there(visit), "emergency.phone", day) or ""),
        unwanted=unwanted,
    )


def _state(visit: Visit, faces: list[Face], verdict: Verdict, at: datetime) -> str:
    """Whether they may be there, and where not, whether that is a matter of the time alone."""
    if visit.state in {S.FINISHED, S.ABORTED} or at >= visit.ends_at:
        return "over"
    if visit.state not in {S.ANNOUNCED, S.NOTICED, S.STARTED} or not faces:
        return "no"
    if visit.state != S.STARTED and at < visit.starts_at - EARLY:
        return "early"
    lawful = visit.state != S.ANNOUNCED and verdict.allowed
    return "valid" if lawful and all(face.valid for face in faces) else "no"


def _face(officer: User, verdict: Verdict, case: Any, at: datetime, day: Any) -> Face:
    photo = getattr(officer, "photo", None)
    name = f"{officer.full_name} {officer.badge}".strip()
    against = any(finding.inputs.get("officer") == name for finding in verdict.blocks)
    house = officer.team.organisation if officer.team else None
    return Face(
        officer=officer,
        photo=small_uri(bytes(photo.jpeg)) if photo else "",
        employer=_named(house, case, at) if house else None,
        card=card_token(officer),
        valid=officer.is_active and not against and policy.permit_on(officer, day) is not None,
    )


def _named(house: Any, case: Any, at: datetime) -> Any:
    """The organisation, where neither of its names tells a stranger what it is about."""
    return None if tells_of_debt(f"{house.name}\n{house.name_en}", case, at) else house
