"""A file is what it is, not what it calls itself; what hurts is refused, and what is shown is drawn anew."""

import hashlib
import io
import re
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook
from PIL import Image

from documents import archives
from documents.storing import Unreadable, clean_name, kind_of_file, store
from documents.viewing import SIDE, drawn_anew
from tests import make

pytestmark = pytest.mark.django_db
AT = make.moment("2026-03-02 10:00")
TYPES = "[Content_Types].xml"


def packed(*parts: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return made.getvalue()


def document(*more: tuple[str, bytes]) -> bytes:
    return packed((TYPES, b"<Types/>"), ("word/document.xml", b"<document/>"), *more)


def photograph(size: tuple[int, int] = (60, 40)) -> bytes:
    """A JPEG as a telephone makes one: lying, with the place where it was taken and a comment."""
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "Telephone of Li Wen"
    exif.get_ifd(0x8825)[2] = (30.0, 16.0, 27.0)
    made = io.BytesIO()
    picture = Image.new("RGB", size, "navy")
    picture.save(made, "JPEG", exif=exif, comment=b"secret comment")
    return made.getvalue()


class TestKinds:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.pdf", b"<html><script>alert(1)</script>"),
            ("a.png", b"\xff\xd8\xff\xe0"),
            ("a.jpg", b"GIF89a"),
            ("a.docx", packed(("a.txt", b"x"))),
            ("a.xlsx", document()),
            ("a.csv", b"a,b\x00c"),
            ("a.html", b"<p>"),
            ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            ("a.exe", b"MZ"),
            ("a.docm", document()),
            ("a.pdf.js", b"%PDF-1.7"),
            ("noending", b"%PDF-1.7"),
            ("a.pdf", b""),
        ],
    )
    def test_are_told_by_what_is_in_the_file(self, name: str, content: bytes) -> None:
        with pytest.raises(Unreadable):
            kind_of_file(name, content)

    def test_are_those_of_word_and_excel_where_that_is_in_it(self) -> None:
        made = io.BytesIO()
        Workbook().save(made)
        assert kind_of_file("a.xlsx", made.getvalue()).endswith("spreadsheetml.sheet")
        assert kind_of_file("a.docx", document()).endswith("wordprocessingml.document")

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("../../etc/passwd.pdf", "passwd.pdf"),
            ("C:\\temp\\a.pdf", "a.pdf"),
            ("a\x00b\r\nSet-Cookie: x.pdf", "abSet-Cookie x.pdf"),
            ("\u202efdp.exe.pdf", "fdp.exe.pdf"),
            ("x" * 300 + ".pdf", "x" * 120 + ".pdf"),
            ("...", "file"),
        ],
    )
    def test_have_names_without_a_way_out(self, name: str, kept: str) -> None:
        assert clean_name(name) == kept


class TestArchives:
    def test_that_swell_are_refused_whatever_they_say_of_their_size(self) -> None:
        bomb = document(("word/big.xml", b"\0" * (archives._SMALL + 8_000_000)))
        assert archives.fault_of(".docx", bomb) == "swollen"
        lying = bytearray(bomb)
        where = lying.rfind(b"PK\x01\x02")
        lying[where + 24 : where + 28] = (100).to_bytes(4, "little")  # "unpacked: 100 bytes"
        assert archives.fault_of(".docx", bytes(lying)) in {"swollen", "damaged"}

    def test_with_too_many_parts_are_refused(self) -> None:
        many = document(*((f"word/{n}.xml", b"") for n in range(archives.MOST_PARTS)))
        assert archives.fault_of(".docx", many) == "swollen"

    def test_with_macros_or_cut_off_are_refused(self) -> None:
        assert archives.fault_of(".docx", document(("word/vbaProject.bin", b"x"))) == "macros"
        assert archives.fault_of(".docx", document()[:-30]) == "damaged"

    def test_are_told_of_in_words(self) -> None:
        with pytest.raises(Unreadable, match="宏"):
            kind_of_file("a.docx", document(("word/vbaProject.bin", b"x")))


class TestPictures:
    def kept(self, content: bytes, name: str = "photo.jpg") -> Any:
        return store(
            case=make.case(), kind="evidence", filename=name, content=content, title="x",
            by=make.clerk(), at=AT,
        )  # fmt: skip

    def test_are_kept_byte_for_byte_and_shown_drawn_anew(self) -> None:
        found = self.kept(photograph())
        client = Client()
        client.force_login(make.clerk())
        address = reverse("documents:document", args=[found.number])
        whole = b"".join(client.get(address).streaming_content)
        assert hashlib.sha256(whole).hexdigest() == found.sha256
        assert b"Telephone of Li Wen" in whole
        shown = client.get(f"{address}?show=1")
        assert shown["Content-Type"] == "image/jpeg"
        for secret in (b"Telephone", b"secret comment", b"Exif"):
            assert secret not in shown.content
        with Image.open(io.BytesIO(shown.content)) as picture:
            assert picture.size == (40, 60)  # upright
            assert not picture.getexif()

    def test_are_shown_no_larger_than_one_can_read(self) -> None:
        with Image.open(io.BytesIO(drawn_anew(photograph((6000, 3000))))) as picture:
            assert max(picture.size) == SIDE

    def test_that_are_too_large_to_unpack_are_refused(self) -> None:
        made = io.BytesIO()
        Image.new("1", (20_000, 20_000)).save(made, "PNG")
        with pytest.raises(Unreadable):
            kind_of_file("a.png", made.getvalue())

    def test_lose_what_hides_behind_them(self) -> None:
        both = photograph() + b"<script>alert(1)</script>"
        assert b"script" not in drawn_anew(both)

    def test_with_holes_are_drawn_on_white(self) -> None:
        made = io.BytesIO()
        Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(made, "PNG")
        with Image.open(io.BytesIO(drawn_anew(made.getvalue()))) as picture:
            assert picture.getpixel((1, 1)) == (255, 255, 255)


class TestHandingOut:
    def test_is_an_attachment_that_runs_nowhere(self) -> None:
        found = store(
            case=make.case(), kind="contract", filename='a";\r\nX: y.pdf', content=make.PDF, title="x",
            by=make.clerk(), at=AT,
        )  # fmt: skip
        client = Client()
        client.force_login(make.clerk())
        answer = client.get(reverse("documents:document", args=[found.number]))
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"].startswith("attachment; filename=")
        assert "\n" not in answer["Content-Disposition"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer["Cache-Control"] == "private, no-store"
        assert re.fullmatch(r"documents/2026/03/[0-9a-f]{32}\.pdf", found.file.name)
