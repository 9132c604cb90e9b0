"""An officer's phone with the app, and a thumb that presses what stands on it."""

import uuid
from typing import Any

from playwright.sync_api import Page, expect

from tests import make
from visits.models import Visit

DEVICE = uuid.UUID("0b0a6b5e-5a52-4f43-9a39-8b5a7a0f1c11")
NAME, FACT = "王海燕", "2427"
PLACE = {"latitude": 30.27415, "longitude": 120.15515, "accuracy": 18}
# The phone's clock can be moved on, as the product's own can; what is on the phone moves with it.
SHIFTED = """
(() => {
  const Real = Date;
  const now = () => Real.now() + Number(localStorage.getItem("test shift") || 0);
  globalThis.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(now()); }
    static now() { return now(); }
  };
})();
"""
# All that a thief of the phone's files would find, as one text.
DUMP = """
async () => {
  const out = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
  const words = (value) => {
    if (value instanceof ArrayBuffer) return new TextDecoder().decode(value);
    if (ArrayBuffer.isView(value)) return new TextDecoder().decode(value);
    if (value instanceof CryptoKey) return "a key";
    if (value && typeof value === "object") return Object.entries(value).map(([name, part]) => `${name}=${words(part)}`).join(";");
    return String(value);
  };
  const db = await new Promise((tell) => (indexedDB.open("doorstep-door").onsuccess = (event) => tell(event.target.result)));
  for (const name of db.objectStoreNames) {
    const store = db.transaction(name).objectStore(name);
    const all = (asked) => new Promise((tell) => (asked.onsuccess = () => tell(asked.result)));
    const [keys, rows] = await Promise.all([all(store.getAllKeys()), all(store.getAll())]);
    keys.forEach((key, index) => out.push(`${name} ${JSON.stringify(key)} ${name === "self" && key === "session" ? "SESSION KEPT" : words(rows[index])}`));
  }
  db.close();
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const answer = await cache.match(request);
      const kind = answer.headers.get("Content-Type") || "";
      out.push(request.url, /html|json|javascript/.test(kind) ? await answer.text() : "");
    }
  }
  return out.join("\\n");
}
"""


class Phone:
    """One officer's phone on the live server."""

    def __init__(
        self, open_page: Any, sign_in: Any, *, user: Any = None, width: int = 390, height: int = 844,
        language: str = "en", **more: Any,
    ) -> None:  # fmt: skip
        self.page: Page = open_page(
            width=width, height=height, language=language, has_touch=True, is_mobile=True,
            geolocation=PLACE, permissions=["geolocation", "microphone"], **more,
        )  # fmt: skip
        self.user = user or make.crew()[0]
        self.language = language
        self.page.add_init_script(SHIFTED)
        sign_in(self.page, self.user)

    # ------------------------------------------------------------ the phone itself

    def open(self) -> "Phone":
        """Open the app, as from the phone's home screen, and wait until it knows where it stands."""
        self.page.goto("/door/app/")
        return self.ready()

    def ready(self) -> "Phone":
        """Wait until the app has drawn something."""
        self.page.locator("html[data-ready]").wait_for()
        return self

    def installed(self) -> "Phone":
        """Wait until the app would open without a signal."""
        self.page.evaluate(
            """async () => {
              await navigator.serviceWorker.ready;
              while (!(await caches.match("/door/app/"))) await new Promise((go) => setTimeout(go, 50));
            }"""
        )
        return self

    def kill(self) -> "Phone":
        """Let the browser's page die at once, and open the app again."""
        dying, context = self.page, self.page.context
        self.page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.add_init_script(SHIFTED)
        dying.close(run_before_unload=False)
        return self.open()

    def no_signal(self) -> None:
        """Into the basement."""
        self.page.context.set_offline(True)

    def signal(self) -> None:
        """Up the stairs."""
        self.page.context.set_offline(False)

    def later(self, **by: float) -> None:
        """Let the phone's clock go on."""
        from datetime import timedelta

        milliseconds = timedelta(**by).total_seconds() * 1000
        self.page.evaluate(
            "(more) => localStorage.setItem('test shift', Number(localStorage.getItem('test shift') || 0) + more)",
            milliseconds,
        )

    # ------------------------------------------------------------ the thumb

    @property
    def screen(self) -> Any:
        """What stands on the screen."""
        return self.page.locator("#screen > section")

    def at(self, name: str) -> "Phone":
        """Wait for this screen."""
        expect(self.page.locator(f'#screen > section[data-screen^="{name}"]')).to_be_visible()
        return self

    @property
    def name(self) -> str:
        """Which screen it is."""
        return self.screen.get_attribute("data-screen") or ""

    def press(self, selector: str) -> None:
        """Press a button by a selector within the page."""
        self.page.locator(selector).first.click()

    def take_along(self) -> "Phone":
        """Take everything along."""
        self.press("[data-do=take-all]")
        expect(self.page.locator("#card .tone-green")).to_be_visible()
        return self

    def to_the_door(self, visit: Visit) -> "Phone":
        """Open a visit and go to its door."""
        self.press(f'[data-visit="{visit.reference}"]')
        self.at("overview")
        self.press("[data-do=door]")
        return self

    def answer(self, value: str) -> None:
        """Yes or no, or whatever the button's value is."""
        self.press(f'#screen button[value="{value}"]')

    def go_on(self) -> None:
        """The one big button."""
        self.press("#screen .door-thumb .btn-primary")

    # ------------------------------------------------------------ the order at a door

    def depart(self) -> None:
        """Two people, nothing that could frighten."""
        self.at("depart")
        self.page.locator('#screen input[name=people][value="2"]').check()
        self.page.locator('#screen input[name=props][value="no"]').check()
        self.go_on()

    def arrive(self) -> None:
        """Both are here, and ring."""
        self.at("arrive")
        for officer in make.crew():
            self.press(f'#screen button.tick[value="{officer.badge}"]')
            self.page.locator("#screen .tick.is-done", has_text=str(officer)).wait_for()
        self.go_on()

    def ask_to_record(self, answer: str = "yes") -> None:
        """Whether the conversation may be recorded; asked of whoever opens."""
        self.at("recording")
        self.answer(answer)

    def identify(self, name: str = NAME, fact: str = FACT) -> None:
        """Who stands there."""
        self.at("who")
        self.page.locator("#screen [name=name_said]").fill(name)
        self.page.locator("#screen [name=second_fact]").fill(fact)
        self.go_on()

    def show_credentials(self) -> None:
        """Both officers' credentials."""
        for officer in make.crew():
            self.at(f"credentials:{officer.badge}")
            self.go_on()

    def consents(self, *, entry: str = "yes", filming: str = "yes") -> None:
        """Willing to talk, coming in, filming."""
        self.at("willing")
        self.answer("yes")
        self.at("entry")
        self.answer(entry)
        if entry == "yes":
            self.at("filming")
            self.answer(filming)

    def show_papers(self, visit: Visit) -> None:
        """Each paper of the claim."""
        for paper in visit.case.papers.order_by("pk"):
            self.at(f"papers:{paper.pk}")
            self.go_on()

    def talk(self) -> None:
        """Open the talk and write down what was said."""
        self.at("talk_open")
        self.go_on()
        self.at("talk")
        self.page.locator("#screen [name=reason]").select_option("lost_work")
        self.page.locator("#screen [name=willingness]").select_option("ready")
        self.page.locator("#screen [name=statement]").fill("我想还，但要分期。")
        self.go_on()

    def end(self, outcome: str = "talked") -> None:
        """How it ended; they leave."""
        self.at("outcome")
        self.page.locator(f'#screen input[name=outcome][value="{outcome}"]').check()
        self.go_on()

    def attest(self) -> None:
        """Both confirm."""
        self.at("attest")
        for officer in make.crew():
            self.press(f'#screen button.tick[value="{officer.badge}"]')
            self.page.locator("#screen .tick.is-done", has_text=str(officer)).or_(
                self.page.locator('#screen > section[data-screen="done"]')
            ).first.wait_for()
        self.at("done")

    # ------------------------------------------------------------ what is kept

    def rows(self, name: str) -> int:
        """How many rows the phone keeps in one of its stores."""
        return int(
            self.page.evaluate(
                """(name) => new Promise((tell) => {
                  const asked = indexedDB.open("doorstep-door");
                  asked.onsuccess = () => {
                    const count = asked.result.transaction(name).objectStore(name).count();
                    count.onsuccess = () => { asked.result.close(); tell(count.result); };
                  };
                })""",
                name,
            )
        )

    def sent(self) -> "Phone":
        """Wait until nothing waits any more."""
        expect(self.page.locator("#sync")).not_to_have_class("door-kept is-waiting", timeout=30_000)
        expect(self.page.locator("#sync [data-do=send]")).to_be_hidden()
        return self
