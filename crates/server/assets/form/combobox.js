// A search field for countries: by name in any language, by code, or by a common name. The page's own list stays,
// hidden, and holds the choice that is saved. This is the editable combobox with list autocomplete of the ARIA
// Authoring Practices. It never chooses anything by itself, nor while the visitor types.
"use strict";
(() => {
    // Accents, case, punctuation and Arabic vowel signs do not matter in a search.
    const fold = (text) =>
        text
            .normalize("NFKD")
            .toLowerCase()
            .replace(/[\u0300-\u036f\u0640\u064b-\u065f\u0670\u093c\u200b-\u200f\u2066-\u2069]/g, "")
            .replace(/ı/g, "i")
            .replace(/ß/g, "ss")
            .replace(/ø/g, "o")
            .replace(/æ/g, "ae")
            .replace(/ł/g, "l")
            .replace(/ى/g, "ي")
            .replace(/ة/g, "ه")
            .replace(/&/g, " and ")
            .replace(/[.'’ʻ`]/g, "")
            .replace(/[\s,()（）\-–/]+/g, " ")
            .trim()
            .replace(/^the /, "");
    // Germans write ä as ae on keyboards without it.
    const spellings = (name) => {
        const umlauts = { ä: "ae", ö: "oe", ü: "ue" };
        const spelled = name.toLowerCase().replace(/[äöü]/g, (letter) => umlauts[letter]);
        return [...new Set([fold(name), fold(spelled)])];
    };

    // The other names of the countries, loaded once, when a visitor first enters a field.
    let reading = null;
    let isRead = false;
    const names = new Map();
    const read = (url) => {
        reading ??= fetch(url, { signal: AbortSignal.timeout(5000) })
            .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(answer.statusText))))
            .then((text) => {
                for (const row of text.trim().split("\n")) {
                    const [code, alpha3, others] = row.split("\t");
                    names.set(code, [alpha3.toLowerCase(), ...others.split("|").flatMap(spellings)]);
                }
            })
            // Without them the search still covers the page's own names. The next visit to a field tries again.
            .catch(() => (reading = null))
            .finally(() => (isRead = true));
        return reading;
    };

    // How well a country matches the typed text: smaller is better, undefined is no match.
    const rank = (country, typed) => {
        const others = names.get(country.code) ?? [];
        const starts = (name) => name.startsWith(typed);
        const hasWord = (name) => ` ${name}`.includes(` ${typed}`);
        if (country.code.toLowerCase() === typed || country.names.includes(typed) || others.includes(typed)) return 0;
        if (country.names.some(starts)) return 1;
        if (country.names.some(hasWord)) return 2;
        if (others.some(starts)) return 3;
        if (others.some(hasWord)) return 4;
        // Some scripts put no space between words.
        const isOther = /[^\u0000-\u024f]/.test(typed);
        return isOther && [...country.names, ...others].some((name) => name.includes(typed)) ? 5 : undefined;
    };

    const element = (tag, attributes = {}) => {
        const made = document.createElement(tag);
        for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
        return made;
    };

    const isSelected = (option) => option.getAttribute("aria-selected") === "true";

    class CountryField extends HTMLElement {
        connectedCallback() {
            if (this.input) return;
            this.select = this.querySelector("select");
            if (!this.select) return;
            this.build();
            this.listen();
            this.showChoice();
        }

        build() {
            const { select } = this;
            const id = select.id;
            const label = document.querySelector(`label[for="${id}"]`);
            const autofill = select.autocomplete === "country" ? "country-name" : "off";
            select.removeAttribute("id");
            // After a save, htmx morphs the fields. It must skip this one.
            this.setAttribute("hx-morph-skip", "");
            this.input = element("input", {
                type: "text",
                role: "combobox",
                id,
                dir: "auto",
                autocomplete: autofill,
                autocapitalize: "off",
                spellcheck: "false",
                "aria-autocomplete": "list",
                "aria-expanded": "false",
                "aria-controls": `o-${id}`,
            });
            // The chosen country is hidden from this device.
            if (this.dataset.kept) this.input.placeholder = this.dataset.kept;
            for (const name of ["aria-describedby", "aria-invalid"]) {
                if (select.hasAttribute(name)) this.input.setAttribute(name, select.getAttribute(name));
                select.removeAttribute(name);
            }
            this.button = element("button", { type: "button", tabindex: "-1", "aria-label": this.dataset.open });
            this.list = element("div", { role: "listbox", id: `o-${id}`, hidden: "" });
            if (label) {
                label.id ||= `l-${id}`;
                this.list.setAttribute("aria-labelledby", label.id);
            }
            this.status = element("p", { role: "status", class: "sr" });
            const box = element("div", { class: "combobox" });
            box.append(this.input, this.button, this.list);
            Object.assign(select, { tabIndex: -1, className: "sr", autocomplete: "off" });
            select.setAttribute("aria-hidden", "true");
            this.append(box, this.status);
        }

        listen() {
            const { input, list } = this;
            // Typed text is not an answer. Only a choice is.
            for (const type of ["input", "change"]) {
                this.addEventListener(type, (event) => {
                    if (event.target === input) event.stopPropagation();
                });
            }
            this.select.addEventListener("change", () => this.showChoice());
            input.addEventListener("focus", () => {
                read(this.dataset.search).then(() => this.typed && document.activeElement === input && this.open());
            });
            input.addEventListener("input", () => {
                // Autofill does not choose from the list.
                if (document.activeElement !== input) return this.leave();
                this.typed = true;
                this.open();
            });
            input.addEventListener("click", () => this.isOpen || this.open());
            input.addEventListener("keydown", (event) => this.press(event));
            input.addEventListener("blur", () => this.leave());
            this.button.addEventListener("click", () => {
                const wasOpen = this.isOpen;
                input.focus();
                if (wasOpen) this.close();
                else this.open();
            });
            // The field keeps the focus while an option or the button is pressed.
            for (const pressed of [list, this.button]) {
                pressed.addEventListener("mousedown", (event) => event.preventDefault());
            }
            list.addEventListener("click", (event) => {
                const option = event.target.closest("[role=option]");
                if (option) this.choose(option.dataset.code);
            });
        }

        get isOpen() {
            return !this.list.hidden;
        }

        get countries() {
            this.known ??= [...this.select.options]
                .filter((option) => option.value)
                .map((option) => ({
                    code: option.value,
                    name: option.text,
                    names: spellings(option.text),
                    isLikely: option.parentElement.matches("optgroup:first-of-type"),
                }));
            return this.known;
        }

        // The matching countries, best first. All of them if nothing was typed.
        fitting() {
            const typed = this.typed ? fold(this.input.value) : "";
            if (!typed) return this.countries;
            const ranked = this.countries.map((country) => ({
                ...country,
                isLikely: false,
                rank: rank(country, typed),
            }));
            const found = ranked.filter((country) => country.rank !== undefined).sort((a, b) => a.rank - b.rank);
            return found.filter((country, at) => found.findIndex((other) => other.code === country.code) === at);
        }

        open() {
            // Before the other names are loaded, Ukraine would be the only match for "UK".
            if (this.typed && !isRead) return this.close();
            const found = this.fitting();
            const options = found.map((country, at) => {
                const isChosen = country.code === this.select.value;
                const option = element("div", {
                    role: "option",
                    id: `${this.list.id}-${at}`,
                    "aria-selected": isChosen,
                });
                const code = element("small");
                code.textContent = country.code;
                option.append(country.name, " ", code);
                option.dataset.code = country.code;
                if (country.isLikely && !found[at + 1]?.isLikely) option.className = "last";
                return option;
            });
            this.list.replaceChildren(...options);
            this.list.hidden = !found.length;
            this.input.setAttribute("aria-expanded", String(this.isOpen));
            this.point(-1);
            const chosen = options[options.findIndex(isSelected)];
            this.list.scrollTop = chosen && !this.typed ? chosen.offsetTop : 0;
            this.say(found.length ? this.dataset.found.replace("#", found.length) : this.dataset.none, !found.length);
        }

        close() {
            this.list.hidden = true;
            this.input.setAttribute("aria-expanded", "false");
            this.point(-1);
        }

        // Moves to an option; the focus stays in the field.
        point(at) {
            this.at = at;
            const options = [...this.list.children];
            options.forEach((option, index) => option.classList.toggle("active", index === at));
            const option = options[at];
            if (!option) return this.input.removeAttribute("aria-activedescendant");
            this.input.setAttribute("aria-activedescendant", option.id);
            const { list } = this;
            const below = option.offsetTop + option.offsetHeight - list.clientHeight;
            list.scrollTop = Math.max(Math.min(list.scrollTop, option.offsetTop), below);
        }

        press(event) {
            const { key, altKey } = event;
            const options = this.list.children;
            const pointed = this.isOpen ? options[this.at] : undefined;
            if (key === "ArrowDown" || key === "ArrowUp") {
                event.preventDefault();
                const step = key === "ArrowDown" ? 1 : -1;
                const wasOpen = this.isOpen;
                if (!wasOpen) this.open();
                if (altKey) return step === 1 ? undefined : this.close();
                const chosen = [...options].findIndex(isSelected);
                if (!wasOpen && chosen >= 0) return this.point(chosen);
                if (!this.isOpen) return;
                const next = this.at < 0 && step < 0 ? options.length - 1 : this.at + step;
                this.point((next + options.length) % options.length);
            } else if (key === "Enter") {
                // Enter opens the list or chooses. It does not submit the page.
                event.preventDefault();
                if (pointed) this.choose(pointed.dataset.code);
                else if (!this.isOpen && !this.typed) this.open();
                else this.accept();
            } else if (key === "Tab" && pointed) {
                this.choose(pointed.dataset.code);
            } else if (key === "Escape" && (this.isOpen || this.typed)) {
                event.preventDefault();
                if (this.isOpen) this.close();
                else this.showChoice();
            }
        }

        // Accepts typed text if it is the full name of exactly one country.
        accept() {
            const typed = fold(this.input.value);
            const isName = ({ code, names: own }) => own.includes(typed) || (names.get(code) ?? []).includes(typed);
            const codes = new Set(this.countries.filter(isName).map((country) => country.code));
            if (typed && codes.size === 1) this.choose([...codes][0]);
            return codes.size === 1;
        }

        leave() {
            this.close();
            const option = this.select.selectedOptions[0];
            const text = this.input.value.trim();
            if (text === (option?.value ? option.text : "") || this.accept()) return this.showChoice();
            if (!text) return this.choose("");
            this.showChoice();
            const { restored, cleared } = this.dataset;
            this.say(option?.value ? restored.replace("#", option.text) : cleared, true);
        }

        choose(code) {
            this.close();
            const isNew = this.select.value !== code;
            this.select.value = code;
            this.showChoice();
            if (isNew) this.select.dispatchEvent(new Event("change", { bubbles: true }));
        }

        showChoice() {
            const option = this.select.selectedOptions[0];
            this.input.value = option?.value ? option.text : "";
            this.typed = false;
            this.close();
            this.say("");
        }

        // Tells screen readers. Errors are also visible.
        say(text, isSeen = false) {
            this.status.textContent = text;
            this.status.className = isSeen ? "hint" : "sr";
        }
    }
    customElements.define("country-field", CountryField);
    // A page that the browser restores from memory keeps its choices.
    addEventListener("pageshow", () => {
        for (const field of document.querySelectorAll("country-field")) if (!field.typed) field.showChoice();
    });
})();
