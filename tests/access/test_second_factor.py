"""The second factor: enrolled at the first sign-in, shown at each, lost, renewed, and never used twice."""

import importlib
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.apps import apps
from django.contrib.auth.hashers import identify_hasher
from django.test import Client
from django.urls import reverse

from access.paper_codes import left_in, take
from people.models import User
from tests import make
from tests.access.cast import RIGHT, code_of, enrol, knock, signed_in, step
from timeline.models import Event

pytestmark = pytest.mark.django_db
to_hashes = importlib.import_module("access.migrations.0005_hash_codes_on_paper")


class TestRequired:
    def test_leads_to_nothing_but_enrolling_at_the_first_sign_in(
        self,
        clerk: User,
        required: None,
    ) -> None:
        client = Client()
        knock(client, clerk, RIGHT)
        for address in ("/", reverse("desk:approvals"), reverse("people:security"), reverse("people:password")):  # fmt: skip
            answer = client.get(address)
            assert answer.status_code == 302, address
            assert answer.url.startswith(reverse("people:enrol")), address
        assert client.post(reverse("desk:approvals")).url.startswith(reverse("people:enrol"))
        assert client.get(reverse("people:enrol")).status_code == 200

    def test_is_nobody_yet_to_the_phones_app(self, required: None) -> None:
        officer = make.crew()[0]
        officer.set_password(RIGHT)
        officer.save(update_fields=["password"])
        client = Client()
        knock(client, officer, RIGHT)
        assert client.get(reverse("door:hello")).status_code == 401
        enrol(client)
        assert client.get(reverse("door:hello")).status_code == 422  # asks for the phone's number

    def test_goes_on_to_the_page_that_was_asked_for_once_it_is_enrolled(
        self,
        clerk: User,
        required: None,
    ) -> None:
        client = Client()
        knock(client, clerk, RIGHT, next="/approvals/")
        client.get(client.get("/approvals/").url)
        page = client.get(reverse("people:add_app")).content.decode()
        secret = "".join(re.search(r"data-secret>([A-Z2-7 ]+)<", page)[1].split())  # type: ignore[index]
        shown = client.post(reverse("people:add_app"), {"code": code_of(secret)})
        assert 'href="/approvals/"' in shown.content.decode()
        assert client.get("/approvals/").status_code == 200

    def test_lets_nobody_add_to_what_was_enrolled_elsewhere(
        self,
        clerk: User,
        required: None,
    ) -> None:
        thief, owner = Client(), Client()
        knock(thief, clerk, RIGHT)
        knock(owner, clerk, RIGHT)
        enrol(owner)
        answer = thief.get(reverse("people:add_app"))
        assert answer.url == reverse("people:sign_in")
        assert not signed_in(thief)

    def test_is_not_asked_for_where_it_is_only_offered(self, clerk: User) -> None:
        client = Client()
        knock(client, clerk, RIGHT)
        assert client.get("/").status_code == 200
        assert client.get(reverse("people:security")).status_code == 200

    def test_can_be_declined_by_going_out(self, clerk: User, required: None) -> None:
        client = Client()
        knock(client, clerk, RIGHT)
        assert client.post(reverse("people:sign_out")).url == reverse("people:sign_in")
        assert not signed_in(client)


class TestApp:
    def test_is_asked_for_after_the_password(self, clerk: User) -> None:
        mine = Client()
        knock(mine, clerk, RIGHT)
        secret, _paper = enrol(mine)
        other = Client()
        assert knock(other, clerk, RIGHT, next="/approvals/").url == reverse("people:second_step")
        assert not signed_in(other)
        assert other.get("/").url.startswith(reverse("people:sign_in"))
        assert step(other, code_of(secret, 1)).url == "/approvals/"
        assert signed_in(other)

    def test_takes_no_code_twice(self, clerk: User) -> None:
        mine = Client()
        knock(mine, clerk, RIGHT)
        secret, _paper = enrol(mine)
        code = code_of(secret, 1)
        first, second = Client(), Client()
        knock(first, clerk, RIGHT)
        assert step(first, code).status_code == 302
        knock(second, clerk, RIGHT)
        answer = step(second, code)
        assert answer.status_code == 200
        assert "验证码不正确或已用过".encode() in answer.content
        assert not signed_in(second)

    def test_takes_no_code_from_two_steps_away(self, clerk: User) -> None:
        mine = Client()
        knock(mine, clerk, RIGHT)
        secret, _paper = enrol(mine)
        other = Client()
        knock(other, clerk, RIGHT)
        assert step(other, code_of(secret, 3)).status_code == 200
        assert step(other, code_of(secret, -2)).status_code == 200

    def test_is_not_set_up_by_a_code_that_does_not_fit(self, clerk: User) -> None:
        client = Client()
        knock(client, clerk, RIGHT)
        client.get(reverse("people:add_app"))
        assert client.post(reverse("people:add_app"), {"code": "000000"}).status_code == 422
        assert not Authenticator.objects.exists()

    def test_lies_sealed_in_the_database(self, clerk: User) -> None:
        client = Client()
        knock(client, clerk, RIGHT)
        secret, paper = enrol(client)
        kept = str(list(Authenticator.objects.values_list("data", flat=True)))
        assert secret not in kept
        assert not [code for code in paper if code.replace("-", "") in kept]

    def test_waits_after_five_wrong_codes(self, clerk: User, clock: Any) -> None:
        mine = Client()
        knock(mine, clerk, RIGHT)
        secret, _paper = enrol(mine)
        other = Client()
        knock(other, clerk, RIGHT)
        assert [step(other, "123").status_code for _ in range(5)] == [200] * 5
        assert step(other, code_of(secret, 1)).status_code == 429
        clock.move(seconds=31)
        assert step(other, code_of(secret, 1)).status_code == 302

    def test_stands_on_the_record(self, clerk: User) -> None:
        client = Client()
        knock(client, clerk, RIGHT)
        enrol(client)
        event = Event.objects.get(kind="second_factor.added")
        assert (event.case, event.data["kind"], event.data["user"]) == (
            None,
            "totp",
            clerk.username,
        )

    def test_bears_no_second_step_without_a_first(self) -> None:
        assert Client().get(reverse("people:second_step")).url == reverse("people:sign_in")


class TestCodesOnPaper:
    def test_let_in_once_each_and_say_how_many_are_left(self, clerk: User) -> None:
        mine = Client()
        knock(mine, clerk, RIGHT)
        _secret, paper = enrol(mine)
        assert len(paper) == 10
        other = Client()
        knock(other, clerk, RIGHT)
        assert step(other, paper[0]).status_code == 302
        assert "还剩 9 个".encode() in other.get(reverse("people:security")).content
        again = Client()
        knock(again, clerk, RIGHT)
        assert step(again, paper[0]).status_code == 200
        assert step(again, paper[1].replace("-", " ")).status_code == 302

    def test_are_kept_as_hashes_and_nothing_gives_them_back(self, clerk: User) -> None:
        mine = Client()
        knock(mine, clerk, RIGHT)
        _secret, paper = enrol(mine)
        (row,) = Authenticator.objects.filter(type="recovery_codes")
        kept = [one for some in row.data["hashed"].values() for one in some]
        assert set(row.data) == {"hashed"}
        assert [identify_hasher(one) for one in kept]
        assert len(kept) == len({code[0] for code in paper}) == 10

    def test_of_before_they_were_hashed_go_on_being_good(self, clerk: User) -> None:
        old = RecoveryCodes.activate(clerk)
        spent, good = old.generate_codes()[:2]
        assert old.validate_code(spent)
        to_hashes.hash_what_is_left(apps, None)
        (row,) = Authenticator.objects.all()
        assert (set(row.data), left_in(row)) == ({"hashed"}, 9)
        assert not take(row, spent)
        assert take(row, good)
        assert not take(row, good)

    def test_are_renewed_all_at_once(self, clerk: User) -> None:
        mine = Client()
        knock(mine, clerk, RIGHT)
        _secret, paper = enrol(mine)
        shown = mine.post(reverse("people:renew_codes")).content.decode()
        fresh = re.findall(r"<code>(\d{5}-\d{5})</code>", shown)
        assert len(fresh) == 10
        assert not set(fresh) & set(paper)
        other = Client()
        knock(other, clerk, RIGHT)
        assert step(other, paper[3]).status_code == 200
        assert step(other, fresh[3]).status_code == 302

    def test_are_no_factor_by_themselves(self, clerk: User) -> None:
        mine = Client()
        knock(mine, clerk, RIGHT)
        enrol(mine)
        app = Authenticator.objects.get(type="totp")
        assert mine.post(reverse("people:remove_factor", args=[app.pk])).status_code == 302
        assert not Authenticator.objects.exists()
        assert knock(Client(), clerk, RIGHT).url == "/"


class TestRemove:
    def test_leaves_the_last_one_where_one_is_required(
        self,
        clerk: User,
        required: None,
    ) -> None:
        client = Client()
        knock(client, clerk, RIGHT)
        enrol(client)
        app = Authenticator.objects.get(type="totp")
        client.post(reverse("people:remove_factor", args=[app.pk]))
        assert Authenticator.objects.filter(pk=app.pk).exists()

    def test_takes_nothing_of_anybody_else(self, clerk: User) -> None:
        mine = Client()
        knock(mine, clerk, RIGHT)
        enrol(mine)
        stranger = Client()
        stranger.force_login(make.supervisor())
        app = Authenticator.objects.get(type="totp")
        stranger.post(reverse("people:remove_factor", args=[app.pk]))
        assert Authenticator.objects.filter(pk=app.pk).exists()


class TestPasskeyAnswers:
    @pytest.mark.parametrize("nonsense", ["", "{", "[]", "7", "null", '{"id": 1}', '{"response": []}', '{"response": {"userHandle": "!!"}}', "{" * 9000])  # fmt: skip
    def test_that_are_nonsense_let_nobody_in(self, nonsense: str) -> None:
        client = Client()
        assert client.get(reverse("people:passkey")).status_code == 200
        answer = client.post(reverse("people:passkey"), {"credential": nonsense})
        assert answer.url == reverse("people:sign_in")
        assert not signed_in(client)
