"""Files that the house does not take: an officer may drop one from the phone; that it was stays on record."""

import uuid
from datetime import datetime

from django.db import transaction

from documents.storing import clean_name
from door.models import Upload
from door.uploading import path_of
from people.models import User
from visits.models import Visit
from workflow.reasons import Reason, told_why
from workflow.steps import Step, carry_out

IN_THE_HOUSE = {Upload.State.KEPT, Upload.State.QUARANTINED}


def drop_file(
    *,
    visit: Visit,
    number: uuid.UUID,
    filename: str,
    sha256: str,
    why: str,
    by: User,
    at: datetime,
) -> bool:
    """Write down that a refused file was dropped on the phone, with its digest and why it was not taken.

    Says whether the house has the file after all; then there is nothing to write. ``number`` is the file's
    own on that phone; ``why`` is what the phone was told, for a file of which nothing else is known here.
    """
    known = Upload.objects.filter(visit=visit, item=number, by=by).first()
    if known and known.state in IN_THE_HOUSE:
        return True
    if known:
        filename, sha256 = known.filename, known.sha256
        why = Reason(known.why, known.says) if known.says else known.why or why

    def drop(_fresh: Visit, _by: User, _at: datetime) -> None:
        if known is None:
            return
        row = Upload.objects.select_for_update().get(pk=known.pk)
        if row.state == Upload.State.RECEIVING:
            row.state, row.why, row.done_at = Upload.State.REFUSED, str(why)[:300], at
        row.dropped_at = at
        row.save(update_fields=["state", "why", "done_at", "dropped_at"])
        transaction.on_commit(lambda: path_of(row).unlink(missing_ok=True))

    carry_out(
        Step(
            subject=visit, event="door.file_dropped", then=drop,
            data={
                "reference": visit.reference, "filename": clean_name(filename)[:160], "sha256": sha256,
                **told_why(why), "sender": str(by),
            },
        ),
        by=by if visit.case.may_be_seen_by(by) else User.objects.system(),
        at=at,
    )  # fmt: skip
    return False
