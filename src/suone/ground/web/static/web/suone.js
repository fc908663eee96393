// The little that pages need beside htmx, without what the log-in (session.js) and drafts (drafts.js) need.
"use strict";

// A page brought back from the browser's memory may show what is closed meanwhile.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

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

// First comes the summary of errors, then what was saved; below it, the place to which the page leads.
const first = document.querySelector("[data-focus]")
  ?? (location.hash ? document.getElementById(location.hash.slice(1)) : null)
  ?? document.querySelector("[data-message]");
if (first && document.querySelector("[data-focus], [data-message]")) {
  if (!first.hasAttribute("tabindex")) first.tabIndex = -1;
  first.focus();
}

// A second click sends nothing again. A page that stays, such as below a file, is let go after a while.
function letGo(form) {
  delete form.dataset.sent;
  form.ariaBusy = null;
  for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
}
document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (form.dataset.sent !== undefined) event.preventDefault();
  if (event.defaultPrevented || form.method !== "post" || (submitter?.formTarget || form.target) === "_blank") return;
  form.dataset.sent = "";
  submitter?.setAttribute("aria-disabled", "true");
  setTimeout(() => letGo(form), 5_000);
});
window.addEventListener("pageshow", () => { for (const form of document.forms) letGo(form); });

// A text is never cut: how much more fits, or is too much, stands below the field once its end is near.
function count(field) {
  const longest = Number(field.dataset.longest);
  const left = longest - [...field.value].length;
  const note = field.parentElement.querySelector(".length-note") ?? document.createElement("div");
  const { left: more, over } = document.getElementById("words-of-fields").dataset;
  note.className = left < 0 ? "length-note field-error" : "length-note hint";
  note.role = "status";
  note.textContent = left < 0 ? over.replace("{}", -left) : left < longest / 10 ? more.replace("{}", left) : "";
  if (!note.isConnected && note.textContent) field.after(note);
}
for (const kind of ["input", "change"]) {
  document.addEventListener(kind, ({ target }) => { if (target.dataset?.longest) count(target); });
}
for (const field of document.querySelectorAll("[data-longest]")) count(field);

// Print buttons, and boxes that tick all others.
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
for (const all of document.querySelectorAll("input[data-check-all]")) {
  all.addEventListener("change", () => {
    for (const box of document.querySelectorAll(all.dataset.checkAll)) box.checked = all.checked;
  });
}
