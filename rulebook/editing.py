"""What a draft may become beside a changed figure: a line more, a source more, a word of who checked it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from compliance.drafting import (
    Written,
    with_check,
    with_source,
    with_value,
    without_value,
    written_at,
    written_in,
)
from people.models import User
from rulebook.actions import rewrite
from rulebook.models import PackVersion
from rulebook.shown import sources_of
from workflow.steps import WrongInput


def add_value(
    *, version: PackVersion, topic: str, table: Mapping[str, Any], by: User, at: datetime
) -> PackVersion:
    """Write one more value at the end of its topic.

    It may begin before the version does: acts of those days are judged by the versions of then, and what
    is merely looked up by an older day, such as a rate, is found from now on.
    """
    file = f"{topic}.toml"
    return rewrite(
        version, lambda files: with_value(files, file=file, table=table), "rules.value_added",
        lambda _files: {"row": str(table["id"]), "since": table["since"].isoformat()}, by=by, at=at,
    )  # fmt: skip


def drop_value(
    *, version: PackVersion, file: str, number: int, by: User, at: datetime, seen_digest: str = ""
) -> PackVersion:
    """Take a line out again that this very draft has brought in; others can only end."""
    if (file, number) not in new_lines(version):
        raise WrongInput(_("This line was there before the draft. It can end, but not vanish."))
    return rewrite(
        version, lambda files: without_value(files, file=file, number=number),
        "rules.value_dropped",
        lambda files: {"row": str(written_at(files, file, number).table.get("id", ""))},
        by=by, at=at, seen_digest=seen_digest,
    )  # fmt: skip


def new_lines(version: PackVersion) -> set[tuple[str, int]]:
    """The lines, by file and number, that are none of the version from which the draft was made.

    A line that takes the place of an older one, which ends for its sake, is no new one.
    """
    base: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for one in written_in(version.based_on.files) if version.based_on else ():
        base.setdefault(_row(one), []).append(one.table)
    return {
        (one.file, one.number)
        for one in written_in(version.files)
        if not any(
            old.get("since") == one.table.get("since") or _follows(one.table, version, old)
            for old in base.get(_row(one), ())
        )
    }


def _row(one: Written) -> tuple[Any, ...]:
    table = one.table
    return (one.file, table.get("id"), table.get("rule"), tuple(sorted(table.get("keys", ()))))


def _follows(table: Mapping[str, Any], version: PackVersion, old: Mapping[str, Any]) -> bool:
    """Whether the line took the place of an older one, which ends for its sake."""
    return bool(table.get("since") == version.first_day and "until" not in old)


def mark_checked(
    *, version: PackVersion, file: str, number: int, checked_by: str, checked_on: date,
    by: User, at: datetime, seen_digest: str = "",
) -> PackVersion:  # fmt: skip
    """Write beside a value who has compared it with its source, and when; the value stays as it is."""
    return rewrite(
        version,
        lambda files: with_check(
            files, file=file, number=number, checked_by=checked_by, checked_on=checked_on
        ),
        "rules.value_checked",
        lambda files: {
            "row": str(written_at(files, file, number).table.get("id", "")),
            "checked_by": checked_by,
            "checked_on": checked_on.isoformat(),
        },
        by=by,
        at=at,
        seen_digest=seen_digest,
    )


def add_source(
    *, version: PackVersion, source: Mapping[str, Any], by: User, at: datetime
) -> PackVersion:
    """List one more text on which the values of this pack may rest."""
    listed = sources_of(version)
    if any(source["title_zh"] == one["title_zh"] for one in listed.values()):
        raise WrongInput(_("A source of this title is listed already."), "title_zh")
    code = code_for(str(source["title"]), listed)
    return rewrite(
        version, lambda files: with_source(files, code=code, source=source), "rules.source_added",
        lambda _files: {"row": code, "title": source["title_zh"]}, by=by, at=at,
    )  # fmt: skip


def code_for(title: str, taken: Mapping[str, Any]) -> str:
    """A short name for a source that no other source of the pack bears."""
    stem = slugify(title)[:24].strip("-") or "source"
    code, number = stem, 2
    while code in taken:
        code, number = f"{stem}-{number}", number + 1
    return code
