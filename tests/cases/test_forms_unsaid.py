"""What a person has to tell is never told for them by a form that was saved as it stood."""

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
