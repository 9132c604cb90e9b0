"""S16: three texts; two are refused before they are queued, the third goes."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions.contacting import log_contact
from cases.actions.holding import hold_case
from cases.actions.writing import write_to_debtor
from cases.models import Case, ContactAttempt
from compliance import packs
from notices import relay
from notices.models import Notice
from people.models import ContactPoint, User
from tests import make, walk
from timeline.chain import Verified, verify
from timeline.models import Event
from visits.actions import recording
from visits.models import TalkRecord, Visit
from workflow.models import Duty
from workflow.steps import PolicyRefused

pytestmark = [pytest.mark.django_db, pytest.mark.journey]

AT = make.moment("2026-03-02 10:00")
THREAT = "再不还款我们就上门找你单位"
UNTRUE = "明天法院就来抓人"
PLAIN = "您 2026年3月15日 到期的第 2 期还款，尚有 2,500.00 元未到账。如有困难，请与我们联系。"


def write(case: Case, text: str, *, channel: str = "sms", by: User | None = None) -> Notice:
    make.account()
    ContactPoint.objects.get_or_create(
        person=case.debtor, channel="sms", value="13800000000", defaults={"source": "contract"}
    )
    return write_to_debtor(case=case, channel=channel, text=text, by=by or make.clerk(), at=AT)


class TestWording:
    def test_the_clerk_s_threat_is_refused_with_rule_source_words_and_a_lawful_wording(
        self,
    ) -> None:
        case = make.case()
        with pytest.raises(PolicyRefused) as caught:
            write(case, THREAT)
        found = {finding.rule: finding for finding in caught.value.findings}
        assert found.keys() == {"ST-THREAT", "ST-OTHERS"}
        assert found["ST-THREAT"].inputs["words"] == ["再不还款我们就上门"]
        assert found["ST-OTHERS"].inputs["words"] == ["找你单位"]
        for finding in found.values():
            assert finding.citation.title_zh == "《上门催收内部规则》"
            assert "例如" in finding.remedy["zh"] or "可改为" in finding.remedy["zh"]
        assert not Notice.objects.exists()

    def test_the_officer_s_untruth_in_a_letter_is_refused_too(self) -> None:
        case = make.case()
        with pytest.raises(PolicyRefused) as caught:
            write(case, UNTRUE, channel="letter", by=make.crew()[0])
        assert [f.rule for f in caught.value.findings] == ["ST-FALSE"]
        assert caught.value.findings[0].inputs["words"] == ["法院就来抓人"]
        assert not Notice.objects.exists()

    def test_the_plain_and_true_reminder_goes(self) -> None:
        notice = write(make.case(), PLAIN)
        assert (notice.state, notice.channel) == ("queued", "sms")
        assert relay.send_due(AT).sent == 1
        assert PLAIN in notice.body
        assert notice.body.startswith("王海燕您好")

    def test_refusals_stand_on_the_timeline_and_can_be_decided_again(self) -> None:
        case = make.case()
        for text in (THREAT, UNTRUE):
            with pytest.raises(PolicyRefused):
                write(case, text)
        events = Event.objects.filter(case=case, kind="policy.refused").order_by("number")
        assert [event.data["asked"] for event in events] == ["text.send", "text.send"]
        assert UNTRUE in events[1].data["decision"]["facts"]["text"]
        fresh = Case.objects.get(pk=case.pk)
        assert verify(fresh) == Verified(fresh.event_count, fresh.head)

    def test_compliance_adds_a_phrase_without_code(self, tmp_path: Path) -> None:
        case = make.case()
        write(case, "您的案件将移交催收大队。")
        for name in packs.names():
            for file in (packs.HOME / name).glob("*.toml"):
                copy = tmp_path / name / file.name
                copy.parent.mkdir(exist_ok=True)
                copy.write_text(file.read_text())
        file = tmp_path / "story/wording.toml"
        file.write_text(file.read_text().replace('"走着瞧"', '"走着瞧", "催收大队"', 1))
        packs.refresh(tmp_path)
        try:
            with pytest.raises(PolicyRefused) as caught:
                write(Case.objects.get(pk=case.pk), "您的案件将移交催 收 大 队。")
        finally:
            packs.refresh(packs.HOME)
        assert caught.value.findings[0].inputs["words"] == ["催 收 大 队"]


class TestEveryOutgoingText:
    def test_the_purpose_of_a_visit_is_asked_when_it_is_planned(self) -> None:
        from visits.actions.planning import plan_visit

        case = make.prepared_case()
        with pytest.raises(PolicyRefused) as caught:
            plan_visit(
                case=case, place=case.debtor.addresses.get(), starts_at=walk.VISIT_AT,
                ends_at=make.moment("2026-03-05 15:30"), officers=make.crew(),
                purpose="再不还款就上门找你领导", intended_outcome="还款", by=make.clerk(), at=AT,
            )  # fmt: skip
        assert {f.rule for f in caught.value.findings} == {"ST-THREAT", "ST-OTHERS"}
        assert not Visit.objects.exists()

    def test_the_house_s_own_texts_break_no_rule_of_any_pack(self) -> None:
        creditor = make.creditor(packs=("story", "cn"))
        case = make.prepared_case(of_creditor=creditor)
        make.house_papers(case)
        visit = walk.planned(case=case, starts_at=make.moment("2026-03-06 14:30"))
        from visits.actions.announcing import announce_visit

        announce_visit(
            visit=visit, language="both", channels=["email", "letter"], by=make.clerk(), at=AT
        )
        assert Notice.objects.filter(kind="visit_notice").count() == 2


class TestRecords:
    def test_a_contact_with_such_words_is_kept_and_its_conduct_reviewed(self) -> None:
        case = make.case()
        log_contact(
            case=case, channel="phone", result="reached", remark="已告知：再不还款就上门",
            by=make.clerk(), at=AT,
        )  # fmt: skip
        assert ContactAttempt.objects.get(case=case).remark == "已告知：再不还款就上门"
        noticed = Event.objects.get(case=case, kind="wording.noticed")
        assert noticed.findings[0]["rule"] == "ST-THREAT"
        assert noticed.findings[0]["severity"] == "warn"
        duty = Duty.objects.get(case=case, kind="conduct.review")
        assert duty.role == "compliance"
        assert "再不还款就上门" in duty.says["zh"]

    def test_each_record_opens_its_own_review(self) -> None:
        case = make.case()
        for minute in ("10:00", "11:00"):
            log_contact(
                case=case, channel="phone", result="reached", remark="称其为老赖", by=make.clerk(),
                at=make.moment(f"2026-03-02 {minute}"),
            )  # fmt: skip
        assert Duty.objects.filter(kind="conduct.review").count() == 2

    def test_the_debtor_s_own_words_are_not_put_to_the_rules(self) -> None:
        visit = walk.talking()
        recording.record_talk(
            visit=visit, by=make.crew()[0], at=make.moment("2026-03-05 14:50"),
            record={
                "met": "王海燕", "reason": "other", "willingness": "undecided",
                "statement": "上次有人说我是老赖，还说要告诉我单位", "offer_words": "每月还一部分",
            },
        )  # fmt: skip
        assert TalkRecord.objects.get().statement.startswith("上次有人")
        assert not Duty.objects.filter(kind="conduct.review").exists()

    def test_what_the_officer_writes_of_the_talk_is(self) -> None:
        visit = walk.talking()
        recording.record_talk(
            visit=visit, by=make.crew()[0], at=make.moment("2026-03-05 14:50"),
            record={
                "met": "王海燕", "reason": "other", "willingness": "undecided",
                "reason_words": "已说明不还钱要坐牢", "statement": "",
            },
        )  # fmt: skip
        assert TalkRecord.objects.get().reason_words == "已说明不还钱要坐牢"
        assert Duty.objects.get(kind="conduct.review").rule == "ST-FALSE"


class TestInTheBrowser:
    def form(self, client: Client, case: Case, text: str) -> Any:
        page = client.get(reverse("cases:write", args=[case.reference]))
        return client.post(
            reverse("cases:write", args=[case.reference]),
            {
                "channel": "email", "text": text, "guard_key": page.context["guard_key"],
                "guard_version": page.context["case"].version,
            },
        )  # fmt: skip

    def test_the_card_names_rule_source_and_words(self, client: Client, clock: Any) -> None:
        clock.set("2026-03-02T10:00", zone="Asia/Shanghai")
        case = make.case()
        client.force_login(make.clerk())
        client.cookies["django_language"] = "zh-hans"
        answer = self.form(client, case, UNTRUE)
        assert answer.status_code == 409
        shown = answer.content.decode()
        assert "法院就来抓人" in shown
        assert "ST-FALSE" in shown
        assert "《上门催收内部规则》" in shown
        assert self.form(client, case, PLAIN).status_code == 302

    def test_a_stranger_gets_the_page_of_no_such_case(self, client: Client) -> None:
        case = make.case()
        client.force_login(make.outsider())
        assert client.get(reverse("cases:write", args=[case.reference])).status_code == 404

    def test_words_are_told_before_a_hold_that_will_end(self, client: Client, clock: Any) -> None:
        clock.set("2026-03-02T10:00", zone="Asia/Shanghai")
        case = make.case()
        hold_case(
            case=case, reason="hardship", scope="all", starts_on=date(2026, 3, 2),
            review_on=date(2026, 3, 9), until=date(2026, 3, 20), remark="", by=make.clerk(), at=AT,
        )  # fmt: skip
        client.force_login(make.clerk())
        client.cookies["django_language"] = "en"
        case = Case.objects.get(pk=case.pk)
        assert "ST-FALSE" in self.form(client, case, UNTRUE).content.decode()
        assert "ST-13" in self.form(client, case, PLAIN).content.decode()
