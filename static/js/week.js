// A visit in the week can be dragged to another hour. Which hours are lawful the server says before the drop; where
// one is not, the rule stands above the week. A drop only opens the form that moves the visit: the person confirms
// there, and the server asks its rules once more. Without a script the same slots are a page (“When it may be moved to”).
(() => {
  "use strict";
  const week = document.querySelector("[data-week]");
  const says = document.querySelector("[data-week-says]");
  if (!week || !says) return;
  const cells = [...week.querySelectorAll("td[data-slot]")];
  const known = new Map();
  let held = null;

  const ask = (visit) => {
    const address = visit.dataset.slots;
    if (!known.has(address)) {
      const asked = fetch(`${address}?as=json&week=${week.dataset.week}`, { headers: { Accept: "application/json" } })
        .then((answer) => (answer.ok ? answer.json() : null))
        .catch(() => null);
      known.set(address, asked);
    }
    return known.get(address);
  };

  // An hour takes the visit at its beginning, else at its half.
  const slotOf = (cell, answer) => {
    const [full, half] = [cell.dataset.slot, cell.dataset.slot.replace(/:00$/, ":30")];
    if (answer.slots[full] === "") return { from: full };
    if (answer.slots[half] === "") return { from: half };
    const rule = answer.slots[full];
    return { why: rule === undefined || rule === "past" ? week.dataset.past : answer.rules[rule] || rule };
  };

  const clear = () => {
    cells.forEach((cell) => cell.classList.remove("is-open", "is-shut", "is-over"));
    says.textContent = "";
  };

  week.addEventListener("pointerover", (event) => {
    const visit = event.target.closest("[data-slots]");
    if (visit) ask(visit);
  });

  week.addEventListener("dragstart", (event) => {
    const visit = event.target.closest("[data-slots]");
    if (!visit) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", visit.dataset.slots);
    held = { visit, answer: null };
    ask(visit).then((answer) => {
      if (!answer || !held || held.visit !== visit) return;
      held.answer = answer;
      cells.forEach((cell) => cell.classList.add(slotOf(cell, answer).from ? "is-open" : "is-shut"));
    });
  });

  const over = (event) => {
    const cell = event.target.closest("td[data-slot]");
    if (!cell || !held || !held.answer) return;
    const slot = slotOf(cell, held.answer);
    cells.forEach((one) => one.classList.toggle("is-over", one === cell));
    says.textContent = slot.from ? slot.from.replace("T", " ") : slot.why;
    if (slot.from) event.preventDefault(); // only then can it be dropped here
  };
  week.addEventListener("dragenter", over);
  week.addEventListener("dragover", over);

  week.addEventListener("drop", (event) => {
    const cell = event.target.closest("td[data-slot]");
    if (!cell || !held || !held.answer) return;
    const slot = slotOf(cell, held.answer);
    if (!slot.from) return;
    event.preventDefault();
    location.assign(`${held.answer.move}?from=${encodeURIComponent(slot.from)}`);
  });

  week.addEventListener("dragend", () => {
    held = null;
    clear();
  });
})();
