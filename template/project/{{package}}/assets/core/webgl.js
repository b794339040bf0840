// Plotly's charts in WebGL compile functions from texts. The app's policy forbids that, unless
// APP_WEBGL allows it. So points and lines are drawn as SVG, which looks the same. Other kinds of
// charts have no such form. There the visitor is told what is missing.
(() => {
    if (document.querySelector("meta[name=webgl]")) return;

    const SVG = { scattergl: "scatter", scatterpolargl: "scatterpolar" };
    const LARGEST = 50_000; // points of a figure; more would stop the page for many seconds
    const NOTE = {
        action: "show",
        id: "webgl", // told once while it shows
        title: "A chart cannot be drawn",
        message: "It needs WebGL. The app's developer can allow that with APP_WEBGL=true.",
        color: "red",
        autoClose: false,
    };

    // Plotly's Python library sends arrays of numbers as base64.
    const size = (values) =>
        values?.bdata ? (values.bdata.length * 0.75) / Number(values.dtype.slice(1)) : values?.length ?? 0;
    const points = ({ x, y, r, theta }) => Math.max(...[x, y, r, theta].map(size));
    const drawable = (traces) => {
        if (!traces?.some(({ type }) => type in SVG)) return traces;
        if (traces.reduce((sum, trace) => sum + points(trace), 0) > LARGEST) return traces;
        return traces.map((trace) => ({ ...trace, type: SVG[trace.type] ?? trace.type }));
    };

    // Dash fetches Plotly with the first chart, and draws with this function alone.
    let plotly;
    Object.defineProperty(window, "Plotly", {
        configurable: true,
        get: () => plotly,
        set: (library) => {
            const { react } = library;
            library.react = (graph, { data, ...others }) => react(graph, { data: drawable(data), ...others });
            plotly = library;
        },
    });

    document.addEventListener("securitypolicyviolation", ({ blockedURI, sourceFile }) => {
        if (blockedURI === "eval" && sourceFile.includes("plotly")) {
            dash_clientside.set_props("shell-notifications", { sendNotifications: [NOTE] });
        }
    });
})();
