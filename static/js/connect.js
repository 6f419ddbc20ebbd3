// Connecting a service in a window of its own. Inputs: form[data-connect] with target, data-state (address that answers
// {"connected": …}). Without this script the form opens a tab, and the person comes back by hand.

const LOOK_MILLISECONDS = 2000;
const LONGEST_MILLISECONDS = 10 * 60 * 1000;

for (const form of document.querySelectorAll("form[data-connect]")) {
  let timer = 0;

  function goOn() {
    clearInterval(timer);
    location.reload();
  }

  async function look() {
    const answer = await fetch(form.dataset.state, { headers: { Accept: "application/json" } }).catch(() => null);
    if (answer?.ok && (await answer.json()).connected) goOn();
  }

  form.addEventListener("submit", () => {
    // The form is sent into this window, which the browser would block at any other moment.
    window.open("", form.target, "popup,width=560,height=720");
    clearInterval(timer);
    // The other window may be of another host name, whose channel we do not hear.
    timer = setInterval(look, LOOK_MILLISECONDS);
    setTimeout(() => clearInterval(timer), LONGEST_MILLISECONDS);
  });

  new BroadcastChannel("irisx-connections").addEventListener("message", goOn);
}
