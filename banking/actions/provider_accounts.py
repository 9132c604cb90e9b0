"""Accounts at payment providers: opened, changed, taken in and out of use, and tested; each with who, when and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from banking.models import ProviderAccount, ProviderRecord
from banking.providers import Provider, provider_named
from people.models import Organisation, Team, User
from people.rights import may
from workflow.reasons import because, kept
from workflow.steps import RightRefused, WrongInput, once

KEEP = "keep_accounts"
MOST_A_MINUTE = 60_000
K = ProviderRecord.Kind


def open_account(
    *,
    creditor: Organisation,
    team: Team,
    provider: str,
    values: Mapping[str, Any],
    per_minute: int,
    why: str,
    by: User,
    at: datetime,
) -> ProviderAccount:
    """Open an account; it takes the place of the one in use there for the same creditor and team."""
    _must_keep(by)
    adapter = _adapter(provider)
    with transaction.atomic(durable=True):
        once(by, at)
        _replace(creditor, team, provider, by, at)
        account = ProviderAccount(
            creditor=creditor, team=team, provider=provider, per_minute=_pace(per_minute),
            changed_by=by, changed_at=at,
        )  # fmt: skip
        names = _fill(account, adapter, values, at)
        account.save(force_insert=True)
        _record(account, K.OPENED, by, at, why=why, names=names)
    return account


def change_account(
    *,
    account: ProviderAccount,
    values: Mapping[str, Any],
    per_minute: int,
    why: str,
    by: User,
    at: datetime,
) -> None:
    """Change what the provider needs; a secret that is left empty stays as it is."""
    _must_keep(by)
    adapter = _adapter(account.provider)
    with transaction.atomic(durable=True):
        once(by, at)
        held = _locked(account)
        names = _fill(held, adapter, values, at)
        if per_minute != held.per_minute:
            held.per_minute = _pace(per_minute)
            names.append("per_minute")
        if not names:
            raise WrongInput(_("Nothing was changed."))
        held.changed_by, held.changed_at = by, at
        held.save(update_fields=["settings", "sealed", "per_minute", "changed_by", "changed_at"])
        _record(held, K.CHANGED, by, at, why=why, names=names)


def take_out(*, account: ProviderAccount, why: str, by: User, at: datetime) -> None:
    """Hear no more calls for it; the provider is told that nobody is here, and repeats them for a while."""
    _must_keep(by)
    with transaction.atomic(durable=True):
        once(by, at)
        held = _locked(account)
        if not held.is_active:
            raise WrongInput(_("This account is out of use already."))
        _switch(held, on=False, why=why, by=by, at=at)


def take_in(*, account: ProviderAccount, why: str, by: User, at: datetime) -> None:
    """Hear its calls again, in the place of the one in use there for the same creditor and team."""
    _must_keep(by)
    _adapter(account.provider)
    with transaction.atomic(durable=True):
        once(by, at)
        _replace(account.creditor, account.team, account.provider, by, at)
        held = _locked(account)
        if held.is_active:
            raise WrongInput(_("This account is in use already."))
        _switch(held, on=True, why=why, by=by, at=at)


def begin_test(*, account: ProviderAccount, by: User, at: datetime) -> ProviderRecord:
    """Begin a test: whatever the provider calls from now on shows whether the keys are right.

    Raises ``WrongInput`` where that can be seen to be in vain.
    """
    _must_keep(by)
    faults = list(_adapter(account.provider).faults(account, at))
    if faults:
        raise WrongInput(faults[0][1])
    if not account.is_active:
        raise WrongInput(_("This account is out of use, so no call is heard."))
    with transaction.atomic(durable=True):
        once(by, at)
        return _record(_locked(account), K.TESTED, by, at)


@dataclass(frozen=True)
class Tested:
    """What the last test has shown: ``works``, ``refused`` with a code of ``words.FORGED``, or ``waiting``."""

    begun_at: datetime
    outcome: str
    at: datetime | None = None
    why: str = ""


def tested(account: ProviderAccount) -> Tested | None:
    """What was heard since the last test began; the latest call counts."""
    last = account.records.filter(kind=K.TESTED).first()
    if last is None:
        return None
    good, bad = (
        moment if moment and moment >= last.at else None
        for moment in (account.heard_at, account.forged_at)
    )
    if good and (bad is None or good >= bad):
        return Tested(last.at, "works", good)
    if bad:
        return Tested(last.at, "refused", bad, account.forged_why)
    return Tested(last.at, "waiting")


def _fill(
    account: ProviderAccount, adapter: Provider, values: Mapping[str, Any], at: datetime
) -> list[str]:
    """Put what was given where it belongs; says which of it is new. Raises ``WrongInput``."""
    plain, sealed = dict(account.settings), account.secrets
    names = []
    for wanted in adapter.fields:
        given = str(values.get(wanted.name) or "").strip()
        if wanted.secret:
            if given and given != sealed.get(wanted.name):
                sealed[wanted.name] = given
                names.append(wanted.name)
        elif given != plain.get(wanted.name, ""):
            plain[wanted.name] = given
            names.append(wanted.name)
        if wanted.required and not (sealed if wanted.secret else plain).get(wanted.name):
            raise WrongInput(_("Please fill this in."), wanted.name)
    account.settings, account.secrets = plain, sealed
    for name, says in adapter.faults(account, at):
        raise WrongInput(says, name)
    return names


def _replace(creditor: Organisation, team: Team, provider: str, by: User, at: datetime) -> None:
    """Take out of use the one that stands in the place, under the creditor's lock."""
    Organisation.objects.select_for_update(of=("self",)).get(pk=creditor.pk)
    before = ProviderAccount.objects.filter(
        creditor=creditor, team=team, provider=provider, is_active=True
    ).first()
    if before:
        why = because(lambda: _("Another account takes its place."))
        _switch(before, on=False, why=why, by=by, at=at)


def _switch(account: ProviderAccount, *, on: bool, why: str, by: User, at: datetime) -> None:
    account.is_active, account.changed_by, account.changed_at = on, by, at
    account.save(update_fields=["is_active", "changed_by", "changed_at"])
    _record(account, K.TAKEN_IN if on else K.TAKEN_OUT, by, at, why=why)


def _record(
    account: ProviderAccount, kind: str, by: User, at: datetime, why: str = "", **more: Any
) -> ProviderRecord:
    why, says = kept(why, 300)
    return ProviderRecord.objects.create(
        account=account, kind=kind, by=by, at=at, why=why, says=says, **more
    )


def _locked(account: ProviderAccount) -> ProviderAccount:
    found: ProviderAccount = (
        ProviderAccount.objects.select_for_update(of=("self",))
        .select_related("creditor", "team")
        .get(pk=account.pk)
    )
    return found


def _pace(per_minute: int) -> int:
    if not 1 <= per_minute <= MOST_A_MINUTE:
        raise WrongInput(_("Give a number from 1 to 60,000."), "per_minute")
    return per_minute


def _adapter(name: str) -> Provider:
    found = provider_named(name)
    if found is None:
        raise WrongInput(_("The payment provider %(name)s is not known.") % {"name": name})
    return found


def _must_keep(by: User) -> None:
    if not may(by, KEEP):
        raise RightRefused(by, KEEP)
