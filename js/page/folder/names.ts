/** The names that files of a notebook may have. */

const LONGEST = 200; // characters
const DEEPEST = 8;
/** What Windows, which may get the file by a download, has in no name; and what no name shows. */
const ODD = /[\\:*?"<>|\p{Cc}]/u;

/** The name under which an uploaded file is kept: letters with accents are one character each, as they are typed. */
export function uploadName(name: string): string {
  return name.normalize("NFC").trim();
}

/** Why a file of this name cannot be one of the notebook's, as the end of a sentence; null if it can. */
export function nameProblem(name: string): string | null {
  const parts = name.split("/");
  if (parts.some((part) => part === "" || part === "." || part === "..") || parts.length > DEEPEST) return "this is no file name";
  if (parts.some((part) => part.startsWith("."))) return "names that begin with a dot are hidden from cells";
  if (parts.some((part) => part.length > LONGEST)) return "its name is too long";
  if (name !== name.trim()) return "its name begins or ends with a space";
  if (ODD.test(name)) return "its name has characters that file names cannot have";
  if (parts[0] === "public" && parts.length > 1) return "files in public come with the page";
  return null;
}

/** The last part of a name: what a download is called. */
export function baseName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
