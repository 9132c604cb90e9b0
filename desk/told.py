"""How an event of the timeline is told to a person: one sentence, an icon, a weight."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _l

from cases.models import Case, ContactAttempt, Hold
from cases.models.case import Step
from documents.models import Document
from notices.models import Notice
from timeline.models import Event
from visits.models import Consent, Visit
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
        _l("Blocks and overrides"),
        "slash-circle",
        ("policy.", "state.refused", "visit.refused", "approval.", "refusal."),
    ),
    "case": Group(
        _l("Case"),
        "folder2",
        (
            "case.",
            "debtor.",
            "address.",
            "contact_point.",
            "party.",
            "ability.",
            "strategy.",
            "paper.",
            "mandate.",
            "hold.",
        ),
    ),
    "contacts": Group(_l("Contacts and notices"), "envelope", ("contact.", "notice.")),
    "visits": Group(
        _l("Visits"),
        "door-open",
        (
            "visit.",
            "credentials.",
            "debtor.identified",
            "talk.",
            "consent.",
            "item.",
            "evidence.",
            "officer.",
        ),
    ),
    "agreements": Group(
        _l("Agreement"), "pen", ("agreement.", "term.", "waiver.", "lawyer.", "instalment.")
    ),
    "money": Group(_l("Payments"), "cash-coin", ("payment.",)),
    "looks": Group(_l("Looks and exports"), "eye", ("timeline.", "data.")),
}

STANDS_OUT = ("policy.refused", "policy.overridden", "state.refused", "visit.refused")


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
    details: list[tuple[str, str]]
    digest: str


def told(event: Event) -> Told:
    """Tell one event in the reader's language."""
    return Told(
        number=event.number,
        kind=event.kind,
        at=event.occurred_at,
        actor=event.actor_name,
        sentence=sentence(event),
        icon=icon(event.kind),
        stands_out=event.kind in STANDS_OUT,
        findings=[
            {**finding, "told": (finding.get("says") or {}).get(_tongue(), "")}
            for finding in event.findings
        ],
        details=[
            (name, _shown(value))
            for name, value in event.data.items()
            if name != "decision" and value not in ("", None, [], {})
        ],
        digest=event.digest,
    )


def icon(kind: str) -> str:
    """The icon of the first group to which the kind belongs."""
    for group in GROUPS.values():
        if kind.startswith(group.kinds):
            return group.icon
    return "dot"


def _tongue() -> str:
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return " · ".join(f"{name}: {_shown(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(_shown(part) for part in value)
    return str(value)


def _label(choices: Any, value: str) -> str:
    return str(dict(choices.choices).get(value, value))


def sentence(event: Event) -> str:
    """What happened, in one sentence."""
    data = event.data
    known = {
        "reason": _label(Hold.Reason, str(data.get("reason", ""))),
        "channel": _label(ContactAttempt.Channel, str(data.get("channel", ""))),
        "result": _label(ContactAttempt.Result, str(data.get("result", ""))),
        "notice": _label(Notice.Kind, str(data.get("kind", ""))),
        "paper": _label(Document.Kind, str(data.get("kind", ""))),
        "approval": _label(Approval.Kind, str(data.get("kind", ""))),
        "outcome": _label(Visit.Outcome, str(data.get("outcome", ""))),
        "consent": _label(Consent.Kind, str(data.get("kind", ""))),
        "closed_as": _label(Case.ClosedAs, str(data.get("closed_as", ""))),
        "state": _label(Step, str(data.get("state", ""))),
        "rules": ", ".join(
            f["rule"] for f in event.findings if f.get("severity", "").startswith("block")
        ),
        "asked": ASKED.get(str(data.get("asked", "")), str(data.get("asked", ""))),
        **{
            name: str(data.get(name) if data.get(name) is not None else "")
            for name in (
                "amount", "officer", "why", "until", "review_on", "reference", "number", "item",
                "shortfall", "due_on", "to", "document", "batch", "row", "remark", "form",
                "version", "total", "place", "starts_at", "side", "name", "agent", "mandate",
            )
        },
    }  # fmt: skip
    pattern = SENTENCES.get(event.kind)
    return str(pattern) % known if pattern else event.kind


ASKED: dict[str, Any] = {
    "visit.plan": _l("plan a visit"),
    "visit.announce": _l("announce a visit"),
    "visit.start": _l("begin a visit"),
    "talk.open": _l("open the talk"),
    "agreement.reach": _l("put terms in writing"),
    "agreement.sign": _l("sign an agreement"),
    "contact.log": _l("make a contact"),
    "reminder.send": _l("send a reminder"),
    "notice.send": _l("send a notice"),
    "case.close": _l("close the case"),
    "papers.show": _l("show the papers"),
    "premises.enter": _l("go in"),
}

SENTENCES: dict[str, Any] = {
    "case.opened": _l("The case was opened."),
    "case.imported": _l("The case came with batch %(batch)s, row %(row)s."),
    "case.corrected": _l("The creditor's file %(batch)s corrected the case."),
    "case.assigned": _l("Assigned to %(officer)s."),
    "case.held": _l("On hold: %(reason)s, until %(until)s."),
    "case.notice_served": _l("The notice took effect; the lead time runs."),
    "case.credentials_presented": _l("The officers stood at the door and said who they are."),
    "case.talk_opened": _l("The talk began."),
    "case.agreement_reached": _l("Terms were agreed and are being put in writing."),
    "case.agreed_remotely": _l("Terms were agreed without a visit."),
    "case.follow_up_begun": _l("The agreement is in force; follow-up begins."),
    "case.renegotiated": _l("A new version of the agreement is being drawn up."),
    "case.returned": _l("Back to preparation: %(why)s"),
    "case.returned_to_preparation": _l("Back to preparation: %(why)s"),
    "case.closed": _l("The case was closed: settled."),
    "case.closed_early": _l("The case was closed: %(closed_as)s."),
    "case.reopened": _l("The case was opened again."),
    "case.reported": _l("The closure report was written."),
    "hold.review_due": _l("A hold is to be reviewed: %(reason)s."),
    "hold.reviewed": _l("The hold was reviewed and goes on: %(reason)s."),
    "hold.released": _l("The hold was ended: %(why)s"),
    "hold.ended": _l("The hold has run out: %(reason)s."),
    "debtor.updated": _l("The debtor's data were corrected."),
    "address.added": _l("An address was added."),
    "address.updated": _l("An address was corrected."),
    "contact_point.added": _l("A number or account was added."),
    "contact_point.updated": _l("A number or account was corrected."),
    "contact_point.dead": _l("A number or account proved dead."),
    "party.added": _l("A person was added to the case."),
    "ability.assessed": _l("The debtor's ability to pay was recorded."),
    "strategy.set": _l("Strategy and proposed plan were written down."),
    "paper.added": _l("%(paper)s was taken in."),
    "paper.returned": _l("%(paper)s was given back."),
    "mandate.set": _l("The case is run under mandate %(mandate)s."),
    "contact.logged": _l("%(channel)s: %(result)s."),
    "policy.refused": _l("Refused by rule %(rules)s: to %(asked)s."),
    "policy.overridden": _l("An exception from %(rules)s was used."),
    "state.refused": _l("Not possible in this step: %(asked)s."),
    "approval.requested": _l("A second person was asked: %(approval)s."),
    "approval.granted": _l("Granted by a second person: %(approval)s."),
    "approval.denied": _l("Denied by a second person: %(approval)s."),
    "notice.queued": _l("%(notice)s was prepared."),
    "notice.sent": _l("%(notice)s was sent."),
    "notice.delivered": _l("%(notice)s was delivered."),
    "notice.bounced": _l("%(notice)s came back: %(why)s"),
    "notice.failed": _l("%(notice)s could not be sent: %(why)s"),
    "notice.suppressed": _l("%(notice)s was not sent: %(why)s"),
    "notice.doubtful": _l("It is in doubt whether this was sent: %(notice)s."),
    "visit.planned": _l("A visit was planned."),
    "visit.moved": _l("The visit was moved."),
    "visit.announced": _l("The notice of the visit is on its way."),
    "visit.noticed": _l("The debtor has the notice of the visit."),
    "visit.started": _l("Both officers are at the door."),
    "visit.finished": _l("The visit ended: %(outcome)s."),
    "visit.cancelled": _l("The visit was cancelled: %(why)s"),
    "visit.aborted": _l("The visit was broken off: %(outcome)s."),
    "visit.refused": _l("The debtor refused visits; none until %(until)s."),
    "visit.attested": _l("%(officer)s confirmed the record."),
    "officer.checked_in": _l("%(officer)s arrived."),
    "debtor.identified": _l("The debtor was identified."),
    "credentials.shown": _l("Shown: %(item)s."),
    "item.shown": _l("Shown: %(item)s."),
    "paper.shown": _l("Shown: %(item)s."),
    "consent.asked": _l("Asked: %(consent)s."),
    "consent.given": _l("Agreed to: %(consent)s."),
    "consent.refused": _l("Did not agree to: %(consent)s."),
    "talk.opened": _l("The talk began."),
    "talk.recorded": _l("What was said was recorded."),
    "evidence.added": _l("Evidence was added."),
    "third_party.present": _l("Somebody else was present; nothing was disclosed."),
    "refusal.recorded": _l("Visits are refused until %(until)s."),
    "refusal.lifted": _l("The refusal of visits was lifted."),
    "incident.opened": _l("An incident was opened."),
    "agreement.drawn_up": _l("An agreement was drawn up."),
    "agreement.redrafted": _l("The terms of the agreement were changed."),
    "agreement.offered": _l("The terms were given to the debtor to read."),
    "agreement.signed": _l("Both sides signed."),
    "agreement.superseded": _l("A newer version replaced the agreement."),
    "agreement.broken": _l("The plan was broken."),
    "agreement.mended": _l("What was missing has come in; the plan stands again."),
    "agreement.kept": _l("The agreement was kept to the end."),
    "agreement.voided": _l("The agreement is void."),
    "term.confirmed": _l("The debtor confirmed a term."),
    "waiver.requested": _l("A waiver of %(amount)s was asked for."),
    "waiver.granted": _l("A waiver of %(amount)s was granted."),
    "waiver.booked": _l("A waiver of %(amount)s was booked."),
    "lawyer.asked": _l("A lawyer was asked to confirm."),
    "lawyer.confirmed": _l("A lawyer has confirmed."),
    "instalment.missed": _l("An instalment was missed: %(shortfall)s is open."),
    "instalment.escalated": _l("A missed instalment was passed to the supervisor."),
    "payment.received": _l("A payment of %(amount)s came in."),
    "payment.reversed": _l("A payment of %(amount)s was reversed: %(why)s"),
    "certificate.issued": _l("The settlement certificate was issued."),
    "timeline.exported": _l("The timeline was exported (%(form)s)."),
    "data.unmasked": _l("Personal data were looked at: %(why)s"),
}
