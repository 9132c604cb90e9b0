"""What a case leaves in other hands: an original taken in, a guarantor set free, the agency's data accounted for."""

from datetime import datetime
from typing import Any

from agreements.papers.common import print_paper
from cases.models import Case, ClaimPaper, Custody, DataReturn, Party
from common.clock import local_day
from documents.blocks import Facts, Para, Section, Signatures, Signed, Table, Text, words
from documents.letterhead import both, day, english, hidden, moment, plain_moment
from people.models import User


def custody_receipt_pdf(row: Custody, *, at: datetime) -> bytes:
    """A receipt for an original that was taken in: what, from whom, where it is kept, by whom."""
    paper = row.paper
    case = paper.case
    blocks: list[Any] = [
        Facts(
            [
                (words("收存的凭证", "Paper taken in"), both(paper.get_kind_display)),
                (words("文件编号", "Document number"), paper.document.number),
                (words("摘要值（SHA-256）", "Digest (SHA-256)"), paper.document.sha256),
                (words("交付人", "Received from"), row.person),
                (words("收存时间", "Taken in on"), moment(at, case.zone)),
                (words("存放处", "Kept at"), row.place),
                (words("经办人", "Taken in by"), str(row.recorded_by)),
            ]
        ),
        Para(
            words(
                "以上凭证为原件。款项结清后，原件将退还债务人并取得收据；债权未结清而结案的，交还债权人。",
                "This is the original. It goes back to the debtor against a receipt when everything is paid; where a case is closed otherwise, to the creditor.",
            )
        ),
        Signatures(words("以上原件已交付并收存。", "The original named above was handed over and taken in."),
                   [Signed(words("交付人签字", "Handed over by"), row.person), Signed(words("经办人签字", "Taken in by"), str(row.recorded_by))]),
    ]  # fmt: skip
    return print_paper(
        case, words("债权凭证原件收存收据", "Receipt for an original taken in"),
        f"{case.reference}-K{paper.pk}", at, blocks,
    )  # fmt: skip


def void_declaration_pdf(
    paper: ClaimPaper, *, asked_by: User, granted_by: User, at: datetime
) -> bytes:
    """The declaration (作废声明) that an original which cannot go back counts for nothing any more."""
    case, on = paper.case, day(local_day(at, paper.case.zone))
    contracts = [debt.contract_number for debt in case.debts.order_by("pk")]
    kind, why = both(paper.get_kind_display), both(paper.get_void_reason_display)
    blocks: list[Any] = [
        Facts(
            [
                (words("作废的凭证", "Paper declared void"), kind),
                (words("合同编号", "Contract"), ", ".join(contracts)),
                (words("文件编号", "Document number"), paper.document.number),
                (words("副本摘要值（SHA-256）", "Digest of the copy (SHA-256)"), paper.document.sha256),
                (words("最后存放处", "Last kept at"), paper.kept_at or "–"),
                (words("无法退还的原因", "Why it cannot go back"), why),
                (words("经过", "What happened"), paper.void_why),
                (words("作废日期", "Void as of"), on),
                (words("申请人", "Asked for by"), str(asked_by)),
            ]
        ),
        Para(
            words(
                f"{case.creditor.name}声明：自 {on['zh']} 起，上述凭证原件作废，任何人不得凭该原件主张权利。合同 {'、'.join(contracts)} 项下的债务是否清偿，以结清证明和本案记录为准。",
                f"{english(case.creditor)} declares that the original named above is void as of {on['en']}: nobody can claim anything on it. Whether the debt under contract {', '.join(contracts)} is settled is told by the settlement certificate and by the record of the case.",
            )
        ),
        Para(
            words(
                "原件日后找到的，仍应退还权利人；本声明不因此失效。依据：《民法典》第558条（旧物返还等义务）；无法退还时注明作废，为本机构内部规定。",
                "If the original is found later it still goes back to its owner, and this declaration stands. Basis: Civil Code art. 558 (return of old items among others); that what cannot go back is declared void is this house's own rule.",
            )
        ),
        Signatures("", [Signed(words("债权人（盖章）", "The creditor (seal)"), case.creditor.name),
                        Signed(words("批准人", "Granted by"), str(granted_by))]),
        *custody_table(paper),
    ]  # fmt: skip
    return print_paper(
        case, words("债权凭证原件作废声明", "Declaration that an original is void"),
        f"{case.reference}-V{paper.pk}", at, blocks,
    )  # fmt: skip


def custody_table(paper: ClaimPaper) -> list[Any]:
    """Where the original was, from the day it was taken in."""
    rows: list[list[Text]] = [
        [plain_moment(row.at, paper.case.zone), both(row.get_kind_display), row.person or "–", row.place or "–", str(row.recorded_by)]
        for row in paper.custody.select_related("recorded_by").order_by("pk")
    ]  # fmt: skip
    if not rows:
        return []
    return [
        Section(words("保管记录", "Custody")),
        Table(
            [words("时间", "When"), words("事项", "What"), words("交付人或领取人", "From or to"), words("存放处", "Kept at"), words("经办人", "By")],
            rows, tight=frozenset({0}),
        ),
    ]  # fmt: skip


def originals_section(case: Case) -> list[Any]:
    """Every original that was in our hands, and the way it went; nothing where there was none."""
    turns = Custody.objects.filter(paper__case=case).select_related("paper", "recorded_by")
    rows: list[list[Text]] = [
        [both(turn.paper.get_kind_display), plain_moment(turn.at, case.zone), both(turn.get_kind_display), turn.person or "–", turn.place or "–"]
        for turn in turns.order_by("paper_id", "pk")
    ]  # fmt: skip
    if not rows:
        return []
    return [
        Section(words("债权凭证原件", "Originals"), numbered=True),
        Table(
            [words("凭证", "Paper"), words("时间", "When"), words("事项", "What"), words("交付人或领取人", "From or to"), words("存放处", "Kept at")],
            rows, tight=frozenset({1}),
        ),
    ]  # fmt: skip


def release_pdf(party: Party, *, by: User, at: datetime) -> bytes:
    """The letter that tells a guarantor that nothing is asked of them any more."""
    case, on = party.case, day(local_day(at, party.case.zone))
    contracts = [debt.contract_number for debt in case.debts.order_by("pk")]
    name = party.person.name
    name_en = party.person.name_en or name
    number = hidden(party.person.id_number) if party.person.id_number else ""
    debtor_en = case.debtor.name_en or case.debtor.name
    blocks: list[Any] = [
        Para(
            words(
                f"{name}{f'（证件号码 {number}）' if number else ''}：",
                f"To {name_en}{f' (ID {number})' if number else ''}",
            ),
            "strong",
        ),
        Para(
            words(
                f"您为{case.debtor.name}在合同 {'、'.join(contracts)} 项下对{case.creditor.name}的债务提供了保证。截至 {on['zh']}，该债务已不再存在未清偿余额，您的保证责任随之解除。",
                f"You stood surety to {english(case.creditor)} for what {debtor_en} owed under contract {', '.join(contracts)}. As of {on['en']} nothing of it is open any more, and your guarantee has ended with it.",
            )
        ),
        Para(
            words(
                "债权人不再就上述债务向您主张任何款项，也不会再为此与您联系。如您曾交付担保凭证原件，可凭本函领回。",
                "The creditor claims nothing from you under it and will not contact you about it again. If you handed over an original paper for it, you may have it back against this letter.",
            )
        ),
        Signatures("", [Signed(words("出具单位（盖章）", "Issued by (seal)"), case.creditor.name, "", plain_moment(at, case.zone)),
                        Signed(words("经办人", "Handled by"), str(by), "", "")]),
    ]  # fmt: skip
    return print_paper(
        case,
        words("保证责任解除函", "Letter of release"),
        f"{case.reference}-G{party.pk}",
        at,
        blocks,
    )


def data_certificate_pdf(row: DataReturn, *, at: datetime) -> bytes:
    """The agency's certificate that the debtor's data went back or were deleted (PIPL art. 21)."""
    case = row.case
    agency = case.agency
    assert agency is not None  # noqa: S101 - the action refuses a case without one
    blocks: list[Any] = [
        Facts(
            [
                (words("受托机构", "Agency"), words(agency.name, english(agency))),
                (words("债权人", "Creditor"), words(case.creditor.name, english(case.creditor))),
                (words("委托合同", "Mandate"), str(case.mandate or "–")),
                (words("案件编号", "Case"), case.reference),
                (words("处理方式", "What was done"), both(row.get_how_display)),
                (words("完成日期", "Done on"), day(row.done_on)),
                (words("涉及的个人信息", "Which data"), row.what),
                (words("依法继续保存的内容及理由", "What is kept, and why"), row.kept or words("无", "nothing")),
            ]
        ),
        Para(
            words(
                "委托关系就本案已经终止。本机构确认已按上述方式处理受托期间取得的债务人个人信息，不再自行留存（《个人信息保护法》第21条）。",
                "The mandate has ended for this case. The agency certifies that it has dealt as stated with the debtor's personal data that it had under the mandate, and keeps none beside what is named above (PIPL art. 21).",
            )
        ),
        Signatures("", [Signed(words("受托机构（盖章）", "Agency (seal)"), agency.name, "", plain_moment(at, case.zone)),
                        Signed(words("证明人", "Certified by"), row.signed_by, "", "")]),
    ]  # fmt: skip
    return print_paper(
        case, words("个人信息返还及删除证明", "Certificate on personal data"),
        f"{case.reference}-D{case.pk}", at, blocks,
    )  # fmt: skip
