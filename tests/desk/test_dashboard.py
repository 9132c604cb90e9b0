"""The dashboard: how lawful and how far the work is, and the list behind every figure."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import Instalment
from cases.models import Case, Refusal
from people.models import Team, User
from tests import make, walk
from tests.agreements import cast
from visits.actions.refusing import honoured_later, nobody_in, refuse_at_door
from visits.judging import judge_made
from visits.models import Visit, VisitOfficer
from workflow.models import Approval

pytestmark = pytest.mark.django_db

NOW = make.moment("2026-03-31 12:00")


@pytest.fixture(autouse=True)
def at_the_end_of_march(clock: Any) -> None:
    clock.set(NOW)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def figures(user: User | None = None, query: str = "") -> dict[str, Any]:
    page = client_of(user or make.supervisor()).get(reverse("desk:dashboard") + query)
    return {one["figure"].name: one for one in page.context["figures"] + page.context["standing"]}


def behind(url: str, user: User | None = None) -> list[Any]:
    return list(client_of(user or make.supervisor()).get(url).context["rows"])


def counted(name: str, query: str = "") -> tuple[int, int | None]:
    """What the figure counts and of how many, after a look that the list behind it is as long."""
    shown = figures(query=query)[name]
    assert len(behind(shown["url"])) == shown["count"]
    if shown["whole"] is not None:
        more = shown["url"] + ("&" if "?" in shown["url"] else "?") + "all=1"
        assert len(behind(more)) == shown["whole"]
    return shown["count"], shown["whole"]


def visit_over(**really: Any) -> Visit:
    visit = walk.at_the_door()
    nobody_in(visit=visit, remark="", by=make.crew()[0], at=make.moment("2026-03-05 14:40"))
    Visit.objects.filter(pk=visit.pk).update(**really)
    judge_made(NOW)
    return visit


class TestLawfulness:
    def test_counts_the_visits_that_were_judged_and_none_against(self) -> None:
        visit_over()
        assert (counted("lead"), counted("hours")) == ((0, 1), (0, 1))

    def test_counts_a_visit_that_lasted_until_after_the_hours(self) -> None:
        visit = visit_over(finished_at=make.moment("2026-03-05 20:01"))
        assert (counted("lead"), counted("hours")) == ((0, 1), (1, 1))
        (row,) = behind(figures()["hours"]["url"])
        assert row.reference == visit.reference

    def test_counts_a_visit_of_which_nobody_can_say_as_one_to_look_at(self) -> None:
        visit = visit_over()
        Visit.objects.filter(pk=visit.pk).update(lead_kept=None)
        assert counted("lead") == (1, 1)

    def test_counts_no_visit_before_it_is_judged(self) -> None:
        walk.at_the_door()
        assert counted("lead") == (0, 0)

    def test_counts_a_talk_before_which_one_officer_showed_nothing(self) -> None:
        visit = walk.talked()
        Visit.objects.filter(pk=visit.pk).update(outcome="talked")
        assert counted("unshown") == (0, 1)
        part = visit.crew.order_by("pk").first()
        VisitOfficer.objects.filter(pk=part.pk).update(shown_at=None)
        assert counted("unshown") == (1, 1)

    def test_counts_a_talk_that_was_agreed_to_before_the_credential_was_shown(self) -> None:
        visit = walk.talked()
        Visit.objects.filter(pk=visit.pk).update(outcome="talked")
        late = make.moment("2026-03-05 14:36")  # the debtor agreed to talk at 14:35
        VisitOfficer.objects.filter(visit=visit).update(shown_at=late)
        assert counted("unshown") == (1, 1)

    @pytest.mark.parametrize(("seconds", "late"), [(60, 0), (61, 1)])
    def test_counts_a_refusal_that_took_more_than_a_minute(self, seconds: int, late: int) -> None:
        visit = walk.at_the_door()
        said = make.moment("2026-03-05 14:33")
        refuse_at_door(visit=visit, remark="不谈", by=make.crew()[0], at=said)
        honoured_later(case=visit.case, said_at=said, at=said + timedelta(seconds=seconds))
        assert counted("honoured") == (late, 1)

    def test_takes_a_refusal_at_the_desk_as_honoured_at_once(self) -> None:
        visit = walk.at_the_door()
        refuse_at_door(
            visit=visit, remark="", by=make.crew()[0], at=make.moment("2026-03-05 14:33")
        )
        assert Refusal.objects.get().honoured_at is None
        assert counted("honoured") == (0, 1)

    def test_counts_an_instalment_only_when_its_day_is_over(self, clock: Any) -> None:
        cast.signed()  # the first is due on 2026-04-15
        clock.set(make.moment("2026-04-15 23:59"))
        assert counted("promises") == (0, 0)
        clock.set(make.moment("2026-04-16 00:00"))
        assert counted("promises") == (1, 1)

    @pytest.mark.parametrize(("paid", "late"), [("2026-04-15 23:59", 0), ("2026-04-16 00:00", 1)])
    def test_counts_an_instalment_that_was_paid_after_its_day(
        self, paid: str, late: int, clock: Any
    ) -> None:
        first = cast.signed().instalments.order_by("number")[0]
        Instalment.objects.filter(pk=first.pk).update(paid=first.amount, paid_at=make.moment(paid))
        clock.set(make.moment("2026-04-20 12:00"))
        assert counted("promises") == (late, 1)

    def test_counts_what_happened_in_the_month_that_was_chosen(self) -> None:
        visit_over()
        assert counted("lead", "?month=2026-03") == (0, 1)
        assert counted("lead", "?month=2026-02") == (0, 0)

    def test_takes_a_month_that_makes_no_sense_for_the_last_thirty_days(self) -> None:
        visit_over()
        for month in ("2026-13", "x", "2099-01", "0000-00"):
            assert counted("lead", f"?month={month}") == (0, 1)


class TestExceptionsByPerson:
    def test_names_who_asked_for_how_many_and_opens_them(self) -> None:
        case, asking = make.prepared_case(), make.clerk()
        document = case.papers.first().document
        for subject in ("ST-08", "ST-09"):
            Approval.objects.create(
                case=case, kind="exception", state="granted", subject=subject, reason="x",
                evidence_kind="consent", evidence=document, requested_by=asking,
                requested_at=NOW - timedelta(days=3), decided_by=make.compliance_officer(),
                decided_at=NOW - timedelta(days=2), expires_at=NOW + timedelta(days=5),
            )  # fmt: skip
        client = client_of(make.supervisor())
        ((who, count, url),) = client.get(reverse("desk:dashboard")).context["people"]
        assert (who, count) == (asking, 2)
        assert [row.subject for row in client.get(url).context["rows"]] == ["ST-09", "ST-08"]
        assert counted("overrides") == (2, None)


class TestSteps:
    def steps(self) -> dict[str, Any]:
        page = client_of(make.supervisor()).get(reverse("desk:dashboard"))
        return {step["name"]: step for step in page.context["steps"]}

    def reached(self, ago: timedelta) -> None:
        case = make.case()
        Case.objects.filter(pk=case.pk).update(
            opened_at=NOW - timedelta(days=400), reached_at=NOW - ago
        )

    @pytest.mark.parametrize(
        ("days", "before", "after"),
        [(7, [1, 0, 0, 0], [0, 1, 0, 0]), (30, [0, 1, 0, 0], [0, 0, 1, 0]),
         (90, [0, 0, 1, 0], [0, 0, 0, 1])],
    )  # fmt: skip
    @pytest.mark.parametrize("later", [False, True])
    def test_tells_how_long_the_cases_of_a_step_have_stood_there(
        self, days: int, before: list[int], after: list[int], later: bool
    ) -> None:
        hour = timedelta(hours=1 if later else -1)
        self.reached(timedelta(days=days) + hour)
        step = self.steps()["preparation"]
        assert (step["count"], step["ages"]) == (1, after if later else before)
        for _number, count, url in step["groups"]:
            assert len(behind(url)) == count
        assert len(behind(step["url"])) == 1

    def test_takes_the_opening_for_the_beginning_of_the_first_step(self) -> None:
        case = make.case()
        Case.objects.filter(pk=case.pk).update(opened_at=NOW - timedelta(days=40))
        assert self.steps()["preparation"]["ages"] == [0, 0, 1, 0]

    def test_begins_anew_with_every_step(self) -> None:
        walk.noticed()
        assert Case.objects.get().reached_at == walk.NOTICED_AT
        assert self.steps()["notice"]["ages"] == [0, 1, 0, 0]

    def test_knows_no_step_of_another_name(self) -> None:
        url = reverse("desk:behind", args=["step"])
        for query in ("", "?step=closure", "?step=x"):
            assert client_of(make.supervisor()).get(url + query).status_code == 404


class TestWhoSees:
    def test_counts_only_the_own_team_for_a_supervisor(self) -> None:
        visit_over()
        other = make.team(name="成都一组", city="成都")
        stranger = make.supervisor(in_team=other, username="supervisor3")
        assert figures(stranger)["lead"]["whole"] == 0
        assert behind(figures(stranger)["lead"]["url"] + "?all=1", stranger) == []

    def test_lets_compliance_choose_a_team(self) -> None:
        visit_over()
        office = make.compliance_officer()
        team, other = Team.objects.get(), make.team(name="成都一组", city="成都")
        assert figures(office)["lead"]["whole"] == 1
        assert figures(office, f"?team={team.pk}")["lead"]["whole"] == 1
        assert figures(office, f"?team={other.pk}")["lead"]["whole"] == 0

    def test_does_not_let_a_supervisor_choose_another_team(self) -> None:
        visit_over()
        other = make.team(name="成都一组", city="成都")
        assert figures(query=f"?team={other.pk}")["lead"]["whole"] == 1

    @pytest.mark.parametrize("maker", [make.clerk, lambda: make.officer()])
    def test_is_refused_to_those_who_answer_for_nobody(self, maker: Any) -> None:
        assert client_of(maker()).get(reverse("desk:dashboard")).status_code == 403

    def test_knows_no_figure_of_another_name(self) -> None:
        url = reverse("desk:behind", args=["nothing"])
        assert client_of(make.supervisor()).get(url).status_code == 404
