"""A stolen dump of the demo's database says nothing of what is sealed."""

import pytest

from demo.loading import load
from tests import make
from tests.dumped import as_dumped, dump, said, without_house


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(900)
class TestDump:
    def test_says_nothing_of_what_is_sealed(self, clock, mailbox, settings, tmp_path) -> None:
        settings.MEDIA_ROOT = tmp_path
        now = make.moment("2026-11-24 11:30")
        clock.set(now)
        load(now)
        told = without_house(dump())
        assert "people_person" in told
        known = said()
        assert len(known) > 500
        found = sorted(
            f"{where}: {text}"
            for text, where in known.items()
            if any(one in told for one in as_dumped(text))
        )
        assert found == []
