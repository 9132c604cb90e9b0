"""What is wrong with a text, before anybody may use it: asked at start of the files, and on saving."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.clock import HOUSE_ZONE, from_local
from compliance import packs
from compliance.ask import judge, value
from compliance.facts import Facts
from compliance.verdict import Finding
from compliance.wording import offending
from notices.texts.filed import Text
from notices.texts.pages import OF_PAGES
from notices.texts.placeholders import (
    PLACEHOLDERS,
    Placeholder,
    examples,
    fill,
    names_in,
    stray_braces,
    without,
)
from notices.texts.reading import HARDEST, index, of_the_law, sentences, too_long
from notices.texts.segments import MOST_PARTS, measure
from notices.texts.wordings import ANYBODY, FRAMED, MOST_LETTERS, SUBJECTS, Wording
from workflow.reasons import tongue_now
from workflow.steps import WrongInput

STRICTEST = "bank"  # the kind of creditor that most rules of wording bind
_BESIDE_A_MESSAGE = gettext_lazy(
    "“%(words)s” would tell a stranger of the debt, for others may read this. Say who"
    " writes and how to reach you, and leave the matter out."
)
_ON_THE_DOOR = gettext_lazy(
    "“%(words)s” would tell a stranger of the debt: this page is shown before its reader has said who they"
    " are. Leave the matter out."
)
_TOO_HARD = gettext_lazy(
    "It is hard to read: %(index)s by the readability index, and %(most)d is read at the age of nine. Use"
    " shorter words."
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_ITEM = re.compile(r"[^:：]{1,20}[:：]\s*\S")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend: in which part of the text, and in words what and how."""

    part: str
    says: str
    finding: Finding | None = None


def faults(text: Text, wording: Wording, channel: str, language: str, *, on: date) -> list[Fault]:
    """Everything that stands against this text, in the reader's language."""
    if not text.body.strip():
        return [Fault("body", _("There is no text. Write what the debtor should be told."))]
    return [
        *_braces(text, wording, channel),
        *_subject(text, channel),
        *_shape(text.body, channel),
        *_language(text, language),
        *forbidden(without(text.whole), on=on, aims=wording.aims),
        *_outside(text, channel, on),
        *(_hard(text.body, language) if channel in OF_PAGES else ()),
    ]


def warnings(text: Text, channel: str, language: str, signature: str = "") -> list[str]:
    """What should be looked at again, though nothing forbids it."""
    if channel in OF_PAGES and language == "en":
        hard = index([without(text.body, "name")])
        return (
            [_TOO_HARD % {"index": f"{hard:.1f}", "most": HARDEST}] if (hard or 0) > HARDEST else []
        )
    if channel != "sms":
        return []
    found = measure(fill(text.body, examples(language)), signature)
    if not found.too_long:
        return []
    return [
        _("It takes %(parts)d parts; above %(most)d hardly anybody reads on. Make it shorter.")
        % {"parts": found.parts, "most": MOST_PARTS}
    ]


def forbidden(text: str, *, on: date, aims: Iterable[str] = ("",)) -> Iterator[Fault]:
    """The words that any pack of the house forbids, each with the lawful wording that it offers.

    ``aims`` are all that the text may be sent for.
    """
    said = set()
    for finding in [found for aim in aims for found in _judged(text, aim, on)]:
        if "words" not in finding.inputs:
            continue
        words = f"{finding.says[tongue_now()]} {finding.remedy[tongue_now()]}".strip()
        if words not in said:
            said.add(words)
            yield Fault("body", f"{finding.rule}{_(': ')}{words}", finding)


def _judged(text: str, aim: str, on: date) -> Iterable[Finding]:
    facts = Facts(
        packs=tuple(packs.names()), zone=HOUSE_ZONE, at=_noon(on), text=text,
        creditor_type=STRICTEST, aim=aim or None,
    )  # fmt: skip
    return judge("text.send", facts, on=on)


def telling(text: str, *, on: date) -> list[str]:
    """The words that would tell a stranger of a debt, by any pack of the house."""
    words = outside_words(tuple(packs.names()), on)
    return [] if words is None else offending(text, words)


def demand_quiet(words: str, field: str, *, on: date) -> None:
    """Refuse words that others may read beside a message and that would tell of a debt: ``WrongInput``."""
    told = telling(words, on=on)
    if told:
        raise WrongInput(
            _("“%(words)s” would tell a stranger of the debt, for others may read this. Choose another one.")
            % {"words": "”, “".join(told)},
            field,
        )  # fmt: skip


@cache
def _outside_words(names: tuple[str, ...], on: date, _shelf: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        for language, phrases in (value((name,), "wording.outside", on) or {}).items():
            found.setdefault(language, []).extend(phrases)
    return found


def outside_words(names: tuple[str, ...], on: date) -> dict[str, list[str]]:
    """The words that no outsider may read, of all these packs together."""
    return _outside_words(names, on, id(packs.shelf()))


def _braces(text: Text, wording: Wording, channel: str) -> Iterator[Fault]:
    offered = {one.name: one.sign for one in wording.offered(channel)}
    signs = " ".join(offered.values())
    for part in ("subject", "quiet", "body"):
        words = getattr(text, part)
        for stray in stray_braces(words):
            yield Fault(
                part,
                _("“%(text)s” is nothing that can be filled in. In braces only these may stand: %(signs)s")
                % {"text": stray, "signs": signs},
            )  # fmt: skip
        for name in names_in(words):
            known = PLACEHOLDERS.get(name)
            if name in offered and not (part != "body" and known and known.private):
                continue
            yield Fault(part, _unknown(name, known, signs))
    used = names_in(text.body)
    for name in wording.required(channel):
        if name not in used:
            yield Fault(
                "body",
                _("%(sign)s is missing: the debtor must be told %(what)s.")
                % {"sign": PLACEHOLDERS[name].sign, "what": PLACEHOLDERS[name].label},
            )


def _unknown(name: str, known: Placeholder | None, signs: str) -> str:
    if known and known.private:
        return _(
            "%(sign)s tells of the debt and may not stand where others can read it. Leave it out."
        ) % {"sign": known.sign}
    return _("{%(name)s} is not known here. In braces only these may stand: %(signs)s") % {
        "name": name, "signs": signs,
    }  # fmt: skip


def _subject(text: Text, channel: str) -> Iterator[Fault]:
    if channel == "portal" and not text.subject:
        yield Fault("subject", _("A message in the portal needs a subject."))
    if channel not in SUBJECTS and text.subject:
        yield Fault("subject", _("A message by this channel has no subject."))
    if "\n" in text.subject:
        yield Fault("subject", _("A subject is one line."))


def _shape(body: str, channel: str) -> Iterator[Fault]:
    most = MOST_LETTERS.get(channel)
    if most and len(body) > most:
        yield Fault(
            "body",
            _("At most %(most)d characters fit here, and these are %(count)d. Make it shorter.")
            % {"most": most, "count": len(body)},
        )
    if channel == "wechat":
        for line in body.split("\n"):
            if not _ITEM.match(line):
                yield Fault(
                    "body",
                    _("“%(line)s” is no item. Every line is a name, a colon and what it says.")
                    % {"line": line[:40]},
                )


def _language(text: Text, language: str) -> Iterator[Fault]:
    words = without(f"{text.subject}\n{text.body}")
    han = bool(_HAN.search(words))
    letters = any(c.isalpha() for c in words)
    if language == "zh" and letters and not han:
        yield Fault("body", _("This is the Chinese text, and there is no Chinese in it."))
    if language == "en" and han:
        yield Fault("body", _("This is the English text, and there is Chinese in it."))


def _hard(body: str, language: str) -> Iterator[Fault]:
    """What a reader of nine years stumbles over: a page of ours is read by everybody."""
    plain = without(body, "…" if language == "zh" else "name")
    for sentence in sentences([plain], language):
        if too_long(sentence, language):
            yield Fault(
                "body",
                _("“%(sentence)s” is too long to be read at once. Make two sentences of it.")
                % {"sentence": sentence.strip()[:60]},
            )
    for word in of_the_law(plain, language):
        yield Fault(
            "body", _("“%(word)s” is a word of the law. Say it in plain words.") % {"word": word}
        )


def _outside(text: Text, channel: str, on: date) -> Iterator[Fault]:
    """What stands where others may read it tells nothing of a debt."""
    parts: Iterable[tuple[str, str]] = [("subject", text.subject), ("quiet", text.quiet)]
    if channel in ANYBODY:
        parts = [("body", text.body)]
    elif channel not in FRAMED:
        parts = []
    for part, words in parts:
        told = telling(without(words), on=on)
        if told:
            says = _ON_THE_DOOR if channel in OF_PAGES else _BESIDE_A_MESSAGE
            yield Fault(part, says % {"words": "”, “".join(told)})


def _noon(day: date) -> datetime:
    return from_local(datetime.combine(day, time(12)), HOUSE_ZONE)
