/** What a cell asks by `input()`, as a form of one line. */

import { makeTextButton } from "./button.ts";

/** Renders a question; `answer` gets the text once, or null when the reader gives none. */
export function renderQuestion(prompt: string, answer: (text: string | null) => void): HTMLFormElement {
  const form = document.createElement("form");
  form.className = "tn-question";
  const label = document.createElement("label");
  const words = document.createElement("span");
  words.textContent = prompt.trim() === "" ? "Input" : prompt;
  const box = document.createElement("input");
  box.type = "text";
  box.autocomplete = "off";
  label.append(words, box);
  const send = document.createElement("button");
  send.type = "submit";
  send.textContent = "Send";
  let isOpen = true;
  const end = (text: string | null): void => {
    if (!isOpen) return;
    isOpen = false;
    form.remove();
    answer(text);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    end(box.value);
  });
  form.append(label, send, makeTextButton("Cancel", () => { end(null); }));
  return form;
}
