// Between phone and office: what was taken along, what was answered, what was captured.
// Answers go first and in their order; a file goes in pieces and goes on where it stopped. Nothing is removed
// from the phone before the office has named its digest.
import { digest } from "./store.js";
import * as packs from "./pack.js";

const HOME = "/door/app/";
const PIECE = 256 * 1024;
const PATIENCE = 20_000; // milliseconds for a request that nobody waits for
const BATCH = 50;
const TRIES = 3;
const GONE = [404, 410];
const NEVER = [400, 403, 413, 415, 422]; // no use to ask again with the same file

/** No answer came: no signal, too slow, or the office is not well. */
export class NoAnswer extends Error {}

/** The office knows nobody signed in here. */
export class SignedOut extends Error {}

const inBase64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const utf8 = (value) => inBase64(new TextEncoder().encode(value));

/** Runs alone, also beside another window of the same app. */
const alone = (name, run) => (navigator.locks ? navigator.locks.request(`doorstep ${name}`, run) : run());

/** What goes to the office and comes from it. */
export class Sync {
  /**
   * @param {import("./store.js").Store} store
   * @param {{keys: JsonWebKey[], changed: () => void}} given  keys: the office's; changed: told when something was sent
   */
  constructor(store, { keys, changed }) {
    Object.assign(this, { store, keys, changed, csrf: "", running: null, clock: null, slowUntil: 0 });
  }

  // ---------------------------------------------------------------- the clock

  /** Reads what is known of this phone's clock. */
  async readClock() {
    this.clock = await this.store.clock();
    // A clock that stands before what it has shown already was set back: no window can be judged by it.
    this.clock.back = Date.now() < this.clock.seen - 120_000;
  }

  /** The office's time as far as this phone knows. */
  now() {
    return new Date(Date.now() - this.clock.drift * 1000);
  }

  async #tell(serverClock, asked) {
    if (!serverClock) return;
    const drift = Math.round(((asked + Date.now()) / 2 - new Date(serverClock)) / 1000);
    this.clock = { drift, seen: Date.now(), known: true, back: false };
    await this.store.keepClock({ drift, seen: Date.now(), known: true });
  }

  /** Remembers the latest moment, so that a clock that is set back is found out. */
  async tick() {
    if (!this.clock.back && Date.now() > this.clock.seen + 30_000) {
      this.clock.seen = Date.now();
      await this.store.keepClock({ drift: this.clock.drift, seen: this.clock.seen, known: this.clock.known });
    }
  }

  // ---------------------------------------------------------------- asking

  async ask(address, { method = "GET", body, headers = {}, patience = PATIENCE } = {}) {
    const asked = Date.now();
    let answer;
    try {
      answer = await fetch(address.startsWith("/") ? address : HOME + address, {
        method,
        body,
        headers: {
          "X-Device-Clock": new Date().toISOString(),
          ...(method === "GET" || method === "HEAD" ? {} : { "X-CSRFToken": this.csrf }),
          ...(typeof body === "string" ? { "Content-Type": "application/json" } : {}),
          ...headers,
        },
        redirect: "error", // a page to sign in on is no answer
        credentials: "same-origin",
        cache: "no-store",
        signal: AbortSignal.timeout(patience),
      });
    } catch (error) {
      throw new NoAnswer(String(error));
    }
    if (answer.status === 401) throw new SignedOut();
    if (answer.status === 403) this.csrf = ""; // the session may have been renewed: the next run asks for its token
    if (answer.status >= 500 || answer.status === 429) throw new NoAnswer(`${answer.status}`);
    return { answer, asked };
  }

  async #json(address, given) {
    const { answer, asked } = await this.ask(address, given);
    const said = await answer.json().catch(() => {
      throw new NoAnswer("not JSON");
    });
    await this.#tell(said.server_clock, asked);
    return { ok: answer.ok, status: answer.status, said };
  }

  /** Who is signed in, with the key of what is kept here. */
  async hello(patience = 6000) {
    const { ok, status, said } = await this.#json(`hello/?device=${this.store.device}`, { patience });
    if (!ok) throw new NoAnswer(`${status}`);
    this.csrf = said.csrf;
    await this.store.unlock(said);
    return said;
  }

  // ---------------------------------------------------------------- taking along

  /** Today's visits, kept for when there is no signal. */
  async visits() {
    const { ok, status, said } = await this.#json("visits/");
    if (!ok) throw new NoAnswer(`${status}`);
    await this.store.write({ put: [["visits", [], said.visits]] });
    return said.visits;
  }

  /** Takes everything along for one visit: the pack, checked, and the papers to show. */
  async takeAlong(reference, language) {
    const { ok, said } = await this.#json(`visits/${encodeURIComponent(reference)}/pack/`, {
      method: "POST",
      body: JSON.stringify({ device: this.store.device }),
    });
    if (!ok) throw new packs.Refused("pack_not_given", { why: said.error || "" });
    const body = await packs.open(said, this.keys);
    if (body.visit !== reference) throw new packs.Refused("pack_forged");
    await this.store.makeSure(said.body.length);
    await this.store.write({ put: [["packs", [reference], { body, facts: body.facts, language }]] });
    for (const paper of body.papers) await this.#paper(reference, paper);
    return body;
  }

  async #paper(reference, paper) {
    const kept = await this.store.get("papers", reference, String(paper.id)).catch(() => null);
    if (!paper.url || (kept && (await digest(kept)) === paper.sha256)) return;
    const { answer } = await this.ask(paper.url);
    if (!answer.ok) return; // the label and the office's copy remain; this paper is shown from the folder
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if ((await digest(bytes)) !== paper.sha256) return;
    await this.store.makeSure(bytes.length);
    await this.store.write({ put: [["papers", [reference, String(paper.id)], bytes]] });
  }

  /** What the office says of a visit that it holds for over, or null: the officers may still be at the door. */
  async still(reference) {
    const { ok, said } = await this.#json(`visits/${encodeURIComponent(reference)}/still/`, { patience: 6000 });
    return ok && said.facts ? said : null;
  }

  // ---------------------------------------------------------------- sending

  /**
   * Sends an answer at once and says what became of it, or null when none came in time.
   * @returns {Promise<{state: string, why: string, html: string|null}|null>}
   */
  async now4(id, patience = 4000) {
    if (!navigator.onLine || Date.now() < this.slowUntil) return null;
    const given = new Promise((tell) => setTimeout(tell, patience, null));
    const sent = this.#items(patience).then((results) => results.get(id) || null);
    const found = await Promise.race([sent.catch(() => null), given]);
    // Where one answer did not come in time the next does not wait for it again.
    if (!found) this.slowUntil = Date.now() + 15_000;
    return found;
  }

  /** Sends all that waits. Asked while it runs, it is the same run; what came meanwhile goes along. */
  run() {
    this.running ??= this.#all().finally(() => (this.running = null));
    return this.running;
  }

  async #all() {
    try {
      if (!this.csrf) await this.hello();
      await this.#items(PATIENCE);
      this.slowUntil = 0;
      await alone("files", () => this.#files());
      await this.store.holdBack();
      return "sent";
    } catch (error) {
      if (error instanceof SignedOut) return "signed out";
      if (error instanceof NoAnswer) return "no answer";
      throw error;
    } finally {
      this.changed();
    }
  }

  #items(patience) {
    return alone("items", async () => {
      const results = new Map();
      if (!this.csrf) await this.hello(patience);
      const told = new Set(); // what the office holds until something else arrives is asked once a run
      for (;;) {
        const waiting = (await this.store.items()).filter((row) => !row.refused && !told.has(row.item.id)).slice(0, BATCH);
        if (!waiting.length) return results;
        const { ok, status, said } = await this.#json("items/", {
          method: "POST",
          body: JSON.stringify({ device: this.store.device, items: waiting.map((row) => row.text) }),
          patience,
        });
        if (!ok) throw new NoAnswer(`${status}`);
        if (!(await this.#acknowledge(waiting, said, results))) throw new NoAnswer("nothing acknowledged");
        waiting.forEach((row) => told.add(row.item.id));
        this.changed();
      }
    });
  }

  /** Removes what the office has, digest for digest, and keeps what it says of it. */
  async #acknowledge(waiting, said, results) {
    const put = [];
    const remove = [];
    let heard = 0;
    for (const row of waiting) {
      const { item, text } = row;
      const result = said.results.find((one) => one.id === item.id);
      if (!result) continue;
      const place = ["items", [item.seq]];
      if (result.sha256 !== (await digest(text))) {
        // Not acknowledged, so it stays; where the office cannot even read it, it is not sent again by itself.
        if (!result.sha256 && result.state === "refused") put.push([...place, { ...row, refused: result.why }]);
        else continue;
      } else if (result.state === "kept") put.push([...place, { ...row, held: true }]); // until what comes before it arrives
      else remove.push(place);
      heard++;
      results.set(item.id, result);
      const { state, why = "", html = null } = result;
      if (state !== "applied") {
        const receipt = { id: item.id, what: "answer", question: item.question, at: item.at, state, why, html };
        put.push(["receipts", [item.visit, item.id], receipt]);
      } else if (row.held) remove.push(["receipts", [item.visit, item.id]]);
    }
    for (const [reference, facts] of Object.entries(said.facts || {})) {
      const kept = await this.store.get("packs", reference);
      if (kept) put.push(["packs", [reference], { ...kept, facts }]);
    }
    if (heard) await this.store.write({ put, remove });
    return heard;
  }

  async #files() {
    for (const file of await this.store.files()) {
      if (!file.whole || file.refused) continue;
      const receipt = await this.#file(file);
      if (receipt) {
        const kept = { id: file.id, what: file.kind, filename: file.filename, at: file.taken_at, sha256: file.sha256, ...receipt };
        await this.store.write({
          put: [["receipts", [file.visit, file.id], kept]],
          remove: [["files", [file.id]]],
          sweep: [["chunks", [file.id]]],
        });
      }
      this.changed();
    }
  }

  async #file(file) {
    const bytes = await this.store.bytes(file.id);
    for (let tries = 0; tries < TRIES; tries++) {
      const place = file.location || (await this.#announce(file));
      if (!place) return null;
      const answer = await this.#send(place, bytes);
      if (answer === "anew") {
        file.location = "";
        continue;
      }
      if (answer.refused !== undefined) return this.#refuse(file, answer.refused);
      const state = answer.headers.get("Upload-State");
      if (state === "refused") return this.#refuse(file, whyOf(answer)); // the office keeps no such file: this phone does
      if (answer.headers.get("Upload-Sha256") === file.sha256) return { state: state || "kept", why: whyOf(answer) };
      file.location = "";
    }
    return null; // the office does not say that it has these bytes: they stay, and are sent again with the next run
  }

  async #announce(file) {
    const told = {
      item: file.id, device: this.store.device, visit: file.visit, filename: file.filename, sha256: file.sha256, kind: file.kind,
      caption: file.caption, inside: file.inside ? "true" : "false", taken_at: file.taken_at, begins_at: file.begins_at, ends_at: file.ends_at,
    };
    const metadata = Object.entries(told).filter(([, value]) => value !== "").map(([name, value]) => `${name} ${utf8(String(value))}`);
    const { answer } = await this.ask("uploads/", {
      method: "POST",
      headers: { "Tus-Resumable": "1.0.0", "Upload-Length": String(file.size), "Upload-Metadata": metadata.join(",") },
    });
    if (!answer.ok) return [...NEVER, 409].includes(answer.status) ? this.#refuse(file, await answer.text()) : fail(answer);
    file.location = new URL(answer.headers.get("Location"), location.href).pathname;
    await this.store.write({ put: [["files", [file.id], file]] });
    return file.location;
  }

  /** Asks how far the office has got and sends the rest. */
  async #send(place, bytes) {
    for (let wrong = 0; wrong < TRIES; ) {
      const { answer: head } = await this.ask(place, { method: "HEAD", headers: { "Tus-Resumable": "1.0.0" } });
      if (GONE.includes(head.status)) return "anew";
      if (!head.ok) fail(head);
      let offset = Number(head.headers.get("Upload-Offset"));
      let last = head;
      // The last one may be empty: where all has arrived but the office has not said yet what became of it.
      while (offset < bytes.length || !last.headers.get("Upload-Sha256")) {
        const piece = bytes.subarray(offset, offset + PIECE);
        const { answer } = await this.ask(place, {
          method: "PATCH",
          body: piece,
          headers: {
            "Tus-Resumable": "1.0.0",
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": String(offset),
            "Upload-Checksum": `sha256 ${inBase64(await crypto.subtle.digest("SHA-256", piece))}`,
          },
        });
        if (answer.status === 409 || answer.status === 460) break; // look again where it stands
        if (GONE.includes(answer.status)) return "anew";
        if (NEVER.includes(answer.status)) return { refused: await answer.text() };
        if (!answer.ok) fail(answer);
        offset = Number(answer.headers.get("Upload-Offset"));
        last = answer;
        if (offset >= bytes.length) return last;
      }
      if (last.headers.get("Upload-Sha256")) return last;
      wrong++;
    }
    throw new NoAnswer("the pieces do not arrive");
  }

  /** The office will not have it; it stays here, with the reason, and is not sent again by itself. */
  async #refuse(file, why) {
    let words = why;
    try {
      words = JSON.parse(why).error || why;
    } catch {
      // said in plain words
    }
    Object.assign(file, { refused: true, why: words.slice(0, 300) });
    await this.store.write({ put: [["files", [file.id], file]] });
    return null;
  }
}

/** What the office says of a file; heads carry no Chinese, so it comes in percent signs. */
const whyOf = (answer) => decodeURIComponent(answer.headers.get("Upload-Why") || "");

const fail = (answer) => {
  throw new NoAnswer(`${answer.status}`);
};
