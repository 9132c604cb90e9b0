"""The house rules, policed: each test here is a rule that once cost somebody a week."""

import ast
import re
from collections import Counter
from pathlib import Path

from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver
from django_fsm import FSMField

from desk.context import PLACES
from visits.answering import QUESTIONS

ROOT = Path(__file__).resolve().parent.parent
OURS = [
    "people", "timeline", "documents", "notices", "workflow", "cases", "visits", "agreements", "banking",
    "outreach", "quality", "exports", "allocation", "retention", "privacy", "looking", "rulebook", "court", "desk", "demo", "api", "door", "portal", "access",
]  # fmt: skip
READ = {
    ".html",
    ".css",
    ".js",
    ".po",
    ".md",
    ".toml",
    ".txt",
}  # what people or programs read as it is
OPEN = {  # routes that need no sign-in, each with its reason
    "people:sign_in",  # it is the door
    "people:second_step",  # between the password and the desk
    "people:passkey",  # name and password in one
    "set_language",  # the door speaks two languages
    "portal:officer",  # whoever opens a door may ask who stands there
    "portal:officer_qr",
    "portal:messages",  # opened by a link and by what only the person knows
    "portal:message",
    "portal:message_file",
    "portal:leave",
    "portal:not_me",
    "portal:home",
    "portal:about",
    "portal:papers",
    "portal:paper",
    "portal:rights",
    "portal:meeting",
    "portal:confirm",
    "portal:move",
    "portal:refuse",
    "portal:one_way",
    "portal:sums",
    "portal:other_plan",
    "portal:ways",
    "portal:tell",
    "portal:tell_one",
    "portal:answers",
    "portal:short",
    "portal:data",
    "portal:data_one",
    "quality:followed",
    "portal:sign",  # likewise, by a link of its own
    "portal:sign_paper",
    "portal:visit",  # whoever opens a door may ask who stands there, and want to be left alone
    "portal:visit_code",
    "portal:visit_unexpected",
    "portal:visit_leave",
    "portal:visit_mine",
    "quality:complain_of_visit",  # whoever holds a visit's code may complain
    "quality:complain",  # and whoever is behind the link of a message
    "portal:check",  # whoever holds a paper may ask whether it is genuine
    "carrier",  # call-backs, shown to be the carrier's by their signature
    "provider_call",  # likewise, of payment providers
    "visits:feed",  # asked by a calendar program that holds a secret address: tests/visits/test_feed.py
    "healthz",  # asked by the load balancer
    "readyz",
    "api:case",  # machine clients hold a key instead
    "api:visits",
    "api:contacts",
    "api:payments",
    "door:hello",  # a phone is told in JSON to sign in: tests/door
    "door:visits",
    "door:pack",
    "door:still",
    "door:items",
    "door:key",
    "door:uploads",
    "door:upload",
}


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in OURS]


def our_files(*, under: str = "", ending: str = ".py") -> list[Path]:
    folders = [ROOT / under] if under else [ROOT / name for name in [*OURS, "common", "compliance"]]
    return [
        path
        for folder in folders
        for path in sorted(folder.rglob(f"*{ending}"))
        if "migrations" not in path.parts
    ]


def routes(
    patterns: list[URLPattern | URLResolver], space: str = ""
) -> list[tuple[str, URLPattern]]:
    found = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            found += routes(pattern.url_patterns, inner)
        else:
            found.append((f"{space}{pattern.name}", pattern))
    return found


class TestModels:
    def test_hold_no_float(self) -> None:
        floats = [
            f"{model.__name__}.{field.name}"
            for model in our_models()
            for field in model._meta.get_fields()
            if isinstance(field, models.FloatField)
        ]
        assert floats == []

    def test_constrain_every_choice_in_the_database(self) -> None:
        loose = []
        for model in our_models():
            checks = " ".join(
                str(constraint.condition)
                for constraint in model._meta.constraints
                if isinstance(constraint, models.CheckConstraint)
            )
            loose += [
                f"{model.__name__}.{field.name}"
                for field in model._meta.fields
                if field.choices and f"'{field.name}__in'" not in checks
            ]
        # A kind of Document is shown on a claim's paper; its own constraint narrows it further.
        assert loose == []

    def test_name_every_choice_that_the_constraint_names(self) -> None:
        parted = []
        for model in our_models():
            for constraint in model._meta.constraints:
                if not isinstance(constraint, models.CheckConstraint):
                    continue
                for name, values in re.findall(
                    r"'(\w+)__in', \[([^\]]*)\]", str(constraint.condition)
                ):
                    field = model._meta.get_field(name)
                    allowed = {value for value in re.findall(r"'([^']*)'", values) if value}
                    known = {str(value) for value, _label in field.choices or []}
                    if field.choices and not allowed <= known:
                        parted.append(f"{model.__name__}.{name}: {sorted(allowed - known)}")
        assert parted == []

    def test_protect_every_state_field(self) -> None:
        loose = [
            f"{model.__name__}.{field.name}"
            for model in our_models()
            for field in model._meta.fields
            if isinstance(field, FSMField) and not field.protected
        ]
        assert loose == []


class TestActions:
    def test_use_every_transition_and_only_through_steps(self) -> None:
        called = Counter(
            name
            for path in our_files()
            for name in re.findall(r"transition=\"(\w+)\"", path.read_text())
        )
        methods = {
            name
            for model in our_models()
            for name in dir(model)
            if hasattr(getattr(model, name, None), "_django_fsm")
        }
        assert methods - set(called) == set(), "a transition that no action uses"

    def test_never_set_a_state_by_update(self) -> None:
        guilty = [
            f"{path.relative_to(ROOT)}"
            for path in our_files()
            for call in re.findall(r"\.update\(([^)]*)\)", path.read_text())
            if re.search(r"\bstate=", call) and path.parts[-2] != "notices"
        ]
        assert guilty == []

    def test_never_read_the_clock_themselves(self) -> None:
        guilty = []
        for path in our_files():
            if path.name == "clock.py" and path.parent.name == "common":
                continue
            text = path.read_text()
            if re.search(r"datetime\.now\(|date\.today\(|timezone\.now\(|time\.time\(", text):
                guilty.append(str(path.relative_to(ROOT)))
        allowed = {"demo/moving.py"}  # reckons the offset of the demo's clock from the real one
        assert set(guilty) - allowed == set()

    def test_have_no_signals_between_our_apps(self) -> None:
        guilty = [
            str(path.relative_to(ROOT))
            for path in our_files()
            if re.search(r"@receiver|\.connect\(\s*\w+,\s*sender", path.read_text())
        ]
        assert guilty == []


class TestRoutes:
    def test_need_a_sign_in_all_but_a_named_few(self, client) -> None:
        open_routes = {
            name
            for name, pattern in routes(get_resolver().url_patterns)
            if not getattr(pattern.callback, "login_required", True)
            and not name.startswith("admin:")
        }
        assert open_routes == OPEN

    def test_have_names_without_ids(self) -> None:
        named = [name for name, _pattern in routes(get_resolver().url_patterns)]
        assert not [
            name for name in named if name.endswith(":None") and not name.startswith("admin:")
        ]


class TestFiles:
    def test_are_not_longer_than_five_hundred_lines(self) -> None:
        allowed = {"court/verify.py"}  # it is handed to a court and has to be one file alone
        long = {
            str(path.relative_to(ROOT))
            for path in our_files()
            if len(path.read_text().splitlines()) > 500
        }
        assert long - allowed == set()

    def test_hold_no_half_merged_text(self) -> None:
        """Nobody at a door should read which of two versions a page was put together from."""
        marks = re.compile(r"^(<{7} |>{7} )", re.MULTILINE)
        files = [*our_files(), *(ROOT / "tests").rglob("*.py")]
        for folder in ("templates", "static/css", "static/js", "locale", "docs"):
            files += [path for path in (ROOT / folder).rglob("*") if path.suffix in READ]
        assert not [str(path.relative_to(ROOT)) for path in files if marks.search(path.read_text())]

    def test_every_public_thing_says_what_it_is_for(self) -> None:
        silent = []
        for path in our_files():
            if path.name in {"apps.py", "urls.py", "admin.py", "__init__.py"}:
                continue
            silent.extend(
                f"{path.relative_to(ROOT)}:{node.name}"
                for node in ast.parse(path.read_text()).body
                if isinstance(node, ast.FunctionDef | ast.ClassDef)
                and not node.name.startswith("_")
                and not ast.get_docstring(node)
            )
        assert silent == []

    def test_no_file_holds_two_sides_of_a_merge(self) -> None:
        ours = [
            path for kind in ("html", "txt") for path in (ROOT / "templates").rglob(f"*.{kind}")
        ]
        ours += [path for kind in ("js", "css") for path in (ROOT / "static").rglob(f"*.{kind}")]
        mark = re.compile(r"^(<{7} |>{7} )", re.MULTILINE)
        assert [
            str(path) for path in ours if path.is_file() and mark.search(path.read_text())
        ] == []

    def test_every_template_is_used(self) -> None:
        named = "\n".join(path.read_text() for path in our_files()) + "\n".join(
            path.read_text() for path in (ROOT / "templates").rglob("*.html")
        )
        by_name = {f"visits/door/{question}.html" for question in QUESTIONS}  # one a question
        by_framework = {"403.html", "404.html", "500.html", "400.html", "403_csrf.html"}
        unused = [
            name
            for path in sorted((ROOT / "templates").rglob("*.html"))
            for name in [str(path.relative_to(ROOT / "templates"))]
            if name not in named and name not in by_name and path.name not in by_framework and not name.startswith("django/")
            and path.parent.name not in {"bootstrap5", "layout"}
        ]  # fmt: skip
        assert unused == []

    def test_no_script_writes_into_what_a_name_from_outside_leads_to(self) -> None:
        """Nor touches what all objects share (ASVS 15.3.6): a name may choose a place, not what lies below it."""
        told = re.compile(
            r"""[\w)\]]\[(?!["'`\d])[^\]\n]+\](?:\.\w+|\[[^\]\n]+\])+\s*[-+*/|&?]{0,2}=(?![=>])"""
            r"""|__proto__|\.prototype\b|setPrototypeOf|\bfor\s*\((?:const|let|var)\s+\w+\s+in\b"""
        )
        guilty = [
            f"{path.relative_to(ROOT)}: {found[0]}"
            for path in sorted((ROOT / "static" / "js").rglob("*.js"))
            for found in told.finditer(path.read_text())
        ]
        assert guilty == []
        for harm in (
            "facts[name].shown = at",
            "facts[name][part] ??= {}",
            "for (const k in given)",
        ):
            assert told.search(harm)


def test_each_place_of_the_menu_has_a_key_and_a_name_of_its_own() -> None:
    keys = [key for *_place, key in PLACES]
    assert sorted(keys) == sorted(set(keys))
    assert len({str(label) for _name, label, *_more in PLACES}) == len(PLACES)
