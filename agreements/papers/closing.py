"""The papers a case closes with: the settlement certificate and the closure report."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from agreements.at_the_door import door_blocks
from agreements.kept import kept_blocks
from agreements.papers.common import SUM, agency, ledger_table, plan_table, print_paper
from agreements.papers.leaving import originals_section
from cases.exceptions import paper_section
from cases.models import Case
from common.clock import local_day
from common.money import show
from compliance.packs import load
from compliance.words import Named, in_words
from documents.blocks import Facts, Para, Section, Signatures, Signed, Table, Text, Words, words
from documents.letterhead import both, day, english, hidden, plain_moment, sum_of
from documents.models import Document
from people.models import User
from timeline.models import Event
from workflow.by_link import DEBTOR


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
        # Before the ledger, which may run over the page: nobody seals a page with nothing else on it.
        Signatures("", [Signed(words("出具单位（盖章）", "Issued by (seal)"), case.creditor.name, "", plain_moment(at, case.zone)),
                        Signed(words("经办人", "Handled by"), str(by), "", "")]),
        Section(words("附：金额变动", "Annex: how the sum moved")),
        ledger_table(case),
    ]  # fmt: skip
    return print_paper(
        case, words("结清证明", "Settlement certificate"), f"{case.reference}-S", at, blocks
    )


Part = Callable[[Case, datetime], list[Any]]
_parts: list[Part] = []


def tell_also(part: Part) -> None:
    """Let the report hold what another app knows of the case up to a moment; called once, when that app is ready."""
    _parts.append(part)


def closure_report_pdf(case: Case, *, by: User, at: datetime) -> bytes:
    """The whole story: people, sums, notices, visits, decisions, agreements, payments, documents.

    It tells of the timeline up to ``case.event_count``, so that it can be made again with the same bytes.
    """
    zone = case.zone
    events = list(Event.objects.filter(case=case, number__lte=case.event_count).order_by("number"))
    listed = case.documents.shown().filter(created_at__lte=at)
    listed = listed.exclude(kind=Document.Kind.CLOSURE_REPORT, created_at__gte=at)  # this very one
    blocks: list[Any] = [
        Section(words("案件概况", "The case"), numbered=True),
        Facts(
            [
                (words("案件编号", "Reference"), case.reference),
                (words("债权人", "Creditor"), words(case.creditor.name, english(case.creditor))),
                (words("受托机构", "Agency"), agency(case)),
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
        ledger_table(case),
        Section(words("联系与通知", "Contacts and notices"), numbered=True),
        Table(
            [words("时间", "When"), words("方式", "By"), words("内容", "What"), words("结果", "Result")],
            _said(case),
            tight=frozenset({0, 1, 2}),
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
            [[both(a.get_kind_display), f"{a.requested_by}\n{plain_moment(a.requested_at, zone)}",
              f"{a.decided_by or '–'}\n{plain_moment(a.decided_at, zone)}".strip(), both(a.get_state_display), a.answer or a.reason]
             for a in case.approvals.select_related("requested_by", "decided_by").order_by("pk")],
        ),
        *paper_section(case, numbered=True),
        Section(words("协议", "Agreements"), numbered=True),
    ]  # fmt: skip
    for agreement in case.agreements.order_by("version"):
        why = both(agreement.get_cause_display) if agreement.cause else words("", "")
        blocks.append(
            Para(
                words(
                    f"{agreement.number}，第 {agreement.version} 版，应还 {show(agreement.total)} 元，减免 {show(agreement.waived)} 元，签署于 {plain_moment(agreement.signed_at, zone) or '未签署'}{'；重订原因：' + why['zh'] + '，' + agreement.reason if agreement.cause else ''}。",
                    f"{agreement.number}, version {agreement.version}: {show(agreement.total)} to be paid, {show(agreement.waived)} waived, signed {plain_moment(agreement.signed_at, zone) or 'never'}{'; drawn up anew: ' + why['en'] + ', ' + agreement.reason if agreement.cause else ''}.",
                ),
                "clause",
            )
        )
        blocks.append(plan_table(agreement))
    blocks += [
        Section(words("还款", "Payments"), numbered=True),
        Table(
            [words("收据", "Receipt"), words("时间", "When"), words("方式", "How"), SUM],
            [[p.number, plain_moment(p.received_at, zone), both(p.get_method_display), show(p.amount) + (" ✗" if p.reversed_at else "")]
             for p in case.payments.order_by("received_at")],
            frozenset({3}),
        ),
        *originals_section(case),
        *(block for part in _parts for block in part(case, at)),
        Section(words("文件清单", "Documents"), numbered=True),
        Table(
            [words("文件", "Document"), words("编号", "Number"), "SHA-256"],
            [[d.title, d.number, f"{d.sha256[:32]}\n{d.sha256[32:]}"] for d in listed.order_by("created_at", "pk")],
        ),
        Section(words("保存与删除", "Keeping and deleting"), numbered=True),
        *kept_blocks(case, at),
    ]  # fmt: skip
    return print_paper(
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
    staff = sorted(
        {event.actor_name for event in events if event.actor_name not in {"system", DEBTOR}}
    )
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
    why = both(lambda: notice.because)
    return words(
        " ".join(part for part in (state["zh"], when, why["zh"]) if part),
        " ".join(part for part in (state["en"], when, why["en"]) if part),
    )


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
