// Cash at the door: two officers count, each alone, the debtor confirms, and a numbered receipt stands on the screen.
// What the mandate allows and the numbers were taken along; the office asks its rules once more when it hears of it.
import { all, busy, card, collect, draw, kept, office, one, say, show, time } from "./ui.js";

let screens = null; // drawn from the page's text once they are needed
let counting = null; // the counts so far; gone when the screen is left, for then it is counted again

const drawn = (name, given) => draw(name, given, (screens ??= kept("cash-screens")));

/** The way to these screens. */
export const link = () => drawn("cash-link");

/** Whether money may be spoken of at all: the mandate gave the power, and it is known who stands there. */
export const offered = (visit) => Boolean(visit.pack.cash) && visit.met && (visit.underWay || written(visit).length > 0);

const written = (visit) => visit.facts.cash ?? [];
const left = (visit) => visit.pack.cash.numbers.filter((number) => !written(visit).some((one) => one.number === number) && !(visit.facts.cash_spoiled ?? []).includes(number));

// In tenths of a yuan, so that nothing is ever reckoned in fractions.
const tenthsOf = (amount) => Number(amount.replace(".", "")) / 10;
const plain = (tenths) => `${Math.floor(tenths / 10)}.${tenths % 10}0`;
const money = (tenths) => plain(tenths).replace(/\B(?=(\d{3})+\.)/g, ",");
const worth = (visit, notes) => visit.pack.cash.notes.reduce((sum, { name, tenths }) => sum + tenths * (notes[name] ?? 0), 0);
const soFar = (visit) => written(visit).reduce((sum, { amount }) => sum + tenthsOf(amount), 0);

/** The first screen: what may be taken, what was, and the first officer's count. */
export function open(visit) {
  const own = visit.app.user.badge;
  const crew = [...visit.pack.crew].sort((one, other) => (other.badge === own) - (one.badge === own));
  counting = { crew, counts: [], others: "" };
  return count(visit);
}

function count(visit) {
  const [officer, taken] = [counting.crew[counting.counts.length], written(visit)];
  const section = drawn("cash", {
    who: say("cash_counts", { who: `${officer.name} ${officer.badge}` }),
    limit: say("cash_at_most", { limit: money(visit.pack.cash.limit), taken: money(soFar(visit)) }),
    number: left(visit).length ? say("cash_under", { number: left(visit)[0] }) : say("cash_no_number"),
    send: say(counting.counts.length ? "cash_compare" : "cash_hand_on", { who: counting.crew[1]?.name ?? "" }),
  });
  for (const { number, amount, at } of taken) one("[data-written]", section).append(drawn("cash-written", { number, amount: money(tenthsOf(amount)), at: time(at, visit.zone) }));
  for (const { name, label } of visit.pack.cash.notes) {
    const row = drawn("cash-note", { label });
    one("input", row).name = name;
    one("[data-notes]", section).append(row);
  }
  const [sum, form] = [one("[data-sum]", section), one("form", section)];
  form.oninput = () => (sum.textContent = money(worth(visit, notesIn(form))));
  one("[data-others]", section).hidden = counting.counts.length > 0;
  for (const choice of all("[name=others]", section)) choice.required = !counting.counts.length;
  const ended = !visit.underWay || !left(visit).length;
  form.hidden = ended;
  one("[data-send]", section).hidden = ended;
  return section;
}

/** How many of each, without those of which there are none. */
function notesIn(form) {
  const notes = {};
  for (const field of all("[data-count]", form)) if (Number(field.value) > 0) notes[field.name] = Number(field.value);
  return notes;
}

function step(visit, section) {
  section.dataset.screen = section.dataset.tool = "cash";
  show(section);
  visit.app.frame(visit, "cash");
}

const same = (one, other) => JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());

/** A form of these screens was sent. */
export async function submitted(visit, form, submitter) {
  if (form.dataset.step === "confirm") return busy(submitter, () => confirmed(visit));
  const notes = notesIn(form);
  const others = collect(form, submitter).others?.[0];
  if (others) counting.others = others;
  const no = refusal(visit, worth(visit, notes));
  if (no) return card(no);
  counting.counts.push(notes);
  if (counting.counts.length < 2) return step(visit, count(visit));
  const [first, second] = counting.counts;
  if (same(first, second)) return step(visit, confirm(visit));
  const sums = { first: money(worth(visit, first)), second: money(worth(visit, second)) };
  counting.counts = [];
  step(visit, count(visit));
  return card(say("cash_differs", sums));
}

/** What this phone refuses without asking anybody, in the words of the rule; null where nothing stands against it. */
function refusal(visit, tenths) {
  const { crew, cash } = visit.pack;
  const now = visit.app.sync.now();
  if (!visit.underWay) return say("visit_over");
  if (!visit.met || crew.some((one) => !visit.facts.shown[one.badge])) return say("cash_not_shown");
  const lapsed = crew.find((one) => !one.ok_until || new Date(one.ok_from) > now || new Date(one.ok_until) <= now);
  if (lapsed) return say("cash_lapsed", { who: `${lapsed.name} ${lapsed.badge}` });
  if (crew.length < cash.officers) return say("cash_two", { officers: cash.officers });
  if (counting.others !== "no") return say("cash_others");
  if (!tenths) return say("cash_nothing");
  const all = soFar(visit) + tenths;
  return all > cash.limit ? say("cash_limit", { amount: money(all), limit: money(cash.limit) }) : null;
}

/** The debtor sees what was counted, and says whether that is what was handed over. */
function confirm(visit) {
  const [notes] = counting.counts;
  const section = drawn("cash-confirm", { amount: money(worth(visit, notes)) });
  for (const { name, label } of visit.pack.cash.notes) {
    if (notes[name]) one("ul", section).append(drawn("cash-line", { label, count: `× ${notes[name]}` }));
  }
  one("[data-anew]", section).onclick = () => step(visit, open(visit));
  return section;
}

async function confirmed(visit) {
  const [number] = left(visit);
  const [notes] = counting.counts;
  const [first, second] = counting.crew;
  const amount = worth(visit, notes);
  const counts = Object.entries(notes).map(([name, of]) => `${name}=${of}`);
  const data = { number: [number], amount: [plain(amount)], others: [counting.others], confirmed: ["yes"], [`count:${first.badge}`]: counts, [`count:${second.badge}`]: counts };
  const result = await visit.answer("cash", data);
  if (result && ["refused", "conflict"].includes(result.state)) {
    step(visit, open(visit));
    return card(result.html ? office(result.html) : say("office_refused", { why: result.why }));
  }
  const at = written(visit).find((one) => one.number === number)?.at ?? visit.app.sync.now().toISOString();
  counting = null;
  return step(visit, drawn("cash-receipt", { number, amount: money(amount), at: time(at, visit.zone), by: `${first.name} ${first.badge} · ${second.name} ${second.badge}` }));
}
