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
