"""The timeline on paper."""

from datetime import datetime
from typing import Any

from cases.exceptions import paper_section
from cases.models import Case
from common.clock import local_day
from desk.told import actor_words, sentence
from documents.blocks import Facts, Paper, Section, Table, words
from documents.letterhead import day, house_of, plain_moment
from documents.render import render_paper
from people.masking import mask
from people.models import User
from timeline.chain import Verified, verify
from timeline.models import Event
from workflow.reasons import tongue_now


def timeline_pdf(
    case: Case,
    events: list[Event],
    by: User | str,
    at: datetime,
    *,
    until: tuple[int, str] | None = None,
    redacted: bool = False,
    only: str = "",
    masked: bool = False,
    mark: str = "",
) -> bytes:
    """Every event in one table, with the chain's state, in the reader's language.

    ``until`` is number and digest of the last event, where later ones stay out; of a ``redacted`` one
    the reasons that were typed for exceptions stay out too. ``only`` is what the events were chosen by, in words.
    Of a ``masked`` one the caller has masked the events; the name is masked here, and those reasons stay out.
    ``mark`` stands on every page: who has taken it out.
    """
    language = tongue_now()
    chain = verify(case)
    size, head = until or (case.event_count, case.head)
    house, lines = house_of(case)
    state = (
        words("链条完整", "the chain holds")
        if isinstance(chain, Verified)
        else words(f"链条在第 {chain.number} 个事件处断开", f"the chain breaks at {chain.number}")
    )
    name = mask(case.debtor_name) if masked else case.debtor_name
    blocks: list[Any] = [
        Facts(
            [
                (words("案件", "Case"), case.reference if redacted else f"{case.reference} · {name}"),
                (words("事件数", "Events"), str(size)),
                (words("链首摘要", "Head of the chain"), head),
                (words("校验", "Verified"), state),
                *([(words("仅列出", "These events alone"), f"{only} · {len(events)}")] if only else []),
                (words("导出人", "Exported by"), f"{by} · {plain_moment(at, case.zone)}"),
            ]
        ),
        *([] if redacted or masked else paper_section(case, numbered=False)),
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
                    "\n".join(sorted({str(f.get("rule", "")) for f in event.findings})),
                    event.digest[:12],
                ]
                for event in events
            ],
            tight=frozenset({0, 1, 2, 4, 5}),
        ),
    ]  # fmt: skip
    return render_paper(
        Paper(
            title=words("案件时间线", "Timeline of the case"),
            number=f"{case.reference}-T{size}",
            house=house,
            house_lines=lines,
            made_at=at,
            dated=day(local_day(at, case.zone)),
            blocks=blocks,
            check=f"{case.reference} {size} {head}",
            mark=mark,
        ),
        language,
    )
