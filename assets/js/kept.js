// Files on their way, kept in the browser so that a reload, a locked phone or a crash loses none.

const EDGE = 64 << 10;

const act = (mode, deed) =>
  new Promise((done) => {
    const ask = indexedDB.open("sending", 1);
    ask.onupgradeneeded = () => ask.result.createObjectStore("files", { keyPath: "id" });
    ask.onerror = () => done();
    ask.onsuccess = () => {
      const act = ask.result.transaction("files", mode);
      const asked = deed(act.objectStore("files"));
      act.oncomplete = () => done(asked.result);
      act.onabort = act.onerror = () => done();
    };
  }).catch(() => {});

/** Writes a record down; where the browser has no room, the upload goes on without it. */
export const keep = (record) => act("readwrite", (files) => files.put(record));
export const drop = (id) => act("readwrite", (files) => files.delete(id));
export const all = async () => (await act("readonly", (files) => files.getAll())) ?? [];

/** The first and the last 64 KiB: by these a film that is chosen again is known. */
export const print = async (file) =>
  new Uint8Array(await new Blob([file.slice(0, EDGE), file.slice(-EDGE)]).arrayBuffer());

export const same = async (record, file) => {
  if (record.name !== file.name || record.size !== file.size) return false;
  const own = await print(file);
  return record.print.every((byte, at) => byte === own[at]);
};
