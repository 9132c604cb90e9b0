"""The frame around every message, in each language, and subjects that tell a stranger nothing."""

import pytest

from cases.models import Case
from notices import wording
from tests import make

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-02 10:00")
SAYS = {"zh": "请回电。", "en": "Please call us."}


class TestFrame:
    def test_names_writer_principal_ways_to_reach_and_to_complain_in_chinese(self) -> None:
        case = make.case()
        text = wording.frame(case=case, recipient=case.debtor, says=SAYS, language="zh", at=AT)
        assert text == (
            "王海燕 您好：\n\n请回电。\n\n清水信用服务\n受西湖银行委托\n案件编号：HZ-2026-0147\n\n"
            "如何联系我们：\n  电话：0571-8800 0000\n  地址：杭州市拱墅区湖墅路 9 号\n\n"
            "如对我们的工作不满意，请拨打投诉电话：0571-8800 0001\n"
            "金融消费者投诉维权热线：12378\n\n如本邮件并非发给您，请删除并告知我们，请勿转发。\n"
        )

    def test_says_the_same_in_english(self) -> None:
        case = make.case()
        text = wording.frame(case=case, recipient=case.debtor, says=SAYS, language="en", at=AT)
        assert text.startswith(
            "Dear Wang Haiyan,\n\nPlease call us.\n\nClear Water Credit Services\n"
        )
        assert "on behalf of West Lake Bank" in text
        assert "our complaint line is 0571-8800 0001" in text
        assert "12378" in text

    def test_gives_both_with_chinese_first(self) -> None:
        case = make.case()
        text = wording.frame(case=case, recipient=case.debtor, says=SAYS, language="both", at=AT)
        assert text.index("请回电") < text.index(wording.RULE) < text.index("Please call us")

    def test_keeps_what_looks_like_markup_as_it_is(self) -> None:
        case = make.case()
        text = wording.frame(
            case=case,
            recipient=case.debtor,
            says={"en": "<b>4 & 5</b> {{ case }}"},
            language="en",
            at=AT,
        )
        assert "<b>4 & 5</b> {{ case }}" in text

    def test_refuses_a_language_in_which_nothing_is_said(self) -> None:
        case = make.case()
        with pytest.raises(KeyError):
            wording.frame(
                case=case, recipient=case.debtor, says={"zh": "请"}, language="both", at=AT
            )

    def test_leaves_out_the_principal_where_the_creditor_writes(self) -> None:
        case = Case.objects.get(pk=make.case().pk)
        case.agency = None
        text = wording.frame(case=case, recipient=case.debtor, says=SAYS, language="zh", at=AT)
        assert "受西湖银行委托" not in text
        assert "\n西湖银行\n" in text


class TestSubject:
    @pytest.mark.parametrize("language", ["zh", "en", "both"])
    def test_tells_a_stranger_nothing(self, language: str) -> None:
        subject = wording.quiet_subject(make.case(), language, AT)
        assert not wording.tells_of_debt(subject, Case.objects.get(), AT)
        assert "HZ-2026-0147" in subject

    def test_leaves_out_a_name_that_would_tell(self) -> None:
        firm = make.agency()
        type(firm).objects.filter(pk=firm.pk).update(
            name="杭州催收公司", name_en="Debt Collect Ltd"
        )
        case = make.case()
        for language in ("zh", "en", "both"):
            subject = wording.quiet_subject(case, language, AT)
            assert not wording.tells_of_debt(subject, case, AT)

    @pytest.mark.parametrize(
        "text",
        ["欠款", "逾期提醒", "催收函", "还款计划", "Repayment plan", "your DEBTS", "Loan 12"],
    )
    def test_words_of_debt_are_known(self, text: str) -> None:
        assert wording.tells_of_debt(text, make.case(), AT)

    @pytest.mark.parametrize("text", ["来访预约", "A visit on Thursday", "Alone", "Recollection"])
    def test_other_words_are_let_be(self, text: str) -> None:
        assert not wording.tells_of_debt(text, make.case(), AT)

    def test_any_word_might_tell_where_no_pack_says_which(self) -> None:
        case = make.case()
        case.packs = []
        assert wording.tells_of_debt("来访预约", case, AT)


def test_every_carrier_serves_a_channel_that_is_served_by_machine() -> None:
    from notices.channels import automatic, carriers

    assert {carrier.channel for carrier in carriers().values()} <= set(automatic())
