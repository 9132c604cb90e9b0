// How long the officers still have to leave. Without script the card says by when.
(() => {
  "use strict";
  const clock = document.querySelector("[data-leave]");
  if (!clock) return;
  const left = clock.querySelector("[data-leave-left]");
  const until = performance.now() + Number(clock.dataset.leave) * 1000;
  const tick = () => {
    const seconds = Math.max(Math.ceil((until - performance.now()) / 1000), 0);
    left.textContent = seconds
      ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
      : clock.dataset.over;
    if (seconds) setTimeout(tick, 250);
    else clock.classList.add("is-over");
  };
  tick();
})();

// Where the phone is goes along with arriving, a sign of life, leaving and a call for help, if it is known in time;
// none of them waits, and who has to go (data-patience, in milliseconds) least of all.
(() => {
  "use strict";
  const PATIENCE = 2500; // milliseconds
  const ask = (patience) =>
    new Promise((answer) => {
      if (!navigator.geolocation) return answer(null);
      setTimeout(() => answer(null), patience);
      navigator.geolocation.getCurrentPosition(
        (found) => answer(found.coords),
        () => answer(null),
        { enableHighAccuracy: true, maximumAge: 30000, timeout: patience },
      );
    });
  const add = (form, name, value) => {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  };
  for (const form of document.querySelectorAll("form[data-position]")) {
    form.addEventListener("submit", async (event) => {
      if (form.dataset.position === "asked") return;
      event.preventDefault();
      form.dataset.position = "asked";
      const here = await ask(Number(form.dataset.patience) || PATIENCE);
      if (event.submitter?.name) add(form, event.submitter.name, event.submitter.value); // submit() would leave it out
      if (here) {
        const place = { lat: here.latitude, lon: here.longitude, accuracy_m: here.accuracy };
        for (const [name, value] of Object.entries(place)) add(form, name, String(value).slice(0, 18));
      }
      form.submit();
    });
  }
})();
