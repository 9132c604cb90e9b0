"""Where an address lies: entered by hand, or taken over from what a telephone measured at its door."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from cases.actions import preparing
from cases.models import Case
from people.models import Address, User
from retention.forgetting import forget
from tests import make, walk
from tests.dumped import dump
from timeline.models import Event
from visits.actions.locating import take_position
from visits.actions.safety import record_position
from visits.models import Position, Visit
from workflow.steps import AlreadyDone, Outsider, PolicyRefused, RightRefused, WrongInput

AT = make.moment("2026-03-06 10:00")
HERE = {"lat": "30.274085", "lon": "120.15507", "accuracy_m": 18}
KEPT = "30.274085,120.155070"

pytestmark = pytest.mark.django_db


def browser(who: User) -> Client:
    client = Client()
    client.force_login(who)
    client.cookies["django_language"] = "en"
    return client


def measured(**given: Any) -> tuple[Visit, Position]:
    """A visit at whose door a telephone measured where it was."""
    visit = walk.at_the_door()
    record_position(
        visit=visit, kind="check_in", by=make.crew()[0], at=make.moment("2026-03-05 14:32"),
        **{**HERE, **given},
    )  # fmt: skip
    return visit, Position.objects.get()


def address_of(visit: Visit) -> Address:
    return Address.objects.get(pk=visit.place_id)


class TestPositionOfAnAddress:
    def data(self, address: Address, **given: str) -> dict[str, str]:
        return {
            "guard_key": "k", "person": str(address.person_id), "kind": address.kind, "city": address.city,
            "district": address.district, "text": address.text, "source": address.source, **given,
        }  # fmt: skip

    def sent(self, **given: str) -> tuple[Any, Address]:
        case = make.case()
        address = case.debtor.addresses.get()
        answer = browser(make.clerk()).post(
            reverse("cases:edit_address", args=[case.reference, address.pk]),
            self.data(address, **given),
        )
        return answer, Address.objects.get(pk=address.pk)

    def test_is_kept_as_it_was_typed(self, clock: Any) -> None:
        clock.set(AT)
        answer, address = self.sent(position="30.274085，120.15507")
        assert answer.status_code == 302
        assert address.position == KEPT
        told = Event.objects.get(kind="address.updated").data
        assert "position" in told["fields"]
        assert "30.27" not in str(told)

    @pytest.mark.parametrize(
        ("said", "words"),
        [("120.15507, 30.274085", "latitude first"), ("here", "no place on earth"), ("95, 200", "no place on earth")],
    )  # fmt: skip
    def test_is_refused_in_words_where_it_is_none(self, clock: Any, said: str, words: str) -> None:
        clock.set(AT)
        answer, address = self.sent(position=said)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert address.position == ""

    def test_goes_when_the_address_becomes_another_one(self) -> None:
        case = make.case()
        address = case.debtor.addresses.get()
        by = make.clerk()
        preparing.update_address(
            case=case, address=address, changes={"position": KEPT}, by=by, at=AT
        )
        address.refresh_from_db()
        preparing.update_address(
            case=case, address=address, changes={"postcode": "310000"}, by=by, at=AT
        )
        address.refresh_from_db()
        assert address.position == KEPT
        preparing.update_address(
            case=case, address=address, changes={"text": "龙井路 1 号"}, by=by, at=AT
        )
        address.refresh_from_db()
        assert address.position == ""

    def test_is_masked_on_the_page_and_in_the_form(self, clock: Any) -> None:
        clock.set(AT)
        case = make.case()
        address = case.debtor.addresses.get()
        Address.objects.filter(pk=address.pk).update(position=KEPT)
        client = browser(make.clerk())
        form = reverse("cases:edit_address", args=[case.reference, address.pk])
        for page in (f"{case.get_absolute_url()}?tab=people", form):
            assert "30.27" not in client.get(page).content.decode().replace(
                "30.274085, 120.155070", ""
            )
        answer = client.post(form, self.data(address, district="拱墅"))
        assert answer.status_code == 302

    def test_is_forgotten_with_the_person(self) -> None:
        case = make.case()
        Address.objects.filter(person=case.debtor).update(position=KEPT)
        forget(case.debtor, AT)
        assert case.debtor.addresses.get().position == ""


@pytest.mark.django_db(transaction=True)
def test_a_position_stands_in_no_dump() -> None:
    case = make.case()
    Address.objects.filter(person=case.debtor).update(position="31.415926,120.271828")
    with connection.cursor() as cursor:
        cursor.execute("select position from people_address")
        assert "31.4" not in cursor.fetchone()[0]
    assert "31.415926" not in dump()


class TestTakingOver:
    def test_gives_the_address_what_was_measured_there(self) -> None:
        visit, position = measured()
        take_position(visit=visit, measured=position.pk, by=make.clerk(), at=AT)
        assert address_of(visit).position == KEPT

    def test_is_recorded_with_the_visit_and_never_with_the_place(self) -> None:
        visit, position = measured()
        take_position(visit=visit, measured=position.pk, by=make.clerk(), at=AT)
        told = Event.objects.get(kind="address.located").data
        assert told["visit"] == visit.reference
        assert told["accuracy_m"] == 18
        assert "30.27" not in str(told)

    def test_is_done_once(self) -> None:
        visit, position = measured()
        take_position(visit=visit, measured=position.pk, by=make.clerk(), at=AT)
        with pytest.raises(AlreadyDone):
            take_position(visit=visit, measured=position.pk, by=make.clerk(), at=AT)
        assert Event.objects.filter(kind="address.located").count() == 1

    @pytest.mark.parametrize("given", [{"accuracy_m": 201}, {"accuracy_m": 5000}])
    def test_is_refused_of_what_may_lie_in_another_street(self, given: dict[str, int]) -> None:
        visit, position = measured(**given)
        with pytest.raises(WrongInput):
            take_position(visit=visit, measured=position.pk, by=make.clerk(), at=AT)

    def test_is_refused_of_what_was_measured_elsewhere(self) -> None:
        visit, position = measured()
        elsewhere = Address.objects.create(
            person=visit.case.debtor, text="龙井路 1 号", source="debtor"
        )
        Visit.objects.filter(pk=visit.pk).update(place=elsewhere)
        visit.place = elsewhere
        Position.objects.filter(pk=position.pk).update(kind="sos")
        with pytest.raises(WrongInput):
            take_position(visit=visit, measured=position.pk, by=make.clerk(), at=AT)

    def test_is_refused_by_rule_where_the_address_does_not_show_its_source(self) -> None:
        visit, position = measured()
        Case.objects.filter(pk=visit.case_id).update(packs=["cn", "story"])
        Address.objects.filter(pk=visit.place_id).update(source="debtor", source_on=None)
        visit = Visit.objects.get(pk=visit.pk)
        with pytest.raises(PolicyRefused):
            take_position(visit=visit, measured=position.pk, by=make.clerk(), at=AT)
        assert address_of(visit).position == ""

    def test_is_refused_to_an_officer_and_to_an_outsider(self) -> None:
        visit, position = measured()
        with pytest.raises(RightRefused):
            take_position(visit=visit, measured=position.pk, by=make.crew()[0], at=AT)
        with pytest.raises(Outsider):
            take_position(visit=visit, measured=position.pk, by=make.outsider(), at=AT)


class TestPage:
    def test_is_offered_on_the_visit_until_it_is_taken(self, clock: Any) -> None:
        visit, position = measured()
        clock.set(AT)
        client = browser(make.clerk())
        address = reverse("visits:locate", args=[visit.reference])
        assert address in client.get(visit.get_absolute_url()).content.decode()
        page = client.get(address).content.decode()
        assert "± 18 m" in page
        assert "30.27" not in page
        assert client.post(address, {"guard_key": "a", "measured": ""}).status_code == 422
        assert client.post(address, {"guard_key": "b", "measured": position.pk}).status_code == 302
        assert address_of(visit).position == KEPT
        assert address not in client.get(visit.get_absolute_url()).content.decode()

    def test_is_not_offered_to_those_who_may_not_take_it(self, clock: Any) -> None:
        visit, _position = measured()
        clock.set(AT)
        address = reverse("visits:locate", args=[visit.reference])
        officer = browser(make.crew()[0])
        assert address not in officer.get(visit.get_absolute_url()).content.decode()
        assert officer.get(address).status_code == 403
        assert browser(make.outsider()).get(address).status_code == 404
