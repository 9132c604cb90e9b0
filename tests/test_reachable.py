"""A page exists only if somebody can walk to it: from the work list, by links and buttons alone."""

import re
from collections import Counter
from contextlib import suppress
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, get_resolver, resolve

from agreements import plans
from agreements.actions import accelerating, closing, drawing, leaving, paying, signing
from agreements.models import Agreement
from cases.actions.calling import begin_call
from cases.models import Case
from notices import actions, relay
from notices.models import Notice
from notices.texts.changing import propose_wording, release_wording
from notices.texts.filed import filed
from people.models import User
from quality.actions.reviewing import settle_line
from tests import make, walk
from tests.agreements import cast
from tests.test_bad_input import identified, left
from tests.test_consistency import routes
from tests.world import NOW, World, build, rolled_back, signed_in
from workflow.approvals import decide_approval
from workflow.steps import PolicyRefused

ADDRESS = re.compile(r'(?:href|action|formaction|hx-get|hx-post|src)="([^"#]+)"')
VIEWS = re.compile(r"(?:tab|view|show)=\w+")
ENOUGH = 3  # pages of one kind that a person looks into
ALWAYS = {
    "agreements:account",
    "desk:case",
    "desk:casetab=people",
    "desk:casetab=agreement",
    "desk:casetab=debt",
    "cases:call",
    "agreements:agreement",
    "agreements:close",
    "desk:duty",
}  # of every case they are
BY_OTHER_MEANS = {
    "healthz", "readyz",  # asked by machines
    "people:sign_in", "people:sign_out", "people:second_step", "people:passkey",  # before and after
    "people:confirm",  # where the sign-in is long ago: tests/access
    "people:remove_factor", "people:renew_codes",  # once somebody has a second factor: tests/access
    "people:end_session", "people:end_others",  # once somebody is signed in twice: tests/access
    "people:decide_reset",  # where a reset was asked for: tests/access
    "quality:complain", "quality:complain_of_visit",  # by a link in the portal: tests/quality
    "visits:locate",  # where a telephone measured a place: tests/visits/test_locating.py
    "visits:way_in",  # from the screens of a talk under way: tests/visits/test_letting_in.py
    "portal:check",  # by those who have no account
    "portal:messages", "portal:message", "portal:message_file", "portal:leave",  # by a link in a message
    "portal:not_me", "portal:home", "portal:about", "portal:papers", "portal:paper", "portal:rights",
    "portal:meeting", "portal:confirm", "portal:move", "portal:refuse", "portal:one_way",
    "portal:visit_mine", "portal:sums", "portal:other_plan", "portal:ways", "portal:tell", "portal:tell_one", "portal:answers",
    "portal:short", "portal:data", "portal:data_one", "quality:followed",
    "portal:sign", "portal:sign_paper",  # by a link in another message
    "agreements:withdraw_other_link",  # likewise; tests/agreements/test_signers_by_link
    "agreements:cash_slip",  # where somebody holds cash of two doors: tests/agreements/test_slips.py
    "retention:terms",  # of a case that was closed before the first term: tests/retention/test_deciding.py
    "agreements:withdraw_link",  # only while a link is out; tests/agreements/test_signing_by_link
    "visits:feed",  # asked by a calendar program: tests/visits/test_feed.py
    "visits:feed_withdraw",  # once there is a link: likewise
    "carrier", "provider_call",  # called by carriers and by payment providers
    "cases:import_progress", "cases:import_stop",  # while the worker is at it
    "rulebook:progress", "rulebook:stop", "outreach:progress", "court:progress",  # likewise
    "exports:progress", "exports:fetch",  # once a worker is at the file, and has made it: tests/exports
    "court:download",  # once a worker has put the bundle together
    "agreements:take_back_waiver",  # only while one waits, by who asked; tests/agreements/test_waivers
    "agreements:conclude",  # only where both have signed and something stood against it
    "visits:left",  # when a visit has just ended
    "door:hello", "door:visits", "door:pack", "door:still", "door:items", "door:key", "door:uploads", "door:upload",  # asked by the phone itself
    "privacy:copy", "privacy:correct",  # once compliance has granted it: tests/privacy
    "desk:mask",  # for minutes only, once somebody has said why: tests/looking
    "door:worker", "door:manifest",  # likewise, when the app installs
}  # fmt: skip


THE_DOOR = ("/door/", "/visits/", "/check/")


def walked(
    person: User, start: str = "/", within: tuple[str, ...] = ("/",)
) -> tuple[set[str], set[str]]:
    """What this person comes to by following all that pages show; and what was shown but is shut.

    ``within`` are the beginnings of the addresses that are followed at all.
    """
    client, often = signed_in(person), Counter[str]()
    waiting, seen = [start], {start}
    names, shut = set[str](), set[str]()
    while waiting:
        path = waiting.pop(0)
        try:
            name = resolve(urlsplit(path).path).view_name
        except Resolver404:
            continue
        kind = name + "".join(VIEWS.findall(path))
        often[kind] += 1
        if name.startswith(("admin:", "api:")) or (often[kind] > ENOUGH and kind not in ALWAYS):
            continue
        answer = client.get(path)
        if answer.status_code in (403, 404):
            shut.add(f"{person.role}: {path}")
            continue
        names.add(name)
        for address in links(answer):
            there = urljoin(path, address)
            parts = urlsplit(there)
            key = parts.path + "".join(VIEWS.findall(parts.query))
            elsewhere = parts.scheme or parts.netloc or not parts.path.startswith(within)
            if not (elsewhere or key in seen or parts.path == "/sign-out/"):
                seen.add(key)
                waiting.append(there)
    return names, shut


def links(answer: Any) -> list[str]:
    """Where a page leads to."""
    if answer.status_code in (301, 302):
        return [answer["Location"]]
    if "html" not in answer.get("Content-Type", ""):
        return []
    return [unescape(one) for one in ADDRESS.findall(answer.content.decode())]


def own_words() -> None:
    """The agency has a text of its own."""
    text = filed("frame")["email", "zh"]
    made = propose_wording(
        wording="frame", channel="email", language="zh", subject=text.subject,
        body=text.body.replace("您好：", "您好！"), reason="该机构的用语", valid_on=date(2026, 3, 2),
        based_on=0, organisation=make.agency(), by=make.compliance_officer(), at=NOW,
    )  # fmt: skip
    release_wording(version=made, answer="同意", by=make.supervisor(), at=NOW)


def more(world: World) -> None:
    """What the house of the other tests lacks: things whose pages are seldom come by."""
    by = {"by": world.people["clerk"], "at": NOW}
    for number, steps in ((220, 0), (221, 2)):
        case = make.prepared_case(reference=f"HZ-2026-0{number}", external_reference=f"W-{number}")
        case = cast.signed(case).case
        paying.record_payment(
            case=cast.again(case), amount=Decimal("39000.00"), method="transfer", received_at=NOW,
            **by,
        )  # fmt: skip
        make.guarantor(cast.again(case))
        Case.objects.filter(pk=case.pk).update(bureau_reported_on=date(2026, 3, 2))
        if steps:
            case = cast.again(case)
            leaving.report_to_bureau(
                case=case, what="settled", bureau="征信中心", reported_on=NOW.date(), **by
            )
            closing.issue_certificate(case=case, **by)
            closing.return_paper(
                paper=case.papers.get(original_held=True), returned_to="王海燕", **by
            )
    begin_call(
        case=cast.again(world.case),
        point=world.case.debtor.contact_points.get(channel="phone"), **by,
    )  # fmt: skip
    for number in (225, 226):
        broken_plan(f"HZ-2026-0{number}", f"W-{number}", asked_for_all=number == 226)
    own_words()
    signing.ask_lawyer(agreement=world.draft, lawyer="何律师", **by)
    cast.offered(make.prepared_case(reference="HZ-2026-0222", external_reference="W-222"))
    drawing.renegotiate(
        case=cast.again(world.agreement.case), cause="income", reason="收入减少", plan="equal", channel="phone",
        rows=plans.equal(Decimal("38500.00"), first=date(2026, 5, 1), count=12), **by,
    )  # fmt: skip
    posted = walk.announced(
        case=make.prepared_case(reference="HZ-2026-0223", external_reference="W-223"),
        starts_at=make.moment("2026-03-11 10:00"),
    )
    actions.mark_sent(notice=Notice.objects.get(visit=posted, channel="letter"), **by)
    with suppress(PolicyRefused):  # in the evening: the rule book counts it, and leads to the list
        walk.planned(
            case=make.prepared_case(reference="HZ-2026-0224", external_reference="W-224"),
            starts_at=make.moment("2026-03-12 20:30"),
        )
    rows, stamp = relay.claim("email", NOW)
    relay.begin(rows[:1], stamp, NOW)
    actions.doubt(notice=rows[0], why="the worker stopped", at=NOW)
    actions.fail(notice=rows[1], why="554 no", at=NOW)


def broken_plan(reference: str, external: str, *, asked_for_all: bool) -> None:
    """A plan that was broken long ago, of which perhaps the whole sum was asked for since."""
    agreement = cast.signed(make.prepared_case(reference=reference, external_reference=external))
    Agreement.objects.filter(pk=agreement.pk).update(state=Agreement.State.BROKEN)
    if asked_for_all:
        asked = accelerating.request_acceleration(
            agreement=cast.again(agreement), due_on=date(2026, 4, 1), reason="逾期",
            by=make.supervisor(), at=NOW,
        )  # fmt: skip
        decide_approval(
            approval=asked, granted=True, answer="同意", by=make.compliance_officer(), at=NOW
        )


@pytest.mark.django_db
@pytest.mark.timeout(900)  # it opens every page as everybody
def test_every_page_can_be_walked_to_and_no_link_leads_to_a_shut_door(clock: Any) -> None:
    clock.set(NOW)
    with rolled_back():
        world = build()
        more(world)
        walks = [walked(person) for person in [*world.people.values(), world.counsel]]
        visit = f"/visits/{world.at_door.reference}/"
        for goes_on in (identified, left):  # the screens of a visit follow one another
            with rolled_back():
                goes_on(world)
                walks.append(walked(world.people["officer"], visit, within=THE_DOOR))
        with rolled_back():  # what is to be done follows once it is settled which answer holds
            line = world.sample.lines.get(place=2)
            settle_line(line=line, words="复听录音后认定", by=world.people["compliance"], at=NOW)
            walks.append(walked(world.people["supervisor"], "/samples/", within=("/samples/",)))
    reached = set[str]().union(*(names for names, _shut in walks))
    ours = {
        name for name, _route in routes(get_resolver().url_patterns)
        if not name.startswith(("api:", "admin:", "demo:")) and name not in BY_OTHER_MEANS
    }  # fmt: skip
    missed = ", ".join(sorted(ours - reached))
    assert missed == ""
    assert sorted(set[str]().union(*(shut for _names, shut in walks))) == []
