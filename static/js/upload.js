// The drop zone: chooses a file by button or by dropping, checks it at once, and shows how far the upload is.
//
// Dropping only fills the file input, so there is one path for both. The server checks everything again.
// Inputs, on form[data-upload]: data-max-bytes, data-endings, and the sentences data-none, -empty, -large, -kind, -lost.

const form = () => document.querySelector("form[data-upload]");
const part = (name) => form().querySelector(`[data-${name}]`);
const fileInput = () => form().querySelector("input[type=file]");

function sizeInWords(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} kB`;
  return `${(bytes / 1024 / 1024).toFixed(1).replace(/\.0$/, "")} MB`;
}

function problemOf(file) {
  const { maxBytes, endings, none, empty, large, kind } = form().dataset;
  if (!file) return none;
  if (file.size === 0) return empty;
  if (file.size > Number(maxBytes)) return `${large} Yours has ${sizeInWords(file.size)}.`;
  return endings.split(" ").some((ending) => file.name.toLowerCase().endsWith(ending)) ? "" : kind;
}

function showProblem(sentence) {
  part("drop-error").textContent = sentence;
  part("drop").classList.toggle("is-wrong", Boolean(sentence));
}

function showChosen() {
  const [file] = fileInput().files;
  if (!file) return;
  part("drop-title").textContent = file.name;
  part("drop-text").textContent = sizeInWords(file.size);
  part("choose").lastChild.textContent = "Choose another file";
  showProblem(problemOf(file));
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-choose]")) fileInput().click();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("form[data-upload] input[type=file]")) showChosen();
});

// Dragging ---------------------------------------------------------------------------------------------------------

// A drag enters and leaves each element inside; only when as many left as entered, it left the zone.
let entered = 0;
let titleBefore = "";

function setOver(isOver) {
  const title = part("drop-title");
  if (isOver && !part("drop").classList.contains("is-over")) {
    titleBefore = title.textContent;
    title.textContent = title.dataset.over;
  } else if (!isOver && part("drop").classList.contains("is-over")) {
    title.textContent = titleBefore;
  }
  part("drop").classList.toggle("is-over", isOver);
  if (!isOver) entered = 0;
}

const inZone = (event) => event.target.closest?.("form[data-upload] [data-drop]");

document.addEventListener("dragenter", (event) => {
  if (!inZone(event)) return;
  event.preventDefault();
  entered += 1;
  setOver(true);
});
document.addEventListener("dragover", (event) => {
  if (inZone(event)) event.preventDefault();
});
document.addEventListener("dragleave", (event) => {
  if (inZone(event) && --entered <= 0) setOver(false);
});
document.addEventListener("drop", (event) => {
  if (!inZone(event)) return;
  event.preventDefault();
  setOver(false);
  if (!event.dataTransfer.files.length) return;
  // One file an import: of several, the first.
  const first = new DataTransfer();
  first.items.add(event.dataTransfer.files[0]);
  fileInput().files = first.files;
  showChosen();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && form()) setOver(false);
});

// Uploading --------------------------------------------------------------------------------------------------------

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.matches("form[data-upload]")) return;
  const problem = problemOf(fileInput().files[0]);
  showProblem(problem);
  if (problem) {
    event.preventDefault();
    part("choose").focus();
    return;
  }
  part("progress").hidden = false;
});

document.addEventListener("htmx:xhr:progress", (event) => {
  if (!event.target.matches("form[data-upload]") || !event.detail.lengthComputable) return;
  const { loaded, total } = event.detail;
  const bar = part("progress").querySelector("progress");
  if (loaded < total) {
    bar.max = total;
    bar.value = loaded;
    part("progress-text").textContent = `Uploading, ${sizeInWords(loaded)} of ${sizeInWords(total)}`;
  } else {
    bar.removeAttribute("value"); // how long reading takes is not known
    part("progress-text").textContent = "Reading the file";
    document.getElementById("status").textContent = "Uploaded. Reading the file.";
  }
});

// What the server says of it, if it says so in JSON: so it does to a body that it does not read to the end.
function sentenceOf(answer) {
  const isJson = answer?.getResponseHeader("Content-Type")?.startsWith("application/json");
  return (isJson && JSON.parse(answer.responseText).error) || form().dataset.lost;
}

for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    if (!event.target.matches("form[data-upload]")) return;
    part("progress").hidden = true;
    showProblem(sentenceOf(event.detail.xhr));
  });
}
