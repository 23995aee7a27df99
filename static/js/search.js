// A form marked data-search: its field becomes a combobox, which shows what data-search suggests.
// Up, Down, Home and End choose, Enter opens, Escape closes. A key (data-search-key) stays here.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-search]");
  if (!form) return;
  const field = form.elements.q;
  const list = form.querySelector("[role=listbox]");
  const status = form.querySelector("[role=status]");
  const key = new RegExp(form.dataset.searchKey);
  let chosen = -1;
  let timer;
  let asking;

  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  close();

  form.closest("details").addEventListener("toggle", (event) => {
    if (event.target.open) field.focus();
    else close();
  });
  field.addEventListener("input", () => {
    clearTimeout(timer);
    asking?.abort();
    close();
    if (refuses() || !field.value.trim()) return;
    timer = setTimeout(suggest, 150);
  });
  form.addEventListener("submit", (event) => {
    if (refuses()) event.preventDefault();
  });
  field.addEventListener("keydown", (event) => {
    const options = [...list.children];
    const moves = { ArrowDown: chosen + 1, ArrowUp: chosen < 0 ? options.length - 1 : chosen - 1 };
    if (event.key === "Escape" && !list.hidden) {
      close();
      event.stopPropagation(); // the panel stays until the next Escape
      event.preventDefault();
    } else if (event.key === "Enter" && chosen >= 0 && !event.isComposing) {
      event.preventDefault();
      options[chosen].click();
    } else if (event.key in moves && !list.hidden) {
      event.preventDefault();
      choose(moves[event.key]);
    }
  });

  async function suggest() {
    asking = new AbortController();
    const url = `${form.dataset.search}?${new URLSearchParams({ q: field.value })}`;
    try {
      const response = await fetch(url, { signal: asking.signal, redirect: "error" });
      if (response.ok) show(await response.text());
    } catch {
      close(); // signed out, or no network: the form itself still works
    }
  }

  function show(html) {
    list.innerHTML = html;
    const { said } = list.querySelector("template").dataset;
    list.querySelector("template").remove();
    list.hidden = list.children.length === 0;
    field.setAttribute("aria-expanded", String(!list.hidden));
    status.textContent = said;
  }

  function choose(number) {
    const options = [...list.children];
    options[chosen]?.removeAttribute("aria-selected");
    // Beyond either end the field itself has its turn.
    chosen = number < options.length ? number : -1;
    options[chosen]?.setAttribute("aria-selected", "true");
    options[chosen]?.scrollIntoView({ block: "nearest" });
    if (chosen < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", options[chosen].id);
  }

  function close() {
    choose(-1);
    list.hidden = true;
    list.replaceChildren();
    field.setAttribute("aria-expanded", "false");
    status.textContent = "";
  }

  function refuses() {
    const isKey = key.test(field.value.normalize("NFKC"));
    if (isKey) status.textContent = form.dataset.searchRefused;
    return isKey;
  }
});
