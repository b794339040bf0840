// Light and dark: the choice of the visitor, the attributes that libraries look at, and paper.
window.dash_clientside = window.dash_clientside || {};

dash_clientside.shell_theme = {
    // The browser keeps the choice under Mantine's name for it. Without one the system decides.
    choose(clicks) {
        const key = "mantine-color-scheme-value";
        const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
        let scheme = localStorage.getItem(key) ?? "auto";
        scheme = scheme === "auto" ? system : scheme;
        if (clicks) {
            scheme = scheme === "dark" ? "light" : "dark";
            localStorage.setItem(key, scheme);
        }
        return scheme;
    },
};

(() => {
    // Mantine writes the scheme to an attribute of the page. AG Grid and Bootstrap have their own.
    const { dataset } = document.documentElement;
    const follow = () => {
        dataset.agThemeMode = dataset.bsTheme = dataset.mantineColorScheme;
    };
    const attributeFilter = ["data-mantine-color-scheme"];
    new MutationObserver(follow).observe(document.documentElement, { attributeFilter });

    // Paper is white, and has a width of its own, to which `core.css` fits drawings with a box.
    let screen;
    const drawings = () => document.querySelectorAll(".js-plotly-plot .main-svg");
    addEventListener("beforeprint", () => {
        screen = dataset.mantineColorScheme;
        dataset.mantineColorScheme = "light";
        follow();
        for (const drawing of drawings()) {
            const [width, height] = ["width", "height"].map((name) => drawing.getAttribute(name));
            drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
        }
    });
    addEventListener("afterprint", () => {
        dataset.mantineColorScheme = screen;
        drawings().forEach((drawing) => drawing.removeAttribute("viewBox"));
    });

    // The app has a `MantineProvider`. Another one inside a page would choose a scheme for the
    // whole app, so it gets the app's.
    const { MantineProvider } = dash_mantine_components;
    const Scheme = React.createContext(null);
    const Provider = (props) => {
        const scheme = React.useContext(Scheme);
        if (scheme !== null) {
            const same = { defaultColorScheme: "auto", forceColorScheme: scheme || undefined };
            return React.createElement(MantineProvider, { ...props, ...same });
        }
        const provider = React.createElement(MantineProvider, props);
        return React.createElement(Scheme.Provider, { value: props.forceColorScheme ?? "" }, provider);
    };
    window.dash_mantine_components = {
        ...dash_mantine_components,
        MantineProvider: Object.assign(Provider, MantineProvider),
    };
})();
