"""Ask before you act: the page and the command give the rules' own answer, and store nothing."""

import io
import json
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from cases.models import Case
from people.models import Address
from tests import make, walk
from tests.world import rows_of_house
from visits.actions.planning import plan_visit
from workflow.steps import PolicyRefused

pytestmark = pytest.mark.django_db

NOW = make.moment("2026-03-02 10:00")


@pytest.fixture
def case(clock: Any) -> Case:
    clock.set(NOW)
    make.crew()
    return make.prepared_case()


def reader(user: Any = None, language: str = "en") -> Client:
    client = Client()
    client.force_login(user or make.clerk())
    client.cookies["django_language"] = language
    return client


def asked(case: Case | None = None, **given: Any) -> dict[str, Any]:
    """The page's own first guess, with some of it changed."""
    return {
        "action": "visit.plan", "starts_at": "2026-03-05T14:30", "minutes": "60", "channel": "phone",
        "purpose": "商谈还款安排", "intended_outcome": "达成分期", **given,
    }  # fmt: skip


def of_case(case: Case, **given: Any) -> Any:
    place = case.debtor.addresses.get()
    data = asked(place=place.pk, officers=[officer.pk for officer in make.crew()], **given)
    return reader().get(reverse("desk:ask_case", args=[case.reference]), data)


def rules_of(page: Any) -> list[str]:
    return [finding.rule for finding in page.context["answer"].verdict.blocks]


class TestForACase:
    def test_answers_at_once_with_a_first_guess(self, case: Case) -> None:
        page = reader().get(reverse("desk:ask_case", args=[case.reference]))
        assert page.status_code == 200
        assert page.context["answer"].verdict.allowed
        assert page.context["lawful"] > 100

    def test_gives_the_answer_that_planning_would_give(self, case: Case) -> None:
        page = of_case(case, starts_at="2026-03-05T20:30")
        assert rules_of(page) == ["ST-01"]
        assert page.context["answer"].verdict.earliest == make.moment("2026-03-06 08:00")
        shown = page.content.decode()
        assert "House rules for visits, rule 1" in shown
        assert "Lawful from" in shown

    def test_tries_another_kind_of_place_and_a_smaller_crew(self, case: Case) -> None:
        assert rules_of(of_case(case, place_kind="work")) == ["ST-19"]
        page = reader().get(
            reverse("desk:ask_case", args=[case.reference]),
            asked(place=case.debtor.addresses.get().pk, officers=[make.crew()[0].pk]),
        )
        assert rules_of(page) == ["ST-09"]

    def test_tries_the_beginning_against_the_notice(self, case: Case) -> None:
        early = of_case(case, action="visit.start", served_at="2026-03-03T10:00")
        assert rules_of(early) == ["ST-04"]
        fine = of_case(case, action="visit.start", served_at="2026-03-02T10:00")
        assert rules_of(fine) == []

    def test_offers_each_lawful_half_hour_to_the_planning_form(self, case: Case) -> None:
        page = of_case(case)
        cells = [cell for _hour, cells in page.context["rows"] for cell in cells]
        taken = next(cell["take"] for cell in cells if "03-06 08:00" in cell["said"])
        plan = reader().get(taken)
        assert plan.context["form"]["starts_at"].value() == "2026-03-06T08:00"
        assert plan.context["form"]["minutes"].value() == "60"
        assert plan.context["form"]["officers"].value() == [str(o.pk) for o in make.crew()]
        assert not any(cell["take"] for cell in cells if cell["kind"] != "lawful")

    def test_leads_to_moving_where_a_visit_is_planned_already(self, case: Case) -> None:
        visit = walk.planned(case=case)
        page = of_case(Case.objects.get(pk=case.pk))
        (take,) = {
            c["take"].split("?")[0] for _h, row in page.context["rows"] for c in row if c["take"]
        }
        assert take == reverse("visits:move", args=[visit.reference])

    def test_stores_nothing_and_says_nothing_on_the_timeline(self, case: Case) -> None:
        client = reader()
        before = rows_of_house()
        client.get(reverse("desk:ask_case", args=[case.reference]))
        client.get(reverse("desk:ask"))
        assert rows_of_house() == before

    def test_is_not_for_outsiders(self, case: Case) -> None:
        address = reverse("desk:ask_case", args=[case.reference])
        assert reader(make.outsider()).get(address).status_code == 404

    def test_says_what_to_mend(self, case: Case) -> None:
        page = of_case(case, starts_at="2026-02-31T10:00")
        assert page.status_code == 422
        assert "starts_at" in page.context["form"].errors


class TestWithoutACase:
    def test_answers_at_once_with_a_first_guess(self, case: Case) -> None:
        page = reader().get(reverse("desk:ask"))
        assert page.context["answer"].verdict.allowed

    def test_tries_what_is_supposed(self, case: Case) -> None:
        client = reader()
        data = {
            **asked(), "packs": ["cn"], "zone": "Asia/Shanghai", "creditor_type": "bank",
            "collector": "own", "target_role": "debtor", "crew": "1", "permits": "yes",
            "claim_papers": ["contract", "disbursement"], "gentler_tried": ["phone"],
            "place_kind": "home",
        }  # fmt: skip
        assert rules_of(client.get(reverse("desk:ask"), data)) == ["CN-08"]
        page = client.get(reverse("desk:ask"), {**data, "crew": "2", "hold": "order"})
        assert "CN-14" in rules_of(page) or "CN-HOLD" in rules_of(page)

    def test_reads_times_by_the_clocks_of_the_zone(self, case: Case) -> None:
        data = {
            **asked(starts_at="2026-03-05T08:00"), "packs": ["story"], "zone": "Asia/Tokyo",
            "creditor_type": "bank", "collector": "own", "target_role": "debtor", "crew": "2",
            "permits": "yes", "claim_papers": ["contract", "disbursement"],
            "gentler_tried": ["phone", "sms"], "place_kind": "home",
        }  # fmt: skip
        page = reader().get(reverse("desk:ask"), data)
        assert page.context["answer"].question.starts_at == make.moment(
            "2026-03-05 08:00", "Asia/Tokyo"
        )
        assert rules_of(page) == []


def said(*arguments: str, **options: Any) -> str:
    out = io.StringIO()
    call_command("rules", *arguments, stdout=out, **options)
    return out.getvalue()


class TestExplain:
    def test_tells_the_same_as_the_page_in_words(self, case: Case) -> None:
        told = said("explain", case.reference, "--start", "2026-03-05T20:30", "--purpose", "商谈")
        assert "Not allowed" in told
        assert "ST-01" in told
        assert "House rules for visits, rule 1" in told
        assert "Lawful from Fri 6 Mar 2026, 08:00 (Beijing time)" in told
        assert "Sun 8 Mar  none" in told

    def test_speaks_chinese(self, case: Case) -> None:
        told = said("explain", case.reference, "--start", "2026-03-05T20:30", "--language", "zh")
        assert "2026年3月6日" in told
        assert "禁止" in told

    def test_gives_a_machine_all_findings_and_lawful_slots(self, case: Case) -> None:
        told = json.loads(
            said(
                "explain",
                "--packs",
                "cn",
                "--start",
                "2026-03-05T14:30",
                "--officers",
                "1",
                "--json",
            )
        )
        assert told["allowed"] is False
        assert [finding["rule"] for finding in told["findings"]] == ["CN-08"]
        assert told["lawful_slots"] == []
        assert told["digests"]["cn"]

    def test_says_what_is_wrong_with_the_question(self, case: Case) -> None:
        for arguments, why in (
            (["NO-1"], "no case NO-1"), (["--start", "tomorrow"], "Invalid isoformat"),
            (["--zone", "Mars/North"], "no time zone"),
        ):  # fmt: skip
            with pytest.raises(CommandError, match=why):
                said("explain", *arguments)


class TestList:
    def test_lists_every_value_with_force_source_and_who_checked_it(self) -> None:
        rows = json.loads(said("list", "story", "--json"))
        first = next(row for row in rows if row["id"] == "ST-01")
        assert (first["force"], first["severity"], first["rule"]) == (
            "policy",
            "block",
            "visit_hours",
        )
        assert first["source"] == "House rules for visits, rule 1"
        assert "ST-01" in said("list", "story", "--on", "2026-03-05")

    def test_knows_no_pack_that_is_not_there(self) -> None:
        with pytest.raises(CommandError, match="no such pack"):
            said("list", "atlantis")


class TestAPlaceElsewhere:
    """A place in another country adds its packs and has its own clocks; the strictest wins."""

    def london(self, case: Case) -> Address:
        return Address.objects.create(
            person=case.debtor, kind="home", city="London", text="1 Fleet Street", source="contract",
            country="GB", region="ENG", zone="Europe/London",
        )  # fmt: skip

    def page(self, case: Case, place: Address, start: str, language: str = "en") -> Any:
        data = asked(
            place=place.pk, officers=[officer.pk for officer in make.crew()], starts_at=start
        )
        return reader(language=language).get(reverse("desk:ask_case", args=[case.reference]), data)

    def test_is_asked_by_its_packs_and_its_clocks(self, case: Case) -> None:
        page = self.page(case, self.london(case), "2026-03-15T10:00")  # a Sunday there
        verdict = page.context["answer"].verdict
        assert set(verdict.packs) == {"story", "gb"}
        assert "UK-09" in rules_of(page)
        assert page.context["answer"].question.starts_at == make.moment(
            "2026-03-15 10:00", "Europe/London"
        )
        assert page.context["zone"] == "Europe/London"

    def test_says_which_pack_the_place_has_added(self, case: Case) -> None:
        said = self.page(case, self.london(case), "2026-03-15T10:00").content.decode()
        assert "by the rules of the place: " in said
        assert "added by the place of the visit" in said
        said = self.page(case, self.london(case), "2026-03-15T10:00", "zh-hans").content.decode()
        assert "依上门地点的规则：" in said

    def test_gives_the_answer_that_planning_would_give(self, case: Case) -> None:
        place, start = self.london(case), make.moment("2026-03-15 10:00", "Europe/London")
        tried = self.page(case, place, "2026-03-15T10:00")
        with pytest.raises(PolicyRefused) as refused:
            plan_visit(
                case=case, place=place, starts_at=start, ends_at=start + timedelta(hours=1),
                officers=make.crew(), purpose="商谈还款安排", intended_outcome="达成分期",
                by=make.clerk(), at=NOW,
            )  # fmt: skip
        assert {f.rule for f in refused.value.findings} == set(rules_of(tried))

    def test_draws_the_fortnight_by_the_packs_and_days_of_the_place(self, case: Case) -> None:
        there = self.page(case, self.london(case), "2026-03-16T10:00").context["answer"].ahead
        sunday = dict(there.days)[date(2026, 3, 8)]
        assert not any(slot.lawful for slot in sunday)
        lawful = {slot.wall.time() for _day, slots in there.days for slot in slots if slot.lawful}
        assert (min(lawful), max(lawful)) == (time(8), time(19))

    def test_is_no_matter_for_a_call(self, case: Case) -> None:
        place = self.london(case)
        data = asked(place=place.pk, action="contact.log", starts_at="2026-03-03T10:00")
        page = reader().get(reverse("desk:ask_case", args=[case.reference]), data)
        assert set(page.context["answer"].verdict.packs) == {"story"}
        assert page.context["zone"] == "Asia/Shanghai"

    def test_is_named_to_the_command_by_its_words(self, case: Case) -> None:
        self.london(case)
        out = io.StringIO()
        call_command(
            "rules", "explain", case.reference, "--address", "fleet", "--start",
            "2026-03-15T10:00", stdout=out,
        )  # fmt: skip
        said = out.getvalue()
        assert "Sun 15 Mar 2026, 10:00 (London, UTC+00:00)" in said
        assert "UK-09" in said
        assert "gb: added by the place of the visit" in said
        with pytest.raises(CommandError, match="no address with Paris"):
            call_command("rules", "explain", case.reference, "--address", "Paris")
