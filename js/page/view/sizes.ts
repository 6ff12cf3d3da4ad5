/** Sizes in words. */

/** A number of bytes as readers know it: 20 MB. */
export function sizeText(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB"];
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  const shown = unit === 0 || size >= 10 ? Math.round(size) : Math.round(size * 10) / 10;
  return `${String(shown)} ${bytes === 1 ? "byte" : (units[unit] ?? "")}`;
}
