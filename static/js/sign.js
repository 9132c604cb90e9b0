// A signature drawn on the screen: the picture goes into the form's hidden field when it is sent.
// Without script, or where drawing does not work, a picture of the signature can be chosen instead.
(() => {
  "use strict";
  const box = document.querySelector("[data-sign]");
  const form = document.querySelector("[data-sign-form]");
  if (!box || !form || !window.SignaturePad) return;
  form.hidden = false; // without a script it would be of no use
  const canvas = box.querySelector("canvas");
  const pad = new SignaturePad(canvas, { minWidth: 1, maxWidth: 3.2, penColor: "#0b1f4b" });
  const empty = form.querySelector("[data-sign-empty]");

  // The points on the glass are more than those of the page; what was drawn survives a turn of the phone.
  const fit = () => {
    const drawn = pad.toData();
    const ratio = Math.max(window.devicePixelRatio || 1, 1);
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    pad.clear();
    pad.fromData(drawn);
  };
  addEventListener("resize", fit);
  fit();

  form.querySelector("[data-sign-clear]").addEventListener("click", () => pad.clear());
  pad.addEventListener("beginStroke", () => (empty.hidden = true));
  form.addEventListener("submit", (event) => {
    const file = form.elements.file;
    if (pad.isEmpty() && !(file && file.files.length)) {
      event.preventDefault();
      delete form.dataset.sent; // it was not sent after all
      document.querySelectorAll("[form=answer][aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
      empty.hidden = false;
      box.scrollIntoView({ block: "center" });
      return;
    }
    form.elements.drawn.value = pad.isEmpty() ? "" : pad.toDataURL("image/png");
  });
})();
