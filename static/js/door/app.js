// The door on a phone: who is here, the list of visits, the bar of what waits, and the presses of every screen.
import { complete, Recording, wordOf } from "./capture.js";
import { Refused } from "./pack.js";
import { Full, Store } from "./store.js";
import { SignedOut, Sync } from "./sync.js";
import * as tools from "./tools.js";
import { all, ask, BackKey, busy, card, day, draw, one, say, sayCount, show, span, time, turnLight } from "./ui.js";
import { Visit } from "./visit.js";

const page = document.body.dataset;
const SEND_EVERY = 30_000;
const language = document.documentElement.lang;

class App {
  constructor(store) {
    this.store = store;
    this.visit = null; // the one that is open
    this.listed = [];
    this.recording = null;
    this.lent = [];
    this.outcome = "";
    this.backKey = new BackKey(() => this.back());
    this.sync = new Sync(store, { keys: JSON.parse(one("#door-key").textContent), changed: () => this.changed() });
  }

  get user() {
    return this.store.session.user;
  }

  // ---------------------------------------------------------------- who is here

  /** Finds out who is signed in: from the office, or from what this phone still holds the key of. */
  async start() {
    await this.sync.readClock();
    if (!(await this.#signedIn())) return this.locked();
    await complete(this.store);
    const open = (await this.store.get("notes", "open").catch(() => null))?.visit;
    this.listed = (await this.store.get("visits")) || [];
    const visit = open && (await Visit.open(this, open).catch(() => null));
    if (visit && (visit.entered || visit.note.third)) {
      this.visit = visit;
      await visit.render();
    } else await this.home();
    this.send();
    return undefined;
  }

  async #signedIn() {
    const resumed = await this.store.resume(this.sync.now());
    // With a key at hand nobody waits for the office; without one there is nothing to show before it answers.
    if (resumed) {
      this.#meet();
      return true;
    }
    try {
      await this.sync.hello(15_000);
      return true;
    } catch (error) {
      await this.#away(error);
      return false;
    }
  }

  /** Asks the office who is signed in and what time it is, while all goes on. */
  async #meet() {
    const before = this.store.owner;
    await this.sync.hello().then(() => this.store.owner !== before && location.reload(), (error) => this.#away(error));
  }

  /** The phone was put away and is looked at again. */
  async woken() {
    if (this.store.session) await this.#meet();
    this.send();
  }

  async #away(error) {
    if (!(error instanceof SignedOut)) return;
    await this.#stopAll();
    await this.store.lock();
    this.locked();
  }

  /** Nobody is signed in: nothing can be read, what waits stays sealed. */
  locked() {
    this.visit = null;
    this.listed = [];
    const section = draw("locked");
    one("a", section).hidden = !navigator.onLine;
    one("[data-offline]", section).hidden = navigator.onLine;
    this.frame(null, "locked");
    show(section);
  }

  async signOut() {
    let waiting = await this.waiting();
    while (waiting) {
      const answer = await tools.reallySignOut(waiting);
      if (!answer) return;
      if (answer === "out") break;
      await this.sync.run();
      const left = await this.waiting();
      if (left === waiting) card(say("no_signal"), "amber");
      waiting = left;
    }
    await this.#stopAll();
    await this.store.lock();
    await this.sync.ask(page.signOut, { method: "POST" }).catch(() => {});
    location.replace(page.signIn);
  }

  async #stopAll() {
    this.takeBack();
    await this.stopRecording();
  }

  async waiting() {
    return (await this.#answers()).length + (await this.store.files()).filter((file) => !file.refused).length;
  }

  /** The answers that the office does not have. */
  async #answers() {
    return (await this.store.items()).filter((row) => !row.held);
  }

  // ---------------------------------------------------------------- the list

  /** Today's visits. */
  async home() {
    this.open(null);
    await this.#list();
    try {
      this.listed = await this.sync.visits();
    } catch {
      return; // the list that is kept here is still shown
    }
    if (!this.visit && one("#screen > [data-screen=list]")) await this.#list();
  }

  async #list() {
    const section = draw("list");
    section.dataset.screen = "list";
    const now = this.sync.now();
    const box = one("[data-days]", section);
    let last = "";
    for (const visit of this.listed.filter((one) => one.mine)) {
      const zone = visit.zone || "Asia/Shanghai";
      const on = day(visit.starts_at, zone);
      if (on !== last) box.append(draw("day", { day: on === day(now, zone) ? say("today", { day: on }) : on }));
      last = on;
      one("ul:last-of-type", box.lastElementChild).append(await this.#row(visit, zone, now));
    }
    one("[data-none]", section).hidden = Boolean(last);
    one("[data-do=take-all]", section).hidden = !last;
    this.frame(null, "list");
    show(section);
  }

  async #row(visit, zone, now) {
    const kept = await this.store.get("packs", visit.reference).catch(() => null);
    const good = kept && new Date(kept.body.good_until) > now;
    const stale = kept && visit.stamp !== kept.body.stamp;
    const row = draw("row", {
      when: `${time(visit.starts_at, zone)}–${time(visit.ends_at, zone)}`,
      who: visit.debtor,
      where: visit.place,
      state: visit.state_label || "",
      taken: !kept ? say("not_taken") : !good ? say("pack_old_short") : say(stale ? "taken_stale" : "taken_until", { until: time(kept.body.good_until, zone, now) }),
    });
    one("[data-text=taken]", row).classList.add(good && !stale ? "tone-green" : "tone-amber");
    one("button", row).dataset.visit = visit.reference;
    const map = one("[data-map]", row);
    map.hidden = !visit.map;
    if (visit.map) map.href = visit.map;
    return row;
  }

  visitOf(reference) {
    return this.listed.find((one) => one.reference === reference);
  }

  /** Takes everything along for all of today's visits that the office still awaits. */
  async takeAll() {
    await navigator.storage?.persist?.();
    let said = null;
    try {
      this.listed = await this.sync.visits();
      for (const visit of this.listed.filter((one) => one.mine && ["announced", "noticed", "started"].includes(one.state)))
        await this.sync.takeAlong(visit.reference, language);
    } catch (error) {
      said = this.#why(error);
    }
    await this.#list();
    card(said || say("all_taken"), said ? "amber" : "green");
  }

  #why(error) {
    if (error instanceof Refused) return say(error.say, error.given);
    if (error instanceof Full) return say("full");
    if (error instanceof SignedOut) return say("signed_out");
    return say("no_signal_pack");
  }

  /** Opens a visit, with a fresh pack where the office has something newer. */
  async enter(reference) {
    const listed = this.visitOf(reference);
    const kept = await this.store.get("packs", reference).catch(() => null);
    const waits = (await this.store.items(reference)).length;
    const stale = !kept || kept.body.stamp !== listed?.stamp || kept.language !== language || new Date(kept.body.good_until) <= this.sync.now();
    let said = null;
    if (stale && !waits && navigator.onLine)
      await this.sync.takeAlong(reference, language).catch((error) => (said = this.#why(error)));
    const visit = await Visit.open(this, reference);
    if (!visit) return card(said || say("not_taken_open"), "amber");
    this.open(visit);
    if (visit.entered || visit.note.third) await visit.render();
    else await tools.open(visit, "overview");
    return said && kept && card(said, "amber");
  }

  /** Which visit is open; kept, so that the phone comes back to it. */
  open(visit) {
    this.visit = visit;
    document.body.classList.remove("is-third");
    const kept = this.store.session ? this.store.write({ put: [["notes", ["open"], { visit: visit?.reference ?? "" }]] }) : null;
    kept?.catch(() => {});
  }

  // ---------------------------------------------------------------- the frame of a screen

  /** What stands around a screen: whose door, the dots, the foot; the first two are the screen's own if it has them. */
  frame(visit, name, { where = null, dots = null } = {}) {
    const third = document.body.classList.contains("is-third");
    const head = one("#where");
    head.replaceChildren(...(third ? [] : where ? [...where.childNodes] : [this.#where(visit)].filter(Boolean)));
    one("#dots").replaceChildren(...(dots && !third ? [dots] : []));
    one("[data-do=back]").hidden = !visit || third;
    this.backKey.watch(visit && !third);
    one("[data-do=menu]").hidden = third || !this.store.session;
    one("#foot").hidden = !visit || ["sos", "sos-sent"].includes(name) || !visit.entered;
    if (visit) this.#foot(visit);
    this.bar();
  }

  #where(visit) {
    if (!this.store.session) return null;
    if (!visit) return draw("where", { who: this.user.name, when: say("badge", { badge: this.user.badge }) });
    const listed = this.visitOf(visit.reference);
    const { window } = visit.pack;
    return draw("where", { who: listed?.debtor ?? "", when: `${time(listed?.starts_at || window.ring_from, visit.zone)}–${time(window.ends_at, visit.zone)}` });
  }

  #foot(visit) {
    // Whoever says no and whoever sends the officers away mean the same here, and nobody should look for a second button.
    const own = { refused: say("foot_refused") };
    const label = (name) => own[name] ?? visit.pack.ways.find((way) => way.name === name)?.label ?? "";
    const third = document.body.classList.contains("is-third");
    for (const button of all("#foot [data-way]")) {
      button.hidden = visit.over || third;
      one("span", button).textContent = label(button.dataset.way);
    }
    one("#foot [data-do=third]").hidden = visit.over || third;
    one("#foot [data-tool=more]").hidden = third;
    one("#foot [data-do=third] span").textContent = label("someone-else");
  }

  /** Everything of the visit leaves the screen, the head and the dialogs, at once. */
  cover() {
    this.backKey.watch(false);
    document.body.classList.add("is-third");
    for (const part of ["#where", "#dots", "#card", "#screen"]) one(part).replaceChildren();
    if (one("#ask").open) one("#ask").close();
    all("#foot button:not([data-tool=sos])").forEach((button) => (button.hidden = true));
    this.takeBack();
  }

  /** A file of the store lent to the page; taken back when the screen is covered. */
  lend(blob) {
    this.takeBack();
    const address = URL.createObjectURL(blob);
    this.lent.push(address);
    return address;
  }

  takeBack() {
    this.lent.splice(0).forEach((address) => URL.revokeObjectURL(address));
  }

  card(words) {
    card(words, "amber");
  }

  // ---------------------------------------------------------------- what waits

  async send() {
    if (!this.store.session) return undefined;
    if (!(await this.store.count("items")) && !(await this.store.count("files"))) return this.bar();
    this.outcome = "";
    this.outcome = await this.sync.run();
    if (this.outcome === "signed out") await this.#away(new SignedOut());
    return this.bar();
  }

  async changed() {
    await this.bar();
    if (this.visit) await this.visit.refresh().catch(() => {});
  }

  /** "Kept on this phone: 3 of 7 sent." */
  async bar() {
    const box = one("#sync");
    box.hidden = !this.store.session;
    if (!this.store.session) return;
    const [{ length: answers }, files, receipts] = await Promise.all([this.#answers(), this.store.files(), this.store.all("receipts")]).catch(() => [[], [], []]);
    const sent = receipts.filter((row) => row.value.what !== "answer" && row.value.state !== "dropped").length;
    const stuck = receipts.filter((row) => ["refused", "conflict"].includes(row.value.state)).length;
    const parts = [];
    if (files.length) parts.push(say("kept_sent", { sent, kept: sent + files.length }));
    if (answers) parts.push(sayCount("answers_wait", answers));
    if (!parts.length) parts.push(say(navigator.onLine ? "all_sent" : "all_sent_offline"));
    else if (parts.length < 2 && (!navigator.onLine || this.outcome === "no answer")) parts.push(say("waits_for_signal"));
    one("[data-says]", box).textContent = parts.join(" · ");
    box.classList.toggle("is-waiting", files.length + answers > 0);
    one("[data-do=send]", box).hidden = files.length + answers === 0;
    const office = one("[data-do=office]", box);
    office.hidden = !stuck || !this.visit || Boolean(this.visit.note.third) || files.length + answers > 0;
    this.#beat();
  }

  /** How the phone's clock stands, in words. */
  driftWords() {
    const { drift, known } = this.sync.clock;
    if (!known) return say("drift_unknown");
    const size = Math.abs(drift);
    if (size < 2) return say("drift_none");
    const amount = size < 120 ? say("seconds", { n: size }) : size < 7200 ? say("minutes", { n: Math.round(size / 60) }) : size < 172_800 ? say("hours", { n: Math.round(size / 3600) }) : say("days", { n: Math.round(size / 86_400) });
    return say(drift > 0 ? "drift_ahead" : "drift_behind", { amount });
  }

  /** A moment of the office's on this phone's clock, in milliseconds; and the other way. */
  deviceTime(moment) {
    return moment.getTime() + this.sync.clock.drift * 1000;
  }

  officeTime(moment) {
    return new Date(new Date(moment).getTime() - this.sync.clock.drift * 1000);
  }

  // ---------------------------------------------------------------- sound and safety

  async record() {
    const visit = this.visit;
    if (this.recording || !visit?.allows("recording") || !visit.underWay) return;
    const recording = new Recording(this.store, () => new Date(), (why) => {
      this.recording = null;
      one("#recording").hidden = true;
      if (why && !document.body.classList.contains("is-third")) card(say(`recording_${wordOf(why)}`), "amber");
      this.send();
    });
    try {
      this.recording = recording;
      await recording.start(visit.reference);
    } catch (error) {
      this.recording = null;
      return card(say(wordOf(error)), "amber");
    }
    this.#beat();
    await visit.render();
  }

  async stopRecording() {
    await this.recording?.stop();
  }

  /** Each second: the red bar's time, the safety check-in. */
  #beat() {
    const bar = one("#recording");
    bar.hidden = !this.recording?.file;
    if (this.recording?.file) one("[data-time]", bar).textContent = span(this.recording.seconds);
    const due = this.visit && !document.body.classList.contains("is-third") ? this.visit.checkInDue : null;
    const asks = one("#all-well");
    const late = due && Date.now() >= due;
    if (late && asks.hidden) navigator.vibrate?.([300, 150, 300]);
    asks.hidden = !late;
  }

  tick() {
    this.#beat();
    this.sync.tick();
    this.visit?.tick();
  }

  // ---------------------------------------------------------------- presses

  async pressed(button) {
    const { visit: reference, way, tool, page: name, paper, do: act } = button.dataset;
    if (reference) return busy(button, () => this.enter(reference));
    if (way) return busy(button, () => this.visit.leave(way));
    if (tool) return tools.open(this.visit, tool, { page: name, paper });
    return busy(button, () => this.#acts[act]?.());
  }

  #acts = {
    back: () => this.back(),
    home: () => this.home(),
    send: () => this.send(),
    office: () => tools.open(this.visit, "office"),
    "take-all": () => this.takeAll(),
    door: async () => {
      await this.visit.keepNote({ entered: true });
      await this.visit.render();
    },
    third: () => this.visit.hide(),
    "left-behind": () => this.visit.leftBehind(),
    "to-question": () => this.visit.render(),
    record: () => this.record(),
    "stop-recording": () => this.stopRecording(),
    "all-well": () => this.visit.checkIn(),
    menu: () => this.menu(),
  };

  /** One step back: from a paper to the papers, from what is read to the visit, from the visit to the list. */
  back() {
    const { visit } = this;
    if (!visit?.overlay || visit.overlay === "overview") return this.home();
    if (visit.overlay === "paper") return tools.open(visit, "papers");
    return visit.entered ? visit.render() : tools.open(visit, "overview");
  }

  async menu() {
    const other = language === "en" ? "zh-hans" : "en";
    const answer = await ask(this.user.name, this.driftWords(), [
      ...(this.visit ? [{ value: "home", label: say("your_visits") }] : []),
      { value: "language", label: say("other_language") },
      { value: "theme", label: say("light_or_dark") },
      { value: "plain", label: say("plain_pages") },
      { value: "out", label: say("sign_out") },
      { value: "", label: say("close") },
    ]);
    if (answer === "home") await this.home();
    if (answer === "out") await this.signOut();
    if (answer === "plain") location.assign(page.plain);
    if (answer === "theme") turnLight();
    if (answer === "language") await this.#speak(other);
  }

  async #speak(other) {
    try {
      const body = new URLSearchParams({ language: other, next: location.pathname });
      await fetch(page.language, { method: "POST", body, headers: { "X-CSRFToken": this.sync.csrf }, redirect: "manual" });
      location.reload();
    } catch {
      card(say("no_signal_pack"), "amber");
    }
  }
}

// ---------------------------------------------------------------- listening

function listen(app) {
  let typing = 0;
  document.addEventListener("submit", (event) => {
    if (event.target.method === "dialog") return;
    event.preventDefault();
    app.visit?.submitted(event.target, event.submitter);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do], [data-tool], [data-way], [data-visit]");
    if (!button || button.matches("section") || button.disabled) return;
    if (button.matches("a")) event.preventDefault();
    app.pressed(button);
  });
  document.addEventListener("change", (event) => event.target.matches("[data-capture]") && tools.captured(app.visit, event.target));
  document.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => app.visit?.keepDraft(), 300);
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? app.visit?.keepDraft() : app.woken()));
  addEventListener("online", () => {
    app.sync.slowUntil = 0;
    app.send();
  });
  addEventListener("offline", () => app.bar());
  setInterval(() => document.hidden || app.send(), SEND_EVERY);
  setInterval(() => app.tick(), 1000);
}

async function begin() {
  navigator.serviceWorker?.register(page.worker, { scope: "/door/app/" }).catch(() => {});
  const app = new App(await Store.open());
  listen(app);
  await app.start();
  document.documentElement.dataset.ready = "1";
}

begin();
