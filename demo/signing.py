"""Terms that are out to be signed by link, and others that were signed so at home."""

from datetime import datetime

from agreements.actions import by_link, signing
from agreements.models import Agreement, SigningLink
from demo import files
from demo.debtors import id_number
from demo.stories import Story
from notices import codes, links, relay
from portal import entering


def gets_a_link(s: Story, days: int, hour: int) -> None:
    """The clerk, who has seen the debtor's identity card, sends the link; the debtor has not opened it yet."""
    s.on(days, hour, 20, lambda at: _send(s, at))


def signs_by_link(s: Story, days: int, hour: int) -> None:
    """The debtor reads at home, confirms each term, enters the code and signs; then the agency does."""
    gets_a_link(s, days, hour)
    s.on(days, hour, 24, relay.send_due)
    s.on(days, hour, 40, lambda at: _reads(s, at))
    s.on(days, hour, 41, relay.send_due)
    s.on(days, hour, 43, lambda at: _signs(s, at))
    s.on(days, hour, 55, lambda at: _countersigns(s, at))


def _send(s: Story, at: datetime) -> None:
    by_link.send_link(
        agreement=_now(s), channel="email", id_checked=True, by=s.clerk, at=at
    )  # fmt: skip


def _reads(s: Story, at: datetime) -> None:
    entering.enter(links.token_of(_sent(s).link), id_number(s.number)[-4:], at)
    by_link.open_terms(sent=_sent(s), at=at)
    for clause in _now(s).clauses:
        by_link.confirm_by_link(sent=_sent(s), term=clause["key"], at=at)
    by_link.send_code(sent=_sent(s), at=at)


def _signs(s: Story, at: datetime) -> None:
    sent = _sent(s)
    by_link.enter_code(sent=sent, given=codes.code_of(sent.link.codes.all()[0]), at=at)
    by_link.sign_by_link(
        sent=_sent(s), name=s.case.debtor_name, content=files.signature(s.number), at=at
    )  # fmt: skip


def _countersigns(s: Story, at: datetime) -> None:
    signing.sign(
        agreement=_now(s), side="creditor", name=str(s.clerk), by=s.clerk, at=at,
        content=files.signature(s.number + 1),
    )  # fmt: skip


def _now(s: Story) -> Agreement:
    return Agreement.objects.get(pk=s.agreement.pk)


def _sent(s: Story) -> SigningLink:
    return by_link.sent_of(_now(s).signing_links.all()[0].link)
