"""Which packs a case has: settled when it is opened, and anew when what they hang on changes."""

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from cases.actions.contacting import log_contact
from cases.actions.preparing import set_mandate, update_debtor
from cases.actions.settling import settle_all, settle_case
from cases.facts import facts_for
from cases.models import Case
from cases.settling import place_facts
from compliance import packs as shelf
from people.models import Address, HousePaper, OfficerCredential, Organisation, User
from tests import make
from visits.actions.planning import plan_visit
from visits.models import Visit
from workflow.steps import PolicyRefused

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-02 10:00")


def abroad(
    country: str, region: str = "", locality: str = "", zone: str = "Europe/London", number: int = 1
) -> Case:
    who = make.debtor()
    who.country, who.region, who.locality, who.zone = country, region, locality, zone
    return make.case(
        of_creditor=make.creditor(packs=["cn", "story"]), who=who,
        reference=f"HZ-2026-{number:04d}", external_reference=f"XH-{number}",
    )  # fmt: skip


def move(case: Case, at: datetime = AT, **changes: Any) -> None:
    update_debtor(case=case, changes=changes, by=make.clerk(), at=at)


def packs(case: Case) -> list[str]:
    """As they stand in the database now."""
    return Case.objects.get(pk=case.pk).packs


def told(case: Case) -> list[dict[str, Any]]:
    found = case.events.filter(kind="packs.changed").order_by("number")
    return [event.data for event in found]


class TestOpenCase:
    def test_keeps_the_creditor_s_list_at_home(self) -> None:
        assert make.case().packs == ["story"]

    def test_takes_the_packs_of_the_debtor_s_place(self) -> None:
        assert abroad("GB", "SCT").packs == ["gb", "gb-sct", "story"]

    def test_takes_those_of_a_town(self) -> None:
        found = abroad("US", "NY", "New York City", zone="America/New_York")
        assert found.packs == ["us", "us-ny-nyc", "story"]

    def test_takes_the_strict_default_where_there_is_no_pack(self) -> None:
        assert abroad("BR", zone="America/Sao_Paulo").packs == ["intl-strict", "story"]


class TestUpdateDebtor:
    def test_settles_them_anew_and_tells_from_what_to_what_and_why(self) -> None:
        case = make.case(of_creditor=make.creditor(packs=["cn", "story"]))
        move(case, country="GB", region="ENG", zone="Europe/London")
        assert packs(case) == ["gb", "story"]
        assert told(case) == [
            {
                "from": ["cn", "story"], "to": ["gb", "story"], "cause": "place",
                "applies": {"gb": "place", "story": "chosen"},
            }
        ]  # fmt: skip

    def test_says_nothing_where_the_packs_stay_the_same(self) -> None:
        case = abroad("GB", "ENG")
        move(case, region="WLS")
        assert told(case) == []

    def test_brings_the_creditor_s_list_back_with_the_debtor(self) -> None:
        case = abroad("GB")
        move(case, country="CN", zone="Asia/Shanghai")
        assert packs(case) == ["cn", "story"]


class TestSetMandate:
    def test_settles_them_anew_since_it_may_matter_who_collects(self) -> None:
        case = abroad("GB")
        Case.objects.filter(pk=case.pk).update(packs=["story"])
        set_mandate(case=case, mandate=None, by=make.clerk(), at=AT)
        assert packs(case) == ["gb", "story"]
        assert told(case)[0]["cause"] == "agency"


class TestSettleAll:
    def test_finds_cases_whose_creditor_has_another_list_now(self) -> None:
        case, untouched = make.case(), abroad("GB")
        Organisation.objects.filter(pk=case.creditor_id).update(packs=["cn", "story"])
        assert settle_all(by=User.objects.system(), at=AT) == 1
        assert packs(case) == ["cn", "story"]
        assert told(case)[0]["cause"] == "creditor"
        assert told(untouched) == []

    def test_changes_nothing_when_run_twice(self) -> None:
        case = make.case()
        Organisation.objects.filter(pk=case.creditor_id).update(packs=[])
        settle_all(by=User.objects.system(), at=AT)
        assert settle_all(by=User.objects.system(), at=AT) == 0
        assert packs(case) == ["cn"]

    def test_changes_nothing_while_a_pack_cannot_be_read(
        self, tmp_path: Path, request: pytest.FixtureRequest
    ) -> None:
        case = abroad("GB")
        home = shutil.copytree(shelf.HOME, tmp_path / "packs")
        (home / "gb" / "pack.toml").write_text("broken")
        request.addfinalizer(lambda: shelf.refresh(shelf.HOME))
        shelf.refresh(home)
        assert settle_all(by=User.objects.system(), at=AT) == 0
        assert packs(case) == ["gb", "story"]

    def test_leaves_a_settled_case_alone(self) -> None:
        assert not settle_case(case=make.case(), cause="creditor", by=make.clerk(), at=AT)


class TestFacts:
    def test_know_the_debtor_s_country_and_part(self) -> None:
        facts = facts_for(abroad("GB", "SCT"), at=AT)
        assert (facts.country, facts.region, facts.zone) == ("GB", "SCT", "Europe/London")

    def test_take_the_creditor_s_country_where_none_is_written(self) -> None:
        facts = facts_for(make.case(), at=AT)
        assert (facts.country, facts.region) == ("CN", None)

    def test_judge_a_call_by_the_clock_and_the_hours_of_the_place(self) -> None:
        case = abroad("ID", zone="Asia/Jakarta")
        early = make.moment("2026-03-02 07:59", "Asia/Jakarta")
        with pytest.raises(PolicyRefused) as refused:
            log_contact(
                case=case, channel="phone", result="no_answer", remark="", by=make.clerk(), at=early
            )
        assert "ID-01" in {finding.rule for finding in refused.value.findings}


class TestVisitElsewhere:
    def address(self, case: Case, **place: str) -> Address:
        return Address.objects.create(
            person=case.debtor, kind="home", city="London", text="1 High Street",
            source="contract", **place,
        )  # fmt: skip

    def test_is_judged_by_the_packs_and_the_clock_of_that_place_too(self) -> None:
        case = make.prepared_case()
        place = self.address(case, country="GB", region="ENG", zone="Europe/London")
        found = place_facts(case, place)
        assert found == {
            "packs": ("story", "gb"), "country": "GB", "region": "ENG", "zone": "Europe/London",
        }  # fmt: skip

    def test_at_home_changes_nothing(self) -> None:
        case = make.prepared_case()
        assert place_facts(case, case.debtor.addresses.get()) == {}

    def test_is_refused_on_the_sunday_of_that_place(self) -> None:
        case = make.prepared_case()
        place = self.address(case, country="GB", region="ENG", zone="Europe/London")
        with pytest.raises(PolicyRefused) as refused:
            plan_visit(
                case=case, place=place, starts_at=make.moment("2026-03-15 10:00", "Europe/London"),
                ends_at=make.moment("2026-03-15 11:00", "Europe/London"), officers=make.crew(),
                purpose="商谈", intended_outcome="分期", by=make.clerk(), at=AT,
            )  # fmt: skip
        assert "UK-09" in {finding.rule for finding in refused.value.findings}


class TestVisitAbroad:
    """The whole way, with what is written down about people and houses."""

    def plan(self, case: Case, start: str, zone: str) -> Visit:
        begins = make.moment(start, zone)
        return plan_visit(
            case=case, place=case.debtor.addresses.get(), starts_at=begins,
            ends_at=begins + timedelta(hours=1), officers=make.crew(), purpose="商谈还款",
            intended_outcome="分期还款", by=make.clerk(), at=AT,
        )  # fmt: skip

    def prepared(self, country: str, zone: str) -> Case:
        who = make.debtor()
        who.country, who.zone = country, zone
        return make.case(of_creditor=make.creditor(packs=[]), who=who)

    def test_to_london_can_be_planned_with_three_working_days_ahead(self) -> None:
        case = self.prepared("GB", "Europe/London")
        assert case.packs == ["gb"]
        visit = self.plan(case, "2026-03-05 14:30", "Europe/London")
        assert visit.state == "planned"

    def test_to_singapore_needs_a_licence_and_the_approval_of_each_officer(self) -> None:
        case = self.prepared("SG", "Asia/Singapore")
        with pytest.raises(PolicyRefused) as refused:
            self.plan(case, "2026-03-06 14:30", "Asia/Singapore")
        assert [f.rule for f in refused.value.findings] == ["SG-01"] * 3

    def test_to_singapore_can_be_planned_with_both(self) -> None:
        case = self.prepared("SG", "Asia/Singapore")
        day = {"valid_from": date(2026, 1, 1), "valid_until": date(2026, 12, 31)}
        HousePaper.objects.create(
            organisation=make.agency(), kind="licence", number="L-1", issued_by="SPF",
            entered_by=make.administrator(), entered_at=AT, **day,
        )  # fmt: skip
        for officer in make.crew():
            OfficerCredential.objects.create(
                officer=officer, kind="police_approval", number=f"A-{officer.badge}",
                issued_by="SPF", **day,
            )  # fmt: skip
        visit = self.plan(case, "2026-03-06 14:30", "Asia/Singapore")
        assert visit.state == "planned"


class TestPages:
    def page(self, case: Case, tab: str, language: str = "en") -> str:
        client = Client(headers={"accept-language": language})
        client.force_login(make.clerk())
        return client.get(f"{case.get_absolute_url()}?tab={tab}").content.decode()

    def test_of_the_case_says_which_packs_apply_and_why(self) -> None:
        text = self.page(abroad("GB", "ENG", "London"), "overview")
        assert "United Kingdom" in text
        assert "It holds where the debtor is: London, England, United Kingdom." in text
        assert "Compliance has set it for this creditor." in text

    def test_of_the_case_warns_of_a_list_that_leaves_out_the_law_of_home(self) -> None:
        assert "not in the creditor&#x27;s list" in self.page(make.case(), "overview")

    def test_of_the_people_says_where_the_debtor_lives(self) -> None:
        assert "England, United Kingdom" in self.page(abroad("GB", "ENG"), "people")

    def test_of_the_debtor_refuses_a_part_that_the_country_has_not(self) -> None:
        case = abroad("GB", "ENG")
        client = Client(headers={"accept-language": "en"})
        client.force_login(make.clerk())
        answer = client.post(
            f"{case.get_absolute_url()}debtor/",
            {
                "name": "王海燕",
                "language": "zh",
                "zone": "Europe/London",
                "country": "GB",
                "region": "MA",
            },
        )
        assert "This country has no such part." in answer.content.decode()
