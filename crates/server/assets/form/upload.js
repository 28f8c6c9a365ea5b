// Uploads files as soon as they are chosen. It inspects each file first: pictures that the server would refuse are
// converted to JPEG if the browser can, and hopeless files are refused before they are sent. An upload belongs to the
// id of its document and not to the element, because a save may replace the element. Without this script, files are
// sent with their page.
"use strict";
(() => {
    const documents = () => document.getElementById("documents");
    if (!documents()) return;
    const text = JSON.parse(documents().dataset.texts);

    // ---- Inspecting a file ----------------------------------------------------------------------------------------

    // The limits of the server.
    const MOST_BYTES = 10 * 1024 * 1024;
    const MOST_PIXELS = { jpeg: 200e6, png: 50e6 };
    const LONGEST = 20000;
    const SHORTEST = 200;
    // The longest side of a picture that is encoded again, in pixels: enough to read a page of small print.
    const SCALED = 3000;
    const QUALITIES = [0.9, 0.75, 0.5];

    // Why a file is not sent. The message is a key in the texts.
    class Refusal extends Error {}

    // The width, height and coding of a JPEG from its frame header, which is not always at the same place.
    const jpegFrame = (view) => {
        let at = 2;
        while (at + 9 < view.byteLength) {
            const marker = view.getUint8(at + 1);
            const isSegment =
                view.getUint8(at) === 0xff && marker >= 0xc0 && marker < 0xff && !(marker >= 0xd0 && marker <= 0xd9);
            const isFrame = marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
            if (isSegment && isFrame) {
                const usual = marker <= 0xc2 && view.getUint8(at + 4) === 8;
                return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), usual };
            }
            at += isSegment ? 2 + view.getUint16(at + 2) : 1;
        }
        return { usual: true };
    };

    // The type of a file by its first bytes. Its name is not reliable.
    const look = async (file) => {
        const view = new DataView(await file.slice(0, 512 * 1024).arrayBuffer());
        const start = String.fromCharCode(...new Uint8Array(view.buffer, 0, Math.min(1024, view.byteLength)));
        if (start.startsWith("\xff\xd8\xff")) return { kind: "jpeg", ...jpegFrame(view) };
        if (start.startsWith("\x89PNG\r\n\x1a\n") && view.byteLength > 24) {
            const usual = !start.includes("acTL");
            return { kind: "png", width: view.getUint32(16), height: view.getUint32(20), usual };
        }
        if (start.includes("%PDF-")) return { kind: "pdf" };
        return { kind: /^....ftyp(hei|hev|mif|msf)/s.test(start) ? "heic" : "other" };
    };

    // Decodes a picture upright. Some browsers can only decode some pictures in an element.
    const decode = async (file) => {
        try {
            return await createImageBitmap(file, { imageOrientation: "from-image" });
        } catch {
            const image = new Image();
            image.src = URL.createObjectURL(file);
            try {
                await image.decode();
                return image;
            } finally {
                URL.revokeObjectURL(image.src);
            }
        }
    };

    const encode = async (picture, name) => {
        const [width, height] = [picture.naturalWidth ?? picture.width, picture.naturalHeight ?? picture.height];
        const scale = Math.min(1, SCALED / Math.max(width, height));
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
        if (Math.min(canvas.width, canvas.height) < SHORTEST) throw new Refusal("small");
        const context = canvas.getContext("2d");
        context.fillStyle = "#ffffff"; // where the picture is transparent
        context.fillRect(0, 0, canvas.width, canvas.height);
        context.imageSmoothingQuality = "high";
        context.drawImage(picture, 0, 0, canvas.width, canvas.height);
        for (const quality of QUALITIES) {
            const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
            if (blob && blob.size <= MOST_BYTES) {
                return new File([blob], `${name.replace(/\.[^.]*$/, "")}.jpg`, { type: "image/jpeg" });
            }
        }
        throw new Refusal("large");
    };

    // The file to send: the chosen one if the server accepts it, otherwise a converted one.
    const prepare = async (file, converts) => {
        if (file.size === 0) throw new Refusal("damaged");
        const { kind, width, height, usual } = await look(file);
        const tooLarge = file.size > MOST_BYTES;
        if (kind === "pdf" && tooLarge) throw new Refusal("large");
        const tooMany = width * height > MOST_PIXELS[kind] || Math.max(width, height) > LONGEST;
        if (kind === "pdf" || (usual && !tooLarge && !tooMany)) {
            if (Math.min(width, height) < SHORTEST) throw new Refusal("small");
            return file;
        }
        converts();
        let picture;
        try {
            picture = await decode(file);
        } catch {
            if (kind === "heic") throw new Refusal("heic");
            if (kind === "other") throw new Refusal("type");
            throw new Refusal(tooMany ? "pixels" : tooLarge ? "large" : "damaged");
        }
        try {
            return await encode(picture, file.name);
        } finally {
            picture.close?.();
        }
    };

    // ---- Sending it -----------------------------------------------------------------------------------------------

    const TRIES = 3;

    // Uploads in progress, by the id of their document.
    const uploads = new Map();

    // Retries with the same attempt store the same file once.
    const attempt = () =>
        [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

    const begin = async (id, input, file) => {
        const upload = { id, input, file, attempt: attempt(), url: documents().dataset.upload, state: "", loaded: 0 };
        uploads.set(id, upload);
        paint(id, "cancel");
        try {
            upload.sent = await prepare(file, () => state(upload, text.preparing));
        } catch (error) {
            if (uploads.get(id) === upload) refuse(upload, error instanceof Refusal ? error.message : "damaged");
            return;
        }
        if (uploads.get(id) !== upload) return;
        if (upload.sent.type.startsWith("image/")) upload.preview = URL.createObjectURL(upload.sent);
        start(upload);
    };

    const start = (upload) => {
        upload.tries = 0;
        upload.broken = false;
        send(upload);
    };

    const send = (upload) => {
        upload.tries += 1;
        const body = new FormData();
        body.append("attempt", upload.attempt);
        body.append(upload.input, upload.sent, upload.sent.name);
        const request = new XMLHttpRequest();
        upload.request = request;
        request.open("POST", upload.url);
        request.setRequestHeader("HX-Request", "true");
        const progress = (loaded, total) => {
            upload.loaded = total ? Math.floor((100 * loaded) / total) : 0;
            state(upload, text.progress.replace("#", upload.loaded));
        };
        request.upload.addEventListener("progress", (event) => progress(event.loaded, event.total));
        request.addEventListener("error", () => broke(upload));
        request.addEventListener("load", () => {
            if (request.status === 200) return arrived(upload, request.responseText);
            // Too many requests, or a gateway error: retry. Otherwise the form was closed, and its page says so.
            if ([429, 502, 503, 504].includes(request.status)) return broke(upload);
            uploads.delete(upload.id);
            location.reload();
        });
        progress(0, 1);
        request.send(body);
    };

    const broke = (upload) => {
        if (upload.tries === TRIES) {
            upload.broken = true;
            state(upload, text.broken);
            paint(upload.id, "again");
            say(text.broken);
            stay();
            return;
        }
        state(upload, text.retry);
        say(text.retry);
        upload.timer = setTimeout(() => again(upload), 2000 * upload.tries);
    };
    const again = (upload) => {
        clearTimeout(upload.timer);
        upload.timer = null;
        if (upload.broken) start(upload);
        else send(upload);
        paint(upload.id, "cancel");
    };
    addEventListener("online", () =>
        [...uploads.values()].filter((upload) => upload.timer || upload.broken).forEach(again),
    );

    const cancel = (upload) => {
        clearTimeout(upload.timer);
        upload.request?.abort();
        end(upload);
        paint(upload.id, "input");
        say(text.cancelled);
        goOn();
    };
    const end = (upload) => {
        if (uploads.get(upload.id) === upload) uploads.delete(upload.id);
    };

    // ---- Showing progress -----------------------------------------------------------------------------------------

    // Messages about uploads, for screen readers and wherever the visitor is on the page.
    const status = Object.assign(document.createElement("p"), { className: "sr" });
    const waiting = Object.assign(document.createElement("p"), { className: "waiting", hidden: true });
    for (const region of [status, waiting]) {
        region.setAttribute("role", "status");
        document.body.append(region);
    }
    const say = (said) => (status.textContent = said);

    const state = (upload, said) => {
        upload.state = said;
        paint(upload.id);
    };

    // Shows an upload in its document. If the focus is inside the document, it moves to the named button, the input or
    // the heading.
    const paint = (id, focus) => {
        const card = document.getElementById(id);
        if (!card) return;
        const upload = uploads.get(id);
        const inputs = card.querySelector(".uploads");
        const had = card.contains(document.activeElement);
        let box = card.querySelector(".sending");
        if (upload && !box) {
            box = document.getElementById("sending").content.firstElementChild.cloneNode(true);
            inputs.before(box);
        }
        if (upload) {
            box.querySelector(".name").textContent = upload.file.name;
            box.querySelector(".state").textContent = upload.state;
            box.querySelector("progress").value = upload.loaded;
            box.querySelector("progress").hidden = upload.broken === true;
            box.classList.toggle("broken", upload.broken === true);
            const image = box.querySelector("img");
            if (upload.preview && image.hidden) Object.assign(image, { src: upload.preview, hidden: false });
            for (const button of box.querySelectorAll("button")) {
                button.hidden = (button.dataset.does !== "cancel") !== (upload.broken === true);
            }
            card.querySelector(".error")?.remove();
        } else box?.remove();
        inputs.hidden = upload !== undefined;
        if (!had || !focus) return;
        const targets = { input: inputs.querySelector("input"), heading: card.querySelector("h2") };
        (targets[focus] ?? box?.querySelector(`[data-does="${focus}"]`))?.focus();
    };

    // Shows at the document why a file was refused.
    const refuse = (upload, why) => {
        end(upload);
        paint(upload.id, "input");
        const card = document.getElementById(upload.id);
        if (card) {
            const [input, hint] = [card.querySelector("input[type=file]"), card.querySelector(".hint")];
            const said = text[why].replace("#", () => card.querySelector("h2").textContent);
            const error = Object.assign(document.createElement("p"), {
                className: "error",
                id: `e-${input.id}`,
                textContent: said,
            });
            error.setAttribute("role", "alert");
            hint.after(error);
            for (const one of card.querySelectorAll("input[type=file]")) {
                one.setAttribute("aria-invalid", "true");
                one.setAttribute("aria-describedby", `${hint.id} ${error.id}`);
            }
        }
        stay();
    };

    // Applies the server's response: replaces the document, adds and removes others, and leaves the rest alone.
    const arrived = (upload, html) => {
        const answer = new DOMParser().parseFromString(html, "text/html");
        const fresh = answer.getElementById("documents");
        if (!fresh) return location.reload();
        end(upload);
        const old = document.getElementById(upload.id);
        const had = old?.contains(document.activeElement);
        const ids = new Set();
        for (const card of fresh.querySelectorAll("section.document")) {
            ids.add(card.id);
            const known = document.getElementById(card.id);
            if (!known) documents().append(card);
            else if (card.id === upload.id) known.replaceWith(card);
        }
        for (const card of documents().querySelectorAll("section.document")) {
            if (!ids.has(card.id) && !uploads.has(card.id)) card.remove();
        }
        for (const piece of [...answer.body.children]) {
            if (piece.id && piece !== fresh) document.getElementById(piece.id)?.replaceWith(piece);
        }
        const card = document.getElementById(upload.id);
        const failed = card?.querySelector(".error");
        // The focused element is gone, so the focus moves to the new document.
        if (had) card?.querySelector(failed ? "input[type=file]" : "h2")?.focus();
        if (failed) return stay();
        // Shows the picture at once, without loading it from the server.
        const mark = card?.querySelector(".files li:last-child .mark");
        if (mark && upload.preview) mark.replaceWith(Object.assign(new Image(), { src: upload.preview, alt: "" }));
        say(text.done.replace("#", () => upload.sent.name));
        goOn();
    };

    document.addEventListener("htmx:after:swap", () => [...uploads.keys()].forEach((id) => paint(id)));

    document.addEventListener("click", (event) => {
        const button = event.target.closest?.("[data-does]");
        const upload = button && uploads.get(button.closest("section").id);
        if (!upload) return;
        if (button.dataset.does === "cancel") cancel(upload);
        if (button.dataset.does === "again") again(upload);
        if (button.dataset.does === "other") {
            end(upload);
            paint(upload.id, "input");
            document.querySelector(`#${upload.id} input[type=file]`).click();
        }
    });

    // Takes a file from its input, so that the page does not send it a second time.
    const take = (input) => {
        const [file] = input.files;
        if (!file) return;
        input.value = "";
        begin(input.closest("section").id, input.name, file);
    };
    const INPUTS = "section.document input[type=file]";
    document.addEventListener("change", (event) => {
        if (event.target.matches?.(INPUTS)) take(event.target);
    });

    // ---- Leaving the page -----------------------------------------------------------------------------------------

    // Where the visitor wanted to go while a file was being uploaded.
    let next = null;
    const busy = () => [...uploads.values()].some((upload) => !upload.broken);
    const hold = (event, go) => {
        if (!busy()) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        next = go;
        waiting.hidden = false;
        waiting.textContent = text.waiting;
    };
    const stay = () => {
        next = null;
        waiting.hidden = true;
    };
    const goOn = () => {
        const go = next;
        if (busy()) return;
        stay();
        go?.();
    };
    document.addEventListener(
        "click",
        (event) => {
            const link = event.target.closest?.("a[href]");
            const elsewhere = link && !link.target && link.href.split("#")[0] !== location.href.split("#")[0];
            if (!elsewhere || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
            hold(event, () => location.assign(link.href));
        },
        true,
    );
    document.addEventListener(
        "submit",
        (event) => {
            const { target: form, submitter } = event;
            // The button may have been replaced together with its document. The form is still there.
            const same = () =>
                [...form.elements].find(
                    (one) => one.type === "submit" && one.name === submitter?.name && one.value === submitter?.value,
                );
            hold(event, () => form.requestSubmit(submitter?.isConnected ? submitter : same()));
        },
        true,
    );
    addEventListener("beforeunload", (event) => {
        if (uploads.size) event.preventDefault();
    });

    // Files that were chosen before this script was loaded.
    document.querySelectorAll(INPUTS).forEach(take);
})();
