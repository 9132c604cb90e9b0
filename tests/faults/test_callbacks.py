"""Short messages by a carrier that answers badly or slowly and calls back twice, mixed up and forged."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.faults.carrier import Gateway
from tests.faults.house import House
from tests.faults.test_rows import judged, wait_for

pytestmark = pytest.mark.worker

COUNT = 40


def books(house: House) -> dict[str, Any]:
    """What stands in the house's books."""
    report = house.folder / "report-callbacks"
    house.run(
        "call", target="tests.faults.carrier.look", given={"run": "sms", "report": str(report)}
    )
    found: dict[str, Any] = json.loads(report.read_text())
    return found


def test_deliver_each_key_once_and_mean_the_same_in_whatever_order_they_come(house: House) -> None:
    gateway = Gateway()
    # Only such as have taken the message: a carrier tells of none that it refused.
    gateway.tricks = ["silent", "hangs up", "", "silent", "", "hangs up"]
    house.run("cases", run="sms", count=5)
    house.run(
        "call", target="tests.faults.carrier.begin",
        given={"run": "sms", "count": COUNT, "address": gateway.address},
    )  # fmt: skip
    # Two web processes hear the carrier while the workers still send: some calls come before our record.
    moment = (house.now() + timedelta(hours=2)).isoformat()
    callers = [
        house.start(
            f"caller-{seed}", "call", target="tests.faults.carrier.call_back",
            given={"run": "sms", "seed": seed, "moment": moment},
        )
        for seed in ("a", "b")
    ]  # fmt: skip
    for name in ("sms-1", "sms-2"):
        house.start(name, "worker", called=name, concurrency=1)
    house.start("sms-beat", "beat")
    wait_for(lambda: len(gateway.delivered) == COUNT, 60)
    wait_for(lambda: all(house.ended(pid) is not None for pid in callers), 60)
    for name in ("caller-a", "caller-b"):
        del house.alive[name]
    wait_for(
        lambda: (
            not house.ask(
                "select 1 from notices_notice where dedupe_key like 'sms:%'"
                " and state not in ('delivered', 'bounced')"
            )
        ),
        90,
    )
    gateway.stop()
    found = books(house)
    assert len(gateway.delivered) == COUNT
    assert gateway.tricks == [], "not every trick was played"
    assert found["states"] == {
        f"sms:{n}": "bounced" if n % 5 == 0 else "delivered" for n in range(COUNT)
    }
    assert found["whys"] == ["空号"], "a forged call had an effect"
    assert found["forged"] == 2 * COUNT
    assert found["sent"] == COUNT
    wrong = [said for said in judged(house, "sms")["wrong"] if "did not arrive" not in said]
    assert wrong == []


def test_go_out_once_each_by_a_carrier_that_is_slow_and_takes_only_so_many(house: House) -> None:
    """Turned away for minutes on end: all arrive, nothing is in doubt, and no attempt is wasted."""
    gateway = Gateway()
    gateway.pace, gateway.slowness = 6, 0.05
    house.run("cases", run="pace", count=20)
    house.run(
        "call", target="tests.faults.carrier.begin",
        given={"run": "pace", "count": COUNT, "address": gateway.address},
    )  # fmt: skip
    for name in ("pace-1", "pace-2"):
        house.start(name, "worker", called=name, concurrency=1)
    house.start("pace-beat", "beat")
    wait_for(lambda: len(gateway.delivered) == COUNT, 90)
    waiting = "select 1 from notices_notice where dedupe_key like 'pace:%' and state <> 'sent'"
    wait_for(lambda: not house.ask(waiting), 30)
    gateway.stop()
    assert gateway.turned_away > 0  # how often is the relay's to keep low
    assert set(gateway.handed_over.values()) == {1}
    whys = [why for why in judged(house, "pace")["wrong"] if "did not arrive" not in why]
    assert whys == []
    ((most,),) = house.ask(
        "select max(attempts) from notices_notice where dedupe_key like 'pace:%'"
    )
    assert most <= 5, "who was turned away with everybody else waits its turn"
