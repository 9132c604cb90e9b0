"""A bundle for a court: what is in it, and what its own program finds when anything was touched."""

import io
import json
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from cases.models import Case
from court import actions
from court.models import Bundle
from people.models import User
from tests import make, walk
from tests.court import cast
from tests.court.test_tampering import Memory
from timeline.chain import ERASED
from timeline.erasing import take_out
from timeline.models import Event
from workflow.steps import note


def erased(case: Case) -> str:
    """Take one value out of the timeline, as the keeping of terms does; gives what is gone."""
    words = "曾在电话里说起住院"
    note(case, event="contact.logged", by=make.clerk(), at=AT, data={"words": words})
    event = Event.objects.filter(case=case, kind="contact.logged").latest("number")
    fields = {str(event.number): ["data.words"]}

    def take(fresh: Case, by: User, at: datetime) -> None:
        take_out(fresh, fields)

    note(
        Case.objects.get(pk=case.pk), event=ERASED, by=make.clerk(), at=AT,
        data={"certificate": "DC-1", "fields": fields}, then=take,
    )  # fmt: skip
    return words


AT = make.moment("2026-03-05 16:00")


@pytest.mark.django_db(transaction=True)
class TestBuild:
    def test_gives_a_bundle_in_which_its_own_program_finds_nothing(self, tmp_path: Path) -> None:
        bundle = cast.built(make.prepared_case())
        found, told = cast.checked(actions.file_of(bundle))
        assert found == []
        assert told["signature_checked"]
        assert told["events"] == bundle.events == Case.objects.get().event_count - 3

    def test_gives_the_same_bytes_again(self, tmp_path: Path) -> None:
        from court.building import build

        bundle = cast.built(make.prepared_case())
        build(bundle, tmp_path / "again.zip")
        assert (tmp_path / "again.zip").read_bytes() == actions.file_of(bundle).read_bytes()

    def test_holds_after_values_were_deleted_by_their_term(self) -> None:
        case = make.prepared_case()
        gone = erased(case)
        found, told = cast.checked(actions.file_of(cast.built(case)))
        assert found == []
        assert told["erased_events"] == 1
        assert told["redacted_events"] == 0
        with zipfile.ZipFile(actions.file_of(Bundle.objects.get())) as zip_:
            assert gone.encode() not in zip_.read("timeline.jsonl")

    def test_names_a_value_that_is_gone_and_that_the_chain_does_not_name(self) -> None:
        case = make.prepared_case()
        erased(case)
        place = actions.file_of(cast.built(case))
        with zipfile.ZipFile(place) as zip_:
            files = {name: zip_.read(name) for name in zip_.namelist()}
        rows = [json.loads(line) for line in files["timeline.jsonl"].splitlines()]
        last = next(row for row in reversed(rows) if row["fields"] and row["kind"] != ERASED)
        name = min(last["fields"])
        del last["fields"][name], last["salts"][name]
        text = "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows)
        verify = cast.program(place)
        found, _told = verify.check(Memory({**files, "timeline.jsonl": text.encode()}))
        assert f"chain breaks at {last['number']}: a field was removed" in {
            one.told("en") for one in found
        }

    def test_redacted_verifies_and_holds_no_number_of_the_debtor(self) -> None:
        case = make.prepared_case()
        bundle = cast.built(
            case, scope="redacted", hidden=["id_numbers", "phones", "addresses"],
            hidden_why="公开开庭", reason="开庭使用",
        )  # fmt: skip
        found, told = cast.checked(actions.file_of(bundle))
        assert found == []
        assert told["redacted"]
        with zipfile.ZipFile(actions.file_of(bundle)) as zip_:
            texts = b"".join(zip_.read(n) for n in zip_.namelist() if not n.endswith(".pdf"))
        for point in case.debtor.contact_points.all():
            assert point.value.encode() not in texts


def words_of(place: Path) -> str:
    """All that can be read in the ZIP, in its names, its texts and its papers with what they say of themselves."""
    read = []
    with zipfile.ZipFile(place) as zip_:
        for name in zip_.namelist():
            content = zip_.read(name)
            read.append(name)
            if name.endswith(".pdf"):
                paper = PdfReader(io.BytesIO(content))
                read += [page.extract_text() for page in paper.pages]
                read.append(str(paper.metadata))
            else:
                read.append(content.decode(errors="replace"))
    return "\n".join(read)


@pytest.mark.django_db(transaction=True)
def test_with_everything_black_nothing_tells_who_the_people_are() -> None:
    visit = walk.talked()
    case = visit.case
    make.guarantor(case, name="孙国梁")
    case = Case.objects.get(pk=case.pk)
    bundle = cast.built(
        case, scope="redacted", hidden=list(Bundle.Hidden.values), hidden_why="公开开庭",
        people=[case.debtor_name],
    )  # fmt: skip
    found, _told = cast.checked(actions.file_of(bundle))
    assert found == []
    read = words_of(actions.file_of(bundle))
    people = [case.debtor, *(party.person for party in case.parties.all())]
    secrets = {person.name for person in people} | {person.id_number for person in people}
    secrets |= {point.value for one in people for point in one.contact_points.all()}
    secrets |= {address.text for one in people for address in one.addresses.all()}
    secrets |= {"我想还，但要分期。", "去年十月停工", "6222000012345678"}
    assert {one for one in secrets if one and one in read} == set()
    assert "visit.started" in read
