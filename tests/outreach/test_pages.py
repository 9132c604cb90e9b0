"""Runs in the browser: drafted from the work list's filters, from ticks, from an imported file; then seen through."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from outreach import actions
from outreach.models import NoticeRun
from tests import make
from tests.cases.imports import cast as files
from tests.outreach import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(client: Client, clock: Any) -> Client:
    clock.set(cast.MONDAY)
    client.force_login(make.clerk())
    client.cookies["django_language"] = "en"
    return client


def said(client: Client, address: str) -> str:
    answer = client.get(address, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


WANTED = {"which": "all", "kind": "letter", "channel": "best", "text_zh": "请来电。", "text_en": ""}


class TestNew:
    def test_takes_all_that_the_filters_leave(self, clerk: Client) -> None:
        cast.cases(3)
        answer = clerk.post("/runs/new/?view=all&q=HZ-2026-0301", {**WANTED, "guard_key": "k"})
        run = NoticeRun.objects.get()
        assert answer.url == run.get_absolute_url()
        assert (run.total, run.chosen) == (1, {"view": "all", "q": "HZ-2026-0301"})

    def test_takes_only_those_that_were_ticked(self, clerk: Client) -> None:
        cast.cases(3)
        ticked = ["HZ-2026-0300", "HZ-2026-0302"]
        clerk.post(
            "/runs/new/?view=all",
            {**WANTED, "which": "ticked", "case": ticked, "guard_key": "k"},
        )
        run = NoticeRun.objects.get()
        assert [line.case.reference for line in run.lines.order_by("pk")] == ticked

    def test_lists_no_case_that_is_closed(self, clerk: Client) -> None:
        first, closed, last = cast.cases(3)
        Case.objects.filter(pk=closed.pk).update(state="closure", closed_at=cast.MONDAY)
        page = said(clerk, "/runs/new/")
        assert [case.reference in page for case in (first, closed, last)] == [True, False, True]
        assert "2 open cases" in page
        assert "<span>2 cases</span>" in page

    def test_says_so_where_nothing_was_ticked(self, clerk: Client) -> None:
        cast.cases(1)
        answer = clerk.post("/runs/new/", {**WANTED, "which": "ticked", "guard_key": "k"})
        assert answer.status_code == 422
        assert "Tick the cases first." in answer.content.decode()

    def test_sends_to_nobody_where_some_are_ticked_and_all_are_chosen(self, clerk: Client) -> None:
        cast.cases(3)
        answer = clerk.post(
            "/runs/new/?view=all", {**WANTED, "case": ["HZ-2026-0300"], "guard_key": "k"}
        )
        assert answer.status_code == 422
        assert "Cases are ticked, and yet all are chosen." in answer.content.decode()
        assert not NoticeRun.objects.exists()

    def test_says_at_the_field_that_the_words_are_missing(self, clerk: Client) -> None:
        cast.cases(1)
        answer = clerk.post("/runs/new/", {**WANTED, "text_zh": "", "guard_key": "k"})
        assert answer.status_code == 422
        assert "text_zh" in answer.context["form"].errors

    def test_takes_the_cases_of_an_imported_file(self, clerk: Client) -> None:
        cast.cases(1)
        batch = files.check(files.csv_of(files.row(1), files.row(2)))
        files.take_over(batch)
        page = said(clerk, batch.get_absolute_url())
        assert f"/runs/new/?batch={batch.number}" in page
        clerk.post(f"/runs/new/?batch={batch.number}", {**WANTED, "guard_key": "k"})
        run = NoticeRun.objects.get()
        assert (run.total, run.chosen) == (2, {"batch": batch.number})

    def test_is_reached_from_the_work_list_with_its_filters(self, clerk: Client) -> None:
        cast.cases(1)
        assert "/runs/new/?view=all&amp;step=preparation" in said(
            clerk, "/?view=all&step=preparation"
        )


class TestRun:
    def test_shows_each_message_with_what_the_rules_say_and_counts_by_rule(
        self, clerk: Client
    ) -> None:
        made = cast.cases(2)
        made[0].debtor.contact_points.update(do_not_contact=True)
        run = cast.drafted(cases=Case.objects.all(), channel="email")
        page = said(clerk, f"{run.get_absolute_url()}?show=refused")
        assert "There is no number or address by this way that may be used." in page
        assert "HZ-2026-0300" in page
        assert "HZ-2026-0301" not in page
        assert 'data-count="refused">1<' in page
        assert "?show=refused&amp;rule=no-way" in page

    def test_is_seen_through_from_draft_to_the_end(self, clerk: Client, settings: Any) -> None:
        settings.RUN_ALONE = 1
        run = cast.drafted(2)
        address = run.get_absolute_url()
        line = run.lines.order_by("pk")[0]
        clerk.post(f"{address}lines/{line.pk}/", {"text": "请您来电。", "guard_key": "1"})
        assert "请您来电。" in said(clerk, f"{address}lines/{line.pk}/")
        assert "Ask a second person" in said(clerk, address)
        clerk.post(f"{address}ask/", {"reason": "三月", "guard_key": "2"})
        assert "Waiting for a second person" in said(clerk, address)
        clerk.force_login(make.supervisor())
        clerk.post(f"{address}decide/", {"granted": "yes", "answer": "好", "guard_key": "3"})
        clerk.force_login(make.clerk())
        assert "Send 2 messages" in said(clerk, address)
        clerk.post(f"{address}send/", {"guard_key": "4"})
        cast.worked(run)
        page = said(clerk, f"{address}?show=queued")
        assert "0 have left the house, 2 wait for their time" in page
        clerk.post(f"{address}stop/", {"guard_key": "5"})
        cast.worked(run)
        assert "Stopped: 0 had left the house, 2 were called off" in said(clerk, address)
        case = line.case.get_absolute_url()
        assert f"A message of run {run.number} was drawn up." in said(clerk, case)

    def test_tells_of_forbidden_words_in_place(self, clerk: Client) -> None:
        run = cast.drafted(1)
        line = run.lines.get()
        answer = clerk.post(
            f"{run.get_absolute_url()}lines/{line.pk}/",
            {"text": "再不还款我们就上门找你单位", "guard_key": "k"},
        )
        assert answer.status_code == 409
        assert "refusal" in answer.content.decode()

    def test_leaves_ticked_lines_out(self, clerk: Client) -> None:
        run = cast.drafted(2)
        line = run.lines.order_by("pk")[0]
        address = run.get_absolute_url()
        clerk.post(f"{address}leave-out/", {"line": [line.pk], "guard_key": "k"})
        assert 'data-count="dropped">1<' in said(clerk, address)
        clerk.post(f"{address}put-back/", {"line": [line.pk], "guard_key": "k2"})
        assert 'data-count="allowed">2<' in said(clerk, address)

    def test_shows_progress_and_then_the_page_anew(self, clerk: Client) -> None:
        run = cast.drafted(1)
        NoticeRun.objects.filter(pk=run.pk).update(state="drafting")
        assert 'hx-get="/runs/' in said(clerk, f"{run.get_absolute_url()}progress/")
        cast.worked(run)
        answer = clerk.get(f"{run.get_absolute_url()}progress/")
        assert answer["HX-Refresh"] == "true"

    def test_costs_the_same_for_five_lines_and_for_fifty(self, clerk: Client) -> None:
        costs = []
        for start, count in ((400, 5), (500, 50)):
            made = [case.pk for case in cast.cases(count, start=start)]
            run = cast.drafted(cases=Case.objects.filter(pk__in=made))
            said(clerk, run.get_absolute_url())
            with CaptureQueriesContext(connection) as seen:
                said(clerk, run.get_absolute_url())
            costs.append(len(seen))
        assert costs[0] == costs[1]
        assert costs[0] <= 14

    def test_pages_by_key(self, clerk: Client) -> None:
        run = cast.drafted(52)
        first = said(clerk, run.get_absolute_url())
        last = run.lines.order_by("pk")[49].pk
        assert f"after={last}" in first
        second = said(clerk, f"{run.get_absolute_url()}?show=allowed&after={last}")
        assert "HZ-2026-0351" in second
        assert "HZ-2026-0349" not in second

    def test_is_not_found_by_another_team(self, clerk: Client) -> None:
        run = cast.drafted(1)
        clerk.force_login(make.outsider())
        assert clerk.get(run.get_absolute_url()).status_code == 404
        assert run.number not in said(clerk, "/runs/")

    def test_hides_a_line_whose_case_has_changed_hands(self, clerk: Client) -> None:
        run = cast.drafted(2)
        Case.objects.filter(reference="HZ-2026-0300").update(team=make.team(name="成都一组"))
        page = said(clerk, run.get_absolute_url())
        assert "HZ-2026-0300" not in page
        assert "HZ-2026-0301" in page
        actions.send(run=run, by=make.clerk(), at=cast.MONDAY)
        cast.worked(run)
        assert run.lines.get(case__reference="HZ-2026-0300").rules == ["elsewhere"]
