"""What a person gets: the copy of what is held, and the letter that answers."""

from datetime import date, datetime
from typing import Any

from agreements.papers.common import print_paper
from cases.models import DataRequest
from compliance.records import HOLDS, RECORDS, REST
from documents.blocks import Facts, Para, Section, Signatures, Signed, Table, Words, words
from documents.letterhead import behind, both, moment
from privacy.holdings import Holding

NAMES = RECORDS | REST
STATES: dict[str, Words] = {
    DataRequest.State.GRANTED: words("同意", "granted"),
    DataRequest.State.PARTLY: words("部分同意", "granted in part"),
    DataRequest.State.REFUSED: words("不予同意", "refused"),
}
REMEDY = words(
    "如对本答复有异议，您可以向我们提出投诉，也可以向履行个人信息保护职责的部门投诉、举报，或者依法向人民法院提起诉讼（《个人信息保护法》第50条、第65条）。",
    "If you do not agree you may complain to us, complain to the authority that protects personal data, or sue (Personal Information Protection Law arts. 50, 65).",
)


def copy_pdf(request: DataRequest, found: list[Holding], at: datetime) -> bytes:
    """The copy of all that is held of the person, in the person's language."""
    blocks: list[Any] = [
        Facts(
            [
                (words("请求编号", "Request"), request.number),
                (words("案件编号", "Case"), request.case.reference),
                (words("提供对象", "Made for"), request.person.name),
                (words("制作时间", "Made at"), moment(at, request.case.zone)),
            ]
        ),
        Para(
            words(
                "以下为本机构处理的您的个人信息。涉及其他人的内容已作脱敏处理。",
                "This is what we hold of you. What is about other people is masked.",
            )
        ),
    ]
    for one in found:
        blocks += [Section(one.title), Table(list(one.columns), [list(row) for row in one.rows])]
    title = words("个人信息副本", "Copy of personal data")
    return print_paper(
        request.case, title, request.number, at, blocks, language=request.person.language, checked=False
    )  # fmt: skip


def answer_pdf(request: DataRequest, at: datetime) -> bytes:
    """The letter: what was asked, what was done, what was not, why and by which rule."""
    told = request.told
    blocks: list[Any] = [
        Facts(
            [
                (words("请求编号", "Request"), request.number),
                (words("请求人", "From"), request.person.name),
                (words("请求事项", "Asked for"), both(request.get_kind_display)),
                (words("收到时间", "Received"), moment(request.received_at, request.case.zone)),
                (words("处理结果", "Decision"), STATES[request.state]),
            ]
        ),
        Section(words("理由", "Grounds")),
        Para(request.grounds),
    ]
    if told.get("deleted"):
        blocks += [
            Section(words("已删除", "What was deleted")),
            Table(
                [words("内容", "Records"), words("删除证明编号", "Certificate")],
                [[_name(one["record"]), one["certificate"]] for one in told["deleted"]],
            ),
        ]
    if told.get("kept"):
        blocks += [
            Section(words("依法继续保存", "What has to be kept")),
            Table(
                [words("内容", "Records"), words("期限", "Until"), words("原因和依据", "Why, and by which rule")],
                [[_name(one["record"]), _until(one), _why(one)] for one in told["kept"]],
            ),
            Para(
                words(
                    "在此期间，除存储和采取必要的安全保护措施外，停止其他处理（《个人信息保护法》第47条第2款）。",
                    "Once the claim is closed it is stored and secured until then, and used for nothing else (Personal Information Protection Law art. 47(2)).",
                )
            ),
        ]  # fmt: skip
    blocks += [
        Para(REMEDY),
        Signatures(
            "", [Signed(words("答复单位（盖章）", "Answered by (seal)"), behind(request.case).name)]
        ),
    ]
    title = words("个人信息权利请求答复书", "Answer to a request about personal data")
    return print_paper(
        request.case, title, f"{request.number}-A", at, blocks, language=request.person.language, checked=False
    )  # fmt: skip


def _name(record: str) -> Words:
    en, zh = NAMES[record]
    return words(zh, en)


def _until(kept: dict[str, Any]) -> Words:
    if kept["due_on"]:
        on = date.fromisoformat(str(kept["due_on"]))
        return words(f"{on}", f"{on}")
    return words("结案后另行计算", "reckoned once the case is closed")


def _why(kept: dict[str, Any]) -> Words:
    zh = (
        [f"保留：{'、'.join(HOLDS[code][1] for code in kept['held_by'])}"]
        if kept["held_by"]
        else []
    )
    en = (
        [f"held: {', '.join(HOLDS[code][0] for code in kept['held_by'])}"]
        if kept["held_by"]
        else []
    )
    for one in kept["why"]:
        zh.append(f"{one['says']['zh']}（{one['rule']}，{one['source']['zh']}）")
        en.append(f"{one['says']['en']} ({one['rule']}, {one['source']['en']})")
    return words("\n".join(zh) or "–", "\n".join(en) or "–")
