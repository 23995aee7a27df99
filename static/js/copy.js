// A form marked data-copy: its button puts the key on the clipboard instead of opening a page.
// The key is asked for by POST only then, and never stays in the page unless the clipboard refuses.
document.addEventListener("DOMContentLoaded", () => {
  for (const form of document.querySelectorAll("form[data-copy]")) {
    const button = form.querySelector("button");
    const status = document.querySelector("[data-copy-status]");
    const label = button.textContent;

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
        button.textContent = form.dataset.copied;
        status.textContent = form.dataset.copied;
        setTimeout(() => {
          button.textContent = label;
          status.textContent = "";
        }, 4000);
      } catch {
        showSelected(form, key, status);
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

  function showSelected(form, key, status) {
    const cell = form.closest("tr").querySelector("[data-key]");
    const shown = document.createElement("input");
    shown.readOnly = true;
    shown.value = key;
    shown.className = "key-shown";
    shown.setAttribute("aria-label", form.dataset.refused);
    cell.replaceChildren(shown);
    shown.select();
    status.textContent = form.dataset.refused;
  }
});
