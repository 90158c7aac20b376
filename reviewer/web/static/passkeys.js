// Passkeys: what the server asked for goes to the device, and its answer back in a form.
// Without this file the pages say so, and the password works.

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

const creation = (asked) => ({
  ...asked,
  challenge: bytes(asked.challenge),
  user: { ...asked.user, id: bytes(asked.user.id) },
  excludeCredentials: (asked.excludeCredentials || []).map((one) => ({ ...one, id: bytes(one.id) })),
});
const request = (asked) => ({
  ...asked,
  challenge: bytes(asked.challenge),
  allowCredentials: (asked.allowCredentials || []).map((one) => ({ ...one, id: bytes(one.id) })),
});

function answer(made) {
  const said = made.response;
  const response = { clientDataJSON: text(said.clientDataJSON) };
  if (said.attestationObject) {
    response.attestationObject = text(said.attestationObject);
    response.transports = said.getTransports ? said.getTransports() : [];
  } else {
    response.authenticatorData = text(said.authenticatorData);
    response.signature = text(said.signature);
    response.userHandle = said.userHandle ? text(said.userHandle) : null;
  }
  return JSON.stringify({
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    response,
    extensions: JSON.stringify(made.getClientExtensionResults()),
  });
}

const say = (form, words) => {
  form.querySelector("[data-passkey-says]").textContent = words;
};

const refused = (error) =>
  error.name === "InvalidStateError"
    ? "This device has a passkey for this account already."
    : "Your device did not answer. Try again, or take another way.";

async function run(form) {
  const asked = JSON.parse(form.dataset.options);
  try {
    const made =
      form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: creation(asked) })
        : await navigator.credentials.get({ publicKey: request(asked) });
    form.elements.credential.value = answer(made);
    form.submit();
  } catch (error) {
    say(form, refused(error));
  }
}

async function prove(form) {
  const token = form.elements.csrf_token.value;
  const post = (address, body) =>
    fetch(address, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
      body: JSON.stringify(body),
    });
  try {
    const begun = (await (await post(form.dataset.prove, {})).json()).response;
    const made = await navigator.credentials.get({ publicKey: request(begun.credential_options) });
    const done = await post(`${form.dataset.prove}/${begun.wan_state}`, { credential: answer(made) });
    if (!done.ok) throw new Error("refused");
    form.submit();
  } catch (error) {
    say(form, refused(error));
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(form);
  });
  run(form);
}
for (const button of document.querySelectorAll("[data-prove-by-passkey]")) {
  button.hidden = !window.PublicKeyCredential;
  button.addEventListener("click", () => prove(button.form));
}
