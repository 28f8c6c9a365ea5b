// Puts a suggested date into its field. Without scripts, the button submits the page with the date.
"use strict";
document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button[data-date]") : null;
    const field = button?.closest("[data-field]");
    if (!field) return;
    event.preventDefault();
    const [year, month, day] = button.dataset.date.split("-");
    for (const [part, text] of Object.entries({ year, month, day })) field.querySelector(`input.${part}`).value = text;
    // The button disappears when the date is saved.
    const first = field.querySelector(".parts input");
    first.focus();
    first.dispatchEvent(new Event("change", { bubbles: true }));
});
