"""How an agreement came to be signed: the checks that really ran, and its terms for machines."""

from datetime import UTC, datetime
from typing import Any

from agreements.models import Agreement, Signatory, Signature, SigningLink, TermConfirmation
from common.money import show
from documents.blocks import Facts, Para, Section, Text, Words, words
from documents.letterhead import behind, both, english, plain_moment
from documents.models import Seal
from people.models import User

FORMAT = "doorstep.agreement/1"


def how_signed(
    agreement: Agreement, seal: Seal | None, reader: Signatory | None = None
) -> list[Any]:
    """The certificate of signing. What nobody checked is not mentioned, not even as missing.

    A ``reader`` who signs besides the debtor gets the checks of the own signature alone.
    """
    signatures = list(agreement.signatures.select_related("document", "recorded_by").order_by("pk"))
    rows: list[tuple[Text, Text]] = [] if reader else [_confirmed(agreement)]
    rows += _promises(agreement, reader)
    for signature in signatures:
        if reader and signature.signatory_id != reader.pk:
            continue
        rows += _side(signature, agreement.case.zone)
    if agreement.reading and not reader:
        kept = agreement.reading
        rows.append(
            (
                words("条款朗读录音", "Recording of the reading aloud"),
                words(f"文件 {kept.number}，SHA-256 {kept.sha256}", f"file {kept.number}, SHA-256 {kept.sha256}"),
            )
        )  # fmt: skip
    rows.append((words("电子印章", "Electronic seal"), _sealed(agreement, seal)))
    return [
        Section(words("签署证明", "Certificate of signing"), numbered=True),
        Facts(rows),
        Para(
            words(
                "以上仅列出实际进行过的核验。时间取自本系统时钟。",
                "Only checks that were really made are listed. Times are those of this system's clock.",
            ),
            "hint",
        ),
    ]


def _confirmed(agreement: Agreement) -> tuple[Text, Text]:
    found = list(
        agreement.confirmations.filter(signatory=None)
        .select_related("recorded_by")
        .order_by("at", "pk")
    )
    done, of, zone = len(found), len(agreement.clauses), agreement.case.zone
    if not found:
        return words("逐条确认", "Terms confirmed"), words("未逐条确认", "none one by one")
    first, last = plain_moment(found[0].at, zone), plain_moment(found[-1].at, zone)
    people = {row.recorded_by for row in found if row.recorded_by.role != User.Role.SYSTEM}
    who = "、".join(sorted(_who(user) for user in people))
    if not who:
        return words("逐条确认", "Terms confirmed"), words(
            f"共 {of} 条，债务人在网页上逐条确认 {done} 条，{first} 至 {last}",
            f"{done} of {of} by the debtor on the page, one by one, {first} to {last}",
        )
    return words("逐条确认", "Terms confirmed"), words(
        f"共 {of} 条，债务人逐条确认 {done} 条，{first} 至 {last}，由 {who} 记录",
        f"{done} of {of} by the debtor, one by one, {first} to {last}, recorded by {who}",
    )


def _promises(agreement: Agreement, reader: Signatory | None) -> list[tuple[Text, Text]]:
    """Who besides the debtor confirmed what they promise, and when."""
    found = agreement.confirmations.exclude(signatory=None).select_related(
        "signatory__party__person", "recorded_by"
    )
    rows: list[tuple[Text, Text]] = []
    for row in found.order_by("at", "pk"):
        if row.signatory is None or (reader and row.signatory_id != reader.pk):
            continue
        name, at = row.signatory.party.person.name, plain_moment(row.at, agreement.case.zone)
        by = words("，在网页上确认", " on the page")
        if row.recorded_by.role != User.Role.SYSTEM:
            who = _who(row.recorded_by)
            by = words(f"，由 {who} 记录", f", recorded by {who}")
        rows.append(
            (
                words("承诺确认", "Promise confirmed"),
                words(f"{name}，{at}{by['zh']}", f"{name}, {at}{by['en']}"),
            )
        )
    return rows


def _side(signature: Signature, zone: str) -> list[tuple[Text, Text]]:
    checked: Words = words("", "")
    if signature.id_checked:
        checked = words("；已核对身份证件", "; identity paper checked")
    at, who = plain_moment(signature.at, zone), _who(signature.recorded_by)
    if signature.way == Signature.Way.PAPER:
        return _on_paper(signature, at, who, checked)
    if signature.way == Signature.Way.LINK:
        return _by_link(signature, at, zone)
    return [
        (
            both(signature.get_side_display),
            words(
                f"{signature.name}，{at} 签名，由 {who} 记录{checked['zh']}",
                f"{signature.name}, signed {at}, recorded by {who}{checked['en']}",
            ),
        ),
        (words("签名图像 SHA-256", "SHA-256 of the signature"), signature.document.sha256),
    ]


def _by_link(signature: Signature, at: str, zone: str) -> list[tuple[Text, Text]]:
    sent = SigningLink.objects.select_related("code", "link", "sent_by").get(
        agreement=signature.agreement, signed_at=signature.at, signatory=signature.signatory_id
    )
    code = sent.code
    assert code is not None  # noqa: S101 - else nobody could have signed
    assert code.used_at is not None  # noqa: S101 - as above
    by_mail = code.channel == "email"
    typed = not signature.document.mime.startswith("image/")
    entered, made = plain_moment(code.used_at, zone), plain_moment(sent.sent_at, zone)
    entered_at = sent.link.entered_at
    assert entered_at is not None  # noqa: S101 - as above
    opened, same = plain_moment(entered_at, zone), words("", "")
    if code.channel == sent.channel:
        same = words("（与链接为同一渠道）", " (the same way as the link)")
    return [
        (
            both(signature.get_side_display),
            words(
                f"{signature.name}，{at} 通过链接{'以输入姓名的方式' if typed else '手写'}签名",
                f"{signature.name}, {'typed the name' if typed else 'signed by hand'} by link {at}",
            ),
        ),
        (
            words("链接", "Link"),
            words(
                f"{made} 由 {_who(sent.sent_by)} 发出；{opened} 以仅本人知道的答案打开",
                f"sent {made} by {_who(sent.sent_by)}; opened {opened} with an answer that only the person knows",
            ),
        ),
        (
            words("身份证件", "Identity paper"),
            words(
                f"{_who(sent.sent_by)} 在发出链接前已核对",
                f"compared by {_who(sent.sent_by)} before the link was sent",
            ),
        ),
        (
            words("一次性验证码", "One-time code"),
            words(
                f"发送至{'邮箱' if by_mail else '手机'} {code.shown_to}{same['zh']}，{entered} 正确输入",
                f"sent to {'e-mail' if by_mail else 'telephone'} {code.shown_to}{same['en']}, entered correctly {entered}",
            ),
        ),
        (
            words("签名文件 SHA-256", "SHA-256 of the signature's file"),
            signature.document.sha256,
        ),
    ]


def _on_paper(signature: Signature, at: str, who: str, checked: Words) -> list[tuple[Text, Text]]:
    name, place = signature.name, signature.place
    return [
        (
            both(signature.get_side_display),
            words(
                f"{name}，在纸质原件上签名；扫描件于 {at} 由 {who} 录入{checked['zh']}。原件存放于：{place}",
                f"{name}, signed on paper; the scan was entered {at} by {who}{checked['en']}. The original is kept: {place}",
            ),
        ),
        (words("扫描件 SHA-256", "SHA-256 of the scan"), signature.document.sha256),
    ]


def _sealed(agreement: Agreement, seal: Seal | None) -> Text:
    house = behind(agreement.case)
    if seal is None:
        return words(
            f"无。签署时 {house.name} 没有可用的证书。是否被改动，请通过二维码核对。",
            f"None: {english(house)} had no certificate when it was signed. Whether it was changed, the QR code tells.",
        )
    made = words("", "")
    if seal.self_made:
        made = words(
            "。证书为自制：可证明文件未被改动，不证明签发者身份",
            ". The certificate is self-made: it shows that nothing was changed, and vouches for nobody",
        )
    return words(
        f"{house.name}，证书 SHA-256 指纹 {seal.fingerprint}{made['zh']}。",
        f"{english(house)}, certificate with SHA-256 fingerprint {seal.fingerprint}{made['en']}.",
    )


def _who(user: User) -> str:
    name = str(user)
    return f"{name} ({user.badge})" if user.badge and user.badge not in name else name


# ---------------------------------------------------------------- for machines


def as_data(agreement: Agreement) -> dict[str, Any]:
    """All that the paper agrees on, sums as text with two places, moments in UTC."""
    case = agreement.case
    return {
        "format": FORMAT,
        "number": agreement.number,
        "version": agreement.version,
        "case": case.reference,
        "currency": "CNY",
        "language": agreement.language,
        "creditor": {"zh": case.creditor.name, "en": english(case.creditor)},
        "agency": {"zh": case.agency.name, "en": english(case.agency)} if case.agency else None,
        "debtor": {"name": case.debtor.name, "id_number": case.debtor.id_number or ""},
        "balance_on": agreement.balance_on.isoformat(),
        "owed": _parts(agreement, ""),
        "waived": _parts(agreement, "waived_"),
        "total": _sum(agreement.total),
        "instalments": [
            {"number": row.number, "due_on": row.due_on.isoformat(), "amount": _sum(row.amount)}
            for row in agreement.instalments.order_by("number")
        ],
        "clauses": agreement.clauses,
        "confirmed": [
            _confirmation(row)
            for row in agreement.confirmations.filter(signatory=None).order_by("at", "pk")
        ],
        **_of_others(agreement),
        "signatures": [
            {
                "side": row.side, "name": row.name, "at": _utc(row.at),
                "sha256": row.document.sha256, "id_checked": row.id_checked, "way": row.way,
            }
            for row in agreement.signatures.select_related("document").order_by("pk")
        ],
        "signed_at": _utc(agreement.signed_at) if agreement.signed_at else None,
    }  # fmt: skip


def _of_others(agreement: Agreement) -> dict[str, Any]:
    """Who signs besides debtor and creditor, in which role; nothing where nobody does."""
    asked = agreement.signatories.select_related("party__person").order_by("pk")
    told = [{"role": one.role, "name": one.party.person.name, "term": one.term} for one in asked]
    return {"others": told} if told else {}


def _parts(agreement: Agreement, before: str) -> dict[str, str]:
    names = ("principal", "interest", "fees")
    return {name: _sum(getattr(agreement, before + name)) for name in names}


def _confirmation(row: TermConfirmation) -> dict[str, str]:
    return {"term": row.term, "at": _utc(row.at)}


def _sum(amount: Any) -> str:
    return show(amount).replace(",", "")


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
