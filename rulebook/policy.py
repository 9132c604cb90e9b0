"""What may be asked of a version of the rules, and whether it may be published as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from common.clock import HOUSE_ZONE, local_day
from compliance import packs
from compliance.comparing import changes
from compliance.fault import Fault, sentences
from compliance.shelf import Pack, PackUnreadable
from compliance.tightening import loosened
from desk.showing import tongue_now
from rulebook.models import PackVersion, WhatIf
from workflow.steps import WrongInput


class Faulty(WrongInput):
    """The pack would not be in order: every fault, told in the language of whoever asked."""

    def __init__(self, found: Sequence[Fault]) -> None:
        self.found = tuple(found)
        fields = {fault.field for fault in found}
        super().__init__(sentences(found, tongue_now()), fields.pop() if len(fields) == 1 else "")


def pack_of(version: PackVersion) -> Pack:
    """The version as the rules read it; raises ``PackUnreadable``."""
    if version.begins_pack and version.open:
        return packs.parse_begun(version.name, version.files)
    return packs.parse(version.name, version.files)


def base_of(version: PackVersion) -> Pack:
    """What it was made from, as the rules read it; of a pack's first version, the same without a line."""
    if version.based_on is None:
        return replace(pack_of(version), entries=())
    return packs.parse(version.name, version.based_on.files)


def faults(name: str, texts: Mapping[str, bytes], *, begun: bool = False) -> list[Fault]:
    """Everything that is wrong with these files as the newest version of the pack, in sentences.

    A house that tightens the pack may not become looser than it by that either.
    """
    try:
        pack = packs.parse_begun(name, texts) if begun else packs.parse(name, texts)
    except PackUnreadable as unreadable:
        return [Fault("of_pack", pack=name, fault=why) for why in unreadable.why]
    beside: dict[str, Pack] = {name: pack}
    for other in packs.names():
        if other != name:
            try:
                beside[other] = packs.load(other)
            except PackUnreadable:
                continue
    houses = [one for one in beside.values() if one is pack or name in one.tightens]
    return [fault for house in houses for fault in loosened(house, beside)]


def seen(version: PackVersion) -> WhatIf | None:
    """The finished look at what this very draft would change, if there was one."""
    return version.runs.filter(state=WhatIf.State.DONE, digest=version.digest).first()


def check_whole(version: PackVersion, at: datetime) -> None:
    """Whether it may be published as it is and as things stand now."""
    newest = packs.load(version.name) if version.name in packs.names() else None
    based_on = version.based_on.digest if version.based_on else None
    if newest is not None and newest.digest != based_on:
        raise WrongInput(
            _(
                "Version %(version)s came into being meanwhile. Draft the change anew, from that one."
            )
            % {"version": newest.version}
        )
    check_day(version.first_day, version.based_on, at)
    wrong = faults(version.name, version.files)
    if wrong:
        raise Faulty(wrong)
    if not changes(base_of(version), pack_of(version)):
        raise WrongInput(_("No value is changed yet. Change one first."))


def check_day(day: date, base: PackVersion | None, at: datetime) -> None:
    """Whether a version may judge acts from that day on."""
    if day <= local_day(at, HOUSE_ZONE):
        raise WrongInput(
            _(
                "Today has already been judged by the rules of today. Choose tomorrow or a later day."
            ),
            "in_force_from",
        )
    if base is not None and day < base.first_day:
        raise WrongInput(
            _("Version %(version)s takes effect on %(day)s. Choose that day or a later one.")
            % {"version": base.version, "day": base.first_day.isoformat()},
            "in_force_from",
        )
