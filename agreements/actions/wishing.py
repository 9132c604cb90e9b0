"""What the debtor wishes of a plan: another one before it breaks, or to pay so and so; a clerk writes the terms."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from agreements.actions.drawing import in_force
from agreements.models import Agreement
from agreements.options import Option, may_be_agreed
from cases.actions.statements import SAID, record_statement
from cases.models import Assessment, Case
from cases.models.case import Step as CaseStep
from common.clock import local_day
from common.money import ZERO, show
from documents.letterhead import both, day
from people.models import User
from workflow.models import Duty
from workflow.steps import StateRefused, WrongInput, tell

CAUSES = (
    Agreement.Cause.INCOME, Agreement.Cause.ILLNESS, Agreement.Cause.FAMILY, Agreement.Cause.DATES,
    Agreement.Cause.OTHER,
)  # fmt: skip
"""Why a debtor may need another plan; the other causes are the house's own."""
NEW_PLAN, OFFER = "new_plan", "offer"


def ask_new_plan(*, case: Case, cause: str, text: str, by: User, at: datetime) -> datetime:
    """Ask for another plan in place of the one in force; gives by when it is answered.

    The plan holds as it is until another one is signed. Raises ``WrongInput`` where it is asked already, and
    ``StateRefused`` where no plan is in force.
    """
    if cause not in {one.value for one in CAUSES}:
        raise WrongInput(_("Choose one of the reasons."), "cause")
    agreement = in_force(case)
    ahead = (
        agreement
        and agreement.instalments.filter(paid_at=None, due_on__gte=local_day(at, case.zone)).first()
    )
    more = {"renewal": cause}
    if ahead:
        more["due_on"] = ahead.due_on.isoformat()

    def must_stand(locked: Case) -> None:
        if in_force(locked) is None:
            raise StateRefused(locked, SAID)
        must_not_be_asked(locked, NEW_PLAN)

    return record_statement(
        case=case, what=NEW_PLAN, text=text, by=by, at=at, more=more, then=must_stand,
        says=both(lambda: _("Reason: %(reason)s.") % {"reason": Agreement.Cause(cause).label}),
    )  # fmt: skip


def offer_to_pay(
    *,
    case: Case,
    option: Option,
    text: str,
    by: User,
    at: datetime,
    income: Decimal | None = None,
    outgoings: Decimal | None = None,
) -> datetime:
    """The debtor offers to pay by one of the ways that were open; gives by when it is answered.

    The rules are asked once more. Where both ``income`` and ``outgoings`` of a month are known they are kept as an
    assessment of what can be borne. Raises ``PolicyRefused``, ``WrongInput`` where an offer waits for its answer, and
    ``StateRefused`` once the case is closed.
    """
    if case.state == CaseStep.CLOSURE:  # no rule is asked of what can be paid no more
        raise StateRefused(case, SAID)
    rows = option.way.rows
    more = {
        "plan": option.way.kind, "count": len(rows), "total": option.total,
        "most": option.heaviest, "starts_on": rows[0].due_on, "ends": rows[-1].due_on,
        "terms": {name: _as_text(given) for name, given in option.fields.items()},
    }  # fmt: skip
    if option.waived_total:
        more["waived"] = option.waived_total

    def must_be_new(locked: Case) -> None:
        must_not_be_asked(locked, OFFER)
        if income is not None and outgoings is not None:
            _assess(locked, income, outgoings, by, at)

    return record_statement(
        case=case, what=OFFER, text=text, by=by, at=at, more=more, then=must_be_new,
        policy=may_be_agreed(case, option.way, at), says=_offered(option),
    )  # fmt: skip


def _assess(case: Case, income: Decimal, outgoings: Decimal, by: User, at: datetime) -> None:
    """Keep what the debtor told of income and outgoings, under the case's lock; the newest counts."""
    made = Assessment.objects.create(
        case=case, made_at=at, made_by=by, income=income, outgoings=outgoings,
        source=_("told by the debtor, by a link"),
    )  # fmt: skip
    tell(case, "ability.assessed", by, at, {"left_to_pay_with": made.left_to_pay_with})


def _offered(option: Option) -> dict[str, str]:
    """The plan in the task's words, in both languages."""
    rows, first = option.way.rows, day(option.way.rows[0].due_on)
    kind = both(lambda: option.label)
    said = {
        "en": f"{kind['en']}: {len(rows)} × at most {show(option.heaviest)}, {show(option.total)} in all, from {first['en']}.",
        "zh": f"{kind['zh']}，共 {len(rows)} 期，每期最多 {show(option.heaviest)} 元，合计 {show(option.total)} 元，{first['zh']}起。",
    }
    if option.waived_total > ZERO:
        said["en"] += f" Waived: {show(option.waived_total)}."
        said["zh"] += f"减免 {show(option.waived_total)} 元。"
    return said


def _as_text(given: object) -> object:
    return [str(one) for one in given] if isinstance(given, (list, tuple)) else str(given)


def must_not_be_asked(case: Case, what: str) -> None:
    """Raise ``WrongInput`` while an answer to the same is still to come."""
    if Duty.objects.filter(case=case, kind=f"{SAID}.{what}", done_at=None).exists():
        raise WrongInput(_("We have this from you already, and answer by the time that you see."))
