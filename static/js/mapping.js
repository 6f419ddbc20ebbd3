// The mapping page: says what a choice did to other columns, and asks for a new field in the dialog.
//
// Everything else is htmx: a changed select sends the form, the answer replaces it.
// Inputs: form[data-mapping] with data-field-url and data-notice; the event "field-added" {id} from the server.

const dialog = document.getElementById("dialog");
let asking = null; // the select that wants a new field, and what it had before

document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-mapping] .target select")) event.target.dataset.before = event.target.value;
});

// In the capture phase: before htmx hears of the change and sends it.
document.addEventListener(
  "change",
  (event) => {
    const select = event.target;
    if (!select.matches("[data-mapping] select") || select.value !== "new") return;
    event.stopPropagation();
    asking = { id: select.id, before: select.dataset.before ?? "" };
    const url = `${document.querySelector("[data-mapping]").dataset.fieldUrl}${select.id.replace("column-", "")}/`;
    htmx.ajax("GET", url, { target: "#dialog", swap: "innerHTML" });
  },
  true,
);

// Closed without a new field: the select says again what it said before.
dialog.addEventListener("close", () => {
  const select = asking && document.getElementById(asking.id);
  if (select?.value === "new") {
    select.value = asking.before;
    select.focus();
  }
  asking = null;
});

document.addEventListener("field-added", (event) => {
  dialog.close();
  document.getElementById(event.detail.id)?.focus();
});

document.addEventListener("htmx:afterSettle", (event) => {
  const notice = event.detail.elt.dataset?.notice;
  if (notice) document.getElementById("status").textContent = notice;
});

// A link of the error summary goes to its control, not only near it.
document.addEventListener("click", (event) => {
  const link = event.target.closest("#problems a");
  if (!link) return;
  event.preventDefault();
  document.getElementById(link.hash.slice(1))?.focus();
});
