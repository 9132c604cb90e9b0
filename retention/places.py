"""Where the records of a case lie: which papers, rows and parts of the timeline belong to which class.

What is not named by a class belongs to all else of the case (``case_file``), so that nothing is forgotten. The
sums of the ledger, numbers of papers and the digests stay: they say nothing of anybody.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from agreements.models import Agreement
from cases.models import Case, Hold
from documents.models import Document
from notices.models import Notice
from timeline.chain import ERASED, canonical
from timeline.models import Event
from visits.models import Evidence

K = Document.Kind
REST = "case_file"
SOUND = Q(mime__startswith="audio/") | Q(mime__startswith="video/")
CARE = list(Hold.TELLS_OF_NEED)
"""Pauses that tell of somebody's need."""
LASTING = frozenset({"step", "notice", "document", "sha256", "certificate"})
"""What a part of the timeline may go on saying: which step, which message, which paper with which digest."""


@dataclass(frozen=True)
class Blank:
    """Fields of a table that are emptied; ``by`` is the way from the row to its case, or finds its rows.

    ``leaves`` is what an emptied field says where the table wants it to say something.
    """

    model: str
    by: str | Callable[[Case], Q]
    fields: tuple[str, ...] = ()  # none: the rows go altogether
    only: Q = field(default_factory=Q)
    leaves: str = ""

    def of(self, case: Case) -> Q:
        """Which rows are those of the case."""
        return self.by(case) if callable(self.by) else Q(**{self.by: case})


def receipts(case: Case) -> Q:
    """What carriers said of the messages of the case."""
    sent = Notice.objects.filter(case=case).exclude(provider_id="")
    return Q(provider_id__in=sent.values("provider_id"))


def rows_of_imports(case: Case) -> Q:
    """The rows of the creditor's files that brought or changed the case."""
    return Q(batch__creditor=case.creditor_id, external_reference=case.external_reference)


ROWS: dict[str, tuple[Blank, ...]] = {
    "visit_log": (
        Blank("visits.Visit", "case", ("purpose", "intended_outcome", "why")),
        Blank(
            "visits.TalkRecord", "visit__case",
            ("met", "reason_words", "offer_words", "statement", "left", "received", "third_parties",
             "hardship", "income", "outgoings"),
        ),
        Blank("visits.Consent", "visit__case", ("by_whom", "remark")),
        Blank("visits.Evidence", "visit__case", ("caption", "apart_because", "apart_says", "decided_why")),
        Blank("visits.Shown", "visit__case", ("item", "reaction")),
        Blank("visits.Position", "visit__case"),
        Blank("visits.Incident", "case", ("what", "done")),
        Blank("visits.Alarm", "case", ("said",)),
        Blank("visits.Outlook", "visit__case", ("findings",)),
        Blank("agreements.CashNumber", "visit__case", ("spoiled_why",), ~Q(spoiled_why=""), "—"),
        Blank("rulebook.WhatIfVisit", "visit__case", ("findings",)),
        Blank("door.Item", "visit__case", ("text", "card", "says", "why", "settled_why")),
        Blank("door.Upload", "visit__case", ("caption", "filename", "says", "why")),
        Blank("cases.ContactAttempt", "case", ("remark",)),
        Blank("cases.Refusal", "case", ("remark",)),
    ),
    "agreement": (
        Blank("agreements.Agreement", "case", ("reason", "lawyer", "lawyer_remark", "terms")),
        Blank("agreements.Signature", "agreement__case", ("name", "place")),
        Blank("agreements.Signatory", "agreement__case", ("declined_why",)),
        Blank("agreements.Acceleration", "agreement__case", ("reason", "withdrawn_why")),
        Blank("agreements.Payment", "case", ("payer", "bank_reference", "reversed_why")),
        Blank("agreements.Refund", "payment__case", ("to_name", "to_account", "reason")),
        Blank("agreements.Refund", "payment__case", ("bank_reference",), ~Q(bank_reference=""), "—"),
        Blank("agreements.Dispute", "payment__case", ("number", "remark")),
        Blank("banking.StatementLine", "case", ("serial", "payer", "payer_account", "remark")),
        Blank("banking.StatementLine", "case", ("aside_why",), ~Q(aside_why=""), "—"),
    ),
    "notice": (
        Blank("notices.Notice", "case",
              ("address", "subject", "body", "about", "made_from", "params", "why")),
        Blank("notices.CarrierReceipt", receipts, ("why", "says")),
        Blank("notices.OneTimeCode", "link__case", ("shown_to",)),
        Blank("outreach.NoticeRunLine", "case", ("address", "about", "text", "findings")),
        Blank("cases.LawyersLetter", "case", ("text", "reason")),
    ),
    "vulnerability_note": (
        Blank("cases.Circumstance", "case", ("about", "remark", "ended_why")),
        Blank("cases.Hold", "case", ("remark", "ended_why"), Q(reason__in=CARE)),
    ),
    REST: (
        Blank("cases.Hold", "case", ("remark", "ended_why")),
        Blank("cases.Assessment", "case"),
        Blank("cases.Party", "case", ("relation", "basis")),
        Blank("cases.Custody", "paper__case", ("place", "person", "remark")),
        Blank("cases.ClaimPaper", "case", ("kept_at", "returned_to", "void_why")),
        Blank("cases.BureauReport", "case", ("reference", "remark")),
        Blank("cases.DataRequest", "case", ("words", "wanted", "held", "grounds")),
        Blank("cases.DataReturn", "case", ("what", "kept", "signed_by")),
        Blank("cases.Interruption", "debt__case", ("number", "remark")),
        Blank("cases.Debt", "case", ("contract_number",)),
        Blank("cases.DebtRate", "debt__case", ("source", "withdrawn_why")),
        Blank("cases.ImportRow", rows_of_imports, ("external_reference", "raw", "problems", "changes", "values")),
        Blank("exports.Export", "case", ("reason",)),
        Blank("court.Bundle", "case", ("people", "hidden_why", "shown_files", "reason")),
        Blank("quality.Complaint", "case", ("words", "reason", "remedy")),
        Blank("quality.SampleLine", "case", ("settled_words",)),
        Blank("quality.Review", "case", ("answers", "remark")),
        Blank("quality.Finding", "case", ("what", "done_how")),
        Blank("workflow.Approval", "case", ("subject", "details", "reason", "answer")),
        Blank("workflow.Duty", "case", ("says",)),
    ),
}  # fmt: skip
PAPERS: dict[str, tuple[str, ...]] = {
    "visit_log": (K.VISIT_SLIP,),
    "agreement": (
        K.AGREEMENT, K.SIGNATURE, K.RECEIPT, K.SETTLEMENT, K.RETURN_RECEIPT, K.CUSTODY_RECEIPT,
        K.VOID_DECLARATION, K.RELEASE,
    ),
    "notice": (K.NOTICE, K.LETTER),
    "id_copy": (K.CERTIFICATE,),
}  # fmt: skip
TOLD: dict[str, tuple[str, ...]] = {
    "visit_log": (
        "visit.", "contact.", "call.", "talk.", "evidence.", "slip.", "door.", "credential.",
        "recording.", "consent.", "incident.", "alarm.", "refusal.", "ability.",
    ),
    "agreement": ("agreement.", "payment.", "refund.", "cash.", "instalment.", "plan."),
    "notice": ("notice.", "letter.", "lawyers_letter.", "portal."),
    "vulnerability_note": ("circumstance.",),
}  # fmt: skip


def papers_of(case: Case, record: str) -> QuerySet[Document]:
    """The files of this class that are still there; a certificate of a deletion is none of them."""
    there = case.documents.filter(erased_at=None).exclude(kind=K.DELETION_CERTIFICATE)
    if record == REST:
        return there
    if record in {"recording", "agreement_recording"}:
        # Of a case in which something was agreed every recording may be one of the agreement.
        agreed = Agreement.objects.filter(case=case).exists()
        return there.filter(SOUND) if agreed == (record == "agreement_recording") else there.none()
    wanted = Q(kind__in=PAPERS.get(record, ()))
    if record == "visit_log":
        wanted |= Q(pk__in=Evidence.objects.filter(visit__case=case).values("document"))
    if record == "vulnerability_note":
        wanted |= Q(pk__in=case.circumstances.exclude(evidence=None).values("evidence"))
        wanted |= Q(
            pk__in=case.holds.filter(reason__in=CARE).exclude(evidence=None).values("evidence")
        )
    return there.filter(wanted).exclude(SOUND)


def told_of(case: Case, records: set[str], said: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Each event of the case with the fields that go with these classes; ``said`` are a contact person's data."""
    events = Event.objects.filter(case=case).exclude(kind=ERASED).order_by("number")
    for event in events.iterator(chunk_size=500):
        fields = [f"data.{name}" for name in event.data if name not in LASTING]
        findings = [f"findings.{n}" for n in range(len(event.findings))]
        if _whole(event, records):
            gone = fields + findings
        else:
            gone = [name for name in fields if _says(event.data[name[5:]], said)]
            gone += findings if _says(event.findings, said) else []
        if gone:
            yield event.number, gone


def _whole(event: Event, records: set[str]) -> bool:
    if REST in records:
        return True
    if "vulnerability_note" in records and event.kind.startswith("hold."):
        return event.data.get("reason") in CARE
    return any(event.kind.startswith(TOLD[record]) for record in records if record in TOLD)


def _says(value: object, said: list[str]) -> bool:
    text = canonical(value) if said else ""
    return any(canonical(one)[1:-1] in text for one in said)
