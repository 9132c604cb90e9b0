"""Long lists drawn in one pass: fifty rows of a Django template take longer than all else on the page.

A row is a pattern with named places; ``fill`` escapes whatever is put into them.
"""

from collections.abc import Iterable
from datetime import datetime

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from desk.markup import fill, joined
from desk.templatetags.doorstep import due, money, overlays, step_dots, tongue
from desk.worklist import Listed

register = template.Library()

_CASE = """
  <tr data-row>
    <th scope="row"><a class="row-link" href="{page}">{reference}</a></th>
    <td class="nowrap card-title">{debtor}</td>
    <td class="card-end">{step}</td>
    <td class="num card-side">{balance}</td>
    <td class="clip">{duty}</td>
    <td class="card-end">{due}</td>
    <td class="nowrap card-none">{officer}</td>
    <td class="clip card-none">{creditor}</td>
    <td class="card-wide card-last">{overlays}</td>
  </tr>"""


@register.simple_tag
def case_rows(cases: Iterable[Listed], at: datetime) -> SafeString:
    """The rows of the work list; the columns are named in its template."""
    before, _mark, after = reverse("desk:case", args=["-"]).partition("-")
    rows = [
        fill(
            _CASE,
            page=f"{before}{case.reference}{after}",
            reference=case.reference,
            debtor=case.debtor_name,
            step=step_dots(case.state),
            balance=money(case.balance),
            duty=tongue(case.first_duty),
            due=due(case.next_due_at, at, case.zone) if case.next_due_at else "",
            officer=case.officer,
            creditor=case.creditor,
            overlays=overlays(case),
        )
        for case in cases
    ]
    return joined(rows)
