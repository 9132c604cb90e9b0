// Drawing: the page's own templates are cloned and filled; what is said stands in the page's list of words.

const words = JSON.parse(document.getElementById("door-words").textContent);
export const language = document.documentElement.lang;

export const one = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

/** A sentence of the app, with `{name}` filled in. */
export function say(key, given = {}) {
  const found = words[key];
  if (found === undefined) throw new Error(`no word ${key}`);
  return found.replaceAll(/\{(\w+)\}/g, (_, name) => given[name] ?? "");
}

/** The same for one and for many: `key_one` where the language tells them apart. */
export const sayCount = (key, n) => say(n === 1 && `${key}_one` in words ? `${key}_one` : key, { n });

const clock = (zone, how) => new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { timeZone: zone, ...how });

/** The time at the place of the visit; with the weekday where it is another day than today's. */
export function time(moment, zone, now = null) {
  const day = { weekday: "short", day: "numeric", month: "short" };
  const other = now && clock(zone, { dateStyle: "short" }).format(new Date(moment)) !== clock(zone, { dateStyle: "short" }).format(now);
  return clock(zone, { ...(other ? day : {}), hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(moment));
}

/** A day with its weekday. */
export const day = (moment, zone) => clock(zone, { weekday: "short", day: "numeric", month: "short" }).format(new Date(moment));

/** Minutes and seconds. */
export const span = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** A clone of a template of the page; `data-text="name"` is filled from `given`, and hidden where it is empty. */
export function draw(name, given = {}, from = document) {
  const made = from.getElementById(`t-${name}`).content.firstElementChild.cloneNode(true);
  for (const part of [made, ...all("[data-text]", made)]) {
    const value = part.dataset.text && given[part.dataset.text];
    if (!part.dataset.text || value === undefined) continue;
    part.textContent = value;
    part.hidden = value === "";
  }
  return made;
}

/** Templates that the page holds as text alone, so that nothing of them stands in it before it is drawn. */
export function kept(id) {
  const box = document.createElement("template");
  box.innerHTML = document.getElementById(id).textContent;
  return box.content;
}

/** A fragment that the office has drawn. It came signed, and our own policy lets no script in it run. */
export function fragment(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  return box.content.firstElementChild;
}

/** Shows one screen and takes the one before out of the page. */
export function show(section) {
  all("audio, video", one("#screen")).forEach((player) => player.pause());
  one("#screen").replaceChildren(section);
  one("#card").replaceChildren();
  const head = one(".door-question", section);
  if (head) {
    head.tabIndex = -1;
    head.focus({ preventScroll: true });
  }
  scrollTo(0, 0);
}

/** Says above the screen what stands against something; a card of the office's own, or a sentence. */
export function card(content, tone = "red") {
  const box = typeof content === "string" ? draw("note", { words: content }) : content;
  box.classList.add(`tone-${tone}`);
  one("#card").replaceChildren(box);
  box.tabIndex = -1;
  box.focus({ preventScroll: true });
  box.scrollIntoView({ block: "center" });
}

/** A refusal card that the office has drawn; its links lead to the desk, which a phone at a door does not open. */
export function office(html) {
  const box = draw("office-card");
  box.append(fragment(`<div>${html}</div>`));
  all("a[href]", box).forEach((link) => link.removeAttribute("href"));
  all("form, button", box).forEach((part) => part.remove());
  return box;
}

/** Asks in a dialog; gives the value of the button that was pressed, or "". */
export function ask(title, more, buttons) {
  const box = one("#ask");
  one("[data-text=title]", box).textContent = title;
  const line = one("[data-text=more]", box);
  line.textContent = more;
  line.hidden = !more;
  one(".form-actions", box).replaceChildren(
    ...buttons.map(({ value, label, kind = "quiet" }) => {
      const button = draw("dialog-button", { label });
      button.value = value;
      button.classList.add(`btn-${kind}`);
      return button;
    }),
  );
  return new Promise((answer) => {
    box.returnValue = "";
    box.addEventListener("close", () => answer(box.returnValue), { once: true });
    box.showModal();
  });
}

/** While something runs that a person waits for, its button says so and takes no second press. */
export async function busy(button, run) {
  if (button?.getAttribute("aria-disabled") === "true") return undefined;
  button?.setAttribute("aria-disabled", "true");
  try {
    return await run();
  } finally {
    button?.removeAttribute("aria-disabled");
  }
}

const AMOUNT = /^\d{1,12}(\.\d{1,2})?$/;

/** Whether a form can be sent; what is wrong is said at its field, for at a door nobody else would say it in time. */
export function valid(form) {
  for (const field of all("[inputmode=decimal]", form)) {
    const written = field.value.normalize("NFKC").replace(/[,¥]/g, "").trim();
    field.setCustomValidity(!written || AMOUNT.test(written) ? "" : say("amount_wrong"));
    field.oninput = () => field.setCustomValidity("");
  }
  return form.reportValidity();
}

/** What a form holds, as lists of words by field. */
export function collect(form, submitter) {
  const data = {};
  for (const [name, value] of new FormData(form, submitter)) {
    if (typeof value !== "string" || ["csrfmiddlewaretoken", "guard_key", "guard_version", "question"].includes(name)) continue;
    (data[name] ??= []).push(value);
  }
  return data;
}

/** Puts back into a form what was typed before. */
export function refill(section, draft) {
  for (const field of all("input, select, textarea", section)) {
    const values = draft[field.name];
    if (!values || field.type === "hidden" || field.type === "file") continue;
    if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
    else field.value = values.shift() ?? "";
  }
}

/** What has been typed into all fields of a screen. */
export function typed(section) {
  const draft = {};
  for (const field of all("input, select, textarea", section)) {
    if (!field.name || field.type === "hidden" || field.type === "file") continue;
    if ((field.type === "radio" || field.type === "checkbox") && !field.checked) continue;
    (draft[field.name] ??= []).push(field.value);
  }
  return draft;
}

/** From light to dark, and back; kept for the next time. */
export function turnLight() {
  const root = document.documentElement;
  root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.bsTheme);
}

/** The phone's own Back key: it goes where the screen's back button goes, and leaves no trace in the history. */
export class BackKey {
  constructor(press) {
    Object.assign(this, { press, watcher: null });
  }

  /** Listens while there is something to go back to; a browser that cannot leaves the app, which opens where it was. */
  watch(wanted) {
    if (!wanted) this.watcher?.destroy();
    this.watcher = wanted ? (this.watcher ?? this.#listening()) : null;
  }

  #listening() {
    if (!globalThis.CloseWatcher) return null;
    const watcher = new CloseWatcher();
    watcher.onclose = () => {
      this.watcher = null;
      this.press();
    };
    return watcher;
  }
}
