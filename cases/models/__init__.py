from cases.models.case import Case, Step
from cases.models.circumstances import Circumstance
from cases.models.claim import ClaimPaper, Debt, LedgerEntry, Mandate
from cases.models.contacts import Call, ContactAttempt
from cases.models.imports import ImportBatch, ImportRow
from cases.models.lawyers_letter import LawyersLetter
from cases.models.limitation import Interruption
from cases.models.overlays import Hold, Refusal
from cases.models.parties import Assessment, Party

__all__ = [
    "Assessment",
    "Call",
    "Case",
    "Circumstance",
    "ClaimPaper",
    "ContactAttempt",
    "Debt",
    "Hold",
    "ImportBatch",
    "ImportRow",
    "Interruption",
    "LawyersLetter",
    "LedgerEntry",
    "Mandate",
    "Party",
    "Refusal",
    "Step",
]
