// The event that says: the body of this document is new (first load, or an answer to an upload).
const PAGE = "lms:page";

export function onPage(run) {
  document.addEventListener(PAGE, run);
  run();
}

// Only the body is replaced: the head holds the same stylesheet and module, and a page fetched
// twice would lose the message that the server shows once.
export function replacePage(html, url) {
  const answer = new DOMParser().parseFromString(html, "text/html");
  if (url !== location.href) history.pushState(null, "", url);
  document.title = answer.title;
  document.body.replaceWith(document.adoptNode(answer.body));
  scrollTo(0, 0);
  document.dispatchEvent(new Event(PAGE));
}

// Going back over a replaced body must show the page of that address again.
export function reloadOnReturn() {
  addEventListener("popstate", () => {
    if (!location.hash) location.reload();
  });
}
