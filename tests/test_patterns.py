"""What must not stand in our code because it opens a hole: each pattern with a line that it has to find.

A pattern that finds nothing anywhere proves nothing, so each is tried on a planted line of its own first.
Where a file needs what others may not do, it stands by name with the reason.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = {".venv", "var", "tests", "node_modules", "vendor", ".git", "build"}


@dataclass(frozen=True)
class Hole:
    """One pattern in files of these endings; ``but`` names the files that may, each with why."""

    pattern: str
    planted: str
    within: str = ".py"
    but: Mapping[str, str] = field(default_factory=dict)


HOLES = {
    "text marked as safe": Hole(
        r"\bmark_safe\(|\bSafeString\(", "mark_safe(name)",
        but={
            "desk/markup.py": "escapes what it fills in, here alone",
            "desk/templatetags/doorstep.py": "what a template has drawn, which escapes",
            "rulebook/forms.py": "a constant",
        },
    ),
    "text marked as safe in a template": Hole(
        r"\|\s*safe\b|\|\s*safeseq\b|autoescape off", "{{ case.debtor.name|safe }}", ".html"
    ),
    "script or style in a template": Hole(
        r"\bon[a-z]+=|\bstyle=\"|<script>|<style>|javascript:", '<a onclick="go()">', ".html"
    ),
    "a page of another host in a template": Hole(
        r"<(script|link|img|iframe|form)\b[^>]*(src|href|action)=\"(https?:)?//",
        '<script src="https://cdn.example/x.js">',
        ".html",
    ),
    "a window that can turn its opener": Hole(
        r"target=\"_blank\"(?![^>]*noopener)", '<a href="{{ url }}" target="_blank">', ".html"
    ),
    "a form without its token": Hole(
        r"<form\b(?=[^>]*method=\"post\")(?:(?!</form>)(?!csrf_token)(?!crispy)(?!form_fields).)*</form>",
        '<form method="post"><button>Go</button></form>',
        ".html",
        dict.fromkeys(
            (
                "templates/door/app/cash.html", "templates/door/app/tools.html",
                "templates/door/third_party.html",
            ),
            "is kept on the phone and never sent as a form; what the phone sends bears the token in a header",
        ),
    ),
    "a statement put together from text": Hole(
        r"execute\(\s*f[\"']|execute\([^)]*[\"']\s*%\s|\.extra\(|\bRawSQL\(",
        'cursor.execute(f"select {name}")',
        but=dict.fromkeys(
            (
                "cases/facts.py", "common/resealing.py", "common/resealing_words.py",
                "demo/management/commands/seed.py", "timeline/chain.py", "workflow/together.py",
            ),
            "puts in names of our own tables and columns alone; every value is a parameter",
        ),
    ),
    "a call without its token": Hole(
        r"\bcsrf_exempt\b", "@csrf_exempt",
        but={
            "api/views.py": "machines show a key, and no browser holds one",
            "banking/views/calls.py": "providers sign what they send",
            "notices/views/carriers.py": "carriers sign what they send",
        },
    ),
    "a program run by a shell": Hole(
        r"shell\s*=\s*True|os\.system\(|os\.popen\(", "run(words, shell=True)"
    ),
    "text run as a program": Hole(
        r"(?<![\w.])(eval|exec)\(|pickle\.loads?\(|marshal\.loads?\(|yaml\.load\(", "eval(said)"
    ),
    "text run as a program in a browser": Hole(
        r"(?<![\w.])eval\(|new Function\(|set(Timeout|Interval)\(\s*[\"'`]|document\.write",
        "eval(said)",
        ".js",
    ),
    "text put into a page as markup": Hole(
        r"\.(inner|outer)HTML\s*\+?=|insertAdjacentHTML|createContextualFragment",
        "box.innerHTML = said",
        ".js",
        {
            "static/js/door/ui.js": "fragments that the office has drawn; the policy of content lets no script in them run",
            "static/js/doorstep.js": "a template that stands in the page",
        },
    ),
    "a server believed without its certificate": Hole(
        r"verify\s*=\s*False|CERT_NONE|check_hostname\s*=\s*False|_create_unverified",
        "get(address, verify=False)",
    ),
    "a secret that can be foretold": Hole(
        r"(?<![\w.])random\.(random|choices?|randint|randrange|getrandbits|randbytes)\(",
        "token = random.choice(letters)",
    ),
    "a weak digest": Hole(
        r"hashlib\.(md5|sha1)\(|[\"'](md5|sha1)[\"']", "hashlib.md5(content)",
        but={"notices/channels/wechat_official.py": "WeChat signs its calls so, and no other way"},
    ),
    "a secret compared letter by letter": Hole(
        r"\b(token|secret|signature|mac|code_hash|password)\s*[!=]=\s*(?!None\b|[\"']{2})\w",
        "if signature == given:",
    ),
    "a way out that was typed": Hole(
        r"(redirect|HttpResponseRedirect)\(\s*request\.(GET|POST|META|headers)",
        'return redirect(request.GET["next"])',
    ),
    "a form of every column": Hole(
        r"fields\s*=\s*[\"']__all__[\"']|\bexclude\s*=\s*\[\]", 'fields = "__all__"',
        but={"people/forms.py": "the administration's own page of organisations"},
    ),
    "a row found without asking whose it is": Hole(
        r"get_object_or_404\(\s*(Case|Visit|Agreement|Notice|Document|Complaint|Person)\s*,",
        "case = get_object_or_404(Case, reference=reference)",
    ),
    "a tree of XML that may name files": Hole(
        r"\b(ElementTree|minidom|pulldom|expat|sax)\b|etree\.(parse|fromstring|XML)\(",
        "etree.parse(content)",
    ),
    "a fault that nobody hears of": Hole(
        r"except(\s+(Base)?Exception)?\s*:\s*\n\s+(pass|continue|return None|\.\.\.)\s*$",
        "except Exception:\n    pass\n",
    ),
    "a file named by somebody": Hole(
        r"(?<![\w.])open\(\s*(request|form|upload|given)\b|Path\(\s*request\.", "open(request.GET['file'])"
    ),
}  # fmt: skip


def ours(ending: str) -> list[Path]:
    return [
        path for path in sorted(ROOT.rglob(f"*{ending}"))
        if not NOT_OURS & set(path.relative_to(ROOT).parts) and path.is_file()
    ]  # fmt: skip


def found(hole: Hole, text: str) -> list[str]:
    return [one[0] for one in re.finditer(hole.pattern, text, re.MULTILINE | re.DOTALL)]


@pytest.mark.parametrize("name", HOLES)
class TestEachHole:
    def test_is_found_where_it_is_planted(self, name: str) -> None:
        assert found(HOLES[name], HOLES[name].planted)

    def test_is_nowhere_else(self, name: str) -> None:
        hole = HOLES[name]
        guilty = {
            str(path.relative_to(ROOT)): hits
            for path in ours(hole.within)
            if (hits := found(hole, path.read_text()))
        }
        assert {file: hits for file, hits in guilty.items() if file not in hole.but} == {}
        assert set(hole.but) <= set(guilty), "no longer needed"
