/** What went wrong, as parts of sentences. */

export function withoutStop(sentence: string): string {
  return sentence.replace(/[.\s]+$/, "");
}

export function messageOf(error: unknown): string {
  return withoutStop(error instanceof Error ? error.message : String(error));
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
