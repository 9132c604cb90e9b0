"""The door on a phone: one question after the other, nothing of the debt too soon, ways out at once."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.models import Case, Hold
from documents.models import Document
from people.models import User
from tests import make, walk
from timeline.models import Event
from visits.actions import arriving, recording, refusing
from visits.models import Consent, Evidence, Shown, Visit
from workflow.models import Duty
from workflow.steps import PolicyRefused, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db

DEBT = re.compile(
    r"债|欠|逾期|催|贷款|还款|\b(debt|loan|overdue|owe|owed|repay|arrears|balance)\b", re.IGNORECASE
)
AT = "2026-03-05 14:31"
MOMENT = make.moment(AT)


@pytest.fixture
def phone(client: Client, clock: Any) -> Callable[..., Client]:
    """An officer's phone at that moment."""

    def signed_in(who: User | None = None, moment: str = AT, language: str = "en") -> Client:
        clock.set(moment.replace(" ", "T"), zone="Asia/Shanghai")
        client.force_login(who or make.crew()[0])
        client.cookies["django_language"] = {"zh": "zh-hans"}.get(language, language)
        return client

    return signed_in


def again(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)


def door(visit: Visit) -> str:
    return reverse("visits:door", args=[visit.reference])


def question(client: Client, visit: Visit) -> str:
    return str(client.get(door(visit)).context["question"])


class Presses:
    """Presses what the screen shows, each press with its own key."""

    def __init__(self, client: Client, visit: Visit) -> None:
        self.client, self.visit, self.count = client, visit, 0

    def __call__(self, asked: str, **given: Any) -> Any:
        self.count += 1
        return self.client.post(
            door(self.visit), {"question": asked, "guard_key": f"k{self.count}", **given}
        )


def whole_page(answer: Any) -> str:
    """All that can be read over somebody's shoulder, with the title and without scripts."""
    html = re.sub(r"<(script|style)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


class TestTheWholeWay:
    def test_goes_from_arriving_to_leaving_one_question_at_a_time(self, phone: Any) -> None:
        visit = walk.noticed()
        client = phone()
        press = Presses(client, visit)
        seen = []

        def step(asked: str, **given: Any) -> None:
            assert question(client, visit) == asked
            seen.append(asked)
            answer = press(asked, **given)
            assert answer.status_code == 302, answer.context["wrong"]

        step("depart", people="2", props="no")
        step("arrive", badge="021")
        step("arrive", badge="034")
        step("arrive", begin="1")
        step("recording", answer="no")
        step("who", name_said="王海燕", second_fact="2427")
        step("credentials", badge="021", reaction="Took note")
        step("credentials", badge="034", reaction="Read it closely", words="你们是哪里的？")
        step("willing", answer="yes")
        step("entry", answer="yes")
        step("filming", answer="no")
        for paper in visit.case.papers.all():
            step("papers", paper=paper.pk, reaction="Had questions")
        step("talk_open")
        step(
            "talk", met="王海燕", reason="lost_work", willingness="ready", offer_amount="6,500.00",
            hardship=["longer"], statement="我想还，但要分期。",
        )  # fmt: skip
        step("outcome", outcome="talked", why="要与家人商量")
        step("attest", badge="021")
        step("attest", badge="034")
        assert question(client, visit) == "done"

        visit = again(visit)
        assert (visit.state, visit.outcome) == ("finished", "talked")
        assert again(visit.case).state == "preparation"
        reactions = dict(Shown.objects.exclude(part=None).values_list("item", "reaction"))
        assert reactions["Credential of 王芳, badge 034"] == "Read it closely: 你们是哪里的？"
        consents = dict(Consent.objects.values_list("kind", "given"))
        assert consents == {"recording": False, "talk": True, "entry": True, "filming": False}
        assert visit.crew.get(officer__badge="034").credential.number == "WF-034"
        assert str(visit.talk.offer_amount) == "6500.00"

    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_shows_no_word_of_the_debt_before_the_debtor_is_identified(
        self, phone: Any, language: str
    ) -> None:
        visit = walk.noticed()
        client = phone(language=language)
        screens = [client.get(reverse("visits:today")), client.get(door(visit))]
        for officer in make.crew():
            arriving.check_in(visit=visit, officer=officer, by=officer, at=MOMENT)
        screens.append(client.get(door(visit)))
        arriving.begin_visit(visit=again(visit), by=make.crew()[0], at=MOMENT)
        screens.append(client.get(door(visit)))
        assert screens[-1].context["question"] == "recording"
        Presses(client, visit)("recording", answer="yes")
        screens += [
            client.get(door(visit)),
            client.get(reverse("visits:way_out", args=[visit.reference, "someone-else"])),
            client.post(door(visit), {"question": "who", "name_said": "张三", "second_fact": "1"}),
        ]
        for screen in screens:
            found = DEBT.search(whole_page(screen))
            assert found is None, found
            assert "西湖银行" not in whole_page(screen)
        assert not DEBT.search(door(visit))

    def test_takes_no_answer_of_an_old_screen_for_another_question(self, phone: Any) -> None:
        visit = walk.asked()
        arriving.identify_debtor(
            visit=visit, name_said="王海燕", second_fact="2427", by=make.crew()[0], at=MOMENT
        )
        for officer in make.crew():
            arriving.show_credential(visit=visit, officer=officer, by=officer, at=MOMENT)
        press = Presses(phone(), visit)
        assert press("willing", answer="yes").status_code == 302
        assert press("willing", answer="yes").status_code == 302  # "back", and pressed again
        assert list(Consent.objects.values_list("kind", flat=True)) == ["recording", "talk"]
        assert question(press.client, visit) == "entry"

    def test_asks_again_when_the_answer_is_no_answer(self, phone: Any) -> None:
        visit = walk.asked()
        arriving.identify_debtor(
            visit=visit, name_said="王海燕", second_fact="2427", by=make.crew()[0], at=MOMENT
        )
        for officer in make.crew():
            arriving.show_credential(visit=visit, officer=officer, by=officer, at=MOMENT)
        answer = Presses(phone(), visit)("willing", answer="")
        assert answer.status_code == 422
        assert not Consent.objects.filter(kind="talk").exists()
        assert again(visit).state == "started"

    def test_counts_a_double_press_once_and_stays_at_the_door(self, phone: Any) -> None:
        visit = walk.departed()
        client = phone()
        for _press in range(2):
            answer = client.post(
                door(visit), {"question": "arrive", "badge": "021", "guard_key": "same"}
            )
            assert (answer.status_code, answer.url) == (302, door(visit))
        assert Event.objects.filter(kind="officer.checked_in").count() == 1


class TestWhoMay:
    def test_only_those_who_were_named_act_at_the_door(self, phone: Any) -> None:
        visit = walk.departed()
        third = make.officer(badge="055", full_name="赵强")
        with pytest.raises(WrongInput):
            arriving.check_in(visit=visit, officer=make.crew()[0], by=third, at=MOMENT)
        answer = Presses(phone(third), visit)("arrive", badge="021")
        assert answer.status_code == 422
        assert "not one of the officers" in answer.content.decode()
        assert not Event.objects.filter(kind="officer.checked_in").exists()

    def test_strangers_find_no_door_and_clerks_may_not_act(self, phone: Any) -> None:
        visit = walk.noticed()
        assert phone(make.outsider()).get(door(visit)).status_code == 404
        answer = Presses(phone(make.clerk()), visit)("arrive", badge="021")
        assert answer.status_code == 403

    def test_the_list_shows_an_officer_s_own_and_a_supervisor_the_team_s(self, phone: Any) -> None:
        visit = walk.noticed()
        today = reverse("visits:today")

        def shown(who: User) -> list[Visit]:
            page = phone(who).get(today)
            return [one for day in page.context["days"] for one in day.visits]

        assert shown(make.crew()[1]) == [visit]
        assert shown(make.officer(badge="055", full_name="赵强")) == []
        assert shown(make.supervisor()) == [visit]
        assert shown(make.outsider()) == []

    def test_the_list_keeps_a_visit_that_is_under_way_until_it_ends(
        self, phone: Any, clock: Any
    ) -> None:
        visit = walk.talking()
        reader = phone(make.crew()[0])
        clock.set(make.moment("2026-03-06 08:00"))  # nobody said how yesterday's ended
        page = reader.get(reverse("visits:today"))
        assert [one for day in page.context["days"] for one in day.visits] == [visit]

    def test_check_in_is_for_the_hour_of_the_visit(self) -> None:
        visit, officer = walk.noticed(), make.crew()[0]
        for moment in ("2026-03-05 13:29", "2026-03-05 15:30"):
            with pytest.raises(WrongInput):
                arriving.check_in(visit=visit, officer=officer, by=officer, at=make.moment(moment))
        arriving.check_in(
            visit=visit, officer=officer, by=officer, at=make.moment("2026-03-05 13:30")
        )
        assert visit.crew.get(officer=officer).checked_in_at == make.moment("2026-03-05 13:30")

    def test_ringing_a_little_early_makes_the_visit_no_longer(self) -> None:
        visit, by = walk.noticed(), make.crew()[0]
        at = make.moment("2026-03-05 14:15")
        for officer in make.crew():
            arriving.check_in(visit=visit, officer=officer, by=by, at=at)
        arriving.begin_visit(visit=visit, by=by, at=at)
        assert again(visit).started_at == at


class TestShowing:
    def test_is_refused_before_the_debtor_is_identified_and_twice(self) -> None:
        visit, by = walk.at_the_door(), make.crew()[0]
        with pytest.raises(WrongInput):
            arriving.show_credential(visit=visit, officer=by, by=by, at=MOMENT)
        arriving.identify_debtor(
            visit=visit, name_said="王海燕", second_fact="2427", by=by, at=MOMENT
        )
        arriving.show_credential(visit=visit, officer=by, by=by, at=MOMENT)
        with pytest.raises(WrongInput):
            arriving.show_credential(visit=visit, officer=by, by=by, at=MOMENT)
        assert Shown.objects.count() == 1

    def test_of_another_case_s_paper_is_refused(self, phone: Any) -> None:
        visit = walk.at_the_door()
        other = make.prepared_case(reference="X-1", external_reference="X-1").papers.first()
        with pytest.raises(WrongInput):
            arriving.show_paper(visit=visit, paper=other, by=make.crew()[0], at=MOMENT)


class TestComingIn:
    def test_counts_only_from_the_debtor_who_was_identified(self) -> None:
        visit, by = walk.at_the_door(), make.crew()[0]
        with pytest.raises(PolicyRefused) as caught:
            arriving.ask_consent(
                visit=visit, kind="entry", given=True, by_whom="父亲", by=by, at=MOMENT
            )
        assert {finding.rule for finding in caught.value.findings} == {"ST-24"}
        assert not Consent.objects.exists()

    def test_a_no_needs_no_rule(self) -> None:
        visit, by = walk.at_the_door(), make.crew()[0]
        arriving.ask_consent(
            visit=visit, kind="entry", given=False, by_whom="王海燕", by=by, at=MOMENT
        )
        assert Consent.objects.get().given is False
        with pytest.raises(WrongInput):
            arriving.ask_consent(
                visit=visit, kind="smoking", given=True, by_whom="王海燕", by=by, at=MOMENT
            )


class TestWaysOut:
    def test_are_there_from_the_first_word_to_the_last(self, phone: Any) -> None:
        visit = walk.at_the_door()
        foot = phone().get(door(visit)).context["foot"]
        assert [item["url"].split("/")[-2] for item in foot] == [
            "refused", "leave", "someone-else", "nobody", "crew-short", "unsafe", "sos",
        ]  # fmt: skip
        arriving.identify_debtor(
            visit=visit, name_said="王海燕", second_fact="2427", by=make.crew()[0], at=MOMENT
        )
        foot = phone().get(door(visit)).context["foot"]
        assert [item["url"].split("/")[-2] for item in foot] == [
            "refused", "leave", "later", "care", "crew-short", "unsafe", "sos",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("way", "outcome", "state"),
        [
            ("refused", "refused", "finished"),
            ("leave", "asked_to_leave", "finished"),
            ("someone-else", "someone_else", "finished"),
            ("nobody", "nobody_in", "finished"),
            ("unsafe", "unsafe", "aborted"),
        ],
    )
    def test_take_one_tap_and_lead_to_the_leave_now_card(
        self, phone: Any, way: str, outcome: str, state: str
    ) -> None:
        visit = walk.at_the_door()
        client = phone()
        address = reverse("visits:way_out", args=[visit.reference, way])
        answer = client.post(
            address, {"guard_key": "w", "guard_version": again(visit.case).version}
        )
        left = reverse("visits:left", args=[visit.reference])
        assert (answer.status_code, answer.url) == (302, left)
        visit = again(visit)
        assert (visit.state, visit.outcome, visit.finished_at) == (
            state,
            outcome,
            visit.finished_at,
        )
        assert again(visit.case).state == "preparation"
        page = client.get(left)
        assert page.status_code == 200
        assert 0 < page.context["seconds"] <= 120
        assert (page.context["barred"] is not None) == (way in {"refused", "leave"})

        # pressed twice on a bad line: nothing is done twice
        assert client.post(address, {"guard_key": "w"}).url == left
        # a second page still open elsewhere: refused in words
        assert client.post(address, {"guard_key": "w2"}).status_code in {409, 422}
        assert Event.objects.filter(kind__in=["visit.finished", "visit.aborted"]).count() == 1

    def test_leave_room_for_two_lines_afterwards(self, phone: Any) -> None:
        visit = walk.at_the_door()
        refusing.refuse_at_door(visit=visit, remark="", by=make.crew()[0], at=MOMENT)
        client = phone()
        left = reverse("visits:left", args=[visit.reference])
        assert client.post(left, {"remark": "  ", "guard_key": "r0"}).status_code == 422
        answer = client.post(left, {"remark": "不同意上门\n请电话联系", "guard_key": "r1"})
        assert answer.status_code == 302
        assert again(visit).why == "不同意上门\n请电话联系"
        assert Event.objects.get(kind="visit.remarked").data["remark"].startswith("不同意")

    def test_a_remark_is_refused_while_the_visit_goes_on_and_to_a_clerk(self) -> None:
        visit = walk.at_the_door()
        with pytest.raises(StateRefused):
            recording.add_remark(visit=visit, remark="x", by=make.crew()[0], at=MOMENT)
        with pytest.raises(RightRefused):
            recording.add_remark(visit=visit, remark="x", by=make.clerk(), at=MOMENT)

    def test_special_care_holds_the_case_and_asks_a_supervisor(self) -> None:
        visit = walk.talking()
        refusing.spare_vulnerable(
            visit=visit, remark="家中有病人", by=make.crew()[0],
            at=make.moment("2026-03-05 14:40"),
        )  # fmt: skip
        assert Hold.objects.get(case=visit.case).reason == "vulnerable"
        assert Duty.objects.get(kind="care.review").role == "supervisor"
        assert again(visit.case).state == "preparation"
        assert again(visit.case).held_until == make.date(2026, 4, 4)
        assert again(visit).state == "finished"

    def test_not_met_is_no_way_out_once_the_debtor_was_identified(self) -> None:
        visit, by = walk.talking(), make.crew()[0]
        at = make.moment("2026-03-05 14:40")
        for action in (refusing.someone_else, refusing.nobody_in):
            with pytest.raises(WrongInput):
                action(visit=visit, remark="", by=by, at=at)
        assert again(visit).state == "started"

    def test_keep_the_case_with_terms_that_are_being_written(self) -> None:
        from agreements.models import Agreement
        from tests.agreements import cast

        visit = walk.talked()
        cast.draft(visit.case, at=make.moment("2026-03-05 14:55"), channel="")
        assert again(visit.case).state == "agreement"
        refusing.unsafe(
            visit=again(visit), remark="争吵", by=make.crew()[0],
            at=make.moment("2026-03-05 15:00"),
        )  # fmt: skip
        assert again(visit).state == "aborted"
        assert again(visit.case).state == "agreement"
        assert Agreement.objects.get().state == "draft"
        assert Hold.objects.get().reason == "incident"

    def test_a_refusal_by_telephone_ends_a_visit_that_is_under_way(self) -> None:
        visit = walk.at_the_door()
        refusing.record_refusal(
            case=visit.case, how="by_telephone", remark="打来电话要求离开", by=make.clerk(),
            at=make.moment("2026-03-05 14:36"),
        )  # fmt: skip
        assert (again(visit).state, again(visit).outcome) == ("finished", "refused")
        assert Case.objects.get().refused_until == make.date(2026, 4, 4)


class TestEvidence:
    def test_is_hashed_on_receipt_and_bad_files_are_told(self, phone: Any) -> None:
        visit = walk.talking()
        client = phone(moment="2026-03-05 14:40")
        address = reverse("visits:evidence", args=[visit.reference])
        wrong = client.post(
            address, {"file": SimpleUploadedFile("门口.png", b"MZ\x90"), "guard_key": "e0"}
        )
        assert wrong.status_code == 422
        assert not Evidence.objects.exists()
        answer = client.post(
            address,
            {
                "file": SimpleUploadedFile("门口.png", make.PNG),
                "caption": "门口",
                "guard_key": "e1",
            },
        )
        assert answer.status_code == 302
        document = Document.objects.get(kind="evidence")
        told = Event.objects.get(kind="evidence.added")
        assert told.data["sha256"] == document.sha256
        assert Evidence.objects.get().added_by == make.crew()[0]

    def test_no_sound_without_consent_to_a_recording(self) -> None:
        visit, by = walk.talking(), make.crew()[0]
        at = make.moment("2026-03-05 14:40")
        arriving.ask_consent(
            visit=visit, kind="recording", given=False, by_whom="王海燕", by=by, at=at
        )
        with pytest.raises(WrongInput) as wrong:
            recording.add_evidence(
                visit=visit, filename="谈话.mp3", content=b"ID3" + b"\x00" * 64, caption="",
                inside=False, by=by, at=at,
            )  # fmt: skip
        assert wrong.value.field == "file"


class TestAttest:
    def test_is_each_officer_s_own_and_comes_after_leaving(self) -> None:
        visit, by = walk.talked(), make.crew()[0]
        with pytest.raises(StateRefused):
            recording.attest(visit=visit, officer=by, by=by, at=make.moment("2026-03-05 15:00"))
        recording.finish_visit(
            visit=visit, outcome="talked", why="", by=by, at=make.moment("2026-03-05 15:05")
        )
        with pytest.raises(WrongInput):
            recording.attest(
                visit=visit, officer=make.officer(badge="055", full_name="赵强"), by=by,
                at=make.moment("2026-03-05 15:06"),
            )  # fmt: skip

    def test_an_outcome_that_is_none_is_refused(self) -> None:
        visit = walk.talked()
        with pytest.raises(WrongInput):
            recording.finish_visit(
                visit=visit, outcome="refused", why="", by=make.crew()[0],
                at=make.moment("2026-03-05 15:05"),
            )  # fmt: skip
