"""Texts that would do something if they were ever taken for more than text, and how to see that one was.

Each carries a mark of its own, ``zq`` and a number, where a tag, an attribute or an address would begin.
Where one becomes part of a page's markup, ``intruders`` finds the mark in it.
"""

import re
from html.parser import HTMLParser
from itertools import count, product

RUNS = ["window.__ran=1", "alert(1)", "top['__r'+'an']=1"]
BREAKS = ["", "\"'>", "'>", '">', "-->", "</textarea>", "</title>", "</script>", "</style>", "]]>"]
"""How a text would get out of the place where it stands; nothing, where it stands between tags."""
TAGS = [
    "<script {mark}>{run}</script>", "<ScRiPt {mark} >{run}</sCrIpT\n>", "<img {mark} src=x onerror={run}>",
    "<IMG/{mark}/src=x/onerror={run}>", "<svg {mark} onload={run}>", "<svg><script {mark}>{run}</script></svg>",
    "<svg><a {mark} href=javascript:{run}><text>x</text></a></svg>", "<iframe {mark} src=\"javascript:{run}\"></iframe>",
    "<iframe {mark} srcdoc='<script>parent.{run}</script>'></iframe>", "<object {mark} data='javascript:{run}'></object>",
    "<math {mark} href='javascript:{run}'>x</math>", "<details {mark} open ontoggle={run}>x</details>",
    "<style {mark} onload={run}>*{{color:red}}</style>", "<base {mark} href='//zq.example/'>",
    "<meta {mark} http-equiv=refresh content='0;url=javascript:{run}'>", "<form {mark}><button formaction=javascript:{run}>x",
    "<input {mark} autofocus onfocus={run}>", "<video {mark}><source onerror={run}></video>",
    "<a {mark} href='java\tscript:{run}'>x</a>", "<body {mark} onpageshow={run}>", "<link {mark} rel=stylesheet href=data:,x>",
    "<noscript><p title='</noscript><img {mark} src=x onerror={run}>'>", "<template {mark}><script>{run}</script></template>",
    "<b\f{mark}\fonclick={run}>x</b>", "<{mark} onmouseover={run} style=position:fixed;inset:0>x</{mark}>",
    "<div {mark} hx-on::load='{run}' hx-get='/x' hx-trigger=load>x</div>", "<embed {mark} src='javascript:{run}'>",
    "<dialog {mark} open onclose={run}><form method=dialog>", "<select><option></select><img {mark} src=x onerror={run}>",
]  # fmt: skip
EVENTS = [
    "onmouseover",
    "onfocus",
    "oNcLiCk",
    "onanimationstart",
    "onpointerenter",
    "onbeforetoggle",
]
INSIDE = [
    "\" {mark} {event}=\"{run}\" x=\"", "' {mark} {event}='{run}' x='", "x {mark} {event}={run} ", "\"\n{mark}\n{event}\n=\n{run}//",
]  # fmt: skip
ELSEWHERE = [
    "javascript:{run}//{mark}", "JaVaScRiPt:{run}//{mark}", "\x01javascript:{run}//{mark}", "java\nscript:{run}//{mark}",
    "data:text/html,<script {mark}>{run}</script>", "vbscript:{run}'{mark}", "{{{{ {mark}|safe }}}}", "{{% {mark} %}}", "${{{run}}}{mark}",
    "<%= {mark} %>", "&lt;script {mark}&gt;{run}&lt;/script&gt;", "&#60;img {mark} src=x onerror={run}&#62;",
    "\\u003cscript {mark}\\u003e{run}", "%3Cscript {mark}%3E{run}%3C/script%3E", "+ADw-script {mark}+AD4-{run}+ADw-/script+AD4-",
    "';{run}//{mark}", '";{run}//{mark}', "\\';{run}//{mark}", "`${{{run}}}`{mark}", "\u2028{run}//{mark}", "＜script {mark}＞{run}＜/script＞",
    "<scr<script>ipt {mark}>{run}</script>", "<<script {mark}>{run}//<</script>", "\u202e<img {mark} src=x onerror={run}>",
    "<!--><img {mark} src=x onerror={run}>-->", "<![CDATA[<img {mark} src=x onerror={run}>]]>", "<?{mark} {run}?>",
    "expression({run}){mark}", "url(javascript:{run}){mark}", "</{mark}><script {mark}>{run}</script>",
]  # fmt: skip
SHORT = ["<{mark}>", "'>{mark}", '">{mark}', "<b {mark}", "{mark}=x'", '"{mark}="']
"""For fields of few characters: they run nothing, but their mark would stand in the markup."""


def _made() -> list[str]:
    numbers = count(1)

    def filled(shape: str, run: str, event: str = "") -> str:
        return shape.format(mark=f"zq{next(numbers)}z", run=run, event=event)

    short = [filled(shape, "") for shape in SHORT]
    tags = [
        out + filled(tag, RUNS[turn % len(RUNS)]) for turn, (out, tag) in enumerate(product(BREAKS, TAGS))
    ]  # fmt: skip
    attributes = [
        filled(shape, run, event) for shape, event, run in product(INSIDE, EVENTS, RUNS[:2])
    ]
    return [
        *short,
        *tags,
        *attributes,
        *(filled(shape, run) for shape in ELSEWHERE for run in RUNS[:2]),
    ]


PAYLOADS = _made()
KINDS = {
    "picture": '<img src="http://127.0.0.1:{port}/x">',
    "sheet": '<link rel=stylesheet href="http://127.0.0.1:{port}/x">',
    "attachment": '<link rel=attachment href="file:///etc/passwd">',
    "import": "<style>@import url(http://127.0.0.1:{port}/x);</style>",
    "background": '<b style="background:url(file:///etc/passwd)">',
    "font": "<style>@font-face{{src:url(file:///etc/passwd)}}</style>",
    "frame": '<iframe src="file:///etc/passwd"></iframe>',
    "object": '<object data="file:///etc/passwd"></object>',
    "drawing": '<svg><image href="http://127.0.0.1:{port}/x"/></svg>',
    "base": '<base href="http://127.0.0.1:{port}/"><img src=x>',
    "refresh": "<meta http-equiv=refresh content='0;url=//127.0.0.1:{port}'>",
    "script": '"><script src="http://127.0.0.1:{port}/x"></script>',
}
"""What a paper might fetch, if it were taken for markup; the port is that of a listener."""
INJECTED = [
    text.format(end=end)
    for end in ("\r\n", "\n", "\r", "\u2028", "\x0b", "\x85", "\x00\r\n")
    for text in (
        "a{end}Bcc: x@zq.example", "{end}{end}<script>alert(1)</script>", "a{end}Content-Type: text/html{end}{end}<b>",
        "a{end}.{end}MAIL FROM:<x@zq.example>", '"{end} <x@zq.example>, "',
    )
]  # fmt: skip
"""Lines that might end a header and begin another."""
FORMULAS = [
    f"{start}{rest}"
    for start in ("=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", "＋", "－", "＠")
    for rest in ("cmd|'/C calc'!A0", 'HYPERLINK("http://zq.example","x")', "SUM(A1:A9)*1")
]
MARK = re.compile(r"zq\d+z")
GOES = {"href", "src", "action", "formaction", "data", "srcdoc", "style", "xlink:href", "content"}
"""Attributes in which an address or a style can do something."""
DOES = re.compile(r"^[\x00-\x20]*(java\s*script|vbscript|data):", re.IGNORECASE)


class _Reader(HTMLParser):
    """Reads a page as a browser would, and keeps what a mark has become beside text and plain values."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.said: set[str] = set()
        self.open = ("", "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at the tag's name, its attributes' names, and where these could do something."""
        self.open = (tag, dict(attrs).get("type") or "")
        if MARK.search(tag):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            said = value or ""
            self.said |= set(MARK.findall(said))
            acts = name.startswith(("on", "hx-on")) or name in {"srcdoc", "style"}
            leads = name in GOES and DOES.match(said) and not said.startswith("data:image/")
            if MARK.search(name) or (MARK.search(said) and (acts or leads)):
                self.found.append(f"<{tag} {name}={said[:80]!r}>")

    def handle_endtag(self, tag: str) -> None:
        """A mark in the name of an end tag came from a text, too."""
        self.open = ("", "")
        if MARK.search(tag):
            self.found.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Text is where a mark belongs, but not that of a script or a style."""
        tag, kind = self.open
        if MARK.search(data) and (tag == "style" or (tag == "script" and "json" not in kind)):
            self.found.append(f"in <{tag}>: {data[:80]!r}")
        self.said |= set(MARK.findall(data))

    def handle_comment(self, data: str) -> None:
        """No text of a person stands in a comment."""
        self.found += MARK.findall(data)

    handle_decl = unknown_decl = handle_pi = handle_comment


def intruders(html: str) -> tuple[list[str], set[str]]:
    """What of the markup came from a text, which must be nothing; and the marks that stand as text."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found, reader.said
