"""Everything of a pack can be drafted in the browser: tables, lines, sources, and who has checked a value."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client, TestCase
from django.urls import reverse

from compliance.ask import ask, replay
from compliance.drafting import written_in
from rulebook import actions, editing
from rulebook.models import PackVersion
from rulebook.shown import sources_of
from rulebook.value_forms import ValueForm
from tests import make
from tests.compliance.given import LAWFUL
from tests.rulebook import cast
from tests.rulebook.test_pages import faults, signed_in
from tests.rulebook.test_versions import evening
from timeline.models import Event
from workflow.steps import RightRefused, StateRefused, WrongInput

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shelf")]


@pytest.fixture
def compliance(clock: Any) -> Client:
    clock.set(cast.AT)
    return signed_in(make.compliance_officer())


@pytest.fixture
def chinese(clock: Any) -> Client:
    clock.set(cast.AT)
    return signed_in(make.compliance_officer(), "zh")


def sent(form: Any) -> dict[str, Any]:
    """What a browser sends of a form that nobody has touched, tables cell by cell."""
    given: dict[str, Any] = {}
    for name, field in form.fields.items():
        shown = field.prepare_value(form.get_initial_for_field(field, name))
        if hasattr(field, "columns"):
            for number, row in enumerate(shown):
                given |= {f"{name}-{number}-{column}": part for column, part in row.items()}
        elif hasattr(field.widget, "render") and type(field).__name__ == "PhrasesField":
            given |= {f"{name}-{tongue}": "\n".join(listed) for tongue, listed in shown.items()}
        elif shown is not None:
            given[name] = shown
        elif type(field).__name__ == "ChoiceField" and field.choices:
            given[name] = field.choices[0][0]  # a browser shows the first
    return given


def place_of(version: PackVersion, row: str, rule: str | None = None) -> list[Any]:
    """The address of a value: reference, topic, number."""
    one = next(
        one
        for one in written_in(version.files)
        if one.table["id"] == row and (rule is None or one.table.get("rule") == rule)
    )
    return [version.reference, one.file.removesuffix(".toml"), one.number]


def change(client: Client, version: PackVersion, row: str, **changes: Any) -> Any:
    address = reverse("rulebook:value", args=place_of(version, row))
    form = client.get(address).context["form"]
    given = {**sent(form), "guard_key": "k", **changes}
    return client.post(address, {name: part for name, part in given.items() if part != "GONE"})


def entry(version: PackVersion, row: str, since: date = cast.FROM) -> Any:
    version.refresh_from_db()
    return next(e for e in actions.pack_of(version).entries if e.id == row and e.since == since)


class TestATable:
    def test_that_nobody_touched_stays_as_it_is(self, compliance: Client) -> None:
        for name in ("cn", "story", "us", "intl-strict"):
            version = cast.begun(name=name)
            for one in written_in(version.files):
                form = ValueForm(written=one, sources=sources_of(version))
                again = ValueForm(
                    {**sent(form), "becomes": "change", "since": "2026-07-01"}, written=one,
                    sources=sources_of(version),
                )  # fmt: skip
                assert again.is_valid(), (name, one.table["id"], again.errors)
                assert again.changes() == {}, (name, one.table["id"])

    def test_of_reminders_takes_another_row_and_loses_one(self, compliance: Client) -> None:
        version = cast.begun()
        row = {"kind": "missed", "days": 3, "time": "09:30", "to": "debtor"}
        more = {f"steps-9-{column}": part for column, part in row.items()}
        answer = change(compliance, version, "ST-32", **{"steps-1-drop": "1", **more})
        assert answer.status_code == 302
        steps = entry(version, "ST-32")["steps"]
        assert [(step["kind"], step["days"]) for step in steps] == [
            ("before_due", -3), ("missed", 1), ("escalate", 7), ("missed", 3),
        ]  # fmt: skip
        page = compliance.get(version.get_absolute_url()).content.decode()
        assert "<ins>3 days after the due day, 09:30: the debtor is told.</ins>" in page
        assert "<del>On the due day, 10:00: the debtor is told.</del>" in page
        assert page.count("<ins>") == 2  # rows that stay are not told of

    def test_has_a_box_to_remove_each_row_and_an_empty_row_that_may_stay_so(
        self, compliance: Client
    ) -> None:
        version = cast.begun()
        address = reverse("rulebook:value", args=place_of(version, "ST-32"))
        page = compliance.get(address).content.decode()
        shown = [f'name="steps-{number}-drop"' in page for number in range(5)]
        assert shown == [True, True, True, True, False]
        assert page.count("May stay empty") == 1
        assert 'name="steps-ROW-kind"' in page

    def test_of_service_is_changed_for_one_channel(self, compliance: Client) -> None:
        version = cast.begun()
        channels = entry(version, "ST-08", date(2025, 1, 1))["channels"]
        number = list(channels).index("letter")
        answer = change(compliance, version, "ST-08", **{f"channels-{number}-deemed_days": "5"})
        assert answer.status_code == 302
        assert entry(version, "ST-08")["channels"]["letter"] == {
            "counts": "received", "deemed_days": 5,
        }  # fmt: skip

    def test_of_circumstances_is_changed_with_its_duty_in_both_languages(
        self, compliance: Client
    ) -> None:
        version = cast.begun()
        changes = {"effects-0-days": "60", "effects-0-duty_zh": "五日内书面答复。"}
        assert change(compliance, version, "ST-EVENTS", **changes).status_code == 302
        dispute = entry(version, "ST-EVENTS")["effects"]["dispute"]
        assert (dispute["days"], dispute["duty"]["zh"]) == (60, "五日内书面答复。")

    def test_of_phrases_takes_a_new_one_a_line(self, compliance: Client) -> None:
        version = cast.begun()
        before = entry(version, "ST-THREAT", date(2025, 1, 1))["phrases"]
        answer = change(
            compliance, version, "ST-THREAT",
            **{"phrases-zh": "\n".join([*before["zh"], "等着瞧", ""])},
        )  # fmt: skip
        assert answer.status_code == 302
        assert entry(version, "ST-THREAT")["phrases"]["zh"] == [*before["zh"], "等着瞧"]

    def test_of_terms_reads_a_span_as_people_write_it(self, compliance: Client) -> None:
        version = cast.begun(name="cn")
        assert (
            change(compliance, version, "CN-63", **{"terms-0-minimum": "3 年"}).status_code == 302
        )
        assert entry(version, "CN-63")["terms"][0]["minimum"] == "3y"

    @pytest.mark.parametrize(
        ("row", "changes", "field", "told"),
        [
            ("ST-32", {"steps-0-time": "25:00"}, "steps", "第 1 行，时间：请填写时间，例如 19:00。"),
            ("ST-32", {"steps-2-days": "-1"}, "steps", "story：followup.toml：ST-32：“逾期提醒”与距到期日 -1 天不相符。"),
            ("ST-08", {"channels-1-channel": "email", "channels-0-channel": "email"}, "channels", "“电子邮件”重复列出，请只保留一行。"),
            ("ST-EVENTS", {"effects-0-days": ""}, "effects", "story：events.toml：ST-EVENTS：“对债务有异议”须暂停，但没有写明暂停多少天。"),
            ("ST-THREAT", {"phrases-zh": " ", "phrases-en": ""}, "phrases", "请填写此项。"),
        ],
    )  # fmt: skip
    def test_says_in_chinese_which_cell_is_to_be_mended_and_keeps_nothing(
        self, chinese: Client, row: str, changes: dict[str, str], field: str, told: str
    ) -> None:
        version = cast.begun()
        answer = change(chinese, version, row, **changes)
        assert faults(answer) == {field: [told]}
        version.refresh_from_db()
        assert version.digest == actions.packs.digest_of("story", version.files)
        assert not any(line.since == cast.FROM for line in actions.pack_of(version).entries)
        assert all(part in answer.content.decode() for part in changes.values() if part.strip())


def add(client: Client, version: PackVersion, pack: str, pattern: str, **changes: Any) -> Any:
    """A line after the pattern of another, sent with these changes."""
    chosen = client.get(
        reverse("rulebook:patterns", args=[version.reference]),
        {"pack": pack, "find": pattern.partition(" ")[0]},
    )
    row, _, rule = pattern.partition(" ")
    line = next(
        one
        for _title, lines in chosen.context["topics"]
        for one in lines
        if one.written.table["id"] == row and rule in ("", one.written.table.get("rule"))
    )
    address = reverse(
        "rulebook:add", args=[version.reference, pack, line.topic, line.written.number]
    )
    form = client.get(address).context["form"]
    return client.post(address, {**sent(form), "guard_key": "a", **changes})


class TestALine:
    def test_is_made_after_the_pattern_of_another_and_judges_once_published(
        self, compliance: Client
    ) -> None:
        version = cast.begun()
        answer = add(
            compliance, version, "cn", "CN-36 crew_limit", row="ST-99", topic="crew", officers="2",
            source="house",
        )  # fmt: skip
        assert answer.status_code == 302, answer.context["form"].errors
        new = entry(version, "ST-99")
        assert (new.topic, new["officers"], new.rule) == ("crew", 2, "crew_limit")
        assert (new.force, new.checked) == ("policy", False)
        told = Event.objects.get(kind="rules.value_added")
        assert (told.data["row"], told.actor) == ("ST-99", make.compliance_officer())

    def test_that_loosens_what_it_tightens_is_refused_at_once_beside_the_figure(
        self, chinese: Client
    ) -> None:
        version = cast.begun(name="house-hz")
        answer = add(chinese, version, "cn", "CN-07 visits_in_period", visits="2")
        found = faults(answer)
        assert list(found) == ["visits"]
        assert "CN-07 放宽了 cn/contact.toml：CN-07（visits_in_period）" in found["visits"][0]
        assert "上门次数（visits）为 2，而原规定为 1，只能更少。" in found["visits"][0]
        assert add(chinese, version, "cn", "CN-07 visits_in_period", days="9").status_code == 302
        assert entry(version, "CN-07")["days"] == 9

    def test_on_days_on_which_there_is_one_already_is_refused(self, compliance: Client) -> None:
        version = cast.begun()
        answer = add(compliance, version, "story", "ST-02", row="ST-02", since="2026-08-01")
        assert "ST-02 has two values on 2026-08-01: end the older one first." in str(faults(answer))

    def test_of_the_draft_can_be_taken_out_and_an_older_one_cannot(
        self, compliance: Client
    ) -> None:
        version = cast.begun()
        before = version.texts
        add(
            compliance, version, "cn", "CN-36 crew_limit", row="ST-99", topic="crew", source="house"
        )
        version.refresh_from_db()
        page = compliance.get(reverse("rulebook:values", args=[version.reference]))
        out = reverse("rulebook:drop", args=place_of(version, "ST-99", "crew_limit"))
        assert page.content.decode().count("/take-out/") == 1
        assert compliance.post(out, {"guard_key": "d"}).status_code == 302
        version.refresh_from_db()
        assert version.texts == before
        with pytest.raises(WrongInput):
            editing.drop_value(
                **cast.place(version, "ST-02", "visit_length"), by=make.compliance_officer(),
                at=cast.AT,
            )  # fmt: skip

    def test_that_takes_the_place_of_an_older_one_is_no_new_one(self) -> None:
        assert editing.new_lines(cast.drafted()) == set()


class TestTwoPeopleAtOneDraft:
    def test_the_second_is_told_that_lines_may_have_moved_and_changes_nothing(
        self, chinese: Client
    ) -> None:
        version = cast.begun()
        old = version.digest
        add(chinese, version, "cn", "CN-36 crew_limit", row="ST-99", topic="hours", source="house")
        address = reverse("rulebook:value", args=place_of(version, "ST-02"))
        form = chinese.get(address).context["form"]
        answer = chinese.post(
            address, {**sent(form), "minutes": "30", "guard_key": "z", "seen": old}
        )
        told = "此草案已被他人修改，请重新打开后再改。"
        assert faults(answer) == {"__all__": [told]}
        assert f'name="seen" value="{old}"' in answer.content.decode()  # and so at the next press
        assert change(chinese, version, "ST-02", minutes="30", seen="").status_code == 302


class TestASource:
    GIVEN = {
        "title_zh": "《关于规范上门催收的通知》", "title": "Notice on regulating visits",
        "url": "https://www.nfra.gov.cn/", "force": "regulation", "confidence": "high",
        "checked_by": "林静", "checked_on": "2026-06-19",
    }  # fmt: skip

    def test_is_listed_and_can_be_cited_at_once(self, compliance: Client) -> None:
        version = cast.begun()
        address = reverse("rulebook:sources", args=[version.reference])
        assert compliance.post(address, {**self.GIVEN, "guard_key": "s"}).status_code == 302
        page = compliance.get(address).content.decode()
        assert "Notice on regulating visits" in page
        assert "林静" in page
        code = "notice-on-regulating-vis"
        assert (
            change(compliance, version, "ST-32", source=code, force="regulation").status_code == 302
        )
        new = entry(version, "ST-32")
        assert new.citation.title_zh == "《关于规范上门催收的通知》"
        assert new.citation.url == "https://www.nfra.gov.cn/"
        book = actions.pack_of(version)
        assert book.sources[code]["checked_on"] == date(2026, 6, 19)

    @pytest.mark.parametrize(
        ("changes", "field", "told"),
        [
            ({"checked_on": ""}, "checked_on", "请同时填写核对人和核对日期，或者都不填。"),
            ({"checked_on": "2026-07-19"}, "checked_on", "该日期尚未到来。"),
            ({"url": "nfra"}, "url", "请填写完整网址，例如 https://www.gov.cn/。"),
            ({"title": ""}, "title", "请填写此项。"),
            ({"title_zh": "《上门催收内部规则》"}, "title_zh", "该名称的依据已经列出。"),
        ],
    )
    def test_that_is_not_in_order_is_told_beside_the_field(
        self, chinese: Client, changes: dict[str, str], field: str, told: str
    ) -> None:
        version = cast.begun()
        if field == "title_zh":
            changes = {"title_zh": sources_of(version)["house"]["title_zh"]}
        address = reverse("rulebook:sources", args=[version.reference])
        answer = chinese.post(address, {**self.GIVEN, **changes, "guard_key": "s"})
        assert faults(answer) == {field: [told]}


class TestMarkedAsChecked:
    def test_stands_beside_the_value_which_stays_as_it_is(self, compliance: Client) -> None:
        version = cast.begun()
        address = reverse("rulebook:checked", args=place_of(version, "ST-02", "visit_length"))
        form = compliance.get(address).context["form"]
        assert form.initial["checked_by"] == str(make.compliance_officer())
        given = {"checked_by": "林静", "checked_on": "2026-06-19", "guard_key": "c"}
        assert compliance.post(address, given).status_code == 302
        (marked,) = [e for e in actions.pack_of(PackVersion.objects.get(pk=version.pk)).entries if e.id == "ST-02"]  # fmt: skip
        assert (marked.checked_by, marked.checked_on) == ("林静", date(2026, 6, 19))
        assert (marked.since, marked.until) == (date(2025, 1, 1), None)
        page = compliance.get(version.get_absolute_url()).content.decode()
        assert "<ins>林静</ins>" in page

    def test_is_no_day_that_is_still_to_come(self, compliance: Client) -> None:
        version = cast.begun()
        address = reverse("rulebook:checked", args=place_of(version, "ST-02", "visit_length"))
        given = {"checked_by": "林静", "checked_on": "2026-06-21", "guard_key": "c"}
        assert faults(compliance.post(address, given)) == {
            "checked_on": ["This day is still to come."]
        }

    def test_is_carried_by_findings_once_published_and_not_by_those_of_before(self) -> None:
        who = make.compliance_officer()
        before = ask("visit.plan", evening("2026-07-01"), on=date(2026, 7, 1)).as_dict()
        version = cast.drafted()
        version = editing.mark_checked(
            **cast.place(version, "ST-02", "visit_length"), checked_by="林静",
            checked_on=date(2026, 6, 19), by=who, at=cast.AT,
        )  # fmt: skip
        place = next(
            one
            for one in written_in(version.files)
            if one.table["id"] == "ST-01" and one.table["since"] == cast.FROM
        )
        version = editing.mark_checked(
            version=version, file=place.file, number=place.number, checked_by="林静",
            checked_on=date(2026, 6, 19), by=who, at=cast.AT,
        )  # fmt: skip
        cast.looked(version)
        actions.propose(version=version, by=who, at=cast.AT)
        with TestCase.captureOnCommitCallbacks(execute=True):
            actions.publish(version=version, answer="同意", by=make.supervisor(), at=cast.AT)
        (finding,) = ask("visit.plan", evening("2026-07-01"), on=date(2026, 7, 1)).blocks
        assert (finding.rule, finding.checked_by) == ("ST-01", "林静")
        assert finding.checked
        assert replay(before).as_dict() == before


class TestAPublishedTable:
    def test_judges_from_its_day_on_and_older_decisions_stay_as_they_were(self) -> None:
        who = make.compliance_officer()
        threat = replace(LAWFUL, packs=("story",), text="等着瞧", at=cast.AT)
        before = ask("text.send", threat, on=date(2026, 6, 20)).as_dict()
        assert before["allowed"]
        version = cast.begun()
        place = cast.place(version, "ST-THREAT", "lawful_words")
        listed = entry(version, "ST-THREAT", date(2025, 1, 1))["phrases"]
        version = actions.change_value(
            **place, since=cast.FROM, figures={"phrases": {**listed, "zh": [*listed["zh"], "等着瞧"]}},
            by=who, at=cast.AT,
        )  # fmt: skip
        assert cast.looked(version).state == "done"
        actions.propose(version=version, by=who, at=cast.AT)
        with TestCase.captureOnCommitCallbacks(execute=True):
            actions.publish(version=version, answer="同意", by=make.supervisor(), at=cast.AT)
        later = replace(threat, at=make.moment("2026-07-01 10:00"))
        (finding,) = ask("text.send", later, on=cast.FROM).blocks
        assert (finding.rule, finding.pack_version) == ("ST-THREAT", "2026.2")
        assert replay(before).as_dict() == before


class TestADeletedDraft:
    def test_is_gone_but_for_a_line_on_the_timeline(self, compliance: Client) -> None:
        version = cast.drafted()
        cast.looked(version)
        address = reverse("rulebook:delete", args=[version.reference])
        answer = compliance.post(address, {"guard_key": "x"})
        assert answer.url == reverse("rulebook:versions")
        assert not PackVersion.objects.filter(pk=version.pk).exists()
        told = Event.objects.get(kind="rules.draft_deleted")
        assert told.data["reference"] == version.reference

    def test_cannot_be_one_that_was_proposed(self, compliance: Client) -> None:
        version = cast.proposed()
        answer = compliance.post(
            reverse("rulebook:delete", args=[version.reference]), {"guard_key": "x"}
        )
        assert answer.status_code == 409
        with pytest.raises(StateRefused):
            actions.delete_draft(version=version, by=make.compliance_officer(), at=cast.AT)


@pytest.mark.parametrize("who", [make.clerk, make.supervisor, make.administrator])
def test_nobody_but_compliance_edits(who: Any) -> None:
    version = cast.begun()
    place = cast.place(version, "ST-02", "visit_length")
    given = {"by": who(), "at": cast.AT}
    for act in (
        lambda: editing.add_source(version=version, source=TestASource.GIVEN, **given),
        lambda: editing.mark_checked(**place, checked_by="a", checked_on=cast.FROM, **given),
        lambda: actions.delete_draft(version=version, **given),
    ):
        with pytest.raises(RightRefused):
            act()
    with pytest.raises(RightRefused):
        editing.add_value(version=version, topic="crew", table={"id": "X", "since": cast.FROM}, **given)  # fmt: skip
