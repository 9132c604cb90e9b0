"""What is wrong with a row of the post's file, and how to mend it."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.deliveries.reading import LABELS, Problem
from cases.imports import words
from cases.imports.reading import Unfit
from cases.imports.words import Said

ROWS: dict[str, tuple[Any, Any]] = {
    "missing_number": (
        gettext_lazy("There is no number."),
        gettext_lazy("Give the registered number, or the letter's own number such as n12."),
    ),
    "unknown": (
        gettext_lazy("No letter of yours has the number “%(text)s”."),
        gettext_lazy("Compare it with the slip; enter it on the run's page if it is not there yet."),
    ),
    "several": (
        gettext_lazy("More than one letter has the number “%(text)s”."),
        gettext_lazy("Open the letters and correct what was typed twice, then send the file again."),
    ),
    "outcome": (
        gettext_lazy("“%(text)s” is no outcome that is known."),
        gettext_lazy("Write delivered (妥投) or returned (退回)."),
    ),
    "no_reason": (
        gettext_lazy("The letter came back, and no reason is given."),
        gettext_lazy("Write why, in the words of the post."),
    ),
    "moment": (
        gettext_lazy("“%(text)s” is no day and no time."),
        gettext_lazy("Write 2026-03-05 14:30, or 2026-03-05 where only the day is known."),
    ),
    "ahead": (
        gettext_lazy("%(text)s has not come yet."),
        gettext_lazy("Check the day; where it is today, give the time as well."),
    ),
    "too_early": (
        gettext_lazy("%(text)s lies before the letter was posted."),
        gettext_lazy("Look at the slip again."),
    ),
    "not_posted": (
        gettext_lazy("The letter is not recorded as posted."),
        gettext_lazy("Record on the run's page that it was posted, then send the file again."),
    ),
    "other_outcome": (
        gettext_lazy("The letter is already recorded as: %(text)s."),
        gettext_lazy("Look at the slip; what was recorded wrongly is corrected on the letter's own page."),
    ),
    "refused": (gettext_lazy("%(text)s"), gettext_lazy("Open the letter and look what stands against it.")),
}  # fmt: skip


def of_row(problem: Problem) -> Said:
    """One problem of a row, with the column in which it stands."""
    column = str(LABELS[problem.column]) if problem.column else ""
    if problem.code not in ROWS:  # what is wrong with any row of any file
        said = words.of_row({"code": problem.code, "params": problem.params})
        return Said(column, said.what, said.mend)
    what, mend = ROWS[problem.code]
    return Said(column, str(what) % problem.params, str(mend))


def of_file(unfit: Unfit) -> str:
    """Why the file as a whole was not taken."""
    if "named" in unfit.params:
        named = _(", ").join(str(LABELS[name]) for name in unfit.params["named"])
        what, mend = words.FILES["missing_column"]
        return str(Said("", str(what) % {"columns": named}, str(mend)))
    return str(words.of_file(unfit.as_dict()))
