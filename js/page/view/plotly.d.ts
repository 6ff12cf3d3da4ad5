/** What the page uses of Plotly. */
declare module "plotly.js-strict-dist-min" {
  const Plotly: {
    newPlot(place: HTMLElement, traces: readonly object[], layout: object, config: object): Promise<unknown>;
    purge(place: HTMLElement): void;
  };
  export default Plotly;
}
