from agreements.models.acceleration import Acceleration
from agreements.models.agreement import Agreement, Instalment, Signature, TermConfirmation
from agreements.models.by_link import SigningLink
from agreements.models.cash import CashBook, CashDeposit, CashNumber, CashTaken
from agreements.models.doubt import Dispute
from agreements.models.payment import Allocation, Payment, Refund
from agreements.models.signatory import Signatory

__all__ = [
    "Acceleration",
    "Agreement",
    "Allocation",
    "CashBook",
    "CashDeposit",
    "CashNumber",
    "CashTaken",
    "Dispute",
    "Instalment",
    "Payment",
    "Refund",
    "Signatory",
    "Signature",
    "SigningLink",
    "TermConfirmation",
]
