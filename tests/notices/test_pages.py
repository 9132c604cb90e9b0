"""The desk's pages of letters and notices: who sees what, what is said, what is recorded."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from notices import actions, lists, relay
from notices.models import Notice
from people.masking import mask
from people.models import User
from tests import make
from tests.notices.cast import MONDAY, kind_is, paper, queued, the

pytestmark = pytest.mark.django_db

TUESDAY = make.moment("2026-03-03 10:00")


@pytest.fixture(autouse=True)
def tuesday(clock: Any) -> None:
    clock.set(TUESDAY)


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def desk() -> Client:
    return signed_in(make.clerk())


def letter(**more: Any) -> Notice:
    return queued(make.case(), channel="letter", **more)


class TestLetters:
    def test_lists_what_is_to_be_posted_with_its_paper(self) -> None:
        case = make.case()
        document = paper(case)
        found = queued(case, channel="letter", document=document)
        page = desk().get(reverse("notices:letters"))
        assert page.status_code == 200
        text = page.content.decode()
        assert mask(found.address, "address") in text
        assert found.address not in text, "the whole of it stands on the paper"
        assert reverse("documents:document", args=[document.number]) in text

    def test_says_what_will_stand_here_while_there_is_nothing(self) -> None:
        assert "No letter waits" in desk().get(reverse("notices:letters")).content.decode()

    def test_posts_many_at_once_each_with_its_number(self) -> None:
        case = make.case()
        first, second, third = (queued(case, channel="letter", key=str(n)) for n in range(3))
        answer = desk().post(
            reverse("notices:letters"),
            {
                "guard_key": "k1", "post": [first.pk, second.pk],
                f"number-{first.pk}": "RA123456785CN", f"number-{second.pk}": "1234567890123",
            },
            follow=True,
        )  # fmt: skip
        assert "2 letters are posted." in answer.content.decode()
        assert the(first).provider_id == "RA123456785CN"
        assert the(second).sent_at.replace(microsecond=0) == TUESDAY
        assert the(third).state == "queued"

    def test_posts_the_good_ones_and_keeps_what_was_written_of_the_others(self) -> None:
        case = make.case()
        good, bad = (queued(case, channel="letter", key=str(n)) for n in range(2))
        answer = desk().post(
            reverse("notices:letters"),
            {
                "guard_key": "k1", "post": [good.pk, bad.pk],
                f"number-{good.pk}": "RA123456785CN", f"number-{bad.pk}": "oops",
            },
        )  # fmt: skip
        assert answer.status_code == 422
        text = answer.content.decode()
        assert "This is no number of a registered letter" in text
        assert 'value="oops"' in text
        assert (the(good).state, the(bad).state) == ("sent", "queued")

    def test_says_which_letter_must_come_out_of_the_pile(self) -> None:
        found = letter()
        with kind_is(recheck=lambda notice, at: "The debtor refused visits."):
            answer = desk().post(
                reverse("notices:letters"), {"guard_key": "k1", "post": [found.pk]}
            )
        assert answer.status_code == 422
        assert "Please take it out of the pile." in answer.content.decode()
        assert the(found).state == "suppressed"

    def test_pressed_twice_counts_once(self) -> None:
        found = letter()
        form = {"guard_key": "k1", "post": [found.pk]}
        client = desk()
        client.post(reverse("notices:letters"), form)
        answer = client.post(reverse("notices:letters"), form, follow=True)
        assert "This was already done" in answer.content.decode()
        assert found.case.events.filter(kind="notice.sent").count() == 1

    def test_with_nothing_ticked_says_so(self) -> None:
        letter()
        answer = desk().post(reverse("notices:letters"), {"guard_key": "k1"}, follow=True)
        assert "No letter was ticked" in answer.content.decode()

    def test_posts_nothing_of_another_team(self) -> None:
        found = letter()
        signed_in(make.outsider()).post(
            reverse("notices:letters"), {"guard_key": "k1", "post": [found.pk, "x", "9" * 30]}
        )
        assert the(found).state == "queued"

    def test_offers_to_record_what_became_of_what_was_posted(self) -> None:
        found = letter()
        actions.mark_sent(notice=found, by=make.clerk(), at=MONDAY, number="RA123456785CN")
        text = desk().get(reverse("notices:letters") + "?view=posted").content.decode()
        assert reverse("notices:deliver", args=[found.pk]) in text
        assert "RA123456785CN" in text

    def test_does_not_let_tick_what_is_not_due(self) -> None:
        found = letter(due_at=TUESDAY + timedelta(days=1))
        assert (
            f'id="post-{found.pk}"' not in desk().get(reverse("notices:letters")).content.decode()
        )

    def test_is_paged_by_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lists, "PAGE", 2)
        case = make.case()
        keys = [queued(case, channel="letter", key=str(n)).pk for n in range(5)][::-1]
        client, url, seen = desk(), reverse("notices:letters"), []
        address = "?view=post"
        while address:
            page = client.get(url + address).context["page"]
            seen.append([notice.pk for notice in page.notices])
            address = page.older
        assert seen == [keys[0:2], keys[2:4], keys[4:5]]
        back = client.get(url + page.newer).context["page"]
        assert [notice.pk for notice in back.notices] == keys[2:4]
        first = client.get(url + back.newer).context["page"]
        assert ([notice.pk for notice in first.notices], first.newer) == (keys[0:2], "")


class TestOutbox:
    def test_shows_first_what_needs_a_person(self) -> None:
        found = queued(make.case())
        (row,), stamp = relay.claim("email", MONDAY)
        relay.begin([row], stamp, MONDAY)
        actions.doubt(notice=found, why="the worker stopped", at=MONDAY)
        page = desk().get(reverse("notices:outbox"))
        assert page.context["view"] == "doubtful"
        text = page.content.decode()
        assert "the worker stopped" in text
        assert reverse("notices:judge", args=[found.pk]) in text

    def test_says_since_when_the_first_is_due(self) -> None:
        queued(make.case())
        page = desk().get(reverse("notices:outbox"))
        assert page.context["watch"].oldest == MONDAY
        assert page.context["view"] == "waiting"

    def test_counts_a_letter_that_waits_for_a_clerk_as_waiting_but_not_as_late(self) -> None:
        letter()
        page = desk().get(reverse("notices:outbox"))
        assert page.context["watch"].oldest is None
        assert {depth.name: depth.count for depth in page.context["depths"]}["waiting"] == 1

    def test_counts_no_further_than_a_thousand(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lists, "COUNTED", 2)
        case = make.case()
        for number in range(4):
            queued(case, key=str(number))
        waiting = next(d for d in lists.depths(make.clerk()) if d.name == "waiting")
        assert (waiting.count, waiting.more) == (2, True)

    @pytest.mark.parametrize("view", ["doubtful", "failed", "bounced", "waiting", "sending"])
    def test_shows_each_part_even_empty(self, view: str) -> None:
        assert desk().get(reverse("notices:outbox") + f"?view={view}").status_code == 200

    def test_knows_no_other_part(self) -> None:
        assert desk().get(reverse("notices:outbox") + "?view=drop+table").status_code == 404


class TestNotice:
    def test_shows_the_text_as_sent_its_digests_and_its_history(self, mailbox: Any) -> None:
        case = make.case()
        document = paper(case)
        found = queued(case, document=document, body="Line <b>one</b>\nLine two")
        relay.send_due(MONDAY)
        text = desk().get(found.get_absolute_url()).content.decode()
        assert "Line &lt;b&gt;one&lt;/b&gt;<br>Line two" in text
        assert f"SHA-256 {document.sha256}" in text
        digest = case.events.get(kind="notice.sent").data["text_sha256"]
        assert f"SHA-256 {digest}" in text
        assert (
            text.index("Put into the outbox</td>")
            < text.index("Sent</td>")
            < text.index("Delivered</td>")
        )

    def test_offers_only_what_its_state_allows(self) -> None:
        found = letter()
        text = desk().get(found.get_absolute_url()).content.decode()
        assert reverse("notices:post", args=[found.pk]) in text
        assert reverse("notices:drop", args=[found.pk]) in text
        assert reverse("notices:deliver", args=[found.pk]) not in text

    def test_offers_nothing_to_who_may_only_look(self) -> None:
        found = letter()
        page = signed_in(make.officer()).get(found.get_absolute_url())
        assert page.status_code == 200
        assert page.context["doings"] == []


class TestForms:
    def test_post_records_posting_in_the_debtors_time(self) -> None:
        found = letter()
        answer = desk().post(
            reverse("notices:post", args=[found.pk]),
            {"guard_key": "k1", "number": "ra123456785cn", "posted_at": "2026-03-02T16:30"},
        )
        assert answer.status_code == 302
        assert answer["Location"] == found.get_absolute_url()
        assert the(found).sent_at == make.moment("2026-03-02 16:30")

    def test_deliver_takes_the_slip_in(self) -> None:
        found = letter()
        actions.mark_sent(notice=found, by=make.clerk(), at=MONDAY)
        answer = desk().post(
            reverse("notices:deliver", args=[found.pk]),
            {
                "guard_key": "k1", "delivered_at": "2026-03-03T09:15",
                "file": SimpleUploadedFile("slip.pdf", make.PDF),
            },
        )  # fmt: skip
        assert answer.status_code == 302
        assert the(found).delivered_at == make.moment("2026-03-03 09:15")
        assert the(found).proof is not None

    @pytest.mark.parametrize(
        ("given", "says"),
        [
            ({"delivered_at": "2026-03-03T10:01"}, "This lies in the future"),
            ({"delivered_at": "2026-03-02T09:59"}, "This lies before it was sent"),
            ({"delivered_at": "2026-02-31T09:00"}, "Give the day and the time"),
            ({"delivered_at": ""}, "required"),
        ],
    )  # fmt: skip
    def test_deliver_says_how_to_mend_what_is_wrong(self, given: dict[str, str], says: str) -> None:
        found = letter()
        actions.mark_sent(notice=found, by=make.clerk(), at=MONDAY)
        answer = desk().post(
            reverse("notices:deliver", args=[found.pk]), given | {"guard_key": "k"}
        )
        assert answer.status_code == 422
        assert says in answer.content.decode()
        assert the(found).state == "sent"

    def test_deliver_refuses_a_file_that_is_something_else(self) -> None:
        found = letter()
        actions.mark_sent(notice=found, by=make.clerk(), at=MONDAY)
        answer = desk().post(
            reverse("notices:deliver", args=[found.pk]),
            {
                "guard_key": "k", "delivered_at": "2026-03-03T09:15",
                "file": SimpleUploadedFile("slip.pdf", b"MZ"),
            },
        )  # fmt: skip
        assert answer.status_code == 422
        assert "is something else" in answer.content.decode()

    def test_bounce_judge_again_and_stop_do_what_they_say(self) -> None:
        case, client = make.case(), desk()
        sent, doubtful, broken, waiting = (queued(case, key=str(n)) for n in range(4))
        rows, stamp = relay.claim("email", MONDAY)
        for row in rows[:3]:
            relay.begin([row], stamp, MONDAY)
        relay.release(rows[3:], stamp, next_at=MONDAY)
        actions.record_sent(notice=sent, taken=relay.channels.Taken("1"), at=MONDAY)
        actions.doubt(notice=doubtful, why="?", at=MONDAY)
        actions.fail(notice=broken, why="554", at=MONDAY)
        for notice, name, given, state in (
            (doubtful, "judge", {"was_sent": "yes", "why": "log"}, "delivered"),
            (broken, "again", {"why": "mended"}, "queued"),
            (waiting, "drop", {"why": "she called"}, "suppressed"),
            (sent, "bounce", {"why": "moved", "dead": "on"}, "bounced"),
        ):
            answer = client.post(
                reverse(f"notices:{name}", args=[notice.pk]), {"guard_key": name, **given}
            )
            assert (name, answer.status_code) == (name, 302)
            assert (name, the(notice).state) == (name, state)

    def test_a_press_too_late_is_told_in_words(self) -> None:
        found = letter()
        actions.mark_sent(notice=found, by=make.clerk(), at=MONDAY)
        answer = desk().post(reverse("notices:post", args=[found.pk]), {"guard_key": "k"})
        assert answer.status_code == 409
        assert found.case.events.filter(kind="state.refused").count() == 1


ROUTES = ["notice", "post", "deliver", "bounce", "judge", "again", "drop"]


class TestWho:
    @pytest.mark.parametrize("name", ROUTES)
    def test_a_stranger_finds_nothing(self, name: str) -> None:
        found, client = letter(), signed_in(make.outsider())
        url = reverse(f"notices:{name}", args=[found.pk])
        assert client.get(url).status_code == 404
        assert client.post(url, {"why": "x"}).status_code in {404, 405}

    @pytest.mark.parametrize("name", ROUTES[1:])
    def test_an_officer_may_not(self, name: str) -> None:
        found, client = letter(), signed_in(make.officer())
        url = reverse(f"notices:{name}", args=[found.pk])
        assert client.get(url).status_code == 403
        assert client.post(url, {"why": "x"}).status_code == 403

    @pytest.mark.parametrize("name", ["letters", "outbox"])
    def test_the_lists_are_the_desks(self, name: str) -> None:
        letter()
        assert signed_in(make.officer()).get(reverse(f"notices:{name}")).status_code == 403
        text = signed_in(make.outsider()).get(reverse(f"notices:{name}")).content.decode()
        assert "HZ-2026-0147" not in text
        assert "HZ-2026-0147" in signed_in(make.administrator()).get(
            reverse(f"notices:{name}")
        ).content.decode()  # fmt: skip

    def test_nobody_without_signing_in(self) -> None:
        assert Client().get(reverse("notices:letters")).status_code == 302


@pytest.mark.parametrize("address", ["notices:letters", "notices:outbox"])
def test_one_row_and_twenty_cost_the_same(address: str) -> None:
    case, client = make.case(), desk()
    queued(case, channel="letter", key="first")

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as counted:
            assert client.get(reverse(address)).status_code == 200
        return len(counted)

    queries()
    one = queries()
    for number in range(19):
        queued(case, channel="letter", key=str(number))
    assert queries() == one


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_is_drawn_in_both_languages(language: str) -> None:
    found = letter()
    client = Client(headers={"accept-language": language})
    client.force_login(make.clerk())
    for name in ("letters", "outbox"):
        assert client.get(reverse(f"notices:{name}")).status_code == 200
    for name in ROUTES:
        assert client.get(reverse(f"notices:{name}", args=[found.pk])).status_code == 200
