"""Officers whose permit or training ends before their visit: found each evening, replaced by one act."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import IntegrityError
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from common.clock import from_local, local, local_day
from compliance.aims import Aim
from compliance.ask import value
from documents.blocks import Words, words
from documents.letterhead import moment
from notices import outbox
from notices.texts import composing
from notices.texts.composing import Given
from notices.ways import by_mail
from people.models import Address, OfficerCredential, User
from visits import policy, tokens
from visits.actions.planning import AHEAD, LAPSED, in_words, move_visit, name_crew
from visits.models import Visit, VisitOfficer
from visits.slots import candidates
from workflow.duties import fulfil, raise_duty
from workflow.models import Duty
from workflow.steps import Step, WrongInput, carry_out

PROPOSED = 3
TELL = "tell"


def lapsing(visit: Visit, at: datetime) -> list[tuple[User, dict[str, str]]]:
    """The officers of a visit ahead who may not go on its day, each with why, in both languages."""
    crew = [part.officer for part in visit.crew.select_related("officer") if part.active]
    return list(_stand_against(visit, crew, at))


@dataclass(frozen=True)
class Proposal:
    """An officer who could go instead: how near they are then, and why they are proposed."""

    officer: User
    near: int  # 0: at another door of the district that day; 1: of the city; 2: neither
    says: dict[str, str]


def substitutes(visit: Visit, at: datetime, *, most: int = PROPOSED) -> list[User]:
    """Officers of the same team who are free then and may go on that day, the nearest first."""
    return [one.officer for one in proposals(visit, at, most=most)]


def proposals(visit: Visit, at: datetime, *, most: int = PROPOSED) -> list[Proposal]:
    """The same with why: qualified on that day, free in the slot, near by what they do that day."""
    free = _free_and_qualified(visit, at)
    day = local_day(visit.starts_at, visit.zone)
    begins = from_local(datetime.combine(day, time()), visit.zone)
    parts = VisitOfficer.objects.filter(
        officer__in=free, active=True, slot__overlap=(begins, begins + timedelta(days=1))
    )
    doors: dict[int, list[Address]] = {}
    for part in parts.select_related("visit__place").exclude(visit=visit).order_by("slot"):
        doors.setdefault(part.officer_id, []).append(part.visit.place)
    permits = {facts.badge: facts.credential_until for facts in policy.crew_facts(free, day)}
    found = [
        _proposed(visit, officer, doors.get(officer.pk, []), permits.get(officer.badge))
        for officer in free
    ]
    return sorted(found, key=lambda one: one.near)[:most]


def _proposed(
    visit: Visit, officer: User, doors: Sequence[Address], until: date | None
) -> Proposal:
    place, city = visit.place, officer.team.city if officer.team else ""
    when = f"{local(visit.starts_at, visit.zone):%H:%M}–{local(visit.ends_at, visit.zone):%H:%M}"
    zh, en = [f"{when} 有空"], [f"free {when}"]
    if until:
        zh.append(f"证件有效至 {until:%Y-%m-%d}")
        en.append(f"permit until {until:%Y-%m-%d}")
    near = 2
    if place.district and any(one.district == place.district for one in doors):
        near = 0
        zh.append(f"当日在{place.district}另有上门")
        en.append(f"at another door in {place.district} that day")
    elif place.city and any(one.city == place.city for one in doors):
        near = 1
        zh.append(f"当日在{place.city}另有上门")
        en.append(f"at another door in {place.city} that day")
    elif city and place.city.startswith(city):
        near = 1
        zh.append(f"所在组在{city}")
        en.append(f"of a team in {city}")
    return Proposal(officer, near, {"en": ", ".join(en), "zh": "，".join(zh)})


def _free_and_qualified(visit: Visit, at: datetime) -> list[User]:
    named = set(visit.crew.filter(active=True).values_list("officer_id", flat=True))
    free = [
        one.officer
        for one in candidates(
            visit.case, visit.starts_at, visit.ends_at, zone=visit.zone, but=visit
        )
        if one.free and one.officer.pk not in named
    ]
    refused = {officer.pk for officer, _says in _stand_against(visit, free, at)}
    return [officer for officer in free if officer.pk not in refused]


def _stand_against(
    visit: Visit, officers: Sequence[User], at: datetime
) -> Iterable[tuple[User, dict[str, str]]]:
    """What the rules have against each of them on the day of the visit, and nothing of anything else."""
    system = User.objects.system()
    verdict = policy.may_send(visit, officers)(visit, by=system, at=at)
    day = local_day(visit.starts_at, visit.zone)
    facts = policy.crew_facts(officers, day)
    for officer, known in zip(officers, facts, strict=True):
        name = f"{known.name} {known.badge}".strip()
        against = [f for f in verdict.blocks if f.inputs.get("officer") == name]
        if known.credential_until is None or known.trained_on is None:
            against += [
                f for f in verdict.blocks if {"credential_until", "trained_on"} & set(f.unknown)
            ]
        if against:
            yield (
                officer,
                {
                    tongue: gap.join(f.says[tongue] for f in against)
                    for tongue, gap in (("en", " "), ("zh", ""))
                },
            )


def flag_lapses(*, at: datetime, by: User, of: User | None = None) -> int:
    """Flag every visit ahead with an officer who may not go; each once for its slot. Says how many.

    ``of`` is the one officer of whom something has changed just now; without it all are looked at.
    What is found by now and not flagged yet is flagged, however late the run comes.
    """
    flagged = 0
    suspects = _suspects(at)
    if of is not None:
        suspects = suspects.filter(crew__officer=of, crew__active=True)
    for visit in suspects.select_related("case__debtor", "place").order_by("starts_at", "pk"):
        found = lapsing(visit, at)
        key = f"{LAPSED}:{visit.pk}:{visit.starts_at.isoformat()}:" + ",".join(
            str(officer.pk) for officer, _says in found
        )
        if not found or visit.case.duties.filter(key=key[:120]).exists():
            continue
        carry_out(_flagging(visit, found, key[:120], at), by=by, at=at)
        flagged += 1
    return flagged


def settle_lapses(*, of: User, at: datetime, by: User) -> int:
    """Tick off what was flagged of visits whose officers may all go again; says how many.

    ``of`` is the officer of whom something was entered just now.
    """

    def tick_off(case: Any, _by: User, _at: datetime) -> None:
        fulfil(case=case, kind=LAPSED, by=by, at=at)

    settled = 0
    flagged = Duty.objects.filter(case=OuterRef("case"), kind=LAPSED, done_at=None)
    visits = Visit.objects.filter(
        Exists(flagged), state__in=AHEAD, starts_at__gt=at, crew__officer=of, crew__active=True
    )
    for visit in visits.select_related("case__debtor", "place").order_by("starts_at", "pk"):
        if lapsing(visit, at):
            continue
        carry_out(
            Step(
                subject=visit.case,
                event="visit.crew_good",
                data={"reference": visit.reference},
                then=tick_off,
            ),
            by=by,
            at=at,
        )
        settled += 1
    return settled


def _suspects(at: datetime) -> QuerySet[Visit]:
    """Visits ahead that may have such an officer, by one query; the rules say which really have."""
    # A day more on either side than any zone could need: the exact day is the debtor's.
    first, last = F("visit_day") - timedelta(days=1), F("visit_day") + timedelta(days=1)
    lacking = Q()
    for kind in OfficerCredential.Kind.values:
        lacking |= ~Q(
            Exists(
            OfficerCredential.objects.filter(
                officer=OuterRef("officer"), kind=kind, revoked_at=None,
                valid_from__lte=OuterRef("first_day"), valid_until__gte=OuterRef("last_day"),
            )
            )
        )  # fmt: skip
    parts = (
        VisitOfficer.objects.filter(active=True, visit__state__in=AHEAD, visit__starts_at__gt=at)
        .annotate(visit_day=TruncDate("visit__starts_at"))
        .annotate(first_day=first, last_day=last)
        .filter(lacking)
    )
    return Visit.objects.filter(pk__in=parts.values("visit"))


def _flagging(
    visit: Visit, found: list[tuple[User, dict[str, str]]], key: str, at: datetime
) -> Step:
    proposed = substitutes(visit, at)
    names = {
        "en": ", ".join(f"{one} {one.badge}" for one in proposed) or "nobody of the team is free",
        "zh": "、".join(f"{one} {one.badge}" for one in proposed) or "本组暂无可用人员",
    }
    says = {
        "en": f"Another officer must go on {moment(visit.starts_at, visit.zone, visit.case.zone)['en']}. "
        + " ".join(why["en"] for _o, why in found)
        + f" Free and certified that day: {names['en']}.",
        "zh": f"{moment(visit.starts_at, visit.zone, visit.case.zone)['zh']} 的上门须更换外访员。"
        + "".join(why["zh"] for _o, why in found)
        + f"当日有空且证件有效：{names['zh']}。",
    }

    def tell_supervisor(fresh: Any, _by: User, _at: datetime) -> None:
        raise_duty(
            case=fresh, kind=LAPSED, says=says, due_at=min(visit.starts_at, at + timedelta(days=1)),
            key=key, role=User.Role.SUPERVISOR, at=at,
        )  # fmt: skip

    return Step(
        subject=visit.case,
        event="visit.crew_lapses",
        data={
            "reference": visit.reference,
            "officers": [f"{officer} {officer.badge}".strip() for officer, _why in found],
            "proposed": [f"{one} {one.badge}".strip() for one in proposed],
        },
        then=tell_supervisor,
    )


def swap_officer(*, visit: Visit, out: User, into: User, by: User, at: datetime) -> Visit:
    """Send another officer; the debtor, who was told names, is told the new one as the packs say.

    Where the packs want the whole notice again (or do not say), the visit has to be announced anew.
    """
    crew = [part.officer for part in visit.crew.select_related("officer") if part.active]
    if out not in crew:
        raise WrongInput(_("This officer was not named for the visit."), "out")
    if into in crew or into.team_id != visit.case.team_id:
        raise WrongInput(_("Choose another officer of the team."), "into")
    named = [into if officer == out else officer for officer in crew]
    rule = value(policy.packs_at(visit), "crew.change", local_day(visit.starts_at, visit.zone))
    if rule != TELL or visit.state == Visit.State.PLANNED:
        return _announced_anew(visit, named, out, into, by, at)

    def change(fresh: Visit, _by: User, _at: datetime) -> None:
        fresh.crew.filter(active=True, officer=out).update(active=False)
        name_crew(fresh, [into])
        tokens.renew(fresh, at)
        fulfil(case=fresh.case, kind=LAPSED, by=by, at=at)
        _tell_debtor(fresh, out, into, by, at)

    try:
        carry_out(
            Step(
                subject=visit,
                event="visit.officer_swapped",
                right="swap_officer",
                policy=policy.may_send(visit, named),
                data={
                    "reference": visit.reference, "officer": f"{into} {into.badge}".strip(),
                    "was": f"{out} {out.badge}".strip(),
                },
                then=change,
            ),
            by=by,
            at=at,
        )  # fmt: skip
    except IntegrityError as clash:
        raise in_words(clash) from clash
    return visit


def _announced_anew(
    visit: Visit, named: Sequence[User], out: User, into: User, by: User, at: datetime
) -> Visit:
    return move_visit(
        visit=visit, place=visit.place, starts_at=visit.starts_at, ends_at=visit.ends_at,
        officers=named, why=_("%(into)s goes instead of %(out)s.") % {"into": into, "out": out},
        by=by, at=at, right="swap_officer",
    )  # fmt: skip


def check_values(visit: Visit) -> dict[str, str]:
    """The code that the visit has now, for a message; empty where it has none."""
    check = tokens.check_of(visit)
    return {
        "check_code": check.spoken if check else "",
        "check_page": tokens.entry_address() if check else "",
    }


def _named(officer: User) -> Words:
    """An officer by what the debtor can check at the door."""
    return words(f"{officer}（工号 {officer.badge}）", f"{officer} (badge {officer.badge})")


def _tell_debtor(visit: Visit, out: User, into: User, by: User, at: datetime) -> None:
    """By e-mail where there is one that may be used, else a clerk calls."""
    case, when = visit.case, moment(visit.starts_at, visit.zone, visit.case.zone)
    values: Given = {
        "visit_at": when,
        "officer_in": _named(into),
        "officer_out": _named(out),
        **check_values(visit),
    }
    key = f"visit-crew:{visit.pk}:{visit.starts_at.isoformat()}:{into.pk}"
    way = by_mail(case)
    if way:
        outbox.write(
            wording="visit_crew", case=case, channel=way.channel, recipient=case.debtor,
            address=way.address, contact_point=way.point, language=visit.language, values=values,
            visit=visit, due_at=at, at=at, by=by, dedupe_key=key, about={"aim": Aim.SERVING.value},
        )  # fmt: skip
        return
    told = composing.says(
        wording="visit_crew", case=case, recipient=case.debtor, at=at, values=values
    )
    raise_duty(
        case=case,
        kind="visit.tell_crew",
        says={
            "en": f"Call the debtor: {told['en']}",
            "zh": f"请致电债务人告知：{told['zh']}",
        },
        due_at=min(visit.starts_at, at + timedelta(hours=12)),
        key=key,
        role=User.Role.CLERK,
        at=at,
    )
