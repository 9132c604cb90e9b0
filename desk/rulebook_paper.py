"""A rule pack on paper, made of the same document as its page."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from common.clock import HOUSE_ZONE, day_begins, local_day
from compliance.shelf import Pack
from desk.rulebook import Book, Row, Rule, book_of
from desk.showing import day_words, tongue_now
from documents.blocks import Facts, Paper, Para, Section, Table, Text, Words, words
from documents.letterhead import day
from documents.render import render_paper

LANGUAGES = ("zh", "en", "both")
TONGUES = {"zh": "zh-hans", "en": "en"}


def rulebook_pdf(pack: Pack, stops: Mapping[str, int], at: datetime, language: str) -> bytes:
    """The pack as it stands today, with its sources, as PDF; the same paper is drawn only once."""
    return _drawn(pack, tuple(sorted(stops.items())), local_day(at, HOUSE_ZONE), language)


@lru_cache(maxsize=16)  # of a quarter of a megabyte each; drawing one takes seconds
def _drawn(pack: Pack, counted: tuple[tuple[str, int], ...], today: date, language: str) -> bytes:
    stops = dict(counted)
    books: dict[str, list[Any]] = {}
    for tongue, code in TONGUES.items():
        with override(code):
            books[tongue] = list(_blocks(book_of(pack, stops, today)))
    return render_paper(
        Paper(
            title=words(pack.title["zh"], pack.title["en"]),
            subtitle=words(f"规则包 {pack.name} · 版本 {pack.version}", f"Rule pack {pack.name} · version {pack.version}"),
            number=f"{pack.name}-{pack.version}",
            house=words("规则手册", "Rule book"),
            house_lines=[
                words("研究资料，不构成法律意见；未经核对的数值均已注明。", "Research, not legal advice; what nobody has checked says so.")
            ],
            made_at=day_begins(today, HOUSE_ZONE),
            dated=day(today),
            blocks=[_both(zh, en) for zh, en in zip(books["zh"], books["en"], strict=True)],
            foot=words(f"内容摘要（SHA-256）：{pack.digest}", f"Digest of the pack (SHA-256): {pack.digest}"),
            check=f"{pack.name} {pack.version} {pack.digest}",
        ),
        language,
    )  # fmt: skip


def _blocks(book: Book) -> Iterator[Para | Facts | Section | Table]:
    """The document in the language that is set now; its shape is the same in every language."""
    pack = book.pack
    yield Para(pack.about[tongue_now()])
    yield Facts(
        [
            (_("Jurisdiction"), pack.jurisdiction),
            (_("Values"), str(book.count)),
            (_("Not checked by anybody yet"), str(book.unchecked)),
            (_("Drafts, not in force"), str(book.drafts)),
            (_("Refusals this month"), str(book.stops)),
        ]
    )
    yield Section(_("Sources"))
    yield Table(
        [_("Source"), _("Address")],
        [[title, url or "–"] for title, url, _read in book.sources],
    )  # fmt: skip
    for topic in book.topics:
        yield Section(topic.title, numbered=True)
        for rule in topic.rules:
            for row in (*rule.now, *rule.coming):
                yield from _told(rule, row)
            if rule.past:
                yield Table(
                    [_("Rule"), _("Earlier values"), pgettext("rule", "In force")],
                    [[rule.id, " ".join(row.says), _in_force(row)] for row in rule.past],
                )


def _told(rule: Rule, row: Row) -> Iterator[Para | Facts]:
    """One value: what it says as a numbered clause, and under it all that is known of it."""
    entry, tongue = row.entry, tongue_now()
    yield Para(f"{rule.id}  {' '.join(row.says)}", "clause")
    does = entry.severity.label[tongue] if entry.rule else _("gives a figure")
    facts = [
        (_("Remedy"), " ".join(row.remedies)),
        (_("Figures"), " · ".join(f"{name} {value}" for name, value in row.figures)),
        (_("Force"), entry.force.label[tongue]),
        (_("Source"), " ".join([entry.citation.text[tongue], entry.citation.url]).strip()),
        (pgettext("rule", "In force"), _in_force(row)),
        (_("Day not confirmed"), entry.day_unsure.get(tongue, "")),
        (_("What it does"), " · ".join([does, *row.acts])),
        (_("Binds"), row.binds and _("%(whom)s (for others house policy)") % {"whom": row.binds}),
        (_("Asked only of"), row.put_to),
        (_("Confidence"), row.confidence),
        (
            _("Checked"),
            f"{entry.checked_by} · {day_words(entry.checked_on)}"
            if entry.checked_on
            else _("nobody has checked this yet"),
        ),
        (_("Stopped this month"), str(rule.stops)),
    ]
    # In both languages the same lines: what is empty in one is empty in the other.
    yield Facts([(name, value) for name, value in facts if value])


def _in_force(row: Row) -> str:
    entry = row.entry
    if entry.until:
        return _("in force from %(since)s until %(until)s") % {
            "since": day_words(entry.since), "until": day_words(entry.until),
        }  # fmt: skip
    if row.standing == "coming":
        return _("comes into force on %(since)s") % {"since": day_words(entry.since)}
    return _("in force since %(since)s") % {"since": day_words(entry.since)}


def _both(zh: Any, en: Any) -> Any:
    """One block of both languages out of the same block in each."""
    if isinstance(zh, Section):
        return Section(_pair(zh.title, en.title), numbered=zh.numbered)
    if isinstance(zh, Para):
        return Para(_pair(zh.text, en.text), zh.style)
    if isinstance(zh, Facts):
        return Facts(
            [(_pair(a, c), _pair(b, d)) for (a, b), (c, d) in zip(zh.rows, en.rows, strict=True)]
        )
    return Table(
        [_pair(a, b) for a, b in zip(zh.head, en.head, strict=True)],
        [
            [_pair(a, b) for a, b in zip(one, other, strict=True)]
            for one, other in zip(zh.rows, en.rows, strict=True)
        ],
        zh.sums,
    )


def _pair(zh: Text, en: Text) -> Text | Words:
    return zh if zh == en else words(str(zh), str(en))
