"""Who may do what: one table, used by actions, pages and tests alike; ``people.rights_told`` has its words."""

from people.models import User

_R = User.Role
_DESK = {_R.CLERK, _R.SUPERVISOR, _R.ADMINISTRATOR}
_FIELD = {_R.OFFICER, _R.SUPERVISOR}
_ALL = {_R.CLERK, _R.OFFICER, _R.SUPERVISOR, _R.COMPLIANCE, _R.ADMINISTRATOR}
ROLES = [
    _R.CLERK, _R.OFFICER, _R.SUPERVISOR, _R.COMPLIANCE, _R.COUNSEL, _R.AUDITOR, _R.OPERATOR,
    _R.ADMINISTRATOR,
]  # fmt: skip
"""The roles that people have, in the order in which the table shows them."""

RIGHTS: dict[str, set[str]] = {
    "see_cases": {role.value for role in _ALL | {_R.AUDITOR}},
    "see_imports": {role.value for role in _DESK | {_R.COMPLIANCE}},
    "import_cases": {role.value for role in _DESK},
    "edit_case": {role.value for role in _DESK},
    "correct_number": {role.value for role in _DESK | _FIELD},
    "settle_door": {_R.SUPERVISOR.value},
    "decide_quarantine": {_R.COMPLIANCE.value},
    "assign_case": {_R.SUPERVISOR.value, _R.ADMINISTRATOR.value},
    "note_absence": {_R.OFFICER.value, _R.SUPERVISOR.value, _R.ADMINISTRATOR.value},
    "log_contact": {role.value for role in _DESK | _FIELD},
    "hold_case": {role.value for role in _DESK | {_R.COMPLIANCE, _R.OFFICER}},
    "record_circumstance": {role.value for role in _DESK | {_R.COMPLIANCE, _R.OFFICER}},
    "end_circumstance": {_R.SUPERVISOR.value, _R.COMPLIANCE.value},
    "see_restricted": {_R.SUPERVISOR.value, _R.COMPLIANCE.value},
    "see_data_requests": {role.value for role in _DESK | {_R.COMPLIANCE}},
    "decide_data_request": {_R.COMPLIANCE.value},
    "unmask": {role.value for role in _ALL},
    # Those who talk with the debtor, and who answers for it: not who keeps accounts or the machine.
    "see_as_debtor": {role.value for role in _FIELD | {_R.CLERK, _R.COMPLIANCE}},
    "see_looks": {_R.SUPERVISOR.value, _R.COMPLIANCE.value, _R.AUDITOR.value},
    "receive_complaint": {role.value for role in _ALL},
    "see_complaints": {_R.SUPERVISOR.value, _R.COMPLIANCE.value},
    "handle_complaint": {_R.COMPLIANCE.value},
    "draw_sample": {_R.SUPERVISOR.value, _R.COMPLIANCE.value},
    "review_visits": {_R.SUPERVISOR.value, _R.COMPLIANCE.value},
    "settle_review": {_R.COMPLIANCE.value},
    "decide_hold": {_R.COMPLIANCE.value},
    "release_hold": {_R.SUPERVISOR.value, _R.COMPLIANCE.value},
    "plan_visit": {role.value for role in _DESK | _FIELD},
    "swap_officer": {_R.SUPERVISOR.value},
    "announce_visit": {role.value for role in _DESK},
    "draft_lawyers_letter": {role.value for role in _DESK},
    "see_lawyers_letters": {role.value for role in _DESK | {_R.COUNSEL}},
    "review_lawyers_letter": {_R.COUNSEL.value},
    "watch_machine": {_R.OPERATOR.value, _R.ADMINISTRATOR.value},
    "see_outbox": {role.value for role in _DESK | {_R.OPERATOR}},
    "handle_letters": {role.value for role in _DESK},
    "see_runs": {role.value for role in _DESK | {_R.COMPLIANCE}},
    "draft_run": {role.value for role in _DESK},
    "approve_run": {_R.SUPERVISOR.value},
    "conduct_visit": {role.value for role in _FIELD},
    "see_safety": {_R.SUPERVISOR.value, _R.COMPLIANCE.value, _R.ADMINISTRATOR.value},
    "answer_alarms": {_R.SUPERVISOR.value, _R.COMPLIANCE.value, _R.ADMINISTRATOR.value},
    "close_incident": {_R.SUPERVISOR.value, _R.COMPLIANCE.value},
    "give_slip": {role.value for role in _DESK | _FIELD},
    "record_refusal": {role.value for role in _DESK | _FIELD | {_R.COMPLIANCE}},
    "draw_up_agreement": {role.value for role in _DESK | _FIELD},
    "record_payment": {role.value for role in _DESK},
    "see_cash": {role.value for role in _ALL},
    "hand_in_cash": {role.value for role in _DESK | _FIELD},
    "keep_account": {role.value for role in _DESK},
    "accelerate": {_R.SUPERVISOR.value},
    "approve_acceleration": {_R.SUPERVISOR.value, _R.COMPLIANCE.value},
    "see_limitation": {role.value for role in _DESK | {_R.COMPLIANCE}},
    "close_case": {role.value for role in _DESK},
    "request_approval": {role.value for role in _ALL},
    "approve_waiver": {_R.SUPERVISOR.value},
    "approve_refund": {_R.SUPERVISOR.value},
    "approve_cash": {_R.SUPERVISOR.value, _R.COMPLIANCE.value},
    "approve_early_closure": {_R.SUPERVISOR.value, _R.COMPLIANCE.value},
    "approve_reopening": {_R.SUPERVISOR.value, _R.COMPLIANCE.value},
    "approve_exception": {_R.COMPLIANCE.value},
    "approve_lifting": {_R.COMPLIANCE.value},
    "review_timelines": {
        _R.SUPERVISOR.value,
        _R.COMPLIANCE.value,
        _R.ADMINISTRATOR.value,
        _R.AUDITOR.value,
    },
    "build_bundle": {_R.SUPERVISOR.value, _R.COMPLIANCE.value, _R.COUNSEL.value},
    "see_anchors": {_R.COMPLIANCE.value, _R.ADMINISTRATOR.value, _R.AUDITOR.value},
    "export_timeline": {_R.SUPERVISOR.value, _R.COMPLIANCE.value},
    "export_cases": {_R.SUPERVISOR.value, _R.COMPLIANCE.value, _R.ADMINISTRATOR.value},
    "approve_export": {_R.SUPERVISOR.value, _R.COMPLIANCE.value, _R.ADMINISTRATOR.value},
    "see_exports": {
        role.value
        for role in (_R.SUPERVISOR, _R.COMPLIANCE, _R.ADMINISTRATOR, _R.COUNSEL, _R.AUDITOR)
    },
    "see_dashboard": {_R.SUPERVISOR.value, _R.COMPLIANCE.value, _R.ADMINISTRATOR.value},
    "see_officers": {_R.SUPERVISOR.value, _R.COMPLIANCE.value, _R.ADMINISTRATOR.value},
    "manage_people": {_R.ADMINISTRATOR.value, _R.SUPERVISOR.value},
    "do_duty": {role.value for role in _ALL},
    "see_outlook": {role.value for role in _DESK | {_R.COMPLIANCE}},
    "draft_rules": {_R.COMPLIANCE.value},
    "publish_rules": {_R.COMPLIANCE.value, _R.SUPERVISOR.value},
    "read_rules": {role.value for role in _ALL | {_R.COUNSEL, _R.AUDITOR}},
    "edit_wording": {_R.COMPLIANCE.value},
    "release_wording": {_R.COMPLIANCE.value, _R.SUPERVISOR.value},
    "keep_house_papers": {_R.COMPLIANCE.value, _R.ADMINISTRATOR.value},
    "see_retention": {_R.COMPLIANCE.value, _R.ADMINISTRATOR.value, _R.AUDITOR.value},
    "hold_records": {_R.COMPLIANCE.value},
    "release_records": {_R.COMPLIANCE.value, _R.SUPERVISOR.value},
    "stop_deleting": {_R.COMPLIANCE.value, _R.ADMINISTRATOR.value},
    "keep_seals": {_R.ADMINISTRATOR.value},
    "see_channels": {_R.OPERATOR.value, _R.ADMINISTRATOR.value},
    "keep_accounts": {_R.ADMINISTRATOR.value},
    "see_rights": {role.value for role in ROLES},
    "administer": {_R.ADMINISTRATOR.value},
    "see_refused_looks": {_R.SUPERVISOR.value, _R.COMPLIANCE.value, _R.AUDITOR.value},
    "see_factors": {_R.COMPLIANCE.value, _R.ADMINISTRATOR.value},
    "ask_factor_reset": {_R.ADMINISTRATOR.value},
    "approve_factor_reset": {_R.COMPLIANCE.value, _R.ADMINISTRATOR.value},
}

_OWN = {
    "desk:rights", "people:sign_in", "people:second_step", "people:passkey", "people:sign_out",
    "people:password", "people:security", "people:enrol", "people:add_app", "people:add_passkey",
    "people:renew_codes", "people:remove_factor", "people:end_others", "people:end_session",
    "people:confirm", "desk:find", "set_language", "healthz", "readyz", "demo:clock",
}  # fmt: skip
"""What belongs to everybody: the own account, the search, which leads to the own list, the language, this table."""

PAGES_OF: dict[str, set[str]] = {
    _R.AUDITOR.value: {
        "desk:work", "desk:case", "desk:timeline", "desk:looks", "desk:replay", "desk:approvals", "desk:approval",
        "desk:exceptions", "desk:rules", "desk:rule_pack", "desk:rule_pack_paper", "desk:stopped",
        "rulebook:versions", "rulebook:version", "rulebook:diff", "rulebook:diff_pdf",
        "retention:due", "retention:held", "retention:kept", "retention:deleted", "retention:case",
        "court:anchors", "people:looks", "exports:exports", "exports:export",
    },
    _R.OPERATOR.value: {"desk:work", "notices:outbox", "notices:accounts", "notices:account"},
}  # fmt: skip
"""Those who do no casework read these addresses, by name, and no others, and send nothing to them.

A page that is added later is shut to them until it stands here: ``access.middleware`` sees to it.
"""


def opens(user: User, name: str, *, sends: bool = False) -> bool:
    """Whether the address of that name is one that this user's role may read, or send something to."""
    if user.role not in PAGES_OF or name in _OWN:
        return True
    return not sends and name in PAGES_OF[user.role]


WANT_RECENT = {right for right in RIGHTS if right.startswith("approve_")} | {
    "publish_rules", "release_wording", "ask_factor_reset",  # a second person's word, or nearly one
    "export_timeline", "export_cases", "build_bundle",  # what leaves the house
}  # fmt: skip
"""The rights that are used after a recent sign-in alone: ``people.recent`` marks the pages."""


def may(user: User, right: str) -> bool:
    """Whether this user's role carries that right; the system may do all that it is told."""
    return user.role == User.Role.SYSTEM or (user.is_active and user.role in RIGHTS[right])
