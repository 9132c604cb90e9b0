// Small helps for every page. Everything works without them; nothing here holds a rule.
//
//   data-search           the field that / goes to
//   data-jump="w"         a link that g w follows
//   data-row              a row (or card) that opens its first link on Enter or a press; j and k walk
//   data-menu             a <details> that closes on Esc or a press elsewhere
//   data-open-dialog="id" opens a <dialog>
//   data-confirm="Sure?"  asks before the form is sent; data-confirm-more, data-confirm-yes say more
//   data-again            a form that may be sent many times (it answers with a file)
//   data-auto-submit      a form (or one field) that is sent when changed; its button then hides
//   data-fill="name"      on a submit button: puts data-fill-with into that field of its form first
//   data-fill-form='{"username": "…"}'  on a button: fills the fields of the form it names by data-into
//   data-focus            takes the focus when the page opens (an answer, an error summary)
//   data-to-field         a link of an error summary: focuses the field
//   data-close-note       closes the note around it
//   data-tick-all="post"  ticks or clears every box of that name in its form
//   data-picks="which"    a box that, ticked, chooses “ticked” of that field, and unticked with all others “all”
//   data-enter-next       Enter (which a scanner sends) goes to the next such field, and ticks data-ticks
//   data-elapsed="12"     a clock that has run for so many seconds and runs on
//   data-dial             a tel: link that a phone follows by itself, once
//   data-no-signal        is shown while the server cannot be reached
//   data-print            prints the page
//   data-rows             rows of a form; data-add-row copies its <template> with the next number
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector, within = document) => within.querySelector(selector);

  // ---------------------------------------------------------------- light and dark

  const switchTheme = () => {
    const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    root.dataset.bsTheme = theme;
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // a browser that keeps nothing still switches for this page
    }
  };

  // ---------------------------------------------------------------- rows

  const rows = () => all("[data-row]").filter((row) => row.offsetParent !== null);
  const rowHere = () => one(".is-here");
  const walk = (by) => {
    const list = rows();
    if (!list.length) return;
    const from = list.indexOf(rowHere());
    const to = list[Math.min(Math.max(from + by, 0), list.length - 1)];
    rowHere()?.classList.remove("is-here");
    to.classList.add("is-here");
    to.scrollIntoView({ block: "nearest" });
    (one("a[href]", to) || to).focus({ preventScroll: true });
  };
  const open = (row, away) => {
    const address = row && one("a[href]", row)?.href;
    if (!address) return;
    if (away) window.open(address, "_blank", "noopener");
    else location.assign(address);
  };

  // ---------------------------------------------------------------- keys

  let jumping = false;
  const typing = (target) =>
    target.closest("input, textarea, select, [contenteditable]") || one("dialog[open]");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") {
      all("[data-menu][open]").forEach((menu) => {
        menu.open = false;
        one("summary", menu)?.focus();
      });
      if (event.target.matches("[data-search]")) event.target.blur();
      return;
    }
    if (typing(event.target)) return;
    if (jumping) {
      jumping = false;
      const place = one(`[data-jump="${CSS.escape(event.key)}"]`);
      if (place) {
        event.preventDefault();
        location.assign(place.href);
      }
      return;
    }
    const act = {
      "/": () => one("[data-search]")?.select(),
      "?": () => one("#help")?.showModal(),
      j: () => walk(1),
      k: () => walk(-1),
      g: () => {
        jumping = true;
        setTimeout(() => (jumping = false), 1500);
      },
    }[event.key];
    if (act) {
      event.preventDefault();
      act();
    } else if (event.key === "Enter" && rowHere() && !event.target.closest("a, button, summary")) {
      open(rowHere());
    }
  });

  // ---------------------------------------------------------------- presses

  document.addEventListener("click", (event) => {
    const target = event.target;
    all("[data-menu][open]").forEach((menu) => {
      if (!menu.contains(target)) menu.open = false;
    });
    if (target.closest("[data-theme-switch]")) switchTheme();
    if (target.closest("[data-close-note]")) target.closest("[data-note]")?.remove();
    if (target.closest("[data-print]")) print();
    const opener = target.closest("[data-open-dialog]");
    if (opener) document.getElementById(opener.dataset.openDialog)?.showModal();
    if (target.matches("dialog")) target.close(); // a press beside the dialog

    const toField = target.closest("[data-to-field]");
    if (toField) {
      const field = document.getElementById(decodeURIComponent(toField.hash.slice(1)));
      const inner = field?.matches("input, select, textarea") ? field : one("input, select, textarea", field || document.createElement("i"));
      if (inner) {
        event.preventDefault();
        inner.focus();
        inner.scrollIntoView({ block: "center" });
      }
    }

    const filler = target.closest("[data-fill-form]");
    if (filler) {
      const form = document.getElementById(filler.dataset.into);
      for (const [name, value] of Object.entries(JSON.parse(filler.dataset.fillForm))) {
        const field = form?.elements.namedItem(name);
        if (field) field.value = value;
      }
      one("button[type=submit], button:not([type])", form)?.focus();
    }

    const taker = target.closest("button[data-fill]");
    const field = taker?.form?.elements[taker.dataset.fill];
    if (field) field.value = taker.dataset.fillWith;

    const row = target.closest("[data-row]");
    if (row && !target.closest("a, button, input, label, select, summary") && !String(getSelection()))
      open(row, event.ctrlKey || event.metaKey);
  });

  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-auto-submit]")) event.target.form?.requestSubmit();
    const every = event.target.closest("[data-tick-all]");
    if (every) all(`input[name="${CSS.escape(every.dataset.tickAll)}"]`, every.form).forEach((box) => (box.checked = every.checked));
    const picks = event.target.closest("[data-picks]");
    if (picks) {
      const wanted = all(`input[name="${CSS.escape(picks.name)}"]`, picks.form).some((box) => box.checked) ? "ticked" : "all";
      all(`input[name="${CSS.escape(picks.dataset.picks)}"]`, picks.form).forEach((radio) => (radio.checked = radio.value === wanted));
    }
  });

  // ---------------------------------------------------------------- numbers, one after the other

  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || event.isComposing || !field.matches?.("[data-enter-next]")) return;
    event.preventDefault();
    const box = field.value.trim() && one(`input[type=checkbox][value="${CSS.escape(field.dataset.ticks)}"]`, field.form);
    if (box) box.checked = true;
    const fields = all("[data-enter-next]", field.form);
    const next = fields[fields.indexOf(field) + 1];
    if (next) next.select();
    else one("button.btn-primary", field.form)?.focus();
  });

  // ---------------------------------------------------------------- rows that are added

  all("[data-add-row]").forEach((button) => (button.hidden = false));
  document.addEventListener("click", (event) => {
    const rows = event.target.closest("[data-add-row]")?.closest("[data-rows]");
    if (!rows) return;
    const number = rows.dataset.next++;
    const made = document.createElement("div");
    made.innerHTML = one("template", rows).innerHTML.replaceAll("-ROW-", `-${number}-`);
    const row = made.firstElementChild;
    one("template", rows).before(row);
    one("input, select, textarea", row)?.focus();
  });

  // ---------------------------------------------------------------- sending

  const ask = (form, submitter) =>
    new Promise((answer) => {
      const box = one("#confirm");
      const from = submitter?.dataset.confirm ? submitter : form;
      if (!box?.showModal) return answer(confirm(from.dataset.confirm));
      one("#confirm-says", box).textContent = from.dataset.confirm;
      one("#confirm-more", box).textContent = from.dataset.confirmMore || "";
      const yes = one("[value=yes]", box);
      yes.textContent = from.dataset.confirmYes || yes.dataset.default;
      box.returnValue = "no";
      box.addEventListener("close", () => answer(box.returnValue === "yes"), { once: true });
      box.showModal();
    });

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const submitter = event.submitter;
    if (form.method === "dialog") return;
    if ((form.dataset.confirm || submitter?.dataset.confirm) && !form.dataset.sure) {
      event.preventDefault();
      event.stopPropagation();
      if (await ask(form, submitter)) {
        form.dataset.sure = "1";
        form.requestSubmit(submitter?.type === "submit" ? submitter : undefined);
        delete form.dataset.sure;
      }
      return;
    }
    if (form.method !== "post" || form.matches("[data-again]")) return;
    if (form.dataset.sent) {
      event.preventDefault(); // a second press while the first is on its way
      return;
    }
    form.dataset.sent = "1";
    all("button:not([type=button])", form).forEach((button) => button.setAttribute("aria-disabled", "true"));
  }, true);

  const again = (form) => {
    delete form.dataset.sent;
    all("[aria-disabled]", form).forEach((button) => button.removeAttribute("aria-disabled"));
  };
  // Coming back with the browser's own button, or after htmx has its answer, a form may be sent again.
  addEventListener("pageshow", () => all("form[data-sent]").forEach(again));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest("form[data-sent]");
    if (form) again(form);
  });

  // Where an answer is waited for, the page says when none can come.
  const signal = (there) => all("[data-no-signal]").forEach((part) => (part.hidden = there));
  signal(navigator.onLine);
  addEventListener("online", () => signal(true));
  addEventListener("offline", () => signal(false));
  document.addEventListener("htmx:sendError", () => signal(false));
  document.addEventListener("htmx:afterOnLoad", () => signal(true));

  // ---------------------------------------------------------------- a call in progress

  const running = one("[data-elapsed]");
  if (running) {
    const since = performance.now() - Number(running.dataset.elapsed) * 1000;
    const show = () => {
      const seconds = Math.floor((performance.now() - since) / 1000);
      running.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    };
    show();
    setInterval(show, 1000);
  }
  const dial = one("[data-dial]");
  if (dial && matchMedia("(pointer: coarse)").matches) {
    let before = "";
    try {
      before = sessionStorage.getItem("dialled");
      sessionStorage.setItem("dialled", location.pathname);
    } catch {
      before = location.pathname; // a browser that keeps nothing: the person presses the link
    }
    if (before !== location.pathname) location.assign(dial.href);
  }

  one("[data-focus]")?.focus();
})();
