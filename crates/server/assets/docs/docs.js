// Search in the reference: the contents show only the sections that contain all typed words. Everything else on the
// page works without scripts.
const search = document.getElementById("search");
const query = document.getElementById("query");
const found = document.getElementById("found");
const contents = document.getElementById("contents");
const names = document.getElementById("names");

// Each line of the contents, with the text of its section. Read when first needed.
let lines;
const read = () =>
    [...contents.querySelectorAll("li > a")].map((link) => {
        const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
        const isGroup = link.classList.contains("tag") && link.nextElementSibling;
        // A group matches only by its name, not by its content.
        const text = isGroup ? link.textContent : `${link.textContent} ${section?.textContent ?? ""}`;
        return { link, item: link.parentElement, text: text.toLowerCase() };
    });

const visible = () => [...contents.querySelectorAll("li > a")].filter((link) => link.checkVisibility());
// Links to sections. The names of groups do not count as results.
const results = () => visible().filter((link) => !link.matches(".tag:has(+ ul, + details)"));

let folded = [];
function narrow() {
    lines ??= read();
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) {
        for (const { item } of lines) item.hidden = false;
        for (const [details, open] of folded) details.open = open;
        folded = [];
        found.textContent = "";
        return;
    }
    if (folded.length === 0) folded = [contents, names].map((details) => [details, details.open]);
    contents.open = true;
    names.open = true;
    const fits = new Set(
        lines.filter(({ text }) => words.every((word) => text.includes(word))).map(({ item }) => item),
    );
    for (const { item } of lines)
        item.hidden = !fits.has(item) && ![...item.querySelectorAll("li")].some((one) => fits.has(one));
    const count = results().length;
    found.textContent = count === 0 ? "Nothing found" : `${count} found`;
}

query.addEventListener("input", narrow);
search.addEventListener("submit", (event) => {
    event.preventDefault();
    const [first] = results();
    if (!first) return;
    first.click();
    // The next Tab continues from the section.
    query.blur();
});
query.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && query.value) {
        event.preventDefault();
        query.value = "";
        narrow();
    }
    if (event.key === "ArrowDown") {
        event.preventDefault();
        visible()[0]?.focus();
    }
});
contents.addEventListener("keydown", (event) => {
    const links = visible();
    const at = links.indexOf(document.activeElement);
    if (at < 0 || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    const next = event.key === "ArrowDown" ? links[at + 1] : (links[at - 1] ?? query);
    next?.focus();
});
// On a narrow screen the contents would cover the chosen section.
contents.addEventListener("click", (event) => {
    if (event.target.closest("a") && matchMedia("(max-width: 59.99rem)").matches) contents.open = false;
});
document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        query.focus();
    }
});
search.hidden = false;
