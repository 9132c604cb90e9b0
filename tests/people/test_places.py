"""How a place is written."""

from people.models import Address


class TestAddress:
    def test_is_written_from_the_large_to_the_small_in_chinese(self) -> None:
        assert (
            str(Address(city="杭州", district="西湖区", text="文三路 1 号"))
            == "杭州西湖区文三路 1 号"
        )

    def test_is_written_from_the_small_to_the_large_in_latin_letters(self) -> None:
        found = Address(city="London", text="17 Example Street, Flat 4")
        assert str(found) == "17 Example Street, Flat 4, London"
