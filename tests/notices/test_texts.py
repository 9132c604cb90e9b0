"""Our words: what may be filled in, what is refused, and the texts that come with the program."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction

from notices.aims import WrongAim
from notices.models import Notice
from notices.outbox import write
from notices.texts import checks
from notices.texts.faults import faults, warnings
from notices.texts.filed import Text, UnreadableTexts, filed, read
from notices.texts.placeholders import PLACEHOLDERS, Unfilled, examples, fill, stray_braces
from notices.texts.segments import measure
from notices.texts.wordings import LANGUAGES, OUTSIDE, WORDINGS, of_kind
from tests import make
from tests.notices.cast import MONDAY

ON = date(2026, 3, 2)
QUIET = "{debtor_name}您好，我们是{writer_for}。如有疑问，请致电{writer_phone}。"


def said(
    body: str, *, wording: str = "reminder_after", channel: str = "sms", language: str = "zh",
    subject: str = "",
) -> str:  # fmt: skip
    """All that is wrong with it, in one text."""
    found = faults(Text(body, subject), WORDINGS[wording], channel, language, on=ON)
    return "\n".join(fault.says for fault in found)


class TestFill:
    def test_fills_in_what_is_given(self) -> None:
        assert fill("到期日 {due_on}。", {"due_on": "2026年5月15日"}) == "到期日 2026年5月15日。"

    def test_leaves_out_a_line_that_holds_something_empty(self) -> None:
        text = "我们\n受{principal}委托\n电话 {writer_phone}"
        assert fill(text, {"principal": "", "writer_phone": "1"}) == "我们\n电话 1"

    def test_does_not_look_again_at_what_was_filled_in(self) -> None:
        values = {"debtor_name": "{writer_phone}", "writer_phone": "0571"}
        assert fill("{debtor_name} {writer_phone}", values) == "{writer_phone} 0571"

    @pytest.mark.parametrize(
        "text", ["{{ settings.SECRET_KEY }}", "{% include 'x' %}", "{debtor.name}", "{0}", "{!r}"]
    )
    def test_runs_nothing(self, text: str) -> None:
        assert fill(text, {"debtor_name": "王海燕"}) == text

    def test_is_refused_where_something_that_must_be_told_is_not_known(self) -> None:
        with pytest.raises(Unfilled) as unfilled:
            fill("致电 {writer_phone}", {"writer_phone": ""}, required=["writer_phone"])
        assert unfilled.value.names == ["writer_phone"]

    def test_is_refused_where_nobody_gave_a_value(self) -> None:
        with pytest.raises(Unfilled):
            fill("{due_on}", {})

    def test_is_refused_where_nothing_would_be_left(self) -> None:
        with pytest.raises(Unfilled):
            fill("受{principal}委托", {"principal": ""})


class TestFaults:
    def test_a_plain_true_text_has_none(self) -> None:
        assert said(QUIET) == ""

    def test_words_of_a_pack_are_named_with_the_lawful_wording(self) -> None:
        found = said(QUIET + "再不还款我们就上门找你单位")
        assert "CN-33" in found
        assert "“再不还款我们就上门”" in found
        assert "Write instead, for example" in found

    @pytest.mark.parametrize("text", ["{{ settings.SECRET_KEY }}", "{% include 'x' %}", "{debtor"])
    def test_what_looks_like_a_program_is_named(self, text: str) -> None:
        assert f"“{text}” is nothing that can be filled in" in said(QUIET + text)
        assert stray_braces(text) == [text]

    def test_an_unknown_placeholder_is_named_with_those_that_are_known(self) -> None:
        found = said(QUIET + "{iban}")
        assert "{iban} is not known here" in found
        assert "{due_on}" in found

    def test_a_placeholder_of_another_message_is_not_known(self) -> None:
        assert "{visit_at} is not known here" in said(QUIET + "{visit_at}")

    def test_what_must_be_told_is_missed(self) -> None:
        found = said("您好，请与我们联系。", channel="email")
        assert "{amount_missing} is missing" in found
        assert "{due_on} is missing" in found

    @pytest.mark.parametrize("channel", OUTSIDE)
    def test_no_sum_stands_where_others_can_read_it(self, channel: str) -> None:
        assert "{amount_missing} tells of the debt" in said(
            "提醒：" + QUIET + "{amount_missing}", channel=channel
        )

    @pytest.mark.parametrize("channel", OUTSIDE)
    def test_no_word_of_debt_stands_where_others_can_read_it(self, channel: str) -> None:
        assert "“还款” would tell a stranger" in said("提醒：" + QUIET + "还款", channel=channel)

    def test_no_word_of_debt_stands_in_a_subject(self) -> None:
        body = filed("reminder_after")["email", "zh"].body
        assert "“逾期” would tell a stranger" in said(body, channel="email", subject="逾期提醒")

    def test_chinese_has_to_be_chinese_and_english_english(self) -> None:
        body = "Hello {debtor_name}, {writer_for}, {writer_phone}."
        assert "there is no Chinese in it" in said(body)
        assert "there is Chinese in it" in said(QUIET, language="en")

    def test_an_item_of_wechat_is_a_name_and_what_it_says(self) -> None:
        body = "发送单位：{writer_for}\n联系电话：{writer_phone}\n谢谢"
        assert "“谢谢” is no item" in said(body, channel="wechat")

    def test_an_empty_text_is_told(self) -> None:
        assert "There is no text" in said(" \n ")

    def test_a_subject_stands_only_where_there_is_one(self) -> None:
        assert "has no subject" in said(QUIET, subject="您好")
        body = filed("settlement")["portal", "zh"].body
        assert "needs a subject" in said(body, wording="settlement", channel="portal")

    def test_what_is_too_long_to_be_read_is_only_warned_of(self) -> None:
        long = QUIET + "谢谢。" * 60
        assert said(long) == ""
        assert "It takes 4 parts" in warnings(Text(long), "sms", "zh", "清水信用服务")[0]
        assert warnings(Text(QUIET), "sms", "zh") == []
        assert warnings(Text(long), "wecom", "zh") == []


class TestAims:
    def test_a_demand_is_named_in_a_text_that_is_sent_for_something_else(self) -> None:
        demand = "已收到您支付的 {amount_paid} 元，凭据 {receipt}，尚余 {balance} 元，请尽快还清。"
        found = said(demand, wording="payment_receipt", channel="portal", subject="凭据")
        assert "ST-AIM" in found
        assert "“请尽快还" in found

    def test_a_demand_is_named_in_word_of_a_message_whatever_that_is_for(self) -> None:
        found = said("Pay what you owe: {portal_link}", wording="portal_bell", language="en")
        assert "ST-AIM" in found

    def test_an_agreed_instalment_may_be_asked_for(self) -> None:
        text = "您 {due_on} 到期的 {amount_missing} 元尚未到账，请及时还款。"
        assert "ST-AIM" not in said(text, channel="portal", subject="提醒")

    @pytest.mark.django_db
    def test_a_message_goes_for_nothing_that_it_was_not_meant_for(self) -> None:
        case = make.case()
        given: dict[str, Any] = {
            "case": case, "channel": "letter", "recipient": case.debtor, "address": "杭州",
            "language": "zh", "at": MONDAY, "due_at": MONDAY, "values": {},
        }  # fmt: skip
        with transaction.atomic(), pytest.raises(WrongAim, match="visit_crew"):
            write(wording="visit_crew", dedupe_key="x", **given)  # nobody said what it is for
        with transaction.atomic(), pytest.raises(WrongAim, match="lawyers_letter"):
            write(
                wording="lawyers_letter", kind="letter", about={"aim": "serving"}, dedupe_key="y",
                **given,
            )  # fmt: skip


class TestTheTextsOfTheProgram:
    def test_have_no_fault(self) -> None:
        assert checks.problems(ON) == []

    def test_speak_of_every_kind_of_notice(self) -> None:
        assert [kind for kind in Notice.Kind.values if not of_kind(kind)] == []

    @pytest.mark.parametrize(
        "name", [one.name for one in WORDINGS.values() if "sms" in one.channels]
    )
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_take_two_short_messages_at_most(self, name: str, language: str) -> None:
        text = fill(filed(name)["sms", language].body, examples(language))
        assert measure(text, "清水信用服务" if language == "zh" else "").parts <= 2

    def test_are_refused_at_start_where_one_is_missing(self) -> None:
        wording = WORDINGS["settlement"]
        texts = {
            place: text for place, text in filed("settlement").items() if place != ("sms", "en")
        }
        assert checks.of_texts(texts, wording, ON) == ["settlement sms.en: the text is missing."]

    def test_are_refused_at_start_with_a_word_that_a_pack_forbids(self) -> None:
        texts = {**filed("settlement"), ("portal", "zh"): Text("法院传票已寄出", "您好")}
        assert "法院传票" in checks.of_texts(texts, WORDINGS["settlement"], ON)[0]

    def test_are_refused_at_start_for_a_channel_that_is_not_theirs(self) -> None:
        texts = {**filed("frame"), ("sms", "zh"): Text("您好")}
        assert checks.of_texts(texts, WORDINGS["frame"], ON) == [
            "frame sms.zh: this message has no such channel."
        ]

    @pytest.mark.parametrize(
        "content",
        [b"[fax.zh]\nbody = 'x'", b"[sms.fr]\nbody = 'x'", b"[sms.zh]\nbody = 1", b"[sms.zh]\ncss = 'x'", b"[", b"\xff"],
    )  # fmt: skip
    def test_cannot_be_read_where_the_file_is_another(self, content: bytes) -> None:
        with pytest.raises(UnreadableTexts):
            read(content, "x")

    def test_every_placeholder_has_an_example_in_both_languages(self) -> None:
        assert all(one.zh and one.en for one in PLACEHOLDERS.values())
