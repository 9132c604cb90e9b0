"""A run is approved, sent, and stopped: once whatever is pressed twice, and never without a second person."""

import os
import subprocess
import sys
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from cases.actions.holding import hold_case
from cases.models import Case
from notices import relay
from notices.models import Notice
from outreach import actions, drafting, running, shown
from outreach.models import NoticeRun
from tests import make
from tests.agreements import cast as plans
from tests.conftest import ROOT
from tests.notices.cast import chain_holds, told
from tests.outreach import cast
from timeline.models import Event
from workflow.approvals import SecondPersonNeeded, decide_approval
from workflow.guard import Guard, guarded
from workflow.models import Approval
from workflow.steps import AlreadyDone, Outsider, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db


class TestSend:
    def test_makes_each_line_a_notice_and_tells_the_case_of_which_run(self) -> None:
        run = cast.sent(3)
        assert run.state == "finished"
        assert Notice.objects.count() == 3
        line = run.lines.select_related("notice", "case").first()
        assert line is not None
        assert line.notice is not None
        assert (line.state, line.notice.kind, line.notice.channel) == ("queued", "letter", "email")
        assert line.notice.about == {"run": "R-2026-0001"}
        assert "尚未结清" in line.notice.body
        assert told(line.case, "run.included")[0]["run"] == "R-2026-0001"
        assert told(line.case, "notice.queued")
        assert chain_holds(line.case)
        assert Event.objects.get(kind="run.finished").data["queued"] == 3

    def test_sends_each_once_however_often_the_worker_comes(self, mailbox: Any) -> None:
        run = cast.sent(3)
        NoticeRun.objects.filter(pk=run.pk).update(state="sending")
        cast.worked(run)
        relay.send_due(cast.MONDAY)
        relay.send_due(cast.MONDAY)
        assert len(mailbox.messages) == 3
        assert shown.figures_of(run).gone == 3

    def test_is_refused_a_second_time(self) -> None:
        run = cast.drafted(1)
        actions.send(run=run, by=make.clerk(), at=cast.MONDAY)
        with pytest.raises(StateRefused):
            actions.send(run=run, by=make.clerk(), at=cast.MONDAY)

    def test_counts_one_press_of_the_same_button(self) -> None:
        run = cast.drafted(1)
        with guarded(Guard(key="k")):
            actions.send(run=run, by=make.clerk(), at=cast.MONDAY)
        with guarded(Guard(key="k")), pytest.raises(AlreadyDone):
            actions.send(run=run, by=make.clerk(), at=cast.MONDAY)

    def test_asks_everything_anew_and_says_what_is_no_longer_right(self) -> None:
        run = cast.drafted(2)
        first = run.lines.select_related("case__debtor").order_by("pk")[0]
        first.case.debtor.contact_points.update(do_not_contact=True)
        first.case.debtor.addresses.all().update(source="unknown")
        actions.send(run=run, by=make.clerk(), at=cast.MONDAY)
        cast.worked(run)
        first.refresh_from_db()
        assert (first.state, first.rules) == ("refused", ["no-way"])
        assert Notice.objects.count() == 1

    def test_refuses_what_a_rule_forbids_by_then_and_tells_the_case(self) -> None:
        run = cast.drafted(1)
        line = run.lines.select_related("case").get()
        hold_case(
            case=line.case, reason="complaint", scope="all", starts_on=date(2026, 3, 2),
            review_on=date(2026, 3, 8), until=date(2026, 3, 20), remark="投诉", by=make.clerk(),
            at=cast.MONDAY,
        )  # fmt: skip
        actions.send(run=run, by=make.clerk(), at=cast.MONDAY)
        cast.worked(run)
        line.refresh_from_db()
        assert line.state == "refused"
        assert line.rules
        assert not Notice.objects.exists()
        assert Event.objects.filter(case=line.case, kind="policy.refused").exists()

    def test_queues_for_the_lawful_hour_what_may_go_only_then(self) -> None:
        plans.signed()
        evening = make.moment("2026-04-20 21:30")
        run = cast.sent(kind="reminder_after", cases=Case.objects.all(), at=evening)
        notice = Notice.objects.get(about__run=run.number)
        assert (notice.kind, notice.state) == ("reminder_after", "queued")
        assert notice.due_at == make.moment("2026-04-21 08:00")
        assert shown.figures_of(run).waiting == 1

    def test_leaves_out_what_was_dropped(self) -> None:
        run = cast.drafted(2)
        dropped = run.lines.order_by("pk")[0]
        actions.drop_lines(run=run, lines=[dropped.pk], by=make.clerk(), at=cast.MONDAY)
        actions.send(run=run, by=make.clerk(), at=cast.MONDAY)
        cast.worked(run)
        assert Notice.objects.get().case != dropped.case

    def test_is_refused_with_nothing_in_it(self) -> None:
        run = cast.drafted(1, text_zh="再不还款我们就上门找你单位")
        with pytest.raises(WrongInput, match="nothing in it"):
            actions.send(run=run, by=make.clerk(), at=cast.MONDAY)

    def test_is_refused_to_an_outsider_and_to_those_who_only_look(self) -> None:
        run = cast.drafted(1)
        with pytest.raises(Outsider):
            actions.send(run=run, by=make.outsider(), at=cast.MONDAY)
        with pytest.raises(RightRefused):
            actions.send(run=run, by=make.compliance_officer(), at=cast.MONDAY)

    def test_goes_on_with_the_others_when_one_breaks(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        run = cast.drafted(3)
        second = run.lines.order_by("pk")[1]
        whole = drafting.about_of

        def broken(found: NoticeRun, instalment: Any) -> Any:
            if asked.append(1) or len(asked) == 2:
                raise RuntimeError("no words")
            return whole(found, instalment)

        asked: list[int] = []
        monkeypatch.setattr(drafting, "about_of", broken)
        actions.send(run=run, by=make.clerk(), at=cast.MONDAY)
        cast.worked(run)
        second.refresh_from_db()
        assert (run.state, second.state, second.rules) == ("finished", "refused", ["unforeseen"])
        assert Notice.objects.count() == 2
        assert "could not be put into the outbox" in caplog.text


class TestSecondPerson:
    def test_is_needed_above_the_threshold(self, settings: Any) -> None:
        settings.RUN_ALONE = 2
        run = cast.drafted(3)
        with pytest.raises(WrongInput, match="second person"):
            actions.send(run=run, by=make.clerk(), at=cast.MONDAY)
        cast.approved(run)
        assert run.state == "approved"
        actions.send(run=run, by=make.clerk(), at=cast.MONDAY)
        cast.worked(run)
        assert Notice.objects.count() == 3

    def test_is_needed_above_the_packs_figure_where_it_is_less(self, settings: Any) -> None:
        settings.RUN_ALONE = 500
        assert actions.alone_most(cast.drafted(1), cast.MONDAY) == 20

    def test_is_not_needed_at_the_threshold(self, settings: Any) -> None:
        settings.RUN_ALONE = 3
        assert cast.sent(3).state == "finished"

    def test_is_never_the_one_who_asked_nor_the_one_who_drafted(self) -> None:
        boss = make.supervisor()
        run = cast.drafted(1, by=boss)
        approval = actions.ask_approval(run=run, reason="x", by=make.clerk(), at=cast.MONDAY)
        with pytest.raises(SecondPersonNeeded):
            decide_approval(approval=approval, granted=True, answer="", by=boss, at=cast.MONDAY)
        other = cast.drafted(cases=Case.objects.all())
        mine = actions.ask_approval(run=other, reason="x", by=boss, at=cast.MONDAY)
        with pytest.raises(SecondPersonNeeded):
            decide_approval(approval=mine, granted=True, answer="", by=boss, at=cast.MONDAY)
        run.refresh_from_db()
        assert run.state == "asked"

    def test_is_a_supervisor_of_the_same_team(self) -> None:
        run = cast.drafted(1)
        approval = actions.ask_approval(run=run, reason="x", by=make.clerk(), at=cast.MONDAY)
        far = make.supervisor(in_team=make.team(name="成都一组"), username="far")
        with pytest.raises(Outsider):
            decide_approval(approval=approval, granted=True, answer="", by=far, at=cast.MONDAY)
        other = make.clerk(username="clerk2")
        with pytest.raises(RightRefused):
            decide_approval(approval=approval, granted=True, answer="", by=other, at=cast.MONDAY)

    def test_may_say_no_and_the_run_can_be_mended(self) -> None:
        run = cast.approved(cast.drafted(1), granted=False)
        assert run.state == "ready"
        assert Event.objects.get(case=None, kind="approval.denied").data["subject"] == run.number

    def test_decides_once(self) -> None:
        run = cast.drafted(1)
        approval = actions.ask_approval(run=run, reason="x", by=make.clerk(), at=cast.MONDAY)
        decide_approval(
            approval=approval, granted=True, answer="", by=make.supervisor(), at=cast.MONDAY
        )
        with pytest.raises(StateRefused):
            decide_approval(
                approval=Approval.objects.get(pk=approval.pk), granted=False, answer="",
                by=make.supervisor(), at=cast.MONDAY,
            )  # fmt: skip

    def test_gives_a_word_that_lapses(self) -> None:
        run = cast.approved(cast.drafted(1))
        late = cast.MONDAY + timedelta(days=8)
        with pytest.raises(WrongInput, match="lapsed"):
            actions.send(run=run, by=make.clerk(), at=late)
        actions.take_back(run=run, by=make.clerk(), at=late)
        assert (run.state, run.approval) == ("ready", None)

    def test_is_asked_through_the_list_of_approvals(self, client: Any, clock: Any) -> None:
        clock.set(cast.MONDAY)
        run = cast.drafted(1)
        actions.ask_approval(run=run, reason="三月提醒", by=make.clerk(), at=cast.MONDAY)
        client.force_login(make.supervisor())
        page = client.get("/approvals/").content.decode()
        assert f"/runs/{run.number}/" in page
        client.force_login(make.outsider())
        assert run.number not in client.get("/approvals/").content.decode()


class TestStop:
    def test_calls_off_what_has_not_left_and_says_how_many_had(self, mailbox: Any) -> None:
        run = cast.sent(3)
        relay.send_due(cast.MONDAY, most=1)
        actions.stop(run=run, by=make.clerk(), at=cast.MONDAY)
        cast.worked(run)
        figures = shown.figures_of(run)
        assert (run.state, figures.gone, figures.tabs["stopped"]) == ("stopped", 1, 2)
        why = set(Notice.objects.filter(state="suppressed").values_list("why", flat=True))
        assert why == {"Run R-2026-0001 was stopped."}
        relay.send_due(cast.MONDAY)
        assert len(mailbox.messages) == 1
        assert Event.objects.filter(kind="notice.suppressed").count() == 2
        assert (
            Event.objects.filter(case=None, kind="run.stopped").count() == 2
        )  # asked for, and done

    def test_stops_a_worker_that_is_at_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        run = cast.drafted(5)
        actions.send(run=run, by=make.clerk(), at=cast.MONDAY)
        whole, seen = running.put, list[int]()

        def put(line: Any, **given: Any) -> None:
            if len(seen) == 2:
                actions.stop(run=run, by=make.clerk(), at=cast.MONDAY)
            seen.append(line.pk)
            whole(line, **given)

        monkeypatch.setattr(running, "put", put)
        cast.worked(run)
        assert run.state == "stopped"
        assert Notice.objects.count() == 2
        assert set(Notice.objects.values_list("state", flat=True)) == {"suppressed"}
        assert shown.figures_of(run).to_go == 3

    def test_holds_for_what_a_carrier_gave_back_later(self, mailbox: Any) -> None:
        """In the carrier's hands when it was stopped, and handed back: it is not tried again."""
        run = cast.sent(1)
        rows, stamp = relay.claim("email", cast.MONDAY)
        relay.begin(rows[:1], stamp, cast.MONDAY)
        actions.stop(run=run, by=make.clerk(), at=cast.MONDAY)
        cast.worked(run)
        assert run.state == "stopped"
        relay.release(rows, stamp, next_at=cast.MONDAY, why="greylisted")
        relay.send_due(cast.MONDAY)
        assert Notice.objects.get().state == "suppressed"
        assert mailbox.messages == []

    def test_is_refused_before_it_was_sent_and_to_an_outsider(self) -> None:
        run = cast.drafted(1)
        with pytest.raises(StateRefused):
            actions.stop(run=run, by=make.clerk(), at=cast.MONDAY)
        with pytest.raises(Outsider):
            actions.stop(run=run, by=make.outsider(), at=cast.MONDAY)


WORKER = """
import django; django.setup()
import os, signal
from datetime import datetime
from outreach import running
whole, done = running.put, []
def put(line, **given):
    whole(line, **given)
    done.append(line)
    if len(done) == {after}:
        os.kill(os.getpid(), signal.SIGKILL)
running.put = put
running.run({run}, at=datetime.fromisoformat("{at}"))
"""


@pytest.mark.django_db(transaction=True)
class TestKilledWorker:
    def test_leaves_whole_lines_and_the_next_goes_on_behind_them(self, mailbox: Any) -> None:
        run = cast.drafted(6)
        actions.send(run=run, by=make.clerk(), at=cast.MONDAY)
        code = WORKER.format(after=2, run=run.pk, at=cast.MONDAY.isoformat())
        dead = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, check=False, timeout=60,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        )  # fmt: skip
        assert dead.returncode == -9
        assert run.lines.filter(state="queued").count() == Notice.objects.count() == 2
        cast.worked(run)
        relay.send_due(cast.MONDAY)
        assert run.state == "finished"
        assert len({mail["To"] for mail in mailbox.messages}) == len(mailbox.messages) == 6

    def test_of_two_at_once_one_gives_way(self) -> None:
        run = cast.drafted(1)
        actions.send(run=run, by=make.clerk(), at=cast.MONDAY)
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("select pg_advisory_lock(%s, %s)", [running.LOCK, run.pk])
            assert running.run(run.pk, at=cast.MONDAY) is False
            assert not Notice.objects.exists()
            with other.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s, %s)", [running.LOCK, run.pk])
        finally:
            other.close()
        cast.worked(run)
        assert Notice.objects.count() == 1
