/** The values a slider can take, counted in steps, so that no sum of floats is ever shown or sent. */

export interface Scale {
  readonly start: number;
  readonly step: number;
  /** The number of whole steps between start and stop. */
  readonly count: number;
  /** Digits after the point that start and step need. */
  readonly digits: number;
}

/** The scale from `start` to `stop`; the last value is the last whole step. */
export function makeScale(start: number, stop: number, step: number): Scale {
  const count = Math.floor((stop - start) / step + 1e-9);
  return { start, step, count, digits: Math.max(digitsOf(start), digitsOf(step)) };
}

/** The value at a position. */
export function valueAt(scale: Scale, position: number): number {
  return Number((scale.start + position * scale.step).toFixed(scale.digits));
}

/** The position of a value; not whole if it lies between two steps. */
export function positionOf(scale: Scale, value: number): number {
  const position = (value - scale.start) / scale.step;
  const whole = Math.round(position);
  return Math.abs(position - whole) < 1e-9 ? whole : position;
}

/** A value as text, with the digits that its scale has, or more if it lies between two steps. */
export function writeValue(scale: Scale, value: number): string {
  return value.toFixed(Math.min(100, Math.max(scale.digits, digitsOf(value))));
}

/** Digits after the point in the shortest writing of a number. */
export function digitsOf(value: number): number {
  const [mantissa = "", exponent = "0"] = String(value).split("e");
  const written = mantissa.split(".")[1]?.length ?? 0;
  return Math.min(100, Math.max(0, written - Number(exponent)));
}
