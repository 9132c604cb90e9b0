"""How the tables of a paper break from one page to the next."""

import io

from pypdf import PdfReader

from documents.blocks import Paper, Table
from documents.render import render_paper
from tests import make


def pages_of(table: Table) -> list[str]:
    paper = Paper(
        title="Account", number="HZ-2026-0147-C", house="Clear Water", house_lines=[],
        made_at=make.moment("2026-03-02 10:00"), dated="2 March 2026", blocks=[table],
    )  # fmt: skip
    return [page.extract_text() for page in PdfReader(io.BytesIO(render_paper(paper, "en"))).pages]


class TestTable:
    def test_says_its_sum_once_and_its_head_on_each_page(self) -> None:
        rows = [[f"No. {number}", "6,500.00"] for number in range(1, 61)]
        pages = pages_of(
            Table(["Instalment", "Due"], rows, frozenset({1}), ["In all", "390,000.00"])
        )
        assert len(pages) > 1
        assert all("Instalment" in page for page in pages)
        assert ["390,000.00" in page for page in pages] == [False] * (len(pages) - 1) + [True]
        assert "No. 60" in pages[-1]
