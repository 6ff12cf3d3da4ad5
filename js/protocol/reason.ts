/** What somebody who caught something tells of it. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
