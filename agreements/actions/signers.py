"""Who else must sign: asked under the rules, left out again, heard when they decline, gone on without."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from agreements.actions.accruing import accrue
from agreements.actions.drawing import (
    DRAW_UP,
    begin_anew,
    policy_of,
    terms_in_words,
    voiding,
    write_down,
)
from agreements.actions.word import DECLINED, tell_debtor
from agreements.blanks import must_be_known
from agreements.models import Agreement, Signatory, TermConfirmation
from agreements.plans import Due
from agreements.policy import (
    COMPONENTS,
    has_signed,
    may_ask_to_sign,
    owed_by_component,
    signatories_of,
)
from cases.actions.days import must_not_lie_ahead
from cases.models import Party
from people.models import User
from workflow.duties import raise_duty
from workflow.steps import StateRefused, Step, WrongInput, carry_out

ANSWER_WITHIN = timedelta(days=1)
COPIED = (
    "plan", "language", "balance_on", "principal", "interest", "fees", "waived_principal",
    "waived_interest", "waived_fees", "waiver_approved", "total",
)  # fmt: skip


def ask_to_sign(
    *, agreement: Agreement, party: Party, debtor_agreed_on: date | None, by: User, at: datetime
) -> None:
    """Make somebody one without whose signature the agreement is not in force; the terms name them.

    What was confirmed and signed before was of other terms and is to be done anew. Raises
    ``PolicyRefused`` for whoever may not be told of the debt, ``WrongInput``, ``StateRefused``.
    """
    if party.person_id == agreement.case.debtor_id:
        raise WrongInput(_("The debtor signs anyway."), "party")
    if party.left_alone_at:
        raise WrongInput(_("This person asked to be left alone."), "party")
    if debtor_agreed_on:
        must_not_lie_ahead(agreement.case, debtor_agreed_on, "debtor_agreed_on", at)

    def add(fresh: Agreement, by: User, at: datetime) -> None:
        if fresh.signatories.filter(party=party).exists():
            raise WrongInput(_("This person is asked to sign already."), "party")
        Signatory.objects.create(
            agreement=fresh, party=party, role=party.role, debtor_agreed_on=debtor_agreed_on,
            asked_by=by, asked_at=at,
        )  # fmt: skip
        _in_other_words(fresh, by, at)

    carry_out(
        Step(
            subject=agreement,
            event="signatory.asked",
            right=DRAW_UP,
            policy=may_ask_to_sign(party, debtor_agreed=debtor_agreed_on is not None),
            transition="redraft",
            args={"changes": {}},
            data=_told(agreement, str(party.person), party.role, agreed_on=debtor_agreed_on),
            then=add,
        ),
        by=by,
        at=at,
    )


def leave_out(*, signatory: Signatory, by: User, at: datetime) -> None:
    """Take back that somebody is to sign, while nothing was sent to them and they said nothing yet."""

    def remove(fresh: Agreement, by: User, at: datetime) -> None:
        now = _as_it_is(signatory, fresh)
        if now.declined_at or now.signing_links.exists():
            raise WrongInput(
                _("This person knows of it already. Go on without them by a new version.")
            )
        TermConfirmation.objects.filter(signatory=now).delete()
        fresh.signatures.filter(signatory=now).delete()
        now.delete()
        _in_other_words(fresh, by, at)

    carry_out(
        Step(
            subject=signatory.agreement,
            event="signatory.left_out",
            right=DRAW_UP,
            transition="redraft",
            args={"changes": {}},
            data=_told(signatory.agreement, str(signatory.party.person), signatory.role),
            then=remove,
        ),
        by=by,
        at=at,
    )


def decline(*, signatory: Signatory, why: str, by: User, at: datetime, still: Any = None) -> None:
    """Somebody who was asked does not sign: the agreement does not come into force as it is.

    ``still`` is asked under the lock, and raises where it may be said no more.
    """
    why = why.strip()[:300]
    name = str(signatory.party.person)

    def keep(fresh: Agreement, _by: User, at: datetime) -> None:
        if fresh.state != Agreement.State.OFFERED:
            raise StateRefused(fresh, "decline")
        now = _as_it_is(signatory, fresh)
        if still:
            still(fresh)
        if has_signed(now):
            raise WrongInput(_("This person has signed already."))
        if now.declined_at:
            raise WrongInput(_("This person has declined already."))
        now.declined_at, now.declined_why = at, why
        now.save(update_fields=["declined_at", "declined_why"])
        raise_duty(
            case=fresh.case, kind="signing.declined", at=at, due_at=at + ANSWER_WITHIN,
            role=User.Role.CLERK, key=f"signing.declined:{signatory.pk}:{at.isoformat()}",
            says={
                "en": f"{name} does not sign {fresh.number}. Talk it over with the debtor: ask again, or"
                " go on without by a new version.",
                "zh": f"{name}拒绝签署协议 {fresh.number}。请与债务人商议：重新征求其意见，或另拟不含该人员的新版本。",
            },
        )  # fmt: skip
        tell_debtor(DECLINED, agreement=fresh, signatory=now, by=by, at=at)

    carry_out(
        Step(
            subject=signatory.agreement,
            event="signatory.declined",
            right=DRAW_UP,
            data={**_told(signatory.agreement, name, signatory.role), "why": why},
            then=keep,
        ),
        by=by,
        at=at,
    )


def go_on_without(*, signatory: Signatory, by: User, at: datetime) -> Agreement:
    """Write a new version without this person, which says what that means; the one before is void.

    Of a guarantor: what the change makes heavier is then not guaranteed (Civil Code art. 695). All others
    who were asked are asked anew. Raises ``PolicyRefused``, ``WrongInput``, ``StateRefused``.
    """
    old, case = signatory.agreement, signatory.agreement.case
    name = str(signatory.party.person)
    accrue(case=case, at=at)
    if owed_by_component(case) != {part: getattr(old, part) for part in COMPONENTS}:
        raise WrongInput(
            _("The balance is another one by now. Change the terms first, then go on without them.")
        )
    others = [one for one in signatories_of(old) if one.pk != signatory.pk]
    rows = [Due(row.due_on, row.amount) for row in old.instalments.order_by("number")]
    version = case.agreements.count() + 1
    new = Agreement(
        case=case, number=f"{case.reference}-A{version}", version=version, drawn_up_by=by,
        drawn_up_at=at, supersedes=old.supersedes or old, cause=Agreement.Cause.OTHER,
        reason=(_("%(name)s does not sign.") % {"name": name})[:300],
        **{field: getattr(old, field) for field in COPIED},
    )  # fmt: skip
    must_be_known(case, others)
    channel = old.terms.get("channel", "")
    new.terms = {"set_off": old.set_off} if old.set_off else {}  # which the words lean on
    new.terms = {
        **new.terms,
        "channel": channel,
        "new_loan": old.terms.get("new_loan"),
        **terms_in_words(new, rows, others),
    }

    def write(fresh: Agreement, by: User, at: datetime) -> None:
        write_down(fresh, rows)
        _ask_again(fresh, others, by, at)

    carry_out(
        *voiding(case, old, new.reason, at),
        Step(
            subject=new,
            event="agreement.gone_on_without",
            right=DRAW_UP,
            policy=policy_of(new, rows, channel, revised=True),
            data={
                **_told(new, name, signatory.role),
                "replaced": old.number,
                "declined": signatory.declined_at is not None,
            },
            then=write,
        ),
        by=by,
        at=at,
    )
    return new


# ---------------------------------------------------------------- under the lock


def _in_other_words(fresh: Agreement, by: User, at: datetime) -> None:
    """The terms again, with all who are asked now."""
    asked = signatories_of(fresh)
    rows = [Due(row.due_on, row.amount) for row in fresh.instalments.order_by("number")]
    fresh.terms = {**fresh.terms, **terms_in_words(fresh, rows, asked)}
    fresh.save(update_fields=["terms"])
    begin_anew(fresh, by, at)


def _ask_again(fresh: Agreement, others: Sequence[Signatory], by: User, at: datetime) -> None:
    Signatory.objects.bulk_create(
        Signatory(
            agreement=fresh, party=one.party, role=one.role, asked_by=by, asked_at=at,
            debtor_agreed_on=one.debtor_agreed_on,
        )
        for one in others
    )  # fmt: skip


def _as_it_is(signatory: Signatory, fresh: Agreement) -> Signatory:
    return Signatory.objects.select_for_update(of=("self",)).get(pk=signatory.pk, agreement=fresh)


def _told(agreement: Agreement, name: str, role: str, **more: Any) -> dict[str, Any]:
    return {
        "number": agreement.number,
        "version": agreement.version,
        "name": name,
        "role": role,
        **{key: value for key, value in more.items() if value is not None},
    }
