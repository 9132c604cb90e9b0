"""The demo's debtors: invented names, addresses and numbers."""

from datetime import date
from typing import NamedTuple

from common.positions import text_of

NAMES = [
    "王海燕", "李建军", "张秀英", "刘洋", "陈志强", "杨丽娟", "黄伟明", "赵春梅", "吴国栋", "周小燕",
    "徐文斌", "孙玉兰", "马俊杰", "朱慧敏", "胡永康", "郭晓东", "何美玲", "林志远", "罗秋菊", "高建平",
    "梁婷婷", "宋德福", "郑雅琴", "谢长河", "韩冬梅", "唐克勤", "冯月娥", "于海波", "董春生", "萧静怡",
    "程国华", "曹雨薇", "袁振宇", "邓桂芳", "许家豪", "傅红霞", "沈一鸣", "曾丽萍", "彭光明", "吕思源",
    "苏晓棠", "卢文静", "蒋大伟", "蔡美凤", "贾平凡", "丁香玉", "魏长青", "薛宝珍", "叶知秋", "阎立新",
    "余声远", "潘玉莲", "杜鹃", "戴安民", "夏雨荷", "钟灵秀", "汪洋", "田野", "任重远", "姜子涵",
]  # fmt: skip
STREETS = {
    "杭州": [("西湖区", "翠苑街道 3 幢 2 单元 501 室"), ("拱墅区", "大关东苑 12 幢 303 室"),
             ("滨江区", "长河路 88 号 7 幢 1201 室"), ("上城区", "清泰街 45 号 602 室")],
    "成都": [("锦江区", "东大街 56 号 2 栋 9 楼 3 号"), ("武侯区", "科华中路 9 号 1 栋 1602"),
             ("青羊区", "宽巷子南里 7 号"), ("成华区", "建设路 26 号 5 栋 804")],
}  # fmt: skip


MIDDLES = {
    "杭州": [(30277, 120125), (30320, 120155), (30190, 120195), (30247, 120175)],
    "成都": [(30655, 104090), (30630, 104060), (30670, 104050), (30675, 104110)],
}  # fmt: skip
"""About the middles of the districts in ``STREETS``, latitude and longitude in thousandths of a degree."""
NOWHERE = 5
"""Of every so many debtors one has an address of which nobody has said where it lies."""


def position_of(city: str, n: int) -> str:
    """A made-up place in the district of debtor n, as ``common.positions`` keeps it; "" for some."""
    if n % NOWHERE == 0:
        return ""
    lat, lon = MIDDLES[city][n % 4]
    north, east = (n * 37) % 21 - 10, (n * 53) % 23 - 11  # within a kilometre or so
    return text_of(f"{(lat + north) / 1000:.3f}", f"{(lon + east) / 1000:.3f}")


class Abroad(NamedTuple):
    """Where a debtor lives who has left the country."""

    country: str
    region: str
    zone: str
    city: str
    street: str
    postcode: str


ABROAD = {
    "London": ("GB", "ENG", "Europe/London", "London", "17 Example Street, Flat 4", "E1 0AA"),
    "Singapore": ("SG", "", "Asia/Singapore", "Singapore", "Block 12 Example Road #05-101", "050012"),
}  # fmt: skip


def id_number(n: int) -> str:
    """An invented ID number whose check digit is right."""
    base = f"3301{6 + n % 3:02d}{born_on(n):%Y%m%d}{100 + n:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return base + "10X98765432"[sum(int(d) * w for d, w in zip(base, weights, strict=True)) % 11]


def born_on(n: int) -> date:
    """An invented date of birth, of a grown-up."""
    return date(1965 + (n * 7) % 35, 1 + n % 12, 1 + (n * 5) % 28)
