"""What is said to a debtor, by which account at which carrier, and what the carrier told of it."""

from notices.models.accounts import CarrierReceipt, ChannelAccount
from notices.models.notice import Notice, NoticeQuerySet

__all__ = ["CarrierReceipt", "ChannelAccount", "Notice", "NoticeQuerySet"]
