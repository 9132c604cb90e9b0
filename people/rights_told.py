"""The table of rights in plain words, in groups, for the page that shows it to everybody."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from people.models import User
from people.rights import RIGHTS, ROLES, WANT_RECENT


@dataclass(frozen=True)
class Row:
    """One right: in words, whether it wants a recent sign-in, and for each role whether it has it."""

    right: str
    says: Any
    wants_recent: bool
    cells: list[tuple[str, Any, bool]]  # role, its name, whether it carries the right


GROUPS: list[tuple[Any, dict[str, Any]]] = [
    (_("Cases"), {
        "see_cases": _("See the cases of their own, and the list of them"),
        "see_imports": _("Look at creditors' files that were taken in"),
        "import_cases": _("Take in cases from a creditor's file"),
        "edit_case": _("Correct and complete a case"),
        "correct_number": _("Correct a telephone number or address"),
        "assign_case": _("Assign a case to an officer or a team"),
        "note_absence": _("Say when one is absent, and who stands in"),
        "close_case": _("Close a case and what belongs to it"),
        "hold_case": _("Stop steps of a case for a time"),
        "decide_hold": _("Decide on a hold that needs compliance"),
        "release_hold": _("Lift a hold"),
        "record_circumstance": _("Write down a circumstance of the debtor"),
        "end_circumstance": _("End a circumstance"),
        "see_restricted": _("See restricted details, such as of an illness"),
        "unmask": _("See masked data in full for some minutes, with a reason"),
        "see_as_debtor": _("See a debtor's own pages as the debtor does, without doing anything there"),
        "see_looks": _("See who looked at a case"),
        "see_data_requests": _("Take in what people ask about their data"),
        "decide_data_request": _("Answer what people ask about their data"),
        "see_limitation": _("See which claims become time-barred"),
        "do_duty": _("Tick off duties"),
    }),
    (_("Contacts, letters and messages"), {
        "log_contact": _("Call, write to the debtor, and log contacts"),
        "draft_lawyers_letter": _("Draft a lawyer's letter"),
        "see_lawyers_letters": _("See lawyers' letters"),
        "review_lawyers_letter": _("Edit and release a lawyer's letter"),
        "see_outbox": _("See whether messages go, and what stands in the way"),
        "handle_letters": _("Print, post and decide on messages in the outbox"),
        "see_runs": _("See runs of messages to many debtors"),
        "draft_run": _("Draft and send a run"),
        "approve_run": _("Decide on a run that another person asks for"),
        "edit_wording": _("Write new message texts"),
        "release_wording": _("Release a message text that another person wrote"),
    }),
    (_("Visits"), {
        "plan_visit": _("Plan, move and call off a visit"),
        "announce_visit": _("Announce a visit to the debtor"),
        "swap_officer": _("Put another officer in place"),
        "conduct_visit": _("Conduct a visit at the door"),
        "give_slip": _("Give the slip of a visit"),
        "record_refusal": _("Record that the debtor refuses visits"),
        "settle_door": _("Settle what phone and office say differently"),
        "decide_quarantine": _("Decide on photos that were set apart"),
        "see_outlook": _("See which planned visits will become unlawful"),
        "see_safety": _("See alarms and incidents"),
        "answer_alarms": _("Answer a call for help"),
        "close_incident": _("Close an incident"),
        "see_officers": _("See officers and their credentials"),
        "manage_people": _("Enter and revoke credentials"),
    }),
    (_("Agreements and money"), {
        "draw_up_agreement": _("Draw up agreements and have them signed"),
        "accelerate": _("Ask that the whole sum be called in"),
        "record_payment": _("Record payments and match them"),
        "keep_account": _("State interest rates and book charges"),
        "see_cash": _("See cash that was taken at a door"),
        "hand_in_cash": _("Pay in cash and explain differences"),
    }),
    (_("The second person"), {
        "request_approval": _("Ask a second person"),
        "approve_waiver": _("Decide on a waiver"),
        "approve_refund": _("Decide on a refund"),
        "approve_cash": _("Decide on a difference in cash"),
        "approve_acceleration": _("Decide on calling in the whole sum"),
        "approve_early_closure": _("Decide on an early closure"),
        "approve_reopening": _("Decide on opening a case again"),
        "approve_exception": _("Decide on an exception from a rule"),
        "approve_lifting": _("Decide on lifting a refusal of visits"),
        "ask_factor_reset": _("Ask for the reset of a lost second factor"),
        "approve_factor_reset": _("Decide on the reset of a second factor"),
    }),
    (_("Rules, review and records"), {
        "read_rules": _("Read the rules and ask what they would say"),
        "draft_rules": _("Draft a change of the rules"),
        "publish_rules": _("Publish rules that another person drafted"),
        "review_timelines": _("Review timelines and replay decisions"),
        "export_timeline": _("Take out a timeline as a file"),
        "export_cases": _("Take out a list of cases as a file"),
        "approve_export": _("Agree to data being taken out"),
        "see_exports": _("See what was taken out, the own or all as the role says"),
        "receive_complaint": _("Take down what somebody complains of"),
        "see_complaints": _("See complaints, but for those of oneself"),
        "handle_complaint": _("Look into a complaint and answer it"),
        "draw_sample": _("Draw a sample of closed visits"),
        "review_visits": _("Look into visits of a sample"),
        "settle_review": _("Say what holds where two reviewers differ"),
        "build_bundle": _("Build the bundle for a court"),
        "see_anchors": _("See the signed daily heads"),
        "see_dashboard": _("See the figures of lawfulness"),
        "keep_house_papers": _("Keep the papers of the house"),
        "see_retention": _("See what is kept and what is deleted when"),
        "hold_records": _("Stop the deletion of a case's records"),
        "release_records": _("Decide on lifting a hold on records"),
        "stop_deleting": _("Stop all deleting, and let it go on"),
    }),
    (_("The house and its machine"), {
        "see_rights": _("See this table"),
        "see_refused_looks": _("See who asked for pages that are not theirs"),
        "see_factors": _("See who has a second factor"),
        "watch_machine": _("Watch whether the machine runs, for the whole house"),
        "see_channels": _("See accounts at carriers and how they do"),
        "keep_accounts": _("Open and change accounts at carriers and banks"),
        "keep_seals": _("Keep the seals of organisations"),
        "administer": _("Keep organisations, teams and people"),
    }),
]  # fmt: skip
"""Every right of ``people.rights.RIGHTS`` once; a test sees to it."""


def roles() -> list[tuple[str, Any]]:
    """The columns: each role with its name."""
    return [(role.value, role.label) for role in ROLES]


def table() -> list[tuple[Any, list[Row]]]:
    """The groups with their rows, as the page shows them."""
    return [(title, [_row(right, says) for right, says in told.items()]) for title, told in GROUPS]


def _row(right: str, says: Any) -> Row:
    cells = [(role.value, User.Role(role).label, role.value in RIGHTS[right]) for role in ROLES]
    return Row(right, says, right in WANT_RECENT, cells)
