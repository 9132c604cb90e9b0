"""One house for all fault tests of a process; each test cleans up after itself."""

from collections.abc import Iterator

import pytest

from tests.faults.house import House


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whichever test comes first has to wait for the house's own database to be made."""
    for item in items:
        if "tests/faults/" in str(item.path) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def whole_house() -> Iterator[House]:
    """The house, begun once."""
    house = House()
    try:
        yield house.begin()
    finally:
        house.end()


@pytest.fixture
def house(whole_house: House) -> Iterator[House]:
    """The house with both servers up, a good mail server, and nobody at work."""
    whole_house.sink.clear()
    yield whole_house
    for name in list(whole_house.alive):
        whole_house.kill(name)
    whole_house.forget_orders()
    whole_house.sink.be_good()
