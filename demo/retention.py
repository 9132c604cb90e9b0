"""The demo's old cases: one whose records have gone, one that a suit holds, one whose term ends soon."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from agreements.actions import closing
from cases.actions import preparing
from cases.actions.opening import Claimed, open_case
from cases.models import Case
from common.clock import from_local, local_day
from demo import files
from demo.cast import Cast
from demo.diary import ZONE
from people.models import Address, ContactPoint, Person, User
from retention.actions import erasing, holding
from workflow.approvals import decide_approval

FIRST = date(2021, 11, 1)
"""Since when the packs have terms: what was closed before has none and is kept."""
OLD = (  # debtor, guarantor's friend who was only to be reached, and how many days past its five years it is
    ("顾念慈", "顾小满", 20),
    ("江望舒", "江远帆", 12),
    ("白景行", "白露", -30),
)


BEFORE = (
    ("祝南星", "祝小北", date(2021, 6, 18)),
)  # closed before the first term: a person decides


def keep_and_delete(cast: Cast, now: datetime) -> None:
    """Three cases of five years ago, a hold on the second, one older than every term, and what the clock has deleted by now."""
    cases = [
        _old_case(cast, n, name, friend, _closed_on(n, past, now))
        for n, (name, friend, past) in enumerate(OLD, 1)
    ]
    for n, told in enumerate(BEFORE, len(OLD) + 1):
        _old_case(cast, n, *told)
    holding.set_legal_hold(
        case=cases[1], kind="suit", reason="债务人就本案提起侵权诉讼，杭州市西湖区人民法院已受理",
        review_on=local_day(now, ZONE) + timedelta(days=150), by=cast.users["compliance"], at=now,
    )  # fmt: skip
    erasing.sweep(now, by=User.objects.system())


def _closed_on(n: int, past: int, now: datetime) -> date:
    today = local_day(now, ZONE)
    return max(FIRST + timedelta(days=n), _five_years_before(today) - timedelta(days=past))


def _old_case(cast: Cast, n: int, name: str, friend: str, closed_on: date) -> Case:
    at = from_local(datetime.combine(closed_on, time(10, 30)), ZONE)
    before = at - timedelta(days=40)
    team = cast.teams["杭州一组"]
    clerk, boss = cast.of_team(team, "clerk")[0], cast.of_team(team, "supervisor")[0]
    case = open_case(
        reference=f"HZ-{before.year}-{9000 + n:04d}", external_reference=f"WE-{before.year}-{900 + n}",
        creditor=cast.creditors[next(iter(cast.creditors))], team=team, debtor=Person(name=name),
        claimed=Claimed(
            contract_number=f"HT-{before.year - 2}-{90000 + n}", principal=Decimal("18000.00"),
            interest=Decimal("420.00"), fees=Decimal("80.00"), stated_on=before.date(),
            contract_on=before.date() - timedelta(days=730), paid_out=Decimal("24000.00"),
            annual_rate=Decimal("10.8000"), due_on=before.date() - timedelta(days=100),
            limitation_ends_on=closed_on + timedelta(days=900),
        ),
        addresses=[Address(kind="home", city="杭州", district="拱墅区", text=f"湖墅南路 {n} 号", source="contract")],
        contact_points=[ContactPoint(channel="phone", value=f"1390000090{n}", source="contract")],
        by=clerk, at=before,
    )  # fmt: skip
    preparing.add_paper(
        case=case, kind="contract", filename="借款合同.pdf", content=files.paper("借款合同", "Loan contract"),
        original_held=False, kept_at="", by=clerk, at=before,
    )  # fmt: skip
    preparing.add_party(
        case=_again(case), person=Person(name=friend), role="contact", relation="同事", basis="",
        legal_basis="consent", by=clerk, at=before,
    )  # fmt: skip
    asked = closing.request_early_closure(
        case=_again(case), closed_as="withdrawn", reason="债权人来函撤回委托", by=clerk, at=at
    )
    decide_approval(approval=asked, granted=True, answer="来函属实", by=boss, at=at)
    return _again(case)


def _again(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def _five_years_before(day: date) -> date:
    return day.replace(year=day.year - 5, day=min(day.day, 28))
