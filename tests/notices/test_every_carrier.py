"""What holds for every carrier: what is taken, what silence means, and what no account may say."""

import pytest

from notices.channels import CARRIERS, Unclear, Undelivered, carriers
from notices.channels.demo_carrier import Demo
from notices.models import Notice
from tests.make import moment
from tests.notices.fakes.server import BROKEN, SILENT_AFTER, SILENT_BEFORE, Answer, nobody_there
from tests.notices.rigs import RIGS, Rig, send

pytestmark = pytest.mark.django_db

every = pytest.mark.parametrize("rig", RIGS, ids=lambda rig: rig.name)
that_looks_up = pytest.mark.parametrize(
    "rig", [rig for rig in RIGS if rig.looks_up], ids=lambda rig: rig.name
)

# They call nobody: they write into a folder, need no key for it and are their own stand-in.
OF_THE_DEMO = {name for name, carrier in carriers().items() if isinstance(carrier, Demo)}


class TestCarrier:
    @every
    def test_takes_a_message_and_gives_its_number(self, rig: Rig) -> None:
        with rig.fake() as fake:
            taken = send(rig, rig.account(fake.base))
            assert taken.provider_id
            assert fake.keys == {"n1": 1}

    @every
    def test_takes_many_over_one_line(self, rig: Rig) -> None:
        with rig.fake() as fake, rig.carrier.batch(rig.account(fake.base)) as line:
            numbers = {line.send(rig.text(n)).provider_id for n in range(1, 6)}
            assert len(numbers) == 5
            assert all(fake.keys[f"n{n}"] == 1 for n in range(1, 6))

    @every
    def test_that_is_not_there_has_surely_sent_nothing(self, rig: Rig) -> None:
        with pytest.raises(Undelivered) as refused:
            send(rig, rig.account(nobody_there()))
        assert refused.value.everyone
        assert not refused.value.permanent

    @every
    def test_that_is_not_there_is_told_of_without_number_key_or_address(self, rig: Rig) -> None:
        with pytest.raises(Undelivered) as refused:
            send(rig, rig.account(nobody_there()))
        assert refused.value.why.endswith(
            (
                "could not be reached: nobody listens at that address and port",
                "该地址和端口上没有服务",
            )
        )

    @every
    @pytest.mark.parametrize("step", [SILENT_BEFORE, SILENT_AFTER])
    def test_that_falls_silent_after_the_request_leaves_it_unclear(
        self, rig: Rig, step: str
    ) -> None:
        with rig.fake() as fake:
            account = rig.account(fake.base)
            fake.script = [step]
            with pytest.raises(Unclear):
                send(rig, account)

    @every
    def test_that_breaks_while_it_works_leaves_it_unclear(self, rig: Rig) -> None:
        with rig.fake() as fake:
            account = rig.account(fake.base)
            fake.script = [BROKEN]
            with pytest.raises(Unclear):
                send(rig, account)

    @every
    def test_that_answers_in_no_known_way_leaves_it_unclear(self, rig: Rig) -> None:
        with rig.fake() as fake:
            account = rig.account(fake.base)
            fake.script = [
                Answer(200, b"<html>Please sign in</html>", {"Content-Type": "text/html"})
            ]
            with pytest.raises(Unclear):
                send(rig, account)

    @every
    def test_that_is_given_too_much_takes_it_later(self, rig: Rig) -> None:
        with rig.fake() as fake:
            account = rig.account(fake.base)
            fake.script = [Answer(429, {"message": "Too many requests"})]
            with pytest.raises(Undelivered) as refused:
                send(rig, account)
            assert refused.value.everyone
            assert not refused.value.permanent

    @every
    def test_with_a_wrong_key_stops_the_batch(self, rig: Rig) -> None:
        with rig.fake() as fake:
            account = rig.account(fake.base)
            account.secrets = dict.fromkeys(rig.secrets, "wrong-one")
            with pytest.raises(Undelivered) as refused:
                send(rig, account)
            assert refused.value.everyone
            assert not fake.taken

    @that_looks_up
    def test_that_took_it_silently_says_so_when_asked(self, rig: Rig) -> None:
        with rig.fake() as fake:
            account = rig.account(fake.base)
            fake.script = [SILENT_AFTER]
            with pytest.raises(Unclear):
                send(rig, account)
            since = moment("2026-03-02 10:00")
            found = rig.carrier.look_up(account, rig.text(), since)
            assert found
            assert found.provider_id or found.answer
            assert (
                rig.carrier.look_up(account, rig.text(2, text="另一条", to="13800000009"), since)
                is None
            )

    @every
    def test_is_reached_at_its_own_address_alone_in_production(
        self, rig: Rig, settings: pytest.FixtureRequest
    ) -> None:
        from notices.channels import wire

        settings.PRODUCTION = True  # type: ignore[attr-defined]
        account = rig.account("http://10.0.0.1")
        assert wire.base(account, "https://carrier.example") == "https://carrier.example"


class TestCarriers:
    def test_have_a_name_that_is_their_file_s_and_a_channel_that_is_known(self) -> None:
        assert list(carriers()) == list(CARRIERS)
        assert {one.channel for one in carriers().values()} <= {*Notice.Channel.values}

    def test_ask_for_at_least_one_thing_that_is_kept_sealed(self) -> None:
        for name, carrier in carriers().items():
            if name not in OF_THE_DEMO:
                assert any(one.secret for one in carrier.fields), name

    def test_are_each_tried_against_a_stand_in(self) -> None:
        assert {rig.name for rig in RIGS} >= set(carriers()) - OF_THE_DEMO - {"smtp_email"}
