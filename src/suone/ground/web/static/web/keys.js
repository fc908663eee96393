// Keys outside fields: / leads to the search, ? shows the keys, and g with a letter leads to a page; they can be turned off.
"use strict";

{
  const OFF = "keys-off";
  const SOON = 2_000;
  const map = document.querySelector("#keys");
  const on = map.querySelector("#keys-on");
  let asked = 0; // when g was typed

  on.checked = localStorage.getItem(OFF) === null;
  on.addEventListener("change", () => {
    if (on.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "");
  });
  document.querySelector("[data-keys]").addEventListener("click", () => map.showModal());

  const takesText = (element) =>
    element.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") || element.closest("dialog");

  function leadsTo(key) {
    if (Date.now() - asked < SOON) {
      asked = 0;
      const link = [...document.querySelectorAll("#navigation [data-key]")].find((entry) => entry.dataset.key === key);
      return link && (() => link.click());
    }
    if (key === "g") asked = Date.now();
    const find = document.querySelector("#find");
    if (key === "/" && find) return () => { find.focus(); find.select(); };
    if (key === "?") return () => map.showModal();
    return null;
  }

  document.addEventListener("keydown", (event) => {
    if (!on.checked || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.key === "Shift") return;
    if (takesText(event.target)) return;
    const act = leadsTo(event.key);
    if (!act) return;
    event.preventDefault();
    act();
  });
}
