"""Accounts at carriers, for those who keep them: which there are, how they do, and a way to try each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common import clock
from common.clock import HOUSE_ZONE
from notices import account_actions
from notices.account_actions import KEEP
from notices.account_forms import AccountForm, TryForm, UseForm
from notices.channels import Carrier, carriers, label_of, wire
from notices.models import AccountRecord, CarrierReceipt, ChannelAccount, Notice
from people.rights import may
from workflow.web import demand, handle

SEE = "see_channels"
MOST = 200
LATELY = timedelta(days=7)


@dataclass(frozen=True)
class Health:
    """How an account has done: when it last took a message, and what went wrong lately."""

    last: datetime | None
    failed: int
    doubtful: int
    waiting: int


def accounts(request: HttpRequest) -> TemplateResponse:
    """Every account with its carrier and how it does, and the carriers at which one can be opened.

    Context: ``rows`` (account, label, health), ``offers`` (channel, carriers), ``zone``.
    """
    demand(request, SEE)
    at = clock.now()
    found = list(
        ChannelAccount.objects.select_related("organisation").order_by(
            "-is_active", "organisation__name", "channel", "-pk"
        )[:MOST]
    )
    health = _health(found, at)
    return TemplateResponse(
        request,
        "notices/accounts.html",
        {
            "rows": [(one, _label(one), health[one.pk]) for one in found],
            "offers": _offers() if may(request.user, KEEP) else [],
            "zone": HOUSE_ZONE,
        },
    )


def account(request: HttpRequest, pk: int) -> TemplateResponse:
    """One account: what is set, where its carrier calls, how it does, and who did what with it.

    Context: ``account``, ``label``, ``settings`` (label, value), ``call_back``, ``health``,
    ``heard`` (count, last), ``records``, ``may_keep``, ``zone``.
    """
    found = _found(request, pk, SEE)
    at, carrier = clock.now(), carriers().get(found.provider)
    keeps = may(request.user, KEEP)
    return TemplateResponse(
        request,
        "notices/account.html",
        {
            "account": found,
            "carrier": carrier,
            "label": _label(found),
            "settings": _settings(found, carrier),
            "may_keep": keeps,  # who does not keep it need not know what shows that a call is genuine
            "call_back": wire.address_for_calls(carrier, found) if carrier and keeps else "",
            "health": _health([found], at)[found.pk],
            "heard": CarrierReceipt.objects.filter(account=found).aggregate(
                count=Count("pk"), last=Max("received_at")
            ),
            "records": found.records.select_related("by", "account")[:50],
            "zone": HOUSE_ZONE,
        },
    )


def open_account(request: HttpRequest, name: str) -> HttpResponse:
    """Open an account at that carrier."""
    demand(request, KEEP)
    carrier = carriers().get(name)
    if carrier is None:
        raise Http404
    form = AccountForm(request.POST or None, needs=carrier.fields)
    return handle(
        request, case=None, form=form, right=KEEP, template="notices/account_form.html",
        do=lambda data: account_actions.open_account(
            provider=name, by=request.user, at=clock.now(), **data
        ),
        done=_("The account is in use. Try it before you rely on it."),
        to=lambda made: reverse("notices:account", args=[made.pk]) if made else _home(),
        context={
            "title": _("Open an account"), "label": carrier.label, "button": _("Open the account"),
            "back": _home(),
            "hint": _("It takes the place of the account that is in use for the same channel."),
        },
    )  # fmt: skip


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what the carrier needs."""
    found = _found(request, pk)
    carrier = carriers().get(found.provider)
    if carrier is None:
        raise Http404
    form = AccountForm(request.POST or None, needs=carrier.fields, account=found)
    return _act(
        request, found, form, title=_("Change the account"), button=_("Change"),
        do=lambda data: account_actions.change_account(
            account=found, by=request.user, at=clock.now(), **data
        ),
        done=_("The account is changed."),
    )  # fmt: skip


def use(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an account out of use, or into use again."""
    found = _found(request, pk)
    out = found.is_active
    do = account_actions.take_out if out else account_actions.take_in
    return _act(
        request, found, UseForm(request.POST or None),
        title=_("Take the account out of use") if out else _("Take the account into use again"),
        button=_("Take it out of use") if out else _("Take it into use"),
        hint=_("What waits for this channel waits on until another account is in use.") if out
        else _("It takes the place of the account that is in use for the same channel."),
        do=lambda data: do(account=found, why=data["why"], by=request.user, at=clock.now()),
        done=_("The account is out of use.") if out else _("The account is in use again."),
    )  # fmt: skip


def try_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a harmless message to an address of one's own."""
    found = _found(request, pk)
    carrier = carriers().get(found.provider)
    if carrier is None:
        raise Http404
    tongue = "en" if (get_language() or "").startswith("en") else "zh"
    return _act(
        request, found, TryForm(request.POST or None, carrier=carrier),
        title=_("Try the account"), button=_("Send the test message"),
        hint=_("What is sent: “%(text)s”") % {"text": account_actions.HARMLESS[tongue]}
        if not carrier.needs_template
        else _("What is sent is the template; fill its gaps with words that concern nobody."),
        do=lambda data: account_actions.try_account(
            account=found, by=request.user, at=clock.now(), language=tongue, **data
        ),
        done=lambda record: _outcome(record) if record else "",
    )  # fmt: skip


def _act(
    request: HttpRequest, found: ChannelAccount, form: Any, *, title: Any, button: Any, do: Any,
    done: Any, hint: Any = "",
) -> HttpResponse:  # fmt: skip
    here = reverse("notices:account", args=[found.pk])
    return handle(
        request, case=None, form=form, right=KEEP, template="notices/account_form.html",
        do=do, done=done, to=here,
        context={
            "account": found, "title": title, "label": _label(found), "button": button,
            "hint": hint, "back": here,
        },
    )  # fmt: skip


def _found(request: HttpRequest, pk: int, right: str = KEEP) -> ChannelAccount:
    demand(request, right)
    rows = ChannelAccount.objects.select_related("organisation", "changed_by")
    return get_object_or_404(rows, pk=pk)


def _home() -> str:
    return reverse("notices:accounts")


def _label(account: ChannelAccount) -> Any:
    return label_of(account.provider)


def _offers() -> list[tuple[Any, list[Carrier]]]:
    """The carriers at which an account can be opened, by their channel."""
    order = [name for name, _label in Notice.Channel.choices]
    found = sorted(carriers().values(), key=lambda one: order.index(one.channel))
    labels = dict(Notice.Channel.choices)
    return [(labels[name], list(rows)) for name, rows in groupby(found, key=lambda x: x.channel)]


def _health(found: list[ChannelAccount], at: datetime) -> dict[int, Health]:
    """One query for all."""
    lately = Q(begun_at__gt=at - LATELY)
    rows = (
        Notice.objects.filter(account__in=found)
        .order_by()
        .values("account")
        .annotate(
            last=Max("sent_at"),
            failed=Count("pk", filter=lately & Q(state__in=["failed", "bounced"])),
            doubtful=Count("pk", filter=Q(state="doubtful")),
            waiting=Count("pk", filter=Q(state__in=["queued", "sending"])),
        )
    )
    known = {row.pop("account"): Health(**row) for row in rows}
    return {one.pk: known.get(one.pk, Health(None, 0, 0, 0)) for one in found}


def _settings(account: ChannelAccount, carrier: Carrier | None) -> list[tuple[Any, Any]]:
    """What is set, by its label; a secret is said to be kept and never shown."""
    found = []
    for one in carrier.fields if carrier else ():
        if one.secret:
            shown: Any = _("kept") if account.secrets.get(one.name) else "–"
        else:
            value = account.settings.get(one.name, "")
            shown = dict(one.choices).get(value, value) if one.kind == "choice" else value
        found.append((one.label, shown if shown != "" else "–"))
    return found


def _outcome(record: AccountRecord) -> str:
    says = {
        AccountRecord.Outcome.TAKEN: _("The carrier has taken the test message: %(words)s"),
        AccountRecord.Outcome.REFUSED: _("The carrier did not take it: %(words)s"),
        AccountRecord.Outcome.UNCLEAR: _("Nobody knows whether it went: %(words)s"),
    }
    return says[AccountRecord.Outcome(record.outcome)] % {"words": record.told}
