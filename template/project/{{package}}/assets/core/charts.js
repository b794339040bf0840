// Charts in three dimensions: the style sheet does not reach their canvas. So the colours of the
// app's template are replaced before such a chart is drawn, and when the theme changes.
(() => {
    const TEXT = "#495057"; // as in `core/charts.py`. Another template keeps its colours.
    const AXES = ["xaxis", "yaxis", "zaxis"];
    const root = document.documentElement;
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

    // Dash loads Plotly with the first chart.
    const loaded = () => {
        if (!window.Plotly) return;
        document.removeEventListener("load", loaded, true);
        const { react } = Plotly;
        Plotly.react = (plot, figure) => react(plot, { ...figure, layout: inTheme(figure.layout) });
    };
    document.addEventListener("load", loaded, true);
    loaded();

    const charts = ".js-plotly-plot:has(.gl-container > [id^=scene])";
    const attributeFilter = ["data-mantine-color-scheme"];
    new MutationObserver(() => {
        for (const plot of document.querySelectorAll(charts)) {
            const layout = inTheme(plot.layout);
            // With the data and the camera that the visitor sees.
            if (layout !== plot.layout) Plotly.react(plot, { data: plot.data, layout });
        }
    }).observe(root, { attributeFilter });
})();
