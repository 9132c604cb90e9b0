"""The deletion certificate: which kinds, how many, by which rule, what was kept and why; nothing of anybody."""

from datetime import date, datetime
from typing import Any

from agreements.papers.common import print_paper
from cases.models import Case
from compliance.records import HOLDS, RECORDS, REST
from documents import sealing
from documents.blocks import Facts, Para, Section, Signatures, Signed, Table, Text, words
from documents.letterhead import behind, english, moment
from retention.models import Erasure

NAMES = RECORDS | REST
TITLE = words("删除证明 · Deletion certificate", "删除证明 · Deletion certificate")
ISSUED_BY = words("出具单位（盖章） · Issued by (seal)", "出具单位（盖章） · Issued by (seal)")
TONGUES = ("zh", "en")


def certificate_pdf(erasure: Erasure, papers: list[dict[str, str]], at: datetime) -> bytes:
    """The certificate in Chinese and in English, sealed where the organisation has a seal."""
    case = erasure.case
    blocks: list[Any] = []
    for tongue in TONGUES:
        blocks += _part(erasure, papers, tongue)
    blocks.append(Signatures("", [Signed(ISSUED_BY, behind(case).name)]))
    content = print_paper(case, TITLE, erasure.number, at, blocks, language="zh")
    seal = sealing.seal_of(behind(case), at)
    if seal is None:
        return content
    reason = f"删除证明 · Deletion certificate {erasure.number}"
    return sealing.seal_pdf(content, seal, reason, at).content


def _part(erasure: Erasure, papers: list[dict[str, str]], tongue: str) -> list[Any]:
    case = erasure.case

    def pick(zh: str, en: str) -> str:
        return zh if tongue == "zh" else en

    house = behind(case)
    blocks: list[Any] = [
        Section(pick("已删除的记录", "Records that were deleted")),
        Facts(
            [
                (pick("案件编号", "Case"), case.reference),
                (pick("删除单位", "Deleted by"), pick(house.name, english(house))),
                (pick("删除时间", "Deleted at"), moment(erasure.at, case.zone)[tongue]),
            ]
        ),
        Table(
            [
                pick("记录", "Records"), pick("文件", "Files"), pick("时间线条目", "Timeline entries"),
                pick("其他数据行", "Other rows"), pick("依据", "By which rule"),
            ],
            [_deleted_row(told, tongue) for told in erasure.told],
            frozenset({1, 2, 3}),
        ),
        Para(
            pick(
                "被删除的内容已从文件存储和数据库中移除，不可恢复；时间线各条目的承诺值与摘要值仍保留，时间线仍可校验。备份按其轮换周期到期后不再含有上述内容。",
                "What was deleted is gone from the store of files and from the database and cannot be brought back; the timeline keeps the commitments and digests of its entries and still verifies. Backups hold none of it any more once their turn is over.",
            )
        ),
    ]  # fmt: skip
    if erasure.kept:
        blocks += [
            Section(pick("继续保存的记录", "Records that were kept")),
            Table(
                [pick("记录", "Records"), pick("原因", "Why"), pick("依据", "By which rule")],
                [_kept_row(kept, tongue) for kept in erasure.kept],
            ),
        ]
    if papers:
        blocks += [
            Section(pick("被删除文件的摘要值（SHA-256）", "Digests of the files that were deleted (SHA-256)")),
            Table(
                [pick("文件编号", "Document number"), "SHA-256"],
                [[paper["number"], paper["sha256"]] for paper in papers],
                tight=frozenset({0}),
            ),
        ]  # fmt: skip
    return blocks


def _deleted_row(told: dict[str, Any], tongue: str) -> list[Text]:
    return [
        _name(told["record"], tongue), str(told["papers"]), str(told["entries"]),
        str(told["rows"]), _rules(told["why"], tongue),
    ]  # fmt: skip


def _kept_row(kept: dict[str, Any], tongue: str) -> list[Text]:
    if kept["held_by"]:
        held = [HOLDS[code][1 if tongue == "zh" else 0] for code in kept["held_by"]]
        why = f"保留：{'、'.join(held)}" if tongue == "zh" else f"held: {', '.join(held)}"
    elif kept["due_on"]:
        on = date.fromisoformat(str(kept["due_on"]))
        why = f"保存至 {on} 前" if tongue == "zh" else f"its term runs; goes on {on}"
    else:
        why = (
            "尚无规则能够确定保存期限"
            if tongue == "zh"
            else "no rule says yet until when it is kept"
        )
    return [_name(kept["record"], tongue), why, _rules(kept["why"], tongue)]


def _name(record: str, tongue: str) -> str:
    return NAMES[record][1 if tongue == "zh" else 0]


def _rules(why: list[dict[str, Any]], tongue: str) -> str:
    return "\n".join(f"{one['rule']} · {one['source'][tongue]}" for one in why) or "–"


def filename(case: Case, erasure: Erasure) -> str:
    """Under which name the certificate is kept."""
    return f"{case.reference}-{erasure.number}.pdf"
