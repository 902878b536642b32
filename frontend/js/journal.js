// Text on this device until the server confirmed it: it survives a lost connection, a closed tab
// and an expired sign-in. One record per page, part, field and visit; a visit never overwrites
// the text another visit left behind, because that one is still to be decided on.
import { fieldsOf, putValue, valueOf } from "./fields.js";
import { all, put, remove, works } from "./journalstore.js";
import { onPage } from "./page.js";

const VISIT = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
const SENT = "lms-sent";
const KEPT_DAYS = 30;
const SECRET = new Set(["password", "hidden", "file", "submit", "button", "image", "reset"]);
const APART = 300; // ms between two writes of one field while someone types
const pending = new Map(); // field -> timer
const written = new WeakMap(); // field -> time of its last write

export const keepsText = works;

// The owner keeps two people on one computer out of each other's text.
function scopeOf(element) {
  const owner = element.closest("[data-owner]")?.dataset.owner ?? element.form?.dataset.owner ?? "";
  return `${owner}|${location.pathname}`;
}

function placeOf(field) {
  if (field.dataset.journalKey) return ["", field.dataset.journalKey];
  const part = field.closest("[data-part]");
  if (!part || !field.form?.dataset.draft || !field.name || SECRET.has(field.type)) return null;
  const index = fieldsOf(part).filter((other) => other.name === field.name).indexOf(field);
  return [part.dataset.part, `${index}:${field.name}`];
}

function fieldAt(part, name) {
  if (!part) return document.querySelector(`[data-journal-key="${CSS.escape(name)}"]`);
  const element = document.querySelector(`[data-part="${CSS.escape(part)}"]`);
  const cut = name.indexOf(":");
  const same = element && fieldsOf(element).filter((field) => field.name === name.slice(cut + 1));
  return same?.[Number(name.slice(0, cut))];
}

function write(field, time) {
  pending.delete(field);
  written.set(field, time);
  const place = placeOf(field);
  if (place) put({ key: [scopeOf(field), ...place, VISIT], time, text: valueOf(field) });
}

function remember(event) {
  const field = event.target;
  if (!field.matches?.("input, textarea, select") || !placeOf(field)) return;
  const group = field.type === "radio" ? fieldsOf(field.closest("[data-part]")) : [field];
  group.filter((other) => other.name === field.name).forEach(writeSoon);
}

// The first key is written at once: a page that goes away does not wait for a timer.
function writeSoon(field) {
  const time = Date.now();
  clearTimeout(pending.get(field));
  if (time - (written.get(field) ?? 0) >= APART) write(field, time);
  else pending.set(field, setTimeout(() => write(field, time), APART));
}

function writeAll() {
  for (const [field, timer] of pending) {
    clearTimeout(timer);
    write(field, Date.now());
  }
}

export async function confirm(part, at) {
  for (const [field] of pending) if (part.contains(field)) return; // newer text is on its way
  const mine = ({ key, time }) => key[1] === part.dataset.part && key[3] === VISIT && time <= at;
  remove((await all(scopeOf(fieldsOf(part)[0] ?? part))).filter(mine));
}

// A form sent as a whole is confirmed by the page that follows, not by the sending.
function markSent(event) {
  if (event.defaultPrevented) return;
  const field = [...event.target.elements].find((one) => placeOf(one));
  if (!field) return;
  writeAll();
  sessionStorage.setItem(SENT, JSON.stringify([scopeOf(field), VISIT, Date.now()]));
}

async function settleSent() {
  const [scope, visit, at] = JSON.parse(sessionStorage.getItem(SENT) ?? "[]");
  sessionStorage.removeItem(SENT);
  if (!scope || !document.querySelector("[data-confirmed]")) return;
  remove((await all(scope)).filter(({ key, time }) => key[3] === visit && time <= at));
}

function clock(time) {
  const at = new Date(time);
  const two = (number) => String(number).padStart(2, "0");
  const dutch = document.documentElement.lang.startsWith("nl");
  const hours = `${two(at.getHours())}${dutch ? "." : ":"}${two(at.getMinutes())}`;
  const today = at.toDateString() === new Date().toDateString();
  return today ? hours : `${two(at.getDate())}-${two(at.getMonth() + 1)} ${hours}`;
}

function bannerOf(field) {
  const near = [field.closest("[data-part]"), field.form, document];
  return near.map((place) => place?.querySelector("[data-journal]")).find(Boolean);
}

// What stands on the page already needs no question; of the rest the newest text counts.
function sortOut(records) {
  const offers = new Map();
  for (const record of records.sort((a, b) => a.time - b.time)) {
    const field = fieldAt(record.key[1], record.key[2]);
    const banner = field && bannerOf(field);
    if (Date.now() - record.time > KEPT_DAYS * 864e5) remove([record]);
    else if (banner) {
      const offer = offers.get(banner) ?? offers.set(banner, new Map()).get(banner);
      const older = offer.get(field)?.records ?? [];
      offer.set(field, { text: record.text, time: record.time, records: [...older, record] });
    }
  }
  return offers;
}

// The same text in the field is no proof that the server has it: a refused form shows what was
// typed, and a browser fills in again what it remembers. The latter is typed anew for the autosave.
function settle(field, records) {
  const remembered = field.matches("textarea, input") && field.value !== field.defaultValue;
  if (remembered) field.dispatchEvent(new Event("input", { bubbles: true }));
  else if (!document.querySelector(".errors")) remove(records);
}

function show(banner, offer) {
  for (const [field, { text, records }] of offer) {
    if (valueOf(field) !== text) continue;
    offer.delete(field);
    settle(field, records);
  }
  if (!offer.size) return;
  const entries = [...offer.values()];
  const time = clock(Math.max(...entries.map((entry) => entry.time)));
  const sentence = banner.querySelector("[data-journal-text]");
  if (sentence) sentence.textContent = banner.dataset.text.replace("{time}", time);
  const preview = banner.querySelector("[data-journal-preview]");
  const texts = [...offer].filter(([field]) => !field.matches("[type=radio], [type=checkbox]"));
  if (preview) preview.textContent = texts.map(([, { text }]) => text).join("\n\n");
  banner.hidden = false;
  const part = banner.closest("details");
  if (part) part.open = true;
  decide(banner, offer);
}

function decide(banner, offer) {
  const done = () => {
    banner.hidden = true;
    for (const { records } of offer.values()) remove(records);
    offer.keys().next().value?.focus();
  };
  const restore = () => {
    for (const [field, { text }] of offer) putValue(field, text);
    done();
  };
  banner.querySelector("[data-journal-restore]")?.addEventListener("click", restore, { once: true });
  banner.querySelector("[data-journal-discard]")?.addEventListener("click", done, { once: true });
}

async function offerAll() {
  await settleSent();
  const scopes = new Set();
  for (const field of document.querySelectorAll("[data-journal-key], [data-part] :is(input, textarea, select)")) {
    if (placeOf(field)) scopes.add(scopeOf(field));
  }
  for (const scope of scopes) {
    const records = (await all(scope)).filter(({ key }) => key[3] !== VISIT);
    for (const [banner, offer] of sortOut(records)) show(banner, offer);
  }
}

export function startJournal() {
  document.addEventListener("input", remember);
  document.addEventListener("submit", markSent);
  document.addEventListener("visibilitychange", writeAll);
  addEventListener("pagehide", writeAll);
  onPage(offerAll);
}
