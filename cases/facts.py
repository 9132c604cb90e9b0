"""The facts of a case as the rules want them: one query, then pure data."""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat, JSONObject

from cases.models import Call, Case, Circumstance, ClaimPaper, ContactAttempt, Debt, Hold, Refusal
from cases.models.circumstances import OF_THE_DEBT
from cases.models.parties import Party
from common.clock import local_day
from compliance.ask import value
from compliance.facts import (
    BEGUN,
    CircumstanceFacts,
    ContactFacts,
    DebtFacts,
    ExceptionFacts,
    Facts,
    HoldFacts,
    MandateFacts,
    PaperFacts,
)
from notices.models import Notice
from notices.models.notice import MEANS
from people.models import ContactPoint, HousePaper
from workflow.kept import kept
from workflow.models import Approval

OF_AGE, OLD = 18, 70
PAST_VISITS = timedelta(days=60)  # no cap in any pack looks further back
SPOKEN = {"reached", "promised", "refused"}  # outcomes at which the debtor was on the line
# What is written to bring about a payment without a visit; papers and notices of visits are not.
GENTLE = (
    Notice.Kind.LETTER.value, Notice.Kind.REMINDER_BEFORE.value, Notice.Kind.REMINDER_DUE.value,
    Notice.Kind.REMINDER_AFTER.value,
)  # fmt: skip
WENT = (Notice.State.SENT.value, Notice.State.DELIVERED.value, Notice.State.BOUNCED.value)
OF_DEBT = (
    "contract_number", "kind", "contract_on", "due_on", "cost_rate", "annual_rate", "default_rate",
    "default_agreed", "interest_basis", "principal", "interest", "fees", "paid_out", "platform",
    "first_on", "first_principal",
)  # fmt: skip
# The same number may stand in two rows of a person, such as once for calls and once for SMS: the first
# of them marks it, so that nothing that is kept with a decision gives the number away.
_MARK = Subquery(
    ContactPoint.objects.filter(
        person=OuterRef("contact_point__person"), value=OuterRef("contact_point__value")
    )
    .order_by("pk")
    .values("pk")[:1]
)

_LEFT = Q(sent_at__isnull=False) | Q(state__in=[Notice.State.DOUBTFUL, Notice.State.SENDING])
"""What is in a worker's hand or in doubt may reach the debtor, so it counts until somebody knows better."""
_HAS_RUNG = Notice.objects.filter(
    _LEFT, dedupe_key=Concat(Value("bell:"), Cast(OuterRef("pk"), CharField()))
)
"""The word that was brought of a message in the portal; ``notices.bells`` gives it that key."""


@kept
def _what_is_known(*, case: int, at: datetime, since: datetime) -> QuerySet[Case]:
    """All that ``facts_for`` needs of one case, in one query; what is past counts from ``since``."""
    asked = _what_is_asked(at, since)
    the_case: Any = Case.objects.filter(pk=case).order_by()
    known: QuerySet[Case] = the_case.annotate(**asked).values(*asked)
    return known


def with_facts(cases: QuerySet[Case], at: datetime) -> QuerySet[Case]:
    """Many cases, each with all that ``facts_for`` needs, in the one query that loads them."""
    return cases.annotate(**_what_is_asked(at, at - PAST_VISITS))


def _what_is_asked(at: datetime, since: datetime) -> dict[str, Any]:
    visits = Case._meta.get_field("visits").related_model
    agreements = Case._meta.get_field("agreements").related_model
    own = {"case": OuterRef("pk")}
    return {
        "fact_parties": JSONObject(
            zone="debtor__zone", team="team__organisation", creditor_type="creditor__creditor_type", agency="agency__name",
            home="creditor__country", country="debtor__country", region="debtor__region",
            natural_person="creditor__natural_person",
            born="debtor__born_on",
        ),
        "fact_mandate": JSONObject(
            principal="mandate__principal__name", valid_from="mandate__valid_from",
            valid_until="mandate__valid_until", methods="mandate__methods",
            may_receive_money="mandate__may_receive_money", may_sign="mandate__may_sign",
            waiver_limit="mandate__waiver_limit", cash_limit="mandate__cash_limit", passing_on="mandate__subdelegation",
        ),
        "fact_holds": ArraySubquery(
            Hold.objects.filter(**own, ended_at=None)
            .order_by("pk")
            .values(json=JSONObject(reason="reason", scope="scope", starts="starts_on", until="until"))
        ),
        "fact_refusals": ArraySubquery(
            Refusal.objects.filter(**own, lifted_at=None)
            .order_by("-at")
            .values(json=JSONObject(at="at", until="until"))[:1]
        ),
        "fact_circumstances": ArraySubquery(
            Circumstance.objects.filter(
                Q(case=OuterRef("pk"))
                | Q(case__debtor=OuterRef("debtor")) & ~Q(kind__in=OF_THE_DEBT),
                ended_at=None,
            )
            .order_by("pk")
            .values(
                json=JSONObject(kind="kind", since="since", until="until", paper="evidence")
            )
        ),
        "fact_kept": ArraySubquery(
            agreements.objects.filter(**own, state="signed", case__state="follow_up")
            .order_by("pk")
            .values(json=JSONObject(at="signed_at"))[:1]
        ),
        "fact_papers": ArraySubquery(
            ClaimPaper.objects.filter(**own).order_by("kind").values("kind").distinct()
        ),
        "fact_channels": ArraySubquery(
            ContactAttempt.objects.filter(**own, traced=False)
            .order_by("channel")
            .values("channel")
            .distinct()
        ),
        "fact_written": ArraySubquery(
            Notice.objects.filter(**own, kind__in=GENTLE, state__in=WENT)
            .order_by("channel")
            .values("channel")
            .distinct()
        ),
        "fact_debts": ArraySubquery(
            Debt.objects.filter(**own)
            .order_by("pk")
            .values(
                json=JSONObject(
                    limitation="limitation_ends_on", **{name: name for name in OF_DEBT}
                )
            )
        ),
        "fact_visits": ArraySubquery(
            visits.objects.filter(
                case__debtor=OuterRef("debtor"),
                started_at__isnull=False,
                started_at__gte=since,
            )
            .order_by("started_at")
            .values(
                json=JSONObject(
                    at="started_at", id="pk", outcome="outcome", met="identified_at",
                    agency="case__agency", creditor="case__creditor",
                )
            )
        ),
        "fact_guarantor": Exists(Party.objects.filter(**own, role=Party.Role.GUARANTOR)),
        "fact_common_debtor": Exists(
            Party.objects.filter(**own, role=Party.Role.SPOUSE).exclude(common_debt="")
        ),
        "fact_unconfirmed": Exists(
            visits.objects.filter(
                **own, state__in=["finished", "aborted"], crew__active=True,
                crew__attested_at=None,
            )
        ),
        "fact_attempts": ArraySubquery(
            ContactAttempt.objects.filter(case__debtor=OuterRef("debtor"), at__gte=since)
            .order_by("at")
            .values(
                json=JSONObject(
                    at="at", channel="channel", outcome="result", number=_MARK, role="party__role",
                    agency="case__agency", creditor="case__creditor",
                )
            )
        ),
        "fact_calls": ArraySubquery(
            # A number that was given out may have been dialled: nobody has said yet what came of it.
            Call.objects.open()
            .filter(case__debtor=OuterRef("debtor"), at__gte=since)
            .order_by("at")
            .values(
                json=JSONObject(
                    at="at", call="pk", number=_MARK, role="party__role", agency="case__agency",
                    creditor="case__creditor",
                )
            )
        ),
        "fact_notices": ArraySubquery(
            Notice.objects.annotate(left_at=Coalesce("sent_at", "begun_at"))
            .filter(_LEFT, case__debtor=OuterRef("debtor"), left_at__gte=since)
            # A message in the portal and the word that was brought of it reach out once.
            .exclude(Q(channel=Notice.Channel.PORTAL) & Exists(_HAS_RUNG))
            .order_by("left_at")
            .values(
                json=JSONObject(
                    at="left_at", channel="channel", outcome="state", agency="case__agency",
                    creditor="case__creditor", notice="pk",
                )
            )
        ),
        "fact_house_papers": ArraySubquery(
            HousePaper.objects.filter(
                Q(organisation=OuterRef("creditor")) | Q(organisation=OuterRef("agency")),
                withdrawn_at=None,
            )
            .order_by("pk")
            .values(json=JSONObject(kind="kind", since="valid_from", until="valid_until"))
        ),
        "fact_exceptions": ArraySubquery(
            Approval.objects.filter(
                Q(kind=Approval.Kind.EXCEPTION) & Q(state=Approval.State.GRANTED), **own,
                expires_at__gt=at,
            )
            .order_by("pk")
            .values(
                json=JSONObject(
                    rule="subject",
                    asked=F("requested_by__full_name"),
                    granted=F("decided_by__full_name"),
                    until="expires_at",
                    reason="reason",
                    kind="evidence_kind",
                    document="evidence__number",
                )
            )
        ),
    }  # fmt: skip


@kept
def _what_is_known_of_all(
    *, cases: list[int], at: datetime, since: datetime
) -> QuerySet[Case, dict[str, Any]]:
    """The same of many cases."""
    asked = _what_is_asked(at, since)
    those = f'"{Case._meta.db_table}"."id" = any(%s)'  # one parameter, however many there are
    the_cases: Any = Case.objects.extra(where=[those], params=[cases]).order_by()  # noqa: S610  # nosec B610
    known: QuerySet[Case, dict[str, Any]] = the_cases.annotate(**asked).values("pk", *asked)
    return known


def learn_all(cases: Sequence[Case], at: datetime) -> None:
    """Read the facts of many cases in one statement; each is asked once and at this moment."""
    known = _what_is_known_of_all(cases=[case.pk for case in cases], at=at, since=at - PAST_VISITS)
    facts = {row.pop("pk"): row for row in known}
    for case in cases:
        for name, found in facts[case.pk].items():
            setattr(case, name, found)


def learn_facts(case: Case, at: datetime) -> None:
    """Read the case's facts once for all that will ask of it at this moment, such as a page."""
    for name, known in _what_is_known(case=case.pk, at=at, since=at - PAST_VISITS)[0].items():
        setattr(case, name, known)


def facts_for(
    case: Case, *, at: datetime, but_call: int | None = None, but_notice: int | None = None,
    **more: Any,
) -> Facts:  # fmt: skip
    """What is known of the case at this moment; ``more`` adds what the action itself knows.

    ``but_call`` is the call that is being judged itself, so that it does not stand in its own way;
    ``but_notice`` the message of which word is to be brought: both together reach out once.
    """
    if not hasattr(case, "fact_holds"):
        case = copy(case)  # what holds at this moment is not for the next one to find
        learn_facts(case, at)
    parties = case.fact_parties
    known: dict[str, Any] = {
        "packs": tuple(case.packs),
        "zone": parties["zone"],
        "country": parties["country"] or parties["home"] or None,
        "region": parties["region"] or None,
        "creditor_type": parties["creditor_type"] or None,
        "collector": "agency" if case.agency_id else "own",
        "at": at,
        "target_role": "debtor",
        "contacts": tuple(_contacts(case, but_call, but_notice)),
        "record_confirmed": not case.fact_unconfirmed,
        "has_guarantor": case.fact_guarantor,
        "past_visits": tuple(_moment(row["at"]) for row in case.fact_visits),
        "refused_at": _moment(case.fact_refusals[0]["at"]) if case.fact_refusals else None,
        "refusal_lifted": False,
        "no_contact_order": any(
            row["reason"] == Hold.Reason.NO_CONTACT_ORDER for row in case.fact_holds
        ),
        "holds": _holds(case, at),
        "circumstances": _circumstances(case, at),
        "claim_papers": tuple(case.fact_papers),
        "natural_person_lender": parties["natural_person"],
        "mandate": _mandate(case),
        "gentler_tried": tuple(
            sorted({*case.fact_channels, *(MEANS.get(one, one) for one in case.fact_written)})
        ),
        "overdue_since": case.overdue_since,
        "balance": case.balance,
        "bureau_reported": case.bureau_reported_on is not None,
        "exceptions": tuple(
            ExceptionFacts(
                rule=row["rule"],
                requested_by=row["asked"],
                approved_by=row["granted"],
                until=local_day(_moment(row["until"]), parties["zone"]),
                evidence=row["reason"],
                kind=row["kind"],
                document=row["document"] or "",
            )
            for row in case.fact_exceptions
        ),
        "house_papers": tuple(
            PaperFacts(row["kind"], date.fromisoformat(row["since"]), _day(row["until"]))
            for row in case.fact_house_papers
        ),
        **_of_debts(case.fact_debts),
    }
    return Facts(**{**known, **more})


def number_mark(point: ContactPoint) -> str:
    """By which the facts know this number, and every other row of the person that holds the same."""
    same = ContactPoint.objects.filter(person=point.person_id, value=point.value)
    return str(same.order_by("pk").values_list("pk", flat=True).first() or "")


def _contacts(
    case: Case, but_call: int | None = None, but_notice: int | None = None
) -> Iterator[ContactFacts]:
    """All that reached out to the debtor: calls and messages, what was sent, visits; by whomever."""
    for row in case.fact_attempts:
        yield _contact(
            case, row, spoken=row["outcome"] in SPOKEN, number=str(row["number"] or ""),
        )  # fmt: skip
    for row in case.fact_calls:
        if row["call"] != but_call:
            row = {**row, "channel": "phone", "outcome": BEGUN}
            yield _contact(case, row, spoken=False, number=str(row["number"] or ""))
    for row in case.fact_notices:
        if row["notice"] == but_notice:
            continue
        means = MEANS.get(row["channel"], row["channel"])
        yield _contact(case, {**row, "channel": means}, spoken=False)
    for row in case.fact_visits:
        yield _contact(case, {**row, "channel": "visit"}, spoken=row["met"] is not None)


def _contact(case: Case, row: Mapping[str, Any], *, spoken: bool, number: str = "") -> ContactFacts:
    same = (row["agency"], row["creditor"] if row["agency"] is None else None)
    return ContactFacts(
        at=_moment(row["at"]),
        channel=row["channel"],
        outcome=row["outcome"],
        spoken=spoken,
        number=number,
        role=row.get("role") or "debtor",
        ours=same == (case.agency_id, None if case.agency_id else case.creditor_id),
    )


def _holds(case: Case, at: datetime) -> tuple[HoldFacts, ...]:
    """The open holds; one that waits for a decision has no last day."""
    today = local_day(at, case.fact_parties["zone"])
    decided = value(tuple(case.packs), "hold.until_decided", today) or ()
    return tuple(
        HoldFacts(
            reason=row["reason"],
            scope=row["scope"],
            starts_on=date.fromisoformat(row["starts"]),
            until=None if row["reason"] in decided else date.fromisoformat(row["until"]),
        )
        for row in case.fact_holds
    )


def _circumstances(case: Case, at: datetime) -> tuple[CircumstanceFacts, ...]:
    """What was recorded, and what follows from the date of birth and from a plan in force."""
    zone, born = case.fact_parties["zone"], _day(case.fact_parties["born"])
    found = [
        CircumstanceFacts(
            kind=row["kind"],
            since=date.fromisoformat(row["since"]),
            until=_day(row["until"]),
            evidence=row["paper"] is not None,
        )
        for row in case.fact_circumstances
    ]
    if born:
        of_age, old = _birthday(born, OF_AGE), _birthday(born, OLD)
        today = local_day(at, zone)
        if today < of_age:
            found.append(CircumstanceFacts("minor", born, of_age - timedelta(days=1), True))
        if today >= old:
            found.append(CircumstanceFacts("elderly", old, None, True))
    found += [
        CircumstanceFacts("agreement_kept", local_day(_moment(row["at"]), zone), None, True)
        for row in case.fact_kept
    ]
    return tuple(found)


def _birthday(born: date, years: int) -> date:
    """The day on which somebody has lived so many years; of the 29th of February the day after."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def _mandate(case: Case) -> MandateFacts | None:
    if case.mandate_id is None:
        return None
    row = case.fact_mandate
    limit, cash = row["waiver_limit"], row["cash_limit"]
    return MandateFacts(
        principal=row["principal"],
        agent=case.fact_parties["agency"] or "",
        valid_from=_day(row["valid_from"]),
        valid_until=_day(row["valid_until"]),
        methods=tuple(row["methods"]),
        may_receive_money=row["may_receive_money"],
        may_sign=row["may_sign"],
        waiver_limit=None if limit is None else Decimal(str(limit)),
        cash_limit=None if cash is None else Decimal(str(cash)),
        # Another house's team at work: the task was passed on, which takes the creditor's word.
        subdelegated=case.fact_parties["team"] not in (case.agency_id, case.creditor_id)
        and not row["passing_on"],
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _of_debts(debts: list[Mapping[str, Any]]) -> dict[str, Any]:
    """The soonest limitation of all, and what each contract costs."""
    ends = [date.fromisoformat(row["limitation"]) for row in debts if row["limitation"]]
    return {
        "limitation_ends_on": min(ends) if len(ends) == len(debts) and ends else None,
        "debts": tuple(_debt(row) for row in debts),
    }


def _debt(row: Mapping[str, Any]) -> DebtFacts:
    rate = _amount(row["annual_rate"])
    # A rate that was stated is taken as agreed until somebody says otherwise.
    basis = row["interest_basis"] or (None if rate is None else "agreed")
    return DebtFacts(
        contract=row["contract_number"], kind=row["kind"], contract_on=_day(row["contract_on"]),
        due_on=_day(row["due_on"]), cost_rate=_amount(row["cost_rate"]), annual_rate=rate,
        default_rate=_amount(row["default_rate"]), default_agreed=row["default_agreed"],
        interest_basis=basis, principal=_amount(row["principal"]),
        interest=_amount(row["interest"]), fees=_amount(row["fees"]),
        paid_out=_amount(row["paid_out"]), platform=row["platform"],
        first_on=_day(row["first_on"]), first_principal=_amount(row["first_principal"]),
    )  # fmt: skip


def _amount(given: Any) -> Decimal | None:
    return None if given is None else Decimal(str(given))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
