// Panels marked data-menu: one open at a time, closed by Escape or by a click beside them.
// Without this they still open and close, by their summary.
document.addEventListener("DOMContentLoaded", () => {
  const menus = [...document.querySelectorAll("details[data-menu]")];

  const closeAllBut = (kept) => {
    for (const menu of menus) if (menu !== kept) menu.open = false;
  };

  for (const menu of menus) {
    menu.addEventListener("toggle", () => {
      if (menu.open) closeAllBut(menu);
    });
  }
  document.addEventListener("click", (event) => {
    closeAllBut(event.target.closest("details[data-menu]"));
  });
  document.addEventListener("keydown", (event) => {
    const open = menus.find((menu) => menu.open);
    if (event.key !== "Escape" || !open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
});
