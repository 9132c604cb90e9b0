"""Every problem of a file or a row, in words: what is wrong, and how to mend it.

Only codes and figures are stored; the words are chosen when somebody reads them, in the
reader's language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from cases.imports.cells import one_line
from cases.imports.columns import BY_NAME


@dataclass(frozen=True)
class Said:
    """A problem as a person reads it; ``column`` is "" where it concerns the whole row."""

    column: str
    what: str
    mend: str

    @property
    def gap(self) -> str:
        """What stands between two sentences: nothing in Chinese."""
        return "" if (get_language() or "zh").startswith("zh") else " "

    def __str__(self) -> str:
        # The colon is put together here, so that each language can have its own.
        named = _("%(column)s: %(what)s") % {"column": self.column, "what": self.what}
        return f"{named if self.column else self.what}{self.gap}{self.mend}".strip()


# code -> what is wrong, how to mend it
ROWS: dict[str, tuple[Any, Any]] = {
    # the row as such
    "ragged": (
        gettext_lazy("The row has %(cells)s cells, the heading has %(headings)s."),
        gettext_lazy("Look for a missing or surplus separator, or put the text that holds it in quotes."),
    ),
    "quote": (
        gettext_lazy("A quotation mark stands where none can be."),
        gettext_lazy("Double the quotation marks inside the text, or take them out."),
    ),
    "cell_too_long": (
        gettext_lazy("One cell holds more than %(most)s characters."),
        gettext_lazy("Shorten it; a quotation mark may also have been left open."),
    ),
    "nul": (
        gettext_lazy("The cell holds a NUL character, which a damaged file leaves behind."),
        gettext_lazy("Export the file again, or type the cell anew."),
    ),
    "mojibake": (
        gettext_lazy("Some characters could not be read."),
        gettext_lazy("Save the file as “CSV UTF-8” and upload it again, or type the cell anew."),
    ),
    "repeated": (
        gettext_lazy("The reference “%(text)s” already stands in row %(line)s."),
        gettext_lazy("Give each debt a reference of its own, or remove this row."),
    ),
    "missing": (gettext_lazy("This cell is empty."), gettext_lazy("Fill it in: no case can be opened without it.")),
    "formula_fault": (
        gettext_lazy("The spreadsheet shows a fault here (%(text)s)."),
        gettext_lazy("Mend the formula, or type the value itself."),
    ),
    "formula_unread": (
        gettext_lazy("The cell holds a formula whose result was not saved."),
        gettext_lazy("Open the workbook, save it once, or paste the column as values."),
    ),
    "merged": (
        gettext_lazy("The cell is merged with another one, and empty by itself."),
        gettext_lazy("Undo the merging and fill in every cell."),
    ),
    "too_long": (
        gettext_lazy("The text has %(length)s characters; at most %(most)s can be kept."),
        gettext_lazy("Shorten it."),
    ),
    # amounts
    "amount": (
        gettext_lazy("“%(text)s” is not an amount."),
        gettext_lazy("Write figures only, such as 38600.00."),
    ),
    "amount_unclear": (
        gettext_lazy("“%(text)s” can be read in two ways."),
        gettext_lazy("Separate thousands by a comma and cents by a point, such as 38,600.00."),
    ),
    "places": (
        gettext_lazy("“%(text)s” has more than two places after the point."),
        gettext_lazy("Round it to cents."),
    ),
    "amount_too_large": (
        gettext_lazy("“%(text)s” is too large."),
        gettext_lazy("Amounts have at most twelve digits before the point."),
    ),
    "negative": (
        gettext_lazy("The amount “%(text)s” is negative."),
        gettext_lazy("Write what is owed as a positive amount; leave out a debt with a credit balance."),
    ),
    "nothing_owed": (
        gettext_lazy("Principal, interest and fees come to nothing."),
        gettext_lazy("Enter what is owed, or remove this row: there is nothing to collect."),
    ),
    "scientific": (
        gettext_lazy("The spreadsheet has shortened this figure to “%(text)s”."),
        gettext_lazy("Format the column as number or text and enter it again."),
    ),
    "rate": (
        gettext_lazy("“%(text)s” is not a yearly rate."),
        gettext_lazy("Write it in per cent, such as 12 or 12.5."),
    ),
    "rate_unclear": (
        gettext_lazy("“%(text)s” may mean per cent or a fraction."),
        gettext_lazy("Write 12 for twelve per cent, or add the sign: 0.12%%."),
    ),
    "rate_places": (gettext_lazy("“%(text)s” has more than four places."), gettext_lazy("Round it to four places.")),
    # days
    "day": (gettext_lazy("“%(text)s” is not a date."), gettext_lazy("Write it as 2026-02-27.")),
    "day_order": (
        gettext_lazy("In “%(text)s” it is not clear which is the day and which is the month."),
        gettext_lazy("Write the year first: 2026-02-27."),
    ),
    "day_missing": (
        gettext_lazy("The day “%(text)s” does not exist."),
        gettext_lazy("Correct it, as it stands in the contract."),
    ),
    "day_far": (gettext_lazy("“%(text)s” lies too far away."), gettext_lazy("Check the year.")),
    "day_ahead": (
        gettext_lazy("The day %(text)s has not come yet."),
        gettext_lazy("Check it: only what is overdue can be taken in."),
    ),
    "due_missing": (
        gettext_lazy("There is neither a due date nor a day since which the debt is overdue."),
        gettext_lazy("Fill in one of the two."),
    ),
    "born_differs": (
        gettext_lazy("The date of birth %(text)s is not the one in the ID number (%(other)s)."),
        gettext_lazy("Check both against the contract."),
    ),
    "born_ahead": (gettext_lazy("The date of birth %(text)s lies ahead."), gettext_lazy("Check the year.")),
    "limitation_before_due": (
        gettext_lazy("The limitation ends on %(text)s, before the debt was due."),
        gettext_lazy("Correct the day, or leave it empty: then three years after the due date are taken."),
    ),
    # identity
    "id_length": (
        gettext_lazy("The ID number has %(length)s characters instead of 18."),
        gettext_lazy("Copy it from the contract; for a passport say “护照” or “passport” as kind of document."),
    ),
    "id_old": (
        gettext_lazy("This is an ID number of 15 digits, which has not been valid since 2013."),
        gettext_lazy("Ask the creditor for the 18-digit number."),
    ),
    "id_place": (
        gettext_lazy("No province has the number %(place)s, with which this ID number begins."),
        gettext_lazy("Copy the ID number from the contract."),
    ),
    "id_birth": (
        gettext_lazy("The ID number holds the day %(text)s, which does not exist."),
        gettext_lazy("Copy the ID number from the contract."),
    ),
    "id_check": (
        gettext_lazy("The last character of the ID number does not fit the others."),
        gettext_lazy("One of them is mistyped: copy the number from the contract."),
    ),
    "digits_lost": (
        gettext_lazy("The spreadsheet has turned this number into “%(text)s” and lost digits."),
        gettext_lazy("Format the column as text and enter the number again."),
    ),
    "passport": (
        gettext_lazy("“%(text)s” is not a document number."),
        gettext_lazy("Write 5 to 20 letters and digits."),
    ),
    "id_kind": (
        gettext_lazy("The kind of document “%(text)s” is not known."),
        gettext_lazy("Write 身份证 (ID card) or 护照 (passport)."),
    ),
    # where to reach the debtor
    "phone": (
        gettext_lazy("“%(text)s” is not a telephone number."),
        gettext_lazy("Write 11 digits for a mobile, 0571-87000000 for a fixed line, or +44… for abroad."),
    ),
    "phone_several": (
        gettext_lazy("“%(text)s” holds several numbers."),
        gettext_lazy("Leave one; the others can be added on the case page."),
    ),
    "phone_hotline": (
        gettext_lazy("“%(text)s” is a hotline, not a person's number."),
        gettext_lazy("Give the debtor's own number, or leave the cell empty."),
    ),
    "email": (gettext_lazy("“%(text)s” is not an e-mail address."), gettext_lazy("Correct it or leave the cell empty.")),
    "postcode": (gettext_lazy("“%(text)s” is not a postcode."), gettext_lazy("Correct it or leave the cell empty.")),
    "address_missing": (
        gettext_lazy("City, district or postcode are given, but no street and house."),
        gettext_lazy("Add the address, or leave all of them empty."),
    ),
    "source": (
        gettext_lazy("“%(text)s” is not a source of contact data that is known."),
        gettext_lazy("Write 合同, 债务人, 授权, 公开渠道, 预留联系人, 授权查询 or 不明."),
    ),
    "zone": (gettext_lazy("The time zone “%(text)s” is not known."), gettext_lazy("Write it as Asia/Shanghai.")),
    "country": (
        gettext_lazy("The country “%(text)s” is not known."),
        gettext_lazy("Write its name, or two letters such as GB."),
    ),
    "region": (
        gettext_lazy("“%(text)s” is not the code of a part of a country."),
        gettext_lazy("Write the short code, such as MA or SCT, or leave the cell empty."),
    ),
    "yes_or_no": (
        gettext_lazy("“%(text)s” is neither yes nor no."),
        gettext_lazy("Write 是 (yes) or 否 (no), or leave it empty."),
    ),
    "language": (gettext_lazy("The language “%(text)s” is not known."), gettext_lazy("Write 中文 or English.")),
    "currency": (gettext_lazy("“%(text)s” is not a currency."), gettext_lazy("Write three letters, such as CNY.")),
    "kind": (
        gettext_lazy("The kind of debt “%(text)s” is not known."),
        gettext_lazy("Write 消费贷, 信用卡, 民间借贷 or 经营贷."),
    ),
    # against what the house knows
    "mandate_unknown": (
        gettext_lazy("No mandate of this creditor has the number “%(text)s”."),
        gettext_lazy("Correct the number, or have the mandate entered first."),
    ),
    "mandate_other": (
        gettext_lazy("Mandate %(text)s was given to %(agent)s, not to this team's organisation."),
        gettext_lazy("Choose the team for which it was given, or correct the number."),
    ),
    "mandate_ended": (
        gettext_lazy("Mandate %(text)s ended on %(until)s."),
        gettext_lazy("Ask the creditor to renew it, or give the number of one that is in force."),
    ),
    "mandate_ahead": (
        gettext_lazy("Mandate %(text)s begins only on %(since)s."),
        gettext_lazy("Wait until then, or give the number of one that is in force."),
    ),
    "other_name": (
        gettext_lazy("In row %(line)s this ID number stands for “%(other)s”."),
        gettext_lazy("Check name and ID number: one of the two is wrong."),
    ),
    "other_name_held": (
        gettext_lazy("In an earlier case this ID number stands for “%(other)s”."),
        gettext_lazy("Check name and ID number; a change of name is entered on that case's page."),
    ),
    "other_team": (
        gettext_lazy("This reference belongs to a case of another team."),
        gettext_lazy("Have that team take the row over, or correct the reference."),
    ),
    "closed": (
        gettext_lazy("Case %(case)s with this reference is closed."),
        gettext_lazy("Have it reopened, or give a new debt a new reference."),
    ),
    "id_differs": (
        gettext_lazy("Case %(case)s with this reference has another ID number."),
        gettext_lazy("Check the reference; a corrected ID number is entered on the case page."),
    ),
    "sums_bound": (
        gettext_lazy("The sums differ, but payments or an agreement of case %(case)s rest on the old ones."),
        gettext_lazy("Settle the difference on the case page, and send the old sums here."),
    ),
    "currency_differs": (
        gettext_lazy("Case %(case)s is kept in %(text)s."),
        gettext_lazy("Correct the currency, or give the debt a reference of its own."),
    ),
}  # fmt: skip

FILES: dict[str, tuple[Any, Any]] = {
    "empty": (
        gettext_lazy("The file is empty."),
        gettext_lazy("Export it again and look into it before you upload it."),
    ),
    "no_rows": (
        gettext_lazy("The file has a heading and not one row under it."),
        gettext_lazy("Add the debts, or check whether the right sheet was exported."),
    ),
    "too_large": (
        gettext_lazy("The file has %(size)s MB; at most %(most)s MB can be taken in."),
        gettext_lazy("Split it into several files."),
    ),
    "too_many_rows": (
        gettext_lazy("The file has more than %(most)s rows."),
        gettext_lazy("Split it into several files; the same heading has to stand in each."),
    ),
    "too_many_columns": (
        gettext_lazy("The file has more than %(most)s columns."),
        gettext_lazy("Take out those that are not needed. An empty form can be downloaded here."),
    ),
    "kind": (
        gettext_lazy("The file is neither CSV nor XLSX, whatever its name says."),
        gettext_lazy("Save it as “CSV UTF-8” or as an Excel workbook (.xlsx)."),
    ),
    "old_excel": (
        gettext_lazy("The file is an old Excel workbook (.xls) or is protected by a password."),
        gettext_lazy("Open it, save it as .xlsx without a password, and upload that."),
    ),
    "damaged": (
        gettext_lazy("The workbook is damaged and cannot be opened."),
        gettext_lazy("Open it in your spreadsheet program, save it anew as .xlsx, and upload that."),
    ),
    "hostile": (
        gettext_lazy("The workbook holds parts that no ordinary workbook has."),
        gettext_lazy("Copy the rows into a new workbook and upload that."),
    ),
    "swollen": (
        gettext_lazy("Unpacked the workbook would have more than %(most)s MB."),
        gettext_lazy("Copy only the rows into a new workbook, or save it as “CSV UTF-8”."),
    ),
    "encoding": (
        gettext_lazy("The characters of the file cannot be read, neither as UTF-8 nor as GB18030 (GBK)."),
        gettext_lazy("Save it as “CSV UTF-8” and upload it again."),
    ),
    "open_quote": (
        gettext_lazy("In row %(line)s a quotation mark opens that is never closed."),
        gettext_lazy("Close it or take it out, and upload the file again."),
    ),
    "no_heading": (
        gettext_lazy("No row of headings was found in the first rows."),
        gettext_lazy("The first row has to name the columns. An empty form can be downloaded here."),
    ),
    "missing_column": (
        gettext_lazy("There is no column for: %(columns)s."),
        gettext_lazy("Add it under one of the headings that are known. An empty form can be downloaded here."),
    ),
    "double_column": (
        gettext_lazy("Columns %(first)s and %(second)s are both read as “%(column)s”."),
        gettext_lazy("Rename or remove one of the two."),
    ),
    "sheets_left": (
        gettext_lazy("Only the sheet “%(sheet)s” was read; there are debts on other sheets too: %(others)s."),
        gettext_lazy("Save each of those sheets as a file of its own and upload it."),
    ),
    "unforeseen": (
        gettext_lazy("The file could not be checked for a reason that was not foreseen."),
        gettext_lazy("Nothing was taken over. Tell whoever runs this system the batch number."),
    ),
    "not_applied": (
        gettext_lazy("Taking over broke off for a reason that was not foreseen; no new case was made."),
        gettext_lazy("Try again, and tell whoever runs this system the batch number if it happens again."),
    ),
    "stopped": (
        gettext_lazy("Taking over was stopped; no new case was made."),
        gettext_lazy("It can be taken over again, or discarded."),
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
    if "others" in given:
        given["others"] = _(", ").join(given["others"])
    return Said("", _filled(what, given), _filled(mend, given))


def every(known: Mapping[str, tuple[Any, Any]]) -> list[Said]:
    """All that may be said of rows (``ROWS``) or files (``FILES``), with dots where figures will stand."""
    return [Said("", str(what) % _Dots(), str(mend) % _Dots()) for what, mend in known.values()]


class _Dots(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "…"


def _filled(pattern: Any, given: Mapping[str, Any]) -> str:
    return str(pattern) % {name: _figure(name, value) for name, value in given.items()}


def _figure(name: str, value: Any) -> Any:
    """What is put into a sentence: large figures grouped, no marks that would turn the line around."""
    if isinstance(value, int) and name in {"most", "length", "size"}:
        return f"{value:,}"
    return one_line(value) if isinstance(value, str) else value
