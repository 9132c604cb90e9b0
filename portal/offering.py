"""What I can pay: guided figures, the ways that rules and creditor leave open, tried out freely, and one offered.

Figures travel in the body of what is sent and never in an address; nothing is kept before something is offered.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.forms import BoundField
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from agreements import bearable, options
from agreements.actions.wishing import OFFER, offer_to_pay
from agreements.options import Ability, Option, Wishes
from cases.actions.statements import SAID
from cases.limits import barred_on
from cases.models import Assessment
from common.clock import local_day
from portal.forms import MeansForm
from portal.own import Own, own_page, tried
from portal.paying import open_task
from portal.saying import BOTH, words_in

CALL = 11
"""The number under which a call is asked for."""


@dataclass(frozen=True)
class Means:
    """What was told of a month: what comes in, what goes out; None where it was not told."""

    income: Decimal | None
    outgoings: Decimal | None

    @property
    def known(self) -> bool:
        """Whether enough was told to say what can be borne."""
        return self.income is not None and self.outgoings is not None


@own_page("offer", methods=BOTH)
def ways(own: Own) -> HttpResponseBase:
    """Figures of a month, and the ways that are open with them; one of them can be offered.

    Context: ``form``, ``groups`` (legend and fields), ``looked`` (ways are shown), ``ability``, ``open_ways``,
    ``chosen``, ``text``, ``barred``, ``asked_by`` (an offer waits for its answer), ``closed``, ``call``.
    """
    post = own.request.POST
    form = MeansForm(post if own.sends else None)
    wrong, ability, means = "", None, Means(None, None)
    found: list[Option] = []
    good = own.sends and form.is_valid()
    if good:
        means = Means(form.sum_of(form.COMES_IN), form.sum_of(form.GOES_OUT))
        ability = _ability(own, means)
        found = _open_to(own, ability, form.cleaned_data)
    if good and post.get("act") == "offer":
        wrong = _offered(own, found, means)
        if not wrong:
            return own.on("answers")
    bad = wrong or (own.sends and not good)
    return own.page(
        "portal/own/ways.html", status=422 if bad else 200, wrong=wrong, form=form, groups=_groups(form),
        looked=good, ability=ability, open_ways=found, chosen=post.get("choice"), text=words_in(post),
        barred=barred_on(own.case, local_day(own.at, own.case.zone)), call=CALL,
        asked_by=open_task(own.case, f"{SAID}.{OFFER}"), closed=own.case.closed_at is not None,
        told={"count": f"{len(found)}"} if good else {},
    )  # fmt: skip


def _groups(form: MeansForm) -> list[tuple[Any, list[BoundField]]]:
    """The fields as they are asked for, each group with its legend."""
    return [
        (_("What comes in, in a month"), [form[name] for name in form.COMES_IN]),
        (_("What goes out, in a month"), [form[name] for name in form.GOES_OUT]),
        (_("How you would like to pay"), [form["wait"], form["at_once"]]),
    ]


def _ability(own: Own, means: Means) -> Ability:
    """What can be borne by these figures; where none were told, by what is on record."""
    known = options.ability_of(own.case, local_day(own.at, own.case.zone))
    if not means.known:
        return known
    told = Assessment(case=own.case, made_at=own.at, income=means.income, outgoings=means.outgoings)
    most = bearable.most_a_month(told.left_to_pay_with, known.percent)
    return Ability(told, known.percent, most, known.rests_on)


def _open_to(own: Own, ability: Ability, said: dict[str, Any]) -> list[Option]:
    """The ways that no rule forbids and that ask for no more than there is; those that can be borne first."""
    wishes = Wishes(
        wait=said.get("wait") or options.USUAL_WAIT, settle_for=said.get("at_once") or None
    )
    found, _common = options.options_for(own.case, ability, wishes, by=own.by, at=own.at)
    good = [one for one in found if one.verdict.allowed and not one.too_much]
    if said.get("wait"):
        good = [one for one in good if one.way.kind == "deferred"]
    return sorted(good, key=lambda one: one.fits is False)


def _offered(own: Own, found: list[Option], means: Means) -> str:
    """Offer the way that was chosen, if it is still open; what stands against it in words, or ""."""
    post = own.request.POST
    option = next((one for one in found if one.query == post.get("choice")), None)
    if not post.get("choice"):
        return _("Please choose one of the ways.")
    if option is None:
        return _("This way is not open any more. Please choose another one.")
    told = {"income": means.income, "outgoings": means.outgoings} if means.known else {}
    return tried(
        own,
        lambda: offer_to_pay(
            case=own.case, option=option, text=words_in(post), by=own.by, at=own.at, **told
        ),
    )
