// Small things about forms: where focus starts after a refusal, a second click, what stays open.
import { onPage } from "./page.js";

const GUARD = 5000;

function focusErrors() {
  document.querySelector('.errors[tabindex="-1"]')?.focus();
}

// Cosmetic: the server recognises a form that is sent twice by its own key.
function guard(event) {
  const button = event.submitter;
  if (!button) return;
  setTimeout(() => {
    if (event.defaultPrevented && event.target.getAttribute("aria-busy") !== "true") return;
    button.disabled = true;
    setTimeout(() => {
      button.disabled = false;
    }, GUARD);
  });
}

function wakeButtons(event) {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("button:disabled")) button.disabled = false;
}

function restoreDetails() {
  for (const details of document.querySelectorAll("details[id][data-keep]")) {
    const kept = sessionStorage.getItem(`open:${location.pathname}#${details.id}`);
    if (kept !== null) details.open = kept === "1";
  }
}

// "toggle" does not bubble, hence the capture.
function keepDetails(event) {
  const details = event.target;
  if (!details.matches?.("details[id][data-keep]")) return;
  sessionStorage.setItem(`open:${location.pathname}#${details.id}`, details.open ? "1" : "0");
}

// A link to a folded part opens it; a link of the error summary puts the cursor in the field.
function openTarget() {
  const id = decodeURIComponent(location.hash.slice(1));
  const target = id && document.getElementById(id);
  if (!target) return;
  const inside = target.querySelector(":scope > details");
  if (inside) inside.open = true;
  for (let around = target.closest("details"); around; around = around.parentElement?.closest("details")) {
    around.open = true;
  }
  if (target.matches("input, textarea, select")) target.focus();
}

export function startErrors() {
  document.addEventListener("submit", guard);
  document.addEventListener("toggle", keepDetails, true);
  addEventListener("pageshow", wakeButtons);
  addEventListener("hashchange", openTarget);
  onPage(() => {
    restoreDetails();
    openTarget();
    focusErrors();
  });
}
