// Asks the browser for a passkey, or makes one. The server checks everything; this only carries it back and forth.
"use strict";

const button = document.getElementById("passkey");
const problem = document.getElementById("passkey-problem");
const { ceremony, base, to } = button.dataset;

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
        .replace(/\+/g, "-")
        .replace(/\//g, "_")
        .replace(/=+$/, "");

// The options and the response are JSON in which bytes are base64url. Not every browser translates them by itself.
function options(json) {
    const list = (all = []) => all.map((one) => ({ ...one, id: toBytes(one.id) }));
    const read = { ...json, challenge: toBytes(json.challenge) };
    if (json.user) read.user = { ...json.user, id: toBytes(json.user.id) };
    if (json.excludeCredentials) read.excludeCredentials = list(json.excludeCredentials);
    if (json.allowCredentials) read.allowCredentials = list(json.allowCredentials);
    return read;
}

function written(credential) {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
        if (credential.response[name]) response[name] = toText(credential.response[name]);
    }
    const { id, type } = credential;
    return { id, rawId: toText(credential.rawId), type, response, extensions: credential.getClientExtensionResults() };
}

// `null` when the browser was sent to another page.
async function send(step, body) {
    const headers = { "Content-Type": "application/json", "HX-Request": "true" };
    const answer = await fetch(`${base}/${step}`, { method: "POST", headers, body: JSON.stringify(body) });
    const elsewhere = answer.headers.get("hx-redirect");
    if (elsewhere) {
        location.assign(elsewhere);
        return null;
    }
    if (answer.ok) return answer.json();
    const text = answer.headers.get("content-type")?.startsWith("application/json") && (await answer.json()).text;
    throw new Error(text || problem.dataset.failed);
}

async function run() {
    const begun = await send("begin", {});
    if (!begun) return;
    let credential;
    try {
        credential = await navigator.credentials[ceremony]({ publicKey: options(begun) });
    } catch (error) {
        // InvalidStateError: the device has one already, and the server says so in the same words.
        throw new Error(problem.dataset[error.name === "InvalidStateError" ? "duplicate" : "cancelled"]);
    }
    const name = document.getElementById("passkey-name")?.value;
    const finished = await send(
        "finish",
        ceremony === "create" ? { name, credential: written(credential) } : written(credential),
    );
    if (finished) location.assign(to);
}

if (window.PublicKeyCredential) {
    button.hidden = false;
    button.addEventListener("click", async () => {
        problem.hidden = true;
        button.disabled = true;
        try {
            await run();
        } catch (error) {
            problem.textContent = error.message;
            problem.hidden = false;
        }
        button.disabled = false;
        button.focus();
    });
} else {
    problem.textContent = problem.dataset.unsupported;
    problem.hidden = false;
}
