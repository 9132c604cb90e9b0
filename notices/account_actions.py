"""Accounts at carriers: opened, changed, taken in and out of use, and tried; each with who, when and why."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from common.clock import HOUSE_ZONE, local_day
from notices import accounts
from notices.channels import Carrier, Message, Unclear, Undelivered, carrier_of, carriers
from notices.models import AccountRecord, ChannelAccount
from notices.texts.faults import demand_quiet
from people.models import ContactPoint, Organisation, User
from people.rights import may
from workflow.reasons import because, kept
from workflow.steps import RightRefused, WrongInput, once

KEEP = "keep_accounts"
MOST_TRIES = 5
TRIES_IN = timedelta(hours=1)
HARMLESS = {
    "en": "This is a test of Doorstep. It concerns nobody. Please ignore it.",
    "zh": "这是 Doorstep 的测试消息，不涉及任何人，请忽略。",
}
K, O = AccountRecord.Kind, AccountRecord.Outcome  # noqa: E741


def open_account(
    *,
    organisation: Organisation,
    provider: str,
    values: Mapping[str, Any],
    per_minute: int,
    why: str,
    by: User,
    at: datetime,
) -> ChannelAccount:
    """Open an account for the organisation; it takes the place of the one in use for its channel."""
    _must_keep(by)
    carrier = _carrier(provider)
    with transaction.atomic():
        once(by, at)
        Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
        before = accounts.account_of(organisation.pk, carrier.channel)
        if before:
            _take_out(before, because(lambda: _("Another account takes its place.")), by, at)
        account = ChannelAccount(
            organisation=organisation, channel=carrier.channel, provider=provider,
            per_minute=per_minute, changed_by=by, changed_at=at,
        )  # fmt: skip
        names = _fill(account, carrier, values, at)
        account.save(force_insert=True)
        _record(account, K.OPENED, by, at, why=why, names=names)
    return account


def change_account(
    *,
    account: ChannelAccount,
    values: Mapping[str, Any],
    per_minute: int,
    why: str,
    by: User,
    at: datetime,
) -> None:
    """Change what the carrier needs; a secret that is left empty stays as it is."""
    _must_keep(by)
    carrier = _carrier(account.provider)
    with transaction.atomic():
        once(by, at)
        held = _locked(account)
        names = _fill(held, carrier, values, at)
        if per_minute != held.per_minute:
            held.per_minute = per_minute
            names.append("per_minute")
        if not names:
            raise WrongInput(_("Nothing was changed."))
        held.changed_by, held.changed_at = by, at
        held.save(update_fields=["settings", "sealed", "per_minute", "changed_by", "changed_at"])
        _record(held, K.CHANGED, by, at, why=why, names=names)


def take_out(*, account: ChannelAccount, why: str, by: User, at: datetime) -> None:
    """Let no more messages go by it; what waits for its channel waits on."""
    _must_keep(by)
    with transaction.atomic():
        once(by, at)
        held = _locked(account)
        if not held.is_active:
            raise WrongInput(_("This account is out of use already."))
        _take_out(held, why, by, at)


def take_in(*, account: ChannelAccount, why: str, by: User, at: datetime) -> None:
    """Let messages go by it again, in the place of the one in use for its channel."""
    _must_keep(by)
    _carrier(account.provider)
    with transaction.atomic():
        once(by, at)
        Organisation.objects.select_for_update(of=("self",)).get(pk=account.organisation_id)
        held = _locked(account)
        if held.is_active:
            raise WrongInput(_("This account is in use already."))
        before = accounts.account_of(held.organisation_id, held.channel)
        if before:
            _take_out(before, because(lambda: _("Another account takes its place.")), by, at)
        held.is_active, held.changed_by, held.changed_at = True, by, at
        held.save(update_fields=["is_active", "changed_by", "changed_at"])
        _record(held, K.TAKEN_IN, by, at, why=why)


def try_account(
    *,
    account: ChannelAccount,
    to: str,
    by: User,
    at: datetime,
    language: str = "zh",
    template: str = "",
    params: Mapping[str, str] | None = None,
) -> AccountRecord:
    """Send one harmless message to an address of one's own, and say what the carrier answered.

    It concerns no case, so it is no notice; it stands in the account's own record.
    """
    _must_keep(by)
    carrier = _carrier(account.provider)
    if carrier.needs_template and not template:
        raise WrongInput(
            _("Give the number of a template that the carrier has approved."), "template"
        )
    if belongs_to_somebody(to):
        raise WrongInput(
            _("Somebody in a case is reached there. Give an address of your own."), "to"
        )
    with transaction.atomic():
        once(by, at)
        held = _locked(account)
        tries = held.records.filter(kind=K.TRIED, at__gt=at - TRIES_IN).count()
        if tries >= MOST_TRIES:
            raise WrongInput(
                _("It was tried %(count)d times within an hour. Please wait.") % {"count": tries}
            )
        record = _record(held, K.TRIED, by, at, to=to, outcome=O.BEGUN)
    place = accounts.take_places(held, 1)
    try:
        if not place.granted:
            raise Undelivered(
                because(lambda: _("The account has reached its limit for this minute.")),
                permanent=False,
            )
        with carrier_of(held).batch(held) as line:
            taken = line.send(_harmless(record, to, language, template, params or {}))
        record.outcome, words = O.TAKEN, f"{taken.provider_id} {taken.answer}".strip()
    except Undelivered as refused:
        record.outcome, words = O.REFUSED, refused.why
    except Unclear as unclear:
        record.outcome, words = O.UNCLEAR, unclear.why
    record.words, record.says = kept(words, 300)
    record.save(update_fields=["outcome", "words", "says"])
    return record


def belongs_to_somebody(address: str) -> bool:
    """Whether anybody in a case is reached at this number or account."""
    return bool(address.strip()) and ContactPoint.objects.filter(value=address).exists()


def _harmless(
    record: AccountRecord, to: str, language: str, template: str, params: Mapping[str, str]
) -> Message:
    text = HARMLESS["en" if language == "en" else "zh"]
    with override("en" if language == "en" else "zh-hans"):
        subject = _("Test message")
    return Message(
        key=f"test:{record.pk}:{uuid.uuid4().hex}", reference=f"t{record.pk}", to=to,
        subject=subject, text=text, language=language,
        sender=str(record.account.organisation), template=template, params=dict(params),
    )  # fmt: skip


def _fill(
    account: ChannelAccount, carrier: Carrier, values: Mapping[str, Any], at: datetime
) -> list[str]:
    """Put what was given where it belongs; says which of it is new. Unknown names are left aside.

    Raises ``WrongInput`` for what is missing, and for what others would read and learn of a debt by.
    """
    plain, sealed = dict(account.settings), account.secrets
    names = []
    for wanted in carrier.fields:
        given = values.get(wanted.name)
        if wanted.outside and given:
            demand_quiet(str(given), wanted.name, on=local_day(at, HOUSE_ZONE))
        if wanted.secret:
            if given and given != sealed.get(wanted.name):
                sealed[wanted.name] = given
                names.append(wanted.name)
            if wanted.required and not sealed.get(wanted.name):
                raise WrongInput(_("Please fill this in."), wanted.name)
        elif (given if given is not None else "") != plain.get(wanted.name, ""):
            plain[wanted.name] = given if given is not None else ""
            names.append(wanted.name)
    account.settings, account.secrets = plain, sealed
    return names


def _take_out(account: ChannelAccount, why: str, by: User, at: datetime) -> None:
    account.is_active, account.changed_by, account.changed_at = False, by, at
    account.save(update_fields=["is_active", "changed_by", "changed_at"])
    _record(account, K.TAKEN_OUT, by, at, why=why)


def _record(
    account: ChannelAccount, kind: str, by: User, at: datetime, why: str = "", **more: Any
) -> AccountRecord:
    why, says = kept(why, 300)
    return AccountRecord.objects.create(
        account=account, kind=kind, by=by, at=at, why=why, says=says, **more
    )


def _locked(account: ChannelAccount) -> ChannelAccount:
    found: ChannelAccount = (
        ChannelAccount.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .get(pk=account.pk)
    )
    return found


def _carrier(name: str) -> Carrier:
    try:
        return carriers()[name]
    except KeyError:
        raise WrongInput(_("The carrier %(name)s is not known.") % {"name": name}) from None


def _must_keep(by: User) -> None:
    if not may(by, KEEP):
        raise RightRefused(by, KEEP)
