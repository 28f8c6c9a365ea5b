// What makes the form smoother; without it, everything works by its buttons. htmx sends a page as it is typed and
// exchanges its pieces; this decides when, and keeps what the visitor types out of it. Uploads are in upload.js.
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
    let sending = null; // what is on its way
    let unjudged = null; // a field that was saved while the visitor was in it, so that its errors were not said
    let place = ""; // the field that was touched last
    let types = false; // whether text is being typed there; a choice is made at once
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

    // What stands for the visitor's typing: which field, and whether it goes on.
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
        // A choice is made at once. Text is left when the focus leaves its field, which may have several inputs.
        document.addEventListener("change", (event) => {
            const field = fieldOf(event.target);
            const isText = event.target.matches("input[type=text], textarea");
            if (field && !(isText && event.isTrusted)) touch(field, false);
        });
        document.addEventListener("focusout", (event) => {
            const field = fieldOf(event.target);
            if (!field || field.contains(event.relatedTarget)) return;
            // Whoever already types elsewhere has not left that field, and its next save takes this one along.
            setTimeout(() => place === field.dataset.field && touch(field, false));
        });
        form.addEventListener("submit", (event) => {
            clearTimeout(timer);
            leaves = true;
            // An upload that runs holds the page back.
            setTimeout(() => event.defaultPrevented && (leaves = false));
        });

        addEventListener("pageshow", () => (leaves = false));

        form.addEventListener("htmx:config:request", (event) => {
            const { ctx } = event.detail;
            ctx.typed = content(ctx.request.body);
            about(ctx.request.body);
            // A save that is in flight goes on when the visitor leaves the page.
            ctx.request.keepalive = true;
        });
        form.addEventListener("htmx:before:request", (event) => {
            sending = event.detail.ctx.typed;
        });
        form.addEventListener("htmx:finally:request", () => {
            sending = null;
        });

        // A page that is hidden may never be shown again, and takes no answers any more when it goes.
        const flush = () => {
            if (leaves || (typed() === (sending ?? saved) && unjudged === null)) return;
            clearTimeout(timer);
            const now = typed();
            const body = new URLSearchParams(new FormData(form));
            body.set("field", place);
            unjudged = null;
            const request = { method: "POST", body, keepalive: true, headers: { "HX-Request": "true" } };
            fetch(form.action, request).then((response) => response.ok && (saved = now), () => {});
        };
        document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && flush());
        addEventListener("pagehide", flush);
    }

    // ---- a save that did not arrive is made again, until it does ----------------------------------------------------

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
        // Too much at once is worth another try. Else the form was closed meanwhile: its own page says so.
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

    // ---- what a save brings -----------------------------------------------------------------------------------------

    const html = (nodes) => [...nodes].map((node) => node.outerHTML ?? node.textContent).join("");

    // Of a field that is there, what is said about it; never what is typed into.
    const renew = (field, fresh) => {
        for (const part of ["legend", "label[for]", ".hint", ".said"]) {
            const [old, now] = [field.querySelector(part), fresh.querySelector(part)];
            if (!old || !now || old.innerHTML === now.innerHTML) continue;
            // "Saved" stays until there is something else to say: the page would move.
            if (part === ".said" && !now.childElementCount && old.querySelector(".saved")) continue;
            old.replaceChildren(...[...now.childNodes].map((node) => node.cloneNode(true)));
        }
        // What there is to choose from may depend on another answer. Countries always stay.
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

    // What is asked now and was not before, said once to those who do not see it appear.
    const announce = (fragments) => {
        const news = document.getElementById("news");
        const isNew = (element) => element.id && !document.getElementById(element.id);
        const asked = ".needed, .group, #fields > .field, section.document";
        const parts = fragments.flatMap((fragment) => [...fragment.querySelectorAll(asked)]).filter(isNew);
        const names = parts.map((part) => (part.matches(".needed") ? part : part.querySelector("legend, label, h2"))?.textContent.trim());
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
            // An upload that runs goes on; whether its document is missing is said anew.
            for (const fresh of task.fragment.querySelectorAll(".uploads input[type=file]")) {
                const input = document.getElementById(fresh.id);
                if (fresh.hasAttribute("aria-invalid")) input?.setAttribute("aria-invalid", "true");
                else input?.removeAttribute("aria-invalid");
                input?.setAttribute("aria-describedby", fresh.getAttribute("aria-describedby"));
            }
        }
        announce(tasks.filter((task) => task.swapSpec?.style === "outerMorph").map((task) => task.fragment));
        // What is the same stays: to exchange it would have it read aloud again.
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
