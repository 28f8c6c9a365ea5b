// What makes the form smoother; without it, everything works by its buttons. htmx saves a field as it is left; this adds
// what the visitor should know of it: errors beside the field, a broken connection, the progress of an upload.
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

    // ---- uploads --------------------------------------------------------------------------------------------------

    const LARGEST = 10 * 1024 * 1024;

    // A new attempt for a new choice; the same one, repeated, is the same file.
    const attempt = () => [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

    const upload = (form, again = 0) => {
        const file = form.querySelector("input[type=file]").files[0];
        const [sending, state, button] = [".sending", ".state", "button"].map((part) => form.querySelector(part));
        const [image, progress] = [sending.querySelector("img"), sending.querySelector("progress")];
        if (!file) return;
        form.classList.remove("failed");
        if (file.size > LARGEST) {
            form.classList.add("failed");
            state.textContent = text.tooLarge;
            return;
        }
        if (!again) {
            const url = new URL(form.action);
            url.searchParams.set("attempt", attempt());
            form.action = url;
            if (file.type.startsWith("image/")) {
                image.src = URL.createObjectURL(file);
                image.hidden = false;
            }
        }
        sending.hidden = false;
        button.disabled = true;
        progress.value = 0;
        state.textContent = text.sending;
        const request = new XMLHttpRequest();
        request.open("POST", form.action);
        request.setRequestHeader("HX-Request", "true");
        request.upload.addEventListener("progress", (event) => {
            if (event.lengthComputable) progress.value = (100 * event.loaded) / event.total;
        });
        request.addEventListener("load", () => {
            const answer = new DOMParser().parseFromString(request.responseText, "text/html");
            const [documents, steps] = ["documents", "steps"].map((id) => answer.getElementById(id));
            if (request.status !== 200 || !documents) {
                if ([429, 503].includes(request.status)) return broken();
                location.reload();
                return;
            }
            const place = form.closest("section").querySelector("h2").id;
            document.getElementById("documents").replaceWith(documents);
            if (steps) document.getElementById("steps").replaceWith(steps);
            // What had the focus is gone: the visitor goes on at the same document.
            const heading = document.getElementById(place);
            if (!heading) return;
            heading.tabIndex = -1;
            heading.focus();
            // What was sent is seen at once, without reading it back.
            const given = heading.closest("section").querySelector(".files li:last-child .mark");
            if (given && image.src) given.replaceWith(image);
        });
        const broken = () => {
            state.textContent = text.retry;
            const once = () => {
                removeEventListener("online", once);
                clearTimeout(timer);
                upload(form, again + 1);
            };
            const timer = setTimeout(once, Math.min(1000 * 2 ** again, 30000));
            addEventListener("online", once);
        };
        request.addEventListener("error", broken);
        request.send(new FormData(form));
    };
    const form = (event) => (event.target instanceof Element ? event.target.closest("form[data-upload]") : null);
    document.addEventListener("submit", (event) => {
        if (!form(event)) return;
        event.preventDefault();
        upload(form(event));
    });
    document.addEventListener("change", (event) => {
        if (form(event)) upload(form(event));
    });

    // An open list of languages closes when the visitor goes on elsewhere.
    const languages = document.querySelector(".language");
    document.addEventListener("click", (event) => {
        if (!languages.contains(event.target)) languages.open = false;
    });
    languages.addEventListener("keydown", (event) => {
        if (event.key !== "Escape") return;
        languages.open = false;
        languages.querySelector("summary").focus();
    });

    // Not every browser heeds `autofocus` on what is no input.
    document.querySelector(".summary[autofocus]")?.focus();
})();
