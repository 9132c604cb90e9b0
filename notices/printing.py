"""A print run: the letters that are to be posted as one file, with the sheet that goes along."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from documents.merging import Damaged, bundle
from documents.models import Document
from documents.render import render_covers, render_paper
from documents.storing import store
from notices import actions, papers
from notices.channels import CARRIED
from notices.models import LetterRun, LetterRunLine, Notice
from notices.outbox import is_of_complaint, told
from notices.wording import writer_of
from people.models import User
from people.rights import may
from workflow.reasons import tongue_now
from workflow.steps import RightRefused, StateRefused, Step, WrongInput, carry_out

MOST = 100
"""Letters of one run: more than a person carries to the post at once."""


@dataclass
class Printed:
    """What came of it: the run (None where no letter could be printed), and what stands against the rest."""

    run: LetterRun | None = None
    problems: dict[int, str] = field(default_factory=dict)


@dataclass
class _Sheet:
    """One letter that may be printed: its bytes, and whether they were made just now."""

    notice: Notice
    content: bytes
    made: bool
    again: bool


def print_letters(*, notices: Sequence[Notice], by: User, at: datetime) -> Printed:
    """Print these letters in one go; each is asked once more whether it is still right.

    One that is not is stopped and left out, as is one whose file is damaged; the answer says why.
    Raises ``WrongInput`` where there is none or too many of them.
    """
    if not may(by, actions.HANDLE):
        raise RightRefused(by, actions.HANDLE)
    if not notices:
        raise WrongInput(_("Tick the letters that are to be printed."))
    if len(notices) > MOST:
        raise WrongInput(
            _("At most %(most)d letters are printed in one go. Tick fewer of them.")
            % {"most": MOST}
        )
    printed = Printed()
    sheets = _looked_at(notices, printed.problems, by, at)
    number = f"LR-{at:%Y}-{uuid.uuid4().hex[:8].upper()}"
    letters, pages = _put_together(sheets, number, printed.problems, at)
    if not sheets:
        return printed
    for sheet in sheets:
        try:
            _print(sheet, number, by, at)
        except StateRefused:
            printed.problems[sheet.notice.pk] = _(
                "Somebody else has settled this letter meanwhile. Please take it out of the pile."
            )
    printed.run = _keep(number, sheets, letters, pages, by, at)
    return printed


def _looked_at(
    notices: Sequence[Notice], problems: dict[int, str], by: User, at: datetime
) -> list[_Sheet]:
    """Those that may be printed, with what is to be printed."""
    before = set(
        LetterRunLine.objects.filter(notice__in=[notice.pk for notice in notices]).values_list(
            "notice", flat=True
        )
    )
    sheets = []
    for notice in notices:
        if notice.channel not in CARRIED or notice.state != Notice.State.QUEUED:
            problems[notice.pk] = _("Somebody else has settled this letter meanwhile.")
            continue
        try:
            actions.stop_if_wrong(notice=notice, by=by, at=at)
            content, made = _content(notice, at)
        except WrongInput as wrong:
            problems[notice.pk] = str(wrong.message)
        else:
            sheets.append(_Sheet(notice, content, made, notice.pk in before))
    return sheets


def _content(notice: Notice, at: datetime) -> tuple[bytes, bool]:
    """The letter's own file, its digest checked; one of plain text is put on paper now."""
    document = notice.document
    if document is None:
        return render_paper(papers.letter_paper(notice, at), notice.language), True
    try:
        with document.file.open("rb") as file:
            content = file.read()
    except OSError:
        raise WrongInput(
            _("The file %(name)s is not there.") % {"name": document.filename}
        ) from None
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise WrongInput(
            _("The file %(name)s is not what it was when it was made.")
            % {"name": document.filename}
        )
    return content, False


def _put_together(
    sheets: list[_Sheet], number: str, problems: dict[int, str], at: datetime
) -> tuple[bytes, list[int]]:
    """The merged file and the pages of each; a letter that cannot be merged falls out of ``sheets``."""
    while sheets:
        count = len(sheets)
        covers = [
            papers.cover_of(sheet.notice, mark=f"{number} · {place}/{count}", at=at)
            for place, sheet in enumerate(sheets, start=1)
        ]
        try:
            return bundle(render_covers(covers, _language()), [sheet.content for sheet in sheets])
        except Damaged as damaged:
            broken = sheets.pop(damaged.place)
            problems[broken.notice.pk] = _(
                "Its file is damaged and cannot be printed. Stop the letter and write it anew."
            )
    return b"", []


def _print(sheet: _Sheet, number: str, by: User, at: datetime) -> None:
    """Note on the letter's own timeline that it was printed, with the paper that it is."""
    args: dict[str, Any] = {"document": sheet.notice.document}

    def keep_paper() -> None:
        if sheet.made:
            args["document"] = store(
                case=sheet.notice.case, kind=Document.Kind.LETTER, made_here=True,
                content=sheet.content, filename=f"letter-{sheet.notice.reference}.pdf",
                title=_("Letter"), restricted=is_of_complaint(sheet.notice), by=by, at=at,
            )  # fmt: skip

    carry_out(
        Step(
            subject=sheet.notice,
            event="notice.printed",
            right=actions.HANDLE,
            transition="print",
            args=args,
            first=keep_paper,
            data=lambda fresh: {
                **told(fresh),
                "run": number,
                "again": sheet.again,
                "document": fresh.document.number,
                "document_sha256": fresh.document.sha256,
            },
        ),
        by=by,
        at=at,
    )


def _keep(
    number: str, sheets: Sequence[_Sheet], letters: bytes, pages: list[int], by: User, at: datetime
) -> LetterRun:
    """The run as a row, its two files and its lines, all or nothing."""
    teams = {sheet.notice.case.team_id for sheet in sheets}
    house = by.team.organisation if by.team else writer_of(sheets[0].notice.case)
    listed = [
        (sheet.notice, count, sheet.again) for sheet, count in zip(sheets, pages, strict=True)
    ]
    paper = papers.run_sheet(number=number, letters=listed, by=by, at=at, house=house)
    sheet_pdf = render_paper(paper, _language())
    with transaction.atomic(durable=True):
        run = LetterRun(
            number=number, team_id=teams.pop() if len(teams) == 1 else None, printed_by=by,
            printed_at=at,
            letters=_stored(letters, f"{number}.pdf", _("Letters of run %(run)s") % {"run": number}, by, at),
            sheet=_stored(sheet_pdf, f"{number}-sheet.pdf", _("Run sheet %(run)s") % {"run": number}, by, at),
        )  # fmt: skip
        run.save(force_insert=True)
        LetterRunLine.objects.bulk_create(
            LetterRunLine(run=run, notice=notice, place=place, pages=count, again=again)
            for place, (notice, count, again) in enumerate(listed, start=1)
        )
    return run


def _stored(content: bytes, name: str, title: str, by: User, at: datetime) -> Document:
    return store(
        case=None, kind=Document.Kind.LETTER, made_here=True, content=content, filename=name,
        title=title, by=by, at=at,
    )  # fmt: skip


def _language() -> str:
    """The language of whoever prints: the sheet is for the desk and the post, not for the debtor."""
    return tongue_now()


def loaded(notices: Any) -> list[Notice]:
    """The letters with all that their papers need, oldest first: they are printed in this order."""
    found = notices.filter(channel__in=CARRIED).select_related(
        "case__debtor", "case__creditor", "case__agency", "case__team", "recipient", "document",
        "contact_point",
    )  # fmt: skip
    return list(found.prefetch_related("recipient__addresses").order_by("due_at", "pk")[: MOST + 1])
