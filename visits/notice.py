"""The notice of a visit: everything that the debtor must be told, composed from what is on record.

The parts are those of section 6(a) of the rules: who, by what right, when, where, why, the debt in
detail, rights and duties, recording, privacy, ways to pay without a visit, help in hardship.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from common.clock import local, local_day
from common.money import show
from compliance.retention import span_after_closure
from compliance.spans import span_words
from documents.blocks import Coded, Facts, Paper, Para, Portraits, Section, Table, Words, words
from documents.letterhead import clocks, day, english, hidden, house_of, moment, percent, sum_of
from documents.render import check_path, qr_uri
from people.models import Organisation, User
from visits.models import Visit
from visits.policy import permit_on
from visits.tokens import Check, check_of, entry_address


@dataclass(frozen=True)
class VisitNotice:
    """A composed notice: its parts in both languages, and which of the needed ones are empty."""

    visit: Visit
    made_at: datetime
    parts: dict[str, list[Words]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def text(self) -> dict[str, list[tuple[str, str]]]:
        """The notice as headings with text, in each language."""
        return {
            tongue: [
                (TITLES[name][tongue], "\n".join(part[tongue] for part in parts))
                for name, parts in self.parts.items()
                if parts
            ]
            for tongue in ("zh", "en")
        }


TITLES: dict[str, Words] = {
    "creditor": words("债权人", "Creditor"),
    "agent": words("受托机构", "On whose behalf"),
    "officers": words("来访人员", "Who will come"),
    "verify_phone": words("核实来访人员", "To check who they are"),
    "time": words("时间", "When"),
    "place": words("地点", "Where"),
    "choices": words("您可以选择", "You may choose"),
    "purpose": words("来访目的", "Why"),
    "intended_outcome": words("希望达成的结果", "What we hope for"),
    "debt": words("债务明细", "The debt in detail"),
    "rights": words("您的权利和义务", "Your rights and duties"),
    "complaint": words("投诉渠道", "Where to complain"),
    "recording": words("录音说明", "Recording"),
    "privacy": words("个人信息", "Your data"),
    "payment": words("无须上门的还款方式", "Ways to pay without a visit"),
    "hardship": words("如您有困难", "If times are hard"),
}


PURPOSE = words(
    "当面商谈逾期借款，找到双方都能接受的还款办法",
    "To talk about the overdue loan and find a plan that suits both sides",
)
OUTCOME = words("一份债务人能够承受的还款计划", "A repayment plan that the debtor can bear")


def _in_both(told: str, usual: Words) -> list[Words]:
    """What the planner wrote, as it is; the usual words in both languages."""
    if not told:
        return []
    return [usual if told in usual.values() else words(told, told)]


def compose(visit: Visit, at: datetime) -> VisitNotice:
    """The notice of the visit as it would go out now."""
    case = visit.case
    creditor, agency = case.creditor, case.agency
    house = agency or creditor
    crew = [part.officer for part in visit.crew.filter(active=True).select_related("officer")]
    zone = visit.zone
    ends = local(visit.ends_at, zone)
    when, whose = moment(visit.starts_at, zone), clocks(visit.starts_at, zone, case.zone)
    minutes = int((visit.ends_at - visit.starts_at).total_seconds() // 60)
    check = check_of(visit)
    recorded = _kept(case, at, "recording")
    parts: dict[str, list[Words]] = {
        "creditor": [words(creditor.name, english(creditor))] if creditor.name else [],
        "agent": [
            words(f"{agency.name}，受{creditor.name}委托（委托合同 {case.mandate}）",
                  f"{english(agency)}, on behalf of {english(creditor)} (mandate {case.mandate})")
            if agency
            else words("由债权人自行办理", "The creditor itself")
        ],
        "officers": [
            _officer(one, local_day(visit.starts_at, zone))
            for one in crew
            if one.full_name and one.badge
        ],
        "verify_phone": [
            words(f"请致电 {house.phone} 核对姓名和工号",
                  f"Call {house.phone} and ask for the names and badge numbers"),
            *([_check_words(check, scanned=False)] if check else []),
        ] if house.phone else [],
        "time": [
            words(f"{when['zh']} 至 {ends:%H:%M}{whose['zh']}，预计不超过 {minutes} 分钟",
                  f"{when['en']} to {ends:%H:%M}{whose['en']}, at most {minutes} minutes")
        ],
        "place": [words(f"{visit.place}（{_place_zh(visit)}）", f"{visit.place} ({_place_en(visit)})")],
        "choices": [
            words(f"您可以要求改换时间、地点或联系方式，请致电 {house.phone}。提出要求不会有任何不利影响。",
                  f"You may ask for another time, place or way of talking: call {house.phone}. Nothing bad follows from asking.")
        ] if house.phone else [],
        "purpose": _in_both(visit.purpose, PURPOSE),
        "intended_outcome": _in_both(visit.intended_outcome, OUTCOME),
        "debt": _debt(case, at),
        "rights": rights_of(house),
        "complaint": [
            words(f"机构投诉电话 {house.complaint_phone}；监管投诉电话 {house.regulator_phone}",
                  f"Our complaint line {house.complaint_phone}; the regulator's line {house.regulator_phone}")
        ] if house.complaint_phone and house.regulator_phone else [],
        "recording": [
            words(f"谈话将先征得您同意再录音，录音仅用于证明谈话合规，{recorded['zh']}。未经您同意，不进入室内，也不在室内拍摄。",
                  f"We ask before we record. A recording only proves that the talk was lawful and is kept {recorded['en']}. Without your consent nobody comes in and nothing is filmed inside.")
        ],
        "privacy": [privacy_of(case, at)],
        "payment": [
            words(f"户名：{creditor.name}，开户行：{creditor.bank_name}，账号：{creditor.bank_account}，附言：{case.reference}。付款后可索取收据。",
                  f"Account of {english(creditor)}, {creditor.bank_name}, {creditor.bank_account}, reference {case.reference}. You get a receipt for every payment.")
        ] if creditor.bank_account else [],
        "hardship": [
            words("如因失业、疾病等原因一时无法偿还，可以商量延期、分期或减免，也可以请他人陪同。",
                  "If work, health or family make it hard to pay, we can talk about more time, instalments or a waiver. Somebody may sit with you.")
        ],
    }  # fmt: skip
    missing = tuple(name for name in TITLES if not parts.get(name))
    return VisitNotice(visit=visit, made_at=at, parts=parts, missing=missing)


def privacy_of(case: Any, at: datetime) -> Words:
    """How the debtor's data are used, who gets them, and for how long the record of a visit is kept."""
    creditor, noted = case.creditor, _kept(case, at, "visit_log")
    return words(
        f"{creditor.name}为处理本笔借款使用您的姓名、联系方式和账户信息，仅提供给受托机构和法律允许的机关；上门记录{noted['zh']}，期满删除。您可以查阅、更正。",
        f"{english(creditor)} uses your name, contact and account data for this loan alone; only the agency and bodies named by law receive them. The record of the visit is kept {noted['en']}, then deleted. You may see and correct your data.",
    )


def _kept(case: Any, at: datetime, record: str) -> Words:
    """For how long such a record is kept, as the case's packs say."""
    span = span_after_closure(
        record, packs=case.packs, creditor_type=case.creditor.creditor_type or None,
        day=local_day(at, case.zone),
    )  # fmt: skip
    if span is None:
        return words("结案后按规定期限保存", "for the lawful term after the case is closed")
    return words(
        f"结案后保存 {span_words(span, 'zh')}",
        f"for {span_words(span, 'en')} after the case is closed",
    )


def _officer(one: User, day_there: date) -> Words:
    """Who comes, by what the debtor can check at the door: name, badge, permit."""
    permit = permit_on(one, day_there)
    zh, en = f"{one.full_name}，工号 {one.badge}", f"{one.full_name}, badge {one.badge}"
    return (
        words(f"{zh}，外访证 {permit.number}", f"{en}, permit {permit.number}")
        if permit
        else words(zh, en)
    )


def rights_of(house: Organisation) -> list[Words]:
    """What the debtor may do, and by which way; what the debtor owes to do."""
    ways_zh = [
        f"致电 {house.phone}" if house.phone else "",
        f"致信{house.address}" if house.address else "",
    ]
    ways_en = [
        f"call {house.phone}" if house.phone else "",
        f"write to {house.address}" if house.address else "",
    ]
    how_zh, how_en = "或".join(filter(None, ways_zh)), " or ".join(filter(None, ways_en))
    return [
        words(
            "您可以拒绝上门或拒绝来访人员入内，可以随时要求他们离开，他们会立即离开。",
            "You may refuse the visit, refuse to let anybody in, and ask them to leave at any time; they will leave at once.",
        ),
        words(
            f"您对债务有异议的，可以要求核对{'：请' + how_zh if how_zh else ''}；核对期间暂停上门。",
            f"You may dispute the debt and have it checked{': ' + how_en if how_en else ''}. No visit takes place meanwhile.",
        ),
        words(
            "您有按约定还款的义务，并请如实说明自己的情况。",
            "You have the duty to repay as agreed, and we ask you to tell us truly how things stand.",
        ),
    ]  # fmt: skip


def _debt(case: Any, at: datetime) -> list[Words]:
    found = [_contract(debt) for debt in case.debts.all()]
    on = day(local_day(at, case.zone))
    total, principal = sum_of(case.balance), sum_of(case.principal)
    interest, fees = sum_of(case.interest), sum_of(case.fees)
    paid = sum_of(-sum((e.amount for e in case.ledger.filter(kind__in=["payment", "reversal"])), 0))
    found.append(
        words(
            f"截至 {on['zh']}：本金{principal['zh']}，利息{interest['zh']}，费用{fees['zh']}，合计{total['zh']}；委托后已还{paid['zh']}。",
            f"As of {on['en']}: principal {principal['en']}, interest {interest['en']}, fees {fees['en']}, {total['en']} in all; paid since we took it over: {paid['en']}.",
        )
    )
    found.append(
        words(
            "利息和费用依合同约定计算，此后的还款和减免已从中扣除；计算明细可随时索取。",
            "Interest and fees are reckoned by the contract; what was paid or waived since is taken off. Ask us for the reckoning at any time.",
        )
    )
    return found


def _contract(debt: Any) -> Words:
    """Which contract, at what rate, and as of when the creditor stated what is owed."""
    number, signed, due, stated = (
        hidden(debt.contract_number),
        day(debt.contract_on),
        day(debt.due_on),
        day(debt.stated_on),
    )
    zh = [
        f"合同 {number}",
        f"签订于 {signed['zh']}" if debt.contract_on else "",
        f"到期日 {due['zh']}" if debt.due_on else "",
    ]
    en = [
        f"Contract {number}" + (f" of {signed['en']}" if debt.contract_on else ""),
        f"due {due['en']}" if debt.due_on else "",
    ]
    if debt.annual_rate is not None:
        zh.append(f"约定年利率 {percent(debt.annual_rate)}")
        en.append(f"interest {percent(debt.annual_rate)} a year")
    zh.append(f"债权人结算至 {stated['zh']}")
    en.append(f"reckoned by the creditor to {stated['en']}")
    return words("，".join(filter(None, zh)) + "。", ", ".join(filter(None, en)) + ".")


def _place_zh(visit: Visit) -> str:
    return {"home": "您的住所", "agreed": "约定地点", "creditor_office": "债权人办公场所"}.get(
        visit.place_kind, "其他地点"
    )


def _place_en(visit: Visit) -> str:
    return {
        "home": "your home",
        "agreed": "the place agreed",
        "creditor_office": "the creditor's office",
    }.get(visit.place_kind, "another place")


def paper_of(notice: VisitNotice) -> Paper:
    """The notice as a letter; it goes in a plain sealed envelope."""
    visit, case = notice.visit, notice.visit.case
    house, lines = house_of(case)
    debtor = case.debtor
    order = ["creditor", "agent", "officers", "verify_phone", "time", "place", "choices"]
    blocks: list[Any] = [
        Para(words(f"{debtor.name} 亲启", f"Private: {debtor.name_en or debtor.name}"), "strong"),
        Para(
            words(
                "您好。就您与债权人之间的借款，我们希望与您当面商谈。以下事项请您阅知。",
                "We would like to talk with you in person about your loan. Please read the following.",
            )
        ),
        Section(words("谁来、何时、何地", "Who, when and where")),
        Facts(
            [
                (TITLES[name], _joined(notice.parts[name][: 1 if name == "verify_phone" else None]))
                for name in order
                if notice.parts[name]
            ]
        ),
    ]
    faces = _faces(visit)
    if faces.people:
        blocks.append(faces)
    check = check_of(visit)
    if check:
        blocks.append(Coded(qr_uri(check.address), _check_words(check, scanned=True)))
    for name in ("purpose", "intended_outcome", "debt", "rights", "complaint", "recording", "privacy",
                 "payment", "hardship"):  # fmt: skip
        blocks.append(Section(TITLES[name], numbered=True))
        if name == "debt":
            blocks.append(_sums(case))
        blocks += [Para(part, "clause") for part in notice.parts[name]]
    return Paper(
        title=words("上门通知书", "Notice of a visit"),
        number=f"{case.reference}-{visit.reference}",
        house=house,
        house_lines=lines,
        made_at=notice.made_at,
        dated=day(local_day(notice.made_at, case.zone)),
        blocks=blocks,
        foot=words(
            "本通知装入不显示事由的信封密封寄送。",
            "This notice is sent sealed, in an envelope that does not say what it is about.",
        ),
        check=check_path(f"{case.reference}-{visit.reference}"),
    )


def _faces(visit: Visit) -> Portraits:
    """What those who will come look like, as far as the house has their photographs."""
    crew = visit.crew.filter(active=True, officer__photo__isnull=False)
    officers = [part.officer for part in crew.select_related("officer__photo").order_by("pk")]
    return Portraits(
        [
            (one.photo.uri, words(f"{one.full_name} {one.badge}", f"{one.full_name} {one.badge}"))
            for one in officers
        ]
    )


def _check_words(check: Check, *, scanned: bool) -> Words:
    """How whoever opens the door finds out who stands there, with a phone or with the code alone."""
    first = (
        words("扫描此二维码", "scan this code")
        if scanned
        else words(f"打开 {check.address}", f"open {check.address}")
    )
    return words(
        f"有人敲门时，{first['zh']}，或在 {entry_address()} 输入核验码 {check.spoken}，"
        "即可查看来访人员的照片、工号，以及此刻是否有效。人员改换或上门取消后，此码随即失效。",
        f"When somebody rings, {first['en']}, or enter {check.spoken} at {entry_address()}: you see their"
        " photographs and badges, and whether the visit is valid at that moment. If somebody else is to"
        " come or the visit is called off, the code ends at once.",
    )


def _joined(parts: list[Words]) -> Words:
    return words("\n".join(p["zh"] for p in parts), "\n".join(p["en"] for p in parts))


def _sums(case: Any) -> Table:
    return Table(
        [words("本金", "Principal"), words("利息", "Interest"), words("费用", "Fees"), words("合计（元）", "In all (CNY)")],
        [[show(case.principal), show(case.interest), show(case.fees), show(case.balance)]],
        frozenset({0, 1, 2, 3}),
    )  # fmt: skip
