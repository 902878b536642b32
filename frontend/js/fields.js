// The fields of one part, in the order of the page: the order carries the meaning (peppercorn).
const NOT_SENT = new Set(["file", "submit", "button", "image", "reset"]);

export function fieldsOf(part) {
  return [...part.querySelectorAll("input, textarea, select")];
}

export function bodyOf(part) {
  const body = new FormData();
  body.append("part", part.dataset.part);
  body.append("serial", part.dataset.serial);
  for (const field of fieldsOf(part)) {
    const off = (field.type === "radio" || field.type === "checkbox") && !field.checked;
    if (!field.name || off || NOT_SENT.has(field.type) || field.matches(":disabled")) continue;
    if (field.type === "select-multiple") {
      for (const option of field.selectedOptions) body.append(field.name, option.value);
    } else {
      body.append(field.name, field.value);
    }
  }
  return body;
}

export function valueOf(field) {
  if (field.type === "radio" || field.type === "checkbox") return field.checked ? "on" : "";
  return field.value;
}

export function putValue(field, value) {
  if (field.type === "radio" || field.type === "checkbox") field.checked = value === "on";
  else field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
