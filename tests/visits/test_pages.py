"""The desk's pages of visits: what they show, what they change, who may not see them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case, Refusal
from documents.models import Document
from people.models import Address, Organisation, User
from tests import make, walk
from timeline.models import Event
from visits import slots
from visits.actions import refusing
from visits.models import Visit
from workflow.acts import offers
from workflow.models import Approval

pytestmark = pytest.mark.django_db

MONDAY = "2026-03-02 09:45"


@pytest.fixture
def at_the_desk(client: Client, clock: Any) -> Callable[..., Client]:
    """A clerk of the case's team, at that moment of the debtor's day."""

    def signed_in(moment: str = MONDAY, who: User | None = None) -> Client:
        clock.set(moment.replace(" ", "T"), zone="Asia/Shanghai")
        client.force_login(who or make.clerk())
        client.cookies["django_language"] = "en"
        return client

    return signed_in


def slot(case: Case, **given: Any) -> dict[str, Any]:
    return {
        "starts_at": "2026-03-05T14:30", "minutes": "60",
        "place": case.debtor.addresses.order_by("pk")[0].pk,
        "officers": [officer.pk for officer in make.crew()], "purpose": "商谈还款安排",
        "intended_outcome": "达成分期还款", "guard_key": "p1", "guard_version": "", **given,
    }  # fmt: skip


def planning(case: Case) -> str:
    return reverse("visits:plan", args=[case.reference])


class TestPlan:
    def test_offers_the_team_s_officers_the_home_and_words_in_the_debtor_s_language(
        self, at_the_desk: Any
    ) -> None:
        case = make.prepared_case()
        make.crew()
        make.user(username="o9", role="officer", in_team=make.team(name="成都一组"), badge="900")
        page = at_the_desk().get(planning(case))
        form = page.context["form"]
        assert [str(one) for one in form.fields["officers"].queryset] == ["李伟", "王芳"]
        assert form["purpose"].value() == "当面商谈逾期借款，找到双方都能接受的还款办法"
        assert "Beijing time" in page.content.decode()

    def test_plans_and_goes_to_the_visit(self, at_the_desk: Any) -> None:
        case = make.prepared_case()
        answer = at_the_desk().post(planning(case), slot(case))
        visit = Visit.objects.get()
        assert answer.url == visit.get_absolute_url()
        assert visit.starts_at == walk.VISIT_AT
        assert visit.ends_at == walk.VISIT_AT + timedelta(hours=1)

    def test_reads_the_time_by_the_debtor_s_clocks(self, at_the_desk: Any) -> None:
        case = make.prepared_case()
        debtor = case.debtor
        debtor.zone = "Asia/Urumqi"  # two hours behind Beijing
        debtor.save()
        at_the_desk().post(planning(case), slot(case))
        assert Visit.objects.get().starts_at == make.moment("2026-03-05 14:30", "Asia/Urumqi")

    def test_shows_the_card_when_refused_and_takes_the_earliest(self, at_the_desk: Any) -> None:
        case = make.prepared_case()
        client = at_the_desk()
        page = client.post(planning(case), slot(case, starts_at="2026-03-05T20:30"))
        assert page.status_code == 409
        assert page.context["refusal"].earliest == make.moment("2026-03-06 08:00")
        html = page.content.decode()
        assert "Not allowed: plan a visit" in html
        take = "2026-03-06T00:00:00+00:00"
        answer = client.post(
            planning(case), slot(case, starts_at="2026-03-05T20:30", take=take, guard_key="p2")
        )
        assert answer.status_code == 302
        assert Visit.objects.get().starts_at == make.moment("2026-03-06 08:00")

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"starts_at": ""}, "starts_at"),
            ({"starts_at": "2026-02-31T10:00"}, "starts_at"),
            ({"starts_at": "tomorrow"}, "starts_at"),
            ({"starts_at": "2026-03-01T10:00"}, "starts_at"),  # already past
            ({"starts_at": "9999-12-31T23:59"}, "starts_at"),
            ({"starts_at": "2027-06-03T10:00"}, "starts_at"),  # more than a year away
            ({"minutes": "600"}, "minutes"),
            ({"minutes": "-5"}, "minutes"),
            ({"officers": []}, "officers"),
            ({"officers": ["999999"]}, "officers"),
            ({"place": "999999"}, "place"),
            ({"place": "x"}, "place"),
            ({"purpose": ""}, "purpose"),
            ({"purpose": "长" * 301}, "purpose"),
            ({"intended_outcome": "   "}, "intended_outcome"),
        ],
    )
    def test_says_what_to_mend_and_plans_nothing(
        self, at_the_desk: Any, given: dict[str, Any], field: str
    ) -> None:
        case = make.prepared_case()
        page = at_the_desk().post(planning(case), slot(case, **given))
        assert page.status_code == 422
        assert field in page.context["form"].errors
        assert not Visit.objects.exists()

    def test_keeps_html_in_words_as_words(self, at_the_desk: Any) -> None:
        case = make.prepared_case()
        client = at_the_desk()
        client.post(planning(case), slot(case, purpose="<script>alert(1)</script> 😀 \u202e还款"))
        visit = Visit.objects.get()
        html = client.get(visit.get_absolute_url()).content.decode()
        assert "<script>alert(1)" not in html
        assert "😀" in html

    def test_says_in_words_that_an_officer_is_at_another_door(self, at_the_desk: Any) -> None:
        walk.planned()
        case = make.prepared_case(reference="HZ-2026-0148", external_reference="XH-2")
        page = at_the_desk().post(planning(case), slot(case, starts_at="2026-03-05T15:00"))
        assert page.status_code == 422
        assert "at another door at that time" in page.content.decode()

    def test_is_stale_when_somebody_moved_the_case_meanwhile(self, at_the_desk: Any) -> None:
        case = make.prepared_case()
        page = at_the_desk().post(planning(case), slot(case, guard_version="999"))
        assert page.status_code == 409
        assert not Visit.objects.exists()

    def test_a_second_press_plans_nothing_twice(self, at_the_desk: Any) -> None:
        case = make.prepared_case()
        client = at_the_desk()
        assert client.post(planning(case), slot(case)).status_code == 302
        assert client.post(planning(case), slot(case)).status_code == 302
        assert Visit.objects.count() == 1

    def test_is_refused_to_compliance_and_hidden_from_a_stranger(self, at_the_desk: Any) -> None:
        case = make.prepared_case()
        client = at_the_desk(who=make.compliance_officer())
        assert client.post(planning(case), slot(case)).status_code == 403
        client = at_the_desk(who=make.outsider())
        assert client.get(planning(case)).status_code == 404
        assert client.post(planning(case), slot(case)).status_code == 404


class TestAnswerWhileChoosing:
    def test_says_the_rule_the_earliest_and_who_is_free_and_writes_nothing(
        self, at_the_desk: Any
    ) -> None:
        other = walk.planned()
        case = make.prepared_case(reference="HZ-2026-0148", external_reference="XH-2")
        make.officer(badge="055", full_name="赵强", valid_until=make.date(2026, 3, 4))
        make.officer(badge="060", full_name="何静")
        before = Event.objects.count()
        page = at_the_desk().post(
            planning(case), slot(case, starts_at="2026-03-05T14:00", officers=[], **{"try": "1"})
        )
        assert page.status_code == 200
        assert [finding.rule for finding in page.context["verdict"].blocks] == ["ST-09"]
        free = {one.officer.badge: one.free for one in page.context["candidates"]}
        assert free == {"060": True, "021": False, "034": False, "055": False}
        html = page.content.decode()
        assert "At another door" in html
        assert "No permit that day" in html
        assert Event.objects.count() == before
        assert Visit.objects.get() == other

    def test_a_moved_visit_is_not_in_its_own_way(self, at_the_desk: Any) -> None:
        visit = walk.planned()
        page = at_the_desk().post(
            reverse("visits:move", args=[visit.reference]),
            slot(visit.case, starts_at="2026-03-05T15:00", **{"try": "1"}),
        )
        assert page.context["verdict"].allowed
        assert all(one.free for one in page.context["candidates"])

    @pytest.mark.parametrize("starts", ["", "nonsense", "2026-02-31T10:00", "9999-12-31T23:59"])
    def test_waits_for_a_time_that_can_be_read(self, at_the_desk: Any, starts: str) -> None:
        case = make.prepared_case()
        page = at_the_desk().post(planning(case), slot(case, starts_at=starts, **{"try": "1"}))
        assert page.status_code == 200
        assert page.context["slot"] is None

    def test_costs_no_more_queries_for_more_officers(
        self, at_the_desk: Any, django_assert_max_num_queries: Any
    ) -> None:
        case = make.prepared_case()
        make.crew()
        for number in range(60, 72):
            make.officer(badge=f"0{number}", full_name=f"外访员{number}")
        client = at_the_desk()
        with django_assert_max_num_queries(24):
            client.post(planning(case), slot(case, **{"try": "1"}))


class TestMove:
    def test_moves_tells_why_and_wants_a_new_notice(self, at_the_desk: Any) -> None:
        visit = walk.noticed()
        client = at_the_desk("2026-03-03 09:00")
        page = client.get(reverse("visits:move", args=[visit.reference]))
        assert "announced anew" in page.content.decode()
        answer = client.post(
            reverse("visits:move", args=[visit.reference]),
            slot(visit.case, starts_at="2026-03-07T10:00"),
        )
        assert answer.url == visit.get_absolute_url()
        moved = Visit.objects.get()
        assert (moved.state, moved.served_at) == ("planned", None)
        assert moved.starts_at == make.moment("2026-03-07 10:00")
        assert Case.objects.get().state == "preparation"

    @pytest.mark.parametrize(
        ("make_visit", "words"),
        [
            (walk.planned, "Next, announce it to the debtor."),
            (walk.announced, "The debtor has to be told anew."),
        ],
    )
    def test_wants_a_new_notice_only_of_a_visit_that_was_announced(
        self, at_the_desk: Any, make_visit: Callable[[], Visit], words: str
    ) -> None:
        visit = make_visit()
        answer = at_the_desk("2026-03-03 09:00").post(
            reverse("visits:move", args=[visit.reference]),
            slot(visit.case, starts_at="2026-03-07T10:00"),
            follow=True,
        )
        (said,) = [str(one) for one in answer.context["messages"]]
        assert said == f"The visit is moved. {words}"


class TestAnnounce:
    def test_shows_the_text_before_it_goes_and_sends_it(self, at_the_desk: Any) -> None:
        visit = walk.planned()
        client = at_the_desk("2026-03-02 10:00")
        address = reverse("visits:announce", args=[visit.reference])
        page = client.get(address)
        html = page.content.decode()
        assert page.context["missing"] == []
        assert "您可以拒绝上门" in html
        assert "You may refuse the visit" in html
        answer = client.post(
            address, {"language": "both", "email": "on", "letter": "on", "guard_key": "a1"}
        )
        assert answer.url == visit.get_absolute_url()
        assert set(visit.notices.values_list("channel", "language")) == {
            ("email", "both"), ("letter", "both"),
        }  # fmt: skip

    @pytest.mark.parametrize("language", ["zh", "en", "both"])
    def test_previews_the_letter_and_keeps_nothing(self, at_the_desk: Any, language: str) -> None:
        visit = walk.planned()
        answer = at_the_desk().get(reverse("visits:preview", args=[visit.reference, language]))
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
        assert not Document.objects.filter(kind="notice").exists()

    def test_previews_nothing_for_those_who_may_not_announce(self, at_the_desk: Any) -> None:
        visit = walk.planned()
        address = reverse("visits:preview", args=[visit.reference, "zh"])
        assert at_the_desk(who=make.crew()[0]).get(address).status_code == 403
        assert at_the_desk(who=make.outsider()).get(address).status_code == 404
        assert at_the_desk().get(address.replace("/zh/", "/fr/")).status_code == 404

    def test_names_what_is_missing_and_refuses(self, at_the_desk: Any) -> None:
        visit = walk.planned()
        Organisation.objects.filter(kind="agency").update(complaint_phone="")
        client = at_the_desk("2026-03-02 10:00")
        address = reverse("visits:announce", args=[visit.reference])
        page = client.get(address)
        assert [title["en"] for title in page.context["missing"]] == ["Where to complain"]
        answer = client.post(address, {"language": "zh", "letter": "on", "guard_key": "a1"})
        assert answer.status_code == 409
        assert [f.rule for f in answer.context["refusal"].findings] == ["ST-05"]
        assert Visit.objects.get().state == "planned"

    def test_says_beforehand_that_it_is_too_late_and_where_to_move_it(
        self, at_the_desk: Any
    ) -> None:
        visit = walk.planned()
        page = at_the_desk("2026-03-03 10:00").get(
            reverse("visits:announce", args=[visit.reference])
        )
        assert not page.context["verdict"].allowed
        assert "Move it to" in page.content.decode()

    def test_wants_at_least_one_way(self, at_the_desk: Any) -> None:
        visit = walk.planned()
        page = at_the_desk().post(
            reverse("visits:announce", args=[visit.reference]), {"language": "zh"}
        )
        assert page.status_code == 422


class TestVisitPage:
    def test_tells_the_whole_visit(self, at_the_desk: Any) -> None:
        visit = walk.talked()
        html = at_the_desk("2026-03-05 15:30").get(visit.get_absolute_url()).content.decode()
        for told in ("我想还，但要分期。", "WF-021", "Loan contract", "agreed", "Lost work"):
            assert told in html

    def test_is_hidden_from_a_stranger(self, at_the_desk: Any) -> None:
        visit = walk.planned()
        client = at_the_desk(who=make.outsider())
        for name in ("visit", "move", "cancel", "announce", "remark", "door", "left", "evidence"):
            assert client.get(reverse(f"visits:{name}", args=[visit.reference])).status_code == 404

    def test_asks_the_database_no_more_for_more_rows(
        self, at_the_desk: Any, django_assert_max_num_queries: Any
    ) -> None:
        visit = walk.talked()
        client = at_the_desk("2026-03-05 15:30")
        # One keeps who looked, one asks whether a telephone has measured the place.
        with django_assert_max_num_queries(18):
            client.get(visit.get_absolute_url())


class TestCalendar:
    def test_puts_each_visit_into_its_hour_and_hatches_what_is_barred(
        self, at_the_desk: Any
    ) -> None:
        visit = walk.planned()
        page = at_the_desk().get(reverse("visits:calendar"))
        rows = dict(page.context["rows"])
        assert rows["14:00"][3].visits == [visit]
        assert [cell.lawful for cell in rows["14:00"]] == [True] * 6 + [False]
        assert not any(cell.lawful for cell in rows["20:00"])
        assert rows["08:00"][0].lawful
        assert not rows["07:00"][0].lawful
        assert page.context["count"] == 1

    def test_turns_the_weeks_and_bears_nonsense(self, at_the_desk: Any) -> None:
        walk.planned()
        client = at_the_desk()
        address = reverse("visits:calendar")
        assert client.get(address + "?week=2026-03-12").context["count"] == 0
        for week in ("2026-02-31", "x", "0001-01-01", "9999-12-31", ""):
            page = client.get(address, {"week": week})
            assert (page.status_code, page.context["count"]) == (200, 1)

    def test_shows_the_own_ones_alone_and_strangers_none(self, at_the_desk: Any) -> None:
        walk.planned()
        address = reverse("visits:calendar")
        assert at_the_desk(who=make.crew()[0]).get(address + "?mine=1").context["count"] == 1
        third = make.officer(badge="055", full_name="赵强")
        assert at_the_desk(who=third).get(address + "?mine=1").context["count"] == 0
        assert at_the_desk(who=third).get(address).context["count"] == 1
        assert at_the_desk(who=make.outsider()).get(address).context["count"] == 0

    def test_costs_the_same_for_one_visit_and_for_many(self, at_the_desk: Any) -> None:
        walk.planned()
        client = at_the_desk()
        address = reverse("visits:calendar")
        client.get(address)
        with CaptureQueriesContext(connection) as one:
            client.get(address)
        for number in range(3, 7):
            crew = [make.officer(badge=f"1{number}{k}", full_name=f"员{number}{k}") for k in "ab"]
            walk.planned(reference=f"HZ-{number}", external_reference=f"{number}", officers=crew)
        with CaptureQueriesContext(connection) as many:
            page = client.get(address)
        assert page.context["count"] == 5
        assert len(many) == len(one)

    def test_knows_the_hours_of_a_pack_without_any(self) -> None:
        hours = slots.lawful_hours((), make.date(2026, 3, 2))
        assert hours.holds(3)
        assert not hours.named


class TestRefusal:
    def test_is_recorded_from_the_desk(self, at_the_desk: Any) -> None:
        visit = walk.noticed()
        client = at_the_desk("2026-03-03 09:00")
        answer = client.post(
            reverse("visits:refuse", args=[visit.case.reference]),
            {"how": "in_writing", "remark": "来信拒绝上门", "guard_key": "r1"},
        )
        assert answer.status_code == 302
        assert Refusal.objects.get().how == "in_writing"
        assert Visit.objects.get().state == "cancelled"

    def test_is_asked_to_be_lifted_once_with_the_invitation(self, at_the_desk: Any) -> None:
        visit = walk.at_the_door()
        refusing.refuse_at_door(
            visit=visit, remark="", by=make.crew()[0], at=make.moment("2026-03-05 14:33")
        )
        client = at_the_desk("2026-03-20 10:00")
        address = reverse("visits:lift", args=[visit.case.reference])
        wrong = client.post(
            address,
            {"reason": "书面邀请", "file": SimpleUploadedFile("x.pdf", b"no"), "guard_key": "l0"},
        )
        assert wrong.status_code == 422
        assert client.post(address, {"reason": "", "guard_key": "l1"}).status_code == 422
        answer = client.post(
            address,
            {
                "reason": "书面邀请",
                "file": SimpleUploadedFile("邀请.pdf", make.PDF),
                "guard_key": "l2",
            },
        )
        assert answer.status_code == 302
        asked = Approval.objects.get(kind="lift_refusal")
        assert asked.evidence.filename == "邀请.pdf"
        again = client.post(address, {"reason": "再问一次", "guard_key": "l3"})
        assert again.status_code == 422
        assert Approval.objects.count() == 1

    def test_has_no_page_where_nothing_was_refused(self, at_the_desk: Any) -> None:
        case = make.prepared_case()
        assert at_the_desk().get(
            reverse("visits:lift", args=[case.reference])
        ).status_code == 404  # fmt: skip


class TestActsOfTheCasePage:
    def of(self, case: Case, who: User, at: str = MONDAY) -> dict[str, Any]:
        case = Case.objects.get(pk=case.pk)
        return {offer.act.name: offer for offer in offers(case, who, make.moment(at))}

    def test_follow_the_visit(self) -> None:
        case = make.prepared_case()
        assert {"plan_visit", "record_refusal"} <= set(self.of(case, make.clerk()))
        walk.planned(case=case)
        acts = self.of(case, make.clerk())
        assert {"announce_visit", "move_visit", "cancel_visit"} <= set(acts)
        assert "plan_visit" not in acts
        assert acts["announce_visit"].allowed

    def test_open_the_door_for_officers_once_the_notice_arrived(self) -> None:
        visit = walk.noticed()
        assert "open_door" in self.of(visit.case, make.crew()[0], "2026-03-05 14:20")
        assert "open_door" not in self.of(visit.case, make.clerk(), "2026-03-05 14:20")

    def test_give_the_reason_and_the_moment_after_a_refusal(self) -> None:
        visit = walk.at_the_door()
        refusing.refuse_at_door(
            visit=visit, remark="", by=make.crew()[0], at=make.moment("2026-03-05 14:33")
        )
        acts = self.of(visit.case, make.supervisor(), "2026-03-20 09:00")
        refused = acts["plan_visit"]
        assert not refused.allowed
        assert [finding.rule for finding in refused.verdict.blocks] == ["ST-12"]
        assert refused.verdict.earliest == make.moment("2026-04-05 00:00")
        assert "ask_to_lift" in acts

    def test_say_what_is_missing_before_a_visit_can_be_planned(self) -> None:
        acts = self.of(make.case(), make.clerk())
        rules = {finding.rule for finding in acts["plan_visit"].verdict.blocks}
        assert rules == {"ST-15", "ST-16"}


class TestPlaces:
    def test_a_workplace_needs_the_debtor_s_consent(self, at_the_desk: Any) -> None:
        case = make.prepared_case()
        work = Address.objects.create(
            person=case.debtor, kind="work", city="杭州", text="文三路 1 号", source="debtor"
        )
        client = at_the_desk()
        page = client.post(planning(case), slot(case, place=work.pk))
        assert [f.rule for f in page.context["refusal"].findings] == ["ST-19"]
        Address.objects.filter(pk=work.pk).update(consented=True)
        assert client.post(
            planning(case), slot(case, place=work.pk, guard_key="p2")
        ).status_code == 302  # fmt: skip
