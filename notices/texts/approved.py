"""What a carrier has approved, beside what we say: it sends our message only where both are the same."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from common.clock import HOUSE_ZONE, local_day
from notices import channels
from notices.accounts import account_of
from notices.models import ApprovedTemplate, ChannelAccount
from notices.texts.faults import demand_quiet
from notices.texts.filed import Text
from notices.texts.placeholders import fill, names_in
from notices.texts.segments import signed
from notices.texts.standing import Standing
from notices.texts.wordings import LANGUAGES, OUTSIDE, WORDINGS
from people.models import User
from people.rights import may
from timeline.chain import record_for_house
from workflow.steps import RightRefused, WrongInput, once

EDIT = "edit_wording"
# ${name} (Alibaba), {1} (Tencent), {{thing1.DATA}} (WeChat): how carriers write a gap.
_GAP = re.compile(r"\$\{\s*(\w+)\s*\}|\{\{\s*(\w+)\.DATA\s*\}\}|\{\s*(\w+)\s*\}")
_LINE = re.compile(r"^\s*(\w+)\s*[=＝]\s*(.+?)\s*$")


@dataclass(frozen=True)
class Fitting:
    """The carrier's template that goes with a message: its number, its values in order, what arrives."""

    template: ApprovedTemplate
    params: tuple[tuple[str, str], ...]
    body: str


class NotApproved(Exception):
    """The carrier would not send this message; ``why`` says what is missing, ``code`` in a word."""

    def __init__(self, why: str, code: str) -> None:
        self.why, self.code = why, code
        super().__init__(why)


ONE_LANGUAGE, NONE_APPROVED, ANOTHER_APPROVED = "one-language", "no-template", "other-template"
"""Why a carrier would not send a message, in a word."""


@dataclass(frozen=True)
class Approvals:
    """The accounts of many writers and what their carriers have approved, asked once for many messages."""

    accounts: Mapping[tuple[int, str], ChannelAccount]
    templates: Mapping[tuple[int, str, str], ApprovedTemplate]


def approvals_of(organisations: Iterable[int], wordings: Iterable[str]) -> Approvals:
    """What the carriers of these organisations have approved for these messages."""
    accounts = ChannelAccount.objects.filter(
        organisation__in=set(organisations), channel__in=OUTSIDE, is_active=True
    )
    templates = ApprovedTemplate.objects.filter(
        account__in=[one.pk for one in accounts], wording__in=set(wordings), is_active=True
    ).select_related("account")
    return Approvals(
        {(one.organisation_id, one.channel): one for one in accounts},
        {(one.account_id, one.wording, one.language): one for one in templates},
    )


def wants_template(account: ChannelAccount | None) -> bool:
    """Whether the account's carrier sends only what it has approved."""
    carrier = channels.carriers().get(account.provider) if account else None
    return bool(carrier and carrier.needs_template)


def fitting(
    case: Any,
    used: Sequence[Standing],
    filled: Mapping[str, Mapping[str, str]],
    approvals: Approvals | None = None,
) -> Fitting | None:
    """The approved template for this message; None where the carrier wants none.

    ``approvals`` are what the carriers have approved, for whoever asks for many. Raises ``NotApproved``
    where the carrier wants a template and there is none that says the same.
    """
    first = used[0]
    if first.channel not in OUTSIDE:
        return None
    writer = case.agency_id or case.creditor_id
    account = (
        approvals.accounts.get((writer, first.channel))
        if approvals
        else account_of(writer, first.channel)
    )
    if account is None or not wants_template(account):
        return None
    if len(used) > 1:
        raise NotApproved(
            _("The carrier sends one approved text at a time. Choose one of the languages."),
            ONE_LANGUAGE,
        )
    template = (
        approvals.templates.get((account.pk, first.wording, first.language))
        if approvals
        else ApprovedTemplate.objects.filter(
            account=account, wording=first.wording, language=first.language, is_active=True
        ).first()
    )
    if template is None:
        raise NotApproved(
            _("The carrier has approved no text for this message in this language."), NONE_APPROVED
        )
    if ours(template.text, template.parameters) != plain(first.text.body):
        raise NotApproved(
            _("The text that the carrier has approved is not the one that holds now. Have the new one approved."),
            ANOTHER_APPROVED,
        )  # fmt: skip
    values = filled[first.language]
    params = tuple((name, fill(text, values)) for name, text in template.parameters)
    # Some carriers take the signature with the account, others with the template.
    signature = account.settings.get("sign_name") or template.signature
    return Fitting(template, params, signed(fill(first.text.body, values), str(signature)))


def gaps_in(text: str) -> list[str]:
    """The names of the gaps of a carrier's text, in their order."""
    found = (next(filter(None, match.groups())) for match in _GAP.finditer(text))
    return list(dict.fromkeys(found))


def ours(text: str, parameters: Sequence[Sequence[str]]) -> str:
    """The carrier's text with our placeholders in its gaps, so that both can be laid side by side."""
    known = {str(name): said for name, said in parameters}

    def said(match: re.Match[str]) -> str:
        name = next(filter(None, match.groups()))
        return str(known.get(name, match[0]))

    return plain(_GAP.sub(said, text))


def plain(text: str) -> str:
    """The text without the blanks at the ends of its lines."""
    return "\n".join(line.strip() for line in text.strip().splitlines())


def read_parameters(text: str) -> list[list[str]]:
    """What stands in the form, a gap and what fills it a line; raises ``WrongInput``."""
    found = []
    for line in filter(str.strip, text.splitlines()):
        match = _LINE.match(line)
        if match is None:
            raise WrongInput(
                _("“%(line)s” cannot be read. Write a gap, an equals sign and what fills it, such as name = {debtor_name}.")
                % {"line": line.strip()[:60]},
                "parameters",
            )  # fmt: skip
        found.append([match[1], match[2]])
    return found


def keep_template(
    *,
    account: ChannelAccount,
    wording: str,
    language: str,
    number: str,
    signature: str,
    text: str,
    parameters: Sequence[Sequence[str]],
    by: User,
    at: datetime,
) -> ApprovedTemplate:
    """Enter what a carrier has approved; it takes the place of what was entered before.

    Raises ``WrongInput`` where a gap is not filled, or is filled with what the message does not know.
    """
    if not may(by, EDIT):
        raise RightRefused(by, EDIT)
    kind = WORDINGS.get(wording)
    if kind is None or account.channel not in kind.channels or language not in LANGUAGES:
        raise WrongInput(_("There is no such text."))
    demand_quiet(signature, "signature", on=local_day(at, HOUSE_ZONE))
    _check(Text(body=text), parameters, {one.name for one in kind.offered(account.channel)})
    with transaction.atomic(durable=True):
        once(by, at)
        ChannelAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)
        rows = ApprovedTemplate.objects.filter(
            account=account, wording=wording, language=language, is_active=True
        )
        before = rows.first()
        rows.update(is_active=False)
        made = ApprovedTemplate(
            account=account, wording=wording, language=language, number=number,
            signature=signature.strip("【】 "), text=plain(text),
            parameters=[list(one) for one in parameters], changed_by=by, changed_at=at,
        )  # fmt: skip
        try:
            made.save(force_insert=True)
        except IntegrityError:  # pragma: no cover - the account's row is locked
            raise WrongInput(_("Somebody else has entered one just now.")) from None
        record_for_house(
            kind="wording.template_entered", by=by, at=at,
            data={
                "account": str(account), "wording": wording, "language": language,
                "before": _told(before) if before else None, "after": _told(made),
            },
        )  # fmt: skip
    return made


def end_template(*, template: ApprovedTemplate, by: User, at: datetime) -> None:
    """Use it no longer, such as when the carrier has taken its word back."""
    if not may(by, EDIT):
        raise RightRefused(by, EDIT)
    with transaction.atomic(durable=True):
        once(by, at)
        fresh = ApprovedTemplate.objects.select_for_update(of=("self",)).get(pk=template.pk)
        if not fresh.is_active:
            return
        fresh.is_active, fresh.changed_by, fresh.changed_at = False, by, at
        fresh.save(update_fields=["is_active", "changed_by", "changed_at"])
        record_for_house(
            kind="wording.template_ended", by=by, at=at,
            data={
                "account": str(fresh.account), "wording": fresh.wording,
                "language": fresh.language, "before": _told(fresh),
            },
        )  # fmt: skip


def _check(text: Text, parameters: Sequence[Sequence[str]], offered: set[str]) -> None:
    gaps, given = gaps_in(text.body), [name for name, _said in parameters]
    missing = [name for name in gaps if name not in given]
    if missing:
        raise WrongInput(_("Say what fills %(gaps)s.") % {"gaps": ", ".join(missing)}, "parameters")
    spare = [name for name in given if name not in gaps]
    if spare:
        raise WrongInput(
            _("The approved text has no gap %(gaps)s.") % {"gaps": ", ".join(spare)}, "parameters"
        )
    unknown = [
        f"{{{name}}}" for _gap, said in parameters for name in names_in(said) if name not in offered
    ]
    if unknown:
        raise WrongInput(
            _("%(signs)s is not known here, or tells of the debt.") % {"signs": ", ".join(unknown)},
            "parameters",
        )


def _told(template: ApprovedTemplate) -> dict[str, Any]:
    return {
        "number": template.number,
        "signature": template.signature,
        "text": template.text,
        "parameters": template.parameters,
    }
