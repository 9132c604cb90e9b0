"""The demo's words: compliance has softened a reminder, which was released, proposes a shorter SMS, and enters what a carrier approved."""

from datetime import datetime

from common.clock import local_day
from demo.cast import Cast
from demo.diary import ZONE, Diary
from notices.models import ChannelAccount, MessageVersion
from notices.texts.approved import keep_template
from notices.texts.changing import propose_wording, release_wording
from notices.texts.pages import PAGE
from people.models import Organisation

SOFTER = (
    "温馨提醒：您的第 {instalment} 期还款 {amount_missing} 元将于 {due_on} 到期，您可以在此之前任意一天付款。\n"
    "收款账户：{account}，{bank}，户名 {creditor_name}。附言：{reference}。\n"
    "如您已付款，谢谢，请忽略本消息。如近期有困难，请随时与我们联系，一起商量合适的办法。"
)
WHY_SOFTER = "有债务人反映提醒语气生硬；改为先说明可提前付款，再说明有困难可以商量"
SHORTER = "{debtor_name}您好，我们是{writer_for}。有一件事想与您确认，请在方便时致电{writer_phone}，谢谢。"
WHY_SHORTER = "逾期后的短信缩短为一条，只请对方回电"
SIGNATURE = "清水信用"
GAPS = [["name", "{debtor_name}"], ["who", "{writer_for}"], ["phone", "{writer_phone}"]]
APPROVED = [
    ("settlement", "SMS_482915037", "${name}您好，我们是${who}。您与我们之间的事项已全部办妥，证明将通过邮件或信件交给您，请妥善保存。如有疑问，请致电${phone}。"),
    ("agreement_copy", "SMS_482915112", "${name}您好，我们是${who}。您今日签署的文件副本将寄给您。如有疑问，请致电${phone}。"),
]  # fmt: skip
"""The first is the text that holds; the second is another than ours, so it is not sent."""
OWN = "{text}\n如您愿意，也可以到{writer_address}面谈，我们会安排单独的会客室。"
WHY_OWN = "本机构提供面谈场所，在自拟信函中一并告知"
CLEARER = {
    "zh": "根据我们的记录，您尚有 {total_open} {currency}未还。\n如果您觉得数目不对，请告诉我们，我们会先核对。",
    "en": "By our records, you still owe {currency} {total_open}.\nIf you think that this is wrong, tell us. We check it first.",
}
WHY_CLEARER = "首页只写了金额，没有写对金额有疑问怎么办；补一句，让人知道可以先核对"
AGREED = "语气合适，内容完整，同意启用"


def change_texts(cast: Cast, diary: Diary) -> None:
    """Texts that were released and used since, one that is an agency's own, some that wait for a second person.

    Of the words of the first page the Chinese ones were released, and the English ones wait.
    """
    softer: list[MessageVersion] = []
    clearer: list[MessageVersion] = []
    own: list[MessageVersion] = []

    def soften(at: datetime) -> None:
        softer.append(_propose(cast, "email", SOFTER, WHY_SOFTER, at, wording="reminder_before"))

    def agree(at: datetime) -> None:
        release_wording(version=softer[0], answer=AGREED, by=cast.users["supervisor"], at=at)

    diary.enter(diary.moment(-75, 16, 5), lambda at: _approved(cast, at))
    diary.enter(diary.moment(-60, 10, 15), soften)
    diary.enter(diary.moment(-60, 14, 40), agree)

    def have_own(at: datetime) -> None:
        own.append(
            _propose(
                cast, "letter", OWN, WHY_OWN, at, wording="letter",
                organisation=cast.teams["杭州一组"].organisation,
            )
        )  # fmt: skip

    def agree_to_own(at: datetime) -> None:
        release_wording(version=own[0], answer=AGREED, by=cast.users["supervisor"], at=at)

    diary.enter(diary.moment(-50, 9, 30), have_own)
    diary.enter(diary.moment(-50, 11, 10), agree_to_own)

    def make_clearer(at: datetime) -> None:
        clearer.append(_clearer(cast, "zh", at))

    def agree_to_clearer(at: datetime) -> None:
        release_wording(version=clearer[0], answer=AGREED, by=cast.users["supervisor"], at=at)

    diary.enter(diary.moment(-40, 9, 20), make_clearer)
    diary.enter(diary.moment(-40, 15, 45), agree_to_clearer)
    diary.enter(diary.moment(-2, 10, 40), lambda at: _clearer(cast, "en", at))
    diary.enter(
        diary.moment(-1, 15, 20), lambda at: _propose(cast, "sms", SHORTER, WHY_SHORTER, at)
    )


def _approved(cast: Cast, at: datetime) -> None:
    """What the agency's carrier of SMS has approved, for an account that is not in use yet."""
    by = cast.users["compliance"]
    account = ChannelAccount(
        organisation=cast.teams["杭州一组"].organisation, channel="sms", provider="alibaba_sms",
        settings={"sign_name": SIGNATURE}, is_active=False, changed_by=by, changed_at=at,
    )  # fmt: skip
    account.secrets = {}
    account.save()
    for wording, number, text in APPROVED:
        keep_template(
            account=account, wording=wording, language="zh", number=number, signature=SIGNATURE,
            text=text, parameters=GAPS, by=by, at=at,
        )  # fmt: skip


def _propose(
    cast: Cast,
    channel: str,
    body: str,
    why: str,
    at: datetime,
    wording: str = "reminder_after",
    language: str = "zh",
    organisation: Organisation | None = None,
) -> MessageVersion:
    return propose_wording(
        wording=wording, channel=channel, language=language, subject="", body=body, reason=why,
        valid_on=local_day(at, ZONE), based_on=0, by=cast.users["compliance"], at=at,
        organisation=organisation,
    )  # fmt: skip


def _clearer(cast: Cast, language: str, at: datetime) -> MessageVersion:
    return _propose(
        cast, PAGE, CLEARER[language], WHY_CLEARER, at, wording="home.open", language=language
    )
