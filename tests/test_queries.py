"""What the lists cost in queries: the same for five rows and for fifty."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case
from documents.models import Document
from door.models import Item
from door.packs import phone_of
from notices.models import StaffMessage
from notices.outbox import queue
from people.models import User
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
        StaffMessage.objects.create(
            person=make.supervisor(), kind="alarm", subject="警报", text="请致电", queued_at=AT,
            address="supervisor@doorstep.example", dedupe_key=f"q:{case.pk}", next_at=AT,
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
    "today": ("visits:today", "", "supervisor", 6),
    "approvals": ("desk:approvals", "", "supervisor", 6),
    "letters": ("notices:letters", "", "clerk", 8),
    "print runs": ("notices:runs", "", "clerk", 4),
    "outbox": ("notices:outbox", "", "clerk", 10),
    "exceptions": ("desk:exceptions", "?view=waiting", "supervisor", 6),
    "next thirty days": ("visits:outlook", "", "supervisor", 8),
    "runs": ("outreach:runs", "", "clerk", 4),
    "a run to be drafted": ("outreach:new", "?view=all", "clerk", 8),
    "officers": ("visits:officers", "", "supervisor", 6),
    "safety": ("visits:safety", "", "supervisor", 8),
    "to settle": ("door:to_settle", "", "supervisor", 6),
    "quarantine": ("visits:quarantine", "", "compliance", 6),
    "dashboard": ("desk:dashboard", "", "supervisor", 17),
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
                  "compliance": make.compliance_officer()}  # fmt: skip
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
        assert before <= OWN + 14
