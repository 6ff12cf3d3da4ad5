/** What went wrong, as parts of sentences. */

import { reasonOf } from "../protocol/reason.ts";

export function withoutStop(sentence: string): string {
  return sentence.replace(/[.\s]+$/, "");
}

export function messageOf(error: unknown): string {
  return withoutStop(reasonOf(error));
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
