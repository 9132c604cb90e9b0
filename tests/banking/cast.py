"""Statements for the tests: a bank's export put together line by line, taken in by the real action."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from banking.actions import provider_accounts, taking_in
from banking.actions.taking_in import TakenIn
from banking.models import ProviderAccount, StatementLine
from tests import make
from tests.banking.fake_providers import VALUES
from timeline.models import Event

AT = make.moment("2026-04-16 09:00")
ACCOUNT = "6222000000000000"
HEAD = (
    "账号,账户名称,交易时间,借方发生额（支取）,贷方发生额（收入）,余额,币种,对方户名,对方账号,"
    "对方开户机构,记账日期,摘要,备注,账户明细编号-交易流水号,企业流水号"
)


def row(
    number: int,
    amount: str = "6500.00",
    *,
    remark: str = "HZ-2026-0147 四月还款",
    payer: str = "王海燕",
    out: bool = False,
    moment: str = "20260415 09:30:00",
    account: str = ACCOUNT,
    currency: str = "人民币元",
    serial: str | None = None,
) -> str:
    """One line as 建设银行 writes it."""
    serial = f"{number}-3300{number:06d}" if serial is None else serial
    came, went = ("0.00", f'"{amount}"') if out else (f'"{amount}"', "0.00")
    return (
        f'{account},西湖银行,{moment},{went},{came},"1,000,000.00",{currency},{payer},'
        f"6217000000000001,建行文三路支行,20260415,转账,{remark},{serial},"
    )


def csv_of(*rows: str, head: str = HEAD, encoding: str = "gb18030") -> bytes:
    """A file of these lines."""
    return "\r\n".join([head, *rows, ""]).encode(encoding)


def take(content: bytes, **given: Any) -> TakenIn:
    """Take it in as the clerk of the team, for the creditor of the stories."""
    said = {
        "creditor": make.creditor(), "team": make.team(), "filename": "流水.csv",
        "by": make.clerk(), "at": AT, **given,
    }  # fmt: skip
    return taking_in.take_in(content=content, **said)


def provider(name: str = "stripe_pay", *, at: datetime = AT, **given: Any) -> ProviderAccount:
    """An account of the creditor of the stories at a payment provider."""
    said: dict[str, Any] = {
        "creditor": make.creditor(), "team": make.team(), "values": VALUES[name],
        "per_minute": 600, "why": "开通", "by": make.administrator(), **given,
    }  # fmt: skip
    return provider_accounts.open_account(provider=name, at=at, **said)


def went_back(account: ProviderAccount, *, at: datetime = AT) -> StatementLine:
    """A refund of a part, which the provider told of."""
    return StatementLine.objects.create(
        provider=account, team=account.team, account="stripe_pay:acct_1", key="ch_9#1000",
        serial="ch_9#1000", moved_at=at, amount=Decimal("10.00"), currency="CNY", is_return=True,
        names="pi_9", state="open", match="likely", why="part_back",
    )  # fmt: skip


def lines() -> list[StatementLine]:
    """All lines, in the order of their rows."""
    return list(StatementLine.objects.order_by("pk"))


def told(kind: str) -> list[dict[str, Any]]:
    """What the house's own timeline says of it."""
    return [event.data for event in Event.objects.filter(case=None, kind=kind).order_by("pk")]


# ---------------------------------------------------------------- MT940


def movement(
    amount: str, *, mark: str = "C", day: str = "260415", number: str = "", remark: str = "HZ-2026-0147 四月还款",
    payer: str = "王海燕",
) -> str:  # fmt: skip
    """One movement as an MT940 statement writes it."""
    end = f"//{number}" if number else ""
    return f":61:{day}{day[2:]}{mark}{amount}NTRFNONREF{end}\n:86:/ORDP/{payer}/{remark}"


def mt940(
    *movements: str, account: str = ACCOUNT, opening: str = "1000,00", closing: str = "",
    closing_mark: str = "C", currency: str = "CNY", encoding: str = "utf-8",
) -> bytes:  # fmt: skip
    """A statement of these movements; without a closing balance it is what they make of the opening one."""
    if not closing:
        came = sum(
            Decimal(text.partition("C")[2].partition("N")[0].replace(",", "."))
            for text in movements
        )
        closing = str(Decimal(opening.replace(",", ".")) + came).replace(".", ",")
    text = "\n".join([
        ":20:STARTUMSE", f":25:{account}", ":28C:1/1", f":60F:C260414{currency}{opening}", *movements,
        f":62F:{closing_mark}260416{currency}{closing}", "-", "",
    ])  # fmt: skip
    return text.encode(encoding)


# ---------------------------------------------------------------- CAMT.053


def entry(
    amount: str, *, out: bool = False, day: str = "2026-04-15", number: str = "", details: str = "",
    times: int = 1, status: str = "BOOK", payer: str = "王海燕", remark: str = "HZ-2026-0147 四月还款",
    currency: str = "CNY",
) -> str:  # fmt: skip
    """One entry as a CAMT.053 statement writes it."""
    way, side = ("DBIT", "Cdtr") if out else ("CRDT", "Dbtr")
    reference = f"<AcctSvcrRef>{number}</AcctSvcrRef>" if number else ""
    detail = (
        f"<TxDtls>{details}<RltdPties><{side}><Nm>{payer}</Nm></{side}></RltdPties>"
        f"<RmtInf><Ustrd>{remark}</Ustrd></RmtInf></TxDtls>"
    )
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd><Sts>{status}</Sts>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt>{reference}<NtryDtls>{detail * times}</NtryDtls></Ntry>"
    )


def camt(
    *entries: str, account: str = ACCOUNT, opening: str = "1000.00", closing: str = "",
    closing_out: bool = False, prefix: str = "",
) -> bytes:  # fmt: skip
    """A statement of these entries; without a closing balance it is what they make of the opening one."""
    if not closing:
        amounts = (text.partition(">")[2].partition(">")[2].partition("<")[0] for text in entries)
        closing = str(Decimal(opening) + sum(Decimal(amount) for amount in amounts))
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='CNY'>{amount}</Amt>"
        f"<CdtDbtInd>{'DBIT' if out else 'CRDT'}</CdtDbtInd><Dt><Dt>2026-04-16</Dt></Dt></Bal>"
        for kind, amount, out in (("OPBD", opening, False), ("CLBD", closing, closing_out))
    )
    body = (
        "<BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-04-16T08:00:00</CreDtTm></GrpHdr><Stmt>"
        f"<Id>S1</Id><Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>{balances}{''.join(entries)}"
        "</Stmt></BkToCstmrStmt>"
    )
    space = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
    if prefix:
        body = re.sub(r"<(/?)(\w)", rf"<\1{prefix}\2", body)
    name = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    return f'<{prefix}Document {name}="{space}">{body}</{prefix}Document>'.encode()
