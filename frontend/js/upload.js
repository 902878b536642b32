// Refuses a file that is too large before it travels, and shows how far a sent file is.
import { onPage, reloadOnReturn, replacePage } from "./page.js";

const SHOWN = new Set([409, 413, 422]); // refusals that come as a whole page, with the form filled

function errorOf(input) {
  const id = `${input.id || input.name}-too-large`;
  let error = document.getElementById(id);
  if (!error) {
    error = document.createElement("p");
    error.className = "error";
    error.id = id;
    error.setAttribute("role", "alert");
    input.before(error);
  }
  return error;
}

function tell(input, sentences) {
  const error = errorOf(input);
  error.textContent = sentences.join(" ");
  error.hidden = !sentences.length;
  const described = new Set((input.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  if (sentences.length) described.add(error.id);
  else described.delete(error.id);
  input.setAttribute("aria-describedby", [...described].join(" "));
  input.toggleAttribute("aria-invalid", false);
  if (sentences.length) input.setAttribute("aria-invalid", "true");
}

// The files that fit stay chosen; only the too large ones go.
function check(event) {
  const input = event.target;
  if (!input.matches?.("input[type=file][data-max-bytes]")) return;
  const files = [...input.files];
  const large = files.filter((file) => file.size > Number(input.dataset.maxBytes));
  tell(input, large.map((file) => (input.dataset.tooLarge ?? "").replace("{name}", file.name)));
  if (!large.length) return;
  const fitting = new DataTransfer();
  for (const file of files) if (!large.includes(file)) fitting.items.add(file);
  input.files = fitting.files;
}

function chosenFiles(form) {
  const inputs = [...form.elements].filter((field) => field.type === "file" && !field.disabled);
  return inputs.flatMap((input) => [...input.files]);
}

function underWay(files, loaded) {
  let end = 0;
  return files.find((file) => (end += file.size) >= loaded) ?? files.at(-1);
}

function progressOf(form) {
  const box = form.querySelector("[data-progress]") ?? document.querySelector("[data-progress]");
  const bar = box?.querySelector("progress");
  const words = box?.querySelector("span");
  return {
    show(files, { loaded, total }) {
      if (!box) return;
      const percent = Math.floor((100 * loaded) / total);
      box.hidden = false;
      if (bar) bar.value = percent;
      const name = underWay(files, loaded).name;
      const text = box.dataset.text.replace("{percent}", percent).replace("{name}", name);
      // A reader of screens hears steps of ten, not every per cent.
      if (words && (percent % 10 === 0 || !words.textContent)) words.textContent = text;
    },
    fail(sentence) {
      if (!box) return;
      box.hidden = false;
      if (bar) bar.value = 0; // all of it may have travelled, and nothing is there
      if (words) words.textContent = sentence || (box.dataset.failed ?? "");
    },
  };
}

// What a calm page says; this page stays, with the text and the files that were chosen.
function saidBy(html) {
  const answer = new DOMParser().parseFromString(html, "text/html");
  const said = ["h1", ".lede"].map((place) => answer.querySelector(`main ${place}`)?.textContent.trim());
  return said.filter(Boolean).join(". ");
}

let asksBeforeLeaving = false;

function askOnce(event) {
  if (!asksBeforeLeaving) return;
  asksBeforeLeaving = false;
  event.preventDefault();
}

function send(form, submitter, files) {
  const progress = progressOf(form);
  const request = new XMLHttpRequest();
  const end = () => {
    asksBeforeLeaving = false;
    form.removeAttribute("aria-busy");
  };
  const fail = (sentence = "") => {
    end();
    progress.fail(sentence);
    if (submitter) submitter.disabled = false;
  };
  request.upload.onprogress = (event) => progress.show(files, event);
  request.onerror = () => fail();
  request.onabort = () => fail();
  request.onload = () => {
    const page = request.getResponseHeader("Content-Type")?.startsWith("text/html");
    if (!page) return fail();
    if (request.status >= 400 && !SHOWN.has(request.status)) return fail(saidBy(request.responseText));
    end();
    return replacePage(request.responseText, request.responseURL);
  };
  // Attributes, because a field named "action" would hide the property of the form.
  const target = submitter?.getAttribute("formaction") ?? form.getAttribute("action");
  request.open("POST", target || location.href);
  request.setRequestHeader("Accept", "text/html");
  asksBeforeLeaving = true;
  form.setAttribute("aria-busy", "true");
  request.send(new FormData(form, submitter));
}

function submit(event) {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post") return;
  const files = chosenFiles(form);
  if (!files.length) return;
  event.preventDefault();
  if (form.getAttribute("aria-busy") === "true") return;
  send(form, event.submitter, files);
}

export function startUpload() {
  document.addEventListener("change", check);
  document.addEventListener("submit", submit);
  addEventListener("beforeunload", askOnce);
  reloadOnReturn();
  onPage(() => {
    asksBeforeLeaving = false;
  });
}
