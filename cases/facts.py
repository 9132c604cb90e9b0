"""The facts of a case as the rules want them: one query, then pure data."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from cases.models import Case, ClaimPaper, ContactAttempt, Debt, Hold, Refusal
from common.clock import local_day
from compliance.facts import ExceptionFacts, Facts, HoldFacts, MandateFacts
from workflow.models import Approval

PAST_VISITS = timedelta(days=60)  # no cap in any pack looks further back


def with_facts(cases: QuerySet[Case], at: datetime) -> QuerySet[Case]:
    """The cases with all that ``facts_for`` needs, in the one query that loads them."""
    visits = Case._meta.get_field("visits").related_model
    own = {"case": OuterRef("pk")}
    return cases.select_related("debtor", "creditor", "agency", "mandate", "team").annotate(
        fact_holds=ArraySubquery(
            Hold.objects.filter(**own, ended_at=None)
            .order_by("pk")
            .values(json=JSONObject(reason="reason", scope="scope", starts="starts_on", until="until"))
        ),
        fact_refusals=ArraySubquery(
            Refusal.objects.filter(**own, lifted_at=None)
            .order_by("-at")
            .values(json=JSONObject(at="at", until="until"))[:1]
        ),
        fact_papers=ArraySubquery(
            ClaimPaper.objects.filter(**own).order_by("kind").values("kind").distinct()
        ),
        fact_channels=ArraySubquery(
            ContactAttempt.objects.filter(**own).order_by("channel").values("channel").distinct()
        ),
        fact_debts=ArraySubquery(
            Debt.objects.filter(**own)
            .order_by("pk")
            .values(
                json=JSONObject(
                    limitation="limitation_ends_on", rate="annual_rate", contract="contract_on"
                )
            )
        ),
        fact_visits=ArraySubquery(
            visits.objects.filter(
                case__debtor=OuterRef("debtor"),
                started_at__isnull=False,
                started_at__gte=at - PAST_VISITS,
            )
            .order_by("started_at")
            .values(json=JSONObject(at="started_at", id="pk"))
        ),
        fact_exceptions=ArraySubquery(
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
                )
            )
        ),
    )  # fmt: skip


def facts_for(case: Case, *, at: datetime, **more: Any) -> Facts:
    """What is known of the case at this moment; ``more`` adds what the action itself knows."""
    if not hasattr(case, "fact_holds"):
        case = with_facts(Case.objects.filter(pk=case.pk), at).get()
    known: dict[str, Any] = {
        "packs": tuple(case.packs),
        "zone": case.zone,
        "creditor_type": case.creditor.creditor_type or None,
        "collector": "agency" if case.agency_id else "own",
        "at": at,
        "target_role": "debtor",
        "past_visits": tuple(_moment(row["at"]) for row in case.fact_visits),
        "refused_at": _moment(case.fact_refusals[0]["at"]) if case.fact_refusals else None,
        "refusal_lifted": False,
        "no_contact_order": any(
            row["reason"] == Hold.Reason.NO_CONTACT_ORDER for row in case.fact_holds
        ),
        "holds": tuple(
            HoldFacts(
                reason=row["reason"],
                scope=row["scope"],
                starts_on=date.fromisoformat(row["starts"]),
                until=date.fromisoformat(row["until"]),
            )
            for row in case.fact_holds
        ),
        "claim_papers": tuple(case.fact_papers),
        "natural_person_lender": False,
        "mandate": _mandate(case),
        "gentler_tried": tuple(case.fact_channels),
        "overdue_since": case.overdue_since,
        "balance": case.balance,
        "exceptions": tuple(
            ExceptionFacts(
                rule=row["rule"],
                requested_by=row["asked"],
                approved_by=row["granted"],
                until=local_day(_moment(row["until"]), case.zone),
                evidence=row["reason"],
            )
            for row in case.fact_exceptions
        ),
        **_of_debts(case.fact_debts),
    }
    return Facts(**{**known, **more})


def _mandate(case: Case) -> MandateFacts | None:
    mandate = case.mandate
    if mandate is None:
        return None
    return MandateFacts(
        principal=mandate.principal.name
        if mandate.principal_id != case.creditor_id
        else case.creditor.name,
        agent=case.agency.name if case.agency else "",
        valid_from=mandate.valid_from,
        valid_until=mandate.valid_until,
        methods=tuple(mandate.methods),
        may_receive_money=mandate.may_receive_money,
        may_sign=mandate.may_sign,
        waiver_limit=mandate.waiver_limit,
        subdelegated=False,
    )


def _of_debts(debts: list[Mapping[str, Any]]) -> dict[str, Any]:
    """The soonest limitation, the dearest rate and the oldest contract: the strictest view."""
    ends = [date.fromisoformat(row["limitation"]) for row in debts if row["limitation"]]
    rates = [Decimal(str(row["rate"])) for row in debts if row["rate"] is not None]
    contracts = [date.fromisoformat(row["contract"]) for row in debts if row["contract"]]
    return {
        "limitation_ends_on": min(ends) if len(ends) == len(debts) and ends else None,
        "annual_rate": max(rates) if rates else None,
        "contract_on": min(contracts) if contracts else None,
    }


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
