"""A run is drafted: each line put to the rules, with what stands against it, before anything is sent."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.actions.closing import request_early_closure
from cases.actions.holding import hold_case
from cases.models import Case
from notices.models import Notice
from outreach import actions, shown
from outreach.models import NoticeRun
from people.models import ContactPoint, User
from tests import make
from tests.agreements import cast as plans
from tests.outreach import cast
from timeline.models import Event
from workflow.approvals import decide_approval
from workflow.steps import Outsider, PolicyRefused, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db

EVENING = make.moment("2026-04-20 21:30")


def only(run: NoticeRun) -> Any:
    return run.lines.select_related("case").get()


class TestSight:
    def test_of_lines_ends_with_the_sight_of_their_cases(self) -> None:
        """A case may have changed hands since the run was drafted; the run stays its team's."""
        run = cast.drafted(2)
        gone, kept = run.lines.order_by("pk")
        far = make.team(name="成都一组", city="成都")
        Case.objects.filter(pk=gone.case_id).update(team=far)
        sights = {
            make.clerk(): [kept], make.clerk(in_team=far, username="far"): [gone],
            make.compliance_officer(): [gone, kept], User.objects.system(): [gone, kept],
            make.user(username="loose", role="clerk"): [],
        }  # fmt: skip
        for user, lines in sights.items():
            assert list(run.lines.visible_to(user).order_by("pk")) == lines, user
        assert list(NoticeRun.objects.visible_to(make.clerk())) == [run]
        assert list(NoticeRun.objects.visible_to(make.clerk(in_team=far, username="far"))) == []


class TestDraftRun:
    def test_writes_one_line_a_case_and_sends_nothing(self) -> None:
        run = cast.drafted(3)
        assert (run.number, run.state, run.total) == ("R-2026-0001", "ready", 3)
        assert [line.answer for line in run.lines.all()] == ["allowed"] * 3
        assert not Notice.objects.exists()
        told = Event.objects.get(case=None, kind="run.drafted")
        assert told.data["lines"] == 3

    def test_fills_in_what_is_each_debtors_own(self) -> None:
        line = cast.drafted(1).lines.get()
        assert line.text.startswith("王300，您好：您的欠款 40,000.00 元")

    def test_takes_the_text_in_the_debtors_language_and_refuses_where_there_is_none(self) -> None:
        cast.cases(2)
        Case.objects.get(reference="HZ-2026-0301").debtor.__class__.objects.filter(
            cases__reference="HZ-2026-0301"
        ).update(language="en")
        run = cast.drafted(cases=Case.objects.all())
        chinese, english = run.lines.order_by("pk")
        assert (chinese.language, chinese.answer) == ("zh", "allowed")
        assert (english.language, english.answer, english.rules) == ("en", "refused", ["no-text"])

    def test_says_from_when_a_message_may_go_in_the_evening(self) -> None:
        plans.signed()
        run = cast.drafted(kind="reminder_after", cases=Case.objects.all(), at=EVENING)
        line = only(run)
        assert line.answer == "later"
        assert line.earliest == make.moment("2026-04-21 08:00")
        assert line.channel == "email"  # a letter could be posted now, and is no gentler for that
        assert [rule.rule for rule in shown.rules_of(run, "later", "")] == ["ST-03"]

    def test_says_which_rule_stands_against_it(self) -> None:
        case = make.case()
        hold_case(
            case=case, reason="hospital", scope="all", starts_on=date(2026, 3, 1),
            review_on=date(2026, 3, 8), until=date(2026, 3, 20), remark="住院", by=make.clerk(),
            at=cast.MONDAY,
        )  # fmt: skip
        run = cast.drafted(cases=Case.objects.all())
        line = only(run)
        assert line.answer in {"refused", "later"}
        rules = shown.rules_of(run, line.answer, "")
        assert [rule.count for rule in rules] == [1] * len(rules)
        assert rules
        assert shown.why_of(line)

    def test_refuses_forbidden_words_line_by_line(self) -> None:
        run = cast.drafted(1, text_zh="再不还款我们就上门找你单位")
        line = only(run)
        assert line.answer == "refused"
        assert line.earliest is None
        assert shown.figures_of(run).to_go == 0

    def test_never_takes_a_dead_or_refused_address(self) -> None:
        [case] = cast.cases(1)
        ContactPoint.objects.filter(person=case.debtor).update(dead_at=cast.MONDAY)
        run = cast.drafted(cases=Case.objects.all(), channel="email")
        assert only(run).rules == ["no-way"]
        run = cast.drafted(cases=Case.objects.all())
        assert only(run).channel == "letter"

    def test_leaves_out_closed_cases_and_those_of_other_teams(self) -> None:
        cast.cases(1)
        [theirs] = cast.cases(1, start=500)
        Case.objects.filter(pk=theirs.pk).update(team=make.team(name="成都一组"))
        [closed] = cast.cases(1, start=600)
        asked = request_early_closure(
            case=closed, closed_as="withdrawn", reason="撤回", by=make.clerk(), at=cast.MONDAY
        )
        decide_approval(
            approval=asked, granted=True, answer="是", by=make.supervisor(), at=cast.MONDAY
        )
        run = cast.drafted(cases=Case.objects.all())
        assert [line.case.reference for line in run.lines.all()] == ["HZ-2026-0300"]

    def test_reminds_of_the_missed_instalment_in_words_of_its_own(self) -> None:
        agreement = plans.signed()
        at = plans.swept("2026-04-20 10:00")
        Notice.objects.filter(instalment__isnull=False).update(
            state="sent", sent_at=make.moment("2026-04-19 10:00")
        )
        run = cast.drafted(kind="reminder_after", cases=Case.objects.all(), at=at)
        line = only(run)
        assert line.instalment == agreement.instalments.get(number=1)
        assert "6,500.00" in line.text
        assert (run.text_zh, line.answer) == ("", "allowed")

    def test_reminds_nobody_twice_a_day(self) -> None:
        plans.signed()
        at = plans.swept("2026-04-20 10:00")  # the plan's own reminder is on its way
        run = cast.drafted(kind="reminder_after", cases=Case.objects.all(), at=at)
        assert only(run).rules == ["reminded"]

    def test_has_nothing_to_remind_of_where_there_is_no_plan(self) -> None:
        run = cast.drafted(1, kind="reminder_before")
        assert only(run).rules == ["no-instalment"]

    def test_is_refused_without_cases_without_text_and_with_places_that_nothing_fills(self) -> None:
        with pytest.raises(WrongInput, match="No open case"):
            cast.drafted(cases=Case.objects.none())
        with pytest.raises(WrongInput, match="Write what"):
            cast.drafted(1, text_zh=" ")
        with pytest.raises(WrongInput, match="shoe size"):
            cast.drafted(cases=Case.objects.all(), text_zh="{shoe size}")
        assert not NoticeRun.objects.exists()

    def test_is_refused_to_those_who_only_look(self) -> None:
        with pytest.raises(RightRefused):
            cast.drafted(1, by=make.compliance_officer())

    def test_costs_no_query_a_line(self) -> None:
        """A hundred lines are looked at in as many queries as ten."""
        costs = []
        for start, count in ((400, 10), (500, 40)):
            made = cast.cases(count, start=start)
            run = actions.draft_run(
                kind="letter", channel="best", text_zh=cast.TEXT, chosen={}, by=make.clerk(),
                cases=Case.objects.filter(pk__in=[case.pk for case in made]), at=cast.MONDAY,
            )  # fmt: skip
            with CaptureQueriesContext(connection) as seen:
                cast.worked(run)
            costs.append(len(seen))
        assert costs[0] == costs[1]


class TestEditLine:
    def test_changes_the_words_and_judges_them_anew(self) -> None:
        run = cast.drafted(1)
        line = only(run)
        actions.edit_line(line=line, text="请于本周内来电。", by=make.clerk(), at=cast.MONDAY)
        assert (line.text, line.edited_by) == ("请于本周内来电。", make.clerk())
        assert Event.objects.get(kind="run.line_edited").data["run"] == run.number

    def test_is_refused_by_rule_for_forbidden_words_and_recorded(self) -> None:
        line = only(cast.drafted(1))
        with pytest.raises(PolicyRefused):
            actions.edit_line(
                line=line, text="明天法院就来抓人", by=make.clerk(), at=cast.MONDAY
            )  # fmt: skip
        assert only(line.run).text != "明天法院就来抓人"
        assert Event.objects.filter(case=line.case, kind="policy.refused").count() == 1

    def test_is_refused_once_a_second_person_was_asked(self) -> None:
        run = cast.drafted(1)
        actions.ask_approval(run=run, reason="x", by=make.clerk(), at=cast.MONDAY)
        with pytest.raises(StateRefused):
            actions.edit_line(line=only(run), text="好", by=make.clerk(), at=cast.MONDAY)

    def test_is_refused_to_an_outsider(self) -> None:
        with pytest.raises(Outsider):
            actions.edit_line(
                line=only(cast.drafted(1)), text="好", by=make.outsider(), at=cast.MONDAY
            )


class TestDropLines:
    def test_leaves_them_out_and_takes_them_in_again(self) -> None:
        run = cast.drafted(3)
        keys = list(run.lines.values_list("pk", flat=True)[:2])
        assert actions.drop_lines(run=run, lines=keys, by=make.clerk(), at=cast.MONDAY) == 2
        assert shown.figures_of(run).tabs["dropped"] == 2
        assert shown.figures_of(run).to_go == 1
        actions.put_back_lines(run=run, lines=keys[:1], by=make.clerk(), at=cast.MONDAY)
        assert shown.figures_of(run).to_go == 2
        assert Event.objects.get(kind="run.lines_dropped").data["cases"] == [
            "HZ-2026-0300", "HZ-2026-0301",
        ]  # fmt: skip

    def test_is_refused_without_a_tick_and_to_an_outsider(self) -> None:
        run = cast.drafted(1)
        with pytest.raises(WrongInput, match="No line was ticked"):
            actions.drop_lines(run=run, lines=[], by=make.clerk(), at=cast.MONDAY)
        with pytest.raises(Outsider):
            actions.drop_lines(run=run, lines=[1], by=make.outsider(), at=cast.MONDAY)


class TestDiscard:
    def test_throws_it_away_and_withdraws_what_was_asked(self) -> None:
        run = cast.drafted(1)
        approval = actions.ask_approval(run=run, reason="x", by=make.clerk(), at=cast.MONDAY)
        actions.discard(run=run, by=make.clerk(), at=cast.MONDAY)
        approval.refresh_from_db()
        assert (run.state, approval.state) == ("discarded", "withdrawn")

    def test_is_refused_once_it_was_sent(self) -> None:
        run = cast.sent(1)
        with pytest.raises(StateRefused):
            actions.discard(run=run, by=make.clerk(), at=cast.MONDAY)
