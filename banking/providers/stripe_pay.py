"""Stripe: signed events of payments, refunds and disputes.

Stripe's own library says whether the signature is of the body; how old a call may be is judged by our clock.
Protocol: docs.stripe.com/webhooks; any status of the two hundreds means that the event was taken.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from stripe import SignatureVerificationError, WebhookSignature

from banking.providers import (
    NO_SENSE,
    Account,
    Call,
    CameIn,
    Forged,
    Heard,
    Nonsense,
    Provider,
    WentBack,
    must_be_fresh,
)
from banking.providers.minor import amount_of, currency_of
from banking.providers.words import NO_WHSEC
from notices.channels import Setting

TOLERANCE = timedelta(seconds=300)
DISPUTES = {
    "charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed",
}  # fmt: skip
OUTCOMES = {"won": "won", "warning_closed": "won", "lost": "lost"}
"""How a dispute ends by its status; a warning that was closed took no money."""


class StripePay(Provider):
    """Stripe."""

    name, label, method = "stripe_pay", "Stripe", "other"
    reference_in = _(
        "Put the case's reference into metadata.reference of the payment, or into its description."
    )
    test_by = _("Send a test event to the address above from Stripe's dashboard or command line.")
    fields = (
        Setting("account", _("Account"), _("Begins with acct_; whose payments they are.")),
        Setting(
            "signing_secret",
            _("Signing secret"),
            _("Begins with whsec_; each endpoint has its own."),
            secret=True,
        ),
        Setting(
            "previous_secret",
            _("The signing secret before"),
            _("Only while one secret takes the place of another."),
            secret=True,
            required=False,
        ),
    )

    def faults(self, account: Account, at: datetime) -> Sequence[tuple[str, Any]]:
        """A secret of another kind, such as a key of the interface."""
        return [
            (name, NO_WHSEC)
            for name in ("signing_secret", "previous_secret")
            if (given := str(account.secrets.get(name) or "")) and not given.startswith("whsec_")
        ]

    def merchant(self, account: Account) -> str:
        """The account's number."""
        return str(account.settings.get("account", ""))

    def hear(self, account: Account, call: Call, at: datetime) -> Heard:
        """A payment that succeeded, money of one that went back, or that is disputed."""
        _must_be_signed(account, call, at)
        try:
            event = json.loads(call.body)
            kind, said = str(event["type"]), event["data"]["object"]
            if (owner := event.get("account")) and owner != self.merchant(account):
                raise Forged("merchant")
            if kind == "payment_intent.succeeded":
                return Heard(came=(_came(said),))
            if kind == "charge.refunded":
                return Heard(back=(_refunded(said, event),))
            if kind in DISPUTES:
                return Heard(back=(_disputed(said),))
        except NO_SENSE as nonsense:
            raise Nonsense("body") from nonsense
        return Heard()


def _must_be_signed(account: Account, call: Call, at: datetime) -> None:
    header = call.headers.get("stripe-signature", "")
    if not header:
        raise Forged("unsigned")
    secrets = [account.secrets.get(name) for name in ("signing_secret", "previous_secret")]
    if not any(_is_signed(call.body, header, secret) for secret in secrets if secret):
        raise Forged("signature")
    times = [part[2:] for part in header.split(",") if part.startswith("t=")]
    must_be_fresh(datetime.fromtimestamp(int(times[0]), UTC), at, TOLERANCE)


def _is_signed(body: bytes, header: str, secret: str) -> bool:
    try:
        WebhookSignature.verify_header(body, header, secret)
    except (SignatureVerificationError, UnicodeError):
        return False
    return True


def _came(said: dict[str, Any]) -> CameIn:
    currency = currency_of(said["currency"])
    words = [(said.get("metadata") or {}).get("reference"), said.get("description")]
    return CameIn(
        key=str(said["id"]), amount=amount_of(said["amount_received"], currency), currency=currency,
        at=_moment(said["created"]), payer_account=str(said.get("receipt_email") or ""),
        remark=" ".join(" ".join(str(word) for word in words if word).split()),
    )  # fmt: skip


def _refunded(said: dict[str, Any], event: dict[str, Any]) -> WentBack:
    """What went back of the charge so far; each further refund is an event of its own."""
    currency = currency_of(said["currency"])
    return WentBack(
        key=f"{said['id']}#{said['amount_refunded']}", names=str(said.get("payment_intent") or said["id"]),
        amount=amount_of(said["amount_refunded"], currency), currency=currency,
        at=_moment(event["created"]), remark=str(said.get("description") or ""),
        whole=said["amount_refunded"] == said["amount"], so_far=True,
    )  # fmt: skip


def _disputed(said: dict[str, Any]) -> WentBack:
    """Stripe takes the money back when a dispute begins, and gives it again when it is won."""
    currency = currency_of(said["currency"])
    return WentBack(
        key=str(said["id"]), names=str(said.get("payment_intent") or said["charge"]),
        amount=amount_of(said["amount"], currency), currency=currency,
        at=_moment(said["created"]), remark=str(said.get("reason") or ""), disputed=True,
        outcome=OUTCOMES.get(str(said.get("status")), ""),
    )  # fmt: skip


def _moment(written: object) -> datetime:
    if isinstance(written, bool) or not isinstance(written, int) or not 0 < written < 10**11:
        raise Nonsense("time")
    return datetime.fromtimestamp(written, UTC)


PROVIDER = StripePay()
