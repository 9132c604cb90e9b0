"""The public keys of a bundle: what each of them signs and since when, and what lies here under it."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import Min, Q

from cases.models import Case
from court import seal
from court.models import Bundle
from documents.models import SEALED, Document, Seal
from door.models import Pack, PackKey
from door.signing import as_der_text
from timeline.models import Anchor

HOUSE = "keys/house.pem"
SIGNS = {
    "house": (
        "本包的清单（manifest.sig）与每日存证（anchors/）",
        "the manifest of this bundle (manifest.sig) and the daily heads (anchors/)",
    ),
    "paper": (
        "文件内的电子印章：已签署的还款协议、上门通知、上门回执、删除证明",
        "the seal inside papers: signed agreements, notices of a visit, slips of a visit, deletion certificates",
    ),
    "door": (
        "来访人员出发前下载到手机的上门资料（清单中的 packs）",
        "what officers take along to a door on their phones (the packs in the manifest)",
    ),
}
UNSIGNED = (
    "没有单独签名的：收据、信函、结清证明、归还收据等其他文件，纸质签署件的扫描件，规则原文。"
    "它们由时间线所记录的摘要和清单的签名保护。",
    "Without a signature of their own: receipts, letters, certificates and all other papers, scans of what was"
    " signed on paper, the text of the rules. The digests on the timeline and the signed manifest cover them.",
)


def _utc(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment else ""


def files_of(bundle: Bundle) -> list[tuple[dict[str, Any], bytes]]:
    """Each key of the bundle as the manifest tells of it, and its file."""
    case = bundle.case
    first = Anchor.objects.filter(signed_by=seal.fingerprint()).aggregate(Min("made_at"))
    since = min(filter(None, [first["made_at__min"], _first_bundle()]), default=bundle.asked_at)
    rows: list[tuple[dict[str, Any], bytes]] = [
        (_row("house", HOUSE, seal.fingerprint(), since), seal.public_pem())
    ]
    for one in _seals(case, bundle.asked_at):
        row = _row("paper", _of(one), one.fingerprint, one.valid_from, one.subject)
        ended = min(filter(None, [one.retired_at, one.valid_until]))
        rows.append(({**row, "until": _utc(ended)}, one.certificate.encode()))
    used = _packs(bundle).values("key_id")
    for key in PackKey.objects.filter(key_id__in=used):
        pem = key.pem.encode()
        rows.append(
            (_row("door", f"keys/door-{key.key_id}.pem", seal.print_of(pem), key.since), pem)
        )
    return rows


def _row(
    kind: str, path: str, fingerprint: str, since: datetime, subject: str = ""
) -> dict[str, Any]:
    return {
        "kind": kind, "path": path, "fingerprint": fingerprint, "subject": subject,
        "since": _utc(since), "until": "",
    }  # fmt: skip


def _first_bundle() -> datetime | None:
    asked: datetime | None = Bundle.objects.aggregate(Min("asked_at"))["asked_at__min"]
    return asked


def _of(one: Seal) -> str:
    return f"keys/seal-{one.fingerprint[:16]}.pem"


def _seals(case: Case, at: datetime) -> list[Seal]:
    """The certificates with which papers of this case may have been sealed."""
    whose = Q(organisation__in=filter(None, (case.creditor_id, case.agency_id)))
    known = Seal.objects.filter(whose | Q(organisation=None), made_at__lte=at)
    return list(known.order_by("made_at", "pk"))


def seal_on(document: Document, fingerprints: set[str], rows: list[dict[str, Any]]) -> str:
    """The key under whose seal this paper of ours is; "" where it bears none."""
    if document.kind not in SEALED:
        return ""
    mine = (one for one in rows if one["kind"] == "paper" and one["fingerprint"] in fingerprints)
    return next((str(one["path"]) for one in mine), "")


def _packs(bundle: Bundle) -> Any:
    taken = Pack.objects.filter(visit__case=bundle.case, issued_at__lte=bundle.asked_at)
    return taken.select_related("visit").order_by("issued_at", "pk")


def packs_of(bundle: Bundle, told: dict[str, list[int]]) -> list[dict[str, Any]]:
    """What officers took along to this debtor's door: digest, signature, and the event that tells of it."""
    return [
        {
            "visit": pack.visit.reference, "taken_at": _utc(pack.issued_at), "sha256": pack.sha256,
            "signature": as_der_text(pack.signature), "key": f"keys/door-{pack.key_id}.pem",
            "told_at": told.get(pack.sha256, []),
        }
        for pack in _packs(bundle)
    ]  # fmt: skip


def text(rows: list[dict[str, Any]], signed: dict[str, int]) -> str:
    """The same for a person to read; ``signed`` is how many things lie here under each key."""
    lines: list[str] = []
    for place, (title, words) in enumerate(
        [
            ("本包中的公钥与证书", ("签署对象", "启用", "停用", "指纹（SHA-256）", "本包中由其签署", "名称")),
            ("PUBLIC KEYS AND CERTIFICATES OF THIS BUNDLE", ("signs", "since", "until", "fingerprint (SHA-256)", "signed with it here", "name")),
        ]
    ):  # fmt: skip
        lines += [title, ""]
        for row in rows:
            told = [SIGNS[row["kind"]][place], row["since"][:16], row["until"][:16],
                    row["fingerprint"], str(signed.get(row["path"], 0)), row["subject"]]  # fmt: skip
            lines.append(row["path"])
            lines += [f"  {word}: {said}" for word, said in zip(words, told, strict=True) if said]
            lines.append("")
        lines += [UNSIGNED[place], "", "-" * 78, ""]
    return "\n".join(lines)
