"""Who gets in where: every address of the site by every kind of person, against one table.

A new address without a line in the table fails; so does a line whose address is gone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, resolve, reverse

from cases.models import Call, Case
from documents.models import Document
from notices.models import Notice
from people.rights import PAGES_OF, may, opens
from tests import make
from tests.cases.imports import cast as files
from tests.test_consistency import routes
from tests.world import APART, HOUSE, NOW, TEAM, World, build, rolled_back, rows_of_house, signed_in
from timeline.models import Event
from workflow.approvals import kind_of

FINE = {200, 302}
TRIED = {200, 302, 409, 422}
"""What those get who may: done, a form to be mended, or the rules' no."""


@dataclass(frozen=True)
class Route:
    """One address: of which object, who may look (``reads``) and who may do what it does (``writes``).

    ``args`` is empty for pages of the house. A right of ``""`` is everybody's who sees the object.
    ``only`` names the one method of an address that has but one. ``role_first``: whoever lacks the
    right is told so before anything is looked up, so that the object plays no part in the answer.
    """

    args: Callable[[World], list[Any]] | None = None
    reads: str = ""
    writes: str = ""
    only: str = ""
    role_first: bool = False


def of(name: str, *more: Any) -> Callable[[World], list[Any]]:
    """The address's arguments: the reference, number or key of one thing of the world."""

    def args(world: World) -> list[Any]:
        thing = getattr(world, name)
        named = None if isinstance(thing, Notice) else getattr(thing, "reference", None)
        found = named or getattr(thing, "number", None) or thing.pk
        return [found, *(each(world) if callable(each) else each for each in more)]

    return args


def form(thing: str, right: str, *more: Any) -> Route:
    """A page with one form: nobody sees it who may not send it."""
    return Route(of(thing, *more), reads=right, writes=right)


def words(world: World) -> list[Any]:
    """The place and number of a text that waits for release."""
    text = world.text
    return [text.wording, text.channel, text.language, text.number]


def page(thing: str, right: str = "", *more: Any) -> Route:
    """A page to read."""
    return Route(of(thing, *more), reads=right, only="GET")


def press(thing: str, right: str, *more: Any) -> Route:
    """A button on a page that everybody who sees the case may read."""
    return Route(of(thing, *more), writes=right)


def first_paper(world: World) -> int:
    return int(world.agreement.case.papers.order_by("pk")[0].pk)


def a_rate(world: World) -> int:
    return int(world.rate.pk)


def decided(world: World) -> int:
    """The number of an event of the case that tells of a decision."""
    event = Event.objects.filter(case=world.case, data__has_key="decision").first()
    assert event is not None
    return event.number


def phone_of(world: World) -> Any:
    """The telephone of the debtor."""
    return world.case.debtor.contact_points.get(channel="phone")


def call_of(world: World) -> int:
    """A call that was begun and is not logged yet."""
    call, _new = Call.objects.get_or_create(
        case=world.case, contact_point=phone_of(world), at=NOW, by=make.clerk()
    )
    return int(call.pk)


CLERKS = "import_cases"
TABLE: dict[str, Route] = {
    "desk:work": Route(only="GET"),
    "desk:find": Route(only="POST"),
    "desk:case": page("case"),
    "desk:timeline": page("case"),
    "desk:replay": Route(
        lambda w: [w.case.reference, decided(w)], reads="review_timelines", only="GET"
    ),
    "privacy:requests": Route(reads="see_data_requests", only="GET"),
    "privacy:request": Route(
        of("data_request"), reads="see_data_requests", only="GET", role_first=True
    ),
    "privacy:identity": Route(
        of("data_request"),
        reads="see_data_requests",
        writes="see_data_requests",
        role_first=True,
    ),
    "privacy:answer": Route(
        of("data_request"),
        reads="decide_data_request",
        writes="decide_data_request",
        role_first=True,
    ),
    "privacy:correct": Route(of("data_request"), writes="edit_case", only="POST", role_first=True),
    "privacy:copy": Route(
        of("data_request", "pdf"), writes="see_restricted", only="POST", role_first=True
    ),
    "desk:unmask": form("case", "unmask"),
    "desk:mask": Route(of("case"), only="POST"),
    "desk:looks": Route(of("case"), reads="see_looks", only="GET", role_first=True),
    "portal:as_debtor": page("case", "see_as_debtor"),
    "portal:as_debtor_page": page("case", "see_as_debtor", "sums"),
    "portal:as_debtor_one": page("case", "see_as_debtor", "tell_one", 1),
    "desk:approvals": Route(only="GET"),
    "desk:approval": press("approval", "approve_exception"),
    "desk:dashboard": Route(reads="see_dashboard", only="GET"),
    "desk:behind": Route(lambda _w: ["duties"], reads="see_dashboard", only="GET", role_first=True),
    "desk:rights": Route(reads="see_rights", only="GET"),
    "desk:rules": Route(reads="read_rules", only="GET"),
    "desk:ask": Route(reads="read_rules", writes="read_rules"),
    "desk:ask_case": form("case", "read_rules"),
    "desk:exceptions": Route(reads="see_cases", only="GET"),
    "desk:rule_pack": Route(lambda _w: ["story"], reads="read_rules", only="GET"),
    "desk:rule_pack_paper": Route(lambda _w: ["story", "zh"], reads="read_rules", only="GET"),
    "desk:stopped": Route(lambda _w: ["story", "ST-01"], reads="read_rules", only="GET"),
    "desk:duty": form("duty", "do_duty"),
    "cases:imports": Route(reads="see_imports", only="GET"),
    "allocation:workload": Route(reads="assign_case", only="GET"),
    "allocation:give_out": Route(reads="assign_case", writes="assign_case"),
    "allocation:give_on": Route(reads="assign_case", writes="assign_case"),
    "allocation:add_rule": Route(reads="assign_case", writes="assign_case"),
    "allocation:change_rule": Route(
        lambda w: [w.allocation.pk], reads="assign_case", writes="assign_case", role_first=True
    ),
    **{
        f"allocation:{name}": Route(
            lambda w: [w.allocation.pk], writes="assign_case", only="POST", role_first=True
        )
        for name in ("remove_rule", "move_rule_up")
    },
    "allocation:absences": Route(reads="note_absence", writes="note_absence"),
    "allocation:withdraw_absence": Route(
        lambda w: [w.absence.pk], writes="note_absence", only="POST", role_first=True
    ),
    "quality:complaints": Route(reads="see_complaints", only="GET"),
    "quality:matter": Route(lambda w: [w.complaint.pk], reads="see_complaints", only="GET"),
    "quality:complaint": Route(of("complaint"), reads="see_complaints", writes="handle_complaint"),
    "quality:letter": Route(of("complaint"), writes="handle_complaint", only="POST"),
    "quality:those": form("complaint", "handle_complaint"),
    "quality:decide": form("complaint", "handle_complaint"),
    "quality:receive": form("case", "receive_complaint"),
    "quality:samples": Route(reads="review_visits", writes="draw_sample"),
    "quality:sample": page("sample", "review_visits"),
    "quality:line": form("sample", "review_visits", 1),
    "quality:settle": form("sample", "settle_review", 2),
    "quality:settle_of": Route(
        lambda w: [w.sample.lines.get(place=2).pk], reads="review_visits", only="GET"
    ),
    "quality:find": form("sample", "review_visits", 2),
    "quality:finding_done": Route(lambda w: [w.finding.pk], reads="do_duty", writes="do_duty"),
    "cases:import_upload": Route(reads=CLERKS, writes=CLERKS),
    "cases:import_columns": Route(reads="see_imports", only="GET"),
    "cases:import_form": Route(reads="see_imports", only="GET"),
    "cases:import": Route(of("batch"), reads="see_imports", only="GET", role_first=True),
    "cases:import_progress": Route(of("batch"), reads="see_imports", only="GET", role_first=True),
    "cases:import_take_over": Route(of("batch"), writes=CLERKS, only="POST", role_first=True),
    "cases:import_discard": Route(of("batch"), writes=CLERKS, only="POST", role_first=True),
    "cases:import_stop": Route(of("batch"), writes=CLERKS, only="POST", role_first=True),
    "cases:import_rejected": Route(of("batch"), reads="see_imports", only="GET", role_first=True),
    "cases:house_papers": Route(reads="keep_house_papers", writes="keep_house_papers"),
    "cases:withdraw_house_paper": Route(
        lambda w: [w.house_paper.pk],
        reads="keep_house_papers",
        writes="keep_house_papers",
        role_first=True,
    ),
    "cases:seals": Route(reads="keep_seals", writes="keep_seals"),
    "cases:retire_seal": Route(
        lambda w: [w.seal.pk], reads="keep_seals", writes="keep_seals", role_first=True
    ),
    "cases:debtor": form("case", "edit_case"),
    "cases:add_address": form("case", "edit_case"),
    "cases:edit_address": form("case", "edit_case", lambda w: w.case.debtor.addresses.first().pk),
    "cases:add_number": form("case", "edit_case"),
    "cases:edit_number": form(
        "case", "edit_case", lambda w: w.case.debtor.contact_points.first().pk
    ),
    "cases:add_party": form("case", "edit_case"),
    "cases:party_identity": form("guaranteed", "edit_case", lambda w: w.contact.pk),
    "cases:legal_basis": form("guaranteed", "edit_case", lambda w: w.contact.pk),
    "cases:guarantee": form(
        "guaranteed", "edit_case", lambda w: w.guaranteed.parties.get(role="guarantor").pk
    ),
    "cases:bureau": form("case", "edit_case"),
    "cases:privacy": form("case", "log_contact"),
    "cases:terms": form("case", "edit_case", lambda w: w.case.debts.first().pk),
    "cases:trace": form("guaranteed", "log_contact", lambda w: w.contact.pk),
    "cases:assess": form("case", "log_contact"),
    "cases:strategy": form("case", "edit_case"),
    "cases:add_paper": form("case", "edit_case"),
    "cases:mandate": form("case", "edit_case"),
    "cases:assign": form("case", "assign_case"),
    "cases:log_contact": form("case", "log_contact"),
    "cases:call": page("case", "log_contact"),
    "cases:begin_call": Route(
        of("case", lambda w: phone_of(w).pk), writes="log_contact", only="POST"
    ),
    "cases:log_call": form("case", "log_contact", lambda w: call_of(w)),
    "cases:call_not_made": Route(
        of("case", lambda w: call_of(w)), writes="log_contact", only="POST"
    ),
    "cases:draft_lawyers_letter": form("case", "draft_lawyers_letter"),
    "cases:lawyers_letters": Route(reads="see_lawyers_letters", only="GET"),
    "cases:lawyers_letter": page("lawyers"),
    "cases:edit_lawyers_letter": form("lawyers", "draft_lawyers_letter"),
    "cases:release_lawyers_letter": Route(
        of("lawyers"), writes="review_lawyers_letter", only="POST"
    ),
    "cases:return_lawyers_letter": form("lawyers", "review_lawyers_letter"),
    "cases:withdraw_lawyers_letter": form("lawyers", "draft_lawyers_letter"),
    "cases:write": form("case", "log_contact"),
    "cases:hold": form("case", "hold_case"),
    "cases:review_hold": form("refused", "hold_case", lambda w: w.hold.pk),
    "cases:release_hold": form("refused", "release_hold", lambda w: w.hold.pk),
    "cases:ask_exception": form("case", "request_approval"),
    "visits:plan": form("case", "plan_visit"),
    "visits:refuse": form("case", "record_refusal"),
    "visits:circumstance": form("case", "record_circumstance"),
    "visits:review_circumstance": form(
        "refused", "record_circumstance", lambda w: w.circumstance.pk
    ),
    "visits:end_circumstance": form("refused", "end_circumstance", lambda w: w.circumstance.pk),
    "visits:lift": form("refused", "request_approval"),
    "visits:calendar": Route(only="GET"),
    "visits:day": Route(reads="plan_visit", only="GET"),
    "visits:feed_link": Route(reads="conduct_visit", only="GET"),
    "visits:feed_renew": Route(writes="conduct_visit", only="POST"),
    "visits:feed_withdraw": Route(writes="conduct_visit", only="POST"),
    "visits:outlook": Route(reads="see_outlook", only="GET"),
    "visits:visit": page("visit"),
    "visits:locate": form("left", "edit_case"),
    "visits:slots": page("visit", "plan_visit"),
    "visits:move": form("visit", "plan_visit"),
    "visits:swap": form("visit", "swap_officer"),
    "visits:announce": form("visit", "announce_visit"),
    "visits:preview": page("visit", "announce_visit", "both"),
    "visits:cancel": form("visit", "plan_visit"),
    "visits:remark": form("left", "conduct_visit"),
    "visits:slip": form("left", "give_slip"),
    "visits:still": page("left"),  # nothing at all (204) while the visit is under way
    "visits:officers": Route(reads="see_officers", only="GET"),
    "visits:officer": Route(
        lambda _w: ["officer021"], reads="see_officers", only="GET", role_first=True
    ),
    "visits:officer_photo": Route(
        lambda _w: ["officer021"], reads="see_officers", only="GET", role_first=True
    ),
    "visits:badge": Route(
        lambda _w: ["officer021"], reads="see_officers", only="GET", role_first=True
    ),
    **{
        f"visits:{name}": Route(
            lambda _w: ["officer021"],
            reads="manage_people",
            writes="manage_people",
            role_first=True,
        )
        for name in ("change_photo", "enter_credential")
    },
    "visits:revoke_credential": Route(
        lambda w: ["officer021", w.credential.pk],
        reads="manage_people",
        writes="manage_people",
        role_first=True,
    ),
    "visits:safety": Route(reads="see_safety", only="GET"),
    "visits:alarm_bar": Route(only="GET"),
    "visits:alarm": Route(of("alarm"), reads="see_safety", writes="answer_alarms"),
    "visits:incident_record": Route(
        lambda w: [w.incident.visit.reference, w.incident.pk],
        reads="see_safety",
        writes="close_incident",
    ),
    "visits:check_in": form("at_door", "conduct_visit"),
    "visits:sos": form("at_door", "conduct_visit"),
    "visits:way_in": form("at_door", "conduct_visit"),
    "visits:today": Route(only="GET"),
    "door:app": Route(reads="conduct_visit", only="GET"),
    "door:worker": Route(only="GET"),
    "door:manifest": Route(only="GET"),
    "visits:door": press("at_door", "conduct_visit"),
    "visits:left": press("left", "conduct_visit"),
    "visits:incident": form("left", "conduct_visit"),
    "visits:evidence": form("at_door", "conduct_visit"),
    "visits:way_out": form("at_door", "conduct_visit", "nobody"),
    "visits:quarantine": Route(reads="decide_quarantine", only="GET"),
    "visits:decide_quarantine": form("apart", "decide_quarantine"),
    "door:sent": page("at_door"),
    "door:to_settle": Route(reads="settle_door", only="GET"),
    "door:settle": form("clash", "settle_door"),
    "agreements:draw_up": form("case", "draw_up_agreement"),
    "agreements:options": page("case", "draw_up_agreement"),
    "agreements:look": Route(of("case"), writes="draw_up_agreement", only="POST"),
    "agreements:renegotiate": Route(
        lambda w: [w.agreement.case.reference],
        reads="draw_up_agreement",
        writes="draw_up_agreement",
    ),
    "agreements:drop": form("case", "draw_up_agreement"),
    "agreements:waiver": form("case", "request_approval"),
    "agreements:waiver_asked": Route(
        lambda w: [w.draft.case.reference, w.draft.case.approvals.get(kind="waiver").pk],
        only="GET",
    ),
    "agreements:waiver_bar": Route(only="GET"),
    "agreements:take_back_waiver": Route(  # who of them has asked for it is asked by the action
        lambda w: [w.draft.case.reference, w.draft.case.approvals.get(kind="waiver").pk],
        reads="request_approval",
        writes="request_approval",
    ),
    "agreements:back": form("case", "draw_up_agreement"),
    "agreements:agreement": page("draft"),
    "agreements:redraft": form("draft", "draw_up_agreement"),
    "agreements:draft": page("draft"),
    "agreements:offer": press("draft", "draw_up_agreement"),
    "agreements:terms": press("offered", "draw_up_agreement"),
    "agreements:sign": form("offered", "draw_up_agreement", "debtor"),
    "agreements:sign_on_paper": form("offered", "draw_up_agreement"),
    "agreements:ask_signer": form("joint", "draw_up_agreement"),
    "agreements:sign_other": form("joint", "draw_up_agreement", lambda w: w.signer.pk),
    "agreements:decline": form("joint", "draw_up_agreement", lambda w: w.signer.pk),
    "agreements:send_other_link": form("joint", "draw_up_agreement", lambda w: w.signer.pk),
    "agreements:withdraw_other_link": form("joint", "draw_up_agreement", lambda w: w.signer.pk),
    "agreements:leave_out": form("joint", "draw_up_agreement", lambda w: w.signer.pk),
    "agreements:without": form("joint", "draw_up_agreement", lambda w: w.signer.pk),
    "agreements:send_link": form("offered", "draw_up_agreement"),
    "agreements:withdraw_link": form("offered", "draw_up_agreement"),
    "agreements:conclude": press("offered", "draw_up_agreement"),
    "agreements:ask_lawyer": form("offered", "draw_up_agreement"),
    "agreements:read_aloud": form("offered", "draw_up_agreement"),
    "agreements:lawyer_answered": form("offered", "draw_up_agreement"),
    "agreements:accelerate": form("draft", "accelerate"),
    "agreements:withdraw_acceleration": form("draft", "accelerate"),
    "agreements:account": page("case"),
    "agreements:account_csv": page("case"),
    "agreements:account_pdf": page("case"),
    "agreements:state_rate": form("case", "keep_account"),
    "agreements:withdraw_rate": Route(
        lambda w: [w.case.reference, a_rate(w)],
        reads="keep_account",
        writes="keep_account",
    ),
    "agreements:book_charge": form("case", "keep_account"),
    "agreements:running_out": Route(reads="see_limitation", only="GET"),
    "agreements:interrupt": form("case", "edit_case"),
    "banking:money_in": Route(reads="record_payment", only="GET"),
    "banking:statements": Route(reads="record_payment", only="GET"),
    "banking:take_in": Route(reads="record_payment", writes="record_payment"),
    "banking:statement": Route(
        of("statement"), reads="record_payment", only="GET", role_first=True
    ),
    "banking:line": Route(
        lambda w: [w.line.pk], reads="record_payment", writes="record_payment", role_first=True
    ),
    "banking:set_aside": Route(
        lambda w: [w.line.pk], reads="record_payment", writes="record_payment", role_first=True
    ),
    "banking:providers": Route(reads="keep_accounts", only="GET"),
    "banking:open_provider": Route(
        lambda w: ["stripe_pay"], reads="keep_accounts", writes="keep_accounts", role_first=True
    ),
    "banking:provider": Route(
        lambda w: [w.provider.pk], reads="keep_accounts", only="GET", role_first=True
    ),
    **{
        f"banking:{name}_provider": Route(
            lambda w: [w.provider.pk],
            reads="keep_accounts",
            writes="keep_accounts",
            role_first=True,
        )
        for name in ("change", "use", "test")
    },
    "agreements:pay": form("case", "record_payment"),
    "agreements:reverse_payment": form("payment", "record_payment"),
    "agreements:move_payment": form("payment", "record_payment"),
    "agreements:dispute_payment": form("payment", "record_payment"),
    "agreements:end_dispute": Route(
        lambda w: [w.dispute.pk], reads="record_payment", writes="record_payment"
    ),
    "agreements:ask_refund": form("exceeded", "record_payment"),
    "agreements:record_refund": form("refund", "record_payment"),
    "agreements:cash": Route(reads="see_cash", only="GET"),
    "agreements:cash_slip": Route(reads="hand_in_cash", writes="hand_in_cash"),
    "agreements:cash_receipt": page("cash", "see_cash"),
    "agreements:deposit_cash": form("cash", "hand_in_cash"),
    "agreements:explain_cash": form("cash", "hand_in_cash"),
    "agreements:spoil_cash_number": Route(
        lambda w: [w.spare.pk], reads="hand_in_cash", writes="hand_in_cash"
    ),
    "agreements:close": press("case", "close_case"),
    "agreements:certificate": press("case", "close_case"),
    "agreements:report": press("case", "close_case"),
    "agreements:return_paper": Route(
        lambda w: [w.agreement.case.reference, first_paper(w)],
        reads="close_case",
        writes="close_case",
    ),
    "agreements:originals": page("case"),
    "agreements:take_in_original": Route(
        lambda w: [w.agreement.case.reference, first_paper(w)],
        reads="edit_case",
        writes="edit_case",
    ),
    "agreements:move_original": Route(
        lambda w: [w.agreement.case.reference, first_paper(w)],
        reads="edit_case",
        writes="edit_case",
    ),
    "agreements:void_original": Route(
        lambda w: [w.agreement.case.reference, first_paper(w)],
        reads="request_approval",
        writes="request_approval",
    ),
    "agreements:release_guarantor": Route(
        lambda w: [w.guaranteed.reference, w.guaranteed.parties.get(role="guarantor").pk],
        writes="close_case",
    ),
    "agreements:bureau_update": form("case", "close_case"),
    "agreements:bureau_answer": form("closed", "close_case", lambda w: w.report.pk),
    "agreements:winding_up": Route(reads="close_case", only="GET"),
    "agreements:wind_up": form("ended", "close_case"),
    "agreements:data_return": form("closed", "close_case"),
    "agreements:close_early": form("case", "request_approval"),
    "agreements:reopen": form("closed", "request_approval"),
    "documents:document": Route(
        lambda w: [Document.objects.filter(case=w.case).order_by("pk")[0].number], only="GET"
    ),
    "notices:letters": Route(reads="handle_letters", writes="handle_letters"),
    "notices:slips": Route(reads="handle_letters", writes="handle_letters"),
    "cases:deliveries": Route(reads="handle_letters", writes="handle_letters"),
    "cases:delivery_form": Route(reads="handle_letters", only="GET"),
    "notices:runs": Route(reads="handle_letters", only="GET"),
    "notices:run": Route(
        of("run"), reads="handle_letters", writes="handle_letters", role_first=True
    ),
    "notices:run_file": Route(
        of("run", "sheet"), reads="handle_letters", only="GET", role_first=True
    ),
    "notices:accounts": Route(reads="see_channels", only="GET"),
    "notices:open_account": Route(
        lambda w: ["demo_sms"], reads="keep_accounts", writes="keep_accounts", role_first=True
    ),
    "notices:account": Route(
        lambda w: [w.account.pk], reads="see_channels", only="GET", role_first=True
    ),
    **{
        f"notices:{name}_account": Route(
            lambda w: [w.account.pk],
            reads="keep_accounts",
            writes="keep_accounts",
            role_first=True,
        )
        for name in ("change", "use", "try")
    },
    "notices:outbox": Route(reads="see_outbox", only="GET"),
    "notices:notice": page("letter"),
    "notices:post": form("letter", "handle_letters"),
    "notices:deliver": form("letter", "handle_letters"),
    "notices:bounce": form("letter", "handle_letters"),
    "notices:judge": form("letter", "handle_letters"),
    "notices:again": form("letter", "handle_letters"),
    "notices:drop": form("letter", "handle_letters"),
    "exports:exports": Route(reads="see_exports", only="GET"),
    "exports:ask_timeline": form("case", "export_timeline"),
    "exports:ask_list": Route(reads="export_cases", writes="export_cases"),
    "exports:export": Route(of("export"), reads="see_exports", only="GET", role_first=True),
    "exports:progress": Route(of("export"), reads="see_exports", only="GET", role_first=True),
    "exports:decide": Route(
        of("export"), reads="approve_export", writes="approve_export", role_first=True
    ),
    "exports:withdraw": Route(of("export"), writes="see_exports", only="POST", role_first=True),
    "exports:fetch": Route(of("export"), writes="see_exports", only="POST", role_first=True),
    "court:bundles": Route(reads="build_bundle", only="GET"),
    "court:ask": form("case", "build_bundle"),
    "court:bundle": Route(of("bundle"), reads="build_bundle", only="GET", role_first=True),
    "court:progress": Route(of("bundle"), reads="build_bundle", only="GET", role_first=True),
    "court:download": Route(of("bundle"), writes="build_bundle", only="POST", role_first=True),
    "court:anchors": Route(reads="see_anchors", only="GET"),
    "retention:due": Route(reads="see_retention", only="GET"),
    "retention:held": Route(reads="see_retention", only="GET"),
    "retention:kept": Route(reads="see_retention", only="GET"),
    "retention:deleted": Route(reads="see_retention", only="GET"),
    "retention:engine": Route(reads="stop_deleting", writes="stop_deleting"),
    "retention:case": page("case", "see_retention"),
    "retention:hold": form("case", "hold_records"),
    "retention:terms": form("case", "hold_records"),
    "retention:renew": form("case", "hold_records", lambda w: w.records_hold.pk),
    "retention:lift": form("case", "hold_records", lambda w: w.records_hold.pk),
    "outreach:runs": Route(reads="see_runs", only="GET"),
    "outreach:new": Route(reads="draft_run", writes="draft_run"),
    "outreach:run": Route(of("drafted_run"), reads="see_runs", only="GET", role_first=True),
    "outreach:progress": Route(of("drafted_run"), reads="see_runs", only="GET", role_first=True),
    "outreach:line": Route(
        of("drafted_run", lambda w: w.drafted_run.lines.first().pk),
        reads="see_runs",
        writes="draft_run",
        role_first=True,
    ),
    "outreach:drop": Route(of("drafted_run"), writes="draft_run", only="POST", role_first=True),
    "outreach:put_back": Route(of("drafted_run"), writes="draft_run", only="POST", role_first=True),
    "outreach:ask": Route(
        of("drafted_run"), reads="draft_run", writes="draft_run", role_first=True
    ),
    "outreach:take_back": Route(of("asked_run"), writes="draft_run", only="POST", role_first=True),
    "outreach:decide": Route(
        of("asked_run"), reads="approve_run", writes="approve_run", role_first=True
    ),
    "outreach:send": Route(of("drafted_run"), writes="draft_run", only="POST", role_first=True),
    "outreach:stop": Route(of("sent_run"), writes="draft_run", only="POST", role_first=True),
    "outreach:discard": Route(of("drafted_run"), writes="draft_run", only="POST", role_first=True),
    "rulebook:versions": Route(reads="read_rules", only="GET"),
    "rulebook:draft": Route(lambda _w: ["story"], reads="draft_rules", writes="draft_rules"),
    "rulebook:begin": Route(reads="draft_rules", writes="draft_rules"),
    "rulebook:lpr": Route(reads="draft_rules", writes="draft_rules"),
    "rulebook:four_times": Route(reads="draft_rules", only="GET"),
    "rulebook:version": page("rules", "read_rules"),
    "rulebook:values": page("rules", "draft_rules"),
    "rulebook:value": form("rules", "draft_rules", "hours", 1),
    "rulebook:checked": form("rules", "draft_rules", "hours", 1),
    "rulebook:drop": Route(of("rules", "hours", 1), writes="draft_rules", only="POST"),
    "rulebook:patterns": page("rules", "draft_rules"),
    "rulebook:add": form("rules", "draft_rules", "story", "hours", 1),
    "rulebook:sources": form("rules", "draft_rules"),
    "rulebook:delete": Route(of("rules"), writes="draft_rules", only="POST"),
    "rulebook:diff": page("rules", "read_rules"),
    "rulebook:diff_pdf": page("rules", "read_rules"),
    "rulebook:what_if": Route(of("rules"), writes="publish_rules", only="POST"),
    "rulebook:progress": page("rules", "read_rules"),
    "rulebook:stop": Route(of("rules"), writes="publish_rules", only="POST"),
    "rulebook:propose": Route(of("rules"), writes="draft_rules", only="POST"),
    "rulebook:take_back": Route(of("proposal"), writes="draft_rules", only="POST"),
    "rulebook:withdraw": Route(of("rules"), writes="draft_rules", only="POST"),
    "rulebook:publish": form("proposal", "publish_rules"),
    "wording:wordings": Route(reads="release_wording", only="GET"),
    "wording:pages": Route(reads="release_wording", only="GET"),
    "wording:place": Route(lambda _w: ["reminder_due", "sms"], reads="release_wording", only="GET"),
    "wording:edit": Route(lambda _w: ["reminder_due", "sms", "zh"], "edit_wording", "edit_wording"),
    "wording:fall_back": Route(
        lambda _w: ["reminder_due", "sms", "zh", make.agency().pk], "edit_wording", "edit_wording"
    ),
    "wording:version": Route(words, reads="release_wording", only="GET"),
    "wording:release": Route(words, "release_wording", "release_wording"),
    "wording:withdraw": Route(words, writes="edit_wording", only="POST"),
    "wording:preview": Route(reads="release_wording", only="GET"),
    "wording:approved": Route(reads="release_wording", only="GET"),
    "wording:enter": Route(reads="edit_wording", writes="edit_wording"),
    "wording:end": Route(lambda w: [w.approved_text.pk], writes="edit_wording", only="POST"),
    "people:sign_out": Route(only="POST"),
    "people:password": Route(),
    "people:security": Route(only="GET"),
    "people:enrol": Route(only="GET"),
    "people:add_app": Route(),
    "people:add_passkey": Route(),
    "people:renew_codes": Route(only="POST"),
    "people:end_others": Route(only="POST"),
    "people:looks": Route(reads="see_refused_looks", only="GET"),
    "people:everybody": Route(reads="see_factors", only="GET"),
    "people:somebody": Route(
        lambda _w: [make.clerk().username], reads="see_factors", only="GET", role_first=True
    ),
    "people:ask_reset": Route(
        lambda _w: [make.clerk().username],
        reads="ask_factor_reset",
        writes="ask_factor_reset",
        role_first=True,
    ),
}
OF_A_KEY: dict[str, Route] = {  # machine clients hold a key; each has one method
    "api:case": Route(of("case"), only="GET"),
    "api:visits": Route(of("case"), writes="plan_visit", only="POST"),
    "api:contacts": Route(of("case"), writes="log_contact", only="POST"),
    "api:payments": Route(of("case"), writes="record_payment", only="POST"),
}
NOT_HERE = {
    "people:sign_in", "people:second_step", "people:passkey",  # the door itself: tests/access
    "people:confirm", "people:remove_factor", "people:end_session",  # one's own alone: tests/access
    "people:decide_reset",  # only where one was asked for: tests/access
    "portal:check",  # the same for everybody: tests/portal
    "quality:complain", "quality:complain_of_visit",  # tests/quality/test_outside.py
    "portal:visit", "portal:visit_code", "portal:visit_unexpected", "portal:visit_leave",  # tests/portal
    "portal:officer", "portal:officer_qr",  # likewise: tests/journeys/test_s5
    "set_language",  # changes the reader's own language
    "carrier",  # carriers call it and show who they are: tests/notices/test_carriers
    "provider_call",  # likewise payment providers: tests/banking/test_provider_calls
    "portal:messages", "portal:message", "portal:message_file", "portal:leave",  # tests/portal
    "portal:not_me", "portal:home", "portal:about", "portal:papers", "portal:paper", "portal:rights",
    "portal:meeting", "portal:confirm", "portal:move", "portal:refuse", "portal:one_way",
    "portal:visit_mine", "portal:sums", "portal:other_plan", "portal:ways", "portal:tell", "portal:tell_one", "portal:answers",
    "portal:short", "portal:data", "portal:data_one", "quality:followed",  # tests/portal/test_own_asking.py
    "portal:sign", "portal:sign_paper",  # by a link: tests/agreements/test_signing_by_link
    "visits:feed",  # by a secret address: tests/visits/test_feed.py
    "healthz", "readyz",  # tell a machine "yes"
    "door:hello", "door:visits", "door:pack", "door:still", "door:items", "door:key",  # speak JSON: tests/door
    "door:uploads", "door:upload",
    "demo:clock",  # the demo's alone: no such page anywhere else
}  # fmt: skip


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), rolled_back():
        yield build()


@pytest.fixture
def world(built: World, clock: Any) -> Iterator[World]:
    clock.set(NOW)
    with rolled_back():
        yield built


def ask(address: str, method: str, who: Any = None) -> Any:
    """The answer to an empty request by that person."""
    client = signed_in(who) if who else Client()
    if who and address == reverse("people:sign_out"):
        client = Client()
        client.force_login(who)
    with rolled_back():
        return client.get(address) if method == "GET" else client.post(address, {"guard_key": "k"})


def ask_with_key(address: str, method: str, key: str = "") -> Any:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with rolled_back():
        if method == "GET":
            return Client().get(address, headers=headers)
        return Client().post(address, "{}", content_type="application/json", headers=headers)


def missing(args: list[Any]) -> list[Any]:
    """The same address for an object that is not."""
    return [2**31 - 7 if isinstance(args[0], int) else "ZZ-0", *args[1:]]


def methods_of(route: Route) -> list[str]:
    return [route.only] if route.only else ["GET", "POST"]


def told(answer: HttpResponse) -> tuple[int, str]:
    """Status and text, without what is drawn anew for each request."""
    text = getattr(answer, "content", b"").decode(errors="replace")
    return answer.status_code, text.split("<main", 1)[-1].split("</main", 1)[0]


class TestTable:
    def test_names_every_address_and_none_that_is_gone(self) -> None:
        named = {name for name, _p in routes(get_resolver().url_patterns)}
        ours = {name for name in named if not name.startswith("admin:")}
        assert ours == set(TABLE) | set(OF_A_KEY) | NOT_HERE


TOLD_AT_ONCE = {"portal:as_debtor", "portal:as_debtor_page", "portal:as_debtor_one"}
"""That somebody looks at these stands on the timeline, and nothing else does: tests/portal/test_seen_by_staff.py."""
OF_NO_CASE = {"desk:behind", "desk:rule_pack", "desk:rule_pack_paper", "desk:stopped"}
"""Figures and rules, which belong to the house and not to a case."""


@pytest.mark.parametrize("name", TABLE)
class TestPages:
    def test_send_a_stranger_to_the_door(self, world: World, name: str) -> None:
        route = TABLE[name]
        address = reverse(name, args=route.args(world) if route.args else [])
        for method in methods_of(route):
            answer = ask(address, method)
            assert answer.status_code == 302
            assert answer.url.startswith(reverse("people:sign_in"))

    def test_are_hidden_by_no_other_address(self, world: World, name: str) -> None:
        route = TABLE[name]
        address = reverse(name, args=route.args(world) if route.args else [])
        assert resolve(address).view_name == name

    def test_tell_outsiders_what_they_tell_of_things_that_are_not(
        self, world: World, name: str
    ) -> None:
        route = TABLE[name]
        if route.args is None or name in OF_NO_CASE or name.startswith(("rulebook:", "wording:")):
            return  # whose role it is may read and change them, and sees of cases only what is theirs
        args = route.args(world)
        for method in methods_of(route):
            right = route.reads if method == "GET" else route.writes
            for who, user in world.outsiders.items():
                answer = ask(reverse(name, args=args), method, user)
                refused = route.role_first and not may(user, right)
                assert answer.status_code == (403 if refused else 404), (method, who)
                absent = ask(reverse(name, args=missing(args)), method, user)
                assert told(answer) == told(absent), (method, who)

    def test_let_in_those_whose_role_it_is_and_nobody_else(self, world: World, name: str) -> None:
        route = TABLE[name]
        address = reverse(name, args=route.args(world) if route.args else [])
        for method in methods_of(route):
            right = route.reads if method == "GET" else route.writes
            if name == "desk:approval" and method == "POST":
                right = kind_of(world.approval).right
            for role in TEAM + HOUSE + APART:
                user = world.people[role]
                allowed = opens(user, name, sends=method == "POST")
                allowed = allowed and (not right or may(user, right))
                status = ask(address, method, user).status_code
                good = FINE if method == "GET" else TRIED
                assert (status in good) if allowed else (status == 403), (method, role, status)

    def test_write_nothing_when_they_are_only_looked_at(self, world: World, name: str) -> None:
        route = TABLE[name]
        if "GET" not in methods_of(route) or name in TOLD_AT_ONCE:
            return
        address = reverse(name, args=route.args(world) if route.args else [])
        before = rows_of_house(), list(Case.objects.order_by("pk").values())
        for role in ("supervisor", "clerk", "compliance"):
            with rolled_back():
                signed_in(world.people[role]).get(address)
                assert (rows_of_house(), list(Case.objects.order_by("pk").values())) == before


@pytest.mark.parametrize("name", OF_A_KEY)
class TestKeys:
    def test_are_asked_for(self, world: World, name: str) -> None:
        route = OF_A_KEY[name]
        address = reverse(name, args=route.args(world) if route.args else [])
        for method in ("GET", "POST"):
            assert ask_with_key(address, method).status_code == 401
            assert ask_with_key(address, method, "x" * 43).status_code == 401

    def test_of_outsiders_open_nothing(self, world: World, name: str) -> None:
        route = OF_A_KEY[name]
        args = route.args(world) if route.args else []
        for who, user in world.outsiders.items():
            key = world.key_of(user)
            answer = ask_with_key(reverse(name, args=args), route.only, key)
            absent = ask_with_key(reverse(name, args=missing(args)), route.only, key)
            assert answer.status_code == 404, who
            assert told(answer) == told(absent), who

    def test_do_what_their_user_may_and_no_more(self, world: World, name: str) -> None:
        route = OF_A_KEY[name]
        address = reverse(name, args=route.args(world) if route.args else [])
        for role in TEAM + HOUSE + APART:
            user = world.people[role]
            status = ask_with_key(address, route.only, world.key_of(user)).status_code
            allowed = role not in PAGES_OF and (not route.writes or may(user, route.writes))
            assert (status in TRIED) if allowed else (status == 403), (role, status)

    def test_of_somebody_who_left_open_nothing(self, world: World, name: str) -> None:
        route = OF_A_KEY[name]
        key = world.key_of(world.people["clerk"])
        world.people["clerk"].is_active = False
        world.people["clerk"].save(update_fields=["is_active"])
        address = reverse(name, args=route.args(world) if route.args else [])
        assert ask_with_key(address, route.only, key).status_code == 401
        world.people["clerk"].is_active = True


class TestLists:
    """Pages of the house are everybody's; what stands on them is not."""

    PAGES = [
        ("desk:work", "?view=all"), ("desk:work", "?view=all&q=HZ-2026-0200"),
        ("desk:work", "?view=all&q=王海燕"), ("desk:work", "?view=all&team={team}"),
        ("desk:work", "?view=all&officer={officer}"), ("desk:approvals", ""),
        ("desk:dashboard", ""), ("visits:calendar", "?week=2026-03-05"), ("visits:today", ""),
        ("visits:safety", ""),
        ("notices:letters", ""), ("notices:letters", "?view=posted"), ("notices:outbox", ""),
        ("notices:outbox", "?view=doubtful"), ("cases:imports", ""), ("cases:import_upload", ""),
        ("outreach:runs", ""), ("outreach:new", "?view=all"),
        ("exports:exports", "?view=all"), ("exports:ask_list", "?view=all"),
        ("allocation:workload", ""), ("allocation:give_out", ""), ("allocation:absences", ""),
        ("allocation:give_on", "?view=all"),
    ]  # fmt: skip
    MARKS = ["HZ-2026-02", "王海燕", "翠苑街道", "李伟", "B-2026-", "R-2026-", "X-2026-"]

    @pytest.mark.parametrize(("name", "query"), PAGES)
    def test_show_outsiders_nothing_of_ours(self, world: World, name: str, query: str) -> None:
        query = query.format(team=world.case.team_id, officer=world.people["officer"].pk)
        for who, user in world.outsiders.items():
            answer = ask(reverse(name) + query, "GET", user)
            assert answer.status_code in {200, 403, 404}
            # What was asked for may stand in the search field again.
            text = answer.content.decode().replace('value="HZ-2026-0200"', "").split("<main")[-1]
            asked = {mark for mark in self.MARKS if mark in query}
            assert not [m for m in self.MARKS if m in text and m not in asked], who

    @pytest.mark.parametrize("name", ["duties", "held", "overrides", "refused"])
    def test_behind_the_figures_show_outsiders_nothing_of_ours(
        self, world: World, name: str
    ) -> None:
        for user in world.outsiders.values():
            answer = ask(reverse("desk:behind", args=[name]), "GET", user)
            assert "HZ-2026-02" not in answer.content.decode()

    def test_of_letters_post_no_foreign_letter(self, world: World) -> None:
        client = Client()
        client.force_login(world.outsiders["clerk of next team"])
        with rolled_back():
            client.post(reverse("notices:letters"), {"post": [world.letter.pk], "guard_key": "k"})
            world.letter.refresh_from_db()
            assert world.letter.state == "queued"


class TestThingsOfAnotherCase:
    """The own case in the address, somebody else's thing behind it."""

    def test_are_not_found(self, world: World) -> None:
        theirs = world.agreement.case
        address, point = theirs.debtor.addresses.get(), theirs.debtor.contact_points.first()
        paper = theirs.papers.first()
        mine, clerk = world.case.reference, world.people["supervisor"]
        desk = world.people["clerk"]
        for name, args, who in [
            ("cases:edit_address", [mine, address.pk], desk),
            ("cases:edit_number", [mine, point.pk], desk),
            ("cases:review_hold", [mine, world.hold.pk], desk),
            ("cases:release_hold", [mine, world.hold.pk], clerk),
            ("agreements:return_paper", [mine, paper.pk], desk),
        ]:
            for method in ("GET", "POST"):
                assert ask(reverse(name, args=args), method, who).status_code == 404, name

    @pytest.mark.parametrize(
        ("name", "given"),
        [
            (
                "cases:add_address",
                {"kind": "home", "city": "杭州", "text": "x", "source": "debtor"},
            ),
            ("cases:add_number", {"channel": "phone", "value": "13800000001", "source": "debtor"}),
        ],
    )
    def test_cannot_be_named_in_a_form(
        self, world: World, name: str, given: dict[str, str]
    ) -> None:
        stranger = make.debtor(name="别人")
        stranger.save()
        client = Client()
        client.force_login(world.people["clerk"])
        answer = client.post(
            reverse(name, args=[world.case.reference]), {**given, "person": stranger.pk}
        )
        assert answer.status_code == 422
        assert "person" in answer.context["form"].errors


class TestAdministration:
    def test_is_for_administrators(self, world: World) -> None:
        for name, pattern in routes(get_resolver().url_patterns):
            if not name.startswith("admin:") or name in {"admin:login", "admin:logout"}:
                continue
            wanted = dict.fromkeys(pattern.pattern.regex.groupindex, "1")
            if name == "admin:app_list":
                wanted = {"app_label": "people"}
            try:
                address = reverse(name, kwargs=wanted) if wanted else reverse(name)
            except NoReverseMatch:  # the catch-all takes any address
                continue
            for role in (*TEAM, "compliance", ""):
                for method in ("GET", "POST"):
                    answer = ask(address, method, world.people.get(role))
                    assert answer.status_code in {302, 403, 404}, (name, role, method)
                    if answer.status_code == 302:  # to its own door, which leads to the one door
                        assert "/login/" in answer.url or "/sign-in/" in answer.url


class TestImportedFiles:
    def test_are_for_those_who_see_the_import(self, world: World) -> None:
        address = reverse("documents:document", args=[world.batch.document.number])
        assert ask(address, "GET", world.people["clerk"]).status_code == 200
        for who, user in world.outsiders.items():
            assert ask(address, "GET", user).status_code == 404, who

    def test_sent_in_from_above_are_the_teams_and_not_everybodys_without_a_team(
        self, world: World
    ) -> None:
        batch = files.upload(files.csv_of(files.row(3)), by=world.people["administrator"])
        address = reverse("documents:document", args=[batch.document.number])
        assert ask(address, "GET", world.people["clerk"]).status_code == 200
        assert ask(address, "GET", world.people["administrator"]).status_code == 200
        for who, user in world.outsiders.items():
            assert ask(address, "GET", user).status_code == 404, who
