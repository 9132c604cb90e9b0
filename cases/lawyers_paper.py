"""The lawyer's letter as a paper: under the firm's own head, with its licence, by a lawyer by name."""

from datetime import datetime

from cases.models import LawyersLetter
from common.clock import local_day
from documents.blocks import Paper, Para, Signatures, Signed, words
from documents.letterhead import day, english
from documents.render import check_path
from people.models import User


def paper_of(letter: LawyersLetter, *, lawyer: User, at: datetime) -> Paper:
    """The letter as it goes out."""
    firm = letter.firm
    return Paper(
        title=words("律师函", "Lawyer's letter"),
        number=letter.number,
        house=words(firm.name, english(firm)),
        house_lines=[
            " · ".join(part for part in (firm.address, firm.phone, firm.email) if part),
            words(
                f"律师事务所执业许可证号 {firm.licence}", f"Licence of the law firm {firm.licence}"
            ),
        ],
        made_at=at,
        dated=day(local_day(at, letter.case.zone)),
        blocks=[
            *(Para(part) for part in letter.text.split("\n\n") if part.strip()),
            Signatures(
                lead="",
                sides=[Signed(words(firm.name, english(firm)), f"{lawyer}", at="")],
            ),
        ],
        check=check_path(letter.number),
    )
