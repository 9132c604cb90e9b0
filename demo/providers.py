"""The demo's payment provider: WeChat Pay tells of payments and refunds as it really would, signed with a key of the demo's own."""

import base64
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from agreements.actions import disputing
from agreements.models import Instalment
from banking.actions import provider_accounts
from banking.actions.booking import book_certain
from banking.actions.hearing import hear_call
from banking.actions.taking_back import take_back_certain
from banking.models import ProviderAccount
from banking.providers import Call
from cases.models import Case
from common.clock import local
from demo.banking import coming, most_of
from demo.cast import Cast
from demo.diary import ZONE, Diary
from people.models import Team, User

MCHID, SERIAL = "1900000109", "PUB_KEY_ID_0119000001092026010100000000000001"
HEARD = {"transaction": "TRANSACTION.SUCCESS", "refund": "REFUND.SUCCESS"}


def pay_by_telephone(cast: Cast, diary: Diary) -> None:
    """An account is opened and tested; then come a payment that is certain, some that wait, refunds and a forged call."""
    team = cast.teams["杭州一组"]
    wechat, clerk = _WeChatPay(), cast.of_team(team, "clerk")[0]
    diary.enter(
        diary.moment(-1, 15, 10), lambda at: wechat.open(team, cast.users["administrator"], at)
    )
    diary.enter(diary.moment(-1, 15, 40), lambda at: wechat.tell(team, clerk, at))


def _dispute(case: Case, clerk: User, at: datetime) -> None:
    """The payer's bank writes that the payer disputes the payment: the desk has a task until that is decided."""
    payment = case.payments.filter(reversed_at=None).order_by("-pk").first()
    if payment:
        disputing.open_dispute(
            payment=payment, number=f"JF{at:%Y%m%d}-0007", amount=payment.amount, by=clerk, at=at
        )  # fmt: skip


class _WeChatPay:
    """WeChat Pay's side of it."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.secret = secrets.token_hex(16)
        self.account: ProviderAccount | None = None

    def open(self, team: Team, administrator: User, at: datetime) -> None:
        """The creditor with most plans of the team takes money by WeChat."""
        rows = coming(team, at)
        if not rows:
            return
        kinds = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        self.account = provider_accounts.open_account(
            creditor=most_of(rows), team=team, provider="wechat_pay", per_minute=600,
            values={
                "mchid": MCHID, "serial": SERIAL, "apiv3_key": self.secret,
                "public_key": self.key.public_key().public_bytes(*kinds).decode(),
            },
            why="债务人希望用微信还款", by=administrator, at=at,
        )  # fmt: skip
        provider_accounts.begin_test(account=self.account, by=administrator, at=at)

    def tell(self, team: Team, clerk: User, at: datetime) -> None:
        """What happened on one afternoon; each is told twice, as providers do when an answer is late."""
        if self.account is None:
            return
        rows = [
            row for row in coming(team, at) if row.agreement.case.creditor == self.account.creditor
        ]
        sure = rows[-1]
        self._paid("4200002026110001", sure.missing, sure.agreement.case, at)
        self._paid("4200002026110002", Decimal("500.00"), rows[0].agreement.case, at)
        self._paid("4200002026110003", Decimal("880.00"), None, at)
        gone = rows[len(rows) // 2]
        if gone != sure:
            self._paid("4200002026110004", gone.missing, gone.agreement.case, at)
            book_certain(at)
            self._back("4200002026110004", gone.missing, gone.missing, at)
            take_back_certain(at)
        self._back("4200002026110002", Decimal("500.00"), Decimal("120.00"), at)
        self._in_part(rows, at)
        book_certain(at)
        _dispute(sure.agreement.case, clerk, at)
        forged = self._call("transaction", {"mchid": MCHID}, at)
        hear_call(self.account, Call(forged.body + b" ", forged.headers), at)

    def _in_part(self, rows: list[Instalment], at: datetime) -> None:
        """Of one payment a part goes back: it is reversed, and the rest is booked again."""
        taken = {
            rows[0].agreement.case_id,
            rows[-1].agreement.case_id,
            rows[len(rows) // 2].agreement.case_id,
        }
        row = next((one for one in rows if one.agreement.case_id not in taken), None)
        if row is None:
            return
        self._paid("4200002026110005", row.missing, row.agreement.case, at)
        book_certain(at)
        self._back("4200002026110005", row.missing, Decimal("200.00"), at)
        take_back_certain(at)

    def _paid(self, number: str, amount: Decimal, case: Case | None, at: datetime) -> None:
        said = {
            "mchid": MCHID, "out_trade_no": f"W{number[-6:]}", "transaction_id": number,
            "trade_state": "SUCCESS", "attach": case.reference if case else "还款",
            "success_time": local(at - timedelta(minutes=4), ZONE).isoformat(timespec="seconds"),
            "payer": {"openid": f"oDemo{number[-8:]}"},
            "amount": {"total": int(amount * 100), "payer_total": int(amount * 100), "currency": "CNY"},
        }  # fmt: skip
        self._tell("transaction", said, at)

    def _back(self, number: str, whole: Decimal, back: Decimal, at: datetime) -> None:
        said = {
            "mchid": MCHID, "out_trade_no": f"W{number[-6:]}", "transaction_id": number,
            "refund_id": f"503000{number[-8:]}", "refund_status": "SUCCESS",
            "success_time": local(at - timedelta(minutes=1), ZONE).isoformat(timespec="seconds"),
            "amount": {"total": int(whole * 100), "refund": int(back * 100)},
        }  # fmt: skip
        self._tell("refund", said, at)

    def _tell(self, kind: str, said: Mapping[str, Any], at: datetime) -> None:
        assert self.account is not None  # noqa: S101 - it was opened
        for _time in range(2):
            hear_call(self.account, self._call(kind, said, at), at)

    def _call(self, kind: str, said: Mapping[str, Any], at: datetime) -> Call:
        """The notice as it goes over the wire: sealed with the merchant's key, signed with WeChat Pay's."""
        nonce, token = secrets.token_hex(6), secrets.token_hex(16)
        plain = json.dumps(said, ensure_ascii=False).encode()
        sealed = AESGCM(self.secret.encode()).encrypt(nonce.encode(), plain, kind.encode())
        resource = {
            "algorithm": "AEAD_AES_256_GCM", "ciphertext": base64.b64encode(sealed).decode(),
            "associated_data": kind, "nonce": nonce, "original_type": kind,
        }  # fmt: skip
        body = json.dumps({
            "id": secrets.token_hex(16), "event_type": HEARD[kind], "resource_type": "encrypt-resource",
            "resource": resource,
        }).encode()  # fmt: skip
        stamp = str(int(at.timestamp()))
        text = f"{stamp}\n{token}\n".encode() + body + b"\n"
        signature = self.key.sign(text, padding.PKCS1v15(), hashes.SHA256())
        return Call(body, {
            "wechatpay-timestamp": stamp, "wechatpay-nonce": token, "wechatpay-serial": SERIAL,
            "wechatpay-signature": base64.b64encode(signature).decode(),
        })  # fmt: skip
