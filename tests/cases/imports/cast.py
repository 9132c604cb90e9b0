"""Files for the tests: rows by column name, written as a creditor would."""

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Any

from cases.imports import actions, running
from cases.models import ImportBatch, ImportRow
from people.models import User
from tests import make

S1 = Path(__file__).resolve().parents[2] / "data" / "batch_2026-02-27.csv"
AT = make.moment("2026-02-27 10:00")
HEADINGS = {
    "external_reference": "外部编号",
    "name": "姓名",
    "id_number": "身份证号",
    "phone": "手机号",
    "city": "城市",
    "district": "区县",
    "address": "家庭住址",
    "source": "联系方式来源",
    "contract_number": "合同号",
    "due_on": "到期日",
    "principal": "本金",
    "interest": "利息",
    "fees": "费用",
    "mandate": "委托合同号",
}
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(n: int = 1, *, place: str = "330199", born: str = "19880715") -> str:
    """An invented number with a right check digit; no county has the number 330199."""
    base = f"{place}{born}{n % 1000:03d}"
    return base + "10X98765432"[sum(int(c) * w for c, w in zip(base, WEIGHTS, strict=True)) % 11]


def row(n: int = 1, **other: str) -> dict[str, str]:
    """A row without a fault; ``other`` says what is different."""
    return {
        "external_reference": f"XH-{n}",
        "name": "王海燕",
        "id_number": id_number(n),
        "phone": f"1380000{n:04d}",
        "city": "杭州",
        "district": "西湖区",
        "address": f"文三路 {n} 号",
        "source": "合同",
        "contract_number": f"HT-{n}",
        "due_on": "2025-11-10",
        "principal": "38600.00",
        "interest": "1158.00",
        "fees": "242.00",
        "mandate": "",
    } | other


def csv_of(
    *rows: dict[str, str], encoding: str = "utf-8", headings: dict[str, str] | None = None
) -> bytes:
    """The rows as a CSV file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    named = HEADINGS if headings is None else headings
    extra = {name: name for each in rows for name in each if name not in named}
    columns = named | extra
    writer.writerow(columns.values())
    writer.writerows([each.get(name, "") for name in columns] for each in rows)
    return text.getvalue().encode(encoding)


def many(rows: int) -> bytes:
    """A file that takes a worker a while."""
    return csv_of(*(row(n, id_number=id_number(n % 900), phone="13800000001") for n in range(rows)))


def upload(
    content: bytes, *, filename: str = "batch.csv", by: User | None = None, at: datetime = AT,
    **other: Any,
) -> ImportBatch:  # fmt: skip
    """Send the file in, as the clerk of the first team for its creditor."""
    by = by or make.clerk()
    return actions.upload(
        creditor=other.get("creditor") or make.creditor(), team=other.get("team") or make.team(),
        filename=filename, file=io.BytesIO(content), by=by, at=at,
    )  # fmt: skip


def check(content: bytes, **given: Any) -> ImportBatch:
    """Send the file in and do what the worker does."""
    batch = upload(content, **given)
    running.run(batch.pk, at=given.get("at", AT))
    batch.refresh_from_db()
    return batch


def take_over(batch: ImportBatch, *, by: User | None = None, at: datetime = AT) -> ImportBatch:
    """Have it taken over and do what the worker does."""
    actions.take_over(batch=batch, by=by or make.clerk(), at=at)
    while running.run(batch.pk, at=at):
        pass
    batch.refresh_from_db()
    return batch


def counts(batch: ImportBatch) -> tuple[int, int, int, int]:
    """Created, updated, unchanged, rejected."""
    return (
        batch.created_count, batch.updated_count, batch.unchanged_count, batch.rejected_count,
    )  # fmt: skip


def problems(batch: ImportBatch) -> dict[int, list[tuple[str, str]]]:
    """Row -> (column, code) of all that is wrong."""
    return {
        row.line: [(problem.get("column", ""), problem["code"]) for problem in row.problems]
        for row in ImportRow.objects.filter(batch=batch, outcome="rejected")
    }
