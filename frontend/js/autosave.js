// Saves each part of a draft by itself: 2 s after the last key, every 10 s while typing goes on,
// and when the page goes away. One request per part at a time, so serials stay in order.
import { bodyOf } from "./fields.js";
import { confirm, keepsText } from "./journal.js";
import { setIcon, setWords, showPart } from "./state.js";

const PAUSE = 2000;
const LONGEST = 10000;
const RETRY_FIRST = 5000;
const RETRY_LAST = 60000;
const PATIENCE = 4000;
const KEEPALIVE_LIMIT = 60000; // browsers refuse keepalive bodies over 64 KiB
const NO_ROOM = 507;
const ICONS = { saved: "check", saving: "refresh" }; // of all others: alert-circle
const WORST_FIRST = ["failed", "ended", "full", "local", "saving", "saved"];

const savers = new Map(); // part element -> Saver

class Saver {
  constructor(part, form) {
    this.part = part;
    this.form = form;
    this.state = null;
    this.sending = null;
    this.dirty = false;
    this.stopped = false;
    this.retry = RETRY_FIRST;
  }

  changed() {
    if (!this.dirty) this.since = Date.now();
    this.dirty = true;
    this.plan(Math.min(PAUSE, Math.max(0, this.since + LONGEST - Date.now())));
  }

  plan(wait) {
    clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => this.save(), wait);
  }

  save() {
    clearTimeout(this.timer);
    if (this.sending || this.stopped || !this.dirty) return;
    this.dirty = false;
    this.sending = this.send(Date.now()).finally(() => {
      this.sending = null;
      if (this.dirty && this.state === "saved") this.changed();
    });
  }

  async send(at) {
    this.show("saving");
    try {
      const answer = await post(this.form, bodyOf(this.part));
      if (answer.status === 200) this.saved(await answer.json(), at);
      else if (answer.status === 409) this.conflict(await answer.json());
      else this.refused(answer);
    } catch {
      this.waiting("local");
    }
  }

  saved(answer, at) {
    this.retry = RETRY_FIRST;
    this.follow(answer.serial);
    confirm(this.part, at);
    this.show("saved", answer.saved_at);
    if (!this.dirty) showPart(this.part, answer.state, answer.summary);
  }

  follow(serial) {
    this.part.dataset.serial = serial;
    const field = this.part.querySelector("[data-serial-field]");
    if (field) field.value = serial;
  }

  // Never overwrite: the person chooses on the page that shows both texts.
  conflict(answer) {
    this.stopped = true;
    this.dirty = true;
    const note = this.part.querySelector("[data-conflict]") ?? document.querySelector("[data-conflict]");
    if (note) {
      note.hidden = false;
      const other = note.querySelector("[data-conflict-text]");
      if (other) other.textContent = answer.text ?? "";
    }
    this.show("failed");
  }

  refused(answer) {
    if (answer.status >= 500) return this.waiting(answer.status === NO_ROOM ? "full" : "local");
    this.dirty = true;
    const signedOut = answer.type === "opaqueredirect" || [401, 403].includes(answer.status);
    return this.show(signedOut && keepsText() ? "ended" : "failed");
  }

  waiting(state) {
    this.dirty = true;
    this.show(keepsText() ? state : "failed");
    this.plan(this.retry);
    this.retry = Math.min(RETRY_LAST, this.retry * 2);
  }

  show(state, time) {
    this.state = state;
    showStatus(this.form, time);
  }
}

function post(form, body) {
  let size = 0;
  for (const [name, value] of body) size += name.length + 3 * value.length + 120;
  return fetch(form.dataset.draft, {
    method: "POST",
    body,
    headers: { "X-CSRF-Token": form.elements.csrf_token?.value ?? "", Accept: "application/json" },
    credentials: "same-origin",
    redirect: "manual", // a redirect leads to the sign-in page: the text was not stored
    keepalive: size < KEEPALIVE_LIMIT,
  });
}

// One status line for all parts: it tells the worst, so "saved" is never half true.
function showStatus(form, time) {
  const line = form.querySelector("[data-save-status]") ?? document.querySelector("[data-save-status]");
  if (!line) return;
  if (time) line.dataset.time = time;
  const states = [...savers.values()].filter((saver) => saver.form === form).map((saver) => saver.state);
  const state = WORST_FIRST.find((name) => states.includes(name)) ?? "saved";
  const text = line.dataset[state] ?? "";
  if (text.includes("{time}") && !line.dataset.time) return;
  setIcon(line, ICONS[state] ?? "alert-circle");
  setWords(line, text.replace("{time}", line.dataset.time));
}

function saverOf(field) {
  const form = field.form;
  const part = field.closest?.("[data-part]");
  if (!part || !form?.dataset.draft || field.type === "file") return null;
  if (!savers.has(part)) savers.set(part, new Saver(part, form));
  return savers.get(part);
}

function saveAll() {
  for (const [part, saver] of savers) {
    if (!part.isConnected) savers.delete(part);
    else if (!leaving.has(saver.form)) saver.save();
  }
}

const leaving = new WeakSet(); // forms on their way to the server as a whole
const held = new WeakSet(); // forms that wait for their own autosave first

// A whole form that overtakes its own autosave would meet a newer serial and lose to itself.
function holdSubmit(event) {
  const form = event.target;
  const own = [...savers.values()].filter((saver) => saver.form === form);
  leaving.add(form);
  own.forEach((saver) => clearTimeout(saver.timer));
  const busy = own.map((saver) => saver.sending).filter(Boolean);
  if (!busy.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (held.has(form)) return;
  held.add(form);
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  Promise.race([Promise.all(busy), patience]).then(() => submitAgain(form, own, event.submitter));
}

function submitAgain(form, own, submitter) {
  held.delete(form);
  own.forEach((saver) => {
    saver.sending = null;
    clearTimeout(saver.timer);
  });
  form.requestSubmit(submitter);
}

export function startAutosave() {
  document.addEventListener("input", (event) => {
    const saver = saverOf(event.target);
    if (!saver) return;
    leaving.delete(saver.form);
    saver.changed();
  });
  document.addEventListener("submit", holdSubmit, true);
  document.addEventListener("visibilitychange", saveAll);
  addEventListener("pagehide", saveAll);
  addEventListener("online", saveAll);
}
