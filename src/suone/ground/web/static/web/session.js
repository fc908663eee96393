// Staying logged in while working, and leaving nothing on the screen once the log-in or the access has ended.
"use strict";

const { aliveUrl, draftsUrl, loginUrl, idleSeconds, sessionSeconds } = document.body.dataset;
const WARNED_BEFORE = 5 * 60_000;
let heardAt = Date.now(); // when the server last heard of this page
let workedAt = Date.now();

/** The answer, or null while the network is away; a redirect to the log-in is not followed. */
async function ask(url, options) {
  try {
    return await fetch(url, { redirect: "manual", ...options });
  } catch {
    return null;
  }
}
const ended = (answer) => answer.type === "opaqueredirect";

function blank(loggedOut) {
  const here = encodeURIComponent(location.pathname + location.search).replaceAll("%2F", "/");
  document.title = "–";
  document.body.replaceChildren();
  location.replace(loggedOut ? `${loginUrl}?next=${here}` : loginUrl);
}

/** Prolong the session, and give the forms the token of a new log-in in another window; says whose it is. */
async function prolong() {
  const answer = await ask(draftsUrl);
  if (!answer?.ok) return null;
  heardAt = Date.now();
  const { token, account } = await answer.json();
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
  return account;
}

/** Logged out with text that the server does not have: nothing is shown any more, and the text waits for the log-in. */
function veil() {
  if (document.querySelector("#veil")) return;
  for (const part of document.body.children) part.hidden = true;
  const notice = document.createElement("p");
  const link = document.createElement("a");
  notice.id = "veil";
  notice.className = "alert alert-warning";
  notice.role = "alert";
  link.href = loginUrl;
  link.target = "_blank";
  link.textContent = words.login;
  notice.append(`${words.ended} `, link);
  document.title = "–";
  document.body.append(notice);
  const waiting = setInterval(async () => {
    const account = await prolong();
    if (!account) return;
    clearInterval(waiting);
    await saveDrafts();
    const unsaved = drafts.find((draft) => draft.dirty);
    if (!unsaved || !unsaved.form.elements.opened_as.value.startsWith(`${account}.`)) {
      location.replace(location.pathname + location.search);
      return;
    }
    notice.remove(); // the same account, under another appointment: the form says so
    for (const part of document.body.children) part.hidden = false;
  }, 5_000);
}

async function askAlive() {
  const answer = await ask(aliveUrl, { headers: { "X-Requested-With": "alive" } });
  if (!answer || answer.ok || document.querySelector("#veil")) return;
  if (await saveDrafts()) blank(ended(answer));
  else veil();
}

if (aliveUrl) {
  const idle = document.getElementById("idle");
  const ending = document.getElementById("ending");
  const endsAt = Date.now() + Number(sessionSeconds) * 1000;
  let warned = false;
  setInterval(askAlive, 20_000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) askAlive(); });
  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, () => { workedAt = Date.now(); });
  setInterval(() => {
    const silent = Date.now() - heardAt;
    if (workedAt > heardAt && silent > 4 * 60_000) prolong();
    else if (silent > Number(idleSeconds) * 1000 - WARNED_BEFORE && !idle.open) idle.showModal();
    if (!warned && Date.now() > endsAt - WARNED_BEFORE) { warned = true; ending.showModal(); }
  }, 10_000);
  idle.addEventListener("close", prolong);
}
