// What makes the form smoother; without it, everything works by its buttons. htmx saves a field as it is left; this adds
// what the visitor should know of it: errors beside the field, a broken connection. Uploads are in upload.js.
"use strict";
(() => {
    const text = document.body.dataset;
    const banner = document.getElementById("connection");
    const waiting = new Map();

    // ---- fields ---------------------------------------------------------------------------------------------------

    const isField = (element) => element instanceof Element && element.matches("[data-field]");

    document.addEventListener("htmx:after:swap", (event) => {
        const field = event.target instanceof Element ? event.target.closest("[data-field]") : null;
        if (!field) return;
        const invalid = field.querySelector(".note [data-invalid]") !== null;
        for (const input of field.querySelectorAll("input:not([type=hidden]), select, textarea")) {
            if (invalid) input.setAttribute("aria-invalid", "true");
            else input.removeAttribute("aria-invalid");
        }
    });

    // A save that is under way goes on when the visitor leaves the page.
    document.addEventListener("htmx:config:request", (event) => {
        if (isField(event.target)) event.detail.ctx.request.keepalive = true;
    });

    // A save that did not arrive is made again, until it does.
    const retry = (field) => {
        const tries = (waiting.get(field) || 0) + 1;
        waiting.set(field, tries);
        show();
        setTimeout(() => send(field), Math.min(1000 * 2 ** tries, 30000));
    };
    const send = (field) => {
        if (waiting.has(field)) field.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const show = () => {
        if (!banner) return;
        banner.hidden = waiting.size === 0;
        banner.textContent = waiting.size ? text.offline : "";
    };
    document.addEventListener("htmx:error", (event) => {
        if (isField(event.target)) retry(event.target);
    });
    document.addEventListener("htmx:response:error", (event) => {
        if (!isField(event.target)) return;
        // Too much at once is worth another try. Else the form was closed meanwhile: its own page says so.
        if ([429, 503].includes(event.detail.ctx?.response?.status)) retry(event.target);
        else location.reload();
    });
    document.addEventListener("htmx:after:request", (event) => {
        const arrived = event.detail.ctx?.response?.status < 400;
        if (isField(event.target) && arrived && waiting.delete(event.target)) show();
    });
    addEventListener("online", () => [...waiting.keys()].forEach(send));
    addEventListener("beforeunload", (event) => {
        if (waiting.size) event.preventDefault();
    });

    // Not every browser heeds `autofocus` on what is no input.
    document.querySelector(".summary[autofocus]")?.focus();
})();
