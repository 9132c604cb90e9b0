"""Personal data masked: in a cell of a table, and wherever they stand in a text."""

import pytest

from people.masking import mask, mask_in
from tests import make


class TestMask:
    @pytest.mark.parametrize(
        ("value", "kind", "shown"),
        [
            ("王海燕", "name", "王**"),
            ("Wang Haiyan", "name", "W. H."),
            ("haiyan@debtor.example", "email", "h***@debtor.example"),
            ("330106198503121234", "id", "3301**********1234"),
            ("138 0000 0000", "phone", "138****0000"),
            ("杭州市西湖区文三路 88 号", "address", "杭州市****"),
            ("", "name", ""),
        ],
    )
    def test_hides_all_but_what_tells_two_rows_apart(
        self, value: str, kind: str, shown: str
    ) -> None:
        assert mask(value, kind) == shown


@pytest.mark.django_db
class TestMaskIn:
    def test_hides_name_address_and_numbers_wherever_they_stand(self) -> None:
        person = make.case().debtor
        place, mail = person.addresses.first(), person.contact_points.first()
        assert place is not None
        assert mail is not None
        text = mask_in(f"{person.name}，{place}，{mail.value}，{person.name_en}", person)
        for told in (person.name, str(place), mail.value, person.name_en):
            assert told not in text
        assert text.startswith("王**，")

    def test_leaves_a_text_without_them_as_it_is(self) -> None:
        assert mask_in("请在方便时回电。", make.case().debtor) == "请在方便时回电。"
