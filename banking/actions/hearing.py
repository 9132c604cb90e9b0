"""A payment provider calls: what it tells becomes a line, once, however often it is told.

Nothing is booked while the provider waits for its answer. The line is judged as those of a bank's statement are, and
the clock books what is certain (``banking.actions.booking``).
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from agreements.models import Dispute
from banking.actions.taking_in import judge_lines
from banking.models import ProviderAccount, StatementLine
from banking.providers import (
    Answer,
    Call,
    CameIn,
    Forged,
    Heard,
    Nonsense,
    Provider,
    WentBack,
    provider_named,
)
from banking.returning import judge_return
from common.money import ZERO
from people.models import User
from timeline.chain import record_for_house

log = logging.getLogger(__name__)

State, Match, Why = StatementLine.State, StatementLine.Match, StatementLine.Why
WINDOW = timedelta(minutes=1)
TOO_LARGE, TOO_MANY, FORGED, UNREAD = 413, 429, 403, 400
LONGEST = 256 * 1024  # bytes of one call; a notice has two or three thousand


def hear_call(account: ProviderAccount, call: Call, at: datetime) -> Answer:
    """Take a call and say what it is to be answered; a repetition is answered as the first was.

    Forged: nothing is kept but that it came. Whoever knows the address and calls too often is told to wait before
    anything is reckoned.
    """
    provider = provider_named(account.provider)
    if provider is None or not account.is_active:
        return Answer(404)
    if len(call.body) > LONGEST:
        return provider.refused(TOO_LARGE)
    if not _may_call(account):
        log.warning("More calls for %s than it may have in a minute.", account)
        return provider.refused(TOO_MANY)
    try:
        heard = provider.hear(account, call, at)
    except Forged as forged:
        if forged.probe:  # the provider looks whether we look
            return provider.refused(FORGED)
        log.warning("A call for %s was not believed: %s.", account, forged.why)
        ProviderAccount.objects.filter(pk=account.pk).update(
            forged_at=at, forged_count=F("forged_count") + 1, forged_why=forged.why
        )
        return provider.refused(FORGED)
    except Nonsense as nonsense:
        log.error("A call of %s's provider could not be understood: %s.", account, nonsense)
        return provider.refused(UNREAD)
    _keep(account, provider, heard, at)
    return provider.accepted()


def _may_call(account: ProviderAccount) -> bool:
    """Count the call in the account's minute, by the database's clock; false where there were too many."""
    with transaction.atomic():
        held = (
            ProviderAccount.objects.select_for_update(of=("self",))
            .annotate(now_at=Now())
            .get(pk=account.pk)
        )
        passed = held.now_at - held.window_at if held.window_at else WINDOW
        if not timedelta(0) <= passed < WINDOW:
            held.window_at, held.window_used = held.now_at, 0
        held.window_used += 1
        held.save(update_fields=["window_at", "window_used"])
    return held.window_used <= held.per_minute


def _keep(account: ProviderAccount, provider: Provider, heard: Heard, at: datetime) -> None:
    """Keep each line once; what says something else under a number that is known is told of, not kept."""
    by = User.objects.system()
    with transaction.atomic(durable=True):
        ProviderAccount.objects.filter(pk=account.pk).update(
            heard_at=at, heard_count=F("heard_count") + 1
        )
        ProviderAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)
        wanted = [_line_in(account, provider, one) for one in heard.came]
        wanted.extend(filter(None, (_line_back(account, provider, one) for one in heard.back)))
        for line in _not_known(account, wanted, by, at):
            if line.is_return:
                judge_return(line)
            else:
                _judge_in(line, heard.came)
            line.save(force_insert=True)
            record_for_house(
                kind="provider.told", by=by, at=at,
                data={
                    "provider": account.provider, "creditor": account.creditor.name,
                    "number": line.key, "amount": str(line.amount), "currency": line.currency,
                    "back": line.is_return,
                },
            )  # fmt: skip


def account_of(account: ProviderAccount, provider: Provider) -> str:
    """Under what the lines of the account are kept; no bank account is called so."""
    return f"{provider.name}:{provider.merchant(account)}"[:40]


def _line_in(account: ProviderAccount, provider: Provider, came: CameIn) -> StatementLine:
    return StatementLine(
        provider=account, team=account.team, account=account_of(account, provider),
        key=came.key[:120], serial=came.key[:100], moved_at=came.at, amount=came.amount,
        currency=came.currency, payer=came.payer[:120], payer_account=came.payer_account[:60],
        remark=came.remark[:400], state=State.OPEN,
    )  # fmt: skip


def _line_back(
    account: ProviderAccount, provider: Provider, back: WentBack
) -> StatementLine | None:
    """What went back this time; None where all of it is told of already, only later and in another order."""
    amount = back.amount
    line = StatementLine(
        provider=account, team=account.team, account=account_of(account, provider),
        key=back.key[:120], serial=back.key[:100], moved_at=back.at, amount=amount,
        currency=back.currency, remark=back.remark[:400], state=State.OPEN, is_return=True,
        names=back.names[:120], outcome=back.outcome,
    )  # fmt: skip
    if back.so_far:
        before = StatementLine.objects.filter(
            team=line.team, account=line.account, names=line.names, is_return=True
        ).exclude(why=Why.DISPUTED)
        if known := before.filter(key=line.key).first():
            line.amount = known.amount  # a repetition
        else:
            line.amount = amount - sum((one.amount for one in before), ZERO)
            if line.amount <= ZERO:
                return None
    if back.disputed:
        line.why = Why.DISPUTED
    elif not back.whole or line.amount != amount:
        line.why = Why.PART_BACK
    return line


def _not_known(
    account: ProviderAccount, lines: Iterable[StatementLine], by: User, at: datetime
) -> list[StatementLine]:
    """The lines that no call has told of; the account's row is locked, so that of two calls at once one waits."""
    found = []
    for line in lines:
        known = StatementLine.objects.filter(
            team=line.team, account=line.account, key=line.key
        ).first()
        if known is None:
            found.append(line)
        elif line.outcome and not known.outcome:
            _hear_outcome(account, known, line.outcome, by, at)
        elif (known.amount, known.currency) != (line.amount, line.currency):
            log.error("%s says something else of %s than before.", account, line.key)
            record_for_house(
                kind="provider.said_otherwise", by=by, at=at,
                data={
                    "provider": account.provider, "number": line.key, "amount": str(known.amount),
                    "now": str(line.amount), "currency": line.currency,
                },
            )  # fmt: skip
    return found


def _hear_outcome(
    account: ProviderAccount, known: StatementLine, outcome: str, by: User, at: datetime
) -> None:
    """A dispute ended; the clock does what follows. What a person had set aside is seen again if it was lost."""
    known.outcome = outcome
    if known.state == State.ASIDE and outcome == Dispute.Outcome.LOST:
        known.state, known.match, known.aside_why = State.OPEN, Match.LIKELY, ""
    known.save(update_fields=["outcome", "state", "match", "aside_why"])
    record_for_house(
        kind="provider.dispute_ended", by=by, at=at,
        data={
            "provider": account.provider, "creditor": account.creditor.name, "number": known.key,
            "amount": str(known.amount), "currency": known.currency, "outcome": outcome,
        },
    )  # fmt: skip


def _judge_in(line: StatementLine, came: Iterable[CameIn]) -> None:
    """As a line of a statement; the account is certain, for the call was signed and named the merchant."""
    judge_lines([line], line.creditor, line.team, account_stated=True)
    if line.match == Match.CERTAIN and not all(one.whole for one in came):
        line.match, line.why = Match.LIKELY, Why.NOT_WHOLE
