"""All that has to be done between installing and serving, only where needed.

Run as `python -m config.prepare`: words compiled, database migrated, static files collected, demo loaded.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path


def compile_words(root: Path) -> None:
    """Compile each list of translations that is newer than what was made from it."""
    for words in sorted(root.glob("locale/*/LC_MESSAGES/*.po")):
        made = words.with_suffix(".mo")
        if not made.exists() or made.stat().st_mtime < words.stat().st_mtime:
            part = made.with_suffix(".mo.part")
            subprocess.run(["msgfmt", "--check-format", "-o", part, words], check=True)  # noqa: S603, S607 - our own files
            part.replace(made)


def fingerprint(files: Iterable[tuple[str, Path]]) -> str:
    """What changes when any of these files does."""
    told = hashlib.sha256()
    for name, path in sorted(files):
        status = path.stat()
        told.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return told.hexdigest()


def collect_static() -> None:
    """Collect, name by content and compress the static files when any of them changed."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    now = fingerprint(
        (name, Path(storage.path(name)))
        for finder in get_finders()
        for name, storage in finder.list([])
    )
    stamp = settings.STATIC_ROOT.with_name(f"{settings.STATIC_ROOT.name}.stamp")
    if stamp.exists() and stamp.read_text() == now:
        return
    print("Collecting the static files …", flush=True)  # noqa: T201 - said to who waits
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(now)


def migrate() -> None:
    """Bring the database to this code; costs one query when it is there already."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print("Making the database's tables …", flush=True)  # noqa: T201 - said to who waits
        call_command("migrate", interactive=False, verbosity=0)


def prepare_data() -> None:
    """The database's tables, and in the demo what stands in them."""
    from django.conf import settings
    from django.core.management import call_command

    from common.clock import now
    from rulebook.running import tend

    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True, mode=0o700)
    migrate()
    tend(at=now())
    if settings.ENV == "demo" and settings.DEMO_DATA:
        call_command("demo", "load")


def main(only_static: bool) -> int:
    """Do all of it, the static files beside the rest in a process of their own."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    root = Path(__file__).resolve().parent.parent
    beside = None
    if not only_static:
        compile_words(root)
        beside = subprocess.Popen([sys.executable, "-m", "config.prepare", "--static"], cwd=root)
    import django

    django.setup()
    if beside is None:
        collect_static()
        return 0
    try:
        prepare_data()
    finally:
        collected = beside.wait()
    return collected


if __name__ == "__main__":
    sys.exit(main("--static" in sys.argv))
