"""Sample data for the components: the shapes that the views hand over, without a database."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from cases.models.case import Step
from compliance.verdict import Citation, Finding, Force, Severity
from desk.context import RailItem
from desk.told import Told
from timeline.chain import Broken, Verified
from workflow.steps import PolicyRefused

NOW = datetime(2026, 3, 5, 6, 30, tzinfo=UTC)  # Thu 5 Mar 2026, 14:30 in Hangzhou
ZONE = "Asia/Shanghai"


class Words(SimpleNamespace):
    """A thing that is known by its name."""

    def __str__(self) -> str:
        return str(self.name)


class SampleCase(SimpleNamespace):
    """Looks like a case to a template."""

    def get_absolute_url(self) -> str:
        return f"/cases/{self.reference}/"

    def get_state_display(self) -> str:
        return str(Step(self.state).label)

    def get_closed_as_display(self) -> str:
        return "Paid in full"

    def __str__(self) -> str:
        return str(self.reference)


def case(**changed: Any) -> SampleCase:
    given: dict[str, Any] = {
        "reference": "HZ-2026-0147",
        "debtor": Words(name="王海燕"),
        "creditor": Words(name="西湖银行"),
        "team": Words(name="杭州一组"),
        "officer": Words(name="李伟"),
        "currency": "CNY",
        "balance": Decimal("40000.00"),
        "state": "notice",
        "zone": ZONE,
        "held_until": None,
        "refused_until": None,
        "closed_as": "",
        "marks": None,
        "event_count": 41,
        "next_due_at": NOW + timedelta(hours=2),
        "first_duty": {"en": "Record the talk", "zh": "填写沟通记录"},
    }
    return SampleCase(**(given | changed))


def finding(**changed: Any) -> Finding:
    given: dict[str, Any] = {
        "rule": "CN-08",
        "severity": Severity.BLOCK,
        "force": Force.STANDARD,
        "citation": Citation(
            title="Guide to personal internet loan collection",
            title_zh="互联网金融 个人网络消费信贷 贷后催收风控指引",
            article="5.3.2",
            article_zh="第5.3.2条",
            url="https://example.org/standard",
        ),
        "says": {
            "en": "20:30 lies outside the hours of visits, 08:00 to 20:00 where the debtor lives.",
            "zh": "20:30 不在债务人当地的上门时段（08:00 至 20:00）之内。",
        },
        "remedy": {
            "en": "Choose a time between 08:00 and 20:00, Monday to Saturday.",
            "zh": "请选择周一至周六 08:00 至 20:00 之间的时间。",
        },
        "earliest": datetime(2026, 3, 6, 0, 0, tzinfo=UTC),
        "inputs": {
            "start": "2026-03-05T20:30:00+08:00",
            "opens": "08:00",
            "closes": "20:00",
            "zone": "Asia/Shanghai",
        },
        "pack": "story",
        "pack_version": "7",
        "since": date(2026, 1, 1),
    }
    return Finding(**(given | changed))


def lead_time() -> Finding:
    return finding(
        rule="POL-02",
        severity=Severity.BLOCK_UNLESS,
        force=Force.POLICY,
        citation=Citation(title="House rules of visits", title_zh="外访内部规范", article="4"),
        says={
            "en": "The notice took effect on Mon 2 Mar 2026, 10:00; 72 hours end on Thu 5 Mar 2026, 10:00.",
            "zh": "上门通知于2026年3月2日（周一）10:00送达，72小时期间至2026年3月5日（周四）10:00届满。",
        },
        remedy={"en": "Wait for the lead time to run out.", "zh": "请等待通知期届满。"},
        inputs={"served_at": "2026-03-02T10:00:00+08:00", "hours": 72},
        checked_by="林静",
        checked_on=date(2026, 2, 1),
    )


def verdict(*findings: Finding, earliest: datetime | None = None) -> Any:
    blocks = [found for found in findings if found.blocks]
    return SimpleNamespace(
        allowed=not blocks,
        blocks=blocks,
        warnings=[found for found in findings if found.severity == Severity.WARN],
        earliest=earliest,
        facts=SimpleNamespace(zone=ZONE),
    )


def refusal() -> PolicyRefused:
    return PolicyRefused([verdict(finding(), lead_time(), earliest=finding().earliest)])


def offer(label: str, *, primary: bool = False, judged: Any = None) -> Any:
    return SimpleNamespace(
        act=SimpleNamespace(label=label, primary=primary),
        url=f"/cases/HZ-2026-0147/{label.lower().replace(' ', '-')}/",
        verdict=judged,
        allowed=judged is None or judged.allowed,
    )


def offers() -> list[Any]:
    warning = finding(
        severity=Severity.WARN,
        says={"en": "Two contacts were made this week already.", "zh": "本周已联系两次。"},
    )
    return [
        offer("Plan a visit", primary=True),
        offer("Log a gentler contact", judged=verdict(warning)),
        offer(
            "Begin the visit",
            judged=verdict(finding(), lead_time(), earliest=finding().earliest),
        ),
        offer("Draw up an agreement", judged=verdict(lead_time())),
        offer("Hold the case"),
    ]


def steps(here: str = "on_site_talk") -> list[dict[str, Any]]:
    order = list(Step)
    at = order.index(Step(here))
    return [
        {
            "name": step.value,
            "label": step.label,
            "state": "done" if n < at else "now" if n == at else "ahead",
            "date": NOW - timedelta(days=6 - n, hours=n) if n <= at else None,
            "who": ("陈晓", "陈晓", "李伟", "李伟")[n] if n <= min(at, 3) else "",
        }
        for n, step in enumerate(order)
    ]


def event(number: int, kind: str, said: str, actor: str, icon: str, **changed: Any) -> Told:
    return Told(
        **(
            {
                "number": number,
                "kind": kind,
                "at": NOW - timedelta(hours=(41 - number) * 7),
                "actor": actor,
                "sentence": said,
                "icon": icon,
                "stands_out": kind.startswith(("policy.", "visit.refused")),
                "findings": [],
                "details": [],
                "digest": "9f2c61aa" * 8,
            }
            | changed
        )
    )


def events() -> list[Told]:
    stored = finding().as_dict()
    refused = [{**stored, "told": stored["says"]["en"]}]
    return [
        event(41, "talk.opened", "The talk began.", "李伟", "door-open"),
        event(40, "credentials.shown", "Shown: 021 李伟.", "李伟", "door-open", details=[("item", "021 李伟")]),
        event(39, "policy.refused", "Refused by rule: plan a visit (CN-08).", "王芳", "slash-circle", findings=refused),
        event(38, "notice.delivered", "The notice was delivered.", "System", "envelope"),
        event(37, "policy.overridden", "An exception was used: POL-02.", "林静", "slash-circle"),
        event(36, "data.unmasked", "Personal data were looked at: complaint of 2 March.", "林静", "eye"),
        event(35, "case.held", "On hold: In hospital, until 2026-04-11.", "陈晓", "folder2"),
        event(34, "payment.received", "A payment of 4,000.00 came in.", "陈晓", "cash-coin"),
        event(33, "contact.logged", "Telephone: nobody answered.", "陈晓", "envelope"),
    ]  # fmt: skip


def rail(*, counted: str = "3") -> list[RailItem]:
    places = [
        ("Work", "/", "list-check", True, "", "w"),
        ("Today at the door", "/door/", "door-open", False, "", "t"),
        ("Visits", "/visits/", "calendar3", False, "", "v"),
        ("Approvals", "/approvals/", "check2-square", False, counted, "a"),
        ("Letters and notices", "/notices/", "envelope", False, "", "l"),
        ("Import", "/imports/", "upload", False, "", "i"),
        ("Dashboard", "/dashboard/", "bar-chart", False, "", "d"),
        ("Rules", "/rules/", "book", False, "", "r"),
        ("Administration", "/administration/", "gear", False, "", "s"),
    ]
    return [RailItem(*place) for place in places]


def exceptions() -> list[Any]:
    return [
        SimpleNamespace(
            pk=1, subject="POL-02", case=case(), state="granted", requested_by="陈晓",
            requested_at=NOW, decided_by="林静", decided_at=NOW, expires_at=NOW + timedelta(days=3),
            get_evidence_kind_display=lambda: "A letter", evidence=None, reason="债务人来信",
        )
    ]  # fmt: skip


def documents() -> list[Any]:
    def paper(number: str, title: str, kind: str, mime: str, size: int) -> Any:
        return SimpleNamespace(
            number=number, title=title, mime=mime, size=size, sha256="ab12cd34" * 8,
            created_at=NOW, created_by="陈晓", get_kind_display=lambda: kind,
        )  # fmt: skip

    return [
        paper("D-1", "借款合同 XH-2024-5521", "Loan contract", "application/pdf", 482_113),
        paper("D-2", "Photo of the door", "Evidence from a visit", "image/jpeg", 3_912_004),
    ]


def chains() -> Sequence[Verified | Broken | None]:
    return [None, Verified(size=41, head="9f2c" * 16), Broken(number=17, why="digest")]


def user() -> Any:
    return Words(
        name="陈晓", team=Words(name="杭州一组"), is_authenticated=True,
        role="clerk", is_active=True, get_role_display=lambda: "Clerk",
    )  # fmt: skip
