// How the state of a part looks: the class, the icon and the words always go together.
const LOOK = {
  filled: ["good", "circle-check"],
  short: ["soon", "circle-half-2"],
  missing: ["soon", "circle-dashed"],
};

export function setIcon(element, name) {
  const use = element.querySelector("use");
  if (use) use.setAttribute("href", `${use.getAttribute("href").split("#")[0]}#${name}`);
}

function setColour(element, state) {
  element.classList.toggle("good", LOOK[state][0] === "good");
  element.classList.toggle("soon", LOOK[state][0] === "soon");
}

export function setWords(element, text) {
  const target = element.querySelector("span") ?? element;
  if (target.textContent !== text) target.textContent = text;
}

export function showState(word, state, text) {
  setColour(word, state);
  setIcon(word, LOOK[state][1]);
  setWords(word, text);
}

function showCheck(line, state, text) {
  const mark = line.querySelector("span");
  const small = line.querySelector("small");
  if (mark) {
    setColour(mark, state);
    setIcon(mark, LOOK[state][1]);
  }
  if (small) {
    setColour(small, state);
    small.textContent = text;
  }
}

// What is still missing of the required parts: the count, and the note above the button.
function showWhole() {
  const required = [...document.querySelectorAll("[data-part][data-required]")];
  const missing = required.filter((part) => part.dataset.state === "missing");
  const filled = required.length - missing.length;
  for (const place of document.querySelectorAll("[data-parts-filled]")) place.textContent = filled;
  const note = document.querySelector("[data-missing-note]");
  if (!note) return;
  note.hidden = !missing.length || !filled;
  const names = missing.map((part) => part.querySelector("summary b")?.textContent).join(", ");
  for (const place of note.querySelectorAll("[data-missing-names]")) place.textContent = names;
  const first = note.querySelector("[data-missing-first]");
  if (first && missing.length) first.setAttribute("href", `#${missing[0].id}`);
  const box = note.querySelector("input[type=checkbox]");
  const keys = missing.map((part) => part.dataset.part).join(" ");
  // A tick given for other parts does not count for these.
  if (box && box.value !== keys) Object.assign(box, { value: keys, checked: false });
}

export function showPart(part, state, text) {
  if (!(state in LOOK)) return;
  part.dataset.state = state;
  const word = part.querySelector("[data-part-state]");
  if (word) showState(word, state, text);
  const line = document.querySelector(`[data-check="${CSS.escape(part.dataset.part)}"]`);
  if (line) showCheck(line, state, text);
  showWhole();
}
