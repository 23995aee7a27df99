// A field marked data-select is selected as soon as it is reached, ready to be copied.
document.addEventListener("DOMContentLoaded", () => {
  for (const field of document.querySelectorAll("[data-select]")) {
    field.addEventListener("focus", () => field.select());
  }
});
