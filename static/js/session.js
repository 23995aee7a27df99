// Warns a minute before the session ends, and says so when it has. Times are compared by the clock,
// because timers stand still while a computer sleeps; the tabs tell each other, and before anything
// is shown, the server is asked.
document.addEventListener("DOMContentLoaded", () => {
  const WARNING = 60_000;
  const dialog = document.querySelector("dialog[data-session]");
  if (!dialog) return;
  const tabs = new BroadcastChannel("session");
  let state = "";
  let asking = false;
  let ends = {};

  function stateOf({ user, idle, longest }) {
    if (user && user !== dialog.dataset.user) return "another-person";
    const last = Math.min(idle, longest);
    if (Date.now() >= last) return "over";
    if (Date.now() < last - WARNING) return "";
    return longest <= idle ? "longest" : "idle";
  }

  function learn(said) {
    const at = Date.now();
    const { user = "", idle = 0, longest = 0 } = said;
    ends = { at, user: String(user), idle: at + idle * 1000, longest: at + longest * 1000 };
    if (!said.token || stateOf(ends) === "another-person") return;
    // Signing in again made the tokens of open forms invalid.
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) {
      field.value = said.token;
    }
  }

  async function ask(options = {}) {
    const headers = { Accept: "application/json" };
    const response = await fetch(dialog.dataset.session, { headers, redirect: "error", ...options });
    if (!response.ok) throw new Error(String(response.status));
    learn(await response.json());
    tabs.postMessage({ at: ends.at, idle: ends.idle, longest: ends.longest });
  }

  async function check(event) {
    // Whoever comes back to a tab that is signed out may have signed in in another.
    const mayBeBack = event && state === "over";
    if (asking || (stateOf(ends) === state && !mayBeBack)) return;
    asking = true;
    // Where the server can't be reached, the clock has to do.
    await ask().catch(() => {});
    asking = false;
    if (stateOf(ends) !== state) show(stateOf(ends));
  }

  function show(part) {
    state = part;
    dialog.close();
    if (!part) return;
    for (const each of dialog.querySelectorAll("[data-session-part]")) {
      each.hidden = each.dataset.sessionPart !== part;
    }
    dialog.setAttribute("aria-labelledby", `session-${part}`);
    dialog.setAttribute("aria-describedby", `session-${part}-text`);
    dialog.showModal();
  }

  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    await ask({ method: "POST", body: new FormData(event.target) }).catch(() => ask().catch(() => {}));
    show(stateOf(ends));
  });
  for (const button of dialog.querySelectorAll("[data-session-close]")) {
    button.addEventListener("click", () => dialog.close());
  }
  tabs.addEventListener("message", ({ data }) => {
    if (data.at < ends.at) return;
    ends = { ...ends, ...data };
    check();
  });
  for (const event of ["focus", "pageshow"]) window.addEventListener(event, check);
  document.addEventListener("visibilitychange", check);
  setInterval(() => check(), 5000);

  learn({ ...dialog.dataset });
  tabs.postMessage({ at: ends.at, idle: ends.idle, longest: ends.longest });
});
