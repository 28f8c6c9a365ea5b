// Makes the form smoother. Without scripts, everything works with its buttons. htmx sends the page and replaces its
// pieces; this script decides when, and protects what the visitor is typing. Uploads are in upload.js.
"use strict";
(() => {
    const text = document.body.dataset;
    const banner = document.getElementById("connection");
    const form = document.querySelector("form[data-autosave]");

    // ---- when to save -----------------------------------------------------------------------------------------------

    const PAUSE = 800;
    const fieldOf = (element) => (element?.form === form && element.closest("[data-field]")) || null;
    const content = (data) => JSON.stringify([...data].filter(([name]) => !/^(was:|check$|back$)/.test(name)));
    const typed = () => content(new FormData(form));

    let saved = form && typed(); // what the server has
    let sending = null; // what is in flight
    let unjudged = null; // a field that was saved while the visitor was in it, so that its errors were not shown
    let place = ""; // the field that was touched last
    let types = false; // whether text is being typed there; a choice is complete at once
    let timer = 0;
    let tries = 0;
    let leaves = false;

    const isWithin = (at) => at !== "" && fieldOf(document.activeElement)?.dataset.field === at;
    const save = (force = false) => {
        clearTimeout(timer);
        const isNews = typed() !== (sending ?? saved);
        if (force || isNews || (unjudged !== null && !isWithin(unjudged))) form.dispatchEvent(new Event("save"));
    };
    const touch = (field, wait) => {
        place = field.dataset.field;
        types = wait;
        clearTimeout(timer);
        if (wait) timer = setTimeout(save, PAUSE);
        else save();
    };

    // Tells the server which field the visitor is in, and whether they are still typing.
    const about = (body) => {
        const typing = types && isWithin(place);
        body.set("field", place);
        if (typing) body.set("typing", "yes");
        unjudged = typing ? place : null;
    };

    if (form) {
        document.addEventListener("input", (event) => {
            const field = fieldOf(event.target);
            if (field) touch(field, true);
        });
        // A choice is saved at once. Text is complete when the focus leaves its field, which may have several inputs.
        document.addEventListener("change", (event) => {
            const field = fieldOf(event.target);
            const isText = event.target.matches("input[type=text], textarea");
            if (field && !(isText && event.isTrusted)) touch(field, false);
        });
        document.addEventListener("focusout", (event) => {
            const field = fieldOf(event.target);
            if (!field || field.contains(event.relatedTarget)) return;
            // If the visitor is typing in another field already, the next save includes this one.
            setTimeout(() => place === field.dataset.field && touch(field, false));
        });
        form.addEventListener("submit", (event) => {
            clearTimeout(timer);
            leaves = true;
            // A running upload may have prevented the submission.
            setTimeout(() => event.defaultPrevented && (leaves = false));
        });

        addEventListener("pageshow", () => (leaves = false));

        form.addEventListener("htmx:config:request", (event) => {
            const { ctx } = event.detail;
            ctx.typed = content(ctx.request.body);
            about(ctx.request.body);
            // A save in flight continues when the visitor leaves the page.
            ctx.request.keepalive = true;
        });
        form.addEventListener("htmx:before:request", (event) => {
            sending = event.detail.ctx.typed;
        });
        form.addEventListener("htmx:finally:request", () => {
            sending = null;
        });

        // A hidden page may never be shown again, and a closing page receives no response.
        const flush = () => {
            if (leaves || (typed() === (sending ?? saved) && unjudged === null)) return;
            clearTimeout(timer);
            const now = typed();
            const body = new URLSearchParams(new FormData(form));
            body.set("field", place);
            unjudged = null;
            const request = { method: "POST", body, keepalive: true, headers: { "HX-Request": "true" } };
            fetch(form.action, request).then(
                (response) => response.ok && (saved = now),
                () => {},
            );
        };
        document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && flush());
        addEventListener("pagehide", flush);
    }

    // ---- a save that failed is retried until it succeeds ------------------------------------------------------------

    const show = () => {
        if (!banner) return;
        banner.hidden = tries === 0;
        banner.textContent = tries ? text.offline : "";
    };
    const retry = () => {
        tries += 1;
        show();
        setTimeout(() => tries && save(true), Math.min(1000 * 2 ** tries, 30000));
    };
    document.addEventListener("htmx:error", (event) => {
        if (event.target === form) retry();
    });
    document.addEventListener("htmx:response:error", (event) => {
        if (event.target !== form) return;
        // Too many requests: retry. Otherwise the form was closed in the meantime, and its page says so.
        if ([429, 503].includes(event.detail.ctx?.response?.status)) return retry();
        leaves = true;
        location.reload();
    });
    document.addEventListener("htmx:after:request", (event) => {
        const { ctx } = event.detail;
        if (event.target !== form || !(ctx?.response?.status < 400)) return;
        saved = ctx.typed;
        tries = 0;
        show();
    });
    addEventListener("online", () => tries && save(true));
    addEventListener("beforeunload", (event) => {
        if (tries && !leaves) event.preventDefault();
    });

    // ---- what a save returns ----------------------------------------------------------------------------------------

    const html = (nodes) => [...nodes].map((node) => node.outerHTML ?? node.textContent).join("");

    // Updates the texts of a field on the page, never its inputs.
    const renew = (field, fresh) => {
        for (const part of ["legend", "label[for]", ".hint", ".said"]) {
            const [old, now] = [field.querySelector(part), fresh.querySelector(part)];
            if (!old || !now || old.innerHTML === now.innerHTML) continue;
            // "Saved" stays until another note replaces it, so that the page does not move.
            if (part === ".said" && !now.childElementCount && old.querySelector(".saved")) continue;
            old.replaceChildren(...[...now.childNodes].map((node) => node.cloneNode(true)));
        }
        // The options of a choice may depend on another answer. Those of countries never change.
        const [choices, now] = [field, fresh].map((one) => one.querySelector("[data-field] > select"));
        if (choices && now && choices !== document.activeElement && choices.innerHTML !== now.innerHTML) {
            const { value } = choices;
            choices.replaceChildren(...[...now.children].map((option) => option.cloneNode(true)));
            choices.value = value;
        }
        const invalid = fresh.querySelector("[data-invalid]") !== null;
        for (const input of field.querySelectorAll("input:not([type=hidden]), select, textarea")) {
            if (invalid) input.setAttribute("aria-invalid", "true");
            else input.removeAttribute("aria-invalid");
        }
    };

    // Announces new fields once to screen readers.
    const announce = (fragments) => {
        const news = document.getElementById("news");
        const isNew = (element) => element.id && !document.getElementById(element.id);
        const asked = ".needed, .group, #fields > .field, section.document";
        const parts = fragments.flatMap((fragment) => [...fragment.querySelectorAll(asked)]).filter(isNew);
        const names = parts.map((part) =>
            (part.matches(".needed") ? part : part.querySelector("legend, label, h2"))?.textContent.trim(),
        );
        if (news && names.length) news.textContent = names.join(" ");
    };

    let focus = null;
    document.addEventListener("htmx:before:swap", (event) => {
        if (event.target !== form) return;
        const at = document.activeElement;
        focus = { at, range: at && "selectionStart" in at ? [at.selectionStart, at.selectionEnd] : null };
        const { tasks } = event.detail;
        for (const task of tasks) {
            for (const fresh of task.fragment.querySelectorAll("[data-field]")) {
                const field = document.getElementById(fresh.id);
                if (field) renew(field, fresh);
            }
            // A running upload continues; only the error of its document is updated.
            for (const fresh of task.fragment.querySelectorAll(".uploads input[type=file]")) {
                const input = document.getElementById(fresh.id);
                if (fresh.hasAttribute("aria-invalid")) input?.setAttribute("aria-invalid", "true");
                else input?.removeAttribute("aria-invalid");
                input?.setAttribute("aria-describedby", fresh.getAttribute("aria-describedby"));
            }
        }
        announce(tasks.filter((task) => task.swapSpec?.style === "outerMorph").map((task) => task.fragment));
        // Equal pieces are not replaced, because screen readers would read them again.
        const differs = ({ target, swapSpec, fragment }) => {
            const element = typeof target === "string" ? document.querySelector(target) : target;
            const old = swapSpec?.style === "innerHTML" ? element?.innerHTML : element?.outerHTML;
            return old !== html(fragment.childNodes);
        };
        tasks.splice(0, tasks.length, ...tasks.filter(differs));
    });
    document.addEventListener("htmx:after:swap", (event) => {
        if (event.target !== form || !focus) return;
        const { at, range } = focus;
        focus = null;
        if (!at?.isConnected || at === document.activeElement || document.activeElement !== document.body) return;
        at.focus({ preventScroll: true });
        if (range?.[0] != null) at.setSelectionRange(...range);
    });

    // An open list of languages closes when the visitor clicks elsewhere.
    const languages = document.querySelector(".language");
    document.addEventListener("click", (event) => {
        if (!languages.contains(event.target)) languages.open = false;
    });
    languages.addEventListener("keydown", (event) => {
        if (event.key !== "Escape") return;
        languages.open = false;
        languages.querySelector("summary").focus();
    });

    // Some browsers ignore `autofocus` on elements that are not inputs.
    document.querySelector(".summary[autofocus]")?.focus();
})();
