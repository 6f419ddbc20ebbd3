// Says when the server did not answer a part of the page, which would go on showing what was there before.
//
// Forms with data-upload say it themselves (upload.js). Said once, also where a part asks every second; what goes well
// afterwards takes it away.

const SENTENCE = "That did not work: the server did not answer. Please try again in a moment.";

const shown = () => document.querySelector(".toast[data-failure]");

function showFailure() {
  if (shown()) return;
  const toast = document.createElement("div");
  toast.className = "toast show";
  toast.dataset.failure = "";
  const sentence = document.createElement("span");
  sentence.textContent = SENTENCE;
  toast.append(sentence);
  // Behind a dialog nothing is read out.
  const dialog = document.querySelector("dialog[open]");
  if (dialog) toast.role = "alert";
  (dialog ?? document.getElementById("toasts")).append(toast);
}

const isOurs = (event) => !event.target.matches("form[data-upload]");

document.addEventListener("htmx:responseError", (event) => {
  // A refusal (4xx) is no failure.
  if (isOurs(event) && event.detail.xhr.status >= 500) showFailure();
});
for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    if (isOurs(event)) showFailure();
  });
}
document.addEventListener("htmx:afterOnLoad", (event) => {
  if (event.detail.xhr.status < 400) shown()?.remove();
});
