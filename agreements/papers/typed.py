"""What is kept where a signer has typed the name in the place of drawing it."""

from datetime import datetime

from agreements.models import Agreement
from common.clock import local_day
from documents.blocks import Facts, Paper, Para, words
from documents.letterhead import day, house_of, plain_moment
from documents.render import check_path, render_paper


def typed_pdf(agreement: Agreement, name: str, at: datetime) -> bytes:
    """A page that says who typed which name under which terms, and when."""
    house, lines = house_of(agreement.case)
    return render_paper(
        Paper(
            title=words("签名（输入姓名）", "Signature by typed name"),
            subtitle=words(agreement.number, agreement.number),
            number=f"{agreement.number}-S",
            house=house,
            house_lines=lines,
            made_at=at,
            dated=day(local_day(at, agreement.case.zone)),
            blocks=[
                Facts(
                    [
                        (words("协议编号", "Agreement"), agreement.number),
                        (words("输入的姓名", "Name as typed"), name),
                        (words("时间", "When"), plain_moment(at, agreement.case.zone)),
                    ]
                ),
                Para(
                    words(
                        "签署人未手写签名，以输入姓名代替。",
                        "The signer drew no signature and typed the name in its place.",
                    )
                ),
            ],
            check=check_path(agreement.number),
        ),
        agreement.language,
    )
