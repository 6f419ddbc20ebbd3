// Keeps a result's numbers moving while mended rows come in: the socket tells when to fetch them again.
//
// Where the socket is away they are fetched every 3 s, and it is tried again meanwhile, as live.js does it.
// Input: data-job on #result-body, which has it for as long as rows come in. Output: "rows-came-in" on the body.

// Close codes: not signed in, not allowed. Trying again does not change that.
const REFUSALS = [4401, 4403];
const FETCH_MS = 1_000; // so often at most, however many messages come
const POLL_MS = 3_000;
const PING_MS = 25_000;
const SILENCE_MS = 4_000; // so long an open socket may say nothing before we look ourselves

let socket = null;
let failures = 0;
let ping = 0;
let poll = 0;
let silence = 0;
let due = 0;
let fetched = -FETCH_MS;

const jobId = () => document.querySelector("#result-body")?.dataset.job;

function fetchNumbers() {
  if (due) return;
  due = setTimeout(
    () => {
      due = 0;
      fetched = performance.now();
      document.body.dispatchEvent(new Event("rows-came-in"));
    },
    Math.max(0, fetched + FETCH_MS - performance.now()),
  );
}

function connect() {
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/imports`);
  socket.addEventListener("open", () => {
    socket.send(JSON.stringify({ type: "subscribe", jobId: jobId() }));
    ping = setInterval(() => socket.send(JSON.stringify({ type: "ping" })), PING_MS);
  });
  socket.addEventListener("message", (event) => {
    const message = JSON.parse(event.data);
    if (message.jobId === jobId() && message.data) heard();
  });
  socket.addEventListener("close", lost);
}

function heard() {
  failures = 0;
  clearInterval(poll);
  poll = 0;
  fetchNumbers();
  clearInterval(silence);
  silence = setInterval(fetchNumbers, SILENCE_MS);
}

function lost(event) {
  clearInterval(ping);
  clearInterval(silence);
  if (!jobId()) return;
  if (REFUSALS.includes(event.code)) {
    location.reload(); // leads to where one signs in again
    return;
  }
  failures += 1;
  if (failures >= 2) poll ||= setInterval(fetchNumbers, POLL_MS);
  const wait = Math.min(30_000, 500 * 2 ** failures);
  setTimeout(connect, wait / 2 + (Math.random() * wait) / 2);
}

document.body.addEventListener("htmx:afterSwap", () => {
  if (jobId()) return;
  clearInterval(poll);
  clearInterval(silence);
  socket.close(1000);
});

connect();
