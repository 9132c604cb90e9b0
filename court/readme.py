"""The page that a clerk of the court reads first, in plain words of both languages."""

import hashlib
from pathlib import Path
from typing import Any

from common.clock import HOUSE_ZONE, local
from court.models import Bundle

VERIFIER = Path(__file__).parent / "verify.py"
_WHY_ZH = {
    "quarantined": "取得时缺少所需的同意，已隔离，任何人不得查看",
    "restricted": "涉及特别保护的信息，申请人无权查看",
    "redacted": "本包为遮盖本，文件内容无法逐项遮盖，故不附",
    "erased": "保存期限已届满，已依规则删除；摘要与删除证明编号见时间线",
    "damaged": "本机所存文件已与收存时的摘要不符，故不附",
}
_WHY_EN = {
    "quarantined": "taken without the consent that it needed; in quarantine and shown to nobody",
    "restricted": "specially protected; whoever asked for this bundle may not see it",
    "redacted": "this copy is redacted, and nothing can be blacked out inside a file",
    "erased": "deleted by rule because its term was over; the timeline tells its digest and the certificate",
    "damaged": "the stored file no longer has the digest with which it was taken in",
}

_ZH = """案卷包 {number}
案件 {case}

一、这是什么
本文件夹是一起上门催收案件的完整记录：从立案到第 {events} 个事件为止的时间线、案内文件、每次决定所
依据的规则原文，以及用来核对这些内容的签名。制作时间 {made_at}，制作人 {made_by}。
用途：{reason}
{redacted}
  timeline-zh.pdf      时间线（供阅读）
  timeline.jsonl       时间线（供核对，每行一个事件）
  documents/           案内文件与证据，共 {inside} 份
  decisions.jsonl      每次由规则作出的决定：已知事实、结论、规则版本
  rules/               上述决定所依据的规则包原文
  anchors/             覆盖本案的每日签名存证，共 {anchors} 日
  keys/                核对用的公钥与证书；各自签署什么、何时启用，见 keys/README.txt
  manifest.json        以上全部文件的清单；manifest.sig 是对清单的签名
  verify.py            核对程序

二、怎样核对（三行）
  1. 在一台装有 Python 3.8 以上版本和 openssl 的电脑上解压本包（不需要联网）。
  2. 在解压后的文件夹中运行：python3 -I verify.py
  3. 看最后一行：“一致”，或逐条指出何处被改动。
运行前请把下面两个数值与制作单位公布的数值比对（例如电话核实）：
  签名公钥指纹  {fingerprint}
  verify.py 摘要 {verifier}

三、它能证明什么
自清单签名之后，没有任何文件被改动、增加、删除；时间线中没有事件被修改、删除、插入、调换次序，
末尾也没有被截去；每份文件与其收存时所记录的摘要相同。
加盖电子印章的文件（共 {sealed} 份），其印章完整且属于 keys/ 中的证书；带往门前的资料（共 {packs} 份）
由制作单位签名，且与时间线所记录的相同。
遮盖之处仍受同一签名保护：遮盖不影响核对，日后出示原文，可与其摘要逐项比对。

四、它不能证明什么
- 不能证明所录入的内容属实。它只能证明记录此后没有改动。
- 没有第三方时间戳时，不能对第三方证明时间。每日存证由制作单位自行签名；只有在存证当日已寄出并由
  他人保存的情况下，才能以他人所存者为准。
- 不能防范签名私钥的持有人：持有私钥者可以另制一份同样能通过核对的案卷包。
- 不能证明案卷包之外没有其他材料。

五、未附的文件
{withheld}
{unkept}
"""
_EN = """BUNDLE {number}
Case {case}

1. What this is
This folder is the record of one case of debt collection by visit: its timeline up to event {events}, its
files, the text of the rules by which each decision was made, and the signatures that prove them.
Made at {made_at} by {made_by}.
What it is for: {reason}
{redacted}
  timeline-en.pdf      the timeline, to be read
  timeline.jsonl       the timeline, to be checked: one event a line
  documents/           the files and evidence of the case: {inside}
  decisions.jsonl      each decision of the rules: what was known, what was found, which version
  rules/               the text of these versions
  anchors/             the signed daily heads that cover this case: {anchors} days
  keys/                the public keys and certificates; keys/README.txt says what each signs and since when
  manifest.json        the list of all these; manifest.sig is the signature over it
  verify.py            the program that checks all this

2. How to check it, in three lines
  1. Unpack it on a computer with Python 3.8 or newer and openssl. No network is needed.
  2. In the unpacked folder run: python3 -I verify.py
  3. Read the last line: "OK", or what was changed and where.
Before you do, compare these two with what the maker has published, for instance by telephone:
  Fingerprint of the public key  {fingerprint}
  Digest of verify.py            {verifier}

3. What it proves
Since the manifest was signed no file was changed, added or removed; no event of the timeline was edited,
removed, inserted or moved, and none was cut off at the end; each file is the one whose digest was recorded
when it came in. The seals in {sealed} papers hold and are of the certificates in keys/; {packs} packs that
officers took along to the door are signed by the maker and are those that the timeline recorded.
What is blacked out is covered by the same signature: it does not stand in the way of
the check, and what stands behind it can be shown later and held against its digest.

4. What it does not prove
- Not that what was typed is true. Only that the record has not been changed since.
- Not the time, against a third party, where no third party has stamped it. The daily heads are signed by
  the maker itself; they count for as much as the copies that others received and kept at that time.
- Nothing against whoever holds the private key: the holder can make another bundle that passes the check.
- Not that nothing else exists outside this bundle.

5. Files that are not in it
{withheld}
{unkept}
"""


def text(bundle: Bundle, manifest: dict[str, Any]) -> str:
    """The page, Chinese first."""
    return "\n".join(
        [
            _filled(_ZH, bundle, manifest, zh=True),
            "-" * 78,
            _filled(_EN, bundle, manifest, zh=False),
        ]
    )


def _filled(page: str, bundle: Bundle, manifest: dict[str, Any], *, zh: bool) -> str:
    why, none = (_WHY_ZH, "没有。") if zh else (_WHY_EN, "None.")
    rows = [
        f"- {row['number']} {row['title']}: {why[row['withheld']]}\n  SHA-256 {row['sha256']}"
        for row in manifest["documents"]
        if "withheld" in row
    ]
    lost = [
        f"- {row['name']} {row['version']} {row['digest']}" for row in manifest["rules_not_kept"]
    ]
    if lost:
        says = (
            "下列规则版本已无原文留存：" if zh else "Of these versions of rules no text was kept:"
        )
        lost.insert(0, says)
    return page.format(
        number=bundle.number, case=bundle.case.reference, events=bundle.events,
        made_at=_moment(bundle, zh=zh), made_by=manifest["made_by"], reason=manifest["reason"],
        redacted=_taken_out(bundle, zh=zh) + _redacted(bundle, zh=zh), fingerprint=manifest["seal"]["fingerprint"],
        inside=sum("path" in row for row in manifest["documents"]),
        sealed=sum("seal" in row for row in manifest["documents"]), packs=len(manifest["packs"]),
        anchors=len(manifest["anchors"]), withheld="\n".join(rows) or none,
        verifier=verifier_digest(), unkept="\n".join(lost),
    )  # fmt: skip


def _moment(bundle: Bundle, *, zh: bool) -> str:
    clock = local(bundle.asked_at, HOUSE_ZONE)
    return f"{clock:%Y-%m-%d %H:%M}{'（北京时间）' if zh else ' (Beijing time)'}"


def _taken_out(bundle: Bundle, *, zh: bool) -> str:
    """Who asked to take it out of the house, and who agreed."""
    export = bundle.export
    if export is None:
        return ""
    second = export.approval.decided_by if export.approval else None
    if zh:
        agreed = f"批准人 {second}" if second else "已遮盖，依规则无须第二人批准"
        return f"导出编号 {export.number}：申请人 {export.asked_by}，{agreed}。\n"
    agreed = f"agreed to by {second}" if second else "redacted, so that no second person is needed"
    return f"Export {export.number}: asked for by {export.asked_by}, {agreed}.\n"


def _redacted(bundle: Bundle, *, zh: bool) -> str:
    if bundle.scope != Bundle.Scope.REDACTED:
        return ""
    names = {
        "id_numbers": ("证件号码", "ID numbers"), "phones": ("电话及账号", "telephone numbers and accounts"),
        "addresses": ("地址", "addresses"), "third_parties": ("第三人", "third parties"),
        "health": ("健康与特殊困难", "health and special care"),
        "words": ("人工填写的全部文字", "whatever somebody typed"),
    }  # fmt: skip
    said = [names[one][not zh] for one in bundle.hidden]
    if bundle.people:
        said.append(f"{len(bundle.people)} 名人员" if zh else f"{len(bundle.people)} named people")
    if zh:
        return f"本包为遮盖本。已遮盖：{'、'.join(said)}。理由：{bundle.hidden_why}\n"
    return f"This copy is redacted. Blacked out: {', '.join(said)}. Why: {bundle.hidden_why}\n"


def verifier_digest() -> str:
    """The digest of the program that checks, as it is published."""
    return hashlib.sha256(VERIFIER.read_bytes()).hexdigest()
