"""S10: the debtor complains by the link on her slip; the case rests, and somebody who had no part in it answers."""

import io
import wave
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.papers.closing import closure_report_pdf
from agreements.tasks import sweep_instalments
from cases.models import Case
from documents.blocks import Para
from notices import relay
from notices.models import Notice
from quality.models import Complaint
from tests import make, walk
from tests.agreements import cast
from tests.conftest import Mailbox
from tests.portal.own_cast import DEBT
from tests.quality.cast import answers, browser, queue_three
from timeline.chain import Verified, verify
from timeline.models import Event
from visits import tokens
from visits.actions import recording
from visits.models import Visit
from visits.slip import compose_slip
from workflow.models import Duty
from workflow.steps import PolicyRefused

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]

AT = make.moment("2026-04-02 09:10")  # a Thursday
SAID = "外访员说话声音很大"


def sound() -> bytes:
    """A moment of silence in place of what was said."""
    kept = io.BytesIO()
    with wave.open(kept, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes([128]) * 800)
    return kept.getvalue()


@pytest.fixture
def visit() -> Visit:
    """The visit of S2 with its recording; a plan was signed and is in follow-up, and three messages wait."""
    visit = walk.talked()
    recording.add_evidence(
        visit=visit, filename="录音.wav", content=sound(), caption="全程录音", inside=False,
        by=make.crew()[0], at=make.moment("2026-03-05 14:51"),
    )  # fmt: skip
    recording.finish_visit(
        visit=visit, outcome="agreement", why="", by=make.crew()[0],
        at=make.moment("2026-03-05 14:52"),
    )  # fmt: skip
    cast.signed(cast.again(visit.case), channel="")
    queue_three(cast.again(visit.case))
    return Visit.objects.get(pk=visit.pk)


def said_on(visit: Visit) -> list[str]:
    """What stands on her slip in Chinese."""
    paper = compose_slip(visit, AT, (visit.case.event_count, visit.case.head))
    return [block.text["zh"] for block in paper.blocks if isinstance(block, Para)]


@pytest.fixture
def complaint(visit: Visit, clock: Any) -> Complaint:
    """What she sends in from the page of the code on her slip, at ten past nine."""
    clock.set(AT)
    link = tokens.complaint_address(visit)
    assert link in "".join(said_on(visit))
    answer = Client().post(f"/{link.split('/', 3)[3]}", {"what": "manner", "words": SAID})
    assert answer.status_code == 200
    return Complaint.objects.get()


@pytest.mark.parametrize(
    ("language", "thanks"),
    [("zh", "谢谢，我们已收到"), ("en", "Thank you, it has come in")],
)
def test_is_sent_in_from_a_small_old_phone_without_a_script(
    open_page: Any, visit: Visit, clock: Any, language: str, thanks: str
) -> None:
    clock.set(AT)
    address = tokens.complaint_address(visit).split("/", 3)[3]
    page = open_page(width=360, height=740, language=language, java_script_enabled=False)
    page.goto(f"/{address}")
    assert not DEBT.search(page.inner_text("main"))
    page.locator("[name=what]").first.select_option("manner")
    page.locator("[name=words]").fill(SAID)
    page.locator("[name=words] ~ button").click()
    assert thanks in page.inner_text("main")
    complaint = Complaint.objects.get()
    assert complaint.number in page.inner_text("main")
    assert (complaint.what, complaint.words) == ("manner", SAID)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert Case.objects.get(pk=complaint.case_id).held_until is not None


class TestComplaintInFollowUp:
    def test_from_the_link_to_the_answer(
        self, complaint: Complaint, clock: Any, mailbox: Mailbox
    ) -> None:
        case = cast.again(complaint.case)
        assert case.state == "follow_up"

        # The hold in the same second, and everything that waited has stopped.
        assert AT <= complaint.received_at < AT + timedelta(minutes=5)
        assert complaint.hold is not None
        assert complaint.hold.placed_at == complaint.received_at
        waited = Notice.objects.filter(dedupe_key__startswith="three:")
        assert [n.state for n in waited] == ["suppressed"] * 3
        with pytest.raises(PolicyRefused):
            walk.planned(
                case=case, starts_at=make.moment("2026-04-09 10:00"), at=AT + timedelta(hours=1)
            )

        # Both clocks, as duties of compliance.
        due = dict(Duty.objects.filter(kind__startswith="complaint.").values_list("kind", "due_at"))
        assert due["complaint.letter"] == make.moment("2026-04-03 23:59")
        assert due["complaint.answer"] == make.moment("2026-04-17 23:59")

        # The officers can neither see nor edit it.
        for officer in make.crew():
            assert case.keeps_from(officer)
            desk = browser(officer)
            for name in ("complaint", "those", "decide"):
                page = reverse(f"quality:{name}", args=[complaint.number])
                assert desk.get(page).status_code == 404
                assert desk.post(page, {"outcome": "not_upheld"}).status_code == 404
            for page in (
                case.get_absolute_url(), reverse("desk:timeline", args=[case.reference]),
                f"{case.get_absolute_url()}?tab=notices", f"/?q={complaint.number}",
            ):  # fmt: skip
                said = desk.get(page).content.decode()
                assert SAID not in said
                assert "A complaint came in" not in said

        # The holding letter within a working day; nothing else leaves, not even what the sweep would send.
        clock.set(AT + timedelta(hours=2))
        reviewer = browser(make.compliance_officer())
        assert reviewer.post(reverse("quality:letter", args=[complaint.number])).status_code == 302
        sweep_instalments()
        relay.send_due(AT + timedelta(hours=2, minutes=1))  # the clock runs on between the two
        sent = Notice.objects.filter(begun_at__gte=AT)
        assert [n.about.get("aim") for n in sent] == ["complaint"]
        (letter,) = mailbox.wait()
        assert complaint.number in letter["Subject"]

        # Timeline, audio and questions on one page.
        page = reviewer.get(complaint.get_absolute_url()).content.decode()
        assert SAID in page
        assert "<audio" in page
        assert "A complaint came in" in page
        assert "They spoke calmly and politely" in page
        given = {f"{code}_score": one["score"] for code, one in answers(manner="0").items()}
        assert reviewer.post(complaint.get_absolute_url(), given).status_code == 302

        # Only a decision ends the hold.
        clock.set("2026-04-10T10:00", zone="Asia/Shanghai")
        release = reverse("cases:release_hold", args=[case.reference, complaint.hold_id])
        assert reviewer.post(release, {"why": "已处理"}).status_code == 422
        assert Case.objects.get(pk=case.pk).held_until is not None
        decided = reviewer.post(
            reverse("quality:decide", args=[complaint.number]),
            {
                "outcome": "upheld",
                "reason": "录音显示语气不当。",
                "remedy": "已更换外访员，并向您致歉。",
            },
        )
        assert decided.status_code == 302
        case = Case.objects.get(pk=case.pk)
        assert case.held_until is None

        # The outcome reaches the debtor and the closure report.
        relay.send_due(make.moment("2026-04-10 10:01"))  # the clock runs on between the two
        answer = mailbox.wait(2)[-1]
        assert complaint.number in answer["Subject"]
        assert "录音显示语气不当。" in Notice.objects.get(pk=Complaint.objects.get().answer_id).body
        at = make.moment("2026-04-10 10:05")
        report = closure_report_pdf(case, by=make.clerk(), at=at)
        assert report.startswith(b"%PDF")
        from quality.papers import complaint_blocks

        (row,) = complaint_blocks(case, at)[1].rows
        assert (row[0], row[3]["zh"]) == (complaint.number, "投诉成立")
        case = cast.again(case)
        assert verify(case) == Verified(case.event_count, case.head)
        assert Event.objects.filter(case=case, kind="complaint.decided").exists()
