// What can be done at any moment of a visit: consents, photos, sound, files, a signature, free words, a
// correction, an SOS, and reading what was taken along. Each is a screen of the page's own templates.
import * as cash from "./cash.js";
import { keepFile, Signing, wordOf } from "./capture.js";
import { all, ask, busy, card, collect, draw, fragment, one, say, show, time, valid } from "./ui.js";

const PAGES = ["minimum", "notice", "credentials", "guide"];
const CONSENTS = ["talk", "recording", "entry", "filming"];

/** Opens a tool by its name. */
export async function open(visit, tool, given = {}) {
  visit.overlay = tool;
  const section = await { overview, more, page, papers, paper, consents, evidence, sign, remark, contact, incident, office, sos, cash: cash.open }[tool](visit, given);
  section.dataset.screen = tool;
  section.dataset.tool = tool;
  show(section);
  visit.app.frame(visit, tool);
  if (tool === "sign") signing(section);
  if (tool === "sos") countdown(visit, section);
}

// ---------------------------------------------------------------- to read

/** Before the door: what to know, and the way there. */
function overview(visit) {
  const { app, pack } = visit;
  const listed = app.visitOf(visit.reference);
  const section = draw("overview", {
    who: listed?.debtor ?? "",
    when: `${time(listed?.starts_at || pack.window.ring_from, visit.zone, app.sync.now())}`,
    where: listed?.place ?? "",
    until: say("taken_until", { until: time(pack.good_until, visit.zone, app.sync.now()) }),
  });
  const map = one("[data-map]", section);
  map.hidden = !listed?.map;
  if (listed?.map) map.href = listed.map;
  for (const button of all("[data-page]", section)) button.closest("li").hidden = !pack.pack_pages[button.dataset.page];
  one("[data-tool=papers]", section).closest("li").hidden = !pack.papers.length;
  return section;
}

function page(visit, { page: name }) {
  if (!PAGES.includes(name)) throw new Error(name);
  const section = draw("page");
  one("[data-content]", section).append(fragment(`<div>${visit.pack.pack_pages[name] || ""}</div>`));
  all("a[href]", section).forEach((link) => /^(tel|geo):/.test(link.getAttribute("href")) || link.removeAttribute("href"));
  all("form", section).forEach((form) => form.remove());
  one(".door-question", section).textContent = say(`page_${name}`);
  return section;
}

async function papers(visit) {
  const section = draw("papers");
  for (const paper of visit.pack.papers) {
    const row = draw("paper-row", { label: paper.label });
    one("button", row).dataset.paper = paper.id;
    const kept = await visit.app.store.count("papers", visit.reference, String(paper.id));
    one("[data-kept]", row).textContent = kept ? say("paper_here") : say("paper_not_here");
    one("ul", section).append(row);
  }
  return section;
}

async function paper(visit, { paper: id }) {
  const found = visit.pack.papers.find((row) => String(row.id) === String(id));
  const bytes = await visit.app.store.get("papers", visit.reference, String(id));
  const section = draw("paper", { label: found.label });
  const box = one("[data-content]", section);
  if (!bytes) box.textContent = say("paper_from_folder");
  else {
    const address = visit.app.lend(new Blob([bytes], { type: found.mime }));
    if (found.mime.startsWith("image/")) box.append(Object.assign(new Image(), { src: address, alt: found.label }));
    else box.append(Object.assign(draw("open-file"), { href: address }));
  }
  return section;
}

/** What else can be done here. */
function more(visit) {
  const section = draw("more");
  const list = one("[data-ways]", section);
  const ways = visit.over ? [] : visit.pack.ways.filter((way) => !["refused", "unsafe", "someone-else"].includes(way.name) && (way.met === null || way.met === visit.met));
  for (const way of ways) {
    const row = draw("way", { label: way.title });
    one("i", row).className = `bi bi-${way.icon}`;
    one("button", row).dataset.way = way.name;
    list.append(row);
  }
  list.hidden = !ways.length;
  one("[data-tool=contact]", section).closest("li").hidden = !visit.pack.contacts.length || !visit.met;
  if (cash.offered(visit)) one("[data-tool=contact]", section).closest("li").before(cash.link());
  one("[data-tool=consents]", section).closest("li").hidden = !visit.met;
  return section;
}

/** What the office said of what was sent, and what this phone was told. */
async function office(visit) {
  const section = draw("office");
  const rows = (await visit.app.store.all("receipts", visit.reference)).map((row) => row.value);
  rows.sort((one, other) => new Date(other.at) - new Date(one.at));
  for (const said of rows) {
    const what = said.what === "answer" ? say(`said_${said.question.split(":")[0].replaceAll("-", "_")}`) : say(`kind_${said.what}`);
    const row = draw("said", {
      what,
      at: time(visit.app.officeTime(said.at), visit.zone),
      state: say(`state_${said.state}`),
      why: said.why || "",
      digest: said.sha256 ? said.sha256.slice(0, 12) : "",
    });
    row.dataset.state = said.state;
    row.classList.add(`tone-${{ refused: "red", conflict: "amber", quarantined: "amber", dropped: "amber" }[said.state] || "green"}`);
    one("ul", section).append(row);
  }
  one("[data-none]", section).hidden = rows.length > 0;
  one("[data-drift]", section).textContent = visit.app.driftWords();
  return section;
}

// ---------------------------------------------------------------- consents

function consents(visit) {
  const section = draw("consents");
  for (const kind of CONSENTS) {
    const answer = visit.facts.consents[kind];
    const row = draw("consent", { kind: say(`consent_${kind}`), state: say(answer === undefined ? "not_asked" : answer ? "agreed" : "not_agreed") });
    row.dataset.kind = kind;
    row.classList.toggle("is-given", answer === true);
    for (const button of all("button", row)) {
      button.hidden = visit.over || (button.value === "yes") === (answer === true) || (button.value === "no" && answer === undefined && kind === "talk");
      if (button.value === "no" && answer === true) button.textContent = say("withdrawn");
    }
    one("ul", section).append(row);
  }
  return section;
}

async function consented(visit, kind, yes) {
  if (!yes && kind === "recording") await visit.app.stopRecording();
  await visit.answer("consent", { kind: [kind], answer: [yes ? "yes" : "no"] }, { wait: false });
  await open(visit, "consents");
}

// ---------------------------------------------------------------- evidence

async function evidence(visit) {
  const section = draw("evidence");
  const inside = visit.allows("filming");
  const sound = visit.allows("recording") && visit.underWay;
  const room = one("[data-capture=inside]", section);
  room.disabled = !inside;
  room.closest("label").classList.toggle("is-off", !inside);
  one("[data-why=inside]", section).textContent = inside ? "" : say("no_photos_inside");
  const record = one("[data-do=record]", section);
  record.disabled = !sound || Boolean(visit.app.recording);
  one("[data-why=sound]", section).textContent = sound ? "" : say(visit.over ? "visit_over" : "no_recording");
  const list = one("[data-taken]", section);
  for (const file of await visit.app.store.files(visit.reference)) {
    const state = !file.whole ? "recording_now" : file.refused ? "file_refused" : "waits";
    const row = draw("taken", { what: say(`kind_${file.kind}`), caption: file.caption || file.filename, state: say(state), why: file.why || "" });
    const button = one("[data-drop]", row);
    button.hidden = !file.refused;
    button.onclick = () => busy(button, () => drop(visit, file));
    list.append(row);
  }
  for (const { value } of await visit.app.store.all("receipts", visit.reference))
    if (value.what !== "answer")
      list.append(draw("taken", { what: say(`kind_${value.what}`), caption: value.filename, state: say(`state_${value.state}`), why: value.sha256.slice(0, 12) }));
  return section;
}

/** What the office does not take may be dropped, by somebody who has read what is lost by it. */
async function drop(visit, file) {
  const sure = await ask(say("drop_sure"), say("drop_lost", { file: file.filename }), [
    { value: "", label: say("drop_not") },
    { value: "drop", label: say("drop"), kind: "primary" },
  ]);
  if (sure !== "drop") return;
  await visit.drop(file);
  await open(visit, "evidence");
}

/** A photo or a file was chosen; `inside` was taken in a home, and needs the consent at that moment. */
export async function captured(visit, input) {
  const inside = input.dataset.capture === "inside";
  const kind = input.dataset.capture === "file" ? "file" : "photo";
  const caption = one("[name=caption]", one("#screen"))?.value.trim() ?? "";
  const chosen = [...input.files];
  input.value = "";
  if (inside && !visit.allows("filming")) return card(say("no_photos_inside"));
  let failed = null;
  for (const file of chosen) failed ??= await keep(visit, file, { kind, inside, caption, filename: file.name || `${kind}.jpg` });
  await open(visit, "evidence");
  if (failed) card(say(failed));
  return undefined;
}

/** Keeps it on this phone; gives the word of what went wrong, or null. */
async function keep(visit, blob, given) {
  try {
    await keepFile(visit.app.store, blob, { visit: visit.reference, taken_at: new Date().toISOString(), ...given });
  } catch (error) {
    return wordOf(error);
  }
  visit.app.bar();
  visit.app.send();
  return null;
}

function sign(visit) {
  return draw("sign", { who: visit.app.visitOf(visit.reference)?.debtor ?? "" });
}

let pad = null;

function signing(section) {
  pad?.close();
  pad = new Signing(one("canvas", section));
  one("[data-do=sign-clear]", section).onclick = () => pad.clear();
}

async function signed(visit, form) {
  const empty = one("[data-empty]", form.closest("section"));
  empty.hidden = !pad.isEmpty;
  if (pad.isEmpty) return undefined;
  const failed = await keep(visit, await pad.picture(), { kind: "signature", filename: "signature.png", caption: collect(form).caption?.[0] ?? "", inside: false });
  pad.close();
  pad = null;
  await open(visit, "evidence");
  return failed && card(say(failed));
}

// ---------------------------------------------------------------- words

const remark = () => draw("remark");
const incident = () => draw("incident");

function contact(visit) {
  const section = draw("contact");
  const choice = one("select", section);
  for (const point of visit.pack.contacts) choice.append(new Option(`${point.label || point.channel} · ${point.masked}`, point.id));
  return section;
}

/** A form of one of these screens was sent. */
export async function submitted(visit, tool, form, submitter) {
  if (!valid(form)) return undefined;
  if (tool === "cash") return cash.submitted(visit, form, submitter);
  if (tool === "sign") return busy(submitter, () => signed(visit, form));
  if (tool === "consents") return busy(submitter, () => consented(visit, submitter.closest("[data-kind]").dataset.kind, submitter.value === "yes"));
  const data = collect(form, submitter);
  return busy(submitter, async () => {
    if (tool === "contact") {
      const point = visit.pack.contacts.find((row) => String(row.id) === data.id[0]);
      data.stamp = [point.stamp];
    }
    const question = { remark: "remark", incident: "incident", contact: "contact" }[tool];
    const result = await visit.answer(question, data);
    await visit.render();
    const word = !result ? "kept_here" : { applied: "on_record", kept: "on_record" }[result.state];
    card(word ? say(word) : say("office_refused", { why: result.why }), word ? "green" : "amber");
  });
}

// ---------------------------------------------------------------- SOS

const COUNT = 5;

function sos(visit) {
  const others = visit.pack.crew.filter((one) => one.badge !== visit.app.user.badge).map((one) => `${one.name} ${one.badge}`);
  const section = draw("sos", { colleagues: others.join(" · ") });
  call(visit, section);
  return section;
}

function call(visit, section) {
  const number = visit.pack.safety?.police || visit.pack.emergency;
  const link = one("[data-call]", section);
  link.hidden = !number;
  if (!number) return;
  link.href = `tel:${number}`;
  one("span", link).textContent = say("call", { number });
}

/** Five seconds in which a press by mistake can be taken back; then it goes, whether anybody looks or not. */
function countdown(visit, section) {
  let left = COUNT;
  const send = async () => {
    clearInterval(ticking);
    if (section.dataset.sent) return;
    section.dataset.sent = "1";
    await sent(visit);
  };
  const tick = () => {
    one("[data-left]", section).textContent = say("sos_in", { n: left });
    if (!section.isConnected) clearInterval(ticking);
    else if (left-- <= 0) send();
  };
  const ticking = setInterval(tick, 1000);
  tick();
  one("[data-do=sos-now]", section).onclick = send;
}

async function sent(visit) {
  const stopping = visit.app.stopRecording();
  const wasUnderWay = visit.underWay;
  const section = draw("sos-sent");
  section.dataset.screen = section.dataset.tool = "sos-sent";
  call(visit, section);
  show(section);
  await visit.answer("sos", {}, { wait: false, note: wasUnderWay ? { left: "unsafe" } : {} });
  await stopping;
  const kept = (await visit.app.store.items(visit.reference)).findLast((row) => row.item.question === "sos");
  const place = kept?.item.position;
  one("[data-place]", section).textContent = place ? say("sos_place", { lat: place.lat.toFixed(5), lon: place.lon.toFixed(5), accuracy: place.accuracy_m }) : say("sos_no_place");
  const outcome = await visit.app.sync.run();
  one("[data-state]", section).textContent = say(outcome === "sent" ? "sos_told" : "sos_not_told");
}

/** Whether the person wants to go although something is not sent. */
export function reallySignOut(waiting) {
  return ask(say("sign_out_sure"), say("sign_out_waiting", { n: waiting }), [
    { value: "", label: say("stay") },
    { value: "send", label: say("send_now"), kind: "primary" },
    { value: "out", label: say("sign_out") },
  ]);
}
