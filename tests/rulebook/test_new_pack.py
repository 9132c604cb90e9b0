"""A house begins a pack of its own in the browser: stricter than what it tightens, for its own creditors."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client, TestCase
from django.urls import reverse

from cases.actions.settling import settle_all
from cases.models import Case
from compliance import packs
from compliance.ask import ask, replay
from people.models import Organisation, User
from rulebook import actions
from rulebook.models import PackVersion
from tests import make, walk
from tests.compliance.given import LAWFUL
from tests.rulebook import cast
from tests.rulebook.test_editing import add
from tests.rulebook.test_pages import faults, signed_in
from timeline.models import Event
from workflow.steps import RightRefused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shelf")]

GIVEN = {
    "title_zh": "宁波机构内部从严规定", "title_en": "Ningbo house: stricter", "name": "house-nb",
    "about_zh": "在现行规则基础上从严。", "about_en": "Stricter than the story's rules.",
    "tightens": ["story"], "source_zh": "《宁波机构上门规定》", "source_en": "Ningbo house rules",
    "in_force_from": "2026-07-01", "reason": "宁波试点", "guard_key": "n",
}  # fmt: skip


@pytest.fixture
def compliance(clock: Any) -> Client:
    clock.set(cast.AT)
    return signed_in(make.compliance_officer(), "zh")


def begun(client: Client, **changes: Any) -> PackVersion:
    answer = client.post(reverse("rulebook:begin"), {**GIVEN, **changes})
    assert answer.status_code == 302, answer.context["form"].errors
    version = PackVersion.objects.get(name="house-nb")
    assert answer.url == reverse("rulebook:patterns", args=[version.reference])
    return version


def with_shorter_visits(client: Client, **changes: Any) -> PackVersion:
    """The pack with its one line: visits of at most half an hour."""
    version = begun(client, **changes)
    key = changes.get("guard_key", "n") + "-line"
    answer = add(client, version, "story", "ST-02", minutes="30", source="house", guard_key=key)
    assert answer.status_code == 302, answer.context["form"].errors
    version.refresh_from_db()
    return version


def published(version: PackVersion) -> PackVersion:
    cast.looked(version)
    actions.propose(version=version, by=make.compliance_officer(), at=cast.AT)
    with TestCase.captureOnCommitCallbacks(execute=True):
        return actions.publish(version=version, answer="同意", by=make.supervisor(), at=cast.AT)


class TestBeginning:
    def test_is_led_to_from_the_versions_and_leads_to_the_first_line(
        self, compliance: Client
    ) -> None:
        versions = compliance.get(reverse("rulebook:versions")).content.decode()
        assert reverse("rulebook:begin") in versions
        version = begun(compliance)
        chosen = compliance.get(reverse("rulebook:patterns", args=[version.reference]))
        assert chosen.context["pack"].name == "story"
        assert "收紧此条" in chosen.content.decode()
        for name in ("version", "values", "sources", "diff"):
            page = compliance.get(reverse(f"rulebook:{name}", args=[version.reference]))
            assert page.status_code == 200, name
        assert Event.objects.get(kind="rules.pack_begun").data["tightens"] == ["story"]

    @pytest.mark.parametrize(
        ("changes", "field", "told"),
        [
            ({"name": "story"}, "name", "已有同名的规则包，请另取一个。"),
            ({"name": "House NB"}, "name", "只能使用小写字母、数字和连字符，例如 house-nb。"),
            ({"tightens": []}, "tightens", "请至少选择一项。"),
            ({"title_en": ""}, "title_en", "请填写此项。"),
            ({"in_force_from": "2026-06-20"}, "in_force_from", "今天的行为已按今天的规则判断，请选择明天或之后的日期。"),
        ],
    )  # fmt: skip
    def test_tells_in_chinese_what_to_mend(
        self, compliance: Client, changes: dict[str, Any], field: str, told: str
    ) -> None:
        answer = compliance.post(reverse("rulebook:begin"), {**GIVEN, **changes})
        assert list(faults(answer)) == [field]
        assert not PackVersion.objects.filter(name="house-nb").exists()
        assert told in faults(answer)[field] or field == "in_force_from"

    def test_is_refused_to_everybody_but_compliance(self) -> None:
        head = {"tightens": ["story"], "jurisdiction": "house", "title": {}, "about": {}}
        for who in (make.clerk(), make.supervisor(), make.administrator()):
            with pytest.raises(RightRefused):
                actions.draft_pack(
                    name="house-nb", head=head, source={}, creditors=[], reason="",
                    in_force_from=cast.FROM, by=who, at=cast.AT,
                )  # fmt: skip

    def test_without_a_line_can_neither_be_looked_at_nor_proposed(self, compliance: Client) -> None:
        version = begun(compliance)
        answer = compliance.post(
            reverse("rulebook:what_if", args=[version.reference]), {"guard_key": "w"}
        )
        assert answer.status_code == 422

    def test_takes_no_line_that_is_looser(self, compliance: Client) -> None:
        version = begun(compliance)
        answer = add(compliance, version, "story", "ST-02", minutes="180", source="house")
        assert list(faults(answer)) == ["minutes"]
        assert "house-nb/hours.toml：ST-02 放宽了 story/hours.toml：ST-02" in str(faults(answer))


class TestWhatIf:
    def test_asks_of_the_visits_of_its_creditors(self, compliance: Client) -> None:
        make.crew()
        case = make.prepared_case()
        visit = walk.planned(
            case=case, starts_at=make.moment("2026-07-06 14:30"), at=make.moment("2026-06-19 09:00")
        )
        nobody = with_shorter_visits(compliance)
        assert cast.looked(nobody).visits == 0
        actions.delete_draft(version=nobody, by=make.compliance_officer(), at=cast.AT)
        version = with_shorter_visits(compliance, creditors=[case.creditor.pk], guard_key="n2")
        run = cast.looked(version)
        assert (run.visits, run.newly_refused) == (1, 1)
        (changed,) = run.changed.all()
        assert changed.visit == visit
        assert [(f["pack"], f["rule"]) for f in changed.findings] == [("house-nb", "ST-02")]
        assert run.past_refused == 1  # its planning would have come out otherwise


class TestOnceItIsPublished:
    def test_it_judges_its_creditors_cases_from_its_day_on(self, compliance: Client) -> None:
        case = make.prepared_case()
        before = replace(
            LAWFUL, at=cast.AT, served_at=cast.AT, start=make.moment("2026-06-30 14:00"),
            end=make.moment("2026-06-30 15:00"),
        )  # fmt: skip
        stored = ask("visit.plan", before, on=date(2026, 6, 30)).as_dict()
        assert stored["allowed"]
        published(with_shorter_visits(compliance, creditors=[case.creditor.pk]))
        creditor = Organisation.objects.get(pk=case.creditor_id)
        assert creditor.packs[-1] == "house-nb"
        settle_all(by=User.objects.system(), at=cast.AT)
        assert Case.objects.get(pk=case.pk).packs[-1] == "house-nb"

        assert "house-nb" in packs.names()
        facts = replace(before, packs=("house-nb",))
        assert ask("visit.plan", facts, on=date(2026, 6, 30)).allowed
        later = replace(
            facts, start=make.moment("2026-07-01 14:00"), end=make.moment("2026-07-01 15:00")
        )
        verdict = ask("visit.plan", later, on=date(2026, 7, 1))
        assert [(f.pack, f.rule, f.force) for f in verdict.blocks] == [
            ("house-nb", "ST-02", "policy")
        ]
        assert set(verdict.packs) == {"house-nb", "story"}
        assert replay(verdict.as_dict()).as_dict() == verdict.as_dict()
        assert replay(stored).as_dict() == stored

    def test_it_stands_in_the_book_and_can_be_changed_again(
        self, compliance: Client, shelf: Any
    ) -> None:
        version = published(with_shorter_visits(compliance))
        shelf._seen.clear()
        packs.shelve({})
        assert "house-nb" not in packs.names()
        shelf.look()  # as another process does
        assert "house-nb" in packs.names()
        book = compliance.get(reverse("desk:rule_pack", args=["house-nb"]))
        assert "宁波机构内部从严规定" in book.content.decode()
        assert "《宁波机构上门规定》" in book.content.decode()
        assert "宁波机构内部从严规定" in compliance.get(reverse("desk:rules")).content.decode()
        more = actions.draft_change(
            name="house-nb", in_force_from=date(2026, 8, 1), reason="再收紧",
            by=make.compliance_officer(), at=cast.AT,
        )  # fmt: skip
        assert (more.version, more.based_on) == ("2", version)
        again = compliance.post(reverse("rulebook:begin"), {**GIVEN, "guard_key": "n3"})
        assert list(faults(again)) == ["name"]

    def test_a_creditor_without_a_list_keeps_the_packs_of_its_country(
        self, compliance: Client
    ) -> None:
        creditor = make.case().creditor
        Organisation.objects.filter(pk=creditor.pk).update(packs=[], country="CN")
        published(with_shorter_visits(compliance, creditors=[creditor.pk]))
        creditor.refresh_from_db()
        assert creditor.packs == ["cn", "house-nb"]

    def test_its_loss_refuses_what_leans_on_it(self, compliance: Client, shelf: Any) -> None:
        version = published(with_shorter_visits(compliance))
        (shelf.home() / f"{version.digest}.json").write_text("{}")
        shelf._seen.clear()
        shelf.look()
        facts = replace(LAWFUL, packs=("house-nb",))
        assert "DS-PACKS" in {f.rule for f in ask("visit.plan", facts, on=cast.FROM).blocks}
