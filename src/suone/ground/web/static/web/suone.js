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
