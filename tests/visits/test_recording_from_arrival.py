"""Recording is asked about on arrival: of whom nobody knows yet, and anew where the debtor is somebody else."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from agreements.at_the_door import door_blocks
from cases.models import Case
from desk.told import told
from documents.blocks import Table
from door.packs import facts_of
from tests import make, walk
from timeline.models import Event
from visits import policy
from visits.actions import arriving, quarantining, recording, refusing
from visits.answering import question_of
from visits.models import Consent, Visit, answers_of
from workflow.steps import PolicyRefused

pytestmark = pytest.mark.django_db

RANG = make.moment("2026-03-05 14:31")
LATER = make.moment("2026-03-05 14:33")
AGREED = make.moment("2026-03-05 14:34")
LEFT = make.moment("2026-03-05 15:05")


def again(visit: Visit) -> Visit:
    return Visit.objects.select_related("case").get(pk=visit.pk)


def identify(visit: Visit, *, somebody_else: bool = False) -> Visit:
    arriving.identify_debtor(
        visit=visit, name_said="王海燕", second_fact="2427", somebody_else=somebody_else,
        by=make.crew()[0], at=LATER,
    )  # fmt: skip
    return again(visit)


def answer(visit: Visit, **given: Any) -> Visit:
    arriving.ask_consent(
        **{"visit": visit, "kind": "recording", "given": True, "by_whom": "王海燕",
           "by": make.crew()[0], "at": AGREED, **given}
    )  # fmt: skip
    return again(visit)


class TestAskedOnArrival:
    def test_comes_before_the_question_who_it_is(self) -> None:
        visit = walk.at_the_door()
        assert question_of(visit) == "recording"
        assert question_of(answer(visit, by_whom="", at=RANG)) == "who"

    def test_no_goes_on_without_sound_as_before(self) -> None:
        visit = walk.asked(given=False)
        assert (question_of(visit), again(visit).state) == ("who", "started")
        assert quarantining.why_apart(
            visit=visit, filename="a.wav", inside=False, taken_at=LATER, begins_at=LATER,
            ends_at=AGREED, by=make.crew()[0], at=AGREED,
        )  # fmt: skip

    def test_puts_no_name_to_the_answer_of_whoever_opened(self, client: Client, clock: Any) -> None:
        visit = walk.at_the_door()
        clock.set(RANG)
        client.force_login(make.crew()[0])
        client.post(
            reverse("visits:door", args=[visit.reference]),
            {"question": "recording", "answer": "yes", "guard_key": "a"},
        )
        assert Consent.objects.get().by_whom == ""
        assert Event.objects.get(kind="consent.given").data["by_whom"] == ""
        page = reverse("visits:visit", args=[visit.reference])
        client.cookies["django_language"] = "en"
        assert "whoever opened the door" in client.get(page).content.decode()
        client.cookies["django_language"] = "zh-hans"
        assert "开门的人（身份未核实）" in client.get(page).content.decode()

    def test_of_a_visit_under_way_in_the_old_order_still_counts(self) -> None:
        visit = identify(walk.at_the_door())
        for officer in make.crew():
            arriving.show_credential(visit=visit, officer=officer, by=officer, at=LATER)
        visit = answer(visit, kind="talk")
        assert question_of(visit) == "recording"
        assert question_of(answer(visit)) == "entry"

    @pytest.mark.parametrize(
        ("tongue", "said"),
        [("en", "whoever opened the door"), ("zh-hans", "开门的人（身份未核实）")],
    )
    def test_stands_on_the_timeline_in_words(self, tongue: str, said: str) -> None:
        answer(walk.at_the_door(), by_whom="", at=RANG)
        with override(tongue):
            assert ("by_whom", said) in told(Event.objects.get(kind="consent.given")).details


class TestSomebodyElseAnswered:
    def test_the_debtor_is_asked_anew(self) -> None:
        visit = identify(walk.asked(), somebody_else=True)
        assert (question_of(visit), answers_of(visit)) == ("recording", {})
        assert facts_of(visit)["consents"] == {}
        assert Event.objects.get(kind="debtor.identified").data["recording_asked_of"]
        visit = answer(visit, given=False)
        assert (question_of(visit), answers_of(visit)) == ("credentials", {"recording": False})
        assert Event.objects.filter(kind="consent.refused").count() == 1

    @pytest.mark.parametrize(
        ("tongue", "said"),
        [("en", "somebody else, who had opened the door"), ("zh-hans", "开门的另一人")],
    )
    def test_stands_on_the_timeline_in_words(self, tongue: str, said: str) -> None:
        identify(walk.asked(), somebody_else=True)
        with override(tongue):
            told_of = told(Event.objects.get(kind="debtor.identified"))
            assert ("recording_asked_of", said) in told_of.details

    def test_the_closure_report_says_since_when_the_answer_no_longer_counts(self) -> None:
        visit = answer(identify(walk.asked(), somebody_else=True), given=False)
        (table,) = [block for block in door_blocks(visit.case) if isinstance(block, Table)]
        assert [row[2] for row in table.rows] == [
            {
                "zh": "同意（2026-03-05 14:33 起不再有效）",
                "en": "agreed (no longer counts since 2026-03-05 14:33)",
            },
            {"zh": "不同意", "en": "declined"},
        ]

    def test_the_talk_is_refused_by_rule_until_the_debtor_was_asked(self) -> None:
        visit = identify(walk.asked(), somebody_else=True)
        for officer in make.crew():
            arriving.show_credential(visit=visit, officer=officer, by=officer, at=LATER)
        visit = answer(visit, kind="talk")
        for paper in visit.case.papers.all():
            arriving.show_paper(visit=visit, paper=paper, by=make.crew()[0], at=AGREED)
        Case.objects.filter(pk=visit.case_id).update(packs=["story"])
        with pytest.raises(PolicyRefused):
            arriving.open_talk(visit=again(visit), by=make.crew()[0], at=AGREED)

    def test_counts_when_it_was_the_debtor_who_had_opened(self) -> None:
        visit = identify(walk.asked())
        assert (question_of(visit), answers_of(visit)) == ("credentials", {"recording": True})

    def test_lapses_when_a_third_party_was_there_before_anybody_was_identified(self) -> None:
        visit = walk.asked()
        refusing.note_third_party(visit=visit, remark="", by=make.crew()[0], at=LATER)
        assert question_of(again(visit)) == "recording"

    def test_leaves_the_debtors_own_answer_in_force_when_a_third_party_comes_later(self) -> None:
        visit = walk.talking()
        by, at = make.crew()[0], make.moment("2026-03-05 14:36")
        refusing.note_third_party(visit=visit, remark="", by=by, at=at)
        assert answers_of(again(visit))["recording"] is True

    def test_keeps_apart_what_was_recorded_beyond_it(self) -> None:
        visit = identify(walk.asked(), somebody_else=True)
        given: dict[str, Any] = {
            "filename": "a.wav",
            "inside": False,
            "by": make.crew()[0],
            "at": LEFT,
        }
        before = quarantining.why_apart(
            visit=visit, taken_at=RANG, begins_at=RANG, ends_at=LATER, **given
        )
        beyond = quarantining.why_apart(
            visit=visit, taken_at=RANG, begins_at=RANG, ends_at=AGREED, **given
        )
        assert (before, bool(beyond)) == ("", True)
        assert recording.consent_at(visit, "recording", RANG) is True
        assert recording.consent_at(visit, "recording", LATER) is None

    def test_owes_no_sound_of_the_moments_in_which_none_was_allowed(self) -> None:
        visit = answer(identify(walk.asked(), somebody_else=True), at=LATER + timedelta(minutes=5))
        spans = policy.finish_facts(visit)["recordings"]
        assert [(span.begins, span.ends) for span in spans] == [
            (LATER, LATER + timedelta(minutes=5))
        ]
