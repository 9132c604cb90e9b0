"""The rule book's drafts in the browser: what is wrong is told beside the field, in words."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rulebook import actions
from rulebook.models import PackVersion, WhatIf
from rulebook.views import versions as views
from tests import make, walk
from tests.rulebook import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shelf")]


@pytest.fixture
def compliance(clock: Any) -> Client:
    clock.set(cast.AT)
    return signed_in(make.compliance_officer())


def signed_in(user: Any, language: str = "en") -> Client:
    client = Client(headers={"accept-language": {"en": "en", "zh": "zh-hans"}[language]})
    client.force_login(user)
    return client


def filled(client: Client, version: PackVersion, number: int = 1, **changes: Any) -> Any:
    """The form of a value of the hours, sent with these changes."""
    address = reverse("rulebook:value", args=[version.reference, "hours", number])
    form = client.get(address).context["form"]
    given = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    given = {name: value for name, value in given.items() if value is not None}
    return client.post(address, {**given, "guard_key": "v", **changes})


def faults(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 422
    return {name: list(found) for name, found in answer.context["form"].errors.items()}


def evening_visit(number: int) -> Any:
    """A visit of a debtor of its own at seven in the evening of some day in July."""
    case = make.prepared_case(
        reference=f"HZ-2026-07{number:02d}", external_reference=f"E-{number}",
        who=make.debtor(name=f"王{number}", id_number=""), at=make.moment("2026-06-18 09:00"),
    )  # fmt: skip
    return walk.planned(
        case=case, starts_at=make.moment(f"2026-07-{number + 6:02d} 19:00"),
        at=make.moment("2026-06-19 09:00"),
    )  # fmt: skip


class TestAValueForm:
    def test_keeps_what_a_person_chose(self, compliance: Client) -> None:
        version = cast.begun()
        answer = filled(compliance, version, closes="18:45", days=["mon", "fri"])
        assert answer.status_code == 302
        (entry,) = [
            e for e in actions.pack_of(PackVersion.objects.get(pk=version.pk)).entries
            if e.id == "ST-01" and e.since == cast.FROM
        ]  # fmt: skip
        assert entry["days"] == ["mon", "fri"]
        assert f"{entry['closes']:%H:%M}" == "18:45"

    def test_changes_the_words_in_both_languages(self, compliance: Client) -> None:
        version = cast.begun()
        answer = filled(compliance, version, remedy_en="Come earlier.", remedy_zh="请提早上门。")
        assert answer.status_code == 302
        version.refresh_from_db()
        assert 'en = "Come earlier."' in version.texts["hours.toml"]
        assert 'zh = "请提早上门。"' in version.texts["hours.toml"]

    @pytest.mark.parametrize(
        ("changes", "field", "told"),
        [
            ({"closes": "25:00"}, "closes", "Give a time, such as 19:00."),
            ({"since": "2026-02-30"}, "since", "This day does not exist. Give it as 2026-02-27."),
            ({"since": "2026-06-29"}, "since", "This version judges acts from 2026-07-01 on. Choose that day or a later one."),
            ({"days": []}, "days", "Please choose at least one."),
            ({"says_en": "Until {hour}"}, "says_en", "{hour} is no figure of this rule. These may be shown: {closes}, {days}, {opens}, {slot}, {zone}."),
            ({"says_en": "Until {closes"}, "says_en", "A brace is not closed. Figures stand in braces, such as {days}."),
            ({"says_zh": ""}, "says_zh", "Please fill this in."),
        ],
    )  # fmt: skip
    def test_tells_beside_the_field_what_to_mend_and_keeps_nothing(
        self, compliance: Client, changes: dict[str, Any], field: str, told: str
    ) -> None:
        version = cast.begun()
        assert faults(filled(compliance, version, **changes)) == {field: [told]}
        version.refresh_from_db()
        assert version.texts["hours.toml"].encode() == version.based_on.files["hours.toml"]

    def test_of_a_number_wants_a_whole_one(self, compliance: Client) -> None:
        answer = filled(compliance, cast.begun(), number=2, minutes="4.5")
        assert faults(answer) == {"minutes": ["Give a whole number, such as 2."]}

    def test_of_every_value_of_every_pack_can_be_shown(self, compliance: Client) -> None:
        from compliance import packs
        from compliance.drafting import written_in

        for name in packs.names():
            version = cast.begun(name=name)
            for one in written_in(version.files):
                topic = one.file.removesuffix(".toml")
                address = reverse("rulebook:value", args=[version.reference, topic, one.number])
                assert compliance.get(address).status_code == 200, (name, one.table["id"])


class TestAVersionPage:
    def test_shows_what_changes_and_whom_it_concerns_to_each_role(self, compliance: Client) -> None:
        version = cast.proposed()
        own = compliance.get(version.get_absolute_url())
        assert "It waits for a second person" in own.content.decode()
        other = signed_in(make.supervisor()).get(version.get_absolute_url())
        assert reverse("rulebook:publish", args=[version.reference]) in other.content.decode()
        reader = signed_in(make.clerk(), "zh").get(version.get_absolute_url())
        assert "规则" in reader.content.decode()
        main = reader.content.decode().split("<main", 1)[1].split("</main", 1)[0]
        assert "<form" not in main

    def test_says_that_a_second_press_came_too_late(self, compliance: Client) -> None:
        version = cast.proposed()
        address = reverse("rulebook:propose", args=[version.reference])
        answer = compliance.post(address, {"guard_key": "late"})
        assert answer.status_code == 409
        assert "This can no longer be done with this version." in answer.content.decode()

    def test_asks_the_worker_once_for_the_same_draft(self, compliance: Client) -> None:
        version = cast.drafted()
        for key in ("one", "two"):
            compliance.post(
                reverse("rulebook:what_if", args=[version.reference]), {"guard_key": key}
            )
        assert WhatIf.objects.count() == 1

    def test_lists_six_visits_at_the_price_of_two_and_pages_on(
        self, compliance: Client, monkeypatch: Any
    ) -> None:
        make.crew()
        version = cast.drafted()
        costs = []
        for first, last in ((0, 2), (2, 6)):
            for number in range(first, last):
                evening_visit(number)
            WhatIf.objects.all().delete()
            run = cast.looked(version)
            assert run.newly_refused == last
            with CaptureQueriesContext(connection) as asked:
                page = compliance.get(version.get_absolute_url()).content.decode()
            assert page.count("/visits/V-") == last
            costs.append(len(asked))
        assert costs[0] == costs[1] <= 20

        monkeypatch.setattr(views, "PAGE", 4)
        first = compliance.get(version.get_absolute_url())
        assert len(first.context["rows"]) == 4
        second = compliance.get(first.context["older"])
        assert len(second.context["rows"]) == 2
        assert not set(second.context["rows"]) & set(first.context["rows"])


class TestTheWayThere:
    def test_leads_from_the_rules_by_their_pack_to_a_draft(self, compliance: Client) -> None:
        pack = reverse("desk:rule_pack", args=["story"])
        draft = reverse("rulebook:draft", args=["story"])
        assert draft in compliance.get(pack).content.decode()
        assert draft not in signed_in(make.supervisor()).get(pack).content.decode()

    def test_leads_a_second_person_from_the_approvals(self, compliance: Client) -> None:
        cast.proposed()
        told = "1 change of the rules waits for a second person."
        approvals = reverse("desk:approvals")
        assert told in signed_in(make.supervisor()).get(approvals).content.decode()
        assert told not in compliance.get(approvals).content.decode()
        assert told not in signed_in(make.clerk()).get(approvals).content.decode()


class TestTheDifference:
    def test_between_any_two_versions_is_a_page_and_a_paper(self, compliance: Client) -> None:
        version = cast.published()
        page = compliance.get(
            reverse("rulebook:diff", args=[version.based_on.reference])
            + f"?against={version.reference}"
        )
        assert "<del>19:00</del>" in page.content.decode()
        paper = compliance.get(reverse("rulebook:diff_pdf", args=[version.reference]))
        assert paper.content.startswith(b"%PDF-")

    def test_is_never_with_itself(self, compliance: Client) -> None:
        first = cast.published().based_on
        assert first.based_on is None
        page = compliance.get(reverse("rulebook:diff", args=[first.reference]))
        assert page.context["other"] is None
        assert "first version" in page.content.decode()
        paper = reverse("rulebook:diff_pdf", args=[first.reference])
        assert paper not in page.content.decode()
        assert compliance.get(paper).status_code == 404
        itself = compliance.get(page.request["PATH_INFO"] + f"?against={first.reference}")
        assert itself.context["other"] is None
