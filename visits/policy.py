"""What the rules are asked about a visit, and with which facts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cases.facts import facts_for
from cases.guarantees import target_of
from cases.policy import asks
from cases.settling import added_by, place_facts
from common.clock import local_day
from compliance.circumstances import CERTIFICATES
from compliance.facts import OfficerFacts, PaperFacts, SpanFacts
from compliance.verdict import Finding, Verdict
from people.models import Address, OfficerCredential, User
from visits.models import Visit, answers_of
from workflow.steps import Policy

K = OfficerCredential.Kind


def crew_facts(
    officers: Iterable[User],
    day: date,
    *,
    present: set[int] | None = None,
    shown: set[int] | None = None,
) -> tuple[OfficerFacts, ...]:
    """The officers with the credentials that count on that day; sets hold the officers' keys."""
    return crew_through(officers, present=present, shown=shown)(day)


def crew_through(
    officers: Iterable[User], *, present: set[int] | None = None, shown: set[int] | None = None
) -> Callable[[date], tuple[OfficerFacts, ...]]:
    """The same for whichever day is asked, from credentials that are read once."""
    people = list(officers)
    held: dict[int, list[OfficerCredential]] = {}
    for credential in OfficerCredential.objects.filter(officer__in=people).order_by("valid_until"):
        held.setdefault(credential.officer_id, []).append(credential)
    return lambda day: tuple(
        officer_facts(officer, held.get(officer.pk, []), day, present=present, shown=shown)
        for officer in people
    )


def officer_facts(
    officer: User,
    held: Sequence[OfficerCredential],
    day: date,
    *,
    present: set[int] | None = None,
    shown: set[int] | None = None,
) -> OfficerFacts:
    """One officer as the rules see them on that day, of the credentials that they hold."""
    permit, training = _best(held, K.PERMIT, day), _best(held, K.TRAINING, day)
    return OfficerFacts(
        badge=officer.badge,
        name=officer.full_name,
        credential_from=permit.valid_from if permit else None,
        credential_until=permit.valid_until if permit else None,
        revoked=bool(permit and permit.revoked_at),
        trained_on=training.valid_from if training and not training.revoked_at else None,
        certificates=tuple(
            PaperFacts(one.kind, one.valid_from, one.valid_until)
            for one in held
            if one.kind in CERTIFICATES and one.revoked_at is None
        ),
        present=None if present is None else officer.pk in present,
        shown=None if shown is None else officer.pk in shown,
    )


def _best(held: Sequence[OfficerCredential], kind: str, day: date) -> OfficerCredential | None:
    """The one in force on the day, else the one that ends last."""
    own = [credential for credential in held if credential.kind == kind]
    return next((c for c in own if c.valid_on(day)), own[-1] if own else None)


def permit_on(officer: User, day: date) -> OfficerCredential | None:
    """The officer's permit that is in force on that day."""
    return next((c for c in officer.credentials.filter(kind=K.PERMIT) if c.valid_on(day)), None)


def may_plan(
    *,
    place: Address,
    starts_at: datetime,
    ends_at: datetime,
    officers: Sequence[User],
    purpose: str,
    intended_outcome: str,
) -> Policy:
    """Whether a visit may be planned for this slot, place and crew."""

    def policy(subject: Any, *, by: User, at: datetime) -> Verdict:
        there = place_facts(subject.case, place)
        day = local_day(starts_at, there.get("zone") or subject.case.zone)
        return asks(
            "visit.plan",
            on=day,
            start=starts_at,
            end=ends_at,
            place_kind=place.kind,
            place_consent=place.consented,
            contact_sources=(place.source,),
            officers=crew_facts(officers, day),
            purpose=purpose,
            intended_outcome=intended_outcome,
            **target_of(subject.case, place.person_id),
            **there,
        )(subject, by=by, at=at)

    return policy


def counts_crew(finding: Finding) -> bool:
    """Whether it only says how many officers go, which nobody can know before they are chosen."""
    return {"named", "officers"} <= set(finding.inputs)


def may_announce(missing: tuple[str, ...] | None) -> Policy:
    """Whether the visit may be announced with a notice that lacks these fields."""

    def policy(visit: Visit, *, by: User, at: datetime) -> Verdict:
        return _ask("visit.announce", visit, by, at, notice_missing=missing)

    return policy


def may_depart(*, people: int, props: bool) -> Policy:
    """Whether so many people may set out with what they take along."""

    def policy(visit: Visit, *, by: User, at: datetime) -> Verdict:
        return _ask("visit.depart", visit, by, at, people_going=people, props=props)

    return policy


def may_start(visit: Visit, *, by: User, at: datetime) -> Verdict:
    """Whether the visit may begin now, with those officers who are here."""
    here = {part.officer_id for part in visit.crew.all() if part.active and part.checked_in_at}
    length = visit.ends_at - visit.starts_at
    # Whoever rings a little sooner leaves sooner too; whoever is late does not stay longer.
    ends_at = max(min(visit.ends_at, at + length), at)
    return _ask(
        "visit.start", visit, by, at, start=at, end=ends_at, served_at=visit.served_at,
        present=here, people_going=visit.people_going,
        props=None if visit.departed_at is None else False,  # nobody set out with any
    )  # fmt: skip


def may_be_here(visit: Visit, *, by: User, at: datetime) -> Verdict:
    """Whether the officers who were named may be at this door at this moment, as the rules now stand.

    As ``may_start``, but of what nobody outside can see (who has checked in, what was taken along) the
    best is taken; of a visit that is under way itself does not count among those made before it.
    """
    crew = {part.officer_id for part in visit.crew.all() if part.active}
    more: dict[str, Any] = {}
    if visit.started_at:
        known = facts_for(visit.case, at=at)
        itself = (visit.started_at, "visit")
        more["past_visits"] = tuple(m for m in known.past_visits or () if m != visit.started_at)
        more["contacts"] = tuple(c for c in known.contacts or () if (c.at, c.channel) != itself)
    ends_at = max(min(visit.ends_at, at + (visit.ends_at - visit.starts_at)), at)
    return _ask(
        "visit.start", visit, by, at, start=at, end=ends_at,
        served_at=visit.served_at, present=crew, people_going=len(crew), props=False, **more,
    )  # fmt: skip


def may_keep_slot(visit: Visit, *, by: User, at: datetime) -> Verdict:
    """Whether the visit's slot still holds now that its notice has taken effect."""
    return _ask("visit.announce", visit, by, at, served_at=visit.served_at, notice_missing=())


def may_send(visit: Visit, officers: Sequence[User]) -> Policy:
    """Whether these officers may go to the visit as it stands."""
    day = local_day(visit.starts_at, visit.zone)

    def policy(subject: Visit, *, by: User, at: datetime) -> Verdict:
        return _ask(
            "visit.plan", subject, by, at, served_at=subject.served_at,
            officers=crew_facts(officers, day),
        )  # fmt: skip

    return policy


def may_keep_slot_if_served(
    visit: Visit, served_at: datetime, *, by: User, at: datetime
) -> Verdict:
    """Whether the slot would hold, were the notice to take effect only then."""
    return _ask("visit.announce", visit, by, at, served_at=served_at, notice_missing=())


def may_show_papers(visit: Visit, *, by: User, at: datetime) -> Verdict:
    """Whether papers that tell of the debt may be shown now."""
    return _ask("papers.show", visit, by, at, **door_facts(visit))


def may_open_talk(visit: Visit, *, by: User, at: datetime) -> Verdict:
    """Whether all was shown and asked, so that the talk may begin."""
    return _ask("talk.open", visit, by, at, **door_facts(visit))


def may_take_cash(
    *, amount: Decimal, currency: str, counted_by: tuple[str, ...], others_present: bool
) -> Policy:
    """Whether so much may be taken in cash at this visit, counted by these officers, with or without others there."""

    def policy(visit: Visit, *, by: User, at: datetime) -> Verdict:
        return _ask(
            "cash.take", visit, by, at, **door_facts(visit), cash_amount=amount,
            cash_currency=currency, cash_counted_by=counted_by, others_present=others_present,
            payment_to="agency" if visit.case.agency_id else "creditor",
        )  # fmt: skip

    return policy


def may_enter(visit: Visit, *, by: User, at: datetime) -> Verdict:
    """Whether the officers may go in, now that somebody says yes; only the debtor's yes counts."""
    facts = door_facts(visit)
    return _ask(
        "premises.enter",
        visit,
        by,
        at,
        **{**facts, "entry_consent": facts["identified"], "entered": True},
    )


def may_keep_evidence(*, inside: bool, film_consent: bool | None) -> Policy:
    """Whether a file of the visit may be kept, given where it was taken and what the debtor had agreed to."""

    def policy(visit: Visit, *, by: User, at: datetime) -> Verdict:
        return _ask("evidence.add", visit, by, at, inside=inside, film_consent=film_consent)

    return policy


def may_finish(visit: Visit, *, by: User, at: datetime) -> Verdict:
    """What is still owed once the officers have left; nobody is kept at a door by a rule."""
    verdict = _ask("visit.finish", visit, by, at, **finish_facts(visit))
    return replace(verdict, findings=tuple(one for one in verdict.findings if not one.blocks))


def packs_at(visit: Visit) -> tuple[str, ...]:
    """The packs that count at the visit: those of the case and what its place adds."""
    return tuple(place_facts(visit.case, visit.place).get("packs", visit.case.packs))


def packs_there(visit: Visit) -> tuple[str, ...]:
    """The packs of the place alone, for what differs from place to place, such as whom to call."""
    country, home = visit.place.country, visit.case.debtor.country or visit.case.creditor.country
    if not country or country == home:
        return packs_at(visit)
    return tuple(one.pack for one in added_by(visit.case, visit.place))


def finish_facts(visit: Visit) -> dict[str, Any]:
    """What is on record of a visit that ends: the talk, and how it was recorded."""
    asked = visit.consents.filter(kind="recording", lapsed_at=None).order_by("-pk").first()
    spans = visit.evidence.kept().exclude(begins_at=None)
    return {
        "started_at": visit.started_at,
        "talk_recorded": hasattr(visit, "talk"),
        "recording_consent": asked.given if asked else None,
        "recordings": tuple(
            SpanFacts(one.begins_at, one.ends_at) for one in spans if one.begins_at and one.ends_at
        )
        + _nothing_to_record(visit, asked.at if asked else None),
    }


def _nothing_to_record(visit: Visit, asked_at: datetime | None) -> tuple[SpanFacts, ...]:
    """While an answer no longer counted and the debtor had not been asked, nothing could lawfully be recorded."""
    lapsed = visit.consents.filter(kind="recording").exclude(lapsed_at=None).order_by("pk")
    return tuple(
        SpanFacts(one.lapsed_at, asked_at)
        for one in lapsed
        if one.lapsed_at and asked_at and one.lapsed_at < asked_at
    )


def door_facts(visit: Visit) -> dict[str, Any]:
    """What was done at the door so far."""
    consents = answers_of(visit)
    shown = list(visit.shown.all())
    papers = set(visit.case.papers.values_list("pk", flat=True))
    entry = consents.get("entry")
    return {
        "identified": visit.identified_at is not None,
        "started_at": visit.started_at,
        "papers_shown": bool(papers) and papers <= {row.paper_id for row in shown if row.paper_id},
        "recording_asked": "recording" in consents,
        "entry_consent": entry,
        "entered": bool(entry),
        "shown": {part.officer_id for part in visit.crew.all() if part.active and part.shown_at},
    }


def _ask(action: str, visit: Visit, by: User, at: datetime, **more: Any) -> Verdict:
    start = more.pop("start", visit.starts_at)
    there = place_facts(visit.case, visit.place)
    day = local_day(start, there.get("zone") or visit.zone)
    crew = [part.officer for part in visit.crew.select_related("officer") if part.active]
    given = {
        "start": start,
        "end": visit.ends_at,
        "place_kind": visit.place_kind,
        "place_consent": visit.place.consented,
        "contact_sources": (visit.place.source,),
        "purpose": visit.purpose,
        "intended_outcome": visit.intended_outcome,
        "officers": crew_facts(
            crew, day, present=more.pop("present", None), shown=more.pop("shown", None)
        ),
        **target_of(visit.case, visit.place.person_id),
        **there,
        **more,
    }
    return asks(action, on=day, **given)(visit, by=by, at=at)
