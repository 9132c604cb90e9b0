"""A call: asked of the rules before it is dialled, its outcome in one form, its recording with the consent."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases.actions.calling import begin_call, say_not_made
from cases.actions.contacting import log_contact
from cases.facts import facts_for, number_mark
from cases.models import Call, Case, ContactAttempt
from compliance.facts import ContactFacts
from documents.models import Document
from documents.storing import Unreadable
from people.models import ContactPoint
from tests import make
from tests.cases.test_contacts import at_bank, call, told
from tests.notices.test_pages import signed_in
from workflow.steps import Outsider, PolicyRefused, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-05 10:00")
SOUND = b"ID3\x04" + b"\x00" * 60


def phone(case: Case) -> ContactPoint:
    return case.debtor.contact_points.get(channel="phone")


def again(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


class TestBeginCall:
    def test_is_noted_with_the_rules_answer_and_without_the_number(self) -> None:
        case = make.case()
        begin_call(case=case, point=phone(case), by=make.clerk(), at=AT)
        event = case.events.get(kind="call.begun")
        assert event.actor == make.clerk()
        assert event.data["decision"]["action"] == "contact.log"
        assert phone(case).value not in str(event.data)

    def test_is_refused_outside_the_hours_with_the_next_lawful_moment(self) -> None:
        case = at_bank()
        with pytest.raises(PolicyRefused) as refused:
            begin_call(
                case=case, point=phone(case), by=make.clerk(), at=make.moment("2026-03-05 22:30")
            )
        assert refused.value.earliest == make.moment("2026-03-06 08:00")
        assert case.events.filter(kind="policy.refused").exists()

    def test_is_refused_over_the_cap_of_answered_calls(self) -> None:
        case = at_bank()
        for minute in range(3):
            call(case, "reached", minute)
        with pytest.raises(PolicyRefused) as refused:
            begin_call(
                case=again(case), point=phone(case), by=make.clerk(), at=AT + timedelta(hours=1)
            )
        assert "CN-05" in [finding.rule for finding in refused.value.findings]

    def test_is_refused_for_a_number_that_is_not_to_be_used(self) -> None:
        case = make.case()
        point = phone(case)
        ContactPoint.objects.filter(pk=point.pk).update(do_not_contact=True)
        with pytest.raises(WrongInput):
            begin_call(case=case, point=point, by=make.clerk(), at=AT)

    def test_is_refused_in_a_closed_case(self) -> None:
        case = make.case()
        Case._base_manager.filter(pk=case.pk).update(
            state="closure", closed_at=AT, closed_as="withdrawn"
        )
        with pytest.raises(StateRefused):
            begin_call(case=again(case), point=phone(case), by=make.clerk(), at=AT)

    def test_is_refused_to_an_outsider_and_to_whoever_lacks_the_right(self) -> None:
        case = make.case()
        with pytest.raises(Outsider):
            begin_call(case=case, point=phone(case), by=make.outsider(), at=AT)
        with pytest.raises(RightRefused):
            begin_call(case=case, point=phone(case), by=make.compliance_officer(), at=AT)


class TestLogCall:
    def log(self, case: Case, **given: Any) -> ContactAttempt:
        return log_contact(
            case=again(case), channel="phone", result=given.pop("result", "reached"), remark="",
            by=make.clerk(), at=AT, stated=True, contact_point=phone(case), **given,
        )  # fmt: skip

    def test_keeps_how_long_it_lasted_and_that_it_was_effective(self) -> None:
        case = make.case()
        made = self.log(case, seconds=125)
        assert (made.seconds, made.lasted, made.effective) == (125, "2:05", True)
        data = case.events.get(kind="contact.logged").data
        assert (data["seconds"], data["effective"]) == (125, True)

    def test_takes_the_callers_word_on_whether_it_was_effective(self) -> None:
        assert self.log(make.case(), effective=False).effective is False

    def test_counts_what_nobody_answered_as_not_effective(self) -> None:
        assert self.log(make.case(), result="no_answer").effective is False

    def test_keeps_a_recording_with_consent_for_all_of_the_case(self) -> None:
        case = make.case()
        made = self.log(case, filename="call.mp3", content=SOUND, recording_agreed=True)
        assert made.recording is not None
        assert (made.recording.mime, made.recording.restricted) == ("audio/mpeg", False)
        data = case.events.get(kind="contact.logged").data
        assert data["document_sha256"] == made.recording.sha256

    def test_keeps_a_recording_without_consent_apart(self) -> None:
        case = make.case()
        made = self.log(case, filename="call.mp3", content=SOUND, recording_agreed=False)
        assert made.recording is not None
        assert made.recording.restricted is True
        address = reverse("documents:document", args=[made.recording.number])
        assert signed_in(make.clerk()).get(address).status_code == 404
        assert signed_in(make.supervisor()).get(address).status_code == 200

    def test_asks_whether_the_person_agreed_to_a_recording(self) -> None:
        with pytest.raises(WrongInput) as wrong:
            self.log(make.case(), filename="call.mp3", content=SOUND)
        assert wrong.value.field == "recording_agreed"

    def test_refuses_what_is_no_sound_and_keeps_nothing(self) -> None:
        with pytest.raises(Unreadable):
            self.log(make.case(), filename="a.pdf", content=make.PDF, recording_agreed=True)
        assert (ContactAttempt.objects.count(), Document.objects.count()) == (0, 0)

    def test_gives_no_other_channel_a_duration(self) -> None:
        with pytest.raises(WrongInput):
            log_contact(
                case=make.case(), channel="wechat", result="reached", remark="", by=make.clerk(),
                at=AT, seconds=5,
            )  # fmt: skip

    def test_counts_towards_the_caps(self) -> None:
        case = make.case()
        self.log(case, seconds=5)
        assert [
            (one.channel, one.spoken) for one in told(case) if isinstance(one, ContactFacts)
        ] == [("phone", True)]


class TestBegunAndNotLogged:
    def begun(self, case: Case, minute: int = 0) -> Call:
        return begin_call(
            case=again(case), point=phone(case), by=make.clerk(), at=AT + timedelta(minutes=minute)
        )

    def log(self, call: Call) -> ContactAttempt:
        return log_contact(
            case=again(call.case), channel="phone", result="no_answer", remark="", stated=True,
            by=make.clerk(), at=call.at, contact_point=call.contact_point, call=call,
        )  # fmt: skip

    def test_counts_as_an_attempt(self) -> None:
        case = make.case()
        self.begun(case)
        [counted] = told(case)
        assert (counted.channel, counted.outcome, counted.spoken) == ("phone", "begun", False)
        assert counted.number == number_mark(phone(case))

    def test_counts_towards_the_cap_of_answered_calls_for_nobody_knows_better(self) -> None:
        case = at_bank()
        for minute in range(3):
            self.begun(case, minute)
        with pytest.raises(PolicyRefused) as refused:
            self.begun(case, 30)
        assert "CN-05" in [finding.rule for finding in refused.value.findings]

    def test_stands_not_in_its_own_way_when_it_is_logged(self) -> None:
        case = at_bank()
        calls = [self.begun(case, minute) for minute in range(3)]
        assert self.log(calls[2]).call == calls[2]

    def test_counts_once_when_it_is_logged(self) -> None:
        case = make.case()
        self.log(self.begun(case))
        assert [one.outcome for one in told(case)] == ["no_answer"]

    def test_is_logged_once(self) -> None:
        call = self.begun(make.case())
        self.log(call)
        with pytest.raises(StateRefused):
            self.log(call)
        assert ContactAttempt.objects.count() == 1

    def test_is_no_rung_of_the_ladder(self) -> None:
        case = make.case()
        self.begun(case)
        assert facts_for(again(case), at=AT).gentler_tried == ()

    def test_counts_no_more_once_it_is_said_not_to_have_been_made(self) -> None:
        case = make.case()
        call = self.begun(case)
        say_not_made(call=call, by=make.clerk(), at=AT)
        assert told(case) == []
        assert case.events.get(kind="call.not_made").actor == make.clerk()
        with pytest.raises(StateRefused):
            say_not_made(call=call, by=make.clerk(), at=AT)

    def test_is_given_up_by_no_outsider_and_by_nobody_without_the_right(self) -> None:
        call = self.begun(make.case())
        with pytest.raises(Outsider):
            say_not_made(call=call, by=make.outsider(), at=AT)
        with pytest.raises(RightRefused):
            say_not_made(call=call, by=make.compliance_officer(), at=AT)

    @pytest.mark.parametrize(
        ("seconds", "by_itself", "given_out"),
        [(5, True, True), (60, False, True), (1200, False, False)],
    )
    def test_is_dialled_by_itself_only_when_it_has_just_begun(
        self, clock: Any, seconds: int, by_itself: bool, given_out: bool
    ) -> None:
        case = make.case()
        call = self.begun(case)
        clock.set(AT + timedelta(seconds=seconds))
        page = signed_in(make.clerk()).get(
            reverse("cases:log_call", args=[case.reference, call.pk])
        )
        text = page.content.decode()
        assert ("data-dial" in text, "tel:" in text) == (by_itself, given_out)

    def test_is_shown_where_one_calls_and_logged_from_there(self, clock: Any) -> None:
        clock.set(AT)
        case = make.case()
        call = self.begun(case)
        client = signed_in(make.clerk())
        log = reverse("cases:log_call", args=[case.reference, call.pk])
        page = reverse("cases:call", args=[case.reference])
        assert log in client.get(page).content.decode()
        not_made = reverse("cases:call_not_made", args=[case.reference, call.pk])
        assert not_made in client.get(log).content.decode()
        assert client.post(not_made, {"guard_key": "k1"}).url == page
        assert log not in client.get(page).content.decode()


class TestPages:
    def test_give_no_number_out_before_the_rules_were_asked(self, clock: Any) -> None:
        clock.set(AT)
        case = make.case()
        page = signed_in(make.clerk()).get(reverse("cases:call", args=[case.reference]))
        text = page.content.decode()
        assert "tel:" not in text
        assert phone(case).value not in text
        assert "138****0001" in text

    def test_show_a_number_once_that_is_kept_for_calls_and_for_sms(self, clock: Any) -> None:
        clock.set(AT)
        case = make.case()
        ContactPoint.objects.create(
            person=case.debtor, channel="sms", value=phone(case).value, source="contract"
        )
        page = signed_in(make.clerk()).get(reverse("cases:call", args=[case.reference]))
        assert [one.point for one in page.context["numbers"]] == [phone(case)]

    def test_turn_the_call_off_outside_the_hours_and_say_why_and_from_when(
        self, clock: Any
    ) -> None:
        clock.set(make.moment("2026-03-05 22:30"))
        case = at_bank()
        client = signed_in(make.clerk())
        text = client.get(reverse("cases:call", args=[case.reference])).content.decode()
        assert "Not now" in text
        assert "Lawful from" in text
        assert "CN-01" in text
        begin = reverse("cases:begin_call", args=[case.reference, phone(case).pk])
        assert client.post(begin, {"guard_key": "k"}).status_code == 409

    def test_dial_and_log_the_outcome_in_two_presses(self, clock: Any) -> None:
        clock.set(AT)
        case = make.case()
        client = signed_in(make.clerk())
        begin = reverse("cases:begin_call", args=[case.reference, phone(case).pk])
        progress = client.post(begin, {"guard_key": "k1"})
        page = client.get(progress.url)
        assert f'href="tel:{phone(case).value}"' in page.content.decode()
        clock.set(AT + timedelta(seconds=42))
        answer = client.post(progress.url, {"guard_key": "k2", "result": "no_answer"})
        assert answer.url == case.get_absolute_url()
        made = ContactAttempt.objects.get()
        assert made.result == "no_answer"
        assert made.seconds in range(41, 45)  # the clock goes on while the pages are drawn
        assert made.at - AT < timedelta(seconds=5)

    def test_take_a_recording_with_the_consent(self, clock: Any) -> None:
        clock.set(AT)
        case = make.case()
        client = signed_in(make.clerk())
        begin = reverse("cases:begin_call", args=[case.reference, phone(case).pk])
        progress = client.post(begin, {"guard_key": "k1"}).url
        client.post(
            progress,
            {
                "guard_key": "k2", "result": "reached", "stated": "on", "seconds": "90",
                "recording": SimpleUploadedFile("call.mp3", SOUND), "recording_agreed": "yes",
            },
        )  # fmt: skip
        made = ContactAttempt.objects.get()
        assert (made.seconds, made.recording is None) == (90, False)
        overview = client.get(case.get_absolute_url()).content.decode()
        assert "1:30" in overview
        assert made.recording
        assert made.recording.number in overview

    def test_know_no_call_of_another_case_and_none_that_was_never_begun(self, clock: Any) -> None:
        clock.set(AT)
        case = make.case()
        other = make.case(reference="HZ-2026-0148", external_reference="XH-2")
        client = signed_in(make.clerk())
        begin = reverse("cases:begin_call", args=[case.reference, phone(case).pk])
        progress = client.post(begin, {"guard_key": "k1"}).url
        assert client.get(progress.replace("0147", "0148")).status_code == 404
        made_up = reverse("cases:log_call", args=[other.reference, 999_999])
        assert client.get(made_up).status_code == 404
