// Opens the page's one dialog when htmx put a question into it, and closes it where the question says so.
//
// Without scripts the same links open the question as a page: href beside hx-get.
// Inputs: #dialog; [data-close] on what dismisses it; the event "field-added" {id} from the server.

const dialog = document.getElementById("dialog");

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === dialog && !dialog.open) dialog.showModal();
  // showModal() honours autofocus only for what is there when it opens; an answer that came back has its own.
  if (event.detail.target === dialog) dialog.querySelector("[aria-invalid='true'], [autofocus]")?.focus();
});

dialog.addEventListener("click", (event) => {
  if (!event.target.closest("[data-close]")) return;
  event.preventDefault();
  dialog.close();
});

// A closed dialog holds nothing: ids in it must not meet those of the page.
dialog.addEventListener("close", () => dialog.replaceChildren());
