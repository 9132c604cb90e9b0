"""What a run says to each debtor, by which way, and what the rules say to that."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from agreements.kinds import window_closes
from agreements.messages import of_reminder
from agreements.models import Instalment
from cases.facts import with_facts
from cases.models import Case
from cases.models.case import OPEN_STEPS, Step
from cases.reaching import Reached, ask_way, reach
from common.clock import local_day
from common.money import ZERO, show
from compliance.aims import Aim
from compliance.verdict import Finding, Verdict
from notices.models import ApprovedTemplate, Notice
from notices.texts.approved import (
    ANOTHER_APPROVED,
    NONE_APPROVED,
    Approvals,
    approvals_of,
)
from notices.texts.composing import CannotCompose, compose
from notices.texts.placeholders import fill
from notices.texts.standing import Place, Standing, standing_for
from notices.texts.wordings import CHANNELS, FRAME, LANGUAGES, OUTSIDE
from notices.ways import BELL, Way, can_ring, every_channel, ways_of
from notices.wording import tells_of_debt
from outreach.models import NoticeRun, NoticeRunLine
from workflow.wording import ask_words

A = NoticeRunLine.Answer
K = NoticeRun.Kind
OWN = "letter"  # the message in one's own words, among the wordings


@dataclass(frozen=True)
class Texts:
    """The words that hold for each writer, and which of them the carriers have approved; asked once for many."""

    by_writer: Mapping[int | None, Mapping[Place, Standing]]
    approvals: Approvals

    def of(self, case: Case) -> Mapping[Place, Standing]:
        """Those that hold for whoever writes in the case."""
        return self.by_writer[case.agency_id or case.creditor_id]

    def rings(self, at: datetime) -> Callable[[Case, str], bool]:
        """Whether word of a message in the portal can go to a case's debtor by a channel."""
        return lambda case, channel: can_ring(
            case, channel, at, known=self.of(case), approvals=self.approvals
        )


# What may stand in a text for each debtor's own; in the words of either language.
PLACES: dict[str, str] = {
    "name": "name", "姓名": "name", "reference": "reference", "案件编号": "reference",
    "balance": "balance", "欠款": "balance", "creditor": "creditor", "债权人": "creditor",
}  # fmt: skip
_PLACE = re.compile(r"\{([^{}]*)\}")

# Why nobody can be written to, where no rule says so: the code with its words.
NOT_SO: dict[str, dict[str, str]] = {
    "no-way": {
        "en": "There is no number or address by this way that may be used.",
        "zh": "没有可用的相应号码或地址。",
    },
    "no-text": {
        "en": "There is no text in the debtor's language.",
        "zh": "没有债务人所用语言的文本。",
    },
    "no-instalment": {
        "en": "There is no such instalment to remind of.",
        "zh": "没有需要提醒的相应分期。",
    },
    "reminded": {
        "en": "A reminder of this instalment is on its way or went out today.",
        "zh": "本期还款的提醒正在发送，或今天已经发出。",
    },
    "outside": {
        "en": "Others can read a message by this channel, and it would tell them of the debt.",
        "zh": "他人可能看到该渠道的消息，其内容会透露债务情况。",
    },
    NONE_APPROVED: {
        "en": "The carrier sends only what it has approved, and no text is entered for this message in this language. Have one approved and enter it, or choose another channel.",
        "zh": "服务商只发送审核通过的文本，该消息在此语言下尚未登记。请报审并登记，或改用其他渠道。",
    },
    ANOTHER_APPROVED: {
        "en": "The text that the carrier has approved is not the one that holds now. Have the new one approved, or choose another channel.",
        "zh": "审核通过的文本与现行文本不一致。请将新文本报审，或改用其他渠道。",
    },
    "not-known": {
        "en": "Something that this message must say is not known, such as a telephone number.",
        "zh": "消息必须写明的内容尚缺，例如联系电话。",
    },
    "closed": {"en": "The case is closed.", "zh": "案件已结案。"},
    "settled": {"en": "Nothing is owed any more.", "zh": "款项已全部结清。"},
    "elsewhere": {
        "en": "The case is in another team's hands now.",
        "zh": "案件已转由其他小组负责。",
    },
    "unforeseen": {
        "en": "It could not be put into the outbox; those who run the house have the details.",
        "zh": "未能放入发件箱，详情见系统日志。",
    },
}


@dataclass(frozen=True)
class Drafted:
    """The message to one debtor as it would go at that moment; ``not_so`` is why there is none.

    ``passed_over`` are the channels whose carrier has not approved it, each with why in a word.
    """

    reached: Reached | None = None
    text: str = ""
    instalment: Instalment | None = None
    words: Verdict | None = None
    not_so: str = ""
    passed_over: Mapping[str, str] = field(default_factory=dict)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that the rules found: of the words, and of the way and the hour."""
        of_words = self.words.findings if self.words else ()
        return (*of_words, *(self.reached.verdict.findings if self.reached else ()))

    @property
    def answer(self) -> str:
        """What the rules say of it, in a word; no other hour heals forbidden words."""
        if self.not_so or self.reached is None or self.reached.goes_at is None:
            return A.REFUSED
        if self.words and not self.words.allowed:
            return A.REFUSED
        return A.ALLOWED if self.reached.verdict.allowed else A.LATER


def unknown_places(text: str) -> list[str]:
    """What stands in braces and cannot be filled in."""
    return [name for name in _PLACE.findall(text) if name.strip() not in PLACES]


def filled(text: str, case: Case) -> str:
    """The text with what is each debtor's own."""
    creditor, language = case.creditor, case.debtor.language
    own = {
        "name": (language == "en" and case.debtor.name_en) or case.debtor.name,
        "reference": case.reference,
        "balance": show(case.balance),
        "creditor": (language == "en" and creditor.name_en) or creditor.name,
    }
    return _PLACE.sub(lambda found: own[PLACES[found[1].strip()]], text)


def cases_of(lines: Iterable[NoticeRunLine], at: datetime) -> dict[int, Case]:
    """The lines' cases with all that a draft needs, in as many queries for a hundred as for one."""
    found = (
        with_facts(Case.objects.filter(pk__in=[line.case_id for line in lines]), at)
        .select_related("debtor", "creditor", "agency", "team")
        .prefetch_related(
            "debtor__contact_points",
            "debtor__addresses",
            Prefetch(
                "notices",
                Notice.objects.filter(instalment__isnull=False).exclude(
                    state__in=[Notice.State.SUPPRESSED, Notice.State.FAILED]
                ),
                to_attr="reminders",
            ),
        )
    )
    return {case.pk: case for case in found}


def instalments_of(cases: Iterable[Case]) -> dict[int, list[Instalment]]:
    """The unpaid instalments in force of these cases, by case, in their order."""
    found: dict[int, list[Instalment]] = {}
    rows = Instalment.objects.filter(
        agreement__case__in=[case.pk for case in cases], live=True, paid_at=None
    )
    for row in rows.select_related("agreement").order_by("due_on", "pk"):
        found.setdefault(row.agreement.case_id, []).append(row)
    return found


def channels_of(cases: Iterable[Case]) -> dict[int, list[str]]:
    """By which channels each writer of these cases can send anything, asked once for each."""
    found: dict[int, list[str]] = {}
    for case in cases:
        writer = case.agency_id or case.creditor_id
        if writer not in found:
            found[writer] = every_channel(case)
    return found


def texts_for(run: NoticeRun, cases: Iterable[Case], at: datetime) -> Texts:
    """The words that hold for all messages of the run, whatever channel and language, asked once."""
    names = [wording_of(run), OWN, BELL]
    writers = {case.agency_id or case.creditor_id for case in cases}
    return Texts(
        standing_for(writers, [*names, FRAME], CHANNELS, LANGUAGES, at=at),
        approvals_of(writers, names),
    )


def draft(
    run: NoticeRun,
    case: Case,
    at: datetime,
    *,
    instalments: Sequence[Instalment] = (),
    text: str = "",
    channels: Collection[str] | None = None,
    texts: Texts | None = None,
) -> Drafted:
    """The message as it would go at that moment; ``text`` is what a person made of it.

    ``channels`` are those by which the case's writer can send and ``texts`` the words that hold, for
    whoever drafts many.
    """
    if case.state not in OPEN_STEPS:
        return Drafted(not_so="closed")
    if case.balance <= ZERO:  # contact has stopped with the last payment
        return Drafted(not_so="settled")
    instalment: Instalment | None = None
    if run.kind != K.LETTER:
        instalment = _instalment_for(run.kind, case, instalments, at)
        if instalment is None:
            return Drafted(not_so="no-instalment")
        if _was_reminded(case, instalment, at):
            return Drafted(not_so="reminded", instalment=instalment)
    elif not text:
        text = filled({"zh": run.text_zh, "en": run.text_en}[case.debtor.language], case)
        if not text:
            return Drafted(not_so="no-text")
    texts = texts or texts_for(run, [case], at)
    open_ways = ways_of(
        case, at, every_channel(case) if channels is None else channels, texts.rings(at)
    )
    ways = [way for way in open_ways if run.channel in (NoticeRun.By.BEST, way.channel)]
    if not ways:
        return Drafted(text=text, instalment=instalment, not_so="no-way")
    ways = [way for way in ways if not (way.channel in OUTSIDE and tells_of_debt(text, case, at))]
    if not ways:
        return Drafted(text=text, instalment=instalment, not_so="outside")
    passed_over = _not_approved(run, case, ways, instalment, text, at, texts)
    ways = [way for way in ways if way.channel not in passed_over]
    if not ways:
        missing = next(iter(passed_over.values()))
        return Drafted(text=text, instalment=instalment, not_so=missing, passed_over=passed_over)
    closes = window_closes(run.kind, instalment.due_on, case.zone) if instalment else None
    reached = reach(
        case, at, action=action_of(run), aim=aim_of(run), ways=ways, closes=closes
    )  # fmt: skip
    if reached is None:
        return Drafted(text=text, instalment=instalment, not_so="no-way")
    try:
        message = composed(run, case, reached.way.channel, instalment, text, at, texts)
    except CannotCompose:
        return Drafted(reached, text, instalment, not_so="not-known", passed_over=passed_over)
    text = text or message.says
    words = ask_words(case, text, action="text.send", at=at)
    return Drafted(reached, text, instalment, words, passed_over=passed_over)


def _not_approved(
    run: NoticeRun,
    case: Case,
    ways: Sequence[Way],
    instalment: Instalment | None,
    text: str,
    at: datetime,
    texts: Texts,
) -> dict[str, str]:
    """The channels whose carrier would not send this message, each with why in a word."""
    found = {}
    for way in ways:
        if way.channel not in OUTSIDE:
            continue
        try:
            composed(run, case, way.channel, instalment, text, at, texts)
        except CannotCompose as cannot:
            if cannot.code:
                found[way.channel] = cannot.code
    return found


@dataclass(frozen=True)
class Message:
    """The whole message, and what of it is its own: without salutation and letterhead.

    ``template`` is the text that the carrier has approved, where it sends no other.
    """

    subject: str
    body: str
    says: str
    template: ApprovedTemplate | None = None


def composed(
    run: NoticeRun,
    case: Case,
    channel: str,
    instalment: Instalment | None,
    text: str,
    at: datetime,
    texts: Texts | None = None,
) -> Message:
    """The message as the debtor would read it; ``text`` takes the place of a reminder's own words."""
    language = case.debtor.language
    wording, values = filling(run, case, instalment, text)
    texts = texts or texts_for(run, [case], at)
    made = compose(
        wording=wording, channel=channel, case=case, recipient=case.debtor, language=language,
        at=at, values=values, known=texts.of(case), approvals=texts.approvals,
    )  # fmt: skip
    own = fill(texts.of(case)[wording, channel, language].text.body, made.filled[language])
    template = made.fits.template if made.fits else None
    return Message(made.subject, made.body, own.strip(), template)


def filling(
    run: NoticeRun, case: Case, instalment: Instalment | None, text: str
) -> tuple[str, dict[str, Any]]:
    """Which message is sent, and what is filled in."""
    if instalment and not text:
        return wording_of(run), of_reminder(instalment, case)
    return OWN, {"text": text}


def wording_of(run: NoticeRun) -> str:
    """The message by its name among the wordings."""
    return OWN if run.kind == K.LETTER else run.kind


def verdict_of(run: NoticeRun, case: Case, drafted: Drafted, at: datetime) -> Verdict:
    """What the rules say of the message at the moment at which it would go."""
    reached = drafted.reached
    if reached is None:
        raise LookupError(drafted.not_so)
    if drafted.words and not drafted.words.allowed:
        return drafted.words
    if reached.goes_at is None or reached.goes_at == at:
        return reached.verdict
    return ask_way(case, reached.way, reached.goes_at, action=action_of(run), aim=aim_of(run))


def action_of(run: NoticeRun) -> str:
    """As what the rules are asked about a message of this run."""
    return "notice.send" if run.kind == K.LETTER else "reminder.send"


def aim_of(run: NoticeRun) -> Aim:
    """What a message of this run is for: words of our own to many collect, a reminder reminds."""
    return Aim.COLLECTING if run.kind == K.LETTER else Aim.REMINDING


def _instalment_for(
    kind: str, case: Case, instalments: Sequence[Instalment], at: datetime
) -> Instalment | None:
    """The oldest that was missed, or the next that is still ahead."""
    if case.state != Step.FOLLOW_UP:
        return None
    today = local_day(at, case.zone)
    if kind == K.REMINDER_AFTER:
        return next((row for row in instalments if row.due_on < today), None)
    return next((row for row in instalments if row.due_on > today), None)


def _was_reminded(case: Case, instalment: Instalment, at: datetime) -> bool:
    today = local_day(at, case.zone)
    return any(
        notice.instalment_id == instalment.pk
        and (notice.sent_at is None or local_day(notice.sent_at, case.zone) == today)
        for notice in case.reminders
    )


def write_down(line: NoticeRunLine, drafted: Drafted, language: str) -> None:
    """Put into the line what was drafted for it; the caller saves it."""
    reached = drafted.reached
    line.language = language
    line.answer = drafted.answer
    line.text = drafted.text
    line.instalment = drafted.instalment
    line.findings = [found.as_dict() for found in drafted.findings]
    stopping = {found.rule for found in drafted.findings if found.blocks}
    line.rules = sorted(stopping) or ([drafted.not_so] if drafted.not_so else [])
    line.about = {"passed_over": dict(drafted.passed_over)} if drafted.passed_over else {}
    line.earliest = None
    line.channel = line.address = ""
    line.contact_point = None
    if reached:
        way = reached.way
        line.channel, line.address, line.contact_point = way.channel, way.address, way.point
        if line.answer == A.LATER:
            line.earliest = reached.goes_at


WRITTEN = [
    "answer", "text", "instalment", "findings", "rules", "earliest", "channel", "address",
    "contact_point", "language", "about",
]  # fmt: skip
"""The fields that ``write_down`` sets."""


def about_of(run: NoticeRun, instalment: Instalment | None) -> Mapping[str, Any]:
    """What the notice keeps of where it comes from."""
    found: dict[str, Any] = {"run": run.number}
    if instalment:
        found |= {
            "missing": str(instalment.missing),
            "instalment": instalment.number,
            "due_on": instalment.due_on.isoformat(),
        }
    return found
