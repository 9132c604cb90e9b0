from cases.models.afterwards import BureauReport, Custody, DataReturn
from cases.models.case import Case, Step
from cases.models.circumstances import Circumstance
from cases.models.claim import ClaimPaper, Debt, DebtRate, LedgerEntry, Mandate
from cases.models.contacts import Call, ContactAim, ContactAttempt
from cases.models.data_requests import DataRequest
from cases.models.imports import ImportBatch, ImportRow
from cases.models.lawyers_letter import LawyersLetter
from cases.models.limitation import Interruption
from cases.models.overlays import Hold, Refusal
from cases.models.parties import Assessment, Party

__all__ = [
    "Assessment",
    "BureauReport",
    "Call",
    "Case",
    "Circumstance",
    "ClaimPaper",
    "ContactAim",
    "ContactAttempt",
    "Custody",
    "DataRequest",
    "DataReturn",
    "Debt",
    "DebtRate",
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
