"""A message composed for a case: in its channel and language, from the words that hold."""

from typing import Any

import pytest

from cases.models import Case
from notices.models import Notice
from notices.outbox import write
from notices.texts.composing import CannotCompose, compose
from people.models import Organisation
from tests import make
from tests.notices.cast import told
from workflow.steps import note

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-02 10:00")
REMINDER = {
    "instalment": "2", "amount_missing": "2,500.00", "account": "", "bank": "",
    "due_on": {"zh": "2026年5月15日", "en": "15 May 2026"},
}  # fmt: skip


def made(wording: str, channel: str, language: str = "zh", **given: Any) -> Any:
    case = Case.objects.first() or make.case()
    return compose(
        wording=wording, channel=channel, case=case, recipient=case.debtor, language=language,
        at=AT, **given,
    )  # fmt: skip


class TestCompose:
    def test_writes_a_reminder_by_e_mail_with_sum_and_day_within_its_frame(self) -> None:
        found = made("reminder_after", "email", values=REMINDER)
        assert "您 2026年5月15日 到期的第 2 期还款，尚有 2,500.00 元未到账。" in found.body
        assert found.body.startswith("王海燕 您好：")
        assert "投诉电话：0571-8800 0001" in found.body
        assert found.subject == "清水信用服务致您的信函（HZ-2026-0147）"

    def test_leaves_the_account_out_where_the_creditor_has_none(self) -> None:
        assert "收款账户" not in made("reminder_after", "email", values=REMINDER).body
        with_account = {**REMINDER, "account": "6222", "bank": "西湖银行"}
        assert "收款账户：6222，西湖银行，户名 西湖银行" in (
            made("reminder_after", "email", values=with_account).body
        )

    @pytest.mark.parametrize("channel", ["sms", "wecom", "wechat"])
    def test_tells_a_stranger_neither_sum_nor_debt(self, channel: str) -> None:
        body = made("reminder_after", channel, values=REMINDER).body
        assert "2,500.00" not in body
        assert "还款" not in body
        assert "0571-8800 0000" in body
        assert "清水信用服务（受西湖银行委托）" in body

    def test_writes_both_languages_one_after_the_other(self) -> None:
        body = made("reminder_due", "sms", "both", values=REMINDER).body
        assert body.index("王海燕您好") < body.index("Hello Wang Haiyan")

    def test_remembers_from_which_texts_it_was_made(self) -> None:
        found = made("reminder_after", "email", "both", values=REMINDER)
        assert [(one["wording"], one["language"], one["version"]) for one in found.made_from] == [
            ("reminder_after", "zh", 0), ("reminder_after", "en", 0), ("frame", "zh", 0), ("frame", "en", 0),
        ]  # fmt: skip

    def test_is_refused_where_nobody_could_call_back(self) -> None:
        case = make.case()
        Organisation.objects.filter(pk=case.agency_id).update(phone="")
        with pytest.raises(CannotCompose, match="telephone"):
            made("settlement", "sms")

    def test_is_refused_where_the_writers_own_name_would_tell_a_stranger(self) -> None:
        case = make.case()
        Organisation.objects.filter(pk=case.agency_id).update(name="杭州催收公司")
        with pytest.raises(CannotCompose, match="tell them of the debt"):
            made("settlement", "sms")

    def test_leaves_a_creditor_out_whose_name_would_tell_a_stranger(self) -> None:
        case = make.case()
        Organisation.objects.filter(pk=case.creditor_id).update(name="钱塘小额贷款")
        assert made("settlement", "sms").body.startswith("王海燕您好，我们是清水信用服务。")
        assert "受钱塘小额贷款委托" in made("settlement", "email").body

    def test_carries_what_a_person_wrote_and_says_who_writes(self) -> None:
        body = made("letter", "sms", values={"text": "请在方便时回电。"}).body
        assert body == (
            "王海燕您好，我们是清水信用服务（受西湖银行委托）。请在方便时回电。 联系电话：0571-8800 0000。"
        )


class TestWrite:
    def test_keeps_text_digests_and_the_versions_it_came_from(self) -> None:
        case = make.case()
        kept: list[Notice] = []

        def put(locked: Any, *_: Any) -> None:
            kept.append(
                write(
                    wording="settlement", case=locked, channel="email", recipient=locked.debtor,
                    address="wang@example.com", language="zh", due_at=AT, dedupe_key="one", at=AT,
                )
            )  # fmt: skip

        note(case, event="case.written_to", by=make.clerk(), at=AT, then=put)
        notice = Notice.objects.get()
        assert notice.kind == "settlement"
        assert notice.text_sha256
        assert notice.document_sha256 == ""
        assert [one["wording"] for one in notice.made_from] == ["settlement", "frame"]
        assert told(case, "notice.queued")[0]["kind"] == "settlement"
