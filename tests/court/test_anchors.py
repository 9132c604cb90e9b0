"""The signed daily heads: what a chain alone cannot show they do."""

import json
import os
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cases.models import Case
from court import running
from notices.models import StaffMessage
from tests import make
from timeline import anchoring, merkle
from timeline.chain import digest_of
from timeline.models import Anchor, AnchorLeaf, Event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_anchors")]
DAY = make.moment("2026-03-06 00:30")


def past_the_guard(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("alter table timeline_event disable trigger user")
        cursor.execute(sql, params)
        cursor.execute("alter table timeline_event enable trigger user")


def proven() -> str:
    said = StringIO()
    try:
        call_command("verify_timeline", "--anchors", stdout=said, stderr=said)
    except CommandError:
        return said.getvalue()
    return ""


class TestAnchors:
    def test_are_made_once_a_day_and_hold(self) -> None:
        make.prepared_case()
        running.anchor(at=DAY)
        running.anchor(at=DAY)
        assert [a.day.isoformat() for a in Anchor.objects.all()] == ["2026-03-05"]
        running.anchor(at=make.moment("2026-03-09 01:00"))
        last = Anchor.objects.first()
        assert last is not None
        assert (last.day.isoformat(), last.since.isoformat()) == ("2026-03-08", "2026-03-06")
        assert proven() == ""

    def test_tell_a_chain_that_its_owner_hashed_anew(self) -> None:
        case = make.prepared_case()
        running.anchor(at=DAY)
        head = ""
        for event in Event.objects.filter(case=case).order_by("number"):
            event.actor_name, event.previous = "别人", head
            head = event.digest = digest_of(event)
            past_the_guard(
                "update timeline_event set actor_name=%s, previous=%s, digest=%s where id=%s",
                event.actor_name, event.previous, event.digest, event.pk,
            )  # fmt: skip
        Case.objects.filter(pk=case.pk).update(head=head)
        assert "the chain was hashed anew" in proven()

    @pytest.mark.parametrize("lost", [1, 2, None])
    def test_tell_the_events_that_an_older_copy_lacks(self, lost: int | None) -> None:
        case = make.prepared_case()
        running.anchor(at=DAY)
        count = Case.objects.get(pk=case.pk).event_count
        left = count - (lost or count)
        past_the_guard("delete from timeline_stop where case_id = %s", case.pk)
        past_the_guard("delete from timeline_event where case_id = %s and number > %s", case.pk, left)  # fmt: skip
        kept = Event.objects.filter(case=case, number=left).first()
        Case.objects.filter(pk=case.pk).update(event_count=left, head=kept.digest if kept else "")
        gone = f"{left + 1} to {count}" if left + 1 < count else f"{count}"
        said = f"{case.reference}: missing events {gone} (the anchor of 2026-03-05 says {count} events, here are {left})"
        assert said in proven()

    def test_tell_a_case_that_is_gone_altogether(self) -> None:
        case = make.prepared_case()
        running.anchor(at=DAY)
        count = Case.objects.get(pk=case.pk).event_count
        Case.objects.filter(pk=case.pk).update(reference="HZ-2026-9999")
        assert f"{case.reference}: missing events 1 to {count} (" in proven()

    def test_that_cannot_be_signed_leave_nothing_behind(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: Any) -> bytes:
            raise LookupError("no key")

        make.prepared_case()
        monkeypatch.setattr(anchoring, "_put", broken)
        with pytest.raises(LookupError):
            running.anchor(at=DAY)
        assert not Anchor.objects.exists()
        assert not list(anchoring.home().glob("*.part"))
        monkeypatch.undo()
        running.anchor(at=DAY)
        assert proven() == ""

    def test_are_mailed_to_those_who_keep_a_copy(self, settings: Any) -> None:
        settings.ANCHOR_TO = ["notary@example.org"]
        make.prepared_case()
        running.anchor(at=DAY)
        running.anchor(at=DAY)
        [message] = StaffMessage.objects.filter(kind="anchor")
        anchor = Anchor.objects.get()
        assert anchor.root in message.text
        assert anchor.mailed_to == ["notary@example.org"]

    def test_say_how_many_leaves_they_have_and_where_each_stands(self) -> None:
        case = make.prepared_case()
        running.anchor(at=DAY)
        said = json.loads((anchoring.home() / "2026-03-05.json").read_bytes())
        leaves = list(anchoring.leaves_of("2026-03-05"))
        anchor = Anchor.objects.get()
        assert (said["size"], said["root"], said["previous"]) == (len(leaves), anchor.root, None)
        assert (said["day"], said["since"], said["version"]) == ("2026-03-05", "2026-03-05", 1)
        assert (anchor.size, said["key"]) == (len(leaves), anchor.signed_by)
        assert [leaf[0] for leaf in leaves[:2]] == ["root", "house"]
        head = Case.objects.get(pk=case.pk)
        kept = AnchorLeaf.objects.get(case=case)
        assert leaves[kept.place] == ["case", case.reference, head.event_count, head.head]
        assert (kept.number, kept.head) == (head.event_count, head.head)
        assert [path.suffix for path in sorted(anchoring.home().iterdir())] == [".json", ".leaves", ".sig"]  # fmt: skip

    def test_are_on_the_disk_before_they_bear_their_names(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A power cut leaves a whole anchor or none, and never a name without what it stands for."""
        real, synced = os.fsync, []

        def sync(number: int) -> None:
            synced.append(Path(f"/proc/self/fd/{number}").readlink())
            assert synced[-1].stat().st_size, "nothing was written yet"
            real(number)

        monkeypatch.setattr(anchoring.os, "fsync", sync)
        make.prepared_case()
        running.anchor(at=DAY)
        mine = [path for path in synced if path.parent == anchoring.home()]
        assert [path.name.split(".")[:2] for path in mine] == [
            ["2026-03-05", "leaves"], ["2026-03-05", "sig"], ["2026-03-05", "json"],
        ]  # fmt: skip
        assert {path.suffix for path in mine} == {".part"}
        assert not list(anchoring.home().glob("*.part"))

    def test_say_the_same_in_the_same_bytes(self) -> None:
        running.anchor(at=DAY)
        content = (anchoring.home() / "2026-03-05.json").read_bytes()
        assert content == json.dumps(json.loads(content), indent=1, sort_keys=True).encode()

    def test_prove_each_leaf_of_theirs(self) -> None:
        make.prepared_case()
        running.anchor(at=DAY)
        lines = (anchoring.home() / "2026-03-05.leaves").read_bytes().splitlines()
        hashes = [merkle.leaf_hash(line) for line in lines]
        for place, line in enumerate(lines):
            assert anchoring.proof_of("2026-03-05", place) == {
                "leaf": json.loads(line), "index": place, "path": merkle.path_to(place, hashes),
            }  # fmt: skip

    def test_hold_a_case_again_only_once_it_went_on(self) -> None:
        make.prepared_case()
        running.anchor(at=DAY)
        running.anchor(at=make.moment("2026-03-07 00:30"))
        second = list(anchoring.leaves_of("2026-03-06"))
        first = Anchor.objects.get(day="2026-03-05")
        assert [leaf[0] for leaf in second] == ["root", "house"]
        assert second[0] == ["root", "2026-03-05", 0, first.root]
        said = json.loads((anchoring.home() / "2026-03-06.json").read_bytes())
        assert said["previous"] == {"day": "2026-03-05", "root": first.root}

    @pytest.mark.parametrize(
        ("spoil", "says"),
        [
            (lambda home: _edit(home / "2026-03-05.json", '"size"', '"sise"'), "of 2026-03-05 does not carry the house's signature"),
            (lambda home: _edit(home / "2026-03-05.leaves", '"case"', '"cape"'), "of 2026-03-05: its leaves do not lead to its root"),
            (lambda home: (home / "2026-03-05.json").unlink(), "of 2026-03-06 does not follow the one before it"),
            (lambda home: (home / "2026-03-05.json").unlink(), "of 2026-03-05 is missing from its folder"),
            (lambda home: (home / "2026-03-06.sig").unlink(), "of 2026-03-06 cannot be read"),
            (lambda home: (home / "2026-03-06.json").write_text("{"), "of 2026-03-06 cannot be read"),
            (lambda _home: past_the_guard("delete from timeline_anchor where day = '2026-03-06'"), "of 2026-03-06 is later than this database"),
        ],
    )  # fmt: skip
    def test_name_whatever_is_wrong_in_their_folder(
        self, spoil: Callable[[Path], Any], says: str
    ) -> None:
        make.prepared_case()
        running.anchor(at=DAY)
        running.anchor(at=make.moment("2026-03-07 00:30"))
        assert proven() == ""
        spoil(anchoring.home())
        assert f"the anchor {says}" in "\n".join(anchoring.verify_anchors())


def _edit(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
