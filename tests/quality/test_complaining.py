"""A complaint rests its case, is kept from those complained of, and is answered by somebody else (S10, CN-69)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from cases.actions.holding import end_due_holds, release_hold, review_hold
from cases.models import Case
from exports.models import Export
from notices.models import Notice
from people.models import User
from quality.actions import complaining, reviewing
from quality.models import Complaint
from tests import make, walk
from tests.quality.cast import AT, again, answers, browser, complained, gone, queue_three, visited
from timeline.chain import Verified, verify
from timeline.models import Event
from visits.models import Visit
from workflow.models import Duty
from workflow.steps import Outsider, PolicyRefused, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db

NEXT = AT + timedelta(hours=3)


class TestReceiveComplaint:
    def test_holds_the_case_in_the_same_second_and_no_day_ends_it(self) -> None:
        complaint = complained()
        hold = complaint.hold
        assert hold is not None
        assert (hold.reason, hold.scope, hold.placed_at) == ("inquiry", "all", AT)
        assert end_due_holds(at=AT + timedelta(days=400), by=User.objects.system()) == 0
        with pytest.raises(PolicyRefused) as refused:
            walk.planned(
                case=again(complaint.case), starts_at=make.moment("2026-04-08 10:00"), at=NEXT
            )
        assert "ST-13" in {found.rule for found in refused.value.findings}
        assert refused.value.earliest is None

    def test_sets_both_clocks_by_the_packs_and_says_by_which_rule(self) -> None:
        complaint = complained()
        # Thursday, 2 April: the next working day is Friday, the fifteenth day the 17th.
        assert complaint.letter_due_at == make.moment("2026-04-04 00:00")
        assert complaint.answer_due_at == make.moment("2026-04-18 00:00")
        assert complaint.rules == ["ST-COMPLAINT"]
        due = dict(Duty.objects.filter(kind__startswith="complaint.").values_list("kind", "role"))
        assert due == {"complaint.letter": "compliance", "complaint.answer": "compliance"}

    def test_stops_all_that_was_queued_and_cancels_the_visit_ahead(self) -> None:
        visit = visited()
        queue_three(again(visit.case))
        ahead = walk.planned(
            case=again(visit.case), starts_at=make.moment("2026-04-14 10:00"),
            at=AT - timedelta(hours=1),
        )  # fmt: skip
        complained(visit=visit)
        assert {n.state for n in Notice.objects.filter(dedupe_key__startswith="three:")} == {
            "suppressed"
        }
        assert again(ahead).state == Visit.State.CANCELLED
        assert not Notice.objects.filter(kind="visit_cancelled").exists()

    def test_is_on_the_timeline_which_holds(self) -> None:
        complaint = complained()
        event = Event.objects.get(case=complaint.case, kind="complaint.received")
        assert event.data["complaint"] == complaint.number == "T-2026-0001"
        assert "words" not in event.data
        case = again(complaint.case)
        assert verify(case) == Verified(case.event_count, case.head)

    def test_is_kept_by_precaution_from_all_who_had_a_hand_where_nobody_is_named(self) -> None:
        complaint = complained(against=[])
        assert set(complaint.against.all()) == set(make.crew())

    def test_is_refused_without_words_or_with_another_cases_visit(self) -> None:
        visit = visited()
        with pytest.raises(WrongInput):
            complained(visit=visit, words="  ")
        case = make.prepared_case(reference="HZ-2026-0999", external_reference="X-9")
        with pytest.raises(WrongInput):
            complained(visit=visit, case=case)

    def test_is_refused_to_those_without_the_right_and_to_an_outsider(self) -> None:
        visit = visited()
        with pytest.raises(RightRefused):
            complained(visit=visit, by=gone())
        with pytest.raises(Outsider):
            complained(visit=visit, by=make.outsider())

    def test_rests_nothing_more_where_the_case_is_closed(self) -> None:
        visit = visited()
        Case.objects.filter(pk=visit.case_id).update(
            state="closure", closed_at=AT - timedelta(days=1), closed_as="withdrawn"
        )
        assert complained(visit=visit).hold is None

    def test_is_refused_where_five_are_open(self) -> None:
        visit = visited()
        for _n in range(5):
            complained(visit=visit)
        with pytest.raises(WrongInput):
            complained(visit=visit)


class TestTheHold:
    def test_lets_only_letters_about_the_complaint_go(self) -> None:
        complaint = complained()
        case = again(complaint.case)
        queue_three(case, at=NEXT)
        complaining.send_holding_letter(complaint=complaint, by=make.compliance_officer(), at=NEXT)
        from notices import kinds

        gone = {}
        for notice in Notice.objects.filter(state="queued").order_by("pk"):
            notice.case = again(notice.case)
            gone[notice.kind, notice.about.get("aim", "")] = (
                kinds.of(notice.kind).may_go(notice, NEXT) == ""
            )
        assert gone == {
            ("reminder_before", ""): False, ("payment_receipt", ""): False, ("letter", ""): False,
            ("letter", "complaint"): True,
        }  # fmt: skip

    def test_is_ended_by_the_decision_alone(self) -> None:
        hold = complained().hold
        assert hold is not None
        for who in (make.supervisor(), make.compliance_officer()):
            with pytest.raises(WrongInput):
                release_hold(hold=again(hold), why="已处理", by=who, at=NEXT)
            with pytest.raises(WrongInput):
                review_hold(hold=again(hold), remark="", by=who, at=NEXT)
        assert again(hold).ended_at is None

    def test_is_not_placed_by_hand(self) -> None:
        from cases.actions.holding import hold_case

        with pytest.raises(WrongInput):
            hold_case(
                case=make.prepared_case(), reason="inquiry", scope="all",
                starts_on=date(2026, 4, 2), review_on=date(2026, 4, 3), until=date(2026, 4, 9),
                remark="", by=make.clerk(), at=AT,
            )  # fmt: skip


class TestSendHoldingLetter:
    def test_tells_the_debtor_in_their_language_and_ticks_the_first_clock(self) -> None:
        complaint = complained()
        complaining.send_holding_letter(complaint=complaint, by=make.compliance_officer(), at=NEXT)
        complaint = again(complaint)
        assert (complaint.state, complaint.reviewer) == ("confirmed", make.compliance_officer())
        assert complaint.letter is not None
        assert complaint.letter.language == "zh"
        assert "2026年4月17日" in complaint.letter.body
        assert complaint.number in complaint.letter.body
        open_ = Duty.objects.filter(done_at=None, kind__startswith="complaint.")
        assert [duty.kind for duty in open_] == ["complaint.answer"]

    def test_is_refused_twice_by_state(self) -> None:
        complaint = complained()
        complaining.send_holding_letter(complaint=complaint, by=make.compliance_officer(), at=NEXT)
        with pytest.raises(StateRefused):
            complaining.send_holding_letter(
                complaint=again(complaint), by=make.compliance_officer(), at=NEXT
            )

    def test_is_refused_to_a_supervisor_to_an_outsider_and_to_those_complained_of(self) -> None:
        complaint = complained(against=[make.crew()[0], make.compliance_officer()])
        with pytest.raises(RightRefused):
            complaining.send_holding_letter(complaint=complaint, by=make.supervisor(), at=NEXT)
        with pytest.raises(Outsider):
            complaining.send_holding_letter(complaint=complaint, by=make.outsider(), at=NEXT)
        with pytest.raises(Outsider):
            complaining.send_holding_letter(
                complaint=complaint, by=make.compliance_officer(), at=NEXT
            )

    def test_gives_compliance_a_duty_where_no_address_is_known(self) -> None:
        complaint = complained()
        complaint.case.debtor.contact_points.all().delete()
        complaint.case.debtor.addresses.update(source="unknown")
        complaining.send_holding_letter(complaint=complaint, by=make.compliance_officer(), at=NEXT)
        assert again(complaint).letter is None
        assert Duty.objects.filter(kind="complaint.by_hand", done_at=None).exists()


class TestNameThose:
    def test_keeps_it_from_these_from_then_on(self) -> None:
        complaint = complained(against=[])
        complaining.name_those(
            complaint=complaint, against=[make.supervisor()], by=make.compliance_officer(), at=NEXT
        )
        assert again(complaint.case).kept_from == [make.supervisor().pk]
        assert not Complaint.objects.visible_to(make.supervisor()).exists()

    def test_is_refused_to_name_nobody_or_oneself_and_to_others(self) -> None:
        complaint = complained()
        by = make.compliance_officer()
        for against in ([], [by]):
            with pytest.raises(WrongInput):
                complaining.name_those(complaint=complaint, against=against, by=by, at=NEXT)
        with pytest.raises(RightRefused):
            complaining.name_those(
                complaint=complaint, against=[make.crew()[0]], by=make.supervisor(), at=NEXT
            )
        with pytest.raises(Outsider):
            complaining.name_those(
                complaint=complaint, against=[make.crew()[0]], by=make.outsider(), at=NEXT
            )


def decide(complaint: Complaint, **given: Any) -> None:
    complaining.decide_complaint(
        **{
            "complaint": again(complaint), "outcome": "upheld", "reason": "录音显示语气不当。",
            "remedy": "已更换外访员并向您致歉。", "by": make.compliance_officer(), "at": NEXT, **given,
        }
    )  # fmt: skip


class TestDecideComplaint:
    def test_answers_the_debtor_and_ends_the_hold(self) -> None:
        complaint = complained()
        decide(complaint)
        complaint = again(complaint)
        assert (complaint.state, complaint.outcome) == ("decided", "upheld")
        assert complaint.answer is not None
        assert "录音显示语气不当。" in complaint.answer.body
        assert "已更换外访员并向您致歉。" in complaint.answer.body
        assert "投诉成立" in complaint.answer.body
        assert again(complaint.case).held_until is None
        assert not Duty.objects.filter(kind__startswith="complaint.", done_at=None).exists()

    def test_leaves_what_was_stopped_stopped(self) -> None:
        visit = visited()
        queue_three(again(visit.case))
        decide(complained(visit=visit))
        assert {n.state for n in Notice.objects.filter(dedupe_key__startswith="three:")} == {
            "suppressed"
        }

    def test_leaves_the_hold_of_another_complaint(self) -> None:
        first = complained()
        complained(visit=first.visit)
        decide(first)
        assert again(first.case).held_until is not None

    def test_is_refused_without_a_reason_or_without_what_is_done(self) -> None:
        complaint = complained()
        for wrong in ({"reason": " "}, {"remedy": ""}, {"outcome": "perhaps"}):
            with pytest.raises(WrongInput):
                decide(complaint, **wrong)

    def test_is_refused_for_words_that_a_pack_forbids(self) -> None:
        complaint = complained()
        with pytest.raises(PolicyRefused):
            decide(complaint, reason="再不还款我们就上门找你单位")
        assert again(complaint).state == "received"

    def test_is_refused_by_state_to_a_supervisor_and_to_an_outsider(self) -> None:
        complaint = complained()
        with pytest.raises(RightRefused):
            decide(complaint, by=make.supervisor())
        with pytest.raises(Outsider):
            decide(complaint, by=make.outsider())
        decide(complaint)
        with pytest.raises(StateRefused):
            decide(complaint)


class TestReviewComplaint:
    def test_keeps_the_answers_once_a_person(self) -> None:
        complaint = complained()
        by = make.compliance_officer()
        review = reviewing.review_complaint(
            complaint=complaint, answers=answers(manner="0"), remark="", by=by, at=NEXT
        )
        assert review.score == 85  # 17 of 20
        with pytest.raises(WrongInput):
            reviewing.review_complaint(
                complaint=complaint, answers=answers(), remark="", by=by, at=NEXT
            )

    def test_is_refused_to_those_complained_of_and_to_who_has_no_right(self) -> None:
        complaint = complained(against=[make.crew()[0], make.supervisor()])
        for who in (make.crew()[0], make.supervisor()):
            with pytest.raises(Outsider):
                reviewing.review_complaint(
                    complaint=complaint, answers=answers(), remark="", by=who, at=NEXT
                )
        with pytest.raises(RightRefused):
            reviewing.review_complaint(
                complaint=complaint, answers=answers(), remark="", by=make.clerk(), at=NEXT
            )


class TestFromThoseComplainedOf:
    """An officer sees nothing of it: no page, no event, no message, no paper; nor does a supervisor."""

    @pytest.mark.parametrize("who", ["officer", "supervisor"])
    def test_every_page_of_it_is_a_404(self, who: str) -> None:
        meant = make.crew()[0] if who == "officer" else make.supervisor()
        complaint = complained(against=[meant])
        client = browser(meant)
        for name in ("complaint", "decide", "those"):
            answer = client.get(reverse(f"quality:{name}", args=[complaint.number]))
            assert answer.status_code == 404
        assert client.get(reverse("quality:matter", args=[complaint.pk])).status_code == 404

    @pytest.mark.parametrize("who", ["officer", "supervisor"])
    def test_nothing_stands_of_it_on_their_case_page_and_timeline(self, who: str) -> None:
        meant = make.crew()[0] if who == "officer" else make.supervisor()
        complaint = complained(against=[meant])
        complaining.send_holding_letter(complaint=complaint, by=make.compliance_officer(), at=NEXT)
        client, other = browser(meant), browser(make.clerk())
        case = again(complaint.case)
        pages = [
            reverse("desk:timeline", args=[case.reference]),
            *(
                f"{case.get_absolute_url()}?tab={tab}"
                for tab in ("overview", "notices", "documents")
            ),
        ]
        tells = ("A complaint", "the complaint", "外访员大声说话", "您的来信已收到")
        for page in pages:
            said = client.get(page).content.decode()
            assert [word for word in tells if word in said] == [], page
        assert "A complaint came in" in other.get(pages[0]).content.decode()
        notice = again(complaint).letter
        assert client.get(notice.get_absolute_url()).status_code == 404
        assert other.get(notice.get_absolute_url()).status_code == 200

    def test_a_supervisor_complained_of_takes_no_timeline_out(self) -> None:
        complaint = complained(against=[make.supervisor()])
        client = browser(make.supervisor())
        page = reverse("exports:ask_timeline", args=[complaint.case.reference])
        asked = {"form": "pdf", "how": "masked", "reason": "自查", "guard_key": "k"}
        assert client.post(page, asked).status_code == 403
        assert not Export.objects.exists()

    def test_their_register_and_figures_leave_it_out(self) -> None:
        from quality.figures import complaints_per_hundred_visits

        complaint = complained(against=[make.supervisor()])
        page = browser(make.supervisor()).get(reverse("quality:complaints")).content.decode()
        assert complaint.number not in page
        span = (make.moment("2026-03-01 00:00"), make.moment("2026-05-01 00:00"))
        theirs = complaints_per_hundred_visits(make.supervisor(), *span)
        assert (theirs.complaints, theirs.visits, theirs.rate) == (0, 1, 0.0)
        all_of_them = complaints_per_hundred_visits(make.compliance_officer(), *span)
        assert (all_of_them.complaints, all_of_them.rate) == (1, 100.0)

    def test_the_dashboard_tells_complaints_per_hundred_visits_with_the_list_behind(
        self, clock: Any
    ) -> None:
        complaint = complained(against=[make.supervisor()])
        month = f"{complaint.received_at:%Y-%m}"
        clock.set("2026-04-20T09:00", zone="Asia/Shanghai")

        def rate(who: User, query: str = "") -> Any:
            page = browser(who).get(reverse("desk:dashboard") + query)
            (shown,) = page.context["rates"]
            behind = browser(who).get(shown["url"])
            assert len(behind.context["complaints"]) == shown["part"]
            return shown["part"]

        assert rate(make.compliance_officer(), f"?month={month}") == 1
        assert rate(make.compliance_officer(), "?month=2026-01") == 0
        assert rate(make.compliance_officer(), f"?month={month}&team={make.team().pk}") == 1
        other = make.team(name="成都一组").pk
        assert rate(make.compliance_officer(), f"?month={month}&team={other}") == 0
        assert rate(make.supervisor(), f"?month={month}") == 0
        shown = browser(make.administrator()).get(reverse("desk:dashboard")).context["rates"]
        assert shown == []


class TestTheClosureReport:
    def test_tells_what_came_of_it(self) -> None:
        from quality.papers import complaint_blocks

        complaint = complained()
        assert complaint_blocks(complaint.case, AT - timedelta(hours=1)) == []
        decide(complaint)
        section, table = complaint_blocks(complaint.case, NEXT)
        assert section.title["zh"] == "投诉"
        (row,) = table.rows
        assert row[0] == complaint.number
        assert row[3]["zh"] == "投诉成立"
        assert "已更换外访员并向您致歉。" in row[4]

    def test_waits_for_the_decision(self) -> None:
        from agreements.actions.closing import _wind_up

        complaint = complained()
        with pytest.raises(WrongInput):
            _wind_up(again(complaint.case), "结案", make.clerk(), NEXT)


class TestThePages:
    def test_the_reviewer_has_timeline_recordings_and_questions_on_one(self) -> None:
        complaint = complained()
        page = browser(make.compliance_officer()).get(complaint.get_absolute_url())
        said = page.content.decode()
        assert page.status_code == 200
        assert "外访员大声说话" in said
        assert "A complaint came in" in said
        assert "Recordings" in said
        assert "They spoke calmly and politely" in said
        assert "ST-COMPLAINT" in said

    def test_a_clock_that_has_run_out_is_red_in_the_register(self, clock: Any) -> None:
        complained()
        client = browser(make.compliance_officer())
        clock.set("2026-04-03T12:00", zone="Asia/Shanghai")
        assert 'class="is-red"' not in client.get(reverse("quality:complaints")).content.decode()
        clock.set("2026-04-18T00:00", zone="Asia/Shanghai")
        assert 'class="is-red"' in client.get(reverse("quality:complaints")).content.decode()

    def test_a_clerk_takes_one_down_from_the_case(self, clock: Any) -> None:
        visit = visited()
        clock.set("2026-04-02T09:10", zone="Asia/Shanghai")
        page = reverse("quality:receive", args=[visit.case.reference])
        answer = browser(make.clerk()).post(
            page,
            {
                "how": "phone",
                "what": "manner",
                "words": "外访员大声说话",
                "visit": "",
                "against": [],
            },
        )
        assert answer.status_code == 302
        assert Complaint.objects.get().how == "phone"
