// A form marked data-passkey="add" or "use": its button asks the browser for a passkey and sends
// what it says. The options stand in data-options, or are fetched from data-options-url.
document.addEventListener("DOMContentLoaded", () => {
  const canUse = Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON);

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const trouble = form.querySelector("[data-passkey-trouble]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      trouble.hidden = true;
      try {
        const ask = form.dataset.passkey === "add" ? add : use;
        const credential = await ask((await optionsOf(form)).publicKey);
        form.elements.credential.value = JSON.stringify(credential.toJSON());
      } catch {
        trouble.textContent = canUse ? trouble.dataset.refused : trouble.dataset.unable;
        trouble.hidden = false;
        return;
      }
      form.submit();
    });
  }

  async function optionsOf(form) {
    if (form.dataset.options) return JSON.parse(form.dataset.options);
    const headers = { Accept: "application/json" };
    const response = await fetch(form.dataset.optionsUrl, { headers, redirect: "error" });
    return (await response.json()).request_options;
  }

  function add(options) {
    // Kept by the device, so that one can sign in without saying who one is.
    options.authenticatorSelection.residentKey = "required";
    options.authenticatorSelection.requireResidentKey = true;
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return navigator.credentials.create({ publicKey });
  }

  function use(options) {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    return navigator.credentials.get({ publicKey });
  }
});
