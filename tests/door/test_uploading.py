"""Files from phones: piece by piece, once, by their digest; without a consent kept where nobody sees them."""

import base64
import hashlib
import uuid
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from documents.models import Document
from door import uploading
from door.models import Upload
from door.sweeping import sweep_all
from tests import make, walk
from tests.door.cast import Phone
from timeline.models import Event
from visits.actions import arriving, quarantining
from visits.models import Evidence, Visit
from workflow.models import Duty
from workflow.steps import RightRefused, StateRefused

pytestmark = pytest.mark.django_db

OGG = b"OggS" + bytes(range(256)) * 8
TUS = {"Tus-Resumable": "1.0.0"}


def described(phone: Phone, visit: Visit, content: bytes, **more: Any) -> str:
    told = {
        "item": str(uuid.uuid4()), "device": str(phone.device), "visit": visit.reference,
        "filename": "photo.png", "sha256": hashlib.sha256(content).hexdigest(), "kind": "photo",
        "caption": "门牌", "inside": "0", "taken_at": make.moment("2026-03-05 14:40").isoformat(),
        **more,
    }  # fmt: skip
    return ",".join(
        f"{name} {base64.b64encode(str(value).encode()).decode()}" for name, value in told.items()
    )


def begin(phone: Phone, metadata: str, length: int) -> Any:
    from common.clock import now

    return phone.client.post(
        reverse("door:uploads"),
        headers={
            **TUS, "Upload-Length": str(length), "Upload-Metadata": metadata,
            "X-Device-Clock": now().isoformat(),
        },
    )  # fmt: skip


def patch(phone: Phone, address: str, content: bytes, offset: int, checksum: str = "") -> Any:
    digest = checksum or base64.b64encode(hashlib.sha256(content).digest()).decode()
    return phone.client.patch(
        address, content, content_type="application/offset+octet-stream",
        headers={**TUS, "Upload-Offset": str(offset), "Upload-Checksum": f"sha256 {digest}"},
    )  # fmt: skip


def sent(phone: Phone, visit: Visit, content: bytes, **more: Any) -> Any:
    """The whole file in two pieces; the answer to the last."""
    address = begin(phone, described(phone, visit, content, **more), len(content))["Location"]
    half = len(content) // 2
    assert patch(phone, address, content[:half], 0).status_code == 204
    return patch(phone, address, content[half:], half)


class TestUpload:
    def test_is_kept_as_evidence_with_its_digest(self, phone: Phone, visit: Visit) -> None:
        answer = sent(phone, visit, make.PNG)
        assert (answer.status_code, answer["Upload-State"]) == (204, "kept")
        assert answer["Upload-Sha256"] == hashlib.sha256(make.PNG).hexdigest()
        evidence = Evidence.objects.get()
        assert evidence.document.file.read() == make.PNG
        assert (evidence.caption, evidence.taken_at) == ("门牌", make.moment("2026-03-05 14:40"))
        assert Event.objects.filter(kind="evidence.added").count() == 1
        assert not uploading.path_of(Upload.objects.get()).exists()

    def test_goes_on_where_the_line_was_cut(self, phone: Phone, visit: Visit) -> None:
        address = begin(phone, described(phone, visit, make.PNG), len(make.PNG))["Location"]
        patch(phone, address, make.PNG[:20], 0)
        head = phone.client.head(address, headers=TUS)
        assert (head["Upload-Offset"], head["Cache-Control"]) == ("20", "no-store")
        assert "Upload-State" not in head
        assert patch(phone, address, make.PNG[20:], 20)["Upload-State"] == "kept"

    def test_has_one_place_for_one_item_however_often_it_is_asked_for(
        self, phone: Phone, visit: Visit
    ) -> None:
        metadata = described(phone, visit, make.PNG)
        first, second = (begin(phone, metadata, len(make.PNG)) for _ in range(2))
        assert (first.status_code, first["Location"]) == (201, second["Location"])
        patch(phone, first["Location"], make.PNG, 0)
        third = begin(phone, metadata, len(make.PNG))
        assert third["Upload-State"] == "kept"
        assert Evidence.objects.count() == 1

    def test_takes_no_piece_twice(self, phone: Phone, visit: Visit) -> None:
        address = begin(phone, described(phone, visit, make.PNG), len(make.PNG))["Location"]
        patch(phone, address, make.PNG[:20], 0)
        again = patch(phone, address, make.PNG[:20], 0)
        assert (again.status_code, again["Upload-Offset"]) == (409, "20")

    def test_takes_no_piece_that_was_spoilt_on_the_way(self, phone: Phone, visit: Visit) -> None:
        address = begin(phone, described(phone, visit, make.PNG), len(make.PNG))["Location"]
        wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
        answer = patch(phone, address, make.PNG[:20], 0, wrong)
        assert (answer.status_code, answer["Upload-Offset"]) == (460, "0")

    def test_begins_anew_where_the_whole_is_not_what_was_announced(
        self, phone: Phone, visit: Visit
    ) -> None:
        metadata = described(phone, visit, make.PNG)
        address = begin(phone, metadata, len(make.PNG))["Location"]
        answer = patch(phone, address, b"x" * len(make.PNG), 0)
        assert (answer.status_code, answer["Upload-Offset"]) == (460, "0")
        assert patch(phone, address, make.PNG, 0)["Upload-State"] == "kept"

    def test_refuses_another_file_under_the_same_item(self, phone: Phone, visit: Visit) -> None:
        item = str(uuid.uuid4())
        begin(phone, described(phone, visit, make.PNG, item=item), len(make.PNG))
        other = begin(phone, described(phone, visit, OGG, item=item), len(OGG))
        assert other.status_code == 409

    def test_refuses_more_than_twenty_megabytes(self, phone: Phone, visit: Visit) -> None:
        metadata = described(phone, visit, make.PNG)
        assert begin(phone, metadata, 20 * 1024 * 1024 + 1).status_code == 413

    def test_says_of_a_file_that_is_none_that_it_cannot_be_taken_in(
        self, phone: Phone, visit: Visit
    ) -> None:
        assert sent(phone, visit, b"not a picture at all")["Upload-State"] == "refused"
        assert not Evidence.objects.exists()

    @pytest.mark.parametrize(
        "metadata", ["", "item", "item !!", "item eA==", "kind eA==,visit eA=="]
    )
    def test_says_of_nonsense_that_it_is_none(self, phone: Phone, metadata: str) -> None:
        assert begin(phone, metadata, 10).status_code == 422

    def test_is_there_for_its_sender_alone(self, phone: Phone, visit: Visit, clock: Any) -> None:
        address = begin(phone, described(phone, visit, make.PNG), len(make.PNG))["Location"]
        other = Phone(clock, make.crew()[1])
        assert other.client.head(address, headers=TUS).status_code == 404
        assert Client().head(address, headers=TUS).status_code == 401

    def test_is_not_there_for_a_stranger_s_visit(
        self, phone: Phone, visit: Visit, clock: Any
    ) -> None:
        stranger = Phone(
            clock,
            make.user(
                username="o8", role="officer", in_team=make.team(name="成都一组"), badge="088"
            ),
        )
        assert begin(stranger, described(stranger, visit, make.PNG), 10).status_code == 422

    def test_is_kept_by_the_sweep_where_the_house_died_at_the_last_piece(
        self, phone: Phone, visit: Visit, clock: Any
    ) -> None:
        address = begin(phone, described(phone, visit, make.PNG), len(make.PNG))["Location"]
        patch(phone, address, make.PNG[:-1], 0)
        upload = Upload.objects.get()
        with uploading.path_of(upload).open("ab") as file:
            file.write(make.PNG[-1:])
        Upload.objects.update(offset=len(make.PNG))
        sweep_all(at=make.moment("2026-03-05 15:10"))
        sweep_all(at=make.moment("2026-03-05 15:11"))
        assert Upload.objects.get().state == "kept"
        assert Evidence.objects.count() == 1


class TestQuarantine:
    def test_takes_in_what_was_photographed_inside_without_a_yes(
        self, phone: Phone, visit: Visit
    ) -> None:
        answer = sent(phone, visit, make.PNG, inside="1")
        assert answer["Upload-State"] == "quarantined"
        assert "agreed%20to%20photos" in answer["Upload-Why"]
        evidence = Evidence.objects.get()
        assert evidence.document.quarantined
        assert Event.objects.filter(kind="evidence.quarantined").count() == 1
        assert Duty.objects.get(kind="evidence.quarantine").role == "compliance"

    def test_goes_by_the_consent_that_was_in_force_when_it_was_taken(
        self, phone: Phone, visit: Visit
    ) -> None:
        for given, at in ((True, "2026-03-05 14:41"), (False, "2026-03-05 14:45")):
            arriving.ask_consent(
                visit=visit, kind="filming", given=given, by_whom="王海燕", by=phone.who,
                at=make.moment(at),
            )  # fmt: skip
        states = [
            sent(phone, visit, make.PNG, inside="1", taken_at=make.moment(at).isoformat())[
                "Upload-State"
            ]
            for at in ("2026-03-05 14:40", "2026-03-05 14:44", "2026-03-05 14:46")
        ]
        assert states == ["quarantined", "kept", "quarantined"]

    @pytest.mark.parametrize(
        ("begins", "ends", "state"),
        [
            ("2026-03-05 14:36", "2026-03-05 14:47", "kept"),
            ("2026-03-05 14:30", "2026-03-05 14:45", "quarantined"),  # before the yes
            ("2026-03-05 14:36", "2026-03-05 14:49", "quarantined"),  # beyond what was taken back
        ],
    )
    def test_hears_a_recording_only_as_far_as_the_debtor_agreed(
        self, phone: Phone, visit: Visit, begins: str, ends: str, state: str
    ) -> None:
        arriving.ask_consent(
            visit=visit, kind="recording", given=False, by_whom="王海燕", by=phone.who,
            at=make.moment("2026-03-05 14:48"),
        )  # fmt: skip
        answer = sent(
            phone, visit, OGG, kind="audio", filename="talk.ogg",
            taken_at=make.moment(begins).isoformat(), begins_at=make.moment(begins).isoformat(),
            ends_at=make.moment(ends).isoformat(),
        )  # fmt: skip
        assert answer["Upload-State"] == state

    def test_keeps_what_was_taken_at_a_visit_that_the_office_does_not_know_of(
        self, clock: Any
    ) -> None:
        clock.set("2026-03-05T14:50", zone="Asia/Shanghai")
        visit, phone = walk.noticed(), Phone(clock)
        assert sent(phone, visit, make.PNG)["Upload-State"] == "quarantined"

    def test_is_shown_to_nobody_and_stands_in_no_list_and_no_report(
        self, phone: Phone, visit: Visit
    ) -> None:
        sent(phone, visit, make.PNG, inside="1")
        document = Document.objects.get(quarantined=True)
        for who in (phone.who, make.supervisor(), make.compliance_officer()):
            client = Client()
            client.force_login(who)
            address = reverse("documents:document", args=[document.number])
            assert client.get(address).status_code == 404
            for page in (
                visit.get_absolute_url(),
                f"{visit.case.get_absolute_url()}?tab=documents",
                reverse("visits:evidence", args=[visit.reference]),
            ):
                assert address not in client.get(page).content.decode()

    def test_is_let_out_by_compliance_with_a_reason(self, phone: Phone, visit: Visit) -> None:
        sent(phone, visit, make.PNG, inside="1")
        evidence = Evidence.objects.get()
        quarantining.release(
            evidence=evidence, reason="债务人事后书面同意", by=make.compliance_officer(),
            at=make.moment("2026-03-06 10:00"),
        )  # fmt: skip
        assert not Document.objects.filter(quarantined=True).exists()
        assert Event.objects.get(kind="evidence.released").data["why"] == "债务人事后书面同意"
        assert not Duty.objects.filter(kind="evidence.quarantine", done_at=None).exists()

    def test_stays_where_it_is_with_a_reason(self, phone: Phone, visit: Visit) -> None:
        sent(phone, visit, make.PNG, inside="1")
        evidence, given = (
            Evidence.objects.get(),
            {"reason": "没有同意", "at": make.moment("2026-03-06 10:00")},
        )
        quarantining.leave_apart(evidence=evidence, by=make.compliance_officer(), **given)
        assert Document.objects.filter(quarantined=True).count() == 1
        assert Event.objects.filter(kind="evidence.stays_apart").count() == 1
        with pytest.raises(StateRefused):
            quarantining.release(evidence=evidence, by=make.compliance_officer(), **given)

    def test_is_decided_by_nobody_else(self, phone: Phone, visit: Visit) -> None:
        sent(phone, visit, make.PNG, inside="1")
        for who in (phone.who, make.supervisor(), make.clerk()):
            with pytest.raises(RightRefused):
                quarantining.release(
                    evidence=Evidence.objects.get(), reason="x", by=who,
                    at=datetime.fromisoformat("2026-03-06T02:00:00+00:00"),
                )  # fmt: skip

    def test_has_a_page_where_compliance_decides_unseen(
        self, phone: Phone, visit: Visit, client: Client
    ) -> None:
        sent(phone, visit, make.PNG, inside="1")
        evidence = Evidence.objects.get()
        client.force_login(make.compliance_officer())
        listed = client.get(reverse("visits:quarantine"))
        address = reverse("visits:decide_quarantine", args=[evidence.pk])
        assert address in listed.content.decode()
        assert evidence.document.number not in client.get(address).content.decode()
        answer = client.post(address, {"how": "release", "reason": "书面同意", "guard_key": "q1"})
        assert answer.status_code == 302
        assert (
            client.get(reverse("documents:document", args=[evidence.document.number])).status_code
            == 200
        )
