"""What lay beside the case: a bank's lines, rows of a creditor's file, drafts of a run, refunds, words to staff."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from agreements.models import Payment, Refund
from banking.models import Statement, StatementLine
from cases.imports.columns import FIELDS, POSITION
from cases.models import Case, ImportBatch, ImportRow
from documents.models import Document
from notices.models import CarrierReceipt, Notice, StaffMessage
from outreach.models import NoticeRun, NoticeRunLine
from people.models import User
from retention.actions.erasing import sweep
from retention.forgetting import MESSAGES_KEPT
from tests import make
from tests.agreements import cast
from tests.retention.closed import CLOSED, DUE, closed_case

pytestmark = pytest.mark.django_db
SECRET = "赵钱孙"
Look = Callable[[str], list[str]]


def swept() -> None:
    sweep(DUE, by=User.objects.system())


def paper_of_house(kind: str) -> Document:
    return Document.objects.create(
        case=None, number=f"D-H-{kind}", kind=kind, filename="f.csv", title="文件", size=1,
        file=f"s/{kind}.csv", sha256="0" * 64, mime="text/csv", created_at=CLOSED,
        created_by=make.clerk(),
    )  # fmt: skip


def payment_of(case: Case) -> Payment:
    return Payment.objects.create(
        case=case, number="R-2026-0001", amount=Decimal("1.00"), method="transfer",
        received_at=CLOSED, recorded_by=make.clerk(), recorded_at=CLOSED, payer=SECRET,
        bank_reference=SECRET,
    )  # fmt: skip


def bank_lines(case: Case, payment: Payment) -> None:
    statement = Statement.objects.create(
        number="S-2026-0001", creditor=case.creditor, team=case.team,
        document=paper_of_house("statement"), sha256="1" * 64, layout="ccb", account="1",
        first_at=CLOSED, last_at=CLOSED, line_count=2, known_count=0, taken_in_by=make.clerk(),
        taken_in_at=CLOSED,
    )  # fmt: skip
    for row, more in (
        (1, {"state": "booked", "payment": payment}),
        (2, {"state": "aside", "aside_why": SECRET}),
    ):
        StatementLine.objects.create(
            statement=statement, team=case.team, row=row, account="1", key=f"in:{row}",
            moved_at=CLOSED, amount=Decimal("1.00"), currency="CNY", payer=SECRET,
            payer_account=SECRET, remark=SECRET, serial=SECRET, case=case, **more,
        )  # fmt: skip


def import_rows(case: Case) -> None:
    batch = ImportBatch.objects.create(
        number="I-2026-0001", creditor=case.creditor, team=case.team, state="applied",
        document=paper_of_house("other"), uploaded_by=make.clerk(), uploaded_at=CLOSED,
    )  # fmt: skip
    for line, reference in ((1, case.external_reference), (2, "ANOTHER")):
        values = ["" for _ in FIELDS]
        values[POSITION["external_reference"]] = reference
        values[0 if POSITION["external_reference"] else 1] = SECRET if line == 1 else "别人"
        ImportRow.objects.create(
            batch=batch, line=line, outcome="updated", external_reference=reference, values=values, changes={"debtor_name": SECRET if line == 1 else "别人"},
        )  # fmt: skip


def draft_of_a_run(case: Case) -> None:
    run = NoticeRun.objects.create(
        number="L-2026-0001", team=case.team, channel="best", kind="letter", text_zh="您好",
        drafted_by=make.clerk(), drafted_at=CLOSED,
    )  # fmt: skip
    NoticeRunLine.objects.create(
        run=run, case=case, address=SECRET, text=f"{SECRET}，您好", about={"name": SECRET}
    )


class TestEveryLeftover:
    def test_loses_its_words_with_the_case(self, everything_that_says: Look) -> None:
        case = closed_case()
        payment = payment_of(case)
        Refund.objects.create(
            payment=payment, number="R-2026-0001-T", amount=Decimal("1.00"), to_name=SECRET,
            to_account=SECRET, reason=SECRET, asked_by=make.clerk(), granted_by=make.supervisor(),
            granted_at=CLOSED, paid_at=CLOSED, bank_reference=SECRET,
        )  # fmt: skip
        bank_lines(case, payment)
        import_rows(case)
        draft_of_a_run(case)
        assert len(everything_that_says(SECRET)) == 5
        swept()
        assert everything_that_says(SECRET) == []
        assert "cases_importrow" in everything_that_says("别人"), "the row of another case stays"

    def test_of_numbers_that_name_the_contract_goes_too(self, everything_that_says: Look) -> None:
        case = closed_case()
        contract, reference = case.debts.get().contract_number, case.external_reference
        swept()
        assert everything_that_says(contract) == []
        assert everything_that_says(reference) == []

    def test_of_a_carrier_goes_with_the_message_it_told_of(
        self, everything_that_says: Look
    ) -> None:
        case, account = closed_case(), make.account()
        notice = Notice.objects.filter(case=case).first()
        if notice is None:
            from tests.notices.cast import queued

            queued(cast.again(case))
            notice = Notice.objects.get(case=case)
        Notice.objects.filter(pk=notice.pk).update(provider_id="P-77")
        for number, word in (("P-77", SECRET), ("P-78", "别人")):
            CarrierReceipt.objects.create(
                account=account, provider_id=number, state="failed", said_at=CLOSED,
                received_at=CLOSED, why=f"550 {word}", digest=number,
            )  # fmt: skip
        swept()
        assert everything_that_says(SECRET) == []
        assert "notices_carrierreceipt" in everything_that_says("别人")


class TestMessagesToStaff:
    @pytest.mark.parametrize(("days", "left"), [(0, "—"), (1, SECRET)])
    def test_lose_their_words_half_a_year_later(self, days: int, left: str) -> None:
        at = DUE - MESSAGES_KEPT - timedelta(seconds=1) + timedelta(days=days)
        self.written(at, "sent")
        swept()
        assert set(StaffMessage.objects.values_list("text", flat=True)) == {left}

    def test_that_still_wait_keep_theirs(self) -> None:
        self.written(CLOSED, "queued")
        swept()
        assert StaffMessage.objects.get().text == SECRET

    @staticmethod
    def written(at: datetime, state: str) -> None:
        StaffMessage.objects.create(
            person=make.supervisor(), kind="alarm", subject="警报", text=SECRET, queued_at=at,
            address="supervisor@doorstep.example", dedupe_key="a:1", next_at=at, state=state,
            sent_at=at if state == "sent" else None,
        )  # fmt: skip
