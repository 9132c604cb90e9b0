"""Every problem of a file or a row, in words: what is wrong, and how to mend it.

Only codes and figures are stored; the words are chosen when somebody reads them, in the
reader's language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from cases.imports.columns import BY_NAME


@dataclass(frozen=True)
class Said:
    """A problem as a person reads it; ``column`` is "" where it concerns the whole row."""

    column: str
    what: str
    mend: str

    def __str__(self) -> str:
        # The colon is put together here, so that each language can have its own.
        named = _("%(column)s: %(what)s") % {"column": self.column, "what": self.what}
        return f"{named if self.column else self.what} {self.mend}".strip()


# code -> what is wrong, how to mend it
ROWS: dict[str, tuple[Any, Any]] = {
    # the row as such
    "ragged": (
        _l("The row has %(cells)s cells, the heading has %(headings)s."),
        _l("Look for a missing or surplus separator, or put the text that holds it in quotes."),
    ),
    "quote": (
        _l("A quotation mark stands where none can be."),
        _l("Double the quotation marks inside the text, or take them out."),
    ),
    "cell_too_long": (
        _l("One cell holds more than %(most)s characters."),
        _l("Shorten it; a quotation mark may also have been left open."),
    ),
    "nul": (
        _l("The cell holds a NUL character, which a damaged file leaves behind."),
        _l("Export the file again, or type the cell anew."),
    ),
    "mojibake": (
        _l("Some characters could not be read."),
        _l("Save the file as “CSV UTF-8” and upload it again, or type the cell anew."),
    ),
    "repeated": (
        _l("The reference “%(text)s” already stands in row %(line)s."),
        _l("Give each debt a reference of its own, or remove this row."),
    ),
    "missing": (_l("This cell is empty."), _l("Fill it in: no case can be opened without it.")),
    "formula_fault": (
        _l("The spreadsheet shows a fault here (%(text)s)."),
        _l("Mend the formula, or type the value itself."),
    ),
    "too_long": (
        _l("The text has %(length)s characters; at most %(most)s can be kept."),
        _l("Shorten it."),
    ),
    # amounts
    "amount": (
        _l("“%(text)s” is not an amount."),
        _l("Write figures only, such as 38600.00."),
    ),
    "amount_unclear": (
        _l("“%(text)s” can be read in two ways."),
        _l("Separate thousands by a comma and cents by a point, such as 38,600.00."),
    ),
    "places": (
        _l("“%(text)s” has more than two places after the point."),
        _l("Round it to cents."),
    ),
    "amount_too_large": (
        _l("“%(text)s” is too large."),
        _l("Amounts have at most twelve digits before the point."),
    ),
    "negative": (
        _l("The amount “%(text)s” is negative."),
        _l("Write what is owed as a positive amount; leave out a debt with a credit balance."),
    ),
    "nothing_owed": (
        _l("Principal, interest and fees come to nothing."),
        _l("Enter what is owed, or remove this row: there is nothing to collect."),
    ),
    "scientific": (
        _l("The spreadsheet has shortened this figure to “%(text)s”."),
        _l("Format the column as number or text and enter it again."),
    ),
    "rate": (
        _l("“%(text)s” is not a yearly rate."),
        _l("Write it in per cent, such as 12 or 12.5."),
    ),
    "rate_unclear": (
        _l("“%(text)s” may mean per cent or a fraction."),
        _l("Write 12 for twelve per cent, or add the sign: 0.12%%."),
    ),
    "rate_places": (_l("“%(text)s” has more than four places."), _l("Round it to four places.")),
    # days
    "day": (_l("“%(text)s” is not a date."), _l("Write it as 2026-02-27.")),
    "day_order": (
        _l("In “%(text)s” it is not clear which is the day and which is the month."),
        _l("Write the year first: 2026-02-27."),
    ),
    "day_missing": (
        _l("The day “%(text)s” does not exist."),
        _l("Correct it, as it stands in the contract."),
    ),
    "day_far": (_l("“%(text)s” lies too far away."), _l("Check the year.")),
    "day_ahead": (
        _l("The day %(text)s has not come yet."),
        _l("Check it: only what is overdue can be taken in."),
    ),
    "due_missing": (
        _l("There is neither a due date nor a day since which the debt is overdue."),
        _l("Fill in one of the two."),
    ),
    "born_differs": (
        _l("The date of birth %(text)s is not the one in the ID number (%(other)s)."),
        _l("Check both against the contract."),
    ),
    "born_ahead": (_l("The date of birth %(text)s lies ahead."), _l("Check the year.")),
    "limitation_before_due": (
        _l("The limitation ends on %(text)s, before the debt was due."),
        _l("Correct the day, or leave it empty: then three years after the due date are taken."),
    ),
    # identity
    "id_length": (
        _l("The ID number has %(length)s characters instead of 18."),
        _l("Copy it from the contract; for a passport say “护照” or “passport” as kind of document."),
    ),
    "id_old": (
        _l("This is an ID number of 15 digits, which has not been valid since 2013."),
        _l("Ask the creditor for the 18-digit number."),
    ),
    "id_place": (
        _l("No province has the number %(place)s, with which this ID number begins."),
        _l("Copy the ID number from the contract."),
    ),
    "id_birth": (
        _l("The ID number holds the day %(text)s, which does not exist."),
        _l("Copy the ID number from the contract."),
    ),
    "id_check": (
        _l("The last character of the ID number does not fit the others."),
        _l("One of them is mistyped: copy the number from the contract."),
    ),
    "digits_lost": (
        _l("The spreadsheet has turned this number into “%(text)s” and lost digits."),
        _l("Format the column as text and enter the number again."),
    ),
    "passport": (
        _l("“%(text)s” is not a document number."),
        _l("Write 5 to 20 letters and digits."),
    ),
    "id_kind": (
        _l("The kind of document “%(text)s” is not known."),
        _l("Write 身份证 (ID card) or 护照 (passport)."),
    ),
    # where to reach the debtor
    "phone": (
        _l("“%(text)s” is not a telephone number."),
        _l("Write 11 digits for a mobile, 0571-87000000 for a fixed line, or +44… for abroad."),
    ),
    "phone_several": (
        _l("“%(text)s” holds several numbers."),
        _l("Leave one; the others can be added on the case page."),
    ),
    "phone_hotline": (
        _l("“%(text)s” is a hotline, not a person's number."),
        _l("Give the debtor's own number, or leave the cell empty."),
    ),
    "email": (_l("“%(text)s” is not an e-mail address."), _l("Correct it or leave the cell empty.")),
    "postcode": (_l("“%(text)s” is not a postcode."), _l("Correct it or leave the cell empty.")),
    "address_missing": (
        _l("City, district or postcode are given, but no street and house."),
        _l("Add the address, or leave all of them empty."),
    ),
    "source": (
        _l("“%(text)s” is not a source of contact data that is known."),
        _l("Write 合同, 债务人, 授权, 公开渠道, 预留联系人, 授权查询 or 不明."),
    ),
    "zone": (_l("The time zone “%(text)s” is not known."), _l("Write it as Asia/Shanghai.")),
    "language": (_l("The language “%(text)s” is not known."), _l("Write 中文 or English.")),
    "currency": (_l("“%(text)s” is not a currency."), _l("Write three letters, such as CNY.")),
    "kind": (
        _l("The kind of debt “%(text)s” is not known."),
        _l("Write 消费贷, 信用卡, 民间借贷 or 经营贷."),
    ),
    # against what the house knows
    "mandate_unknown": (
        _l("No mandate of this creditor has the number “%(text)s”."),
        _l("Correct the number, or have the mandate entered first."),
    ),
    "mandate_other": (
        _l("Mandate %(text)s was given to %(agent)s, not to this team's organisation."),
        _l("Choose the team for which it was given, or correct the number."),
    ),
    "mandate_ended": (
        _l("Mandate %(text)s ended on %(until)s."),
        _l("Ask the creditor to renew it, or give the number of one that is in force."),
    ),
    "mandate_ahead": (
        _l("Mandate %(text)s begins only on %(since)s."),
        _l("Wait until then, or give the number of one that is in force."),
    ),
    "other_name": (
        _l("In row %(line)s this ID number stands for “%(other)s”."),
        _l("Check name and ID number: one of the two is wrong."),
    ),
    "other_name_held": (
        _l("In an earlier case this ID number stands for “%(other)s”."),
        _l("Check name and ID number; a change of name is entered on that case's page."),
    ),
    "other_team": (
        _l("This reference belongs to a case of another team."),
        _l("Have that team take the row over, or correct the reference."),
    ),
    "closed": (
        _l("Case %(case)s with this reference is closed."),
        _l("Have it reopened, or give a new debt a new reference."),
    ),
    "id_differs": (
        _l("Case %(case)s with this reference has another ID number."),
        _l("Check the reference; a corrected ID number is entered on the case page."),
    ),
    "sums_bound": (
        _l("The sums differ, but payments or an agreement of case %(case)s rest on the old ones."),
        _l("Settle the difference on the case page, and send the old sums here."),
    ),
    "currency_differs": (
        _l("Case %(case)s is kept in %(text)s."),
        _l("Correct the currency, or give the debt a reference of its own."),
    ),
}  # fmt: skip

FILES: dict[str, tuple[Any, Any]] = {
    "empty": (
        _l("The file is empty."),
        _l("Export it again and look into it before you upload it."),
    ),
    "no_rows": (
        _l("The file has a heading and not one row under it."),
        _l("Add the debts, or check whether the right sheet was exported."),
    ),
    "too_large": (
        _l("The file has %(size)s MB; at most %(most)s MB can be taken in."),
        _l("Split it into several files."),
    ),
    "too_many_rows": (
        _l("The file has more than %(most)s rows."),
        _l("Split it into several files; the same heading has to stand in each."),
    ),
    "too_many_columns": (
        _l("The file has more than %(most)s columns."),
        _l("Take out those that are not needed. An empty form can be downloaded here."),
    ),
    "kind": (
        _l("The file is neither CSV nor XLSX, whatever its name says."),
        _l("Save it as “CSV UTF-8” or as an Excel workbook (.xlsx)."),
    ),
    "old_excel": (
        _l("The file is an old Excel workbook (.xls) or is protected by a password."),
        _l("Open it, save it as .xlsx without a password, and upload that."),
    ),
    "damaged": (
        _l("The workbook is damaged and cannot be opened."),
        _l("Open it in your spreadsheet program, save it anew as .xlsx, and upload that."),
    ),
    "hostile": (
        _l("The workbook holds parts that no ordinary workbook has."),
        _l("Copy the rows into a new workbook and upload that."),
    ),
    "swollen": (
        _l("Unpacked the workbook would have more than %(most)s MB."),
        _l("Copy only the rows into a new workbook, or save it as “CSV UTF-8”."),
    ),
    "encoding": (
        _l("The characters of the file cannot be read, neither as UTF-8 nor as GB18030 (GBK)."),
        _l("Save it as “CSV UTF-8” and upload it again."),
    ),
    "open_quote": (
        _l("In row %(line)s a quotation mark opens that is never closed."),
        _l("Close it or take it out, and upload the file again."),
    ),
    "no_heading": (
        _l("No row of headings was found in the first rows."),
        _l("The first row has to name the columns. An empty form can be downloaded here."),
    ),
    "missing_column": (
        _l("There is no column for: %(columns)s."),
        _l("Add it under one of the headings that are known. An empty form can be downloaded here."),
    ),
    "double_column": (
        _l("Columns %(first)s and %(second)s are both read as “%(column)s”."),
        _l("Rename or remove one of the two."),
    ),
    "unforeseen": (
        _l("The file could not be checked for a reason that was not foreseen."),
        _l("Nothing was taken over. Tell whoever runs this system the batch number."),
    ),
    "not_applied": (
        _l("Taking over broke off for a reason that was not foreseen; no new case was made."),
        _l("Try again, and tell whoever runs this system the batch number if it happens again."),
    ),
    "stopped": (
        _l("Taking over was stopped; no new case was made."),
        _l("It can be taken over again, or discarded."),
    ),
}  # fmt: skip


def label_of(column: str) -> str:
    """What the column is called, in the reader's language."""
    return str(BY_NAME[column].label) if column in BY_NAME else ""


def of_row(problem: Mapping[str, Any]) -> Said:
    """One problem of a row."""
    what, mend = ROWS[problem["code"]]
    given = problem.get("params") or {}
    return Said(label_of(problem.get("column", "")), _filled(what, given), _filled(mend, given))


def of_file(problem: Mapping[str, Any]) -> Said | None:
    """Why a file as a whole was not taken, if it was not."""
    if not problem:
        return None
    what, mend = FILES[problem["code"]]
    given = dict(problem.get("params") or {})
    for name in ("column", "columns"):
        if name in given:
            names = given[name] if isinstance(given[name], list) else [given[name]]
            given[name] = _(", ").join(label_of(each) for each in names)
    return Said("", _filled(what, given), _filled(mend, given))


def _filled(pattern: Any, given: Mapping[str, Any]) -> str:
    figures = {
        name: f"{value:,}"
        if isinstance(value, int) and name in {"most", "length", "size"}
        else value
        for name, value in given.items()
    }
    return str(pattern) % figures
