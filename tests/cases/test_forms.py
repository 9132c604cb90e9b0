"""What the forms of a case ask for: nothing told beforehand, nothing that cannot be."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import ContactAttempt, Hold, Party
from people.models import User
from tests import make, walk
from visits.models import TalkRecord

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


class TestUntouchedForm:
    @pytest.mark.parametrize(
        ("place", "data", "field", "model"),
        [
            ("cases:log_contact", {"channel": "phone"}, "result", ContactAttempt),
            ("cases:hold", {}, "reason", Hold),
            ("cases:add_party", {"name": "王建国", "basis": "借款合同"}, "role", Party),
            ("visits:refuse", {}, "how", None),
            ("agreements:close_early", {"reason": "x"}, "closed_as", None),
            ("cases:add_paper", {}, "kind", None),
        ],
    )
    def test_at_the_desk_says_nothing(
        self, clock: Any, place: str, data: dict[str, str], field: str, model: Any
    ) -> None:
        clock.set("2026-03-02T10:00", zone="Asia/Shanghai")
        case = make.prepared_case()
        before = model.objects.count() if model else 0
        client = client_of(make.clerk())
        address = reverse(place, args=[case.reference])
        form = client.get(address).context["form"]
        assert form.initial.get(field) is None
        assert form.fields[field].choices[0][0] == ""
        answer = client.post(address, {**data, field: ""})
        assert answer.status_code == 422
        assert answer.context["form"].errors[field] == ["Please choose one."]
        assert not model or model.objects.count() == before

    def test_at_the_door_says_nothing_of_the_debtor(self, clock: Any) -> None:
        clock.set("2026-03-05T14:35", zone="Asia/Shanghai")
        visit = walk.talking()
        answer = client_of(make.crew()[0]).post(
            reverse("visits:door", args=[visit.reference]),
            {"question": "talk", "met": "王海燕", "reason": "", "willingness": ""},
        )
        assert answer.status_code == 422
        assert set(answer.context["form"].errors) == {"reason", "willingness"}
        assert not TalkRecord.objects.exists()


class TestDocumentNumber:
    @pytest.mark.parametrize(
        "number", ["<b>x</b>", "33010619880715242", "330106198813152427", "😀", "1e17"]
    )
    def test_is_one_of_an_id_card_or_a_passport(self, clock: Any, number: str) -> None:
        clock.set("2026-03-02T10:00", zone="Asia/Shanghai")
        case = make.case()
        answer = client_of(make.clerk()).post(
            reverse("cases:debtor", args=[case.reference]),
            {"name": "王海燕", "language": "zh", "zone": "Asia/Shanghai", "id_number": number},
        )
        assert answer.status_code == 422
        assert "Compare it with the document" in answer.context["form"].errors["id_number"][0]

    def test_that_is_held_already_stands_in_no_other_correction_s_way(self, clock: Any) -> None:
        clock.set("2026-03-02T10:00", zone="Asia/Shanghai")
        case = make.case()
        case.debtor.id_number = "OLD/1"
        case.debtor.save()
        answer = client_of(make.clerk()).post(
            reverse("cases:debtor", args=[case.reference]),
            {"name": "王海雁", "language": "zh", "zone": "Asia/Shanghai", "id_number": "OLD/1"},
        )
        assert answer.status_code == 302
