"""Why a bank's file was not taken, in words that say what to mend."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from banking.layouts import layouts
from banking.reading import Problem
from cases.imports import words
from cases.imports.reading import Unfit

MOST_TOLD = 8

FILES: dict[str, Any] = {
    "workbook": gettext_lazy("This is a workbook. Save it as CSV, or export it from the bank as CSV, and take that in."),
    "no_layout": gettext_lazy("No heading of a bank that is known here stands in the first rows. Known are: %(banks)s."),
    "accounts": gettext_lazy("The file speaks of several accounts (%(accounts)s). Export each by itself."),
    "no_lines": gettext_lazy("There is a heading and not one line under it."),
    "no_beginning": gettext_lazy("The file does not begin as an MT940 statement does, with :20:. Take the bank's own file."),
    "no_account": gettext_lazy("The file does not say of which account it is."),
    "cut_off": gettext_lazy("A balance at the beginning or at the end is missing, so the file seems to be cut off. Fetch it once more."),
    "sums": gettext_lazy("It does not tie: %(opening)s and movements of %(moved)s make %(reckoned)s, but the file ends with %(closing)s."),
    "entities": gettext_lazy("The file carries a document type or entities, which no statement needs. It was not opened."),
    "xml": gettext_lazy("The file is broken: it cannot be read to its end. Fetch it once more."),
    "no_camt": gettext_lazy("This XML is no CAMT.053 statement. Export the account as CAMT.053, MT940 or CSV."),
    "too_many_lines": gettext_lazy("The file has more than %(most)s lines. Export a shorter time."),
}  # fmt: skip
ROWS: dict[str, Any] = {
    "row": gettext_lazy("this row cannot be taken apart; look for a quotation mark that is left open"),
    "turned": gettext_lazy("“%(cell)s” was turned into a quantity by a spreadsheet; take the bank's own file"),
    "currency": gettext_lazy("“%(cell)s” is no currency"),
    "no_amount": gettext_lazy("there is no amount"),
    "both": gettext_lazy("there is an amount in and an amount out"),
    "amount": gettext_lazy("“%(cell)s” is no amount"),
    "places": gettext_lazy("“%(cell)s” has more than two places after the point"),
    "day": gettext_lazy("“%(cell)s” is no day that is known here"),
    "time": gettext_lazy("“%(cell)s” is no time"),
    "line": gettext_lazy("“%(cell)s” is no movement that can be read"),
    "unread": gettext_lazy("this statement cannot be read"),
    "future": gettext_lazy("it lies in the future"),
    "twice": gettext_lazy("the bank's number %(cell)s stands in row %(column)s too, and there it says something else"),
    "changed": gettext_lazy("the bank's number %(cell)s was taken in before, and there it says something else"),
}  # fmt: skip
NO_COLUMN = {"twice", "changed", "row"}


def of_file(unfit: Unfit) -> str:
    """Why the file as a whole was not taken."""
    if unfit.code not in FILES:
        return str(words.of_file(unfit.as_dict()))
    banks = [layout.named(get_language() or "zh") for layout in layouts().values()]
    given = {"banks": _(", ").join(banks), **unfit.params}
    if "accounts" in given:
        given["accounts"] = _(", ").join(given["accounts"])
    return str(FILES[unfit.code]) % given


def of_rows(problems: Sequence[Problem]) -> str:
    """Which rows could not be understood and why; the first few, and how many more."""
    told = [_of_row(problem) for problem in problems[:MOST_TOLD]]
    if len(problems) > MOST_TOLD:
        told.append(_("And %(more)s more.") % {"more": len(problems) - MOST_TOLD})
    gap = (
        "" if (get_language() or "zh").startswith("zh") else " "
    )  # Chinese has none between sentences
    return gap.join([_("Nothing was taken in."), *told])


def _of_row(problem: Problem) -> str:
    says = str(ROWS[problem.code]) % {"cell": problem.cell, "column": problem.column}
    if problem.code in NO_COLUMN or not problem.column:
        return _("Row %(row)s: %(says)s.") % {"row": problem.row, "says": says}
    return _("Row %(row)s, column “%(column)s”: %(says)s.") % {
        "row": problem.row, "column": problem.column, "says": says,
    }  # fmt: skip
