"""What people do with the rules: draft a change, look at it, propose it; a second person publishes.

Rules belong to no case: what is done with them stands on the house's own timeline.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

from celery.exceptions import OperationalError
from django.db import transaction
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError as NoBroker

from cases.tasks import settle_packs
from compliance import packs
from compliance.applying import Situation, packs_for
from compliance.comparing import changes
from compliance.drafting import (
    CannotChange,
    Texts,
    new_pack,
    with_change,
    with_end,
    with_source,
    with_version,
    written_at,
)
from compliance.fault import sentences
from compliance.shelf import Pack, PackUnreadable
from desk.showing import tongue_now
from people.models import Organisation, User
from people.rights import may
from rulebook import shelving
from rulebook.models import PackVersion, WhatIf
from rulebook.policy import Faulty, base_of, check_day, check_whole, faults, pack_of, seen
from timeline.chain import record_for_house
from workflow.approvals import must_be_second
from workflow.steps import RightRefused, StateRefused, WrongInput, once

DRAFT, PUBLISH = "draft_rules", "publish_rules"
PAST_DAYS = 30
_State = PackVersion.State


def draft_change(
    *, name: str, in_force_from: date, reason: str, by: User, at: datetime
) -> PackVersion:
    """Begin a new version of a pack from its newest, to judge acts from that day on."""
    _must(by, DRAFT)
    with transaction.atomic(durable=True):
        once(by, at)
        return _begin(name, in_force_from, reason, by, at)


def _begin(name: str, in_force_from: date, reason: str, by: User, at: datetime) -> PackVersion:
    newest = _newest(name)
    base = _kept(newest, at)
    check_day(in_force_from, base, at)
    version = _next_version(name, newest.version)
    texts = with_version(base.files, version)
    made = PackVersion(
        reference=f"R-{uuid.uuid4().hex[:10].upper()}",
        name=name, version=version, texts=_plain(texts), digest=packs.digest_of(name, texts),
        in_force_from=in_force_from, based_on=base, reason=reason, drafted_by=by, drafted_at=at,
    )  # fmt: skip
    made.save(force_insert=True)
    _tell(made, "rules.drafted", by, at, reason=reason, based_on=base.version)
    return made


def _newest(name: str) -> Pack:
    try:
        return packs.load(name)
    except PackUnreadable:
        raise WrongInput(_("This pack cannot be read, so nothing can be changed in it.")) from None


def draft_pack(
    *, name: str, head: Mapping[str, Any], source: Mapping[str, Any], creditors: Sequence[Organisation],
    in_force_from: date, reason: str, by: User, at: datetime,
) -> PackVersion:  # fmt: skip
    """Begin a pack of the house's own that tightens others, for these creditors.

    ``head`` is what its first file says of it, ``source`` the house's own text on which its lines rest.
    """
    _must(by, DRAFT)
    with transaction.atomic(durable=True):
        once(by, at)
        taken = PackVersion.objects.filter(name=name).exclude(state=_State.WITHDRAWN).exists()
        if taken or name in packs.names():
            raise WrongInput(_("There is a pack of this name already. Choose another."), "name")
        check_day(in_force_from, None, at)
        texts = with_source(new_pack(name, version="1", **head), code="house", source=source)
        wrong = faults(name, texts, begun=True)
        if wrong:
            raise Faulty(wrong)
        made = PackVersion(
            reference=f"R-{uuid.uuid4().hex[:10].upper()}",
            name=name, version="1", texts=_plain(texts), digest=packs.digest_of(name, texts),
            in_force_from=in_force_from, reason=reason, drafted_by=by, drafted_at=at,
        )  # fmt: skip
        made.save(force_insert=True)
        made.creditors.set(creditors)
        _tell(
            made, "rules.pack_begun", by, at, reason=reason, tightens=list(head["tightens"]),
            creditors=[one.name for one in creditors],
        )  # fmt: skip
    return made


def write_into_draft(
    *,
    name: str,
    in_force_from: date,
    reason: str,
    write: Callable[[Texts], Texts],
    event: str,
    told: Mapping[str, Any],
    by: User,
    at: datetime,
) -> PackVersion:
    """Change a pack in this person's own draft of it, which is begun if there is none that can go on."""
    _must(by, DRAFT)
    with transaction.atomic(durable=True):
        once(by, at)
        mine = PackVersion.objects.filter(
            name=name, state=_State.DRAFT, drafted_by=by, in_force_from__gte=in_force_from,
            based_on__digest=_newest(name).digest,
        )  # fmt: skip
        draft = mine.order_by("-pk").first() or _begin(name, in_force_from, reason, by, at)
        return _write(_locked(draft, {_State.DRAFT}, event), write, event, told, by, at)


def change_value(
    *,
    version: PackVersion,
    file: str,
    number: int,
    since: date,
    figures: Mapping[str, Any],
    by: User,
    at: datetime,
    seen_digest: str = "",
) -> PackVersion:
    """End the value on the eve of that day and write a changed one from then on.

    ``figures`` are those that change, with words and source under their names in the file. Raises
    ``WrongInput`` with every fault that the pack would then have.
    """
    return _rewrite(
        version, file, number, since, by, at,
        lambda files: with_change(files, file=file, number=number, since=since, changes=figures),
        "rules.value_changed", seen_digest,
    )  # fmt: skip


def end_value(
    *, version: PackVersion, file: str, number: int, since: date, by: User, at: datetime,
    seen_digest: str = "",
) -> PackVersion:  # fmt: skip
    """Let the value end on the eve of that day, with nothing in its place."""
    return _rewrite(
        version, file, number, since, by, at,
        lambda files: with_end(files, file=file, number=number, until=since - timedelta(days=1)),
        "rules.value_ended", seen_digest,
    )  # fmt: skip


def _rewrite(
    version: PackVersion, file: str, number: int, since: date, by: User, at: datetime,
    write: Callable[[Texts], Texts], event: str, seen_digest: str,
) -> PackVersion:  # fmt: skip
    def told(files: Texts) -> dict[str, Any]:
        row = str(written_at(files, file, number).table.get("id", ""))
        return {"row": row, "since": since.isoformat()}

    return rewrite(version, write, event, told, by=by, at=at, since=since, seen_digest=seen_digest)


def rewrite(
    version: PackVersion,
    write: Callable[[Texts], Texts],
    event: str,
    told: Callable[[Texts], Mapping[str, Any]],
    *,
    by: User,
    at: datetime,
    since: date | None = None,
    seen_digest: str = "",
) -> PackVersion:
    """Write a draft's texts anew, whole and without a fault or not at all.

    ``since`` is from when on a value changes: not before the day from which the version judges. ``told``
    says what the house's timeline keeps of it, from the texts as they were. ``seen_digest`` is the draft as
    whoever asks has seen it: lines are found by their place, and another person may have moved them.
    """
    _must(by, DRAFT)
    with transaction.atomic(durable=True):
        once(by, at)
        fresh = _locked(version, {_State.DRAFT}, event)
        if seen_digest and seen_digest != fresh.digest:
            raise WrongInput(
                _(
                    "Somebody has changed this draft meanwhile. Open it again, then change the value."
                )
            )
        if since is not None and since < fresh.first_day:
            raise WrongInput(
                _("This version judges acts from %(day)s on. Choose that day or a later one.")
                % {"day": fresh.first_day.isoformat()},
                "since",
            )
        try:
            data = told(fresh.files)
        except CannotChange as cannot:
            raise WrongInput(sentences([cannot.fault], tongue_now()), "since") from None
        _write(fresh, write, event, data, by, at)
    version.refresh_from_db()
    return version


def _write(
    fresh: PackVersion, write: Callable[[Texts], Texts], event: str, told: Mapping[str, Any],
    by: User, at: datetime,
) -> PackVersion:  # fmt: skip
    """The texts anew under the lock, if there is no fault in them."""
    try:
        texts = write(fresh.files)
    except CannotChange as cannot:
        raise WrongInput(sentences([cannot.fault], tongue_now()), "since") from None
    wrong = faults(fresh.name, texts, begun=fresh.begins_pack)
    if wrong:
        raise Faulty(wrong)
    fresh.texts, fresh.digest = _plain(texts), packs.digest_of(fresh.name, texts)
    fresh.save(update_fields=["texts", "digest"])
    _tell(fresh, event, by, at, **told)
    return fresh


def delete_draft(*, version: PackVersion, by: User, at: datetime) -> None:
    """Throw a draft away that nobody has proposed; the house's timeline keeps that there was one."""
    _must(by, DRAFT)
    with transaction.atomic(durable=True):
        once(by, at)
        fresh = _locked(version, {_State.DRAFT}, "delete_draft")
        _tell(fresh, "rules.draft_deleted", by, at, reason=fresh.reason)
        WhatIf.objects.filter(version=fresh).delete()
        fresh.delete()


def ask_what_if(*, version: PackVersion, by: User, at: datetime) -> WhatIf:
    """Have it worked out what the draft would change; a worker does it."""
    if not (may(by, DRAFT) or may(by, PUBLISH)):
        raise RightRefused(by, DRAFT)
    with transaction.atomic(durable=True):
        once(by, at)
        fresh = _locked(version, {_State.DRAFT, _State.PROPOSED}, "what_if")
        if not changes(base_of(fresh), pack_of(fresh)):
            raise WrongInput(_("No value is changed yet. Change one first."))
        running = fresh.runs.filter(state=WhatIf.State.RUNNING, digest=fresh.digest).first()
        if running:
            return running
        run = WhatIf(
            version=fresh, digest=fresh.digest, asked_by=by, asked_at=at, past_days=PAST_DAYS
        )
        run.save(force_insert=True)
    return run


def stop_what_if(*, run: WhatIf, by: User, at: datetime) -> None:
    """Have the worker stop where it is; what it has found so far stays."""
    if not (may(by, DRAFT) or may(by, PUBLISH)):
        raise RightRefused(by, DRAFT)
    WhatIf.objects.filter(pk=run.pk).update(stop_asked=True)


def propose(*, version: PackVersion, by: User, at: datetime) -> PackVersion:
    """Put the draft before a second person, once it is known whom it concerns."""
    _must(by, DRAFT)
    with transaction.atomic(durable=True):
        once(by, at)
        fresh = _locked(version, {_State.DRAFT}, "propose")
        check_whole(fresh, at)
        if seen(fresh) is None:
            raise WrongInput(_("Look first at what it would change, then propose it."))
        fresh.state, fresh.proposed_by, fresh.proposed_at = _State.PROPOSED, by, at
        fresh.save(update_fields=["state", "proposed_by", "proposed_at"])
        _tell(fresh, "rules.proposed", by, at)
    version.refresh_from_db()
    return version


def take_back(*, version: PackVersion, by: User, at: datetime) -> PackVersion:
    """Make a proposal a draft again, so that it can be changed."""
    _must(by, DRAFT)
    with transaction.atomic(durable=True):
        once(by, at)
        fresh = _locked(version, {_State.PROPOSED}, "take_back")
        fresh.state, fresh.proposed_by, fresh.proposed_at = _State.DRAFT, None, None
        fresh.save(update_fields=["state", "proposed_by", "proposed_at"])
        _tell(fresh, "rules.taken_back", by, at)
    version.refresh_from_db()
    return version


def withdraw(*, version: PackVersion, by: User, at: datetime) -> PackVersion:
    """Give a draft or a proposal up; it is kept, and never takes effect."""
    _must(by, DRAFT)
    with transaction.atomic(durable=True):
        once(by, at)
        fresh = _locked(version, {_State.DRAFT, _State.PROPOSED}, "withdraw")
        fresh.state = _State.WITHDRAWN
        fresh.save(update_fields=["state"])
        _tell(fresh, "rules.withdrawn", by, at)
    version.refresh_from_db()
    return version


def publish(*, version: PackVersion, answer: str, by: User, at: datetime) -> PackVersion:
    """Let the proposal judge acts from its first day on, in every process of the house, for ever."""
    _must(by, PUBLISH)
    with transaction.atomic(durable=True):
        once(by, at)
        fresh = _locked(version, {_State.PROPOSED}, "publish")
        for first in {fresh.proposed_by, fresh.drafted_by}:
            if first is not None:
                must_be_second(first, by, at)
        check_whole(fresh, at)
        fresh.state = _State.PUBLISHED
        fresh.decided_by, fresh.decided_at, fresh.answer = by, at, answer
        fresh.save(update_fields=["state", "decided_by", "decided_at", "answer"])
        _tell(
            fresh, "rules.published", by, at, reason=fresh.reason, answer=answer,
            drafted_by=str(fresh.drafted_by), proposed_by=str(fresh.proposed_by),
        )  # fmt: skip
        if fresh.begins_pack:
            _join(fresh)
        shelving.publish_on_commit()
    version.refresh_from_db()
    return version


def _join(version: PackVersion) -> None:
    """Put the new pack on the list of each creditor for whom it was begun; their cases follow on commit.

    A creditor without a list had the packs of its own country until now: they are written down with it.
    """
    for creditor in version.creditors.select_for_update().order_by("pk"):
        listed = list(creditor.packs) or [one.pack for one in packs_for(_at_home(creditor))]
        creditor.packs = list(dict.fromkeys([*listed, version.name]))
        creditor.save(update_fields=["packs"])

    def settle() -> None:
        # Without a broker the hourly sweep does it; the version judges from tomorrow on at the soonest.
        with suppress(OperationalError, NoBroker):
            settle_packs.delay()

    transaction.on_commit(settle)


def _at_home(creditor: Organisation) -> Situation:
    return Situation(
        country=creditor.country, home=creditor.country, creditor_type=creditor.creditor_type
    )


def _kept(pack: Pack, at: datetime) -> PackVersion:
    """The row of the newest version; of one that came with the program it is written now."""
    found = PackVersion.objects.filter(
        name=pack.name, digest=pack.digest, state=_State.PUBLISHED
    ).first()
    if found is None:
        shelving.keep_files(at=at)
        found = PackVersion.objects.get(name=pack.name, digest=pack.digest, state=_State.PUBLISHED)
    return found


def _next_version(name: str, version: str) -> str:
    """The next number after it that no other version or draft bears."""
    taken = set(
        PackVersion.objects.filter(name=name)
        .exclude(state=_State.WITHDRAWN)
        .values_list("version", flat=True)
    )
    head, dot, tail = version.rpartition(".")
    number = int(tail) + 1 if tail.isdecimal() else 2
    stem = f"{head}{dot}" if tail.isdecimal() else f"{version}."
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"


def _locked(version: PackVersion, states: set[_State], act: str) -> PackVersion:
    fresh = PackVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if fresh.state not in states:
        raise StateRefused(fresh, act)
    return fresh


def _plain(texts: Mapping[str, bytes]) -> dict[str, str]:
    return {file: content.decode() for file, content in texts.items()}


def _must(by: User, right: str) -> None:
    if not may(by, right):
        raise RightRefused(by, right)


def _tell(version: PackVersion, kind: str, by: User, at: datetime, **more: Any) -> None:
    record_for_house(
        kind=kind,
        by=by,
        at=at,
        data={
            "reference": version.reference,
            "pack": version.name,
            "version": version.version,
            "digest": version.digest,
            "in_force_from": version.in_force_from,
            **more,
        },
    )
