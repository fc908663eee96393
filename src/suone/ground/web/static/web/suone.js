// The little that pages need beside htmx: staying private, staying logged in, saving drafts, signing.
"use strict";

// A page brought back from the browser's memory may show what is closed meanwhile.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

const body = document.body;
const aliveUrl = body.dataset.aliveUrl;

function blank() {
  document.title = "–";
  body.replaceChildren();
  location.replace(body.dataset.loginUrl);
}

async function askAlive() {
  try {
    const answer = await fetch(aliveUrl, { headers: { "X-Requested-With": "alive" }, redirect: "manual" });
    if (!answer.ok) blank();
  } catch { /* the network is away: the next question comes in twenty seconds */ }
}

if (aliveUrl) {
  setInterval(askAlive, 20_000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) askAlive(); });
}

// Idle: warned after 25 of 30 minutes; going on working asks the server for something, which prolongs the session.
const idle = document.getElementById("idle");
if (idle) {
  let last = Date.now();
  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, () => { last = Date.now(); });
  setInterval(() => { if (Date.now() - last > 25 * 60_000 && !idle.open) idle.showModal(); }, 10_000);
  idle.addEventListener("close", () => { last = Date.now(); fetch("/", { method: "HEAD" }); });
}

// Drafts: two seconds after the last key the server has them.
for (const form of document.querySelectorAll("form[data-autosave]")) {
  const state = document.querySelector(form.dataset.autosaveState);
  let timer;
  const save = async () => {
    const sent = new FormData(form);
    for (const [name, value] of [...sent]) if (value instanceof File) sent.delete(name);
    sent.delete("idempotency_key"); // each save is a new one; its version guards it
    const answer = await fetch(form.dataset.autosave, { method: "POST", body: sent });
    if (answer.status === 409) { state.textContent = answer.headers.has("HX-Retarget") ? state.dataset.other : state.dataset.conflict; return; }
    if (!answer.ok) { state.textContent = state.dataset.failed; return; }
    const kept = await answer.json();
    form.elements.version.value = kept.version;
    form.dataset.autosave = kept.address; // the same draft from now on, not another one
    form.action = kept.page;
    for (const button of form.querySelectorAll("button[name=by_button]")) button.formAction = kept.address;
    state.textContent = `${state.dataset.saved} ${kept.at}`;
  };
  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    clearTimeout(timer);
    timer = setTimeout(save, 2_000);
  });
}

// A signature drawn with finger, pen or mouse; it travels as a PNG in a hidden field.
for (const pad of document.querySelectorAll("canvas[data-signature]")) {
  const field = document.getElementById(pad.dataset.signature);
  const pen = pad.getContext("2d");
  let drawing = false;
  const at = (event) => {
    const box = pad.getBoundingClientRect();
    return [(event.clientX - box.left) * pad.width / box.width, (event.clientY - box.top) * pad.height / box.height];
  };
  pen.fillStyle = "#fff"; pen.fillRect(0, 0, pad.width, pad.height);
  pen.lineWidth = 2.5; pen.lineCap = "round"; pen.strokeStyle = "#111";
  pad.addEventListener("pointerdown", (event) => { drawing = true; pad.setPointerCapture(event.pointerId); pen.beginPath(); pen.moveTo(...at(event)); });
  pad.addEventListener("pointermove", (event) => { if (drawing) { pen.lineTo(...at(event)); pen.stroke(); } });
  pad.addEventListener("pointerup", () => { drawing = false; field.value = pad.toDataURL("image/png"); });
  const clear = document.querySelector(`[data-clear="${pad.id}"]`);
  if (clear) clear.addEventListener("click", () => { pen.fillRect(0, 0, pad.width, pad.height); field.value = ""; });
}

// The summary of errors is read first.
const errors = document.querySelector("[data-focus]");
if (errors) errors.focus();

// Print buttons, and boxes that tick all others.
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
for (const all of document.querySelectorAll("input[data-check-all]")) {
  all.addEventListener("change", () => {
    for (const box of document.querySelectorAll(all.dataset.checkAll)) box.checked = all.checked;
  });
}
