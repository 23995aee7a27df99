// The tree of a role's resources: a chosen box takes those above it along, one put off those below.
for (const tree of document.querySelectorAll("[data-resources]")) {
  const access = tree.querySelector("select");
  const boxes = tree.querySelector(".resources");

  const show = () => { boxes.hidden = access.value === "all"; };
  access.addEventListener("change", show);
  show();

  boxes.addEventListener("change", (event) => {
    const item = event.target.closest("li");
    if (!event.target.checked) {
      for (const box of item.querySelectorAll("input")) box.checked = false;
      return;
    }
    for (let above = item.parentElement.closest("li"); above; above = above.parentElement.closest("li")) {
      const box = above.querySelector(":scope > label > input");
      if (box) box.checked = true;
    }
  });
}
