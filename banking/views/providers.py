"""Accounts at payment providers, for those who keep them: which there are, how they do, and a way to test each."""

from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from banking.actions import provider_accounts
from banking.actions.provider_accounts import KEEP
from banking.models import ProviderAccount
from banking.provider_forms import ProviderForm
from banking.providers import Provider, label_of, provider_named, providers
from banking.providers.words import FORGED
from common import clock
from common.clock import HOUSE_ZONE
from notices.account_forms import UseForm
from workflow.web import demand, handle

MOST = 200


@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """Every account with how it does, and the providers at which one can be opened.

    Context: ``rows`` (account with ``told`` and ``waits``, label), ``offers``, ``zone``.
    """
    demand(request, KEEP)
    found = (
        ProviderAccount.objects.select_related("creditor", "team")
        .annotate(
            told=Count("lines"), waits=Count("lines", filter=Q(lines__state="open")),
        )
        .order_by("-is_active", "creditor__name", "provider", "-pk")[:MOST]
    )  # fmt: skip
    return TemplateResponse(
        request, "banking/providers.html",
        {
            "rows": [(one, label_of(one.provider)) for one in found], "offers": providers(),
            "zone": HOUSE_ZONE,
        },
    )  # fmt: skip


@require_safe
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: where its provider has to call, what is set, what was heard, who did what with it.

    Context: ``account``, ``provider``, ``label``, ``settings``, ``call_back``, ``test``, ``test_why``,
    ``lines`` (count, last), ``records``, ``zone``.
    """
    found = _found(request, pk)
    provider = provider_named(found.provider)
    test = provider_accounts.tested(found)
    return TemplateResponse(
        request, "banking/provider.html",
        {
            "account": found, "provider": provider, "label": label_of(found.provider),
            "settings": _settings(found, provider),
            "call_back": f"{settings.PUBLIC_URL}{reverse('provider_call', args=[found.slug])}",
            "test": test, "test_why": FORGED.get(test.why, "") if test else "",
            "forged_why": FORGED.get(found.forged_why, ""),
            "lines": found.lines.aggregate(count=Count("pk"), last=Max("moved_at")),
            "records": [
                (record, _labels(record.names, provider))
                for record in found.records.select_related("by")[:50]
            ],
            "zone": HOUSE_ZONE,
        },
    )  # fmt: skip


def open_account(request: HttpRequest, name: str) -> HttpResponse:
    """Open an account at that provider."""
    demand(request, KEEP)
    provider = provider_named(name)
    if provider is None:
        raise Http404
    return handle(
        request, case=None, right=KEEP, template="banking/provider_form.html",
        form=ProviderForm(request.POST or None, needs=provider.fields),
        do=lambda data: provider_accounts.open_account(
            provider=name, by=request.user, at=clock.now(), **data
        ),
        done=_("The account is in use. Test it before you rely on it."),
        to=lambda made: made.get_absolute_url() if made else reverse("banking:providers"),
        context={
            "title": _("Open an account"), "label": provider.label, "button": _("Open the account"),
            "back": reverse("banking:providers"),
            "hint": _("It takes the place of the account that this creditor and team have there."),
        },
    )  # fmt: skip


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what the provider needs."""
    found = _found(request, pk)
    provider = provider_named(found.provider)
    if provider is None:
        raise Http404
    return _act(
        request, found, ProviderForm(request.POST or None, needs=provider.fields, account=found),
        title=_("Change the account"), button=_("Change"), done=_("The account is changed."),
        do=lambda data: provider_accounts.change_account(
            account=found, by=request.user, at=clock.now(), **data
        ),
    )  # fmt: skip


def use(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an account out of use, or into use again."""
    found = _found(request, pk)
    out = found.is_active
    do = provider_accounts.take_out if out else provider_accounts.take_in
    return _act(
        request, found, UseForm(request.POST or None),
        title=_("Take the account out of use") if out else _("Take the account into use again"),
        button=_("Take it out of use") if out else _("Take it into use"),
        hint=_("Calls for it are not heard any more; what was told already stays.") if out
        else _("It takes the place of the account that this creditor and team have there."),
        do=lambda data: do(account=found, why=data["why"], by=request.user, at=clock.now()),
        done=_("The account is out of use.") if out else _("The account is in use again."),
    )  # fmt: skip


def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a test: the next call shows whether the keys are right."""
    found = _found(request, pk)
    provider = provider_named(found.provider)
    if provider is None:
        raise Http404
    return _act(
        request, found, None, title=_("Test the account"), button=_("Begin the test"),
        hint=provider.test_by,
        do=lambda _data: provider_accounts.begin_test(
            account=found, by=request.user, at=clock.now()
        ),
        done=_("The keys can be read. Now let the provider call; this page says what comes."),
    )  # fmt: skip


def _act(
    request: HttpRequest, found: ProviderAccount, form: Any, *, title: Any, button: Any, do: Any,
    done: Any, hint: Any = "",
) -> HttpResponse:  # fmt: skip
    here = found.get_absolute_url()
    return handle(
        request, case=None, form=form, right=KEEP, template="banking/provider_form.html", do=do,
        done=done, to=here,
        context={
            "account": found, "title": title, "label": label_of(found.provider), "button": button,
            "hint": hint, "back": here,
        },
    )  # fmt: skip


def _found(request: HttpRequest, pk: int) -> ProviderAccount:
    demand(request, KEEP)
    rows = ProviderAccount.objects.select_related("creditor", "team", "changed_by")
    return get_object_or_404(rows, pk=pk)


def _settings(account: ProviderAccount, provider: Provider | None) -> list[tuple[Any, Any]]:
    """What is set, by its label; a secret is said to be kept and never shown."""
    found = []
    for one in provider.fields if provider else ():
        if one.secret:
            shown: Any = _("kept") if account.secrets.get(one.name) else "–"
        elif one.kind == "pem":
            shown = _("entered") if account.settings.get(one.name) else "–"
        else:
            shown = account.settings.get(one.name) or "–"
        found.append((one.label, shown))
    return found


def _labels(names: list[str], provider: Provider | None) -> list[Any]:
    """What was changed, as the form calls it."""
    known = {one.name: one.label for one in provider.fields} if provider else {}
    known["per_minute"] = _("Most calls a minute")
    return [known.get(name, name) for name in names]
