"""What the lists cost in queries: the same for five rows and for fifty."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.models import CashNumber, CashTaken, Payment
from banking.models import ProviderAccount, Statement, StatementLine
from cases.models import Case, DataRequest
from documents.models import Document
from door.models import Item
from door.packs import phone_of
from notices.models import StaffMessage
from notices.outbox import queue
from people.models import User
from quality.models import Complaint, Finding, Sample, SampleLine
from retention.models import Erasure, LegalHold, Term
from tests import make, walk
from visits.models import Evidence, Outlook, Visit, VisitOfficer
from workflow.models import Approval, Duty
from workflow.steps import note

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-02 10:00")
FEW, MANY = 5, 50
OWN = 2
"""The reader's session and the reader: asked by every page."""


def add_cases(start: int, end: int) -> None:
    """So many cases, each with a duty, a visit, a letter and a request that waits, of people of its own."""
    for n in range(start, end):
        case = make.case(
            reference=f"HZ-2026-{n:04d}", external_reference=f"Q-{n}",
            who=make.debtor(name=f"王{n}", id_number=""),
        )  # fmt: skip
        officer = User.objects.create_user(
            username=f"o{n}", role="officer", team=case.team, badge=f"B{n}", full_name=f"李{n}"
        )
        Case.objects.filter(pk=case.pk).update(next_due_at=AT - timedelta(hours=1), officer=officer)
        Duty.objects.create(
            case=case, kind="call", says={"en": "Call.", "zh": "致电。"}, key=f"q{n}", raised_at=AT,
            due_at=AT - timedelta(hours=1),
        )  # fmt: skip
        starts = make.moment("2026-03-05 10:00") + timedelta(minutes=n)
        visit = Visit.objects.create(
            case=case, reference=f"V-Q{n}", place=case.debtor.addresses.get(), place_kind="home",
            starts_at=starts, ends_at=starts + timedelta(hours=1),
            purpose="商谈", intended_outcome="分期", state="planned", planned_by=make.clerk(),
            planned_at=AT,
        )  # fmt: skip
        Item.objects.create(
            device=phone_of(uuid.UUID(int=1), by=officer, at=AT), uuid=uuid.UUID(int=n), by=officer,
            visit=visit, seq=n, question="remark", text="{}", sha256=f"{n:064}", device_at=AT,
            drift_seconds=0, happened_at=AT, received_at=AT, state="conflict", why="不一致",
        )  # fmt: skip
        Evidence.objects.create(
            visit=visit, document=paper_of(case, quarantined=True), taken_at=AT, added_by=officer,
            apart_because="未同意",
        )  # fmt: skip
        VisitOfficer.objects.create(
            visit=visit, officer=officer, slot=(visit.starts_at, visit.ends_at)
        )
        Outlook.objects.create(
            visit=visit, starts_at=visit.starts_at, state=visit.state, looked_at=AT,
            looked_on=AT.date(), refused=True, rules=["ST-04"], findings=[],
        )  # fmt: skip
        Approval.objects.create(
            case=case, kind="waiver", subject="1", reason="生活困难", requested_by=officer,
            requested_at=AT, expires_at=AT + timedelta(days=7),
        )  # fmt: skip
        Approval.objects.create(
            case=case, kind="exception", subject="ST-15", reason="书面要求", requested_by=officer,
            requested_at=AT, expires_at=AT + timedelta(days=7), evidence_kind="consent",
            evidence=paper_of(case),
        )  # fmt: skip
        note(
            case, event="case.written_to", by=make.clerk(), at=AT,
            then=lambda locked, *_: queue(
                case=locked, kind="letter", channel="letter", recipient=locked.debtor,
                address="杭州", language="zh", subject="信", body="信", due_at=AT,
                dedupe_key=f"q:{locked.pk}", at=AT,
            ) and None,
        )  # fmt: skip
        add_line(case, n)
        add_records(case, n)
        add_quality(visit, n)
        add_cash(visit, n)
        StaffMessage.objects.create(
            person=make.supervisor(), kind="alarm", subject="警报", text="请致电", queued_at=AT,
            address="supervisor@doorstep.example", dedupe_key=f"q:{case.pk}", next_at=AT,
        )  # fmt: skip


def add_records(case: Case, n: int) -> None:
    """Records that are due, others that are held, and a deletion of long ago, as rows alone."""
    for record, held_by in (("visit_log", []), ("notice", ["suit"])):
        Term.objects.create(
            case=case, record=record, held_by=held_by, closed_at=AT, due_on=AT.date(),
            look_on=AT.date(),
        )  # fmt: skip
    DataRequest.objects.create(
        case=case, number=f"Q-Q{n}", person=case.debtor, kind="access", how="phone", words="查阅",
        received_at=AT, received_by=make.clerk(), due_at=AT + timedelta(days=15),
    )  # fmt: skip
    LegalHold.objects.create(
        case=case, kind="suit", reason="诉讼", review_on=AT.date(), set_by=make.clerk(), set_at=AT
    )
    Erasure.objects.create(number=f"E-Q{n}", case=case, at=AT)


def add_quality(visit: Visit, n: int) -> None:
    """A complaint about the visit, and a sample that holds it with something to be done."""
    case = visit.case
    Complaint.objects.create(
        case=case, number=f"Q-Q{n}", how="phone", what="manner", words="大声", visit=visit, rules=[],
        received_at=AT, received_by=make.clerk(), letter_due_at=AT, answer_due_at=AT,
    )  # fmt: skip
    sample = Sample.objects.create(
        number=f"S-Q{n}", month=AT.date(), team=case.team, size=1, seed=n, population=1, drawn_at=AT,
        population_sha256="0" * 64, drawn_by=make.clerk(),
    )  # fmt: skip
    line = SampleLine.objects.create(
        sample=sample, place=1, visit=visit, case=case, drawn="random", signs=[], weight=1
    )
    Finding.objects.create(
        case=case, line=line, what="培训", owner=make.clerk(), due_on=AT.date(), raised_at=AT,
        raised_by=make.supervisor(),
    )  # fmt: skip


def add_line(case: Case, n: int) -> None:
    """A statement with a line that waits, proposed for that case; and a refund that a provider told of."""
    account = ProviderAccount.objects.create(
        creditor=case.creditor, team=case.team, provider="stripe_pay", is_active=False,
        changed_by=make.clerk(), changed_at=AT,
    )  # fmt: skip
    StatementLine.objects.create(
        provider=account, team=case.team, account="2", key=f"out:{n}", moved_at=AT,
        amount=Decimal("1.00"), currency="CNY", is_return=True, state="open", match="likely",
        why="part_back",
    )  # fmt: skip
    statement = Statement.objects.create(
        number=f"S-2026-{n:04d}", creditor=case.creditor, team=case.team, document=paper_of_house(n),
        sha256=f"{n:064}", layout="ccb", account="1", first_at=AT, last_at=AT, line_count=1,
        known_count=0, taken_in_by=make.clerk(), taken_in_at=AT,
    )  # fmt: skip
    StatementLine.objects.create(
        statement=statement, team=case.team, row=2, account="1", key=f"in:{n}", moved_at=AT,
        amount=Decimal("1.00"), currency="CNY", state="open", match="likely",
        why="payer_and_amount", case=case,
    )  # fmt: skip


def add_cash(visit: Visit, n: int) -> None:
    """Cash of that visit that is to be handed in, and cash that is accounted for with a difference."""
    first, second = make.crew()
    for number, settled in ((2 * n, False), (2 * n + 1, True)):
        given = CashNumber.objects.create(
            organisation=make.agency(), number=number, visit=visit, device=uuid.UUID(int=1),
            given_to=first, given_at=AT,
        )  # fmt: skip
        payment = Payment.objects.create(
            case=visit.case, number=str(given), amount=Decimal("50.00"), method="cash",
            received_at=AT, recorded_by=first, recorded_at=AT,
        )  # fmt: skip
        CashTaken.objects.create(
            number=given, payment=payment, visit=visit, first=first, second=second,
            notes={"50": 1}, taken_at=AT, due_at=AT + timedelta(minutes=n),
            **({"settled_at": AT, "difference": 10, "accepted_by": make.supervisor()} if settled else {}),
        )  # fmt: skip


def paper_of_house(n: int) -> Document:
    """A file of no case, as a row alone."""
    return Document.objects.create(
        case=None, number=f"D-S{n}", kind="statement", filename="s.csv", title="流水", size=1,
        file=f"s/{n}.csv", sha256=f"{n:064}", mime="text/csv", created_at=AT,
        created_by=make.clerk(),
    )  # fmt: skip


def paper_of(case: Case, *, quarantined: bool = False) -> Document:
    """A document of that case, as a row alone."""
    return Document.objects.create(
        case=case, number=f"{case.reference}-{'Q' if quarantined else 'E'}", quarantined=quarantined, kind="certificate", filename="e.pdf", title="证据",
        file=f"{case.pk}/e.pdf", sha256="0" * 64, size=1, mime="application/pdf", created_at=AT,
        created_by=make.clerk(),
    )  # fmt: skip


PAGES = {  # page -> the most queries that it may need beside the reader's own
    "work": ("desk:work", "?view=all", "supervisor", 6),
    "work by due time": ("desk:work", "?view=waiting", "supervisor", 6),
    "work of every team": ("desk:work", "?view=all", "compliance", 6),
    "search": ("desk:work", "?view=all&q=王", "supervisor", 6),
    "calendar": ("visits:calendar", "?week=2026-03-05", "supervisor", 6),
    "visits of a day": ("visits:day", "?day=2026-03-05", "supervisor", 6),
    "today": ("visits:today", "", "supervisor", 6),
    "approvals": ("desk:approvals", "", "supervisor", 6),
    "letters": ("notices:letters", "", "clerk", 8),
    "print runs": ("notices:runs", "", "clerk", 4),
    "outbox": ("notices:outbox", "", "clerk", 10),
    "exceptions": ("desk:exceptions", "?view=waiting", "supervisor", 6),
    "next thirty days": ("visits:outlook", "", "supervisor", 8),
    "exports": ("exports:exports", "?view=all", "compliance", 3),
    "exports that wait": ("exports:exports", "?view=waiting", "supervisor", 4),
    "bundles": ("court:bundles", "", "supervisor", 2),
    "daily heads": ("court:anchors", "", "compliance", 2),
    "what goes when": ("retention:due", "?view=all", "compliance", 4),
    "holds on records": ("retention:held", "", "compliance", 4),
    "kept all the same": ("retention:kept", "", "compliance", 4),
    "requests about data": ("privacy:requests", "?view=all", "compliance", 4),
    "deleted": ("retention:deleted", "", "compliance", 4),
    "complaints": ("quality:complaints", "", "compliance", 4),
    "samples": ("quality:samples", "", "supervisor", 4),
    "runs": ("outreach:runs", "", "clerk", 4),
    "a run to be drafted": ("outreach:new", "?view=all", "clerk", 8),
    "workload": ("allocation:workload", "", "supervisor", 6),
    "moves that are proposed": ("allocation:give_out", "", "supervisor", 6),
    "cases to be given on": ("allocation:give_on", "?view=all", "supervisor", 6),
    "absences": ("allocation:absences", "", "supervisor", 6),
    "officers": ("visits:officers", "", "supervisor", 6),
    "safety": ("visits:safety", "", "supervisor", 8),
    "to settle": ("door:to_settle", "", "supervisor", 6),
    "quarantine": ("visits:quarantine", "", "compliance", 6),
    "money in": ("banking:money_in", "", "clerk", 4),
    "cash to hand in": ("agreements:cash", "", "clerk", 5),
    "cash that is accounted for": ("agreements:cash", "?view=settled", "clerk", 3),
    "numbers of cash receipts": ("agreements:cash", "?view=numbers", "clerk", 3),
    "bank statements": ("banking:statements", "", "clerk", 4),
    "payment providers": ("banking:providers", "", "administrator", 4),
    "limitation running out": ("agreements:running_out", "?view=all", "supervisor", 4),
    "dashboard": ("desk:dashboard", "", "supervisor", 24),
}


def queries(name: str, query: str, who: User) -> list[str]:
    client = Client()
    client.force_login(who)
    address = reverse(name) + query
    client.get(address)  # what a process reads once, such as the rule packs
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = client.get(address)
        assert answer.status_code == 200
        answer.content  # noqa: B018
    return [q["sql"] for q in seen.captured_queries]


class TestLists:
    def test_cost_the_same_for_five_rows_and_for_fifty(self, clock: Any) -> None:
        clock.set(AT)
        people = {"supervisor": make.supervisor(), "clerk": make.clerk(),
                  "compliance": make.compliance_officer(),
                  "administrator": make.administrator()}  # fmt: skip
        add_cases(0, FEW)
        few = {page: queries(n, q, people[who]) for page, (n, q, who, _m) in PAGES.items()}
        add_cases(FEW, MANY)
        many = {page: queries(n, q, people[who]) for page, (n, q, who, _m) in PAGES.items()}
        cost = {page: (len(few[page]), len(many[page])) for page in PAGES}
        assert [page for page, (a, b) in cost.items() if a != b] == [], cost
        most = {page: m + OWN for page, (_n, _q, _w, m) in PAGES.items()}
        assert [(page, n[1]) for page, n in cost.items() if n[1] > most[page]] == [], {
            page: many[page] for page in PAGES if len(many[page]) > most[page]
        }


class TestCasePage:
    @pytest.mark.parametrize(
        "tab", ["overview", "debt", "people", "visits", "agreement", "notices", "documents"]
    )
    def test_costs_the_same_whatever_the_case_has_been_through(self, clock: Any, tab: str) -> None:
        clock.set(AT)
        visit = walk.noticed()
        case, clerk = visit.case, make.clerk()

        def cost() -> int:
            client = Client()
            client.force_login(clerk)
            client.get(case.get_absolute_url())
            with CaptureQueriesContext(connection) as seen:
                assert client.get(f"{case.get_absolute_url()}?tab={tab}").status_code == 200
            return len(seen)

        before = cost()
        for n in range(20):
            from cases.actions.contacting import log_contact
            from cases.actions.preparing import add_paper

            add_paper(
                case=case, kind="other", filename="x.pdf", content=make.PDF, original_held=False,
                kept_at="", by=clerk, at=AT + timedelta(minutes=n),
            )  # fmt: skip
            log_contact(
                case=case, channel="wechat", result="delivered", remark="", by=clerk,
                at=AT + timedelta(minutes=n),
            )  # fmt: skip
        assert cost() == before
        assert before <= OWN + 15
