// What is typed is saved on the server two seconds after the last key, and put back when the page is opened again.
"use strict";

const words = document.getElementById("words-of-drafts")?.dataset ?? {};
const PAUSE = 2_000;
const AT_THE_LATEST = 20_000;
const AGAIN = 5_000;
const NEVER_SAVED = new Set(["hidden", "password", "file", "submit", "button", "reset", "image"]);
const shownAgain = !("restores" in document.body.dataset); // with what was typed, such as next to errors
const drafts = [];

/** Save what is not saved yet; false if the log-in has ended before. */
async function saveDrafts() {
  await Promise.all(drafts.filter((draft) => draft.dirty).map((draft) => draft.save()));
  return !drafts.some((draft) => draft.dirty && draft.isLoggedOut);
}

function differs(field) {
  if (["checkbox", "radio"].includes(field.type)) return field.checked !== field.defaultChecked;
  if (!field.options) return field.value !== field.defaultValue;
  const options = [...field.options];
  const chosen = options.some((option) => option.defaultSelected) || field.multiple;
  return options.some((option, place) => option.selected !== (chosen ? option.defaultSelected : place === 0));
}

function put(field, values, place) {
  if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
  else if (field.options) for (const option of field.options) option.selected = values.includes(option.value);
  else field.value = values[place] ?? "";
  if (differs(field)) field.dispatchEvent(new Event("change", { bubbles: true })); // parts that follow from it appear
}

/** When what is typed into a form is saved; how is for those below. */
class Typing {
  dirty = false;
  saving = 0;
  isLoggedOut = false;
  isAway = false;

  constructor(form) {
    this.form = form;
    form.addEventListener("input", (event) => { if (event.target.type !== "file") this.typed(); });
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented || this.isSent || !(this.dirty || this.saving)) return;
      event.preventDefault();
      this.hold(event.submitter);
    });
    document.addEventListener("visibilitychange", () => { if (document.hidden && this.dirty) this.leave(); });
    drafts.push(this);
  }

  typed() {
    this.since = this.dirty ? this.since : Date.now();
    this.dirty = true;
    this.soon(Date.now() - this.since > AT_THE_LATEST ? 0 : PAUSE);
  }

  soon(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
  }

  leave() {
    this.save({ keepalive: true });
  }

  /** Sent without a log-in, the form would lead to it and lose what is not saved: it is saved first. So would it while the server is away. */
  async hold(submitter) {
    if (this.form.ariaBusy) return; // a double click
    this.form.ariaBusy = "true"; // until the page is left
    await (this.dirty ? this.save() : this.turn);
    if (!this.isLoggedOut && !this.isAway) {
      this.isSent = true;
      this.form.requestSubmit(submitter);
      this.isSent = false;
    }
    if (this.form.dataset.sent === undefined) this.form.ariaBusy = null; // the page stays, and says why
  }

  /** One save after the other, so that an older one never overwrites a newer one. */
  save(options = {}) {
    clearTimeout(this.timer);
    const turn = options.keepalive ? this.send(options) : (this.turn ?? Promise.resolve()).then(() => this.send(options));
    this.turn = turn;
    return turn;
  }

  async send(options) {
    this.saving += 1;
    try { await this.trySend(options); } finally { this.saving -= 1; }
  }

  async trySend(options) {
    this.dirty = false;
    let answer = await this.post(options);
    // After a new log-in in another window the forms need its token.
    const isStale = answer && (answer.status === 409 || answer.status === 403 || (this.isLoggedOut && ended(answer)));
    if (isStale && await prolong()) answer = await this.post(options);
    this.isLoggedOut = Boolean(answer && ended(answer));
    this.isAway = !answer;
    if (!answer?.ok) this.dirty = true;
    if (answer?.ok) { heardAt = Date.now(); this.saved(await answer.json()); return; }
    this.failed(answer);
    if (!answer || this.isLoggedOut) this.soon(AGAIN);
  }
}

/** A form with free text: its fields are kept under the address to which it is sent. */
class Draft extends Typing {
  constructor(form) {
    super(form);
    const action = new URL(form.getAttribute("action") || location.href, location.href);
    this.address = action.pathname + action.search;
    this.version = form.querySelector("input[type=hidden][name=version]");
    this.whole = shownAgain; // otherwise what was changed is saved alone
    this.waiting = new Map(); // restored, for fields that appear later
    this.line = document.createElement("div");
    this.line.role = "status";
    this.line.className = "draft-line"; // stays in sight in a long form
    this.note = document.createElement("span");
    this.note.role = "status";
    this.note.className = "muted";
    form.prepend(this.line);
    (form.querySelector(".form-actions") ?? form).append(this.note);
    form.dataset.draft = "";
    if (shownAgain) this.carry();
    document.addEventListener("htmx:after:swap", () => {
      this.whole ||= this.dirty || Boolean(this.carried);
      this.fill();
    });
  }

  fields() {
    return [...this.form.elements].filter((field) => field.name && !field.disabled && !NEVER_SAVED.has(field.type));
  }

  /** The form says which draft ends when it has been sent. */
  carry() {
    if (this.carried) return;
    this.carried = document.createElement("input");
    this.carried.type = "hidden";
    this.carried.name = "draft_of";
    this.carried.value = this.address;
    this.form.append(this.carried);
  }

  post(options, discards = false) {
    const typed = new FormData(this.form);
    const sent = new FormData();
    for (const name of ["csrfmiddlewaretoken", "opened_as"]) sent.set(name, typed.get(name));
    sent.set("draft_of", this.address);
    sent.set("draft_key", typed.get("idempotency_key"));
    sent.set("draft_version", this.version?.value ?? "");
    const changed = this.fields().filter((field) => this.whole || differs(field)).map((field) => field.name);
    const kept = discards ? [] : [...new Set(changed)].map((name) => [name, typed.getAll(name)]);
    for (const [name, values] of [...kept, ...(discards ? [] : this.waiting)]) {
      sent.append("draft_field", name);
      for (const value of values) sent.append(name, value);
    }
    if (kept.length) this.carry();
    return ask(draftsUrl, { method: "POST", body: sent, ...options });
  }

  saved({ at }) {
    if (this.line.querySelector(".alert-warning")) this.line.replaceChildren();
    const sentence = at ? `${words.saved} ${at}` : "";
    if (this.note.textContent !== sentence) this.note.textContent = sentence; // announced once a minute at most
  }

  async failed(answer) {
    const problem = [400, 422].includes(answer?.status) ? (await answer.json()).problem : "";
    this.say(problem || (!answer ? words.failed : ended(answer) ? words.ended : answer.status === 409 ? words.other : words.failed), "warning");
  }

  say(sentence, kind) {
    const text = document.createElement("p");
    text.className = `alert alert-${kind}`;
    text.textContent = sentence;
    if (this.line.textContent !== sentence) this.line.replaceChildren(text);
    return text;
  }

  restore({ fields, version, at }) {
    const isChanged = version && this.version && this.version.value !== version;
    this.opened = this.version?.value;
    if (isChanged) this.version.value = version; // so that sending it shows both texts
    this.waiting = new Map(Object.entries(fields));
    this.carry();
    this.fill();
    this.form.closest("details")?.setAttribute("open", "");
    const text = this.say(`${words.restored.replace("{}", at)} ${isChanged ? words.changed : ""}`.trim(), "info");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm btn-outline-secondary";
    button.textContent = words.discard;
    button.addEventListener("click", () => this.discard());
    text.append(" ", button);
  }

  fill() {
    for (const [name, values] of this.waiting) {
      const fields = this.fields().filter((field) => field.name === name);
      if (!fields.length) continue;
      this.waiting.delete(name);
      fields.forEach((field, place) => put(field, values, place));
    }
  }

  async discard() {
    clearTimeout(this.timer);
    this.waiting.clear();
    this.form.reset();
    if (this.opened !== undefined) this.version.value = this.opened;
    this.dirty = false;
    const answer = await this.post({}, true);
    if (!answer?.ok) { this.failed(answer); return; }
    this.note.textContent = "";
    this.say(words.discarded, "info");
    this.form.querySelector("textarea").focus();
  }
}

/** A form with a place of its own for drafts, such as a notification or the section of a questionnaire. */
class Section extends Typing {
  constructor(form) {
    super(form);
    this.state = document.querySelector(form.dataset.autosaveState);
  }

  post(options) {
    const sent = new FormData(this.form);
    for (const [name, value] of [...sent]) if (value instanceof File) sent.delete(name);
    sent.delete("idempotency_key"); // each save is a new one; its version guards it
    return ask(this.form.dataset.autosave, { method: "POST", body: sent, ...options });
  }

  saved({ version, address, page, at }) {
    const { form, state } = this;
    form.elements.version.value = version;
    form.dataset.autosave = address; // the same draft from now on, not another one
    form.action = page;
    for (const button of form.querySelectorAll("button[name=by_button]")) button.formAction = address;
    history.replaceState(null, "", page); // opened again, the page shows the draft
    state.textContent = `${state.dataset.saved} ${at}`;
  }

  failed(answer) {
    const { dataset } = this.state;
    if (answer?.status === 409) this.state.textContent = answer.headers.has("HX-Retarget") ? dataset.other : dataset.conflict;
    else this.state.textContent = answer && ended(answer) ? words.ended : dataset.failed;
  }

  leave() {} // its answer carries the next version, which a page that is left would miss
}

if (draftsUrl) {
  const withText = [...document.forms].filter((form) => form.querySelector("textarea") && form.elements.opened_as);
  const kept = withText.filter((form) => !form.dataset.autosave).map((form) => new Draft(form));
  for (const form of document.querySelectorAll("form[data-autosave]")) new Section(form);
  if (kept.length && !shownAgain) fetchDrafts(kept);
}

async function fetchDrafts(kept) {
  const answer = await ask(`${draftsUrl}?${new URLSearchParams(kept.map((draft) => ["of", draft.address]))}`);
  if (!answer?.ok) return;
  const found = (await answer.json()).drafts;
  for (const draft of kept) if (found[draft.address] && !draft.dirty) draft.restore(found[draft.address]);
}
