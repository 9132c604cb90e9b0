from agreements.models.agreement import Agreement, Instalment, Signature, TermConfirmation
from agreements.models.payment import Allocation, Payment

__all__ = [
    "Agreement",
    "Allocation",
    "Instalment",
    "Payment",
    "Signature",
    "TermConfirmation",
]
