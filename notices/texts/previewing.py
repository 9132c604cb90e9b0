"""What would go out for a real case if it went now: each channel's message, and what stands against it.

Nothing is kept or sent. Who knows what a message tells of a case says so once, when the app is ready.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.verdict import Finding, Verdict
from notices.channels import CARRIED
from notices.models import Notice
from notices.models.notice import means_of
from notices.texts.composing import CannotCompose, Composed, Given, compose
from notices.texts.segments import Measure, measure
from notices.texts.standing import Standing
from notices.texts.wordings import OUTSIDE, WORDINGS
from notices.ways import Way, by_channel
from notices.wording import tells_of_debt
from people.masking import mask, mask_in
from workflow.reasons import tongue_now
from workflow.wording import ask_words

Asks = Callable[[str, str], Verdict]
"""What the rules say of it by that means, to an address from that source."""


@dataclass(frozen=True)
class Sample:
    """What a message would tell of a case now, and how the rules are asked about it."""

    values: Given
    asks: Asks
    organisation: int | None = None
    """Whose words it is made of, where that is not whoever writes in the case."""


class NothingToTell(Exception):
    """The case has nothing of which this message speaks; ``why`` says what it would need."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class AnothersWords(Exception):
    """The text that is tried is an organisation's own, and another one writes in the case."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


Sampler = Callable[[Any, datetime], Sample]
_samplers: dict[str, Sampler] = {}


def tells(wording: str, sampler: Sampler) -> None:
    """Say how this message is filled in for a case; called once, by the app that sends it."""
    _samplers[wording] = sampler


def is_told(wording: str) -> bool:
    """Whether anybody sends this message, so that it can be shown for a case."""
    return wording in _samplers


@dataclass(frozen=True)
class Preview:
    """A message by one channel as it would go now; ``stops`` are reasons, ``findings`` are rules'."""

    channel: str
    label: str
    address: str = ""
    subject: str = ""
    body: str = ""
    made: Composed | None = None
    stops: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    earliest: datetime | None = None
    measure: Measure | None = None

    @property
    def goes(self) -> bool:
        """Whether it would go as things stand."""
        return not self.stops and not self.findings


def previews(
    *, wording: str, case: Any, language: str, at: datetime, instead: Standing | None = None
) -> list[Preview]:
    """Each channel's message for the case; raises ``NothingToTell``.

    ``instead`` is a text that is tried in the place of the one that holds; a frame is tried around it.
    """
    sample = _samplers[wording](case, at)
    whose = sample.organisation or case.agency_id or case.creditor_id
    if instead and instead.organisation not in (None, whose):
        raise AnothersWords(
            _("This text is one organisation's own, and another one writes in this case. Choose another case.")
        )  # fmt: skip
    channels = WORDINGS[wording].channels
    if instead:
        channels = tuple(one for one in channels if one == instead.channel)
    return [_preview(wording, one, case, language, at, sample, instead) for one in channels]


def _preview(
    wording: str, channel: str, case: Any, language: str, at: datetime, sample: Sample,
    instead: Standing | None,
) -> Preview:  # fmt: skip
    label, stops, warnings = str(Notice.Channel(channel).label), [], []
    way = by_channel(case, channel, at)
    if way is None:
        stops.append(str(_NO_WAY.get(channel, _NO_WAY[""])))
    try:
        made = compose(
            wording=wording, channel=channel, case=case, recipient=case.debtor,
            language=language, at=at, values=sample.values, instead=instead,
            organisation=sample.organisation,
        )  # fmt: skip
    except CannotCompose as cannot:
        return Preview(channel, label, _address(way), stops=[*stops, cannot.why])
    words = ask_words(case, f"{made.subject}\n{made.body}", action="text.send", at=at)
    verdict = sample.asks(
        way.means if way else means_of(channel), way.source if way else "contract"
    )
    if channel in OUTSIDE and tells_of_debt(made.body, case, at):
        warnings.append(_("Others who see this message would learn of the debt."))
    found = measure(made.body) if channel == "sms" else None
    if found and found.too_long:
        warnings.append(
            _("It takes %(parts)d parts, and hardly anybody reads on so far.")
            % {"parts": found.parts}
        )
    return Preview(
        channel=channel,
        label=label,
        address=_address(way),
        subject=mask_in(made.subject, case.debtor),
        body=mask_in(made.body, case.debtor),
        made=made,
        stops=stops,
        findings=[*words.blocks, *verdict.blocks],
        warnings=[*warnings, *(_said(one) for one in verdict.warnings)],
        earliest=verdict.earliest if words.allowed else None,
        measure=found,
    )


_NO_WAY = {
    "email": gettext_lazy("The case has no e-mail address from a lawful source."),
    "letter": gettext_lazy("The case has no home address from a lawful source."),
    "portal": gettext_lazy("Nothing is known by which the debtor could be recognised in the portal."),
    "": gettext_lazy("There is no account at a carrier for this channel, or no address from a lawful source."),
}  # fmt: skip


def _address(way: Way | None) -> str:
    if way is None:
        return ""
    kinds = {"email": "email", **dict.fromkeys(CARRIED, "address")}
    return mask(way.address, kinds.get(way.channel, "phone"))


def _said(finding: Finding) -> str:
    return finding.says[tongue_now()]
