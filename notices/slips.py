"""Scanned return slips, many at once: each file is named by the number of its letter."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from documents.storing import Unreadable, kind_of_file
from notices import actions
from notices.channels import CARRIED
from notices.channels.letter import as_number
from notices.models import Notice
from notices.outbox import told
from people.models import User
from people.rights import may
from workflow.steps import RightRefused, StateRefused, Step, WrongInput, carry_out

MOST = 50
AFTER_THE_NUMBER = re.compile(r"[_(.]")


@dataclass(frozen=True)
class Slip:
    """What came of one file: ``said`` is what stands against it, "" where it was taken."""

    filename: str
    notice: Notice | None = None
    said: str = ""
    delivered: bool = False


def take_slips(
    *, files: Sequence[tuple[str, bytes]], delivered_at: datetime | None, by: User, at: datetime
) -> list[Slip]:
    """Keep each scan with its letter's case as the proof, and record the delivery where none is yet.

    ``files`` are names with contents; ``delivered_at`` is asked for only where the delivery is new.
    A scan that cannot be taken stops none of the others, and the answer says why.
    """
    if not may(by, actions.HANDLE):
        raise RightRefused(by, actions.HANDLE)
    if len(files) > MOST:
        raise WrongInput(
            _("At most %(most)d slips are taken in one go. Choose fewer files.") % {"most": MOST}, "scans"
        )  # fmt: skip
    numbers = [number_in(name) for name, _content in files]
    known = _letters(numbers, by)
    return [
        _taken(name, content, known.get(number, []), delivered_at, by, at)
        for (name, content), number in zip(files, numbers, strict=True)
    ]


def number_in(filename: str) -> str:
    """The number with which the file's name begins: RA123456785CN.jpg, n12_front.png."""
    stem = filename.replace("\\", "/").rsplit("/", 1)[-1].rpartition(".")[0]
    number = as_number(AFTER_THE_NUMBER.split(stem)[0])
    return number if number.isascii() and number.isalnum() and len(number) <= 40 else ""


def _letters(numbers: Iterable[str], by: User) -> dict[str, list[Notice]]:
    wanted = set(numbers) - {""}
    keys = [int(n[1:]) for n in wanted if n[:1] == "N" and n[1:].isdecimal() and len(n) < 18]
    found = (
        Notice.objects.visible_to(by)
        .filter(Q(provider_id__in=wanted) | Q(pk__in=keys), channel__in=CARRIED)
        .select_related("case__debtor", "recipient")
    )
    known: dict[str, list[Notice]] = {}
    for notice in found:
        for name in {notice.provider_id, notice.reference.upper()} & wanted:
            known.setdefault(name, []).append(notice)
    return known


def _taken(
    name: str, content: bytes, letters: list[Notice], delivered_at: datetime | None, by: User,
    at: datetime,
) -> Slip:  # fmt: skip
    if len(letters) != 1:
        many = _("More than one letter has this number. Keep the slip on the letter's own page.")
        none = _(
            "No letter of yours has this number. Name the file by it, such as RA123456785CN.jpg."
        )
        return Slip(name, said=many if letters else none)
    notice = letters[0]
    if notice.proof_id:
        return Slip(name, notice, _("The letter has a slip already; it is left as it was."))
    try:
        kind_of_file(name, content)
        if notice.state == Notice.State.DELIVERED:
            keep_proof(notice=notice, filename=name, content=content, by=by, at=at)
            return Slip(name, notice)
        if delivered_at is None:
            raise WrongInput(
                _("Say when it was delivered: nothing is recorded of this letter yet.")
            )
        actions.record_delivery(
            notice=notice, by=by, at=at, delivered_at=delivered_at, filename=name, content=content
        )
    except Unreadable as unreadable:
        return Slip(name, notice, str(unreadable))
    except WrongInput as wrong:
        return Slip(name, notice, str(wrong.message))
    except StateRefused:
        state = notice.get_state_display()
        said = _("This letter is “%(state)s”; only a letter that was posted has a slip.")
        return Slip(name, notice, said % {"state": state})
    return Slip(name, notice, delivered=True)


def keep_proof(*, notice: Notice, filename: str, content: bytes, by: User, at: datetime) -> None:
    """The slip of a letter that is known to be delivered comes in; the moment stays as it was recorded."""
    args: dict[str, Any] = {}

    def store_it() -> None:
        args["proof"] = actions.store_slip(
            notice=notice, filename=filename, content=content, by=by, at=at
        )

    carry_out(
        Step(
            subject=notice,
            event="notice.proven",
            right=actions.HANDLE,
            transition="prove",
            args=args,
            first=store_it,
            data=lambda fresh: {
                **told(fresh),
                "document": fresh.proof.number,
                "document_sha256": fresh.proof.sha256,
            },
        ),
        by=by,
        at=at,
    )
