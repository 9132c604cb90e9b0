"""What debtors of the demo do on their own pages, by a link that stood in a message."""

from datetime import datetime

from agreements import options
from agreements.actions.wishing import ask_new_plan, offer_to_pay
from common.clock import local_day
from demo.debtors import id_number
from demo.diary import ZONE
from demo.stories import Story
from notices import links
from notices.models import PortalLink
from people.models import User
from portal import entering
from workflow.by_link import acting_by


def asks_for_another_plan(s: Story, days: int, text: str) -> None:
    """The debtor sees that the next instalment cannot be kept, and says so before it is due."""

    def ask(at: datetime) -> None:
        with acting_by(_comes_in(s, at).pk):
            ask_new_plan(case=s.fresh(), cause="income", text=text, by=User.objects.system(), at=at)

    s.on(days, 20, 15, ask)


def offers_to_pay(s: Story, days: int, text: str) -> None:
    """The debtor tries plans out in the evening and offers the first that can be borne, else the longest."""

    def offer(at: datetime) -> None:
        by = User.objects.system()
        with acting_by(_comes_in(s, at).pk):
            case = s.fresh()
            ability = options.ability_of(case, local_day(at, ZONE))
            found, _common = options.options_for(case, ability, options.Wishes(), by=by, at=at)
            good = [one for one in found if one.verdict.allowed and not one.too_much]
            best = next((one for one in good if one.fits), good[-1] if good else None)
            if best:
                offer_to_pay(case=case, option=best, text=text, by=by, at=at)

    s.on(days, 20, 40, offer)


def _comes_in(s: Story, at: datetime) -> PortalLink:
    """Opens the link and answers, as on any telephone."""
    case = s.fresh()
    link = links.link_for(
        case=case, person=case.debtor, at=at, purpose=PortalLink.Purpose.OWN.value
    )
    entering.enter(links.token_of(link), id_number(s.number)[-4:], at)
    return link
