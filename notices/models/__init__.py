"""What is said to a debtor, in which words, by which account, what that told of it, and print runs."""

from notices.models.accounts import CarrierReceipt, ChannelAccount
from notices.models.letter_run import LetterRun, LetterRunLine
from notices.models.notice import Notice, NoticeQuerySet
from notices.models.wording import MessageVersion

__all__ = [
    "CarrierReceipt",
    "ChannelAccount",
    "LetterRun",
    "LetterRunLine",
    "MessageVersion",
    "Notice",
    "NoticeQuerySet",
]
