"""How an event of the timeline is told to a person: one sentence, an icon, a weight."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, Payment, Signature
from cases.actions.privacy import Asked
from cases.models import Case, ContactAttempt, Hold, Party, Refusal
from cases.models.case import Step
from cases.models.circumstances import CHOICES as CIRCUMSTANCES
from cases.models.circumstances import Circumstance
from desk import (
    told_of_closing,
    told_of_looking,
    told_of_money,
    told_of_portal,
    told_of_quality,
    told_of_safety,
    told_of_signing,
)
from desk.at_the_door import AT_THE_DOOR
from desk.showing import figure_words, pack_title, tongue_now, zone_or_house
from documents.models import Document
from notices.models import Notice
from people.models import User
from timeline.models import Event
from visits.forms import HARDSHIP
from visits.models import Consent, TalkRecord, Visit
from visits.models.record import credential_of
from workflow.by_link import DEBTOR
from workflow.models import Approval


@dataclass(frozen=True)
class Group:
    """Events that a reader wants to see alone."""

    label: Any
    icon: str
    kinds: tuple[str, ...]  # beginnings of kinds

    @property
    def query(self) -> Q:
        """The events of this group."""
        found = Q()
        for kind in self.kinds:
            found |= Q(kind__startswith=kind)
        return found


GROUPS = {
    "refusals": Group(
        _("Blocks and overrides"),
        "slash-circle",
        ("policy.", "state.refused", "visit.refused", "approval.", "refusal."),
    ),
    "case": Group(
        _("Case"),
        "folder2",
        (
            "case.", "debtor.", "address.", "contact_point.", "party.", "ability.", "strategy.",
            "paper.", "original.", "document.", "certificate.", "guarantor.", "agency_data.", "mandate.", "packs.", "hold.", "circumstance.",
            "limitation.", "bureau.", "privacy.", "records.", "complaint.", "quality.",
        ),
    ),
    "contacts": Group(
        _("Contacts and notices"),
        "envelope",
        (
            "contact.", "channel.", "call.", "lawyers_letter.", "notice.", "message.", "wording.", "portal.",
            "run.",
        ),
    ),
    "visits": Group(
        _("Visits"),
        "door-open",
        (
            "visit.", "credentials.", "debtor.identified", "talk.", "consent.", "item.",
            "evidence.", "officer.", "third_party.", "incident.", "care.", "safety.", "sos.",
            "position.", "door.",
        ),
    ),
    "agreements": Group(
        _("Agreement"),
        "pen",
        ("agreement.", "acceleration.", "signatory.", "signing.", "term.", "waiver.", "lawyer.", "instalment.", "reminder."),
    ),
    "money": Group(_("Payments"), "cash-coin", ("payment.", "refund.", "cash.")),
    "looks": Group(_("Looks and exports"), "eye", told_of_looking.LOOKS),
}  # fmt: skip

STANDS_OUT = (
    "policy.refused", "policy.overridden", "state.refused", "visit.refused", "sos.called",
    "data.unmasked", "data.unmasking_refused",
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """An event ready for the page."""

    number: int
    kind: str
    at: datetime
    actor: str
    sentence: str
    icon: str
    stands_out: bool
    findings: list[dict[str, Any]]
    details: list[tuple[str, Any]]
    digest: str
    decided: bool = False  # by the rules, so that it can be replayed
    zone: str = ""  # by whose clocks its own times are told, where it is known


def actor_words(name: str) -> str:
    """Who did it, as people say it; the system has no name of its own."""
    if name == DEBTOR:
        return str(_("the debtor, by a link"))
    return str(User.Role.SYSTEM.label) if name == User.Role.SYSTEM else name


def told(event: Event, shown: Mapping[str, Any] | None = None) -> Told:
    """Tell one event in the reader's language; personal data in it masked but for the groups that are shown."""
    return Told(
        number=event.number,
        kind=event.kind,
        at=event.occurred_at,
        actor=actor_words(event.actor_name),
        sentence=sentence(event),
        icon=icon(event.kind),
        stands_out=event.kind in STANDS_OUT,
        findings=[
            {**finding, "told": (finding.get("says") or {}).get(tongue_now(), "")}
            for finding in event.findings
        ],
        details=[
            (name, _in_words(event.kind, name, value))
            for name, value in told_of_looking.masked(event, shown or {}).items()
            if name not in UNTOLD and (name == "by_whom" or value not in ("", None, [], {}))
        ],
        digest=event.digest,
        decided="decision" in event.data,
        zone=_zone_of(event),
    )


def _zone_of(event: Event) -> str:
    """The clocks by which it was decided, or by which the visit is told."""
    decision = event.data.get("decision") or {}
    return str(event.data.get("zone") or (decision.get("facts") or {}).get("zone") or "")


def icon(kind: str) -> str:
    """The icon of the first group to which the kind belongs."""
    for group in GROUPS.values():
        if kind.startswith(group.kinds):
            return group.icon
    return "dot"


PACKS = {"packs": "to", "packs_before": "from"}  # names of packs, and where the event keeps them
UNTOLD = ("zone", "decision", "term", "debt", "says", "cause", "applies")
"""Shown apart, or said by the sentence itself."""
CODED: dict[str, Any] = {
    "channel": Notice.Channel,
    "circumstance": dict(CIRCUMSTANCES),
    "channels": Notice.Channel,
    "closed_as": Case.ClosedAs,
    "evidence_kind": Approval.Evidence,
    "hardship": dict(HARDSHIP),
    "how": Refusal.How,
    "method": Payment.Method,
    "outcome": Visit.Outcome,
    "plan": Agreement.Plan,
    "recording_asked_of": {"somebody_else": _("somebody else, who had opened the door")},
    "result": ContactAttempt.Result,
    "role": Party.Role,
    "scope": Hold.Scope,
    "side": Signature.Side,
    "signed_by": Signature.Side,
    "step": Step,
    "willingness": TalkRecord.Willingness,
    **told_of_safety.CODED,
    **told_of_closing.CODED,
    **told_of_looking.CODED,
    **told_of_portal.CODED,
    **told_of_quality.CODED,
}
SOURCES = {"circumstance.": Circumstance.Source}
KINDS = {"consent.": Consent.Kind, "notice.": Notice.Kind, "approval.": Approval.Kind}
REASONS = {"hold.": Hold.Reason, "case.held": Hold.Reason, "talk.": TalkRecord.Reason}


def _in_words(kind: str, name: str, value: Any) -> Any:
    """A value of an event: a code by its name, all else as it stands."""
    if isinstance(value, list):
        return [_in_words(kind, name, part) for part in value]
    if name == "words" and isinstance(value, dict):
        return told_of_portal.words_shown(value)
    if not isinstance(value, str):
        return value
    if name == "asked":
        return str(ASKED.get(value, value))
    if name == "item":
        return _in_sentence(kind, value)
    if name == "by_whom" and not value:
        return _("whoever opened the door")
    choices = CODED.get(name)
    if name == "source":
        choices = next((c for start, c in SOURCES.items() if kind.startswith(start)), None)
    if name == "channel" and kind.startswith("contact."):
        choices = ContactAttempt.Channel
    if name in ("kind", "reason"):
        table = KINDS if name == "kind" else REASONS
        otherwise = Document.Kind if name == "kind" else None
        choices = next((c for start, c in table.items() if kind.startswith(start)), otherwise)
    if name == "why" and kind == "data.unmasked":
        choices = told_of_looking.CODED["unmasked_why"]
    if name == "language":
        choices = {"zh": _("Chinese"), "en": _("English"), "both": _("Both")}
    return _label(choices, value) if choices else value


def _in_sentence(kind: str, value: Any) -> str:
    """A day, sum or name as it stands in a sentence; a term has its title in both languages."""
    if value is None:
        return ""
    if kind in {"term.confirmed", "signatory.term_confirmed"}:
        zh, _dot, en = str(value).partition(" · ")
        return zh if tongue_now() == "zh" or not en else en
    return figure_words(value, zone_or_house(""))


def _label(choices: Any, value: str) -> str:
    names = choices if isinstance(choices, dict) else _names(choices, tongue_now())
    return str(names.get(value, value))


@cache
def _names(choices: Any, _tongue: str) -> dict[str, str]:
    return {code: str(label) for code, label in choices.choices}


class _Known(dict[str, Any]):
    """What a sentence may speak of; each is put into words only if the sentence does."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event

    def __missing__(self, name: str) -> str:
        data = self.event.data
        if name in NAMED:
            choices, field = NAMED[name]
            return _label(choices, str(data.get(field, "")))
        if name == "shown":
            return _shown(data)
        if name == "rules":
            blocks = (f for f in self.event.findings if f.get("severity", "").startswith("block"))
            return ", ".join(f["rule"] for f in blocks)
        if name == "asked":
            return str(ASKED.get(str(data.get("asked", "")), data.get("asked", "")))
        if name in PACKS:
            return ", ".join(pack_title(pack) for pack in data.get(PACKS[name], ()))
        if name == "why" and isinstance(data.get("says"), dict):
            return str(data["says"].get(tongue_now()) or data.get("why", ""))
        if name == "form":
            return str(data.get("form", "")).upper()
        return _in_sentence(self.event.kind, data.get(name))


def _shown(data: dict[str, Any]) -> str:
    """A paper by its kind, a credential by its officer; an older event as it was named then."""
    if "kind" in data:
        return _label(Document.Kind, str(data["kind"]))
    if "badge" in data:
        return credential_of(str(data.get("officer", "")), str(data["badge"]))
    return str(data.get("item", ""))


def sentence(event: Event) -> str:
    """What happened, in one sentence."""
    pattern = _pattern(event.kind, tongue_now())
    said = pattern % _Known(event) if pattern else event.kind
    return said + told_of_closing.without_stamp(event.data)


@cache
def _pattern(kind: str, _tongue: str) -> str:
    return str(SENTENCES.get(kind, ""))


# what a sentence calls it -> the codes with their names, and where the event keeps it
NAMED: dict[str, tuple[Any, str]] = {
    "reason": (Hold.Reason, "reason"),
    "channel": (ContactAttempt.Channel, "channel"),
    "message_channel": (Notice.Channel, "channel"),
    "result": (ContactAttempt.Result, "result"),
    "notice": (Notice.Kind, "kind"),
    "paper": (Document.Kind, "kind"),
    "approval": (Approval.Kind, "kind"),
    "outcome": (Visit.Outcome, "outcome"),
    "consent": (Consent.Kind, "kind"),
    "closed_as": (Case.ClosedAs, "closed_as"),
    "state": (Step, "state"),
    "cause": (told_of_closing.CAUSES, "cause"),
    "circumstance": (dict(CIRCUMSTANCES), "circumstance"),
    "privacy": (Asked, "privacy"),
    **told_of_closing.NAMED,
    **told_of_portal.NAMED,
    **told_of_safety.NAMED,
    **told_of_looking.NAMED,
    **told_of_quality.NAMED,
}

ASKED: dict[str, Any] = {
    "visit.plan": _("plan a visit"),
    "visit.announce": _("announce a visit"),
    "visit.start": _("begin a visit"),
    "talk.open": _("open the talk"),
    "agreement.reach": _("put terms in writing"),
    "agreement.sign": _("sign an agreement"),
    "agreement.ask_signer": _("ask somebody to sign an agreement"),
    "contact.log": _("make a contact"),
    "reminder.send": _("send a reminder"),
    "notice.send": _("send a notice"),
    "case.close": _("close the case"),
    "case.close_early": _("close the case early"),
    "payment.record": _("book a payment"),
    "cash.take": _("take cash at the door"),
    "rate.state": _("state a rate of interest"),
    "agreement.accelerate": _("ask for the whole sum at once"),
    "data.keep": _("keep personal data"),
    "papers.show": _("show the papers"),
    "premises.enter": _("go in"),
    "contact.trace": _("ask somebody else how to reach the debtor"),
    "visit.depart": _("set out for a visit"),
    "evidence.add": _("keep a file of a visit"),
    "text.send": _("send this text"),
}

SENTENCES: dict[str, Any] = {
    **AT_THE_DOOR,
    **told_of_closing.SENTENCES,
    **told_of_looking.SENTENCES,
    **told_of_money.SENTENCES,
    **told_of_quality.SENTENCES,
    **told_of_safety.SENTENCES,
    **told_of_signing.SENTENCES,
    **told_of_portal.SENTENCES,
    "case.opened": _("The case was opened."),
    "case.imported": _("The case came with batch %(batch)s, row %(row)s."),
    "case.corrected": _("The creditor's file %(batch)s corrected the case."),
    "case.assigned": _("Assigned to %(officer)s."),
    "case.held": _("On hold: %(reason)s, until %(until)s."),
    "case.notice_served": _("The notice took effect; the lead time runs."),
    "case.credentials_presented": _("The case goes to step 3, credential display."),
    "case.talk_opened": _("The case goes to step 4, on-site talk."),
    "case.agreement_reached": _("Terms were agreed and are being put in writing."),
    "case.agreed_remotely": _("Terms were agreed without a visit."),
    "case.follow_up_begun": _("The agreement is in force; follow-up begins."),
    "case.renegotiated": _("A new version of the agreement is being drawn up: %(renewal)s."),
    "case.renegotiation_dropped": _("No new version: the agreement in force goes on."),
    "case.returned": _("Back to preparation: %(why)s"),
    "case.returned_to_preparation": _("Back to preparation: %(why)s"),
    "case.closed": _("The case was closed: settled."),
    "case.closed_early": _("The case was closed: %(closed_as)s."),
    "case.reopened": _("The case was opened again."),
    "case.reported": _("The closure report was written."),
    "circumstance.recorded": _("Recorded: %(circumstance)s."),
    "circumstance.review_due": _("To be looked at again: %(circumstance)s."),
    "circumstance.reviewed": _("Looked at again, it goes on: %(circumstance)s."),
    "circumstance.ended": _("Ended: %(circumstance)s."),
    "hold.review_due": _("A hold is to be reviewed: %(reason)s."),
    "hold.reviewed": _("The hold was reviewed and goes on: %(reason)s."),
    "hold.released": _("The hold was ended: %(why)s"),
    "hold.ended": _("The hold has run out: %(reason)s."),
    "packs.changed": _("Other rules apply now: %(packs)s (before: %(packs_before)s). %(cause)s"),
    "debtor.updated": _("The debtor's data were corrected."),
    "address.added": _("An address was added."),
    "address.updated": _("An address was corrected."),
    "address.located": _("The position of an address was taken over from visit %(visit)s."),
    "contact_point.added": _("A number or account was added."),
    "contact_point.updated": _("A number or account was corrected."),
    "contact_point.dead": _("A number or account proved dead."),
    "contact_point.unwanted": _("The person wants nothing more by this number or account."),
    "party.added": _("A person was added to the case."),
    "ability.assessed": _("The debtor's ability to pay was recorded."),
    "strategy.set": _("Strategy and proposed plan were written down."),
    "paper.added": _("%(paper)s was taken in."),
    "paper.returned": _("%(paper)s was given back."),
    "mandate.set": _("The case is run under mandate %(mandate)s."),
    "contact.traced": _("Somebody else was asked how the debtor can be reached: %(result)s."),
    "call.begun": _("A number was dialled."),
    "call.not_made": _("The number that was given out was not dialled."),
    "contact.logged": _("%(channel)s: %(result)s."),
    "run.included": _("A message of run %(run)s was drawn up."),
    "run.line_edited": _("The words of the message of run %(run)s were changed."),
    "lawyers_letter.drafted": _("A lawyer's letter was drafted: %(number)s."),
    "lawyers_letter.edited": _("The lawyer edited the letter %(number)s."),
    "lawyers_letter.sent_in": _("The letter %(number)s was mended and is with the lawyer again."),
    "lawyers_letter.sent_back": _("The lawyer sent the letter %(number)s back: %(why)s"),
    "lawyers_letter.withdrawn": _("The letter %(number)s was withdrawn: %(why)s"),
    "lawyers_letter.released": _("The lawyer released the letter %(number)s."),
    "message.written": _("A message to the debtor was written: %(message_channel)s."),
    "wording.noticed": _("A record holds words that are to be looked into: %(words)s."),
    "policy.refused": _("Refused by rule %(rules)s: to %(asked)s."),
    "policy.overridden": _("An exception from %(rules)s was used."),
    "state.refused": _("Not possible in this step: %(asked)s."),
    "approval.requested": _("A second person was asked: %(approval)s."),
    "approval.granted": _("Granted by a second person: %(approval)s."),
    "approval.denied": _("Denied by a second person: %(approval)s."),
    "approval.withdrawn": _("No longer asked for: %(approval)s. %(why)s"),
    "notice.queued": _("%(notice)s was prepared."),
    "notice.printed": _("%(notice)s was printed to be posted (run %(run)s)."),
    "notice.sent": _("%(notice)s was sent."),
    "notice.delivered": _("%(notice)s was delivered."),
    "notice.proven": _("The return slip came in: %(notice)s."),
    "notice.bounced": _("%(notice)s came back: %(why)s"),
    "notice.failed": _("%(notice)s could not be sent: %(why)s"),
    "notice.queued_again": _("%(notice)s is to be sent again: %(why)s"),
    "notice.postponed": _("%(notice)s is postponed until %(until)s: %(why)s"),
    "notice.rescheduled": _(
        "%(notice)s was missed at %(missed_at)s, rescheduled to %(until)s: %(why)s"
    ),
    "notice.suppressed": _("%(notice)s was not sent: %(why)s"),
    "notice.carrier_said": _("The carrier says otherwise than the record of %(notice)s: %(why)s"),
    "notice.doubtful": _("It is in doubt whether this was sent: %(notice)s."),
    "visit.planned": _("A visit was planned."),
    "visit.moved": _("The visit was moved."),
    "visit.missed": _("The time of the visit went by and nobody began it."),
    "visit.overrun": _("The visit should be over, and nobody has ended it."),
    "visit.announced": _("The notice of the visit is on its way."),
    "visit.noticed": _("The debtor has the notice of the visit."),
    "visit.departed": _("%(people)s people set out."),
    "visit.started": _("Both officers are at the door."),
    "visit.finished": _("The visit ended: %(outcome)s."),
    "visit.cancelled": _("The visit was cancelled: %(why)s"),
    "visit.aborted": _("The visit was broken off: %(outcome)s."),
    "visit.refused": _("The debtor refused visits; none until %(until)s."),
    "visit.checked": _("Somebody asked who comes, by the visit's code: %(times)s times."),
    "visit.token_given": _("The visit got a code by which it can be checked."),
    "visit.unexpected": _("Somebody who asked by the visit's code did not expect the visit."),
    "visit.unwanted": _(
        "Somebody who asked by the visit's code does not want the visit: the debtor is asked first."
    ),
    "visit.asked_to_leave": _("The officers were asked to leave, on the page of the visit's code."),
    "visit.slip_made": _("The slip of the visit was made."),
    "visit.remarked": _("A remark on the visit: %(remark)s"),
    "visit.crew_lapses": _("Another officer has to go: %(officers)s may not."),
    "visit.officer_swapped": _("%(officer)s goes instead of %(was)s."),
    "visit.unbooked": _("The visit was taken out of the plan: no notice can take effect in time."),
    "visit.notice_late": _("No notice of the visit can take effect in time any more."),
    "visit.notice_failed": _("The notice of the visit did not arrive: %(why)s"),
    "care.needed": _("Somebody at the visit needs special care."),
    "visit.attested": _("%(officer)s confirmed the record."),
    "officer.checked_in": _("%(officer)s arrived."),
    "debtor.identified": _("The debtor was identified."),
    "credentials.shown": _("Shown: %(shown)s."),
    "paper.shown": _("Shown: %(shown)s."),
    "talk.opened": _("The talk began."),
    "talk.recorded": _("What was said was recorded."),
    "refusal.recorded": _("Visits are refused until %(until)s."),
    "refusal.lifted": _("The refusal of visits was lifted."),
    "incident.opened": _("An incident was opened."),
    "agreement.broken": _("The plan was broken."),
    "agreement.mended": _("What was missing has come in; the plan stands again."),
    "agreement.kept": _("The agreement was kept to the end."),
    "agreement.resumed": _("The agreement runs again: a payment was taken back."),
    "waiver.requested": _("A waiver of %(amount)s was asked for."),
    "waiver.granted": _("A waiver of %(amount)s was granted."),
    "waiver.booked": _("A waiver of %(amount)s was booked."),
    "instalment.missed": _("An instalment was missed: %(shortfall)s is open."),
    "instalment.escalated": _("A missed instalment was passed to the supervisor."),
    "reminder.prepared": _("A reminder of %(amount)s was prepared."),
    "reminder.by_hand": _("The desk is to call about %(amount)s; there is no way to write."),
    "payment.received": _("A payment of %(amount)s came in."),
    "payment.reversed": _("A payment of %(amount)s was reversed: %(why)s"),
    "rate.stated": _("%(percent)s per cent a year was stated from %(since)s on (%(source)s)."),
    "rate.withdrawn": _("The rate of %(percent)s per cent a year was withdrawn: %(why)s"),
    "charge.booked": _("A charge of %(amount)s was booked (%(basis)s)."),
    "interest.accrued": _("Interest of %(amount)s was booked for the days until %(until)s."),
    "debt.updated": _("The terms of contract %(contract)s were corrected."),
    "party.basis_set": _("The legal basis of the data of %(name)s was set."),
    "party.identity_entered": _("What the identity paper of %(name)s says was entered."),
    "party.guarantee_updated": _("The guarantee of %(name)s was corrected."),
    "document.made": _("%(paper)s was made."),
}
