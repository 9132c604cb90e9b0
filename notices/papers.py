"""The papers of the post: the letter itself where it is plain text, its address page, the run sheet."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from common.clock import HOUSE_ZONE, local_day
from documents.blocks import Cover, Paper, Para, Table, words
from documents.letterhead import both, day, english, house_of, moment
from documents.render import check_path, qr_uri
from notices.models import Notice
from notices.wording import writer_of
from people.models import Address, User

CHINESE_ENVELOPE = "cn"
WINDOW = "window"


def letter_paper(notice: Notice, at: datetime) -> Paper:
    """A letter that was written as plain text, on the writer's letterhead."""
    house, lines = house_of(notice.case)
    return Paper(
        title=notice.subject,
        number=notice.reference,
        house=house,
        house_lines=lines,
        made_at=at,
        dated=day(local_day(at, notice.case.zone)),
        blocks=[Para(part) for part in notice.body.split("\n\n") if part.strip()],
        check=check_path(notice.reference),
    )


def cover_of(notice: Notice, *, mark: str, at: datetime) -> Cover:
    """To whom and from whom, laid out as envelopes of the addressee's country show it."""
    place = _place_of(notice)
    writer = writer_of(notice.case)
    country = (place and place.country) or notice.recipient.country or notice.case.creditor.country
    postcode = place.postcode if place else ""
    name = notice.recipient.name
    if country == "CN":
        return Cover(
            form=CHINESE_ENVELOPE, to=[notice.address, name], postcode=postcode,
            sender=[writer.address, writer.name], sender_postcode="", code=notice.reference, mark=mark,
            made_at=at,
        )  # fmt: skip
    lines = [notice.recipient.name_en or name]
    lines += [part.strip() for part in notice.address.split(",") if part.strip()]
    lines += [postcode] * bool(postcode) + [country] * (country != writer.country)
    return Cover(
        form=WINDOW, to=lines, postcode=postcode, sender=[english(writer), writer.address],
        sender_postcode="", code=notice.reference, mark=mark, made_at=at,
    )  # fmt: skip


def city_of(notice: Notice) -> str:
    """The town to which the letter goes, as far as it is known; the street stays off the sheet."""
    place = _place_of(notice)
    return place.city if place else ""


def _place_of(notice: Notice) -> Address | None:
    """The address on file that the letter was written to, if it still stands there like that."""
    places: Iterable[Address] = notice.recipient.addresses.all()
    return next((place for place in places if str(place) == notice.address), None)


def run_sheet(
    *, number: str, letters: Sequence[tuple[Notice, int, bool]], by: User, at: datetime, house: Any
) -> Paper:
    """What goes to the post office with the letters: one line each, and who hands them over.

    ``letters`` are notice, pages, and whether it had been printed before.
    """
    rows: list[list[Any]] = [
        [
            str(place),
            qr_uri(notice.reference),
            notice.reference,
            both(notice.called),
            city_of(notice),
            str(pages),
            words("重新打印", "again") if again else "",
            "",
        ]
        for place, (notice, pages, again) in enumerate(letters, start=1)
    ]
    blank = "＿" * 12
    return Paper(
        title=words("信函交寄清单", "Run sheet of letters"),
        subtitle=words(f"共 {len(rows)} 件", f"Letters: {len(rows)}"),
        number=number,
        house=words(house.name, english(house)),
        house_lines=[" · ".join(part for part in (house.address, house.phone) if part)],
        made_at=at,
        dated=moment(at, HOUSE_ZONE),
        blocks=[
            Para(
                words(
                    "按本清单顺序装封。交寄后将挂号单号填入，或在系统中扫码录入。",
                    "Put them into envelopes in this order. Once posted, write the registered number"
                    " here or scan it in.",
                ),
                "hint",
            ),
            Table(
                head=[
                    words("序号", "No."), "", words("信函编号", "Letter"), words("种类", "Kind"),
                    words("寄往", "To"), words("页数", "Pages"), words("备注", "Note"),
                    words("挂号单号", "Registered number"),
                ],
                rows=rows, tight=frozenset({0, 1, 2, 3, 4, 5, 6}), pictures=frozenset({1}),
            ),
            Para(words(f"打印人：{by}", f"Printed by: {by}")),
            Para(words(f"交寄人（签名）：{blank}　交寄时间：{blank}",
                       f"Posted by (signature): {blank}　At: {blank}")),
        ],
    )  # fmt: skip
