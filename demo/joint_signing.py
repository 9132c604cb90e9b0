"""An agreement that a guarantor signs at home, too, and one that waits for the debtor's spouse."""

from datetime import datetime

from agreements.actions import by_link, drawing, signers
from agreements.models import Agreement, Signatory, SigningLink
from cases.actions import identifying, preparing
from cases.models import Party
from demo import files
from demo.debtors import born_on, id_number
from demo.stories import Story
from notices import codes, links, relay
from people.models import Address, ContactPoint, Person
from portal import entering

BESIDE = 700
"""From here on numbers are of people beside the debtors, so that no two share an identity card."""


def guarantor_is_to_sign(s: Story, days: int, hour: int) -> None:
    """Who guaranteed the loan is to sign the new terms, too: named in them before they are offered."""
    s.on(days - 1, 9, 5, lambda at: _knows_guarantor(s, at))
    s.on(days, hour, 16, lambda at: _is_named(s, "guarantor", at))


def guarantor_signs_by_link(s: Story, days: int, hour: int) -> None:
    """With a link and a code of their own, after the debtor and the agency have signed."""
    s.on(days, hour, 5, lambda at: _gets_link(s, at))
    s.on(days, hour, 8, relay.send_due)
    s.on(days, hour, 20, lambda at: _reads(s, at))
    s.on(days, hour, 21, relay.send_due)
    s.on(days, hour, 24, lambda at: _signs(s, at))


def spouse_is_to_sign(s: Story, days: int, hour: int) -> None:
    """A common debt of the spouses, shown by the contract: the spouse is to sign, too, and is waited for."""
    s.on(days - 1, 9, 5, lambda at: _knows_spouse(s, at))
    s.on(days, hour, 20, lambda at: _is_named(s, "spouse", at))


def _knows_guarantor(s: Story, at: datetime) -> None:
    party = preparing.add_party(
        case=s.fresh(), person=Person(name="陶思远"), role="guarantor", relation="姐夫",
        basis="在借款合同上签字担保", legal_basis="contract", by=s.clerk, at=at,
    )  # fmt: skip
    preparing.update_guarantee(
        case=s.fresh(), party=party, changes={"guarantee": "joint", "guarantee_months": 24},
        by=s.clerk, at=at,
    )  # fmt: skip
    _is_identified(s, party, at)


def _knows_spouse(s: Story, at: datetime) -> None:
    party = preparing.add_party(
        case=s.fresh(), person=Person(name="夏明"), role="spouse", relation="配偶",
        basis="在借款合同上共同签字", legal_basis="contract", common_debt="both_signed",
        filename="借款合同.pdf", content=files.paper("借款合同", "Loan contract"), by=s.clerk, at=at,
    )  # fmt: skip
    _is_identified(s, party, at)


def _is_identified(s: Story, party: Party, at: datetime) -> None:
    """What the identity card says, where letters go, and by which ways this person is reached."""
    n, person = BESIDE + s.number, party.person
    identifying.set_identity(
        party=party, id_number=id_number(n), born_on=born_on(n), name_en="", by=s.clerk, at=at
    )
    preparing.add_address(
        case=s.fresh(), by=s.clerk, at=at,
        address=Address(
            person=person, kind="home", city="杭州市", district="西湖区",
            text=f"文二路 {s.number} 号", source="contract",
        ),
    )  # fmt: skip
    for channel, value in (("email", f"beside{n}@mail.example"), ("sms", f"1395800{n:04d}")):
        preparing.add_contact_point(
            case=s.fresh(), by=s.clerk, at=at,
            point=ContactPoint(person=person, channel=channel, value=value, source="contract"),
        )  # fmt: skip


def _is_named(s: Story, role: str, at: datetime) -> None:
    signers.ask_to_sign(
        agreement=_now(s), party=s.fresh().parties.get(role=role), debtor_agreed_on=None,
        by=s.clerk, at=at,
    )  # fmt: skip
    drawing.offer_agreement(agreement=_now(s), by=s.clerk, at=at)


def _gets_link(s: Story, at: datetime) -> None:
    by_link.send_link(
        agreement=_now(s), signatory=_one(s, "guarantor"), channel="email", id_checked=True, by=s.clerk,
        at=at,
    )  # fmt: skip


def _reads(s: Story, at: datetime) -> None:
    entering.enter(links.token_of(_sent(s).link), id_number(BESIDE + s.number)[-4:], at)
    by_link.open_terms(sent=_sent(s), at=at)
    by_link.confirm_by_link(sent=_sent(s), term=_one(s, "guarantor").term, at=at)
    by_link.send_code(sent=_sent(s), at=at)


def _signs(s: Story, at: datetime) -> None:
    sent = _sent(s)
    by_link.enter_code(sent=sent, given=codes.code_of(sent.link.codes.all()[0]), at=at)
    by_link.sign_by_link(
        sent=_sent(s), name=sent.link.person.name, content=files.signature(BESIDE + s.number), at=at
    )  # fmt: skip


def _now(s: Story) -> Agreement:
    return Agreement.objects.get(pk=s.agreement.pk)


def _one(s: Story, role: str) -> Signatory:
    return _now(s).signatories.select_related("party__person").get(role=role)


def _sent(s: Story) -> SigningLink:
    """The newest link of the guarantor."""
    return by_link.sent_of(_now(s).signing_links.exclude(signatory=None)[0].link)
