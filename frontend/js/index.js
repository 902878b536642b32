// Everything here makes a page that already works faster. Handlers sit on the document, so a body
// that is replaced after an upload needs no second round; what runs once per page hangs on PAGE.
import { startAutosave } from "./autosave.js";
import { startComplete } from "./complete.js";
import { startErrors } from "./errors.js";
import { startJournal } from "./journal.js";
import { startKeys } from "./keys.js";
import { startUpload } from "./upload.js";

for (const start of [startErrors, startJournal, startComplete, startAutosave, startUpload, startKeys]) {
  start();
}
