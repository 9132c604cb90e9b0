"""The demo's bundles: the whole of a closed case for the court, and a copy for the open hearing."""

from datetime import datetime

from cases.models import Case
from court import actions, running
from court.models import Bundle
from demo.cast import Cast
from people.models import User
from visits.models import Visit
from workflow.approvals import decide_approval

HEARD = "杭州市西湖区人民法院（2026）浙0106民初1147号"


def hand_over(cast: Cast, now: datetime) -> None:
    """The signed heads of the days before, then two bundles of the first case that was closed."""
    running.anchor(at=now)
    visited = Visit.objects.filter(state=Visit.State.FINISHED).values("case")
    case = Case.objects.filter(state="closure", pk__in=visited).order_by("pk").first()
    if case is None:
        return
    by: User = cast.users["compliance"]
    whole = actions.ask_bundle(case=case, scope="whole", reason=HEARD, by=by, at=now)
    if whole.export and whole.export.approval:  # data in full: the team's supervisor has to agree
        decide_approval(
            approval=whole.export.approval, granted=True, answer="庭审举证需要，同意。",
            by=User.objects.get(role="supervisor", team=case.team), at=now,
        )  # fmt: skip
    running.build_waiting(whole.pk, at=now)
    copy = actions.ask_bundle(
        case=Case.objects.get(pk=case.pk), scope="redacted", reason=f"{HEARD}，公开开庭",
        hidden=list(Bundle.Hidden.values), people=[case.debtor_name], hidden_why="公开开庭，与案情无关的个人信息予以遮盖",
        by=by, at=now,
    )  # fmt: skip
    running.build_waiting(copy.pk, at=now)
