// One visit on this phone: which screen is next, what is answered, and the ways out.
import * as flow from "./flow.js";
import * as packs from "./pack.js";
import { position } from "./capture.js";
import * as tools from "./tools.js";
import { all, ask, busy, card, collect, draw, fragment, office, one, refill, say, show, span, time, typed, valid } from "./ui.js";
import { Full } from "./store.js";

const FRESH = { entered: false, third: false, left: "", checked_at: "", drafts: {} };
// With the phone's position go checking in, leaving and an SOS, and no other answer. Who has to go does not wait for it.
const PLACED = ["check-in", "sos", "outcome"];
const STILL_EVERY = 10_000;
const PATIENCE = { sos: 4000, way: 800, "third-party": 800 };

/** A visit that was taken along, and where it stands. */
export class Visit {
  /** Opens what was taken along; null where nothing was. */
  static async open(app, reference) {
    const kept = await app.store.get("packs", reference);
    if (!kept) return null;
    const visit = new Visit(app, reference);
    visit.note = { ...structuredClone(FRESH), ...(await app.store.get("notes", reference)) };
    await visit.refresh();
    return visit;
  }

  constructor(app, reference) {
    Object.assign(this, { app, reference, overlay: "", asked: 0, read: 0, next: 0 });
  }

  /** Reads again what the office last said, and adds what it does not know yet. */
  async refresh() {
    const asked = ++this.asked;
    const { kept, items } = await this.app.store.standing(this.reference);
    if (asked < this.read) return; // somebody who asked later has read it already
    this.read = asked;
    this.pack = kept.body;
    const said = items.filter((row) => !row.refused).map((row) => row.item);
    // By the office's clock, as it will stand on record.
    this.facts = flow.withAnswers(kept.facts, said.map((item) => ({ ...item, at: this.app.officeTime(item.at).toISOString() })));
    this.zone = this.pack.zone;
  }

  get underWay() {
    return flow.isUnderWay(this.facts);
  }

  get over() {
    return flow.isOver(this.facts);
  }

  get met() {
    return Boolean(this.facts.identified_at);
  }

  /** Whether the officers are past what is read before the door. */
  get entered() {
    return this.note.entered || this.underWay || this.over;
  }

  /** Whether a kind of consent is in force now. */
  allows(kind) {
    return this.facts.consents[kind] === true;
  }

  #noted() {
    return ["notes", [this.reference], this.note];
  }

  async keepNote(change = {}) {
    Object.assign(this.note, change);
    await this.app.store.write({ put: [this.#noted()] });
  }

  // ---------------------------------------------------------------- answers

  /**
   * Keeps an answer, sends it if there is a signal, and reads how things stand.
   * @returns what the office said of it, or null where it was not asked in time
   */
  async answer(question, data, { wait = true, note = {}, placed = PLACED.includes(question) } = {}) {
    const where = placed ? await position(PATIENCE[question.split(":")[0]] ?? 2500) : null;
    Object.assign(this.note, note);
    const said = { visit: this.reference, pack: this.pack.pack, question, data, position: where };
    const { item } = await this.app.store.keepItem(said, { put: [this.#noted()] });
    const result = wait ? await this.app.sync.now4(item.id) : null;
    await this.refresh();
    if (!this.over) return this.#after(result);
    await this.app.stopRecording();
    return this.#after(result);
  }

  /** A file that the office does not take leaves this phone, and the office is told so: both in one write. */
  async drop(file) {
    const { id, kind, filename, sha256, taken_at: at, why = "" } = file;
    const said = { visit: this.reference, pack: this.pack.pack, question: "dropped", data: { id: [id], filename: [filename], sha256: [sha256], why: [why] }, position: null };
    await this.app.store.keepItem(said, {
      put: [["receipts", [this.reference, id], { id, what: kind, filename, at, sha256, state: "dropped", why }]],
      remove: [["files", [id]]],
      sweep: [["chunks", [id]]],
    });
    this.#after(null);
  }

  #after(result) {
    this.app.bar();
    this.app.send(); // whatever still waits; it does nothing where nothing does
    return result;
  }

  /** A form or a button of a screen was pressed. */
  async submitted(form, submitter) {
    const section = form.closest("[data-screen]");
    const screen = section.dataset.screen;
    if (section.dataset.tool) return tools.submitted(this, section.dataset.tool, form, submitter);
    if (!valid(form)) return undefined;
    const data = collect(form, submitter);
    const [name, of] = screen.split(":");
    if (name === "way_out") return this.leave(of, data);
    if (name === "left") return this.#remarked(data);
    if (name === "third-party") return busy(submitter, () => this.#withSomeoneElse(data));
    return busy(submitter, () => this.#answered(name, data, section));
  }

  async #answered(question, data, section) {
    try {
      await this.#check(question, data);
    } catch (error) {
      if (!(error instanceof packs.Refused)) throw error;
      return error.given.html ? card(office(error.given.html)) : card(this.refusal(error));
    }
    // What was agreed to by somebody else ends before the debtor is known, and so does what it allowed.
    if (question === "who" && data.somebody_else) await this.app.stopRecording();
    try {
      delete this.note.drafts[section.dataset.screen];
      const placed = PLACED.includes(question) || (question === "arrive" && !data.begin);
      const result = await this.answer(question, data, { placed });
      if (result && ["refused", "conflict"].includes(result.state)) {
        this.note.drafts[section.dataset.screen] = data;
        await this.render();
        return card(result.html ? office(result.html) : say("office_refused", { why: result.why }));
      }
    } catch (error) {
      if (!(error instanceof Full)) throw error;
      return card(say("full_answer"));
    }
    return this.render();
  }

  /** What this phone itself refuses, without asking anybody. */
  async #check(question, data) {
    const [now, clock] = [this.app.sync.now(), this.app.sync.clock];
    if (question === "depart") packs.mustBeGood(this.pack, now, clock);
    if (question === "arrive" && data.begin) packs.mayBegin(this.pack, this.facts, now, clock);
    else if (question === "arrive") packs.mayCheckIn(this.pack, now, clock);
    if (question === "who") {
      const fits = await packs.fits(this.pack.identify, data.name_said?.[0] ?? "", data.second_fact?.[0] ?? "");
      if (!fits) throw new packs.Refused("does_not_fit");
    }
  }

  /** A refusal of the phone's own, in words. */
  refusal({ say: word, given }) {
    const filled = { ...given };
    for (const key of ["from", "until"]) if (given[key]) filled[key] = time(given[key], this.zone, this.app.sync.now());
    return say(word, filled);
  }

  // ---------------------------------------------------------------- ways out

  /** One tap, then leave: the screen moves at once, the office is told when it can be. */
  async leave(name, data = {}) {
    const way = this.pack.ways.find((one) => one.name === name);
    if (way?.sure) {
      const sure = await ask(say("leave_now", { what: way.title }), "", [
        { value: "", label: say("no_back") },
        { value: "yes", label: way.label, kind: "primary" },
      ]);
      if (!sure) return;
    }
    const stopping = this.app.stopRecording();
    await this.answer(`way:${name}`, data, { wait: false, placed: true, note: { left: name, entered: true } });
    await stopping;
    await this.render();
  }

  async #remarked(data) {
    if ((data.remark?.[0] ?? "").trim() || data.kind?.[0]) await this.answer("remark", data, { wait: false });
    await this.leftBehind();
  }

  /** The officers are away from the door. */
  async leftBehind() {
    await this.keepNote({ left: "", third: false });
    this.app.open(this);
    await this.render();
  }

  // ---------------------------------------------------------------- somebody else

  /** Hides everything, first on the screen, then in the notes, so that it stays hidden when the phone comes back. */
  async hide() {
    this.app.cover();
    this.#neutral();
    const stopping = this.app.stopRecording();
    await this.keepNote({ third: true, entered: true });
    await stopping;
  }

  /** What may be said and left with somebody else there; all that stands on the screen then. */
  #neutral() {
    const section = fragment(this.pack.screens["third-party"]);
    section.dataset.screen = "third-party";
    one(".door-where", section)?.remove();
    show(section);
  }

  /** The officers go, with or without a sealed note; or it is the right person after all. */
  async #withSomeoneElse(data) {
    const back = data.left?.[0] === "back";
    await this.answer("third-party", data, { wait: false, placed: !back, note: back ? { third: false } : { left: this.met ? "later" : "someone-else" } });
    if (back) this.app.open(this);
    await this.render();
  }

  // ---------------------------------------------------------------- drawing

  /** Shows the screen that is next. */
  async render() {
    this.overlay = "";
    if (this.note.third && !this.note.left) {
      this.app.cover();
      return this.#neutral();
    }
    if (this.note.third) this.app.cover();
    const left = this.note.left && this.pack.screens[`left:${this.note.left}`];
    const screen = left ? `left:${this.note.left}` : flow.screenOf(this.facts, this.pack);
    const html = left || this.pack.screens[screen];
    if (!html) return this.app.card(say("pack_lacks"));
    const section = fragment(html);
    section.dataset.screen = screen;
    this.#dress(section, screen);
    refill(section, structuredClone(this.note.drafts[screen] || {}));
    const where = one(".door-where", section);
    const dots = one(".door-dots", section);
    where?.remove();
    dots?.remove();
    show(section);
    this.app.frame(this, screen.split(":")[0], { where, dots });
    return undefined;
  }

  /** Switches what depends on how things stand, and ties the fragment to this phone. */
  #dress(section, screen) {
    for (const part of all("[data-when]", section)) {
      const at = flow.momentOf(part.dataset.when, this.facts);
      part.hidden = !at;
      if (at) part.textContent = time(at, this.zone);
    }
    for (const part of all("[data-tick]", section)) {
      const at = flow.tickedAt(part.dataset.tick, screen, this.facts);
      if (at) part.replaceWith(this.#ticked(part, at));
    }
    for (const part of all("[data-if]", section)) part.hidden = !flow.holds(part.dataset.if, this.facts, this.pack);
    for (const part of all("input[name=csrfmiddlewaretoken], input[name=guard_key], input[name=guard_version]", section)) part.remove();
    for (const link of all("a[href]", section)) this.#tie(link, screen);
    for (const button of all("[data-do=record]", section)) button.hidden = !this.allows("recording") || Boolean(this.app.recording);
    const clock = one("[data-leave]", section);
    if (clock) this.#countDown(clock);
  }

  #ticked(line, at) {
    const done = draw("ticked", { at: at === true ? "" : time(at, this.zone) });
    one("[data-label]", done).replaceWith(one("span", line));
    return done;
  }

  /** Links of the fragments: to what this app does itself, to a telephone, or to the office's own pages. */
  #tie(link, screen) {
    const address = link.getAttribute("href");
    if (link.dataset.way) link.setAttribute("role", "button");
    else if (link.dataset.open) link.dataset.tool = link.dataset.open;
    else if (link.dataset.paper) link.dataset.tool = "paper";
    else if (/\/incident\/$/.test(address)) link.dataset.tool = "incident";
    else if (screen.startsWith("left:") && link.closest(".door-thumb")) link.dataset.do = "left-behind";
    else if (screen === "done" && link.closest(".door-thumb")) link.dataset.do = "home";
    else if (/^(tel|geo):/.test(address)) return;
    else {
      Object.assign(link, { target: "_blank", rel: "noopener" });
      return;
    }
    link.removeAttribute("target");
    link.setAttribute("href", "#");
  }

  #countDown(clock) {
    const since = new Date(this.facts.finished_at || new Date());
    const until = this.app.deviceTime(since) + Number(clock.dataset.leave) * 1000;
    const left = one("[data-leave-left]", clock);
    const tick = () => {
      if (!clock.isConnected && left.dataset.shown) return;
      left.dataset.shown = "1";
      const seconds = Math.max(Math.ceil((until - Date.now()) / 1000), 0);
      left.textContent = seconds ? span(seconds) : clock.dataset.over;
      if (seconds) setTimeout(tick, 500);
      else clock.classList.add("is-over");
    };
    tick();
  }

  /** Keeps what is being typed, so that a killed browser brings it back. */
  async keepDraft() {
    const section = one("#screen > [data-screen]");
    if (!section || this.overlay || this.note.third) return;
    this.note.drafts[section.dataset.screen] = typed(section);
    await this.keepNote().catch((error) => {
      if (!(error instanceof Full)) throw error;
    });
  }

  // ---------------------------------------------------------------- ended from elsewhere

  /** Asks now and then whether the officers may still be here: the debtor can send them away by the code's page. */
  tick() {
    if (!this.underWay || !navigator.onLine || document.hidden || Date.now() < this.next) return;
    this.next = Date.now() + STILL_EVERY;
    this.#still();
  }

  async #still() {
    const said = await this.app.sync.still(this.reference).catch(() => null);
    await this.refresh();
    if (!said || this.over) return; // what ended it was this phone's own answer
    const kept = await this.app.store.get("packs", this.reference);
    await this.app.store.write({ put: [["packs", [this.reference], { ...kept, facts: said.facts }]] });
    await this.app.stopRecording();
    await this.refresh();
    await this.render();
    card(office(said.html));
  }

  // ---------------------------------------------------------------- safety

  /** When the officers are to say next that they are well; null where nothing asks it of them. */
  get checkInDue() {
    const every = this.pack.safety?.check_in_every;
    if (!every || !this.underWay) return null;
    const from = this.note.checked_at || this.facts.started_at;
    return new Date(this.app.deviceTime(new Date(from)) + every * 60_000);
  }

  /** "All well", with the place. */
  async checkIn() {
    await this.answer("check-in", {}, { wait: false, note: { checked_at: this.app.sync.now().toISOString() } });
    this.app.bar();
  }
}
