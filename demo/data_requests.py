"""The demo's privacy: a copy that is asked for and waits, a deletion that was answered, and who looked."""

from datetime import datetime, timedelta

from cases.actions.privacy import prove_identity, receive_request
from cases.models import Case, DataRequest
from cases.models.case import OPEN_STEPS
from cases.personal import held_of
from demo.cast import Cast
from looking.actions import tell_looks, unmask
from looking.models import look
from notices import links
from notices.models import PortalLink
from people.models import User
from portal import entering
from privacy.actions import answer_request
from workflow.by_link import acting_by


def ask_about_data(cast: Cast, now: datetime) -> None:
    """Two cases of the team that the demo's clerk works in: the first asks for a copy, the second for deletion."""
    clerk, compliance = cast.users["clerk"], cast.users["compliance"]
    cases = Case.objects.filter(team=clerk.team, state__in=OPEN_STEPS).select_related("debtor")
    first, second, third = cases.order_by("pk")[:3]
    _asks_on_own_pages(third, now - timedelta(days=1, hours=2))
    copy = receive_request(
        case=first, asked="access", how="letter", by=clerk, at=now - timedelta(days=3),
        remark="来信要求查阅、复制本机构持有的全部个人信息，并说明来源和提供给谁。",
    )  # fmt: skip
    prove_identity(
        request=copy, identity="paper", words="随信附身份证复印件，与合同留存一致", by=clerk,
        at=now - timedelta(days=2),
    )  # fmt: skip
    deletion = receive_request(
        case=second, asked="deletion", how="phone", by=clerk, at=now - timedelta(days=9),
        remark="来电要求删除全部个人信息。",
    )  # fmt: skip
    prove_identity(
        request=deletion, identity="call_back", words="按合同预留号码回拨，核对了证件后四位",
        by=clerk, at=now - timedelta(days=8),
    )  # fmt: skip
    answer_request(
        request=DataRequest.objects.select_related("case", "person").get(pk=deletion.pk),
        decision="refuse", by=compliance, at=now - timedelta(days=5),
        grounds="债权尚未结清，处理您的信息仍为履行合同所必需，且有关记录尚在法定保存期限内。结清并届满保存期限后，我们会主动删除。",
    )  # fmt: skip
    _look_around(Case.objects.select_related("debtor").get(pk=first.pk), cast, now)


def _asks_on_own_pages(case: Case, at: datetime) -> None:
    """The debtor comes in by a link and says what of their data is wrong."""
    link = links.link_for(case=case, person=case.debtor, at=at, purpose=PortalLink.Purpose.OWN)
    entering.enter(links.token_of(link), case.debtor.id_number[-4:], at)
    with acting_by(link.pk):
        receive_request(
            case=case, asked="correction", how="portal", identity="portal", by=User.objects.system(),
            at=at + timedelta(minutes=3), field="employer", wanted="杭州拱墅好邻居超市",
            remark="我去年已经换了工作，请改正单位名称。",
        )  # fmt: skip


def _look_around(case: Case, cast: Cast, now: datetime) -> None:
    """What the timeline and the list of looks tell: two days of looking, and one look at the numbers in full."""
    clerk, boss = cast.users["clerk"], cast.users["supervisor"]
    for days, who in ((2, clerk), (2, boss), (1, clerk), (0, boss)):
        look(case.pk, who, "case", now - timedelta(days=days, minutes=7))
        look(case.pk, who, "timeline", now - timedelta(days=days, minutes=4))
    unmask(
        case=case, group="numbers", why="reaching", words="来信未留电话，需核对合同预留号码后回电",
        seen=held_of(case, "numbers"), by=clerk, at=now - timedelta(days=1),
    )  # fmt: skip
    tell_looks(now, by=User.objects.system())
