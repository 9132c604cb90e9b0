"""The small cast of the tests: typed makers, no random data, everything by the real actions."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from cases.actions.contacting import log_contact
from cases.actions.house_papers import enter_house_paper
from cases.actions.opening import Claimed, open_case
from cases.actions.preparing import add_paper, add_party, update_guarantee
from cases.models import Case, Circumstance, Mandate, Party
from notices.channels import carriers
from notices.models import ChannelAccount
from people.models import (
    Address,
    ContactPoint,
    HousePaper,
    OfficerCredential,
    Organisation,
    Person,
    Team,
    User,
)

MANDATED_UNTIL = date(max(2026, datetime.now(UTC).year), 12, 31)
"""In force whenever the pages are asked, also where a test sets no clock."""
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


def moment(text: str, zone: str = "Asia/Shanghai") -> datetime:
    """An aware UTC moment from a local one, such as ``moment("2026-03-02 10:00")``."""
    from common.clock import from_local

    return from_local(datetime.fromisoformat(text), zone).astimezone(UTC)


def creditor(
    *,
    slug: str = "west-lake-bank",
    name: str = "西湖银行",
    packs: Sequence[str] = ("story",),
    creditor_type: str = "bank",
) -> Organisation:
    return Organisation.objects.get_or_create(
        slug=slug,
        defaults={
            "kind": Organisation.Kind.CREDITOR,
            "creditor_type": creditor_type,
            "name": name,
            "name_en": "West Lake Bank",
            "address": "杭州市西湖区文三路 88 号",
            "phone": "0571-8700 0000",
            "email": "service@westlake.example",
            "complaint_phone": "0571-8700 0001",
            "regulator_phone": "12378",
            "bank_name": "西湖银行文三路支行",
            "bank_account": "6222 0000 0000 0000",
            "packs": list(packs),
        },
    )[0]


def agency(*, slug: str = "clear-water", name: str = "清水信用服务") -> Organisation:
    return Organisation.objects.get_or_create(
        slug=slug,
        defaults={
            "kind": Organisation.Kind.AGENCY,
            "name": name,
            "name_en": "Clear Water Credit Services",
            "address": "杭州市拱墅区湖墅路 9 号",
            "phone": "0571-8800 0000",
            "complaint_phone": "0571-8800 0001",
            "regulator_phone": "12378",
        },
    )[0]


def team(*, name: str = "杭州一组", city: str = "杭州", of: Organisation | None = None) -> Team:
    return Team.objects.get_or_create(
        organisation=of or agency(), name=name, defaults={"city": city}
    )[0]


def user(
    *, username: str, role: str, in_team: Team | None = None, badge: str = "", full_name: str = ""
) -> User:
    found = User.objects.filter(username=username).first()
    if found:
        return found
    return User.objects.create_user(
        username=username,
        password="door-step-2026",
        role=role,
        team=in_team,
        badge=badge,
        full_name=full_name or username,
        phone="0571-8800 0099",
        email=f"{username}@doorstep.example",
    )


def clerk(*, in_team: Team | None = None, username: str = "clerk") -> User:
    return user(username=username, role="clerk", in_team=in_team or team(), full_name="陈晓")


def supervisor(*, in_team: Team | None = None, username: str = "supervisor") -> User:
    return user(username=username, role="supervisor", in_team=in_team or team(), full_name="周敏")


def compliance_officer(*, username: str = "compliance") -> User:
    return user(username=username, role="compliance", full_name="林静")


def administrator(*, username: str = "administrator") -> User:
    return user(username=username, role="administrator", full_name="方宁")


def auditor(*, username: str = "auditor") -> User:
    """Somebody who looks at what was done, and does nothing."""
    return user(username=username, role="auditor", full_name="顾清")


def operator(*, username: str = "operator") -> User:
    """Somebody who keeps the machine running, and sees no case."""
    return user(username=username, role="operator", full_name="邵航")


def law_firm(*, slug: str = "qian-river-law", name: str = "钱江律师事务所") -> Organisation:
    return Organisation.objects.get_or_create(
        slug=slug,
        defaults={
            "kind": Organisation.Kind.LAW_FIRM, "name": name, "name_en": "Qian River Law Firm",
            "licence": "LS-2026-001", "address": "杭州市上城区解放路 18 号", "phone": "0571-8600 0000",
        },
    )[0]  # fmt: skip


def counsel(*, username: str = "counsel", of: Organisation | None = None) -> User:
    """A lawyer of the firm, who sees no case but those of which the firm is to write."""
    firm = of or law_firm()
    return user(
        username=username, role="counsel", full_name="沈岚", in_team=team(name="律师组", of=firm)
    )


def outsider() -> User:
    """A clerk of another team, who has nothing to do with the case."""
    return clerk(in_team=team(name="成都一组", city="成都"), username="outsider")


def officer(
    *,
    badge: str = "021",
    full_name: str = "李伟",
    in_team: Team | None = None,
    valid_from: date = date(2025, 6, 1),
    valid_until: date = date(2027, 12, 31),
    trained_from: date = date(2025, 9, 1),
) -> User:
    """A field officer with a permit and a training certificate in force in 2026."""
    someone = user(
        username=f"officer{badge}",
        role="officer",
        in_team=in_team or team(),
        badge=badge,
        full_name=full_name,
    )
    if not someone.credentials.exists():
        OfficerCredential.objects.create(
            officer=someone, kind="permit", number=f"WF-{badge}", issued_by="清水信用服务",
            valid_from=valid_from, valid_until=valid_until,
        )  # fmt: skip
        OfficerCredential.objects.create(
            officer=someone, kind="training", number=f"PX-{badge}", issued_by="杭州金融培训中心",
            valid_from=trained_from, valid_until=trained_from + timedelta(days=365),
        )  # fmt: skip
    return someone


def crew() -> list[User]:
    """The two officers of the stories."""
    return [officer(badge="021", full_name="李伟"), officer(badge="034", full_name="王芳")]


def debtor(
    *, name: str = "王海燕", name_en: str = "Wang Haiyan", id_number: str = "330106198807152427"
) -> Person:
    return Person(name=name, name_en=name_en, id_number=id_number, born_on=date(1988, 7, 15))


def home(*, source: str = "contract") -> Address:
    return Address(
        kind="home",
        city="杭州",
        district="西湖区",
        text="翠苑街道 3 幢 2 单元 501 室",
        postcode="310012",
        source=source,
        verified_on=date(2026, 2, 20),
    )


def points(*, email: str = "haiyan@debtor.example") -> list[ContactPoint]:
    return [
        ContactPoint(channel="email", value=email, source="contract"),
        ContactPoint(channel="phone", value="13800000001", source="contract"),
        ContactPoint(
            channel="wechat",
            value="haiyan-88",
            source="debtor",
            source_on=date(2026, 2, 20),
            source_proof="债务人来电告知",
        ),
    ]


def mandate(
    *,
    principal: Organisation | None = None,
    agent: Organisation | None = None,
    number: str = "WT-2026-01",
    valid_from: date = date(2026, 1, 1),
    valid_until: date = MANDATED_UNTIL,
    waiver_limit: Decimal = Decimal("500.00"),
    may_receive_money: bool = False,
    cash_limit: str | None = None,
) -> Mandate:
    return Mandate.objects.get_or_create(
        number=number,
        defaults={
            "principal": principal or creditor(),
            "agent": agent or agency(),
            "scope": "逾期个人贷款的催收、上门协商与签署还款协议",
            "methods": ["phone", "sms", "email", "letter", "lawyers_letter", "wechat", "visit"],
            "may_receive_money": may_receive_money,
            "may_sign": True,
            "waiver_limit": waiver_limit,
            "cash_limit": Decimal(cash_limit) if cash_limit else None,
            "confidentiality": "受托方对债务人信息承担保密义务",
            "valid_from": valid_from,
            "valid_until": valid_until,
        },
    )[0]


def claimed(
    *,
    principal: str = "38600.00",
    interest: str = "1158.00",
    fees: str = "242.00",
    contract_number: str = "XH-2024-5521",
) -> Claimed:
    return Claimed(
        contract_number=contract_number,
        principal=Decimal(principal),
        interest=Decimal(interest),
        fees=Decimal(fees),
        stated_on=date(2026, 2, 27),
        contract_on=date(2024, 5, 10),
        paid_out=Decimal("50000.00"),
        annual_rate=Decimal("12.0000"),
        cost_rate=Decimal("12.0000"),
        platform=False,
        due_on=date(2025, 11, 10),
        limitation_ends_on=date(2028, 11, 10),
    )


def case(
    *,
    reference: str = "HZ-2026-0147",
    external_reference: str = "XH-5521",
    at: datetime | None = None,
    of_creditor: Organisation | None = None,
    in_team: Team | None = None,
    who: Person | None = None,
    claim: Claimed | None = None,
    under: Mandate | None = None,
    address: Address | None = None,
    contact_points: Sequence[ContactPoint] | None = None,
) -> Case:
    """A case in preparation, just taken in: no papers, nobody contacted yet."""
    found = open_case(
        reference=reference,
        external_reference=external_reference,
        creditor=of_creditor or creditor(),
        team=in_team or team(),
        debtor=who or debtor(),
        claimed=claim or claimed(),
        by=clerk(in_team=in_team),
        at=at or moment("2026-02-27 09:00"),
        addresses=[address or home()],
        contact_points=list(points() if contact_points is None else contact_points),
        mandate=under or mandate(principal=of_creditor),
    )
    if "cn" in found.packs:
        china_asks(found)
    return found


def china_asks(of: Case) -> None:
    """What the rules of China ask of an agency before it makes contact, all of it in order."""
    Circumstance.objects.get_or_create(
        case=of, kind="agent_notice",
        defaults={
            "since": date(2026, 1, 1), "source": "paper", "recorded_by": clerk(in_team=of.team),
            "recorded_at": moment("2026-02-27 09:00"),
        },
    )  # fmt: skip
    for kind in ("register_entry", "agency_review", "scope_review"):
        if of.agency and not of.agency.house_papers.filter(kind=kind).exists():
            house_paper(of=of.agency, kind=kind, number=f"{kind}-{of.agency_id}")


def guarantor(of: Case, *, name: str = "孙国梁", **terms: Any) -> Party:
    """Somebody who signed for the debt; ``terms`` are those of the guarantee."""
    party = add_party(
        case=of, person=Person(name=name), role="guarantor", relation="妻弟",
        basis="在借款合同上签字担保", legal_basis="contract", by=clerk(), at=moment("2026-02-27 09:05"),
    )  # fmt: skip
    if terms:
        update_guarantee(
            case=of, party=party, changes=terms, by=clerk(), at=moment("2026-02-27 09:06")
        )
    return party


def house_paper(
    *,
    of: Organisation | None = None,
    kind: str = "impact_assessment",
    number: str = "PIA-2026-01",
    valid_from: date = date(2026, 1, 1),
    valid_until: date | None = date(2026, 12, 31),
) -> HousePaper:
    """A paper of the creditor, or of whoever else must hold one."""
    return enter_house_paper(
        organisation=of or creditor(), kind=kind, number=number, issued_by="西湖银行",
        valid_from=valid_from, valid_until=valid_until, by=compliance_officer(),
        at=moment("2026-01-05 09:00"),
    )  # fmt: skip


def house_papers(of: Case) -> None:
    """What the creditor and the agency of a case in China must hold, each from the New Year on."""
    if not of.creditor.house_papers.filter(kind="impact_assessment").exists():
        house_paper(of=of.creditor, number=f"PIA-{of.creditor_id}")
    if of.agency and not of.agency.house_papers.filter(kind="processing_contract").exists():
        house_paper(of=of.agency, kind="processing_contract", number=f"WTCL-{of.agency_id}")


def in_order(lender: Organisation) -> None:
    """Give a creditor and the agency what the rules of mainland China want them to hold."""
    for of, kind in (
        (lender, "impact_assessment"),
        (agency(), "processing_contract"),
        (agency(), "register_entry"),
    ):
        if not of.house_papers.filter(kind=kind).exists():
            house_paper(
                of=of,
                kind=kind,
                number=f"{kind}-{of.pk}",
                valid_from=date(2025, 6, 1),
                valid_until=date(2027, 12, 31),
            )


def prepared_case(**given: Any) -> Case:
    """A case with its claim proven and gentler channels tried: ready for a visit to be planned."""
    lender = given.get("of_creditor")
    if lender and "cn" in lender.packs:
        in_order(lender)
    found = case(**given)
    if "cn" in found.packs:
        house_papers(found)
    start = given.get("at") or moment("2026-02-27 09:00")
    by = clerk(in_team=given.get("in_team"))
    for kind in ("contract", "disbursement", "statement"):
        add_paper(
            case=found, kind=kind, filename=f"{kind}.pdf", content=PDF,
            original_held=kind == "contract", kept_at="档案柜 3", by=by,
            at=start + timedelta(minutes=10),
        )  # fmt: skip
    for hours, channel, result in (
        (1, "phone", "no_answer"), (2, "sms", "delivered"), (3, "lawyers_letter", "delivered"),
    ):  # fmt: skip
        log_contact(
            case=found, channel=channel, result=result, remark="", by=by,
            at=start + timedelta(hours=hours),
        )  # fmt: skip
    return found


def account(*, of: Organisation | None = None, provider: str = "demo_sms") -> ChannelAccount:
    """An account at the demo's own carrier, in use."""
    found = ChannelAccount.objects.filter(provider=provider, organisation=of or agency()).first()
    return found or ChannelAccount.objects.create(
        organisation=of or agency(), channel=carriers()[provider].channel, provider=provider,
        changed_by=administrator(), changed_at=moment("2026-03-01 09:00"),
    )  # fmt: skip
