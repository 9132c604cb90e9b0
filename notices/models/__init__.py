"""What is said to a debtor, in which words, by which account or link, what came back, and print runs."""

from notices.models.accounts import CarrierReceipt, ChannelAccount
from notices.models.approved import ApprovedTemplate
from notices.models.handover import Handover
from notices.models.letter_run import LetterRun, LetterRunLine
from notices.models.links import OneTimeCode, PortalLink
from notices.models.notice import Notice, NoticeQuerySet
from notices.models.pulse import Pulse
from notices.models.records import AccountRecord
from notices.models.staff import StaffMessage, StaffMessageQuerySet
from notices.models.wording import MessageVersion

__all__ = [
    "AccountRecord",
    "ApprovedTemplate",
    "CarrierReceipt",
    "ChannelAccount",
    "Handover",
    "LetterRun",
    "LetterRunLine",
    "MessageVersion",
    "Notice",
    "NoticeQuerySet",
    "OneTimeCode",
    "PortalLink",
    "Pulse",
    "StaffMessage",
    "StaffMessageQuerySet",
]
