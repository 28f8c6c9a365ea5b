// Draws the pages of a PDF file, one at a time. The file is fetched once and as a whole, because every reading of it is
// recorded. Its scripts never run: the part of pdf.js that would run them is not there. Its links lead nowhere, since
// only what is drawn is shown.

const { file, library, place } = document.body.dataset;
const [tools, status, fault, frame] = ["tools", "status", "fault", "page"].map((id) => document.getElementById(id));

// The largest canvas, in pixels. A large page in full zoom would otherwise take hundreds of MB.
const MAX_PIXELS = 16_000_000;
// The largest picture in a file that is decoded, in pixels.
const MAX_PICTURE = 64_000_000;

// The fonts that browsers do not have. Everything else that pdf.js might ask for is left out.
const FONTS = ["FoxitSymbol.pfb", "FoxitDingbats.pfb"];
class Fonts {
    async fetch({ filename }) {
        if (!FONTS.includes(filename)) {
            tell("incomplete");
            throw new Error(`${filename} is not there`);
        }
        const answer = await fetch(library + filename);
        return new Uint8Array(await answer.arrayBuffer());
    }
}

function tell(word) {
    fault.textContent = document.body.dataset[word];
    fault.hidden = false;
}

// Says why there are no pages.
function fail(word) {
    tell(word);
    status.textContent = "";
    for (const part of [tools, frame]) part.hidden = true;
}

let [pdf, number, zoom, turn] = [null, 1, 1, 0];
let drawing = null;

async function draw() {
    const text = place.replace("{page}", number).replace("{pages}", pdf.numPages);
    status.textContent = text;
    for (const [tool, isEnd] of [
        ["before", number === 1],
        ["after", number === pdf.numPages],
    ]) {
        // A button that is really disabled would lose the focus.
        tools.querySelector(`[data-tool=${tool}]`).setAttribute("aria-disabled", isEnd);
    }
    drawing?.cancel();
    const wanted = [number, zoom, turn].join();
    const isWanted = () => wanted === [number, zoom, turn].join();
    try {
        const page = await pdf.getPage(number);
        if (!isWanted()) return;
        const rotation = (page.rotate + turn) % 360;
        const { width, height } = page.getViewport({ scale: 1, rotation });
        const fitting = (frame.clientWidth * zoom * devicePixelRatio) / width;
        const scale = Math.min(fitting, Math.sqrt(MAX_PIXELS / (width * height)));
        const viewport = page.getViewport({ scale, rotation });
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [Math.ceil(viewport.width), Math.ceil(viewport.height)];
        canvas.setAttribute("role", "img");
        canvas.setAttribute("aria-label", text);
        drawing = page.render({ canvas, viewport });
        await drawing.promise;
        if (!isWanted()) return;
        frame.replaceChildren(canvas);
        frame.dataset.zoom = zoom;
    } catch (error) {
        if (error.name !== "RenderingCancelledException") fail("damaged");
    }
}

function show(next) {
    if (next < 1 || next > pdf.numPages) return;
    number = next;
    frame.scrollTo(0, 0);
    draw();
}

tools.addEventListener("click", (event) => {
    const tool = event.target.closest("[data-tool]")?.dataset.tool;
    if (tool === "before") show(number - 1);
    if (tool === "after") show(number + 1);
    if (tool === "in") zoom = Math.min(zoom + 1, 5);
    if (tool === "out") zoom = Math.max(zoom - 1, 1);
    if (tool === "turn") turn = (turn + 90) % 360;
    if (["in", "out", "turn"].includes(tool)) draw();
    if (tool === "full") {
        if (document.fullscreenElement) document.exitFullscreen();
        else document.documentElement.requestFullscreen();
    }
});

// The desk knows the keys and whether they are on. So nobody is caught in the frame.
document.addEventListener("keydown", (event) => {
    if (parent === window) return;
    const { key, ctrlKey, metaKey, altKey } = event;
    const same = new parent.KeyboardEvent("keydown", {
        key,
        ctrlKey,
        metaKey,
        altKey,
        bubbles: true,
        cancelable: true,
    });
    if (!parent.document.dispatchEvent(same)) event.preventDefault();
});

async function open() {
    status.textContent = document.body.dataset.opening;
    const answer = await fetch(file);
    // A session that has ended leads to the page for signing in.
    if (!answer.ok || answer.redirected) return fail("unread");
    const data = new Uint8Array(await answer.arrayBuffer());
    const pdfjs = await import(`${library}pdf.min.mjs`);
    pdfjs.GlobalWorkerOptions.workerSrc = `${library}pdf.worker.min.mjs`;
    const opening = pdfjs.getDocument({
        data,
        BinaryDataFactory: Fonts,
        wasmUrl: new URL(library, location.href).href,
        useWasm: false,
        enableXfa: false,
        disableWorkerRendering: true,
        maxImageSize: MAX_PICTURE,
        verbosity: pdfjs.VerbosityLevel.ERRORS,
    });
    try {
        pdf = await opening.promise;
    } catch (error) {
        return fail(error.name === "PasswordException" ? "locked" : "damaged");
    }
    tools.hidden = frame.hidden = false;
    await draw();
    let width = frame.clientWidth;
    new ResizeObserver(() => {
        if (width === frame.clientWidth) return;
        width = frame.clientWidth;
        draw();
    }).observe(frame);
}

open().catch(() => fail("unread"));
