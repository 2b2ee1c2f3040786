// Passkeys: the browser is asked for one, and the form sends its answer. The server checks it.

const decoded = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.codePointAt(0));

const encoded = (buffer) =>
  btoa(String.fromCodePoint(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const withDecodedIds = (list) => (list ?? []).map(({ id, type }) => ({ id: decoded(id), type }));

async function created(options) {
  const credential = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: decoded(options.challenge),
      user: { ...options.user, id: decoded(options.user.id) },
      excludeCredentials: withDecodedIds(options.excludeCredentials),
    },
  });
  const { attestationObject, clientDataJSON } = credential.response;
  return answer(credential, {
    attestationObject: encoded(attestationObject),
    clientDataJSON: encoded(clientDataJSON),
  });
}

async function signed(options) {
  const credential = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: decoded(options.challenge),
      allowCredentials: withDecodedIds(options.allowCredentials),
    },
  });
  const { authenticatorData, clientDataJSON, signature } = credential.response;
  return answer(credential, {
    authenticatorData: encoded(authenticatorData),
    clientDataJSON: encoded(clientDataJSON),
    signature: encoded(signature),
  });
}

function answer(credential, response) {
  const { id, rawId, type } = credential;
  return JSON.stringify({ id, rawId: encoded(rawId), type, response });
}

// What went wrong, by the name of the browser's error.
const SENTENCES = {
  InvalidStateError: "This device already has a passkey for your account.",
  NotAllowedError: "No passkey was chosen. Try again, or use another way.",
  SecurityError: "Passkeys don’t work at this address. Use another way.",
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("button");
  const status = form.querySelector("[data-passkey-status]");
  form.querySelector("[data-without-scripts]").hidden = true;
  if (!globalThis.PublicKeyCredential) {
    status.textContent = "This browser doesn’t support passkeys. Use another way.";
    continue;
  }
  button.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    status.textContent = "";
    button.disabled = true;
    try {
      const ask = form.dataset.passkey === "create" ? created : signed;
      form.elements.credential.value = await ask(JSON.parse(form.dataset.options));
      form.submit();
    } catch (error) {
      status.textContent = SENTENCES[error.name] ?? "The passkey didn’t work. Try again, or use another way.";
      button.disabled = false;
    }
  });
}
