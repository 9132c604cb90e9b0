"""The demo's people and organisations; all invented."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO

from django.contrib.auth.hashers import make_password
from PIL import Image, ImageDraw

from access.views.entering import DEMO_PASSWORD
from cases.actions.house_papers import enter_house_paper
from cases.actions.preparing import draw_up_mandate
from cases.actions.seals import make_seal
from cases.models import Mandate
from common.clock import from_local
from notices.account_actions import open_account
from people.models import OfficerCredential, OfficerPhoto, Organisation, Team, User
from people.photos import SIZE, portrait

CREDITORS = [
    ("west-lake-bank", "西湖银行", "West Lake Bank", "bank", "杭州市西湖区文三路 88 号", "0571-8700 0000"),
    ("jinjiang-finance", "锦江消费金融", "Jinjiang Consumer Finance", "consumer_finance",
     "成都市锦江区东大街 12 号", "028-8600 0000"),
    ("qiantang-loans", "钱塘小额贷款", "Qiantang Micro-loans", "micro_loan",
     "杭州市上城区江干路 31 号", "0571-8711 0000"),
]  # fmt: skip
AGENCIES = [
    ("clear-water", "清水信用服务", "Clear Water Credit Services", "杭州市拱墅区湖墅路 9 号",
     "0571-8800 0000"),
    ("shu-trust", "蜀信信用管理", "Shu Trust Credit Management", "成都市武侯区科华路 3 号",
     "028-8500 0000"),
]  # fmt: skip
TEAMS = [
    ("clear-water", "杭州一组", "杭州"),
    ("clear-water", "杭州二组", "杭州"),
    ("shu-trust", "成都一组", "成都"),
]
# username, name, role, team, badge
STAFF = [
    ("clerk", "陈晓", "clerk", "杭州一组", ""),
    ("officer", "李伟", "officer", "杭州一组", "021"),
    ("officer2", "王芳", "officer", "杭州一组", "034"),
    ("supervisor", "周敏", "supervisor", "杭州一组", ""),
    ("compliance", "林静", "compliance", "", ""),
    ("administrator", "方宁", "administrator", "", ""),
    ("clerk2", "吴倩", "clerk", "杭州二组", ""),
    ("officer3", "赵磊", "officer", "杭州二组", "047"),
    ("officer4", "孙丽", "officer", "杭州二组", "052"),
    ("officer7", "钱峰", "officer", "杭州二组", "058"),
    ("officer8", "冯洁", "officer", "杭州二组", "061"),
    ("officer9", "卫东", "officer", "杭州二组", "066"),
    ("supervisor2", "郑凯", "supervisor", "杭州二组", ""),
    ("clerk3", "何雯", "clerk", "成都一组", ""),
    ("officer5", "刘洋", "officer", "成都一组", "103"),
    ("officer6", "唐悦", "officer", "成都一组", "108"),
    ("supervisor3", "罗平", "supervisor", "成都一组", ""),
    ("counsel", "沈岚", "counsel", "律师组", ""),
    ("auditor", "顾清", "auditor", "", ""),
    ("operator", "邵航", "operator", "", ""),
]
LAW_FIRM = (
    "qian-river-law",
    "钱江律师事务所",
    "Qian River Law Firm",
    "杭州市上城区解放路 18 号",
    "0571-8600 0000",
)
PACKS = ["cn", "story"]
STRICTER = {
    "west-lake-bank": ["house-hz"]
}  # a Hangzhou bank that asks more of those who collect for it
PREFIX = {
    "impact_assessment": "PIA", "processing_contract": "WTCL", "register_entry": "GS",
    "agency_review": "PG", "scope_review": "JYFW",
}  # fmt: skip
ZONE = "Asia/Shanghai"


SEALED_FOR = timedelta(days=500)  # before anybody of the demo signs anything


@dataclass(frozen=True)
class Cast:
    """Everybody, by a short name."""

    creditors: dict[str, Organisation]
    teams: dict[str, Team]
    users: dict[str, User]
    mandates: dict[tuple[str, str], Mandate]

    def of_team(self, team: Team, role: str) -> list[User]:
        """The members of a team in one role."""
        return [u for u in self.users.values() if u.team_id == team.pk and u.role == role]


def assemble(today: date) -> Cast:
    """Make organisations, teams, people, credentials and mandates in force around ``today``."""
    creditors = {
        slug: Organisation.objects.create(
            slug=slug, kind="creditor", name=name, name_en=name_en, creditor_type=kind,
            address=address, phone=phone, email=f"service@{slug}.example",
            complaint_phone=phone[:-1] + "1", regulator_phone="12378", packs=[*PACKS, *STRICTER.get(slug, [])],
            bank_name=f"{name}营业部", bank_account=f"6222 0000 1234 {5678 + 1111 * place}",
        )
        for place, (slug, name, name_en, kind, address, phone) in enumerate(CREDITORS)
    }  # fmt: skip
    agencies = {
        slug: Organisation.objects.create(
            slug=slug, kind="agency", name=name, name_en=name_en, address=address, phone=phone,
            email=f"service@{slug}.example", complaint_phone=phone[:-1] + "1",
            regulator_phone="12378",
        )
        for slug, name, name_en, address, phone in AGENCIES
    }  # fmt: skip
    teams = {
        name: Team.objects.create(organisation=agencies[slug], name=name, city=city)
        for slug, name, city in TEAMS
    }
    slug, name, name_en, address, phone = LAW_FIRM
    firm = Organisation.objects.create(
        slug=slug, kind="law_firm", name=name, name_en=name_en, address=address, phone=phone,
        email=f"office@{slug}.example", licence="LS-2026-001",
    )  # fmt: skip
    teams["律师组"] = Team.objects.create(organisation=firm, name="律师组", city="杭州")
    keyed = make_password(DEMO_PASSWORD)  # once: it is made to take long
    users = {}
    for username, name, role, team, badge in STAFF:
        user = User.objects.create(
            username=username, password=keyed, full_name=name, role=role,
            team=teams.get(team), badge=badge, phone="0571-8800 0099",
            email=f"{username}@doorstep.example",
        )  # fmt: skip
        users[username] = user
        if badge:
            _certify(user, today)
    # The examination of two is about to run out: the register shows it in good time.
    for username, left in (("officer2", 25), ("officer8", 18)):
        OfficerCredential.objects.filter(officer=users[username], kind="training").update(
            valid_from=today - timedelta(days=365 - left),
            valid_until=today + timedelta(days=left),
        )
    for house in (*creditors.values(), *agencies.values()):
        _papers_of(house, users["compliance"], today)
    _make_seals([*creditors.values(), *agencies.values()], users["administrator"], today)
    _open_accounts(agencies, users["administrator"], today)
    mandates = {}
    for number, (creditor, agency) in enumerate(
        [(c, a) for c in creditors for a in agencies], start=1
    ):
        mandates[creditor, agency] = draw_up_mandate(
            principal=creditors[creditor], agent=agencies[agency],
            number=f"WT-{today.year}-{number:02d}",
            scope="逾期个人贷款的催收、上门协商与签署还款协议",
            methods=["phone", "sms", "email", "letter", "lawyers_letter", "wechat", "visit"],
            valid_from=today - timedelta(days=300), valid_until=today + timedelta(days=400),
            may_receive_money=agency == "clear-water", may_sign=True, waiver_limit=Decimal("500.00"),
            cash_limit=Decimal("5000.00") if agency == "clear-water" else None, fee_terms="按回款比例，不得向债务人收取",
            confidentiality="受托方对债务人信息承担保密义务，委托终止后返还或删除",
        )  # fmt: skip
    return Cast(creditors, teams, users, mandates)


def _make_seals(houses: list[Organisation], by: User, today: date) -> None:
    """Self-made certificates, as no authority has issued any to invented houses."""
    at = from_local(datetime.combine(today - SEALED_FOR, time(10)), ZONE)
    for house in houses:
        make_seal(organisation=house, by=by, at=at)


def _open_accounts(agencies: dict[str, Organisation], by: User, today: date) -> None:
    """Each agency has its own accounts for SMS, WeCom and WeChat, at the demo's own carrier."""
    at = from_local(datetime.combine(today - timedelta(days=320), time(9, 40)), ZONE)
    for agency in agencies.values():
        for provider in ("demo_sms", "demo_wecom", "demo_wechat"):
            open_account(
                organisation=agency, provider=provider, values={"sign_name": agency.name},
                per_minute=60 if provider == "demo_sms" else 0, why="签约开通", by=by, at=at,
            )  # fmt: skip


def _papers_of(house: Organisation, by: User, today: date) -> None:
    """What creditor and agency must hold; the assessment of an older year has run out."""
    held = (
        ["impact_assessment"]
        if house.kind == "creditor"
        else ["processing_contract", "register_entry", "agency_review", "scope_review"]
    )
    at = from_local(datetime.combine(today - timedelta(days=320), time(9, 30)), ZONE)
    for kind in held:
        enter_house_paper(
            organisation=house, kind=kind, number=f"{PREFIX[kind]}-{today.year}-{house.pk:02d}",
            issued_by=house.name, kept_at="合规部 2 号柜", valid_from=today - timedelta(days=320),
            valid_until=today + timedelta(days=410), by=by, at=at,
        )  # fmt: skip
    if house.kind == "creditor":
        enter_house_paper(
            organisation=house, kind="impact_assessment", number=f"PIA-{today.year - 1}-{house.pk:02d}",
            issued_by=house.name, kept_at="合规部 2 号柜", valid_from=today - timedelta(days=700),
            valid_until=today - timedelta(days=321), by=by, at=at,
        )  # fmt: skip


def _photograph(officer: User) -> None:
    """A drawn stand-in, for the demo's people are invented and have no faces."""
    shade = int(officer.badge) * 37 % 60
    picture = Image.new("RGB", SIZE, (225, 232, 230))
    pen = ImageDraw.Draw(picture)
    coat, skin = (40 + shade, 90, 88), (205, 178 - shade // 3, 150 - shade // 3)
    pen.ellipse((30, 215, 210, 420), fill=coat)
    pen.rectangle((102, 180, 138, 235), fill=skin)
    pen.ellipse((72, 70, 168, 200), fill=skin)
    pen.pieslice((66, 56, 174, 190), 180, 360, fill=(45, 40, 38))
    drawn = BytesIO()
    picture.save(drawn, "PNG")
    OfficerPhoto.objects.create(officer=officer, jpeg=portrait(drawn.getvalue()))


def _certify(officer: User, today: date) -> None:
    _photograph(officer)
    for kind, prefix, issuer in (
        ("permit", "WF", "外访资格管理中心"),
        ("training", "PX", "金融从业培训中心"),
    ):
        OfficerCredential.objects.create(
            officer=officer, kind=kind, number=f"{prefix}-{officer.badge}", issued_by=issuer,
            valid_from=today - timedelta(days=330 if kind == "permit" else 150),
            valid_until=today + timedelta(days=700 if kind == "permit" else 215),
        )  # fmt: skip
