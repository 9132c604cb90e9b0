"""What a person does with a file: send it in, have it taken over, stop, discard.

The work itself is a worker's (``running``); these only say what is wanted, each once.
"""

from datetime import datetime
from typing import IO

from django.db import transaction

from cases.imports import reading
from cases.imports.applying import DEFAULT_ZONE
from cases.imports.running import origin_of
from cases.models import ImportBatch
from common.clock import local_day
from documents.models import Document
from documents.storing import store
from people.models import Organisation, Team, User
from people.rights import may
from timeline.chain import record_for_house
from workflow.numbering import next_number
from workflow.steps import Outsider, RightRefused, StateRefused, once

RIGHT = "import_cases"
NUMBER_LOCK = 7_300_005  # advisory lock number: one giver of batch numbers at a time
_State = ImportBatch.State


def upload(
    *, creditor: Organisation, team: Team, filename: str, file: IO[bytes], by: User, at: datetime
) -> ImportBatch:
    """Keep the file as it came and have it checked; raises ``reading.Unfit`` for what it is not."""
    _must_be_allowed(by, team)
    mime = reading.kind_of(file)
    content = file.read()
    with transaction.atomic(durable=True):
        once(by, at)
        document = store(
            case=None,
            kind=Document.Kind.OTHER,
            filename=filename,
            content=content,
            title=filename,
            by=by,
            at=at,
            mime=mime,
        )
        batch = ImportBatch(
            number=next_number(
                ImportBatch.objects, "B", on=local_day(at, DEFAULT_ZONE), lock=NUMBER_LOCK
            ),
            creditor=creditor,
            team=team,
            document=document,
            uploaded_by=by,
            uploaded_at=at,
            started_at=at,
        )
        batch.save(force_insert=True)
        record_for_house(
            kind="import.uploaded",
            by=by,
            at=at,
            data={**origin_of(batch), "creditor": creditor.name, "team": str(team)},
        )
    return batch


def take_over(*, batch: ImportBatch, by: User, at: datetime) -> None:
    """Have what was looked at taken over."""
    _want(batch, _State.APPLYING, {_State.READY}, "take_over", by, at)


def discard(*, batch: ImportBatch, by: User, at: datetime) -> None:
    """Throw the checked file away; the file itself is kept, nothing of it is taken over."""
    _want(batch, _State.DISCARDED, {_State.READY}, "discard", by, at)


def stop(*, batch: ImportBatch, by: User, at: datetime) -> None:
    """Have the worker stop where it is; what is not finished by then is as if never begun."""
    _want(batch, "", {_State.READING, _State.APPLYING}, "stop", by, at)


_TOLD = {
    "take_over": "import.taking_over",
    "discard": "import.discarded",
    "stop": "import.stopped",
}


def _want(
    batch: ImportBatch, state: str, out_of: set[_State], act: str, by: User, at: datetime
) -> None:
    with transaction.atomic(durable=True):
        once(by, at)
        fresh = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        _must_be_allowed(by, fresh.team)
        if fresh.state not in out_of:
            raise StateRefused(fresh, act)
        if act == "stop":
            fresh.stop_asked = True
        else:
            fresh.state, fresh.problem, fresh.stop_asked, fresh.tries = state, {}, False, 0
        if act == "take_over":
            fresh.taken_over_by, fresh.taken_over_at, fresh.started_at = by, at, at
            fresh.rows_done = 0
            fresh.rows_total = fresh.created_count + fresh.updated_count
        fresh.save()
        record_for_house(kind=_TOLD[act], by=by, at=at, data={"batch": fresh.number})
    batch.refresh_from_db()


def _must_be_allowed(by: User, team: Team) -> None:
    if not by.sees_every_team and by.team_id != team.pk:
        raise Outsider
    if not may(by, RIGHT):
        raise RightRefused(by, RIGHT)
