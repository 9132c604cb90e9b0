from visits.models.outlook import Outlook
from visits.models.record import Consent, Evidence, Shown, TalkRecord
from visits.models.visit import Visit, VisitOfficer

__all__ = ["Consent", "Evidence", "Outlook", "Shown", "TalkRecord", "Visit", "VisitOfficer"]
