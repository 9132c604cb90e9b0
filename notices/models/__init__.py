"""What is said to a debtor, in which words of ours, by which account, and what the carrier told of it."""

from notices.models.accounts import CarrierReceipt, ChannelAccount
from notices.models.notice import Notice, NoticeQuerySet
from notices.models.wording import MessageVersion

__all__ = ["CarrierReceipt", "ChannelAccount", "MessageVersion", "Notice", "NoticeQuerySet"]
