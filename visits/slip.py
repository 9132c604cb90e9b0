"""The slip of a visit: what whoever was visited takes away of it, on a sheet the size of a postcard.

Of the debt it says what was said at the door, and only where the debtor was identified and the papers
were shown; who refused or sent the officers away before that gets a slip that tells a stranger nothing.
"""

from datetime import datetime
from typing import Any

from common.clock import local, local_day
from common.money import show
from documents.blocks import Coded, Facts, Paper, Para, Section, Words, words
from documents.letterhead import clocks, day, english, moment
from documents.render import check_path, qr_uri
from notices import links
from notices.models import PortalLink
from notices.wording import tells_of_debt, writer_of
from people.models import Organisation
from timeline.models import Event
from visits.models import Consent, Visit
from visits.tokens import complaint_address

O = Visit.Outcome  # noqa: E741 - short for the table below
TOLD: dict[str, Words] = {
    O.AGREEMENT: words("商定了还款方案", "Terms were agreed"),
    O.TALKED: words("进行了商谈，未达成一致", "We talked; nothing was agreed"),
    O.POSTPONED: words("改期，另行约定", "Another time was asked for"),
    O.REFUSED: words(
        "您不希望上门，来访人员已离开", "You did not want the visit; the officers left"
    ),
    O.ASKED_TO_LEAVE: words("您要求离开，来访人员已离开", "You asked them to leave; they left"),
    O.CREW_SHORT: words("来访人员提前离开", "The officers had to leave early"),
}
"""The ends of a visit after which a slip is given, each in words that name no debt to a stranger."""
SENT_AWAY = {O.REFUSED, O.ASKED_TO_LEAVE}
NEUTRAL_TALK = words("来访人员已离开", "The officers left")


def is_due(visit: Visit) -> bool:
    """Whether whoever was visited is to have a slip: somebody was met, and the visit is over."""
    over = visit.state in {Visit.State.FINISHED, Visit.State.ABORTED}
    return over and visit.started_at is not None and visit.outcome in TOLD


def named_on(visit: Visit, at: datetime) -> Organisation | None:
    """Whose name the slip bears; none where the name alone would tell somebody unknown of a debt."""
    house: Organisation = writer_of(visit.case)
    tells = tells_of_debt(f"{house.name}\n{house.name_en}", visit.case, at)
    return None if tells and visit.identified_at is None else house


def compose_slip(
    visit: Visit, at: datetime, head: tuple[int, str], link: PortalLink | None = None
) -> Paper:
    """The slip as it is now; ``head`` is the number and the digest of the timeline's last event.

    ``link`` leads whoever was identified to their own pages; nobody else gets one.
    """
    case, house, zone = visit.case, writer_of(visit.case), visit.zone
    known = visit.identified_at is not None
    crew = [part.officer for part in visit.crew.filter(active=True).select_related("officer")]
    names = "、".join(f"{one.full_name}（{one.badge}）" for one in crew)
    names_en = ", ".join(f"{one.full_name} ({one.badge})" for one in crew)
    came, left, whose = visit.started_at, visit.finished_at, clocks(at, zone, case.zone)
    assert came is not None and left is not None  # noqa: S101, PT018 - the visit is over
    when = moment(came, zone)
    blocks: list[Any] = [
        Facts(
            [
                (words("到达", "Came"), words(f"{when['zh']}{whose['zh']}", f"{when['en']}{whose['en']}")),
                (words("离开", "Left"), f"{local(left, zone):%H:%M}"),
                (words("来访人员", "Who came"), words(names, names_en)),
                (words("结果", "How it ended"), _ended(visit, known=known)),
                *_recorded(visit),
            ]
        )
    ]  # fmt: skip
    if known:
        blocks += _said(visit)
        blocks += _agreed(visit)
    blocks += _rights(visit, house)
    if known and link:
        blocks += _own_page(link, zone)
    number, digest = head
    blocks.append(
        Para(
            words(
                f"本次上门的记录已存入防篡改时间线，截至第 {number} 条，摘要：{digest}",
                f"The record of this visit stands in a tamper-evident timeline up to entry {number}: {digest}",
            ),
            "hint",
        )
    )
    shown = named_on(visit, at) is not None
    lines: list[Any] = [house.phone] if house.phone else []
    if known and case.agency:
        lines.append(words(f"受{case.creditor.name}委托", f"On behalf of {english(case.creditor)}"))
    return Paper(
        title=words("上门回执", "Slip of a visit"),
        number=f"{visit.reference}-S",
        house=words(house.name, english(house)) if shown else words("上门核验", "Visit"),
        house_lines=lines,
        made_at=at,
        dated=day(local_day(at, zone)),
        blocks=blocks,
        foot=words("请妥善保存。本回执只交给受访人本人。", "Please keep it. It is for the person visited alone."),
        check=check_path(f"{visit.reference}-S"),
    )  # fmt: skip


def _ended(visit: Visit, *, known: bool) -> Words:
    """How it ended; to somebody of whom nobody knows who it is, without a word of terms."""
    return TOLD[visit.outcome] if known or visit.outcome in SENT_AWAY else NEUTRAL_TALK


def _recorded(visit: Visit) -> list[tuple[Words, Words]]:
    asked = (
        visit.consents.filter(kind=Consent.Kind.RECORDING, lapsed_at=None).order_by("-pk").first()
    )
    if asked is None:
        return []
    said = words("您已同意", "You agreed") if asked.given else words("未录音", "None was made")
    return [(words("录音", "Recording"), said)]


def _said(visit: Visit) -> list[Any]:
    """What was said to be owed: the sums that stood on the screen when the talk began."""
    told = (
        Event.objects.filter(
            case=visit.case, kind="talk.opened", data__reference=visit.reference,
            data__has_key="balance",
        )
        .order_by("-number")
        .first()
    )  # fmt: skip
    if told is None:
        return []
    sums = {
        name: show(told.data[name]) for name in ("principal", "interest", "fees", "balance")
    }  # fmt: skip
    return [
        Section(words("当面说明的欠款（元）", "What was said to be owed (CNY)")),
        Facts(
            [
                (words("本金", "Principal"), sums["principal"]),
                (words("利息", "Interest"), sums["interest"]),
                (words("费用", "Fees"), sums["fees"]),
                (words("合计", "In all"), sums["balance"]),
            ]
        ),
    ]


def _agreed(visit: Visit) -> list[Any]:
    """What came of it: the terms that were put in writing, and what the debtor offered."""
    rows: list[tuple[Words, Any]] = []
    talk = getattr(visit, "talk", None)
    if talk and talk.offer_amount is not None:
        rows.append((words("您提出的金额", "What you offered"), show(talk.offer_amount)))
    if talk and talk.offer_words:
        rows.append((words("您的提议", "Your offer in words"), talk.offer_words))
    found = visit.case.agreements.filter(drawn_up_at__gte=visit.started_at).order_by("-version")
    agreement = found.exclude(state__in=["void", "superseded"]).first()
    if agreement:
        signed = agreement.signed_at is not None
        rows.append(
            (
                words("协议", "Agreement"),
                words(
                    f"{agreement.number}，共 {show(agreement.total)} 元，{'已签署' if signed else '尚未签署'}",
                    f"{agreement.number}, {show(agreement.total)} in all, {'signed' if signed else 'not signed yet'}",
                ),
            )
        )
    if not rows:
        return [Para(words("当天没有商定任何还款安排。", "Nothing was agreed that day."))]
    return [Section(words("商谈结果", "What was said and agreed")), Facts(rows)]


def _own_page(link: PortalLink, zone: str) -> list[Any]:
    """Where the person visited can see and answer for themselves; what it is about it does not say."""
    until, short = day(local_day(link.expires_at, zone)), links.short_address_of(link)
    return [
        Section(words("您的专属页面", "Your own page")),
        Coded(
            qr_uri(links.address_of(link)),
            words(
                f"扫码，或输入 {short}\n可以查看、提问、答复或投诉。打开前会先问一项只有您知道的信息。{until['zh']}前有效。",
                f"Scan, or enter {short}\nThere you can look, ask, answer or complain. It first asks one thing"
                f" that only you know. Good until {until['en']}.",
            ),
        ),
    ]  # fmt: skip


def _rights(visit: Visit, house: Any) -> list[Any]:
    """That visits stop where they were refused, and where to complain."""
    found: list[Any] = []
    barred = visit.case.refusals.filter(at=visit.finished_at).order_by("-pk").first()
    if visit.outcome in SENT_AWAY and barred:
        until = day(barred.until)
        found.append(
            Para(
                words(
                    f"在 {until['zh']} 之前（含当日）不会再有人上门，除非您另行邀请。",
                    f"Nobody will visit you again up to and including {until['en']}, unless you ask for it.",
                )
            )
        )
    lines_zh = [f"投诉电话 {house.complaint_phone}" if house.complaint_phone else "",
                f"监管投诉电话 {house.regulator_phone}" if house.regulator_phone else ""]  # fmt: skip
    lines_en = [f"our complaint line {house.complaint_phone}" if house.complaint_phone else "",
                f"the authority's line {house.regulator_phone}" if house.regulator_phone else ""]  # fmt: skip
    zh, en = "；".join(filter(None, lines_zh)), "; ".join(filter(None, lines_en))
    address = complaint_address(visit)
    if address:
        zh = "；".join(filter(None, [zh, f"网页 {address}"]))
        en = "; ".join(filter(None, [en, f"on the page {address}"]))
    if zh:
        found.append(
            Para(
                words(
                    f"对来访人员的言行不满意的，可以投诉：{zh}。",
                    f"If you are not content with how they behaved, complain: {en}.",
                )
            )
        )
    return found
