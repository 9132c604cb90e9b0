"""The same seed draws the same visits; two look alone; what they find is done by somebody until a day (S14)."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from people.models import User
from quality.actions import reviewing, sampling
from quality.chance import drawn, share
from quality.models import Finding, Review, Sample, SampleLine
from quality.questions import differ, score_of
from quality.signs import weight_of
from tests import make
from tests.quality.cast import again, answers, browser, complained, gone, visited
from timeline.models import Event
from visits.models import Visit
from workflow.models import Duty
from workflow.steps import Outsider, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db

AT = make.moment("2026-04-01 09:00")
MARCH = date(2026, 3, 1)


def a_sample(**given: Any) -> Sample:
    return sampling.draw(
        **{"month": MARCH, "size": 10, "seed": 20260401, "by": make.supervisor(), "at": AT, **given}
    )


def a_line() -> SampleLine:
    visited()
    return a_sample().lines.get()


def second_supervisor() -> User:
    return make.supervisor(username="supervisor2")


class TestChance:
    def test_gives_the_same_for_the_same_seed_whatever_the_order(self) -> None:
        weights = {f"V-{n:03d}": 1 + n % 4 for n in range(143)}
        turned = dict(reversed(weights.items()))
        assert drawn(weights, 10, 20260401) == drawn(turned, 10, 20260401)
        assert drawn(weights, 10, 20260401) != drawn(weights, 10, 20260402)

    def test_is_the_same_on_every_machine(self) -> None:
        assert drawn({f"V-{n}": 1 for n in range(20)}, 3, 1) == ["V-5", "V-7", "V-18"]

    def test_takes_what_weighs_more_more_often(self) -> None:
        weights = {"heavy": 9, **{f"light-{n}": 1 for n in range(9)}}
        first = [drawn(weights, 1, seed)[0] for seed in range(2000)]
        assert 900 < first.count("heavy") < 1100  # nine of eighteen

    def test_lies_between_nought_and_one(self) -> None:
        assert all(0 < share(seed, "x") < 1 for seed in range(1000))

    def test_a_visit_without_signs_can_be_drawn_too(self) -> None:
        assert weight_of([]) == 1
        assert weight_of(["complaint", "swapped"]) == 9


class TestDraw:
    def test_keeps_seed_weights_and_the_digest_of_what_it_was_drawn_from(self) -> None:
        visited()
        one, two = a_sample(), a_sample()
        assert (one.number, one.seed, one.population) == ("P-2026-0001", 20260401, 1)
        assert one.population_sha256 == two.population_sha256
        assert one.weights["complaint"] == 6
        assert Event.objects.filter(case=None, kind="quality.drawn").count() == 2

    def test_marks_the_signs_that_the_visit_shows(self) -> None:
        visit = visited()
        complained(visit=visit, at=make.moment("2026-03-20 10:00"))
        line = a_sample().lines.get()
        assert "complaint" in line.signs
        assert "no_recording" in line.signs
        assert line.weight == weight_of(line.signs)

    def test_takes_all_that_went_ahead_by_an_exception_even_beyond_its_size(self) -> None:
        visit = visited()
        from workflow.steps import note

        note(
            again(visit.case), event="policy.overridden", by=make.supervisor(), at=visit.started_at
        )
        (line,) = a_sample(size=1).lines.all()
        assert line.drawn == "override"

    def test_is_of_the_own_team_alone(self) -> None:
        visited()
        other = make.supervisor(in_team=make.team(name="杭州二组"), username="other-boss")
        with pytest.raises(WrongInput):
            a_sample(by=other)
        assert not Sample.objects.visible_to(other).exists()

    def test_is_refused_before_the_month_is_over_and_where_nothing_ended(self) -> None:
        visited()
        with pytest.raises(WrongInput):
            a_sample(at=make.moment("2026-03-31 23:59"))
        with pytest.raises(WrongInput):
            a_sample(month=date(2026, 2, 1))

    def test_is_refused_to_a_clerk(self) -> None:
        visited()
        with pytest.raises(RightRefused):
            a_sample(by=make.clerk())


def look(line: SampleLine, by: User, **other: str) -> Review:
    return reviewing.review_line(
        line=again(line), answers=answers(**other), remark="", by=by, at=AT
    )


class TestReviewLine:
    def test_is_the_first_then_the_second_look(self) -> None:
        line = a_line()
        assert line.twice  # of one visit one is looked into by two
        assert look(line, second_supervisor()).turn == 1
        assert look(line, make.compliance_officer()).turn == 2
        assert Event.objects.filter(case=line.case, kind="quality.reviewed").count() == 2
        assert not Duty.objects.filter(kind="quality.settle").exists()

    def test_goes_to_compliance_where_the_two_differ(self) -> None:
        line = a_line()
        look(line, second_supervisor())
        look(line, make.supervisor(username="supervisor3"), manner="0")
        duty = Duty.objects.get(kind="quality.settle")
        assert (duty.role, duty.done_at) == ("compliance", None)

    def test_is_refused_twice_to_one_person_and_a_third_time(self) -> None:
        line = a_line()
        look(line, second_supervisor())
        with pytest.raises(WrongInput):
            look(line, second_supervisor())
        look(line, make.compliance_officer())
        with pytest.raises(WrongInput):
            look(line, make.supervisor(username="supervisor3"))

    def test_is_refused_to_those_who_had_a_part_and_to_others(self) -> None:
        line = a_line()
        Visit.objects.filter(pk=line.visit_id).update(planned_by=make.supervisor())
        with pytest.raises(WrongInput):
            look(line, make.supervisor())
        with pytest.raises(RightRefused):
            look(line, make.clerk())
        with pytest.raises(Outsider):
            look(line, make.outsider())

    def test_is_refused_while_a_question_is_open(self) -> None:
        line = a_line()
        with pytest.raises(WrongInput):
            reviewing.review_line(
                line=line,
                answers={"manner": {"score": "2"}},
                remark="",
                by=second_supervisor(),
                at=AT,
            )

    def test_is_blind_until_both_are_in(self) -> None:
        line = a_line()
        first, second = second_supervisor(), make.compliance_officer()
        reviewing.review_line(
            line=line, answers={**answers(), "manner": {"score": "0", "comment": "语气很重"}},
            remark="第一位的话", by=first, at=AT,
        )  # fmt: skip
        page = line.get_absolute_url()
        assert "第一位的话" in browser(first).get(page).content.decode()
        before = browser(second).get(page).content.decode()
        assert "第一位的话" not in before
        assert "语气很重" not in before
        rows = browser(second).get(line.sample.get_absolute_url()).content.decode()
        assert "%</td>" not in rows
        look(line, second)
        after = browser(second).get(page).content.decode()
        assert "第一位的话" in after
        assert "Where the two differ" in after


class TestSettleLine:
    def test_says_what_holds_and_ticks_the_duty(self) -> None:
        line = a_line()
        look(line, second_supervisor())
        look(line, make.supervisor(username="supervisor3"), manner="0")
        reviewing.settle_line(
            line=again(line), words="以录音为准：语气不当", by=make.compliance_officer(), at=AT
        )
        assert again(line).settled_words == "以录音为准：语气不当"
        assert Duty.objects.get(kind="quality.settle").done_at == AT
        with pytest.raises(StateRefused):
            reviewing.settle_line(line=again(line), words="x", by=make.compliance_officer(), at=AT)

    def test_is_refused_where_nothing_differs_and_to_one_of_the_two(self) -> None:
        line = a_line()
        look(line, second_supervisor())
        with pytest.raises(WrongInput):
            reviewing.settle_line(line=again(line), words="x", by=make.compliance_officer(), at=AT)
        look(line, make.compliance_officer(), manner="0")
        with pytest.raises(WrongInput):
            reviewing.settle_line(line=again(line), words="x", by=make.compliance_officer(), at=AT)

    def test_is_refused_to_a_supervisor_and_to_an_outsider(self) -> None:
        line = a_line()
        look(line, second_supervisor())
        look(line, make.supervisor(username="supervisor3"), manner="0")
        with pytest.raises(RightRefused):
            reviewing.settle_line(line=again(line), words="x", by=make.supervisor(), at=AT)
        with pytest.raises(Outsider):
            reviewing.settle_line(line=again(line), words="x", by=make.outsider(), at=AT)


class TestFindings:
    def found(self, **given: Any) -> Finding:
        line = given.pop("line", None) or a_line()
        if not line.reviews.exists():
            look(line, second_supervisor())
        return reviewing.raise_finding(
            **{
                "line": again(line), "what": "补做沟通培训", "owner": make.crew()[0],
                "due_on": date(2026, 4, 10), "by": second_supervisor(), "at": AT, **given,
            }
        )  # fmt: skip

    def test_become_duties_with_owner_and_day(self) -> None:
        finding = self.found()
        duty = Duty.objects.get(kind="quality.finding")
        assert duty.role == "officer"
        assert duty.due_at == make.moment("2026-04-11 00:00")
        assert str(make.crew()[0]) in duty.says["zh"]
        # What was found lies sealed, and stands where the duty leads.
        assert "补做沟通培训" not in str(duty.says)
        page = browser(make.crew()[0]).get(reverse("quality:finding_done", args=[finding.pk]))
        assert "补做沟通培训" in page.content.decode()
        assert Event.objects.filter(kind="quality.found").exists()

    def test_are_done_with_a_word_of_how(self) -> None:
        finding = self.found()
        with pytest.raises(RightRefused):
            reviewing.finish_finding(finding=again(finding), how="x", by=gone(), at=AT)
        with pytest.raises(Outsider):
            reviewing.finish_finding(finding=again(finding), how="x", by=make.outsider(), at=AT)
        reviewing.finish_finding(finding=finding, how="已完成培训", by=make.crew()[0], at=AT)
        assert again(finding).done_how == "已完成培训"
        assert Duty.objects.get(kind="quality.finding").done_at == AT
        with pytest.raises(StateRefused):
            reviewing.finish_finding(finding=again(finding), how="x", by=make.crew()[0], at=AT)

    def test_are_refused_to_who_has_not_looked_for_strangers_and_for_days_that_are_past(
        self,
    ) -> None:
        line = a_line()
        look(line, second_supervisor())
        for wrong in (
            {"by": make.compliance_officer()}, {"owner": make.outsider()},
            {"due_on": date(2026, 3, 31)},
        ):  # fmt: skip
            with pytest.raises(WrongInput):
                self.found(line=line, **wrong)

    def test_are_refused_to_a_clerk_and_to_an_outsider(self) -> None:
        line = a_line()
        look(line, second_supervisor())
        SampleLine.objects.filter(pk=line.pk).update(settled_at=AT)
        with pytest.raises(RightRefused):
            self.found(line=line, by=make.clerk())
        with pytest.raises(Outsider):
            self.found(line=line, by=make.outsider())


class TestThePages:
    def test_draw_list_and_look_in_the_browser(self, clock: Any) -> None:
        visited()
        clock.set("2026-04-01T09:00", zone="Asia/Shanghai")
        client = browser(second_supervisor())
        answer = client.post(
            reverse("quality:samples"), {"month": "2026-03", "size": "10", "seed": "20260401"}
        )
        sample = Sample.objects.get()
        assert answer["Location"] == sample.get_absolute_url()
        assert sample.number in client.get(reverse("quality:samples")).content.decode()
        page = sample.lines.get().get_absolute_url()
        given = {f"{code}_score": one["score"] for code, one in answers().items()}
        assert client.post(page, given).status_code == 302
        assert Review.objects.get().score == 100

    def test_a_month_that_is_none_is_told_at_its_field(self, clock: Any) -> None:
        clock.set("2026-04-01T09:00", zone="Asia/Shanghai")
        page = browser(make.supervisor()).post(
            reverse("quality:samples"), {"month": "March", "size": "10", "seed": "1"}
        )
        assert page.status_code == 422

    def test_the_sign_of_a_complaint_is_kept_from_those_complained_of(self) -> None:
        visit = visited()
        complained(visit=visit, against=[make.supervisor()], at=make.moment("2026-03-20 10:00"))
        sample = a_sample()
        said = browser(make.supervisor()).get(sample.get_absolute_url()).content.decode()
        row = said[: said.index("Signs of risk")]
        assert "complaint" not in row.casefold().replace("/complaints/", "").replace(
            "complaints", ""
        )


class TestQuestions:
    def test_score_by_weight_and_leave_out_what_does_not_apply(self) -> None:
        assert score_of(answers()) == 100
        assert score_of(answers(manner="0")) == 85
        assert score_of({code: {"score": "na"} for code in answers()}) is None

    def test_differ_where_any_answer_does(self) -> None:
        assert differ(answers(), answers(notice="1")) == ["notice"]
        assert differ(answers(), answers()) == []
