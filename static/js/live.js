// Keeps a page's numbers moving while an import runs: by the socket, and by polling where the socket is away.
//
// The stored job is the truth, a message is a hint: every message is a whole snapshot, and on each connection the
// server sends the present one, so nothing rests on a message that was lost.
// Inputs, on [data-live]: data-job, data-status, data-snapshot-url, data-result-url, data-sign-in-url.
// Output: data-state "connecting" | "live" | "reconnecting" | "polling" | "ended", for style sheets and tests.

const section = document.querySelector("[data-live]");
const announcer = document.getElementById("status");
const words = {
  connecting: "Connecting",
  live: "Live",
  reconnecting: "Reconnecting…",
  polling: "Updates every 3 s; still trying to reconnect",
  ended: "Done",
};
const ENDS = ["completed", "failed", "cancelled"];
// Close codes: not signed in, not allowed. Trying again does not change that.
const REFUSALS = [4401, 4403];
const PAINT_MS = 250; // four times a second is as much as an eye follows
const PING_MS = 25_000;
const POLL_MS = 3_000;
const SILENCE_MS = 4_000; // so long an open socket may say nothing before we ask
const ANSWER_MS = 10_000;
const QUIET_LOSS_MS = 2_500; // a shorter loss is nobody's concern
const RESULT_AFTER_MS = 1_200; // the final numbers stand still before the page moves on

// What is shown ----------------------------------------------------------------------------------------------------

const numbers = new Intl.NumberFormat("en-GB");
const PARTS = {
  created: "created_count",
  updated: "updated_count",
  unchanged: "unchanged_count",
  skipped: "skipped_count",
  failed: "error_count",
};
let waiting = null; // the newest snapshot that is not painted yet
let painted = 0;
let timer = 0;
let announced = -1;
let pace = [];

function setState(state) {
  section.dataset.state = state;
  const sign = section.querySelector("[data-connection]");
  sign.dataset.state = state;
  sign.querySelector("[data-connection-words]").textContent = words[state];
}

function take(snapshot) {
  if (section.dataset.state === "ended") return;
  waiting = snapshot;
  const isEnd = ENDS.includes(snapshot.status);
  const due = painted + PAINT_MS - performance.now();
  clearTimeout(timer);
  if (isEnd || due <= 0) paint();
  else timer = setTimeout(paint, due);
}

function paint() {
  const snapshot = waiting;
  painted = performance.now();
  const before = Number(section.querySelector("#bar").value);
  // A poll that was under way when the socket came back may be older than what is shown.
  if (snapshot.processed_rows < before && !ENDS.includes(snapshot.status)) return;
  const statusBefore = section.dataset.status;
  section.dataset.status = snapshot.status;
  paintNumbers(snapshot);
  paintBar(snapshot);
  section.querySelector("[data-pace]").textContent = paceInWords(snapshot);
  if (ENDS.includes(snapshot.status)) end(snapshot);
  else if (snapshot.status !== statusBefore) changeStatus(snapshot);
  else announce(snapshot);
}

function paintNumbers(snapshot) {
  section.querySelector("[data-percent]").textContent = snapshot.progress_percent;
  section.querySelector("[data-processed]").textContent = numbers.format(snapshot.processed_rows);
  section.querySelector("[data-total]").textContent = numbers.format(snapshot.total_rows);
  section.querySelector("[data-count='processed']").textContent = numbers.format(snapshot.processed_rows);
  for (const [part, key] of Object.entries(PARTS)) {
    section.querySelector(`[data-count='${part}']`).textContent = numbers.format(snapshot[key]);
  }
  const bar = section.querySelector("#bar");
  bar.max = snapshot.total_rows || 1;
  bar.value = snapshot.processed_rows;
}

function paintBar(snapshot) {
  // As portals/tally.py: span() draws it; change the two together.
  const BAR = 1000;
  const GAP = 2;
  const SLIVER = 3;
  let before = 0;
  for (const [part, key] of Object.entries(PARTS)) {
    const rect = section.querySelector(`[data-part='${part}']`);
    const count = snapshot[key];
    const left = Math.round((BAR * before) / snapshot.total_rows);
    const right = Math.round((BAR * (before + count)) / snapshot.total_rows);
    rect.setAttribute("x", count ? Math.min(left, BAR - SLIVER) : 0);
    rect.setAttribute("width", count ? Math.max(SLIVER, right - left - (right < BAR ? GAP : 0)) : 0);
    before += count;
  }
}

// The words of portals/wording.py and portals/progress_page.py: change them together.
const ORDINALS = ["First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth"];

function aboutInWords(seconds) {
  const counted = (number, unit) => `about ${numbers.format(number)} ${unit}${number === 1 ? "" : "s"}`;
  if (seconds < 90) return counted(seconds, "second");
  return seconds < 90 * 60 ? counted(Math.round(seconds / 60), "minute") : counted(Math.round(seconds / 3600), "hour");
}

function placeInWords(snapshot) {
  const place = `${ORDINALS[snapshot.queue_position - 1] ?? `Number ${snapshot.queue_position}`} in line`;
  const left = snapshot.estimated_seconds;
  return left ? `${place}, ${aboutInWords(left)} until it is done` : place;
}

function paceInWords(snapshot) {
  if (snapshot.status !== "processing") pace = [];
  if (snapshot.status === "queued" && snapshot.queue_position) return placeInWords(snapshot);
  if (snapshot.status !== "processing") return "";
  // Rows a second over the last ten seconds.
  const now = performance.now();
  pace = [...pace.filter((point) => now - point.at < 10_000), { at: now, rows: snapshot.processed_rows }];
  const seconds = (now - pace[0].at) / 1000;
  const rate = seconds > 0.5 ? Math.round((snapshot.processed_rows - pace[0].rows) / seconds) : 0;
  const left = snapshot.estimated_seconds;
  return [
    rate > 0 && `${numbers.format(rate)} rows per second`,
    left > 0 && `${aboutInWords(left)} left`,
  ]
    .filter(Boolean)
    .join(", ");
}

function changeStatus(snapshot) {
  // The head of the page fetches itself again: what may be asked of the import is different now.
  document.body.dispatchEvent(new Event("status-changed"));
  const states = { queued: "is in line", processing: "runs", paused: "is paused" };
  const rows = `${numbers.format(snapshot.processed_rows)} of ${numbers.format(snapshot.total_rows)} rows`;
  announcer.textContent = `The import ${states[snapshot.status]}: ${rows} done.`;
}

function announce(snapshot) {
  const quarter = Math.floor(snapshot.progress_percent / 25) * 25;
  if (quarter <= announced || ENDS.includes(snapshot.status)) return;
  announced = quarter;
  const rows = `${numbers.format(snapshot.processed_rows)} of ${numbers.format(snapshot.total_rows)} rows`;
  announcer.textContent = `${quarter} percent: ${rows}, ${numbers.format(snapshot.error_count)} failed.`;
}

function end(snapshot) {
  setState("ended");
  stopPolling();
  clearTimeout(retry);
  clearTimeout(quiet);
  clearTimeout(silence);
  socket?.close(1000);
  const rows = numbers.format(snapshot.processed_rows);
  announcer.textContent = `Import ${snapshot.status}: ${rows} rows, ${numbers.format(snapshot.error_count)} failed.`;
  // Replaces this page: Back goes to where the import was started from, not to a page that moves on again.
  setTimeout(() => location.replace(section.dataset.resultUrl), RESULT_AFTER_MS);
}

// How it comes -----------------------------------------------------------------------------------------------------

let socket = null;
let failures = 0;
let retry = 0;
let quiet = 0; // until a loss is spoken of
let isSpokenOf = false;
let ping = 0;
let poll = 0;
let silence = 0; // until an open socket that says nothing is doubted
let isAway = false; // the server, when last asked

function connect() {
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/imports`);
  socket.addEventListener("open", () => {
    socket.send(JSON.stringify({ type: "subscribe", jobId: section.dataset.job }));
    ping = setInterval(() => socket.send(JSON.stringify({ type: "ping" })), PING_MS);
  });
  socket.addEventListener("message", (event) => {
    const message = JSON.parse(event.data);
    if (message.jobId === section.dataset.job && message.data) {
      heard();
      take(message.data);
    }
    // Gone for us (deleted meanwhile): the page that answers for it says so.
    if (message.type === "error" && message.code === "job_not_found") location.reload();
  });
  socket.addEventListener("close", lost);
}

function reconnect() {
  if (socket.readyState < WebSocket.CLOSING || section.dataset.state === "ended") return;
  clearTimeout(retry);
  connect();
}

function heard() {
  if (section.dataset.state === "ended") return;
  failures = 0;
  clearTimeout(quiet);
  quiet = 0;
  isSpokenOf = false;
  stopPolling();
  if (section.dataset.state !== "live") setState("live");
  expectMore();
}

function lost(event) {
  clearInterval(ping);
  clearTimeout(silence);
  if (section.dataset.state === "ended") return;
  if (REFUSALS.includes(event?.code)) {
    signedOut();
    return;
  }
  failures += 1;
  if (failures >= 2) startPolling();
  quiet ||= setTimeout(speakOfLoss, QUIET_LOSS_MS);
  const wait = Math.min(30_000, 500 * 2 ** failures);
  // Half of it by chance: when a server comes back, not everybody knocks at once.
  retry = setTimeout(connect, wait / 2 + (Math.random() * wait) / 2);
}

function speakOfLoss() {
  isSpokenOf = true;
  setState(poll ? "polling" : "reconnecting");
}

function expectMore() {
  clearTimeout(silence);
  silence = setTimeout(breakSilence, SILENCE_MS);
}

// Open is not alive: what feeds the server may be away, or the network gone without a word.
async function breakSilence() {
  const before = waiting.processed_rows;
  await ask();
  // Closed meanwhile: lost() has it in hand.
  if (section.dataset.state === "ended" || socket.readyState !== WebSocket.OPEN) return;
  if (isAway) {
    // Nobody is there to answer the close, and the browser would wait for that: it counts as closed already.
    socket.removeEventListener("close", lost);
    socket.close();
    lost();
  } else if (waiting.processed_rows === before) {
    expectMore(); // there was nothing to say
  } else {
    startPolling(); // there was, and the socket did not; heard() ends it
    quiet ||= setTimeout(speakOfLoss, QUIET_LOSS_MS);
  }
}

async function ask() {
  try {
    const headers = { Accept: "application/json" };
    const response = await fetch(section.dataset.snapshotUrl, { headers, signal: AbortSignal.timeout(ANSWER_MS) });
    if (response.redirected || response.status === 404) return signedOut();
    if (response.ok) take(await response.json());
    // The server is back: the socket need not sit out its wait.
    if (isAway) reconnect();
    isAway = false;
  } catch {
    isAway = true; // the next poll asks again
  }
}

function startPolling() {
  if (poll) return;
  poll = setInterval(ask, POLL_MS);
  if (isSpokenOf) setState("polling");
  ask();
}

function stopPolling() {
  clearInterval(poll);
  poll = 0;
}

function signedOut() {
  stopPolling();
  clearTimeout(retry);
  clearTimeout(quiet);
  section.dataset.state = "ended";
  const link = document.createElement("a");
  link.href = `${section.dataset.signInUrl}?next=${encodeURIComponent(location.pathname)}`;
  link.textContent = "Sign in again to see how it goes on";
  section.querySelector("[data-connection]").replaceChildren(link);
}

connect();
