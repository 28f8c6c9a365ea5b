// The guides work without scripts. This only moves to the search when / is typed, and forwards old links to the
// reference, which used to be at /docs.
const query = document.querySelector(".find input");

document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        query.focus();
        query.select();
    }
});

const { pathname, hash } = location;
if (pathname === "/docs" && hash && !document.getElementById(decodeURIComponent(hash.slice(1))))
    location.replace(`/docs/reference${hash}`);
