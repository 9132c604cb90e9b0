"""The slip after a visit: what was said and agreed, to the person visited alone, sent only where that is lawful."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions.holding import hold_case
from cases.models import Hold
from documents.models import Document, Seal
from documents.sealing import seals_in
from notices.models import Notice
from people.models import User
from tests import make, walk
from timeline.models import Event
from visits.actions import recording, refusing
from visits.actions.slipping import make_due_slips, make_slip, way_of
from visits.models import Visit
from visits.slip import compose_slip
from workflow.steps import Outsider, RightRefused, WrongInput

pytestmark = pytest.mark.django_db

LEFT = make.moment("2026-03-05 15:10")
LATER = make.moment("2026-03-05 15:20")
DEBT = re.compile(
    r"债|欠|逾期|催|贷款|借款|还款|\b(debt|loan|overdue|owed|repay|creditor)\b", re.IGNORECASE
)


def again(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)


def after_a_talk() -> Visit:
    visit = walk.talked()
    recording.finish_visit(
        visit=visit, outcome="talked", why="要与家人商量", by=make.crew()[0], at=LEFT
    )
    return again(visit)


def sent_away() -> Visit:
    visit = walk.at_the_door()
    refusing.refuse_at_door(visit=visit, remark="", by=make.crew()[0], at=LEFT)
    return again(visit)


def said(visit: Visit, tongue: str = "zh") -> str:
    """All that stands on the slip, in one language."""
    paper = compose_slip(visit, LATER, (visit.case.event_count, visit.case.head))

    def flat(thing: Any) -> str:
        if isinstance(thing, str):
            return thing
        if isinstance(thing, dict):
            return str(thing.get(tongue, ""))
        if isinstance(thing, list | tuple):
            return "\n".join(flat(one) for one in thing)
        return (
            "\n".join(flat(value) for value in vars(thing).values())
            if hasattr(thing, "kind")
            else ""
        )

    return flat(
        [paper.title, paper.number, paper.house, paper.house_lines, *paper.blocks, paper.foot]
    )


def make_one(visit: Visit, by: User | None = None, at: Any = LATER) -> Document:
    return make_slip(visit=visit, language="both", by=by or make.crew()[0], at=at)


class TestWhatItSays:
    def test_after_a_talk_who_came_what_was_owed_and_offered_and_how_to_complain(self) -> None:
        visit = after_a_talk()
        text = said(visit)
        for part in ("14:31", "15:10", "李伟（021）", "王芳（034）", "40,000.00", "38,600.00",
                     "每月六千五百元", "0571-8800 0001", "12378", again(visit.case).head):  # fmt: skip
            assert part in text, part
        assert "What was said to be owed" in said(visit, "en")

    def test_keeps_to_the_sums_that_were_said_whatever_is_booked_later(self) -> None:
        visit = after_a_talk()
        type(visit.case).objects.filter(pk=visit.case_id).update(principal="1.00")
        assert "38,600.00" in said(visit)

    def test_to_somebody_who_was_not_identified_tells_nothing_of_a_debt(self) -> None:
        visit = sent_away()
        for tongue in ("zh", "en"):
            text = said(visit, tongue)
            assert not DEBT.search(text), text
            for secret in ("西湖银行", "West Lake", "王海燕", "HZ-2026", "40,000"):
                assert secret not in text
        assert "2026年4月4日" in said(visit)


class TestMaking:
    def test_is_one_page_or_two_of_the_size_of_a_postcard_and_on_the_timeline(self) -> None:
        visit = after_a_talk()
        slip = make_one(visit)
        with slip.file.open("rb") as file:
            assert file.read(5) == b"%PDF-"
        told = Event.objects.get(case=visit.case, kind="visit.slip_made").data
        assert (told["document"], told["sha256"]) == (slip.number, slip.sha256)
        assert again(visit).slip == slip

    def test_is_made_once(self) -> None:
        visit = after_a_talk()
        assert make_one(visit) == make_one(visit)
        assert Document.objects.filter(kind="visit_slip").count() == 1

    def test_is_genuine_for_whoever_checks_it(self) -> None:
        from tests.portal.test_checking import bytes_of, standing

        assert standing(bytes_of(make_one(after_a_talk()))) == "holds"

    def test_bears_the_seal_of_who_runs_the_case(self) -> None:
        visit = after_a_talk()
        assert self.sealed_by(visit) == visit.case.agency

    def test_bears_no_seal_whose_name_tells_somebody_unknown_of_a_debt(self) -> None:
        visit = sent_away()
        type(visit.case.agency).objects.filter(pk=visit.case.agency_id).update(name="欠款催收中心")
        assert self.sealed_by(again(visit)) is None
        [house] = Seal.objects.filter(organisation=None)
        assert house.subject == "CN=Doorstep"

    @staticmethod
    def sealed_by(visit: Visit) -> Any:
        with make_one(visit).file.open("rb") as file:
            [print_] = seals_in(file.read())
        return Seal.objects.get(fingerprint=print_).organisation

    def test_is_refused_to_an_outsider_and_to_who_has_no_right(self) -> None:
        visit = after_a_talk()
        with pytest.raises(Outsider):
            make_one(visit, by=make.outsider())
        with pytest.raises(RightRefused):
            make_one(visit, by=make.compliance_officer())

    def test_is_refused_while_the_visit_is_under_way_and_where_nobody_was_met(self) -> None:
        visit = walk.at_the_door()
        with pytest.raises(WrongInput):
            make_one(visit)
        refusing.nobody_in(visit=visit, remark="", by=make.crew()[0], at=LEFT)
        with pytest.raises(WrongInput):
            make_one(again(visit))


class TestSending:
    def test_goes_to_the_debtor_behind_what_only_the_debtor_knows(self) -> None:
        visit = after_a_talk()
        make.points()
        slip = make_one(visit)
        (notice,) = Notice.objects.filter(kind="visit_slip")
        assert (notice.channel, notice.recipient, notice.document) == (
            "portal",
            visit.case.debtor,
            slip,
        )
        (bell,) = Notice.objects.filter(kind="portal_bell")
        assert not DEBT.search(bell.body)

    def test_waits_for_no_hold_but_stays_on_paper(self) -> None:
        visit = after_a_talk()
        make.points()
        hold_case(
            case=again(visit.case), reason=Hold.Reason.HARDSHIP, scope=Hold.Scope.ALL,
            starts_on=date(2026, 3, 5), review_on=date(2026, 3, 10), until=date(2026, 3, 12), remark="",
            by=make.clerk(), at=LEFT,
        )  # fmt: skip
        assert way_of(again(visit), LATER) is None
        make_one(again(visit))
        assert not Notice.objects.filter(kind="visit_slip").exists()

    def test_of_a_visit_to_somebody_elses_home_is_sent_to_nobody(self) -> None:
        visit = after_a_talk()
        make.points()
        other = make.debtor(name="孙国梁", id_number="330106197001011212")
        other.save()
        type(visit.place).objects.filter(pk=visit.place_id).update(person=other)
        assert way_of(Visit.objects.get(pk=visit.pk), LATER) is None


class TestSweep:
    def test_makes_it_once_the_officers_stand_for_the_record(self) -> None:
        visit = after_a_talk()
        assert make_due_slips(at=LATER, by=User.objects.system()) == 0
        for officer in make.crew():
            recording.attest(visit=again(visit), officer=officer, by=officer, at=LATER)
        assert make_due_slips(at=LATER, by=User.objects.system()) == 1
        assert make_due_slips(at=LATER, by=User.objects.system()) == 0

    def test_makes_it_after_two_hours_in_any_case(self) -> None:
        sent_away()
        assert make_due_slips(at=LEFT + timedelta(minutes=119), by=User.objects.system()) == 0
        assert make_due_slips(at=LEFT + timedelta(minutes=120), by=User.objects.system()) == 1


class TestPage:
    def test_makes_it_and_leads_to_it(self, client: Client, clock: Any) -> None:
        clock.set("2026-03-05T15:20", zone="Asia/Shanghai")
        visit = after_a_talk()
        client.force_login(make.crew()[0])
        url = reverse("visits:slip", args=[visit.reference])
        assert url in client.get(visit.get_absolute_url()).content.decode()
        assert client.post(url, {"language": "xx", "guard_key": "a"}).status_code == 422
        assert client.post(url, {"language": "zh", "guard_key": "b"}).status_code == 302
        slip = again(visit).slip
        assert slip.number in client.get(url).content.decode()

    def test_has_nothing_to_make_before_the_end_and_is_not_there_for_strangers(
        self, client: Client, clock: Any
    ) -> None:
        clock.set("2026-03-05T14:40", zone="Asia/Shanghai")
        visit = walk.at_the_door()
        url = reverse("visits:slip", args=[visit.reference])
        client.force_login(make.crew()[0])
        page = client.get(url, headers={"Accept-Language": "en"})
        assert "there is no slip" in page.content.decode()
        assert client.post(url, {"language": "zh", "guard_key": "a"}).status_code == 422
        client.force_login(make.outsider())
        assert client.get(url).status_code == 404

    def test_an_open_screen_says_when_the_visit_was_ended_from_elsewhere(
        self, client: Client, clock: Any
    ) -> None:
        clock.set("2026-03-05T14:40", zone="Asia/Shanghai")
        visit = walk.at_the_door()
        client.force_login(make.crew()[0])
        still = reverse("visits:still", args=[visit.reference])
        assert still in client.get(reverse("visits:door", args=[visit.reference])).content.decode()
        assert client.get(still).status_code == 204
        refusing.asked_from_outside(visit=visit, remark="", at=LEFT)
        answer = client.get(still, headers={"Accept-Language": "en"})
        assert "You were asked to leave. Leave now." in answer.content.decode()
