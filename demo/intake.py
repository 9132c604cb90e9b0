"""The demo's creditors' files: the same import as a clerk's, with rows that have to be mended."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from cases.imports import actions, running
from cases.models import Case, ImportBatch
from common.clock import local_day
from demo.cast import Cast
from demo.debtors import NAMES, STREETS, id_number
from demo.diary import ZONE, Diary
from people.models import Team, User

HEADINGS = [
    "外部编号", "姓名", "身份证号", "手机号", "电子邮箱", "城市", "区县", "家庭住址", "联系方式来源", "合同号",
    "合同日期", "放款金额", "年利率(%)", "综合年化成本", "平台助贷", "到期日", "本金(元)", "利息(元)", "费用(元)", "数据日期", "委托合同号",
]  # fmt: skip


def bring_in(cast: Cast, diary: Diary, team: Team, clerk: User, numbers: range, days: int) -> None:
    """A creditor's file with these debtors is checked and taken over; two rows cannot be."""

    def take(at: datetime) -> None:
        batch = _uploaded(cast, team, clerk, numbers, at)
        actions.take_over(batch=batch, by=clerk, at=at)
        while running.run(batch.pk, at=at):
            pass

    diary.enter(diary.moment(days, 10, 15), take)


def leave_to_look_at(
    cast: Cast, diary: Diary, team: Team, clerk: User, numbers: range, days: int
) -> None:
    """A file that is checked, and waits for somebody to look at it."""
    diary.enter(diary.moment(days, 15, 40), lambda at: _uploaded(cast, team, clerk, numbers, at))


def of_file(number: int) -> Callable[[], Case]:
    """The case that this debtor's row made."""
    return lambda: Case.objects.get(external_reference=_reference(number))


def _uploaded(cast: Cast, team: Team, clerk: User, numbers: range, at: datetime) -> ImportBatch:
    creditor = cast.creditors["west-lake-bank"]
    mandate = cast.mandates["west-lake-bank", "clear-water"].number
    batch = actions.upload(
        creditor=creditor, team=team, filename=f"西湖银行 {local_day(at, ZONE)}.csv",
        file=io.BytesIO(_file(numbers, local_day(at, ZONE), mandate)), by=clerk, at=at,
    )  # fmt: skip
    running.run(batch.pk, at=at)
    batch.refresh_from_db()
    return batch


def _file(numbers: range, day: date, mandate: str) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(HEADINGS)
    for n in numbers:
        rows.writerow(_row(n, day, mandate))
    spoiled = _row(numbers[-1] + 1, day, mandate)
    spoiled[2] = spoiled[2][:-1] + ("1" if spoiled[2][-1] != "1" else "2")  # the check digit
    rows.writerow(spoiled)
    early = _row(numbers[-1] + 2, day, mandate)
    early[10] = f"{day.year - 1}-02-31"
    rows.writerow(early)
    return text.getvalue().encode("utf-8-sig")


def _row(n: int, day: date, mandate: str) -> list[str]:
    principal = Decimal(6000 + (n * 2311) % 40000)
    district, street = STREETS["杭州"][n % 4]
    return [
        _reference(n), NAMES[(n - 1) % len(NAMES)], id_number(n), f"139{n:08d}",
        f"debtor{n}@mail.example", "杭州", district, street, "合同", f"HT-{day.year - 1}-{20000 + n}",
        f"{day.year - 1}-{1 + n % 12:02d}-10", f"{principal + 3000}", "12",
        "13.5", "是" if n % 3 == 0 else "否",
        f"{day - timedelta(days=70 + n)}", f"{principal:,.2f}", f"{principal * 3 / 100:.2f}", "60.00",
        f"{day}", mandate,
    ]  # fmt: skip


def _reference(n: int) -> str:
    return f"XH-{7000 + n}"
