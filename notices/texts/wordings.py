"""What is written to debtors: each message with the channels it has, what it may show and what it must."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.aims import Aim
from notices.models.notice import Notice
from notices.texts.pages import DOOR, OF_PAGES, PAGES, Page, Slot
from notices.texts.placeholders import EVERYWHERE, PLACEHOLDERS, Placeholder

FRAME = "frame"
LANGUAGES = ("zh", "en")
CHANNELS = ("email", "letter", "sms", "wecom", "wechat", "portal")
"""Those by which a text of ours goes as it is."""
BY_LAWYER = "lawyers_letter"
EVERY_CHANNEL = (*CHANNELS, BY_LAWYER, *OF_PAGES)
"""Those that have texts at all: a lawyer's letter begins with one, which is then written on; pages show theirs."""
FRAMED = ("email", "letter")
"""Those in which who writes, how to reach them and where to complain stand around the text."""
OUTSIDE = ("sms", "wecom", "wechat")
"""Those that others may read over a shoulder: on a locked screen, a shared telephone."""
ANYBODY = (*OUTSIDE, DOOR)
"""Those that may lie before anybody: nothing in them tells of a debt."""
SUBJECTS = ("email", "letter", "portal")
"""Those that have a subject of their own."""
MOST_LETTERS = {"sms": 500, "wecom": 600, "wechat": 600, **dict.fromkeys(OF_PAGES, 1200)}


@dataclass(frozen=True)
class Wording:
    """One message: its kind of notice (none for a part of others), what it may show and must show.

    ``shows`` are its own placeholders beside those of every case; ``must`` stand in its text where it is
    read by the debtor alone, ``must_outside`` where others may read it. ``aims`` are what it may be sent
    for; its text must fit each of them. ``page`` is that on which it is shown; "" for a message.
    """

    name: str
    label: Promise | str
    kind: str
    shows: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    must_outside: tuple[str, ...] = ()
    channels: tuple[str, ...] = CHANNELS
    about: Promise | str = field(default="")
    aims: tuple[Aim, ...] = (Aim.SERVING,)
    page: str = ""

    def offered(self, channel: str) -> list[Placeholder]:
        """What may stand in its text by that channel."""
        # A page that anybody may read is the same for all, or says what its template gives alone.
        names = dict.fromkeys((*self.shows, *(() if channel == DOOR else EVERYWHERE)))
        found = [PLACEHOLDERS[name] for name in names]
        return [one for one in found if not (one.private and channel in ANYBODY)]

    def required(self, channel: str) -> tuple[str, ...]:
        """What must stand in its text by that channel."""
        if channel in OUTSIDE:
            return ("writer_for", "writer_phone", *self.must_outside)
        return self.must


_REMINDER = ("instalment", "amount_missing", "due_on", "account", "bank")
_ALL = [
    Wording(
        FRAME, _("Frame of e-mails and letters"), "", ("text",),
        ("text", "debtor_name", "writer_name", "principal", "reference", "complaint_phone"),
        channels=FRAMED,
        about=_("It stands around every text: who writes, for whom, how to reach them, where to complain."),
        aims=tuple(Aim),
    ),
    Wording(
        "visit_notice", _("Visit notice"), Notice.Kind.VISIT_NOTICE.value,
        ("particulars", "visit_at", "portal_link"), ("particulars",), ("visit_at",),
        about=_("The full notice goes by e-mail or letter; what others may read only says that it comes."),
    ),
    Wording(
        "visit_cancelled", _("Visit cancelled"), Notice.Kind.VISIT_CANCELLED.value,
        ("visit_at",), ("visit_at",), ("visit_at",),
    ),
    Wording(
        "visit_crew", _("Somebody else will come"), Notice.Kind.LETTER.value,
        ("visit_at", "officer_in", "officer_out", "check_code", "check_page"),
        ("visit_at", "officer_in", "officer_out"),
        ("visit_at", "officer_in"),
    ),
    Wording(
        "visit_slip", _("Slip of a visit"), Notice.Kind.VISIT_SLIP.value, ("slip",), ("slip",),
        about=_("It brings the slip as a file, to the debtor alone; the word of it says nothing of what it is."),
    ),
    *(
        Wording(
            kind.value, kind.label, kind.value, _REMINDER, ("amount_missing", "due_on"),
            aims=(Aim.REMINDING,),
        )
        for kind in (
            Notice.Kind.REMINDER_BEFORE, Notice.Kind.REMINDER_DUE, Notice.Kind.REMINDER_AFTER
        )
    ),
    Wording(
        "agreement_copy", _("Copy of the agreement"), Notice.Kind.AGREEMENT_COPY.value,
        ("agreement",), ("agreement",),
    ),
    Wording(
        "payment_receipt", _("Receipt for a payment"), Notice.Kind.PAYMENT_RECEIPT.value,
        ("amount_paid", "balance", "receipt"), ("amount_paid", "balance", "receipt"),
    ),
    Wording(
        "last_receipt", _("Receipt for the last payment"), Notice.Kind.PAYMENT_RECEIPT.value,
        ("amount_paid", "receipt"), ("amount_paid", "receipt"),
    ),
    Wording(
        "portal_bell", _("Word of a message"), Notice.Kind.PORTAL_BELL.value,
        ("portal_link",), ("portal_link",), ("portal_link",), channels=("email", "sms", "wecom"),
        about=_("It brings the link to a message in the portal, and says nothing of what it is about."),
        aims=tuple(Aim),
    ),
    Wording(
        "signing_link", _("Link to read and sign"), Notice.Kind.LETTER.value,
        ("portal_link",), ("portal_link",), ("portal_link",), channels=("email", "sms", "wecom"),
        about=_("It brings the link under which the terms are read and signed, and says nothing of them."),
    ),
    Wording(
        "one_time_code", _("One-time code"), Notice.Kind.ONE_TIME_CODE.value,
        ("one_time_code",), ("one_time_code",), ("one_time_code",), channels=("email", "sms", "wecom"),
        about=_("The reader of a page has just asked for it; the digits are put in as it goes out and are kept nowhere."),
    ),
    Wording(
        "other_signed", _("Somebody else has signed"), Notice.Kind.SIGNING_WORD.value,
        ("agreement",), ("agreement",),
        about=_("It tells the debtor that one of those who are asked to sign, too, has signed. Nobody is named."),
    ),
    Wording(
        "other_declined", _("Somebody else does not sign"), Notice.Kind.SIGNING_WORD.value,
        ("agreement",), ("agreement",),
        about=_("It tells the debtor that one of those who are asked to sign, too, does not sign. Nobody is named, and no reason is told."),
    ),
    Wording(
        "complaint_received", _("Word that a complaint has come in"), Notice.Kind.LETTER.value,
        ("complaint", "received_on", "answer_by"), ("complaint", "answer_by"),
        channels=("email", "letter", "portal"), aims=(Aim.COMPLAINT,),
        about=_("It says that the complaint has come in, that the case rests, and by when it is answered."),
    ),
    Wording(
        "complaint_answered", _("Answer to a complaint"), Notice.Kind.LETTER.value,
        ("complaint", "received_on", "outcome", "text"), ("complaint", "outcome", "text"),
        channels=("email", "letter", "portal"), aims=(Aim.COMPLAINT,),
        about=_("It says what came of the complaint, why, and what is done about it."),
    ),
    Wording("settlement", _("Settlement certificate"), Notice.Kind.SETTLEMENT.value),
    Wording(
        BY_LAWYER, _("Lawyer's letter"), "",
        (
            "firm_name", "firm_phone", "agency_name", "contracts", "as_of", "currency",
            "principal_open", "interest_open", "fees_open", "total_open",
        ),
        ("debtor_name", "firm_name", "creditor_name", "as_of", "total_open"), channels=(BY_LAWYER,),
        about=_("The draft with which a lawyer's letter begins; the lawyer releases each letter on the firm's own paper."),
        aims=(Aim.COLLECTING,),
    ),
    Wording(
        "letter", pgettext_lazy("message", "Message in one's own words"), Notice.Kind.LETTER.value,
        ("text",), ("text",), ("text",),
        about=_("A member of staff writes the words; the rules are asked about them each time."),
        aims=tuple(Aim),
    ),
]  # fmt: skip
MESSAGES: Mapping[str, Wording] = {one.name: one for one in _ALL}


def _on_page(page: Page, slot: Slot) -> Wording:
    return Wording(
        f"{page.name}.{slot.name}", format_lazy("{} · {}", page.label, slot.label), "", slot.shows,
        slot.must, channels=(page.channel,), page=page.name,
    )  # fmt: skip


ON_PAGES: Mapping[str, Wording] = {
    one.name: one
    for page in PAGES.values()
    for one in (_on_page(page, slot) for slot in page.slots)
}
WORDINGS: Mapping[str, Wording] = {**MESSAGES, **ON_PAGES}
"""All that has a text of ours: what is sent, and what stands on the debtor's pages."""


def of_page(*pages: str) -> list[str]:
    """The names of the words of these pages."""
    return [one.name for one in ON_PAGES.values() if one.page in pages]


def channel_label(channel: str) -> Promise | str:
    """The channel in words."""
    return OF_PAGES.get(channel) or Notice.Channel(channel).label


def of_kind(kind: str) -> list[Wording]:
    """The messages that go as notices of this kind."""
    return [one for one in _ALL if one.kind == kind]
