/** Files for readers to keep where they like. */

/** Milliseconds within which a browser has begun to download. */
const DOWNLOAD = 10_000;

/** Downloads `content` as a file of this name. */
export function saveAs(content: BlobPart, filename: string): void {
  const link = document.createElement("a");
  // Of no type that a browser would rather show.
  link.href = URL.createObjectURL(new Blob([content], { type: "application/octet-stream" }));
  link.download = filename;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, DOWNLOAD);
}
