"""The repayment agreement, in the languages that were chosen."""

import base64
from collections.abc import Sequence
from typing import Any

from agreements.models import Agreement, Signatory, Signature
from agreements.papers.common import agency, plan_table
from agreements.papers.signing import as_data, how_signed
from agreements.policy import clauses_for, signatories_of
from common.clock import local_day
from common.money import in_words_zh, show
from documents import sealing
from documents.blocks import Facts, Paper, Para, Section, Signatures, Signed, Table, Text, words
from documents.letterhead import behind, both, day, english, house_of, plain_moment
from documents.models import Seal
from documents.render import check_path, render_paper
from people.models import Person

CONFIRMED = words("【债务人已确认】", "[confirmed by the debtor]")
PROMISED = words("【承诺人已确认】", "[confirmed by who promises it]")


def agreement_pdf(agreement: Agreement, reader: Signatory | None = None) -> bytes:
    """The agreement in the language that was chosen, with its data for machines; sealed once it is signed.

    For a ``reader`` who signs besides debtor and creditor it holds what concerns this person: nobody
    else's identity number, address or promise, and no data for machines. The same rows give the same bytes with an RSA seal and no time stamp. Where the organisation had no
    seal when it was signed, the paper says so and is bare.
    """
    signed_at = agreement.signed_at
    if signed_at is None:
        return _printed(agreement, None, reader)
    seal = sealing.seal_of(behind(agreement.case), signed_at)
    content = _printed(agreement, seal, reader)
    if seal is None:
        return content
    reason = f"还款协议 · Repayment agreement {agreement.number}"
    return sealing.seal_pdf(content, seal, reason, signed_at).content


def _printed(agreement: Agreement, seal: Seal | None, reader: Signatory | None) -> bytes:
    case = agreement.case
    house, lines = house_of(case)
    debtor = case.debtor
    draft = (
        words("", "") if agreement.signed_at else words(" · 草案，尚未签署", " · draft, not signed")
    )
    confirmed = set(agreement.confirmations.filter(signatory=None).values_list("term", flat=True))
    promised = set(agreement.confirmations.exclude(signatory=None).values_list("term", flat=True))
    others = [one for one in signatories_of(agreement) if reader in (None, one)]
    part = words("", "")
    if reader:
        role = both(reader.get_role_display)
        part = words(
            f" · {reader.party.person}（{role['zh']}）持有的文本，不含他人的证件号码和地址",
            f" · the copy of {reader.party.person} ({role['en']}), without identity numbers and addresses of others",
        )  # fmt: skip
    blocks: list[Any] = [
        Section(words("各方当事人" if others else "双方当事人", "The parties"), numbered=True),
        Facts(
            [
                (words("债权人（甲方）", "Creditor"), words(case.creditor.name, english(case.creditor))),
                (words("受托机构", "Agency"), agency(case)),
                (words("债务人（乙方）", "Debtor"), words(debtor.name, debtor.name_en or debtor.name)),
                *([] if reader else _reached(debtor)),
                *(row for one in others for row in _beside(one)),
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
    for clause in clauses_for(agreement, reader):
        mark = CONFIRMED if clause["key"] in confirmed else ""
        if clause["key"] in promised:
            mark = PROMISED
        blocks.append(Section(words(clause["title"]["zh"], clause["title"]["en"]), numbered=True))
        blocks.append(Para(words(clause["text"]["zh"], clause["text"]["en"]), "clause", mark=mark))
    blocks += _signatures(agreement, others)
    if agreement.signed_at:
        blocks += how_signed(agreement, seal, reader)
    return render_paper(
        Paper(
            title=words("还款协议", "Repayment agreement"),
            subtitle=words(
                f"案件编号 {case.reference} · 第 {agreement.version} 版" + part["zh"] + draft["zh"],
                f"Case {case.reference} · version {agreement.version}" + part["en"] + draft["en"],
            ),
            number=agreement.number,
            house=house,
            house_lines=lines,
            made_at=agreement.signed_at or agreement.drawn_up_at,
            dated=day(local_day(agreement.signed_at or agreement.drawn_up_at, case.zone)),
            blocks=blocks,
            foot=words(
                "本协议各方各执一份。两种语言不一致时，以中文为准。"
                if others
                else "本协议一式两份，双方各执一份。两种语言不一致时，以中文为准。",
                "Each side has one copy. Where the two languages differ, the Chinese text holds.",
            ),
            check=check_path(agreement.number),
            data={} if reader else as_data(agreement),
        ),
        agreement.language,
    )


def _reached(person: Person) -> list[tuple[Text, Text]]:
    return [
        (words("证件号码", "ID number"), person.id_number or "–"),
        (words("送达地址", "Address for service"), _service_address(person)),
    ]


def _beside(one: Signatory) -> list[tuple[Text, Text]]:
    person = one.party.person
    return [
        (both(one.get_role_display), words(person.name, person.name_en or person.name)),
        *_reached(person),
    ]


def _service_address(person: Person) -> str:
    home = person.addresses.filter(kind="home").first()
    mail = person.contact_points.filter(channel="email", do_not_contact=False).first()
    return "\n".join(str(part) for part in (home, mail) if part)


def _on_paper(language: str) -> str:
    zh, en = "见纸质原件", "see the original on paper"
    return {"zh": zh, "en": en}.get(language, f"{zh} {en}")


def _signatures(agreement: Agreement, others: Sequence[Signatory]) -> list[Signatures]:
    """Who signed and, on a draft, an empty line for each who is to; two beside one another."""
    shown = {None, *(one.pk for one in others)}
    found = [
        signature
        for signature in agreement.signatures.select_related("document").order_by("pk")
        if signature.signatory_id in shown
    ]
    sides = [_signed(signature, agreement) for signature in found]
    if agreement.signed_at is None:
        done = {(signature.side, signature.signatory_id) for signature in found}
        lines = [
            (Signature.Side.DEBTOR, None, agreement.case.debtor.name),
            (Signature.Side.CREDITOR, None, ""),
            *((Signature.Side(one.role), one.pk, one.party.person.name) for one in others),
        ]
        sides += [
            Signed(both(lambda side=side: side.label), name)
            for side, who, name in lines
            if (side.value, who) not in done
        ]
    lead = words(
        "各方确认：以上条款已逐条阅读并理解，系自愿签署，无人施加压力。"
        if others
        else "双方确认：以上条款已逐条阅读并理解，系自愿签署，无人施加压力。",
        "All have read and understood each term and sign of their own free will."
        if others
        else "Both sides have read and understood each term and sign of their own free will.",
    )
    rows = [sides[start : start + 2] for start in range(0, max(len(sides), 1), 2)]
    return [Signatures("" if number else lead, row) for number, row in enumerate(rows)]


def _signed(signature: Signature, agreement: Agreement) -> Signed:
    side = both(signature.get_side_display)
    if signature.way == Signature.Way.PAPER:
        return Signed(side, signature.name, "", _on_paper(agreement.language))
    moment = plain_moment(signature.at, agreement.case.zone)
    if not signature.document.mime.startswith("image/"):  # the name was typed
        return Signed(side, signature.name, "", moment)
    with signature.document.file.open("rb") as file:
        picture = base64.b64encode(file.read()).decode()
    return Signed(
        side, signature.name, f"data:{signature.document.mime};base64,{picture}", moment
    )  # fmt: skip
