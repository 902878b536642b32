// The one table of the journal. A browser that refuses storage (private window, full disk) makes
// every call a quiet no-op and `works()` false, so that no status line promises what is not there.
const NAME = "lms-journal";
const TABLE = "text";
let usable = typeof indexedDB !== "undefined";

const opened = usable ? open() : Promise.resolve(null);

function open() {
  return new Promise((resolve) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: "key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => {
      usable = false;
      resolve(null);
    };
  });
}

export function works() {
  return usable;
}

async function run(mode, work) {
  const database = await opened;
  if (!database) return [];
  return new Promise((resolve) => {
    const transaction = database.transaction(TABLE, mode);
    const request = work(transaction.objectStore(TABLE));
    transaction.commit?.(); // without waiting for a next turn that a closing page never gets
    transaction.oncomplete = () => resolve(request?.result ?? []);
    transaction.onabort = () => {
      usable = false;
      resolve([]);
    };
  });
}

export function put(record) {
  return run("readwrite", (table) => table.put(record));
}

export function remove(records) {
  return run("readwrite", (table) => {
    for (const { key } of records) table.delete(key);
  });
}

export function all(scope) {
  return run("readonly", (table) => table.getAll(IDBKeyRange.bound([scope], [scope, []])));
}
