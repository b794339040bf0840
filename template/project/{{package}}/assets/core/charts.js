// Charts are adapted before Plotly draws them, see `core/charts.py` and `core/security.py`.
(() => {
    const root = document.documentElement;

    // Plotly's charts in WebGL compile functions from texts. The app's policy forbids that, unless
    // APP_WEBGL allows it. So points and lines are drawn as SVG, which looks the same. Other kinds
    // of charts have no such form. There the visitor is told what is missing.
    const SVG = { scattergl: "scatter", scatterpolargl: "scatterpolar" };
    const LARGEST = 50_000; // points of a figure; more would stop the page for many seconds
    const webgl = document.querySelector("meta[name=webgl]");

    // Plotly's Python library sends arrays of numbers as base64.
    const size = (values) =>
        values?.bdata ? (values.bdata.length * 0.75) / Number(values.dtype.slice(1)) : values?.length ?? 0;
    const points = ({ x, y, r, theta }) => Math.max(...[x, y, r, theta].map(size));
    const asSVG = (traces) => {
        if (webgl || !traces?.some(({ type }) => type in SVG)) return traces;
        if (traces.reduce((sum, trace) => sum + points(trace), 0) > LARGEST) return traces;
        return traces.map((trace) => ({ ...trace, type: SVG[trace.type] ?? trace.type }));
    };

    document.addEventListener("securitypolicyviolation", ({ blockedURI, sourceFile }) => {
        if (blockedURI === "eval" && sourceFile.includes("plotly")) {
            const message = "It needs WebGL. The app's developer can allow that with APP_WEBGL=true.";
            dash_clientside.shell.notify("A chart cannot be drawn", message);
        }
    });

    // Charts in three dimensions: the style sheet does not reach their canvas. So the colours of
    // the app's template are replaced before such a chart is drawn, and when the theme changes.
    const TEXT = "#495057"; // as in `core/charts.py`. Another template keeps its colours.
    const AXES = ["xaxis", "yaxis", "zaxis"];
    const originals = new WeakMap();

    const inTheme = (layout) => {
        const template = originals.get(layout?.template) ?? layout?.template;
        const scene = template?.layout?.scene;
        if (scene?.xaxis?.color !== TEXT) return layout;
        if (root.dataset.mantineColorScheme !== "dark") return { ...layout, template };
        const style = getComputedStyle(root);
        const color = style.getPropertyValue("--mantine-color-text");
        const lines = style.getPropertyValue("--app-border");
        const axis = { color, gridcolor: lines, linecolor: lines, zerolinecolor: lines };
        const axes = Object.fromEntries(AXES.map((name) => [name, { ...scene[name], ...axis }]));
        const dark = { ...template, layout: { ...template.layout, scene: { ...scene, ...axes } } };
        originals.set(dark, template);
        return { ...layout, template: dark };
    };

    const charts = ".js-plotly-plot:has(.gl-container > [id^=scene])";
    const attributeFilter = ["data-mantine-color-scheme"];
    new MutationObserver(() => {
        for (const plot of document.querySelectorAll(charts)) {
            const layout = inTheme(plot.layout);
            // With the data and the camera that the visitor sees.
            if (layout !== plot.layout) Plotly.react(plot, { data: plot.data, layout });
        }
    }).observe(root, { attributeFilter });

    // Dash loads Plotly with the first chart, and draws with this function alone.
    const loaded = () => {
        if (!window.Plotly) return;
        document.removeEventListener("load", loaded, true);
        const { react } = Plotly;
        Plotly.react = (plot, { data, layout, ...others }) =>
            react(plot, { data: asSVG(data), layout: inTheme(layout), ...others });
    };
    document.addEventListener("load", loaded, true);
    loaded();
})();
