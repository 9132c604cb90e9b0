"""Countries and the parts of them that have rules of their own, by ISO 3166 code and by name; and clocks."""

from datetime import datetime

from common.clock import local

COUNTRIES: dict[str, tuple[str, str]] = {
    "CN": ("Mainland China", "中国内地"),
    "HK": ("Hong Kong", "中国香港"),
    "MO": ("Macao", "中国澳门"),
    "TW": ("Taiwan", "中国台湾"),
    "SG": ("Singapore", "新加坡"),
    "MY": ("Malaysia", "马来西亚"),
    "PH": ("Philippines", "菲律宾"),
    "ID": ("Indonesia", "印度尼西亚"),
    "TH": ("Thailand", "泰国"),
    "VN": ("Vietnam", "越南"),
    "IN": ("India", "印度"),
    "JP": ("Japan", "日本"),
    "KR": ("South Korea", "韩国"),
    "AU": ("Australia", "澳大利亚"),
    "NZ": ("New Zealand", "新西兰"),
    "AE": ("United Arab Emirates", "阿联酋"),
    "QA": ("Qatar", "卡塔尔"),
    "GB": ("United Kingdom", "英国"),
    "US": ("United States", "美国"),
    "CA": ("Canada", "加拿大"),
    "CH": ("Switzerland", "瑞士"),
    "NO": ("Norway", "挪威"),
    "AT": ("Austria", "奥地利"),
    "BE": ("Belgium", "比利时"),
    "BG": ("Bulgaria", "保加利亚"),
    "HR": ("Croatia", "克罗地亚"),
    "CY": ("Cyprus", "塞浦路斯"),
    "CZ": ("Czechia", "捷克"),
    "DK": ("Denmark", "丹麦"),
    "EE": ("Estonia", "爱沙尼亚"),
    "FI": ("Finland", "芬兰"),
    "FR": ("France", "法国"),
    "DE": ("Germany", "德国"),
    "GR": ("Greece", "希腊"),
    "HU": ("Hungary", "匈牙利"),
    "IE": ("Ireland", "爱尔兰"),
    "IT": ("Italy", "意大利"),
    "LV": ("Latvia", "拉脱维亚"),
    "LT": ("Lithuania", "立陶宛"),
    "LU": ("Luxembourg", "卢森堡"),
    "MT": ("Malta", "马耳他"),
    "NL": ("Netherlands", "荷兰"),
    "PL": ("Poland", "波兰"),
    "PT": ("Portugal", "葡萄牙"),
    "RO": ("Romania", "罗马尼亚"),
    "SK": ("Slovakia", "斯洛伐克"),
    "SI": ("Slovenia", "斯洛文尼亚"),
    "ES": ("Spain", "西班牙"),
    "SE": ("Sweden", "瑞典"),
    "ZZ": ("another country", "其他国家或地区"),
}
"""Those that a person can choose; ZZ stands for any other."""

REGIONS: dict[str, tuple[str, str]] = {
    "GB-ENG": ("England", "英格兰"),
    "GB-WLS": ("Wales", "威尔士"),
    "GB-SCT": ("Scotland", "苏格兰"),
    "GB-NIR": ("Northern Ireland", "北爱尔兰"),
    "US-MA": ("Massachusetts", "马萨诸塞州"),
    "US-NY": ("New York State", "纽约州"),
    "US-CA": ("California", "加利福尼亚州"),
}
"""Parts by name; any other goes by its code."""


ZONES: dict[str, tuple[str, str]] = {
    "Asia/Shanghai": ("Beijing time", "北京时间"),
    "Asia/Urumqi": ("Urumqi time", "乌鲁木齐时间"),
    "Asia/Hong_Kong": ("Hong Kong", "香港"),
    "Asia/Singapore": ("Singapore", "新加坡"),
    "Asia/Kuala_Lumpur": ("Kuala Lumpur", "吉隆坡"),
    "Asia/Manila": ("Manila", "马尼拉"),
    "Asia/Jakarta": ("Jakarta", "雅加达"),
    "Asia/Tokyo": ("Tokyo", "东京"),
    "Asia/Kolkata": ("India", "印度"),
    "Europe/London": ("London", "伦敦"),
    "Europe/Berlin": ("Berlin", "柏林"),
    "America/New_York": ("New York", "纽约"),
    "America/Los_Angeles": ("Los Angeles", "洛杉矶"),
}
"""What people call the clocks of a place; those of any other go by its city."""

ALONE = {"Asia/Shanghai", "Asia/Urumqi"}
"""Names that say all; beside any other stands how far its clocks are from UTC."""


def zone_names(zone: str, at: datetime | None = None) -> tuple[str, str]:
    """The zone in words, in English and Chinese, with its offset at that moment where people need it."""
    city = zone.rpartition("/")[2].replace("_", " ")
    en, zh = ZONES.get(zone, (city, city))
    if zone in ALONE:
        return en, zh
    zh = f"{zh} 时间" if zh.isascii() else f"{zh}时间"
    if at is None:
        return en, zh
    offset = local(at, zone).strftime("%z")
    offset = f"UTC{offset[:3]}:{offset[3:5]}"
    return f"{en}, {offset}", f"{zh}，{offset}"


def names_of(country: str, region: str = "", locality: str = "") -> tuple[str, str]:
    """The place in words, in English and Chinese, from the smallest part to the country."""
    en, zh = COUNTRIES.get(country, (country, country))
    part_en, part_zh = REGIONS.get(f"{country}-{region}", (region, region))
    if country == "ZZ":
        part_en = part_zh = region
    return (
        ", ".join(filter(None, [locality, part_en, en])),
        "".join(filter(None, [zh, part_zh, locality])),
    )
