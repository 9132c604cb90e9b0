"""When the debtor sees something on a slow line: first paint of the own pages in Chromium, throttled to 2G.

Against a running site: ``python -m benchmarks.first_paint --url http://127.0.0.1:8000/m/TOKEN/ --answer 2427``. The line is
that of Chromium's own profile "Regular 2G": 300 ms, 250 kbit/s down, 50 up. Each page is opened as often as ``--rounds``
says, with nothing kept by the browser; told are the medians, beside the same without a brake.
"""

import argparse
from statistics import median
from typing import Any

from playwright.sync_api import sync_playwright

LINE = {"offline": False, "latency": 300, "downloadThroughput": 250_000 / 8, "uploadThroughput": 50_000 / 8}  # fmt: skip
OPEN = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
PAGES = ("", "home/", "about/", "meeting/", "sums/", "tell/")
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def painted(page: Any, wire: Any, address: str, line: dict[str, Any]) -> float:
    """Milliseconds from the press to the first words on the screen, nothing kept from before."""
    wire.send("Network.clearBrowserCache")
    wire.send("Network.emulateNetworkConditions", line)
    page.goto(address, wait_until="load")
    while not (
        first := page.evaluate(PAINT)
    ):  # the page's own policy lets nothing be watched for in it
        page.wait_for_timeout(20)
    return float(first)


def main() -> None:
    """Print a table: page, median first paint at 2G and without a brake, in ms."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="the link, with its token")
    parser.add_argument("--answer", required=True, help="what only that debtor knows")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    given = parser.parse_args()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=given.chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
        page = context.new_page()
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        rows = []
        for number, where in enumerate(PAGES):
            if number == 1:  # from here on behind the second fact
                page.locator("#answer").fill(given.answer)
                page.locator("#answer ~ button").first.click()
            slow, free = (
                median(painted(page, wire, given.url + where, line) for _ in range(given.rounds))
                for line in (LINE, OPEN)
            )
            rows.append((where or "the door", slow, free))
        browser.close()
    print("| page | 2G, ms | no brake, ms |\n| --- | --- | --- |")
    for where, slow, free in rows:
        print(f"| {where} | {slow:.0f} | {free:.0f} |")


if __name__ == "__main__":
    main()
