"""What stands in the file: its mark, what is masked, and that it goes when its time is over."""

import csv
import io
import json
import stat
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from cases.models import Case
from exports import actions, making, running
from exports.models import Export
from tests import make
from tests.exports.cast import AT, again, agreed, asked, content, made, taken_out
from timeline.models import Event
from workflow.steps import note

pytestmark = pytest.mark.django_db

NAME = "王海燕"


@pytest.fixture
def case() -> Case:
    """A case on whose timeline somebody has typed the debtor's name."""
    case = make.prepared_case()
    note(
        case, event="contact.logged", by=make.clerk(), at=AT,
        data={"words": f"{NAME}来电", "phone": "13800001234"},
    )  # fmt: skip
    return Case.objects.get(pk=case.pk)


def text_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


class TestTimeline:
    def test_says_on_every_page_who_asked_and_who_agreed(self, case: Case) -> None:
        for n in range(60):
            note(case, event="case.noted", by=make.clerk(), at=AT, data={"n": n})
        pages = text_of(taken_out(case, "pdf"))
        assert len(pages) > 1
        for page in pages:
            flat = "".join(page.split())
            assert "X-2026-0001" in flat
            assert "周敏" in flat
            assert "林静" in flat

    def test_masks_names_and_numbers_whoever_typed_them(self, case: Case) -> None:
        pages = "".join("".join(text_of(taken_out(case, "pdf", in_full=False))).split())
        assert NAME not in pages
        assert "王**" in pages

    def test_in_full_masks_nothing(self, case: Case) -> None:
        assert NAME in "".join("".join(text_of(taken_out(case, "pdf"))).split())

    def test_for_machines_says_who_asked_and_who_agreed(self, case: Case) -> None:
        given = json.loads(taken_out(case, "json"))
        assert given["export"]["asked_by"] == "周敏"
        assert given["export"]["agreed_by"] == "林静"
        assert given["export"]["unmasked"] is True
        assert given["size"] == len(given["events"])

    def test_masked_for_machines_leaves_out_what_it_masks_and_keeps_its_commitment(
        self, case: Case
    ) -> None:
        given = json.loads(taken_out(case, "json", in_full=False))
        event = [one for one in given["events"] if one["kind"] == "contact.logged"][-1]
        assert event["masked"] == ["data.phone", "data.words"]
        assert event["data"] == {}
        assert {"data.phone", "data.words"} <= set(event["commitments"])
        assert not {"data.phone", "data.words"} & set(event["salts"])
        assert NAME not in json.dumps(given, ensure_ascii=False)

    def test_can_hold_the_blocks_and_overrides_alone(self, case: Case) -> None:
        export = made(asked(case, form="pdf", group="refusals"))
        assert "来电" not in "".join(text_of(content(export)))


class TestListOfCases:
    def rows(self, *, in_full: bool) -> list[list[str]]:
        export = asked(kind="cases", form="csv", cases=Case.objects.all(), in_full=in_full)
        file = content(made(agreed(export) if in_full else export)).decode("utf-8-sig")
        return list(csv.reader(io.StringIO(file)))

    def test_begins_with_its_mark(self, case: Case) -> None:
        mark, headings, row = self.rows(in_full=False)
        assert "X-2026-0001" in mark[0]
        assert "周敏" in mark[0]
        assert len(headings) == len(row) == 13

    def test_masks_people_unless_they_were_asked_for_in_full(self, case: Case) -> None:
        masked, full = self.rows(in_full=False)[2], self.rows(in_full=True)[2]
        assert masked[0] == full[0] == case.reference
        assert (masked[1], full[1]) == ("王**", NAME)
        assert full[2] == case.debtor.id_number
        assert "*" in masked[2]
        assert "翠苑街道" in full[4]
        assert "翠苑街道" not in masked[4]

    def test_costs_the_same_queries_for_one_case_as_for_five(
        self, case: Case, django_assert_num_queries: Any
    ) -> None:
        def of(export: Export) -> int:
            from django.db import connection
            from django.test.utils import CaptureQueriesContext

            with CaptureQueriesContext(connection) as seen:
                making.content_of(again(export), AT)
            return len(seen)

        one = of(asked(kind="cases", form="csv", cases=Case.objects.all()))
        for n in range(4):
            make.case(
                reference=f"HZ-2026-090{n}", external_reference=f"E-90{n}",
                who=make.debtor(name=f"李{n}", id_number=""),
            )  # fmt: skip
        assert of(asked(kind="cases", form="csv", cases=Case.objects.all())) == one


class TestFile:
    def test_can_be_read_by_the_house_alone(self, case: Case) -> None:
        place = actions.file_of(made(asked(case)))
        assert stat.S_IMODE(place.stat().st_mode) == 0o600

    def test_is_made_once(self, case: Case) -> None:
        export = made(asked(case))
        before = content(export)
        running.make_waiting(export.pk, at=AT + timedelta(minutes=5))
        assert content(export) == before

    def test_that_breaks_leaves_nothing_and_says_so(
        self, case: Case, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        export = asked(case)
        actions.file_of(export).unlink(missing_ok=True)  # of a test before

        def broken(_export: Export, _at: Any) -> bytes:
            raise OSError(28, "no room")

        monkeypatch.setitem(making.MAKERS, "timeline", broken)
        running.make_waiting(export.pk, at=AT)
        export = again(export)
        assert (export.state, export.why) == ("failed", "full")
        assert not actions.file_of(export).exists()
        assert not actions.file_of(export).with_suffix(".part").exists()


@pytest.mark.django_db(transaction=True)
class TestEnd:
    def test_deletes_the_file_and_keeps_the_note_of_it(self) -> None:
        export = made(asked(make.prepared_case()))
        place = actions.file_of(export)
        end = AT + timedelta(hours=72)
        running.sweep(at=end - timedelta(seconds=1))
        assert place.exists()
        running.sweep(at=end)
        assert not place.exists()
        export = again(export)
        assert (export.state, len(export.sha256)) == ("expired", 64)
        assert Event.objects.filter(case=export.case, kind="export.expired").exists()

    def test_forgets_what_was_searched_for(self) -> None:
        make.prepared_case()
        chosen = {"view": "all", "q": NAME}
        export = made(asked(kind="cases", form="csv", cases=Case.objects.all(), chosen=chosen))
        running.sweep(at=AT + timedelta(hours=72))
        assert again(export).chosen == {"view": "all"}

    def test_comes_as_early_as_the_house_has_set_it(self, settings: Any) -> None:
        settings.EXPORT_HOURS = 1
        export = made(asked(make.prepared_case()))
        running.sweep(at=AT + timedelta(hours=1))
        assert again(export).state == "expired"


class TestPages:
    @pytest.fixture
    def clients(self, clock: Any, case: Case) -> tuple[Client, Client]:
        clock.set(AT)
        found = []
        for user in (make.supervisor(), make.compliance_officer()):
            client = Client()
            client.force_login(user)
            client.cookies["django_language"] = "en"
            found.append(client)
        return found[0], found[1]

    def test_lead_from_the_wish_to_the_file(
        self, clients: tuple[Client, Client], case: Case
    ) -> None:
        mine, second = clients
        asks = reverse("exports:ask_timeline", args=[case.reference])
        assert asks in mine.get(reverse("desk:timeline", args=[case.reference])).content.decode()
        wish = {"form": "json", "group": "", "how": "full", "reason": "交法院", "guard_key": "a"}
        page = mine.post(asks, wish).url
        export = Export.objects.get()
        assert "Waiting for a second person" in mine.get(page).content.decode()
        assert export.number in second.get(reverse("exports:exports")).content.decode()
        assert export.number in second.get(reverse("desk:approvals")).content.decode()
        decide = reverse("exports:decide", args=[export.number])
        second.post(decide, {"granted": "yes", "answer": "同意", "guard_key": "b"})
        made(export)
        assert "Fetch the file" in mine.get(page).content.decode()
        assert "Fetch the file" not in second.get(page).content.decode()
        fetch = reverse("exports:fetch", args=[export.number])
        got = mine.post(fetch, {"guard_key": "c"})
        assert got["Cache-Control"] == "private, no-store"
        assert json.loads(b"".join(got.streaming_content))["case"] == case.reference
        assert second.post(fetch, {"guard_key": "d"}).status_code == 302
        assert export.fetches.count() == 1

    def test_of_a_list_say_how_many_cases_the_filters_leave(
        self, clients: tuple[Client, Client], case: Case
    ) -> None:
        mine, _second = clients
        page = mine.get(reverse("exports:ask_list") + f"?view=all&q={NAME}")
        assert page.context["count"] == 1
        assert NAME in page.content.decode()

    def test_that_are_empty_say_what_to_do(self, clients: tuple[Client, Client]) -> None:
        mine, _second = clients
        address = reverse("exports:exports")
        said = [
            mine.get(f"{address}?view={view}").content.decode()
            for view in ("waiting", "mine", "all")
        ]
        assert "Nothing waits for you" in said[0]
        assert "You have asked for nothing yet" in said[1]
        assert "Nothing was taken out yet" in said[2]

    def test_show_an_auditor_what_was_taken_out_and_hand_out_nothing(
        self, clients: tuple[Client, Client], case: Case
    ) -> None:
        export, client = made(asked(case)), Client()
        client.force_login(make.auditor())
        assert export.number in client.get(reverse("exports:exports")).content.decode()
        assert client.get(export.get_absolute_url()).status_code == 200
        assert client.post(reverse("exports:fetch", args=[export.number])).status_code == 403
