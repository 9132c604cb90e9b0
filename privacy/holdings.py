"""All that a case holds of one person, in an order in which that person can read it; others in it are masked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from cases.models import Case
from common.clock import local
from common.money import show
from documents.blocks import Words, words
from documents.letterhead import behind
from people.masking import mask_in, people_of
from people.models import Person


@dataclass
class Holding:
    """One kind of data: what it is called, the names of its columns, its rows."""

    key: str
    title: Words
    columns: tuple[Words, ...]
    rows: list[list[str]] = field(default_factory=list)


def holdings_of(case: Case, person: Person) -> list[Holding]:
    """What is held of the person, by kind; of whoever is not the debtor only what was said of that one alone.

    Files are named and not copied: who wants one is given it apart. What is in quarantine belongs to nobody's copy.
    """
    found = [*_own(case, person)]
    if person.pk == case.debtor_id:
        found += _of_debtor(case)
    found.append(_passed_on(case))
    others = [one for one in people_of(case) if one.pk != person.pk]
    for one in found:
        one.rows = [[_without(text, others) for text in row] for row in one.rows]
    return [one for one in found if one.rows]


def as_json(case: Case, person: Person, found: list[Holding], at: datetime) -> dict[str, Any]:
    """The same for a machine: keys in English, each row by the names of its columns."""
    return {
        "format": "doorstep-personal-data", "version": 1, "case": case.reference,
        "person": person.name, "made_at": at.isoformat(),
        "data": {
            one.key: [
                {column["en"]: text for column, text in zip(one.columns, row, strict=True)}
                for row in one.rows
            ]
            for one in found
        },
    }  # fmt: skip


def _without(text: str, others: list[Person]) -> str:
    for one in others:
        text = mask_in(text, one)
    return text


def _day(given: date | None) -> str:
    return f"{given:%Y-%m-%d}" if given else ""


def _moment(case: Case, given: datetime | None) -> str:
    return f"{local(given, case.zone):%Y-%m-%d %H:%M}" if given else ""


ITEM, VALUE = words("项目", "item"), words("内容", "value")
WHEN, SOURCE = words("时间", "when"), words("来源", "source")
WHAT, WORDS = words("事项", "what"), words("说明", "words")


def _own(case: Case, person: Person) -> Iterator[Holding]:
    held = [
        (words("姓名", "name"), person.name), (words("英文姓名", "name in Latin letters"), person.name_en),
        (words("证件号码", "ID number"), person.id_number), (words("出生日期", "date of birth"), _day(person.born_on)),
        (words("语言", "language"), str(person.get_language_display())), (words("时区", "time zone"), person.zone),
        (words("所在地", "place"), " ".join(filter(None, [person.country, person.region, person.locality]))),
        (words("工作单位", "employer"), person.employer),
    ]  # fmt: skip
    tongue = "zh" if person.language == "zh" else "en"
    rows = [[name[tongue], value] for name, value in held if value]
    for party in case.parties.filter(person=person):
        rows.append(
            [words("在案件中的身份", "part in the case")[tongue], str(party.get_role_display())]
        )
        rows.append(
            [words("个人信息处理依据", "legal basis")[tongue], str(party.get_legal_basis_display())]
        )
    yield Holding("person", words("本人信息", "About you"), (ITEM, VALUE), rows)
    yield Holding(
        "addresses", words("地址", "Addresses"),
        (
            words("类型", "kind"), words("地址", "address"), words("经纬度", "latitude and longitude"), SOURCE,
            words("取得日期", "obtained on"),
        ),
        [
            [
                str(one.get_kind_display()), str(one), one.position, str(one.get_source_display()),
                _day(one.source_on),
            ]
            for one in person.addresses.all()
        ],
    )  # fmt: skip
    yield Holding(
        "numbers", words("联系方式", "Numbers and accounts"),
        (words("类型", "kind"), words("号码或账号", "number or account"), SOURCE, words("取得日期", "obtained on")),
        [
            [str(one.get_channel_display()), one.value, str(one.get_source_display()), _day(one.source_on)]
            for one in person.contact_points.all()
        ],
    )  # fmt: skip


def _of_debtor(case: Case) -> Iterator[Holding]:
    yield Holding(
        "debts", words("债务", "Debts"),
        (words("合同编号", "contract"), words("签订日期", "dated"), words("本金", "principal"), words("余额", "balance")),
        [
            [one.contract_number, _day(one.contract_on), show(case.principal), show(case.balance)]
            for one in case.debts.all()
        ],
    )  # fmt: skip
    yield Holding(
        "assessments", words("偿还能力", "Ability to pay"),
        (WHEN, words("月收入", "income"), words("月支出", "outgoings"), words("资产", "assets")),
        [
            [_moment(case, one.made_at), show(one.income), show(one.outgoings), one.assets]
            for one in case.assessments.all()
        ],
    )  # fmt: skip
    yield Holding(
        "circumstances", words("特殊情况", "Circumstances"), (WHAT, words("自", "since"), WORDS),
        [
            [str(one), _day(one.since), " ".join(filter(None, [one.about, one.remark]))]
            for one in case.circumstances.all()
        ],
    )  # fmt: skip
    yield Holding(
        "pauses", words("暂停与拒绝", "Pauses and refusals"), (WHAT, WHEN, WORDS),
        [
            *([str(one), _day(one.starts_on), one.remark] for one in case.holds.all()),
            *([str(one.get_how_display()), _moment(case, one.at), one.remark] for one in case.refusals.all()),
        ],
    )  # fmt: skip
    yield Holding(
        "contacts", words("联系记录", "Contacts"), (WHEN, words("方式", "channel"), words("结果", "result"), WORDS),
        [
            [_moment(case, one.at), str(one.get_channel_display()), str(one.get_result_display()), one.remark]
            for one in case.contacts.all()
        ],
    )  # fmt: skip
    yield Holding(
        "visits", words("上门", "Visits"), (WHEN, words("地点", "where"), words("状态", "state"), WORDS),
        [
            [_moment(case, one.starts_at), str(one.place), str(one.get_state_display()), one.why]
            for one in case.visits.select_related("place")
        ],
    )  # fmt: skip
    yield Holding(
        "messages", words("发出的消息", "Messages"), (WHEN, words("方式", "channel"), words("收件地址", "to"), words("正文", "text")),
        [
            [_moment(case, one.sent_at or one.due_at), str(one.get_channel_display()), one.address, one.body]
            for one in case.notices.all()
        ],
    )  # fmt: skip
    yield Holding(
        "agreements", words("还款协议", "Agreements"), (words("编号", "number"), words("状态", "state"), words("金额", "sum")),
        [[one.number, str(one.get_state_display()), show(one.total)] for one in case.agreements.all()],
    )  # fmt: skip
    yield Holding(
        "payments", words("还款", "Payments"), (WHEN, words("金额", "sum"), words("付款人", "payer")),
        [[_moment(case, one.received_at), show(one.amount), one.payer] for one in case.payments.all()],
    )  # fmt: skip
    yield Holding(
        "files", words("文件", "Files"), (words("编号", "number"), words("名称", "title"), WHEN, words("摘要值", "SHA-256")),
        [
            [one.number, one.title, _moment(case, one.created_at), one.sha256]
            for one in case.documents.shown().filter(erased_at=None)
        ],
    )  # fmt: skip


def _passed_on(case: Case) -> Holding:
    """To whom the data were given, and for what."""
    rows = [
        [
            str(case.creditor.name),
            words("债权人", "creditor")["zh" if case.debtor.language == "zh" else "en"],
        ]
    ]
    if behind(case) != case.creditor:
        rows.append([str(behind(case).name), str(case.mandate or "")])
    return Holding(
        "recipients", words("个人信息的处理者与受托人", "Who processes your data"),
        (words("名称", "name"), words("依据", "by what")), rows,
    )  # fmt: skip
