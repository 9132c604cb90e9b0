"""Files and bodies from outside, spoilt at random: each is read, or refused by a refusal of ours; nothing else comes out."""

import base64
import contextlib
import io
import json
import uuid
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from PIL import Image

from banking.formats import understand
from banking.models import ProviderAccount
from banking.providers import Call, Forged, Nonsense, provider_named
from banking.reading import Faulty
from cases.deliveries import reading as deliveries
from cases.imports.reading import Unfit, open_table
from court import verify
from documents.archives import fault_of
from documents.storing import Unreadable, clean_name, kind_of_file
from documents.viewing import NoPicture, drawn_anew
from door.reading import read as read_item
from door.uploading import TooLarge, announced
from tests import make
from tests.banking import cast as bank
from tests.banking.fake_providers import VALUES, FakeAlipay, FakeStripe, FakeWeChatPay
from tests.cases.imports import cast as batches
from tests.fuzz.bounded import JSONS, TEXTS, bent, bounded, drawn, spoilt
from workflow.steps import WrongInput

AT = bank.AT


def tried(read: Callable[[], Any], *refusals: type[Exception]) -> None:
    """Read it; only these may be raised."""
    with contextlib.suppress(refusals):
        read()


def workbook() -> bytes:
    made, book = io.BytesIO(), Workbook()
    sheet: Any = book.active
    sheet.append(list(batches.HEADINGS.values()))
    sheet.append([batches.row(1)[name] for name in batches.HEADINGS])
    book.save(made)
    return made.getvalue()


def unpacked(content: bytes) -> bytes:
    """A workbook whose parts lie in it as they are, so that spoiling it changes what is read."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return made.getvalue()


def table() -> bytes:
    head, row = ",".join(batches.HEADINGS.values()), batches.row(1)
    return f"{head}\n{','.join(row[name] for name in batches.HEADINGS)}\n".encode()


def picture(kind: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(made, kind)
    return made.getvalue()


ROWS = bank.row(1), bank.row(2, "88.00", out=True)
CSV, OLD_CSV = bank.csv_of(*ROWS, encoding="utf-8-sig"), bank.csv_of(*ROWS, encoding="gb18030")
MT940 = bank.mt940(bank.movement("6500,00", number="1-33"), bank.movement("88,00"))
CAMT = bank.camt(bank.entry("6500.00", number="1-33"), bank.entry("88.00"))
WORKBOOK, TABLE = workbook(), table()
TABLES = [TABLE.decode().encode(encoding) for encoding in ("utf-8", "gb18030", "utf-16")]
POST = "挂号编号,状态,时间\nRA123456785CN,妥投,2026-03-02 10:00\n".encode()
ITEM = {
    "id": str(uuid.UUID(int=1)), "seq": 1, "visit": "V-1", "pack": None, "question": "arrive",
    "data": {"remark": ["x"]}, "at": "2026-03-05T06:31:00+00:00",
    "position": {"lat": "30.27", "lon": "120.15", "accuracy_m": 12},
}  # fmt: skip


class TestStatements:
    @drawn
    @given(content=spoilt(CSV, OLD_CSV, MT940, CAMT) | st.binary(max_size=300))
    @bounded
    def test_are_understood_or_refused(self, content: bytes) -> None:
        tried(lambda: understand(content), Unfit, Faulty)


class TestTables:
    @drawn
    @given(content=spoilt(*TABLES) | st.binary(max_size=300))  # fmt: skip
    @bounded
    def test_of_cases_as_text_are_read_or_refused(self, content: bytes) -> None:
        tried(lambda: list(open_table(io.BytesIO(content)).rows), Unfit)

    @drawn
    @given(content=spoilt(WORKBOOK, unpacked(WORKBOOK)))
    @bounded
    def test_of_cases_as_workbooks_are_read_or_refused(self, content: bytes) -> None:
        tried(lambda: list(open_table(io.BytesIO(content)).rows), Unfit)

    @drawn
    @given(content=spoilt(TABLE, unpacked(WORKBOOK), POST))  # fmt: skip
    @bounded
    def test_of_the_post_are_read_or_refused(self, content: bytes) -> None:
        tried(lambda: list(deliveries.rows_of(io.BytesIO(content))), Unfit)


class TestUploads:
    @drawn
    @given(
        content=spoilt(unpacked(WORKBOOK), WORKBOOK, picture("JPEG"), picture("PNG"), picture("WEBP"), make.PDF),
        ending=st.sampled_from([".xlsx", ".docx", ".jpg", ".png", ".webp", ".pdf", ".csv", ".m4a"]),
    )  # fmt: skip
    @bounded
    def test_are_of_a_kind_or_refused(self, content: bytes, ending: str) -> None:
        tried(lambda: kind_of_file(f"a{ending}", content), Unreadable)
        if ending in {".xlsx", ".docx"}:
            assert fault_of(ending, content) in {
                "",
                "other",
                "swollen",
                "macros",
                "locked",
                "damaged",
            }
        tried(lambda: drawn_anew(content), NoPicture)

    @drawn
    @given(name=TEXTS)
    @bounded
    def test_have_names_that_lead_nowhere(self, name: str) -> None:
        kept = clean_name(name)
        assert kept
        assert len(kept) <= 131
        assert not set(kept) & set('/\\\x00\r\n"<>')
        assert kept.strip(". ")


class TestPhones:
    @drawn
    @given(item=bent(ITEM) | JSONS, junk=st.booleans())
    @bounded
    def test_say_what_can_be_read_or_is_refused(self, item: Any, junk: bool) -> None:
        text = json.dumps(item)
        tried(lambda: read_item(text[:-1] if junk else text), WrongInput)
        tried(lambda: read_item("[" * 5000), WrongInput)

    @drawn
    @given(
        metadata=st.dictionaries(
            st.sampled_from(["item", "device", "sha256", "kind", "taken_at", "filename", "begins_at", "visit"]),
            TEXTS, max_size=8,
        ),
        length=TEXTS | st.integers(-5, 10**14).map(str), raw=TEXTS,
    )  # fmt: skip
    @bounded
    def test_announce_files_in_words_that_can_be_read_or_are_refused(self, metadata: dict[str, str], length: str, raw: str) -> None:  # fmt: skip
        packed = ",".join(
            f"{name} {base64.b64encode(value.encode('utf-8', 'surrogatepass')).decode()}"
            for name, value in metadata.items()
        )
        for said in (packed, raw, f"{packed},{raw}"):
            tried(lambda said=said: announced(said, length), WrongInput, TooLarge)  # type: ignore[misc]


class Posted:
    """Keeps what a provider would send, instead of sending it."""

    def __call__(self, _url: str, **given: Any) -> Any:
        self.call = Call(given["data"] if isinstance(given["data"], bytes) else given["data"].encode(), {name.lower(): value for name, value in given["headers"].items()})  # fmt: skip


def account(name: str) -> ProviderAccount:
    found: Any = provider_named(name)
    made = ProviderAccount(provider=name)
    secret = {setting.name for setting in found.fields if setting.secret}
    values = VALUES[name]
    made.settings = {key: value for key, value in values.items() if key not in secret}
    made.secrets = {key: value for key, value in values.items() if key in secret}
    return made


STRIPE = FakeStripe("").intent(AT)
WECHAT = FakeWeChatPay("").transaction(AT)
ALIPAY = FakeAlipay("").trade(AT)


class TestProviders:
    """Signed rightly: what an honest key signs may still be nonsense, and a nonsense is a refusal."""

    def heard(self, name: str, posted: Posted) -> None:
        found: Any = provider_named(name)
        tried(lambda: found.hear(account(name), posted.call, AT), Forged, Nonsense)

    @drawn
    @given(said=bent(STRIPE), kind=st.sampled_from(["payment_intent.succeeded", "charge.refunded", "charge.dispute.created"]))  # fmt: skip
    @bounded
    def test_of_cards_are_understood_or_refused(self, said: Any, kind: str) -> None:
        FakeStripe("", posted := Posted()).call(kind, said, AT)
        self.heard("stripe_pay", posted)

    @drawn
    @given(said=bent(WECHAT), event=st.sampled_from(["TRANSACTION.SUCCESS", "REFUND.SUCCESS", "X"]))
    @bounded
    def test_of_wechat_are_understood_or_refused(self, said: Any, event: str) -> None:
        FakeWeChatPay("", posted := Posted()).call(event, said, AT)
        self.heard("wechat_pay", posted)

    @drawn
    @given(said=st.dictionaries(st.sampled_from(sorted(ALIPAY)) | TEXTS, TEXTS, max_size=4))
    @bounded
    def test_of_alipay_are_understood_or_refused(self, said: dict[str, str]) -> None:
        clean = {key: value for key, value in said.items() if key.isprintable() and key}
        try:
            FakeAlipay("", posted := Posted()).call(
                {**ALIPAY, **clean},
            )
        except (UnicodeError, LookupError):  # nobody can sign half a character, or in no encoding
            return
        self.heard("alipay", posted)

    @drawn
    @given(body=st.binary(max_size=200), name=st.sampled_from(sorted(VALUES)), headers=st.dictionaries(
        st.sampled_from(["stripe-signature", "wechatpay-signature", "wechatpay-timestamp", "wechatpay-nonce", "wechatpay-serial"]), TEXTS))  # fmt: skip
    @bounded
    def test_that_sign_nothing_are_never_believed(self, body: bytes, name: str, headers: dict[str, str]) -> None:  # fmt: skip
        found: Any = provider_named(name)
        try:
            found.hear(account(name), Call(body, headers), AT)
        except (Forged, Nonsense):
            return
        raise AssertionError("it was believed")


def bundle(manifest: Any, timeline: bytes = b"{}\n") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        archive.writestr("timeline.jsonl", timeline)
        archive.writestr("manifest.sig", b"x")
        archive.writestr("manifest.key.pem", b"x")
    return made.getvalue()


MANIFEST = {
    "format": verify.FORMAT, "version": verify.VERSION, "case": "HZ-1", "number": "B-1", "made_at": "2026-03-02T10:00",
    "files": [{"path": "timeline.jsonl", "size": 3, "sha256": "0" * 64}], "documents": [], "anchors": [],
    "redacted": False, "timeline": {"events": 1, "head": "0" * 64}, "rules": [], "keys": [], "seals": [], "packs": [],
    "signature": {"fingerprint": "0" * 64, "path": "manifest.sig", "key": "manifest.key.pem"},
}  # fmt: skip


class TestBundles:
    @drawn
    @given(
        content=st.builds(bundle, bent(MANIFEST), JSONS.map(lambda one: json.dumps(one).encode()))
        | spoilt(bundle(MANIFEST)) | st.binary(max_size=100)
    )  # fmt: skip
    @bounded
    def test_are_checked_or_are_no_bundles(self, content: bytes) -> None:
        tried(lambda: verify.check(verify.Zip(io.BytesIO(content))), verify.NoBundle, OSError)


def test_time_is_bounded() -> None:
    from tests.fuzz import bounded as ours

    assert timedelta(seconds=ours.SECONDS) <= timedelta(minutes=2)
