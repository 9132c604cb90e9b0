"""A message put together: the words that hold at the moment, filled in for one case, in one or both languages."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from notices.texts.approved import Approvals, Fitting, NotApproved, fitting
from notices.texts.placeholders import PLACEHOLDERS, Unfilled, fill
from notices.texts.standing import Standing, standing
from notices.texts.wordings import FRAME, FRAMED, OUTSIDE, WORDINGS
from notices.wording import LANGUAGES, framed, of_case, one_line, tells_of_debt
from workflow.steps import WrongInput

Given = Mapping[str, str | Mapping[str, str]]
"""What is filled in beside what is known of every case; by language ("zh", "en") where that matters."""


class CannotCompose(WrongInput):
    """The message cannot be made for this case by this channel; ``why`` says what is in the way.

    ``code`` says so in a word where it is the carrier that has not approved it.
    """

    def __init__(self, why: str, code: str = "") -> None:
        self.why, self.code = why, code
        super().__init__(why)


@dataclass(frozen=True)
class Composed:
    """A message as it would go out: its words, and from which versions of which texts they were made.

    ``filled`` is what was filled in, by language.
    """

    wording: str
    channel: str
    language: str
    subject: str
    body: str
    made_from: tuple[dict[str, Any], ...]
    filled: Mapping[str, Mapping[str, str]]
    fits: Fitting | None = None


def compose(
    *,
    wording: str,
    channel: str,
    case: Any,
    recipient: Any,
    language: str,
    at: datetime,
    values: Given | None = None,
    instead: Standing | None = None,
    known: Mapping[tuple[str, str, str], Standing] | None = None,
    approvals: Approvals | None = None,
    organisation: int | None = None,
) -> Composed:
    """The message as it would go out now; raises ``CannotCompose``.

    ``organisation`` is whose words it is made of, where that is not whoever writes in the case.

    ``instead`` is a text to be tried in the place of the one that holds; ``known`` are those that hold
    and ``approvals`` what the carriers have approved, for whoever composes many.
    """
    tongues = LANGUAGES[language]
    whose = organisation or case.agency_id or case.creditor_id
    texts = dict(known or standing([wording, FRAME], [channel], tongues, at=at, organisation=whose))
    if instead:
        texts[instead.wording, instead.channel, instead.language] = instead
    filled = {
        tongue: {**_of_case(case, recipient, tongue, channel, at), **_in(values or {}, tongue)}
        for tongue in tongues
    }
    used = [texts[wording, channel, tongue] for tongue in tongues]
    says = {one.language: _filled(one, one.text.body, filled[one.language]) for one in used}
    fits = None
    if channel in FRAMED:
        frames = [texts[FRAME, channel, tongue] for tongue in tongues]
        body = _framed(frames, case, recipient, says)
        subjects = [
            one.text.subject or frame.text.subject for one, frame in zip(used, frames, strict=True)
        ]
        used += frames
    else:
        fits = _fitting(case, used, filled, approvals)
        body = fits.body if fits else "\n".join(says.values())
        subjects = [one.text.subject for one in used]
    subject = " / ".join(
        _filled(one, text, filled[one.language]) if text else ""
        for one, text in zip(used, subjects, strict=False)
    ).strip(" /")
    # What a person has written is told to whoever writes it; ours tells nobody.
    if channel in OUTSIDE and tells_of_debt(body.replace(_text_in(values), ""), case, at):
        raise CannotCompose(
            _("Others can read a message by this channel, and it would tell them of the debt.")
        )
    return Composed(
        wording, channel, language, one_line(subject)[:200], body,
        tuple(one.origin for one in used), filled, fits,
    )  # fmt: skip


def can_compose(**given: Any) -> bool:
    """Whether ``compose`` would make this message, for whoever chooses among channels."""
    try:
        compose(**given)
    except CannotCompose:
        return False
    return True


def says(
    *, wording: str, case: Any, recipient: Any, at: datetime, values: Given, channel: str = "email"
) -> dict[str, str]:
    """The message alone in both languages, without its frame, such as to be read out on the telephone."""
    whose = case.agency_id or case.creditor_id
    texts = standing([wording], [channel], LANGUAGES["both"], at=at, organisation=whose)
    return {
        tongue: fill(
            texts[wording, channel, tongue].text.body,
            {**of_case(case, recipient, tongue), **_in(values, tongue)},
        )
        for tongue in LANGUAGES["both"]
    }


def _text_in(values: Given | None) -> str:
    """What a person wrote, where the message carries it."""
    text = (values or {}).get("text", "")
    return text if isinstance(text, str) and text else "\0"


def digest_of(subject: str, body: str) -> str:
    """The SHA-256 of a message's words."""
    return hashlib.sha256(f"{subject}\n{body}".encode()).hexdigest()


def _of_case(
    case: Any, recipient: Any, language: str, channel: str, at: datetime
) -> dict[str, str]:
    """What is known of every case; where others can read it a creditor whose name tells is left out."""
    found = of_case(case, recipient, language)
    if channel in OUTSIDE and tells_of_debt(found["writer_for"], case, at):
        found["writer_for"] = found["writer_name"]
    return found


def _fitting(
    case: Any,
    used: Sequence[Standing],
    filled: Mapping[str, Mapping[str, str]],
    approvals: Approvals | None,
) -> Fitting | None:
    try:
        return fitting(case, used, filled, approvals)
    except NotApproved as refused:
        raise CannotCompose(refused.why, refused.code) from refused


def _in(values: Given, language: str) -> dict[str, str]:
    return {
        name: str(given[language] if isinstance(given, Mapping) else given)
        for name, given in values.items()
    }


def _filled(one: Standing, text: str, values: Mapping[str, str]) -> str:
    """The text with its values; what must be told has to be known."""
    wording = WORDINGS[one.wording]
    needed = [
        name
        for name in wording.required(one.channel)
        if name in text or one.channel in OUTSIDE or not PLACEHOLDERS[name].may_be_empty
    ]
    try:
        return fill(text, values, required=needed)
    except Unfilled as unfilled:
        raise CannotCompose(_not_known(unfilled)) from unfilled


def _framed(frames: Sequence[Standing], case: Any, recipient: Any, says: Mapping[str, str]) -> str:
    try:
        return framed(frames, case=case, recipient=recipient, says=says)
    except Unfilled as unfilled:
        raise CannotCompose(_not_known(unfilled)) from unfilled


def _not_known(unfilled: Unfilled) -> str:
    names = [
        str(PLACEHOLDERS[name].label) if name in PLACEHOLDERS else name for name in unfilled.names
    ]
    return _("Not known: %(what)s. Enter it, then the message can be made.") % {
        "what": _(", ").join(dict.fromkeys(names))
    }
