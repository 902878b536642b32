// Counts words while someone writes, the way the server counts them: runs without white space.
import { showPart, showState } from "./state.js";

function countWords(text) {
  return text.match(/\S+/g)?.length ?? 0;
}

function stateOf(words, least) {
  if (!words) return "missing";
  return words < least ? "short" : "filled";
}

function count(event) {
  const area = event.target;
  if (!area.matches?.("textarea[data-min-words]")) return;
  const counter = document.getElementById(area.dataset.counter);
  const words = countWords(area.value);
  const state = stateOf(words, Number(area.dataset.minWords));
  const text = (counter?.dataset[state] ?? area.dataset[state] ?? "").replace("{n}", words);
  if (!text) return;
  if (counter) showState(counter, state, text);
  // A part of several fields is judged by the server alone: its answer to the autosave tells.
  const part = area.closest("[data-part]");
  if (part?.querySelectorAll("textarea").length === 1) showPart(part, state, text);
}

export function startComplete() {
  document.addEventListener("input", count);
}
