"""A visit in another time zone: entered, shown and told by the clocks of its place."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions.preparing import add_address, update_address, update_debtor
from cases.models import Case
from documents.models import Document
from people.models import Address
from tests import make, walk
from visits.actions.announcing import announce_visit
from visits.actions.planning import plan_visit
from visits.models import Visit
from visits.notice import compose
from workflow.steps import PolicyRefused, WrongInput

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-24 09:30")
LONDON = "Europe/London"


def abroad(case: Case, zone: str = LONDON, **given: Any) -> Address:
    """A second place of the debtor's, in London, of which only the clocks are known."""
    return add_address(
        case=case, by=make.clerk(), at=AT,
        address=Address(
            kind="agreed", city="London", text="1 Fleet Street", source="debtor", consented=True,
            zone=zone, **given,
        ),
    )  # fmt: skip


def planned(case: Case, place: Address, start: str, minutes: int = 60) -> Visit:
    begins = make.moment(start, place.zone or case.zone)
    return plan_visit(
        case=case, place=place, starts_at=begins, ends_at=begins + timedelta(minutes=minutes),
        officers=make.crew(), purpose="商谈还款", intended_outcome="分期还款", by=make.clerk(), at=AT,
    )  # fmt: skip


def page_of(name: str, language: str = "en", user: Any = None, *args: Any, **query: Any) -> str:
    client = Client()
    client.force_login(user or make.clerk())
    client.cookies["django_language"] = language
    return client.get(reverse(name, args=args), query).content.decode()


@pytest.fixture
def case(clock: Any) -> Case:
    clock.set(AT)
    return make.prepared_case(at=make.moment("2026-03-20 09:00"))


class TestTheClockOfThePlace:
    def test_stands_on_the_visit_with_its_name_and_offset(self, case: Case) -> None:
        visit = planned(case, abroad(case), "2026-03-28 14:30")
        assert "Sat 28 Mar 2026, 14:30 (London, UTC+00:00)" in page_of(
            "visits:visit", "en", None, visit.reference
        )
        assert "2026年3月28日 周六 14:30（伦敦时间，UTC+00:00）" in page_of("visits:visit", "zh-hans", None, visit.reference)  # fmt: skip

    def test_names_the_zone_in_the_week_and_in_the_case_only_where_it_is_another(
        self, case: Case
    ) -> None:
        visit = planned(case, abroad(case), "2026-03-28 14:30")
        week = page_of("visits:calendar", "en", None, week="2026-03-28")
        assert "14:30 (London, UTC+00:00)" in week
        tab = page_of("desk:case", "en", None, case.reference, tab="visits")
        assert "Sat 28 Mar, 14:30 (London, UTC+00:00)" in tab
        Visit.objects.filter(pk=visit.pk).update(place=case.debtor.addresses.order_by("pk")[0])
        assert "22:30</time>" in page_of("visits:calendar", "en", None, week="2026-03-28")

    def test_is_told_in_the_notice_in_both_languages(self, case: Case) -> None:
        visit = planned(case, abroad(case), "2026-03-28 14:30")
        told = compose(visit, AT).parts["time"][0]
        assert told["en"].startswith("Saturday, 28 March 2026, 14:30 to 15:30 (London, UTC+00:00)")
        assert told["zh"].startswith("2026年3月28日（星期六）14:30 至 15:30（伦敦时间，UTC+00:00）")

    def test_is_not_named_at_home(self, case: Case) -> None:
        visit = planned(case, case.debtor.addresses.order_by("pk")[0], "2026-03-28 14:30")
        assert (
            compose(visit, AT)
            .parts["time"][0]["en"]
            .startswith("Saturday, 28 March 2026, 14:30 to 15:30, at most")
        )

    def test_jumps_with_summer_time_and_the_visit_keeps_its_length(self, case: Case) -> None:
        # On 29 March 2026 the clocks in London go from 01:00 to 02:00.
        place = abroad(case)
        before = planned(case, place, "2026-03-28 14:30")
        assert before.starts_at == make.moment("2026-03-28 14:30", "UTC")
        Visit.objects.all().update(state="cancelled")
        after = planned(case, place, "2026-03-30 14:30")
        assert after.starts_at == make.moment("2026-03-30 13:30", "UTC")
        assert after.ends_at - after.starts_at == timedelta(hours=1)
        said = compose(after, AT).parts["time"][0]["en"]
        assert said.startswith("Monday, 30 March 2026, 14:30 to 15:30 (London, UTC+01:00)")

    def test_tells_a_slot_across_the_night_of_the_change_by_both_clocks(self, case: Case) -> None:
        place = abroad(case)
        begins = make.moment("2026-03-29 00:30", LONDON)
        with pytest.raises(PolicyRefused) as refused:
            planned(case, place, "2026-03-29 00:30")
        window = next(f for f in refused.value.findings if "slot" in f.inputs)
        assert refused.value.zone == LONDON
        assert "02:30" in str(window.says["en"])  # an hour later the clocks show two hours more
        assert begins == make.moment("2026-03-29 00:30", "UTC")


class TestEntering:
    def post(self, case: Case, place: Address, start: str, **more: Any) -> Any:
        client = Client()
        client.force_login(make.clerk())
        client.cookies["django_language"] = "en"
        return client.post(
            reverse("visits:plan", args=[case.reference]),
            {
                "starts_at": start, "minutes": "60", "place": place.pk,
                "officers": [one.pk for one in make.crew()], "purpose": "商谈还款",
                "intended_outcome": "分期还款", **more,
            },
        )  # fmt: skip

    def test_reads_the_time_by_the_clocks_of_the_place_that_was_chosen(self, case: Case) -> None:
        self.post(case, abroad(case), "2026-03-30T14:30")
        assert Visit.objects.get().starts_at == make.moment("2026-03-30 14:30", LONDON)

    def test_answers_by_those_clocks_while_the_slot_is_chosen(self, case: Case) -> None:
        answer = self.post(case, abroad(case), "2026-03-30T21:30", **{"try": "1"})
        said = answer.content.decode()
        assert "Mon 30 Mar 2026, 21:30" in said
        assert "London" in said
        assert 'data-fill-with="2026-03-31T08:00"' in said
        assert "It is now" in said

    def test_takes_the_earliest_moment_by_those_clocks(self, case: Case) -> None:
        earliest = make.moment("2026-03-31 08:00", LONDON).isoformat()
        self.post(case, abroad(case), "2026-03-30T21:30", take=earliest)
        assert Visit.objects.get().starts_at == make.moment("2026-03-31 08:00", LONDON)

    def test_is_refused_on_the_page_by_those_clocks(self, case: Case) -> None:
        page = self.post(case, abroad(case), "2026-03-30T21:30")
        assert page.status_code == 409
        assert "Tue 31 Mar 2026, 08:00 (London, UTC+01:00)" in page.content.decode()

    def test_moves_by_the_clocks_of_the_place(self, case: Case) -> None:
        visit = planned(case, abroad(case), "2026-03-30 14:30")
        page = page_of("visits:move", "en", None, visit.reference)
        assert 'value="2026-03-30T14:30"' in page


class TestChangingThePlace:
    def test_shows_a_planned_visit_by_the_new_clocks(self, case: Case) -> None:
        place = abroad(case)
        visit = planned(case, place, "2026-03-28 14:30")
        update_address(
            case=case, address=place, changes={"zone": "Europe/Berlin"}, by=make.clerk(), at=AT
        )
        assert "15:30 (Berlin, UTC+01:00)" in page_of("visits:visit", "en", None, visit.reference)

    def test_is_refused_once_the_debtor_was_told_a_time_by_the_old_ones(self, case: Case) -> None:
        place = abroad(case)
        visit = planned(case, place, "2026-03-30 14:30")
        announce_visit(visit=visit, language="zh", channels=["letter"], by=make.clerk(), at=AT)
        assert Document.objects.filter(case=case, kind="notice").exists()
        with pytest.raises(WrongInput, match="2026-03-30 14:30") as wrong:
            update_address(
                case=case, address=place, changes={"zone": "Europe/Berlin"}, by=make.clerk(), at=AT
            )
        assert wrong.value.field == "zone"
        place.refresh_from_db()
        assert place.zone == LONDON
        update_address(
            case=case, address=place, changes={"district": "City"}, by=make.clerk(), at=AT
        )

    def test_is_refused_for_the_debtors_own_clocks_just_so(self, case: Case) -> None:
        walk.announced(case=case, starts_at=make.moment("2026-03-30 14:30"), at=AT)
        with pytest.raises(WrongInput, match="2026-03-30 14:30"):
            update_debtor(case=case, changes={"zone": LONDON}, by=make.clerk(), at=AT)

    def test_in_another_country_without_its_clocks_nothing_can_be_planned(self, case: Case) -> None:
        place = abroad(case, zone="", country="GB", region="ENG")
        with pytest.raises(PolicyRefused) as refused:
            planned(case, place, "2026-03-30 14:30")
        assert "DS-ZONE" in {finding.rule for finding in refused.value.findings}

    def test_asks_for_the_clocks_with_the_country(self, case: Case) -> None:
        client = Client()
        client.force_login(make.clerk())
        client.cookies["django_language"] = "en"
        page = client.post(
            reverse("cases:add_address", args=[case.reference]),
            {"person": case.debtor_id, "kind": "home", "city": "London", "text": "1 Fleet Street",
             "country": "GB", "region": "ENG", "source": "debtor"},
        )  # fmt: skip
        assert page.status_code == 422
        assert "by which clocks people live there" in page.content.decode()
