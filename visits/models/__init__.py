from visits.models.feed import CalendarFeed
from visits.models.outlook import Outlook
from visits.models.record import Consent, Evidence, Shown, TalkRecord, answers_of
from visits.models.safety import Alarm, AlarmCall, Incident, Position, SignOfLife
from visits.models.token import CodeTries, VisitToken
from visits.models.visit import Visit, VisitOfficer

__all__ = [
    "Alarm", "AlarmCall", "CalendarFeed", "CodeTries", "Consent", "Evidence", "Incident", "Outlook", "Position",
    "Shown", "SignOfLife", "TalkRecord", "Visit", "VisitOfficer", "VisitToken",
    "answers_of",
]  # fmt: skip
