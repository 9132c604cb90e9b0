"""A message to the debtor in our own words: put to the rules, words and all, before it is queued."""

from datetime import datetime

from django.utils.translation import gettext as _

from cases.actions.still_open import while_open
from cases.models import Case
from cases.outgoing import ask_sending, learn, may_go
from cases.policy import asks
from compliance.aims import Aim
from compliance.verdict import Verdict
from notices import bells, kinds
from notices.kinds import Later
from notices.models import Notice
from notices.outbox import write
from notices.texts.placeholders import examples
from notices.texts.previewing import Sample, tells
from notices.ways import BELL, by_channel, channels_of_words
from people.models import User
from workflow.reasons import because
from workflow.steps import WrongInput, note
from workflow.wording import ask_words


def write_to_debtor(
    *, case: Case, channel: str, text: str, by: User, at: datetime,
    aim: str = Aim.COLLECTING.value,
) -> Notice:  # fmt: skip
    """Queue a message in the debtor's language, framed with who writes and where to turn.

    ``aim`` is what it is for (``compliance.aims``); it is asked again when it goes. Raises
    ``PolicyRefused`` for what the rules forbid, such as words or hours, or ``WrongInput``.
    """
    way = by_channel(case, channel, at) if channel in channels_of_words(case, at) else None
    if way is None:
        raise WrongInput(_("There is no address from a lawful source for this."), "channel")
    if not text.strip():
        raise WrongInput(_("Write what the debtor should be told."), "text")
    language = case.debtor.language
    made: list[Notice] = []

    def words_first(subject: Case, /, *, by: User, at: datetime) -> Verdict:
        """No other hour makes forbidden words lawful, so they are told before the hour is."""
        words = ask_words(subject, text, action="text.send", at=at, aim=aim)
        may_write = asks(
            "notice.send",
            channel=way.means,
            contact_sources=(way.source,),
            aim=aim,
        )
        return may_write(subject, by=by, at=at) if words.allowed else words

    def put_in_outbox(locked: Case, _by: User, _at: datetime) -> None:
        made.append(
            write(
                wording="letter", case=locked, channel=way.channel, recipient=locked.debtor,
                address=way.address, contact_point=way.point, language=language,
                values={"text": text.strip()}, due_at=at, at=at, by=by,
                dedupe_key=f"written:{locked.pk}:{locked.event_count}", about={"aim": aim},
            )
        )  # fmt: skip

    note(
        case,
        event="message.written",
        right="log_contact",
        policy=words_first,
        data={"channel": way.channel, "text": text, "aim": aim},
        then=while_open("message.written", put_in_outbox),
        by=by,
        at=at,
    )
    return made[0]


def of_letter(case: Case, at: datetime) -> Sample:
    """What a message in one's own words would look like: with an example of such words."""
    return Sample(
        {"text": {tongue: examples(tongue)["text"] for tongue in ("zh", "en")}},
        lambda channel, source: ask_sending(case, channel, source, at),
    )


def of_bell(case: Case, at: datetime) -> Sample:
    """What word of a message in the portal would look like: with an example of the link."""
    return Sample(
        {"portal_link": examples("en")["portal_link"]},
        lambda channel, source: ask_sending(case, channel, source, at),
    )


def may_ring(notice: Notice, at: datetime) -> str | Later:
    """Why word of a message must not go now: it was read or withdrawn, or the rules are against it."""
    if not bells.is_needed(notice):
        return because(lambda: _("The message of which it tells was read or withdrawn."))
    if bells.is_ahead(notice):
        return bells.after_it(notice, at)
    return may_go(notice, at)


def register_kinds() -> None:
    """Have each message asked about once more when its time has come, and shown before."""
    kinds.register(kinds.Kind(Notice.Kind.LETTER.value, recheck=may_go, learn=learn))
    kinds.register(kinds.Kind(Notice.Kind.PORTAL_BELL.value, recheck=may_ring, learn=learn))
    tells("letter", of_letter)
    tells(BELL, of_bell)
