// A form marked data-copy: its button puts the key on the clipboard instead of opening a page.
// The key is asked for by POST only then, and never stays in the page unless the clipboard refuses.
document.addEventListener("DOMContentLoaded", () => {
  const status = document.querySelector("[data-copy-status]");
  let takeBack = () => {};

  for (const form of document.querySelectorAll("form[data-copy]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      let key;
      try {
        key = await fetchKey(form);
      } catch {
        // The server has a page for whatever it is: signed out, deleted, too late.
        form.submit();
        return;
      }
      try {
        await navigator.clipboard.writeText(key);
        sayCopied(form);
      } catch {
        showSelected(form, key);
      }
    });
  }

  async function fetchKey(form) {
    const response = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "text/plain" },
      redirect: "error",
    });
    if (!response.ok) throw new Error(String(response.status));
    return response.text();
  }

  function sayCopied(form) {
    takeBack(); // only one key is on the clipboard
    const button = form.querySelector("button");
    const label = button.textContent;
    const timer = setTimeout(() => takeBack(), 4000);
    takeBack = () => {
      clearTimeout(timer);
      button.textContent = label;
      status.textContent = "";
      takeBack = () => {};
    };
    button.textContent = form.dataset.copied;
    status.textContent = form.dataset.copied;
  }

  function showSelected(form, key) {
    const cell = form.closest("[data-copy-place]").querySelector("[data-key]");
    const kept = cell.querySelectorAll("[data-note]");
    const shown = document.createElement("input");
    shown.readOnly = true;
    shown.value = key;
    shown.className = "key-shown";
    shown.setAttribute("aria-label", form.dataset.refused);
    const note = document.createElement("small");
    note.textContent = form.dataset.refused;
    cell.replaceChildren(shown, note, document.createElement("br"), ...kept);
    shown.select();
    status.textContent = form.dataset.refused;
  }
});
