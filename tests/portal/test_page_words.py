"""The words of the debtor's pages: versions like those of notices, checked, and told with what was shown."""

import html
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from desk.told import told
from notices.models import MessageVersion
from notices.texts import checks, filed
from notices.texts.changing import now_standing, propose_wording, release_wording
from notices.texts.filed import Text
from notices.texts.looks import as_page
from notices.texts.pages import PAGES
from notices.texts.wordings import ON_PAGES
from people.models import Organisation, User
from portal.asking import ASKS
from portal.saying import SAYS as SAYS_ALL
from tests import make, walk
from tests.portal.own_cast import MONDAY, TUESDAY, Inside, inside
from timeline.models import Event
from workflow.approvals import SecondPersonNeeded
from workflow.steps import RightRefused, WrongInput

pytestmark = pytest.mark.django_db

INTRO = ("home.intro", "page")
SAYS = re.compile(r'{% words "([a-z_.]+)"')
ANOTHER = "We are {writer_for}. We are glad that you came."


@pytest.fixture(autouse=True)
def at(clock: Any) -> Any:
    clock.set(MONDAY)
    return clock


@pytest.fixture
def came() -> Inside:
    return inside(walk.noticed().case)


def proposed(
    body: str = ANOTHER, *, place: tuple[str, str] = INTRO, language: str = "en",
    on: date = date(2026, 3, 2), organisation: Organisation | None = None, by: User | None = None,
) -> MessageVersion:  # fmt: skip
    return propose_wording(
        wording=place[0], channel=place[1], language=language, subject="", body=body,
        reason="friendlier", valid_on=on, based_on=0, organisation=organisation,
        by=by or make.compliance_officer(), at=MONDAY,
    )  # fmt: skip


def released(body: str = ANOTHER, **given: Any) -> MessageVersion:
    version = proposed(body, **given)
    return release_wording(version=version, answer="good", by=make.supervisor(), at=MONDAY)


def refused(body: str, **given: Any) -> str:
    with pytest.raises(WrongInput) as wrong, override("en"):
        proposed(body, **given)
    assert not MessageVersion.objects.exists()
    return " ".join(wrong.value.message["body"])


class TestFiles:
    def test_are_whole_and_sound(self) -> None:
        assert checks.problems(date(2026, 3, 2)) == []

    def test_of_a_page_is_missed_before_anything_starts(self, monkeypatch: Any) -> None:
        left = [page for page in filed.pages_on_file() if page != "home"]
        monkeypatch.setattr(checks, "pages_on_file", lambda: left)
        assert checks.problems(date(2026, 3, 2)) == ["pages/home.toml is missing."]

    def test_without_one_of_the_words_is_found(self) -> None:
        texts = filed.read_page(b"[intro]\nzh = '{writer_for}'\n", "home")
        found = checks.of_texts(texts["home.intro"], ON_PAGES["home.intro"], date(2026, 3, 2))
        assert found == ["home.intro page.en: the text is missing."]

    def test_with_words_that_the_page_does_not_show_is_found(self, monkeypatch: Any) -> None:
        monkeypatch.setattr(checks, "words_on_file", lambda _page: ["home.farewell"])
        found = checks.problems(date(2026, 3, 2))
        assert "home.farewell: the page has no place for these words." in found

    @pytest.mark.parametrize(
        "content", [b"intro = 1", b"[intro]\nfr = 'x'", b"[intro]\nzh = 1", b"["]
    )
    def test_that_is_something_else_is_not_read(self, content: bytes) -> None:
        with pytest.raises(filed.UnreadableTexts):
            filed.read_page(content, "home")


class TestShown:
    @pytest.mark.parametrize(
        ("language", "words"),
        [("en", "This is from Clear Water Credit Services"), ("zh-hans", "与您联系。")],
    )
    def test_is_what_the_file_says_in_the_readers_language(
        self, came: Inside, language: str, words: str
    ) -> None:
        came.language = language
        assert words in came.read("home")

    def test_is_a_released_version_from_its_day_on_and_not_before(
        self, came: Inside, at: Any
    ) -> None:
        proposed(on=date(2026, 3, 3))
        assert "glad that you came" not in came.read("home")
        version = MessageVersion.objects.get()
        release_wording(version=version, answer="good", by=make.supervisor(), at=MONDAY)
        assert "glad that you came" not in came.read("home")
        at.set(TUESDAY)
        came = inside(came.case, TUESDAY)
        assert "glad that you came" in came.read("home")

    def test_is_an_organisations_own_in_its_matters_alone(self, came: Inside) -> None:
        writer = came.case.agency or came.case.creditor
        other = Organisation.objects.exclude(pk=writer.pk).first()
        released("Words of another house, {writer_for}.", organisation=other)
        assert "another house" not in came.read("home")
        released("Words of our own, {writer_for}.", organisation=writer)
        assert "Words of our own" in came.read("home")

    def test_keeps_what_held_before(self, came: Inside, at: Any) -> None:
        first = released()
        at.set(TUESDAY)
        old = now_standing("home.intro", "page", "en", at=MONDAY)
        second = propose_wording(
            wording="home.intro", channel="page", language="en", subject="", reason="shorter",
            body="{writer_for} is here for you.", valid_on=date(2026, 3, 3), based_on=1,
            by=make.compliance_officer(), at=TUESDAY,
        )  # fmt: skip
        release_wording(version=second, answer="good", by=make.supervisor(), at=TUESDAY)
        assert old.number == first.number == 1
        assert now_standing("home.intro", "page", "en", at=MONDAY).text.body == ANOTHER
        assert now_standing("home.intro", "page", "en", at=TUESDAY).number == 2

    def test_is_text_and_never_html(self, came: Inside) -> None:
        released("We are {writer_for}. <b>Be well</b> <script>alert(1)</script>")
        page = came.get("home").content.decode()
        assert "&lt;b&gt;Be well&lt;/b&gt;" in page
        assert "<script" not in page

    def test_has_a_paragraph_for_each_line(self, came: Inside) -> None:
        released("We are {writer_for}.\n\nBe well.")
        page = came.get("home").content.decode()
        assert "<p>Be well.</p>" in page

    def test_leaves_out_a_line_that_holds_something_empty(self, came: Inside) -> None:
        Organisation.objects.update(email="")
        released("We are {writer_for}.\nWrite to {writer_email}.")
        assert "Write to" not in came.read("home")

    def test_falls_back_on_the_file_where_a_version_asks_for_what_the_page_knows_no_more(
        self, came: Inside
    ) -> None:
        MessageVersion.objects.create(
            wording="home.intro", channel="page", language="en", number=1, body="On {visit_at}.",
            digest="0" * 64, reason="old", state="released", valid_on=date(2026, 3, 2),
            valid_from=MONDAY, proposed_by=make.compliance_officer(), proposed_at=MONDAY,
            decided_by=make.supervisor(), decided_at=MONDAY,
        )  # fmt: skip
        assert "This is from" in came.read("home")

    def test_costs_one_query_a_page_however_many_words_it_shows(self, came: Inside) -> None:
        with CaptureQueriesContext(connection) as asked:
            came.get("home")
        of_words = [one for one in asked if "notices_messageversion" in one["sql"]]
        assert len(of_words) == 1


def shown_in(page: str) -> set[str]:
    """The words that the page's template asks for."""
    folder = Path(settings.BASE_DIR) / "templates"
    places = [*(folder / "portal").rglob(f"{page}.html"), folder / f"quality/{page}.html"]
    found = [path for path in places if page != "own" and path.exists()] or [
        folder / "portal/own/base.html"
    ]
    return {name for path in found for name in SAYS.findall(path.read_text())}


class TestPagesOfTheDebtor:
    """Every page of the debtor's side has words of ours, and every place for words is on its page."""

    FRAGMENTS = frozenset({"base.html", "leave.html", "sum.html"})

    def test_have_words_each(self) -> None:
        folder = Path(settings.BASE_DIR) / "templates/portal"
        pages = {path.stem for path in folder.rglob("*.html") if path.name not in self.FRAGMENTS}
        assert pages | {"own", "complain", "followed"} == set(PAGES)

    @pytest.mark.parametrize("page", list(PAGES))
    def test_show_what_they_have_a_place_for(self, page: str) -> None:
        places = {name for name, _language, _text in texts_of(page)}
        by_number = {one.then for one in (*SAYS_ALL.values(), *ASKS.values())}
        assert shown_in(page) | (by_number & places) == places

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    @pytest.mark.parametrize(
        ("name", "more"),
        [
            ("about", ()), ("papers", ()), ("rights", ()), ("meeting", ()), ("move", ()), ("sums", ()),
            ("ways", ()), ("tell", ()), ("tell_one", (4,)), ("answers", ()), ("data", ()),
            ("data_one", (2,)), ("home", ()), ("other_plan", ()),
        ],
    )  # fmt: skip
    def test_say_them_in_the_readers_language(
        self, came: Inside, name: str, more: tuple[int, ...], language: str
    ) -> None:
        came.language = language
        answer = came.get(name, *more)
        shown = answer.context["words"].shown
        assert shown
        assert {one.language for one in shown.values()} == {language[:2]}
        assert {one.split(".")[0] for one in shown} == {name}

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    @pytest.mark.parametrize(
        ("address", "status"),
        [
            ("/v/", 200), ("/v/never/", 404), ("/m/never/", 200), ("/m/never/?left=1", 200),
            ("/check/D-1/", 200), ("/check/officer/never/", 404),
        ],
    )  # fmt: skip
    def test_say_them_before_anybody_has_said_who_they_are(
        self, address: str, status: int, language: str
    ) -> None:
        answer = Client(headers={"accept-language": language}).get(address)
        assert answer.status_code == status
        shown = answer.context["words"].shown
        assert shown
        assert {one.channel for one in shown.values()} == {"door"}
        assert {one.language for one in shown.values()} == {language[:2]}

    def test_say_after_leaving_that_nothing_stays(self, came: Inside) -> None:
        answer = came.post("leave", follow=True)
        assert "Nothing of it stays on this phone." in answer.content.decode()


class TestTheDoor:
    """What is shown before its reader has said who they are."""

    @pytest.mark.parametrize(
        ("body", "language", "word"),
        [
            ("这条信息关于您的欠款，请先确认您的身份。", "zh", "欠"),
            ("请尽快还款。", "zh", "还款"),
            ("It is about your debt. Please show that it is you.", "en", "debt"),
            ("You owe us something.", "en", "owe"),
            ("Your loan is overdue.", "en", "loan"),
        ],
    )  # fmt: skip
    def test_is_refused_with_a_word_of_the_debt(self, body: str, language: str, word: str) -> None:
        said = refused(body, place=("enter.intro", "door"), language=language)
        assert word in said
        assert "would tell a stranger of the debt" in said

    @pytest.mark.parametrize(
        "sign", ["{debtor_name}", "{creditor_name}", "{writer_name}", "{total_open}"]
    )
    def test_is_refused_with_a_name_or_a_figure(self, sign: str) -> None:
        refused(f"Hello {sign}.", place=("enter.intro", "door"))

    def test_shows_the_houses_words_and_no_organisations(self, came: Inside) -> None:
        writer = came.case.agency or came.case.creditor
        released("Welcome to our own.", place=("enter.intro", "door"), organisation=writer)
        released("Welcome to the house.", place=("enter.intro", "door"))
        page = Client(headers={"accept-language": "en"}).get(came.address("messages"))
        assert "Welcome to the house." in page.content.decode()

    def test_asks_the_database_the_same_for_every_token(self, came: Inside) -> None:
        client = Client()
        asked = []
        for address in (came.address("messages"), "/m/never/"):
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            asked.append(len([one for one in queries if "messageversion" in one["sql"]]))
        assert asked == [1, 1]


class TestTold:
    def test_names_the_version_and_the_digest_of_what_was_shown(self, came: Inside) -> None:
        version = released()
        came.get("home")
        [event] = came.told("portal.shown")
        words = {one["wording"]: one for one in event["words"]}
        assert words["home.intro"] == {
            "wording": "home.intro", "channel": "page", "language": "en", "version": 1,
            "sha256": version.digest,
        }  # fmt: skip
        assert words["home.open"]["version"] == 0
        assert "home.closed" not in words

    def test_says_on_the_timeline_which_words_they_were(self, came: Inside) -> None:
        released()
        came.get("home")
        [event] = Event.objects.filter(case=came.case, kind="portal.shown")
        with override("en"):
            details = dict(told(event).details)
        assert "First page · Introduction (version 1)" in details["words"]
        assert (
            "First page · While the matter is open (as it came with the program)"
            in details["words"]
        )

    def test_tells_it_again_once_the_words_are_others(self, came: Inside) -> None:
        came.get("home")
        came.get("home")
        released()
        came.get("home")
        assert [row["words"][0]["version"] for row in came.told("portal.shown")] == [0, 1]


class TestProposing:
    def test_is_refused_with_what_is_not_known_there(self) -> None:
        assert "{visit_at} is not known here" in refused("{writer_for}, {visit_at}.")

    def test_is_refused_without_what_must_be_told(self) -> None:
        assert "{writer_for} is missing" in refused("We are glad that you came.")

    def test_is_refused_with_a_threat(self) -> None:
        said = refused("{writer_for}。再不还款我们就上门找你单位。", language="zh")
        assert "再不还款我们就上门" in said

    def test_is_refused_with_a_sentence_that_nobody_reads_at_once(self) -> None:
        assert "too long to be read at once" in refused("{writer_for} " + "and so on " * 10 + ".")

    def test_is_refused_with_a_word_of_the_law(self) -> None:
        said = refused("{writer_for}请您清偿。", language="zh")
        assert "“清偿” is a word of the law" in said

    def test_needs_the_right_and_a_second_person(self) -> None:
        with pytest.raises(RightRefused):
            proposed(by=make.clerk())
        version = proposed()
        with pytest.raises(SecondPersonNeeded):
            release_wording(version=version, answer="good", by=make.compliance_officer(), at=MONDAY)


def signed_in(user: User, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client


def texts_of(page: str) -> Iterator[tuple[str, str, Text]]:
    for slot in PAGES[page].slots:
        name = f"{page}.{slot.name}"
        for (_channel, language), text in filed.filed(name).items():
            yield name, language, text


class TestPages:
    def test_lists_every_page_with_its_words_and_what_waits(self) -> None:
        version = proposed()
        page = signed_in(make.supervisor()).get(reverse("wording:pages")).content.decode()
        assert version.get_absolute_url() in page
        for name, wording in ON_PAGES.items():
            assert reverse("wording:place", args=[name, wording.channels[0]]) in page

    def test_is_reached_from_the_list_of_messages(self) -> None:
        page = signed_in(make.supervisor()).get(reverse("wording:wordings")).content.decode()
        assert reverse("wording:pages") in page

    def test_shows_a_version_on_its_page_with_examples(self) -> None:
        version = proposed()
        page = signed_in(make.supervisor()).get(version.get_absolute_url()).content.decode()
        assert "We are Clear Water Credit Services, for West Lake Bank" in page
        # The page's own style is for our origin alone; scripts and forms stay shut out.
        look = re.search(r'sandbox="allow-same-origin" srcdoc="([^"]*)"', page)
        assert look is not None
        whole = html.unescape(look[1])  # all of it stands within the attribute
        assert whole.rstrip().endswith("</html>")
        assert "We are Clear Water Credit Services, for West Lake Bank" in whole

    @pytest.mark.parametrize("page", list(PAGES))
    def test_previews_every_page_in_the_debtors_language(self, page: str) -> None:
        for name, language, text in texts_of(page):
            look = as_page(name, language, text, at=MONDAY)
            assert f'lang="{"zh-hans" if language == "zh" else "en"}"' in look
            assert 'class="box"' in look

    def test_looks_before_it_proposes_and_warns_of_hard_words(self) -> None:
        body = "{writer_for}. " + "Extraordinarily complicated administrative considerations. " * 12
        answer = signed_in(make.compliance_officer()).post(
            reverse("wording:edit", args=["home.intro", "page", "en"]),
            {"body": body, "reason": "x", "valid_on": "2026-03-02", "guard_key": "k", "look": "1"},
        )
        assert "readability index" in answer.content.decode()
        assert not MessageVersion.objects.exists()

    def test_is_not_there_for_words_that_no_page_has(self) -> None:
        client = signed_in(make.supervisor())
        for name, channel in (
            ("home.farewell", "page"),
            ("home.intro", "email"),
        ):
            assert client.get(reverse("wording:place", args=[name, channel])).status_code == 404
