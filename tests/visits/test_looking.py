"""The next thirty days: what would be refused, why, and when it would be lawful instead."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.actions.holding import hold_case
from cases.models import Case
from people.models import OfficerCredential
from tests import make, walk
from timeline.models import Event
from visits.actions.planning import move_visit
from visits.looking import look_ahead
from visits.models import Outlook, Visit

pytestmark = pytest.mark.django_db

NOW = make.moment("2026-03-03 02:00")


def one() -> Outlook:
    return Outlook.objects.get()


def lapse(badge: str, on: Any) -> None:
    """The permit of that officer ends on that day."""
    OfficerCredential.objects.filter(officer__badge=badge, kind="permit").update(valid_until=on)


class TestLookAhead:
    def test_is_content_with_a_visit_that_all_rules_allow(self) -> None:
        walk.noticed()
        assert look_ahead(NOW) == 1
        assert (one().refused, one().findings, one().alternative_at) == (False, [], None)

    def test_finds_a_visit_that_nobody_announced_in_time_and_the_slot_that_is_lawful(self) -> None:
        walk.planned()  # for Thursday 14:30, planned on Monday and not announced
        look_ahead(NOW)
        found = one()
        assert found.refused
        assert found.rules == ["ST-04"]
        (finding,) = found.findings
        assert finding["asked"] == "visit.announce"
        # 72 hours from Tuesday 02:00 end on Friday 02:00; visits open at 08:00.
        assert found.alternative_at == make.moment("2026-03-06 08:00")

    def test_finds_a_permit_that_lapses_before_the_visit(self) -> None:
        visit = walk.noticed()
        lapse("034", visit.starts_at.date() - timedelta(days=1))
        look_ahead(NOW)
        assert one().rules == ["ST-10"]
        assert one().alternative_at is None  # waiting brings no permit back

    def test_asks_for_the_time_of_the_visit_and_not_for_that_of_the_night(self) -> None:
        visit = walk.noticed()
        lapse("034", visit.starts_at.date())  # runs out, but not before
        look_ahead(NOW)
        assert not one().refused

    def test_finds_a_hold_that_lasts_beyond_it_and_proposes_the_day_after(self) -> None:
        visit = walk.noticed()
        hold_case(
            case=Case.objects.get(pk=visit.case_id), reason="hospital", scope="visits",
            starts_on=NOW.date(), review_on=NOW.date(), until=make.moment("2026-03-10 12:00").date(),
            remark="住院", by=make.clerk(), at=NOW,
        )  # fmt: skip
        Visit.objects.filter(pk=visit.pk).update(
            state="noticed"
        )  # as if the hold had left it alone
        look_ahead(NOW + timedelta(minutes=1))
        assert "ST-13" in one().rules
        assert one().alternative_at == make.moment("2026-03-11 08:00")

    def test_does_not_propose_a_slot_in_which_the_crew_is_at_another_door(self) -> None:
        walk.planned()
        other = make.prepared_case(
            reference="HZ-2026-0148",
            external_reference="XH-2",
            who=make.debtor(name="李明", id_number=""),
        )
        walk.planned(
            case=other,
            starts_at=make.moment("2026-03-06 08:00"),
            at=make.moment("2026-03-02 09:00"),
        )
        look_ahead(NOW)
        found = Outlook.objects.get(visit__case__reference="HZ-2026-0147")
        assert found.alternative_at == make.moment("2026-03-06 09:00")

    def test_finds_nothing_to_do_the_second_time_and_all_of_it_the_next_night(self) -> None:
        walk.noticed()
        assert [look_ahead(NOW), look_ahead(NOW), look_ahead(NOW + timedelta(hours=20))] == [
            1,
            0,
            0,
        ]
        assert look_ahead(NOW + timedelta(days=1)) == 1

    def test_looks_again_at_a_visit_that_was_moved(self) -> None:
        visit = walk.planned()
        look_ahead(NOW)
        place = visit.case.debtor.addresses.get()
        move_visit(
            visit=Visit.objects.get(pk=visit.pk), place=place, officers=make.crew(),
            starts_at=make.moment("2026-03-09 10:00"), ends_at=make.moment("2026-03-09 11:00"),
            purpose="商谈", intended_outcome="方案", by=make.clerk(), at=NOW,
        )  # fmt: skip
        assert look_ahead(NOW + timedelta(minutes=5)) == 1
        assert not one().refused

    def test_forgets_what_has_gone_by(self) -> None:
        walk.planned()
        look_ahead(NOW)
        look_ahead(make.moment("2026-03-05 14:31"))
        assert not Outlook.objects.exists()

    def test_writes_no_timeline(self) -> None:
        walk.planned()
        before = Event.objects.count()
        look_ahead(NOW)
        assert Event.objects.count() == before

    def test_leaves_alone_what_lies_further_ahead(self) -> None:
        walk.planned(starts_at=make.moment("2026-04-09 14:30"))
        assert look_ahead(NOW) == 0

    def test_costs_the_same_queries_for_one_visit_and_for_ten(self) -> None:
        def cost() -> int:
            with CaptureQueriesContext(connection) as seen:
                look_ahead(NOW)
            Outlook.objects.all().delete()
            return len(seen)

        first = walk.planned()
        alone = cost()
        for n in range(9):
            case = make.prepared_case(
                reference=f"HZ-2026-1{n:03d}", external_reference=f"Q-{n}",
                who=make.debtor(name=f"王{n}", id_number=""),
            )  # fmt: skip
            starts = make.moment("2026-03-12 10:00") + timedelta(
                days=1 if n > 4 else 0, hours=n % 5
            )
            Visit.objects.create(
                case=case, reference=f"V-{n}", place=case.debtor.addresses.get(), place_kind="home",
                starts_at=starts, ends_at=starts + timedelta(hours=1), purpose="商谈",
                intended_outcome="分期", planned_by=make.clerk(), planned_at=first.planned_at,
            )  # fmt: skip
        assert cost() == alone


class TestPage:
    def page(self, user: Any) -> Any:
        client = Client()
        client.force_login(user)
        client.cookies["django_language"] = "en"
        return client.get(reverse("visits:outlook"))

    def test_lists_them_with_one_click_into_planning(self, clock: Any) -> None:
        clock.set(NOW)
        visit = walk.planned()
        look_ahead(NOW)
        page = self.page(make.clerk())
        shown = page.content.decode()
        assert [row.visit for row, _slot in page.context["rows"]] == [visit]
        assert f"{reverse('visits:move', args=[visit.reference])}?from=2026-03-06T08:00" in shown
        assert "House rules for visits" in shown

    def test_shows_compliance_why_but_no_door_that_is_shut(self, clock: Any) -> None:
        clock.set(NOW)
        visit = walk.planned()
        look_ahead(NOW)
        shown = self.page(make.compliance_officer()).content.decode()
        assert visit.reference in shown
        assert "/move/" not in shown

    def test_shows_no_team_the_visits_of_another(self, clock: Any) -> None:
        clock.set(NOW)
        walk.planned()
        look_ahead(NOW)
        assert self.page(make.outsider()).context["rows"] == []
        assert self.page(make.officer()).status_code == 403

    def test_is_the_list_behind_the_figure_of_the_dashboard(self, clock: Any) -> None:
        clock.set(NOW)
        walk.planned()
        look_ahead(NOW)
        client = Client()
        client.force_login(make.supervisor())
        figures = client.get(reverse("desk:dashboard")).context["standing"]
        (figure,) = [f for f in figures if f["figure"].name == "ahead"]
        assert (figure["count"], figure["url"]) == (1, reverse("visits:outlook"))
        assert len(client.get(figure["url"]).context["rows"]) == figure["count"]
