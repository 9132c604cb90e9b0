"""Which packs apply, by where the debtor is, the creditor, who collects and the debt."""

from hypothesis import given
from hypothesis import strategies as st

from compliance import packs
from compliance.applying import STRICT, Situation, left_out, packs_for
from compliance.entry import COLLECTORS, CREDITORS
from compliance.parsing import DEBTS
from compliance.places import COUNTRIES

HOUSE = ("cn", "story")


def applied(**case: object) -> list[tuple[str, str]]:
    return [(one.pack, one.code) for one in packs_for(Situation(**case))]  # type: ignore[arg-type]


class TestPacksFor:
    def test_keeps_a_list_as_it_was_set_where_the_creditor_is_at_home(self) -> None:
        found = applied(country="CN", home="CN", chosen=HOUSE)
        assert found == [("cn", "chosen"), ("story", "chosen")]

    def test_takes_the_place_where_nothing_was_set(self) -> None:
        assert applied(country="CN", home="CN") == [("cn", "place")]

    def test_leaves_the_law_of_home_behind_and_takes_the_rules_of_the_house_along(self) -> None:
        found = applied(country="GB", region="ENG", home="CN", chosen=HOUSE)
        assert found == [("gb", "place"), ("story", "chosen")]

    def test_leaves_behind_what_tightens_the_law_of_home(self) -> None:
        found = applied(country="GB", home="CN", chosen=("cn", "house-hz", "story"))
        assert found == [("gb", "place"), ("story", "chosen")]

    def test_puts_a_part_of_the_country_after_the_country(self) -> None:
        assert applied(country="GB", region="SCT") == [("gb", "place"), ("gb-sct", "place")]
        assert applied(country="US", region="MA") == [("us", "place"), ("us-ma", "place")]

    def test_puts_a_town_last_however_it_is_written(self) -> None:
        found = applied(country="US", region="NY", locality="new york city")
        assert found == [("us", "place"), ("us-ny-nyc", "place")]
        assert applied(country="US", region="NY", locality="Albany") == [("us", "place")]
        assert applied(country="US", region="NJ", locality="New York") == [("us", "place")]

    def test_puts_the_strict_default_on_top_of_rules_that_are_known_in_part(self) -> None:
        assert applied(country="SG") == [("sg", "place"), (STRICT, "short")]

    def test_asks_who_the_creditor_is(self) -> None:
        assert applied(country="HK", creditor_type="bank")[0] == ("hk", "place")
        assert applied(country="HK", creditor_type="private") == [(STRICT, "no_pack")]

    def test_takes_the_rules_of_banks_where_nobody_knows_who_the_creditor_is(self) -> None:
        assert applied(country="HK")[0] == ("hk", "place")

    def test_falls_back_on_the_strict_default_where_no_pack_of_the_place_is(self) -> None:
        assert applied(country="BR", chosen=HOUSE) == [(STRICT, "no_pack"), ("story", "chosen")]

    def test_does_so_where_nobody_knows_the_country(self) -> None:
        assert applied(chosen=HOUSE) == [(STRICT, "no_country"), ("story", "chosen")]

    def test_lists_no_pack_twice(self) -> None:
        found = applied(country="BR", chosen=(STRICT, STRICT, "story"))
        assert found == [(STRICT, "no_pack"), ("story", "chosen")]

    def test_keeps_a_pack_that_cannot_be_read_so_that_it_refuses(self) -> None:
        assert ("no-such", "chosen") in applied(country="GB", chosen=("no-such",))

    def test_says_why_in_both_languages(self) -> None:
        (found,) = packs_for(Situation(country="GB", region="ENG", locality="London"))
        assert "London, England, United Kingdom" in found.why["en"]
        assert "英国英格兰London" in found.why["zh"]

    @given(
        st.builds(
            Situation,
            country=st.sampled_from(["", "XX", *COUNTRIES]),
            region=st.sampled_from(["", "ENG", "SCT", "MA", "NY"]),
            locality=st.sampled_from(["", "New York", "Boston"]),
            creditor_type=st.sampled_from(["", *CREDITORS]),
            collector=st.sampled_from(["", *COLLECTORS]),
            debts=st.frozensets(st.sampled_from(DEBTS)),
            chosen=st.lists(st.sampled_from([*packs.names(), "no-such"]), max_size=4).map(tuple),
            home=st.sampled_from(["", "CN", "GB"]),
        )
    )
    def test_is_never_empty_and_never_says_a_thing_twice(self, case: Situation) -> None:
        found = [one.pack for one in packs_for(case)]
        assert found
        assert len(found) == len(set(found))

    @given(st.sampled_from(list(COUNTRIES)))
    def test_gives_every_country_the_hours_in_which_a_visit_may_be_made(self, country: str) -> None:
        found = [one.pack for one in packs_for(Situation(country=country))]
        asked = {entry.rule for name in found for entry in packs.describe(name)}
        assert "visit_hours" in asked


class TestLeftOut:
    def test_names_the_law_of_home_that_a_list_does_not_name(self) -> None:
        assert left_out(Situation(country="CN", home="CN", chosen=("story",))) == ("cn",)

    def test_is_empty_where_the_list_names_it_or_the_place_decides(self) -> None:
        assert left_out(Situation(country="CN", home="CN", chosen=HOUSE)) == ()
        assert left_out(Situation(country="GB", home="CN", chosen=("story",))) == ()
