"""Random faults at random moments: nothing lost, nothing delivered twice, every doubt explained."""

import pytest

from tests.faults.house import House
from tests.faults.storm import Storm

pytestmark = pytest.mark.worker


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a run; how many and from which seed is said on the command line."""
    if "number" in metafunc.fixturenames:
        runs = metafunc.config.getoption("--fault-runs")
        metafunc.parametrize("number", range(1, runs + 1))


class TestStorm:
    def test_leaves_every_promised_notice_accounted_for_once(
        self, house: House, number: int, request: pytest.FixtureRequest
    ) -> None:
        storm = Storm(request.config.getoption("--fault-seed"), house, number)
        wrong = storm.blow()
        print(f"{storm} -> {storm.states}")  # noqa: T201 - pytest shows it when the run fails
        assert not wrong, "\n".join([str(storm), *wrong])


class TestHouseAfterTheStorms:
    def test_keeps_every_invariant(self, house: House) -> None:
        house.run("call", within=120, target="tests.faults.judging.keep_invariants", given={})
