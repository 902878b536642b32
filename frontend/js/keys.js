// Only a combination that no field uses; single letters come with the full workspace.
export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.shiftKey || !(event.ctrlKey || event.metaKey)) return;
    const button = document.querySelector('[data-key="ready-next"]');
    if (!button) return;
    event.preventDefault();
    button.click();
  });
}
