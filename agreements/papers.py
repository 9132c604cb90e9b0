"""This app's papers: what each needs, gathered from the case and handed to the printer."""

import base64
from datetime import datetime
from typing import Any

from agreements.at_the_door import door_blocks
from agreements.kept import kept_blocks
from agreements.models import Agreement, Payment
from cases.exceptions import paper_section
from cases.models import Case, ClaimPaper
from common.clock import local_day
from common.money import in_words_zh, show
from compliance.packs import load
from compliance.words import Named, in_words
from documents.blocks import (
    Facts,
    Paper,
    Para,
    Section,
    Signatures,
    Signed,
    Table,
    Text,
    Words,
    words,
)  # fmt: skip
from documents.letterhead import (
    both,
    day,
    english,
    hidden,
    house_of,
    moment,
    plain_moment,
    sum_of,
)  # fmt: skip
from documents.models import Document
from documents.render import check_path, render_paper
from people.models import User
from timeline.models import Event

NUMBER, DUE, SUM = (
    words("期次", "No."),
    words("到期日", "Due on"),
    words("金额（元）", "Amount (CNY)"),
)
CONFIRMED = words("【债务人已确认】", "[confirmed by the debtor]")


def told(document: Document) -> dict[str, Any]:
    """What the timeline keeps of a paper that was made."""
    return {"kind": document.kind, "document": document.number, "sha256": document.sha256}


def agreement_pdf(agreement: Agreement) -> bytes:
    """The agreement as both sides signed it, in the language that was chosen."""
    case = agreement.case
    house, lines = house_of(case)
    debtor = case.debtor
    draft = (
        words("", "") if agreement.signed_at else words(" · 草案，尚未签署", " · draft, not signed")
    )
    confirmed = set(agreement.confirmations.values_list("term", flat=True))
    blocks: list[Any] = [
        Section(words("双方当事人", "The parties"), numbered=True),
        Facts(
            [
                (words("债权人（甲方）", "Creditor"), words(case.creditor.name, english(case.creditor))),
                (words("受托机构", "Agency"), _agency(case)),
                (words("债务人（乙方）", "Debtor"), words(debtor.name, debtor.name_en or debtor.name)),
                (words("证件号码", "ID number"), debtor.id_number or "–"),
                (words("送达地址", "Address for service"), _service_address(case)),
            ]
        ),
        Section(words("金额", "The sums"), numbered=True),
        Table(
            [words("组成", "Part"), words("尚欠（元）", "Owed (CNY)"), words("减免（元）", "Waived (CNY)"), words("应还（元）", "To be paid (CNY)")],
            [
                [label, show(owed), show(waived), show(owed - waived)]
                for label, owed, waived in (
                    (words("本金", "Principal"), agreement.principal, agreement.waived_principal),
                    (words("利息", "Interest"), agreement.interest, agreement.waived_interest),
                    (words("费用", "Costs"), agreement.fees, agreement.waived_fees),
                )
            ],
            frozenset({1, 2, 3}),
            [
                words("合计", "In all"),
                show(agreement.principal + agreement.interest + agreement.fees),
                show(agreement.waived),
                show(agreement.total),
            ],
        ),
        Para(
            words(
                f"应还总额（大写）：人民币{in_words_zh(agreement.total)}。",
                f"To be paid in all: CNY {show(agreement.total)}.",
            ),
            "strong",
        ),
    ]  # fmt: skip
    blocks.append(Section(words("还款计划", "Plan of repayment"), numbered=True))
    blocks.append(_plan_table(agreement))
    for clause in agreement.clauses:
        mark = CONFIRMED if clause["key"] in confirmed else ""
        blocks.append(Section(words(clause["title"]["zh"], clause["title"]["en"]), numbered=True))
        blocks.append(Para(words(clause["text"]["zh"], clause["text"]["en"]), "clause", mark=mark))
    blocks.append(_signatures(agreement))
    return render_paper(
        Paper(
            title=words("还款协议", "Repayment agreement"),
            subtitle=words(
                f"案件编号 {case.reference} · 第 {agreement.version} 版" + draft["zh"],
                f"Case {case.reference} · version {agreement.version}" + draft["en"],
            ),
            number=agreement.number,
            house=house,
            house_lines=lines,
            made_at=agreement.signed_at or agreement.drawn_up_at,
            dated=day(local_day(agreement.signed_at or agreement.drawn_up_at, case.zone)),
            blocks=blocks,
            foot=words(
                "本协议一式两份，双方各执一份。两种语言不一致时，以中文为准。",
                "Each side has one copy. Where the two languages differ, the Chinese text holds.",
            ),
            check=check_path(agreement.number),
        ),
        agreement.language,
    )


def _plan_table(agreement: Agreement) -> Table:
    rows: list[list[Text]] = [
        [str(part.number), day(part.due_on), show(part.amount)]
        for part in agreement.instalments.order_by("number")
    ]
    return Table([NUMBER, DUE, SUM], rows, frozenset({2}),
                 [words("合计", "In all"), "", show(agreement.total)])  # fmt: skip


def _agency(case: Case) -> Text:
    if not case.agency:
        return words("无", "none")
    return words(
        f"{case.agency.name}（委托合同 {case.mandate}）",
        f"{english(case.agency)} (mandate {case.mandate})",
    )


def _service_address(case: Case) -> str:
    home = case.debtor.addresses.filter(kind="home").first()
    mail = case.debtor.contact_points.filter(channel="email", do_not_contact=False).first()
    return "\n".join(str(part) for part in (home, mail) if part)


def _signatures(agreement: Agreement) -> Signatures:
    sides = []
    for signature in agreement.signatures.select_related("document").order_by("pk"):
        with signature.document.file.open("rb") as file:
            picture = base64.b64encode(file.read()).decode()
        sides.append(
            Signed(
                both(signature.get_side_display),
                signature.name,
                f"data:{signature.document.mime};base64,{picture}",
                plain_moment(signature.at, agreement.case.zone),
            )
        )
    return Signatures(
        words(
            "双方确认：以上条款已逐条阅读并理解，系自愿签署，无人施加压力。",
            "Both sides have read and understood each term and sign of their own free will.",
        ),
        sides,
    )


def receipt_pdf(payment: Payment) -> bytes:
    """A receipt: what came in, and what it was set off against."""
    case = payment.case
    parts = payment.entries.exclude(kind="reversal").order_by("pk")
    left = sum_of(case.balance)
    blocks: list[Any] = [
        Facts(
            [
                (words("收款人", "Received by"), words(case.creditor.name, english(case.creditor))),
                *_taken_by(payment),
                (words("债务人", "Debtor"), words(case.debtor.name, case.debtor.name_en or case.debtor.name)),
                (words("付款人", "Paid by"), payment.payer or case.debtor.name),
                (words("金额", "Amount"), sum_of(payment.amount)),
                (words("大写", "In words"), f"人民币{in_words_zh(payment.amount)}"),
                (words("收款时间", "Received on"), moment(payment.received_at, case.zone)),
                (words("方式", "How"), both(payment.get_method_display)),
                (words("银行流水号", "Bank reference"), payment.bank_reference or "–"),
            ]
        ),
        Section(words("抵充情况", "What it was set off against")),
        Table(
            [words("组成", "Part"), SUM],
            [[both(part.get_component_display), show(-part.amount)] for part in parts],
            frozenset({1}),
            [words("合计", "In all"), show(payment.amount)],
        ),
        Para(words(f"抵充后尚欠 {left['zh']}。", f"Still owed after this: {left['en']}."), "strong"),
    ]  # fmt: skip
    return _print(case, words("还款收据", "Receipt for a payment"), payment.number,
                  payment.recorded_at, blocks)  # fmt: skip


def _taken_by(payment: Payment) -> list[Any]:
    """Who took the money, where that was the agency for the creditor."""
    agency = payment.case.agency
    if payment.received_by != Payment.To.AGENCY or agency is None:
        return []
    return [(words("代收机构", "Taken for the creditor by"), words(agency.name, english(agency)))]


def certificate_pdf(case: Case, *, by: User, at: datetime) -> bytes:
    """The settlement certificate (结清证明)."""
    name, name_en = case.debtor.name, case.debtor.name_en or case.debtor.name
    contracts = [debt.contract_number for debt in case.debts.all()]
    on = day(local_day(at, case.zone))
    blocks: list[Any] = [
        Para(
            words(
                f"兹证明：{name}（证件号码 {hidden(case.debtor.id_number)}）在合同 {'、'.join(contracts)} 项下欠{case.creditor.name}的款项，截至 {on['zh']} 已全部结清，余额为人民币 0.00 元（大写：零元整）。",
                f"This certifies that what {name_en} (ID {hidden(case.debtor.id_number)}) owed {english(case.creditor)} under contract {', '.join(contracts)} is settled in full as of {on['en']}. Balance: CNY 0.00.",
            )
        ),
        Para(
            words(
                "债权人不再就上述合同向债务人主张任何款项，并将按规定更新征信记录、退还债权凭证原件。",
                "The creditor claims nothing more under it, updates the credit record as the law provides and returns the originals of the papers.",
            )
        ),
        _ledger_table(case),
        Signatures("", [Signed(words("出具单位（盖章）", "Issued by (seal)"), case.creditor.name, "", plain_moment(at, case.zone)),
                        Signed(words("经办人", "Handled by"), str(by), "", "")]),
    ]  # fmt: skip
    return _print(
        case, words("结清证明", "Settlement certificate"), f"{case.reference}-S", at, blocks
    )


def return_receipt_pdf(paper: ClaimPaper, *, by: User, at: datetime) -> bytes:
    """A receipt for an original that went back."""
    case = paper.case
    blocks: list[Any] = [
        Facts(
            [
                (words("退还的凭证", "Paper returned"), both(paper.get_kind_display)),
                (words("文件编号", "Document number"), paper.document.number),
                (words("摘要值（SHA-256）", "Digest (SHA-256)"), paper.document.sha256),
                (words("原存放处", "Kept until now at"), paper.kept_at or "–"),
                (words("退还给", "Returned to"), paper.returned_to),
                (words("退还时间", "Returned on"), moment(at, case.zone)),
                (words("经办人", "Handed over by"), str(by)),
            ]
        ),
        Signatures(words("收到以上凭证原件。", "The original named above was received."),
                   [Signed(words("领取人签字", "Received by"), paper.returned_to), Signed(words("经办人签字", "Handed over by"), str(by))]),
    ]  # fmt: skip
    return _print(case, words("债权凭证退还收据", "Receipt for returned papers"),
                  f"{case.reference}-R{paper.pk}", at, blocks)  # fmt: skip


def closure_report_pdf(case: Case, *, by: User, at: datetime) -> bytes:
    """The whole story: people, sums, notices, visits, decisions, agreements, payments, documents."""
    zone = case.zone
    events = list(Event.objects.filter(case=case).order_by("number"))
    blocks: list[Any] = [
        Section(words("案件概况", "The case"), numbered=True),
        Facts(
            [
                (words("案件编号", "Reference"), case.reference),
                (words("债权人", "Creditor"), words(case.creditor.name, english(case.creditor))),
                (words("受托机构", "Agency"), _agency(case)),
                (words("债务人", "Debtor"), words(case.debtor.name, case.debtor.name_en or case.debtor.name)),
                (words("立案时间", "Opened"), plain_moment(case.opened_at, zone)),
                (words("适用规则包", "Rule packs"), _packs(case.packs)),
                (words("尚欠余额", "Balance"), sum_of(case.balance)),
                (words("时间线", "Timeline"), f"{case.event_count} · {case.head}"),
            ]
        ),
        Section(words("相关人员", "People"), numbered=True),
        Table(
            [words("姓名", "Name"), words("身份", "Role")],
            _people(case, events),
        ),
        Section(words("金额变动", "How the sum moved"), numbered=True),
        _ledger_table(case),
        Section(words("联系与通知", "Contacts and notices"), numbered=True),
        Table(
            [words("时间", "When"), words("方式", "By"), words("内容", "What"), words("结果", "Result")],
            _said(case),
            tight=frozenset({0}),
        ),
        Section(words("上门记录", "Visits"), numbered=True),
        Table(
            [words("时间", "When"), words("外访员", "Officers"), words("状态", "State"), words("结果", "Outcome")],
            [
                [
                    f"{plain_moment(v.starts_at, zone)} – {plain_moment(v.finished_at, zone)}",
                    ", ".join(f"{p.officer} {p.officer.badge}" for p in v.crew.select_related("officer")),
                    both(v.get_state_display),
                    both(v.get_outcome_display) if v.outcome else v.why,
                ]
                for v in case.visits.order_by("starts_at")
            ],
        ),
        *door_blocks(case),
        Section(words("规则决定", "Decisions by rule"), numbered=True),
        Table(
            [words("事件", "Event"), words("事项", "Asked"), words("规则包版本", "Packs"), words("结论", "Answer")],
            [_decision(event, zone) for event in events if event.data.get("decision")],
            tight=frozenset({0, 2}),
        ),
        Section(words("审批", "Approvals"), numbered=True),
        Table(
            [words("事项", "What"), words("申请人", "Asked by"), words("决定人", "Decided by"), words("结论", "Decision"), words("理由", "Why")],
            [[both(a.get_kind_display), str(a.requested_by), str(a.decided_by or "–"), both(a.get_state_display), a.answer or a.reason]
             for a in case.approvals.select_related("requested_by", "decided_by").order_by("pk")],
        ),
        *paper_section(case, numbered=True),
        Section(words("协议", "Agreements"), numbered=True),
    ]  # fmt: skip
    for agreement in case.agreements.order_by("version"):
        blocks.append(
            Para(
                words(
                    f"{agreement.number}，第 {agreement.version} 版，应还 {show(agreement.total)} 元，减免 {show(agreement.waived)} 元，签署于 {plain_moment(agreement.signed_at, zone) or '未签署'}。",
                    f"{agreement.number}, version {agreement.version}: {show(agreement.total)} to be paid, {show(agreement.waived)} waived, signed {plain_moment(agreement.signed_at, zone) or 'never'}.",
                ),
                "clause",
            )
        )
        blocks.append(_plan_table(agreement))
    blocks += [
        Section(words("还款", "Payments"), numbered=True),
        Table(
            [words("收据", "Receipt"), words("时间", "When"), words("方式", "How"), SUM],
            [[p.number, plain_moment(p.received_at, zone), both(p.get_method_display), show(p.amount) + (" ✗" if p.reversed_at else "")]
             for p in case.payments.order_by("received_at")],
            frozenset({3}),
        ),
        Section(words("文件清单", "Documents"), numbered=True),
        Table(
            [words("文件", "Document"), words("编号", "Number"), "SHA-256"],
            [[d.title, d.number, f"{d.sha256[:32]}\n{d.sha256[32:]}"] for d in case.documents.shown().order_by("created_at", "pk")],
        ),
        Section(words("保存与删除", "Keeping and deleting"), numbered=True),
        *kept_blocks(case, at),
    ]  # fmt: skip
    return _print(
        case,
        words("结案报告", "Closure report"),
        f"{case.reference}-C",
        at,
        blocks,
        language="both",
    )


def _people(case: Case, events: list[Event]) -> list[list[Text]]:
    """Everybody who had a part in it: those who owe, and those who worked on it."""
    parties = case.parties.select_related("person")
    staff = sorted({event.actor_name for event in events if event.actor_name != "system"})
    rows: list[list[Text]] = [[case.debtor.name, words("债务人", "Debtor")]]
    rows += [[party.person.name, both(party.get_role_display)] for party in parties]
    rows += [[name, words("办理人员", "Staff")] for name in staff]
    return rows


def _said(case: Case) -> list[list[Text]]:
    """Every contact and every notice, in time, with what became of it."""
    zone = case.zone
    rows: list[tuple[datetime, list[Text]]] = [
        (
            contact.at,
            [
                plain_moment(contact.at, zone),
                both(contact.get_channel_display),
                words("联系", "Contact"),
                both(contact.get_result_display),
            ],
        )
        for contact in case.contacts.all()
    ]
    rows += [
        (
            notice.queued_at,
            [
                plain_moment(notice.queued_at, zone),
                both(notice.get_channel_display),
                both(notice.called),
                _result(notice, zone),
            ],
        )
        for notice in case.notices.order_by("pk")
    ]
    return [row for _at, row in sorted(rows, key=lambda pair: pair[0])]


def _result(notice: Any, zone: str) -> Text:
    state = both(notice.get_state_display)
    when = plain_moment(notice.delivered_at or notice.sent_at, zone)
    tail = " ".join(part for part in (when, notice.why) if part)
    return words(f"{state['zh']} {tail}", f"{state['en']} {tail}")


def _decision(event: Event, zone: str) -> list[Text]:
    decision = event.data["decision"]
    packs = "\n".join(f"{name} {version}" for name, version in decision.get("packs", {}).items())
    against = [f["rule"] for f in event.findings if str(f.get("severity", "")).startswith("block")]
    if event.kind == "policy.refused":
        answer: Text = words(f"拒绝：{'、'.join(against)}", f"refused: {', '.join(against)}")
    else:
        used = [f["rule"] for f in event.findings if f.get("excepted")]
        answer = (
            words(f"凭例外审批允许：{'、'.join(used)}", f"allowed by exception: {', '.join(used)}")
            if used
            else words("允许", "allowed")
        )
    return [
        f"{event.number} · {plain_moment(event.occurred_at, zone)}",
        _action(str(decision.get("action", ""))),
        packs,
        answer,
    ]


def _action(code: str) -> Words:
    named = Named(f"action.{code}")
    return words(in_words(named, "zh"), in_words(named, "en"))


def _packs(names: list[str]) -> Words:
    titles = [load(name).title for name in names]
    return words("、".join(t["zh"] for t in titles), ", ".join(t["en"] for t in titles))


def _ledger_table(case: Case) -> Table:
    return Table(
        [words("入账日", "Booked on"), words("内容", "What"), words("组成", "Part"), SUM],
        [
            [f"{entry.booked_on}", both(entry.get_kind_display), both(entry.get_component_display), show(entry.amount)]
            for entry in case.ledger.order_by("pk")
        ],
        frozenset({3}),
        [words("余额", "Balance"), "", "", show(case.balance)],
    )  # fmt: skip


def _print(
    case: Case, title: Words, number: str, at: datetime, blocks: list[Any], *, language: str = ""
) -> bytes:
    house, lines = house_of(case)
    return render_paper(
        Paper(
            title=title,
            number=number,
            house=house,
            house_lines=lines,
            made_at=at,
            dated=day(local_day(at, case.zone)),
            blocks=blocks,
            check=check_path(number),
        ),
        language or case.debtor.language,
    )
