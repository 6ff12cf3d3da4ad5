/** Files of the origin private file system (File System Standard, WHATWG), as the page and its worker write them. */

/** Writes a file as a whole: its content is the new one when this ends, and the one before where it rejects. */
export async function writeWhole(handle: FileSystemFileHandle, data: Uint8Array<ArrayBuffer>): Promise<void> {
  const writable = await handle.createWritable(); // takes the file's place when it is closed
  try {
    await writable.write(data);
    await writable.close();
  } catch (error) {
    await writable.abort().catch(() => undefined);
    throw error;
  }
}
