"""A mandate has ended while the case is open: the agency parts with the data and the originals, and somebody sees to it.

A closing raises these duties by the packs; the end of a mandate is no act of anybody, so the clock raises them.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from agreements.actions.leaving import DATA_DUTY
from agreements.policy import still_held
from cases.models import Case
from cases.models.case import OPEN_STEPS
from common.clock import HOUSE_ZONE, day_begins, local_day
from people.models import User
from workflow.duties import fulfil, raise_duty
from workflow.models import Duty
from workflow.steps import WrongInput, note

log = logging.getLogger(__name__)

HANDBACK = "CN-HANDBACK"
PART_WITHIN = timedelta(days=5)
"""As after a closing (CN-56, CN-HANDBACK), where the days are house policy, too."""
BATCH = 200
KEY = "mandate_ended:"


def sweep_mandates(at: datetime, *, by: User | None = None) -> int:
    """Raise the duties of each open case whose mandate has ended, and end them where it has another one; says of how many."""
    by, today = by or User.objects.system(), local_day(at, HOUSE_ZONE)
    ended = Case.objects.filter(
        state__in=OPEN_STEPS, agency__isnull=False, mandate__valid_until__lt=today, data_return=None
    ).select_related("mandate", "agency", "debtor")  # fmt: skip
    # The key holds the mandate: one that ends after another has taken its place is told anew.
    same = Concat(
        Value(KEY), Cast("pk", TextField()), Value(":"), Cast("mandate", TextField()),
        Value(f":{DATA_DUTY}"), output_field=TextField(),
    )  # fmt: skip
    untold = ended.annotate(told_as=same).exclude(
        Exists(Duty.objects.filter(key=OuterRef("told_as")))
    )
    new = list(untold.order_by("pk")[:BATCH])
    for case in new:
        _safely(_tell, case, at, by)
    waits = Duty.objects.filter(case=OuterRef("pk"), key__startswith=KEY, done_at=None)
    again = Case.objects.filter(Exists(waits), mandate__valid_until__gte=today)
    for case in again.order_by("pk")[:BATCH]:
        _safely(_runs_again, case, at, by)
    return len(new)


def _safely(do: Any, case: Case, at: datetime, by: User) -> None:
    try:
        do(case, at, by)
    except WrongInput:  # somebody was quicker
        pass
    except Exception:
        log.exception("That the mandate of %s has ended could not be told.", case.reference)


def _tell(case: Case, at: datetime, by: User) -> None:
    mandate, agency = case.mandate, case.agency
    assert mandate  # noqa: S101 - the query wants both
    assert agency  # noqa: S101
    until, due = mandate.valid_until, day_begins(mandate.valid_until + PART_WITHIN, case.zone)

    def write(locked: Case, _by: User, at: datetime) -> None:
        if locked.mandate_id != mandate.pk:
            raise WrongInput(_("The case has another mandate."))
        raise_duty(
            case=locked, kind=DATA_DUTY, key=_key(case, DATA_DUTY), at=at, due_at=max(due, at),
            role=User.Role.CLERK,
            says={
                "en": f"The mandate {mandate.number} ended on {until}: {agency} returns or deletes the debtor's data and certifies it.",
                "zh": f"委托合同 {mandate.number} 已于 {until} 到期：请由{agency}返还或删除债务人个人信息，并出具证明。",
            },
        )  # fmt: skip
        if still_held(locked).exists():
            raise_duty(
                case=locked, kind=HANDBACK, key=_key(case, HANDBACK), at=at, due_at=max(due, at),
                role=User.Role.CLERK,
                says={
                    "en": f"The mandate {mandate.number} ended on {until}: hand the originals of the claim back to the creditor, against a receipt.",
                    "zh": f"委托合同 {mandate.number} 已于 {until} 到期：请将债权凭证原件交还债权人，并取得收据。",
                },
            )  # fmt: skip

    note(
        case, event="mandate.ended", by=by, at=at, then=write,
        data={"mandate": mandate.number, "until": until, "agency": str(agency)},
    )  # fmt: skip


def _runs_again(case: Case, at: datetime, by: User) -> None:
    def end(locked: Case, by: User, at: datetime) -> None:
        for duty in Duty.objects.filter(case=locked, key__startswith=KEY, done_at=None):
            fulfil(case=locked, kind=duty.kind, key=duty.key, by=by, at=at)

    mandate = case.mandate
    note(
        case, event="mandate.renewed", by=by, at=at, then=end,
        data={
            "mandate": mandate.number if mandate else "",
            "until": mandate.valid_until if mandate else None,
        },
    )  # fmt: skip


def _key(case: Case, kind: str) -> str:
    return f"{KEY}{case.pk}:{case.mandate_id}:{kind}"
