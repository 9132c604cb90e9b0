"""The timeline on paper."""

from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from cases.exceptions import paper_section
from cases.models import Case
from common.clock import local_day
from desk.told import actor_words, sentence
from documents.blocks import Facts, Paper, Section, Table, words
from documents.letterhead import day, house_of, plain_moment
from documents.render import render_paper
from people.models import User
from timeline.chain import Verified, verify
from timeline.models import Event


def timeline_pdf(case: Case, events: list[Event], by: User, at: datetime) -> bytes:
    """Every event in one table, with the chain's state, in the reader's language."""
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    chain = verify(case)
    house, lines = house_of(case)
    state = (
        words("链条完整", "the chain holds")
        if isinstance(chain, Verified)
        else words(f"链条在第 {chain.number} 个事件处断开", f"the chain breaks at {chain.number}")
    )
    blocks: list[Any] = [
        Facts(
            [
                (words("案件", "Case"), f"{case.reference} · {case.debtor_name}"),
                (words("事件数", "Events"), str(case.event_count)),
                (words("链首摘要", "Head of the chain"), case.head),
                (words("校验", "Verified"), state),
                (words("导出人", "Exported by"), f"{by} · {plain_moment(at, case.zone)}"),
            ]
        ),
        *paper_section(case, numbered=False),
        Section(words("事件", "Events")),
        Table(
            [words("序号", "No."), words("时间", "When"), words("办理人", "By"), words("内容", "What"),
             words("规则", "Rules"), words("摘要", "Digest")],
            [
                [
                    str(event.number),
                    plain_moment(event.occurred_at, case.zone),
                    actor_words(event.actor_name),
                    sentence(event),
                    ", ".join(sorted({str(f.get("rule", "")) for f in event.findings})),
                    event.digest[:12],
                ]
                for event in events
            ],
            tight=frozenset({0, 1, 2, 5}),
        ),
    ]  # fmt: skip
    return render_paper(
        Paper(
            title=words("案件时间线", "Timeline of the case"),
            number=f"{case.reference}-T{case.event_count}",
            house=house,
            house_lines=lines,
            made_at=at,
            dated=day(local_day(at, case.zone)),
            blocks=blocks,
            check=f"{case.reference} {case.event_count} {case.head}",
        ),
        language,
    )
