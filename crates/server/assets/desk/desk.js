// Shortcuts, zoom and copying. Everything else on the desk works without scripts.
"use strict";

const FIELDS = "textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox]):not([type=hidden])";

const enabled = () => document.body.dataset.shortcuts === "on";
const isTyping = (target) => target instanceof Element && target.closest(FIELDS);

// Rows of the queue, claims of a customer, or reasons of a decision.
const stops = () =>
    [...document.querySelectorAll("[data-row], article.claim, .reasons input")].filter((one) => one.checkVisibility());

function move(step) {
    const all = stops();
    if (all.length === 0) return;
    const current = all.findIndex((one) => one.contains(document.activeElement));
    const next = all[current < 0 ? 0 : Math.min(Math.max(current + step, 0), all.length - 1)];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
}

// The evidence that proves the claim with the focus, however the focus came there. Claims that the focus only passes
// are left out, because every look at a file is recorded.
const PASSING = 120;
let standing = 0;
document.addEventListener("focusin", ({ target }) => {
    const claim = target.closest("article.claim[data-file]");
    clearTimeout(standing);
    if (claim) standing = setTimeout(() => showFile(claim.dataset.file), PASSING);
});

function showFile(file) {
    const viewer = document.getElementById("viewer");
    const link = document.querySelector(`[data-file-link="${file}"]`);
    if (!link || !viewer || viewer.dataset.file === file) return;
    const swap = { target: "section.evidence", select: "section.evidence", swap: "outerHTML" };
    htmx.ajax("GET", link.href.split("#")[0], swap);
}

// Does what a key stands for. Returns whether it stands for anything.
function press(key) {
    if (key === "j" || key === "k") {
        move(key === "j" ? 1 : -1);
        return true;
    }
    const claim = document.activeElement?.closest("article.claim");
    const keyed = `[data-key="${CSS.escape(key)}"]`;
    const target =
        claim?.querySelector(`[data-field-key="${CSS.escape(key)}"]`) ??
        document.querySelector(keyed) ??
        document.getElementById("pages")?.contentDocument?.querySelector(keyed);
    if (key === "?") {
        document.getElementById("shortcuts")?.showModal();
        return true;
    }
    if (!target || target.disabled || !target.checkVisibility()) return false;
    if (target.type === "radio" || isTyping(target)) target.focus();
    if (!isTyping(target)) target.click();
    return true;
}

// An open menu closes with Escape, and the focus returns to it.
document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.activeElement?.closest("details[name=menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
});
document.addEventListener("click", (event) => {
    document.querySelectorAll("details[name=menu][open]").forEach((menu) => {
        if (!menu.contains(event.target)) menu.open = false;
    });
    const opens = event.target.closest("[data-opens]");
    if (opens) document.getElementById(opens.dataset.opens).showModal();
});

let prefix = "";
document.addEventListener("keydown", (event) => {
    if (!enabled() || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const key = prefix ? `${prefix} ${event.key}` : event.key;
    prefix = "";
    if (key === "g") prefix = "g";
    else if (press(key)) event.preventDefault();
});

// A replaced piece keeps the focus, so that the next key acts on it.
let focused = null;
document.addEventListener("htmx:before:swap", () => {
    focused = document.activeElement?.closest("[id]")?.id;
});
document.addEventListener("htmx:after:swap", () => {
    if (document.activeElement === document.body && focused) document.getElementById(focused)?.focus();
    prepare();
});

// The page says so when a request got no answer.
document.addEventListener("htmx:error", () => {
    const notice = document.getElementById("notice");
    notice.textContent = notice.dataset.offline;
});
// It stays until the member has stored something: evidence is loaded, and a hold renewed, without the member's doing.
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    const isStored = ctx?.response?.status < 400 && ctx.sourceElement?.matches("form");
    if (isStored) document.getElementById("notice").textContent = "";
});

// The viewer zooms and turns by attributes, since no style may be inline.
function prepareViewer(viewer) {
    const [tools, picture] = [viewer.querySelector(".tools"), viewer.querySelector(".picture")];
    if (!tools || !tools.hidden) return;
    tools.hidden = false;
    let [zoom, turn] = [1, 0];
    tools.addEventListener("click", (event) => {
        const tool = event.target.closest("[data-tool]")?.dataset.tool;
        if (tool === "in") zoom = Math.min(zoom + 1, 5);
        if (tool === "out") zoom = Math.max(zoom - 1, 1);
        if (tool === "turn") turn = (turn + 90) % 360;
        if (tool === "full") {
            if (document.fullscreenElement) document.exitFullscreen();
            else picture.requestFullscreen();
        }
        picture.dataset.zoom = zoom;
        picture.dataset.turn = turn;
    });
}

function prepare() {
    document.querySelectorAll(".viewer").forEach(prepareViewer);
}

// The link is fetched when it is copied, and is never part of a page.
document.addEventListener("submit", async (event) => {
    const button = event.target.querySelector("[data-copy]");
    if (!button) return;
    event.preventDefault();
    const answer = await fetch(event.target.action, { method: "POST", headers: { "HX-Request": "true" } });
    if (!answer.ok) return;
    await navigator.clipboard.writeText(await answer.text());
    button.dataset.copied = "yes";
});

// A text of the page, such as a command or a new key.
document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copies]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copies);
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    button.dataset.copied = "yes";
});

prepare();
document.querySelectorAll("[data-needs-script]").forEach((one) => (one.hidden = false));
document.querySelector("[data-focus]")?.focus();
