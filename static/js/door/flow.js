// The order of the questions at a door, told from the facts, as visits/answering.py tells it from the record;
// and what an answer changes in the facts before the office has it.

/** Each question in its order; what the dots count. */
export const QUESTIONS = [
  "depart", "arrive", "recording", "who", "credentials", "willing", "entry", "filming", "papers",
  "talk_open", "talk", "outcome", "attest", "done",
];
const OVER = ["finished", "aborted", "cancelled"];

// How the visit ends by each way out. What needs the office (a hold, a bar, what is stopped) is the office's.
const OUTCOME = {
  refused: "refused",
  leave: "asked_to_leave",
  "someone-else": "someone_else",
  nobody: "nobody_in",
  later: "postponed",
  care: "postponed",
  "crew-short": "crew_short",
  unsafe: "unsafe",
};
const BROKEN_OFF = ["unsafe"];

/** Whether the visit is over, one way or another. */
export const isOver = (facts) => OVER.includes(facts.state);

/** Whether the officers have rung and not left yet. */
export const isUnderWay = (facts) => facts.state === "started";

/** Which question is next. */
export function questionOf(facts, pack) {
  if (isOver(facts)) {
    const open = pack.crew.some((one) => !facts.attested[one.badge]);
    return open && facts.state !== "cancelled" ? "attest" : "done";
  }
  if (!isUnderWay(facts)) return facts.state === "noticed" && !facts.departed_at ? "depart" : "arrive";
  if (facts.case_state === "credential_display" && !("recording" in facts.consents)) return "recording";
  if (!facts.identified_at) return "who";
  if (pack.crew.some((one) => !facts.shown[one.badge])) return "credentials";
  if (facts.case_state === "credential_display") return beforeTheTalk(facts, pack);
  return facts.talk ? "outcome" : "talk";
}

function beforeTheTalk({ consents, papers }, pack) {
  if (!consents.talk) return "willing";
  if (!("entry" in consents)) return "entry";
  if (consents.entry && !("filming" in consents)) return "filming";
  return pack.papers.some((paper) => !(paper.id in papers)) ? "papers" : "talk_open";
}

/** The screen of a question, of which some have one for each officer or paper. */
export function screenOf(facts, pack) {
  const question = questionOf(facts, pack);
  if (question === "credentials") return `credentials:${pack.crew.find((one) => !facts.shown[one.badge]).badge}`;
  if (question === "papers") return `papers:${pack.papers.find((paper) => !(paper.id in facts.papers)).id}`;
  return question;
}

const leave = (facts, outcome, at) => {
  if (isOver(facts)) return;
  facts.state = BROKEN_OFF.includes(outcome) ? "aborted" : "finished";
  facts.outcome = outcome;
  facts.finished_at = at;
};

const EFFECT = {
  depart: (facts, said, at) => (facts.departed_at = at),
  arrive(facts, said, at) {
    if (!said.begin) return (facts.checked_in[said.badge] = at);
    Object.assign(facts, { state: "started", started_at: at, case_state: "credential_display" });
  },
  who(facts, said, at) {
    facts.identified_at = at;
    if (said.somebody_else) delete facts.consents.recording; // it was another's answer
  },
  credentials: (facts, said, at) => (facts.shown[said.badge] = at),
  willing(facts, said, at) {
    if (said.answer === "yes") facts.consents.talk = true;
    else leave(facts, "postponed", at);
  },
  recording: (facts, said) => (facts.consents.recording = said.answer === "yes"),
  entry: (facts, said) => (facts.consents.entry = said.answer === "yes"),
  filming: (facts, said) => (facts.consents.filming = said.answer === "yes"),
  consent: (facts, said) => (facts.consents[said.kind] = said.answer === "yes"),
  papers: (facts, said) => (facts.papers[said.paper] = [said.reaction, said.words].filter(Boolean).join(": ")),
  talk_open: (facts) => (facts.case_state = "on_site_talk"),
  talk: (facts) => (facts.talk = true),
  outcome: (facts, said, at) => leave(facts, said.outcome, at),
  attest: (facts, said, at) => (facts.attested[said.badge] = at),
  "third-party"(facts, said, at) {
    if (said.left === "back" && !facts.identified_at) delete facts.consents.recording; // whoever is met next is asked anew
    if (said.left && said.left !== "back") leave(facts, facts.identified_at ? "postponed" : "someone_else", at);
  },
  cash: (facts, { number, amount }, at) => (facts.cash = [...(facts.cash ?? []), { number, amount, at }]),
  sos(facts, said, at) {
    if (isUnderWay(facts)) leave(facts, "unsafe", at);
  },
};

/** The facts as they stand with these answers, of which the office does not know yet. */
export function withAnswers(facts, items) {
  const now = structuredClone(facts);
  for (const part of ["checked_in", "shown", "attested", "consents", "papers"]) now[part] ??= {};
  for (const { question, data, at } of items) {
    const said = Object.fromEntries(Object.entries(data).map(([name, values]) => [name, values[0]]));
    if (question.startsWith("way:")) leave(now, OUTCOME[question.slice(4)], at);
    else EFFECT[question]?.(now, said, at);
  }
  return now;
}

/** Whether something that the server's fragments ask for holds: `started_at`, `consent.recording`, `!papers.12`. */
export function holds(what, facts, pack) {
  if (what.startsWith("!")) return !holds(what.slice(1), facts, pack);
  if (what === "all_here") return pack.crew.every((one) => facts.checked_in[one.badge]);
  if (what === "online") return navigator.onLine;
  if (what === "unattested") return pack.crew.some((one) => !facts.attested[one.badge]);
  const [first, ...rest] = what.split(".");
  const under = { consent: facts.consents, paper: facts.papers, outcome: { [facts.outcome]: true }, state: { [facts.state]: true } };
  if (!rest.length) return Boolean(facts[first]);
  const found = (under[first] || facts[first] || {})[rest.join(".")];
  return found !== undefined && found !== false;
}

/** A moment by its name: `started_at`, or `checked_in.021`. */
export function momentOf(what, facts) {
  const [first, ...rest] = what.split(".");
  return (rest.length ? facts[first]?.[rest.join(".")] : facts[first]) || null;
}

/** What a fragment ticks off: who is here, whose credential was shown, who has confirmed. */
export function tickedAt(badge, screen, facts) {
  const name = screen.split(":")[0];
  const list = { arrive: facts.checked_in, credentials: facts.shown, attest: facts.attested, papers: facts.papers }[name] || {};
  return badge in list ? list[badge] || true : null;
}
