// What the phone keeps, in IndexedDB. Every value that says anything of a visit is sealed (AES-GCM) under the
// key that the session holds; what stands open is who owns a row (a digest), its place and its number.
//
//   self      the device's own: its name, the session with its key, the clock, the counter, the room held back
//   visits    today's list                          [owner]
//   packs     what was taken along for a visit      [owner, visit]
//   notes     where a visit stands on this phone    [owner, visit]
//   papers    files to show                         [owner, visit, paper]
//   items     answers that the office has not yet   [owner, seq]
//   files     photos, recordings, signatures        [owner, id]
//   chunks    their bytes                           [owner, id, number]
//   receipts  what the office said of each          [owner, visit, id]
import { openDB } from "../../vendor/idb/index.js";

const NAME = "doorstep-door";
const SEALED = ["visits", "packs", "notes", "papers", "items", "files", "chunks", "receipts"];
// Room that is freed when the phone is full, so that answers can still be written: a megabyte for some thousand of them.
const HELD_BACK = { pieces: 16, bytes: 65_536 };
const SET_RIGHT = 120_000; // milliseconds by which a clock may be set back without being doubted
export const ROOM_FOR_ANSWERS = 3 * 1024 * 1024; // no file may eat into this

/** The phone has no room for this; nothing that was kept before is touched. */
export class Full extends Error {}

/** Nobody is signed in on this phone, or somebody else is: nothing can be read or written. */
export class Locked extends Error {}

const text = new TextEncoder();
const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** The SHA-256 of some bytes or of a text, in hex. */
export async function digest(what) {
  return hex(await crypto.subtle.digest("SHA-256", typeof what === "string" ? text.encode(what) : what));
}

const isFull = (error) => error?.name === "QuotaExceededError" || error?.inner?.name === "QuotaExceededError";

/** What this phone keeps; one owner at a time. */
export class Store {
  /** Opens the database; nothing sealed can be read before `unlock`. */
  static async open() {
    const db = await openDB(NAME, 1, {
      upgrade(fresh) {
        for (const name of ["self", ...SEALED]) fresh.createObjectStore(name);
      },
    });
    const store = new Store(db);
    store.device = (await db.get("self", "device")) || (await store.#nameDevice());
    return store;
  }

  constructor(db) {
    this.db = db;
    this.owner = null;
    this.session = null;
    this.keeping = Promise.resolve();
  }

  async #nameDevice() {
    const made = crypto.randomUUID();
    await this.db.put("self", made, "device");
    await this.holdBack();
    return made;
  }

  /** Takes the room that is held back for answers, if it is not there. */
  async holdBack() {
    if (await this.db.getKey("self", "held back")) return;
    const room = Array.from({ length: HELD_BACK.pieces }, () => crypto.getRandomValues(new Uint8Array(HELD_BACK.bytes)));
    await this.db.put("self", room, "held back").catch((error) => {
      if (!isFull(error)) throw error;
    });
  }

  // ---------------------------------------------------------------- the session and its key

  /**
   * Takes the key of who has signed in.
   * @param {{user: object, key: string, session_until: string, language: string}} hello
   */
  async unlock(hello) {
    const raw = Uint8Array.from(atob(hello.key), (letter) => letter.charCodeAt(0));
    const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
    raw.fill(0);
    const owner = (await digest(`${this.device} ${hello.user.username}`)).slice(0, 24);
    this.session = { owner, key, user: hello.user, until: hello.session_until, language: hello.language };
    this.owner = owner;
    await this.db.put("self", this.session, "session");
  }

  /** Opens what a session that has not ended left behind; says whether there is one. */
  async resume(now) {
    const kept = await this.db.get("self", "session");
    if (!kept || new Date(kept.until) <= now) {
      if (kept) await this.lock();
      return false;
    }
    this.session = kept;
    this.owner = kept.owner;
    return true;
  }

  /** Destroys the key: what is sealed stays unreadable until the same person signs in here again. */
  async lock() {
    const owner = this.owner || (await this.db.get("self", "session"))?.owner;
    this.session = this.owner = null;
    const tx = this.db.transaction(["self", "visits", "packs", "notes", "papers", "receipts", "items", "files"], "readwrite");
    tx.objectStore("self").delete("session");
    if (owner) {
      // What waits to be sent needs its visit again; without it the rest is of no use to anybody.
      const waits = (await tx.objectStore("items").count(within(owner))) + (await tx.objectStore("files").count(within(owner)));
      for (const name of waits ? ["visits"] : ["visits", "packs", "notes", "papers", "receipts"])
        tx.objectStore(name).delete(within(owner));
    }
    await tx.done;
  }

  // ---------------------------------------------------------------- the clock

  /** How far this phone's clock stands ahead of the server's, in seconds, and when it was last looked at. */
  async clock() {
    return (await this.db.get("self", "clock")) || { drift: 0, seen: 0, known: false };
  }

  /** Keeps the drift and the latest moment that this phone has seen. */
  async keepClock(clock) {
    await this.db.put("self", clock, "clock");
  }

  // ---------------------------------------------------------------- sealing

  async #seal(place, value) {
    if (!this.session) throw new Locked();
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const bytes = value instanceof Uint8Array;
    const data = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv, additionalData: text.encode(place.join(" ")) },
      this.session.key,
      bytes ? value : text.encode(JSON.stringify(value)),
    );
    return { iv, bytes, data };
  }

  async #open(place, sealed) {
    if (!sealed) return undefined;
    if (!this.session) throw new Locked();
    const plain = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: sealed.iv, additionalData: text.encode(place.join(" ")) },
      this.session.key,
      sealed.data,
    );
    return sealed.bytes ? new Uint8Array(plain) : JSON.parse(new TextDecoder().decode(plain));
  }

  #key(place) {
    if (!this.owner) throw new Locked();
    return [this.owner, ...place];
  }

  /** One value, or undefined. */
  async get(name, ...place) {
    const sealed = await this.db.get(name, this.#key(place));
    return this.#open([name, ...place], sealed);
  }

  /** All values under a place, in order, each with its `place`. */
  async all(name, ...place) {
    const range = within(this.#key([]), ...place);
    const tx = this.db.transaction(name);
    const [keys, rows] = await Promise.all([tx.store.getAllKeys(range), tx.store.getAll(range)]);
    return Promise.all(
      rows.map(async (row, index) => ({ place: keys[index].slice(1), value: await this.#open([name, ...keys[index].slice(1)], row) })),
    );
  }

  /** How many rows stand under a place, without opening any. */
  async count(name, ...place) {
    return this.db.count(name, within(this.#key([]), ...place));
  }

  /**
   * Writes and removes many things at once, all or nothing; it is on the disk when this returns.
   * @param {{put?: [string, any[], any][], remove?: [string, any[]][], sweep?: [string, any[]][]}} change
   *   put: name, place, value; remove: name, place; sweep: name and all that lies under a place
   */
  async write({ put = [], remove = [], sweep = [] }) {
    const sealed = await Promise.all(put.map(async ([name, place, value]) => [name, this.#key(place), await this.#seal([name, ...place], value)]));
    const go = async () => {
      const names = [...new Set([...put, ...remove, ...sweep].map(([name]) => name))];
      const tx = this.db.transaction(names, "readwrite", { durability: "strict" });
      const asked = [
        ...sealed.map(([name, key, value]) => tx.objectStore(name).put(value, key)),
        ...remove.map(([name, place]) => tx.objectStore(name).delete(this.#key(place))),
        ...sweep.map(([name, place]) => tx.objectStore(name).delete(within(this.#key([]), ...place))),
      ];
      await Promise.all([...asked, tx.done]);
    };
    const large = put.some(([name]) => name === "chunks" || name === "papers");
    await this.#inRoom(go, !large);
  }

  /** Writes; where the phone is full, with the room that is held back if this may have it. */
  async #inRoom(go, mayHaveIt = true) {
    try {
      return await go();
    } catch (error) {
      if (!isFull(error)) throw error;
      if (!mayHaveIt) throw new Full();
    }
    try {
      await this.db.delete("self", "held back");
      return await go();
    } catch (error) {
      throw isFull(error) ? new Full() : error;
    }
  }

  /** Throws `Full` where a file of this size would leave no room for answers. */
  async makeSure(bytes) {
    const { quota = Infinity, usage = 0 } = (await navigator.storage?.estimate?.()) || {};
    if (quota - usage < bytes + ROOM_FOR_ANSWERS) throw new Full();
  }

  // ---------------------------------------------------------------- answers

  /**
   * The next number of this device and its moment; a number that a dying browser took and did not use leaves a gap.
   * Where the network has just set the clock back a little, it is still the moment of the answer before; a clock
   * that was set back further is told as it stands, and the office doubts it.
   */
  async next() {
    return this.#inRoom(async () => {
      const tx = this.db.transaction("self", "readwrite");
      const [number = 0, last = 0] = await Promise.all([tx.store.get("number"), tx.store.get("moment")]);
      const [seq, now] = [number + 1, Date.now()];
      const moment = now < last && last - now <= SET_RIGHT ? last : now;
      await Promise.all([tx.store.put(seq, "number"), tx.store.put(moment, "moment"), tx.done]);
      return { seq, at: new Date(moment).toISOString() };
    });
  }

  /**
   * Keeps an answer before the screen moves on, and what changes with it on this phone; one after the other, so
   * that numbers and moments run alike.
   * @param {{visit: string, pack: string, question: string, data: Object<string, string[]>, position: object|null}} said
   * @param {object} change  as `write` takes it
   */
  keepItem(said, change = {}) {
    const keep = async () => {
      const { seq, at } = await this.next();
      const item = { id: crypto.randomUUID(), seq, ...said, at };
      const kept = { item, text: JSON.stringify(item) };
      await this.write({ ...change, put: [...(change.put || []), ["items", [seq], kept]] });
      return kept;
    };
    const kept = this.keeping.then(keep);
    this.keeping = kept.catch(() => {});
    return kept;
  }

  /**
   * What was taken along for a visit and the answers that wait, as of one moment: read one after the other, an
   * answer that is acknowledged in between would stand in neither.
   */
  async standing(visit) {
    const tx = this.db.transaction(["packs", "items"]);
    const [packs, items] = [tx.objectStore("packs"), tx.objectStore("items")];
    const range = within(this.#key([]));
    const [sealed, keys, rows] = await Promise.all([packs.get(this.#key([visit])), items.getAllKeys(range), items.getAll(range)]);
    const waiting = await Promise.all(rows.map((row, index) => this.#open(["items", ...keys[index].slice(1)], row)));
    return { kept: await this.#open(["packs", visit], sealed), items: waiting.filter((row) => row.item.visit === visit) };
  }

  /** All answers that the office has not acknowledged, in order. */
  async items(visit) {
    const rows = (await this.all("items")).map((row) => row.value);
    return visit ? rows.filter((row) => row.item.visit === visit) : rows;
  }

  // ---------------------------------------------------------------- files

  /** All files that were not acknowledged, oldest first. */
  async files(visit) {
    const rows = (await this.all("files")).map((row) => row.value);
    rows.sort((one, other) => one.number - other.number);
    return visit ? rows.filter((row) => row.visit === visit) : rows;
  }

  /** The bytes of a file, put together again. */
  async bytes(id) {
    const parts = (await this.all("chunks", id)).map((row) => row.value);
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}

const within = (...place) => {
  const from = place.flat();
  return IDBKeyRange.bound(from, [...from, []]);
};
