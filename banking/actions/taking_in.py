"""A bank's statement taken in: all of its lines, each once, with whose payment it may be."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from banking import matching, words
from banking.finding import claims_for
from banking.formats import Understood, understand
from banking.matching import Claim, Paid, judge, references_in
from banking.models import Statement, StatementLine
from banking.reading import Faulty, Movement, Problem, Sheet, same_account
from banking.returning import judge_return
from cases.imports.reading import Unfit
from common.clock import HOUSE_ZONE, local_day
from documents.models import Document
from documents.storing import store
from people.models import Organisation, Team, User
from people.rights import may
from timeline.chain import record_for_house
from workflow.numbering import next_number
from workflow.steps import Outsider, RightRefused, WrongInput, once

RIGHT = "record_payment"
NUMBER_LOCK = 7_300_018  # advisory lock number: one taker-in of statements at a time
State = StatementLine.State


@dataclass(frozen=True)
class TakenIn:
    """The statement, and whether this file brought it or was known already."""

    statement: Statement
    is_new: bool


def take_in(
    *, creditor: Organisation, team: Team, filename: str, content: bytes, by: User, at: datetime
) -> TakenIn:
    """Take in every line of a bank's file, or none of it; the same file again changes nothing.

    Lines that an earlier file brought are counted, not kept twice. What is certain is booked afterwards, line by
    line (``booking.book_certain``); the rest waits for a person. Raises ``WrongInput`` with rows and columns.
    """
    must_be_allowed(by, team)
    understood = _understood(content, at)
    sheet = understood.sheet
    account = _account_of(creditor, sheet)
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic(durable=True):
        once(by, at)
        number = next_number(Statement.objects, "S", on=local_day(at, HOUSE_ZONE), lock=NUMBER_LOCK)
        known = Statement.objects.filter(team=team, sha256=digest).first()
        if known:
            return TakenIn(known, is_new=False)
        fresh = _not_known(sheet.movements, team, account)
        document = store(
            case=None, kind=Document.Kind.STATEMENT, filename=filename, content=content,
            title=filename, by=by, at=at, mime=understood.mime,
        )  # fmt: skip
        moments = [movement.at for movement in sheet.movements]
        statement = Statement.objects.create(
            number=number, creditor=creditor, team=team, document=document, sha256=digest,
            layout=sheet.bank, account=account, first_at=min(moments), last_at=max(moments),
            line_count=len(fresh), known_count=len(sheet.movements) - len(fresh), taken_in_by=by,
            taken_in_at=at,
        )  # fmt: skip
        lines = _judged(statement, fresh, account_stated=bool(sheet.account))
        StatementLine.objects.bulk_create(lines, batch_size=500)
        for line in lines:
            if line.is_return:  # only now: it may undo a line of the same file
                judge_return(line)
                line.save()
        record_for_house(
            kind="statement.taken_in", by=by, at=at,
            data={
                "statement": number, "creditor": creditor.name, "team": str(team),
                "sha256": digest, "lines": len(fresh), "known": statement.known_count,
                "certain": sum(line.match == matching.CERTAIN for line in lines),
            },
        )  # fmt: skip
    return TakenIn(statement, is_new=True)


def must_be_allowed(by: User, team: Team) -> None:
    """Let nobody through who has nothing to do with the team, or may not book payments."""
    if not by.sees_every_team and by.role != User.Role.SYSTEM and by.team_id != team.pk:
        raise Outsider
    if not may(by, RIGHT):
        raise RightRefused(by, RIGHT)


def _understood(content: bytes, at: datetime) -> Understood:
    try:
        understood = understand(content)
        ahead = [Problem(m.row, "", "future") for m in understood.sheet.movements if m.at > at]
        if ahead:
            raise Faulty(ahead)
    except Unfit as unfit:
        raise WrongInput(words.of_file(unfit), "file") from unfit
    except Faulty as faulty:
        raise WrongInput(words.of_rows(faulty.problems), "file") from faulty
    return understood


def _account_of(creditor: Organisation, sheet: Sheet) -> str:
    """The creditor's account for repayment, of which the file must be."""
    ours = "".join(c for c in creditor.bank_account if c.isdigit())
    if not ours:
        raise WrongInput(
            _("No account for repayment is entered for %(creditor)s, so nothing can be compared with it.")
            % {"creditor": creditor}, "creditor",
        )  # fmt: skip
    if sheet.account and not same_account(sheet.account, ours):
        raise WrongInput(
            _("This file is of account %(stated)s. %(creditor)s is repaid into %(ours)s.")
            % {"stated": sheet.account, "creditor": creditor, "ours": creditor.bank_account}, "file",
        )  # fmt: skip
    return ours


def _not_known(movements: Sequence[Movement], team: Team, account: str) -> list[Movement]:
    """The lines that no earlier file brought; one that says something else than before is told of."""
    before = {
        line.key: line
        for line in StatementLine.objects.filter(
            team=team, account=account, key__in=[movement.key for movement in movements]
        )
    }
    changed = [
        Problem(movement.row, "", "changed", movement.serial)
        for movement in movements
        if movement.key in before and before[movement.key].amount != movement.amount
    ]
    if changed:
        raise WrongInput(words.of_rows(changed), "file")
    return [movement for movement in movements if movement.key not in before]


def paid_of(line: StatementLine, *, account_stated: bool) -> Paid:
    """What the line says of whose payment it is."""
    return Paid(line.amount, line.currency, line.payer, line.remark, account_stated)


def claims_of(lines: Sequence[StatementLine], creditor: Organisation, team: Team) -> list[Claim]:
    """The cases that these lines may be about."""
    return claims_for(
        creditor=creditor,
        team=team,
        references={token for line in lines for token in references_in(line.remark)},
        payers={name for line in lines for name in (line.payer, "".join(line.payer.split()))},
    )


def _judged(
    statement: Statement, movements: Sequence[Movement], *, account_stated: bool
) -> list[StatementLine]:
    lines = [_line(statement, movement) for movement in movements]
    incoming = [
        line for line in lines if line.state == State.OPEN and not (line.is_return or line.why)
    ]
    judge_lines(incoming, statement.creditor, statement.team, account_stated=account_stated)
    return lines


def judge_lines(
    lines: Sequence[StatementLine], creditor: Organisation, team: Team, *, account_stated: bool
) -> None:
    """Say of each whose payment it may be, and how sure that is."""
    claims = claims_of(lines, creditor, team)
    by_name: dict[str, list[Claim]] = {}
    for claim in claims:
        for name in {*claim.references, matching.name_of(claim.debtor)}:
            by_name.setdefault(name, []).append(claim)
    for line in lines:
        names = {*references_in(line.remark), matching.name_of(line.payer)}
        near = {claim.key: claim for name in names for claim in by_name.get(name, ())}
        found = judge(paid_of(line, account_stated=account_stated), list(near.values()))
        line.match, line.why, line.case_id = found.match, found.why, found.key


def _line(statement: Statement, movement: Movement) -> StatementLine:
    is_return = movement.back and not movement.incoming
    ours_back = movement.back and movement.incoming
    return StatementLine(
        is_return=is_return, why=StatementLine.Why.OURS_BACK if ours_back else "",
        statement=statement, team=statement.team, row=movement.row, account=statement.account,
        key=movement.key, serial=movement.serial, moved_at=movement.at, amount=movement.amount,
        currency=movement.currency, payer=movement.payer, payer_account=movement.payer_account,
        remark=movement.remark, state=State.OPEN if movement.incoming or is_return else State.OUT,
    )  # fmt: skip
