// What is taken at the door: photos, sound, files and signatures, on the phone's disk as they are made.
import { digest, Full } from "./store.js";

const PIECE = 1024 * 1024; // of a file that is there at once
const TAKEN_EVERY = 3000; // of sound, in milliseconds: what a dead battery can cost
const MOST_BYTES = 20 * 1024 * 1024; // as documents/storing.py
const SOUNDS = [
  ["audio/webm;codecs=opus", "webm"],
  ["audio/mp4", "m4a"],
  ["audio/ogg;codecs=opus", "ogg"],
];

/** The file is larger than the office takes. */
export class TooLarge extends Error {}

/** The phone lets us have no microphone. */
export class NoMicrophone extends Error {}

/**
 * One thing that was taken: `kind` is photo, audio, file or signature; `whole` once no byte will come any more.
 * @typedef {{id: string, number: number, visit: string, kind: string, filename: string, size: number, sha256: string,
 *   caption: string, inside: boolean, taken_at: string, begins_at: string, ends_at: string, whole: boolean, pieces: number}} Taken
 */

/** @returns {Promise<Taken>} */
async function begin(store, given) {
  return {
    id: crypto.randomUUID(), number: (await store.next()).seq, size: 0, sha256: "", caption: "", inside: false,
    begins_at: "", ends_at: "", whole: false, pieces: 0, ...given,
  };
}

/**
 * Keeps a file that is there at once: all of it, or nothing.
 * @throws {Full | TooLarge}
 */
export async function keepFile(store, blob, given) {
  if (blob.size > MOST_BYTES) throw new TooLarge();
  await store.makeSure(blob.size);
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const file = await begin(store, given);
  const put = [];
  for (let at = 0; at < bytes.length; at += PIECE) put.push(["chunks", [file.id, put.length], bytes.subarray(at, at + PIECE)]);
  Object.assign(file, { size: bytes.length, sha256: await digest(bytes), whole: true, pieces: put.length });
  await store.write({ put: [...put, ["files", [file.id], file]] });
  return file;
}

const lockOf = (id) => `doorstep recording ${id}`;

/**
 * Completes what a killed browser left unfinished: a recording ends with the last piece that was written. One that
 * still runs, here or in another window, is left alone, but for `ended`, which has just stopped.
 */
export async function complete(store, ended = null) {
  const running = (await navigator.locks?.query())?.held.map((lock) => lock.name) || [];
  for (const file of await store.files()) {
    if (file.whole || (file.id !== ended && running.includes(lockOf(file.id)))) continue;
    const bytes = await store.bytes(file.id);
    if (!bytes.length) {
      await store.write({ remove: [["files", [file.id]]] });
      continue;
    }
    const whole = { ...file, size: bytes.length, sha256: await digest(bytes), whole: true, ends_at: file.ends_at || file.taken_at };
    await store.write({ put: [["files", [file.id], whole]] });
  }
}

/** One recording of sound; what was heard is on the disk every few seconds. */
export class Recording {
  /**
   * @param {import("./store.js").Store} store
   * @param {() => Date} clock  the phone's own clock
   * @param {(why: Error|null) => void} over  told when it ended, and of what
   */
  constructor(store, clock, over) {
    Object.assign(this, { store, clock, over, file: null, since: 0 });
    this.writing = Promise.resolve();
  }

  /** Asks for the microphone and starts. */
  async start(visit) {
    await this.store.makeSure(PIECE);
    const [mime, ending] = SOUNDS.find(([kind]) => globalThis.MediaRecorder?.isTypeSupported(kind)) || [];
    if (!mime) throw new NoMicrophone();
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      throw new NoMicrophone();
    }
    const at = this.clock();
    const stamp = at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
    this.file = await begin(this.store, {
      visit, kind: "audio", filename: `recording-${stamp}.${ending}`, taken_at: at.toISOString(), begins_at: at.toISOString(),
    });
    navigator.locks?.request(lockOf(this.file.id), () => new Promise((free) => (this.free = free)));
    await this.store.write({ put: [["files", [this.file.id], this.file]] });
    this.recorder = new MediaRecorder(this.stream, { mimeType: mime, audioBitsPerSecond: 24000 });
    this.recorder.ondataavailable = (event) => event.data.size && this.#keep(event.data);
    this.ended = new Promise((done) => (this.recorder.onstop = done));
    this.stream.getTracks().forEach((track) => (track.onended = () => this.stop()));
    this.recorder.start(TAKEN_EVERY);
    this.since = performance.now();
  }

  /** How long it has run, in seconds. */
  get seconds() {
    return (performance.now() - this.since) / 1000;
  }

  #keep(data) {
    const ends_at = this.clock().toISOString();
    this.writing = this.writing.then(async () => {
      if (this.failed) return;
      try {
        if (this.file.size + data.size > MOST_BYTES) throw new TooLarge();
        await this.store.makeSure(data.size);
        const bytes = new Uint8Array(await data.arrayBuffer());
        const file = { ...this.file, size: this.file.size + bytes.length, pieces: this.file.pieces + 1, ends_at };
        await this.store.write({ put: [["chunks", [file.id, this.file.pieces], bytes], ["files", [file.id], file]] });
        this.file = file;
      } catch (error) {
        this.failed = error; // what was written stays; nothing after a gap is added
        this.stop();
      }
    });
  }

  /** Ends it, lets the microphone go, and seals the file. */
  stop() {
    this.stopping ??= this.#end();
    return this.stopping;
  }

  async #end() {
    if (this.recorder.state !== "inactive") this.recorder.stop();
    this.stream.getTracks().forEach((track) => track.stop());
    await this.ended;
    let seen;
    do await (seen = this.writing);
    while (seen !== this.writing);
    await complete(this.store, this.file.id);
    this.free?.();
    this.over(this.failed || null);
  }
}

/** Where the phone is, or null where it will not say in time; asked at check-in, check-out and SOS alone. */
export function position(milliseconds) {
  return new Promise((tell) => {
    const late = setTimeout(() => tell(null), milliseconds);
    navigator.geolocation?.getCurrentPosition(
      ({ coords }) => {
        clearTimeout(late);
        tell({ lat: coords.latitude, lon: coords.longitude, accuracy_m: Math.round(coords.accuracy) });
      },
      () => {
        clearTimeout(late);
        tell(null);
      },
      { enableHighAccuracy: true, timeout: milliseconds, maximumAge: 30_000 },
    );
  });
}

/** A pad to sign on: give it the canvas, ask for the picture. */
export class Signing {
  constructor(canvas) {
    this.canvas = canvas;
    this.pad = new SignaturePad(canvas, { minWidth: 1, maxWidth: 3.2, penColor: "#0b1f4b", backgroundColor: "#ffffff" });
    this.fit = () => {
      const drawn = this.pad.toData();
      const ratio = Math.max(devicePixelRatio || 1, 1);
      canvas.width = canvas.offsetWidth * ratio;
      canvas.height = canvas.offsetHeight * ratio;
      canvas.getContext("2d").scale(ratio, ratio);
      this.pad.clear();
      this.pad.fromData(drawn);
    };
    addEventListener("resize", this.fit);
    this.fit();
  }

  get isEmpty() {
    return this.pad.isEmpty();
  }

  clear() {
    this.pad.clear();
  }

  /** What was drawn, as PNG. */
  picture() {
    return new Promise((done) => this.canvas.toBlob(done, "image/png"));
  }

  close() {
    removeEventListener("resize", this.fit);
    this.pad.off();
  }
}

/** What is said of an error of capturing: a word of the app. */
export function wordOf(error) {
  if (error instanceof Full) return "full";
  if (error instanceof TooLarge) return "too_large";
  if (error instanceof NoMicrophone) return "no_microphone";
  throw error;
}
