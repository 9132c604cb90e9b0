"""The recording in which the terms are read aloud: named, shown, on the certificate; none without consent."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.actions.reading import record_reading, recordings_of
from agreements.models import Agreement
from agreements.papers.signing import how_signed
from tests import make, walk
from tests.agreements import cast
from visits.actions import recording
from visits.models import Evidence
from workflow.steps import Outsider, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db


def at(clock: str) -> datetime:
    return make.moment(f"2026-03-05 {clock}")


@pytest.fixture
def sound() -> Evidence:
    """What was said at the door, recorded with the debtor's consent."""
    visit = walk.talked(at=at("14:50"))
    return recording.add_evidence(
        visit=visit, filename="谈话.mp3", content=b"ID3" + b"\x00" * 64, caption="谈话录音",
        inside=False, by=make.crew()[0], at=at("14:55"),
    )  # fmt: skip


@pytest.fixture
def agreement(sound: Evidence) -> Agreement:
    """Terms given to the debtor at the door."""
    return cast.offered(cast.again(sound.visit.case), channel="", at=at("14:56"))


class TestRecordReading:
    def test_names_the_file_and_tells_it(self, agreement: Agreement, sound: Evidence) -> None:
        record_reading(agreement=agreement, recording=sound, by=make.clerk(), at=at("15:05"))
        found = cast.again(agreement)
        assert found.reading == sound.document
        assert cast.kinds(found.case)[-1] == "agreement.read_aloud"
        assert cast.chain_holds(found.case)

    def test_stands_on_the_certificate_of_signing(
        self, agreement: Agreement, sound: Evidence
    ) -> None:
        assert sound.document.sha256 not in str(how_signed(agreement, None))
        record_reading(agreement=agreement, recording=sound, by=make.clerk(), at=at("15:05"))
        said = str(how_signed(cast.again(agreement), None))
        assert sound.document.number in said
        assert sound.document.sha256 in said

    def test_is_refused_where_the_debtor_took_the_consent_back(
        self, agreement: Agreement, sound: Evidence
    ) -> None:
        sound.visit.consents.filter(kind="recording").update(given=False)
        assert not recordings_of(agreement.case).exists()
        with pytest.raises(WrongInput):
            record_reading(agreement=agreement, recording=sound, by=make.clerk(), at=at("15:05"))

    def test_is_refused_of_what_is_no_sound(self, agreement: Agreement, sound: Evidence) -> None:
        paper = recording.add_evidence(
            visit=sound.visit, filename="收入证明.pdf", content=make.PDF, caption="", inside=False,
            by=make.crew()[0], at=at("14:57"),
        )  # fmt: skip
        with pytest.raises(WrongInput):
            record_reading(agreement=agreement, recording=paper, by=make.clerk(), at=at("15:05"))

    def test_is_asked_anew_of_other_terms(self, agreement: Agreement, sound: Evidence) -> None:
        from agreements.actions.drawing import redraft

        record_reading(agreement=agreement, recording=sound, by=make.clerk(), at=at("15:05"))
        redraft(
            agreement=cast.again(agreement), plan="equal", rows=cast.six_instalments(),
            waived=cast.WAIVED, by=make.clerk(), at=at("15:10"),
        )  # fmt: skip
        assert cast.again(agreement).reading is None

    def test_is_refused_of_what_is_void_and_to_those_who_may_not(
        self, agreement: Agreement, sound: Evidence
    ) -> None:
        for who, refusal in (
            (make.compliance_officer(), RightRefused), (make.outsider(), Outsider),
        ):  # fmt: skip
            with pytest.raises(refusal):
                record_reading(agreement=agreement, recording=sound, by=who, at=at("15:05"))
        Agreement.objects.filter(pk=agreement.pk).update(state="void")
        with pytest.raises(StateRefused):
            record_reading(agreement=agreement, recording=sound, by=make.clerk(), at=at("15:05"))


class TestThePage:
    def test_lists_the_recordings_and_shows_the_one_that_was_named(
        self, agreement: Agreement, sound: Evidence, client: Client, clock: Any
    ) -> None:
        clock.set("2026-03-05T15:05", zone="Asia/Shanghai")
        client.force_login(make.clerk())
        client.cookies["django_language"] = "en"
        address = reverse("agreements:read_aloud", args=[agreement.number])
        assert address in client.get(agreement.get_absolute_url()).content.decode()
        assert "谈话录音" in client.get(address).content.decode()
        answer = client.post(address, {"recording": sound.pk, "guard_key": "k"})
        assert answer.status_code == 302
        assert sound.document.number in client.get(answer.url).content.decode()
