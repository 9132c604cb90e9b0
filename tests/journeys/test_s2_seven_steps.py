"""S2: one case through all seven steps, in Chromium, with a real worker, Redis, PostgreSQL and SMTP."""

import time
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.utils.translation import override
from pypdf import PdfReader

from agreements.models import Agreement
from agreements.policy import ledger_sums, owed_by_component
from cases.models import Case
from documents.models import Document
from documents.render import check_path
from notices.models import Notice
from tests import make
from timeline.chain import Verified, verify
from timeline.models import Event
from visits.models import Visit

pytestmark = pytest.mark.django_db(transaction=True)


def eventually(check: Callable[[], bool], seconds: float = 40) -> None:
    """Wait until the worker has done it."""
    until = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.2)


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name).first.click()
    page.wait_for_load_state()


def text_of(document: Document) -> str:
    with document.file.open("rb") as file:
        pages = PdfReader(BytesIO(file.read())).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


class TestSevenSteps:
    def test_runs_from_preparation_to_closure_without_a_step_left_out(
        self, open_page: Any, sign_in: Any, clock: Any, worker: Any, mailbox: Any
    ) -> None:
        zone = "Asia/Shanghai"
        clock.set("2026-03-02T09:30", zone=zone)
        make.crew()
        make.supervisor()
        case = make.prepared_case()
        desk = open_page()
        sign_in(desk, make.clerk())
        self.plan_and_announce(desk, case)
        [letter] = mailbox.wait(1)
        assert "债" not in str(letter["subject"])
        assert "debt" not in str(letter["subject"]).lower()
        eventually(lambda: Case.objects.get(pk=case.pk).state == "notice")

        clock.set("2026-03-05T14:31", zone=zone)
        door = open_page(width=390, height=844)
        sign_in(door, make.crew()[0])
        self.at_the_door(door)
        assert Case.objects.get(pk=case.pk).state == "on_site_talk"

        self.waiver(door, open_page, sign_in, case)
        self.agreement(door, case)
        self.ties(case, Decimal("39000.00"))
        case = Case.objects.get(pk=case.pk)
        assert case.state == "follow_up"
        assert (case.principal, case.interest, case.fees) == (
            Decimal("38600.00"), Decimal("400.00"), Decimal("0.00"),
        )  # fmt: skip

        desk.reload()
        for number in range(6):
            clock.set(f"2026-{4 + number:02d}-15T10:00", zone=zone)
            self.pay(desk, case, number)
        assert Case.objects.get(pk=case.pk).balance == Decimal("0.00")
        self.close(desk, case)
        self.leave_nothing_open(desk, case)
        self.tells_the_whole_story(case)
        self.paper_can_be_checked(open_page(width=390, height=844))

    def plan_and_announce(self, page: Any, case: Case) -> None:
        page.goto(case.get_absolute_url())
        page.get_by_role("link", name="Plan a visit").first.click()
        page.fill("[name=starts_at]", "2026-03-05T14:30")
        for badge in ("021", "034"):
            page.locator("[name=officers]").nth(("021", "034").index(badge)).check()
        press(page, "Plan the visit")
        page.wait_for_url("**/visits/V-*/")
        visit = Visit.objects.get()
        page.goto(f"/visits/{visit.reference}/announce/")
        page.check("[name=email]")
        page.check("[name=letter]")
        press(page, "Send the notice")
        page.wait_for_url("**/visits/V-*/")

    def at_the_door(self, page: Any) -> None:
        visit = Visit.objects.get()
        page.goto(f"/door/{visit.reference}/")
        page.locator("[name=people][value='2']").check()
        page.locator("[name=props][value=no]").check()
        press(page, "We set out")
        assert "40,000" not in page.content()
        page.locator("button[name=badge]").first.click()
        page.wait_for_load_state()
        page.locator("button[name=badge]").first.click()
        page.wait_for_load_state()
        press(page, "We ring now")
        press(page, "Yes, record")
        page.fill("[name=name_said]", "王海燕")
        page.fill("[name=second_fact]", "2427")
        press(page, "It is the person we look for")
        press(page, "Said and shown")
        press(page, "Said and shown")
        press(page, "Yes, now")
        while page.locator("button[name=answer]").count():  # coming in, filming
            page.locator("button[name=answer]").first.click()
            page.wait_for_load_state()
        for _paper in range(3):
            press(page, "Shown and explained")
        page.locator(".door-thumb button").first.click()  # the talk begins
        page.wait_for_load_state()
        page.select_option("[name=reason]", "lost_work")
        page.select_option("[name=willingness]", "ready")
        page.fill("[name=statement]", "我想还，但要分期。")
        page.locator(".door-thumb button").first.click()
        page.wait_for_load_state()

    def waiver(self, door: Any, open_page: Any, sign_in: Any, case: Case) -> None:
        door.goto(f"/cases/{case.reference}/waiver/")
        door.fill("[name=fees]", "242.00")
        door.fill("[name=interest]", "758.00")
        door.fill("textarea[name=reason]", "停工，生活困难")
        press(door, "Ask the supervisor")
        other = open_page(width=390, height=844)
        sign_in(other, make.supervisor())
        other.goto("/approvals/")
        other.get_by_role("link", name="Waiver").first.click()
        other.fill("[name=answer]", "同意减免")
        other.check("[name=granted][value=yes]")
        press(other, "Decide")

    def agreement(self, page: Any, case: Case) -> None:
        page.goto(f"/cases/{case.reference}/agreement/")
        page.fill("[name=first_on]", "2026-04-15")
        page.fill("[name=count]", "6")
        page.fill("[name=waived_fees]", "242.00")
        page.fill("[name=waived_interest]", "758.00")
        page.select_option("select[name=language]", "both")
        page.locator("#act-form button.btn-primary").click()
        page.wait_for_url("**/agreements/*/")
        agreement = Agreement.objects.get()
        assert agreement.total == Decimal("39000.00")
        press(page, "Offer it to the debtor")
        page.goto(f"/agreements/{agreement.number}/terms/")
        while page.locator("button[name=term]").count():
            page.locator("button[name=term]").first.click()
            page.wait_for_load_state()
        for side, name in (("debtor", "王海燕"), ("creditor", "李伟")):
            page.goto(f"/agreements/{agreement.number}/sign/{side}/")
            page.fill("[name=name]", name)
            box = page.locator("canvas").bounding_box()
            page.mouse.move(box["x"] + 20, box["y"] + 30)
            page.mouse.down()
            for step in range(1, 12):
                page.mouse.move(box["x"] + 20 + step * 20, box["y"] + 30 + (step % 4) * 15)
            page.mouse.up()
            page.locator(".door-thumb button").first.click()
            page.wait_for_load_state()
        eventually(lambda: Agreement.objects.get().state == "signed", 20)
        visit = Visit.objects.get()
        page.goto(f"/door/{visit.reference}/")
        page.check("[name=outcome][value=agreement]")
        page.locator(".door-thumb button").first.click()
        page.wait_for_load_state()
        for _officer in range(2):
            page.locator("button[name=badge]").first.click()
            page.wait_for_load_state()

    def pay(self, page: Any, case: Case, number: int) -> None:
        page.goto(f"/cases/{case.reference}/pay/")
        page.fill("[name=amount]", "6,500.00")
        page.fill("[name=bank_reference]", f"BK-{number}")
        page.fill("[name=received_at]", f"2026-{4 + number:02d}-15T09:30")
        page.select_option("[name=received_by]", "creditor")
        press(page, "Book it")
        page.wait_for_url("**/cases/*/?tab=agreement")
        self.ties(case, Decimal("39000.00") - (number + 1) * Decimal("6500.00"))

    def ties(self, case: Case, balance: Decimal) -> None:
        """The case, its ledger and what is missing of the plan say the same."""
        case = Case.objects.get(pk=case.pk)
        assert case.balance == balance
        assert ledger_sums(case) == owed_by_component(case)
        plan = Agreement.objects.get().instalments.all()
        assert sum(row.missing for row in plan) == balance

    def close(self, page: Any, case: Case) -> None:
        page.goto(f"/cases/{case.reference}/close/")
        press(page, "Issue and send it")
        page.goto(f"/cases/{case.reference}/close/")
        page.get_by_role("link", name="Give it back").first.click()
        page.fill("[name=returned_to]", "王海燕")
        page.locator("form button.btn-primary").first.click()
        page.wait_for_load_state()
        page.goto(f"/cases/{case.reference}/close/")
        press(page, "Write it")
        page.goto(f"/cases/{case.reference}/close/")
        page.get_by_role("button", name="Close the case").first.click()
        confirm = page.locator("dialog[open] button.btn-primary")
        if confirm.count():
            confirm.first.click()
        eventually(lambda: Case.objects.get(pk=case.pk).state == "closure", 20)
        page.wait_for_url(f"**/cases/{case.reference}/")  # its answer comes after what it has done

    def leave_nothing_open(self, page: Any, case: Case) -> None:
        """The agency's data are accounted for, and the original's way through the house can be read."""
        page.goto(f"/cases/{case.reference}/close/")
        page.get_by_role("link", name="Make the certificate").click()
        page.select_option("[name=how]", "both")
        page.fill("[name=what]", "联系方式、上门影像")
        page.fill("[name=signed_by]", "周敏")
        press(page, "Make the certificate")
        page.goto(f"/cases/{case.reference}/originals/")
        page.get_by_text("Taken into custody").first.wait_for()
        page.get_by_text("Given back to its owner").first.wait_for()
        assert "联系方式" in text_of(Document.objects.get(kind="data_certificate"))

    def paper_can_be_checked(self, page: Any) -> None:
        """By a stranger, at the address that the QR code holds."""
        paper = Document.objects.get(kind="agreement")
        with paper.file.open("rb") as file:
            genuine = file.read()
        edited = genuine.replace(b"%%EOF", b"%%E0F", 1)
        for content, answer in (
            (genuine, "Genuine and unchanged."), (edited, "This file was not issued here."),
        ):  # fmt: skip
            page.goto(check_path(Agreement.objects.get().number))
            page.locator("input[type=file]").set_input_files(
                {"name": "agreement.pdf", "mimeType": "application/pdf", "buffer": content}
            )
            page.get_by_role("button", name="Compare").click()
            page.get_by_text(answer).wait_for()

    def report_names_all(self, case: Case, report: str) -> None:
        """Every notice, person, version of the rules and payment of the case stands in the closure report."""
        written = Document.objects.get(kind="closure_report").created_at
        for payment in case.payments.all():
            assert payment.number in report
        with override("zh-hans"):
            for notice in case.notices.filter(queued_at__lte=written):
                assert "".join(notice.called().split()) in report, notice
        last = Event.objects.get(case=case, kind="case.reported").data["events"]
        before = Event.objects.filter(case=case, number__lte=last)
        for name in set(before.values_list("actor_name", flat=True)) - {"system"}:
            assert "".join(name.split()) in report, name
        for told in before.filter(data__has_key="decision").values_list("data", flat=True):
            for pack, version in told["decision"].get("packs", {}).items():
                assert f"{pack}{version}" in report, (pack, version)

    def tells_the_whole_story(self, case: Case) -> None:
        case = Case.objects.get(pk=case.pk)
        assert verify(case) == Verified(case.event_count, case.head)
        steps = [
            event.data["step"]
            for event in Event.objects.filter(case=case).order_by("number")
            if "step" in event.data
        ]
        assert steps == [
            "notice", "credential_display", "on_site_talk", "agreement", "follow_up", "closure",
        ]  # fmt: skip
        signed = text_of(Document.objects.get(kind="agreement"))
        for told in ("王海燕", "39,000.00", "6,500.00", "叁万玖仟元整", "Repayment", "减免"):
            assert told in signed
        report = text_of(Document.objects.get(kind="closure_report"))
        for told in ("HZ-2026-0147", "李伟", "王芳", "6,500.00", "story", "0.00"):
            assert told in report
        self.report_names_all(case, report)
        assert "结清证明" in text_of(Document.objects.get(kind="settlement"))
        assert not Notice.objects.filter(state__in=["failed", "doubtful"]).exists()
