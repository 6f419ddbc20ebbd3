// The mending page by keyboard: Enter saves a cell and goes to the next wrong one, Escape brings the saved value back.
//
// Saving is htmx's: a changed input sends its row, the answer replaces it. Without scripts the form sends all cells.
// Inputs: form[data-mending] with input[data-cell] and [data-select-all]; the event "row-saved" {words, progress,
// importWords} from the server, for #status, [data-progress] and [data-import].

const form = document.querySelector("[data-mending]");
const announcer = document.getElementById("status");

form?.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!input.matches("[data-cell]")) return;
  if (event.key === "Escape") {
    input.value = input.defaultValue;
    input.select();
  }
  if (event.key !== "Enter") return;
  event.preventDefault(); // it would send the whole form
  const next = nextWrong(input);
  if (next) {
    next.focus(); // a changed cell is saved as it is left
    next.select();
  } else if (input.value !== input.defaultValue) {
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

function nextWrong(input) {
  const cells = [...form.querySelectorAll("[data-cell]")];
  return cells.slice(cells.indexOf(input) + 1).find((cell) => cell.ariaInvalid === "true");
}

form?.addEventListener("change", (event) => {
  if (!event.target.matches("[data-select-all]")) return;
  for (const box of form.querySelectorAll("[name='row']")) box.checked = event.target.checked;
});

document.addEventListener("row-saved", (event) => {
  announcer.textContent = event.detail.words;
  document.querySelector("[data-progress]").textContent = event.detail.progress;
  document.querySelector("[data-import]").textContent = event.detail.importWords;
});
