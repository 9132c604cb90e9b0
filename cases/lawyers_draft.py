"""The draft with which a lawyer's letter begins: our words, or the firm's own, filled in for the case."""

from datetime import datetime

from cases.models import Case
from cases.outgoing import ask_sending
from common.clock import local_day
from common.money import show
from documents.letterhead import day as day_words
from documents.letterhead import english
from notices.texts.composing import Given, compose
from notices.texts.previewing import Sample
from notices.texts.wordings import BY_LAWYER
from people.models import Organisation

_US = {"zh": "本所", "en": "This firm"}
"""As a firm speaks of itself while nobody has chosen one."""


def template_for(case: Case, firm: Organisation | None, at: datetime) -> str:
    """The draft with which a clerk begins, in the debtor's language.

    Raises ``CannotCompose`` where something that the letter must say is not known.
    """
    made = compose(
        wording=BY_LAWYER, channel=BY_LAWYER, case=case, recipient=case.debtor,
        language="en" if case.debtor.language == "en" else "zh", at=at,
        values=values_of(case, firm, at), organisation=firm.pk if firm else None,
    )  # fmt: skip
    return made.body.strip()


def values_of(case: Case, firm: Organisation | None, at: datetime) -> Given:
    """What the letter tells beside what is known of every case."""
    numbers = [one for one in case.debts.values_list("contract_number", flat=True) if one]
    return {
        "firm_name": _name(firm) if firm else _US,
        "firm_phone": firm.phone if firm else "",
        "agency_name": _name(case.agency) if case.agency else "",
        "contracts": {"zh": "、".join(numbers), "en": ", ".join(numbers)},
        "as_of": {tongue: day_words(local_day(at, case.zone))[tongue] for tongue in _US},
        "currency": case.currency,
        "principal_open": show(case.principal),
        "interest_open": show(case.interest),
        "fees_open": show(case.fees),
        "total_open": show(case.balance),
    }


def of_lawyers_letter(case: Case, at: datetime) -> Sample:
    """What such a draft would look like for the case: with the firm that the desk would be offered."""
    firm = first_firm()
    return Sample(
        values_of(case, firm, at),
        lambda _channel, source: ask_sending(case, BY_LAWYER, source, at),
        firm.pk if firm else None,
    )


def first_firm() -> Organisation | None:
    """The law firm that the desk is offered first."""
    firms = Organisation.objects.filter(kind=Organisation.Kind.LAW_FIRM).exclude(licence="")
    return firms.first()


def _name(house: Organisation) -> dict[str, str]:
    return {"zh": house.name, "en": english(house)}
