"""The repayment agreement, in the languages that were chosen."""

import base64
from typing import Any

from agreements.models import Agreement
from agreements.papers.common import agency, plan_table
from cases.models import Case
from common.clock import local_day
from common.money import in_words_zh, show
from documents.blocks import Facts, Paper, Para, Section, Signatures, Signed, Table, words
from documents.letterhead import both, day, english, house_of, plain_moment
from documents.render import check_path, render_paper

CONFIRMED = words("【债务人已确认】", "[confirmed by the debtor]")


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
                (words("受托机构", "Agency"), agency(case)),
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
    blocks.append(plan_table(agreement))
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
