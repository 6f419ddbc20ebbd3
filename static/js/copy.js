// Copies a text as a whole.
//
// Inputs: a button with data-copy, the id of what is copied. Says in #status that it was done.

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const status = document.getElementById("status");
  status.textContent = "";
  try {
    await navigator.clipboard.writeText(source.textContent);
    status.textContent = "Copied.";
    button.lastChild.textContent = "Copied";
  } catch {
    // No clipboard without https, or it is forbidden: selected, the text is one key away from it.
    getSelection().selectAllChildren(source);
    status.textContent = "Selected. Press Ctrl+C to copy it.";
    button.lastChild.textContent = "Selected, press Ctrl+C";
  }
});
