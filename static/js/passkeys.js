// Asks the device for a passkey when a form with data-passkey is sent, and puts its answer into that form.
//
//   data-passkey="get"     an answer to the options that stand in the page (data-options names their element)
//   data-passkey="create"  a new passkey by those options
//   data-passkey="fetch"   the options are fetched first, from the address that the form goes to
(() => {
  "use strict";
  const json = window.webauthnJSON;
  const options = async (form) => {
    if (form.dataset.passkey !== "fetch") return JSON.parse(document.getElementById(form.dataset.options).textContent);
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).options;
  };
  const said = (form, failed, error) => {
    const note = form.parentElement.querySelector("[data-passkey-failed]");
    if (!note) return;
    note.hidden = !failed;
    const host = note.querySelector("[data-passkey-host]");
    if (host) host.hidden = !(error && error.name === "SecurityError");
  };
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", async (event) => {
      const into = form.elements["credential"] || form.elements["confirm-credential"];
      event.preventDefault();
      if (!form.reportValidity()) return;
      said(form, false);
      try {
        const asked = await options(form);
        const given = form.dataset.passkey === "create" ? await json.create(asked) : await json.get(asked);
        into.value = JSON.stringify(given);
        form.submit();
      } catch (error) {
        delete form.dataset.sent;
        for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
        said(form, true, error);
      }
    });
  }
})();
