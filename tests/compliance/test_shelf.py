"""Several versions of a pack: which one judges is told by the day of the act, and each is found again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from compliance import packs
from compliance.ask import ask, earliest, replay, value
from compliance.shelf import Edition, Pack, PackUnreadable
from tests.compliance.given import LAWFUL, at

ON = date(2026, 6, 20)
FROM = date(2026, 7, 1)
TUESDAY = replace(
    LAWFUL, start=at("2026-06-30 19:00"), end=at("2026-06-30 20:00"), at=at("2026-06-20 10:00"),
    served_at=at("2026-06-20 10:00"),
)  # fmt: skip
WEDNESDAY = replace(TUESDAY, start=at("2026-07-01 19:00"), end=at("2026-07-01 20:00"))


def shorter(closes: str = "19:00:00", version: str = "2026.2") -> Pack:
    """The house's rules with an evening that ends sooner."""
    texts = packs.texts_of("story")
    texts["hours.toml"] = texts["hours.toml"].replace(
        b"closes = 20:00:00", f"closes = {closes}".encode(), 1
    )
    texts["pack.toml"] = texts["pack.toml"].replace(b"2026.1", version.encode(), 1)
    return packs.parse("story", texts)


@pytest.fixture(autouse=True)
def tidy() -> Iterator[None]:
    """Whatever a test puts on the shelf is taken off again."""
    yield
    packs.shelve({})


def publish() -> Pack:
    pack = shorter()
    packs.shelve({"story": [Edition(FROM, pack)]})
    return pack


class TestADayOfTheAct:
    def test_before_the_new_version_is_judged_by_the_old_one(self) -> None:
        pack = publish()
        verdict = ask("visit.plan", TUESDAY, on=ON)
        assert verdict.allowed
        assert verdict.packs == {"story": "2026.1"}
        assert verdict.digests["story"] != pack.digest

    def test_from_its_first_day_on_is_judged_by_the_new_one(self) -> None:
        pack = publish()
        verdict = ask("visit.plan", WEDNESDAY, on=ON)
        assert [(found.rule, found.pack_version) for found in verdict.blocks] == [
            ("ST-01", "2026.2")
        ]
        assert verdict.packs == {"story": "2026.2"}
        assert verdict.digests == {"story": pack.digest}
        assert verdict.earliest == at("2026-07-02 08:00")

    def test_chooses_the_plain_values_too(self) -> None:
        publish()
        assert f"{value(['story'], 'visit.closes', date(2026, 6, 30)):%H:%M}" == "20:00"
        assert f"{value(['story'], 'visit.closes', FROM):%H:%M}" == "19:00"

    def test_is_where_the_search_looks_again(self) -> None:
        """A looser version heals what a stricter one refuses, on its first day."""
        strict = shorter(closes="08:30:00", version="2026.2")
        loose = packs.parse("story", packs.texts_of("story"))
        packs.shelve({"story": [Edition(ON, strict), Edition(FROM, loose)]})
        found = earliest("visit.plan", TUESDAY, after=at("2026-06-25 08:00"))
        assert found == at("2026-07-01 08:00")


class TestAVersion:
    def test_is_found_again_by_its_digest_when_it_no_longer_counts(self) -> None:
        stored = ask("visit.plan", replace(TUESDAY, start=at("2026-07-03 19:00"), end=at("2026-07-03 20:00")), on=ON).as_dict()  # fmt: skip
        publish()
        again = replay(stored)
        assert again.as_dict() == stored
        assert again.packs == {"story": "2026.1"}

    def test_is_looked_up_where_it_is_kept_if_this_process_never_read_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(packs, "_finders", [])  # no house and no database are asked here
        kept = shorter(closes="18:00:00", version="1999.9")
        packs._by_digest.pop(kept.digest)
        assert packs.by_digest(kept.digest) is None
        keeper = {kept.digest: kept}.get
        packs.find_by(keeper)
        try:
            assert packs.by_digest(kept.digest) is kept
        finally:
            packs._finders.remove(keeper)

    def test_that_cannot_be_trusted_refuses_everything_that_leans_on_its_pack(self) -> None:
        packs.shelve({}, {"story": PackUnreadable("story", ["2026.2 is not what was published"])})
        verdict = ask("visit.plan", TUESDAY, on=ON)
        assert [found.rule for found in verdict.blocks] == ["DS-PACKS"]
        assert "2026.2 is not what was published" in verdict.blocks[0].says["en"]

    def test_stays_on_the_shelf_when_the_files_are_looked_at_again(self) -> None:
        publish()
        packs.refresh()
        assert packs.load("story").version == "2026.2"
        assert packs.load("story", ON).version == "2026.1"
