"""What hangs on a notice that failed, came back or is in doubt: a duty for the desk, a word on its address."""

from datetime import datetime, timedelta

from django.utils.translation import override

from notices.models import Notice
from people.models import ContactPoint, User
from workflow.duties import fulfil, raise_duty
from workflow.steps import tell

TO_BE_SEEN_TO = timedelta(days=1)
SAYS = {
    "notice.doubtful": {
        "en": "Nobody knows whether this went out: {kind} to {name}. Look it up and say.",
        "zh": "无法确定是否已发出：{kind}（收件人 {name}）。请查证后作出判断。",
    },
    "notice.failed": {
        "en": "Could not be sent: {kind} to {name}. Correct the address or choose another way.",
        "zh": "未能发出：{kind}（收件人 {name}）。请更正地址或改用其他方式。",
    },
    "notice.bounced": {
        "en": "Came back: {kind} to {name}. Correct the address or choose another way.",
        "zh": "已被退回：{kind}（收件人 {name}）。请更正地址或改用其他方式。",
    },
}


def ask_to_settle(notice: Notice, kind: str, at: datetime) -> None:
    """Give the desk the duty to see to it; once for each attempt."""
    said = {}
    for tongue, code in (("en", "en"), ("zh", "zh-hans")):
        with override(code):
            said[tongue] = SAYS[kind][tongue].format(
                kind=notice.called(), name=notice.recipient.name
            )
    raise_duty(
        case=notice.case,
        kind=f"notice.settle:{notice.pk}",
        says=said,
        due_at=at + TO_BE_SEEN_TO,
        key=f"{kind}:{notice.pk}:{at.isoformat()}",
        at=at,
        role=User.Role.CLERK,
    )


def settled(notice: Notice, by: User, at: datetime) -> None:
    """The desk's duty to see to it is done."""
    fulfil(case=notice.case, kind=f"notice.settle:{notice.pk}", by=by, at=at)


def mark_dead(notice: Notice, by: User, at: datetime) -> None:
    """Nobody is reached there: no notice and no call tries it again."""
    point = notice.contact_point
    if point is None:
        return
    if ContactPoint.objects.filter(pk=point.pk, dead_at=None).update(dead_at=at):
        point.dead_at = at
        tell(notice.case, "contact_point.dead", by, at, {"channel": point.channel})


def mark_unwanted(notice: Notice, by: User, at: datetime) -> None:
    """Whoever is reached there has told the carrier to bring nothing more: nothing is sent there."""
    point = notice.contact_point
    if point is None:
        return
    if ContactPoint.objects.filter(pk=point.pk, do_not_contact=False).update(do_not_contact=True):
        point.do_not_contact = True
        tell(notice.case, "contact_point.unwanted", by, at, {"channel": point.channel})
