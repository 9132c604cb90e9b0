"""Whose account a provider's subject is: linked before, or found once by a verified address. None is ever made."""

import logging
from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction

from access.factors import note
from access.provider import NotBelieved, Told
from people.models import User

log = logging.getLogger("access")


def who(told: Told, at: datetime) -> User:
    """The person, if they may sign in; the first time the subject is linked. Raises ``NotBelieved``.

    A subject stays whose it is, whatever address it shows later. An address finds an account only while no other
    subject of this provider has it, so a mailbox that was given to somebody new takes nothing over.
    """
    with transaction.atomic():
        linked = SocialAccount.objects.filter(provider=_provider(), uid=told.subject).first()
        if linked:
            user = User.objects.filter(pk=linked.user_id).first()
            return _may_enter(user)
        if not told.mail:
            raise NotBelieved(
                "unverified" if told.unverified else "unknown", "not linked, no address"
            )
        found = list(
            User.objects.select_for_update(of=("self",))
            .filter(email__iexact=told.mail, is_active=True)
            .exclude(role=User.Role.SYSTEM)[:2]
        )  # fmt: skip
        if len(found) != 1:
            raise NotBelieved("unknown", f"{'several' if found else 'no'} accounts of that address")
        user = _may_enter(found[0])
        if link_of(user):
            raise NotBelieved("unknown", "the account has another subject")
        SocialAccount.objects.create(user=user, provider=_provider(), uid=told.subject)
        note("sign_in.linked", user, at, {"issuer": settings.OIDC["issuer"]})
        log.info("User %s is linked with the provider.", user.pk)
        return user


def link_of(user: User) -> SocialAccount | None:
    """The subject of the provider that is this person's, if there is one."""
    if not settings.OIDC:
        return None
    found: SocialAccount | None = SocialAccount.objects.filter(
        user=user, provider=_provider()
    ).first()
    return found


def unlink(user: User) -> int:
    """Take away what links this person with any provider; gives how many."""
    rows = SocialAccount.objects.filter(user=user)
    gone: int = rows.count()
    rows.delete()
    return gone


def _provider() -> str:
    """The issuer: the same subject at another one is somebody else."""
    return str(settings.OIDC["issuer"])


def _may_enter(user: User | None) -> User:
    if user is None or not user.is_active or user.role == User.Role.SYSTEM:
        raise NotBelieved("unknown", "may not sign in")
    return user
