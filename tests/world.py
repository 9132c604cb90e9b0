"""One house full of work for the tests that go through every page: each kind of thing at least once.

Made by the real actions once a module, then looked at under a savepoint that is rolled back, so that
thousands of requests can be tried on it and none leaves anything behind.
"""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from agreements.actions import closing, disputing, drawing, paying, refunding, signing
from agreements.actions.signers import ask_to_sign
from agreements.models import CashNumber, Payment, Refund
from allocation import actions as allocation
from api.models import ApiKey, new_key
from cases.actions import excepting, holding
from cases.actions.identifying import set_identity
from cases.actions.lawyers_letters import draft_letter
from cases.actions.preparing import add_party
from cases.actions.privacy import record_privacy
from cases.models import BureauReport, Case, DebtRate, Hold
from compliance.drafting import written_in
from court.actions import ask_bundle
from documents import sealing
from door.models import Item
from door.syncing import take_items
from exports.actions import ask_export
from notices.models import Notice
from notices.printing import loaded, print_letters
from notices.texts import approved, changing
from outreach import actions as outreach
from people.models import Address, OfficerPhoto, Person, User
from people.photos import portrait
from quality.actions.complaining import receive_complaint
from quality.actions.reviewing import raise_finding, review_line
from quality.models import Sample, SampleLine
from quality.signs import WEIGHTS
from retention.actions.holding import set_legal_hold
from rulebook import editing
from tests import make, walk
from tests.agreements import cash_cast, cast
from tests.banking import cast as bank
from tests.cases.imports import cast as files
from tests.outreach import cast as runs
from tests.quality.cast import answers
from tests.rulebook import cast as rules
from visits.actions import quarantining, safety
from visits.actions.announcing import announce_visit
from visits.actions.befalling import record_circumstance
from visits.actions.refusing import record_refusal
from visits.models import Visit
from workflow.approvals import decide_approval
from workflow.models import Duty

NOW = make.moment("2026-03-05 16:00")
"""The time at which the world is looked at."""

TEAM = ["clerk", "officer", "supervisor"]
HOUSE = ["compliance", "administrator"]
APART = ["auditor", "operator"]
"""Those who do no casework, and open their own pages alone."""


@contextmanager
def rolled_back() -> Iterator[None]:
    """All that is written inside is gone afterwards, as between two tests of a TestCase."""
    atomic: Any = transaction.atomic()
    atomic._from_testcase = True  # else an action's durable transaction refuses to be nested
    with atomic:
        yield
        transaction.set_rollback(True)


@dataclass
class World:
    """The people and the things that they work on."""

    people: dict[str, User] = field(default_factory=dict)
    outsiders: dict[str, User] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    case: Any = None
    refused: Any = None
    closed: Any = None
    ended: Any = None  # its mandate, on the day before
    report: Any = None  # to the credit bureau
    bundle: Any = None
    export: Any = None  # of a timeline in full, which nobody has agreed to yet
    records_hold: Any = None
    data_request: Any = None
    complaint: Any = None  # of the second officer
    allocation: Any = None  # the second of two rules by which cases are given out
    absence: Any = None
    sample: Any = None
    finding: Any = None  # of its first visit; at the second one two differ
    visit: Any = None
    at_door: Any = None
    left: Any = None
    draft: Any = None
    offered: Any = None
    joint: Any = None
    signer: Any = None
    agreement: Any = None
    clash: Any = None  # what a phone says and the office does not
    apart: Any = None  # a photo that was taken without a consent
    payment: Any = None
    exceeded: Any = None  # a payment on a closed case, owed back whole
    refund: Any = None  # of another, granted and not paid back yet
    dispute: Any = None  # of that other, which nobody has decided yet
    cash: Any = None  # taken at a door, paid in but for ten yuan
    spare: Any = None  # a number of a receipt that nobody has used
    rate: Any = None
    statement: Any = None
    line: Any = None  # of it, that waits for a person
    hold: Any = None
    circumstance: Any = None
    credential: Any = None
    alarm: Any = None
    incident: Any = None
    approval: Any = None
    duty: Any = None
    batch: Any = None
    house_paper: Any = None
    seal: Any = None
    account: Any = None
    provider: Any = None  # an account at a payment provider
    back: Any = None  # what it says went back
    contact: Any = None
    guaranteed: Any = None
    letter: Any = None
    run: Any = None  # of letters that are printed
    drafted_run: Any = None
    asked_run: Any = None
    sent_run: Any = None
    lawyers: Any = None
    counsel: Any = None
    rules: Any = None
    proposal: Any = None
    text: Any = None
    approved_text: Any = None
    notices: dict[str, Notice] = field(default_factory=dict)

    def key_of(self, user: User) -> str:
        """The API key of that user."""
        if user.username not in self.keys:
            key, digest = new_key()
            ApiKey.objects.create(user=user, name="t", digest=digest, created_at=NOW)
            self.keys[user.username] = key
        return self.keys[user.username]


def build() -> World:
    """Everything once, in one team's hands; three times as many people who have nothing to do with it."""
    _clients.clear()
    make.crew()
    world = World()
    world.people = {
        "clerk": make.clerk(), "officer": make.crew()[0], "supervisor": make.supervisor(),
        "compliance": make.compliance_officer(), "administrator": make.administrator(),
        "auditor": make.auditor(), "operator": make.operator(),
    }  # fmt: skip
    next_team = make.team(name="成都一组", city="成都")
    far = make.team(name="上海一组", of=make.agency(slug="far-shore", name="彼岸信用服务"))
    for name, role, team in [
        ("clerk of next team", "clerk", next_team),
        ("officer of next team", "officer", next_team),
        ("supervisor of other agency", "supervisor", far),
        ("clerk of no team", "clerk", None),
    ]:
        world.outsiders[name] = User.objects.create_user(
            username=name.replace(" ", "-"), role=role, team=team,
            badge="901" if role == "officer" else "",
        )  # fmt: skip
    for user in [*world.people.values(), *world.outsiders.values()]:
        signed_in(user)
        world.key_of(user)
    _visits(world)
    _agreements(world)
    world.cash = cash_cast.on_record(world.at_door, at=NOW)
    cash_cast.short(world.cash, at=NOW)
    world.spare = CashNumber.objects.get(taken=None)
    _overlays(world)
    _safety(world)
    _rules(world)
    _runs(world)
    _words(world)
    _records(world)
    _quality(world)
    _sharing(world)
    world.batch = files.check(files.csv_of(files.row(1), files.row(2, principal="-1")))
    world.house_paper = make.house_paper()
    world.seal = sealing.make_seal(make.creditor(), by=make.administrator(), at=NOW)
    world.account = make.account()
    world.counsel = make.counsel()
    signed_in(world.counsel)
    world.lawyers = draft_letter(
        case=make.case(reference="HZ-2026-0210", external_reference="W-210"), firm=make.law_firm(),
        text="请与我们联系，核对账目。", by=make.clerk(), at=NOW,
    )  # fmt: skip
    world.guaranteed = make.case(reference="HZ-2026-0209", external_reference="W-209")
    make.guarantor(world.guaranteed)
    world.contact = add_party(
        case=Case.objects.get(pk=world.guaranteed.pk), person=Person(name="孙玉兰"), role="contact",
        relation="同事", basis="", legal_basis="consent", by=make.clerk(), at=NOW,
    )  # fmt: skip
    world.ended = make.case(
        reference="HZ-2026-0213", external_reference="W-213",
        under=make.mandate(
            number="WT-2025-09", valid_from=date(2025, 3, 5), valid_until=date(2026, 3, 4)
        ),
    )  # fmt: skip
    world.duty = Duty.objects.create(
        case=world.case, kind="call", says={"en": "Call.", "zh": "致电。"}, key="call:1",
        raised_at=NOW, due_at=NOW + timedelta(days=1),
    )  # fmt: skip
    _from_phones(world)
    return world


def _visits(world: World) -> None:
    world.at_door = walk.at_the_door(reference="HZ-2026-0201", external_reference="W-201")
    world.left = walk.noticed(
        reference="HZ-2026-0202", external_reference="W-202",
        starts_at=make.moment("2026-03-06 10:00"),
    )  # fmt: skip
    world.case = make.prepared_case(reference="HZ-2026-0200", external_reference="W-200")
    world.visit = walk.planned(case=world.case, starts_at=make.moment("2026-03-09 14:30"))
    announced = walk.planned(
        case=make.prepared_case(reference="HZ-2026-0203", external_reference="W-203"),
        starts_at=make.moment("2026-03-10 10:00"),
    )
    announce_visit(
        visit=announced, language="both", channels=["letter", "email"], by=make.clerk(),
        at=walk.NOTICED_AT,
    )  # fmt: skip
    world.letter = Notice.objects.get(visit=announced, channel="letter")
    world.run = print_letters(
        notices=loaded(Notice.objects.filter(pk=world.letter.pk)), by=make.clerk(), at=NOW
    ).run
    world.notices["queued"] = world.letter
    world.notices["delivered"] = Notice.objects.get(visit=world.left, channel="letter")


def _too_much(case: Case, amount: str) -> Payment:
    """Money that came though the case is closed."""
    return paying.record_payment(
        case=case, amount=Decimal(amount), method="transfer", received_at=NOW, keep_rest=True,
        by=make.clerk(), at=NOW,
    )  # fmt: skip


def _joint(world: World) -> None:
    """Terms that a guarantor is to sign, too, who has confirmed the own promise; another is not asked."""
    case = make.prepared_case(reference="HZ-2026-0212", external_reference="W-212")
    first, _second = (make.guarantor(case, name=name) for name in ("孙国梁", "钱有为"))
    Address.objects.create(
        person=first.person, city="杭州市", text="文三路 8 号", source="contract"
    )
    set_identity(
        party=first, id_number="33010619900101123X", born_on=date(1990, 1, 1), name_en="",
        by=make.clerk(), at=NOW,
    )  # fmt: skip
    agreement = cast.draft(cast.again(case))
    ask_to_sign(
        agreement=agreement, party=first, debtor_agreed_on=None, by=make.clerk(), at=NOW
    )  # fmt: skip
    drawing.offer_agreement(agreement=cast.again(agreement), by=make.clerk(), at=NOW)
    world.joint, world.signer = cast.again(agreement), agreement.signatories.get()
    signing.confirm_term(
        agreement=world.joint, term=world.signer.term, signatory=world.signer, by=make.clerk(),
        at=NOW,
    )  # fmt: skip


def _agreements(world: World) -> None:
    world.draft = cast.draft(
        make.prepared_case(reference="HZ-2026-0204", external_reference="W-204")
    )
    world.offered = cast.offered(
        make.prepared_case(reference="HZ-2026-0205", external_reference="W-205"), confirmed=False
    )
    _joint(world)
    signed = make.prepared_case(reference="HZ-2026-0206", external_reference="W-206")
    world.agreement = cast.signed(signed)
    world.rate = DebtRate.objects.create(
        debt=world.case.debts.get(), kind="contract", percent=5,
        since=NOW.date(), source="第三条", stated_by=make.clerk(), stated_at=NOW,
    )  # fmt: skip
    world.payment = paying.record_payment(
        case=cast.again(signed), amount=Decimal("500.00"), method="transfer", received_at=NOW,
        by=make.clerk(), at=NOW,
    )  # fmt: skip
    world.statement = bank.take(
        bank.csv_of(bank.row(1, "70.00", remark="还款", moment="20260304 09:30:00")), at=NOW
    ).statement
    world.line = world.statement.lines.get()
    world.provider = bank.provider(at=NOW)
    world.back = bank.went_back(world.provider, at=NOW)
    closed = make.prepared_case(reference="HZ-2026-0207", external_reference="W-207")
    asked = closing.request_early_closure(
        case=closed, closed_as="withdrawn", reason="债权人撤回", by=make.clerk(), at=NOW
    )
    decide_approval(approval=asked, granted=True, answer="同意", by=make.supervisor(), at=NOW)
    world.closed = cast.again(closed)
    world.exceeded, other = (_too_much(world.closed, amount) for amount in ("20.00", "30.00"))
    asked = refunding.request_refund(
        payment=other, to_name="王海燕", to_account="6217000000000001", reason="结案后仍汇入",
        by=make.clerk(), at=NOW,
    )  # fmt: skip
    decide_approval(approval=asked, granted=True, answer="同意", by=make.supervisor(), at=NOW)
    world.refund = Refund.objects.get(payment=other)
    world.dispute = disputing.open_dispute(
        payment=other, number="dp_1", amount=other.amount, by=make.clerk(), at=NOW
    )
    world.report = BureauReport.objects.create(
        case=closed, what="corrected", bureau="征信中心", reported_on=NOW.date(),
        recorded_by=make.clerk(), recorded_at=NOW,
    )  # fmt: skip


def _overlays(world: World) -> None:
    world.refused = make.prepared_case(reference="HZ-2026-0208", external_reference="W-208")
    record_refusal(
        case=world.refused, how="by_telephone", remark="不要来", by=make.clerk(), at=NOW
    )  # fmt: skip
    today = NOW.date()
    holding.hold_case(
        case=cast.again(world.refused), reason="hospital", scope="all", starts_on=today,
        review_on=today + timedelta(days=10), until=today + timedelta(days=20), remark="住院",
        by=make.clerk(), at=NOW,
    )  # fmt: skip
    world.hold = Hold.objects.get()
    world.circumstance = record_circumstance(
        case=cast.again(world.refused), kind="language_barrier", since=today, source="officer",
        by=make.clerk(), at=NOW,
    )  # fmt: skip
    world.approval = excepting.ask_exception(
        case=world.case, rule="ST-15", reason="债务人书面要求", evidence_kind="consent", filename="letter.pdf",
        content=make.PDF, until=NOW + timedelta(days=3), by=make.clerk(), at=NOW,
    )  # fmt: skip


def _safety(world: World) -> None:
    """Help was called on the way to a visit, and nobody has taken it up."""
    ahead = walk.noticed(
        reference="HZ-2026-0211", external_reference="W-211",
        starts_at=make.moment("2026-03-12 10:00"),
    )  # fmt: skip
    world.alarm = safety.call_sos(visit=ahead, by=make.crew()[0], at=NOW, remark="有人尾随")
    world.incident = world.alarm.visit.incidents.get()
    OfficerPhoto.objects.create(officer=make.crew()[0], jpeg=portrait(make.PNG))
    world.credential = make.crew()[0].credentials.get(kind="training")


def _rules(world: World) -> None:
    """A draft of the house's rules with what it would change, and one that waits for a second person."""
    by = {"by": world.people["compliance"], "at": NOW}
    world.rules = rules.drafted(in_force_from=NOW.date() + timedelta(days=3), **by)
    crew = next(one.table for one in written_in(world.rules.files) if one.table["id"] == "ST-09")
    line = {**crew, "id": "ST-98", "since": world.rules.first_day}
    world.rules = editing.add_value(version=world.rules, topic="crew", table=line, **by)
    rules.looked(world.rules, at=NOW)
    world.proposal = rules.proposed(
        closes=time(18, 0), in_force_from=NOW.date() + timedelta(days=4), **by
    )


def _runs(world: World) -> None:
    """One run to be looked at, one that waits for a second person, one in the outbox."""
    given = {"at": NOW, "by": world.people["clerk"]}
    world.drafted_run = runs.drafted(
        cases=Case.objects.filter(pk__in=[world.case.pk, world.draft.case_id]), **given
    )
    left_out = world.drafted_run.lines.get(case=world.draft.case_id)
    outreach.drop_lines(run=world.drafted_run, lines=[left_out.pk], **given)
    given["cases"] = Case.objects.filter(pk=world.case.pk)
    world.asked_run = runs.drafted(**given)
    world.bundle = ask_bundle(
        case=world.case,
        scope="whole",
        reason="杭州市西湖区人民法院",
        by=world.people["supervisor"],
        at=NOW,
    )
    outreach.ask_approval(run=world.asked_run, reason="三月提醒", by=world.people["clerk"], at=NOW)
    world.sent_run = runs.sent(**given)
    world.export = ask_export(
        kind="timeline", form="json", cases=Case.objects.filter(pk=world.case.pk), in_full=True,
        reason="核对链条", by=world.people["supervisor"], at=NOW,
    )  # fmt: skip


def _records(world: World) -> None:
    """Nothing of a case may be deleted, whatever comes; and its debtor asks what is held."""
    world.data_request = record_privacy(
        case=world.case, asked="access", remark="请求查阅", by=world.people["clerk"], at=NOW
    )
    world.records_hold = set_legal_hold(
        case=world.case, kind="house", reason="内部核查", review_on=NOW.date() + timedelta(days=90),
        by=world.people["compliance"], at=NOW,
    )  # fmt: skip


def _words(world: World) -> None:
    """A new text that waits for a second person, and one that a carrier has approved."""
    by = world.people["compliance"]
    world.text = changing.propose_wording(
        wording="reminder_due", channel="sms", language="zh", subject="", reason="更短",
        body="{debtor_name}您好，我们是{writer_for}。请在方便时致电{writer_phone}，谢谢。",
        valid_on=NOW.date(), based_on=0, by=by, at=NOW,
    )  # fmt: skip
    world.approved_text = approved.keep_template(
        account=make.account(), wording="settlement", language="zh", number="SMS_1", signature="清水信用",
        text="${name}您好", parameters=[["name", "{debtor_name}"]], by=by, at=NOW,
    )  # fmt: skip


def _quality(world: World) -> None:
    """Somebody complains of the second officer; a sample of two visits, looked into by two who differ."""
    world.complaint = receive_complaint(
        case=make.prepared_case(reference="HZ-2026-0214", external_reference="W-214"), how="phone",
        what="manner", words="外访员大声说话", against=[make.crew()[1]], by=make.clerk(), at=NOW,
    )  # fmt: skip
    world.sample = Sample.objects.create(
        number="S-2026-0001", month=date(2026, 2, 1), team=world.at_door.case.team, size=2, seed=1,
        weights=WEIGHTS, population=2, population_sha256="0" * 64, drawn_at=NOW,
        drawn_by=world.people["compliance"],
    )  # fmt: skip
    for place, visit in enumerate((world.visit, world.at_door), 1):
        SampleLine.objects.create(
            sample=world.sample, place=place, visit=visit, case=visit.case, drawn="random", signs=[],
            weight=1, twice=True,
        )  # fmt: skip
    Visit.objects.filter(pk=world.at_door.pk).update(planned_by=world.people["clerk"])
    second = world.sample.lines.get(place=2)
    for n, by in enumerate((make.supervisor(username="boss2"), make.supervisor(username="boss3"))):
        review_line(line=second, answers=answers(manner=str(n)), remark="", by=by, at=NOW)
    world.finding = raise_finding(
        line=second, what="补做培训", owner=make.crew()[0], due_on=NOW.date() + timedelta(days=9),
        by=make.supervisor(username="boss2"), at=NOW,
    )  # fmt: skip


def _sharing(world: World) -> None:
    """Two rules by which cases are given out, and an officer who will be away in June."""
    by, team = world.people["supervisor"], world.case.team
    nothing = {
        "creditor": None,
        "zone": "",
        "at_least": None,
        "below": None,
        "language": "",
        "step": "",
    }
    for person in (make.crew()[0], None):
        world.allocation = allocation.add_rule(
            team=team, asks={**nothing, "person": person}, by=by, at=NOW
        )
    world.absence = allocation.enter_absence(
        person=make.crew()[0], first_day=date(2026, 6, 1), last_day=date(2026, 6, 5),
        stand_in=make.crew()[1], by=world.people["officer"], at=NOW,
    )  # fmt: skip


_clients: dict[int, Client] = {}


def signed_in(user: User, language: str = "en") -> Client:
    """The browser of that person; who is asked for first in ``build`` stays signed in."""
    client = _clients.get(user.pk)
    if client is None:
        client = _clients[user.pk] = Client()
        client.force_login(user)
    client.cookies["django_language"] = language
    return client


def rows_of_house() -> dict[str, int]:
    """How many rows each table holds; requests that were refused leave all of them as they were."""
    ours = {
        "people", "timeline", "documents", "notices", "workflow", "cases", "visits", "agreements",
        "api", "rulebook", "outreach", "banking", "court", "retention", "privacy", "quality", "allocation",
    }  # fmt: skip
    models = [model for model in apps.get_models() if model._meta.app_label in ours]
    counts = ", ".join(f'(select count(*) from "{model._meta.db_table}")' for model in models)
    with connection.cursor() as cursor:
        cursor.execute(f"select {counts}")
        return dict(zip((model._meta.label for model in models), cursor.fetchone(), strict=True))


def _from_phones(world: World) -> None:
    """What a phone at the door says beside what the office wrote, and a photo without a consent."""
    visit, officer = world.at_door, world.people["officer"]
    point = visit.case.debtor.contact_points.order_by("pk")[0]
    said = {
        "id": str(uuid.UUID(int=1)), "seq": 1, "visit": visit.reference, "pack": None,
        "question": "contact", "data": {"id": [str(point.pk)], "stamp": ["old"], "value": ["139 0000 1111"]},
        "at": NOW.isoformat(), "position": None,
    }  # fmt: skip
    take_items([json.dumps(said)], device=uuid.UUID(int=2), device_clock=NOW, by=officer, at=NOW)
    world.clash = Item.objects.get()
    world.apart = quarantining.keep_apart(
        visit=visit, filename="inside.png", content=make.PNG, caption="客厅", inside=True,
        taken_at=NOW, why="拍摄时债务人并未同意在室内拍照。", by=officer, at=NOW,
    )  # fmt: skip
