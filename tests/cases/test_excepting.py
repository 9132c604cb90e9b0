"""An exception: typed evidence, two people, a day on which it ends, and in sight wherever it counts."""

import io
import json
from datetime import datetime, timedelta
from typing import Any

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from agreements import papers
from cases.actions.excepting import ask_exception
from cases.actions.preparing import add_paper
from cases.models import Case
from documents.models import Document
from tests import make, walk
from tests.exports.cast import taken_out
from timeline.models import Event, Stop
from visits.models import Visit
from workflow.approvals import SecondPersonNeeded, decide_approval
from workflow.models import Approval
from workflow.steps import Outsider, PolicyRefused, RightRefused, WrongInput

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-02 09:00")
LAST = make.moment("2026-03-11 00:00")


def text_of(pdf: bytes) -> str:
    """What the paper says, without the white space that line breaks bring in."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def asked(case: Case, **given: Any) -> Approval:
    with_all = {
        "rule": "ST-15", "reason": "债务人书面邀请上门", "evidence_kind": "consent",
        "filename": "letter.pdf", "content": make.PDF, "until": LAST, "by": make.clerk(), "at": AT,
    }  # fmt: skip
    return ask_exception(case=case, **{**with_all, **given})


def granted(case: Case, **given: Any) -> Approval:
    approval = asked(case, **given)
    decide_approval(
        approval=approval, granted=True, answer="已核对来信", by=make.compliance_officer(),
        at=AT + timedelta(minutes=5),
    )  # fmt: skip
    return approval


def untried() -> Case:
    """A proven case in which nobody has called or written yet, so that ST-15 stands against a visit."""
    case = make.case()
    for kind in ("contract", "disbursement", "statement"):
        add_paper(
            case=case, kind=kind, filename=f"{kind}.pdf", content=make.PDF, original_held=False,
            kept_at="", by=make.clerk(), at=AT,
        )  # fmt: skip
    return Case.objects.get(pk=case.pk)


class TestAskException:
    def test_keeps_the_kind_of_evidence_the_file_and_the_last_day(self) -> None:
        approval = asked(make.case())
        assert approval.evidence_kind == "consent"
        assert approval.evidence.sha256
        assert approval.expires_at == LAST
        told = Event.objects.get(kind="approval.requested")
        assert told.data["evidence_kind"] == "consent"
        assert told.data["evidence"] == approval.evidence.number

    @pytest.mark.parametrize("rule", ["ST-01", "CN-01", "nothing", ""])
    def test_is_refused_for_a_rule_that_knows_no_exception(self, rule: str) -> None:
        with pytest.raises(WrongInput) as wrong:
            asked(make.case(), rule=rule)
        assert wrong.value.field == "rule"
        assert not Approval.objects.exists()
        assert not Document.objects.filter(kind="certificate").exists()

    @pytest.mark.parametrize("kind", ["", "letter"])
    def test_is_refused_without_a_known_kind_of_evidence(self, kind: str) -> None:
        with pytest.raises(WrongInput) as wrong:
            asked(make.case(), evidence_kind=kind)
        assert wrong.value.field == "evidence_kind"

    def test_is_refused_for_days_that_are_past(self) -> None:
        with pytest.raises(WrongInput) as wrong:
            asked(make.case(), until=AT)
        assert wrong.value.field == "until"

    def test_is_refused_to_an_outsider(self) -> None:
        case = make.case()
        with pytest.raises(Outsider):
            asked(case, by=make.outsider())

    def test_is_never_decided_by_the_one_who_asked(self) -> None:
        boss = make.compliance_officer()
        approval = asked(make.case(), by=boss)
        with pytest.raises(SecondPersonNeeded):
            decide_approval(approval=approval, granted=True, answer="可", by=boss, at=AT)
        assert Approval.objects.get().state == "waiting"

    def test_is_not_for_a_supervisor_to_grant(self) -> None:
        approval = asked(make.case())
        with pytest.raises(RightRefused):
            decide_approval(
                approval=approval, granted=True, answer="可", by=make.supervisor(), at=AT
            )


class TestInForce:
    def test_lets_the_visit_be_planned_and_says_so_on_the_timeline(self) -> None:
        case = untried()
        with pytest.raises(PolicyRefused) as refused:
            walk.planned(case=case)
        assert [finding.rule for finding in refused.value.findings] == ["ST-15"]
        approval = granted(case)

        walk.planned(case=Case.objects.get(pk=case.pk))
        used = Event.objects.get(kind="policy.overridden")
        (finding,) = used.findings
        assert finding["rule"] == "ST-15"
        assert finding["excepted"] == {
            "requested_by": "陈晓", "approved_by": "林静", "until": "2026-03-11",
            "evidence": "债务人书面邀请上门", "kind": "consent",
            "document": approval.evidence.number,
        }  # fmt: skip
        assert used.data == {"asked": "visit.plan"}

    def test_heals_nothing_once_it_has_run_out(self) -> None:
        case = untried()
        granted(case, until=make.moment("2026-03-04 00:00"))
        with pytest.raises(PolicyRefused):
            walk.planned(case=Case.objects.get(pk=case.pk))

    def test_is_counted_as_no_stop(self) -> None:
        case = untried()
        granted(case)
        walk.planned(case=Case.objects.get(pk=case.pk))
        assert not Stop.objects.exists()


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


class TestInSight:
    @pytest.fixture
    def visit(self, clock: Any) -> Visit:
        clock.set(AT + timedelta(hours=1))
        case = untried()
        granted(case)
        return walk.planned(case=Case.objects.get(pk=case.pk))

    def test_stands_on_the_page_of_the_visit(self, visit: Visit) -> None:
        page = client_of(make.clerk()).get(visit.get_absolute_url()).content.decode()
        assert "Exceptions from rules" in page
        assert "The debtor&#x27;s written consent" in page
        assert "in force" in page

    def test_stands_in_the_timeline_as_json_and_on_paper(self, visit: Visit) -> None:
        given = json.loads(taken_out(visit.case, "json"))
        (one,) = given["exceptions"]
        assert (one["rule"], one["evidence_kind"], one["decided_by"]) == (
            "ST-15",
            "consent",
            "林静",
        )
        assert one["evidence_sha256"] == Document.objects.get(number=one["evidence"]).sha256
        paper = text_of(taken_out(visit.case, "pdf"))
        assert "例外审批" in paper
        assert "使用了ST-15的例外。" in paper

    def test_stands_in_the_closure_report(self, visit: Visit) -> None:
        report = text_of(
            papers.closure_report_pdf(
                Case.objects.get(pk=visit.case_id), by=make.clerk(), at=AT + timedelta(days=1)
            )
        )
        assert "例外审批" in report
        assert "allowedbyexception:ST-15" in report

    def test_is_listed_until_it_runs_out_and_as_run_out_after(
        self, visit: Visit, clock: Any
    ) -> None:
        client = client_of(make.clerk())
        listed = reverse("desk:exceptions")
        assert [row.subject for row in client.get(listed).context["rows"]] == ["ST-15"]
        assert client.get(f"{listed}?view=over").context["rows"] == []
        clock.set(LAST)
        assert client.get(listed).context["rows"] == []
        assert [row.subject for row in client.get(f"{listed}?view=over").context["rows"]] == [
            "ST-15"
        ]

    def test_is_not_listed_to_another_team(self, visit: Visit) -> None:
        assert client_of(make.outsider()).get(reverse("desk:exceptions")).context["rows"] == []


def approval_page(approval: Approval) -> str:
    return reverse("desk:approval", args=[approval.pk])


class TestForm:
    def test_offers_only_rules_that_know_an_exception(self, clock: Any) -> None:
        clock.set(AT)
        case = make.prepared_case()
        page = client_of(make.clerk()).get(reverse("cases:ask_exception", args=[case.reference]))
        offered = [value for value, _label in page.context["form"].fields["rule"].choices]
        assert offered == ["ST-15"]

    def test_asks_with_the_evidence(self, clock: Any) -> None:
        clock.set(AT)
        case = make.prepared_case()
        answer = client_of(make.clerk()).post(
            reverse("cases:ask_exception", args=[case.reference]),
            {
                "rule": "ST-15", "evidence_kind": "court_order", "reason": "法院通知",
                "until": "2026-03-10", "file": SimpleUploadedFile("order.pdf", make.PDF),
                "guard_key": "e1", "guard_version": "",
            },
        )  # fmt: skip
        assert answer.status_code == 302
        approval = Approval.objects.get()
        assert approval.evidence_kind == "court_order"
        page = client_of(make.compliance_officer()).get(approval_page(approval)).content.decode()
        assert "A visit is the last resort" in page  # what ST-15 says, for whoever decides
        assert approval.expires_at == datetime.fromisoformat("2026-03-10T16:00:00+00:00")
