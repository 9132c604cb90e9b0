"""What changes between two versions, on paper, in both languages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from common.clock import HOUSE_ZONE, local_day
from compliance.comparing import Change
from compliance.shelf import Pack
from documents.blocks import Facts, Paper, Para, Section, Table, words
from documents.letterhead import day, english
from documents.render import render_paper
from people.models import Organisation
from rulebook.models import PackVersion
from rulebook.shown import KINDS, lines_of


def diff_pdf(
    old: Pack, new: Pack, row: PackVersion, found: Sequence[Change], *, at: datetime, language: str
) -> bytes:
    """Every change, value by value, the old beside the new."""
    house = Organisation.objects.filter(kind=Organisation.Kind.AGENCY).order_by("pk").first()
    blocks: list[Any] = [
        Facts(
            [
                (words("规则包", "Rule pack"), words(new.title["zh"], new.title["en"])),
                (
                    words("原版本", "From version"),
                    "–" if old.digest == new.digest else f"{old.version} · {old.digest[:16]}",
                ),
                (words("新版本", "To version"), f"{new.version} · {new.digest[:16]}"),
                (words("自何日起适用", "In force from"), day(row.in_force_from)),
                (words("修改理由", "Why"), row.reason or "–"),
            ]
        ),
    ]
    if not found:
        blocks.append(Para(words("两个版本内容相同。", "The two versions say the same.")))
    for change in found:
        blocks.append(
            Section(
                words(
                    f"{change.entry.id} · {KINDS[change.kind]['zh']}",
                    f"{change.entry.id} · {KINDS[change.kind]['en']}",
                ),
                numbered=True,
            )
        )
        blocks.append(_from(change))
        rows = _rows(change)
        if rows:
            blocks.append(
                Table([words("项目", "What"), words("原值", "Old"), words("新值", "New")], rows)
            )
    return render_paper(
        Paper(
            title=words("规则变更对照表", "What changes in the rules"),
            number=f"{row.reference}-{old.digest[:6].upper()}",
            house=words(house.name, english(house)) if house else words("规则手册", "Rule book"),
            house_lines=[],
            made_at=at,
            dated=day(local_day(at, HOUSE_ZONE)),
            blocks=blocks,
            check=f"{row.reference} {old.digest} {new.digest}",
        ),
        language,
    )


def _from(change: Change) -> Para:
    when = day(change.begins)
    return Para(words(f"自{when['zh']}起", f"From {when['en']} on"))


def _rows(change: Change) -> list[list[Any]]:
    return [
        [words(zh.name, en.name), words(zh.old, en.old), words(zh.new, en.new)]
        for zh, en in zip(lines_of(change, "zh"), lines_of(change, "en"), strict=True)
    ]
