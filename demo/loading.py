"""The demo, from an empty database to sixty cases in every step, by the real actions alone."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from access import looks
from agreements.actions import accruing
from cases.actions.preparing import draw_up_mandate, set_mandate
from cases.models import Case
from cases.models.case import Step
from common.clock import local_day
from demo import (
    banking,
    chapters,
    court,
    data_requests,
    intake,
    outreach,
    providers,
    quality,
    retention,
    rules,
    sharing,
    taking_out,
    wording,
)
from demo.cast import Cast, assemble
from demo.diary import ZONE, Diary
from demo.stories import Story
from people.models import User
from visits.actions import credentialing
from visits.actions.crewing import flag_lapses
from visits.looking import look_ahead
from visits.models import Visit, VisitOfficer

TEAMS = [("杭州一组", "clear-water"), ("杭州二组", "clear-water"), ("成都一组", "shu-trust")]


def load(now: datetime) -> int:
    """Let the demo's people work through the last months up to ``now``; says how many cases there are."""
    cast = assemble(local_day(now, ZONE))
    diary = Diary(local_day(now, ZONE))
    door = _door(now)
    for number in range(1, chapters.LAST + 1):
        chapters.tell(_story(number, cast, diary), door)
    _files(cast, diary)
    rules.draft_changes(cast, diary)
    outreach.send_to_many(cast, diary)
    wording.change_texts(cast, diary)
    banking.take_in_statement(cast, diary)
    _examined_again(cast, diary)
    providers.pay_by_telephone(cast, diary)
    diary.live_until(now)
    _permit_ends(cast, now)
    look_ahead(now)
    accruing.sweep(now)
    court.hand_over(cast, now)
    taking_out.ask_and_answer(cast, now)
    _look_where_nothing_is_theirs(cast, now)
    _mandate_has_ended(cast, now)
    retention.keep_and_delete(cast, now)
    data_requests.ask_about_data(cast, now)
    quality.complain(cast, diary, now)
    quality.look_into(cast, now)
    sharing.share_out(cast, now)
    return Case.objects.count()


def _door(now: datetime) -> tuple[int, int]:
    """Day and hour of a visit that may lawfully be under way now, or was at the end of the last day."""
    there = now.astimezone(ZoneInfo(ZONE))
    if 10 <= there.hour <= 19 and there.isoweekday() != 7:
        return 0, there.hour - 1
    return -1, 17


def _examined_again(cast: Cast, diary: Diary) -> None:
    """An officer passed the examination again: the new certificate takes the place of the old one."""
    officer = cast.users["officer"]

    def enter(at: datetime) -> None:
        day = local_day(at, ZONE)
        old = officer.credentials.get(kind="training", revoked_at=None)
        credentialing.enter_credential(
            officer=officer, kind="training", number=f"{old.number}-2", issued_by=old.issued_by,
            valid_from=day, valid_until=day + timedelta(days=364), replaces=old,
            by=cast.users["supervisor"], at=at,
        )  # fmt: skip

    diary.enter(diary.moment(-34, 8), enter)


def _look_where_nothing_is_theirs(cast: Cast, now: datetime) -> None:
    """A clerk of another city tries references, and an officer the figures: refused, and on the record."""
    theirs = Case.objects.filter(team=cast.teams["杭州一组"]).order_by("pk")[:3]
    begun = now - timedelta(days=1, hours=2)
    for number, case in enumerate(theirs):
        for again in range(3 - number):
            looks.keep(
                who=cast.users["clerk3"], status=404, route="desk:case",
                path=case.get_absolute_url(),
                at=begun.replace(second=10) + timedelta(minutes=number, seconds=9 * again),
            )  # fmt: skip
    looks.keep(
        who=cast.users["officer"], status=403, route="desk:dashboard", path="/dashboard/",
        at=now - timedelta(hours=20),
    )  # fmt: skip


def _mandate_has_ended(cast: Cast, now: datetime) -> None:
    """One case is under an older contract, which ended yesterday: its agency sees it no longer."""
    case = (
        Case.objects.filter(team=cast.teams["成都一组"], state=Step.PREPARATION, held_until=None)
        .order_by("pk")
        .first()
    )
    if case is None:
        return
    today = local_day(now, ZONE)
    older = draw_up_mandate(
        principal=case.creditor, agent=cast.teams["成都一组"].organisation,
        number=f"WT-{today.year - 1}-09", scope="逾期个人贷款的催收与上门协商",
        methods=["phone", "sms", "email", "letter", "visit"],
        valid_from=today - timedelta(days=366), valid_until=today - timedelta(days=1),
        may_receive_money=False, may_sign=True, waiver_limit=Decimal("0.00"), cash_limit=None,
        fee_terms="按回款比例，不得向债务人收取",
        confidentiality="受托方对债务人信息承担保密义务，委托终止后返还或删除",
    )  # fmt: skip
    set_mandate(case=case, mandate=older, by=cast.users["administrator"], at=now)


def _permit_ends(cast: Cast, now: datetime) -> None:
    """A permit is cut short to the day before a visit that is announced: the evening's sweep finds it."""
    part = (
        VisitOfficer.objects.filter(
            active=True, visit__state=Visit.State.NOTICED, officer__team=cast.teams["杭州二组"],
            visit__starts_at__gt=now + timedelta(days=1),
        )
        .select_related("visit")
        .order_by("visit__starts_at", "-officer__badge")
        .first()
    )  # fmt: skip
    if part:
        last = local_day(part.visit.starts_at, ZONE) - timedelta(days=1)
        part.officer.credentials.filter(kind="permit").update(valid_until=last)
        flag_lapses(at=now, by=User.objects.system())


def _files(cast: Cast, diary: Diary) -> None:
    """Eight cases come in a creditor's file; another file waits to be looked at."""
    team = cast.teams["杭州一组"]
    clerk = cast.of_team(team, "clerk")[0]
    numbers = range(chapters.LAST + 1, chapters.LAST + 9)
    intake.bring_in(cast, diary, team, clerk, numbers, -9)
    intake.leave_to_look_at(cast, diary, team, clerk, range(numbers[-1] + 4, numbers[-1] + 12), -1)
    for number in numbers[:4]:
        story = _story(number, cast, diary, team="杭州一组")
        story.comes_in_file(-9, intake.of_file(number))
        story.prepares(-6)


def _story(number: int, cast: Cast, diary: Diary, team: str = "") -> Story:
    name, agency = TEAMS[number % 3 - 1]
    if team:
        name, agency = next(pair for pair in TEAMS if pair[0] == team)
    members = cast.teams[name]
    creditors = list(cast.creditors)
    return Story(
        number=number, cast=cast, diary=diary, team=members, creditor=creditors[number % 3 - 1],
        agency=agency, clerk=cast.of_team(members, "clerk")[0],
        supervisor=cast.of_team(members, "supervisor")[0], crew=cast.of_team(members, "officer")[:2],
    )  # fmt: skip
